//! singscore for up-regulated sets (Foroutan et al. 2018, BMC Bioinformatics 19:404).

use super::{Ranking, SAMPLES_AT_ONCE};
use crate::parallel::fill_rows;
use ndarray::{Array2, ArrayView2};

/// Mean rank of the set (ties take the lowest) between its least and greatest possible value, less one half:
/// −0.5 when the set is at the bottom of the sample, 0.5 at the top.
pub(super) fn score<T: Copy + Into<f64> + Sync>(expression: ArrayView2<T>, members: &[Vec<usize>]) -> Array2<f64> {
    let genes = expression.ncols();
    let mut out = Array2::from_elem((expression.nrows(), members.len()), f64::NAN);
    fill_rows(&mut out, SAMPLES_AT_ONCE, |first, mut block| {
        let mut ranking = Ranking::default();
        for (sample, mut scores) in expression.rows().into_iter().skip(first).zip(block.rows_mut()) {
            let places = ranking.of(sample.iter().copied());
            for (members, score) in members.iter().zip(scores.iter_mut()) {
                let k = members.len() as f64;
                if members.is_empty() || members.len() == genes {
                    continue;
                }
                let mean = members.iter().map(|&g| f64::from(places[g].first)).sum::<f64>() / k;
                let (low, high) = ((k + 1.0) / 2.0, (2.0 * genes as f64 - k + 1.0) / 2.0);
                *score = (mean - low) / (high - low) - 0.5;
            }
        }
    });
    out
}
