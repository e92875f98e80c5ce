//! The first lines of a file → delimiter, width, header form, and what the file surely is not.

use memchr::memchr;

use super::limits::PREFIX_RECORDS;
use super::names::{NamePatterns, is_gene_heading, is_sample_heading};
use crate::cohort::CohortError;
use crate::cohort::sources::broad::{GctSize, gct_size, is_cls, is_gmx};

/// How a file's records are cut into fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cohort) struct Dialect {
    pub(in crate::cohort) delimiter: u8,
    /// Off for gene sets, whose descriptions may hold single quotation marks.
    pub(in crate::cohort) quoting: bool,
    /// Fields in a row; gene sets have no fixed width.
    pub(in crate::cohort) width: usize,
    /// Lines before the header that are not part of the table (comments, GCT's first two).
    pub(in crate::cohort) skipped_lines: usize,
    /// What its records are.
    pub(in crate::cohort) shape: Shape,
    /// What a GCT file says of its size.
    pub(in crate::cohort) gct: Option<GctSize>,
}

/// What the records of a text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cohort) enum Shape {
    /// A header and rows of one width.
    Table,
    /// GMT: each gene set on its line, of any length.
    Sets,
    /// GMX: each gene set in its column, of any length.
    SetsInColumns,
    /// CLS: no records at all.
    Labels,
    /// `key: value` lines about another file.
    Note,
}

impl Dialect {
    /// Tab-separated text of any width.
    pub(in crate::cohort) fn tabs(shape: Shape, skipped_lines: usize) -> Self {
        Dialect { delimiter: b'\t', quoting: false, width: 0, skipped_lines, shape, gct: None }
    }
}

/// In order of preference where two fit equally well; a space only where nothing else fits.
const DELIMITERS: [u8; 5] = [b'\t', b',', b';', b'|', b' '];

/// Share of rows that must agree in width for a delimiter to be believed.
const AGREEMENT: f64 = 0.5;

/// Decides from `prefix`, the first lines of the file (`whole`: all of it). `name` breaks one tie only: gene sets of
/// equal length look like a table of words.
pub(in crate::cohort) fn sniff(prefix: &[u8], whole: bool, name: &str) -> Result<Dialect, CohortError> {
    refuse_other_formats(prefix)?;
    if is_cls(prefix) {
        return Ok(Dialect::tabs(Shape::Labels, 0));
    }
    // cBioPortal's meta_*.txt and case lists lie in every study folder.
    if prefix.split(|b| *b == b'\n').take(PREFIX_RECORDS).any(|line| line.starts_with(b"cancer_study_identifier:")) {
        return Ok(Dialect::tabs(Shape::Note, 0));
    }
    let skipped_lines = preamble(prefix);
    let gct = gct_size(prefix);
    let mut text = prefix;
    for _ in 0..skipped_lines {
        text = after_line(text);
    }
    let text = if whole { text } else { complete_lines(text) };
    if is_gmx(text, called(name, ".gmx")) {
        return Ok(Dialect::tabs(Shape::SetsInColumns, skipped_lines));
    }
    if gene_sets(text, name) {
        return Ok(Dialect::tabs(Shape::Sets, skipped_lines));
    }
    let mut best: Option<(f64, Dialect)> = None;
    for delimiter in DELIMITERS {
        let widths = widths(text, delimiter, true);
        let Some(&header) = widths.first() else {
            continue;
        };
        let rows = widths.get(1..).unwrap_or_default();
        let width = if rows.is_empty() { header } else { most_common(rows) };
        if width < 2 || header < 2 && width > 2 {
            continue;
        }
        let agreeing = rows.iter().filter(|w| **w == width).count() as f64 / rows.len().max(1) as f64;
        // A header one short is R's, or a decimal comma in every row: what fits exactly goes before it.
        let fits = if header == width { 1.0 } else { 0.99 };
        let fits = if header == width || header + 1 == width { fits } else { 0.6 };
        let score = if rows.is_empty() { 1.0 } else { agreeing } * fits;
        let wanted = best.as_ref().is_none_or(|(b, _)| score > *b) && score >= AGREEMENT;
        if wanted && !(delimiter == b' ' && best.is_some()) {
            best = Some((score, Dialect { delimiter, quoting: true, width, skipped_lines, shape: Shape::Table, gct }));
        }
    }
    best.map(|(_, dialect)| dialect).ok_or_else(|| {
        let first = text.split(|b| *b == b'\n').find(|line| !line.is_empty()).unwrap_or_default();
        CohortError::new(
            "one_column",
            "The lines do not split into columns at tabs, commas, semicolons, bars or spaces.",
            "Save the table as tab-separated or comma-separated text.",
        )
        .at_line(skipped_lines + 1)
        .quoting(&String::from_utf8_lossy(first.get(..200).unwrap_or(first)))
    })
}

