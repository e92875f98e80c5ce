//! Groups of tumours from a column, and which pathways differ between two of them.

use std::rc::Rc;

use serde::Deserialize;

use super::{Colours, PathwaysSpec, Session, SessionError};
use crate::figure::{Categories, ColourSpec, DifferencesFigure, StripPlot};
use crate::readout::Grouping;
use crate::readout::differences::Differences;
use crate::readout::two_groups::GroupTest;

/// Which two groups to compare, and how.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DifferencesRequest {
    /// Sets, score and what purified them.
    #[serde(default)]
    pub pathways: PathwaysSpec,
    /// The groups.
    pub groups: Grouping,
    /// The first group: index into the names.
    pub first: usize,
    /// The second; all other grouped tumours when absent.
    #[serde(default)]
    pub second: Option<usize>,
    /// Which test; Welch's when absent.
    #[serde(default)]
    pub test: GroupTest,
}

/// The newest comparison of two groups.
pub(super) struct Compared {
    request: DifferencesRequest,
    differences: Rc<Differences>,
}

const NOT_COMPARED: SessionError = SessionError::NotYet("No groups have been compared yet: choose two groups first.");

impl Session {
    /// The groups that a column makes: its categories, or for numbers of more than six values those up to the median and
    /// those above.
    ///
    /// # Errors
    /// [`SessionError::Unknown`] when there is no such column.
    pub fn grouping(&mut self, column: &str) -> Result<Grouping, SessionError> {
        let label = column.to_owned();
        match self.colour_by(&ColourSpec { column: Some(label.clone()), ..ColourSpec::default() })? {
            Colours::Category { categories, codes, .. } => Ok(Grouping { label, names: categories, codes }),
            Colours::Number { values, .. } => Ok(by_number(label, &values)),
            Colours::None => Ok(Grouping { label, names: Vec::new(), codes: Vec::new() }),
        }
    }

    /// Which gene sets differ between two groups, raw and purified, by one tumour of each patient. Kept for the figures and
    /// the table.
    ///
    /// # Errors
    /// As [`Session::pathways`], and groups that cannot be compared.
    pub fn differences(&mut self, request: DifferencesRequest) -> Result<Rc<Differences>, SessionError> {
        if let Some(Compared { request: made_for, differences }) = &self.compared
            && *made_for == request
        {
            return Ok(Rc::clone(differences));
        }
        let pathways = self.pathways(request.pathways)?;
        let (groups, sentence) = self.groups_of_patients(&request.groups)?;
        let mut found = pathways.differences(&groups, request.first, request.second, request.test)?;
        found.notes.extend(sentence);
        let differences = Rc::new(found);
        self.compared = Some(Compared { request, differences: Rc::clone(&differences) });
        Ok(differences)
    }

    pub(super) fn newest_differences(&self) -> Result<Rc<Differences>, SessionError> {
        Ok(Rc::clone(&self.compared.as_ref().ok_or(NOT_COMPARED)?.differences))
    }

    pub(super) fn differences_figure(&self, most: usize) -> Result<DifferencesFigure, SessionError> {
        Ok(DifferencesFigure::new(&*self.newest_differences()?, most))
    }

    /// One pathway in the two groups compared.
    pub(super) fn differences_strip(&mut self, pathway: &str) -> Result<StripPlot, SessionError> {
        let spec = self.compared.as_ref().ok_or(NOT_COMPARED)?.request.pathways;
        let differences = self.newest_differences()?;
        let pathways = self.pathways(spec)?;
        let unknown = || SessionError::Unknown { what: "pathway", name: pathway.into() };
        let at = pathways.sets.iter().position(|s| s == pathway).ok_or_else(unknown)?;
        // Only the tumours compared: whoever is in neither group has no column.
        let sides = [&differences.first, &differences.second];
        let members: Vec<usize> = sides.iter().flat_map(|side| side.members.iter().copied()).collect();
        let codes =
            sides.iter().zip(0..).flat_map(|(side, code)| std::iter::repeat_n(code, side.members.len())).collect();
        let names = sides.iter().map(|side| side.name.clone()).collect();
        let of = |z: &ndarray::Array2<f32>| members.iter().map(|&tumour| z[[tumour, at]]).collect();
        let groups = Categories::new(differences.label.clone(), names, codes)?;
        Ok(StripPlot::new(pathway, "z over the cohort", of(&pathways.raw.z), of(&pathways.purified.z), groups)?)
    }
}

fn by_number(label: String, values: &[f32]) -> Grouping {
    const FEW: usize = 6;
    let mut known: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
    known.sort_by(f32::total_cmp);
    let mut distinct = known.clone();
    distinct.dedup();
    let code = |of: &dyn Fn(f32) -> i32| values.iter().map(|&v| if v.is_finite() { of(v) } else { -1 }).collect();
    if distinct.len() <= FEW {
        let names = distinct.iter().map(f32::to_string).collect();
        return Grouping {
            label,
            names,
            codes: code(&|v| distinct.iter().position(|d| *d == v).map_or(-1, |i| i as i32)),
        };
    }
    Grouping::halves(label, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_groups() {
        let few = by_number("event".into(), &[1.0, 0.0, f32::NAN, 1.0]);
        assert_eq!((few.names, few.codes), (vec!["0".to_string(), "1".into()], vec![1, 0, -1, 1]));
        let many: Vec<f32> = (0..9).map(|i| i as f32 * 0.5).collect();
        let split = by_number("age".into(), &many);
        assert_eq!(split.names, ["above 2", "up to 2"]);
        assert_eq!(split.codes, [1, 1, 1, 1, 1, 0, 0, 0, 0]);
        assert!(by_number("empty".into(), &[f32::NAN]).names.is_empty());
    }
}
