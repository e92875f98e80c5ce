//! What a GEO series matrix says about its samples, in the `!` lines before its table.

use memchr::{memchr, memchr_iter};

use crate::cohort::CohortError;
use crate::cohort::samples::sheet::Sheet;
use crate::cohort::text::decoding::field_text;
use crate::cohort::text::limits::{MAX_DESCRIBED_CELLS, MAX_RECORD_BYTES, MAX_SHEET_BYTES};
use crate::cohort::text::number::is_not_known;
use crate::cohort::text::records::line_too_long;

/// The attributes worth a column, and its heading; the others are addresses, protocols and links.
const ATTRIBUTES: [(&str, &str); 6] = [
    ("title", "title"),
    ("source_name_ch1", "source_name"),
    ("source_name_ch2", "source_name_ch2"),
    ("characteristics_ch1", "characteristics"),
    ("characteristics_ch2", "characteristics_ch2"),
    ("description", "description"),
];

/// Takes the lines before the table, which may be many times longer than what is sniffed. Only lines about samples are
/// kept.
#[derive(Default)]
pub(in crate::cohort) struct SeriesHeader {
    line: Vec<u8>,
    /// A quoted field of `line` goes on beyond its end.
    open: bool,
    /// Lines taken so far.
    pub(in crate::cohort) lines: usize,
    kept: Vec<Vec<String>>,
    bytes: usize,
}

impl SeriesHeader {
    /// Takes text up to the first line that begins with neither `!` nor a line end. Returns the bytes taken and whether
    /// that line was reached. A line that ends within quotation marks goes on, for fields hold line ends; but what begins
    /// with `!` is always a line of its own, so that one stray quotation mark (5" gel) does not swallow the rest.
    pub(in crate::cohort) fn push(&mut self, text: &[u8]) -> Result<(usize, bool), CohortError> {
        let mut taken = 0;
        while let Some(rest) = text.get(taken..).filter(|rest| !rest.is_empty()) {
            let marked = rest.first() == Some(&b'!');
            let header = marked || self.lines > 0 && rest.first() == Some(&b'\n');
            if std::mem::take(&mut self.open) {
                if marked {
                    self.end_line()?;
                } else {
                    self.line.push(b'\n');
                }
            } else if self.line.is_empty() && !header {
                return Ok((taken, true));
            }
            let end = memchr(b'\n', rest);
            let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            self.line.extend_from_slice(part);
            if self.line.len() > MAX_RECORD_BYTES {
                return Err(line_too_long(self.lines + 1));
            }
            taken += part.len() + usize::from(end.is_some());
            if end.is_some() {
                self.open = memchr_iter(b'"', &self.line).count() % 2 == 1;
                if !self.open {
                    self.end_line()?;
                }
            }
        }
        Ok((taken, false))
    }

    /// Ends a last line without a line end.
    pub(in crate::cohort) fn finish(&mut self) -> Result<(), CohortError> {
        if self.line.is_empty() { Ok(()) } else { self.end_line() }
    }