/// Formats people open by mistake, told by what their first bytes are.
fn refuse_other_formats(prefix: &[u8]) -> Result<(), CohortError> {
    let start = prefix.trim_ascii_start();
    if start.is_empty() {
        return Err(CohortError::new("empty_file", "The file is empty.", "Download or save it again.").at_line(1));
    }
    let begins = |word: &str| start.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()));
    if begins("<!doctype")
        || begins("<html")
        || begins("<?xml")
        || begins("<head")
        || begins("<body")
        || begins("<table")
        || begins("<div")
        || begins("<!--")
    {
        return Err(CohortError::new(
            "html_file",
            "This is a web page, not a table: the download link led to a page.",
            "Open the link in a browser and save the file itself.",
        )
        .at_line(1));
    }
    if begins("{") || begins("[{") {
        return Err(CohortError::new(
            "json_file",
            "This is JSON, not a table.",
            "Open the table it came with; of a GDC download, the sample sheet (tsv) says what the metadata would.",
        )
        .at_line(1));
    }
    if begins("PK\u{3}\u{4}") {
        return Err(CohortError::new(
            "spreadsheet_or_zip",
            "This is an Excel workbook or a zip archive.",
            "Save the sheet as tab-separated text, or unpack the archive and open what is inside.",
        ));
    }
    if memchr(0, prefix).is_some() {
        return Err(CohortError::new(
            "binary_file",
            "This is a binary file, or UTF-16 text without a byte order mark.",
            "Save the table as UTF-8 text (R: write.table, Python: to_csv).",
        ));
    }
    Ok(())
}

/// Comment lines (`#`, `!`, `^`) and GCT's dimensions before the header. One single `#` line as wide as the next is the header.
fn preamble(prefix: &[u8]) -> usize {
    let mut rest = prefix;
    let mut lines = 0;
    let gct = prefix.starts_with(b"#1.");
    while matches!(rest.first(), Some(b'#' | b'!' | b'^' | b'\n')) {
        rest = after_line(rest);
        lines += 1;
    }
    if lines == 1 && prefix.first() == Some(&b'#') && !gct {
        let tabs = |text: &[u8]| first_line(text).iter().filter(|b| **b == b'\t').count();
        if tabs(prefix) > 0 && tabs(prefix) == tabs(rest) {
            return 0;
        }
    }
    if gct && lines == 1 && first_line(rest).iter().all(|b| b.is_ascii_digit() || *b == b'\t') { 2 } else { lines }
}

/// Gene sets: tab-separated, no header; lines of many lengths whose cells are words or Entrez ids, never decimals.
fn gene_sets(text: &[u8], name: &str) -> bool {
    let widths = widths(text, b'\t', false);
    let rows = text.split(|b| *b == b'\n').filter(|line| !line.is_empty()).take(PREFIX_RECORDS);
    let mut numbers = 0;
    let mut described = 0;
    let mut lines = 0;
    let mut cells = 0;
    for row in rows {
        lines += 1;
        let mut fields = row.split(|b| *b == b'\t').skip(1);
        described += usize::from(fields.next().is_some_and(|f| !is_number(f)));
        for field in fields {
            cells += 1;
            numbers += usize::from(is_number(field) && (field.contains(&b'.') || field.len() < 2) || field.is_empty());
        }
    }
    let common = most_common(&widths);
    let agreeing = widths.iter().filter(|w| **w == common).count();
    let named = |text: &[u8]| {
        NamePatterns::of(std::str::from_utf8(text).unwrap_or_default().split('\t').skip(2).map(str::trim)).gene_share()
            >= 0.5
    };
    let ragged = if lines == 1 { named(first_line(text)) } else { agreeing * 2 <= lines };
    let corner = std::str::from_utf8(first_line(text)).unwrap_or_default().split('\t').next().unwrap_or_default();
    let headed = is_gene_heading(corner) || is_sample_heading(corner);
    let shape = lines > 0 && widths.iter().all(|w| *w >= 2) && widths.iter().any(|w| *w >= 3);
    let words = cells > 0 && numbers * 20 <= cells && described * 10 >= lines * 9;
    shape && words && !headed && (ragged || called(name, ".gmt"))
}

/// Whether a file's name has this ending, packed or not.
fn called(name: &str, ending: &str) -> bool {
    name.to_ascii_lowercase().trim_end_matches(".gz").ends_with(ending)
}

fn is_number(field: &[u8]) -> bool {
    std::str::from_utf8(field).is_ok_and(|f| f.parse::<f32>().is_ok())
}

