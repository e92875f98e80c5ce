//! Principal components of samples × features: exact while a Gram or covariance matrix is small, randomised beyond.

use crate::decomposition::{DecompositionError, check_finite, eigen_descending, gram, orthonormal};
use ndarray::{Array2, ArrayView2, Axis, Slice};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Above this many rows and columns the components come from a randomised range finder.
const EXACT_UP_TO: usize = 600;
/// Columns drawn beyond those asked for, and power iterations (Halko, Martinsson & Tropp 2011, algorithm 4.4).
const OVERSAMPLE: usize = 10;
const POWER_ITERATIONS: usize = 4;
/// The range finder's seed: fixed, because its draw changes the result by rounding only.
const SEED: u64 = 0x5043_4120_5043_4121;

/// Principal components of centred samples × features. The sign of each is such that its largest |loading| is
/// positive, so that the same data give the same picture.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalComponents {
    /// Mean of each feature, removed before anything else.
    pub mean: Vec<f64>,
    /// Loadings, k × features, rows of unit length (zero where the data have no such dimension).
    pub components: Array2<f64>,
    /// Samples × k.
    pub scores: Array2<f64>,
    /// Share of the total variance along each component; zero when there is no variance.
    pub explained_variance_ratio: Vec<f64>,
}

impl PrincipalComponents {
    /// The leading `k` components of `data`, at most min(samples, features) of them.
    ///
    /// # Errors
    /// [`DecompositionError`] when there is no sample or feature, a value is not finite, or the solver fails.
    pub fn fit<T: Copy + Into<f64>>(data: ArrayView2<T>, k: usize) -> Result<Self, DecompositionError> {
        Self::of_owned(data.mapv(Into::into), k)
    }

    /// The same of data that is nobody else's: no copy of it is made.
    ///
    /// # Errors
    /// As [`Self::fit`].
    pub fn of_owned(mut centred: Array2<f64>, k: usize) -> Result<Self, DecompositionError> {
        check_finite(centred.view())?;
        let (n, p) = centred.dim();
        let k = k.min(n).min(p);
        let mean = centred.sum_axis(Axis(0)) / n as f64;
        centred -= &mean;
        let total: f64 = centred.iter().map(|v| v * v).sum();
        let mut components = if n.min(p) > EXACT_UP_TO && k + OVERSAMPLE < n.min(p) {
            randomised(&centred, k)?
        } else if p <= n {
            let (_, vectors) = eigen_descending(gram(centred.t()).view())?;
            vectors.slice_axis(Axis(1), Slice::from(..k)).t().to_owned()
        } else {
            let (values, vectors) = eigen_descending(gram(centred.view()).view())?;
            unit_rows(vectors.slice_axis(Axis(1), Slice::from(..k)).t().dot(&centred), &values)
        };
        fix_signs(&mut components);
        let scores = centred.dot(&components.t());
        let along = scores.columns().into_iter().map(|c| c.dot(&c));
        let explained_variance_ratio = along.map(|v| if total > 0.0 { v / total } else { 0.0 }).collect();
        Ok(Self { mean: mean.to_vec(), components, scores, explained_variance_ratio })
    }

    /// Scores, samples × k, of further samples over the same features.
    pub fn project<T: Copy + Into<f64>>(&self, data: ArrayView2<T>) -> Array2<f64> {
        let mut centred: Array2<f64> = data.mapv(Into::into);
        for mut row in centred.rows_mut() {
            row.iter_mut().zip(&self.mean).for_each(|(v, m)| *v -= m);
        }
        centred.dot(&self.components.t())
    }
}

/// Right singular vectors (k × p) of `centred` through a random sketch of its range.
fn randomised(centred: &Array2<f64>, k: usize) -> Result<Array2<f64>, DecompositionError> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
    let sketch = Array2::from_shape_simple_fn((centred.ncols(), k + OVERSAMPLE), || StandardNormal.sample(&mut rng));
    let mut range = orthonormal(&centred.dot(&sketch));
    for _ in 0..POWER_ITERATIONS {
        let back = orthonormal(&centred.t().dot(&range));
        range = orthonormal(&centred.dot(&back));
    }
    let small = range.t().dot(centred);
    let (values, vectors) = eigen_descending(gram(small.view()).view())?;
    Ok(unit_rows(vectors.slice_axis(Axis(1), Slice::from(..k)).t().dot(&small), &values))
}

