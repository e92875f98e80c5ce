//! What is said of a cohort's samples: a number for each of them, and what a person should look at.

use serde::{Deserialize, Serialize};

use crate::cohort::Cohort;
use crate::cohort::genes::ids::counted;

/// A number for every sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// Which one.
    pub key: MeasureKey,
    /// Its name with its unit.
    pub label: String,
    /// How it is computed, in one sentence.
    pub about: String,
    /// One per sample; NaN (null in JSON) where it cannot be computed.
    pub values: Vec<f64>,
}

/// The measures there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKey {
    /// Library size, or level where the values are no counts.
    Level,
    /// Genes above the lowest value.
    Detected,
    /// Distance to the other samples of its role.
    Distance,
    /// Which of the two roles it is nearer to.
    Side,
}

/// Something a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Stable, machine-readable.
    pub code: String,
    /// What was found and what to do, without sample names.
    pub message: String,
    /// The samples it is about; none where it is about all.
    pub samples: Vec<String>,
    /// The correction that a person may choose, by its name in [`crate::cohort::Corrections`].
    pub correction: Option<String>,
}

/// `3 samples …` with their names beside.
pub(in crate::cohort) fn about(cohort: &Cohort, code: &str, samples: &[usize], what: &str) -> Option<Finding> {
    let names: Vec<String> = samples.iter().filter_map(|s| cohort.matrix.samples.get(*s).cloned()).collect();
    let message = format!("{} {what}", counted(names.len(), "sample", "samples"));
    (!names.is_empty()).then(|| Finding { code: code.to_owned(), message, samples: names, correction: None })
}
