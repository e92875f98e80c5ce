//! The commands and what they share: how they fail, and how they speak.

mod cohort_options;
mod device;
mod drawing;
mod embed;
mod expression;
mod files;
mod genes;
mod inspect;
mod manual;
mod model_on_cohort;
mod output;
mod pathways;
mod progress;
mod session;
mod settings;
mod simulate;
mod strength_options;
mod study;
mod study_record;
mod study_trials;
mod train;

pub use embed::Embed;
pub use genes::Genes;
pub use inspect::Inspect;
pub use manual::Manual;
pub use pathways::PathwaysOf;
pub use session::SessionFile;
pub use simulate::Simulate;
pub use study::Study;
pub use train::Train;

use std::fmt::{Arguments, Display};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use thiserror::Error;
use twinpurify::session::SessionError;

/// Why a command ended early.
#[derive(Debug, Error)]
pub enum Failure {
    /// The person's file, cohort, parameter or model is refused; the message says what to do.
    #[error("{0}")]
    Refused(String),
    /// A file that cannot be read or written, or a run that failed.
    #[error("{0}")]
    Unexpected(String),
    /// Standard output was closed by its reader.
    #[error("Nobody reads the output.")]
    NobodyReads,
}

impl Failure {
    /// What the process ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NobodyReads => 0,
            Self::Unexpected(_) => 1,
            Self::Refused(_) => 2,
        }
    }

    fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::Unexpected(format!("{doing} failed: {error}. ({})", path.display()))
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error.code() {
            "not_finite" | "device_lost" => Self::Unexpected(error.to_string()),
            _ => Self::Refused(error.to_string()),
        }
    }
}

/// Compute on so many threads, or on all there are; says how many these are.
pub fn use_threads(wanted: Option<usize>) -> usize {
    let threads = wanted.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    // Fails only where it was called before, or where no thread can be started: then the work is done on this one.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    threads
}

/// A line for the person, on standard error; where that is closed there is nobody to tell.
pub fn note(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The result, on standard output.
fn say(text: Arguments) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_fmt(text).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::NobodyReads,
        _ => Failure::Unexpected(format!("Writing to standard output failed: {error}.")),
    })
}
