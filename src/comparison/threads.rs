//! A comparison on several threads of this machine: each makes one share after another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Comparison, ComparisonError, ComparisonProgress, DoneShare, Share};
use crate::cohort::Cohort;
use crate::parallel::Crew;

/// Milliseconds between two looks of a thread at whether it is still wanted.
const SLICE: f64 = 200.0;
/// Between two looks at the whole.
const LOOK: Duration = Duration::from_millis(500);

/// What a thread says.
enum Said {
    /// It has nothing to do.
    Idle(usize),
    /// What it is doing.
    Doing(usize, String),
    Done(Box<DoneShare>),
    /// It could not: somebody else may.
    Failed(Share),
}

/// Fill the table on `threads` threads, each with a comparison of its own of the same cohort and request (`another`).
/// `look` is told how far it is, and ends all with an error of its own. Where every thread panics the table stays
/// unfinished.
///
/// # Errors
/// What `look` says.
pub fn in_threads<E>(
    comparison: &mut Comparison,
    cohort: &Cohort,
    threads: usize,
    another: &(dyn Fn() -> Result<Comparison, ComparisonError> + Sync),
    look: &mut dyn FnMut(&Comparison, &ComparisonProgress) -> Result<(), E>,
) -> Result<(), E> {
    let unwanted = AtomicBool::new(false);
    let crew = Crew::new(threads.max(1));
    let (say, said) = channel();
    thread::scope(|scope| {
        let mut all: Vec<Option<Sender<Share>>> = (0..threads.max(1))
            .map(|me| {
                let (give, given) = channel();
                let (say, unwanted, crew) = (say.clone(), &unwanted, Arc::clone(&crew));
                scope.spawn(move || work(me, cohort, another, (&given, &say), unwanted, &crew));
                Some(give)
            })
            .collect();
        drop(say);
        let mut doing = vec![String::new(); all.len()];
        let mut idle = Vec::new();
        let mut seen = Instant::now();
        let outcome = loop {
            match said.recv_timeout(LOOK) {
                Ok(Said::Idle(who)) => idle.push(who),
                Ok(Said::Doing(who, what)) => doing[who] = what,
                Ok(Said::Done(done)) => comparison.take_back(*done),
                Ok(Said::Failed(share)) => comparison.put_back(&share),
                Err(RecvTimeoutError::Timeout) => {}
                // Nobody is left.
                Err(RecvTimeoutError::Disconnected) => break Ok(()),
            }
            while let Some(who) = idle.pop() {
                let Some(share) = comparison.hand_out() else {
                    idle.push(who);
                    break;
                };
                if all[who].as_ref().is_none_or(|give| give.send(share.clone()).is_err()) {
                    all[who] = None;
                    comparison.put_back(&share);
                }
            }
            comparison.waited(seen.elapsed().as_secs_f64() * 1000.0);
            seen = Instant::now();
            let busy = doing.iter().filter(|what| !what.is_empty()).cloned().collect::<Vec<_>>();
            let progress = ComparisonProgress { doing: busy.join("; "), ..comparison.progress() };
            if let Err(error) = look(comparison, &progress) {
                break Err(error);
            }
            if progress.finished {
                break Ok(());
            }
        };
        unwanted.store(true, Ordering::Relaxed);
        outcome
    })
}

fn work(
    me: usize,
    cohort: &Cohort,
    another: &dyn Fn() -> Result<Comparison, ComparisonError>,
    (given, say): (&Receiver<Share>, &Sender<Said>),
    unwanted: &AtomicBool,
    crew: &Arc<Crew>,
) {
    // A matrix product of its own spreads over no further threads. Where that cannot be had it is slower, and the same.
    let _alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    // Folds of a readout do, over those that no trial is left for.
    crew.join();
    let Ok(mut own) = another() else { return };
    let began = Instant::now();
    let clock = || began.elapsed().as_secs_f64() * 1000.0;
    loop {
        if say.send(Said::Idle(me)).is_err() {
            return;
        }
        let Ok(share) = given.recv() else { return };
        let _at_work = crew.work();
        let making = AssertUnwindSafe(|| {
            own.begin_share(&share);
            while !unwanted.load(Ordering::Relaxed) {
                let progress = own.advance(cohort, SLICE, &clock);
                if progress.finished {
                    return Some(own.done_share(&share));
                }
                if say.send(Said::Doing(me, progress.doing)).is_err() {
                    return None;
                }
            }
            None
        });
        match catch_unwind(making) {
            Ok(Some(done)) => {
                let _ = say.send(Said::Doing(me, String::new()));
                let _ = say.send(Said::Done(Box::new(done)));
            }
            Ok(None) => return,
            // What a panic left behind is not used again; the hook has said what happened.
            Err(_) => {
                let _ = say.send(Said::Failed(share));
                return;
            }
        }
    }
}
