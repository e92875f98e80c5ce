//! A saved model on another cohort, behind the trait that every readout takes.

use ndarray::{Array2, Axis};

use super::Representation;
use crate::contamination::Removal;
use crate::training_set::{Aligned, Moments};
use crate::twin::TwinModel;

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

    /// Samples over the shared genes as the model's genes, standardised; the model's other genes stand at their mean.
    fn widened(&self, linear: &Array2<f32>) -> Array2<f32> {
        let shared = self.moments.standardise(linear);
        let mut whole = Array2::zeros((linear.nrows(), self.model.genes().len()));
        for (column, &at) in self.columns.iter().enumerate() {
            whole.column_mut(at).assign(&shared.column(column));
        }
        whole
    }

    fn none(&self, linear: &Array2<f32>) -> Array2<f32> {
        Array2::from_elem((linear.nrows(), self.dim()), f32::NAN)
    }
}

impl Representation for Transferred {
    fn name(&self) -> String {
        self.model.name()
    }

    fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
        let embedding = pollster::block_on(self.model.embed_standardised(self.widened(linear)));
        embedding.unwrap_or_else(|_| self.none(linear))
    }

    fn dim(&self) -> usize {
        self.model.dim()
    }

    fn embed_whole(&self, linear: &Array2<f32>) -> Array2<f32> {
        pollster::block_on(self.model.whole(self.widened(linear))).unwrap_or_else(|_| self.none(linear))
    }

    fn bottleneck(&self, linear: &Array2<f32>) -> Array2<f32> {
        pollster::block_on(self.model.encode(self.widened(linear)))
            .unwrap_or_else(|_| Array2::from_elem((linear.nrows(), self.model.config().dim), f32::NAN))
    }

    fn profile_genes(&self) -> Option<&[String]> {
        self.model.config().profile.then(|| self.model.genes())
    }

    fn own_share(&self) -> f32 {
        if self.model.config().profile { self.model.config().raw_share as f32 } else { 0.0 }
    }

    fn moved(&self, linear: &Array2<f32>) -> Array2<f32> {
        pollster::block_on(self.model.moved_along(self.widened(linear)))
            .unwrap_or_else(|_| Array2::from_elem((linear.nrows(), 0), f32::NAN))
    }

    fn removal(&self) -> Option<&Removal> {
        self.model.removal()
    }

    /// Of the shared genes.
    fn loadings(&self) -> Option<Array2<f32>> {
        self.removal().map(|removal| removal.directions().loadings.select(Axis(1), &self.columns))
    }

    fn set_strength(&mut self, strength: usize, kept: &[usize]) {
        self.model.set_strength(strength, kept);
    }

    /// Over the shared genes, on the cohort's own scale.
    fn purified(&self, embedding: &Array2<f32>) -> Option<Array2<f32>> {
        let decoded = pollster::block_on(TwinModel::purified(&self.model, embedding))?;
        Some(match decoded {
            Ok(all) => self.moments.to_log(all.select(Axis(1), &self.columns)),
            Err(_) => Array2::from_elem((embedding.nrows(), self.columns.len()), f32::NAN),
        })
    }

    fn file(&self) -> Option<Vec<u8>> {
        Representation::file(&self.model)
    }
}
