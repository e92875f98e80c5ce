//! What is asked of every representation: the cohort's columns as classes, outcomes and numbers, one per tumour; or
//! the sentence that says why one cannot be asked.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::forecast::Part;
use super::measure::Label;
use crate::cohort::{Cohort, Column, GeneMap, Patients, outcomes};
use crate::readout::markers::{purity_stand_in, tumour_scores};
use crate::readout::purity::purity_values;
use crate::readout::stand_in::{STAND_IN, stand_in};
use crate::readout::survival::SurvivalData;
use crate::training_set::TrainingSet;

/// Folds that the patients of every class must fill twice.
const FEWEST_PER_CLASS: usize = 10;

/// The columns of the sample sheet that a person chose; each may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// Molecular subtype.
    pub subtype: Option<String>,
    /// Histological grade.
    pub grade: Option<String>,
    /// Time to event or to the last follow-up.
    pub time: Option<String>,
    /// Whether the event happened.
    pub event: Option<String>,
    /// Purity; without it minus the sum of stromal and immune score stands for it.
    pub purity: Option<String>,
}

impl Columns {
    /// These where given, else those proposed.
    pub fn or(&self, proposed: &Self) -> Self {
        let of = |given: &Option<String>, proposed: &Option<String>| given.clone().or_else(|| proposed.clone());
        Self {
            subtype: of(&self.subtype, &proposed.subtype),
            grade: of(&self.grade, &proposed.grade),
            time: of(&self.time, &proposed.time),
            event: of(&self.event, &proposed.event),
            purity: of(&self.purity, &proposed.purity),
        }
    }
}

/// A label as it is classified.
#[derive(Clone, Debug, PartialEq)]
pub struct Classes {
    /// Class names, in alphabetical order.
    pub names: Vec<String>,
    /// One per tumour; `None` where missing or of a class too small.
    pub codes: Vec<Option<usize>>,
}

/// Everything that is asked, or why not.
#[derive(Clone, Debug, PartialEq)]
pub struct Questions {
    /// Molecular subtype.
    pub subtype: Result<Classes, String>,
    /// Histological grade.
    pub grade: Result<Classes, String>,
    /// The tumours' patients, whom no fold splits.
    pub patients: Patients,
    /// Purity, NaN where unknown.
    pub purity: Result<Vec<f64>, String>,
    /// The tumours that stand for a patient whose outcome is known, and their outcomes.
    pub survival: Result<(Vec<usize>, SurvivalData), String>,
    /// Immune score.
    pub immune: Result<Vec<f64>, String>,
    /// Stromal score.
    pub stromal: Result<Vec<f64>, String>,
    /// The column of purity; where none was chosen the scores stand for it.
    purity_name: Option<String>,
    /// The outcomes of all tumours, several of a patient included.
    outcomes: Result<(Vec<usize>, SurvivalData), String>,
    one_each: Option<String>,
    notes: Vec<String>,
}

impl Questions {
    /// Read the chosen columns for the tumours of `set`.
    pub fn of(cohort: &Cohort, set: &TrainingSet, columns: &Columns) -> Self {
        let places: HashMap<&str, usize> =
            cohort.matrix.samples.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        let tumours: Vec<usize> = set.tumours.iter().filter_map(|t| places.get(t.as_str()).copied()).collect();
        let mut notes = Vec::new();
        if set.held_out.is_empty() {
            notes.push(
                "There are too few adjacent normals to hold any out: tumours are diluted with normals that were trained with, which flatters everything that mixes."
                    .into(),
            );
        }
        let patients = cohort.patients_of(&tumours);
        if patients.repeat() {
            notes.push(format!(
                "{} of {} patients have several of the {} tumours: no fold splits a patient.",
                patients.with_several(),
                patients.count(),
                tumours.len()
            ));
        }
        let of = (tumours.as_slice(), patients.numbers());
        let subtype = classes(cohort, of, columns.subtype.as_deref(), Label::Subtype, &mut notes);
        let grade = classes(cohort, of, columns.grade.as_deref(), Label::Grade, &mut notes);
        let outcomes = survival(cohort, &tumours, columns, &mut notes);
        let [stromal, immune] = tumour_scores(cohort, None);
        let purity = match &columns.purity {
            None => stand_in(&stromal, &immune),
            name => column(cohort, name.as_deref(), "purity").map(|column| purity_values(column, &tumours)),
        };
        let purity_name = columns.purity.clone();
        let survival = outcomes.clone();
        let mut questions = Self {
            subtype,
            grade,
            patients,
            purity,
            survival,
            immune,
            stromal,
            purity_name,
            outcomes,
            one_each: None,
            notes,
        };
        questions.take_one_of_each_patient();
        questions
    }

    /// Patients are what a hazard is of: of several tumours the purest counts.
    fn take_one_of_each_patient(&mut self) {
        let Ok((known, data)) = &self.outcomes else { return };
        let name = self.purity_name.as_deref().unwrap_or(STAND_IN);
        let purity = self.purity.as_ref().ok().map(|values| (name, values.as_slice()));
        let one = self.patients.one_each(known, purity);
        let rows: Vec<usize> = one.kept.iter().filter_map(|at| known.binary_search(at).ok()).collect();
        self.one_each = one.sentence.map(|said| format!("For survival: {said}"));
        self.survival = data.select(&rows).map(|data| (one.kept, data)).map_err(|error| error.to_string());
    }

