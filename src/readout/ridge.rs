//! Ridge regression from the embedding to the profile: the purified profile where there is no decoder (ρ = 0).

use super::ReadoutError;
use crate::baseline::{ThinSvd, check_finite, thin_svd};
use ndarray::{Array1, Array2, Axis, Slice};

/// Steps of the penalty's grid, from 1e-6 to 1e4 times the mean squared singular value.
const GRID: usize = 41;
/// Genes worked on at once, so that the working copy in double precision stays small.
const BLOCK: usize = 256;

/// A linear map from an embedding (d wide) to profiles (G genes), its penalty chosen by generalised
/// cross-validation (Golub, Heath & Wahba 1979) over all genes at once.
///
/// With the centred embedding `E = U S Vᵀ` and centred targets `Y`, the penalty λ minimises
/// `n·‖(I − H)Y‖² / (n − 1 − Σ s²/(s² + λ))²` (the intercept counts as one degree of freedom).
#[derive(Clone, Debug, PartialEq)]
pub struct RidgePurifier {
    centre: Array1<f64>,
    coefficients: Array2<f32>,
    intercept: Array1<f64>,
    /// The penalty chosen.
    pub penalty: f64,
    /// Degrees of freedom spent, without the intercept.
    pub degrees_of_freedom: f64,
}

impl RidgePurifier {
    /// Fit `target` (n × G) on `embedding` (n × d).
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when the rows differ in number, [`ReadoutError::TooFew`] under three samples,
    /// [`ReadoutError::Decomposition`] when a value is not finite.
    pub fn fit(embedding: &Array2<f32>, target: &Array2<f32>) -> Result<Self, ReadoutError> {
        let n = embedding.nrows();
        ReadoutError::shape("Samples of the profile", n, target.nrows())?;
        ReadoutError::at_least("Samples", 3, n)?;
        check_finite(target.view())?;
        check_finite(embedding.view())?;
        let mut centred = embedding.mapv(f64::from);
        let centre = centred.sum_axis(Axis(0)) / n as f64;
        centred -= &centre;
        let ThinSvd { u, singular, v } = thin_svd(&centred)?;
        let squared: Vec<f64> = singular.iter().map(|s| s * s).collect();

        let mut intercept = Array1::<f64>::zeros(target.ncols());
        target.rows().into_iter().for_each(|row| intercept.zip_mut_with(&row, |sum, v| *sum += f64::from(*v)));
        intercept /= n as f64;
        let mut rotated = Array2::<f64>::zeros((u.ncols(), target.ncols()));
        let mut total = 0.0;
        for first in (0..target.ncols()).step_by(BLOCK) {
            let last = (first + BLOCK).min(target.ncols());
            let mut block = target.slice_axis(Axis(1), Slice::from(first..last)).mapv(f64::from);
            block -= &intercept.slice_axis(Axis(0), Slice::from(first..last));
            total += block.iter().map(|v| v * v).sum::<f64>();
            rotated.slice_axis_mut(Axis(1), Slice::from(first..last)).assign(&u.t().dot(&block));
        }
        let energy: Vec<f64> = rotated.rows().into_iter().map(|r| r.dot(&r)).collect();
        let penalty = choose(n, total, &squared, &energy);
        let mut shrunk = rotated;
        for (mut row, (s, s2)) in shrunk.rows_mut().into_iter().zip(singular.iter().zip(&squared)) {
            let factor = if *s2 > 0.0 { s / (s2 + penalty) } else { 0.0 };
            row.mapv_inplace(|v| v * factor);
        }
        let coefficients = v.dot(&shrunk).mapv(|v| v as f32);
        Ok(Self { centre, coefficients, intercept, penalty, degrees_of_freedom: spent(&squared, penalty) })
    }

    /// Profiles (samples × G, on the scale of the target fitted) of an embedding (samples × d).
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when the embedding is not as wide as the one fitted.
    pub fn predict(&self, embedding: &Array2<f32>) -> Result<Array2<f32>, ReadoutError> {
        ReadoutError::shape("Width of the embedding", self.centre.len(), embedding.ncols())?;
        let mut centred = embedding.mapv(f64::from);
        centred -= &self.centre;
        let mut profile = centred.mapv(|v| v as f32).dot(&self.coefficients);
        for mut row in profile.rows_mut() {
            row.iter_mut().zip(&self.intercept).for_each(|(v, m)| *v += *m as f32);
        }
        Ok(profile)
    }
}

fn spent(squared: &[f64], penalty: f64) -> f64 {
    squared.iter().filter(|s| **s > 0.0).map(|s| s / (s + penalty)).sum()
}

/// Generalised cross-validation score of one penalty; infinite where no degree of freedom is left.
fn criterion(n: usize, total: f64, squared: &[f64], energy: &[f64], penalty: f64) -> f64 {
    let left = n as f64 - 1.0 - spent(squared, penalty);
    let explained: f64 = squared
        .iter()
        .zip(energy)
        .map(|(s, e)| {
            let kept = if *s > 0.0 { penalty / (s + penalty) } else { 1.0 };
            e * (1.0 - kept * kept)
        })
        .sum();
    if left > 1e-6 * n as f64 { n as f64 * (total - explained).max(0.0) / (left * left) } else { f64::INFINITY }
}

