//! The leading right singular vectors of a matrix that is not centred, by subspace iteration.

use ndarray::{Array2, Axis, Slice};
use rand_distr::{Distribution, StandardNormal};

use crate::decomposition::{eigen_descending, gram, orthonormal};
use crate::random::{Purpose, stream};

/// Columns iterated beyond those asked for: convergence is by the ratio of the singular values so far apart.
const BEYOND: usize = 12;
const MOST_ITERATIONS: usize = 60;
/// Iteration ends when no wanted squared singular value moves by more than this share.
const SETTLED: f64 = 1e-7;

/// At most `most` right singular vectors of `matrix` as orthonormal rows, largest singular value first. Each points to where the rows lie in the mean. Products are in single precision, as the values are;
/// bases are made orthonormal in double. What is rounding beside the first is left out.
pub fn leading_right(matrix: &Array2<f32>, most: usize) -> Array2<f32> {
    let (rows, columns) = matrix.dim();
    let none = || Array2::zeros((0, columns));
    let most = most.min(rows).min(columns);
    if most == 0 {
        return none();
    }
    let width = (most + BEYOND).min(rows).min(columns);
    // The seed changes the result by rounding only.
    let mut rng = stream(0, Purpose::ContaminationAxis, 1_000);
    let start = Array2::from_shape_simple_fn((columns, width), || StandardNormal.sample(&mut rng));
    let mut basis = orthonormal(&start);
    let mut before: Vec<f64> = Vec::new();
    let mut found = none();
    for _ in 0..MOST_ITERATIONS {
        // Rayleigh–Ritz in the basis: rotate it so that its columns are the best approximations so far.
        let along = matrix.dot(&basis.mapv(|v| v as f32));
        let small = along.t().mapv(f64::from);
        let Ok((squares, rotation)) = eigen_descending(gram(small.view()).view()) else { return none() };
        basis = basis.dot(&rotation);
        let wanted = &squares[..most];
        let largest = wanted.first().copied().unwrap_or(0.0);
        let settled = before.len() == most
            && wanted.iter().zip(&before).all(|(now, then)| (now - then).abs() <= SETTLED * largest);
        before = wanted.to_vec();
        let count = wanted.iter().take_while(|s| **s > 1e-10 * largest).count();
        found = basis.slice_axis(Axis(1), Slice::from(..count)).t().mapv(|v| v as f32);
        if settled {
            break;
        }
        let along = matrix.dot(&basis.mapv(|v| v as f32));
        basis = orthonormal(&matrix.t().dot(&along).mapv(f64::from));
    }
    let mean = matrix.sum_axis(Axis(0)).mapv(f64::from);
    for mut row in found.rows_mut() {
        let towards: f64 = row.iter().zip(&mean).map(|(u, m)| f64::from(*u) * m).sum();
        if towards < 0.0 {
            row.mapv_inplace(|v| -v);
        }
    }
    found
}
