//! Rows as they are read: words for a sheet, float32 for a matrix. Neither keeps a file's text.

use super::decoding::field_text;
use super::limits::{MAX_ROWS, MAX_SHEET_BYTES, MAX_VALUES};
use super::number::{NumberFault, is_not_known, parse_value};
use super::records::Record;
use crate::cohort::CohortError;

/// A table of words, all in one buffer.
pub(in crate::cohort) struct TextTable {
    /// The header as it stood.
    pub(in crate::cohort) header: Vec<String>,
    /// Fields of every row.
    pub(in crate::cohort) width: usize,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    lines: Vec<usize>,
}

impl TextTable {
    pub(in crate::cohort) fn new(header: Vec<String>, width: usize) -> Self {
        TextTable { header, width, bytes: Vec::new(), ends: Vec::new(), lines: Vec::new() }
    }

    pub(in crate::cohort) fn rows(&self) -> usize {
        self.lines.len()
    }

    pub(in crate::cohort) fn text_bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(in crate::cohort) fn push(&mut self, record: Record<'_>) -> Result<(), CohortError> {
        check_rows(self.rows(), record.line)?;
        for field in record.fields() {
            self.bytes.extend_from_slice(field);
            self.ends.push(self.bytes.len());
        }
        self.lines.push(record.line);
        if self.bytes.len() > MAX_SHEET_BYTES {
            return Err(CohortError::new(
                "sheet_too_large",
                format!("A table of words is larger than {} MB.", MAX_SHEET_BYTES >> 20),
                "Keep the clinical columns you need, or check that the expression columns hold numbers.",
            )
            .at_line(record.line));
        }
        Ok(())
    }

    pub(in crate::cohort) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.lines.iter().enumerate().map(|(row, line)| {
            let from = row * self.width;
            let start = from.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
            Record::new(&self.bytes, start, self.ends.get(from..from + self.width).unwrap_or_default(), *line)
        })
    }
}

/// Where minus infinity, which is the logarithm of nothing or a fault, first stood in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cohort) struct MinusInfinite {
    pub(in crate::cohort) line: usize,
    pub(in crate::cohort) column: usize,
}

/// A table of numbers with a name for every row.
pub(in crate::cohort) struct NumericTable {
    /// One per value column.
    pub(in crate::cohort) columns: Vec<String>,
    /// One per row, as they stood.
    pub(in crate::cohort) names: Vec<String>,
    /// `columns.len()` values per row; `NaN` is missing.
    pub(in crate::cohort) rows: Vec<Vec<f32>>,
    /// 1-based line of each row.
    pub(in crate::cohort) lines: Vec<usize>,
    /// Values have decimal commas.
    pub(in crate::cohort) decimal_comma: bool,
    /// Names that were not UTF-8.
    pub(in crate::cohort) other_encoding: usize,
    /// Where minus infinity first stood.
    pub(in crate::cohort) minus_infinite: Option<MinusInfinite>,
    name_column: usize,
    first_value: usize,
    comma_allowed: bool,
    scratch: Vec<f32>,
}

impl NumericTable {
    /// `columns` are the headers of the value columns, which begin at field `first_value`; the rows' names are in field
    /// `name_column`.
    pub(in crate::cohort) fn new(
        columns: Vec<String>,
        name_column: usize,
        first_value: usize,
        comma_allowed: bool,
    ) -> Self {
        NumericTable {
            scratch: Vec::with_capacity(columns.len()),
            columns,
            names: Vec::new(),
            rows: Vec::new(),
            lines: Vec::new(),
            decimal_comma: false,
            other_encoding: 0,
            minus_infinite: None,
            name_column,
            first_value,
            comma_allowed,
        }
    }

    pub(in crate::cohort) fn push(&mut self, record: Record<'_>) -> Result<(), CohortError> {
        check_rows(self.rows.len(), record.line)?;
        if (self.rows.len() + 1).saturating_mul(self.columns.len()) > MAX_VALUES {
            return Err(CohortError::new(
                "too_large",
                format!("The matrix has more than {} million values.", MAX_VALUES / 1_000_000),
                "Keep the genes or samples you need, or use the command line.",
            )
            .at_line(record.line));
        }
        self.scratch.clear();
        let last_value = self.first_value + self.columns.len();
        let mut at = self.first_value;
        while at < last_value {
            // With decimal commas a point is looked for in every field.
            if !self.decimal_comma {
                at += record.short_decimals(at, last_value, &mut self.scratch);
                if at == last_value {
                    break;
                }
            }
            let field = record.field(at);
            let place = |error: CohortError| error.at_line(record.line).at_column(at + 1).quoting(&field_text(field).0);
            let parsed = parse_value(field, self.comma_allowed).map_err(|fault| place(refuse(fault)))?;
            if parsed.comma && !self.decimal_comma {
                if self.scratch.iter().chain(self.rows.iter().flatten()).any(|v| v.fract() != 0.0 && v.is_finite()) {
                    return Err(place(mixed_marks()));
                }
                self.decimal_comma = true;
            } else if self.decimal_comma && !parsed.comma && field.contains(&b'.') {
                return Err(place(mixed_marks()));
            }
            if parsed.value.is_infinite() && self.minus_infinite.is_none() {
                self.minus_infinite = Some(MinusInfinite { line: record.line, column: at + 1 });
            }
            self.scratch.push(parsed.value);
            at += 1;
        }
        let (name, other) = field_text(record.field(self.name_column));
        self.other_encoding += usize::from(other);
        self.names.push(name.into_owned());
        self.rows.push(self.scratch.as_slice().to_vec());
        self.lines.push(record.line);
        Ok(())
    }
}

fn check_rows(rows: usize, line: usize) -> Result<(), CohortError> {
    if rows < MAX_ROWS {
        return Ok(());
    }
    Err(CohortError::new(
        "too_many_rows",
        format!("The table has more than {MAX_ROWS} rows."),
        "Check that rows are genes, or keep the ones you need.",
    )
    .at_line(line))
}

fn refuse(fault: NumberFault) -> CohortError {
    match fault {
        NumberFault::NotANumber => CohortError::new(
            "not_a_number",
            "A cell of the expression matrix is not a number.",
            "Correct the cell, or leave it empty if the value is missing.",
        ),
        NumberFault::NotFinite => not_finite(),
    }
}

pub(in crate::cohort) fn not_finite() -> CohortError {
    CohortError::new(
        "not_finite",
        "A cell of the expression matrix is infinite.",
        "Take logarithms of value + 1, or leave the cell empty if the value is missing.",
    )
}

fn mixed_marks() -> CohortError {
    CohortError::new(
        "mixed_decimal_marks",
        "Some values have a decimal comma and some a decimal point.",
        "Save the table with one of them and without thousands separators.",
    )
}

/// The sheet's cells as words; missing ones are `None`. Counts fields that were not UTF-8.
pub(in crate::cohort) fn words(table: &TextTable) -> (Vec<Vec<Option<String>>>, usize) {
    let mut columns: Vec<Vec<Option<String>>> = (0..table.width).map(|_| Vec::with_capacity(table.rows())).collect();
    let mut other_encoding = 0;
    for record in table.records() {
        for (column, field) in columns.iter_mut().zip(record.fields()) {
            let (text, other) = field_text(field);
            other_encoding += usize::from(other);
            column.push((!is_not_known(&text)).then(|| text.into_owned()));
        }
    }
    (columns, other_encoding)
}
