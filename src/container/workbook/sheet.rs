//! One sheet: what its cells are, its names turned back, and its text.

use std::collections::HashSet;

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType, Xlsx};

use super::refused;
use crate::container::error::ContainerError;
use crate::container::limits::MAX_SHEET_TEXT;
use crate::container::month_genes::{Was, gene_of_date, gene_of_text};
use crate::container::source::Stream;
use crate::container::text::{Lines, date};

/// Share of the cells beside the names that must be numbers for a sheet to be a matrix.
const NUMERIC: f64 = 0.75;

/// Serial numbers that a spreadsheet can have made of a gene's name: typed between 1982 and 2064.
const SERIALS: std::ops::RangeInclusive<f64> = 30_000.0..=60_000.0;

/// A name that is a number larger than this was an id (`2310009E13`) read as a power of ten.
const LARGEST_ID: f64 = 1e12;

/// The day that is serial 0 with Excel's 1900 epoch, in days since 1970.
const EPOCH: i64 = -25_569;

/// A sheet as a first pass over its cells saw it.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) rows: u32,
    pub(super) width: u32,
    /// The first row with two cells: what stands above it is a title.
    header: Option<u32>,
    pub(super) headings: HashSet<String>,
    columns: Vec<Tally>,
    formulas: usize,
    without_value: Option<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Words, dates among them.
    words: usize,
    numbers: usize,
    dates: usize,
}

impl Sheet {
    pub(super) fn seen(book: &mut Xlsx<Stream>, name: &str) -> Result<Self, ContainerError> {
        let mut cells = book.worksheet_cells_reader(name).map_err(refused)?;
        let mut sheet = Sheet { name: name.to_owned(), ..Sheet::default() };
        let (mut row, mut in_row): (u32, Vec<String>) = (0, Vec::new());
        while let Some(record) = cells.next_cell_with_formula_metadata().map_err(refused)? {
            let (at, column) = record.pos;
            sheet.formulas += usize::from(record.formula.is_some());
            if record.value == DataRef::Empty {
                if record.formula.is_some() && sheet.without_value.is_none() {
                    sheet.without_value = Some(cell(at, column));
                }
                continue;
            }
            if at != row {
                (row, in_row) = (at, Vec::new());
            }
            if sheet.header.is_none() {
                in_row.push(words_of(&record.value));
                if in_row.len() == 2 {
                    sheet.header = Some(at);
                    sheet.headings.extend(in_row.drain(..));
                }
            } else if sheet.header == Some(at) {
                sheet.headings.insert(words_of(&record.value));
            }
            sheet.rows = sheet.rows.max(at.saturating_add(1));
            sheet.width = sheet.width.max(column.saturating_add(1));
            if sheet.header.is_some_and(|header| at > header) {
                let place = column as usize;
                if sheet.columns.len() <= place {
                    sheet.columns.resize(place + 1, Tally::default());
                }
                if let Some(tally) = sheet.columns.get_mut(place) {
                    match record.value {
                        DataRef::Int(_) | DataRef::Float(_) => tally.numbers += 1,
                        DataRef::Error(_) => {}
                        DataRef::DateTime(_) => {
                            tally.words += 1;
                            tally.dates += 1;
                        }
                        _ => tally.words += 1,
                    }
                }
            }
        }
        Ok(sheet)
    }

    /// Columns before the first that holds numbers.
    fn name_columns(&self) -> usize {
        self.columns.iter().take_while(|tally| tally.words >= tally.numbers).count()
    }

    pub(super) fn is_matrix(&self) -> bool {
        let values = self.columns.get(self.name_columns()..).unwrap_or_default();
        let numbers: usize = values.iter().map(|tally| tally.numbers).sum();
        let words: usize = values.iter().map(|tally| tally.words).sum();
        numbers > 1 && numbers as f64 >= NUMERIC * (numbers + words) as f64
    }

    /// The sheet as text; notes say what was turned back, computed or missing.
    pub(super) fn text(&self, book: &mut Xlsx<Stream>) -> Result<(Vec<u8>, Vec<String>), ContainerError> {
        let mut cells = book.worksheet_cells_reader(&self.name).map_err(refused)?;
        let matrix = self.is_matrix();
        let names = if matrix { self.name_columns() } else { 0 };
        let header = self.header.unwrap_or(0);
        let mut lines = Lines::default();
        let (mut row, mut column) = (0, 0);
        let mut repaired: Vec<String> = Vec::new();
        let mut dates: Vec<String> = Vec::new();
        let mut not_available = 0_usize;
        while let Some(next) = cells.next_cell().map_err(refused)? {
            let (at, place) = next.get_position();
            let value = next.get_value();
            if *value == DataRef::Empty || at < header {
                continue;
            }
            if (at, place) < (row, column) {
                return Err(ContainerError::damaged("Excel", "its cells are out of order").at(self.place(at, place)));
            }
            while row < at {
                // Rows above the header stay as empty lines, so that lines keep the rows' numbers.
                self.fill(&mut lines, row >= header && column > 0, &mut column);
                lines.end_line();
                (row, column) = (row + 1, 0);
            }
            while column < place {
                lines.nothing();
                column += 1;
            }
            column += 1;
            let (beside, above) = (matrix && (place as usize) < names && at > header, matrix && at == header);
            // Genes are the longer axis; a date among the samples' names is said, and left as it is.
            let tall = self.rows - header > self.width;
            let tally = self.columns.get(place as usize).copied().unwrap_or_default();
            // A column of dates is what it says; damage is a few among many names.
            let is_gene = (beside && tall && tally.dates * 2 <= tally.words) || (above && !tall);
            if (beside || above) && !is_gene && !(beside && tall) && matches!(value, DataRef::DateTime(_)) {
                dates.push(cell(at, place));
            }
            let serials = beside && tally.numbers * 10 <= tally.words;
            let fixed = if is_gene { self.repair(value, serials, at, place)? } else { None };
            if let Some(gene) = fixed {
                repaired.push(format!("{} was {gene}", cell(at, place)));
                lines.word(gene);
            } else {
                not_available += usize::from(matches!(value, DataRef::Error(_)));
                write(&mut lines, value);
            }
            if lines.len() > MAX_SHEET_TEXT {
                return Err(ContainerError::new(
                    "too_large",
                    format!("Sheet {:?} holds more than {} MB of text.", self.name, MAX_SHEET_TEXT >> 20),
                    "Save the sheet as .csv or .tsv and open that.",
                ));
            }
        }
        self.fill(&mut lines, column > 0, &mut column);
        lines.end_line();
        let mut notes = self.notes(header, &repaired, not_available);
        if let Some(first) = dates.first() {
            let sheet = &self.name;
            notes
                .push(format!("Sheet {sheet:?}: {} names are dates (first in cell {first}); check them.", dates.len()));
        }
        Ok((lines.take(), notes))
    }

