//! Whatever went wrong in a session, as one type with a stable code.

use thiserror::Error;

use crate::cohort::CohortError;
use crate::comparison::ComparisonError;
use crate::figure::FigureError;
use crate::readout::ReadoutError;
use crate::training_set::TrainingSetError;
use crate::twin::{ConfigError, TrainError};

/// A call that was refused: what was found and what to do. Nothing that was loaded is lost by it.
#[derive(Clone, Debug, Error)]
pub enum SessionError {
    /// A file or cohort.
    #[error(transparent)]
    Cohort(#[from] Box<CohortError>),
    /// A cohort that cannot be trained on.
    #[error(transparent)]
    TrainingSet(#[from] TrainingSetError),
    /// A parameter.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A run.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A readout.
    #[error(transparent)]
    Readout(#[from] ReadoutError),
    /// A cohort that another worker sent.
    #[error(transparent)]
    Parcel(#[from] crate::cohort::ParcelError),
    /// A comparison that cannot begin.
    #[error(transparent)]
    Comparison(#[from] ComparisonError),
    /// A session file.
    #[error(transparent)]
    File(#[from] super::SessionFileError),
    /// A figure.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// Something asked for before it exists.
    #[error("{0}")]
    NotYet(&'static str),
    /// An estimate that this cohort does not allow.
    #[error("This cannot be estimated here. {because}")]
    NoEstimate {
        /// What is missing.
        because: String,
    },
    /// A name that nothing has.
    #[error("There is no {what} of that name: choose one from the list. ({name:?})")]
    Unknown {
        /// `column`, `gene`, `pathway`, …
        what: &'static str,
        /// As asked for.
        name: String,
    },
}

impl SessionError {
    /// Stable, machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cohort(e) => e.code,
            Self::TrainingSet(e) => e.code(),
            Self::Config(_) => "bad_config",
            Self::Train(e) => e.code(),
            Self::Readout(e) => e.code(),
            Self::Parcel(_) => "damaged_parcel",
            Self::Comparison(e) => e.code(),
            Self::File(e) => e.code(),
            Self::Figure(e) => e.code(),
            Self::NotYet(_) => "not_yet",
            Self::NoEstimate { .. } => "no_estimate",
            Self::Unknown { .. } => "unknown_name",
        }
    }
}

impl From<CohortError> for SessionError {
    fn from(error: CohortError) -> Self {
        Self::Cohort(Box::new(error))
    }
}

impl From<crate::baseline::DecompositionError> for SessionError {
    fn from(error: crate::baseline::DecompositionError) -> Self {
        Self::Readout(error.into())
    }
}
