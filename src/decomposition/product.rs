//! Products of large matrices through faer's, which has vector instructions in the browser too; ndarray's has none there and takes
//! twice as long.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::{Array2, ArrayView2, Axis, Slice};

/// Some rows of A times B.
pub(crate) fn rows_product(a: ArrayView2<f64>, rows: Range<usize>, b: ArrayView2<f64>) -> Array2<f64> {
    let part = a.slice_axis(Axis(0), Slice::from(rows));
    lying(&part).and_then(|left| times(left, b)).unwrap_or_else(|| part.dot(&b))
}

/// Some columns of A, turned, times B.
pub(crate) fn columns_product(a: ArrayView2<f64>, columns: Range<usize>, b: ArrayView2<f64>) -> Array2<f64> {
    let values = a.as_slice().filter(|_| !columns.is_empty()).and_then(|values| values.get(columns.start..));
    let left = values.filter(|values| !values.is_empty()).map(|values| {
        let (rows, of) = a.dim();
        MatRef::from_row_major_slice_with_stride(values, rows, columns.len(), of).transpose()
    });
    left.and_then(|left| times(left, b)).unwrap_or_else(|| a.slice_axis(Axis(1), Slice::from(columns)).t().dot(&b))
}

/// Some rows of A times all from one on, turned.
pub(crate) fn rows_by_rows(a: ArrayView2<f64>, rows: Range<usize>, from: usize) -> Array2<f64> {
    let parts = [rows, from..a.nrows()].map(|rows| a.slice_axis_move(Axis(0), Slice::from(rows)));
    let [left, right] = parts.each_ref().map(lying);
    let found = left.zip(right).and_then(|(left, right)| multiply(left, right.transpose()));
    found.unwrap_or_else(|| parts[0].dot(&parts[1].t()))
}

/// Row by row, where it lies so and there is something of it.
fn lying<'a>(matrix: &'a ArrayView2<f64>) -> Option<MatRef<'a, f64>> {
    let values = matrix.as_slice().filter(|values| !values.is_empty())?;
    Some(MatRef::from_row_major_slice(values, matrix.nrows(), matrix.ncols()))
}

fn times(left: MatRef<f64>, right: ArrayView2<f64>) -> Option<Array2<f64>> {
    multiply(left, lying(&right.as_standard_layout().view())?)
}

fn multiply(left: MatRef<f64>, right: MatRef<f64>) -> Option<Array2<f64>> {
    let mut out = Array2::zeros((left.nrows(), right.ncols()));
    let to = MatMut::from_row_major_slice_mut(out.as_slice_mut()?, left.nrows(), right.ncols());
    matmul(to, Accum::Replace, left, right, 1.0, Par::Seq);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_ndarrays() {
        let of = |n: usize, p: usize, by: usize| {
            Array2::from_shape_fn((n, p), |(i, j)| ((i * 7919 + j * by) % 1009) as f64 / 1009.0 - 0.4)
        };
        let near = |found: Array2<f64>, expected: Array2<f64>| {
            assert_eq!(found.dim(), expected.dim());
            assert!(found.iter().zip(&expected).all(|(f, e)| (f - e).abs() < 1e-11 * (1.0 + e.abs())));
        };
        for (n, p, k, first, last) in [(23, 17, 5, 3, 20), (300, 211, 31, 0, 211), (4, 9, 1, 2, 2), (3, 6, 0, 0, 3)] {
            let a = of(n, p, 104_729);
            // As it lies, and as it lies turned.
            for a in [a.clone(), a.t().as_standard_layout().into_owned().reversed_axes()] {
                let (long, short) = (of(p, k, 31), of(n, k, 37));
                let turned = short.t().as_standard_layout().into_owned().reversed_axes();
                let rows = first.min(n)..last.min(n);
                let expected = a.slice_axis(Axis(0), Slice::from(rows.clone())).dot(&long);
                near(rows_product(a.view(), rows.clone(), long.view()), expected);
                let columns = first.min(p)..last.min(p);
                let expected = a.slice_axis(Axis(1), Slice::from(columns.clone())).t().dot(&short);
                near(columns_product(a.view(), columns.clone(), short.view()), expected.clone());
                near(columns_product(a.view(), columns, turned.view()), expected);
                let expected = a
                    .slice_axis(Axis(0), Slice::from(rows.clone()))
                    .dot(&a.slice_axis(Axis(0), Slice::from(first.min(n)..)).t());
                near(rows_by_rows(a.view(), rows, first.min(n)), expected);
            }
        }
    }
}
