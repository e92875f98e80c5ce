//! Why a run or a saved model cannot go on.

use thiserror::Error;

/// Why a checkpoint or model file cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("The saved model or run cannot be used: {0}.")]
pub struct CheckpointError(pub String);

/// Why training stopped.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum TrainError {
    /// A loss that is not a number.
    #[error(
        "The loss was no longer a finite number after step {step}: lower the learning rate, or look for extreme values in the matrix."
    )]
    NotFinite {
        /// Steps done.
        step: usize,
    },
    /// The device failed: lost, out of memory, or a kernel that did not run.
    #[error("The device stopped answering ({message}).")]
    Device {
        /// What the backend said.
        message: String,
    },
    /// A checkpoint that does not fit.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl TrainError {
    /// Stable, machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFinite { .. } => "not_finite",
            Self::Device { .. } => "device_lost",
            Self::Checkpoint(_) => "bad_checkpoint",
        }
    }
}
