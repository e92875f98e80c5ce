//! Which samples are of one patient: by a column that names patients, by TCGA barcodes, or by a name that a tumour and a
//! normal share. Several samples of a patient are no several patients: folds keep them together, and what assumes
//! independent patients (survival, tests between groups) takes one of each.

use std::collections::{HashMap, HashSet};

use super::join::Joined;
use super::role_words::role_of_word;
use crate::cohort::genes::ids::counted;
use crate::cohort::text::names::{is_barcode, key};
use crate::cohort::{Cohort, Column};

/// Letters of a TCGA barcode up to its participant.
const PARTICIPANT: usize = 12;

/// Under this share of different names among those there are, a column holds groups of patients and no patients.
const FEWEST_NAMES: f64 = 0.02;

/// The patient of each of some samples, numbered in order of first sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patients {
    of: Vec<usize>,
    patients: usize,
}

/// One sample of each patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneEach {
    /// Places of those that count, ascending.
    pub kept: Vec<usize>,
    /// That the others do not and why, where there are any.
    pub sentence: Option<String>,
}

impl Patients {
    /// Of names; a sample without one is a patient of its own.
    pub fn of<'a>(names: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut number: HashMap<&str, usize> = HashMap::new();
        let mut patients = 0;
        let mut next = || {
            patients += 1;
            patients - 1
        };
        let of = names.into_iter().map(|name| match name {
            Some(name) => *number.entry(name).or_insert_with(&mut next),
            None => next(),
        });
        let of = of.collect();
        Self { of, patients }
    }

    /// Every sample a patient of its own.
    pub fn each_its_own(samples: usize) -> Self {
        Self { of: (0..samples).collect(), patients: samples }
    }

    /// One number per sample, from 0.
    pub fn numbers(&self) -> &[usize] {
        &self.of
    }

    /// How many patients.
    pub fn count(&self) -> usize {
        self.patients
    }

    /// Whether a patient has several of the samples.
    pub fn repeat(&self) -> bool {
        self.patients < self.of.len()
    }

    /// How many patients have several of the samples.
    pub fn with_several(&self) -> usize {
        let mut samples = vec![0_usize; self.patients];
        self.of.iter().for_each(|&patient| samples[patient] += 1);
        samples.iter().filter(|n| **n > 1).count()
    }

    /// One of each patient's samples among those at the places `among`: the purest where `purity` (its name, and one value
    /// per sample, NaN where unknown) tells, else the first.
    pub fn one_each(&self, among: &[usize], purity: Option<(&str, &[f64])>) -> OneEach {
        let pure = |at: usize| purity.and_then(|(_, values)| values.get(at)).copied().filter(|v| v.is_finite());
        let mut best: HashMap<usize, usize> = HashMap::new();
        for &at in among {
            let Some(&patient) = self.of.get(at) else { continue };
            let held = best.entry(patient).or_insert(at);
            let purer = match (pure(*held), pure(at)) {
                (Some(held), Some(next)) => next > held,
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if purer {
                *held = at;
            }
        }
        let mut kept: Vec<usize> = best.into_values().collect();
        kept.sort_unstable();
        let several = {
            let mut times: HashMap<usize, usize> = HashMap::new();
            among.iter().filter_map(|&at| self.of.get(at)).for_each(|&patient| *times.entry(patient).or_default() += 1);
            times.values().filter(|n| **n > 1).count()
        };
        let sentence = (several > 0).then(|| {
            let which = match purity {
                Some((name, _)) => format!("the purest of each ({name})"),
                None => "the first of each".to_owned(),
            };
            format!(
                "{} several of the tumours: {which} counts, so that {} of {} tumours are read.",
                counted(several, "patient has", "patients have"),
                kept.len(),
                among.len()
            )
        });
        OneEach { kept, sentence }
    }
}

impl Cohort {
    /// The patients of the samples at these places.
    pub fn patients_of(&self, samples: &[usize]) -> Patients {
        Patients::of(samples.iter().map(|&at| self.patients.get(at).and_then(Option::as_deref)))
    }
}

/// Patients from a column called so, else from TCGA barcodes, else from a name that a tumour and a normal share.
pub(in crate::cohort) fn patients(joined: &Joined, columns: &[Column]) -> Vec<Option<String>> {
    patient_names(&joined.named, columns)
}

