//! obs and var of an AnnData file: their names, and their columns as a sheet.

use hdf5_pure::{DType, Dataset, FormatError, Group};

use super::{missing, refused};
use crate::container::error::ContainerError;
use crate::container::limits::{MAX_NAMES, MAX_TEXT};
use crate::container::text::Lines;

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

/// obs or var: a group with one dataset (or group) per column.
pub(super) fn frame(root: &Group, name: &str) -> Result<Group, ContainerError> {
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

pub(super) fn index(frame: &Group, name: &str) -> Result<Vec<String>, ContainerError> {
    let attributes = frame.attrs().map_err(refused)?;
    let column = attributes.get("_index").and_then(|value| value.as_str()).unwrap_or("_index");
    let names = strings(&frame.dataset(column).map_err(|_| missing(&format!("the index of {name}")))?)?;
    Ok(names)
}

/// The index of var, or the column of symbols beside it where the index holds other ids.
pub(super) fn gene_names(var: &Group, notes: &mut Vec<String>) -> Result<Vec<String>, ContainerError> {
    let index = index(var, "var")?;
    let ensembl = index.iter().filter(|name| name.starts_with("ENS")).count();
    let numbers = index.iter().filter(|name| name.parse::<u64>().is_ok()).count();
    // Ensembl ids are named by the gene map; numbers and ids of another kind name nothing.
    let symbols = index.iter().filter(|name| like_symbol(name)).count();
    // `GENE1`, `GENE2` … count up from one stem; symbols have many.
    let stem = |name: &String| name.chars().take_while(char::is_ascii_alphabetic).collect::<String>();
    let stems = index.iter().map(stem).collect::<std::collections::HashSet<_>>().len();
    let symbols = if stems < 3.min(index.len()) { 0 } else { symbols };
    if index.is_empty() || ensembl * 2 > index.len() || symbols * 2 > index.len() {
        return Ok(index);
    }
    let what = if numbers * 2 > index.len() { "numbers" } else { "ids of another kind" };
    for column in SYMBOLS {
        let Ok(Some(names)) = cells(var, column, index.len()) else { continue };
        let named = names.iter().flatten().filter(|name| like_symbol(name) || name.starts_with("ENS")).count();
        if named * 2 > index.len() {
            notes.push(format!("The genes were named by column {column:?} of var, for its index holds {what}."));
            return Ok(names.into_iter().map(Option::unwrap_or_default).collect());
        }
    }
    Ok(index)
}

/// `TP53`, `HLA-A`, `C1orf112`, `Trp53`: a letter first, then letters, digits, `-` and `.`; `gene_1` and `1007_s_at` are none.
fn like_symbol(name: &str) -> bool {
    (2..=25).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}

/// A table as text, and its notes.
pub(super) type Sheet = (Vec<u8>, Vec<String>);

/// obs as text; `None` when it has no column.
pub(super) fn sheet(obs: &Group, samples: &[String]) -> Result<Option<Sheet>, ContainerError> {
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

/// Names and columns are one-dimensional and of bounded length and size, whatever the file claims.
fn check_names(data: &Dataset) -> Result<(), ContainerError> {
    let length = length(data)?;
    if length > MAX_NAMES {
        return Err(too_many("names"));
    }
    let bytes = length.saturating_mul(data.element_size().map_err(refused)?);
    if bytes > MAX_TEXT { Err(too_many("text")) } else { Ok(()) }
}

pub(super) fn length(data: &Dataset) -> Result<u64, ContainerError> {
    match data.shape().map_err(refused)?.as_slice() {
        [length] => Ok(*length),
        _ => Err(ContainerError::damaged("AnnData", "a column is not one-dimensional")),
    }
}

fn too_many(of: &str) -> ContainerError {
    let what = format!("The AnnData file has more {of} along one axis than any cohort.");
    ContainerError::new("too_large", what, "Keep the samples and genes you need.")
}
