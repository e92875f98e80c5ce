//! What a run was made of, so that it can be told later and done again: the files with their SHA-256, what the person said
//! of them, how values were read, every parameter, the engine and the program.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Session, SessionError};
use crate::cohort::{Corrections, FileReader, Reading, Role};
use crate::twin::Config;

/// Written into every record of a run; a reader refuses any other.
pub const RUN_FORMAT: &str = "twinpurify.run.1";

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InputFile {
    /// As it was opened: a path within the cohort's folder, or within a container.
    pub name: String,
    /// Bytes read.
    pub bytes: u64,
    /// Of these bytes, hexadecimal.
    pub sha256: String,
    /// The bytes are what a gzip file or a container held, and not the file's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpacked: bool,
}

/// Roles by the values of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolesByColumn {
    /// The column.
    pub column: String,
    /// Values of tumours; none where all that are not normal are tumours.
    pub tumour: Option<Vec<String>>,
    /// Values of adjacent normals.
    pub normal: Vec<String>,
}

/// The roles that the person chose; nothing where those detected stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChosenRoles {
    /// By a column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_column: Option<RolesByColumn>,
    /// Sample by sample, the latest last: other roles, or set aside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<(String, Role)>,
    /// How many these are, where they are not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unnamed_samples: Option<usize>,
}

/// A run's record: `run.json` beside its results, and within model and session files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// [`RUN_FORMAT`].
    pub format: String,
    /// Name and version of the program.
    pub program: String,
    /// Files, in the order of their names.
    pub inputs: Vec<InputFile>,
    /// Whether they are the simulated demo cohort.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// What the person chose.
    #[serde(default)]
    pub roles: ChosenRoles,
    /// What the person corrected of the values.
    #[serde(default)]
    pub corrections: Corrections,
    /// How the values were read.
    #[serde(default)]
    pub reading: Option<Reading>,
    /// `cpu` or `webgpu`, where something was trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Every parameter, the seed among them; none where it stands beside the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
}

impl RunRecord {
    /// Read a record.
    ///
    /// # Errors
    /// A sentence, when it is none of this version.
    pub fn read(given: serde_json::Value) -> Result<Self, String> {
        match given.get("format").and_then(serde_json::Value::as_str) {
            Some(RUN_FORMAT) => serde_json::from_value(given).map_err(|error| error.to_string()),
            found => Err(format!("its format is {found:?}, this version reads {RUN_FORMAT:?}")),
        }
    }

    /// The same without a sample's name, for a file that is given away.
    pub fn without_samples(self) -> Self {
        let named = self.roles.samples.len();
        let unnamed_samples = if named > 0 { Some(named) } else { self.roles.unnamed_samples };
        Self { roles: ChosenRoles { samples: Vec::new(), unnamed_samples, ..self.roles }, ..self }
    }

