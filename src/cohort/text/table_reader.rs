//! Text in any chunks → the table it holds.

use memchr::memchr_iter;

use super::dialect::{Dialect, Shape, sniff};
use super::limits::{MAX_PREFIX_BYTES, MAX_RECORD_BYTES, PREFIX_BYTES};
use super::read_table::{ReadTable, Table, no_rows};
use super::records::{RecordSplitter, line_too_long};
use super::rows::Rows;
use crate::cohort::sources::broad::read_cls;
use crate::cohort::sources::geo::SeriesHeader;
use crate::cohort::{CohortError, Reading};

/// Lines the sniffed prefix must hold.
const PREFIX_LINES: usize = 3;

const PORTAL_NOTE: &str = "cBioPortal's description of another file";

enum Stage {
    /// Nothing but `!` lines so far.
    Series,
    Prefix(Vec<u8>),
    /// Text that is read whole at its end.
    Whole(Shape, Vec<u8>),
    Records {
        splitter: Box<RecordSplitter>,
        rows: Box<Rows>,
    },
}

/// Collects a prefix, decides on a dialect, then takes rows one by one.
pub(in crate::cohort) struct TableReader {
    name: String,
    stage: Stage,
    series: SeriesHeader,
    said: Option<Reading>,
}

impl TableReader {
    pub(in crate::cohort) fn new(name: &str) -> Self {
        TableReader { name: name.to_owned(), stage: Stage::Series, series: SeriesHeader::default(), said: None }
    }

    pub(in crate::cohort) fn push(&mut self, text: &[u8]) -> Result<(), CohortError> {
        match &mut self.stage {
            Stage::Series => {
                let (taken, done) = self.series.push(text)?;
                if !done {
                    return Ok(());
                }
                self.stage = Stage::Prefix(Vec::new());
                self.push(text.get(taken..).unwrap_or_default())
            }
            Stage::Prefix(prefix) => {
                prefix.extend_from_slice(text);
                if prefix.len() < PREFIX_BYTES {
                    return Ok(());
                }
                // The prefix is a matter of the text alone, or chunking could change what is sniffed.
                let third = memchr_iter(b'\n', prefix).nth(PREFIX_LINES - 1).map(|at| at + 1);
                if third.unwrap_or(prefix.len()) > MAX_PREFIX_BYTES {
                    let lines = self.series.lines + memchr_iter(b'\n', prefix).take(PREFIX_LINES - 1).count();
                    return Err(line_too_long(1 + lines));
                }
                match third {
                    Some(third) => self.start(third.max(PREFIX_BYTES), false),
                    None => Ok(()),
                }
            }
            Stage::Whole(Shape::Note, _) => Ok(()),
            Stage::Whole(_, all) => {
                all.extend_from_slice(text);
                if all.len() > MAX_RECORD_BYTES { Err(line_too_long(3)) } else { Ok(()) }
            }
            Stage::Records { splitter, rows } => splitter.push(text, &mut |record| rows.take(record)),
        }
    }

    pub(in crate::cohort) fn finish(mut self) -> Result<ReadTable, CohortError> {
        self.series.finish()?;
        let described = self.series.sheet();
        let read = match self.finish_table() {
            // GEO writes the table's frame even where the values are in a supplementary file.
            Err(error) if error.code == "no_rows" && described.is_some() => ReadTable {
                table: Table::Described,
                dialect: Dialect { quoting: true, ..Dialect::tabs(Shape::Table, 0) },
                other_encoding: 0,
                described: None,
                notes: Vec::new(),
                said: None,
            },
            read => read?,
        };
        Ok(ReadTable { described: described.or(read.described), said: self.said, ..read })
    }

    fn finish_table(&mut self) -> Result<ReadTable, CohortError> {
        if matches!(self.stage, Stage::Series) {
            if self.series.lines > 0 {
                return Err(no_rows(self.series.lines));
            }
            self.stage = Stage::Prefix(Vec::new());
        }
        if let Stage::Prefix(prefix) = &self.stage {
            let length = prefix.len();
            self.start(length, true)?;
        }
        let (mut splitter, mut rows) = match std::mem::replace(&mut self.stage, Stage::Series) {
            Stage::Records { splitter, rows } => (splitter, rows),
            Stage::Whole(shape, text) => {
                let note = shape == Shape::Note;
                return Ok(ReadTable {
                    table: if note { Table::Unused(PORTAL_NOTE) } else { Table::Labels(read_cls(&text, &self.name)?) },
                    dialect: Dialect { delimiter: b' ', ..Dialect::tabs(shape, 0) },
                    other_encoding: 0,
                    described: None,
                    notes: Vec::new(),
                    said: None,
                });
            }
            _ => return Err(no_rows(1)),
        };
        splitter.finish(&mut |record| rows.take(record))?;
        rows.finish()
    }

    fn start(&mut self, prefix_length: usize, whole: bool) -> Result<(), CohortError> {
        let Stage::Prefix(text) = &mut self.stage else {
            return Ok(());
        };
        let text = std::mem::take(text);
        let before = self.series.lines;
        self.said = said(&text);
        let further = |error: CohortError| match error.line {
            Some(line) => error.at_line(before + line),
            None => error,
        };
        let dialect = sniff(text.get(..prefix_length).unwrap_or(&text), whole, &self.name).map_err(further)?;
        if matches!(dialect.shape, Shape::Labels | Shape::Note) {
            self.stage = Stage::Whole(dialect.shape, text);
            return Ok(());
        }
        let mut splitter = Box::new(RecordSplitter::new(&dialect, before));
        let mut rows = Box::new(Rows::new(dialect));
        splitter.push(&text, &mut |record| rows.take(record))?;
        self.stage = Stage::Records { splitter, rows };
        Ok(())
    }
}

/// `# values: ln(x + 1)`: what a container's file, or a person, says of the values in the first line.
fn said(text: &[u8]) -> Option<Reading> {
    let line = text.split(|b| *b == b'\n').next()?.strip_prefix(b"# values:")?;
    Reading::of_formula(std::str::from_utf8(line).ok()?)
}
