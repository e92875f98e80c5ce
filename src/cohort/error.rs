//! Why a file was refused.

use thiserror::Error;

/// A refused file or cohort: what was found, where, and what to do. What may hold a patient's id comes last in
/// every message, so that a person can send the first half to someone.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{what} {remedy} (file {file}{}{}{})", at(.line, "line"), at(.column, "column"), detail(.found))]
pub struct CohortError {
    /// Stable, machine-readable: `ragged_row`, `not_a_number`, `truncated_gzip`, …
    pub code: &'static str,
    /// What is wrong, one sentence.
    pub what: String,
    /// What to do about it, one sentence.
    pub remedy: String,
    /// File name as opened.
    pub file: String,
    /// 1-based line, where one can be named.
    pub line: Option<usize>,
    /// 1-based column (field), where one can be named.
    pub column: Option<usize>,
    /// The offending text, at most 40 characters; last because it can hold a sample name.
    pub found: Option<String>,
}

fn at(position: &Option<usize>, name: &str) -> String {
    position.map(|p| format!(", {name} {p}")).unwrap_or_default()
}

fn detail(found: &Option<String>) -> String {
    found.as_ref().map(|f| format!(", found {f:?}")).unwrap_or_default()
}

/// Longest part of a person's file that a message may quote.
const FOUND_CHARS: usize = 40;

impl CohortError {
    /// An error with a stable `code`, what was found and what to do; the file and the place are added by whoever knows
    /// them.
    pub fn new(code: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        CohortError {
            code,
            what: what.into(),
            remedy: remedy.into(),
            file: String::new(),
            line: None,
            column: None,
            found: None,
        }
    }

    /// Names the file, unless one is named already.
    pub fn in_file(mut self, name: &str) -> Self {
        if self.file.is_empty() {
            self.file = name.to_owned();
        }
        self
    }

    /// Names the 1-based line.
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// Names the 1-based column (field).
    pub fn at_column(mut self, column: usize) -> Self {
        self.column = Some(column);
        self
    }

    /// Quotes the offending text, shortened to 40 characters and with control characters replaced by spaces.
    pub fn quoting(mut self, text: &str) -> Self {
        let shown = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        self.found = Some(shown.take(FOUND_CHARS).collect());
        self
    }
}
