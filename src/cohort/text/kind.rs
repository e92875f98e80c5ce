//! What a table is: an expression matrix or a sample sheet, and which of its axes holds the genes.

use super::decoding::field_text;
use super::names::{NamePatterns, is_annotation_heading, is_clinical, is_gene_heading, is_sample_heading};
use super::number::{NumberFault, is_missing, parse_value};
use super::records::Record;
use super::table::TextTable;

/// Share of a column's cells that must be numbers: a damaged cell must not turn a matrix into a sheet.
const NUMERIC_COLUMN: f64 = 0.5;

/// Share of all value cells that must be numbers.
const NUMERIC_TABLE: f64 = 0.75;

/// Share of names that must look like genes for them to be genes.
const GENE_NAMES: f64 = 0.5;

/// A table this wide and all numbers is a matrix even where nothing is known of its names; sheets have fewer columns.
const WIDE: usize = 50;

/// Columns that may describe a gene before its values begin.
const MAX_ANNOTATION: usize = 10;

/// Orientation scores nearer 0 than this leave the decision to the shape.
const SURE: f64 = 0.3;

/// The decision and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cohort) enum TableKind {
    /// Names in field `name_column`, values from field `first_value` up to, not including, `end`.
    Matrix { name_column: usize, first_value: usize, end: usize, because: String },
    /// A table about samples.
    Sheet { because: String },
}

/// Decides from the rows read so far.
pub(in crate::cohort) fn decide(table: &TextTable, comma_allowed: bool) -> TableKind {
    let (end, headings) = headings(table);
    let sheet = |because: &str| TableKind::Sheet { because: because.to_owned() };
    let shares = numeric_shares(table, comma_allowed);
    let annotation = |at: usize| headings.get(at).is_some_and(|h| is_annotation_heading(h));
    let numeric = |at: usize| {
        shares.get(at).is_some_and(|s| s.numbers as f64 > NUMERIC_COLUMN * s.present as f64 || s.present == 0)
    };
    // A column of symbols behind the values, as pandas puts it.
    let (table_end, mut end) = (end, end);
    while end > 2 && !numeric(end - 1) && headings.get(end - 1).is_some_and(|h| is_gene_heading(h)) {
        end -= 1;
    }
    let first_value = (1..end).take(MAX_ANNOTATION + 1).find(|at| numeric(*at) && !annotation(*at)).unwrap_or(end);
    if first_value == end || first_value > MAX_ANNOTATION {
        return sheet("its columns hold words");
    }
    if let Some(word) = (first_value..end).find(|at| !numeric(*at)) {
        let heading = headings.get(word).map(String::as_str).unwrap_or_default();
        return sheet(&format!("column {:?} holds words", shortened(heading)));
    }
    let values = shares.get(first_value..end).unwrap_or_default();
    let present: usize = values.iter().map(|s| s.present).sum();
    let numbers: usize = values.iter().map(|s| s.numbers).sum();
    if (numbers as f64) < NUMERIC_TABLE * present as f64 {
        return sheet("many of its cells hold words");
    }
    let value_headings = headings.get(first_value..end).unwrap_or_default();
    let patterns = NamePatterns::of(value_headings.iter().map(String::as_str));
    let corner = headings.first().map(String::as_str).unwrap_or_default();
    let (name_column, row_patterns) = name_column(table, (0..first_value).chain(end..table_end));
    let rows_are_genes = row_patterns.gene_share() >= GENE_NAMES && !is_sample_heading(corner);
    let columns_are_genes = patterns.gene_share() >= GENE_NAMES && !is_gene_heading(corner);
    let matrix = |because: String| TableKind::Matrix { name_column, first_value, end, because };
    let clinical = value_headings.iter().filter(|h| is_clinical(h)).count();
    if rows_are_genes && clinical * 2 < value_headings.len() {
        return matrix(row_patterns.sentence("row names"));
    }
    if columns_are_genes && clinical * 2 < value_headings.len() {
        return matrix(patterns.sentence("column names"));
    }
    if is_gene_heading(corner) {
        return matrix(format!("its first column is called {:?} and the others hold numbers", shortened(corner)));
    }
    if patterns.barcode_share() >= GENE_NAMES {
        return matrix("its columns are TCGA barcodes and hold numbers".to_owned());
    }
    if clinical > 0 && (value_headings.len() < WIDE || clinical * 2 >= value_headings.len()) {
        return sheet("its headings are clinical");
    }
    let described = (1..first_value).all(annotation) && !is_sample_heading(corner);
    if first_value > 1 && !described {
        return sheet("its first columns hold words and no names look like genes");
    }
    if value_headings.len() < WIDE && is_sample_heading(corner) {
        return sheet("its first column names samples and no heading looks like a gene");
    }
    matrix(format!("all its {} columns after the first hold numbers", value_headings.len()))
}

