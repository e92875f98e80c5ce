//! How much of a number per tumour (purity, a stromal or immune score) an embedding holds (METHOD.md 5 and 7).

use super::ReadoutError;
use super::classification::{deal_patients, repeat};
use super::correlation::spearman;
use super::cosine::unit_rows;
use super::ridge::RidgePurifier;
use crate::baseline::{PrincipalComponents, check_finite};
use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// Folds of every cross-validation here.
pub(super) const FOLDS: usize = 5;
/// Fewer known values than this make an R² of nothing.
pub const FEWEST_VALUES: usize = 20;
/// Neighbours asked (METHOD.md 7).
pub(super) const NEIGHBOURS: usize = 10;
/// Leading components that are correlated.
pub(super) const COMPONENTS: usize = 5;

/// How an embedding follows a number: never one of these alone, for whitening hides it from the first and not from
/// the others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Association {
    /// Largest |Spearman| of the first five principal components.
    pub components: f64,
    /// Cross-validated R² of the mean of the ten nearest neighbours, by cosine.
    pub neighbours: f64,
    /// Cross-validated R² of a ridge regression.
    pub ridge: f64,
}

/// How `embedding` (n × d) follows `values` (one per row, NaN where unknown). `seed` draws the folds, none of which splits
/// one of the `patients` (a number per row).
///
/// # Errors
/// [`ReadoutError::TooFew`] under 20 known values or where they are all alike, [`ReadoutError::Shape`],
/// [`ReadoutError::Decomposition`] when the embedding is not finite.
pub fn association(
    embedding: &Array2<f32>,
    values: &[f64],
    patients: &[usize],
    seed: u64,
) -> Result<Association, ReadoutError> {
    let known = Known::of(embedding, values, patients)?;
    let leading = PrincipalComponents::fit(known.rows.view(), COMPONENTS.min(known.rows.ncols()))?.scores;
    let follows = |column: ndarray::ArrayView1<f64>| spearman(&column.to_vec(), &known.values).unwrap_or(0.0).abs();
    let components = leading.columns().into_iter().map(follows).fold(0.0, f64::max);
    let unit = unit_rows(known.rows.clone());
    let neighbours = known.cross_validated(seed, |train, test| Ok(nearest_means(&unit, &known.values, train, test)))?;
    Ok(Association { components, neighbours, ridge: known.ridge(seed)? })
}

/// Cross-validated R² of `values` (one per row of `embedding`, NaN where unknown) from a ridge regression whose
/// penalty is chosen by generalised cross-validation inside the training folds. Negative where it predicts worse than
/// the mean.
///
/// # Errors
/// As [`association`].
pub fn ridge_r2(embedding: &Array2<f32>, values: &[f64], patients: &[usize], seed: u64) -> Result<f64, ReadoutError> {
    Known::of(embedding, values, patients)?.ridge(seed)
}

/// Which fold each row is held out in, with all rows of one of the `patients`.
pub(super) fn folds(patients: &[usize], seed: u64) -> Vec<usize> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    if repeat(patients) {
        return deal_patients(&[], patients, FOLDS, Some(&mut rng));
    }
    let mut fold: Vec<usize> = (0..patients.len()).map(|i| i % FOLDS).collect();
    fold.shuffle(&mut rng);
    fold
}

/// Places of the values that are known.
///
/// # Errors
/// [`ReadoutError::TooFew`] under [`FEWEST_VALUES`] or where they are all alike.
pub(super) fn known(values: &[f64]) -> Result<Vec<usize>, ReadoutError> {
    let which: Vec<usize> = (0..values.len()).filter(|&i| values[i].is_finite()).collect();
    ReadoutError::at_least("Tumours with a known value", FEWEST_VALUES, which.len())?;
    let distinct = 1 + usize::from(which.iter().any(|&i| values[i] != values[which[0]]));
    ReadoutError::at_least("Distinct values", 2, distinct)?;
    Ok(which)
}

/// The rows whose value is known, centred.
struct Known {
    rows: Array2<f32>,
    values: Vec<f64>,
    patients: Vec<usize>,
}

