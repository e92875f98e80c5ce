//! Records → a matrix, a sheet or gene sets.

use super::decoding::field_text;
use super::dialect::{Dialect, Shape};
use super::kind::{TableKind, decide, name_column, name_patterns, value_headings};
use super::limits::{DECIDING_BYTES, DECIDING_ROWS};
use super::names::{NamePatterns, is_ensembl, is_gene_heading, is_symbol, key, symbol_entrez};
use super::number::is_not_known;
use super::read_table::{ReadTable, Table, no_rows};
use super::records::Record;
use super::table::{NumericTable, TextTable};
use crate::cohort::samples::sheet::Sheet;
use crate::cohort::sources::broad::{GctSize, SetsInColumns};
use crate::cohort::sources::other_tables::samples_of_columns;
use crate::cohort::{CohortError, GeneSet};

enum Sink {
    Header,
    Undecided(TextTable),
    Matrix(NumericTable),
    Sheet(TextTable, String),
    GeneSets(Vec<GeneSet>),
    SetsInColumns(SetsInColumns),
}

/// Takes the records of one text.
pub(in crate::cohort) struct Rows {
    dialect: Dialect,
    /// GCT 1.3: the rows above the values, which describe the samples.
    about_samples: Vec<Vec<String>>,
    one_sample: bool,
    sink: Sink,
    header_line: usize,
    corner: String,
    first_value: usize,
    because: String,
    other_encoding: usize,
    notes: Vec<String>,
    /// A small matrix of which nothing but a heading or its shape says that it is one: its words, should another file show
    /// that it is a sample sheet.
    words: Option<TextTable>,
}

impl Rows {
    pub(in crate::cohort) fn new(dialect: Dialect) -> Self {
        let sink = match dialect.shape {
            Shape::Sets => Sink::GeneSets(Vec::new()),
            Shape::SetsInColumns => Sink::SetsInColumns(SetsInColumns::default()),
            Shape::Table | Shape::Labels | Shape::Note => Sink::Header,
        };
        Rows {
            dialect,
            about_samples: Vec::new(),
            one_sample: false,
            sink,
            header_line: 1,
            corner: String::new(),
            first_value: 1,
            because: String::new(),
            other_encoding: 0,
            notes: Vec::new(),
            words: None,
        }
    }

    pub(in crate::cohort) fn take(&mut self, record: Record<'_>) -> Result<(), CohortError> {
        match &mut self.sink {
            Sink::GeneSets(sets) => {
                sets.extend(gene_set(record));
                return Ok(());
            }
            Sink::SetsInColumns(sets) => {
                sets.push(record.fields());
                return Ok(());
            }
            Sink::Header => return self.header(record),
            _ => {}
        }
        if record.len() != self.dialect.width {
            // GEO ends its tables with a line of its own.
            let first = record.fields().next().unwrap_or_default();
            if record.len() == 1 && first.starts_with(b"!") {
                return Ok(());
            }
            // STAR's sums have fewer columns than its genes in some releases; they are left out in any case.
            if self.one_sample && is_mapper_sum(first) {
                return Ok(());
            }
            return Err(ragged(record, self.dialect.width));
        }
        let about_samples = self.dialect.gct.map_or(0, |gct| gct.about_samples);
        if self.about_samples.len() < about_samples {
            self.about_samples.push(record.fields().map(|f| field_text(f).0.into_owned()).collect());
            return Ok(());
        }
        match &mut self.sink {
            Sink::Matrix(values) => {
                if let Some(words) = &mut self.words {
                    words.push(record)?;
                }
                self.words.take_if(|w| w.rows() > MOST_SHEET_ROWS || w.text_bytes() > MOST_SHEET_TEXT);
                values.push(record)
            }
            Sink::Sheet(table, _) => table.push(record),
            // Firehose: the second line says what was measured, once per sample.
            Sink::Undecided(table) if table.rows() == 0 && is_firehose_measure(&table.header, record) => Ok(()),
            Sink::Undecided(table) => {
                table.push(record)?;
                if table.rows() >= DECIDING_ROWS || table.text_bytes() >= DECIDING_BYTES {
                    self.decide()?;
                }
                Ok(())
            }
            Sink::Header | Sink::GeneSets(_) | Sink::SetsInColumns(_) => Ok(()),
        }
    }

