//! Opened files → one cohort.

use std::collections::{HashMap, HashSet};

use super::genes::{collapse, gene_id_kind};
use super::names::is_barcode;
use super::platform::Platform;
use super::reader::{Content, MatrixFile, OpenedFile, thousands};
use super::roles::detect;
use super::scale::value_scale;
use super::sheet::{Sheet, is_patient_heading};
use super::{
    Cohort, CohortError, Column, ColumnKind, Evidence, ExpressionMatrix, FileReport, GeneIdKind, GeneSet, ValueScale,
};

/// Characters of a TCGA barcode that name the participant.
const PARTICIPANT: usize = 12;

/// One matrix file brought to genes × samples.
struct Part {
    file: String,
    matrix: ExpressionMatrix,
    gene_ids: Evidence<GeneIdKind>,
    scale: Evidence<ValueScale>,
}

/// Composes a cohort out of opened files, in the order given: one or more expression matrices (several are joined on their
/// shared genes), any number of sample sheets and gene sets.
///
/// # Errors
/// `no_matrix`, `no_shared_genes`, `mixed_scales`, `duplicate_sample`, `no_values`.
pub fn compose(files: &[OpenedFile]) -> Result<Cohort, CohortError> {
    let mut warnings: Vec<String> = files.iter().flat_map(|f| f.warnings.iter().cloned()).collect();
    let sheets: Vec<(&str, &Sheet)> = files
        .iter()
        .filter_map(|f| match &f.content {
            Content::Sheet(sheet) => Some((f.name(), sheet)),
            Content::Matrix(matrix) => matrix.described.as_ref().map(|sheet| (f.name(), sheet)),
            Content::GeneSets(_) => None,
        })
        .collect();
    let (about_probes, about_samples): (Vec<_>, Vec<_>) = sheets
        .into_iter()
        .map(|(name, sheet)| (name, sheet, Platform::of(name, sheet)))
        .partition(|(.., p)| p.is_some());
    let platforms: Vec<Platform<'_>> = about_probes.into_iter().filter_map(|(.., platform)| platform).collect();
    let sheets: Vec<(&str, &Sheet)> = about_samples.into_iter().map(|(name, sheet, _)| (name, sheet)).collect();
    let mut parts = Vec::new();
    for file in files {
        if let Content::Matrix(matrix) = &file.content {
            parts.push(part(file.name(), matrix, &sheets, &platforms, &mut warnings)?);
        }
    }
    let (matrix, gene_ids, scale) = join(parts, files, &mut warnings)?;
    let columns = clinical_columns(&matrix.samples, &sheets, &mut warnings);
    let patients = patients(&matrix.samples, &columns);
    let missing = matrix.rows.iter().filter(|row| row.iter().any(|v| v.is_nan())).count();
    if missing > 0 {
        warnings.push(format!(
            "{} of {} genes miss a value in at least one sample; training leaves those genes out.",
            thousands(missing),
            thousands(matrix.genes.len())
        ));
    }
    if gene_ids.value == GeneIdKind::Unknown {
        warnings.push(
            "The gene names follow no known scheme. If they are probe ids, open the platform's table beside the matrix (GEO: the GPL file): pathways find no genes without it."
                .to_owned(),
        );
    }
    if scale.value == ValueScale::LogRatio {
        warnings.push(
            "The values are centred on zero (log-ratios or z-scores) and cannot be trained on: open counts, TPM, RSEM or log2 intensities.".to_owned(),
        );
    }
    let negative = matrix.rows.iter().flatten().any(|v| *v < 0.0);
    if negative && matches!(scale.value, ValueScale::Counts | ValueScale::Linear) {
        warnings.push("Some values are negative on a linear scale; they count as 0.".to_owned());
    }
    let mut gene_sets: Vec<GeneSet> = Vec::new();
    let mut reports: Vec<FileReport> = Vec::new();
    for file in files {
        reports.push(file.report.clone());
        gene_sets.extend(file.gene_sets().unwrap_or_default().iter().cloned());
    }
    let roles = detect(&matrix.samples, &columns);
    Ok(Cohort {
        roles,
        matrix,
        columns,
        patients,
        scale,
        gene_ids,
        recognised_genes: None,
        gene_sets,
        files: reports,
        warnings,
    })
}

