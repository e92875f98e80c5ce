//! Tables of survival, hazards and confusion.

use std::borrow::Cow;

use super::{table, text};

/// Kaplan–Meier: `group, time, at_risk, events, censored, survival, lower, upper`, one line a group and time.
pub fn survival(groups: &[(String, crate::readout::survival::SurvivalCurve)]) -> String {
    let header = ["group", "time", "at_risk", "events", "censored", "survival", "lower", "upper"];
    let bound = |value: Option<f64>| value.map_or_else(Cow::default, |v| v.to_string().into());
    let rows = groups.iter().flat_map(|(name, curve)| {
        (0..curve.times.len()).map(move |at| {
            [
                text(name),
                curve.times[at].to_string().into(),
                curve.at_risk[at].to_string().into(),
                curve.events[at].to_string().into(),
                curve.censored[at].to_string().into(),
                curve.survival[at].to_string().into(),
                bound(curve.lower[at]),
                bound(curve.upper[at]),
            ]
        })
    });
    table(header, rows)
}

/// Hazard ratios: `covariate, hazard_ratio, lower, upper, p`.
pub fn hazards(rows: &[crate::figure::ForestRow]) -> String {
    let header = ["covariate", "hazard_ratio", "lower", "upper", "p"];
    let rows = rows.iter().map(|row| {
        let numbers = [row.ratio, row.lower, row.upper, row.p].map(|v| Cow::from(v.to_string()));
        std::iter::once(text(&row.name)).chain(numbers)
    });
    table(header, rows)
}

/// Confusion: `representation, truth, predicted, tumours, share`, one line a cell.
pub fn confusion(found: &crate::comparison::ConfusionTable) -> String {
    let header = ["representation", "truth", "predicted", "tumours", "share"];
    let rows = found.rows.iter().flat_map(|row| {
        row.counts.iter().enumerate().flat_map(move |(truth, counts)| {
            let total: f64 = counts.iter().sum();
            counts.iter().enumerate().map(move |(said, count)| {
                let share = if total > 0.0 { (count / total).to_string() } else { String::new() };
                let [truth, said] = [truth, said].map(|class| text(&found.classes[class]));
                [text(&row.head.name), truth, said, count.to_string().into(), share.into()]
            })
        })
    });
    table(header, rows)
}