    fn header(&mut self, record: Record<'_>) -> Result<(), CohortError> {
        let width = self.dialect.width;
        if record.len() != width && record.len() + 1 != width {
            return Err(CohortError::new(
                "header_mismatch",
                format!("The header has {} columns and the rows have {width}.", record.len()),
                "Give the header one name per column (the name above the row names may be left out).",
            )
            .at_line(record.line)
            .at_column(record.len().min(width) + 1));
        }
        let mut header = Vec::with_capacity(width);
        for field in record.fields() {
            let (text, other) = field_text(field);
            self.other_encoding += usize::from(other);
            header.push(text.into_owned());
        }
        if let Some(first) = header.first_mut().filter(|first| first.starts_with('#')) {
            *first = first.trim_start_matches('#').trim().to_owned();
        }
        if let [first, counts @ ..] = header.as_slice()
            && counts.len() == 3
            && is_mapper_sum(first.as_bytes())
            && counts.iter().all(|n| n.parse::<u64>().is_ok())
        {
            // STAR's ReadsPerGene: unstranded counts, then those of either strand, and no header.
            self.notes.push("of STAR's three columns of counts the first (unstranded) was read.".to_owned());
            return self.without_header(record, &["gene_id", COUNT, "forward", "reverse"]);
        }
        if let [gene, count] = header.as_slice()
            && is_gene_row(gene, count)
        {
            // HTSeq and many supplementary files: a gene and a count a line, and no header.
            return self.without_header(record, &["gene_id", COUNT]);
        }
        if looks_like_values(&header) {
            return Err(CohortError::new(
                "no_header",
                "The first line holds values, not names.",
                "Add a first line with the names of the samples.",
            )
            .at_line(record.line)
            .at_column(2)
            .quoting(header.get(1).map(String::as_str).unwrap_or_default()));
        }
        self.header_line = record.line;
        self.one_sample = one_sample_value(&header).is_some();
        self.sink = Sink::Undecided(TextTable::new(header, width));
        Ok(())
    }

    /// The first record is one of the values.
    fn without_header(&mut self, record: Record<'_>, headings: &[&str]) -> Result<(), CohortError> {
        self.header_line = record.line;
        self.one_sample = true;
        let mut table = TextTable::new(headings.iter().map(|h| (*h).to_owned()).collect(), self.dialect.width);
        table.push(record)?;
        self.sink = Sink::Undecided(table);
        Ok(())
    }

    fn decide(&mut self) -> Result<(), CohortError> {
        let sink = std::mem::replace(&mut self.sink, Sink::Header);
        let Sink::Undecided(table) = sink else {
            self.sink = sink;
            return Ok(());
        };
        let comma_allowed = self.dialect.delimiter != b',';
        let kind = match self.dialect.gct {
            Some(gct) => Some(gct_kind(&table, gct)),
            None if self.one_sample => one_sample_kind(&table),
            None => None,
        };
        self.one_sample &= kind.is_some();
        match kind.unwrap_or_else(|| decide(&table, comma_allowed)) {
            TableKind::Sheet { because } => self.sink = Sink::Sheet(table, because),
            TableKind::Matrix { name_column, first_value, end, because } => {
                self.corner = value_headings(&table, 0, 1).into_iter().next().unwrap_or_default();
                self.first_value = first_value;
                self.because = because;
                let mut columns = value_headings(&table, first_value, end);
                if let Some(samples) = samples_of_columns(&columns) {
                    let (column, sample) = (columns.first(), samples.first());
                    self.notes.push(format!(
                        "the columns are called after files; each is the sample of its file ({} is {}).",
                        column.map(String::as_str).unwrap_or_default(),
                        sample.map(String::as_str).unwrap_or_default()
                    ));
                    columns = samples;
                }
                let name_at = name_column;
                if name_at > 0 {
                    let heading = value_headings(&table, name_at, name_at + 1).into_iter().next().unwrap_or_default();
                    self.notes.push(format!("the rows are named by column {heading:?}, not by the first."));
                }
                let mut values = NumericTable::new(columns, name_at, first_value, comma_allowed);
                for record in table.records() {
                    values.push(record)?;
                }
                let names_genes = name_patterns(&table, name_at).gene_share() >= SURE_GENES
                    || NamePatterns::of(values.columns.iter().map(String::as_str)).gene_share() >= SURE_GENES;
                let sure = names_genes || self.one_sample || self.dialect.gct.is_some();
                self.words = (!sure && table.width <= MOST_SHEET_COLUMNS).then_some(table);
                self.sink = Sink::Matrix(values);
            }
        }
        Ok(())
    }

