//! Excel workbooks: every visible sheet as a table, line for line, so that a line of a message is a row of the sheet.

mod sheet;

use std::collections::VecDeque;
use std::io::Read;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::error::ContainerError;
use super::limits::{MAX_SHARED_STRINGS, MAX_WORKBOOK, PIECE};
use super::opening::{Part, Piece, Pieces};
use super::source::{Source, Stream};
use super::study::LeftOut;
use super::zip::Directory;
use sheet::Sheet;

/// Share of a matrix's headings that another must have for it to be the same samples measured otherwise.
const SAME_HEADINGS: f64 = 0.8;

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
