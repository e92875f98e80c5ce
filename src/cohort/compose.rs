//! Opened files → one cohort.

use twinpurify_cells::{falls_below_zero, misses_a_value};

use crate::cohort::genes::ids::counted;
use crate::cohort::genes::naming::mouse_names;
use crate::cohort::parts::parts;
use crate::cohort::samples::clinical::{add_labels, clinical_columns};
use crate::cohort::samples::join::{Corrections, join, without_alternatives};
use crate::cohort::samples::outcome::follow_up;
use crate::cohort::samples::patients::patients;
use crate::cohort::samples::roles::detect;
use crate::cohort::samples::sheet::Sheet;
use crate::cohort::sources::platform::Platform;
use crate::cohort::text::opened::{Content, OpenedFile};
use crate::cohort::text::thousands::thousands;
use crate::cohort::values::logarithm::base_in_doubt;
use crate::cohort::{Cohort, CohortError, FileReport, GeneIdKind, GeneSet, ValueScale};

/// Composes a cohort out of opened files, in the order given: one or more expression matrices (several are joined on their
/// shared genes), any number of sample sheets and gene sets.
///
/// # Errors
/// `no_matrix`, `no_shared_genes`, `mixed_scales`, `duplicate_sample`, `no_values`.
pub fn compose(files: &[OpenedFile]) -> Result<Cohort, CohortError> {
    compose_with(files, Corrections::default())
}

/// As [`compose`], with what the person chose to correct.
///
/// # Errors
/// As [`compose`].
pub fn compose_with(files: &[OpenedFile], corrections: Corrections) -> Result<Cohort, CohortError> {
    let mut warnings: Vec<String> = files.iter().flat_map(|f| f.warnings.iter().cloned()).collect();
    // A sheet, and the file whose samples alone it speaks of.
    let mut sheets: Vec<(&str, &Sheet)> = Vec::new();
    let mut own: Vec<usize> = Vec::new();
    let mut platforms: Vec<Platform<'_>> = Vec::new();
    let after_all: Vec<Option<(&Sheet, String)>> = (0..files.len()).map(|at| sheet_after_all(files, at)).collect();
    for (at, file) in files.iter().enumerate() {
        let (sheet, of) = match (&file.content, after_all.get(at)) {
            (Content::Sheet(sheet), _) => (sheet, usize::MAX),
            (_, Some(Some((sheet, _)))) => (*sheet, usize::MAX),
            (Content::Matrix(matrix), _) => match &matrix.described {
                Some(sheet) => (sheet, at),
                None => continue,
            },
            _ => continue,
        };
        if let Some(platform) = Platform::of(file.name(), sheet) {
            platforms.push(platform);
        } else {
            sheets.push((file.name(), sheet));
            own.push(of);
        }
    }
    let parts = without_alternatives(
        parts(files, &|at| after_all.get(at).is_some_and(Option::is_some), &sheets, &platforms, &mut warnings)?,
        &mut warnings,
    );
    let joined = join(parts, corrections, &mut warnings)?.ok_or_else(|| no_matrix(files))?;
    let (mut columns, joins) = clinical_columns(&joined, &sheets, &own, &mut warnings);
    let labels: Vec<_> = files
        .iter()
        .filter_map(|f| match &f.content {
            Content::Labels(labels) => Some((f.name(), labels.as_slice())),
            _ => None,
        })
        .collect();
    add_labels(&joined, &labels, &mut columns, &mut warnings);
    columns.extend(follow_up(&columns));
    let patients = patients(&joined, &columns);
    let matrix = joined.matrix;
    let missing = matrix.rows.iter().filter(|row| misses_a_value(row)).count();
    if missing > 0 {
        warnings.push(format!(
            "{} of {} genes miss a value in at least one sample; training leaves those genes out.",
            thousands(missing),
            thousands(matrix.genes.len())
        ));
    }
    if joined.gene_ids.value == GeneIdKind::Unknown && mouse_names(&matrix.genes).is_none() {
        warnings.push(
            "The gene names follow no known scheme. If they are probe ids, open the platform's table beside the matrix (GEO: the GPL file): pathways find no genes without it."
                .to_owned(),
        );
    }
    if joined.told.scale.value == ValueScale::LogRatio {
        warnings.push(
            "The values are centred on zero (log-ratios or z-scores) and cannot be trained on: open counts, TPM, RSEM or log2 intensities.".to_owned(),
        );
    }
    warnings.extend(base_in_doubt(&matrix.rows, &joined.told.reading()));
    let negative = matrix.rows.iter().any(|row| falls_below_zero(row));
    if negative && matches!(joined.told.scale.value, ValueScale::Counts | ValueScale::Linear) {
        warnings.push("Some values are negative on a linear scale; they count as 0.".to_owned());
    }
    let unused = files.iter().filter(|f| matches!(f.content, Content::Unused)).count();
    if unused > 0 {
        warnings.push(format!("{} nothing here; each says what it is.", counted(unused, "file adds", "files add")));
    }
    let mut gene_sets: Vec<GeneSet> = Vec::new();
    let mut reports: Vec<FileReport> = Vec::new();
    for (file, after_all) in files.iter().zip(&after_all) {
        reports.push(match after_all {
            Some((_, detail)) => {
                FileReport { kind: "sample_sheet".to_owned(), detail: detail.clone(), ..file.report.clone() }
            }
            None => file.report.clone(),
        });
        gene_sets.extend(file.gene_sets().unwrap_or_default().iter().cloned());
    }
    let detected = detect(&matrix.samples, &columns, &joined.normals);
    Ok(Cohort {
        roles: detected.roles.clone(),
        role_reasons: detected.reasons.clone(),
        detected,
        matrix,
        columns,
        patients,
        scale: joined.told.scale,
        logarithm: joined.told.logarithm,
        gene_ids: joined.gene_ids,
        recognised_genes: None,
        gene_sets,
        files: reports,
        sources: joined.files,
        joins,
        warnings,
    })
}

/// Share of a table's rows, or of a matrix's samples, that must be named for the one to be the other's sheet.
const NAMED: f64 = 0.5;

/// A table of numbers whose rows are the samples of another matrix, with more columns, is its sample sheet, whatever its
/// first column is called; with the sentence that says so.
fn sheet_after_all(files: &[OpenedFile], at: usize) -> Option<(&Sheet, String)> {
    let Content::Matrix(own) = &files.get(at)?.content else { return None };
    let sheet = own.sheet.as_ref()?;
    files.iter().enumerate().filter(|(other, _)| *other != at).find_map(|(_, file)| {
        let Content::Matrix(matrix) = &file.content else { return None };
        let (samples, genes) = match matrix.orientation.genes_in_rows {
            true => (matrix.column_names.as_slice(), matrix.row_names.len()),
            false => (matrix.row_names.as_slice(), matrix.column_names.len()),
        };
        let found = sheet.align(samples).filter(|found| found.id_column == 0)?.matched;
        let enough = found as f64 >= NAMED * samples.len().min(sheet.rows()) as f64;
        let detail = format!(
            "{} rows × {} columns (its first column names {found} samples of {}).",
            thousands(sheet.rows()),
            sheet.width(),
            file.name()
        );
        (enough && sheet.width() <= genes).then_some((sheet, detail))
    })
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
