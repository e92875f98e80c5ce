//! Where a comparison stands, and why one cannot begin.

use serde::Serialize;

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
    /// Whether the table is complete.
    pub finished: bool,
}
