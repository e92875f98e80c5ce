//! The trainer: a state machine advanced by [`Trainer::step`], so that a worker can answer pause, stop and snapshot
//! between calls.

use burn::tensor::{Device, Tensor};
use ndarray::Array2;
use serde::Serialize;

use super::axis::contamination_axis;
use super::checkpoint;
use super::config::Config;
use super::error::{CheckpointError, TrainError};
use super::gradient::{Objective, Step};
use super::network::{Network, Values, read_back, tensor};
use super::optimiser::{AdamW, learning_rate};
use super::views::{Placement, TrainingData};

/// Steps between two reads of the loss within one call: nothing else makes the caller wait for a GPU's queue.
const STEPS_PER_READ: usize = 8;

/// Where a run stands; losses are those of the newest step read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Steps of the whole run.
    pub steps: usize,
    /// Epochs done.
    pub epoch: usize,
    /// Epochs of the whole run.
    pub epochs: usize,
    /// `L = β · L_BT / D + ρ · L_rec`.
    pub loss: f32,
    /// `Σ_i (1 − C_ii)²`.
    pub on_diagonal: f32,
    /// `Σ_{i≠j} C_ij²`.
    pub off_diagonal: f32,
    /// `L_rec`; 0 where ρ is 0.
    pub reconstruction: f32,
    /// Whether the run is complete.
    pub finished: bool,
}

/// Trains one network on one device.
pub struct Trainer {
    config: Config,
    network: Network,
    values: Values,
    optimiser: AdamW,
    placement: Placement,
    objective: Objective,
    device: Device,
    step: usize,
    history: Vec<Progress>,
}

impl Trainer {
    /// Begin a run of a resolved configuration. `placement` says where the cohort lives.
    pub fn new(config: Config, placement: Placement, device: Device) -> Self {
        let network = Network::new(&config, placement.data().tumours.ncols());
        let mut values = network.initialise(config.seed, &device);
        if network.has_axis() {
            network.set_axis(contamination_axis(placement.data(), &config), &mut values, &device);
        }
        let optimiser = AdamW::new(&network.slots, config.weight_decay, config.clip, &device);
        let width = config.projector.last().copied().unwrap_or(config.dim);
        let batch = config.batch.min(placement.data().tumours.nrows());
        let objective = Objective::new(&config, width, batch, &device);
        Self { config, network, values, optimiser, placement, objective, device, step: 0, history: Vec::new() }
    }

    /// Go on from a checkpoint of the same configuration and cohort, on whatever device.
    ///
    /// # Errors
    /// [`CheckpointError`] when the bytes are damaged or belong to another network.
    pub fn resume(config: Config, placement: Placement, device: Device, bytes: &[u8]) -> Result<Self, TrainError> {
        let mut trainer = Self::new(config, placement, device);
        let saved = checkpoint::read(bytes, &trainer.network, &trainer.device)?;
        if saved.earlier && saved.step < trainer.steps() {
            let message = "it was begun by an earlier version, whose steps differ in their last digits: train again";
            return Err(CheckpointError(message.into()).into());
        }
        trainer.values = saved.values;
        trainer.optimiser.first = saved.first;
        trainer.optimiser.second = saved.second;
        trainer.step = saved.step;
        trainer.history = saved.history.into_iter().map(|row| trainer.progress_of(row)).collect();
        Ok(trainer)
    }

    /// Steps of one epoch: whole batches only.
    pub fn steps_per_epoch(&self) -> usize {
        (self.placement.data().tumours.nrows() / self.config.batch).max(1)
    }

    /// Steps of the whole run.
    pub fn steps(&self) -> usize {
        self.steps_per_epoch() * self.config.epochs
    }

    /// The configuration this run follows.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every loss that was read, oldest first.
    pub fn history(&self) -> &[Progress] {
        &self.history
    }

