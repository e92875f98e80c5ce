//! Cross-validation of a number per sample: folds that split no patient, and the share of its variance that is predicted.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::ReadoutError;
use super::classification::{deal_patients, repeat};

/// Folds of every cross-validation of a number.
pub(super) const FOLDS: usize = 5;
/// Fewer known values than this make an R² of nothing.
const FEWEST_VALUES: usize = 20;
/// Neighbours asked.
const NEIGHBOURS: usize = 10;

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
        error += squares(values, &test, &predict(&train, &test)?);
    }
    Ok(1.0 - error / spread(values))
}

/// Sum of squares around the mean.
pub(super) fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| (v - mean).powi(2)).sum()
}

/// Mean value of the nearest of `candidates`: similarity and place.
pub(super) fn mean_of_nearest(mut candidates: Vec<(f64, usize)>, values: &[f64]) -> f64 {
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    candidates.truncate(NEIGHBOURS);
    candidates.iter().map(|(_, i)| values[*i]).sum::<f64>() / candidates.len() as f64
}

/// Sum of squares of what was said wrong of some values.
pub(super) fn squares(values: &[f64], of: &[usize], said: &[f64]) -> f64 {
    of.iter().zip(said).map(|(&i, v)| (values[i] - v).powi(2)).sum()
}
