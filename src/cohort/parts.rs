//! Matrix files → genes × samples: turned, named, duplicates collapsed; files of one sample each put side by side.

use std::collections::HashMap;

use crate::cohort::genes::dated::turned_back;
use crate::cohort::genes::ids::{collapse, counted, gene_id_kind};
use crate::cohort::samples::sheet::Sheet;
use crate::cohort::sources::other_tables::{base_name, is_normals_file};
use crate::cohort::sources::platform::Platform;
use crate::cohort::text::names::key;
use crate::cohort::text::opened::{Content, MatrixFile, OpenedFile};
use crate::cohort::text::table::{MinusInfinite, not_finite};
use crate::cohort::text::thousands::thousands;
use crate::cohort::values::scale::{Told, value_scale};
use crate::cohort::{CohortError, Evidence, ExpressionMatrix, GeneIdKind, Reading, Row};

/// One matrix file, or many of one sample each, brought to genes × samples.
pub(super) struct Part {
    /// The file, or the first of them.
    pub(super) file: String,
    /// The file of each sample, as a position among the opened files.
    pub(super) files: Vec<usize>,
    pub(super) matrix: ExpressionMatrix,
    pub(super) gene_ids: Evidence<GeneIdKind>,
    pub(super) told: Told,
    /// The file's name says that it holds normals.
    pub(super) normals: bool,
}

/// A matrix as it lies in one file or in many.
struct Lying<'a> {
    name: &'a str,
    row_names: &'a [String],
    column_names: &'a [String],
    rows: Vec<&'a Row>,
    genes_in_rows: bool,
    minus_infinite: Option<MinusInfinite>,
    said: Option<Reading>,
}

