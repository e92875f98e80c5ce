//! One step's losses and gradients, written out by hand.
//!
//! Automatic differentiation records every operation and answers it with several; on a GPU each is a dispatch, and
//! dispatches are what a step of this size costs: the same derivatives written out take half as many. On the CPU it is a
//! second copy of every operation in what is downloaded. Tests hold it to burn's own (`automatic.rs`) for every preset, and to
//! the golden vectors.

use burn::tensor::{Device, Tensor, activation::relu};

use super::config::Config;
use super::loss::{STANDARDISE_EPS, identity, mean_square};
use super::network::{BATCH_NORM_EPS, BATCH_NORM_MOMENTUM, Layer, Network, Values, affine, tensor};
use super::product::{dispatches, product};

/// Far below any activation.
const NOTHING: f64 = 1e-30;

/// What never changes during a run, made once on its device.
pub struct Objective {
    /// 1 × D × D.
    identity: Tensor<3>,
    /// `2 β / D / B · (1 on the diagonal, λ off it)`, 1 × D × D.
    weights: Tensor<3>,
    /// How far each view's moments move the running ones, 2 × 1 × 1.
    momenta: Tensor<3>,
    barlow: f64,
    lambda: f64,
    rho: f64,
}

/// Gradients in the order of the network's slots and, where they were asked for, the losses: total, on and off the
/// diagonal, reconstruction.
pub struct Step {
    /// One per [`Network::slots`].
    pub gradients: Vec<Tensor<2>>,
    /// Four numbers.
    pub losses: Option<Tensor<1>>,
}

/// What the way back needs of a layer's way forward.
enum Kept {
    Input(Tensor<2>),
    Output(Tensor<2>),
    Normalised(Box<Normalised>),
}

/// Each view of a stacked batch by its own moments.
struct Normalised {
    /// 2 × B × width.
    values: Tensor<3>,
    /// `1 / √(variance + ε)`, 2 × 1 × width.
    inverse_deviation: Tensor<3>,
}

impl Objective {
    /// Of a resolved configuration whose loss is taken on `width` dimensions, in batches of `batch` tumours.
    pub fn new(config: &Config, width: usize, batch: usize, device: &Device) -> Self {
        Self::of(config.barlow / width as f64, config.lambda, config.rho, width, batch, device)
    }

    /// `barlow` is the whole factor of the Barlow Twins loss.
    pub fn of(barlow: f64, lambda: f64, rho: f64, width: usize, batch: usize, device: &Device) -> Self {
        let identity: Tensor<3> = identity(width, device).reshape([1, width, width]);
        let factor = 2.0 * barlow / batch as f64;
        let weights = identity.clone() * (factor * (1.0 - lambda)) + factor * lambda;
        let first = BATCH_NORM_MOMENTUM * (1.0 - BATCH_NORM_MOMENTUM);
        let momenta = tensor(vec![first as f32, BATCH_NORM_MOMENTUM as f32], [2, 1], device).reshape([2, 1, 1]);
        Self { identity, weights, momenta, barlow, lambda, rho }
    }
}

