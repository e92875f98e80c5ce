//! Threads that make a trial each, and lend themselves to the others once there is none left.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::ThreadPool;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

thread_local! {
    static CREW: RefCell<Option<Arc<Crew>>> = const { RefCell::new(None) };
}

/// So many threads, some of them at work on something of their own.
pub struct Crew {
    threads: usize,
    at_work: AtomicUsize,
    /// Made when somebody first has threads to lend; none where that cannot be.
    pool: OnceLock<Option<ThreadPool>>,
}

/// A thread of the crew at work, until this is let go of.
pub struct AtWork(Arc<Crew>);

impl Crew {
    /// Of so many threads.
    pub fn new(threads: usize) -> Arc<Self> {
        Arc::new(Self { threads, at_work: AtomicUsize::new(0), pool: OnceLock::new() })
    }

    /// The calling thread is of this crew from now on: what it spreads goes over the threads that have no work of their own.
    pub fn join(self: &Arc<Self>) {
        CREW.set(Some(Arc::clone(self)));
    }

    /// The calling thread has work of its own.
    pub fn work(self: &Arc<Self>) -> AtWork {
        self.at_work.fetch_add(1, Ordering::Relaxed);
        AtWork(Arc::clone(self))
    }

    /// Its share of all threads: who has nothing to do is divided among those who have.
    fn share(&self) -> usize {
        self.threads / self.at_work.load(Ordering::Relaxed).max(1)
    }

    fn pool(&self) -> Option<&ThreadPool> {
        let made = || rayon::ThreadPoolBuilder::new().num_threads(self.threads).build().ok();
        self.pool.get_or_init(made).as_ref()
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.at_work.fetch_sub(1, Ordering::Relaxed);
    }
}

fn crew() -> Option<Arc<Crew>> {
    CREW.with_borrow(Clone::clone)
}

/// Threads that the calling one may spread its work over: its share of the crew, or its pool.
pub(super) fn threads() -> usize {
    crew().map_or_else(rayon::current_num_threads, |crew| crew.share().max(1))
}

/// Do the same with each of the items, on all threads there are to lend.
pub(super) fn each<T: Send>(items: &mut [T], work: impl Fn(&mut T) + Sync + Send) {
    match crew().as_deref().map(Crew::pool) {
        Some(Some(pool)) => pool.install(|| items.par_iter_mut().with_max_len(1).for_each(work)),
        Some(None) => items.iter_mut().for_each(work),
        None => items.par_iter_mut().with_max_len(1).for_each(work),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn threads_without_work_are_lent_and_every_item_is_done_once() {
        let crew = Crew::new(5);
        let done = || {
            let mut items = vec![0_u32; 40];
            super::super::each(&mut items, |item| *item += 1);
            assert_eq!(items, [1; 40]);
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                crew.join();
                let own = crew.work();
                assert_eq!(super::super::threads(), 5);
                done();
                let other = crew.work();
                assert_eq!(super::super::threads(), 2, "two and two, and one over");
                done();
                let more: Vec<AtWork> = (0..4).map(|_| crew.work()).collect();
                assert_eq!(super::super::threads(), 1, "more at work than threads");
                done();
                drop((own, other, more));
            });
        });
        assert_eq!(crew.at_work.load(Ordering::Relaxed), 0);
    }
}
