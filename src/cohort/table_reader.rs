//! Text in any chunks → the table it holds.

use memchr::memchr_iter;

use super::dialect::{Dialect, sniff};
use super::geo::SeriesHeader;
use super::kind::{TableKind, decide, value_headings};
use super::limits::{DECIDING_BYTES, DECIDING_ROWS, MAX_PREFIX_BYTES, PREFIX_BYTES};
use super::records::{Record, RecordSplitter, line_too_long};
use super::sheet::Sheet;
use super::table::{NumericTable, TextTable};
use super::text::field_text;
use super::{CohortError, GeneSet};

/// Lines the sniffed prefix must hold.
const PREFIX_LINES: usize = 3;

/// What the text held.
pub(super) enum Table {
    Matrix {
        values: NumericTable,
        corner: String,
        header_line: usize,
        first_value: usize,
        because: String,
    },
    Sheet {
        table: TextTable,
        because: String,
    },
    GeneSets(Vec<GeneSet>),
    /// A GEO series matrix whose values are elsewhere: what it says about its samples.
    Described,
}

/// A table and the dialect it was written in.
pub(super) struct ReadTable {
    pub(super) table: Table,
    pub(super) dialect: Dialect,
    /// Header fields that were not UTF-8.
    pub(super) other_encoding: usize,
    /// What a GEO series matrix says about its samples.
    pub(super) described: Option<Sheet>,
}

enum Stage {
    /// Nothing but `!` lines so far.
    Series,
    Prefix(Vec<u8>),
    Records {
        splitter: Box<RecordSplitter>,
        rows: Box<Rows>,
    },
}

/// Collects a prefix, decides on a dialect, then takes rows one by one.
pub(super) struct TableReader {
    name: String,
    stage: Stage,
    series: SeriesHeader,
}

impl TableReader {
    pub(super) fn new(name: &str) -> Self {
        TableReader { name: name.to_owned(), stage: Stage::Series, series: SeriesHeader::default() }
    }

    pub(super) fn push(&mut self, text: &[u8]) -> Result<(), CohortError> {
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
            Stage::Records { splitter, rows } => splitter.push(text, &mut |record| rows.take(record)),
        }
    }

    pub(super) fn finish(mut self) -> Result<ReadTable, CohortError> {
        self.series.finish()?;
        let described = self.series.sheet();
        let read = match self.finish_table() {
            // GEO writes the table's frame even where the values are in a supplementary file.
            Err(error) if error.code == "no_rows" && described.is_some() => ReadTable {
                table: Table::Described,
                dialect: Dialect { delimiter: b'\t', quoting: true, width: 0, skipped_lines: 0, gene_sets: false },
                other_encoding: 0,
                described: None,
            },
            read => read?,
        };
        Ok(ReadTable { described, ..read })
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
        let Stage::Records { mut splitter, mut rows } = std::mem::replace(&mut self.stage, Stage::Series) else {
            return Err(no_rows(1));
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
        let further = |error: CohortError| match error.line {
            Some(line) => error.at_line(before + line),
            None => error,
        };
        let dialect = sniff(text.get(..prefix_length).unwrap_or(&text), whole, &self.name).map_err(further)?;
        let mut splitter = Box::new(RecordSplitter::new(&dialect, before));
        let mut rows = Box::new(Rows::new(dialect));
        splitter.push(&text, &mut |record| rows.take(record))?;
        self.stage = Stage::Records { splitter, rows };
        Ok(())
    }
}

enum Sink {
    Header,
    Undecided(TextTable),
    Matrix(NumericTable),
    Sheet(TextTable, String),
    GeneSets(Vec<GeneSet>),
}

struct Rows {
    dialect: Dialect,
    sink: Sink,
    header_line: usize,
    corner: String,
    first_value: usize,
    because: String,
    other_encoding: usize,
}

impl Rows {
    fn new(dialect: Dialect) -> Self {
        let sink = if dialect.gene_sets { Sink::GeneSets(Vec::new()) } else { Sink::Header };
        Rows {
            dialect,
            sink,
            header_line: 1,
            corner: String::new(),
            first_value: 1,
            because: String::new(),
            other_encoding: 0,
        }
    }

    fn take(&mut self, record: Record<'_>) -> Result<(), CohortError> {
        match &mut self.sink {
            Sink::GeneSets(sets) => {
                sets.extend(gene_set(record));
                return Ok(());
            }
            Sink::Header => return self.header(record),
            _ => {}
        }
        if record.len() != self.dialect.width {
            // GEO ends its tables with a line of its own.
            if record.len() == 1 && record.fields().next().is_some_and(|f| f.starts_with(b"!")) {
                return Ok(());
            }
            return Err(ragged(record, self.dialect.width));
        }
        match &mut self.sink {
            Sink::Matrix(values) => values.push(record),
            Sink::Sheet(table, _) => table.push(record),
            // Firehose: the second line says what was measured, once per sample.
            Sink::Undecided(table) if table.rows() == 0 && is_firehose_measure(&table.header, record) => Ok(()),
            Sink::Undecided(table) => {
                table.push(record)?;
                if table.rows() >= DECIDING_ROWS || table.text_bytes() >= DECIDING_BYTES {
                    self.decide()?;
                }
                Ok(())
            }
            Sink::Header | Sink::GeneSets(_) => Ok(()),
        }
    }

