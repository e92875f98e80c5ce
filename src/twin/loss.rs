//! The Barlow Twins objective (Zbontar et al. 2021, arXiv 2103.03230; docs/method.md, *Loss*).

use burn::tensor::{Device, Tensor};

/// Added to the variance when a dimension is standardised over the batch.
pub const STANDARDISE_EPS: f64 = 1e-5;

/// Both sums of the objective, each a tensor of one element so that nothing is read back.
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

/// The identity of the projector's width, kept on the device and used by every step.
pub fn identity(width: usize, device: &Device) -> Tensor<2> {
    Tensor::eye(width, device)
}

/// Standardise the projections of both views over the batch and compare their cross-correlation with the identity.
///
/// `projections` is 2 B × D, the first view's rows before the second's; `identity` is D × D.
pub fn barlow_twins(projections: Tensor<2>, identity: Tensor<2>) -> BarlowTwins {
    let correlation = cross_correlation(projections);
    let on_diagonal = ((correlation.clone() - 1.0) * identity.clone()).square().sum();
    let off_diagonal = (correlation * (identity * -1.0 + 1.0)).square().sum();
    BarlowTwins { on_diagonal, off_diagonal }
}

/// `C = ẑ₁ᵀ ẑ₂ / B`, D × D, from stacked projections 2 B × D.
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
