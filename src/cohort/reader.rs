//! One file, pushed chunk by chunk, and what it was taken for.

use std::sync::Arc;

use super::broad::Labels;
use super::inflate::{GZIP_MAGIC, Inflate};
use super::kind::{Orientation, all_headings, orientation, shortened};
use super::other_tables::{other_table, sample_of_file};
use super::read_table::{ReadTable, Table, no_rows};
use super::row::turn;
use super::sheet::Sheet;
use super::table::{MinusInfinite, NumericTable, words};
use super::table_reader::TableReader;
use super::text::Transcoder;
use super::{CohortError, FileReport, GeneSet, Origin, Reading, Row};

/// Reads one file as it arrives. Nothing is taken from the file's name but the tie between gene sets of equal length and
/// a table of words.
pub struct FileReader {
    name: String,
    raw: Raw,
    text: Transcoder,
    table: TableReader,
    failed: Option<CohortError>,
    /// Where it lay, when it came out of a container.
    origin: Option<Origin>,
    lines: usize,
}

enum Raw {
    Head(Vec<u8>),
    Plain,
    Gzip(Box<Inflate>),
    /// A gzip file that the browser inflates.
    Inflated,
}

/// A file that was read to its end and understood.
#[derive(Clone, Debug)]
pub struct OpenedFile {
    pub(super) report: FileReport,
    pub(super) warnings: Vec<String>,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Matrix(MatrixFile),
    Sheet(Sheet),
    GeneSets(Vec<GeneSet>),
    Labels(Vec<Labels>),
    /// A table that is read by nothing here (mutations, segments, timelines); the report says so.
    Unused,
}

/// A matrix as it lay in the file.
#[derive(Clone, Debug)]
pub(super) struct MatrixFile {
    pub(super) row_names: Vec<String>,
    /// Shared among the files of one sample each that name the same genes.
    pub(super) column_names: Arc<Vec<String>>,
    pub(super) rows: Vec<Row>,
    pub(super) orientation: Orientation,
    /// What the file itself says about its samples, before its table.
    pub(super) described: Option<Sheet>,
    /// It holds one sample, named after the file.
    pub(super) one_sample: bool,
    /// The logarithm that the file says its values are.
    pub(super) said: Option<Reading>,
    /// The same file as a sample sheet, where it may be one.
    pub(super) sheet: Option<Sheet>,
    /// Where minus infinity first stood.
    pub(super) minus_infinite: Option<MinusInfinite>,
}

impl OpenedFile {
    /// The file's name as given.
    pub fn name(&self) -> &str {
        &self.report.name
    }

    /// What it was taken for.
    pub fn report(&self) -> &FileReport {
        &self.report
    }

    /// The gene sets, where it is a GMT file.
    pub fn gene_sets(&self) -> Option<&[GeneSet]> {
        match &self.content {
            Content::GeneSets(sets) => Some(sets),
            _ => None,
        }
    }

    /// A file of one sample whose genes are those of one of `others` takes its list of names: a folder of a thousand
    /// such files then holds 60,000 names once.
    pub fn share_names(&mut self, others: &[OpenedFile]) {
        let Content::Matrix(own) = &mut self.content else { return };
        if !own.one_sample {
            return;
        }
        let same = others.iter().find_map(|other| match &other.content {
            Content::Matrix(m) if m.one_sample && m.column_names == own.column_names => Some(&m.column_names),
            _ => None,
        });
        if let Some(names) = same {
            own.column_names = Arc::clone(names);
        }
    }
}