impl Known {
    fn of(embedding: &Array2<f32>, values: &[f64], patients: &[usize]) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Values", embedding.nrows(), values.len())?;
        ReadoutError::shape("Patients", embedding.nrows(), patients.len())?;
        check_finite(embedding.view())?;
        let which = known(values)?;
        let known: Vec<f64> = which.iter().map(|&i| values[i]).collect();
        let mut rows = embedding.select(Axis(0), &which);
        let mean = rows.sum_axis(Axis(0)) / rows.nrows() as f32;
        rows -= &mean;
        let patients = which.iter().map(|&i| patients[i]).collect();
        Ok(Self { rows, values: known, patients })
    }

    fn ridge(&self, seed: u64) -> Result<f64, ReadoutError> {
        let features = narrowed(standardised(&self.rows))?;
        let target = Array2::from_shape_fn((self.values.len(), 1), |(i, _)| self.values[i] as f32);
        self.cross_validated(seed, |train, test| {
            let fitted = RidgePurifier::fit(&features.select(Axis(0), train), &target.select(Axis(0), train))?;
            let said = fitted.predict(&features.select(Axis(0), test))?;
            Ok(said.iter().map(|v| f64::from(*v)).collect())
        })
    }

    fn cross_validated(
        &self,
        seed: u64,
        predict: impl Fn(&[usize], &[usize]) -> Result<Vec<f64>, ReadoutError>,
    ) -> Result<f64, ReadoutError> {
        cross_validated(&self.values, &folds(&self.patients, seed), predict)
    }
}

/// R² of what `predict(train, test)` says of every fold when the others are known.
pub(super) fn cross_validated(
    values: &[f64],
    fold: &[usize],
    predict: impl Fn(&[usize], &[usize]) -> Result<Vec<f64>, ReadoutError>,
) -> Result<f64, ReadoutError> {
    let n = values.len();
    let mut error = 0.0;
    for held_out in 0..FOLDS {
        let (test, train): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| fold[i] == held_out);
        let said = predict(&train, &test)?;
        error += test.iter().zip(said).map(|(&i, v)| (values[i] - v).powi(2)).sum::<f64>();
    }
    Ok(1.0 - error / spread(values))
}

/// Sum of squares around the mean.
pub(super) fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| (v - mean).powi(2)).sum()
}

/// Mean value of the nearest training rows of every test row, by cosine.
fn nearest_means(unit: &Array2<f32>, values: &[f64], train: &[usize], test: &[usize]) -> Vec<f64> {
    let similarity = unit.select(Axis(0), test).dot(&unit.select(Axis(0), train).t());
    let mean = |row: ndarray::ArrayView1<f32>| {
        mean_of_nearest(row.iter().map(|v| f64::from(*v)).zip(train.iter().copied()).collect(), values)
    };
    similarity.rows().into_iter().map(mean).collect()
}

/// Mean value of the nearest of `candidates`: similarity and place.
pub(super) fn mean_of_nearest(mut candidates: Vec<(f64, usize)>, values: &[f64]) -> f64 {
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    candidates.truncate(NEIGHBOURS);
    candidates.iter().map(|(_, i)| values[*i]).sum::<f64>() / candidates.len() as f64
}

/// Columns at unit variance; constant ones at 0.
fn standardised(centred: &Array2<f32>) -> Array2<f32> {
    let n = centred.nrows() as f32;
    let mut out = centred.clone();
    for mut column in out.columns_mut() {
        let deviation = (column.dot(&column) / n).sqrt();
        column.mapv_inplace(|v| if deviation > 0.0 { v / deviation } else { 0.0 });
    }
    out
}