/// The penalty of the grid that generalised cross-validation likes best.
pub(super) fn choose(n: usize, total: f64, squared: &[f64], energy: &[f64]) -> f64 {
    let scale = squared.iter().sum::<f64>() / squared.len().max(1) as f64;
    if scale <= 0.0 {
        return 1.0;
    }
    let grid = (0..GRID).map(|i| scale * 10f64.powf(-6.0 + 10.0 * i as f64 / (GRID - 1) as f64));
    let scored = grid.map(|penalty| (criterion(n, total, squared, energy, penalty), penalty));
    scored.fold((f64::INFINITY, scale), |best, next| if next.0 < best.0 { next } else { best }).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn problem(n: usize, d: usize, genes: usize, noise: f32) -> (Array2<f32>, Array2<f32>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut draw = |r, c| Array2::<f32>::from_shape_simple_fn((r, c), || StandardNormal.sample(&mut rng));
        let embedding = draw(n, d) + 0.7;
        let target = embedding.dot(&draw(d, genes)) + draw(n, genes) * noise - 2.0;
        (embedding, target)
    }

    /// `(EᵀE + λI)⁻¹ EᵀY` by Gauss–Jordan, and the hat matrix's trace, without the decomposition under test.
    fn closed_form(embedding: &Array2<f32>, target: &Array2<f32>, penalty: f64) -> (Array2<f64>, f64) {
        let centre = |m: &Array2<f32>| {
            let m = m.mapv(f64::from);
            let mean = m.mean_axis(Axis(0)).unwrap();
            m - mean
        };
        let (e, y) = (centre(embedding), centre(target));
        let d = e.ncols();
        let mut left = e.t().dot(&e) + Array2::<f64>::eye(d) * penalty;
        let mut inverse = Array2::<f64>::eye(d);
        for i in 0..d {
            let pivot = left[[i, i]];
            left.row_mut(i).mapv_inplace(|v| v / pivot);
            inverse.row_mut(i).mapv_inplace(|v| v / pivot);
            for r in (0..d).filter(|r| *r != i) {
                let factor = left[[r, i]];
                let (a, b) = (left.row(i).to_owned(), inverse.row(i).to_owned());
                left.row_mut(r).scaled_add(-factor, &a);
                inverse.row_mut(r).scaled_add(-factor, &b);
            }
        }
        let hat = e.dot(&inverse).dot(&e.t());
        let residual = &y - &hat.dot(&y);
        let n = e.nrows() as f64;
        let left = n - 1.0 - hat.diag().sum();
        (inverse.dot(&e.t()).dot(&y), n * residual.mapv(|v| v * v).sum() / (left * left))
    }

    #[test]
    fn coefficients_equal_the_normal_equations() {
        let (embedding, target) = problem(40, 6, 300, 0.8);
        let fitted = RidgePurifier::fit(&embedding, &target).unwrap();
        let (expected, _) = closed_form(&embedding, &target, fitted.penalty);
        assert!(fitted.coefficients.iter().zip(&expected).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-5));
    }

    #[test]
    fn penalty_is_the_brute_force_minimum() {
        for noise in [0.1, 3.0, 30.0] {
            let (embedding, target) = problem(30, 8, 20, noise);
            let fitted = RidgePurifier::fit(&embedding, &target).unwrap();
            let score = |penalty| closed_form(&embedding, &target, penalty).1;
            let here = score(fitted.penalty);
            for step in -20..=20 {
                let other = fitted.penalty * 10f64.powf(f64::from(step) * 0.25);
                let scale = fitted.penalty * 1e-12;
                assert!(here <= score(other) + scale + here * 1e-9 || beyond_grid(&embedding, other), "{noise} {step}");
            }
        }
    }

    fn beyond_grid(embedding: &Array2<f32>, penalty: f64) -> bool {
        let e = embedding.mapv(f64::from);
        let centred = &e - &e.mean_axis(Axis(0)).unwrap();
        let scale = centred.iter().map(|v| v * v).sum::<f64>() / e.ncols() as f64;
        !(1e-6..=1e4).contains(&(penalty / scale))
    }

    #[test]
    fn predicts_what_is_linear_and_shrinks_noise_to_the_mean() {
        let (embedding, target) = problem(60, 5, 12, 0.0);
        let purified = RidgePurifier::fit(&embedding, &target).unwrap().predict(&embedding).unwrap();
        assert!(purified.iter().zip(&target).all(|(a, b)| (a - b).abs() < 1e-3));
        let (embedding, target) = problem(60, 5, 12, 1e4);
        let fitted = RidgePurifier::fit(&embedding, &target).unwrap();
        assert!(fitted.degrees_of_freedom < 2.0, "{}", fitted.degrees_of_freedom);
    }

    #[test]
    fn more_dimensions_than_samples_and_constant_embeddings_are_answered() {
        let (embedding, target) = problem(10, 30, 7, 0.5);
        assert!(
            RidgePurifier::fit(&embedding, &target).unwrap().predict(&embedding).unwrap().iter().all(|v| v.is_finite())
        );
        let flat = RidgePurifier::fit(&Array2::ones((10, 3)), &target).unwrap().predict(&Array2::ones((1, 3))).unwrap();
        let mean = target.mean_axis(Axis(0)).unwrap();
        assert!(flat.row(0).iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-5));
        assert_eq!(RidgePurifier::fit(&embedding, &Array2::ones((9, 2))).unwrap_err().code(), "shape_mismatch");
    }
}
