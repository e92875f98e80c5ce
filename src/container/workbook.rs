//! Excel workbooks: every visible sheet as a table, line for line, so that a line of a message is a row of the sheet.

use std::collections::{HashSet, VecDeque};
use std::io::Read;

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::error::ContainerError;
use super::limits::{MAX_SHARED_STRINGS, MAX_SHEET_TEXT, MAX_WORKBOOK, PIECE};
use super::month_genes::{Was, gene_of_date, gene_of_text};
use super::opening::{Part, Piece, Pieces};
use super::source::{Source, Stream};
use super::study::LeftOut;
use super::text::{Lines, date};
use super::zip::Directory;

/// Share of the cells beside the names that must be numbers for a sheet to be a matrix.
const NUMERIC: f64 = 0.75;

/// Share of a matrix's headings that another must have for it to be the same samples measured otherwise.
const SAME_HEADINGS: f64 = 0.8;

/// Serial numbers that a spreadsheet can have made of a gene's name: typed between 1982 and 2064.
const SERIALS: std::ops::RangeInclusive<f64> = 30_000.0..=60_000.0;

/// A name that is a number larger than this was an id (`2310009E13`) read as a power of ten.
const LARGEST_ID: f64 = 1e12;

/// The day that is serial 0 with Excel's 1900 epoch, in days since 1970.
const EPOCH: i64 = -25_569;

struct Workbook {
    name: String,
    book: Xlsx<Stream>,
    sheets: VecDeque<Sheet>,
    due: VecDeque<Piece>,
    text: Vec<u8>,
    handed: usize,
    size: u64,
    begun: usize,
}

/// A sheet as a first pass over its cells saw it.
#[derive(Debug, Default)]
struct Sheet {
    name: String,
    rows: u32,
    width: u32,
    /// The first row with two cells: what stands above it is a title.
    header: Option<u32>,
    headings: HashSet<String>,
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

pub(super) fn open(name: &str, source: Source, directory: &mut Directory) -> Result<Box<dyn Pieces>, ContainerError> {
    check(directory)?;
    let size = source.size();
    let mut book = Xlsx::new(Stream::new(source)).map_err(refused)?;
    let mut left = Vec::new();
    let mut sheets = Vec::new();
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            left.push(LeftOut { name: sheet.name, because: "not a worksheet".to_owned() });
        } else if sheet.visible != SheetVisible::Visible {
            left.push(LeftOut { name: sheet.name, because: "a hidden sheet".to_owned() });
        } else {
            let seen = Sheet::seen(&mut book, &sheet.name)?;
            if seen.rows == 0 {
                left.push(LeftOut { name: sheet.name, because: "an empty sheet".to_owned() });
            } else {
                sheets.push(seen);
            }
        }
    }
    if sheets.is_empty() {
        let what = "The workbook has no visible sheet with cells in it.";
        return Err(ContainerError::new("empty_workbook", what, "Show the sheet that holds the table, and save."));
    }
    leave_repeated(&mut sheets, &mut left);
    let due = (!left.is_empty()).then_some(Piece::LeftOut(left)).into_iter().collect();
    let name = name.to_owned();
    let sheets = sheets.into();
    Ok(Box::new(Workbook { name, book, sheets, due, text: Vec::new(), handed: 0, size, begun: 0 }))
}

/// calamine inflates by itself and without a limit: nothing is given to it that grows beyond reason.
fn check(directory: &mut Directory) -> Result<(), ContainerError> {
    let mut total = 0;
    for member in directory.members.clone() {
        let mut content = directory.content(&member)?;
        let mut block = vec![0; PIECE];
        let mut size = 0_u64;
        loop {
            let count = content.read(&mut block).map_err(ContainerError::from_io)?;
            if count == 0 {
                break;
            }
            size += count as u64;
            let strings = member.name.ends_with("sharedStrings.xml") && size > MAX_SHARED_STRINGS;
            if strings || total + size > MAX_WORKBOOK {
                return Err(ContainerError::new(
                    "too_large",
                    format!(
                        "The workbook holds more than {} MB.",
                        if strings { MAX_SHARED_STRINGS } else { MAX_WORKBOOK } >> 20
                    ),
                    "Save the sheet as .csv or .tsv and open that.",
                ));
            }
        }
        total += size;
    }
    Ok(())
}

/// A second matrix of the same samples (counts beside TPM) cannot be joined to the first: the larger one is opened.
fn leave_repeated(sheets: &mut Vec<Sheet>, left: &mut Vec<LeftOut>) {
    let cells = |sheet: &Sheet| u64::from(sheet.rows) * u64::from(sheet.width);
    let matrices = || sheets.iter().filter(|sheet| sheet.is_matrix());
    // The first of the largest: `max_by_key` alone would take the last.
    let Some(most) = matrices().map(cells).max() else { return };
    let Some(main) = matrices().find(|sheet| cells(sheet) == most) else { return };
    let (name, headings) = (main.name.clone(), main.headings.clone());
    sheets.retain(|sheet| {
        let shared = sheet.headings.intersection(&headings).count() as f64;
        let same = sheet.name != name && sheet.is_matrix() && shared >= SAME_HEADINGS * sheet.headings.len() as f64;
        if same {
            let because =
                format!("a second matrix of the same columns as sheet {name:?}; save it as a file of its own");
            left.push(LeftOut { name: sheet.name.clone(), because });
        }
        !same
    });
}

impl Sheet {
    fn seen(book: &mut Xlsx<Stream>, name: &str) -> Result<Self, ContainerError> {
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

    fn is_matrix(&self) -> bool {
        let values = self.columns.get(self.name_columns()..).unwrap_or_default();
        let numbers: usize = values.iter().map(|tally| tally.numbers).sum();
        let words: usize = values.iter().map(|tally| tally.words).sum();
        numbers > 1 && numbers as f64 >= NUMERIC * (numbers + words) as f64
    }

    /// The sheet as text; notes say what was turned back, computed or missing.
    fn text(&self, book: &mut Xlsx<Stream>) -> Result<(Vec<u8>, Vec<String>), ContainerError> {
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

impl Pieces for Workbook {
    fn next(&mut self) -> Result<Option<Piece>, ContainerError> {
        if let Some(piece) = self.due.pop_front() {
            return Ok(Some(piece));
        }
        if self.handed < self.text.len() {
            let end = (self.handed + PIECE).min(self.text.len());
            let bytes = self.text.get(self.handed..end).unwrap_or_default().to_vec();
            self.handed = end;
            if end == self.text.len() {
                self.due.push_back(Piece::End);
                self.text = Vec::new();
                self.handed = 0;
            }
            return Ok(Some(Piece::Bytes(bytes)));
        }
        let Some(sheet) = self.sheets.pop_front() else { return Ok(None) };
        self.begun += 1;
        let name = format!("{}/{}", self.name, sheet.name);
        match sheet.text(&mut self.book) {
            Ok((text, notes)) => {
                self.text = text;
                let origin = format!("from sheet {:?} of an Excel workbook", sheet.name);
                Ok(Some(Piece::Begin(Part { name, origin, written: true, notes })))
            }
            Err(error) => Ok(Some(Piece::Refused(error.in_file(&name)))),
        }
    }

    fn done(&self) -> u64 {
        let all = (self.begun + self.sheets.len()).max(1) as u64;
        self.size * self.begun as u64 / all
    }
}

fn refused(error: XlsxError) -> ContainerError {
    match error {
        XlsxError::Io(error) => ContainerError::from_io(error),
        XlsxError::Password => super::Foreign::OldExcel.refusal(),
        other => ContainerError::damaged("Excel", other),
    }
}
