//! The values of an AnnData file, dense or by compressed rows or columns, as lines of text, window by window.

use hdf5_pure::{DType, Dataset, Group};

use super::frame::{frame, gene_names, index, length};
use super::{missing, refused};
use crate::container::error::ContainerError;
use crate::container::limits::MAX_VALUES;
use crate::container::opening::Part;
use crate::container::text::Lines;

/// Bytes of one window of rows: a few calls a second at most.
const WINDOW: u64 = 8 << 20;

/// Rows looked at to see whether values are negative or whole.
const SAMPLE_ROWS: u64 = 64;

/// The values, dense or by compressed rows or columns.
pub(super) struct Matrix {
    pub(super) part: Option<Part>,
    /// What the file says of its values, on a line of its own.
    pub(super) said: Option<String>,
    pub(super) header: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) corner: &'static str,
    pub(super) values: Values,
}

pub(super) enum Values {
    Dense { data: Dataset, window: u64 },
    Sparse { data: Dataset, indices: Dataset, starts: Vec<u64>, scratch: Vec<f32> },
}

/// What is read of the file.
pub(super) struct Chosen {
    /// `X`, `layers/counts`.
    pub(super) label: String,
    pub(super) values: Values,
    pub(super) by_rows: bool,
    /// Its genes, where they are not those of var.
    pub(super) genes: Option<Vec<String>>,
    /// The file says that these are logarithms of x + 1 to this base.
    pub(super) log1p: Option<Base>,
}

/// The base of scanpy's `log1p`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Base {
    E,
    Of(f64),
}

/// Layers that hold what was counted; what was made of it can only be worse.
const COUNTS: [&str; 2] = ["counts", "raw_counts"];

/// Layers that stand for an X that was centred and scaled, best first, after those of [`COUNTS`].
const INSTEAD: [&str; 5] = ["tpm", "TPM", "log1p", "logcounts", "data"];

/// A layer of counts; else raw, where it holds counts and X does not; else X; else, where X was centred and scaled, a layer of
/// the values it was made of, or raw.
pub(super) fn chosen(
    root: &Group,
    rows: usize,
    columns: usize,
    notes: &mut Vec<String>,
) -> Result<Chosen, ContainerError> {
    let layers: Vec<String> = root
        .group("layers")
        .ok()
        .map(|g| [g.datasets().unwrap_or_default(), g.groups().unwrap_or_default()].concat())
        .unwrap_or_default();
    let layer = |names: &[&'static str]| {
        names.iter().filter(|name| layers.iter().any(|l| l == *name)).find_map(|name| {
            let read = root.group("layers").map_err(refused).and_then(|g| matrix(&g, name, rows, columns)).ok()?;
            Some((*name, read))
        })
    };
    if let Some((name, (values, by_rows))) = layer(&COUNTS) {
        notes.push(format!("Layer {name:?} of the AnnData file was read and not X, which was made of it."));
        return Ok(Chosen { label: format!("layers/{name}"), values, by_rows, genes: None, log1p: None });
    }
    let x = matrix(root, "X", rows, columns);
    let some = x.as_ref().ok().map(|(values, _)| values.some()).transpose()?;
    let centred = some.as_ref().is_none_or(|some| some.iter().any(|value| *value < 0.0));
    let raw = raw(root, rows);
    if let Some((group, (values, by_rows))) = raw
        && (centred && layer(&INSTEAD).is_none() || whole(&values.some()?) && !some.as_deref().is_some_and(whole))
    {
        let why = match &some {
            None => "the file has no readable X",
            Some(_) if centred => "X holds negative values (it was centred)",
            Some(_) => "it holds counts and X what was made of them",
        };
        notes.push(format!("raw of the AnnData file was read and not X, for {why}."));
        let genes = Some(gene_names(&frame(&group, "var")?, notes)?);
        // scanpy keeps in raw what it had logged, and what it had not is whole.
        let log1p = if whole(&values.some()?) { None } else { log1p(root) };
        return Ok(Chosen { label: "raw/X".to_owned(), values, by_rows, genes, log1p });
    }
    let others =
        if layers.is_empty() { String::new() } else { format!(" The file also has layers {}.", layers.join(", ")) };
    if !centred {
        if !others.is_empty() {
            notes.push(format!("X of the AnnData file was read.{others}"));
        }
        let (values, by_rows) = x?;
        return Ok(Chosen { label: "X".to_owned(), values, by_rows, genes: None, log1p: log1p(root) });
    }
    let why = if x.is_ok() { "X holds negative values (it was centred)" } else { "the file has no readable X" };
    if let Some((name, (values, by_rows))) = layer(&INSTEAD) {
        notes.push(format!("Layer {name:?} of the AnnData file was read, for {why}."));
        let log1p = if name == "log1p" { log1p(root).or(Some(Base::E)) } else { None };
        return Ok(Chosen { label: format!("layers/{name}"), values, by_rows, genes: None, log1p });
    }
    let (values, by_rows) = x?;
    notes.push(format!(
        "X of the AnnData file was read although it holds negative values; no layer of counts stands beside it.{others}"
    ));
    Ok(Chosen { label: "X".to_owned(), values, by_rows, genes: None, log1p: None })
}

