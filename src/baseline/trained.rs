//! A trained model behind the trait that every readout takes.

use ndarray::Array2;

use super::Representation;
use crate::contamination::Removal;
use crate::twin::TwinModel;

impl Representation for TwinModel {
    fn name(&self) -> String {
        "TwinPurify".into()
    }

    /// A device that does not answer gives an embedding that is not a number, which every readout refuses.
    fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
        pollster::block_on(TwinModel::embed(self, linear))
            .unwrap_or_else(|_| Array2::from_elem((linear.nrows(), self.dim()), f32::NAN))
    }

    fn dim(&self) -> usize {
        self.width()
    }

    fn embed_whole(&self, linear: &Array2<f32>) -> Array2<f32> {
        pollster::block_on(self.whole(self.moments().standardise(linear)))
            .unwrap_or_else(|_| Array2::from_elem((linear.nrows(), self.width()), f32::NAN))
    }

    fn bottleneck(&self, linear: &Array2<f32>) -> Array2<f32> {
        pollster::block_on(self.encode(self.moments().standardise(linear)))
            .unwrap_or_else(|_| Array2::from_elem((linear.nrows(), self.config().dim), f32::NAN))
    }

    fn profile_genes(&self) -> Option<&[String]> {
        self.config().profile.then(|| self.genes())
    }

    fn own_share(&self) -> f32 {
        if self.config().profile { self.config().raw_share as f32 } else { 0.0 }
    }

    fn moved(&self, linear: &Array2<f32>) -> Array2<f32> {
        pollster::block_on(self.moved_along(self.moments().standardise(linear)))
            .unwrap_or_else(|_| Array2::from_elem((linear.nrows(), 0), f32::NAN))
    }

    fn removal(&self) -> Option<&Removal> {
        TwinModel::removal(self)
    }

    fn set_strength(&mut self, strength: usize, kept: &[usize]) {
        TwinModel::set_strength(self, strength, kept);
    }

    fn purified(&self, embedding: &Array2<f32>) -> Option<Array2<f32>> {
        let decoded = pollster::block_on(TwinModel::purified(self, embedding))?;
        Some(match decoded {
            Ok(profiles) => self.moments().to_log(profiles),
            Err(_) => Array2::from_elem((embedding.nrows(), self.genes().len()), f32::NAN),
        })
    }

    fn file(&self) -> Option<Vec<u8>> {
        pollster::block_on(self.to_bytes()).ok()
    }
}
