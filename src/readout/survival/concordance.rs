//! Harrell's concordance index.

use super::super::ReadoutError;
use super::SurvivalData;
use serde::{Deserialize, Serialize};

/// Risks nearer than this are tied (scikit-survival's tolerance).
const TIED: f64 = 1e-8;

/// How well a risk orders patients by the time of their event.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Concordance {
    /// (concordant + tied / 2) / comparable pairs; 0.5 is chance.
    pub index: f64,
    /// Pairs in which the higher risk has the earlier event.
    pub concordant: usize,
    /// Pairs in which it has the later one.
    pub discordant: usize,
    /// Comparable pairs of equal risk.
    pub tied: usize,
}

/// Harrell's C of `risk` (higher is worse, one per patient). A pair is comparable when the earlier time is an
/// event's, or when times are equal and exactly one of them is an event's; that one counts as the earlier.
///
/// # Errors
/// [`ReadoutError::Shape`] when risks and patients differ in number, [`ReadoutError::TooFew`] without a comparable
/// pair, [`ReadoutError::Decomposition`] when a risk is not finite.
pub fn concordance(data: &SurvivalData, risk: &[f64]) -> Result<Concordance, ReadoutError> {
    ReadoutError::shape("Risks", data.len(), risk.len())?;
    crate::baseline::check_finite(ndarray::aview1(risk).insert_axis(ndarray::Axis(0)))?;
    let (times, events) = (data.times(), data.events());
    let mut out = Concordance { index: 0.0, concordant: 0, discordant: 0, tied: 0 };
    for i in (0..data.len()).filter(|&i| events[i]) {
        for j in (0..data.len()).filter(|&j| times[i] < times[j] || (times[i] == times[j] && !events[j])) {
            let more = risk[i] - risk[j];
            match more {
                _ if more.abs() <= TIED => out.tied += 1,
                _ if more > 0.0 => out.concordant += 1,
                _ => out.discordant += 1,
            }
        }
    }
    let comparable = out.concordant + out.discordant + out.tied;
    ReadoutError::at_least("Comparable pairs of patients (an event, and another patient beyond it)", 1, comparable)?;
    out.index = (out.concordant as f64 + out.tied as f64 / 2.0) / comparable as f64;
    Ok(out)
}
