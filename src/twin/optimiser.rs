//! AdamW with a global gradient-norm clip.
//!
//! Not burn's: its `epsilon` applies one weight decay to a whole module where the method decays matrices only, its
//! clipping is per tensor where the reference clips the norm of the whole gradient, and its moments cannot be read
//! back asynchronously for a checkpoint.

use burn::tensor::{Device, Tensor};
#[cfg(feature = "cpu")]
use twinpurify_cells::AdamWPass;

use super::error::TrainError;
use super::network::Slot;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
/// Added to the norm that the clip divides by (PyTorch's `clip_grad_norm_`).
const NORM_EPSILON: f64 = 1e-6;

/// First and second moments of every parameter's gradient.
pub struct AdamW {
    /// One per parameter.
    pub first: Vec<Tensor<2>>,
    /// One per parameter.
    pub second: Vec<Tensor<2>>,
    decays: Vec<bool>,
    weight_decay: f64,
    clip: f64,
}

impl AdamW {
    /// Moments at zero for a network's parameters.
    pub fn new(slots: &[Slot], weight_decay: f64, clip: f64, device: &Device) -> Self {
        let zeros = || slots.iter().map(|slot| Tensor::zeros(slot.shape, device)).collect();
        Self {
            first: zeros(),
            second: zeros(),
            decays: slots.iter().map(|slot| slot.decays).collect(),
            weight_decay,
            clip,
        }
    }

    /// One update of `parameters` (outside the gradient) at learning rate `rate`; `step` counts from 1.
    ///
    /// The clip factor stays on the device: nothing is read back. On the CPU device the same update is one pass in
    /// place; there every tensor operation would be a pass of its own over some megabytes.
    ///
    /// # Errors
    /// [`TrainError::Device`] when the CPU device does not give its tensors.
    #[cfg_attr(not(feature = "cpu"), expect(clippy::ptr_arg, reason = "the update in place takes the list apart"))]
    pub fn update(
        &mut self,
        parameters: &mut Vec<Tensor<2>>,
        gradients: Vec<Tensor<2>>,
        rate: f64,
        step: usize,
    ) -> Result<(), TrainError> {
        let rates =
            Rates { correction1: 1.0 - BETA1.powi(step as i32), correction2: 1.0 - BETA2.powi(step as i32), rate };
        #[cfg(feature = "cpu")]
        if parameters.iter().all(|parameter| parameter.device() == Device::flex()) {
            return self.update_in_place(parameters, gradients, &rates);
        }
        self.update_on_device(parameters, gradients, &rates);
        Ok(())
    }

    fn kept(&self, index: usize, rate: f64) -> f64 {
        if self.decays[index] { 1.0 - rate * self.weight_decay } else { 1.0 }
    }

    /// Written so that burn's fusion makes one kernel of each parameter's update: what is done to single numbers, or in
    /// between reductions, is a dispatch each.
    fn update_on_device(&mut self, parameters: &mut [Tensor<2>], gradients: Vec<Tensor<2>>, rates: &Rates) {
        let squares: Vec<Tensor<2>> = gradients.iter().map(sum_of_squares).collect();
        let Some(squares) = squares.into_iter().reduce(|a, b| a + b) else { return };
        let norm = squares.clamp_min(self.clip * self.clip).sqrt();
        for (i, gradient) in gradients.into_iter().enumerate() {
            let gradient = gradient * self.clip / (norm.clone() + NORM_EPSILON);
            self.second[i] = self.second[i].clone() * BETA2 + gradient.clone().square() * (1.0 - BETA2);
            self.first[i] = self.first[i].clone() * BETA1 + gradient * (1.0 - BETA1);
            let denominator = (self.second[i].clone() / rates.correction2).sqrt() + EPSILON;
            let change = self.first[i].clone() / denominator * (rates.rate / rates.correction1);
            parameters[i] = parameters[i].clone() * self.kept(i, rates.rate) - change;
        }
        // Steps one by one: where the end of one and the beginning of the next stand in one queue, fusion finds kernels for
        // neither. Nothing is waited for; a device that fails says so when the loss is read.
        if let Some(parameter) = parameters.first() {
            let _ = parameter.device().flush();
        }
    }

