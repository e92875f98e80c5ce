//! ssGSEA (Barbie et al. 2009, Nature 462:108) exactly as GSVA computes it; `tests/golden/ssgsea` holds its values.

use super::{Ranking, SAMPLES_AT_ONCE};
use crate::parallel::fill_rows;
use ndarray::{Array2, ArrayView2};

/// Exponent of the rank weights.
const TAU: f64 = 0.25;

/// With `R` the average-tie rank truncated to a whole number and `q` the number of genes from a gene's place in the
/// stable decreasing order down to the end,
/// `ES = Σ_S R^τ·q / Σ_S R^τ − (G(G+1)/2 − Σ_S q) / (G − k)`: the sum of the running walk in closed form.
pub(super) fn score<T: Copy + Into<f64> + Sync>(expression: ArrayView2<T>, members: &[Vec<usize>]) -> Array2<f64> {
    let genes = expression.ncols();
    let weight: Vec<f64> = (0..=genes).map(|rank| (rank as f64).powf(TAU)).collect();
    let all = genes as f64 * (genes as f64 + 1.0) / 2.0;
    let mut out = Array2::from_elem((expression.nrows(), members.len()), f64::NAN);
    fill_rows(&mut out, SAMPLES_AT_ONCE, |first, mut block| {
        let mut ranking = Ranking::default();
        for (sample, mut scores) in expression.rows().into_iter().skip(first).zip(block.rows_mut()) {
            let places = ranking.of(sample.iter().copied());
            for (members, score) in members.iter().zip(scores.iter_mut()) {
                if members.is_empty() || members.len() == genes {
                    continue;
                }
                let (mut weighted, mut weights, mut reach) = (0.0, 0.0, 0.0);
                for place in members.iter().map(|&g| places[g]) {
                    let w = weight[(place.first + place.last) as usize / 2];
                    let q = f64::from(place.last - place.within);
                    weighted += w * q;
                    weights += w;
                    reach += q;
                }
                *score = weighted / weights - (all - reach) / (genes - members.len()) as f64;
            }
        }
    });
    out
}

/// GSVA's normalisation: every score over the range of all of them. One sample more changes every number, which is
/// why it is for export ("GSVA-compatible") and never shown. NaN stays NaN; nothing changes when all are equal.
pub fn range_normalise(scores: &Array2<f64>) -> Array2<f64> {
    let finite = || scores.iter().copied().filter(|v| v.is_finite());
    let range = finite().fold(f64::NEG_INFINITY, f64::max) - finite().fold(f64::INFINITY, f64::min);
    if range > 0.0 { scores / range } else { scores.clone() }
}
