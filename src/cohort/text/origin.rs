//! Where a table lay that came out of a container.

use serde::{Deserialize, Serialize};

use crate::cohort::OpenedFile;

/// Where a table lay, and what was noted when it was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `from sheet "Counts" of an Excel workbook`.
    pub origin: String,
    /// Its text was written from cells and numbers: delimiter, encoding and compression are none of the person's.
    pub written: bool,
    /// Sentences a person should read.
    pub notes: Vec<String>,
}

/// The last clause of a report's detail, on delimiter, encoding and compression, begins with this.
const CLAUSE: &str = "; ";

impl OpenedFile {
    /// Says in its report where it lay, and adds the notes to its warnings.
    pub(in crate::cohort) fn came_from(mut self, origin: Origin) -> Self {
        let detail = &mut self.report.detail;
        if origin.written {
            if let Some(at) =
                detail.rfind(CLAUSE).filter(|_| detail.ends_with("compressed.") || detail.ends_with("gzip."))
            {
                detail.truncate(at);
            }
        } else if detail.ends_with('.') {
            detail.pop();
        }
        detail.push_str(CLAUSE);
        detail.push_str(&origin.origin);
        detail.push('.');
        self.warnings.splice(0..0, origin.notes);
        self
    }
}
