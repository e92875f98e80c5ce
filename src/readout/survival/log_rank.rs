//! Do groups differ in survival?

use super::super::ReadoutError;
use super::SurvivalData;
use crate::baseline::eigen_descending;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};
use statrs::function::gamma::checked_gamma_ur;

/// The log-rank test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    /// The groups compared, ascending; the counts below follow their order.
    pub groups: Vec<usize>,
    /// Patients of each group.
    pub patients: Vec<usize>,
    /// Events seen in each group.
    pub observed: Vec<usize>,
    /// Events expected in each group did it not matter.
    pub expected: Vec<f64>,
    /// `(O − E)ᵀ V⁻ (O − E)`.
    pub chi_squared: f64,
    /// Groups in which an event was expected − 1 (R's `survdiff`).
    pub degrees_of_freedom: usize,
    /// Chance of a statistic at least this large when groups do not differ.
    pub p: f64,
}

/// Compare the survival of any number of groups (Mantel 1966, hypergeometric variance). `group` is one per patient.
///
/// # Errors
/// [`ReadoutError::Shape`] when groups and patients differ in number, [`ReadoutError::TooFew`] with fewer than two
/// groups, or when no event happened while two groups were at risk.
pub fn log_rank(data: &SurvivalData, group: &[usize]) -> Result<LogRank, ReadoutError> {
    ReadoutError::shape("Groups of patients", data.len(), group.len())?;
    let mut groups = group.to_vec();
    groups.sort_unstable();
    groups.dedup();
    ReadoutError::at_least("Groups to compare", 2, groups.len())?;
    let own: Vec<usize> = group.iter().map(|g| groups.partition_point(|known| known < g)).collect();
    let count = |patients: &mut dyn Iterator<Item = usize>| {
        let mut out = vec![0_usize; groups.len()];
        patients.for_each(|i| out[own[i]] += 1);
        out
    };
    let patients = count(&mut (0..data.len()));
    let mut at_risk = Array1::from_iter(patients.iter().map(|n| *n as f64));
    let observed = count(&mut (0..data.len()).filter(|&i| data.events()[i]));
    let mut expected = Array1::<f64>::zeros(groups.len());
    let mut variance = Array2::<f64>::zeros((groups.len(), groups.len()));
    for (_, at) in data.by_time() {
        let (n, d) = (at_risk.sum(), at.iter().filter(|&&i| data.events()[i]).count() as f64);
        let share = &at_risk / n;
        expected.scaled_add(d, &share);
        if n > 1.0 && d > 0.0 {
            let scale = d * (n - d) / (n - 1.0);
            for ((j, k), v) in variance.indexed_iter_mut() {
                *v += scale * share[j] * (f64::from(u8::from(j == k)) - share[k]);
            }
        }
        at.iter().for_each(|&i| at_risk[own[i]] -= 1.0);
    }
    let excess = Array1::from_iter(observed.iter().map(|o| *o as f64)) - &expected;
    // V is singular along (1, …, 1), where O − E has no part: its pseudo-inverse equals leaving one group out.
    let (values, vectors) = eigen_descending(variance.view())?;
    let largest = values.first().copied().unwrap_or(0.0);
    if largest <= 0.0 {
        return Err(ReadoutError::TooFew { what: "Events while two groups were at risk", needed: 1, found: 0 });
    }
    let along = values.iter().zip(vectors.columns()).filter(|(value, _)| **value > 1e-10 * largest);
    let chi_squared = along.map(|(value, vector)| vector.dot(&excess).powi(2) / value).sum::<f64>();
    // Who left before the first event says nothing of it.
    let degrees_of_freedom = expected.iter().filter(|e| **e > 0.0).count() - 1;
    let p = if chi_squared > 0.0 {
        checked_gamma_ur(degrees_of_freedom as f64 / 2.0, chi_squared / 2.0).unwrap_or(f64::NAN)
    } else {
        1.0
    };
    Ok(LogRank { groups, patients, observed, expected: expected.to_vec(), chi_squared, degrees_of_freedom, p })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_left_before_the_first_event_counts_for_nothing() {
        let (times, events) = (vec![5.0, 6.0, 7.0, 9.0, 11.0, 12.0], vec![true, false, true, true, true, false]);
        let two = log_rank(&SurvivalData::new(times.clone(), events.clone()).unwrap(), &[0, 0, 1, 0, 1, 1]).unwrap();
        let of = |more: &[f64]| {
            let times = times.iter().chain(more).copied().collect();
            let events = events.iter().copied().chain(more.iter().map(|_| false)).collect();
            let groups: Vec<usize> = [0, 0, 1, 0, 1, 1].into_iter().chain(more.iter().map(|_| 2)).collect();
            log_rank(&SurvivalData::new(times, events).unwrap(), &groups).unwrap()
        };
        let three = of(&[1.0, 2.0, 4.9]);
        assert_eq!((three.degrees_of_freedom, three.expected[2], three.patients[2]), (1, 0.0, 3));
        assert!((three.chi_squared - two.chi_squared).abs() < 1e-12 && (three.p - two.p).abs() < 1e-12, "{three:?}");
        assert_eq!(of(&[1.0, 8.0]).degrees_of_freedom, 2);
    }
}
