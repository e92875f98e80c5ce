//! Lanczos' iteration on a symmetric matrix of samples × samples: its leading eigenvectors, and solutions of
//! `(K + λI) x = y` for many λ at once, in a few dozen products with a vector where a whole decomposition takes n³.

use super::{DecompositionError, eigen_descending};
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Fixed: another draw changes the result by rounding only.
const SEED: u64 = 0x4c41_4e43_5a4f_5321;
/// A remainder this small beside the largest entry so far is rounding: the space is exhausted.
const EXHAUSTED: f64 = 1e-10;

/// `K Q ≈ Q T`: orthonormal columns `Q` and the tridiagonal `T`.
pub(crate) struct Lanczos {
    /// m × n: the basis, one vector a row.
    basis: Array2<f64>,
    diagonal: Vec<f64>,
    /// Beside the diagonal, one fewer.
    beside: Vec<f64>,
}

impl Lanczos {
    /// At most `steps` steps on `symmetric` (n × n) from `start` (length n). Every new vector is made orthogonal to all
    /// before it. Where the space of the start is exhausted the iteration goes on with a drawn vector, so that an
    /// eigenvalue of several vectors is found as often as it is there.
    pub(crate) fn run(symmetric: ArrayView2<f64>, start: &Array1<f64>, steps: usize) -> Self {
        let n = symmetric.nrows();
        let steps = steps.min(n);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let mut basis = Array2::zeros((steps, n));
        let (mut diagonal, mut beside) = (Vec::with_capacity(steps), Vec::with_capacity(steps));
        let mut next = start.clone();
        let mut largest = f64::MIN_POSITIVE;
        for step in 0..steps {
            let mut length = next.dot(&next).sqrt();
            let fresh = step > 0 && length <= EXHAUSTED * largest || length == 0.0;
            if fresh {
                next = Array1::from_shape_simple_fn(n, || StandardNormal.sample(&mut rng));
                clear(&mut next, &basis, step);
                length = next.dot(&next).sqrt();
            }
            if step > 0 {
                beside.push(if fresh { 0.0 } else { length });
            }
            let vector = next.mapv(|v| v / length.max(f64::MIN_POSITIVE));
            basis.row_mut(step).assign(&vector);
            next = symmetric.dot(&vector);
            let along = next.dot(&vector);
            largest = f64::max(largest, along.abs()).max(next.dot(&next).sqrt());
            diagonal.push(along);
            clear(&mut next, &basis, step + 1);
        }
        Self { basis, diagonal, beside }
    }

    /// The leading `k` eigenvalues, largest first, and their vectors (n × k).
    ///
    /// # Errors
    /// [`DecompositionError`] as [`eigen_descending`].
    pub(crate) fn leading(&self, k: usize) -> Result<(Vec<f64>, Array2<f64>), DecompositionError> {
        let m = self.diagonal.len();
        let mut small = Array2::zeros((m, m));
        self.diagonal.iter().enumerate().for_each(|(i, v)| small[[i, i]] = *v);
        for (i, v) in self.beside.iter().enumerate() {
            (small[[i, i + 1]], small[[i + 1, i]]) = (*v, *v);
        }
        let (mut values, vectors) = eigen_descending(small.view())?;
        let k = k.min(m);
        values.truncate(k);
        Ok((values, self.basis.t().dot(&vectors.slice_axis(Axis(1), Slice::from(..k)))))
    }

    /// `Q (T + λI)⁻¹ e₁`, the coefficients of the start of length 1: what ridge regression with the penalty λ says of it.
    /// The matrix must have no eigenvalue below 0, λ must be above.
    pub(crate) fn solve(&self, penalty: f64) -> Array1<f64> {
        let m = self.diagonal.len();
        // Elimination and back substitution on a positive definite tridiagonal matrix.
        let (mut pivot, mut right) = (vec![0.0; m], vec![0.0; m]);
        for i in 0..m {
            let before = if i == 0 { 0.0 } else { self.beside[i - 1] };
            let factor = if i == 0 { 0.0 } else { before / pivot[i - 1] };
            pivot[i] = (self.diagonal[i] + penalty - factor * before).max(f64::MIN_POSITIVE);
            right[i] = if i == 0 { 1.0 } else { -factor * right[i - 1] };
        }
        let mut small = Array1::zeros(m);
        for i in (0..m).rev() {
            let after = if i + 1 < m { self.beside[i] * small[i + 1] } else { 0.0 };
            small[i] = (right[i] - after) / pivot[i];
        }
        self.basis.t().dot(&small)
    }
}

/// Take the first `count` rows of `basis` out of `vector`, twice, for once leaves rounding.
fn clear(vector: &mut Array1<f64>, basis: &Array2<f64>, count: usize) {
    let known = basis.slice_axis(Axis(0), Slice::from(..count));
    for _ in 0..2 {
        let along = known.dot(vector);
        *vector -= &known.t().dot(&along);
    }
}

/// A start that leans on no sample.
pub(crate) fn drawn(n: usize) -> Array1<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED ^ 1);
    Array1::from_shape_simple_fn(n, || StandardNormal.sample(&mut rng))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decomposition::gram;

    fn kernel(n: usize, width: usize) -> Array2<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(n as u64);
        let rows = Array2::from_shape_fn((n, width), |(_, j)| {
            let v: f64 = StandardNormal.sample(&mut rng);
            v * (1.0 + 6.0 / (1.0 + j as f64))
        });
        gram(rows.view())
    }

    #[test]
    fn leading_vectors_are_those_of_the_whole_decomposition() {
        for (n, width) in [(30, 60), (300, 80), (40, 3)] {
            let k = kernel(n, width);
            let (values, vectors) = Lanczos::run(k.view(), &drawn(n), 60).leading(3).expect("vectors");
            let (whole, whole_vectors) = eigen_descending(k.view()).expect("a decomposition");
            for j in 0..3 {
                assert!((values[j] - whole[j]).abs() < 1e-8 * whole[0], "{n}: {values:?} {:?}", &whole[..3]);
                let alike = vectors.column(j).dot(&whole_vectors.column(j)).abs();
                assert!((alike - 1.0).abs() < 1e-6, "{n}, {j}: {alike}");
            }
        }
    }

    #[test]
    fn an_eigenvalue_of_two_vectors_is_found_twice_and_nothing_has_none() {
        let mut twice = Array2::eye(6);
        (twice[[0, 0]], twice[[1, 1]]) = (5.0, 5.0);
        let (values, vectors) = Lanczos::run(twice.view(), &drawn(6), 60).leading(3).expect("vectors");
        assert!(values.iter().zip([5.0, 5.0, 1.0]).all(|(a, b): (&f64, f64)| (a - b).abs() < 1e-9), "{values:?}");
        let both = vectors.column(0).dot(&vectors.column(1));
        assert!(both.abs() < 1e-9);
        let (nothing, _) = Lanczos::run(Array2::zeros((4, 4)).view(), &drawn(4), 60).leading(2).expect("vectors");
        assert_eq!(nothing, [0.0, 0.0]);
    }

    #[test]
    fn solutions_solve() {
        let k = kernel(50, 20);
        let y = Array1::from_shape_fn(50, |i| (i as f64 * 0.3).cos());
        let unit = &y / y.dot(&y).sqrt();
        let found = Lanczos::run(k.view(), &y, 60);
        for penalty in [0.5, 30.0, 4000.0] {
            let x = found.solve(penalty);
            let back = k.dot(&x) + &x * penalty;
            assert!(back.iter().zip(&unit).all(|(a, b)| (a - b).abs() < 1e-7), "{penalty}");
        }
    }
}