    fn end_line(&mut self) -> Result<(), CohortError> {
        let line = std::mem::take(&mut self.line);
        self.lines += 1 + memchr_iter(b'\n', &line).count();
        self.open = false;
        if !line.starts_with(b"!Sample_") {
            return Ok(());
        }
        self.bytes += line.len();
        if self.bytes > MAX_SHEET_BYTES {
            return Err(CohortError::new(
                "sheet_too_large",
                format!("The lines about samples are larger than {} MB.", MAX_SHEET_BYTES >> 20),
                "Check that this is a GEO series matrix.",
            )
            .at_line(self.lines));
        }
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b'\t').has_headers(false).flexible(true).from_reader(line.as_slice());
        if let Some(Ok(record)) = reader.byte_records().next() {
            let one_line = |field: &[u8]| field_text(field.trim_ascii()).0.replace('\n', " ");
            self.kept.push(record.iter().map(one_line).collect());
        }
        Ok(())
    }

    /// A row per sample, by its accession; `key: value` characteristics become a column per key. `None` where no sample
    /// is named.
    pub(in crate::cohort) fn sheet(&self) -> Option<Sheet> {
        let called = |line: &&Vec<String>, name: &str| {
            line.first().and_then(|first| first.strip_prefix("!Sample_")).is_some_and(|n| n == name)
        };
        let accessions = self.kept.iter().find(|line| called(line, "geo_accession"))?.get(1..)?.to_vec();
        let count = accessions.len();
        let mut headings = vec!["geo_accession".to_owned()];
        let mut columns = vec![accessions.into_iter().map(Some).collect::<Vec<_>>()];
        for (attribute, heading) in ATTRIBUTES {
            for line in self.kept.iter().filter(|line| called(line, attribute)) {
                for (sample, cell) in line.iter().skip(1).take(count).enumerate() {
                    let keyed = heading.starts_with("characteristics").then(|| cell.split_once(':')).flatten();
                    let (key, value) =
                        keyed.map_or((heading, cell.as_str()), |(key, value)| (key.trim(), value.trim()));
                    if is_not_known(value) {
                        continue;
                    }
                    let full = headings.len().saturating_mul(count) > MAX_DESCRIBED_CELLS;
                    let (key, value) = match keyed {
                        Some(_) if full && !headings.iter().any(|h| h == key) => (heading, cell.as_str()),
                        _ => (key, value),
                    };
                    let at = headings.iter().position(|h| h == key).unwrap_or_else(|| {
                        headings.push(key.to_owned());
                        columns.push(vec![None; count]);
                        headings.len() - 1
                    });
                    if let Some(place) = columns.get_mut(at).filter(|_| at > 0).and_then(|c| c.get_mut(sample)) {
                        match place {
                            Some(said) => *said = format!("{said}; {value}"),
                            None => *place = Some(value.to_owned()),
                        }
                    }
                }
            }
        }
        (count > 0).then(|| Sheet::new(headings, columns, count).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_field_goes_on_over_line_ends_and_a_stray_mark_does_not() {
        let text = b"!Series_summary\t\"first\n\nsecond\twith a tab\"\n!Series_title\t\"a 5\" gel\"\n\
            !Sample_geo_accession\t\"GSM1\"\t\"GSM2\"\n!Sample_data_processing\t\"a.pgf\n\"\t\"b.pgf\n\"\n\
            !Sample_description\t\"of\ntwo\"\t\"x\"\n!series_matrix_table_begin\nID_REF\tGSM1\tGSM2\n";
        for chunk in 1..text.len() {
            let mut header = SeriesHeader::default();
            let mut taken = 0;
            for piece in text.chunks(chunk) {
                let (now, done) = header.push(piece).unwrap();
                taken += now;
                if done {
                    break;
                }
            }
            assert_eq!((taken, header.lines), (text.len() - 17, 11), "chunks of {chunk}");
            let sheet = header.sheet().unwrap();
            assert_eq!(sheet.headings, ["geo_accession", "description"]);
            assert_eq!(sheet.columns[1], [Some("of two".to_owned()), Some("x".to_owned())]);
        }
    }

    #[test]
    fn characteristics_become_a_column_per_key() {
        let text = b"!Series_title\t\"x\"\n!Sample_title\t\"a\"\t\"b\"\n!Sample_geo_accession\t\"GSM1\"\t\"GSM2\"\n\
            !Sample_characteristics_ch1\t\"tissue: tumor\"\t\"age: 61\"\n\
            !Sample_characteristics_ch1\t\"age: 50\"\t\"\"\nID_REF\tGSM1\tGSM2\n";
        for chunk in [1, 7, text.len()] {
            let mut header = SeriesHeader::default();
            let mut taken = 0;
            for piece in text.chunks(chunk) {
                let (now, done) = header.push(piece).unwrap();
                taken += now;
                if done {
                    break;
                }
            }
            assert_eq!((taken, header.lines), (text.len() - 17, 5));
            let sheet = header.sheet().unwrap();
            assert_eq!(sheet.headings, ["geo_accession", "title", "tissue", "age"]);
            assert_eq!(sheet.columns[3], [Some("50".to_owned()), Some("61".to_owned())]);
            assert_eq!(sheet.columns[2], [Some("tumor".to_owned()), None]);
        }
    }
}