/// The same of samples by the names in their files; without a name where nothing tells the patient.
pub fn patient_names(samples: &[String], columns: &[Column]) -> Vec<Option<String>> {
    let named = columns.iter().find(|column| names_patients(&column.name, &column.values));
    let mut times: HashMap<&str, usize> = HashMap::new();
    samples.iter().for_each(|name| *times.entry(name).or_default() += 1);
    let shared = |sample: &String| times.get(sample.as_str()).filter(|n| **n > 1).map(|_| sample.clone());
    let from_column = |at: usize| {
        let value = named.and_then(|c| c.values.get(at)?.as_ref())?;
        // A column of cases may hold whole barcodes.
        Some(participant(value).unwrap_or_else(|| value.clone()))
    };
    let of =
        |(at, sample): (usize, &String)| from_column(at).or_else(|| participant(sample)).or_else(|| shared(sample));
    samples.iter().enumerate().map(of).collect()
}

/// The participant of a TCGA barcode: `TCGA.a7.A0CE.01A` is of TCGA-A7-A0CE.
pub(in crate::cohort) fn participant(sample: &str) -> Option<String> {
    let participant = sample.get(..PARTICIPANT).filter(|_| is_barcode(sample))?;
    Some(participant.replace(['.', '_'], "-").to_ascii_uppercase())
}

/// Whether a column's heading says patients and its cells can be some: *case* holds case and control too, and a number of
/// three arms is no patient.
pub(in crate::cohort) fn names_patients(heading: &str, values: &[Option<String>]) -> bool {
    if !is_patient_heading(heading) {
        return false;
    }
    let distinct: HashSet<&str> = values.iter().flatten().map(String::as_str).collect();
    let present = values.iter().flatten().count();
    let roles = |value: &&str| role_of_word(value).is_some() || matches!(key(value).as_str(), "case" | "yes" | "no");
    distinct.len() > 1
        && distinct.len() as f64 >= FEWEST_NAMES * present as f64
        && !(distinct.len() < 10 && distinct.iter().all(roles))
}

/// Whether a heading says that its cells are patients: *patient*, *subject*, *participant*, *case*, *donor* or
/// *individual*, alone or with a word for an id.
pub(in crate::cohort) fn is_patient_heading(heading: &str) -> bool {
    const STEMS: [&str; 6] = ["patient", "subject", "participant", "case", "donor", "individual"];
    const WORDS: [&str; 15] = [
        "",
        "s",
        "id",
        "ids",
        "ident",
        "identifier",
        "no",
        "nr",
        "num",
        "number",
        "code",
        "barcode",
        "name",
        "submitterid",
        "uuid",
    ];
    let heading = key(heading);
    let heading = heading.strip_prefix("bcr").unwrap_or(&heading);
    STEMS.iter().filter_map(|stem| heading.strip_prefix(stem)).any(|rest| WORDS.contains(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sample_of_each_is_the_purest_else_the_first() {
        let patients = Patients::of([Some("a"), None, Some("b"), Some("a"), Some("b"), None]);
        assert_eq!(patients.numbers(), [0, 1, 2, 0, 2, 3]);
        assert_eq!((patients.count(), patients.with_several(), patients.repeat()), (4, 2, true));
        let all: Vec<usize> = (0..6).collect();
        let first = patients.one_each(&all, None);
        assert_eq!(first.kept, [0, 1, 2, 5]);
        let said = first.sentence.expect("said");
        assert_eq!(
            said,
            "2 patients have several of the tumours: the first of each counts, so that 4 of 6 tumours are read."
        );
        let purity = [0.2, 0.9, f64::NAN, 0.3, 0.1, f64::NAN];
        let purest = patients.one_each(&all, Some(("content", &purity)));
        assert_eq!(purest.kept, [1, 3, 4, 5]);
        assert!(purest.sentence.is_some_and(|said| said.contains("purest of each (content)")));
        assert_eq!(patients.one_each(&[0, 1, 4], None), OneEach { kept: vec![0, 1, 4], sentence: None });
        let own = Patients::each_its_own(3);
        assert!(!own.repeat() && own == Patients::of([None, None, None]));
    }

    #[test]
    fn headings_and_cells_of_patients() {
        for heading in [
            "Patient",
            "patient_id",
            "Subject ID",
            "participant",
            "Donor-No.",
            "case_submitter_id",
            "Case",
            "bcr_patient_barcode",
        ] {
            assert!(is_patient_heading(heading), "{heading}");
        }
        for heading in ["patient age", "case_control", "subject status", "patients treated", "encase"] {
            assert!(!is_patient_heading(heading), "{heading}");
        }
        let cells = |values: &[&str]| values.iter().map(|v| Some((*v).to_owned())).collect::<Vec<_>>();
        assert!(names_patients("case", &cells(&["17", "17", "18", "20"])));
        assert!(!names_patients("case", &cells(&["case", "control", "case", "case"])));
        assert!(!names_patients("subject", &cells(&["tumor", "normal", "tumor"])));
        assert!(!names_patients("patient", &cells(&["1", "1", "1"])));
    }
}
