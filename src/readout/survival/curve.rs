//! The Kaplan–Meier estimate.

use super::super::gaussian::Z95;
use super::SurvivalData;
use serde::{Deserialize, Serialize};

/// How the 95 % interval is made symmetric (Greenwood's variance in each).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// On log(−log S): lifelines' default; always within 0 and 1.
    LogLog,
    /// On log S: R's default; the upper bound is cut at 1.
    Log,
}

/// Kaplan–Meier estimate, one entry per distinct time of the data. Not of the study's start, where it is 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurvivalCurve {
    /// Distinct times, ascending.
    pub times: Vec<f64>,
    /// Patients with at least this time.
    pub at_risk: Vec<usize>,
    /// Events at this time.
    pub events: Vec<usize>,
    /// Patients whose follow-up ended at this time; they still count as at risk there.
    pub censored: Vec<usize>,
    /// Share surviving beyond this time.
    pub survival: Vec<f64>,
    /// Lower 95 % bound; `None` once no one survives, where the variance is undefined.
    pub lower: Vec<Option<f64>>,
    /// Upper 95 % bound.
    pub upper: Vec<Option<f64>>,
    /// The first time with a survival of at most one half.
    pub median: Option<f64>,
}

impl SurvivalCurve {
    /// Patients still at risk just before `time`.
    pub fn at_risk_at(&self, time: f64) -> usize {
        self.times.iter().position(|t| *t >= time).map_or(0, |i| self.at_risk[i])
    }
}

/// `S(t) = Π (1 − d/n)` over the event times up to t (Kaplan & Meier 1958).
pub fn kaplan_meier(data: &SurvivalData, interval: Interval) -> SurvivalCurve {
    let mut out = SurvivalCurve {
        times: vec![],
        at_risk: vec![],
        events: vec![],
        censored: vec![],
        survival: vec![],
        lower: vec![],
        upper: vec![],
        median: None,
    };
    let (mut at_risk, mut survival, mut greenwood) = (data.len(), 1.0, 0.0);
    for (time, patients) in data.by_time() {
        let died = patients.iter().filter(|&&i| data.events()[i]).count();
        let (n, d) = (at_risk as f64, died as f64);
        survival *= 1.0 - d / n;
        greenwood += if died == 0 { 0.0 } else { d / (n * (n - d)) };
        let (lower, upper) = bounds(survival, greenwood.sqrt(), interval).unzip();
        out.times.push(time);
        out.at_risk.push(at_risk);
        out.events.push(died);
        out.censored.push(patients.len() - died);
        out.survival.push(survival);
        out.lower.push(lower);
        out.upper.push(upper);
        // The product's rounding must not move a median past a survival of exactly one half.
        if out.median.is_none() && survival <= 0.5 + 1e-12 {
            out.median = Some(time);
        }
        at_risk -= patients.len();
    }
    out
}

/// Bounds of a survival whose log has the standard deviation `deviation`.
fn bounds(survival: f64, deviation: f64, interval: Interval) -> Option<(f64, f64)> {
    if survival >= 1.0 {
        return Some((1.0, 1.0));
    }
    if survival <= 0.0 {
        return None;
    }
    let log = survival.ln();
    Some(match interval {
        Interval::LogLog => {
            let spread = Z95 * deviation / log.abs();
            ((log * spread.exp()).exp(), (log * (-spread).exp()).exp())
        }
        Interval::Log => ((log - Z95 * deviation).exp(), (log + Z95 * deviation).exp().min(1.0)),
    })
}