/// Numbers among the cells that are not missing.
#[derive(Clone, Copy, Default)]
struct NumericShare {
    present: usize,
    numbers: usize,
}

fn numeric_shares(table: &TextTable, comma_allowed: bool) -> Vec<NumericShare> {
    let mut shares = vec![NumericShare::default(); table.width];
    for record in table.records() {
        for (share, field) in shares.iter_mut().zip(record.fields()) {
            let missing = std::str::from_utf8(field).is_ok_and(is_missing);
            share.present += usize::from(!missing);
            let word = parse_value(field, comma_allowed) == Err(NumberFault::NotANumber);
            share.numbers += usize::from(!missing && !word);
        }
    }
    shares
}

/// The headings field by field, and the end of the fields that hold anything. A header one short is R's, which leaves
/// out the name of the row names, unless every row ends with a delimiter.
fn headings(table: &TextTable) -> (usize, Vec<String>) {
    let mut headings = table.header.clone();
    let last_is_empty = table.records().all(|r| r.fields().last().is_some_and(<[u8]>::is_empty));
    let named = headings.first().is_some_and(|h| is_gene_heading(h) || is_sample_heading(h));
    if headings.len() == table.width {
        let trailing = last_is_empty && headings.last().is_some_and(String::is_empty);
        return (table.width - usize::from(trailing), headings);
    }
    if last_is_empty && named {
        return (table.width - 1, headings);
    }
    headings.insert(0, String::new());
    (table.width, headings)
}

/// The headings of fields `from..end`, in step with [`decide`].
pub(in crate::cohort) fn value_headings(table: &TextTable, from: usize, end: usize) -> Vec<String> {
    headings(table).1.get(from..end).unwrap_or_default().to_vec()
}

/// All headings, in step with [`decide`].
pub(in crate::cohort) fn all_headings(table: &TextTable) -> Vec<String> {
    let (end, mut headings) = headings(table);
    headings.truncate(end);
    headings
}

/// Which of these columns (the first of them the table's first) names the genes best, and what its names look like. Another
/// than the first must be clearly better.
pub(in crate::cohort) fn name_column(table: &TextTable, columns: impl Iterator<Item = usize>) -> (usize, NamePatterns) {
    let mut best = (0, name_patterns(table, 0));
    for at in columns.skip(1) {
        let other = name_patterns(table, at);
        if other.gene_share() > best.1.gene_share() + GENE_NAMES {
            best = (at, other);
        }
    }
    best
}

/// What the names in a column look like.
pub(in crate::cohort) fn name_patterns(table: &TextTable, at: usize) -> NamePatterns {
    let field = |r: Record<'_>| r.fields().nth(at).map(|f| field_text(f).0.into_owned());
    let names: Vec<String> = table.records().filter_map(field).collect();
    NamePatterns::of(names.iter().map(String::as_str))
}

/// Which axis holds the genes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cohort) struct Orientation {
    pub(in crate::cohort) genes_in_rows: bool,
    /// False where only the shape speaks: a sample sheet may then overrule it.
    pub(in crate::cohort) sure: bool,
}

/// Decides from all names and the heading of the first column.
pub(in crate::cohort) fn orientation(corner: &str, rows: &[String], columns: &[String]) -> Orientation {
    let row_patterns = NamePatterns::of(rows.iter().map(String::as_str));
    let column_patterns = NamePatterns::of(columns.iter().map(String::as_str));
    let mut score = row_patterns.gene_share() - column_patterns.gene_share();
    score += 2.0 * (column_patterns.barcode_share() - row_patterns.barcode_share());
    if is_gene_heading(corner) {
        score += 2.0;
    } else if is_sample_heading(corner) {
        score -= 2.0;
    }
    let sure = score.abs() >= SURE;
    Orientation { genes_in_rows: if sure { score > 0.0 } else { rows.len() >= columns.len() }, sure }
}

/// A heading short enough for a sentence.
pub(in crate::cohort) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