/// Scale rows to unit length; rows whose eigenvalue is rounding are zero, not noise blown up.
fn unit_rows(mut rows: Array2<f64>, eigenvalues: &[f64]) -> Array2<f64> {
    let floor = eigenvalues.first().map_or(0.0, |v| v * 1e-14 * eigenvalues.len() as f64);
    for (mut row, &value) in rows.rows_mut().into_iter().zip(eigenvalues) {
        let norm = row.dot(&row).sqrt();
        row.mapv_inplace(|v| if value > floor && norm > 0.0 { v / norm } else { 0.0 });
    }
    rows
}

fn fix_signs(components: &mut Array2<f64>) {
    for mut row in components.rows_mut() {
        let largest = row.iter().fold(0.0_f64, |best, v| if v.abs() > best.abs() { *v } else { best });
        if largest < 0.0 {
            row.mapv_inplace(|v| -v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_distr::Normal;

    /// Samples × features with a few strong directions over noise.
    fn structured(n: usize, p: usize) -> Array2<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let mut draw = |rows, columns| -> Array2<f64> {
            let normal = Normal::new(0.0, 1.0).unwrap();
            Array2::from_shape_simple_fn((rows, columns), || normal.sample(&mut rng))
        };
        let mut left = draw(n, 3);
        for (j, strength) in [5.0, 3.0, 2.0].iter().enumerate() {
            left.column_mut(j).mapv_inplace(|v| v * strength);
        }
        left.dot(&draw(3, p)) + draw(n, p) * 0.5 + 4.0
    }

    #[test]
    fn wide_and_tall_agree_on_what_they_share() {
        let data = structured(40, 60);
        let wide = PrincipalComponents::fit(data.view(), 3).unwrap();
        let tall = PrincipalComponents::fit(data.slice_axis(Axis(1), Slice::from(..30)), 30).unwrap();
        let ratio: f64 = tall.explained_variance_ratio.iter().sum();
        assert!((ratio - 1.0).abs() < 1e-12);
        let unit = wide.components.dot(&wide.components.t());
        assert!(unit.indexed_iter().all(|((i, j), v)| (v - f64::from(u8::from(i == j))).abs() < 1e-10));
        let projected = wide.project(data.view());
        assert!(projected.iter().zip(&wide.scores).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn randomised_equals_exact() {
        let data = structured(610, 620);
        let sketched = PrincipalComponents::fit(data.view(), 3).unwrap();
        let mut centred = data.clone();
        centred -= &data.mean_axis(Axis(0)).unwrap();
        let (values, vectors) = eigen_descending(gram(centred.t()).view()).unwrap();
        let total: f64 = values.iter().sum();
        for (j, value) in values.iter().take(3).enumerate() {
            assert!((sketched.explained_variance_ratio[j] - value / total).abs() < 1e-10);
            assert!(sketched.components.row(j).dot(&vectors.column(j)).abs() > 1.0 - 1e-10);
        }
        assert_eq!(sketched, PrincipalComponents::fit(data.view(), 3).unwrap());
    }

    #[test]
    fn constant_data_have_no_components() {
        let fitted = PrincipalComponents::fit(Array2::<f32>::ones((4, 9)).view(), 2).unwrap();
        assert!(fitted.scores.iter().chain(&fitted.components).all(|v| *v == 0.0));
        assert_eq!(fitted.explained_variance_ratio, [0.0, 0.0]);
    }

    #[test]
    fn a_missing_value_is_named() {
        let mut data = Array2::<f32>::ones((3, 2));
        data[[2, 1]] = f32::NAN;
        let error = PrincipalComponents::fit(data.view(), 1).unwrap_err();
        assert_eq!(error, DecompositionError::NotFinite { row: 3, column: 2 });
    }
}