/// Field counts of the first records, quotation marks respected; GEO's own lines (`!series_matrix_table_end`) apart.
fn widths(text: &[u8], delimiter: u8, quoting: bool) -> Vec<usize> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(quoting)
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    let records = reader.byte_records().take(PREFIX_RECORDS).map_while(Result::ok);
    records.filter(|r| r.len() != 1 || r.get(0).is_none_or(|f| !f.starts_with(b"!"))).map(|r| r.len()).collect()
}

/// The most frequent number, the larger where two are equally frequent; 0 for none.
fn most_common(numbers: &[usize]) -> usize {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b);
    runs.max_by_key(|run| (run.len(), run.first().copied())).and_then(|run| run.first()).copied().unwrap_or(0)
}

fn first_line(text: &[u8]) -> &[u8] {
    text.get(..memchr(b'\n', text).unwrap_or(text.len())).unwrap_or_default()
}

fn after_line(text: &[u8]) -> &[u8] {
    memchr(b'\n', text).and_then(|at| text.get(at + 1..)).unwrap_or_default()
}

fn complete_lines(text: &[u8]) -> &[u8] {
    memchr::memrchr(b'\n', text).and_then(|at| text.get(..=at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(text: &str) -> (char, usize) {
        let dialect = sniff(text.as_bytes(), true, "x").unwrap();
        assert_eq!(dialect.shape, Shape::Table, "{text}");
        (dialect.delimiter as char, dialect.width)
    }

    fn code(text: &[u8]) -> &'static str {
        sniff(text, true, "x").unwrap_err().code
    }

    #[test]
    fn delimiters() {
        assert_eq!(delimiter("g\ts1\ts2\nA\t1,5\t2,5\nB\t1\t2\n"), ('\t', 3));
        assert_eq!(delimiter("g,s1,s2\nA,1.5,2.5\n"), (',', 3));
        assert_eq!(delimiter("g;s1;s2\nA;1,5;2,5\nB;1,5;2,5\n"), (';', 3));
        assert_eq!(delimiter("Probe;Gewebe;Größe\nP1;Tumor;3,0\nP2;Normal;3,5\n"), (';', 3));
        assert_eq!(delimiter("g|s1|s2\nA|1|2\n"), ('|', 3));
        assert_eq!(delimiter("\"s 1\" \"s 2\"\n\"A\" 1 2\n\"B\" 3 4\n"), (' ', 3));
        assert_eq!(delimiter("s1\ts2\nA\t1\t2\nB\t3\t4\n"), ('\t', 3));
        assert_eq!(delimiter("id,note\ns1,\"a,b\"\ns2,\"c,d\"\n"), (',', 2));
    }

    #[test]
    fn preambles() {
        let gct = sniff(b"#1.2\n2\t2\nName\tDescription\ts1\ts2\nA\tx\t1\t2\n", true, "x").unwrap();
        assert_eq!((gct.skipped_lines, gct.width), (2, 4));
        let geo = sniff(b"!Series\t\"x\"\n\nID_REF\ts1\ts2\n1_at\t1\t2\n", true, "x").unwrap();
        assert_eq!((geo.skipped_lines, geo.width), (2, 3));
        assert_eq!(sniff(b"#gene\ts1\nA\t1\n", true, "x").unwrap().skipped_lines, 0);
    }

    #[test]
    fn gene_sets_are_ragged_words() {
        let shape = |text: &[u8], name: &str| sniff(text, true, name).unwrap().shape;
        assert_eq!(shape(b"S1\turl\tTP53\tMYC\nS2\turl\tMYC\n", "x"), Shape::Sets);
        assert_eq!(shape(b"S1\turl\t7157\t4609\nS2\turl\t4609\nS3\turl\t23\t53\t12\n", "x"), Shape::Sets);
        assert_eq!(shape(b"S1\tna\tA\tB\nS2\tna\tC\tD\n", "own.gmt"), Shape::Sets);
        assert_eq!(shape(b"S1\tna\tA\tB\nS2\tna\tC\tD\n", "own.txt"), Shape::Table);
    }

    #[test]
    fn what_is_not_a_table() {
        assert_eq!(code(b""), "empty_file");
        assert_eq!(code(b" \n\n"), "empty_file");
        assert_eq!(code(b"  <!DOCTYPE html><p>"), "html_file");
        assert_eq!(code(b"PK\x03\x04 abc"), "spreadsheet_or_zip");
        assert_eq!(code(b"g\0e\0n\0"), "binary_file");
        assert_eq!(code(b"A\nB\nC\n"), "one_column");
    }
}