/// Brings one file to genes × samples: turned where need be, ids cleaned, duplicates collapsed.
fn part(
    name: &str,
    file: &MatrixFile,
    sheets: &[(&str, &Sheet)],
    platforms: &[Platform<'_>],
    warnings: &mut Vec<String>,
) -> Result<Part, CohortError> {
    let mut genes_in_rows = file.orientation.genes_in_rows;
    if !file.orientation.sure {
        let known =
            |names: &[String]| sheets.iter().filter_map(|(_, s)| s.align(names)).map(|a| a.matched).max().unwrap_or(0);
        let (rows, columns) = (known(&file.row_names), known(&file.column_names));
        if rows != columns && (columns > rows) != genes_in_rows {
            genes_in_rows = columns > rows;
            let axis = if genes_in_rows { "columns" } else { "rows" };
            warnings.push(format!("{name}: a sample sheet shows that the samples are its {axis}."));
        }
    }
    let (gene_names, samples) =
        if genes_in_rows { (&file.row_names, &file.column_names) } else { (&file.column_names, &file.row_names) };
    let named = platforms.iter().find_map(|platform| platform.name(gene_names));
    if let Some((_, sentence)) = &named {
        warnings.push(format!("{name}: {sentence}"));
    }
    let gene_names = named.as_ref().map_or(gene_names, |(genes, _)| genes);
    if let Some(sample) = first_repeat(samples) {
        return Err(duplicate_sample().in_file(name).quoting(sample));
    }
    let value = |gene: usize, sample: usize| {
        let (row, column) = if genes_in_rows { (gene, sample) } else { (sample, gene) };
        file.rows.get(row).and_then(|r| r.get(column)).copied().unwrap_or(f32::NAN)
    };
    let mean = |gene: usize| {
        let present = (0..samples.len()).map(|s| value(gene, s)).filter(|v| !v.is_nan());
        let (sum, count) = present.fold((0.0, 0_usize), |(sum, n), v| (sum + f64::from(v), n + 1));
        if count == 0 { f64::NAN } else { sum / count as f64 }
    };
    let kept = collapse(gene_names, mean);
    warnings.extend(kept.warnings.iter().map(|w| format!("{name}: {w}")));
    let rows: Vec<Box<[f32]>> = kept
        .rows
        .iter()
        .map(|gene| match file.rows.get(*gene) {
            Some(row) if genes_in_rows => row.clone(),
            _ => (0..samples.len()).map(|s| value(*gene, s)).collect(),
        })
        .collect();
    let matrix = ExpressionMatrix { genes: kept.genes, samples: samples.clone(), rows };
    if matrix.rows.iter().flatten().all(|v| v.is_nan()) {
        return Err(CohortError::new(
            "no_values",
            "Every value of the expression matrix is missing.",
            "Check the delimiter and the decimal mark, or save the table again.",
        )
        .in_file(name));
    }
    Ok(Part { file: name.to_owned(), gene_ids: gene_id_kind(gene_names), scale: value_scale(&matrix), matrix })
}

type Joined = (ExpressionMatrix, Evidence<GeneIdKind>, Evidence<ValueScale>);

/// Joins matrices of different samples on the genes all of them have, in the first one's order.
fn join(parts: Vec<Part>, files: &[OpenedFile], warnings: &mut Vec<String>) -> Result<Joined, CohortError> {
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return Err(no_matrix(files));
    };
    let rest: Vec<Part> = parts.collect();
    if rest.is_empty() {
        return Ok((first.matrix, first.gene_ids, first.scale));
    }
    let mut samples = first.matrix.samples.clone();
    for other in &rest {
        if other.scale.value != first.scale.value {
            return Err(CohortError::new(
                "mixed_scales",
                format!(
                    "Two expression matrices are on different scales ({:?} and {:?}).",
                    first.scale.value, other.scale.value
                ),
                "Bring both to one scale, or open one of them.",
            )
            .in_file(&other.file));
        }
        samples.extend(other.matrix.samples.iter().cloned());
        if let Some(sample) = first_repeat(&samples) {
            return Err(duplicate_sample().in_file(&other.file).quoting(sample));
        }
    }
    let indices: Vec<HashMap<&str, usize>> =
        rest.iter().map(|p| p.matrix.genes.iter().enumerate().map(|(at, g)| (g.as_str(), at)).collect()).collect();
    let (mut genes, mut rows) = (Vec::new(), Vec::new());
    for (gene, row) in first.matrix.genes.iter().zip(&first.matrix.rows) {
        let others: Option<Vec<&Box<[f32]>>> = rest
            .iter()
            .zip(&indices)
            .map(|(p, index)| index.get(gene.as_str()).and_then(|at| p.matrix.rows.get(*at)))
            .collect();
        if let Some(others) = others {
            let joined = row.iter().chain(others.into_iter().flat_map(|r| r.iter())).copied();
            rows.push(joined.collect::<Box<[f32]>>());
            genes.push(gene.clone());
        }
    }
    if genes.is_empty() {
        return Err(CohortError::new(
            "no_shared_genes",
            "The expression matrices have no gene in common.",
            "Open matrices whose genes are named by one scheme.",
        )
        .in_file(&rest.first().map(|p| p.file.clone()).unwrap_or_default()));
    }
    warnings.push(format!(
        "{} expression matrices were joined on the {} genes they share (of {} in {}).",
        rest.len() + 1,
        thousands(genes.len()),
        thousands(first.matrix.genes.len()),
        first.file
    ));
    Ok((ExpressionMatrix { genes, samples, rows }, first.gene_ids, first.scale))
}

