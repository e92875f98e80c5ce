//! The same work on every row, on all threads where the build has several: never another number than on one.

use ndarray::{Array2, ArrayViewMut2, Axis};

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
