//! Groups of tumours, whatever made them: a column of the sample sheet, a lasso, clusters of an embedding.

use serde::{Deserialize, Serialize};

use super::ReadoutError;
use crate::cohort::median;

/// A partition of some of the tumours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grouping {
    /// What it is called on an axis: the column's name, "selection", "clusters".
    pub label: String,
    /// Names of the groups, in the order they are shown.
    pub names: Vec<String>,
    /// One per tumour, in the order of the embedding: index into `names`, -1 for none of them.
    pub codes: Vec<i32>,
}

impl Grouping {
    /// Refuses codes that are not one per tumour or that name no group.
    pub fn check(&self, tumours: usize) -> Result<(), ReadoutError> {
        let known = |code: &i32| *code >= -1 && *code < self.names.len() as i32;
        if self.codes.len() == tumours && self.codes.iter().all(known) {
            return Ok(());
        }
        Err(ReadoutError::Grouping { label: self.label.clone(), given: self.codes.len(), tumours })
    }

    /// Numbers (one per tumour, NaN where unknown) split at their median: those above it, and those up to it.
    pub fn halves(label: String, values: &[f32]) -> Self {
        let mut known: Vec<f64> = values.iter().filter(|v| v.is_finite()).map(|v| f64::from(*v)).collect();
        let middle = median(&mut known) as f32;
        let code = |v: &f32| if v.is_finite() { i32::from(*v <= middle) } else { -1 };
        let names = vec![format!("above {middle}"), format!("up to {middle}")];
        Self { label, names, codes: values.iter().map(code).collect() }
    }

    /// Indices of the tumours in a group.
    pub fn members(&self, group: usize) -> Vec<usize> {
        (0..self.codes.len()).filter(|at| self.codes[*at] == group as i32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_split_at_its_median() {
        let halves = Grouping::halves("age".into(), &[4.0, 1.0, f32::NAN, 2.0, 2.5]);
        assert_eq!(halves.names, ["above 2.25", "up to 2.25"]);
        assert_eq!(halves.codes, [0, 1, -1, 1, 0]);
    }

    #[test]
    fn members_are_found_and_bad_codes_refused() {
        let of = |codes: &[i32]| Grouping {
            label: "subtype".into(),
            names: vec!["A".into(), "B".into()],
            codes: codes.to_vec(),
        };
        assert_eq!(of(&[0, 1, -1, 1]).members(1), [1, 3]);
        assert!(of(&[0, 1, -1, 1]).check(4).is_ok());
        assert!(of(&[0, 1, -1, 1]).check(5).is_err());
        assert!(of(&[0, 2]).check(2).is_err());
        assert!(of(&[0, -2]).check(2).is_err());
    }
}
