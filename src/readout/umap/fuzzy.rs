//! Neighbours → a weighted graph: every sample's own scale, then the fuzzy union of the two directions.

use super::neighbours::Neighbours;

/// One directed edge of the symmetric graph; both directions are listed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    pub head: u32,
    pub tail: u32,
    /// Membership in (0, 1].
    pub weight: f32,
}

const ITERATIONS: usize = 64;
const TOLERANCE: f64 = 1e-5;
/// No sample's scale falls under this share of the mean distance.
const SMALLEST_SCALE: f64 = 1e-3;

/// Distance to the nearest other (ρ) and the scale (σ) at which a row's memberships sum to log2(k), where k counts
/// the sample itself (umap-learn's `smooth_knn_dist`, local connectivity 1).
fn smooth_distances(row: &[f64], overall: f64) -> (f64, f64) {
    let target = ((row.len() + 1) as f64).log2();
    let rho = row.iter().copied().find(|d| *d > 0.0).unwrap_or(0.0);
    let (mut low, mut high, mut sigma) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..ITERATIONS {
        let sum: f64 = row.iter().map(|d| if *d > rho { (-(d - rho) / sigma).exp() } else { 1.0 }).sum();
        if (sum - target).abs() < TOLERANCE {
            break;
        }
        if sum > target {
            high = sigma;
            sigma = (low + high) / 2.0;
        } else {
            low = sigma;
            sigma = if high.is_finite() { (low + high) / 2.0 } else { sigma * 2.0 };
        }
    }
    let mean = row.iter().sum::<f64>() / (row.len() + 1) as f64;
    (rho, sigma.max(SMALLEST_SCALE * if rho > 0.0 { mean } else { overall }))
}

/// `W + Wᵀ − W∘Wᵀ` of the directed memberships, ordered by head then tail.
pub(super) fn fuzzy_union(neighbours: &Neighbours) -> Vec<Edge> {
    let distances = neighbours.distances.mapv(f64::from);
    let overall = distances.sum() / (distances.len() + distances.nrows()).max(1) as f64;
    let mut directed: Vec<(u32, u32, f64, f64)> = Vec::with_capacity(2 * distances.len());
    for (i, (row, others)) in distances.rows().into_iter().zip(neighbours.indices.rows()).enumerate() {
        let (rho, sigma) = smooth_distances(&row.to_vec(), overall);
        for (d, &j) in row.iter().zip(others) {
            let weight = if *d <= rho || sigma == 0.0 { 1.0 } else { (-(d - rho) / sigma).exp() };
            directed.push((i as u32, j as u32, weight, 0.0));
            directed.push((j as u32, i as u32, 0.0, weight));
        }
    }
    directed.sort_unstable_by_key(|e| (e.0, e.1));
    let pairs = directed.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    let united = pairs.filter_map(|pair| {
        let (head, tail, ..) = *pair.first()?;
        let (there, back) = pair.iter().fold((0.0, 0.0), |(t, b), e| (t + e.2, b + e.3));
        Some(Edge { head, tail, weight: (there + back - there * back) as f32 })
    });
    united.filter(|e| e.weight > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_sum_to_the_logarithm_of_the_neighbourhood() {
        let row: Vec<f64> = (1..15).map(|i| f64::from(i).sqrt()).collect();
        let (rho, sigma) = smooth_distances(&row, 1.0);
        assert_eq!(rho, 1.0);
        let sum: f64 = row.iter().map(|d| if *d > rho { (-(d - rho) / sigma).exp() } else { 1.0 }).sum();
        assert!((sum - 15.0_f64.log2()).abs() < 1e-4);
    }

    #[test]
    fn union_is_symmetric_and_at_most_one() {
        let neighbours = Neighbours {
            indices: ndarray::array![[1, 2], [0, 2], [1, 0], [2, 1]],
            distances: ndarray::array![[1.0, 2.0], [1.0, 1.5], [1.5, 2.0], [3.0, 4.0]],
        };
        let edges = fuzzy_union(&neighbours);
        assert!(edges.iter().all(|e| e.weight > 0.0 && e.weight <= 1.0));
        for e in &edges {
            let back = edges.iter().find(|f| f.head == e.tail && f.tail == e.head).unwrap();
            assert_eq!(back.weight, e.weight);
        }
        assert_eq!(edges.len(), 10);
    }
}
