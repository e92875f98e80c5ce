//! Rows in an order in which neighbours are alike.

use kodama::{Method, linkage};
use ndarray::{Array1, Array2, ArrayView1};

/// Beyond this many rows the pairwise distances no longer fit a browser's memory comfortably (4,000 rows: 32 MB), and
/// rows are ordered along their first principal axis instead.
pub const MOST_CLUSTERED: usize = 4_000;

/// How [`order`] came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordering {
    /// Ward linkage of Euclidean distances.
    Ward,
    /// Score on the first principal axis.
    PrincipalAxis,
}

/// An order of the rows of `values` (rows × features; NaN counts as zero) in which neighbours are alike: Ward linkage
/// (Ward 1963; kodama's nearest-neighbour chain) of Euclidean distances; when two clusters join, of the four ways to
/// put them side by side the one is taken where the rows that meet are closest.
pub fn order(values: &Array2<f32>) -> (Vec<usize>, Ordering) {
    let values = values.mapv(|v| if v.is_finite() { f64::from(v) } else { 0.0 });
    let rows = values.nrows();
    if rows > MOST_CLUSTERED {
        return (along_principal_axis(&values), Ordering::PrincipalAxis);
    }
    let mut distances: Vec<f32> = Vec::with_capacity(rows * rows.saturating_sub(1) / 2);
    for i in 0..rows {
        distances.extend((i + 1..rows).map(|j| distance(values.row(i), values.row(j)) as f32));
    }
    let mut clusters: Vec<Vec<usize>> = (0..rows).map(|i| vec![i]).collect();
    if rows > 1 {
        for step in linkage(&mut distances, rows, Method::Ward).steps() {
            let mut left = std::mem::take(&mut clusters[step.cluster1]);
            let mut right = std::mem::take(&mut clusters[step.cluster2]);
            let ends = |l: Option<&usize>, r: Option<&usize>| match (l, r) {
                (Some(&l), Some(&r)) => distance(values.row(l), values.row(r)),
                _ => 0.0,
            };
            let ways = [
                (ends(left.last(), right.first()), false, false),
                (ends(left.last(), right.last()), false, true),
                (ends(left.first(), right.first()), true, false),
                (ends(left.first(), right.last()), true, true),
            ];
            let (_, turn_left, turn_right) =
                ways.into_iter().reduce(|best, way| if way.0 < best.0 { way } else { best }).unwrap_or(ways[0]);
            if turn_left {
                left.reverse();
            }
            if turn_right {
                right.reverse();
            }
            left.append(&mut right);
            clusters.push(left);
        }
    }
    (clusters.pop().unwrap_or_default(), Ordering::Ward)
}

fn distance(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

fn along_principal_axis(values: &Array2<f64>) -> Vec<usize> {
    let features = values.ncols();
    let centre = values.mean_axis(ndarray::Axis(0)).unwrap_or_else(|| Array1::zeros(features));
    let centred = values - &centre;
    let scatter = centred.t().dot(&centred);
    // Power iteration: 50 steps order a picture well enough; slightly uneven start, so that no axis is missed.
    let mut axis = Array1::from_iter((0..features).map(|i| 1.0 + i as f64 * 1e-3));
    for _ in 0..50 {
        axis = scatter.dot(&axis);
        let length = axis.dot(&axis).sqrt();
        if length > 0.0 {
            axis /= length;
        }
    }
    let scores = centred.dot(&axis);
    let mut order: Vec<usize> = (0..values.nrows()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_groups(rows: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, 3), |(i, j)| if i % 2 == 0 { 5.0 } else { -5.0 } + (i * 7 + j) as f32 % 3.0 * 0.1)
    }

    #[test]
    fn groups_come_apart_and_every_row_comes_once() {
        for rows in [30, MOST_CLUSTERED + 10] {
            let (order, _) = order(&two_groups(rows));
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..rows).collect::<Vec<_>>());
            let changes = order.windows(2).filter(|w| w[0] % 2 != w[1] % 2).count();
            assert_eq!(changes, 1, "{rows} rows");
        }
    }

    #[test]
    fn a_line_is_laid_out_as_a_line() {
        let places = [4.0, 0.0, 2.0, 1.0, 3.0];
        let (order, how) = order(&Array2::from_shape_fn((5, 1), |(i, _)| places[i]));
        let line: Vec<f32> = order.iter().map(|&i| places[i]).collect();
        assert!(line.windows(2).all(|w| (w[0] - w[1]).abs() <= 1.0), "{line:?}");
        assert_eq!(how, Ordering::Ward);
    }

    #[test]
    fn nothing_one_and_missing() {
        assert_eq!(order(&Array2::zeros((0, 3))).0, Vec::<usize>::new());
        assert_eq!(order(&Array2::zeros((1, 0))).0, vec![0]);
        assert_eq!(order(&Array2::from_elem((3, 2), f32::NAN)).0.len(), 3);
    }
}
