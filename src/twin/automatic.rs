//! The same step by burn's automatic differentiation: what the gradients written out in `gradient.rs` are tested against.
//! Part of no build but the tests'.

use burn::tensor::{Device, Tensor, activation::relu};

use super::config::Config;
use super::loss::{STANDARDISE_EPS, identity};
use super::network::{BATCH_NORM_EPS, BATCH_NORM_MOMENTUM, Layer, Network, Values, affine};

/// Both sums of the objective.
pub struct BarlowTwins {
    /// `Σ_i (1 − C_ii)²`.
    pub on_diagonal: Tensor<1>,
    /// `Σ_{i≠j} C_ij²`.
    pub off_diagonal: Tensor<1>,
}

impl BarlowTwins {
    /// `L_BT = on + λ · off`.
    pub fn total(&self, lambda: f64) -> Tensor<1> {
        self.on_diagonal.clone() + self.off_diagonal.clone() * lambda
    }
}

/// Of stacked projections, 2 B × D, and the identity, D × D.
pub fn barlow_twins(projections: Tensor<2>, identity: Tensor<2>) -> BarlowTwins {
    let correlation = cross_correlation(projections);
    let on_diagonal = ((correlation.clone() - 1.0) * identity.clone()).square().sum();
    let off_diagonal = (correlation * (identity * -1.0 + 1.0)).square().sum();
    BarlowTwins { on_diagonal, off_diagonal }
}

/// `C = ẑ₁ᵀ ẑ₂ / B`, D × D.
pub fn cross_correlation(projections: Tensor<2>) -> Tensor<2> {
    let [rows, width] = projections.dims();
    let batch = rows / 2;
    let views: Tensor<3> = projections.reshape([2, batch, width]);
    let centred = views.clone() - views.mean_dim(1);
    let deviation = (centred.clone().square().mean_dim(1) + STANDARDISE_EPS).sqrt();
    let standardised = centred / deviation;
    let view = |k: usize| standardised.clone().narrow(0, k, 1).reshape([batch, width]);
    view(0).transpose().matmul(view(1)) / batch as f64
}

/// Gradients in the order of the network's slots; total, sums on and off the diagonal, reconstruction.
pub fn gradient(
    network: &Network,
    config: &Config,
    views: Tensor<2>,
    target: Option<Tensor<2>>,
    values: &mut Values,
    device: &Device,
) -> (Vec<Tensor<2>>, [Tensor<1>; 4]) {
    let tracked: Vec<Tensor<2>> = values.parameters.iter().map(|p| p.clone().autodiff().require_grad()).collect();
    let mut tracked = Values { parameters: tracked, buffers: std::mem::take(&mut values.buffers) };
    let input = views.autodiff();
    let mut embedding = run(&network.encoder, input.clone(), &mut tracked);
    if !network.skip.is_empty() {
        embedding = embedding + run(&network.skip, input, &mut tracked);
    }
    let nothing: Tensor<1> = Tensor::zeros([1], device);
    let (mut on, mut off, mut reconstruction) = (nothing.clone(), nothing.clone(), nothing.clone());
    let mut total = nothing.autodiff();
    if config.barlow > 0.0 {
        let projection = run(&network.projector, embedding.clone(), &mut tracked);
        let [_, width] = projection.dims();
        let loss = barlow_twins(projection, identity(width, &device.clone().autodiff()));
        total = loss.total(config.lambda) / (width as f64 / config.barlow);
        (on, off) = (loss.on_diagonal.inner(), loss.off_diagonal.inner());
    }
    if let Some(target) = target {
        // Both views stacked: the mean over 2 B rows is ½ Σ_k mean((dec(h_k) − s(x))²).
        let error = (run(&network.decoder, embedding, &mut tracked) - target.autodiff()).square().mean();
        reconstruction = error.clone().inner();
        total = total + error * config.rho;
    }
    let mut found = total.backward();
    let gradients = tracked
        .parameters
        .iter()
        .map(|p| p.grad_remove(&mut found).unwrap_or_else(|| p.clone().inner().zeros_like()))
        .collect();
    values.buffers = tracked.buffers;
    (gradients, [total.inner(), on, off, reconstruction])
}

fn run(layers: &[Layer], mut x: Tensor<2>, values: &mut Values) -> Tensor<2> {
    for layer in layers {
        x = match *layer {
            Layer::Linear { weight, bias } => affine(x, weight, bias, values),
            Layer::Relu => relu(x),
            Layer::BatchNorm { gain, shift, running } => {
                let (normalised, mean, variance) = normalise_views(x);
                renew(values, running, mean, variance);
                normalised * values.parameters[gain].clone() + values.parameters[shift].clone()
            }
        };
    }
    x
}

/// Each view by its own moments; its mean and unbiased variance, 2 × width, outside the gradient.
fn normalise_views(x: Tensor<2>) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let [rows, width] = x.dims();
    let batch = rows / 2;
    let views: Tensor<3> = x.reshape([2, batch, width]);
    let mean = views.clone().mean_dim(1);
    let centred = views - mean.clone();
    let variance = centred.clone().square().mean_dim(1);
    let normalised = centred / (variance.clone() + BATCH_NORM_EPS).sqrt();
    let unbiased = variance.inner() * (batch as f64 / (batch as f64 - 1.0).max(1.0));
    (normalised.reshape([rows, width]), mean.inner().reshape([2, width]), unbiased.reshape([2, width]))
}

/// Running moments towards each view's, the first view's before the second's.
fn renew(values: &mut Values, running: usize, mean: Tensor<2>, variance: Tensor<2>) {
    for (offset, seen) in [mean, variance].into_iter().enumerate() {
        for view in 0..2 {
            let buffer = &mut values.buffers[running + offset];
            *buffer =
                buffer.clone() * (1.0 - BATCH_NORM_MOMENTUM) + seen.clone().narrow(0, view, 1) * BATCH_NORM_MOMENTUM;
        }
    }
}
