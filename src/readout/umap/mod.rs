//! UMAP (McInnes, Healy & Melville 2018, arXiv 1802.03426), as umap-learn 0.5 defines it: exact neighbours, fuzzy
//! union, PCA start, stochastic layout with negative samples.
//!
//! Written here because no kept crate serves a page without threads: umap-rs needs rayon and `thread_rng` (neither
//! repeatable nor wasm), fast-umap pins another burn, annembed needs LAPACK and memory maps. One seed
//! is one map, to the bit, on one machine.

mod curve;
mod fuzzy;
mod layout;
mod neighbours;

pub use curve::{Curve, fit_curve};
pub use neighbours::{Metric, Neighbours, nearest_neighbours, nearest_to, trustworthiness};

use super::{ReadoutError, pca::PrincipalComponents};
use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand_distr::{Distribution, Normal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a person may change about a UMAP; the defaults are umap-learn's, with cosine distance because embeddings
/// are compared by angle everywhere else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UmapOptions {
    /// Neighbours that make a sample's surroundings, itself included: small shows detail, large shows the whole.
    pub neighbours: usize,
    /// Smallest distance between two points of the map.
    pub min_dist: f64,
    /// Scale of the map's distances.
    pub spread: f64,
    /// How two samples are compared.
    pub metric: Metric,
    /// Passes over the edges; 500 when `None`.
    pub epochs: Option<usize>,
    /// Seed of the start's jitter and of the negative samples.
    pub seed: u64,
}

impl Default for UmapOptions {
    fn default() -> Self {
        Self { neighbours: 15, min_dist: 0.1, spread: 1.0, metric: Metric::Cosine, epochs: None, seed: 42 }
    }
}

/// Lay samples × features out on samples × 2.
///
/// With fewer than four samples there are no surroundings to keep, and the PCA start is returned.
///
/// # Errors
/// [`ReadoutError::Decomposition`] when there is no sample or a value is not finite.
pub fn umap(data: &Array2<f32>, options: &UmapOptions) -> Result<Array2<f32>, ReadoutError> {
    let prepared = neighbours::prepare(data, options.metric);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(options.seed);
    let mut positions = start(&prepared, &mut rng)?;
    let n = data.nrows();
    if n < 4 {
        return Ok(positions.mapv(|v| v as f32));
    }
    let k = options.neighbours.clamp(2, n - 1);
    let found = neighbours::search(&prepared, k - 1, options.metric);
    let edges = fuzzy::fuzzy_union(&found);
    let curve = fit_curve(options.min_dist, options.spread);
    layout::optimise(&mut positions, &edges, curve, options.epochs.unwrap_or(500), &mut rng);
    Ok(positions.mapv(|v| v as f32))
}

/// The first two principal components stretched to ±10, jittered so that no two samples coincide, and brought to
/// \[0, 10\] per axis, as umap-learn does with `init="pca"`.
fn start(data: &Array2<f32>, rng: &mut Xoshiro256PlusPlus) -> Result<Array2<f64>, ReadoutError> {
    let fitted = PrincipalComponents::fit(data.view(), 2)?;
    let largest = fitted.scores.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let stretch = if largest > 0.0 { 10.0 / largest } else { 0.0 };
    let jitter = Normal::new(0.0, 1e-4).ok();
    let mut positions = Array2::from_shape_fn((data.nrows(), 2), |at| {
        fitted.scores.get(at).map_or(0.0, |v| v * stretch) + jitter.map_or(0.0, |j| j.sample(rng))
    });
    for mut axis in positions.axis_iter_mut(Axis(1)) {
        let low = axis.iter().copied().fold(f64::INFINITY, f64::min);
        let width = axis.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low;
        axis.mapv_inplace(|v| if width > 0.0 { 10.0 * (v - low) / width } else { 0.0 });
    }
    Ok(positions)
}

#[cfg(test)]
mod tests;
