//! The symmetric eigenproblem behind every closed form of this project: faer's solver on ndarray's matrices, and iterations
//! for leading eigenvectors alone.

pub(crate) mod block_lanczos;
pub(crate) mod lanczos;
mod product;
mod staged_eigen;

pub(crate) use product::{columns_product, rows_product};

pub use staged_eigen::{Eigenpairs, StagedEigen};

use faer::linalg::solvers::Qr;
use faer::{Mat, Side};
use ndarray::{Array1, Array2, ArrayView2, Axis, LinalgScalar, Slice};
use thiserror::Error;

/// Why a matrix could not be decomposed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecompositionError {
    /// No rows or no columns.
    #[error(
        "There is nothing to decompose: the matrix is {rows} × {columns}. Keep at least one sample and one feature."
    )]
    Empty {
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
    },
    /// A value is NaN or infinite.
    #[error(
        "A value is not finite (row {row}, column {column}, counted from 1). Remove or impute missing values, or train again."
    )]
    NotFinite {
        /// 1-based row.
        row: usize,
        /// 1-based column.
        column: usize,
    },
    /// The eigenvalue iteration did not converge.
    #[error(
        "The eigenvalues of a {size} × {size} matrix did not converge. Check for values many orders of magnitude apart."
    )]
    NoConvergence {
        /// Width of the matrix.
        size: usize,
    },
}

impl DecompositionError {
    /// Stable, machine-readable name of the failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "empty_matrix",
            Self::NotFinite { .. } => "not_finite",
            Self::NoConvergence { .. } => "no_convergence",
        }
    }
}

/// `A·Aᵀ` of a rows × columns matrix, computing each block above the diagonal once.
pub fn gram(matrix: ArrayView2<f64>) -> Array2<f64> {
    const BLOCK: usize = 128;
    let n = matrix.nrows();
    let mut out = Array2::zeros((n, n));
    for start in (0..n).step_by(BLOCK) {
        let end = (start + BLOCK).min(n);
        let block = product::rows_by_rows(matrix, start..end, start);
        let (rows, rest) = (Slice::from(start..end), Slice::from(start..));
        let mut upper = out.slice_axis_mut(Axis(0), rows);
        upper.slice_axis_mut(Axis(1), rest).assign(&block);
        let mut lower = out.slice_axis_mut(Axis(0), rest);
        lower.slice_axis_mut(Axis(1), rows).assign(&block.t());
    }
    out
}

/// Eigenvalues, largest first, and eigenvectors as columns in the same order, of a symmetric matrix (its lower
/// triangle is read): [`StagedEigen`] at once.
///
/// # Errors
/// [`DecompositionError`] when the matrix is empty, holds a value that is not finite, or the iteration fails.
pub fn eigen_descending(symmetric: ArrayView2<f64>) -> Result<Eigenpairs, DecompositionError> {
    let mut staged = StagedEigen::new(symmetric)?;
    loop {
        if let Some(pairs) = staged.step()? {
            return Ok(pairs);
        }
    }
}

/// Eigenvalues alone, largest first, of a symmetric matrix (its lower triangle is read): a third of the work.
///
/// # Errors
/// As [`eigen_descending`].
pub fn eigenvalues_descending(symmetric: ArrayView2<f64>) -> Result<Vec<f64>, DecompositionError> {
    check_finite(symmetric)?;
    let n = symmetric.nrows();
    let matrix = Mat::from_fn(n, n, |i, j| symmetric[[i, j]]);
    let values = matrix.self_adjoint_eigenvalues(Side::Lower);
    let values = values.map_err(|_| DecompositionError::NoConvergence { size: n })?;
    Ok(values.into_iter().rev().collect())
}

/// `Aᵀ v` of a rows × columns matrix, row by row: the very sums of `a.t().dot(v)`, which reads a large matrix column by column
/// and waits for memory.
pub fn transposed_product<T: LinalgScalar>(matrix: ArrayView2<T>, vector: &Array1<T>) -> Array1<T> {
    let mut out = Array1::zeros(matrix.ncols());
    matrix.outer_iter().zip(vector).for_each(|(row, by)| out.scaled_add(*by, &row));
    out
}

/// An orthonormal basis of the columns of `matrix` (rows ≥ columns), by Householder QR: `Factored` at once.
pub fn orthonormal(matrix: &Array2<f64>) -> Array2<f64> {
    Factored::of(matrix).basis()
}