    #[cfg(feature = "cpu")]
    fn update_in_place(
        &mut self,
        parameters: &mut Vec<Tensor<2>>,
        gradients: Vec<Tensor<2>>,
        rates: &Rates,
    ) -> Result<(), TrainError> {
        let gradients = gradients.into_iter().map(host::Values::of).collect::<Result<Vec<_>, _>>()?;
        let mut squares = 0.0;
        for gradient in &gradients {
            squares += twinpurify_cells::sum_of_squares(gradient.read()?);
        }
        let factor = (self.clip / (squares.sqrt() + NORM_EPSILON)).min(1.0) as f32;
        // Taken out of their lists: a tensor that nobody else holds gives its memory instead of a copy.
        let state = std::mem::take(parameters)
            .into_iter()
            .zip(std::mem::take(&mut self.first).into_iter().zip(std::mem::take(&mut self.second)));
        for (i, ((parameter, (first, second)), gradient)) in state.zip(&gradients).enumerate() {
            let device = parameter.device();
            let [mut parameter, mut first, mut second] =
                [host::Values::of(parameter)?, host::Values::of(first)?, host::Values::of(second)?];
            let pass = AdamWPass {
                factor,
                betas: [BETA1 as f32, BETA2 as f32],
                rests: [(1.0 - BETA1) as f32, (1.0 - BETA2) as f32],
                inverse_correction2: (1.0 / rates.correction2) as f32,
                epsilon: EPSILON as f32,
                rate: (rates.rate / rates.correction1) as f32,
                kept: self.kept(i, rates.rate) as f32,
            };
            pass.run(parameter.write()?, first.write()?, second.write()?, gradient.read()?);
            parameters.push(parameter.into_tensor(&device));
            self.first.push(first.into_tensor(&device));
            self.second.push(second.into_tensor(&device));
        }
        Ok(())
    }
}

/// As one number, 1 × 1.
fn sum_of_squares(gradient: &Tensor<2>) -> Tensor<2> {
    let squares = gradient.clone().square();
    let [rows, _] = squares.dims();
    if rows > 1 { squares.sum_dim(0).sum_dim(1) } else { squares.sum_dim(1) }
}

/// What changes from step to step.
struct Rates {
    correction1: f64,
    correction2: f64,
    rate: f64,
}

/// The update on memory of the CPU device.
#[cfg(feature = "cpu")]
mod host {
    use burn::tensor::{Device, Tensor, TensorData};

    use crate::twin::error::TrainError;

    /// A tensor's own memory.
    pub struct Values(TensorData);

    fn failed(error: impl std::fmt::Display) -> TrainError {
        TrainError::Device { message: error.to_string() }
    }

    impl Values {
        pub fn of(tensor: Tensor<2>) -> Result<Self, TrainError> {
            tensor.try_into_data().map(Self).map_err(failed)
        }

        pub fn read(&self) -> Result<&[f32], TrainError> {
            self.0.as_slice().map_err(failed)
        }

        pub fn write(&mut self) -> Result<&mut [f32], TrainError> {
            self.0.as_mut_slice().map_err(failed)
        }

        pub fn into_tensor(self, device: &Device) -> Tensor<2> {
            Tensor::from_data(self.0, device)
        }
    }
}

/// The learning rate at a step: linear warm-up, then cosine to 0.
pub fn learning_rate(peak: f64, step: usize, warm_up: usize, steps: usize) -> f64 {
    if step < warm_up {
        return peak * (step + 1) as f64 / warm_up as f64;
    }
    let progress = (step - warm_up) as f64 / (steps - warm_up).max(1) as f64;
    peak * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::twin::network::{Network, read_back, tensor};

    /// Six steps of both updates over the same gradients, the first of them far above the clip.
    #[test]
    fn the_update_in_place_equals_the_update_by_tensor_operations() {
        let device = Device::flex();
        let network = Network::perceptron_without_norm(37, 12, 5);
        let make = || (network.initialise(3, &device).parameters, AdamW::new(&network.slots, 0.1, 1.0, &device));
        let ((mut in_place, mut left), (mut by_operations, mut right)) = (make(), make());
        for step in 1..=6 {
            let gradients = || {
                let value = |i: usize| ((i * 7919 + step * 31) % 1013) as f32 / 1013.0 - 0.5;
                let scale = if step == 1 { 10.0 } else { 0.01 };
                let draw = |[rows, columns]: [usize; 2]| (0..rows * columns).map(|i| scale * value(i)).collect();
                network.slots.iter().map(|slot| tensor(draw(slot.shape), slot.shape, &device)).collect::<Vec<_>>()
            };
            left.update(&mut in_place, gradients(), 1e-2, step).unwrap();
            let rates = Rates {
                correction1: 1.0 - BETA1.powi(step as i32),
                correction2: 1.0 - BETA2.powi(step as i32),
                rate: 1e-2,
            };
            right.update_on_device(&mut by_operations, gradients(), &rates);
        }
        let pairs = [(in_place, by_operations), (left.first, right.first), (left.second, right.second)];
        for (found, expected) in pairs.into_iter().flat_map(|(a, b)| a.into_iter().zip(b)) {
            let (found, expected) = (block_on(read_back(found)).unwrap(), block_on(read_back(expected)).unwrap());
            let scale = expected.iter().fold(0.0f32, |a, v| a.max(v.abs()));
            for (f, e) in found.iter().zip(&expected) {
                assert!((f - e).abs() <= 3e-6 * scale, "{f} is not {e}");
            }
        }
    }
}
