//! Runs: a configuration resolved for the cohort, training step by step, checkpoints, the closed form, the verdict.

use std::rc::Rc;

use ndarray::Array2;
use serde::Serialize;

use super::fitted::{Contaminated, Fitted};
use super::{Run, Session, SessionError, now};
use crate::baseline::{ClosedForm, Representation};
use crate::readout::guards::{Guard, before_training, effective_rank, of_rank};
use crate::readout::identity::Identity;
use crate::readout::pca::PcaMap;
use crate::readout::ridge::RidgePurifier;
use crate::training_set::{Selection, TrainingSet};
use crate::twin::{Config, Device, Placement, Preset, Progress, TrainError, Trainer, TrainingData, TwinModel};

/// Width of the PCA shown beside every verdict (`PCA-20`, as in the comparison).
pub(super) const PCA_WIDTH: usize = 20;

/// A preset as a person chooses it.
#[derive(Clone, Debug, Serialize)]
pub struct PresetDescription {
    /// Its name.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Its parameters, automatic ones at 0.
    pub config: Config,
}

/// The presets of docs/method.md, the default first.
pub fn presets() -> Vec<PresetDescription> {
    let of = |name, preset, summary| PresetDescription { name, summary, config: Config::preset(preset) };
    vec![
        of(
            "Profile",
            Preset::Profile,
            "A linear encoder and decoder under both losses, read as the purified profile of every gene. The default: a compromise; Evidence shows what it costs on this cohort.",
        ),
        of(
            "Balanced",
            Preset::Balanced,
            "A network with a hidden layer under both losses, read at its narrow bottleneck.",
        ),
        of(
            "Strict",
            Preset::Strict,
            "Balanced without a projector: purity dominates less, neighbourhoods suffer a little.",
        ),
        of("Linear", Preset::Linear, "A linear encoder whose gene loadings can be read; Barlow Twins alone."),
        of("Classic", Preset::Classic, "The textbook three-layer projector; Barlow Twins alone."),
        of("Instant", Preset::Instant, "The closed form that the linear encoder approaches: seconds, no training."),
    ]
}

/// A configuration filled in and checked, with what a person should know before training.
#[derive(Clone, Debug, Serialize)]
pub struct Resolved {
    /// Every parameter.
    pub config: Config,
    /// Guards known before training.
    pub notes: Vec<Guard>,
    /// How much of the contamination will be taken out, and why; a sentence.
    pub strength: String,
}

/// What a run will do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Steps of the whole run.
    pub steps: usize,
    /// Epochs of the whole run.
    pub epochs: usize,
    /// Steps of one epoch.
    pub steps_per_epoch: usize,
    /// Tumours trained on.
    pub tumours: usize,
    /// Adjacent normals mixed in.
    pub normals_trained: usize,
    /// Adjacent normals kept for the identity test.
    pub normals_held_out: usize,
    /// Genes used.
    pub genes: usize,
    /// Embedding width.
    pub dim: usize,
}

/// The numbers another engine needs to run this configuration. Holds no sample name.
#[derive(Clone, Debug)]
pub struct TrainingNumbers {
    /// Resolved.
    pub config: Config,
    /// Tumours, trained normals, moments.
    pub data: TrainingData,
}

/// What a finished run showed, in numbers and one sentence.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Tumours that find themselves after 30–80 % of normal tissue was mixed in.
    pub purified: Identity,
    /// The same from the raw profile.
    pub raw: Identity,
    /// The same from the leading components of the raw profile.
    pub pca: Identity,
    /// With half of each sample replaced by the same patient's own normal; `tested` is 0 without pairs.
    pub own_purified: Identity,
    /// The same from the raw profile.
    pub own_raw: Identity,
    /// Whether the normals mixed in were unseen in training.
    pub held_out: bool,
    /// Effective rank of the embedding.
    pub effective_rank: f64,
    /// Embedding width; of a purified profile that of the bottleneck it passed through.
    pub dim: usize,
    /// When not to believe it.
    pub guards: Vec<Guard>,
    /// What a person reads first.
    pub sentence: String,
}

const NO_RUN: SessionError = SessionError::NotYet("No run is in progress: press Train first.");

impl Session {
    /// Fill the automatic parameters for this cohort and check every range.
    ///
    /// # Errors
    /// A parameter out of range, or a cohort that cannot be trained on.
    pub fn resolve_config(&mut self, config: &Config) -> Result<Resolved, SessionError> {
        let set = self.training_set(config)?;
        let config = config.resolve(set.tumours.len())?;
        let notes = before_training(set.tumours.len(), set.normals.len(), config.dim, config.profile);
        let strength = self.strength_beforehand(&config, &set);
        Ok(Resolved { config, notes, strength })
    }

