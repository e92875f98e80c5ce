//! How much of a number per tumour (purity, a stromal or immune score) an embedding holds: by its leading components, by its
//! neighbours and by a ridge regression.

use super::ReadoutError;
use super::correlation::spearman;
use super::cosine::unit_rows;
use super::cross_validation::{FOLDS, folds, known, mean_of_nearest, spread, squares};
use super::ridge_folds::RidgeFolds;
use crate::baseline::{PrincipalComponents, check_finite};
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

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
    ReadoutError::shape("Patients", embedding.nrows(), patients.len())?;
    AssociationRun::new(patients, Some(values), &[], seed).at_once(embedding).whole
}

/// Cross-validated R² of `values` (one per row of `embedding`, NaN where unknown) from a ridge regression whose
/// penalty is chosen by generalised cross-validation inside the training folds. Negative where it predicts worse than
/// the mean.
///
/// # Errors
/// As [`association`].
pub fn ridge_r2(embedding: &Array2<f32>, values: &[f64], patients: &[usize], seed: u64) -> Result<f64, ReadoutError> {
    ReadoutError::shape("Patients", embedding.nrows(), patients.len())?;
    AssociationRun::new(patients, None, &[values], seed).at_once(embedding).ridge.pop().unwrap_or(Err(NOT_ASKED))
}

/// What an embedding says of a number that nobody asked for.
const NOT_ASKED: ReadoutError = ReadoutError::TooFew { what: "Numbers asked for", needed: 1, found: 0 };

/// What [`AssociationRun`] found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Of the number asked for as a whole.
    pub whole: Result<Association, ReadoutError>,
    /// Ridge R² of the others, in their order.
    pub ridge: Vec<Result<f64, ReadoutError>>,
}

/// [`association`] of one number and [`ridge_r2`] of others, in steps short enough for a worker. Numbers that are known
/// for the same samples share their folds' decompositions.
pub struct AssociationRun {
    seed: u64,
    /// Every sample's patient, whom no fold splits.
    patients: Vec<usize>,
    /// The one number, where it is known, and its values there.
    whole: Result<(Vec<usize>, Vec<f64>), ReadoutError>,
    groups: Vec<Group>,
    steps: VecDeque<Step>,
    of: usize,
    /// Centred rows of the one number, and what came of it.
    rows: Array2<f32>,
    components: f64,
    neighbours: f64,
    /// Ridge R², the one number's first.
    ridge: Vec<Result<f64, ReadoutError>>,
}

/// Numbers known for the same samples.
struct Group {
    which: Vec<usize>,
    /// Their places, and the known values of each.
    places: Vec<usize>,
    values: Vec<Vec<f64>>,
    errors: Vec<f64>,
    folds: Option<RidgeFolds>,
}

#[derive(Clone, Copy)]
enum Step {
    Components,
    Neighbours(usize),
    Prepare(usize),
    Ridge(usize, usize),
}

impl AssociationRun {
    /// Begin: everything is asked of `whole`, the ridge regression alone of `ridge`; one value for each of the
    /// `samples`, NaN where unknown.
    pub fn new(patients: &[usize], whole: Option<&[f64]>, ridge: &[&[f64]], seed: u64) -> Self {
        let samples = patients.len();
        let mut groups: Vec<Group> = Vec::new();
        let mut errors = Vec::new();
        for (place, values) in std::iter::once(whole).chain(ridge.iter().map(|values| Some(*values))).enumerate() {
            let which = values.ok_or(NOT_ASKED).and_then(|values| {
                ReadoutError::shape("Values", samples, values.len())?;
                known(values)
            });
            errors.push(which.as_ref().map(|_| 0.0).map_err(Clone::clone));
            let (Some(values), Ok(which)) = (values, which) else { continue };
            let known: Vec<f64> = which.iter().map(|&i| values[i]).collect();
            match groups.iter_mut().find(|group| group.which == which) {
                Some(group) => {
                    group.places.push(place);
                    group.values.push(known);
                }
                None => groups.push(Group {
                    which,
                    places: vec![place],
                    values: vec![known],
                    errors: Vec::new(),
                    folds: None,
                }),
            }
        }
        let mut steps = VecDeque::new();
        let of_whole = groups.iter().find(|group| group.places[0] == 0);
        let whole = match of_whole {
            Some(group) => Ok((group.which.clone(), group.values[0].clone())),
            None => Err(errors[0].clone().err().unwrap_or(NOT_ASKED)),
        };
        if whole.is_ok() {
            steps.push_back(Step::Components);
            steps.extend((0..FOLDS).map(Step::Neighbours));
        }
        for (at, group) in groups.iter().enumerate() {
            steps.extend((0..RidgeFolds::preparations(group.which.len())).map(|_| Step::Prepare(at)));
            steps.extend((0..FOLDS).flat_map(|fold| [Step::Ridge(at, fold); RidgeFolds::STEPS]));
        }
        let (rows, components, neighbours) = (Array2::zeros((0, 0)), 0.0, 0.0);
        let patients = patients.to_vec();
        Self { seed, patients, whole, groups, of: steps.len(), steps, rows, components, neighbours, ridge: errors }
    }

    /// Share of the steps that is left.
    pub fn left(&self) -> f64 {
        self.steps.len() as f64 / self.of.max(1) as f64
    }

