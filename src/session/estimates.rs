//! Columns that the cohort itself gives: how much tumour, connective tissue and immune cells a biopsy seems to hold.

use std::rc::Rc;

use super::{Session, SessionError};
use crate::cohort::{Column, ColumnKind};
use crate::readout::markers::tumour_scores;
use crate::readout::tumour_fraction::tumour_fraction;

/// Names of the estimated columns; a column of the sample sheet with such a name comes before them.
pub const ESTIMATED: [&str; 3] =
    ["tumour fraction (estimated)", "stromal score (estimated)", "immune score (estimated)"];

/// One number per tumour and estimate; an estimate that cannot be made has its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimates {
    /// In the order of [`ESTIMATED`]: relative to the cohort's purest tumours, mean z, mean z.
    pub values: [Result<Vec<f64>, String>; 3],
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
        let fraction = tumour_fraction(&set.tumour_values, &set.normal_values).map_err(|e| e.to_string());
        self.cohort()?;
        let cohort = self.cohort.as_ref().ok_or(SessionError::NotYet("Open an expression matrix first."))?;
        let [stromal, immune] = tumour_scores(cohort, self.gene_map.as_ref());
        let estimates = Rc::new(Estimates { values: [fraction, stromal, immune], samples: set.tumours.clone() });
        self.estimates = Some((set, Rc::clone(&estimates)));
        Ok(estimates)
    }

    /// The values of an estimated column by its name; none where it is no such name.
    pub(super) fn estimated(&mut self, name: &str) -> Option<Result<Vec<f32>, SessionError>> {
        let at = ESTIMATED.iter().position(|known| *known == name)?;
        Some(self.estimates().and_then(|estimates| match &estimates.values[at] {
            Ok(values) => Ok(values.iter().map(|v| *v as f32).collect()),
            Err(because) => Err(SessionError::NoEstimate { because: because.clone() }),
        }))
    }

    /// The estimates as columns of the sample table, one cell per sample of the cohort; those that can be made.
    pub(super) fn estimated_columns(&mut self) -> Vec<Column> {
        // A cohort that cannot be trained on has no such columns; training says why.
        let Ok(estimates) = self.estimates() else { return Vec::new() };
        let Ok(cohort) = self.cohort() else { return Vec::new() };
        let place: std::collections::HashMap<&str, usize> =
            estimates.samples.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let known =
            ESTIMATED.iter().zip(&estimates.values).filter_map(|(name, values)| Some((name, values.as_ref().ok()?)));
        known
            .filter(|(name, _)| cohort.columns.iter().all(|column| column.name != **name))
            .map(|(name, values)| {
                let cell = |sample: &String| place.get(sample.as_str()).map(|&at| format!("{:.3}", values[at]));
                let values = cohort.matrix.samples.iter().map(cell).collect();
                Column { name: (*name).to_owned(), kind: ColumnKind::Number, values }
            })
            .collect()
    }
}