    pub(in crate::cohort) fn finish(mut self) -> Result<ReadTable, CohortError> {
        if let Sink::Undecided(table) = &self.sink {
            if table.rows() == 0 {
                return Err(no_rows(self.header_line));
            }
            self.decide()?;
        }
        let mut notes = self.notes;
        let mut described = None;
        if let (Some(gct), Sink::Matrix(values)) = (self.dialect.gct, &self.sink) {
            if (gct.rows, gct.columns) != (values.names.len(), values.columns.len()) {
                notes.push(format!(
                    "the second line promises {} rows and {} samples and the file holds {} and {}; it may have been cut off.",
                    gct.rows, gct.columns, values.names.len(), values.columns.len()
                ));
            }
            described = about_samples(&self.about_samples, &values.columns, self.first_value);
        }
        let table = match self.sink {
            Sink::Matrix(values) => Table::Matrix {
                words: self.words,
                one_sample: self.one_sample,
                values,
                corner: self.corner,
                header_line: self.header_line,
                first_value: self.first_value,
                because: self.because,
            },
            Sink::Sheet(table, because) => Table::Sheet { table, because },
            Sink::GeneSets(sets) => Table::GeneSets(sets),
            Sink::SetsInColumns(sets) => Table::GeneSets(sets.finish()),
            Sink::Header | Sink::Undecided(_) => return Err(no_rows(self.header_line)),
        };
        Ok(ReadTable {
            table,
            dialect: self.dialect,
            other_encoding: self.other_encoding,
            described,
            notes,
            said: None,
        })
    }
}

/// A sample sheet that was taken for a matrix has at most this many rows, columns and bytes.
const MOST_SHEET_ROWS: usize = 20_000;
const MOST_SHEET_COLUMNS: usize = 300;
const MOST_SHEET_TEXT: usize = 4 << 20;

/// Share of the names of one axis that look like genes from which on a matrix is no sheet.
const SURE_GENES: f64 = 0.5;

/// Heading of the counts of a file without a header.
const COUNT: &str = "count";

/// Files of one sample, by a heading only they have, and the column that holds the values: GDC's STAR counts, RSEM,
/// Salmon.
const ONE_SAMPLE: [(&str, &str); 3] =
    [("tpmunstranded", "tpmunstranded"), ("expectedcount", "tpm"), ("numreads", "tpm")];

/// Where the values of a file of one sample stand.
fn one_sample_value(headings: &[String]) -> Option<usize> {
    let at = |name: &str| headings.iter().position(|h| key(h) == name);
    ONE_SAMPLE.iter().find_map(|(sign, value)| at(sign).and_then(|_| at(value))).filter(|at| *at > 0)
}

/// `ENSG00000141510.17 3042`: a gene and a whole number.
fn is_gene_row(gene: &str, count: &str) -> bool {
    let named = is_ensembl(gene) || symbol_entrez(gene).is_some() || is_symbol(gene) && !is_gene_heading(gene);
    named && count.parse::<f64>().is_ok()
}

