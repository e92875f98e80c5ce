//! Inner products of the tumours' embedding: what a map, the identity test and purity read of it, at every strength,
//! without touching its columns again.
//!
//! With `E` the embedding centred on its mean and `A` the tumours' positions along the contamination directions from their
//! mean, taking directions out makes of `E Eᵀ` exactly `E Eᵀ − Σ_j a_j a_jᵀ`, because the directions are orthonormal.

use ndarray::{Array1, Array2, Axis};

use super::ReadoutError;
use super::pca::PcaMap;
use crate::contamination::Removal;
use crate::decomposition::leading_eigen;

/// Inner products of tumours, and their positions along the contamination directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    gram: Array2<f64>,
    along: Array2<f64>,
}

impl Span {
    /// Of an embedding with nothing taken out, n × width, and the directions that can be.
    pub fn of(whole: &Array2<f32>, removal: &Removal) -> Self {
        let mean = whole.sum_axis(Axis(0)) / whole.nrows().max(1) as f32;
        let centred = whole - &mean;
        let along = centred.dot(&removal.directions().axes.t()).mapv(f64::from);
        Self { gram: centred.dot(&centred.t()).mapv(f64::from), along }
    }

    /// Inner products of the centred embedding, n × n, with the directions at these places (from 0) taken out.
    pub fn gram(&self, taken_out: &[usize]) -> Array2<f64> {
        let along = self.along.select(Axis(1), taken_out);
        &self.gram - &along.dot(&along.t())
    }

    /// The map of the first two principal components with these directions taken out. Axes point the way they do with
    /// nothing taken out, so that a map does not flip while the strength is moved.
    ///
    /// # Errors
    /// [`ReadoutError::Decomposition`] when a value is not finite.
    pub fn map(&self, taken_out: &[usize]) -> Result<PcaMap, ReadoutError> {
        let mut map = Self::map_of(&self.gram(taken_out))?;
        if !taken_out.is_empty() {
            map.align(&Self::map_of(&self.gram)?.positions);
        }
        Ok(map)
    }

    fn map_of(gram: &Array2<f64>) -> Result<PcaMap, ReadoutError> {
        let n = gram.nrows();
        let (values, vectors) = leading_eigen(gram.view(), 2)?;
        let total: f64 = gram.diag().sum();
        let score = |axis: usize| -> Array1<f64> {
            let Some(value) = values.get(axis).filter(|v| **v > 1e-12 * total) else { return Array1::zeros(n) };
            vectors.column(axis).mapv(|v| v * value.sqrt())
        };
        let mut positions = Array2::<f32>::zeros((n, 2));
        for axis in 0..2 {
            // A sign of its own, that does not depend on how it was found: the farthest tumour is on the positive side.
            let scores = score(axis);
            let farthest =
                scores.iter().fold(0.0_f64, |far, v| if v.abs() > far.abs() * (1.0 + 1e-9) { *v } else { far });
            let sign = if farthest < 0.0 { -1.0 } else { 1.0 };
            positions.column_mut(axis).assign(&scores.mapv(|v| (sign * v) as f32));
        }
        let share = |axis: usize| values.get(axis).map_or(0.0, |v| if total > 0.0 { v.max(0.0) / total } else { 0.0 });
        Ok(PcaMap { positions, explained_variance_ratio: [share(0), share(1)] })
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
                let span = Span::of(&whole, &removal);
                let mut taken = whole.clone();
                removal.apply(&mut taken);
                let by_columns = PcaMap::of(&taken).unwrap();
                let mut by_products = span.map(&removal.taken_out()).unwrap();
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
