//! PCA as a map: two components of an embedding, with signs that do not jump while it is learnt.

pub use crate::baseline::PrincipalComponents;

use super::ReadoutError;
use ndarray::Array2;

/// A two-dimensional map of samples.
#[derive(Clone, Debug, PartialEq)]
pub struct PcaMap {
    /// Samples × 2 (zero in a dimension the data do not have).
    pub positions: Array2<f32>,
    /// Share of the variance along each axis.
    pub explained_variance_ratio: [f64; 2],
}

impl PcaMap {
    /// First two principal components of an embedding (samples × d).
    ///
    /// # Errors
    /// [`ReadoutError::Decomposition`] when the embedding is empty or holds a value that is not finite.
    pub fn of(embedding: &Array2<f32>) -> Result<Self, ReadoutError> {
        let fitted = PrincipalComponents::fit(embedding.view(), 2)?;
        let positions =
            Array2::from_shape_fn((embedding.nrows(), 2), |at| fitted.scores.get(at).map_or(0.0, |v| *v as f32));
        let share = |axis: usize| fitted.explained_variance_ratio.get(axis).copied().unwrap_or(0.0);
        Ok(Self { positions, explained_variance_ratio: [share(0), share(1)] })
    }

    /// Turn axes round so that each points the way it did on an `earlier` map of the same samples: a component's
    /// sign is arbitrary, and a live map must not flip between two frames. Does nothing when the sample counts differ.
    pub fn align(&mut self, earlier: &Array2<f32>) {
        if earlier.dim() != self.positions.dim() {
            return;
        }
        for (mut axis, before) in self.positions.columns_mut().into_iter().zip(earlier.columns()) {
            let agreement: f64 = axis.iter().zip(before).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            if agreement < 0.0 {
                axis.mapv_inplace(|v| -v);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_flipped_embedding_draws_the_same_map() {
        let embedding = array![[1.0, 0.1], [2.0, -0.3], [-3.0, 0.4], [0.5, -0.9]];
        let before = PcaMap::of(&embedding).unwrap();
        let mut after = PcaMap::of(&embedding.mapv(|v: f32| v * 1.01)).unwrap();
        after.positions.column_mut(1).mapv_inplace(|v| -v);
        after.align(&before.positions);
        assert!(after.positions.iter().zip(&before.positions).all(|(a, b)| (a - 1.01 * b).abs() < 1e-5));
    }

    #[test]
    fn one_feature_still_gives_two_columns() {
        let map = PcaMap::of(&array![[1.0], [2.0], [6.0]]).unwrap();
        assert_eq!(map.positions.column(1).to_vec(), [0.0, 0.0, 0.0]);
        assert_eq!(map.explained_variance_ratio[1], 0.0);
    }
}
