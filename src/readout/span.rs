//! Inner products of the tumours' embedding: what a map, the identity test and purity read of it, at every strength,
//! without touching its columns again.
//!
//! With `E` the embedding centred on its mean and `A` the tumours' positions along the contamination directions from their
//! mean, taking directions out makes of `E Eᵀ` exactly `E Eᵀ − Σ_j a_j a_jᵀ`, because the directions are orthonormal.

use ndarray::{Array2, Axis};

use super::ReadoutError;
use super::natural::Gram;
use super::pca::PcaMap;
use crate::contamination::Removal;

/// Inner products of tumours, and their positions along the contamination directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    gram: Gram,
    /// The map with nothing taken out, whose axes every other follows.
    whole: PcaMap,
    along: Array2<f32>,
}

impl Span {
    /// Of an embedding with nothing taken out, n × width, its `map` ([`PcaMap::of`]) and the directions that can be.
    ///
    /// # Errors
    /// [`ReadoutError::Decomposition`] when it is empty or not finite.
    pub fn of(whole: &Array2<f32>, map: PcaMap, removal: &Removal) -> Result<Self, ReadoutError> {
        Ok(Self { gram: Gram::of(whole)?, whole: map, along: removal.directions().positions(whole) })
    }

    /// Inner products of the centred embedding, n × n, with the directions at these places (from 0) taken out.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn gram(&self, taken_out: &[usize]) -> Result<Gram, ReadoutError> {
        self.gram.without(&self.along.select(Axis(1), taken_out))
    }

    /// The map of the first two principal components with these directions taken out. Axes point the way they do with
    /// nothing taken out, so that a map does not flip while the strength is moved.
    ///
    /// # Errors
    /// [`ReadoutError::Decomposition`] when a value is not finite.
    pub fn map(&self, taken_out: &[usize]) -> Result<PcaMap, ReadoutError> {
        if taken_out.is_empty() {
            return Ok(self.whole.clone());
        }
        let mut map = Self::map_of(&self.gram(taken_out)?)?;
        map.align(&self.whole.positions);
        Ok(map)
    }

    fn map_of(gram: &Gram) -> Result<PcaMap, ReadoutError> {
        let scores = gram.components(2)?;
        let total: f64 = gram.products().diag().sum();
        let mut positions = Array2::<f32>::zeros((gram.samples(), 2));
        let mut shares = [0.0; 2];
        for (axis, scores) in scores.columns().into_iter().enumerate() {
            positions.column_mut(axis).assign(&scores.mapv(|v| v as f32));
            shares[axis] = if total > 0.0 { scores.dot(&scores) / total } else { 0.0 };
        }
        Ok(PcaMap { positions, explained_variance_ratio: shares })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contamination::Directions;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn draw(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        Array2::from_shape_simple_fn((rows, columns), || {
            let v: f32 = StandardNormal.sample(&mut rng);
            v
        })
    }

    #[test]
    fn what_is_read_from_inner_products_is_what_is_read_from_the_columns() {
        for (n, width) in [(30, 80), (200, 60)] {
            let whole = draw(n, width, 3).dot(&draw(width, width, 4)) + 2.0;
            let shift = draw(40, width, 5);
            let directions = Directions::of(&shift, &whole, 4, None);
            for strength in 0..=4 {
                let removal = Removal::new(directions.clone(), strength, &[2]);
                let span = Span::of(&whole, PcaMap::of(&whole).unwrap(), &removal).unwrap();
                let mut taken = whole.clone();
                removal.apply(&mut taken);
                let by_columns = PcaMap::of(&taken).unwrap();
                let mut by_products = span.map(&removal.taken_out()).unwrap();
                if strength == 0 {
                    assert_eq!(
                        by_products, by_columns,
                        "with nothing taken out the map is the embedding's, to the bit"
                    );
                }
                by_products.align(&by_columns.positions);
                let scale = by_columns.positions.iter().fold(0.0f32, |m, v| m.max(v.abs()));
                let near = |a: &f32, b: &f32| (a - b).abs() < 2e-3 * scale;
                assert!(by_products.positions.iter().zip(&by_columns.positions).all(|(a, b)| near(a, b)));
                for axis in 0..2 {
                    let shares =
                        [by_products.explained_variance_ratio[axis], by_columns.explained_variance_ratio[axis]];
                    assert!((shares[0] - shares[1]).abs() < 1e-4, "{shares:?}");
                }
            }
        }
    }
}