impl FileReader {
    /// A reader for the file called `name`.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        FileReader {
            raw: Raw::Head(Vec::new()),
            text: Transcoder::new(),
            table: TableReader::new(&name),
            failed: None,
            origin: None,
            lines: 0,
            name,
        }
    }

    /// The bytes that come are a gzip file's contents: whoever reads it inflates it, and checks that it is whole.
    pub fn already_inflated(mut self) -> Self {
        self.raw = Raw::Inflated;
        self
    }

    /// Says where the file lay.
    pub fn came_from(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Lines read so far, for a person who waits.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Takes the next bytes. After an error every further call gives the same error.
    ///
    /// # Errors
    /// Any [`CohortError`] of the file's format, with line and column where there are any.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), CohortError> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        let result = self.push_raw(bytes).map_err(|e| e.in_file(&self.name));
        self.failed = result.as_ref().err().cloned();
        result
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Those of [`FileReader::push`], and those only the end shows: truncation, no rows, duplicated samples.
    pub fn finish(mut self) -> Result<OpenedFile, CohortError> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        let (name, origin) = (self.name.clone(), self.origin.take());
        let opened = self.finish_raw().map_err(|e| e.in_file(&name))?;
        Ok(match origin {
            Some(origin) => opened.came_from(origin),
            None => opened,
        })
    }

    /// Reads a file that is in memory whole.
    ///
    /// # Errors
    /// Those of [`FileReader::finish`].
    pub fn read(name: impl Into<String>, bytes: &[u8]) -> Result<OpenedFile, CohortError> {
        let mut reader = FileReader::new(name);
        reader.push(bytes)?;
        reader.finish()
    }

    fn push_raw(&mut self, bytes: &[u8]) -> Result<(), CohortError> {
        if let Raw::Head(head) = &mut self.raw {
            head.extend_from_slice(bytes);
            if head.len() < GZIP_MAGIC.len() {
                return Ok(());
            }
            let head = std::mem::take(head);
            let gzip = head.starts_with(&GZIP_MAGIC);
            self.raw = if gzip { Raw::Gzip(Box::new(Inflate::new())) } else { Raw::Plain };
            return self.push_known(&head);
        }
        self.push_known(bytes)
    }

    fn push_known(&mut self, bytes: &[u8]) -> Result<(), CohortError> {
        let FileReader { raw, text, table, lines, .. } = self;
        let mut take = |t: &[u8]| {
            *lines += memchr::memchr_iter(b'\n', t).count();
            table.push(t)
        };
        match raw {
            Raw::Gzip(inflate) => inflate.push(bytes, &mut |plain| text.push(plain, &mut take)),
            _ => text.push(bytes, &mut take),
        }
    }

    fn finish_raw(mut self) -> Result<OpenedFile, CohortError> {
        if let Raw::Head(head) = &mut self.raw {
            let head = std::mem::take(head);
            self.raw = Raw::Plain;
            self.push_known(&head)?;
        }
        let FileReader { mut raw, mut text, mut table, name, .. } = self;
        if let Raw::Gzip(inflate) = &mut raw {
            inflate.finish(&mut |plain| text.push(plain, &mut |t| table.push(t)))?;
        }
        text.finish(&mut |t| table.push(t))?;
        let read = table.finish()?;
        let storage = Storage { encoding: text.name(), gzip: matches!(raw, Raw::Gzip(_) | Raw::Inflated) };
        opened(name, read, storage)
    }
}

struct Storage {
    encoding: &'static str,
    gzip: bool,
}