    fn fill(&self, lines: &mut Lines, wanted: bool, column: &mut u32) {
        while wanted && *column < self.width {
            lines.nothing();
            *column += 1;
        }
    }

    fn notes(&self, header: u32, repaired: &[String], not_available: usize) -> Vec<String> {
        let sheet = &self.name;
        let mut notes = Vec::new();
        if !repaired.is_empty() {
            let some = repaired.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = if repaired.len() > 5 { ", …" } else { "" };
            notes.push(format!(
                "Sheet {sheet:?}: {} gene names had been turned into dates by a spreadsheet and were turned back: cell {some}{more}.",
                repaired.len()
            ));
        }
        if self.formulas > 0 {
            notes.push(format!(
                "Sheet {sheet:?}: {} cells are formulas; the values last computed and saved were read.",
                self.formulas
            ));
        }
        if let Some(cell) = &self.without_value {
            notes.push(format!(
                "Sheet {sheet:?}: formulas without a saved value (first in cell {cell}) were read as missing; open the workbook in Excel and save it."
            ));
        }
        if not_available > 0 {
            notes.push(format!(
                "Sheet {sheet:?}: {not_available} cells hold an error such as #N/A and were read as missing."
            ));
        }
        if header > 0 {
            notes.push(format!(
                "Sheet {sheet:?}: the table begins in row {}; what stands above was passed over.",
                header + 1
            ));
        }
        notes
    }

    /// The gene that a name had been before a spreadsheet changed it; `None` when it is untouched.
    /// `serials`: numbers are rare enough in this column to be dates that lost their format.
    fn repair(
        &self,
        value: &DataRef<'_>,
        serials: bool,
        row: u32,
        column: u32,
    ) -> Result<Option<&'static str>, ContainerError> {
        let serial = |number: f64| {
            let (year, month, day, ..) =
                ExcelDateTime::new(number, ExcelDateTimeType::DateTime, false).to_ymd_hms_milli();
            gene_of_date(year, month, day)
        };
        let was = match value {
            DataRef::DateTime(date) => {
                let (year, month, day, ..) = date.to_ymd_hms_milli();
                Some(gene_of_date(year, month, day))
            }
            DataRef::String(text) | DataRef::DateTimeIso(text) => gene_of_text(text),
            DataRef::SharedString(text) => gene_of_text(text),
            DataRef::Int(number) if serials && SERIALS.contains(&(*number as f64)) => Some(serial(*number as f64)),
            DataRef::Float(number) if serials && number.fract() == 0.0 && SERIALS.contains(number) => {
                Some(serial(*number))
            }
            DataRef::Float(number) if serials && *number >= LARGEST_ID => {
                return Err(ContainerError::new(
                    "gene_name_number",
                    "A gene name was turned into a number by a spreadsheet and cannot be known any more.",
                    "Take the table as it was before it was opened in a spreadsheet, or correct the cell.",
                )
                .at(self.place(row, column))
                .quoting(&format!("{number:e}")));
            }
            _ => None,
        };
        match was {
            None => Ok(None),
            Some(Was::Gene(gene)) => Ok(Some(gene)),
            Some(Was::Unclear) => Err(ContainerError::new(
                "gene_name_date",
                "A gene name was turned into a date by a spreadsheet, and more than one gene, or none, can have been meant \
                 (1-Mar: MARCHF1 or MTARC1).",
                "Take the table as it was before it was opened in a spreadsheet, or correct the cell.",
            )
            .at(self.place(row, column))
            .quoting(&words_of(value))),
        }
    }

    fn place(&self, row: u32, column: u32) -> String {
        format!("sheet {}, cell {}", self.name, cell(row, column))
    }
}

/// `(13, 0)` → `A14`.
fn cell(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &(u64::from(row) + 1).to_string()
}

fn write(lines: &mut Lines, value: &DataRef<'_>) {
    match value {
        DataRef::Int(number) => lines.number(*number as f64),
        DataRef::Float(number) => lines.number(*number),
        DataRef::Error(_) | DataRef::Empty => lines.nothing(),
        other => lines.word(&words_of(other)),
    }
}

fn words_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(moment) => date(EPOCH + moment.as_f64() as i64),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}