fn is_mapper_sum(name: &[u8]) -> bool {
    name.starts_with(b"N_") || name.starts_with(b"__")
}

fn one_sample_kind(table: &TextTable) -> Option<TableKind> {
    let counted = table.header.get(1).filter(|_| matches!(table.width, 2 | 4)).is_some_and(|h| h == COUNT);
    let at = if counted { Some(1) } else { one_sample_value(&table.header) }?;
    let heading = table.header.get(at)?;
    let because = if counted { "a gene and a number a line".to_owned() } else { format!("column {heading:?}") };
    Some(TableKind::Matrix { name_column: 0, first_value: at, end: at + 1, because })
}

/// GCT 1.3 says itself where its values begin; 1.2 has one column of descriptions.
fn gct_kind(table: &TextTable, gct: GctSize) -> TableKind {
    let described = table.header.get(1).is_some_and(|h| key(h) == "description");
    let about = if gct.about_genes == 0 && described { 1 } else { gct.about_genes };
    let first_value = (1 + about).min(table.width);
    let because = format!("its second line says {} genes and {} samples", gct.rows, gct.columns);
    TableKind::Matrix { name_column: name_column(table, 0..first_value).0, first_value, end: table.width, because }
}

/// The rows above a GCT's values as a sheet with a row per sample.
fn about_samples(rows: &[Vec<String>], samples: &[String], first_value: usize) -> Option<Sheet> {
    let mut headings = vec!["sample".to_owned()];
    let mut columns = vec![samples.iter().cloned().map(Some).collect::<Vec<_>>()];
    for row in rows {
        headings.push(row.first().cloned().unwrap_or_default());
        let cell = |at: usize| row.get(first_value + at).filter(|c| !is_not_known(c)).cloned();
        columns.push((0..samples.len()).map(cell).collect());
    }
    (!rows.is_empty()).then(|| Sheet::new(headings, columns, samples.len()).0)
}

fn is_firehose_measure(header: &[String], record: Record<'_>) -> bool {
    let mut fields = record.fields();
    let corner = fields.next().is_some_and(|first| first == b"gene_id" || first == b"Composite Element REF");
    let measure = fields.next().unwrap_or_default();
    let one = !measure.is_empty() && fields.all(|field| field == measure);
    corner && one && header.first().is_some_and(|h| h.eq_ignore_ascii_case("Hybridization REF"))
}

fn gene_set(record: Record<'_>) -> Option<GeneSet> {
    let mut fields = record.fields().map(|f| field_text(f).0.into_owned());
    let name = fields.next().filter(|name| !name.is_empty())?;
    let mut seen = std::collections::HashSet::new();
    let genes = fields.skip(1).filter(|gene| !gene.is_empty() && seen.insert(gene.clone())).collect();
    Some(GeneSet { name, genes })
}

/// Half of the headings after the first are decimal numbers: a table without a header. (Whole numbers are Entrez ids.)
fn looks_like_values(header: &[String]) -> bool {
    let rest = header.get(1..).unwrap_or_default();
    let values = rest.iter().filter(|h| h.contains('.') && h.parse::<f64>().is_ok()).count();
    // R makes repeated headings "1.1"; two decimals of it are not enough to refuse a file.
    values * 2 > rest.len() && rest.iter().any(|h| h.parse::<f64>().is_ok_and(|v| v <= 0.0 || v.fract() > 0.0))
}

fn ragged(record: Record<'_>, width: usize) -> CohortError {
    let quote = if record.spans_lines() { " A quotation mark opened in this row closes on a later line." } else { "" };
    CohortError::new(
        "ragged_row",
        format!("A row has {} columns where the others have {width}.{quote}", record.len()),
        "Complete this row, or save the table again; the file may have been cut off here.",
    )
    .at_line(record.line)
    .at_column(record.len().min(width) + 1)
    .quoting(&record.fields().next().map(|f| field_text(f).0.into_owned()).unwrap_or_default())
}