    /// The training set a configuration selects, made once.
    pub(super) fn training_set(&mut self, config: &Config) -> Result<Rc<TrainingSet>, SessionError> {
        let selection = Selection { genes: config.genes, held_out: config.held_out, seed: config.seed };
        if let Some((made_for, set)) = &self.prepared
            && *made_for == selection
        {
            return Ok(Rc::clone(set));
        }
        let set = Rc::new(TrainingSet::from_cohort(self.cohort()?, selection)?);
        self.prepared = Some((selection, Rc::clone(&set)));
        Ok(set)
    }

    /// Begin a run on this engine.
    ///
    /// # Errors
    /// As [`Self::resolve_config`].
    pub fn begin_training(&mut self, config: &Config) -> Result<Plan, SessionError> {
        let config = self.resolve_config(config)?.config;
        let set = self.training_set(&config)?;
        let trainer = Trainer::new(config, Placement::host(TrainingData::from(&*set)), Device::flex());
        Ok(self.adopt(trainer, set))
    }

    /// Go on from a checkpoint of this or another engine.
    ///
    /// # Errors
    /// As [`Self::resolve_config`], and a checkpoint that does not fit.
    pub fn resume_training(&mut self, config: &Config, checkpoint: &[u8]) -> Result<Plan, SessionError> {
        let config = self.resolve_config(config)?.config;
        let set = self.training_set(&config)?;
        let placement = Placement::host(TrainingData::from(&*set));
        let trainer = Trainer::resume(config, placement, Device::flex(), checkpoint)?;
        Ok(self.adopt(trainer, set))
    }

    fn adopt(&mut self, trainer: Trainer, set: Rc<TrainingSet>) -> Plan {
        let config = trainer.config();
        let plan = Plan {
            steps: trainer.steps(),
            epochs: config.epochs,
            steps_per_epoch: trainer.steps_per_epoch(),
            tumours: set.tumours.len(),
            normals_trained: set.normals.len() - set.held_out.len(),
            normals_held_out: set.held_out.len(),
            genes: set.genes.len(),
            dim: config.dim,
        };
        self.history = trainer.history().to_vec();
        self.trained_on("cpu");
        self.live = None;
        self.run = Some(Run { trainer, set });
        plan
    }

    /// Up to `steps` further steps.
    ///
    /// # Errors
    /// A loss that is not finite, or no run.
    pub fn step(&mut self, steps: usize) -> Result<Progress, SessionError> {
        let run = self.run.as_mut().ok_or(NO_RUN)?;
        let progress = now(run.trainer.step(steps))?;
        self.history = run.trainer.history().to_vec();
        Ok(progress)
    }

    /// Everything needed to go on later or elsewhere.
    ///
    /// # Errors
    /// No run.
    pub fn checkpoint(&self) -> Result<Vec<u8>, SessionError> {
        let run = self.run.as_ref().ok_or(NO_RUN)?;
        Ok(now(run.trainer.checkpoint())?)
    }

    /// The numbers for another engine.
    ///
    /// # Errors
    /// As [`Self::resolve_config`].
    pub fn training_numbers(&mut self, config: &Config) -> Result<TrainingNumbers, SessionError> {
        let config = self.resolve_config(config)?.config;
        let set = self.training_set(&config)?;
        Ok(TrainingNumbers { config, data: TrainingData::from(&*set) })
    }

    /// Losses read so far on this or (`record_losses`) another engine.
    pub fn history(&self) -> &[Progress] {
        &self.history
    }

    /// Take over the losses of a run on another engine, so that the loss chart is drawn here.
    pub fn record_losses(&mut self, history: Vec<Progress>) {
        self.history = history;
    }

    /// First two principal components of an embedding in the making: of the run here, or one given by another
    /// engine (n × d values). Axes do not flip between calls.
    ///
    /// # Errors
    /// No run, or values that do not fit.
    pub fn live_map(&mut self, given: Option<Vec<f32>>) -> Result<&Array2<f32>, SessionError> {
        let embedding = match given {
            Some(values) => {
                let samples = self.prepared.as_ref().map_or(0, |(_, set)| set.tumours.len());
                let dim = values.len().checked_div(samples).unwrap_or(0);
                Array2::from_shape_vec((samples, dim), values)
                    .map_err(|_| SessionError::NotYet("The embedding does not fit the cohort."))?
            }
            None => now(self.run.as_ref().ok_or(NO_RUN)?.trainer.embedding())?,
        };
        let mut map = PcaMap::of(&embedding)?;
        if let Some(earlier) = &self.live {
            map.align(earlier);
        }
        Ok(self.live.insert(map.positions))
    }

