//! One training fold and its held-out tumours, embedded by an encoder that never saw the latter.

use super::super::ReadoutError;
use super::fitting::Fitting;
use super::fold_run::{Answer, FoldRun};
use crate::random::{Purpose, stream};
use ndarray::Array2;

/// Clean and diluted, each by logistic regression and by neighbours: samples × classes.
pub type Said = [[Array2<f64>; 2]; 2];

/// A classifier of one fold in progress.
pub struct HeldOutRun(Option<FoldRun>);

impl HeldOutRun {
    /// Share that is done: of the fit, before it is asked.
    pub fn done(&self) -> f64 {
        self.0.as_ref().map_or(1.0, FoldRun::done)
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
        let mut rng = stream(seed, Purpose::Folds, 1000);
        Ok(Self(Some(FoldRun::new(Fitting::new(train, y, &patients, classes, &mut rng), held.into()))))
    }

    /// One step; what is said of the held-out tumours once it was the last.
    ///
    /// # Errors
    /// [`ReadoutError::TooFew`] with fewer than two classes or three training tumours of one, and the fit's own.
    pub fn step(&mut self) -> Result<Option<Said>, ReadoutError> {
        if let Some(run) = &mut self.0 {
            run.step();
        }
        let Some(run) = self.0.take_if(|run| run.is_over()) else { return Ok(None) };
        Ok(<[Answer; 2]>::try_from(run.said()?).ok())
    }
}
