//! One classifier on one training fold, its penalty chosen there, in steps short enough for a worker.

use super::super::ReadoutError;
use super::folds::{deal_patients, repeat, stratified_folds};
use super::logistic::{improve, probabilities};
use super::neighbours::Neighbours;
use super::space::{Begun, Space};
use ndarray::{Array2, Axis};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Inverse penalties tried, strongest first.
const GRID: [f64; 5] = [0.001, 0.01, 0.1, 1.0, 10.0];
/// Folds within a training fold, to choose the penalty.
const INNER: usize = 3;
/// How far a fit goes while penalties are tried, and for the classifier itself.
const ROUGHLY: f64 = 1e-4;
const EXACTLY: f64 = 1e-6;

/// Steps of one fit: the features, their space, every penalty on every inner fold, the classifier.
pub(super) const STEPS: usize = 1 + Begun::STEPS + INNER * GRID.len() + 1;

/// A fit in progress.
pub(super) struct Fitting {
    train: Array2<f32>,
    y: Vec<usize>,
    patients: Vec<usize>,
    classes: usize,
    stage: Stage,
}

enum Stage {
    Begin,
    Prepare(Box<Begun>),
    Choose(Box<Choosing>),
    Done,
}

/// The penalty being chosen.
struct Choosing {
    space: Space,
    x: Array2<f64>,
    /// Inner fold of each sample.
    fold: Vec<usize>,
    /// Inner fold and place in the grid that come next.
    at: (usize, usize),
    /// Of this inner fold, under the penalty before: from the strongest on, each fit starts where the last one ended.
    weights: Array2<f64>,
    loss: [f64; GRID.len()],
}

/// Both classifiers of a training fold.
pub(super) struct Classifiers {
    space: Space,
    weights: Array2<f64>,
    neighbours: Neighbours,
}

impl Fitting {
    /// On samples × features of classes `0..classes`, each with at least three samples, and the patient of each sample.
    pub(super) fn new(train: Array2<f32>, y: Vec<usize>, patients: Vec<usize>, classes: usize) -> Self {
        Self { train, y, patients, classes, stage: Stage::Begin }
    }

    /// One step: a part of their space, one penalty on one inner fold, or the fit with the best penalty, which ends it.
    pub(super) fn step(&mut self, rng: &mut Xoshiro256PlusPlus) -> Result<Option<Classifiers>, ReadoutError> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Begin => {
                self.stage = Stage::Prepare(Box::new(Begun::of(self.train.view())?));
                Ok(None)
            }
            Stage::Prepare(mut begun) => {
                let Some((space, x)) = begun.step()? else {
                    self.stage = Stage::Prepare(begun);
                    return Ok(None);
                };
                let fold = if repeat(&self.patients) {
                    // A class of two patients here is missing in an inner fold, which prefers no penalty then.
                    let label: Vec<Option<usize>> = self.y.iter().map(|class| Some(*class)).collect();
                    deal_patients(&[label], &self.patients, INNER, Some(rng))
                } else {
                    stratified_folds(&self.y, INNER, Some(rng))?
                };
                let (weights, loss) = (Array2::zeros((x.ncols(), self.classes)), [0.0; GRID.len()]);
                self.stage = Stage::Choose(Box::new(Choosing { space, x, fold, at: (0, 0), weights, loss }));
                Ok(None)
            }
            Stage::Choose(mut choosing) if choosing.at.0 < INNER => {
                self.inner(&mut choosing)?;
                self.stage = Stage::Choose(choosing);
                Ok(None)
            }
            Stage::Choose(choosing) => {
                let Choosing { space, x, loss, .. } = *choosing;
                // The stronger of two penalties as good.
                let best = loss.iter().zip(GRID).fold((f64::INFINITY, GRID[0]), |best, (loss, c)| {
                    if *loss < best.0 - 1e-9 { (*loss, c) } else { best }
                });
                let mut weights = Array2::zeros((x.ncols(), self.classes));
                improve(&x, &self.y, best.1, EXACTLY, &mut weights)?;
                let neighbours = Neighbours::of(&self.train, &self.y, self.classes);
                Ok(Some(Classifiers { space, weights, neighbours }))
            }
            Stage::Done => Ok(None),
        }
    }

    /// Add the held-out cross-entropy of an inner fold under a penalty, all classes weighted alike, and go on to the next.
    fn inner(&self, choosing: &mut Choosing) -> Result<(), ReadoutError> {
        let Choosing { x, fold, at: (at, place), weights, loss, .. } = choosing;
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..fold.len()).partition(|&i| fold[i] == *at);
        let (train, test) = (x.select(Axis(0), &outside), x.select(Axis(0), &inside));
        let y: Vec<usize> = outside.iter().map(|&i| self.y[i]).collect();
        let size = |class: usize| inside.iter().filter(|&&i| self.y[i] == class).count() as f64;
        let weight: Vec<f64> = (0..self.classes).map(|class| 1.0 / size(class).max(1.0)).collect();
        improve(&train, &y, GRID[*place], ROUGHLY, weights)?;
        let said = probabilities(&test, weights);
        loss[*place] -= inside
            .iter()
            .zip(said.rows())
            .map(|(&i, row)| weight[self.y[i]] * row[self.y[i]].max(1e-12).ln())
            .sum::<f64>();
        *place += 1;
        if *place == GRID.len() {
            (*at, *place) = (*at + 1, 0);
            weights.fill(0.0);
        }
        Ok(())
    }
}

impl Classifiers {
    /// Probabilities of the logistic regression and shares of the neighbours, samples × classes.
    pub(super) fn said(&self, test: &Array2<f32>) -> [Array2<f64>; 2] {
        [probabilities(&self.space.project(test.view()), &self.weights), self.neighbours.shares(test)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn noise_is_penalised_and_a_clear_label_is_not() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let y: Vec<usize> = (0..60).map(|i| i % 2).collect();
        let mut largest_weight = |shift: f32| {
            let x = Array2::from_shape_fn((60, 20), |(i, j)| {
                rng.random_range(-1.0..1.0f32) + if j == 0 { shift * y[i] as f32 } else { 0.0 }
            });
            let (mut fitting, mut inner) =
                (Fitting::new(x, y.clone(), (0..60).collect(), 2), Xoshiro256PlusPlus::seed_from_u64(1));
            let mut steps = 0;
            loop {
                steps += 1;
                if let Some(fitted) = fitting.step(&mut inner).unwrap() {
                    assert_eq!(steps, STEPS);
                    return fitted.weights.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
                }
            }
        };
        let (noise, clear) = (largest_weight(0.0), largest_weight(8.0));
        assert!(noise < 0.5 && clear > 2.0, "{noise} {clear}");
    }
}
