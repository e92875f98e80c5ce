//! A saved model opened on the open cohort, whether it was trained on it or on another.

use std::rc::Rc;

use serde::Serialize;

use super::{Fitted, Session, SessionError, Verdict};
use crate::baseline::Transferred;
use crate::training_set::{Aligned, Alignment, Selection, Transfer};
use crate::twin::{Config, Device, TrainError, TwinModel};

/// What a person learns when a model is opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The identity test and the guards, on this cohort.
    pub verdict: Verdict,
    /// As the model was trained.
    pub config: Config,
    /// Which of its genes are here, and how values were aligned.
    pub transfer: Transfer,
}

/// [`Opened::transfer`] beside the configuration, for a file.
#[derive(Clone, Debug, Serialize)]
pub struct TransferReport<'a> {
    /// As the model was trained.
    pub config: &'a Config,
    /// Genes and alignment.
    #[serde(flatten)]
    pub transfer: &'a Transfer,
}

impl Session {
    /// Open a saved model on the open cohort: its genes are matched by name, the values brought to its moments, and
    /// everything that is read from a trained model is read from it. What was trained before is replaced; on an error it
    /// stays.
    ///
    /// # Errors
    /// When the bytes are no model of this version, or the cohort measures too few of its genes (`transfer_coverage`).
    pub fn open_model(&mut self, bytes: &[u8], alignment: Alignment) -> Result<Opened, SessionError> {
        let model = TwinModel::from_bytes(bytes, Device::flex()).map_err(TrainError::from)?;
        let config = model.config().clone();
        let selection = Selection { genes: config.genes, held_out: config.held_out, seed: config.seed };
        let (genes, moments) = (model.genes().to_vec(), model.moments().clone());
        let reading = model.reading().copied();
        self.cohort()?;
        let cohort = self.cohort.as_ref().ok_or(SessionError::NotYet("Open an expression matrix first."))?;
        let map = self.gene_map.as_ref();
        let aligned = Aligned::of(cohort, &genes, &moments, map, reading.as_ref(), alignment, selection)?;
        let representation = Transferred::new(model, &aligned);
        let Aligned { set, transfer, .. } = aligned;
        let (dim, set) = (config.dim, Rc::new(set));
        let tissue = Some("normal tissue of this cohort");
        let fitted = Fitted::new(Box::new(representation), set, config.clone(), dim, tissue);
        let verdict = fitted.verdict()?.clone();
        self.trained = Some(fitted);
        self.history.clear();
        self.forget_readouts();
        Ok(Opened { verdict, config, transfer })
    }
}
