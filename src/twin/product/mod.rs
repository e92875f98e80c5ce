//! Matrix products of a training step: the library's, or on a GPU whatever was the quickest there.

#[cfg(feature = "gpu")]
mod choice;
#[cfg(feature = "gpu")]
mod tiles;

#[cfg(feature = "gpu")]
pub use choice::{Choice, Strategy, choose, largest, only_tiles};

use burn::tensor::{Device, Tensor};

/// `left · right`: m × k and k × n, or b of them.
pub(super) fn product<const D: usize>(left: Tensor<D>, right: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "gpu")]
    if dispatches(&left.device()) {
        return choice::chosen().product(left, right);
    }
    left.matmul(right)
}

/// The product by every way there is on its device: what a self-test compares.
pub(super) fn every_way(left: &Tensor<2>, right: &Tensor<2>) -> Vec<Tensor<2>> {
    #[cfg(feature = "gpu")]
    if dispatches(&left.device()) {
        return choice::candidates().map(|way| way.product(left.clone(), right.clone())).collect();
    }
    vec![product(left.clone(), right.clone())]
}

/// Whether an operation on a device costs a dispatch.
pub(super) fn dispatches(device: &Device) -> bool {
    #[cfg(feature = "cpu")]
    {
        cfg!(feature = "gpu") && *device != Device::flex()
    }
    #[cfg(not(feature = "cpu"))]
    {
        let _ = device;
        true
    }
}
