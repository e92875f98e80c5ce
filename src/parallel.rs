//! The same work on every row or item, on all threads where the build has several: never another number than on one.

use ndarray::{Array2, ArrayViewMut2, Axis};

#[cfg(feature = "threads")]
mod crew;

#[cfg(feature = "threads")]
pub use crew::Crew;

/// Fill the rows of `out` block by block; `fill` is given the first row's place and the rows of a block, and must depend on
/// nothing else.
pub fn fill_rows<T: Send>(out: &mut Array2<T>, block: usize, fill: impl Fn(usize, ArrayViewMut2<T>) + Sync) {
    let block = block.max(1);
    let blocks = out.axis_chunks_iter_mut(Axis(0), block).enumerate();
    #[cfg(feature = "threads")]
    {
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        let blocks: Vec<_> = blocks.collect();
        blocks.into_par_iter().for_each(|(at, rows)| fill(at * block, rows));
    }
    #[cfg(not(feature = "threads"))]
    blocks.for_each(|(at, rows)| fill(at * block, rows));
}

/// Threads that the work at hand may be spread over.
pub fn threads() -> usize {
    #[cfg(feature = "threads")]
    return crew::threads();
    #[cfg(not(feature = "threads"))]
    1
}

/// Do the same with each of the items, of which `work` must need no other.
pub fn each<T: Send>(items: &mut [T], work: impl Fn(&mut T) + Sync + Send) {
    #[cfg(feature = "threads")]
    if items.len() > 1 && threads() > 1 {
        return crew::each(items, work);
    }
    items.iter_mut().for_each(work);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_filled_once_whatever_the_block() {
        let expected = Array2::from_shape_fn((23, 3), |(row, column)| row * 10 + column);
        for block in [0, 1, 4, 23, 100] {
            let mut out = Array2::<usize>::zeros((23, 3));
            fill_rows(&mut out, block, |first, mut rows| {
                rows.indexed_iter_mut().for_each(|((row, column), value)| *value += (first + row) * 10 + column);
            });
            assert_eq!(out, expected, "blocks of {block}");
        }
    }
}
