//! Files and the cohort they make.

use std::collections::HashSet;

use serde::Serialize;

use super::provenance::{Incoming, Tally};
use super::{Session, SessionError};
use crate::cohort::simulated::{SimulationSettings, simulate};
use crate::cohort::{
    Cohort, Column, Corrections, FileReader, FileReport, GeneMap, OpenedFile, Role, SheetJoin, Summary, compose_with,
};

/// The cohort's samples, one row each, in file order.
#[derive(Clone, Debug, Serialize)]
pub struct SampleTable {
    /// Names.
    pub samples: Vec<String>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Patients where known.
    pub patients: Vec<Option<String>>,
    /// Clinical columns, then those that are estimated from the cohort itself.
    pub columns: Vec<Column>,
    /// Why each sample has its role.
    pub reasons: Vec<String>,
    /// The file each sample's values came from.
    pub sources: Vec<String>,
    /// What of each sample sheet joined, and what did not.
    pub joins: Vec<SheetJoin>,
}

const NO_SUCH_FILE: SessionError = SessionError::NotYet("This file is no longer being read: open it again.");

impl Session {
    /// Name genes by this map from here on: `www/gene_map.tsv.gz`, whole.
    ///
    /// # Errors
    /// When the bytes are no such map; genes are then named as before.
    pub fn set_gene_map(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        self.gene_map = Some(GeneMap::read(bytes)?);
        self.forget_models();
        self.forget_cohort();
        Ok(())
    }

    /// Begin reading a file; the handle names it until [`Self::end_file`] or [`Self::abort_file`].
    pub fn begin_file(&mut self, name: &str) -> u32 {
        self.begin_reader(FileReader::new(name), false)
    }

    /// Begin reading a gzip file whose bytes come inflated; its handle is one of [`Self::begin_file`].
    pub fn begin_inflated(&mut self, name: &str) -> u32 {
        self.begin_reader(FileReader::new(name).already_inflated(), true)
    }

    /// `unpacked`: the bytes that come were taken out of another file.
    pub(super) fn begin_reader(&mut self, reader: FileReader, unpacked: bool) -> u32 {
        self.next_reader += 1;
        self.readers.insert(self.next_reader, Incoming { reader, tally: Tally::default(), unpacked });
        self.next_reader
    }

    /// The next bytes of a file.
    ///
    /// # Errors
    /// The file's [`crate::cohort::CohortError`]; what was open before stays open.
    pub fn push_chunk(&mut self, handle: u32, bytes: &[u8]) -> Result<(), SessionError> {
        let incoming = self.readers.get_mut(&handle).ok_or(NO_SUCH_FILE)?;
        incoming.tally.push(bytes);
        incoming.reader.push(bytes).map_err(Into::into)
    }

    /// The file is complete: it replaces one of the same name, and the cohort is made anew.
    ///
    /// # Errors
    /// As [`Self::push_chunk`].
    pub fn end_file(&mut self, handle: u32) -> Result<FileReport, SessionError> {
        let Incoming { reader, tally, unpacked } = self.readers.remove(&handle).ok_or(NO_SUCH_FILE)?;
        self.keep(reader.finish()?, tally, unpacked)
    }

    /// Read a text that is made here, piece by piece, under a name.
    pub(super) fn keep_text(
        &mut self,
        name: &str,
        text: impl IntoIterator<Item = String>,
    ) -> Result<FileReport, SessionError> {
        let handle = self.begin_file(name);
        let pushed = text.into_iter().try_for_each(|piece| self.push_chunk(handle, piece.as_bytes()));
        if let Err(error) = pushed {
            self.abort_file(handle);
            return Err(error);
        }
        self.end_file(handle)
    }

    fn keep(&mut self, mut file: OpenedFile, tally: Tally, unpacked: bool) -> Result<FileReport, SessionError> {
        self.note_input(tally.finish(file.name(), unpacked));
        file.share_names(&self.files);
        let report = file.report().clone();
        if let Some(sets) = file.gene_sets() {
            self.own_sets = sets.to_vec();
        }
        let matrix = |f: &OpenedFile| f.report().kind == "expression_matrix";
        let replaced = self.files.iter().any(|f| f.name() == file.name() && matrix(f));
        if replaced || matrix(&file) {
            self.forget_models();
        }
        self.files.retain(|f| f.name() != file.name());
        self.files.push(file);
        self.forget_cohort();
        Ok(report)
    }