/// The group raw and its values, which may be of more genes than X; none where it is not there or not read.
fn raw(root: &Group, rows: usize) -> Option<(Group, (Values, bool))> {
    let group = root.group("raw").ok()?;
    let genes = index(&frame(&group, "var").ok()?, "raw/var").ok()?.len();
    if (rows as u64).saturating_mul(genes as u64) > MAX_VALUES {
        return None;
    }
    let read = matrix(&group, "X", rows, genes).ok()?;
    Some((group, read))
}

/// Whether values look like counts: whole, none negative, and not all 0 or 1.
fn whole(some: &[f32]) -> bool {
    some.iter().all(|value| *value >= 0.0 && value.fract() == 0.0) && some.iter().any(|value| *value > 1.0)
}

/// What scanpy's `log1p` leaves in `uns`: a base, or none for the natural logarithm.
fn log1p(root: &Group) -> Option<Base> {
    let group = root.group("uns").ok()?.group("log1p").ok()?;
    let base = group.dataset("base").ok().and_then(|data| {
        let scalar = data.shape().ok()?.iter().product::<u64>() == 1;
        // A scalar's type is bounded by what a number is, or it is not read.
        let number = scalar && numeric(&data, "base").is_ok() && data.element_size().ok()? <= 8;
        if number { data.read_f64().ok()?.first().copied() } else { None }
    });
    Some(match base {
        Some(base) if base.is_finite() && (base - std::f64::consts::E).abs() > 1e-6 => Base::Of(base),
        _ => Base::E,
    })
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
    let pointers = sparse.dataset("indptr").map_err(refused)?;
    // Their types too: memory is reserved by the size that a type states.
    for numbers in [&data, &indices, &pointers] {
        numeric(numbers, name)?;
    }
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
    /// The values of the first rows.
    fn some(&self) -> Result<Vec<f32>, ContainerError> {
        let some = match self {
            Self::Dense { data, .. } => data.read_f32_rows(0, SAMPLE_ROWS),
            Self::Sparse { data, starts, .. } => {
                let end = starts.get(SAMPLE_ROWS as usize).or(starts.last()).copied().unwrap_or(0);
                data.read_f32_rows(0, end.min(WINDOW / 4))
            }
        };
        some.map_err(refused)
    }
}

impl Matrix {
    /// Rows from `row` on, written as lines; how many there were.
    pub(super) fn rows(&mut self, row: u64, lines: &mut Lines) -> Result<u64, ContainerError> {
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

fn broken(name: &str) -> ContainerError {
    ContainerError::damaged("AnnData", format!("the index of {name} contradicts itself"))
}
