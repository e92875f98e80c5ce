//! AnnData (`.h5ad`): X, a layer or raw as a table of cells × genes, and obs as a sheet.
//!
//! The layout is that of anndata's on-disk specification (anndata 0.8 and later; the categories of 0.7 too). HDF5
//! itself is read by `hdf5-pure`, window by window, so that memory is that of some rows.

use std::collections::VecDeque;

use hdf5_pure::{DType, Dataset, File, FormatError, Group};

use super::error::ContainerError;
use super::limits::{MAX_NAMES, MAX_TEXT, MAX_VALUES, PIECE};
use super::opening::{Part, Piece, Pieces};
use super::source::Source;
use super::text::Lines;

/// Bytes of one window of rows: a few calls a second at most.
const WINDOW: u64 = 8 << 20;

/// Rows looked at to see whether X holds negative values.
const SAMPLE_ROWS: u64 = 64;

/// Columns of var that hold the symbols where its index holds other ids.
const SYMBOLS: [&str; 8] = [
    "gene_symbols",
    "gene_symbol",
    "gene_name",
    "gene_names",
    "feature_name",
    "symbol",
    "hgnc_symbol",
    "gene_short_name",
];

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

/// The values, dense or by compressed rows or columns.
struct Matrix {
    part: Option<Part>,
    header: Vec<String>,
    names: Vec<String>,
    corner: &'static str,
    values: Values,
}

enum Values {
    Dense { data: Dataset, window: u64 },
    Sparse { data: Dataset, indices: Dataset, starts: Vec<u64>, scratch: Vec<f32> },
}

pub(super) fn open(name: &str, source: Source) -> Result<Box<dyn Pieces>, ContainerError> {
    let size = source.size();
    let file = File::from_source(Bytes(source)).map_err(refused)?;
    let root = file.root();
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
    let (label, values, by_rows) = chosen(&root, samples.len(), genes.len(), &mut notes)?;
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
    let matrix = Some(Matrix { part, header, names, corner, values });
    Ok(Box::new(AnnData { due: VecDeque::new(), matrix, sheet, size, row: 0 }))
}

/// X, or what stands for it: where X was centred and scaled, the raw values it was made of.
fn chosen(
    root: &Group,
    rows: usize,
    columns: usize,
    notes: &mut Vec<String>,
) -> Result<(String, Values, bool), ContainerError> {
    let layers: Vec<String> = root
        .group("layers")
        .ok()
        .map(|g| [g.datasets().unwrap_or_default(), g.groups().unwrap_or_default()].concat())
        .unwrap_or_default();
    let x = matrix(root, "X", rows, columns);
    let centred = match &x {
        Ok((values, _)) => values.has_negative()?,
        Err(_) => true,
    };
    let others =
        if layers.is_empty() { String::new() } else { format!(" The file also has layers {}.", layers.join(", ")) };
    if !centred {
        if !others.is_empty() {
            notes.push(format!("X of the AnnData file was read.{others}"));
        }
        let (values, by_rows) = x?;
        return Ok(("X".to_owned(), values, by_rows));
    }
    let why = if x.is_ok() { "X holds negative values (it was centred)" } else { "the file has no readable X" };
    let preferred = ["counts", "raw_counts", "tpm", "TPM", "log1p", "logcounts", "data"];
    for layer in preferred.iter().filter(|layer| layers.iter().any(|l| l == *layer)) {
        if let Ok((values, by_rows)) =
            root.group("layers").map_err(refused).and_then(|g| matrix(&g, layer, rows, columns))
        {
            notes.push(format!("Layer {layer:?} of the AnnData file was read, for {why}."));
            return Ok((format!("layers/{layer}"), values, by_rows));
        }
    }
    let (values, by_rows) = x?;
    notes.push(format!(
        "X of the AnnData file was read although it holds negative values; no layer of counts stands beside it.{others}"
    ));
    Ok(("X".to_owned(), values, by_rows))
}

