//! Sample sheets → clinical columns of the cohort, and what of them joined.

use serde::{Deserialize, Serialize};

use super::join::Joined;
use super::patients::patients;
use super::sheet::{Alignment, Sheet, column_kind};
use crate::cohort::Column;
use crate::cohort::sources::broad::Labels;

/// Rows of a sheet that joined nothing, listed by their id.
const LISTED_ROWS: usize = 1000;

/// What of one sample sheet joined the cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SheetJoin {
    /// The file.
    pub file: String,
    /// The column that names the samples; empty where none does.
    pub id_column: String,
    /// Rows of the sheet.
    pub rows: usize,
    /// Whether each of the cohort's samples has a row in it.
    pub joined: Vec<bool>,
    /// Ids of rows that belong to no sample of the matrix, at most a thousand.
    pub without_sample: Vec<String>,
    /// Rows that repeat an id, of which the first was used.
    pub repeated: usize,
}

/// The clinical columns of every sheet; those of one name are one column where they never contradict each other, and are
/// told apart by their file's name where they do.
pub(in crate::cohort) fn clinical_columns(
    joined: &Joined,
    sheets: &[(&str, &Sheet)],
    own: &[usize],
    warnings: &mut Vec<String>,
) -> (Vec<Column>, Vec<SheetJoin>) {
    let samples = &joined.named;
    let mut columns: Vec<Column> = Vec::new();
    let mut joins = Vec::new();
    // Sheets that name samples come first: they say which patient a sample is of, and so where a table of patients joins.
    let by_sample = |sheet: &Sheet| sheet.align(samples).is_some() || sheet.samples_in_headings(samples) > 0;
    let (first, second): (Vec<_>, Vec<_>) = sheets.iter().zip(own).partition(|((_, sheet), _)| by_sample(sheet));
    for ((file, sheet), own) in first.into_iter().chain(second) {
        let by_patient = || {
            let named = patients(joined, &columns).into_iter().zip(samples);
            let named: Vec<String> = named.map(|(p, s)| p.unwrap_or_else(|| s.clone())).collect();
            sheet.align(&named)
        };
        let tall = sheet.align(samples).or_else(by_patient);
        let in_headings = sheet.samples_in_headings(samples);
        let turned;
        let (sheet, alignment) = if in_headings > tall.as_ref().map_or(0, |a| a.matched) {
            turned = sheet.transposed();
            (&turned, turned.align(samples))
        } else {
            (*sheet, tall)
        };
        let Some(alignment) = alignment else {
            warnings
                .push(format!("{file}: none of its columns names a sample of the expression matrix; it is not used."));
            joins.push(SheetJoin {
                file: (*file).to_owned(),
                rows: sheet.rows(),
                joined: vec![false; samples.len()],
                without_sample: ids_without(sheet, 0, &[]),
                ..SheetJoin::default()
            });
            continue;
        };
        // What a file says of its own samples need not cover the others'.
        let meant: Vec<bool> = joined.files.iter().map(|f| *own == usize::MAX || f == own).collect();
        let unnamed = alignment.rows.iter().zip(&meant).filter(|(row, meant)| row.is_none() && **meant).count();
        if unnamed > 0 {
            warnings.push(format!("{file}: {unnamed} of {} samples have no row in it.", samples.len()));
        }
        let id = sheet.headings.get(alignment.id_column).cloned().unwrap_or_default();
        if alignment.repeated > 0 && alignment.exact > 0 {
            warnings.push(format!(
                "{file}: {} rows repeat an id of column {id:?}; the first row of each was used.",
                alignment.repeated
            ));
        }
        for column in sheet.clinical_columns(&alignment) {
            add(&mut columns, column, file);
        }
        joins.push(SheetJoin {
            file: (*file).to_owned(),
            id_column: id,
            rows: sheet.rows(),
            joined: alignment.rows.iter().map(Option::is_some).collect(),
            without_sample: rows_without(sheet, &alignment),
            repeated: alignment.repeated,
        });
    }
    (columns, joins)
}

fn add(columns: &mut Vec<Column>, mut column: Column, file: &str) {
    let Some(held) = columns.iter_mut().find(|c| c.name == column.name) else {
        columns.push(column);
        return;
    };
    let agrees = |(a, b): (&Option<String>, &Option<String>)| a.is_none() || b.is_none() || a == b;
    if held.values.iter().zip(&column.values).all(agrees) {
        held.values.iter_mut().zip(column.values).for_each(|(to, from)| *to = to.take().or(from));
        held.kind = column_kind(&held.name, &held.values);
        return;
    }
    column.name = format!("{} ({file})", column.name);
    columns.push(column);
}

fn rows_without(sheet: &Sheet, alignment: &Alignment) -> Vec<String> {
    let used: Vec<usize> = alignment.rows.iter().flatten().copied().collect();
    ids_without(sheet, alignment.id_column, &used)
}

fn ids_without(sheet: &Sheet, id_column: usize, used: &[usize]) -> Vec<String> {
    let used: std::collections::HashSet<usize> = used.iter().copied().collect();
    let ids = sheet.columns.get(id_column).map(Vec::as_slice).unwrap_or_default().iter().enumerate();
    let without = ids.filter(|(row, _)| !used.contains(row)).filter_map(|(_, id)| id.clone());
    without.take(LISTED_ROWS).collect()
}

/// Adds labels that come in the order of a matrix' samples (CLS) to the matrix that has as many; the first such.
pub(in crate::cohort) fn add_labels(
    joined: &Joined,
    labels: &[(&str, &[Labels])],
    columns: &mut Vec<Column>,
    warnings: &mut Vec<String>,
) {
    let all = joined.named.len();
    for (file, named) in labels {
        for (name, values) in *named {
            let mut start = 0;
            let mut places = joined.sizes.iter().map(|size| {
                start += size;
                (start - size, *size)
            });
            let place =
                if values.len() == all { Some((0, all)) } else { places.find(|(_, size)| *size == values.len()) };
            let Some((from, size)) = place else {
                warnings.push(format!(
                    "{file}: it has {} labels and the expression matrix {all} samples; it is not used.",
                    values.len()
                ));
                continue;
            };
            let mut whole = vec![None; all];
            whole.iter_mut().skip(from).take(size).zip(values).for_each(|(to, value)| to.clone_from(value));
            add(columns, Column { name: name.clone(), kind: column_kind(name, &whole), values: whole }, file);
        }
    }
}
