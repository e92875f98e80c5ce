//! Where a comparison stands, and why one cannot begin.

use serde::Serialize;

use super::forecast::{self, Part};
use super::held_out::{FOLDS, FoldReading};
use super::reading::Reading;
use super::rows::{Job, Method};
use super::{Comparison, Stage};
use crate::training_set::TrainingSetError;
use crate::twin::ConfigError;

/// Why a comparison cannot begin.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum ComparisonError {
    /// The cohort cannot be trained on.
    #[error(transparent)]
    TrainingSet(#[from] TrainingSetError),
    /// A configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No run to compare.
    #[error("There is no run to compare: give at least one configuration.")]
    NoCandidate,
    /// No seed, or too many.
    #[error("{0} seeds were asked for: choose from 1 to 20.")]
    Seeds(usize),
}

impl ComparisonError {
    /// Stable, machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TrainingSet(error) => error.code(),
            Self::Config(_) => "bad_config",
            Self::NoCandidate => "no_candidate",
            Self::Seeds(_) => "bad_seeds",
        }
    }
}

/// Where a comparison stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonProgress {
    /// What is being done, for a person.
    pub doing: String,
    /// Share of the predicted time that is over, 0 to 1.
    pub done: f64,
    /// Predicted seconds left.
    pub seconds_left: f64,
    /// Trials (row × seed) finished.
    pub trials: usize,
    /// Trials in all.
    pub of: usize,
    /// Whether others are at what is missing, and there is nothing left to do here.
    pub waiting: bool,
    /// Whether the table is complete.
    pub finished: bool,
}

impl Comparison {
    /// Where it stands.
    pub fn progress(&self) -> ComparisonProgress {
        let left = self.milliseconds_left();
        let here = self.at < self.jobs.len();
        let (waiting, finished) = (!here && self.waits(), !here && !self.waits());
        ComparisonProgress {
            doing: self.doing(),
            done: if finished { 1.0 } else { (self.elapsed / (self.elapsed + left)).clamp(0.0, 1.0) },
            seconds_left: if finished { 0.0 } else { left / 1000.0 },
            trials: self.trials.len(),
            of: self.rows.len() * self.seeds.len(),
            waiting,
            finished,
        }
    }

    /// Milliseconds that each kind of work took, here and in shares that came back; the most first.
    pub fn spent(&self) -> Vec<(&'static str, f64)> {
        self.forecast.spent()
    }

    fn doing(&self) -> String {
        let Some(job) = self.jobs.get(self.at) else {
            let still = if self.waits() { "Waiting for the other workers." } else { "The table is complete." };
            return still.into();
        };
        let name = self.rows[job.row].name();
        let seed = 1 + self.seeds.iter().position(|s| *s == job.seed).unwrap_or(0);
        let what = match &self.stage {
            Stage::Fit | Stage::Iterating { .. } => "being fitted".to_owned(),
            Stage::Training { trainer, .. } => {
                let step = trainer.history().last().map_or(0, |progress| progress.step);
                format!("training, step {step} of {}", trainer.steps())
            }
            Stage::Reading(reading) => reading.doing().to_owned(),
            Stage::Fold(reading) => reading.doing().to_owned(),
        };
        let fold = job.fold.map_or_else(String::new, |fold| format!(", fold {} of {FOLDS}", fold + 1));
        format!("{name}, seed {seed} of {}{fold}: {what}", self.seeds.len())
    }

    /// Predicted time of everything that is not done, of the job at hand only what is left of it.
    pub(super) fn milliseconds_left(&self) -> f64 {
        let Some(job) = self.jobs.get(self.at) else { return self.milliseconds_elsewhere() };
        let of_this = match &self.stage {
            Stage::Fit => self.milliseconds_of(self.at),
            Stage::Iterating { fit, .. } => {
                fit.left().unwrap_or(0.5) * self.expect(job.row, Part::Fit) + self.milliseconds_to_read(job)
            }
            Stage::Training { trainer, .. } => {
                let step = trainer.history().last().map_or(0, |progress| progress.step);
                (trainer.steps() - step) as f64 * self.expect(job.row, Part::Step) + self.milliseconds_to_read(job)
            }
            Stage::Reading(state) => self.milliseconds_to(job.row, &state.left()),
            Stage::Fold(state) => self.milliseconds_to(job.row, &state.left()),
        };
        let rest: f64 = (self.at + 1..self.jobs.len()).map(|at| self.milliseconds_of(at)).sum();
        (of_this + rest / (1 + self.elsewhere.len()) as f64).max(self.milliseconds_elsewhere())
    }

    fn expect(&self, row: usize, part: Part) -> f64 {
        self.forecast.expect(row, part, forecast::prior(self.rows[row].method(), part, self.size))
    }

    fn milliseconds_to(&self, row: usize, left: &[(Part, f64)]) -> f64 {
        let asked = left.iter().filter(|(part, _)| self.questions.ask(*part));
        asked.map(|(part, n)| n * self.expect(row, *part)).sum()
    }

    fn milliseconds_to_read(&self, job: &Job) -> f64 {
        match job.fold {
            Some(_) => self.milliseconds_to(job.row, &FoldReading::whole()),
            None => self.milliseconds_to(job.row, &Reading::whole(self.out_of_fold)),
        }
    }

    /// Predicted time of a job from its beginning.
    pub(super) fn milliseconds_of(&self, at: usize) -> f64 {
        let job = &self.jobs[at];
        let tumours = self.size.tumours - if job.fold.is_some() { self.size.tumours / FOLDS } else { 0 };
        let steps = match self.rows[job.row].method() {
            Method::Trained(_) if self.trained_before(at) => 0,
            Method::Trained(config) => (tumours / config.batch).max(1) * config.epochs,
            _ => 0,
        };
        let fit = self.expect(job.row, Part::Fit);
        fit + steps as f64 * self.expect(job.row, Part::Step) + self.milliseconds_to_read(job)
    }

    /// Whether an earlier job trains the model that this one reads at another strength.
    fn trained_before(&self, at: usize) -> bool {
        let training = |job: &Job| (self.rows[job.row].training(job.seed), job.fold);
        let mine = training(&self.jobs[at]);
        self.jobs[..at].iter().rev().take_while(|job| job.seed == self.jobs[at].seed).any(|job| training(job) == mine)
    }
}