/// The matrix called so, and whether its rows (else its columns) come one after another.
fn matrix(group: &Group, name: &str, rows: usize, columns: usize) -> Result<(Values, bool), ContainerError> {
    let expected = [rows as u64, columns as u64];
    if let Ok(data) = group.dataset(name) {
        let shape = data.shape().map_err(refused)?;
        if shape != expected {
            return Err(mismatch(name, &shape, expected));
        }
        numeric(&data, name)?;
        let chunk = data.chunk_shape().map_err(refused)?.and_then(|shape| shape.first().copied()).unwrap_or(1).max(1);
        let row_bytes = (columns as u64).saturating_mul(8).max(1);
        // Whole rows of chunks: none is inflated twice, unless one row of them is larger than a window by far.
        let rows_of_window = (WINDOW / row_bytes).max(1);
        let window = if chunk.saturating_mul(row_bytes) <= 8 * WINDOW {
            rows_of_window.div_ceil(chunk).saturating_mul(chunk)
        } else {
            rows_of_window
        };
        return Ok((Values::Dense { data, window }, true));
    }
    let sparse = group.group(name).map_err(|_| missing(name))?;
    let attributes = sparse.attrs().map_err(refused)?;
    let kind =
        ["encoding-type", "h5sparse_format"].iter().find_map(|key| attributes.get(*key)).and_then(|v| v.as_str());
    let by_rows = match kind {
        Some("csr_matrix" | "csr") => true,
        Some("csc_matrix" | "csc") => false,
        other => {
            let what =
                format!("{name} of the AnnData file is of a kind that is not read: {}.", other.unwrap_or("none named"));
            return Err(ContainerError::new("unsupported_anndata", what, "Store it dense, CSR or CSC."));
        }
    };
    let shape = ["shape", "h5sparse_shape"].iter().find_map(|key| attributes.get(*key)).and_then(|v| v.to_u64s());
    if let Some(shape) = shape.filter(|shape| *shape != expected) {
        return Err(mismatch(name, &shape, expected));
    }
    let (major, minor) = if by_rows { (rows, columns) } else { (columns, rows) };
    let data = sparse.dataset("data").map_err(refused)?;
    let indices = sparse.dataset("indices").map_err(refused)?;
    numeric(&data, name)?;
    let pointers = sparse.dataset("indptr").map_err(refused)?;
    let stored = length(&data)?;
    if length(&pointers)? != major as u64 + 1 || length(&indices)? != stored {
        return Err(broken(name));
    }
    let starts = pointers.read_u64().map_err(refused)?;
    let ordered = starts.windows(2).all(|pair| matches!(pair, [a, b] if a <= b));
    // A row may hold each of its columns once.
    let short = starts.windows(2).all(|pair| matches!(pair, [a, b] if b.saturating_sub(*a) <= minor as u64));
    if starts.first() != Some(&0) || starts.last() != Some(&stored) || !ordered || !short {
        return Err(broken(name));
    }
    Ok((Values::Sparse { data, indices, starts, scratch: vec![0.0; minor] }, by_rows))
}

impl Values {
    fn has_negative(&self) -> Result<bool, ContainerError> {
        let some = match self {
            Self::Dense { data, .. } => data.read_f32_rows(0, SAMPLE_ROWS),
            Self::Sparse { data, starts, .. } => {
                let end = starts.get(SAMPLE_ROWS as usize).or(starts.last()).copied().unwrap_or(0);
                data.read_f32_rows(0, end.min(WINDOW / 4))
            }
        };
        Ok(some.map_err(refused)?.iter().any(|value| *value < 0.0))
    }
}

