//! One training fold and its held-out tumours, embedded by an encoder that never saw the latter.

use super::super::ReadoutError;
use super::fitting::{Classifiers, Fitting};
use crate::random::{Purpose, stream};
use ndarray::Array2;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Clean and diluted, each by logistic regression and by neighbours: samples × classes.
pub type Said = [[Array2<f64>; 2]; 2];

/// A classifier of one fold in progress.
pub struct HeldOutRun {
    fitting: Fitting,
    rng: Xoshiro256PlusPlus,
    /// Before it is asked.
    fitted: Option<Classifiers>,
    held: [Array2<f32>; 2],
}

impl HeldOutRun {
    /// Share that is done: of the fit, before it is asked.
    pub fn done(&self) -> f64 {
        self.fitting.done()
    }

    /// Begin: `train` is samples × features of classes `y`, all under `classes`, each with its patient's number; `held` the held-out tumours as they are
    /// and diluted.
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when inputs are not aligned.
    pub fn new(
        train: Array2<f32>,
        (y, patients): (Vec<usize>, Vec<usize>),
        classes: usize,
        held: [Array2<f32>; 2],
        seed: u64,
    ) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Labels", train.nrows(), y.len())?;
        ReadoutError::shape("Patients", train.nrows(), patients.len())?;
        Ok(Self {
            fitting: Fitting::new(train, y, patients, classes),
            rng: stream(seed, Purpose::Folds, 1000),
            fitted: None,
            held,
        })
    }

    /// One step; what is said of the held-out tumours once it was the last.
    ///
    /// # Errors
    /// [`ReadoutError::TooFew`] with fewer than two classes or three training tumours of one, and the fit's own.
    pub fn step(&mut self) -> Result<Option<Said>, ReadoutError> {
        if let Some(fitted) = self.fitted.take() {
            return Ok(Some(self.held.each_ref().map(|held| fitted.said(held))));
        }
        self.fitted = self.fitting.step(&mut self.rng)?;
        Ok(None)
    }
}
