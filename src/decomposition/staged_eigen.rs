//! A symmetric eigendecomposition in its three parts, so that none of a matrix of thousands keeps a worker for a second.

use faer::Conj;
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{
    ComputeEigenvectors, self_adjoint_evd_scratch, tridiag::tridiag_in_place, tridiagonal_self_adjoint_evd,
};
use faer::linalg::householder::apply_block_householder_sequence_on_the_left_in_place_with_conj;
use faer::linalg::qr::no_pivoting::factor::recommended_block_size;
use faer::{Mat, get_global_parallelism};
use ndarray::{Array2, ArrayView2};

use super::{DecompositionError, check_finite};

/// Eigenvalues, largest first, and eigenvectors as columns in the same order.
pub type Eigenpairs = (Vec<f64>, Array2<f64>);

/// The decomposition `A = Q T Qᵀ`, `T = W Λ Wᵀ`, `U = Q W` in progress: to the bit what faer's solver finds at once.
pub struct StagedEigen {
    size: usize,
    stage: Stage,
}

enum Stage {
    /// The lower triangle.
    Given(Mat<f64>),
    /// `T` on the diagonal and beside it, the reflections of `Q` below.
    Tridiagonal(Reflections),
    /// Eigenvalues, smallest first, and eigenvectors of `T`.
    Solved(Reflections, Diag<f64>, Mat<f64>),
    Done,
}

struct Reflections {
    matrix: Mat<f64>,
    factors: Mat<f64>,
}

impl StagedEigen {
    /// Steps of every decomposition.
    pub const STEPS: usize = 3;

    /// Begin with a symmetric matrix (its lower triangle is read).
    ///
    /// # Errors
    /// [`DecompositionError`] when the matrix is empty or holds a value that is not finite.
    pub fn new(symmetric: ArrayView2<f64>) -> Result<Self, DecompositionError> {
        check_finite(symmetric)?;
        let n = symmetric.nrows();
        let lower = Mat::from_fn(n, n, |i, j| if i >= j { symmetric[[i, j]] } else { 0.0 });
        Ok(Self { size: n, stage: Stage::Given(lower) })
    }

    /// One step; the eigenpairs with the last, and nothing ever after.
    ///
    /// # Errors
    /// [`DecompositionError::NoConvergence`].
    pub fn step(&mut self) -> Result<Option<Eigenpairs>, DecompositionError> {
        let n = self.size;
        let par = get_global_parallelism();
        let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, par, Default::default());
        let mut buffer = MemBuffer::new(scratch);
        let stack = MemStack::new(&mut buffer);
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Given(mut matrix) => {
                let mut factors = Mat::zeros(recommended_block_size::<f64>(n, n), n - 1);
                tridiag_in_place(matrix.as_mut(), factors.as_mut(), par, stack, Default::default());
                self.stage = Stage::Tridiagonal(Reflections { matrix, factors });
                Ok(None)
            }
            Stage::Tridiagonal(reflections) => {
                let (mut values, mut vectors) = (Diag::zeros(n), Mat::zeros(n, n));
                let (mut diagonal, mut beside) = (Diag::<f64>::zeros(n), Diag::<f64>::zeros(n));
                (0..n).for_each(|i| diagonal[i] = reflections.matrix[(i, i)]);
                (1..n).for_each(|i| beside[i - 1] = reflections.matrix[(i, i - 1)]);
                tridiagonal_self_adjoint_evd(
                    diagonal.as_ref(),
                    beside.as_ref(),
                    values.as_mut(),
                    Some(vectors.as_mut()),
                    par,
                    stack,
                    Default::default(),
                )
                .map_err(|_| DecompositionError::NoConvergence { size: n })?;
                self.stage = Stage::Solved(reflections, values, vectors);
                Ok(None)
            }
            Stage::Solved(Reflections { matrix, factors }, values, mut vectors) => {
                apply_block_householder_sequence_on_the_left_in_place_with_conj(
                    matrix.as_ref().submatrix(1, 0, n - 1, n - 1),
                    factors.as_ref(),
                    Conj::No,
                    vectors.as_mut().subrows_mut(1, n - 1),
                    par,
                    stack,
                );
                let values = (0..n).rev().map(|i| values[i]).collect();
                Ok(Some((values, Array2::from_shape_fn((n, n), |(i, j)| vectors[(i, n - 1 - j)]))))
            }
            Stage::Done => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::Side;

    #[test]
    fn three_steps_are_the_whole_decomposition_to_the_bit() {
        for n in [1, 2, 5, 31, 200] {
            let of = |i: usize, j: usize| ((i.min(j) * 7 + i.max(j) * 13 + i * j) as f64 * 0.37).sin();
            let symmetric = Array2::from_shape_fn((n, n), |(i, j)| of(i, j));
            let mut staged = StagedEigen::new(symmetric.view()).unwrap();
            let found: Vec<Option<Eigenpairs>> = (0..StagedEigen::STEPS + 1).map(|_| staged.step().unwrap()).collect();
            assert!(found.iter().enumerate().all(|(i, pairs)| pairs.is_some() == (i + 1 == StagedEigen::STEPS)));
            let (values, vectors) = found.into_iter().flatten().next().unwrap();
            let whole = Mat::from_fn(n, n, of).self_adjoint_eigen(Side::Lower).unwrap();
            for j in 0..n {
                assert_eq!(values[j], whole.S().column_vector()[n - 1 - j]);
                assert!((0..n).all(|i| vectors[[i, j]] == whole.U()[(i, n - 1 - j)]), "{n}, {j}");
            }
        }
    }
}