    /// One step on the `embedding` (n × d) that every step is given; what was found once it was the last.
    pub fn step(&mut self, embedding: &Array2<f32>) -> Option<Found> {
        if let Some(step) = self.steps.pop_front()
            && let Err(because) = self.take(step, embedding)
        {
            // What cannot be decomposed once cannot be at all.
            self.steps.clear();
            self.whole = self.whole.clone().and(Err(because.clone()));
            self.ridge.iter_mut().for_each(|number| *number = number.clone().and(Err(because.clone())));
        }
        if !self.steps.is_empty() {
            return None;
        }
        let mut ridge = self.ridge.clone();
        let of_whole = ridge.remove(0);
        let (components, neighbours) = (self.components, self.neighbours);
        let whole = self.whole.clone().and(of_whole).map(|ridge| Association { components, neighbours, ridge });
        Some(Found { whole, ridge })
    }

    fn at_once(mut self, embedding: &Array2<f32>) -> Found {
        loop {
            if let Some(found) = self.step(embedding) {
                return found;
            }
        }
    }

    fn take(&mut self, step: Step, embedding: &Array2<f32>) -> Result<(), ReadoutError> {
        match step {
            Step::Components => {
                let (which, values) = self.whole.as_ref().map_err(Clone::clone)?;
                self.rows = known_rows(embedding, which)?;
                let leading = PrincipalComponents::fit(self.rows.view(), COMPONENTS.min(self.rows.ncols()))?.scores;
                let follows =
                    |column: ndarray::ArrayView1<f64>| spearman(&column.to_vec(), values).unwrap_or(0.0).abs();
                self.components = leading.columns().into_iter().map(follows).fold(0.0, f64::max);
                self.rows = unit_rows(std::mem::take(&mut self.rows));
            }
            Step::Neighbours(held_out) => {
                let (which, values) = self.whole.as_ref().map_err(Clone::clone)?;
                let fold = folds(&of(&self.patients, which), self.seed);
                let (test, train): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(|&i| fold[i] == held_out);
                let error = squares(values, &test, &nearest_means(&self.rows, values, &train, &test));
                // Begun at 1, each fold takes its share of what is not explained.
                self.neighbours = if held_out == 0 { 1.0 } else { self.neighbours } - error / spread(values);
                if held_out + 1 == FOLDS {
                    self.rows = Array2::zeros((0, 0));
                }
            }
            Step::Prepare(at) => {
                let group = &mut self.groups[at];
                let folds = match &mut group.folds {
                    Some(folds) => folds,
                    none => {
                        let rows = standardised(&known_rows(embedding, &group.which)?);
                        none.insert(RidgeFolds::new(&rows, folds(&of(&self.patients, &group.which), self.seed)))
                    }
                };
                folds.prepare();
            }
            Step::Ridge(at, held_out) => {
                let group = &mut self.groups[at];
                let Some(folds) = &mut group.folds else { return Ok(()) };
                let Some((test, said)) = folds.held_out(held_out, &group.values)? else { return Ok(()) };
                group.errors.resize(group.values.len(), 0.0);
                for ((error, values), said) in group.errors.iter_mut().zip(&group.values).zip(&said) {
                    *error += squares(values, &test, said);
                }
                if held_out + 1 == FOLDS {
                    group.folds = None;
                    for ((&place, values), error) in group.places.iter().zip(&group.values).zip(&group.errors) {
                        self.ridge[place] = Ok(1.0 - error / spread(values));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The rows whose value is known, centred on their mean.
fn known_rows(embedding: &Array2<f32>, which: &[usize]) -> Result<Array2<f32>, ReadoutError> {
    check_finite(embedding.view())?;
    let mut rows = embedding.select(Axis(0), which);
    let mean = rows.sum_axis(Axis(0)) / rows.nrows() as f32;
    rows -= &mean;
    Ok(rows)
}

/// The patients of some samples.
fn of(patients: &[usize], which: &[usize]) -> Vec<usize> {
    which.iter().map(|&i| patients[i]).collect()
}

/// Mean value of the nearest training rows of every test row, by cosine.
fn nearest_means(unit: &Array2<f32>, values: &[f64], train: &[usize], test: &[usize]) -> Vec<f64> {
    let similarity = unit.select(Axis(0), test).dot(&unit.select(Axis(0), train).t());
    let mean = |row: ndarray::ArrayView1<f32>| {
        mean_of_nearest(row.iter().map(|v| f64::from(*v)).zip(train.iter().copied()).collect(), values)
    };
    similarity.rows().into_iter().map(mean).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

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
    fn numbers_asked_together_are_what_each_is_alone() {
        let embedding = noise(70, 90, 5);
        let clear: Vec<f64> = embedding.column(3).iter().map(|v| f64::from(*v)).collect();
        let other: Vec<f64> = (0..70).map(|i| f64::from(i * 31 % 70)).collect();
        let gaps: Vec<f64> = other.iter().map(|v| if *v < 9.0 { f64::NAN } else { *v }).collect();
        let found = AssociationRun::new(&own(70), Some(&clear), &[&other, &gaps, &[1.0; 70]], 2).at_once(&embedding);
        assert_eq!(found.whole.expect("known"), association(&embedding, &clear, &own(70), 2).expect("an association"));
        for (found, values) in found.ridge.iter().zip([&other, &gaps]) {
            assert_eq!(*found, ridge_r2(&embedding, values, &own(70), 2));
        }
        assert_eq!(found.ridge[2].clone().expect_err("one value").code(), "too_few");
        let mut run = AssociationRun::new(&own(70), Some(&clear), &[&other], 2);
        let mut left = vec![run.left()];
        while run.step(&embedding).is_none() {
            left.push(run.left());
        }
        assert!(left[0] == 1.0 && left.windows(2).all(|pair| pair[1] < pair[0]), "{left:?}");
        assert_eq!(left.len(), 1 + FOLDS + 1 + FOLDS * RidgeFolds::STEPS, "one decomposition a fold serves both");
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
