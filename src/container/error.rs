//! Why a container, or one file inside it, was refused.

#[cfg(feature = "containers")]
use std::io;

use thiserror::Error;

/// A refused container: what was found, where, and what to do. What may hold a patient's id comes last, as in
/// [`crate::cohort::CohortError`].
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{what} {remedy} (file {file}{}{})", at(.place), quoted(.found))]
pub struct ContainerError {
    /// Stable, machine-readable: `encrypted_zip`, `zip_bomb`, `gene_name_date`, …
    pub code: &'static str,
    /// What is wrong, one sentence.
    pub what: String,
    /// What to do about it, one sentence.
    pub remedy: String,
    /// The container's name as opened, or the name of the file inside it.
    pub file: String,
    /// Where in it: `sheet Counts, cell A14`.
    pub place: Option<String>,
    /// The offending text, at most 40 characters.
    pub found: Option<String>,
}

fn at(place: &Option<String>) -> String {
    place.as_ref().map(|p| format!(", {p}")).unwrap_or_default()
}

fn quoted(found: &Option<String>) -> String {
    found.as_ref().map(|f| format!(", found {f:?}")).unwrap_or_default()
}

/// Longest part of a person's file that a message may quote.
const FOUND_CHARS: usize = 40;

#[cfg(feature = "containers")]
/// Longest technical reason of a decoder that a message may quote.
const REASON_CHARS: usize = 160;

impl ContainerError {
    /// An error with a stable `code`, what was found and what to do.
    pub fn new(code: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        ContainerError { code, what: what.into(), remedy: remedy.into(), file: String::new(), place: None, found: None }
    }

    /// Names the file, unless one is named already.
    pub fn in_file(mut self, name: &str) -> Self {
        if self.file.is_empty() {
            self.file = name.to_owned();
        }
        self
    }

    /// Names the place in the file.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Quotes the offending text, shortened to 40 characters and with control characters replaced by spaces.
    pub fn quoting(mut self, text: &str) -> Self {
        self.found = Some(shown(text, FOUND_CHARS));
        self
    }
}

#[cfg(feature = "containers")]
impl ContainerError {
    /// The bytes are not what the format says they are; `reason` is the decoder's.
    pub(super) fn damaged(format: &str, reason: impl std::fmt::Display) -> Self {
        let what = format!("The {format} file is damaged or cut off.");
        let reason = shown(&reason.to_string(), REASON_CHARS);
        Self::new("damaged_container", what, "Download or copy it again, or save it anew.")
            .at(format!("technical reason: {reason}"))
    }

    /// An input error: one of ours carried through `std::io`, or the source's own.
    pub(super) fn from_io(error: io::Error) -> Self {
        match error.downcast::<ContainerError>() {
            Ok(ours) => ours,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::new("truncated", "The file ends too early: a part of it is missing.", AGAIN)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                let what = "The compressed data are damaged: they do not match their checksum or format.";
                Self::new("corrupt", what, AGAIN)
            }
            Err(error) => Self::new(
                "file_unreadable",
                "The file stopped being readable.",
                "Open it again; if it moved, choose it anew.",
            )
            .at(format!("technical reason: {}", shown(&error.to_string(), REASON_CHARS))),
        }
    }
}

/// What to do about a file that is not whole.
#[cfg(feature = "containers")]
pub(super) const AGAIN: &str = "Download or copy it again and compare its size with the original.";

fn shown(text: &str, most: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect()
}

#[cfg(feature = "containers")]
impl From<ContainerError> for io::Error {
    fn from(error: ContainerError) -> Self {
        io::Error::other(error)
    }
}
