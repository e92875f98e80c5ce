//! What a text held: a table of one kind, and how it was written.

use super::dialect::Dialect;
use super::table::{NumericTable, TextTable};
use crate::cohort::samples::sheet::Sheet;
use crate::cohort::sources::broad::Labels;
use crate::cohort::{CohortError, GeneSet, Reading};

/// What the text held.
#[cfg_attr(not(target_arch = "wasm32"), expect(clippy::large_enum_variant, reason = "there is one a file"))]
pub(in crate::cohort) enum Table {
    Matrix {
        values: NumericTable,
        corner: String,
        header_line: usize,
        first_value: usize,
        because: String,
        /// Its words, where another file may show that it is a sample sheet.
        words: Option<TextTable>,
        /// Its one column is one sample, called after the file.
        one_sample: bool,
    },
    Sheet {
        table: TextTable,
        because: String,
    },
    GeneSets(Vec<GeneSet>),
    /// CLS: columns in the order of a matrix' samples.
    Labels(Vec<Labels>),
    /// Something that lies beside the data; the words say what.
    Unused(&'static str),
    /// A GEO series matrix whose values are elsewhere: what it says about its samples.
    Described,
}

/// A table and the dialect it was written in.
pub(in crate::cohort) struct ReadTable {
    pub(in crate::cohort) table: Table,
    pub(in crate::cohort) dialect: Dialect,
    /// Header fields that were not UTF-8.
    pub(in crate::cohort) other_encoding: usize,
    /// What the file itself says about its samples: the header of a GEO series matrix, the rows above a GCT's values.
    pub(in crate::cohort) described: Option<Sheet>,
    /// What a person should know of this file.
    pub(in crate::cohort) notes: Vec<String>,
    /// The logarithm that a line before the table says its values are.
    pub(in crate::cohort) said: Option<Reading>,
}

pub(in crate::cohort) fn no_rows(line: usize) -> CohortError {
    CohortError::new("no_rows", "The file has a header and no rows.", "Save the whole table again.").at_line(line)
}
