//! Combined z-score (Lee et al. 2008, PLoS Comput Biol 4:e1000217) as GSVA computes it.

use ndarray::{Array2, ArrayView2};

/// A gene whose standard deviation is under this is constant: it leaves every set.
const CONSTANT: f64 = 1e-10;

/// `Σ_S z / √k`, z over the samples given (standard deviation with n − 1), k without constant genes.
pub(super) fn score<T: Copy + Into<f64>>(expression: ArrayView2<T>, members: &[Vec<usize>]) -> Array2<f64> {
    let n = expression.nrows() as f64;
    let moments: Vec<Option<(f64, f64)>> = expression
        .columns()
        .into_iter()
        .map(|gene| {
            let mean = gene.iter().map(|v| (*v).into()).sum::<f64>() / n;
            let squares: f64 = gene.iter().map(|v| ((*v).into() - mean).powi(2)).sum();
            let deviation = (squares / (n - 1.0)).sqrt();
            (deviation >= CONSTANT).then_some((mean, deviation))
        })
        .collect();
    let mut out = Array2::from_elem((expression.nrows(), members.len()), f64::NAN);
    for (members, mut scores) in members.iter().zip(out.columns_mut()) {
        let varying: Vec<(usize, (f64, f64))> = members.iter().filter_map(|&g| Some((g, moments[g]?))).collect();
        if varying.is_empty() {
            continue;
        }
        let root = (varying.len() as f64).sqrt();
        for (sample, score) in expression.rows().into_iter().zip(scores.iter_mut()) {
            let sum: f64 = varying.iter().map(|&(g, (mean, deviation))| (sample[g].into() - mean) / deviation).sum();
            *score = sum / root;
        }
    }
    out
}
