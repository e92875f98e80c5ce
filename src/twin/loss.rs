//! What the Barlow Twins objective (Zbontar et al. 2021, arXiv 2103.03230; docs/method.md, *Loss*) and the reconstruction
//! are made of; `gradient.rs` holds both with their derivatives.

use burn::tensor::{Device, Tensor};

/// Added to the variance when a dimension is standardised over the batch.
pub const STANDARDISE_EPS: f64 = 1e-5;

/// Values from which on burn-flex adds on several threads, in an order that depends on how many there are.
const ADDED_BY_THREADS: usize = 4 << 20;

/// The mean of the squares, to the same bit on any number of threads.
pub fn mean_square(error: Tensor<2>) -> Tensor<1> {
    let [rows, columns] = error.dims();
    let squares = error.square();
    if rows * columns < ADDED_BY_THREADS { squares.mean() } else { squares.mean_dim(1).mean() }
}

/// The identity of the projector's width, kept on the device and used by every step.
pub fn identity(width: usize, device: &Device) -> Tensor<2> {
    Tensor::eye(width, device)
}

#[cfg(all(test, feature = "threads"))]
mod tests {
    use super::*;
    use crate::twin::network::read_back;
    use crate::twin::network::tensor;

    #[test]
    fn the_mean_of_many_squares_is_the_same_on_any_number_of_threads() {
        let shape = [300, 20_000];
        let values: Vec<f32> =
            (0..shape[0] * shape[1]).map(|i| ((i * 7919) % 100_003) as f32 / 1000.0 - 50.0).collect();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let found = pool.install(|| {
                let mean = mean_square(tensor(values.clone(), shape, &Device::flex()));
                pollster::block_on(read_back(mean)).expect("a number")
            });
            found[0].to_bits()
        };
        assert_eq!((on(2), on(3), on(7)), (on(1), on(1), on(1)));
    }
}