fn no_matrix(files: &[OpenedFile]) -> CohortError {
    let sheets: Vec<String> = files
        .iter()
        .filter(|f| matches!(f.content, Content::Sheet(_)))
        .map(|f| format!(" {} was taken for a sample sheet: {}", f.name(), f.report.detail))
        .collect();
    let error = CohortError::new(
        "no_matrix",
        format!("No opened file is an expression matrix.{}", sheets.concat()),
        "Open a table with a row per gene and a column per sample (or the other way round), numbers in all other cells.",
    );
    files.first().map_or(error.clone(), |f| error.in_file(f.name()))
}

fn duplicate_sample() -> CohortError {
    CohortError::new(
        "duplicate_sample",
        "Two samples have the same name.",
        "Rename one of them, or remove the repeated measurement.",
    )
}

fn first_repeat(names: &[String]) -> Option<&str> {
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().find(|name| !seen.insert(name.as_str())).map(String::as_str)
}

/// The clinical columns of every sheet, those of one name told apart by their file's.
fn clinical_columns(samples: &[String], sheets: &[(&str, &Sheet)], warnings: &mut Vec<String>) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (file, sheet) in sheets {
        let tall = sheet.align(samples);
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
            continue;
        };
        let unnamed = samples.len() - alignment.matched;
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
        for mut column in sheet.clinical_columns(&alignment) {
            if columns.iter().any(|c| c.name == column.name) {
                column.name = format!("{} ({file})", column.name);
            }
            columns.push(column);
        }
    }
    columns
}

/// Patients from a column called so, else from TCGA barcodes.
fn patients(samples: &[String], columns: &[Column]) -> Vec<Option<String>> {
    let named = columns.iter().find(|c| c.kind == ColumnKind::Text && is_patient_heading(&c.name));
    let from_barcode = |sample: &String| {
        let participant = sample.get(..PARTICIPANT).filter(|_| is_barcode(sample))?;
        Some(participant.replace(['.', '_'], "-").to_ascii_uppercase())
    };
    let from_column = |at: usize| named.and_then(|c| c.values.get(at).cloned().flatten());
    samples.iter().enumerate().map(|(at, sample)| from_column(at).or_else(|| from_barcode(sample))).collect()
}