impl Network {
    /// Gradients of the objective on stacked views (2 B × G) and, for the reconstruction, the unmixed profiles of the same
    /// rows; batch norms renew their running moments.
    pub fn gradient(
        &self,
        views: Tensor<2>,
        target: Option<Tensor<2>>,
        values: &mut Values,
        objective: &Objective,
        with_losses: bool,
    ) -> Step {
        let [rows, _] = views.dims();
        let mut found: Vec<Option<Tensor<2>>> = vec![None; self.slots.len()];
        let mut there = Walk { values, momenta: &objective.momenta };
        let (mut embedding, encoder) = there.forward(&self.encoder, views.clone());
        let mut skip = Vec::new();
        if !self.skip.is_empty() {
            let (more, kept) = there.forward(&self.skip, views);
            (embedding, skip) = (embedding + more, kept);
        }
        let (mut back, mut losses): (Option<Tensor<2>>, [Option<Tensor<1>>; 3]) = (None, [None, None, None]);
        if objective.barlow > 0.0 {
            let (projection, kept) = there.forward(&self.projector, embedding.clone());
            let (gradient, sums) = objective.barlow_twins(projection, with_losses);
            [losses[0], losses[1]] = sums;
            back = there.back(&self.projector, kept, gradient, &mut found, true);
        }
        if let Some(target) = target {
            let (decoded, kept) = there.forward(&self.decoder, embedding);
            let [_, genes] = decoded.dims();
            let error = decoded - target;
            if with_losses {
                losses[2] = Some(mean_square(error.clone()));
            }
            let gradient = error * (2.0 * objective.rho / (rows * genes) as f64);
            let more = there.back(&self.decoder, kept, gradient, &mut found, true);
            back = match (back, more) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            };
        }
        if let Some(gradient) = back {
            if !self.skip.is_empty() {
                there.back(&self.skip, skip, gradient.clone(), &mut found, false);
            }
            there.back(&self.encoder, encoder, gradient, &mut found, false);
        }
        let parameters = &there.values.parameters;
        let gradients =
            found.into_iter().zip(parameters).map(|(found, of)| found.unwrap_or_else(|| of.zeros_like())).collect();
        Step { gradients, losses: with_losses.then(|| objective.losses(losses, &parameters[0])) }
    }
}

impl Objective {
    /// The gradient on stacked projections (2 B × D); both sums of the objective where they are asked for.
    pub(super) fn barlow_twins(&self, projections: Tensor<2>, with_sums: bool) -> (Tensor<2>, [Option<Tensor<1>>; 2]) {
        let [rows, width] = projections.dims();
        let batch = rows / 2;
        let (own, _, _) = normalise(projections.reshape([2, batch, width]), STANDARDISE_EPS);
        // Views exchanged, so that both products with the other view are one batch of two.
        let other = own.values.clone().flip([0]);
        let correlation = product(own.values.clone().swap_dims(1, 2), other.clone()) / batch as f64;
        let wrong = correlation - self.identity.clone();
        let sums = if with_sums {
            let squares = wrong.clone().narrow(0, 0, 1).square();
            let on = (squares.clone() * self.identity.clone()).sum();
            [Some(on.clone()), Some(squares.sum() - on)]
        } else {
            [None, None]
        };
        let gradient = product(other, (wrong * self.weights.clone()).swap_dims(1, 2));
        (own.back(gradient).reshape([rows, width]), sums)
    }

    fn losses(&self, [on, off, reconstruction]: [Option<Tensor<1>>; 3], like: &Tensor<2>) -> Tensor<1> {
        let nothing = || Tensor::zeros([1], &like.device());
        let [on, off, reconstruction] = [on, off, reconstruction].map(|loss| loss.unwrap_or_else(nothing));
        let total = (on.clone() + off.clone() * self.lambda) * self.barlow + reconstruction.clone() * self.rho;
        Tensor::cat(vec![total, on, off, reconstruction], 0)
    }
}

/// Standardised, its mean and its biased variance (each 2 × 1 × width).
fn normalise(views: Tensor<3>, epsilon: f64) -> (Normalised, Tensor<3>, Tensor<3>) {
    let mean = views.clone().mean_dim(1);
    let centred = views - mean.clone();
    let variance = centred.clone().square().mean_dim(1);
    let inverse_deviation = (variance.clone() + epsilon).sqrt().recip();
    let values = centred * inverse_deviation.clone();
    (Normalised { values, inverse_deviation }, mean, variance)
}

impl Normalised {
    /// `(g − mean(g) − ẑ · mean(g ẑ)) / s`.
    fn back(self, gradient: Tensor<3>) -> Tensor<3> {
        let mean = gradient.clone().mean_dim(1);
        let along = (gradient.clone() * self.values.clone()).mean_dim(1);
        (gradient - mean - self.values * along) * self.inverse_deviation
    }
}