fn opened(name: String, read: ReadTable, storage: Storage) -> Result<OpenedFile, CohortError> {
    let mut warnings: Vec<String> = read.notes.iter().map(|note| format!("{name}: {note}")).collect();
    let mut other_encoding = read.other_encoding;
    let (kind, mut shape, content) = match read.table {
        Table::Matrix { values, because, one_sample: true, .. } => {
            other_encoding += values.other_encoding;
            let NumericTable { names, rows, minus_infinite, .. } = values;
            let shape = format!("one sample, {} genes in rows ({because})", thousands(names.len()));
            let file = MatrixFile {
                row_names: vec![sample_of_file(&name)],
                // One long row: a value a box would cost eight times its size.
                rows: vec![rows.iter().map(|row| row.first().copied().unwrap_or(f32::NAN)).collect()],
                orientation: Orientation { genes_in_rows: false, sure: true },
                column_names: Arc::new(names),
                described: None,
                one_sample: true,
                said: read.said,
                sheet: None,
                minus_infinite,
            };
            ("expression_matrix", shape, Content::Matrix(file))
        }
        Table::Matrix { values, corner, header_line, first_value, because, words: text, one_sample: false } => {
            let sheet = text.map(|table| Sheet::new(all_headings(&table), words(&table).0, table.rows()).0);
            other_encoding += values.other_encoding;
            if values.decimal_comma {
                warnings.push(format!("{name}: values were read with decimal commas (1,5 is one and a half)."));
            }
            let orientation = orientation(&corner, &values.names, &values.columns);
            refuse_bad_sample_names(&values, &orientation, header_line, first_value)?;
            let mut shape = matrix_shape(&values, &orientation, &because, first_value);
            if let Some(sheet) = &read.described {
                shape += &format!(
                    "; the file itself describes {} samples by {} columns",
                    thousands(sheet.rows()),
                    sheet.width()
                );
            }
            let NumericTable { mut names, mut columns, rows, minus_infinite, .. } = values;
            // Where the file says that its samples are in rows it is turned now, so that the cohort shares its values.
            let turning = orientation.sure && !orientation.genes_in_rows;
            let rows: Vec<Row> = if turning { turn(rows) } else { rows.into_iter().map(Row::from).collect() };
            if turning {
                std::mem::swap(&mut names, &mut columns);
            }
            let orientation = Orientation { genes_in_rows: orientation.genes_in_rows || turning, ..orientation };
            let file = MatrixFile {
                row_names: names,
                column_names: Arc::new(columns),
                rows,
                orientation,
                described: read.described,
                one_sample: false,
                said: read.said,
                sheet,
                minus_infinite,
            };
            ("expression_matrix", shape, Content::Matrix(file))
        }
        Table::Sheet { table, because } => {
            let headings = all_headings(&table);
            if let Some(what) = other_table(&headings) {
                let detail = format!("{} rows: {what}; it is not used here.", thousands(table.rows()));
                let report = FileReport { name, kind: "unused_table".to_owned(), detail };
                return Ok(OpenedFile { report, warnings, content: Content::Unused });
            }
            let (columns, other) = words(&table);
            other_encoding += other;
            let (sheet, repeated) = Sheet::new(headings, columns, table.rows());
            if repeated > 0 {
                warnings.push(format!("{name}: {repeated} repeated headings were numbered."));
            }
            let shape = format!("{} rows × {} columns ({because})", thousands(sheet.rows()), sheet.width());
            ("sample_sheet", shape, Content::Sheet(sheet))
        }
        Table::Described => {
            let sheet = read.described.ok_or_else(|| no_rows(1))?;
            let shape = format!(
                "{} rows × {} columns (a GEO series matrix without values: open the study's supplementary table beside it)",
                thousands(sheet.rows()),
                sheet.width()
            );
            ("sample_sheet", shape, Content::Sheet(sheet))
        }
        Table::Unused(what) => {
            let report =
                FileReport { name, kind: "unused_table".to_owned(), detail: format!("{what}; it is not used here.") };
            return Ok(OpenedFile { report, warnings, content: Content::Unused });
        }
        Table::Labels(columns) => {
            let count = columns.first().map_or(0, |(_, values)| values.len());
            let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
            let shape = format!("{} labels in the order of the samples: {}", thousands(count), names.join(", "));
            ("sample_labels", shape, Content::Labels(columns))
        }
        Table::GeneSets(sets) => {
            let genes: usize = sets.iter().map(|s| s.genes.len()).sum();
            let shape = format!("{} gene sets with {} genes in all", thousands(sets.len()), thousands(genes));
            ("gene_sets", shape, Content::GeneSets(sets))
        }
    };
    let mut encoding = storage.encoding;
    if other_encoding > 0 {
        encoding = "Windows-1252";
        warnings.push(format!(
            "{name}: {other_encoding} fields are not UTF-8 and were read as Windows-1252; check accented letters."
        ));
    }
    let delimiter = match read.dialect.delimiter {
        b'\t' => "tab",
        b',' => "comma",
        b';' => "semicolon",
        b'|' => "bar",
        _ => "space",
    };
    shape += &format!("; {delimiter}-separated, {encoding}, {}.", if storage.gzip { "gzip" } else { "not compressed" });
    Ok(OpenedFile { report: FileReport { name, kind: kind.to_owned(), detail: shape }, warnings, content })
}

fn matrix_shape(values: &NumericTable, orientation: &Orientation, because: &str, first_value: usize) -> String {
    let (rows, columns) = (thousands(values.names.len()), thousands(values.columns.len()));
    let unsure = if orientation.sure { "" } else { ", by its shape alone" };
    let left_out = match first_value {
        0 | 1 => String::new(),
        2 => "; column 2 describes the rows and was left out".to_owned(),
        _ => format!("; columns 2 to {first_value} describe the rows and were left out"),
    };
    if orientation.genes_in_rows {
        format!("{rows} genes in rows × {columns} samples in columns ({because}{unsure}){left_out}")
    } else {
        format!("{rows} samples in rows × {columns} genes in columns ({because}{unsure}){left_out}")
    }
}

/// Samples must have names, and no two the same: roles and clinical columns are found by them.
fn refuse_bad_sample_names(
    values: &NumericTable,
    orientation: &Orientation,
    header_line: usize,
    first_value: usize,
) -> Result<(), CohortError> {
    let names = if orientation.genes_in_rows { &values.columns } else { &values.names };
    let place = |error: CohortError, at: usize| {
        if orientation.genes_in_rows {
            error.at_line(header_line).at_column(first_value + at + 1)
        } else {
            error.at_line(values.lines.get(at).copied().unwrap_or(header_line)).at_column(1)
        }
    };
    let mut seen = std::collections::HashSet::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        if name.is_empty() {
            let error = CohortError::new("unnamed_sample", "A sample has no name.", "Name every sample.");
            return Err(place(error, at));
        }
        if !seen.insert(name) {
            let error = CohortError::new(
                "duplicate_sample",
                "Two samples have the same name.",
                "Rename one of them, or remove the repeated measurement.",
            );
            return Err(place(error, at).quoting(&shortened(name)));
        }
    }
    Ok(())
}

/// `20531` → `20,531`.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
