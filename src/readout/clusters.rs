//! Clusters of an embedding, as many as a person asks for.

use kodama::{Method, linkage};
use ndarray::{Array2, ArrayView1};

use super::{Grouping, ReadoutError};
use crate::baseline::check_finite;

/// Fewest and most clusters: more have no colours of their own.
pub const CLUSTERS: std::ops::RangeInclusive<usize> = 2..=8;
/// More rows than this have pairwise distances that no longer fit a browser's memory comfortably.
const MOST: usize = 4_000;

/// `k` clusters of the rows of `embedding` by Ward linkage of Euclidean distances (Ward 1963; kodama), the largest first.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer rows than clusters, [`ReadoutError::OutOfRange`] for a `k` outside [`CLUSTERS`] or
/// an embedding of over 4,000 rows, [`ReadoutError::Decomposition`] when a value is not finite.
pub fn clusters(embedding: &Array2<f32>, k: usize) -> Result<Grouping, ReadoutError> {
    let rows = embedding.nrows();
    ReadoutError::within("Clusters", CLUSTERS, k)?;
    ReadoutError::at_least("Tumours to cluster", k, rows)?;
    ReadoutError::within("Tumours to cluster", 1..=MOST, rows)?;
    check_finite(embedding.view())?;
    let mut distances: Vec<f32> = Vec::with_capacity(rows * rows.saturating_sub(1) / 2);
    for i in 0..rows {
        distances.extend((i + 1..rows).map(|j| distance(embedding.row(i), embedding.row(j))));
    }
    let mut members: Vec<Vec<usize>> = (0..rows).map(|i| vec![i]).collect();
    for step in linkage(&mut distances, rows, Method::Ward).steps().iter().take(rows - k) {
        let mut joined = std::mem::take(&mut members[step.cluster1]);
        joined.append(&mut members[step.cluster2]);
        members.push(joined);
    }
    members.retain(|cluster| !cluster.is_empty());
    members.sort_by_key(|cluster| std::cmp::Reverse(cluster.len()));
    let mut codes = vec![-1; rows];
    for (code, cluster) in members.iter().enumerate() {
        cluster.iter().for_each(|&row| codes[row] = code as i32);
    }
    let names = (1..=members.len()).map(|number| format!("cluster {number}")).collect();
    Ok(Grouping { label: "clusters".into(), names, codes })
}

fn distance(a: ArrayView1<f32>, b: ArrayView1<f32>) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_are_found_the_largest_first() {
        let blob = |i: usize| if i < 5 { 2 } else { i % 2 };
        let rows =
            Array2::from_shape_fn((41, 3), |(i, j)| 10.0 * f32::from(u8::from(blob(i) == j)) + (i % 7) as f32 * 0.1);
        let found = clusters(&rows, 3).unwrap();
        found.check(41).unwrap();
        assert_eq!([0, 1, 2].map(|group| found.members(group).len()), [18, 18, 5]);
        assert_eq!(found.members(2), [0, 1, 2, 3, 4]);
        assert_eq!(clusters(&rows, 1).unwrap_err().code(), "out_of_range");
        assert_eq!(clusters(&Array2::zeros((2, 2)), 3).unwrap_err().code(), "too_few");
    }
}