/// Through layers, there and back.
struct Walk<'a> {
    values: &'a mut Values,
    momenta: &'a Tensor<3>,
}

impl Walk<'_> {
    fn forward(&mut self, layers: &[Layer], mut x: Tensor<2>) -> (Tensor<2>, Vec<Kept>) {
        let mut kept = Vec::with_capacity(layers.len());
        for layer in layers {
            x = match *layer {
                Layer::Linear { weight, bias } => {
                    kept.push(Kept::Input(x.clone()));
                    affine(x, weight, bias, self.values)
                }
                Layer::Relu => {
                    // The same to the bit; a comparison is two kernels more, and plain arithmetic a pass more.
                    let output = if dispatches(&x.device()) { (x.clone() + x.abs()) * 0.5 } else { relu(x) };
                    kept.push(Kept::Output(output.clone()));
                    output
                }
                Layer::BatchNorm { gain, shift, running } => {
                    let [rows, width] = x.dims();
                    let batch = rows / 2;
                    let (normalised, mean, variance) = normalise(x.reshape([2, batch, width]), BATCH_NORM_EPS);
                    let unbiased = batch as f64 / (batch as f64 - 1.0).max(1.0);
                    self.renew(running, mean, 1.0);
                    self.renew(running + 1, variance, unbiased);
                    let parameters = &self.values.parameters;
                    let values: Tensor<2> = normalised.values.clone().reshape([rows, width]);
                    kept.push(Kept::Normalised(Box::new(normalised)));
                    values * parameters[gain].clone() + parameters[shift].clone()
                }
            };
        }
        (x, kept)
    }

    /// Move a running moment towards `factor` times each view's, the first view's before the second's.
    fn renew(&mut self, at: usize, seen: Tensor<3>, factor: f64) {
        let [_, _, width] = seen.dims();
        let seen: Tensor<2> = (seen * self.momenta.clone() * factor).sum_dim(0).reshape([1, width]);
        let buffer = &mut self.values.buffers[at];
        *buffer = buffer.clone() * (1.0 - BATCH_NORM_MOMENTUM).powi(2) + seen;
    }

    /// Parameters' gradients into `found`; the input's, where it is asked for.
    fn back(
        &self,
        layers: &[Layer],
        mut kept: Vec<Kept>,
        mut gradient: Tensor<2>,
        found: &mut [Option<Tensor<2>>],
        input: bool,
    ) -> Option<Tensor<2>> {
        let parameters = &self.values.parameters;
        for (at, layer) in layers.iter().enumerate().rev() {
            gradient = match (layer, kept.pop()?) {
                (Layer::Linear { weight, bias }, Kept::Input(x)) => {
                    found[*weight] = Some(product(x.transpose(), gradient.clone()));
                    if let Some(bias) = bias {
                        found[*bias] = Some(gradient.clone().sum_dim(0));
                    }
                    if at == 0 && !input {
                        return None;
                    }
                    product(gradient, parameters[*weight].clone().transpose())
                }
                // y / y without a comparison, which would be two kernels more: 1 where the unit is on, 0 where it is off.
                (Layer::Relu, Kept::Output(y)) => gradient * y.clone() / (y + NOTHING),
                (Layer::BatchNorm { gain, shift, .. }, Kept::Normalised(normalised)) => {
                    let shape @ [rows, width] = gradient.dims();
                    let values: Tensor<2> = normalised.values.clone().reshape(shape);
                    found[*gain] = Some((gradient.clone() * values).sum_dim(0));
                    found[*shift] = Some(gradient.clone().sum_dim(0));
                    let gradient = gradient * parameters[*gain].clone();
                    normalised.back(gradient.reshape([2, rows / 2, width])).reshape(shape)
                }
                // Layers and what was kept of them are made side by side.
                _ => return None,
            };
        }
        Some(gradient)
    }
}
