//! A training fold and the samples that were held out of it, in steps.

use std::time::{Duration, Instant};

use super::super::ReadoutError;
use super::fitting::{Classifiers, Fitting};
use crate::parallel;
use ndarray::Array2;

/// How long a fold goes on where several are at it side by side: many of its steps are shorter than handing them out.
const SLICE: Duration = Duration::from_millis(30);

/// What logistic regression and neighbours say of some samples, each samples × classes.
pub(super) type Answer = [Array2<f64>; 2];

/// Classifiers being fitted to a training fold, then asked about the samples held out, one side of the test after another.
pub(super) struct FoldRun {
    fitting: Fitting,
    fitted: Option<Classifiers>,
    /// Those to ask about, the last first.
    held: Vec<Array2<f32>>,
    said: Vec<Answer>,
    failed: Option<ReadoutError>,
    over: bool,
}

impl FoldRun {
    /// Begin: what is fitted, and the sides to be asked about, in their order.
    pub(super) fn new(fitting: Fitting, mut held: Vec<Array2<f32>>) -> Self {
        held.reverse();
        Self { fitting, fitted: None, held, said: Vec::new(), failed: None, over: false }
    }

    /// Share of the fit that is done.
    pub(super) fn done(&self) -> f64 {
        self.fitting.done()
    }

    /// Whether all is said, or the fit failed.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// What was said of each side.
    ///
    /// # Errors
    /// The fit's own.
    pub(super) fn said(self) -> Result<Vec<Answer>, ReadoutError> {
        self.failed.map_or(Ok(self.said), Err)
    }

    /// One step: of the fit, or a side being classified; nothing where it is over.
    pub(super) fn step(&mut self) {
        if self.over {
            return;
        }
        match &self.fitted {
            None => match self.fitting.step() {
                Ok(fitted) => self.fitted = fitted,
                Err(error) => (self.failed, self.over) = (Some(error), true),
            },
            Some(fitted) => {
                if let Some(held) = self.held.pop() {
                    self.said.push(fitted.said(&held));
                }
                if self.held.is_empty() {
                    (self.fitted, self.over) = (None, true);
                }
            }
        }
    }
}

/// One step of a fold that is alone, or some of each of several side by side. What they find does not depend on it.
pub(super) fn advance(folds: &mut [&mut FoldRun]) {
    if let [alone] = folds {
        return alone.step();
    }
    parallel::each(folds, |fold| {
        let began = Instant::now();
        while !fold.is_over() && began.elapsed() < SLICE {
            fold.step();
        }
    });
}
