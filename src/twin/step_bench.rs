//! One Barlow Twins step of a fixed shape on given views: what `./build.sh bench` compares across frameworks.

use burn::tensor::{Device, Tensor};
use rand_distr::{Distribution, StandardNormal};

use super::error::TrainError;
use super::gradient::{Objective, Step};
use super::network::read_back;
use super::network::{Network, Values, tensor};
use super::optimiser::AdamW;
use crate::random::{Purpose, stream};

const LAMBDA: f64 = 0.0051;

/// G → H → ReLU → O without batch norm, λ 0.0051, Adam at 1e-3.
pub struct StepBench {
    network: Network,
    values: Values,
    optimiser: AdamW,
    views: Tensor<2>,
    objective: Objective,
    steps: usize,
}

impl StepBench {
    /// `rows` per view, `genes` → `hidden` → `outputs`, views drawn from `seed`.
    pub fn new(rows: usize, genes: usize, hidden: usize, outputs: usize, seed: u64, device: Device) -> Self {
        let network = Network::perceptron_without_norm(genes, hidden, outputs);
        let mut rng = stream(seed, Purpose::Noise, 0);
        let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| StandardNormal.sample(&mut rng)).collect() };
        let shared = draw(rows * genes);
        let noisy: Vec<f32> =
            shared.iter().chain(&shared).zip(draw(2 * rows * genes)).map(|(x, e)| x + 0.5 * e).collect();
        Self {
            values: network.initialise(seed, &device),
            optimiser: AdamW::new(&network.slots, 0.0, 1e6, &device),
            views: tensor(noisy, [2 * rows, genes], &device),
            objective: Objective::of(1.0, LAMBDA, 0.0, outputs, rows, &device),
            network,
            steps: 0,
        }
    }

    /// `steps` steps and the last loss.
    ///
    /// # Errors
    /// [`TrainError::Device`] when the device does not answer.
    pub async fn step(&mut self, steps: usize) -> Result<f32, TrainError> {
        let mut last = None;
        for left in (0..steps.max(1)).rev() {
            let (values, objective) = (&mut self.values, &self.objective);
            let Step { gradients, losses } =
                self.network.gradient(self.views.clone(), None, values, objective, left == 0);
            self.steps += 1;
            self.optimiser.update(&mut self.values.parameters, gradients, 1e-3, self.steps)?;
            last = losses;
        }
        match last {
            Some(loss) => read_back(loss).await?.first().copied().ok_or(TrainError::NotFinite { step: self.steps }),
            None => Ok(0.0),
        }
    }
}
