//! One classifier on one training fold, its penalty chosen there, in steps short enough for a worker.

use super::super::ReadoutError;
use super::folds::{deal_patients, repeat, stratified_folds};
use super::logistic::{Descent, probabilities};
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

/// Parts of one fit: the features, their space, every penalty on every inner fold, the classifier. A regression takes as many
/// steps as it needs.
const PARTS: usize = 1 + Begun::STEPS + INNER * GRID.len() + 1;

/// A fit in progress.
pub(super) struct Fitting {
    train: Array2<f32>,
    y: Vec<usize>,
    classes: usize,
    /// Inner fold of each sample, drawn when the fit begins: it is of no account which fit then goes on first.
    fold: Result<Vec<usize>, ReadoutError>,
    stage: Stage,
    done: usize,
}

enum Stage {
    Begin,
    Prepare(Box<Begun>),
    Choose(Box<Choosing>),
    Classify(Box<Chosen>),
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
    running: Option<Inner>,
}

/// One penalty on one inner fold.
struct Inner {
    train: Array2<f64>,
    test: Array2<f64>,
    inside: Vec<usize>,
    descent: Descent,
}

/// The classifier with the penalty that was chosen.
struct Chosen {
    space: Space,
    x: Array2<f64>,
    descent: Descent,
    weights: Array2<f64>,
}

/// Both classifiers of a training fold.
pub(super) struct Classifiers {
    space: Space,
    weights: Array2<f64>,
    neighbours: Neighbours,
}

impl Fitting {
    /// On samples × features of classes `0..classes`, each with at least three samples, and the patient of each sample.
    pub(super) fn new(
        train: Array2<f32>,
        y: Vec<usize>,
        patients: &[usize],
        classes: usize,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Self {
        let fold = if repeat(patients) {
            // A class of two patients here is missing in an inner fold, which prefers no penalty then.
            let label: Vec<Option<usize>> = y.iter().map(|class| Some(*class)).collect();
            Ok(deal_patients(&[label], patients, INNER, Some(rng)))
        } else {
            stratified_folds(&y, INNER, Some(rng))
        };
        Self { train, y, classes, fold, stage: Stage::Begin, done: 0 }
    }

    /// Share that is done.
    pub(super) fn done(&self) -> f64 {
        self.done as f64 / PARTS as f64
    }

    /// One step: a part of their space, or one of a regression, on an inner fold under a penalty or with the best, which ends
    /// it.
    pub(super) fn step(&mut self) -> Result<Option<Classifiers>, ReadoutError> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Begin => {
                self.stage = Stage::Prepare(Box::new(Begun::of(self.train.view())?));
                self.done += 1;
            }
            Stage::Prepare(mut begun) => {
                self.done += 1;
                let Some((space, x)) = begun.step()? else {
                    self.stage = Stage::Prepare(begun);
                    return Ok(None);
                };
                let fold = std::mem::replace(&mut self.fold, Ok(Vec::new()))?;
                let (weights, loss) = (Array2::zeros((x.ncols(), self.classes)), [0.0; GRID.len()]);
                let choosing = Choosing { space, x, fold, at: (0, 0), weights, loss, running: None };
                self.stage = Stage::Choose(Box::new(choosing));
            }
            Stage::Choose(mut choosing) if choosing.at.0 < INNER => {
                self.done += usize::from(self.inner(&mut choosing)?);
                self.stage = Stage::Choose(choosing);
            }
            Stage::Choose(choosing) => {
                let Choosing { space, x, loss, .. } = *choosing;
                // The stronger of two penalties as good.
                let best = loss.iter().zip(GRID).fold((f64::INFINITY, GRID[0]), |best, (loss, c)| {
                    if *loss < best.0 - 1e-9 { (*loss, c) } else { best }
                });
                let weights = Array2::zeros((x.ncols(), self.classes));
                let descent = Descent::new(&self.y, self.classes, best.1);
                self.stage = Stage::Classify(Box::new(Chosen { space, x, descent, weights }));
            }
            Stage::Classify(mut chosen) => {
                if !chosen.descent.step(&chosen.x, &mut chosen.weights, EXACTLY)? {
                    self.stage = Stage::Classify(chosen);
                    return Ok(None);
                }
                self.done += 1;
                let Chosen { space, weights, .. } = *chosen;
                let neighbours = Neighbours::of(&std::mem::take(&mut self.train), &self.y, self.classes);
                return Ok(Some(Classifiers { space, weights, neighbours }));
            }
            Stage::Done => {}
        }
        Ok(None)
    }

    /// A step of a penalty on an inner fold; whether it was the last, and the held-out cross-entropy, all classes weighted
    /// alike, is added. The next penalty or fold follows.
    fn inner(&self, choosing: &mut Choosing) -> Result<bool, ReadoutError> {
        let Choosing { x, fold, at: (at, place), weights, loss, running, .. } = choosing;
        let mut inner = running.take().unwrap_or_else(|| {
            let (inside, outside): (Vec<usize>, Vec<usize>) = (0..fold.len()).partition(|&i| fold[i] == *at);
            let y: Vec<usize> = outside.iter().map(|&i| self.y[i]).collect();
            let (train, test) = (x.select(Axis(0), &outside), x.select(Axis(0), &inside));
            Inner { train, test, inside, descent: Descent::new(&y, self.classes, GRID[*place]) }
        });
        if !inner.descent.step(&inner.train, weights, ROUGHLY)? {
            *running = Some(inner);
            return Ok(false);
        }
        let Inner { test, inside, .. } = inner;
        let size = |class: usize| inside.iter().filter(|&&i| self.y[i] == class).count() as f64;
        let weight: Vec<f64> = (0..self.classes).map(|class| 1.0 / size(class).max(1.0)).collect();
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
        Ok(true)
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
            let patients: Vec<usize> = (0..60).collect();
            let mut fitting = Fitting::new(x, y.clone(), &patients, 2, &mut Xoshiro256PlusPlus::seed_from_u64(1));
            loop {
                let before = fitting.done();
                let fitted = fitting.step().unwrap();
                assert!(fitting.done() >= before && (fitting.done() == 1.0) == fitted.is_some());
                if let Some(fitted) = fitted {
                    return fitted.weights.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
                }
            }
        };
        let (noise, clear) = (largest_weight(0.0), largest_weight(8.0));
        assert!(noise < 0.5 && clear > 2.0, "{noise} {clear}");
    }
}
