//! The ten nearest neighbours by cosine, as someone who looks at a map would classify.

use super::super::cosine::unit_rows;
use ndarray::{Array2, Axis};

/// Neighbours asked.
const NEIGHBOURS: usize = 10;

/// Training rows of unit length about their mean, and their classes.
pub(super) struct Neighbours {
    mean: ndarray::Array1<f32>,
    unit: Array2<f32>,
    y: Vec<usize>,
    classes: usize,
}

impl Neighbours {
    /// Remember a training fold, samples × features, of classes `0..classes`.
    pub(super) fn of(train: &Array2<f32>, y: &[usize], classes: usize) -> Self {
        let mean = train.sum_axis(Axis(0)) / train.nrows().max(1) as f32;
        Self { unit: unit_rows(train - &mean), mean, y: y.to_vec(), classes }
    }

    /// Share of the neighbours that are of each class, samples × classes.
    pub(super) fn shares(&self, test: &Array2<f32>) -> Array2<f64> {
        let near = unit_rows(test - &self.mean).dot(&self.unit.t());
        let k = NEIGHBOURS.min(self.y.len());
        let mut shares = Array2::zeros((test.nrows(), self.classes));
        for (mut share, row) in shares.rows_mut().into_iter().zip(near.rows()) {
            let mut order: Vec<usize> = (0..row.len()).collect();
            order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
            order.iter().take(k).for_each(|&at| share[self.y[at]] += 1.0 / k as f64);
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_decide() {
        let angle = |i: usize| if i < 12 { 0.01 * i as f32 } else { 2.0 + 0.01 * i as f32 };
        let train = Array2::from_shape_fn((24, 2), |(i, j)| if j == 0 { angle(i).cos() } else { angle(i).sin() });
        let y: Vec<usize> = (0..24).map(|i| usize::from(i >= 12)).collect();
        let shares = Neighbours::of(&train, &y, 2).shares(&train.select(Axis(0), &[0, 23]));
        assert!(shares[[0, 0]] > 0.99 && shares[[1, 1]] > 0.99, "{shares}");
        let few = Neighbours::of(&train.select(Axis(0), &[0, 12]), &[0, 1], 2).shares(&train);
        assert!(few.iter().all(|share| (share - 0.5).abs() < 1e-9), "two samples are all the neighbours there are");
    }
}