/// Features wider than the cohort, rotated into the space that the samples span: a ridge regression cannot tell the
/// difference, and a profile of 3,000 genes costs no more than an embedding.
fn narrowed(features: Array2<f32>) -> Result<Array2<f32>, ReadoutError> {
    let n = features.nrows();
    if features.ncols() < n {
        return Ok(features);
    }
    Ok(PrincipalComponents::fit(features.view(), n - 1)?.scores.mapv(|v| v as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_distr::{Distribution, StandardNormal};

    fn noise(n: usize, d: usize, seed: u64) -> Array2<f32> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        Array2::from_shape_simple_fn((n, d), || StandardNormal.sample(&mut rng))
    }

    fn own(n: usize) -> Vec<usize> {
        (0..n).collect()
    }

    #[test]
    fn regions_of_a_patient_do_not_foretell_each_other() {
        let mut known_again = 0.0;
        for seed in 0..6 {
            let patient = noise(40, 12, seed) * 3.0;
            let patients: Vec<usize> = (0..120).map(|i| i / 3).collect();
            let embedding = patient.select(Axis(0), &patients) + noise(120, 12, 50 + seed) * 0.3;
            let drawn = noise(40, 1, 90 + seed);
            let values: Vec<f64> = patients.iter().map(|&p| f64::from(drawn[[p, 0]])).collect();
            let found = association(&embedding, &values, &patients, seed).expect("an association");
            assert!(found.neighbours < 0.15 && found.ridge < 0.15, "{seed}: {found:?}");
            known_again += association(&embedding, &values, &own(120), seed).expect("an association").neighbours / 6.0;
        }
        assert!(known_again > 0.1, "folds that split patients know them again: {known_again}");
    }

    #[test]
    fn a_number_in_the_embedding_is_found_by_all_three_and_noise_by_none() {
        for width in [6, 300] {
            let mut embedding = noise(120, width, 1) * 0.2;
            // Half a turn of a circle: neighbours by cosine see angles, components and ridge its straight side.
            let hidden: Vec<f64> = (0..120).map(|i| f64::from(i * 37 % 120) / 120.0 * std::f64::consts::PI).collect();
            for (i, angle) in hidden.iter().enumerate() {
                (0..width / 3).for_each(|j| embedding[[i, j]] += 2.0 * angle.cos() as f32);
                (width / 3..width * 2 / 3).for_each(|j| embedding[[i, j]] += 2.0 * angle.sin() as f32);
            }
            let found = association(&embedding, &hidden, &own(120), 3).expect("an association");
            assert!(found.components > 0.9 && found.ridge > 0.8 && found.neighbours > 0.5, "{width}: {found:?}");
            let nothing = association(&noise(120, width, 4), &hidden, &own(120), 3).expect("an association");
            assert!(nothing.ridge < 0.15 && nothing.neighbours < 0.15 && nothing.components < 0.5, "{nothing:?}");
            assert_eq!(found, association(&embedding, &hidden, &own(120), 3).expect("the same"));
        }
    }

    #[test]
    fn rotation_changes_no_prediction() {
        let wide = noise(40, 90, 5);
        let centred = &wide - &(wide.sum_axis(Axis(0)) / 40.0);
        let features = standardised(&centred);
        let narrow = narrowed(features.clone()).expect("components");
        assert_eq!(narrow.ncols(), 39);
        let (a, b) = (features.dot(&features.t()), narrow.dot(&narrow.t()));
        assert!(a.iter().zip(&b).all(|(x, y)| (x - y).abs() < 1e-2), "inner products stay");
    }

    #[test]
    fn unknown_values_are_left_out_and_too_few_refused() {
        let embedding = noise(30, 4, 6);
        let mut values: Vec<f64> = (0..30).map(f64::from).collect();
        values[0] = f64::NAN;
        assert!(ridge_r2(&embedding, &values, &own(30), 1).expect("29 values").is_finite());
        values[..15].fill(f64::NAN);
        assert_eq!(ridge_r2(&embedding, &values, &own(30), 1).expect_err("15 values").code(), "too_few");
        assert_eq!(ridge_r2(&embedding, &[1.0; 30], &own(30), 1).expect_err("one value").code(), "too_few");
        assert_eq!(ridge_r2(&embedding, &[1.0; 29], &own(30), 1).expect_err("29 rows").code(), "shape_mismatch");
    }
}