    fn forget_choices(&mut self) {
        self.corrections = Corrections::default();
        self.role_choice = None;
        self.picked.clear();
    }

    /// Forget a file that is being read.
    pub fn abort_file(&mut self, handle: u32) {
        self.readers.remove(&handle);
    }

    /// Close an open file.
    pub fn remove_file(&mut self, name: &str) {
        if self.files.iter().any(|f| f.name() == name && f.report().kind == "expression_matrix") {
            self.forget_models();
        }
        self.files.retain(|f| f.name() != name);
        self.inputs.retain(|f| f.name != name);
        if self.files.is_empty() {
            self.simulated = false;
            self.forget_choices();
        }
        self.forget_cohort();
    }

    /// Open the simulated demo cohort (300 tumours, 40 normals, 2,000 genes) in place of whatever is open.
    ///
    /// # Errors
    /// [`SessionError`] when it cannot be read back, which a test rules out.
    pub fn load_simulated(&mut self, seed: u64) -> Result<Vec<FileReport>, SessionError> {
        let settings = SimulationSettings { seed, ..SimulationSettings::default() };
        let simulated =
            simulate(&settings).map_err(|_| SessionError::NotYet("The simulated cohort could not be made."))?;
        self.files.clear();
        self.inputs.clear();
        self.forget_choices();
        let reports = [
            ("simulated-expression.tsv", simulated.expression_tsv()),
            ("simulated-samples.tsv", simulated.samples_tsv()),
        ]
        .into_iter()
        .map(|(name, text)| self.keep_text(name, [text]))
        .collect();
        self.simulated = true;
        reports
    }

    fn forget_cohort(&mut self) {
        self.cohort = None;
        self.prepared = None;
        self.comparison = None;
        self.quality = None;
    }

    fn roles_changed(&mut self) -> Result<Summary, SessionError> {
        self.prepared = None;
        self.comparison = None;
        self.quality = None;
        self.forget_models_of_other_roles();
        self.summary()
    }

    /// What the person said of roles, said again of a cohort made anew; of samples and columns that are gone, nothing.
    fn choose_again(&mut self) {
        let Some(cohort) = &mut self.cohort else { return };
        if let Some((column, tumour, normal)) = &self.role_choice
            && cohort.set_roles(column, tumour.as_deref(), normal).is_err()
        {
            let said = "The roles chosen by a column before could not be kept: the column or a value of it is gone.";
            cohort.warnings.push(said.to_owned());
            self.role_choice = None;
        }
        let here: HashSet<&String> = cohort.matrix.samples.iter().collect();
        let picked: Vec<(String, Role)> = self.picked.iter().filter(|(s, _)| here.contains(s)).cloned().collect();
        if !picked.is_empty() {
            // Every name is there.
            let _ = cohort.set_roles_of(&picked);
        }
    }

    /// What was fitted belongs to samples that are no longer the cohort's.
    fn forget_models(&mut self) {
        self.trained = None;
        self.instant = None;
        self.forget_readouts();
    }

    /// Forget what was fitted when the roles are no longer those it was fitted with; a new sample sheet that leaves
    /// them alone costs nobody their model.
    fn forget_models_of_other_roles(&mut self) {
        let Some(cohort) = &self.cohort else { return };
        let named = |role: Role| {
            let samples = cohort.matrix.samples.iter().zip(&cohort.roles.value);
            samples.filter(move |(_, r)| **r == role).map(|(name, _)| name)
        };
        let same = |fitted: &super::Fitted| {
            fitted.set.tumours.iter().eq(named(Role::Tumour))
                && fitted.set.normals.iter().eq(named(Role::AdjacentNormal))
        };
        if !self.trained.iter().chain(&self.instant).all(same) {
            self.forget_models();
        }
    }