impl Matrix {
    /// Rows from `row` on, written as lines; how many there were.
    fn rows(&mut self, row: u64, lines: &mut Lines) -> Result<u64, ContainerError> {
        let width = self.header.len();
        match &mut self.values {
            Values::Dense { data, window } => {
                let count = (*window).min(self.names.len() as u64 - row);
                let values = data.read_f32_rows(row, count).map_err(refused)?;
                if values.len() as u64 != count * width as u64 {
                    return Err(broken("X"));
                }
                for (name, values) in self.names.iter().skip(row as usize).zip(values.chunks(width.max(1))) {
                    line(lines, name, values);
                }
                Ok(count)
            }
            Values::Sparse { data, indices, starts, scratch } => {
                let first = starts.get(row as usize).copied().unwrap_or(0);
                let most = first + WINDOW / 8;
                // At least one row, and then as many as a window holds.
                let dense_rows = (WINDOW / (width as u64 * 4).max(1)).max(1) as usize;
                let ends = starts.get(row as usize + 1..).unwrap_or_default();
                let count = ends.iter().take(dense_rows).take_while(|end| **end <= most).count().max(1);
                let end = ends.get(count - 1).copied().unwrap_or(first);
                let values = data.read_f32_rows(first, end - first).map_err(refused)?;
                let places = indices.read_u64_rows(first, end - first).map_err(refused)?;
                if values.len() as u64 != end - first || values.len() != places.len() {
                    return Err(broken("X"));
                }
                let mut stored = values.iter().zip(&places);
                let mut before = first;
                for (name, end) in self.names.iter().skip(row as usize).zip(ends.iter().take(count)) {
                    scratch.fill(0.0);
                    for (value, place) in stored.by_ref().take((end - before) as usize) {
                        let place = usize::try_from(*place).ok().and_then(|place| scratch.get_mut(place));
                        *place.ok_or_else(|| broken("X"))? = *value;
                    }
                    before = *end;
                    line(lines, name, scratch);
                }
                Ok(count as u64)
            }
        }
    }
}

fn line(lines: &mut Lines, name: &str, values: &[f32]) {
    lines.word(name);
    for value in values {
        lines.float(*value);
    }
    lines.end_line();
}