    /// Names of files that differ from those of `other`, or that one of the two lacks.
    pub fn other_files<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let (ours, theirs) = (&self.inputs, &other.inputs);
        let lacks = |all: &[InputFile], file: &InputFile| !all.contains(file);
        let mut names: Vec<&str> = ours.iter().filter(|file| lacks(theirs, file)).map(|f| f.name.as_str()).collect();
        names.extend(theirs.iter().filter(|file| lacks(ours, file)).map(|file| file.name.as_str()));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// One number for everything that the results depend on but the program's version: SHA-256 of files, roles, corrections
    /// and parameters.
    pub fn fingerprint(&self) -> String {
        let of = (&self.inputs, &self.roles, &self.corrections, &self.config);
        hex(&Sha256::digest(serde_json::to_vec(&of).unwrap_or_default()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes as they come, counted and digested.
#[derive(Clone, Default)]
pub struct Tally {
    digest: Sha256,
    bytes: u64,
}

impl Tally {
    /// The next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// All of them, under a name.
    pub fn finish(self, name: &str, unpacked: bool) -> InputFile {
        InputFile { name: name.to_owned(), bytes: self.bytes, sha256: hex(&self.digest.finalize()), unpacked }
    }
}

/// A file on its way into a session.
pub(super) struct Incoming {
    pub(super) reader: FileReader,
    pub(super) tally: Tally,
    /// What comes was taken out of another file.
    pub(super) unpacked: bool,
}

impl Session {
    /// What the results of this session are made of; parameters and engine where something was learnt.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn run_record(&mut self) -> Result<RunRecord, SessionError> {
        if let Some(kept) = self.kept() {
            const OLDER: SessionError =
                SessionError::NotYet("This session was saved by a version that kept no record.");
            return kept.manifest.run.clone().ok_or(OLDER);
        }
        let reading = {
            let summary = self.summary()?;
            Reading { scale: summary.scale.value, logarithm: summary.logarithm }
        };
        let by_column =
            self.role_choice.clone().map(|(column, tumour, normal)| RolesByColumn { column, tumour, normal });
        let mut inputs = self.inputs.clone();
        inputs.sort();
        let fitted = self.trained.as_ref().or(self.instant.as_ref());
        Ok(RunRecord {
            format: RUN_FORMAT.into(),
            program: format!("twinpurify {}", crate::VERSION),
            inputs,
            simulated: self.simulated,
            roles: ChosenRoles { by_column, samples: self.picked.clone(), unnamed_samples: None },
            corrections: self.corrections,
            reading: Some(reading),
            engine: self.engine.clone().filter(|_| fitted.is_some()),
            config: fitted.map(|fitted| fitted.config.clone()),
        })
    }

    /// Say again of the open files what a record says: its corrections, then its roles.
    ///
    /// # Errors
    /// As [`Self::correct`], [`Self::set_roles`] and [`Self::set_roles_of`].
    pub fn repeat(&mut self, record: &RunRecord) -> Result<(), SessionError> {
        if record.corrections != self.corrections {
            self.correct(record.corrections)?;
        }
        if let Some(RolesByColumn { column, tumour, normal }) = &record.roles.by_column {
            self.set_roles(column, tumour.as_deref(), normal)?;
        }
        if !record.roles.samples.is_empty() {
            self.set_roles_of(&record.roles.samples)?;
        }
        Ok(())
    }

    /// The record as a model file keeps it: without a sample's name, and without the parameters that stand beside it.
    pub(super) fn record_to_give_away(&mut self) -> Result<serde_json::Value, SessionError> {
        let engine = self.engine.clone();
        let record = RunRecord { config: None, engine, ..self.run_record()?.without_samples() };
        Ok(serde_json::to_value(record).unwrap_or_default())
    }

    /// A file that results depend on beside the cohort's tables: a container as it lies, a model, gene sets.
    pub fn note_input(&mut self, file: InputFile) {
        self.inputs.retain(|known| known.name != file.name);
        self.inputs.push(file);
    }

    /// The engine that made the run at hand: `cpu`, or `webgpu`.
    pub fn trained_on(&mut self, engine: &str) {
        self.engine = Some(engine.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(bytes: &[u8]) -> RunRecord {
        let mut session = Session::default();
        let handle = session.begin_file("matrix.tsv");
        bytes.chunks(7).for_each(|chunk| session.push_chunk(handle, chunk).expect("taken"));
        session.end_file(handle).expect("a matrix");
        session.run_record().expect("a record")
    }

    const TABLE: &str = "gene\tA\tB\nTP53\t1.5\t2\nMYC\t3\t4\nEGFR\t5\t6\nESR1\t7\t8\nKRT5\t9\t1\n";

    #[test]
    fn a_file_is_known_by_its_bytes() {
        let mut known = Tally::default();
        known.push(b"a");
        known.push(b"bc");
        let known = known.finish("abc", false);
        // The digest of "abc" in FIPS 180-4.
        assert_eq!(known.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(known.bytes, 3);

        let (first, again) = (record(TABLE.as_bytes()), record(TABLE.as_bytes()));
        assert_eq!((first.inputs.len(), first.inputs[0].bytes), (1, TABLE.len() as u64));
        assert_eq!(first.fingerprint(), again.fingerprint());
        let changed = record(TABLE.replace("1.5", "1.6").as_bytes());
        assert_ne!(first.fingerprint(), changed.fingerprint());
        assert_eq!(first.other_files(&changed), ["matrix.tsv"]);
        assert!(first.other_files(&again).is_empty());
        let other = RunRecord { config: Some(Config::default()), ..first.clone() };
        assert_ne!(first.fingerprint(), other.fingerprint());
    }

    #[test]
    fn a_record_reads_back_and_says_its_roles_again() {
        let mut session = Session::default();
        let handle = session.begin_file("matrix.tsv");
        session.push_chunk(handle, TABLE.as_bytes()).expect("taken");
        session.end_file(handle).expect("a matrix");
        session.set_roles_of(&[("B".into(), Role::AdjacentNormal)]).expect("a sample");
        let record = session.run_record().expect("a record");
        let written = serde_json::to_value(&record).expect("JSON");
        assert_eq!(RunRecord::read(written.clone()).expect("a record"), record);
        let shared = record.clone().without_samples();
        assert_eq!((shared.roles.samples.len(), shared.roles.unnamed_samples), (0, Some(1)));
        assert!(!serde_json::to_string(&shared).expect("JSON").contains("\"B\""));

        session.reset_roles().expect("roles");
        session.repeat(&record).expect("said again");
        assert_eq!(session.run_record().expect("a record"), record);
        let mut newer = written;
        newer["format"] = "twinpurify.run.2".into();
        assert!(RunRecord::read(newer).expect_err("refused").contains("run.2"));
    }
}
