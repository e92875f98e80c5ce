//! Tumours of one patient: who they are, and which of them counts where patients are compared.

use super::readouts::Choice;
use super::{Session, SessionError};
use crate::cohort::{OneEach, Patients};
use crate::readout::Grouping;
use crate::readout::purity::{purity_columns, purity_values};
use crate::readout::stand_in::STAND_IN;
use crate::training_set::TrainingSet;

impl Session {
    /// The patients of the tumours that a fitted representation embeds. A session file alone does not say: every tumour is
    /// a patient of its own then.
    ///
    /// # Errors
    /// Before training.
    pub(super) fn patients_of(&mut self, of: Choice) -> Result<Patients, SessionError> {
        if self.kept().is_some() {
            return Ok(Patients::each_its_own(self.embedding_samples(of)?.len()));
        }
        let set = std::rc::Rc::clone(&self.fitted(of)?.set);
        self.patients_in(&set)
    }

    pub(super) fn patients_in(&mut self, set: &TrainingSet) -> Result<Patients, SessionError> {
        let tumours = self.tumour_indices(set)?;
        Ok(self.cohort()?.patients_of(&tumours))
    }

    /// One tumour of each patient among those of the current set at the places `among`: the purest by the sheet's purity,
    /// else by the stand-in, else the first.
    pub(super) fn one_each(&mut self, among: &[usize]) -> Result<OneEach, SessionError> {
        let set = self.current_set()?;
        let patients = self.patients_in(&set)?;
        if !patients.repeat() {
            return Ok(OneEach { kept: among.to_vec(), sentence: None });
        }
        let tumours = self.tumour_indices(&set)?;
        let columns = &self.cohort()?.columns;
        let measured = purity_columns(columns).first().map(|&best| &columns[best]);
        let measured = measured.map(|column| (column.name.clone(), purity_values(column, &tumours)));
        let purity = measured.or_else(|| Some((STAND_IN.to_owned(), self.purity_stand_in().ok()?)));
        let purity = purity.as_ref().map(|(name, values)| (name.as_str(), values.as_slice()));
        Ok(patients.one_each(among, purity))
    }

    /// Groups of which every patient is in one with one tumour, and the sentence that says so where tumours were left out.
    pub(super) fn groups_of_patients(&mut self, groups: &Grouping) -> Result<(Grouping, Option<String>), SessionError> {
        if self.kept().is_some() {
            return Ok((groups.clone(), None));
        }
        let grouped: Vec<usize> = (0..groups.codes.len()).filter(|&at| groups.codes[at] >= 0).collect();
        let OneEach { kept, sentence } = self.one_each(&grouped)?;
        let mut codes = vec![-1; groups.codes.len()];
        kept.into_iter().for_each(|at| codes[at] = groups.codes[at]);
        Ok((Grouping { codes, ..groups.clone() }, sentence))
    }
}