    fn header(&mut self, record: Record<'_>) -> Result<(), CohortError> {
        let width = self.dialect.width;
        if record.len() != width && record.len() + 1 != width {
            return Err(CohortError::new(
                "header_mismatch",
                format!("The header has {} columns and the rows have {width}.", record.len()),
                "Give the header one name per column (the name above the row names may be left out).",
            )
            .at_line(record.line)
            .at_column(record.len().min(width) + 1));
        }
        let mut header = Vec::with_capacity(width);
        for field in record.fields() {
            let (text, other) = field_text(field);
            self.other_encoding += usize::from(other);
            header.push(text.into_owned());
        }
        if let Some(first) = header.first_mut().filter(|first| first.starts_with('#')) {
            *first = first.trim_start_matches('#').trim().to_owned();
        }
        if looks_like_values(&header) {
            return Err(CohortError::new(
                "no_header",
                "The first line holds values, not names.",
                "Add a first line with the names of the samples.",
            )
            .at_line(record.line)
            .at_column(2)
            .quoting(header.get(1).map(String::as_str).unwrap_or_default()));
        }
        self.header_line = record.line;
        self.sink = Sink::Undecided(TextTable::new(header, width));
        Ok(())
    }

    fn decide(&mut self) -> Result<(), CohortError> {
        let sink = std::mem::replace(&mut self.sink, Sink::Header);
        let Sink::Undecided(table) = sink else {
            self.sink = sink;
            return Ok(());
        };
        let comma_allowed = self.dialect.delimiter != b',';
        match decide(&table, comma_allowed) {
            TableKind::Sheet { because } => self.sink = Sink::Sheet(table, because),
            TableKind::Matrix { name_column, first_value, end, because } => {
                self.corner = value_headings(&table, 0, 1).into_iter().next().unwrap_or_default();
                self.first_value = first_value;
                self.because = because;
                let columns = value_headings(&table, first_value, end);
                let mut values = NumericTable::new(columns, name_column, first_value, comma_allowed);
                for record in table.records() {
                    values.push(record)?;
                }
                self.sink = Sink::Matrix(values);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<ReadTable, CohortError> {
        if let Sink::Undecided(table) = &self.sink {
            if table.rows() == 0 {
                return Err(no_rows(self.header_line));
            }
            self.decide()?;
        }
        let table = match self.sink {
            Sink::Matrix(values) => Table::Matrix {
                values,
                corner: self.corner,
                header_line: self.header_line,
                first_value: self.first_value,
                because: self.because,
            },
            Sink::Sheet(table, because) => Table::Sheet { table, because },
            Sink::GeneSets(sets) => Table::GeneSets(sets),
            Sink::Header | Sink::Undecided(_) => return Err(no_rows(self.header_line)),
        };
        Ok(ReadTable { table, dialect: self.dialect, other_encoding: self.other_encoding, described: None })
    }
}

fn is_firehose_measure(header: &[String], record: Record<'_>) -> bool {
    let mut fields = record.fields();
    let corner = fields.next().is_some_and(|first| first == b"gene_id" || first == b"Composite Element REF");
    let measure = fields.next().unwrap_or_default();
    let one = !measure.is_empty() && fields.all(|field| field == measure);
    corner && one && header.first().is_some_and(|h| h.eq_ignore_ascii_case("Hybridization REF"))
}

fn gene_set(record: Record<'_>) -> Option<GeneSet> {
    let mut fields = record.fields().map(|f| field_text(f).0.into_owned());
    let name = fields.next().filter(|name| !name.is_empty())?;
    let mut seen = std::collections::HashSet::new();
    let genes = fields.skip(1).filter(|gene| !gene.is_empty() && seen.insert(gene.clone())).collect();
    Some(GeneSet { name, genes })
}

/// Half of the headings after the first are decimal numbers: a table without a header. (Whole numbers are Entrez ids.)
fn looks_like_values(header: &[String]) -> bool {
    let rest = header.get(1..).unwrap_or_default();
    let values = rest.iter().filter(|h| h.contains('.') && h.parse::<f64>().is_ok()).count();
    // R makes repeated headings "1.1"; two decimals of it are not enough to refuse a file.
    values * 2 > rest.len() && rest.iter().any(|h| h.parse::<f64>().is_ok_and(|v| v <= 0.0 || v.fract() > 0.0))
}

fn ragged(record: Record<'_>, width: usize) -> CohortError {
    let quote = if record.spans_lines() { " A quotation mark opened in this row closes on a later line." } else { "" };
    CohortError::new(
        "ragged_row",
        format!("A row has {} columns where the others have {width}.{quote}", record.len()),
        "Complete this row, or save the table again; the file may have been cut off here.",
    )
    .at_line(record.line)
    .at_column(record.len().min(width) + 1)
    .quoting(&record.fields().next().map(|f| field_text(f).0.into_owned()).unwrap_or_default())
}

pub(super) fn no_rows(line: usize) -> CohortError {
    CohortError::new("no_rows", "The file has a header and no rows.", "Save the whole table again.").at_line(line)
}
