//! Purified expression as text: tab-separated values and GCT 1.3, a block of genes at a time.
//!
//! A gene without a purified value, and a value that was not measured, is an empty cell in a TSV and `NaN` in a GCT, whose
//! readers expect a number. Text is made safe as in every table; a GCT knows no quotes, so a tab or a line end in a name is a
//! space there.

use std::borrow::Cow;
use std::fmt::Write;

use super::{number, text};
use crate::container::written::About;

/// `gene, source, r2`: where each gene's purified values come from.
pub fn expression_genes(about: &About) -> String {
    let rows = about.genes.iter().zip(&about.sources).zip(&about.r2);
    let rows = rows
        .map(|((gene, source), r2)| [text(gene), source.as_str().into(), number(r2.map_or(f32::NAN, |v| v as f32))]);
    super::table(["gene", "source", "r2"], rows)
}

/// The first line of a TSV: `gene`, then the samples.
pub(in crate::session) fn tsv_head(about: &About) -> String {
    let mut line = String::from("gene");
    for sample in &about.samples {
        line.push('\t');
        push_quoted(&mut line, sample);
    }
    line.push('\n');
    line
}

/// Genes of a TSV from the `first` on; `values` are genes × samples row by row.
pub(in crate::session) fn tsv_rows(about: &About, first: usize, values: &[f32]) -> String {
    let mut lines = String::with_capacity(12 * values.len());
    for (gene, row) in about.genes[first..].iter().zip(values.chunks_exact(about.samples.len().max(1))) {
        push_quoted(&mut lines, gene);
        push_values(&mut lines, row, "");
    }
    lines
}

/// What stands above the values in a GCT 1.3: its sizes, the samples, and the columns of their sheet.
pub(in crate::session) fn gct_head(about: &About) -> String {
    let (genes, samples, columns) = (about.genes.len(), about.samples.len(), about.columns.len());
    let mut head = format!("#1.3\n{genes}\t{samples}\t2\t{columns}\nid\tsource\tr2");
    about.samples.iter().for_each(|sample| push_plain(&mut head, sample));
    head.push('\n');
    for column in &about.columns {
        head.push_str(&plain(&column.name));
        head.push_str("\tNA\tNA");
        column.values.iter().for_each(|cell| push_plain(&mut head, cell.as_deref().unwrap_or("NA")));
        head.push('\n');
    }
    head
}

/// Genes of a GCT from the `first` on.
pub(in crate::session) fn gct_rows(about: &About, first: usize, values: &[f32]) -> String {
    let mut lines = String::with_capacity(12 * values.len());
    for (at, row) in (first..about.genes.len()).zip(values.chunks_exact(about.samples.len().max(1))) {
        lines.push_str(&plain(&about.genes[at]));
        lines.push('\t');
        lines.push_str(&about.sources[at]);
        lines.push('\t');
        match about.r2[at] {
            Some(r2) => push_number(&mut lines, r2 as f32),
            None => lines.push_str("NaN"),
        }
        push_values(&mut lines, row, "NaN");
    }
    lines
}

fn push_values(lines: &mut String, row: &[f32], missing: &str) {
    for value in row {
        lines.push('\t');
        if value.is_finite() { push_number(lines, *value) } else { lines.push_str(missing) }
    }
    lines.push('\n');
}

fn push_number(lines: &mut String, value: f32) {
    // Writing to a String cannot fail.
    let _ = write!(lines, "{value}");
}

/// Quoted where a reader of tabs needs it (RFC 4180 with tabs).
fn push_quoted(lines: &mut String, cell: &str) {
    let cell = text(cell);
    if cell.contains(['\t', '"', '\n', '\r']) {
        lines.push('"');
        lines.push_str(&cell.replace('"', "\"\""));
        lines.push('"');
    } else {
        lines.push_str(&cell);
    }
}

fn push_plain(lines: &mut String, cell: &str) {
    lines.push('\t');
    lines.push_str(&plain(cell));
}

fn plain(cell: &str) -> Cow<'_, str> {
    let safe = text(cell);
    if safe.contains(['\t', '\n', '\r']) { safe.replace(['\t', '\n', '\r'], " ").into() } else { safe }
}
