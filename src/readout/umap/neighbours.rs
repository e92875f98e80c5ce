//! Exact nearest neighbours by brute force: at 10,000 samples of a 128-wide embedding it is one blocked product.

use super::super::ReadoutError;
use super::super::cosine::unit_rows;
use crate::parallel::fill_rows;
use ndarray::{Array2, Axis, Slice};
use serde::{Deserialize, Serialize};

/// How two samples are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// 1 − cosine of the angle at the cohort's mean.
    Cosine,
    /// Straight-line distance.
    Euclidean,
}

/// The nearest others of every sample, nearest first, ties by sample order.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// Samples × k, indices.
    pub indices: Array2<usize>,
    /// Samples × k, distances.
    pub distances: Array2<f32>,
}

/// The `k` nearest others (at most n − 1) of every row of `data`.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than two samples.
pub fn nearest_neighbours(data: &Array2<f32>, k: usize, metric: Metric) -> Result<Neighbours, ReadoutError> {
    ReadoutError::at_least("Samples", 2, data.nrows())?;
    Ok(search(&prepare(data, metric), k, metric))
}

/// The `k` nearest others of one row, nearest first, as [`nearest_neighbours`] would list them, for the price of one row.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than two samples, [`ReadoutError::NoSample`] for a row that is not there.
pub fn nearest_to(
    data: &Array2<f32>,
    sample: usize,
    k: usize,
    metric: Metric,
) -> Result<Vec<(usize, f32)>, ReadoutError> {
    let n = data.nrows();
    ReadoutError::at_least("Samples", 2, n)?;
    if sample >= n {
        return Err(ReadoutError::NoSample { asked: sample, samples: n });
    }
    let rows = prepare(data, metric);
    let own = rows.row(sample);
    let distance = |j: usize| match metric {
        Metric::Cosine => (1.0 - own.dot(&rows.row(j))).max(0.0),
        Metric::Euclidean => own.iter().zip(rows.row(j)).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt(),
    };
    let mut others: Vec<(usize, f32)> = (0..n).filter(|&j| j != sample).map(|j| (j, distance(j))).collect();
    others.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    others.truncate(k);
    Ok(others)
}

/// Rows centred on the mean, and for the cosine brought to unit length, so that both metrics are one product. A row
/// without length stays zero: at distance 1 from everything.
pub(super) fn prepare(data: &Array2<f32>, metric: Metric) -> Array2<f32> {
    let mut rows = data.clone();
    if let Some(mean) = data.mean_axis(Axis(0)) {
        rows -= &mean;
    }
    if metric == Metric::Cosine { unit_rows(rows) } else { rows }
}

pub(super) fn search(rows: &Array2<f32>, k: usize, metric: Metric) -> Neighbours {
    const BLOCK: usize = 256;
    let n = rows.nrows();
    let k = k.min(n.saturating_sub(1));
    let squared: Vec<f32> = rows.rows().into_iter().map(|r| r.dot(&r)).collect();
    let mut found = Array2::from_elem((n, k), (0, 0.0));
    fill_rows(&mut found, BLOCK, |first, mut block| {
        let last = first + block.nrows();
        let mut candidates: Vec<(f32, u32)> = Vec::with_capacity(n);
        let products = rows.slice_axis(Axis(0), Slice::from(first..last)).dot(&rows.t());
        for ((i, row), mut slots) in (first..last).zip(products.rows()).zip(block.rows_mut()) {
            candidates.clear();
            let others = row.iter().zip(&squared).enumerate().filter(|(j, _)| *j != i);
            candidates.extend(others.map(|(j, (product, length))| {
                let distance = match metric {
                    Metric::Cosine => 1.0 - product,
                    Metric::Euclidean => squared[i] + length - 2.0 * product,
                };
                (distance.max(0.0), j as u32)
            }));
            let order = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            if k > 0 && k < candidates.len() {
                candidates.select_nth_unstable_by(k - 1, order);
                candidates.truncate(k);
            }
            candidates.sort_unstable_by(order);
            for (slot, &(distance, j)) in slots.iter_mut().zip(&candidates) {
                *slot = (j as usize, if metric == Metric::Euclidean { distance.sqrt() } else { distance });
            }
        }
    });
    Neighbours { indices: found.mapv(|(index, _)| index), distances: found.mapv(|(_, distance)| distance) }
}

/// Trustworthiness of a map (Venna & Kaski 2001): 1 when every near neighbour on the map is one in the data,
/// 0.5 for a map drawn at random. Both sides compared by their own metric; `k` below n / 2.
///
/// # Errors
/// [`ReadoutError::Shape`] when the rows differ in number, [`ReadoutError::TooFew`] when n ≤ 2k.
pub fn trustworthiness(data: &Array2<f32>, metric: Metric, map: &Array2<f32>, k: usize) -> Result<f64, ReadoutError> {
    let n = data.nrows();
    ReadoutError::shape("Samples on the map", n, map.nrows())?;
    ReadoutError::at_least("Samples", 2 * k + 1, n)?;
    let all = nearest_neighbours(data, n - 1, metric)?;
    let near = nearest_neighbours(map, k, Metric::Euclidean)?;
    let mut penalty = 0;
    let mut rank = vec![0; n];
    for (order, drawn) in all.indices.rows().into_iter().zip(near.indices.rows()) {
        order.iter().enumerate().for_each(|(r, &j)| rank[j] = r + 1);
        penalty += drawn.iter().map(|&j| rank[j].saturating_sub(k)).sum::<usize>();
    }
    let (n, k) = (n as f64, k as f64);
    Ok(1.0 - 2.0 * penalty as f64 / (n * k * (2.0 * n - 3.0 * k - 1.0)))
}
