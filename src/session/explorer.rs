//! What the explorer asks of an embedding.

use serde::Serialize;

use super::{Session, SessionError};
use crate::figure::Of;
use crate::readout::umap::{Metric, nearest_to};

/// The nearest others of one tumour, nearest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Nearest {
    /// Positions in the order of the embedding.
    pub samples: Vec<usize>,
    /// 1 − cosine of the angle at the cohort's mean, as UMAP compares.
    pub distances: Vec<f32>,
}

impl Session {
    /// The `count` nearest others of a tumour in a representation.
    ///
    /// # Errors
    /// When the representation does not exist yet or has no such tumour.
    pub fn neighbours(&mut self, of: Of, sample: usize, count: usize) -> Result<Nearest, SessionError> {
        let (_, values) = self.features(of)?;
        let near = nearest_to(&values, sample, count, Metric::Cosine)?;
        let (samples, distances) = near.into_iter().unzip();
        Ok(Nearest { samples, distances })
    }
}
