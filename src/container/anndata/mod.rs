//! AnnData (`.h5ad`): X, a layer or raw as a table of cells × genes, and obs as a sheet.
//!
//! The layout is that of anndata's on-disk specification (anndata 0.8 and later; the categories of 0.7 too). HDF5
//! itself is read by `hdf5-pure`, window by window, so that memory is that of some rows.

mod frame;
mod matrix;
mod storage;

use std::collections::VecDeque;

use hdf5_pure::{File, FormatError};

use super::error::ContainerError;
use super::limits::{MAX_VALUES, PIECE};
use super::opening::{Part, Piece, Pieces};
use super::source::Source;
use super::text::Lines;
use frame::{frame, gene_names, index, sheet};
use matrix::{Base, Chosen, Matrix, chosen};

struct Bytes(Source);

impl hdf5_pure::Source for Bytes {
    fn len(&self) -> u64 {
        self.0.size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<(), FormatError> {
        let eof = || FormatError::Source("the file ends too early".to_owned());
        let end = offset.checked_add(buf.len() as u64).ok_or_else(eof)?;
        if end > self.0.size() {
            return Err(eof());
        }
        self.0.read_at(offset, buf).map_err(|error| FormatError::Source(error.to_string()))
    }
}

struct AnnData {
    due: VecDeque<Piece>,
    matrix: Option<Matrix>,
    sheet: Option<(Part, Vec<u8>)>,
    size: u64,
    row: u64,
}

pub(super) fn open(name: &str, source: Source) -> Result<Box<dyn Pieces>, ContainerError> {
    let size = source.size();
    let file = File::from_source(Bytes(source)).map_err(refused)?;
    let root = file.root();
    storage::within(&root, size)?;
    let obs = frame(&root, "obs")?;
    let var = frame(&root, "var")?;
    let mut notes = Vec::new();
    let samples = index(&obs, "obs")?;
    let genes = gene_names(&var, &mut notes)?;
    let values = (samples.len() as u64).saturating_mul(genes.len() as u64);
    if values > MAX_VALUES {
        return Err(ContainerError::new(
            "too_large",
            format!(
                "The AnnData file has {} observations × {} variables, more than {} million values.",
                samples.len(),
                genes.len(),
                MAX_VALUES / 1_000_000
            ),
            "Sum single cells to one profile per sample (pseudobulk), or keep the genes you need.",
        ));
    }
    let Chosen { label, values, by_rows, genes: own, log1p } = chosen(&root, samples.len(), genes.len(), &mut notes)?;
    let genes = own.unwrap_or(genes);
    // A line before the table, which says to whoever reads it what the file says of its values.
    let said = match log1p {
        Some(Base::E) => Some("# values: ln(x + 1)".to_owned()),
        Some(Base::Of(base)) => Some(format!("# values: log{base}(x + 1)")),
        None => None,
    };
    if log1p.is_some() {
        notes.push("The AnnData file says (uns/log1p) that its values are logarithms of x + 1.".to_owned());
    }
    let (header, names, corner) =
        if by_rows { (genes, samples.clone(), "sample_id") } else { (samples.clone(), genes, "gene") };
    let origin = format!("from {label} of an AnnData file");
    let part = Some(Part { name: format!("{name}/{label}"), origin, written: true, notes });
    let sheet = sheet(&obs, &samples)?.map(|(bytes, notes)| {
        (
            Part {
                name: format!("{name}/obs"),
                origin: "from obs of an AnnData file".to_owned(),
                written: true,
                notes,
            },
            bytes,
        )
    });
    let matrix = Some(Matrix { part, said, header, names, corner, values });
    Ok(Box::new(AnnData { due: VecDeque::new(), matrix, sheet, size, row: 0 }))
}

impl Pieces for AnnData {
    fn next(&mut self) -> Result<Option<Piece>, ContainerError> {
        if let Some(piece) = self.due.pop_front() {
            return Ok(Some(piece));
        }
        if let Some(matrix) = &mut self.matrix {
            let mut lines = Lines::default();
            if let Some(part) = matrix.part.take() {
                if let Some(said) = &matrix.said {
                    lines.word(said);
                    lines.end_line();
                }
                lines.word(matrix.corner);
                matrix.header.iter().for_each(|name| lines.word(name));
                lines.end_line();
                self.due.push_back(Piece::Bytes(lines.take()));
                return Ok(Some(Piece::Begin(part)));
            }
            if self.row < matrix.names.len() as u64 {
                self.row += matrix.rows(self.row, &mut lines)?;
                return Ok(Some(Piece::Bytes(lines.take())));
            }
            self.matrix = None;
            return Ok(Some(Piece::End));
        }
        if let Some((part, bytes)) = self.sheet.take() {
            self.due.extend(bytes.chunks(PIECE).map(|piece| Piece::Bytes(piece.to_vec())));
            self.due.push_back(Piece::End);
            return Ok(Some(Piece::Begin(part)));
        }
        Ok(None)
    }

    fn done(&self) -> u64 {
        match &self.matrix {
            Some(matrix) => (self.size as f64 * self.row as f64 / matrix.names.len().max(1) as f64) as u64,
            None => self.size,
        }
    }
}

fn missing(name: &str) -> ContainerError {
    let what = format!("The AnnData file has no {name}.");
    ContainerError::new("unsupported_anndata", what, "Write it by anndata 0.8 or newer.")
}

fn refused(error: hdf5_pure::Error) -> ContainerError {
    ContainerError::damaged("HDF5", error)
}