impl Pieces for AnnData {
    fn next(&mut self) -> Result<Option<Piece>, ContainerError> {
        if let Some(piece) = self.due.pop_front() {
            return Ok(Some(piece));
        }
        if let Some(matrix) = &mut self.matrix {
            let mut lines = Lines::default();
            if let Some(part) = matrix.part.take() {
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

/// obs or var: a group with one dataset (or group) per column.
fn frame(root: &Group, name: &str) -> Result<Group, ContainerError> {
    root.group(name).map_err(|error| match error {
        hdf5_pure::Error::NotAGroup(_) => {
            let what = "The AnnData file was written by anndata before 0.7, whose tables are read differently.";
            ContainerError::new(
                "unsupported_anndata",
                what,
                "Read it with a newer anndata in Python and write it again.",
            )
        }
        hdf5_pure::Error::Format(FormatError::PathNotFound(_)) => {
            let what = format!("The HDF5 file has no {name}: it is no AnnData file.");
            ContainerError::new("unsupported_hdf5", what, "Save it as .h5ad by anndata, or its table as .tsv.gz.")
        }
        other => refused(other),
    })
}

fn index(frame: &Group, name: &str) -> Result<Vec<String>, ContainerError> {
    let attributes = frame.attrs().map_err(refused)?;
    let column = attributes.get("_index").and_then(|value| value.as_str()).unwrap_or("_index");
    let names = strings(&frame.dataset(column).map_err(|_| missing(&format!("the index of {name}")))?)?;
    Ok(names)
}

/// The index of var, or the column of symbols beside it where the index holds other ids.
fn gene_names(var: &Group, notes: &mut Vec<String>) -> Result<Vec<String>, ContainerError> {
    let index = index(var, "var")?;
    let ensembl = index.iter().filter(|name| name.starts_with("ENS")).count();
    let numbers = index.iter().filter(|name| name.parse::<u64>().is_ok()).count();
    // Ensembl ids are named by the gene map; plain row numbers name nothing.
    if index.is_empty() || ensembl * 2 > index.len() || numbers * 2 <= index.len() {
        return Ok(index);
    }
    for column in SYMBOLS {
        if let Ok(Some(names)) = cells(var, column, index.len()) {
            notes.push(format!("The genes were named by column {column:?} of var, for its index holds numbers."));
            return Ok(names.into_iter().map(Option::unwrap_or_default).collect());
        }
    }
    Ok(index)
}

/// A table as text, and its notes.
type Sheet = (Vec<u8>, Vec<String>);

/// obs as text; `None` when it has no column.
fn sheet(obs: &Group, samples: &[String]) -> Result<Option<Sheet>, ContainerError> {
    let attributes = obs.attrs().map_err(refused)?;
    let listed = attributes.get("column-order").and_then(|value| value.as_strings()).map(<[String]>::to_vec);
    let index = attributes.get("_index").and_then(|value| value.as_str()).unwrap_or("_index").to_owned();
    let mut columns = match listed {
        Some(columns) => columns,
        None => [obs.datasets().map_err(refused)?, obs.groups().map_err(refused)?].concat(),
    };
    columns.retain(|name| *name != index && name != "__categories");
    let (mut table, mut unread) = (Vec::new(), Vec::new());
    for name in columns {
        match cells(obs, &name, samples.len())? {
            Some(cells) => table.push((name, cells)),
            None => unread.push(name),
        }
    }
    let mut notes = Vec::new();
    if !unread.is_empty() {
        notes.push(format!("Columns of obs that are of a kind not read: {}.", unread.join(", ")));
    }
    if table.is_empty() {
        return Ok(None);
    }
    let mut lines = Lines::default();
    lines.word("sample_id");
    table.iter().for_each(|(name, _)| lines.word(name));
    lines.end_line();
    for (row, sample) in samples.iter().enumerate() {
        lines.word(sample);
        for (_, cells) in &table {
            match cells.get(row).and_then(Option::as_deref) {
                Some(cell) => lines.word(cell),
                None => lines.nothing(),
            }
        }
        lines.end_line();
    }
    Ok(Some((lines.take(), notes)))
}

type Cells = Vec<Option<String>>;

/// A column's cells as words; `None` when it is of a kind that is not read, or of another length.
fn cells(frame: &Group, name: &str, rows: usize) -> Result<Option<Cells>, ContainerError> {
    let of_length = |cells: Cells| (cells.len() == rows).then_some(cells);
    if let Ok(data) = frame.dataset(name) {
        // anndata 0.7 kept the categories beside the columns.
        if let Ok(categories) = frame.group("__categories").and_then(|group| group.dataset(name)) {
            return Ok(coded(&data, &categories)?.and_then(of_length));
        }
        return Ok(values(&data)?.and_then(of_length));
    }
    let Ok(group) = frame.group(name) else { return Ok(None) };
    if let (Ok(codes), Ok(categories)) = (group.dataset("codes"), group.dataset("categories")) {
        return Ok(coded(&codes, &categories)?.and_then(of_length));
    }
    if let (Ok(data), Ok(mask)) = (group.dataset("values"), group.dataset("mask")) {
        let Some(mut cells) = values(&data)?.and_then(of_length) else { return Ok(None) };
        check_names(&mask)?;
        for (cell, missing) in cells.iter_mut().zip(mask.read_u8().map_err(refused)?) {
            if missing != 0 {
                *cell = None;
            }
        }
        return Ok(Some(cells));
    }
    Ok(None)
}

fn coded(codes: &Dataset, categories: &Dataset) -> Result<Option<Cells>, ContainerError> {
    check_names(codes)?;
    let Some(categories) = values(categories)? else { return Ok(None) };
    let codes = codes.read_i64().map_err(refused)?;
    let cell = |code: &i64| usize::try_from(*code).ok().and_then(|code| categories.get(code).cloned().flatten());
    Ok(Some(codes.iter().map(cell).collect()))
}

fn values(data: &Dataset) -> Result<Option<Cells>, ContainerError> {
    check_names(data)?;
    let number = |value: f64| (!value.is_nan()).then(|| value.to_string());
    Ok(match data.dtype().map_err(refused)? {
        DType::String | DType::VariableLengthString => Some(strings(data)?.into_iter().map(Some).collect()),
        DType::F32 => {
            Some(data.read_f32().map_err(refused)?.into_iter().map(|v| (!v.is_nan()).then(|| v.to_string())).collect())
        }
        DType::F64 => Some(data.read_f64().map_err(refused)?.into_iter().map(number).collect()),
        DType::I8 | DType::I16 | DType::I32 | DType::I64 | DType::U8 | DType::U16 | DType::U32 => {
            Some(data.read_i64().map_err(refused)?.into_iter().map(|v| Some(v.to_string())).collect())
        }
        DType::U64 => Some(data.read_u64().map_err(refused)?.into_iter().map(|v| Some(v.to_string())).collect()),
        // h5py's booleans are an enumeration of FALSE and TRUE.
        DType::Enum(_) => Some(
            data.read_i64()
                .map_err(refused)?
                .into_iter()
                .map(|v| Some(if v == 0 { "FALSE" } else { "TRUE" }.into()))
                .collect(),
        ),
        _ => None,
    })
}

fn strings(data: &Dataset) -> Result<Vec<String>, ContainerError> {
    check_names(data)?;
    let payload = match data.dtype().map_err(refused)? {
        DType::VariableLengthString => data.vlen_string_payload_size().map_err(refused)?,
        DType::String => length(data)?.saturating_mul(data.element_size().map_err(refused)?),
        _ => {
            // Names that are numbers: row numbers, Entrez ids.
            return Ok(data.read_i64().map_err(refused)?.iter().map(i64::to_string).collect());
        }
    };
    if payload > MAX_TEXT {
        return Err(too_many("text"));
    }
    data.read_string().map_err(refused)
}

/// Names and columns are one-dimensional and of bounded length, whatever the file claims.
fn check_names(data: &Dataset) -> Result<(), ContainerError> {
    if length(data)? > MAX_NAMES { Err(too_many("names")) } else { Ok(()) }
}

fn length(data: &Dataset) -> Result<u64, ContainerError> {
    match data.shape().map_err(refused)?.as_slice() {
        [length] => Ok(*length),
        _ => Err(ContainerError::damaged("AnnData", "a column is not one-dimensional")),
    }
}

fn numeric(data: &Dataset, name: &str) -> Result<(), ContainerError> {
    match data.dtype().map_err(refused)? {
        DType::F32
        | DType::F64
        | DType::I8
        | DType::I16
        | DType::I32
        | DType::I64
        | DType::U8
        | DType::U16
        | DType::U32
        | DType::U64 => Ok(()),
        other => {
            let what = format!("{name} of the AnnData file holds {other}, not numbers.");
            Err(ContainerError::new("unsupported_anndata", what, "Store expression values as float32."))
        }
    }
}

fn mismatch(name: &str, shape: &[u64], expected: [u64; 2]) -> ContainerError {
    let what = format!("{name} of the AnnData file is {shape:?} where obs and var have {expected:?}.");
    ContainerError::new("damaged_container", what, "Write the file again by anndata.")
}

fn missing(name: &str) -> ContainerError {
    let what = format!("The AnnData file has no {name}.");
    ContainerError::new("unsupported_anndata", what, "Write it by anndata 0.8 or newer.")
}

fn broken(name: &str) -> ContainerError {
    ContainerError::damaged("AnnData", format!("the index of {name} contradicts itself"))
}

fn too_many(of: &str) -> ContainerError {
    let what = format!("The AnnData file has more {of} along one axis than any cohort.");
    ContainerError::new("too_large", what, "Keep the samples and genes you need.")
}

fn refused(error: hdf5_pure::Error) -> ContainerError {
    ContainerError::damaged("HDF5", error)
}
