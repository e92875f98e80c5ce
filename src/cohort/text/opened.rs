//! What a file was taken for, once it was read to its end.

use std::sync::Arc;

use super::kind::{Orientation, all_headings, orientation, shortened};
use super::read_table::{ReadTable, Table, no_rows};
use super::table::{MinusInfinite, NumericTable, words};
use super::thousands::thousands;
use crate::cohort::samples::sheet::Sheet;
use crate::cohort::sources::broad::Labels;
use crate::cohort::sources::other_tables::{other_table, sample_of_file};
use crate::cohort::values::row::turn;
use crate::cohort::{CohortError, FileReport, GeneSet, Reading, Row};

/// A file that was read to its end and understood.
#[derive(Clone, Debug)]
pub struct OpenedFile {
    pub(in crate::cohort) report: FileReport,
    pub(in crate::cohort) warnings: Vec<String>,
    pub(in crate::cohort) content: Content,
}

#[derive(Clone, Debug)]
pub(in crate::cohort) enum Content {
    Matrix(MatrixFile),
    Sheet(Sheet),
    GeneSets(Vec<GeneSet>),
    Labels(Vec<Labels>),
    /// A table that is read by nothing here (mutations, segments, timelines); the report says so.
    Unused,
}

/// A matrix as it lay in the file.
#[derive(Clone, Debug)]
pub(in crate::cohort) struct MatrixFile {
    pub(in crate::cohort) row_names: Vec<String>,
    /// Shared among the files of one sample each that name the same genes.
    pub(in crate::cohort) column_names: Arc<Vec<String>>,
    pub(in crate::cohort) rows: Vec<Row>,
    pub(in crate::cohort) orientation: Orientation,
    /// What the file itself says about its samples, before its table.
    pub(in crate::cohort) described: Option<Sheet>,
    /// It holds one sample, named after the file.
    pub(in crate::cohort) one_sample: bool,
    /// The logarithm that the file says its values are.
    pub(in crate::cohort) said: Option<Reading>,
    /// The same file as a sample sheet, where it may be one.
    pub(in crate::cohort) sheet: Option<Sheet>,
    /// Where minus infinity first stood.
    pub(in crate::cohort) minus_infinite: Option<MinusInfinite>,
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

/// How the bytes lay in the file.
pub(super) struct Storage {
    pub(super) encoding: &'static str,
    pub(super) gzip: bool,
}

/// A table that was read to its end, as what it was taken for.
///
/// # Errors
/// Samples without a name, or two with the same.
pub(super) fn opened(name: String, read: ReadTable, storage: Storage) -> Result<OpenedFile, CohortError> {
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
