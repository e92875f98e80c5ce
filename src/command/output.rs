//! The folder a command writes into.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;

/// An existing folder that is not the cohort's own.
pub struct OutputFolder(PathBuf);

impl OutputFolder {
    /// Make the folder where it is not there. The cohort's own folder is refused: what is written there would be read
    /// as part of the cohort the next time.
    pub fn new(path: &Path, cohort: Option<&Path>) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| Failure::io("Making the folder", path, &error))?;
        let real = |path: &Path| fs::canonicalize(path).ok();
        if cohort.is_some_and(|cohort| real(cohort).is_some() && real(cohort) == real(path)) {
            let message = "The results cannot go into the cohort's own folder, where they would be read as part of it: \
                           choose another folder for --out.";
            return Err(Failure::Refused(format!("{message} ({})", path.display())));
        }
        Ok(Self(path.to_owned()))
    }

    /// Write one file, replacing one of the same name.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<(), Failure> {
        let path = self.0.join(name);
        fs::write(&path, content).map_err(|error| Failure::io("Writing", &path, &error))
    }

    /// Write a value as JSON that a person can read.
    pub fn write_json(&self, name: &str, value: &impl serde::Serialize) -> Result<(), Failure> {
        let json = serde_json::to_string_pretty(value).map_err(|e| Failure::Unexpected(e.to_string()))?;
        self.write(name, json + "\n")
    }

    /// Take away files of an earlier run that this one does not make, so that the folder is one run's.
    pub fn clear(&self, names: &[&str]) -> Result<(), Failure> {
        for path in names.iter().map(|name| self.0.join(name)).filter(|path| path.exists()) {
            fs::remove_file(&path).map_err(|error| Failure::io("Replacing an earlier run", &path, &error))?;
        }
        Ok(())
    }

    /// Where it is, as given.
    pub fn path(&self) -> &Path {
        &self.0
    }
}
