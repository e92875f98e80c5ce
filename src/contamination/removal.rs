//! How much of the contamination directions is taken out of an embedding.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Axis};

use super::Directions;

/// Directions with a weight each: what is taken out.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    directions: Directions,
    strength: usize,
    kept: Vec<usize>,
}

impl Removal {
    /// Take out the first `strength` directions but those in `kept` (numbered from 1). More than there are take out all.
    pub fn new(directions: Directions, strength: usize, kept: &[usize]) -> Self {
        let mut kept = kept.to_vec();
        kept.sort_unstable();
        kept.dedup();
        Self { directions, strength, kept }
    }

    /// The directions.
    pub fn directions(&self) -> &Directions {
        &self.directions
    }

    /// How many of them are taken out before those that are kept are left in: never more than there are.
    pub fn strength(&self) -> usize {
        self.strength.min(self.directions.len())
    }

    /// Directions that stay in whatever the strength, from 1.
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// Whether the direction at this place (from 0) is taken out.
    pub fn takes_out(&self, at: usize) -> bool {
        at < self.strength() && !self.kept.contains(&(at + 1))
    }

    /// Places (from 0) of the directions that are taken out.
    pub fn taken_out(&self) -> Vec<usize> {
        (0..self.directions.len()).filter(|&at| self.takes_out(at)).collect()
    }

    /// `e − Σ_j ((e − c)·u_j) u_j` for every row of samples × width; to the bit what it was where nothing is taken out.
    pub fn apply(&self, embedding: &mut Array2<f32>) {
        let taken = self.taken_out();
        if taken.is_empty() {
            return;
        }
        let axes = self.directions.axes.select(Axis(0), &taken);
        let mut along = self.directions.positions(embedding).select(Axis(1), &taken);
        along.mapv_inplace(|v| -v);
        general_mat_mul(1.0, &along, &axes, 1.0, embedding);
    }
}
