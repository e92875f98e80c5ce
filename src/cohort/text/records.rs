//! Text in any chunks → records, on csv-core's push parser.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter};
use twinpurify_cells::{field_ends, short_decimals};

use super::dialect::Dialect;
use super::limits::{MAX_COLUMNS, MAX_RECORD_BYTES};
use crate::cohort::CohortError;

/// Longest line split in place: such a line can reach neither the limit of a record's bytes nor that of its columns, so
/// that those are judged by one parser alone.
const MAX_PLAIN_BYTES: usize = MAX_COLUMNS - 1;

/// One record: fields lie one after the other in `bytes`, unquoted.
#[derive(Clone, Copy)]
pub(in crate::cohort) struct Record<'a> {
    bytes: &'a [u8],
    /// Where the first field begins.
    start: usize,
    /// Where each field ends.
    ends: &'a [usize],
    /// Bytes between one field and the next.
    gap: usize,
    /// 1-based line on which the record begins.
    pub(in crate::cohort) line: usize,
}

impl<'a> Record<'a> {
    /// Fields that lie end to end.
    pub(in crate::cohort) fn new(bytes: &'a [u8], start: usize, ends: &'a [usize], line: usize) -> Self {
        Record { bytes, start, ends, gap: 0, line }
    }

    /// Number of fields.
    pub(in crate::cohort) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The fields, white space around them taken off.
    pub(in crate::cohort) fn fields(&self) -> impl Iterator<Item = &'a [u8]> {
        let (bytes, gap, mut start) = (self.bytes, self.gap, self.start);
        self.ends.iter().map(move |end| {
            let field = bytes.get(start..*end).unwrap_or_default();
            start = *end + gap;
            field.trim_ascii()
        })
    }

    /// One field, white space around it taken off; empty where there are fewer.
    pub(in crate::cohort) fn field(&self, at: usize) -> &'a [u8] {
        let end = self.ends.get(at).copied().unwrap_or(0);
        self.bytes.get(self.start_of(at)..end).unwrap_or_default().trim_ascii()
    }

    /// Pushes the values of the fields from `at` on and before `end` to `row`, up to one that is no short decimal; how
    /// many there were.
    pub(in crate::cohort) fn short_decimals(&self, at: usize, end: usize, row: &mut Vec<f32>) -> usize {
        let ends = self.ends.get(at..end).unwrap_or_default();
        short_decimals(self.bytes, self.start_of(at), self.gap, ends, row)
    }

    fn start_of(&self, at: usize) -> usize {
        at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(self.start, |end| end + self.gap)
    }

    /// Whether a quoted field of this record holds a line end.
    pub(in crate::cohort) fn spans_lines(&self) -> bool {
        let end = self.ends.last().copied().unwrap_or(self.start);
        memchr(b'\n', self.bytes.get(self.start..end).unwrap_or_default()).is_some()
    }
}

/// Cuts text into records; two buffers are reused for all of them.
pub(in crate::cohort) struct RecordSplitter {
    reader: Reader,
    delimiter: u8,
    quoting: bool,
    /// csv-core has taken a part of a record.
    midway: bool,
    lines_to_skip: usize,
    output: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    ended: usize,
    plain_ends: Vec<usize>,
}

impl RecordSplitter {
    /// `lines_before`: lines of the file that came before the text this splitter is given.
    pub(in crate::cohort) fn new(dialect: &Dialect, lines_before: usize) -> Self {
        let mut reader = ReaderBuilder::new().delimiter(dialect.delimiter).quoting(dialect.quoting).build();
        // csv-core drops a byte order mark where it reads first, which may be deep in the file: this is its first read.
        let _ = reader.read_record(b"\n", &mut [0], &mut [0]);
        reader.set_line(1 + (lines_before + dialect.skipped_lines) as u64);
        RecordSplitter {
            reader,
            delimiter: dialect.delimiter,
            quoting: dialect.quoting,
            midway: false,
            lines_to_skip: dialect.skipped_lines,
            output: vec![0; 1 << 16],
            filled: 0,
            ends: vec![0; 256],
            ended: 0,
            plain_ends: Vec::new(),
        }
    }