/// A Householder QR decomposition, whose two halves are steps of their own where a matrix is large.
pub(crate) struct Factored(Qr<f64>);

impl Factored {
    /// Decompose (rows ≥ columns).
    pub(crate) fn of(matrix: &Array2<f64>) -> Self {
        Self(Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[[i, j]]).qr())
    }

    /// The orthonormal basis of the columns.
    pub(crate) fn basis(&self) -> Array2<f64> {
        let q = self.0.compute_thin_Q();
        Array2::from_shape_fn((q.nrows(), q.ncols()), |(i, j)| q[(i, j)])
    }
}

/// `A = U·diag(s)·Vᵀ` with q = min(rows, columns).
#[derive(Clone, Debug, PartialEq)]
pub struct ThinSvd {
    /// Left singular vectors, rows × q.
    pub u: Array2<f64>,
    /// Singular values, largest first.
    pub singular: Vec<f64>,
    /// Right singular vectors, columns × q.
    pub v: Array2<f64>,
}

/// Thin singular value decomposition.
///
/// # Errors
/// [`DecompositionError`] when the matrix is empty, holds a value that is not finite, or the iteration fails.
pub fn thin_svd(matrix: &Array2<f64>) -> Result<ThinSvd, DecompositionError> {
    check_finite(matrix.view())?;
    let (rows, columns) = matrix.dim();
    let svd = Mat::from_fn(rows, columns, |i, j| matrix[[i, j]]).thin_svd();
    let svd = svd.map_err(|_| DecompositionError::NoConvergence { size: rows.max(columns) })?;
    let (u, values, v) = (svd.U(), svd.S().column_vector(), svd.V());
    let q = rows.min(columns);
    Ok(ThinSvd {
        u: Array2::from_shape_fn((rows, q), |(i, j)| u[(i, j)]),
        singular: (0..q).map(|i| values[i]).collect(),
        v: Array2::from_shape_fn((columns, q), |(i, j)| v[(i, j)]),
    })
}

/// Refuse an empty matrix and one with a value that is not finite.
///
/// # Errors
/// [`DecompositionError::Empty`] or [`DecompositionError::NotFinite`].
pub fn check_finite<T: Copy + Into<f64>>(matrix: ArrayView2<T>) -> Result<(), DecompositionError> {
    let (rows, columns) = matrix.dim();
    if rows == 0 || columns == 0 {
        return Err(DecompositionError::Empty { rows, columns });
    }
    match matrix.indexed_iter().find(|(_, v)| !Into::<f64>::into(**v).is_finite()) {
        Some(((row, column), _)) => Err(DecompositionError::NotFinite { row: row + 1, column: column + 1 }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn gram_is_the_product_with_the_transpose_across_blocks() {
        let a = Array2::from_shape_fn((300, 7), |(i, j)| ((i * 7 + j) as f64 * 0.37).sin());
        let expected = a.dot(&a.t());
        assert!(gram(a.view()).iter().zip(&expected).all(|(x, y)| (x - y).abs() < 1e-12));
    }

    #[test]
    fn a_transposed_product_is_ndarrays_to_the_bit() {
        let a = Array2::from_shape_fn((70, 31), |(i, j)| ((i * 31 + j) as f32 * 0.37).sin());
        let v = Array1::from_shape_fn(70, |i| (i as f32 * 0.7).cos());
        assert_eq!(transposed_product(a.view(), &v), a.t().dot(&v));
    }

    #[test]
    fn eigenvalues_come_largest_first_with_their_vectors() {
        let a = array![[2.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 1.0]];
        let (values, vectors) = eigen_descending(a.view()).unwrap();
        assert!(values.windows(2).all(|w| w[0] >= w[1]));
        let alone = eigenvalues_descending(a.view()).unwrap();
        assert!(values.iter().zip(&alone).all(|(a, b)| (a - b).abs() < 1e-12), "{alone:?}");
        for (j, value) in values.iter().enumerate() {
            let v = vectors.column(j);
            assert!(a.dot(&v).iter().zip(v).all(|(x, y)| (x - value * y).abs() < 1e-12));
        }
    }

    #[test]
    fn refuses_nothing_and_the_infinite() {
        let code = |m: Array2<f64>| eigen_descending(m.view()).unwrap_err().code();
        assert_eq!(code(Array2::zeros((0, 0))), "empty_matrix");
        assert_eq!(code(array![[1.0, f64::NAN], [0.0, 1.0]]), "not_finite");
    }
}