    /// The run's network, as far as it came, becomes the model that is read.
    ///
    /// # Errors
    /// No run, or an embedding that no readout can use.
    pub fn finish_training(&mut self) -> Result<Verdict, SessionError> {
        let Run { trainer, set } = self.run.take().ok_or(NO_RUN)?;
        let bytes = now(trainer.checkpoint())?;
        let config = trainer.config().clone();
        let moments = set.moments.clone();
        let model = TwinModel::from_checkpoint(&bytes, config, set.genes.clone(), moments, Device::flex())
            .map_err(TrainError::from)?
            .read_as(set.reading)
            .made_of(self.record_to_give_away()?);
        let stand_in = self.stand_in(&set)?;
        let model = now(model.find_directions(trainer.data(), stand_in.as_deref()))?;
        self.read_trained(model, set)
    }

    /// A model becomes the one that is read, on the set it was trained on.
    pub(super) fn read_trained(&mut self, model: TwinModel, set: Rc<TrainingSet>) -> Result<Verdict, SessionError> {
        let config = model.config().clone();
        let dim = config.dim;
        let fitted = Fitted::new(Box::new(model), set, config, dim, None);
        let verdict = fitted.verdict()?.clone();
        self.trained = Some(fitted);
        self.forget_readouts();
        Ok(verdict)
    }

    /// Fit the closed form with a configuration's selection, width, mixing and seed.
    ///
    /// # Errors
    /// As [`Self::resolve_config`], and a solver that fails.
    pub fn run_instant(&mut self, config: &Config) -> Result<Verdict, SessionError> {
        let config = self.resolve_config(config)?.config;
        let set = self.training_set(&config)?;
        let mut form = ClosedForm::fit(&set, config.dim, config.mixing, config.seed)?;
        let stand_in = self.stand_in(&set)?;
        form = form.find_directions(&set, config.mixing, config.seed, stand_in.as_deref());
        form.set_strength(config.strength.unwrap_or(0), &config.kept);
        let dim = form.dim();
        let fitted = Fitted::new(Box::new(form), set, config, dim, None);
        let verdict = fitted.verdict()?.clone();
        self.instant = Some(fitted);
        self.forget_readouts();
        Ok(verdict)
    }

    pub(super) fn forget_readouts(&mut self) {
        self.maps.clear();
        self.pathways = None;
        self.heat_map = None;
        self.compared = None;
        self.read_directions = None;
        self.writing = None;
    }
}

/// Where there is no decoder: the part of the standardised profile that the embedding predicts, back on the log scale.
pub(super) fn ridge_purified(set: &TrainingSet, embedding: &Array2<f32>) -> Result<Array2<f32>, SessionError> {
    // The target is let go of before the prediction is made.
    let ridge = RidgePurifier::fit(embedding, &set.moments.standardise(&set.tumour_values))?;
    Ok(set.moments.to_log(ridge.predict(embedding)?))
}

/// `tissue` says whose normals the identity test mixes in, where that is not known from training.
pub(super) fn verdict(fitted: &Fitted, tissue: Option<&str>) -> Result<Verdict, SessionError> {
    let set = &*fitted.set;
    let Contaminated { any, own, raw, own_raw, pca } = fitted.contaminated()?;
    let rank = effective_rank(&fitted.embedding)?;
    let (tumours, normals, profile) = (set.tumours.len(), set.normals.len(), fitted.config.profile);
    let verdict = Verdict {
        purified: any.read(&*fitted.representation),
        raw: *raw,
        pca: *pca,
        own_purified: own.read(&*fitted.representation),
        own_raw: *own_raw,
        held_out: !set.held_out.is_empty(),
        effective_rank: rank,
        dim: fitted.dim,
        guards: of_rank(rank, tumours, normals, fitted.dim, profile),
        sentence: String::new(),
    };
    Ok(Verdict { sentence: sentence(&verdict, tissue), ..verdict })
}

fn sentence(verdict: &Verdict, tissue: Option<&str>) -> String {
    let Verdict { purified, raw, pca, own_purified, own_raw, held_out, .. } = verdict;
    let unseen = if *held_out { "normal tissue the model never saw" } else { "normal tissue it was trained with" };
    let unseen = tissue.unwrap_or(unseen);
    let mut said = format!(
        "{} of {} tumours find themselves again after 30–80 % of the sample is replaced by {unseen}; raw: {}, PCA: {}.",
        purified.found, purified.tested, raw.found, pca.found
    );
    if own_purified.tested > 0 {
        said.push_str(&format!(
            " With half replaced by the patient's own normal: {} of {}; raw: {}.",
            own_purified.found, own_purified.tested, own_raw.found
        ));
    }
    said
}