    /// Up to `steps` further steps; reads the loss back every few of them.
    ///
    /// # Errors
    /// [`TrainError::NotFinite`], or [`TrainError::Device`] when the device no longer answers. The trainer must not be
    /// used after an error: resume from its last checkpoint.
    pub async fn step(&mut self, steps: usize) -> Result<Progress, TrainError> {
        let target = (self.step + steps.max(1)).min(self.steps());
        let mut losses = None;
        while self.step < target {
            let read = (self.step + 1).is_multiple_of(STEPS_PER_READ) || self.step + 1 == target;
            losses = self.one_step(read)?;
            if read && self.step < target {
                self.read(losses.take()).await?;
            }
        }
        self.read(losses).await?;
        Ok(self.history.last().copied().unwrap_or_else(|| self.progress_of([self.step as f32, 0.0, 0.0, 0.0, 0.0])))
    }

    async fn read(&mut self, losses: Option<Tensor<1>>) -> Result<(), TrainError> {
        let Some(losses) = losses else { return Ok(()) };
        let read = read_back(losses).await?;
        let &[loss, on, off, reconstruction] = read.as_slice() else {
            return Err(TrainError::Device { message: format!("{} losses were read instead of 4", read.len()) });
        };
        if !read.iter().all(|v| v.is_finite()) {
            return Err(TrainError::NotFinite { step: self.step });
        }
        self.history.push(self.progress_of([self.step as f32, loss, on, off, reconstruction]));
        Ok(())
    }

    fn progress_of(&self, [step, loss, on_diagonal, off_diagonal, reconstruction]: [f32; 5]) -> Progress {
        let step = step as usize;
        Progress {
            step,
            steps: self.steps(),
            epoch: step / self.steps_per_epoch(),
            epochs: self.config.epochs,
            loss,
            on_diagonal,
            off_diagonal,
            reconstruction,
            finished: step >= self.steps(),
        }
    }

    /// One optimisation step; the four losses, where they are read, stay on the device.
    fn one_step(&mut self, with_losses: bool) -> Result<Option<Tensor<1>>, TrainError> {
        let (views, target) = self.placement.views(&self.config, self.step, &self.device);
        let Step { gradients, losses } =
            self.network.gradient(views, target, &mut self.values, &self.objective, with_losses);
        self.update(gradients)?;
        Ok(losses)
    }

    fn update(&mut self, gradients: Vec<Tensor<2>>) -> Result<(), TrainError> {
        let warm_up = self.config.warm_up.min(self.config.epochs / 2) * self.steps_per_epoch();
        let rate = learning_rate(self.config.learning_rate, self.step, warm_up, self.steps());
        self.step += 1;
        self.optimiser.update(&mut self.values.parameters, gradients, rate, self.step)
    }

    /// Everything needed to go on: parameters, running moments, optimiser moments, step and losses, as safetensors.
    ///
    /// # Errors
    /// [`TrainError::Device`] when the device no longer answers.
    pub async fn checkpoint(&self) -> Result<Vec<u8>, TrainError> {
        let losses =
            self.history.iter().map(|p| [p.step as f32, p.loss, p.on_diagonal, p.off_diagonal, p.reconstruction]);
        checkpoint::write(&self.network, &self.values, &self.optimiser, self.step, losses.collect(), &self.config).await
    }

    /// The embedding of the clean tumours as the network stands now, n × d, or n × G where the profile is read.
    ///
    /// # Errors
    /// [`TrainError::Device`] when the device no longer answers.
    pub async fn embedding(&self) -> Result<Array2<f32>, TrainError> {
        let data = self.placement.data();
        let input = data.moments.standardise(&data.tumours);
        let shape = [input.nrows(), input.ncols()];
        let input = tensor(input.into_iter().collect(), shape, &self.device);
        let embedding = self.network.read(input, self.config.profile, &self.values);
        let values = read_back(embedding).await?;
        Array2::from_shape_vec((shape[0], self.config.width(shape[1])), values)
            .map_err(|e| TrainError::Device { message: e.to_string() })
    }

    /// The data trained on.
    pub fn data(&self) -> &TrainingData {
        self.placement.data()
    }
}
