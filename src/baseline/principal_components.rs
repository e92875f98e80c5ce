//! Principal components of samples × features: exact while a Gram or covariance matrix is small, randomised beyond.

use super::ComponentsFit;
use crate::decomposition::DecompositionError;
use ndarray::{Array2, ArrayView2};

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

    /// The same of data that is nobody else's, of which no copy is made: [`ComponentsFit`] at once.
    ///
    /// # Errors
    /// As [`Self::fit`].
    pub fn of_owned(data: Array2<f64>, k: usize) -> Result<Self, DecompositionError> {
        let mut fit = ComponentsFit::new(data, k);
        loop {
            if let Some(found) = fit.step()? {
                return Ok(found);
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decomposition::{eigen_descending, gram};
    use ndarray::{Axis, Slice};
    use rand::SeedableRng;
    use rand_distr::{Distribution, Normal};
    use rand_xoshiro::Xoshiro256PlusPlus;

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