    /// The cohort that the open files make.
    ///
    /// # Errors
    /// When nothing is open, or the files do not make a cohort.
    pub fn cohort(&mut self) -> Result<&mut Cohort, SessionError> {
        if self.cohort.is_none() {
            if self.files.is_empty() {
                let alone = "This session file holds no expression values: open its cohort beside it to go on with it.";
                let nothing = "Open an expression matrix first.";
                return Err(SessionError::NotYet(if self.kept.is_some() { alone } else { nothing }));
            }
            let mut cohort = compose_with(&self.files, self.corrections)?;
            if let Some(map) = &self.gene_map {
                if self.corrections.mouse_to_human {
                    cohort.mouse_to_human(map);
                }
                cohort.name_genes(map);
            }
            if self.simulated {
                let said = "This cohort is simulated: its purity, subtypes and programmes were planted and are known.";
                cohort.warnings.insert(0, said.into());
            }
            self.cohort = Some(cohort);
            self.choose_again();
            self.forget_models_of_other_roles();
        }
        self.cohort.as_mut().ok_or(SessionError::NotYet("Open an expression matrix first."))
    }

    /// The cohort in figures and sentences.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn summary(&mut self) -> Result<Summary, SessionError> {
        Ok(self.cohort()?.summary())
    }

    /// Choose roles by a column's values.
    ///
    /// # Errors
    /// When the column or a value is not in the cohort; nothing changes then.
    pub fn set_roles(
        &mut self,
        column: &str,
        tumour: Option<&[String]>,
        normal: &[String],
    ) -> Result<Summary, SessionError> {
        self.cohort()?.set_roles(column, tumour, normal)?;
        self.role_choice = Some((column.to_owned(), tumour.map(<[String]>::to_vec), normal.to_vec()));
        self.picked.clear();
        self.roles_changed()
    }

    /// Give the named samples a role; all others keep theirs.
    ///
    /// # Errors
    /// When a name is not in the cohort; nothing changes then.
    pub fn set_roles_of(&mut self, choice: &[(String, Role)]) -> Result<Summary, SessionError> {
        self.cohort()?.set_roles_of(choice)?;
        self.picked.extend_from_slice(choice);
        self.roles_changed()
    }

    /// Correct the values as the person chose, and make the cohort anew.
    ///
    /// # Errors
    /// As [`Self::cohort`]; the choice before it is back in force then.
    pub fn correct(&mut self, corrections: Corrections) -> Result<Summary, SessionError> {
        let before = std::mem::replace(&mut self.corrections, corrections);
        self.forget_cohort();
        let made = self.cohort().map(|_| ());
        if let Err(error) = made {
            self.corrections = before;
            return Err(error);
        }
        self.forget_models();
        self.summary()
    }

    /// Back to the detected roles.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn reset_roles(&mut self) -> Result<Summary, SessionError> {
        self.cohort()?.reset_roles();
        self.role_choice = None;
        self.picked.clear();
        self.roles_changed()
    }

    /// One row per sample, with what can be estimated of the tumours.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn sample_table(&mut self) -> Result<SampleTable, SessionError> {
        if let Some(kept) = self.kept() {
            let (samples, columns) = (kept.manifest.samples.clone(), kept.manifest.columns.clone());
            let n = samples.len();
            let nothing = vec![String::new(); n];
            return Ok(SampleTable {
                samples,
                roles: vec![Role::Tumour; n],
                patients: kept.patient_names(),
                columns,
                reasons: nothing.clone(),
                sources: nothing,
                joins: Vec::new(),
            });
        }
        let estimated = self.estimated_columns();
        let cohort = self.cohort()?;
        Ok(SampleTable {
            samples: cohort.matrix.samples.clone(),
            roles: cohort.roles.value.clone(),
            patients: cohort.patients.clone(),
            columns: [&cohort.columns[..], &estimated].concat(),
            reasons: cohort.role_reasons.clone(),
            sources: cohort
                .sources
                .iter()
                .map(|at| cohort.files.get(*at).map_or_else(String::new, |f| f.name.clone()))
                .collect(),
            joins: cohort.joins.clone(),
        })
    }

    /// The matrix's genes in file order.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn gene_names(&mut self) -> Result<&[String], SessionError> {
        if self.kept().is_some() {
            return Ok(&[]);
        }
        Ok(&self.cohort()?.matrix.genes)
    }
}