    /// Score the markers by the names that `map` gave the cohort's genes.
    pub(super) fn score_markers(&mut self, cohort: &Cohort, map: &GeneMap) {
        [self.stromal, self.immune] = tumour_scores(cohort, Some(map));
        if self.purity_name.is_none() {
            self.purity = stand_in(&self.stromal, &self.immune);
            self.take_one_of_each_patient();
        }
    }

    /// The stand-in for the purity of some of the tumours (indices into the whole cohort's), where markers are measured.
    pub(super) fn stand_in(&self, of: &[usize]) -> Option<Vec<f64>> {
        let some = |score: &Result<Vec<f64>, String>| -> Option<Vec<f64>> {
            let score = score.as_ref().ok()?;
            of.iter().map(|&i| score.get(i).copied()).collect()
        };
        let (stromal, immune) = (some(&self.stromal), some(&self.immune));
        purity_stand_in([stromal.as_deref(), immune.as_deref()])
    }

    /// Whether a part of the work has anything to do.
    pub(super) fn ask(&self, part: Part) -> bool {
        match part {
            Part::Classify(label) => self.label(label).is_ok(),
            Part::Survival => self.survival.is_ok(),
            _ => true,
        }
    }

    /// What a person should know of how it was asked, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        const STANDS_IN: &str = "No purity column was chosen: minus the sum of stromal and immune score stands for it. It is made from the same profiles and orders tumours; it is no fraction.";
        let said = (self.purity_name.is_none() && self.purity.is_ok()).then(|| STANDS_IN.to_owned());
        self.notes.iter().cloned().chain(self.one_each.clone()).chain(said).collect()
    }

    /// The classes of a label.
    pub fn label(&self, label: Label) -> &Result<Classes, String> {
        match label {
            Label::Subtype => &self.subtype,
            Label::Grade => &self.grade,
        }
    }
}

fn column<'a>(cohort: &'a Cohort, name: Option<&str>, what: &str) -> Result<&'a Column, String> {
    let name = name.ok_or_else(|| format!("No column was chosen for {what}."))?;
    let found = cohort.columns.iter().find(|column| column.name == name);
    found.ok_or_else(|| {
        format!("The sample sheet has no column of the name chosen for {what}: choose one from the list. ({name:?})")
    })
}

fn classes(
    cohort: &Cohort,
    (tumours, patients): (&[usize], &[usize]),
    name: Option<&str>,
    label: Label,
    notes: &mut Vec<String>,
) -> Result<Classes, String> {
    let word = label.word();
    let column = column(cohort, name, &format!("the {word}"))?;
    let of: Vec<Option<&str>> = tumours
        .iter()
        .map(|&i| column.values.get(i)?.as_deref().map(str::trim).filter(|value| !value.is_empty()))
        .collect();
    let mut names: Vec<&str> = of.iter().copied().flatten().collect();
    names.sort_unstable();
    names.dedup();
    let known = of.iter().flatten().count();
    if known == 0 {
        return Err(format!("No tumour has a {word}: the column chosen is empty for all {} of them.", tumours.len()));
    }
    if names.len() < 2 {
        return Err(format!("All {known} tumours with a {word} have the same one: there is nothing to tell apart."));
    }
    // A patient is one, however many of the tumours are theirs.
    let size = |name: &str| {
        let own = of.iter().zip(patients).filter(|(value, _)| **value == Some(name));
        own.map(|(_, patient)| patient).collect::<HashSet<_>>().len()
    };
    let repeated = tumours.len() > patients.iter().collect::<HashSet<_>>().len();
    let counted = if repeated { "patients" } else { "tumours" };
    let (large, small): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| size(name) >= FEWEST_PER_CLASS);
    if large.len() < 2 {
        let largest = large.iter().chain(&small).map(|name| size(name)).max().unwrap_or(0);
        return Err(format!(
            "Fewer than two classes of the {word} have {FEWEST_PER_CLASS} {counted} (the largest has {largest} of {known}): too few to train and test on."
        ));
    }
    if !small.is_empty() {
        let left = of.iter().flatten().filter(|value| small.contains(value)).count();
        notes.push(format!(
            "{} of the {word} with under {FEWEST_PER_CLASS} {counted} {} left out ({left} tumours).",
            if small.len() == 1 { "One class".to_owned() } else { format!("{} classes", small.len()) },
            if small.len() == 1 { "is" } else { "are" },
        ));
    }
    let code = |value: &Option<&str>| value.and_then(|value| large.iter().position(|name| *name == value));
    let codes: Vec<Option<usize>> = of.iter().map(code).collect();
    Ok(Classes { names: large.iter().map(|name| (*name).to_owned()).collect(), codes })
}

fn survival(
    cohort: &Cohort,
    tumours: &[usize],
    columns: &Columns,
    notes: &mut Vec<String>,
) -> Result<(Vec<usize>, SurvivalData), String> {
    let time = column(cohort, columns.time.as_deref(), "the survival time")?;
    let event = column(cohort, columns.event.as_deref(), "the event")?;
    let found = outcomes(time, event, tumours);
    notes.extend(found.notes);
    if event.events().values.iter().flatten().count() == 0 {
        return Err(
            "The event column holds nothing that reads as an event (1, dead, true, …) or none (0, alive, false, …)."
                .into(),
        );
    }
    let (times, events): (Vec<_>, Vec<_>) = found.known.into_iter().map(Option::unzip).unzip();
    SurvivalData::known(&times, &events).map_err(|error| error.to_string())
}
