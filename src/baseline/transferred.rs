//! A saved model on another cohort, behind the trait that every readout takes.

use ndarray::Array2;

use super::Representation;
use crate::training_set::{Aligned, Moments};
use crate::twin::{TrainError, TwinModel};

/// Takes samples over the genes that the cohort shares with the model; the model's other genes stand at their mean.
#[derive(Clone, Debug)]
pub struct Transferred {
    model: TwinModel,
    moments: Moments,
    columns: Vec<usize>,
}

impl Transferred {
    /// `model` for samples as `aligned` has them.
    pub fn new(model: TwinModel, aligned: &Aligned) -> Self {
        Self { model, moments: aligned.set.moments.clone(), columns: aligned.columns.clone() }
    }

    /// The purified profiles of embeddings over the shared genes, `log2(1 + x)` on the cohort's own scale, where there is
    /// a decoder.
    ///
    /// # Errors
    /// [`TrainError::Device`] when the device does not answer.
    pub fn purified(&self, embedding: &Array2<f32>) -> Option<Result<Array2<f32>, TrainError>> {
        let decoded = pollster::block_on(self.model.purified(embedding))?;
        Some(decoded.map(|all| self.moments.to_log(&all.select(ndarray::Axis(1), &self.columns))))
    }
}

impl Representation for Transferred {
    fn name(&self) -> String {
        self.model.name()
    }

    fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
        let shared = self.moments.standardise(linear);
        let mut whole = Array2::zeros((linear.nrows(), self.model.genes().len()));
        for (column, &at) in self.columns.iter().enumerate() {
            whole.column_mut(at).assign(&shared.column(column));
        }
        pollster::block_on(self.model.embed_standardised(whole))
            .unwrap_or_else(|_| Array2::from_elem((linear.nrows(), self.dim()), f32::NAN))
    }

    fn dim(&self) -> usize {
        self.model.dim()
    }
}
