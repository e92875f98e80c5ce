//! What a study was made of: `run.json`, the fingerprints of its trials, and the study said again from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use twinpurify::comparison::Columns;
use twinpurify::session::{RunRecord, Tally};
use twinpurify::twin::Config;

use super::{Failure, files};

/// Written into the record of every study; a reader refuses any other.
const STUDY_FORMAT: &str = "twinpurify.study.1";

/// What the trials of a folder were made with: others do not belong beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudySettings {
    pub version: String,
    /// Names in the table and configurations, automatic parameters at 0.
    pub candidates: Vec<(String, Config)>,
    /// Columns as they were given; those left out are proposed for each cohort.
    pub given: Columns,
    #[serde(default)]
    pub out_of_fold: bool,
}

/// `run.json` of a study.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StudyRecord {
    format: String,
    /// All but the cohorts.
    pub settings: StudySettings,
    /// How many seeds, from the first configuration's on.
    pub seeds: usize,
    /// By the cohort's name: files, roles, corrections, how values were read.
    pub cohorts: BTreeMap<String, RunRecord>,
}

impl StudyRecord {
    /// No cohort yet.
    pub fn new(settings: StudySettings, seeds: usize) -> Self {
        Self { format: STUDY_FORMAT.into(), settings, seeds, cohorts: BTreeMap::new() }
    }

    /// The record in a file, where the file is one; none where it is something else.
    pub fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let Ok(given) = serde_json::from_slice::<serde_json::Value>(&files::bytes(path)?) else { return Ok(None) };
        if given.get("format").and_then(serde_json::Value::as_str) != Some(STUDY_FORMAT) {
            return Ok(None);
        }
        let told = |e: serde_json::Error| {
            Failure::Refused(format!("The study's run.json cannot be read ({e}). ({})", path.display()))
        };
        serde_json::from_value(given).map(Some).map_err(told)
    }

    /// The record of one cohort.
    pub fn of(&self, cohort: &str) -> Option<&RunRecord> {
        self.cohorts.get(cohort)
    }
}

/// What the trials of a cohort depend on, as one number: SHA-256 of its files, roles, corrections and the settings.
pub fn fingerprint(record: &RunRecord, settings: &StudySettings) -> Result<String, Failure> {
    let mut whole = Tally::default();
    whole.push(record.fingerprint().as_bytes());
    whole.push(&serde_json::to_vec(settings).map_err(|e| Failure::Unexpected(e.to_string()))?);
    Ok(whole.finish("", false).sha256)
}

/// Refuse cohorts of one name: results and trials are told apart by it. File systems may not tell case apart.
pub fn different_names(folders: &[PathBuf], name: impl Fn(&Path) -> String) -> Result<(), Failure> {
    let mut seen: BTreeMap<String, &Path> = BTreeMap::new();
    for folder in folders {
        let own = name(folder);
        if let Some(other) = seen.insert(own.to_lowercase(), folder) {
            return Err(Failure::Refused(format!(
                "Two cohorts are called {own:?}, and their trials and figures would be one another's: rename a folder, \
                 or study one of them with another --out. ({} and {})",
                other.display(),
                folder.display()
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_refused_whatever_their_case() {
        let of = |paths: [&str; 2]| {
            let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
            different_names(&paths.map(PathBuf::from), name)
        };
        assert!(of(["a/x", "b/y"]).is_ok());
        for paths in [["a/x", "b/x"], ["a/x", "b/X"], ["a/x", "a/x"]] {
            assert!(matches!(of(paths), Err(Failure::Refused(said)) if said.contains("rename a folder")), "{paths:?}");
        }
    }
}