/// Every matrix of the opened files but those that are sample sheets after all.
pub(super) fn parts(
    files: &[OpenedFile],
    is_sheet: &dyn Fn(usize) -> bool,
    sheets: &[(&str, &Sheet)],
    platforms: &[Platform<'_>],
    warnings: &mut Vec<String>,
) -> Result<Vec<Part>, CohortError> {
    let mut parts = Vec::new();
    let mut single: Vec<(usize, &OpenedFile, &MatrixFile)> = Vec::new();
    for (at, file) in files.iter().enumerate() {
        match &file.content {
            Content::Matrix(_) if is_sheet(at) => {}
            Content::Matrix(matrix) if matrix.one_sample => single.push((at, file, matrix)),
            Content::Matrix(matrix) => {
                let genes_in_rows = turned(file.name(), matrix, sheets, warnings);
                let lying = Lying {
                    name: file.name(),
                    row_names: &matrix.row_names,
                    column_names: &matrix.column_names,
                    rows: matrix.rows.iter().collect(),
                    genes_in_rows,
                    minus_infinite: matrix.minus_infinite,
                    said: matrix.said,
                };
                parts.push(part(&lying, &[at], platforms, warnings)?);
            }
            _ => {}
        }
    }
    while let Some((_, _, first)) = single.first() {
        let genes = &first.column_names;
        let (same, others) = single.into_iter().partition(|(.., m)| m.column_names == *genes);
        parts.push(side_by_side(same, sheets, platforms, warnings)?);
        single = others;
    }
    Ok(parts)
}

/// Files of one sample each, over the same genes, as one matrix in the order they were opened. GDC's sample sheet says
/// which sample a file is; of several files of one sample the first is kept.
fn side_by_side(
    files: Vec<(usize, &OpenedFile, &MatrixFile)>,
    sheets: &[(&str, &Sheet)],
    platforms: &[Platform<'_>],
    warnings: &mut Vec<String>,
) -> Result<Part, CohortError> {
    let names = sheets.iter().find_map(|(_, sheet)| names_of_files(sheet)).unwrap_or_default();
    let (mut row_names, mut rows, mut at): (Vec<String>, Vec<&Row>, Vec<usize>) = Default::default();
    let (mut unnamed, mut repeated) = (0, 0);
    for (index, file, matrix) in &files {
        let base = base_name(file.name());
        let sample = names.get(base).or_else(|| names.get(base.strip_suffix(".gz")?)).copied();
        unnamed += usize::from(sample.is_none());
        let sample = sample.or_else(|| matrix.row_names.first().map(String::as_str)).unwrap_or_default();
        if row_names.iter().any(|name| name == sample) {
            repeated += 1;
            continue;
        }
        row_names.push(sample.to_owned());
        rows.extend(matrix.rows.first());
        at.push(*index);
    }
    let file = files.first().map(|(_, file, _)| file.name()).unwrap_or_default();
    if files.len() > 1 {
        warnings.push(format!("{} files of one sample each were put side by side.", thousands(files.len())));
    }
    if unnamed > 0 && !names.is_empty() {
        warnings.push(format!("{unnamed} of them are not in the sample sheet and are called after their files."));
    } else if unnamed > 0 && row_names.iter().any(|name| is_uuid(name)) {
        warnings.push(
            "The samples are called after their files. Open GDC's sample sheet (gdc_sample_sheet.*.tsv) beside them: it says which sample and which tissue each file is.".to_owned(),
        );
    }
    if repeated > 0 {
        warnings.push(format!("{repeated} files are a further measurement of a sample; the first one opened is used."));
    }
    let genes = files.first().map(|(.., m)| m.column_names.as_slice()).unwrap_or_default();
    let minus_infinite = files.iter().find_map(|(.., m)| m.minus_infinite);
    let lying = Lying {
        name: file,
        row_names: &row_names,
        column_names: genes,
        rows,
        genes_in_rows: false,
        minus_infinite,
        said: None,
    };
    part(&lying, &at, platforms, warnings)
}

/// GDC's sample sheet: file → sample.
fn names_of_files<'a>(sheet: &'a Sheet) -> Option<HashMap<&'a str, &'a str>> {
    let column = |name: &str| {
        let at = sheet.headings.iter().position(|h| key(h) == name)?;
        sheet.columns.get(at)
    };
    let (files, samples) = (column("filename")?, column("sampleid")?);
    let pair = |(file, sample): (&'a Option<String>, &'a Option<String>)| {
        Some((file.as_deref()?.trim_end_matches(".gz"), sample.as_deref()?))
    };
    Some(files.iter().zip(samples).filter_map(pair).collect())
}

fn is_uuid(name: &str) -> bool {
    name.len() == 36
        && name
            .bytes()
            .enumerate()
            .all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Whether the genes are in the rows: as the file says, or as a sample sheet shows where it says nothing.
fn turned(name: &str, file: &MatrixFile, sheets: &[(&str, &Sheet)], warnings: &mut Vec<String>) -> bool {
    let genes_in_rows = file.orientation.genes_in_rows;
    if file.orientation.sure {
        return genes_in_rows;
    }
    let known =
        |names: &[String]| sheets.iter().filter_map(|(_, s)| s.align(names)).map(|a| a.matched).max().unwrap_or(0);
    let (rows, columns) = (known(&file.row_names), known(&file.column_names));
    if rows == columns || (columns > rows) == genes_in_rows {
        return genes_in_rows;
    }
    let axis = if genes_in_rows { "rows" } else { "columns" };
    warnings.push(format!("{name}: a sample sheet shows that the samples are its {axis}."));
    !genes_in_rows
}

/// Genes × samples: ids cleaned, probes named, duplicates collapsed. `files` are the samples' or the one of all.
fn part(
    lying: &Lying<'_>,
    files: &[usize],
    platforms: &[Platform<'_>],
    warnings: &mut Vec<String>,
) -> Result<Part, CohortError> {
    let Lying { name, genes_in_rows, .. } = *lying;
    let (gene_names, samples) =
        if genes_in_rows { (lying.row_names, lying.column_names) } else { (lying.column_names, lying.row_names) };
    let named = platforms.iter().find_map(|platform| platform.name(gene_names));
    if let Some((_, sentence)) = &named {
        warnings.push(format!("{name}: {sentence}"));
    }
    let gene_names = named.as_ref().map_or(gene_names, |(genes, _)| genes);
    let (gene_names, dated) = turned_back(gene_names);
    warnings.extend(dated.iter().map(|w| format!("{name}: {w}")));
    if let Some(sample) = first_repeat(samples) {
        return Err(duplicate_sample().in_file(name).quoting(sample));
    }
    let value = |gene: usize, sample: usize| {
        let (row, column) = if genes_in_rows { (gene, sample) } else { (sample, gene) };
        lying.rows.get(row).and_then(|r| r.get(column)).copied().unwrap_or(f32::NAN)
    };
    let mean = |gene: usize| {
        let present = (0..samples.len()).map(|s| value(gene, s)).filter(|v| v.is_finite());
        let (sum, count) = present.fold((0.0, 0_usize), |(sum, n), v| (sum + f64::from(v), n + 1));
        if count == 0 { f64::NAN } else { sum / count as f64 }
    };
    let kept = collapse(&gene_names, mean);
    warnings.extend(kept.warnings.iter().map(|w| format!("{name}: {w}")));
    let rows: Vec<Row> = kept
        .rows
        .iter()
        .map(|gene| match lying.rows.get(*gene) {
            Some(row) if genes_in_rows => Row::clone(row),
            _ => (0..samples.len()).map(|s| value(*gene, s)).collect(),
        })
        .collect();
    let mut matrix = ExpressionMatrix { genes: kept.genes, samples: samples.to_vec(), rows };
    if matrix.rows.iter().flatten().all(|v| v.is_nan()) {
        return Err(CohortError::new(
            "no_values",
            "Every value of the expression matrix is missing.",
            "Check the delimiter and the decimal mark, or save the table again.",
        )
        .in_file(name));
    }
    let files = match files {
        [one] => vec![*one; samples.len()],
        many => many.to_vec(),
    };
    let told = value_scale(&matrix, lying.minus_infinite.is_some()).said_by_file(lying.said);
    if let Some(place) = lying.minus_infinite {
        let said = nothing_logged(&mut matrix, &told, place).map_err(|e| e.in_file(name))?;
        warnings.push(format!("{name}: {said}"));
    }
    let gene_ids = gene_id_kind(&gene_names);
    Ok(Part { file: name.to_owned(), files, gene_ids, told, matrix, normals: is_normals_file(name) })
}

/// Below the lowest value by this much (log2): a thousandth of it, nothing as levels go, and still a number.
const NOTHING: f64 = 10.0;

/// Minus infinity is the logarithm of nothing: it becomes the logarithm of the offset, or where nothing was added a value
/// far below the others. On another scale it is refused where it first stood.
fn nothing_logged(matrix: &mut ExpressionMatrix, told: &Told, place: MinusInfinite) -> Result<String, CohortError> {
    let (Some(log), Some(base)) = (told.logarithm, told.scale.value.base()) else {
        return Err(not_finite().at_line(place.line).at_column(place.column).quoting("-Inf"));
    };
    let lowest = matrix.rows.iter().flatten().copied().filter(|v| v.is_finite()).fold(0.0, f32::min);
    let nothing = if log.offset > 0.0 {
        (f64::from(log.offset).ln() / base.ln()) as f32
    } else {
        lowest - (NOTHING / base.log2()) as f32
    };
    let mut count = 0;
    // Rows without one stay the file's own.
    for row in matrix.rows.iter_mut().filter(|row| row.iter().any(|v| v.is_infinite())) {
        for value in row.iter_mut().filter(|v| v.is_infinite()) {
            *value = nothing;
            count += 1;
        }
    }
    Ok(format!(
        "{} minus infinity, the logarithm of nothing, and {} as an expression of 0.",
        counted(count, "value is", "values are"),
        if count == 1 { "counts" } else { "count" }
    ))
}

pub(super) fn duplicate_sample() -> CohortError {
    CohortError::new(
        "duplicate_sample",
        "Two samples have the same name.",
        "Rename one of them, or remove the repeated measurement.",
    )
}

fn first_repeat(names: &[String]) -> Option<&str> {
    let mut seen = std::collections::HashSet::with_capacity(names.len());
    names.iter().find(|name| !seen.insert(name.as_str())).map(String::as_str)
}