    /// Takes text; every record that ends in it is handed to `sink`.
    pub(in crate::cohort) fn push(
        &mut self,
        mut text: &[u8],
        sink: &mut impl FnMut(Record<'_>) -> Result<(), CohortError>,
    ) -> Result<(), CohortError> {
        while self.lines_to_skip > 0 && !text.is_empty() {
            let Some(at) = memchr(b'\n', text) else {
                return Ok(());
            };
            self.lines_to_skip -= 1;
            text = text.get(at + 1..).unwrap_or_default();
        }
        while !text.is_empty() {
            let plain = if self.midway { None } else { self.plain_line(text) };
            let taken = match plain {
                Some(length) => self.take_plain_line(text.get(..length).unwrap_or_default(), sink)?,
                None => self.step(text, sink)?,
            };
            text = text.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// Hands out the last record where the file does not end with a line end.
    pub(in crate::cohort) fn finish(
        &mut self,
        sink: &mut impl FnMut(Record<'_>) -> Result<(), CohortError>,
    ) -> Result<(), CohortError> {
        while self.step(&[], sink)? == 0 {
            if self.filled == 0 && self.ended == 0 {
                break;
            }
        }
        Ok(())
    }

    /// The length of the first line of `text` where it is a whole record without quotation marks. Such lines, which are
    /// nearly all of every matrix, are split where they lie, at a third of the time of csv-core's byte-by-byte automaton;
    /// the tests hold the two against each other, since text in small chunks always takes the other way.
    fn plain_line(&self, text: &[u8]) -> Option<usize> {
        let length = memchr(b'\n', text.get(..MAX_PLAIN_BYTES.min(text.len()))?)?;
        let quoted = self.quoting && memchr(b'"', text.get(..length)?).is_some();
        (!quoted).then_some(length)
    }

    /// Hands out the fields of a line given without its end; the bytes it took, the end too.
    fn take_plain_line(
        &mut self,
        line: &[u8],
        sink: &mut impl FnMut(Record<'_>) -> Result<(), CohortError>,
    ) -> Result<usize, CohortError> {
        let number = self.reader.line();
        self.reader.set_line(number + 1);
        if !line.is_empty() {
            field_ends(line, self.delimiter, &mut self.plain_ends);
            sink(Record { bytes: line, start: 0, ends: &self.plain_ends, gap: 1, line: number as usize })?;
        }
        Ok(line.len() + 1)
    }

    /// One call of the parser: the bytes it took.
    fn step(
        &mut self,
        text: &[u8],
        sink: &mut impl FnMut(Record<'_>) -> Result<(), CohortError>,
    ) -> Result<usize, CohortError> {
        let output = self.output.get_mut(self.filled..).unwrap_or_default();
        let ends = self.ends.get_mut(self.ended..).unwrap_or_default();
        let (result, taken, written, fields) = self.reader.read_record(text, output, ends);
        self.midway = !matches!(result, ReadRecordResult::Record);
        self.filled += written;
        self.ended += fields;
        match result {
            ReadRecordResult::OutputFull => {
                if self.output.len() >= MAX_RECORD_BYTES {
                    return Err(line_too_long(self.reader.line() as usize));
                }
                self.output.resize(self.output.len() * 2, 0);
            }
            ReadRecordResult::OutputEndsFull => {
                if self.ends.len() >= MAX_COLUMNS {
                    return Err(CohortError::new(
                        "too_many_columns",
                        format!("A row has more than {MAX_COLUMNS} columns."),
                        "Check the delimiter, or keep the samples and genes you need.",
                    )
                    .at_line(self.reader.line() as usize));
                }
                self.ends.resize((self.ends.len() * 2).min(MAX_COLUMNS), 0);
            }
            ReadRecordResult::Record => {
                let bytes = self.output.get(..self.filled).unwrap_or_default();
                let ends = self.ends.get(..self.ended).unwrap_or_default();
                // csv-core has passed this record's own line end, unless the text ended without one.
                let after = self.reader.line() as usize - usize::from(taken > 0);
                let line = after.saturating_sub(memchr_iter(b'\n', bytes).count());
                (self.filled, self.ended) = (0, 0);
                sink(Record::new(bytes, 0, ends, line))?;
            }
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                if text.is_empty() {
                    (self.filled, self.ended) = (0, 0);
                }
            }
        }
        Ok(taken)
    }
}

pub(in crate::cohort) fn line_too_long(line: usize) -> CohortError {
    CohortError::new(
        "line_too_long",
        format!(
            "A line is longer than {} MB: a quotation mark may never close, or this is not a table.",
            MAX_RECORD_BYTES >> 20
        ),
        "Look at this line and close the quotation mark, or save the table again.",
    )
    .at_line(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, chunk: usize) -> Vec<(usize, Vec<String>)> {
        let shape = crate::cohort::text::dialect::Shape::Table;
        let dialect = Dialect { delimiter: b',', quoting: true, width: 2, skipped_lines: 1, shape, gct: None };
        let mut records = Vec::new();
        let mut sink = |record: Record<'_>| {
            let fields = record.fields().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
            records.push((record.line, fields));
            Ok(())
        };
        let mut splitter = RecordSplitter::new(&dialect, 0);
        for part in text.as_bytes().chunks(chunk) {
            splitter.push(part, &mut sink).unwrap();
        }
        splitter.finish(&mut sink).unwrap();
        records
    }

    #[test]
    fn records_and_lines_at_any_chunk() {
        let text = "# comment\na,b\n\n\"x\ny\",2\n 3 ,\"4\"\"5\"\nlast,6";
        let expected = [(2, ["a", "b"]), (4, ["x\ny", "2"]), (6, ["3", "4\"5"]), (7, ["last", "6"])];
        for chunk in 1..text.len() {
            let records = read(text, chunk);
            let shown: Vec<_> = records.iter().map(|(line, f)| (*line, [f[0].as_str(), f[1].as_str()])).collect();
            assert_eq!(shown, expected, "chunk {chunk}");
        }
    }

    #[test]
    fn long_fields_grow_the_buffers() {
        let wide: String = (0..1000).map(|i| format!("{i},")).collect();
        let text = format!("#\n{wide}{}\n", "z".repeat(200_000));
        let records = read(&text, 7_001);
        assert_eq!(records[0].1.len(), 1001);
        assert_eq!(records[0].1[1000].len(), 200_000);
    }
}
