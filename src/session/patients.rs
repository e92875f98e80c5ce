//! Tumours of one patient: who they are, and which of them counts where patients are compared.

use super::readouts::Choice;
use super::saved::{Manifest, Saved, SavedPatients};
use super::{Session, SessionError};
use crate::cohort::{OneEach, Patients, patient_names};
use crate::readout::Grouping;
use crate::readout::purity::{purity_columns, purity_values};
use crate::readout::stand_in::STAND_IN;
use crate::training_set::TrainingSet;

impl Session {
    /// The patients of the tumours that a fitted representation embeds.
    ///
    /// # Errors
    /// Before training.
    pub(super) fn patients_of(&mut self, of: Choice) -> Result<Patients, SessionError> {
        if let Some(kept) = self.kept() {
            return Ok(kept.patients());
        }
        let set = std::rc::Rc::clone(&self.fitted(of)?.set);
        self.patients_in(&set)
    }

    fn patients_in(&mut self, set: &TrainingSet) -> Result<Patients, SessionError> {
        let tumours = self.tumour_indices(set)?;
        Ok(self.cohort()?.patients_of(&tumours))
    }

    /// The patients of the tumours on screen.
    fn patients(&mut self) -> Result<Patients, SessionError> {
        if let Some(kept) = self.kept() {
            return Ok(kept.patients());
        }
        let set = self.current_set()?;
        self.patients_in(&set)
    }

    /// How many tumours are on screen: what groups must fit.
    pub(super) fn tumours_shown(&mut self) -> Result<usize, SessionError> {
        if let Some(kept) = self.kept() {
            return Ok(kept.manifest.samples.len());
        }
        Ok(self.current_set()?.tumours.len())
    }

    /// One tumour of each patient among those on screen at the places `among`: the purest by the sheet's purity, else by the
    /// stand-in, else the first.
    pub(super) fn one_each(&mut self, among: &[usize]) -> Result<OneEach, SessionError> {
        let patients = self.patients()?;
        if !patients.repeat() {
            return Ok(OneEach { kept: among.to_vec(), sentence: None });
        }
        let columns = self.tumour_columns()?;
        let tumours: Vec<usize> = (0..patients.numbers().len()).collect();
        let measured = purity_columns(&columns).first().map(|&best| &columns[best]);
        let measured = measured.map(|column| (column.name.clone(), purity_values(column, &tumours)));
        let purity = measured.or_else(|| Some((STAND_IN.to_owned(), self.stand_in_of_patients()?)));
        let purity = purity.as_ref().map(|(name, values)| (name.as_str(), values.as_slice()));
        Ok(patients.one_each(among, purity))
    }

    /// The stand-in for purity: kept in a session's file, else estimated; none where it cannot be.
    fn stand_in_of_patients(&mut self) -> Option<Vec<f64>> {
        let Some(kept) = self.kept() else { return self.purity_stand_in().ok() };
        let saved = kept.manifest.patients.as_ref()?.stand_in.as_ref()?;
        Some(saved.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }

    /// What a session's file says of the patients of a set's tumours.
    pub(super) fn saved_patients(&mut self, set: &TrainingSet) -> Result<SavedPatients, SessionError> {
        let tumours = self.tumour_indices(set)?;
        let cohort = self.cohort()?;
        let names = tumours.iter().map(|&at| cohort.patients.get(at).cloned().flatten()).collect();
        let told_purest = !cohort.patients_of(&tumours).repeat() || !purity_columns(&cohort.columns).is_empty();
        let stand_in = if told_purest { None } else { self.purity_stand_in().ok() };
        let stand_in = stand_in.map(|values| values.into_iter().map(|v| Some(v).filter(|v| v.is_finite())).collect());
        Ok(SavedPatients { names, stand_in })
    }

    /// Groups of which every patient is in one with one tumour, and the sentence that says so where tumours were left out.
    pub(super) fn groups_of_patients(&mut self, groups: &Grouping) -> Result<(Grouping, Option<String>), SessionError> {
        let grouped: Vec<usize> = (0..groups.codes.len()).filter(|&at| groups.codes[at] >= 0).collect();
        let OneEach { kept, sentence } = self.one_each(&grouped)?;
        let mut codes = vec![-1; groups.codes.len()];
        kept.into_iter().for_each(|at| codes[at] = groups.codes[at]);
        Ok((Grouping { codes, ..groups.clone() }, sentence))
    }
}

impl Saved {
    /// The patient of each tumour. Of an older file the columns and the samples' names tell, as when a cohort is opened.
    pub(super) fn patient_names(&self) -> Vec<Option<String>> {
        let Manifest { patients, samples, columns, .. } = &self.manifest;
        let told = || patient_names(samples, columns);
        patients.as_ref().map_or_else(told, |saved| saved.names.clone())
    }

    fn patients(&self) -> Patients {
        Patients::of(self.patient_names().iter().map(Option::as_deref))
    }
}
