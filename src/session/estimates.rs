//! Columns that the cohort itself gives: how much tumour, connective tissue and immune cells a biopsy seems to hold.

use std::rc::Rc;

use super::{Session, SessionError};
use crate::cohort::{Column, ColumnKind};
use crate::readout::markers::tumour_scores;
use crate::readout::stand_in::{STAND_IN, stand_in};
use crate::readout::tumour_fraction::tumour_fraction;

/// Names of the estimated columns; a column of the sample sheet with such a name comes before them.
pub const ESTIMATED: [&str; 4] = [
    STAND_IN,
    "stromal score (estimated)",
    "immune score (estimated)",
    "position between adjacent normal and the purest tumours (estimated)",
];
/// Names that links and sessions of earlier versions know, and whose they are now.
const EARLIER_NAMES: [(&str, &str); 1] = [("tumour fraction (estimated)", ESTIMATED[3])];

/// One number per tumour and estimate; an estimate that cannot be made has its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimates {
    /// In the order of [`ESTIMATED`]: minus the sum of the next two over their deviations, mean z, mean z, 0 at adjacent normal and about 1 at the
    /// purest tumours.
    pub values: [Result<Vec<f64>, String>; 4],
    /// Tumours in the embedding's order.
    pub samples: Vec<String>,
}

impl Session {
    /// The estimates of the current tumours, made once for a training set.
    ///
    /// # Errors
    /// A cohort that cannot be trained on.
    pub fn estimates(&mut self) -> Result<Rc<Estimates>, SessionError> {
        let set = self.current_set()?;
        if let Some((made_for, estimates)) = &self.estimates
            && Rc::ptr_eq(made_for, &set)
        {
            return Ok(Rc::clone(estimates));
        }
        let position = tumour_fraction(&set.tumour_values, &set.normal_values).map_err(|e| e.to_string());
        self.cohort()?;
        let cohort = self.cohort.as_ref().ok_or(SessionError::NotYet("Open an expression matrix first."))?;
        let [stromal, immune] = tumour_scores(cohort, self.gene_map.as_ref());
        let values = [stand_in(&stromal, &immune), stromal, immune, position];
        let estimates = Rc::new(Estimates { values, samples: set.tumours.clone() });
        self.estimates = Some((set, Rc::clone(&estimates)));
        Ok(estimates)
    }

    /// Name and values of an estimated column by its name or an earlier one; none where it is no such name.
    pub(super) fn estimated(&mut self, name: &str) -> Option<Result<(&'static str, Vec<f32>), SessionError>> {
        let name = EARLIER_NAMES.iter().find(|(earlier, _)| *earlier == name).map_or(name, |(_, now)| now);
        let at = ESTIMATED.iter().position(|known| *known == name)?;
        Some(self.estimate(at).map(|values| (ESTIMATED[at], values.into_iter().map(|v| v as f32).collect())))
    }

    fn estimate(&mut self, at: usize) -> Result<Vec<f64>, SessionError> {
        let estimates = self.estimates()?;
        estimates.values[at].clone().map_err(|because| SessionError::NoEstimate { because })
    }

    /// What stands for purity where the sample sheet has none: one value per tumour of the current set.
    ///
    /// # Errors
    /// [`SessionError::NoEstimate`] where the marker genes are not found.
    pub(super) fn purity_stand_in(&mut self) -> Result<Vec<f64>, SessionError> {
        self.estimate(0)
    }

    /// The estimates as columns of the sample table, one cell per sample of the cohort; those that can be made.
    pub(super) fn estimated_columns(&mut self) -> Vec<Column> {
        // A cohort that cannot be trained on has no such columns; training says why.
        let Ok(estimates) = self.estimates() else { return Vec::new() };
        let mut directions = self.direction_columns();
        directions.retain(|(_, values)| values.len() == estimates.samples.len());
        let Ok(cohort) = self.cohort() else { return Vec::new() };
        let place: std::collections::HashMap<&str, usize> =
            estimates.samples.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let known = ESTIMATED.iter().zip(&estimates.values).filter_map(|(name, values)| {
            Some(((*name).to_owned(), values.as_ref().ok()?.iter().map(|v| *v as f32).collect::<Vec<f32>>()))
        });
        let all: Vec<(String, Vec<f32>)> = known.chain(directions).collect();
        all.into_iter()
            .filter(|(name, _)| cohort.columns.iter().all(|column| column.name != *name))
            .map(|(name, values)| {
                let cell = |sample: &String| place.get(sample.as_str()).map(|&at| format!("{:.3}", values[at]));
                let values = cohort.matrix.samples.iter().map(cell).collect();
                Column { name, kind: ColumnKind::Number, values }
            })
            .collect()
    }
}
