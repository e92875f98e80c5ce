//! Parquet: every flat column as one table, some rows of a row group at a time: a matrix is often one group, and is not held as a
//! whole beside what is made of it.

use std::collections::VecDeque;
use std::io::Read;
use std::ops::Range;

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::error::ContainerError;
use super::limits::{MAX_NAMES, MAX_TEXT, MAX_VALUES, PIECE};
use super::opening::{Part, Piece, Pieces};
use super::page_header;
use super::source::{Source, Stream};
use super::text::{Lines, date};

/// Records decoded at a time, so that a hostile count cannot make us reserve for it.
const BATCH: usize = 16_384;

/// Values decoded before they are handed on (16 MB of float32), but where that took more than [`PASSES`] over a row group: a column
/// can only be read from its beginning.
const AT_ONCE: usize = 4 << 20;
/// Times that a column is decoded at the most.
const PASSES: usize = 4;

/// Length of the metadata and Parquet's mark, at the file's end.
const FOOTER: u64 = 8;

struct Chunks(Source);

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.size()
    }
}

impl ChunkReader for Chunks {
    type T = std::io::BufReader<Stream>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let read = || std::io::BufReader::new(Stream::part(self.0.clone(), start, u64::MAX));
        // All that is read so, but the file's last eight bytes, are headers of pages.
        if start + FOOTER < self.len() {
            page_header::check(&mut read())?;
        }
        Ok(read())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let mut bytes = Vec::new();
        Stream::part(self.0.clone(), start, length as u64).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF("the file ends too early".to_owned()));
        }
        Ok(bytes.into())
    }
}

struct Table {
    reader: SerializedFileReader<Chunks>,
    columns: Vec<usize>,
    due: VecDeque<Piece>,
    /// The row group to be decoded next, and from which row.
    group: usize,
    from: usize,
    /// The rows being handed on, and the next of them.
    open: Option<(Vec<Cells>, usize)>,
    size: u64,
    over: bool,
}

/// One column of some rows.
enum Cells {
    Floats(Vec<f32>),
    Numbers(Vec<f64>),
    Words(Vec<Option<String>>),
}

pub(super) fn open(name: &str, source: Source) -> Result<Box<dyn Pieces>, ContainerError> {
    let size = source.size();
    let reader = SerializedFileReader::new(Chunks(source)).map_err(refused)?;
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let rows = metadata.file_metadata().num_rows();
    let (mut columns, mut headings, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for (at, column) in schema.columns().iter().enumerate() {
        let heading = column.path().string();
        if column.max_rep_level() > 0 || column.path().parts().len() > 1 || !is_read(column) {
            unread.push(heading);
        } else {
            columns.push(at);
            headings.push(heading);
        }
    }
    let rows = u64::try_from(rows).map_err(|_| ContainerError::damaged("Parquet", "a negative count of rows"))?;
    if rows > MAX_NAMES || columns.len() as u64 > MAX_NAMES || rows.saturating_mul(columns.len() as u64) > MAX_VALUES {
        return Err(ContainerError::new(
            "too_large",
            format!("The Parquet file has {rows} rows × {} columns.", columns.len()),
            "Keep the genes or samples you need.",
        ));
    }
    if columns.is_empty() {
        let what = "The Parquet file has no column of numbers or words.";
        return Err(ContainerError::new("unsupported_format", what, "Save it with flat columns."));
    }
    // pandas writes row names as a last column: a table's names come first.
    if let Some(at) = headings.iter().position(|heading| heading.starts_with("__index_level_")) {
        columns.get_mut(..=at).unwrap_or_default().rotate_right(1);
        headings.get_mut(..=at).unwrap_or_default().rotate_right(1);
        if let Some(first) = headings.first_mut() {
            first.clear();
        }
    }
    let mut notes = Vec::new();
    if !unread.is_empty() {
        notes.push(format!("{name}: columns of a kind that is not read were left out: {}.", unread.join(", ")));
    }
    let mut lines = Lines::default();
    headings.iter().for_each(|heading| lines.word(heading));
    lines.end_line();
    let part = Part { name: name.to_owned(), origin: "from a Parquet file".to_owned(), written: true, notes };
    let due = VecDeque::from([Piece::Begin(part), Piece::Bytes(lines.take())]);
    Ok(Box::new(Table { reader, columns, due, group: 0, from: 0, open: None, size, over: false }))
}

fn is_read(column: &ColumnDescriptor) -> bool {
    use parquet::basic::Type::{BOOLEAN, BYTE_ARRAY, DOUBLE, FLOAT, INT32, INT64};
    let decimal = column.converted_type() == ConvertedType::DECIMAL;
    !decimal && matches!(column.physical_type(), BOOLEAN | BYTE_ARRAY | DOUBLE | FLOAT | INT32 | INT64)
}

impl Table {
    /// The next rows, and on to those behind them.
    fn read_rows(&mut self) -> Result<Vec<Cells>, ContainerError> {
        let group = self.reader.get_row_group(self.group).map_err(refused)?;
        let all = usize::try_from(group.metadata().num_rows()).map_err(|e| ContainerError::damaged("Parquet", e))?;
        if all as u64 > MAX_NAMES {
            return Err(ContainerError::damaged("Parquet", "more rows in a group than in the file"));
        }
        let at_once = (AT_ONCE / self.columns.len().max(1)).max(all.div_ceil(PASSES));
        let rows = self.from..self.from.saturating_add(at_once).min(all);
        let mut cells = Vec::with_capacity(self.columns.len());
        let mut text = 0;
        for at in &self.columns {
            let column = group.metadata().column(*at).column_descr_ptr();
            let reader = group.get_column_reader(*at).map_err(refused)?;
            cells.push(read(reader, &column, rows.clone(), &mut text)?);
        }
        (self.group, self.from) = if rows.end < all { (self.group, rows.end) } else { (self.group + 1, 0) };
        Ok(cells)
    }
}

fn read(
    reader: ColumnReader,
    column: &ColumnDescriptor,
    rows: Range<usize>,
    text: &mut u64,
) -> Result<Cells, ContainerError> {
    let unit = match column.logical_type_ref() {
        Some(LogicalType::Timestamp(time)) => Some(match time.unit {
            TimeUnit::MILLIS => 86_400_000_i64,
            TimeUnit::MICROS => 86_400_000_000,
            TimeUnit::NANOS => 86_400_000_000_000,
        }),
        _ if column.converted_type() == ConvertedType::TIMESTAMP_MILLIS => Some(86_400_000),
        _ if column.converted_type() == ConvertedType::TIMESTAMP_MICROS => Some(86_400_000_000),
        _ => None,
    };
    let numbers = |values: Vec<Option<f64>>| {
        // What is collected in place keeps the room of what it was.
        let mut numbers: Vec<f64> = values.into_iter().map(|v| v.unwrap_or(f64::NAN)).collect();
        numbers.shrink_to_fit();
        Cells::Numbers(numbers)
    };
    Ok(match reader {
        ColumnReader::FloatColumnReader(reader) => {
            let values = values(reader, column, rows)?;
            let mut floats: Vec<f32> = values.into_iter().map(|v| v.unwrap_or(f32::NAN)).collect();
            floats.shrink_to_fit();
            Cells::Floats(floats)
        }
        ColumnReader::DoubleColumnReader(reader) => numbers(values(reader, column, rows)?),
        ColumnReader::Int32ColumnReader(reader) => {
            let values = values(reader, column, rows)?;
            if column.converted_type() == ConvertedType::DATE {
                Cells::Words(values.into_iter().map(|v| v.map(|days| date(i64::from(days)))).collect())
            } else {
                numbers(values.into_iter().map(|v| v.map(f64::from)).collect())
            }
        }
        ColumnReader::Int64ColumnReader(reader) => {
            let values = values(reader, column, rows)?;
            match unit {
                Some(day) => Cells::Words(values.into_iter().map(|v| v.map(|at| date(at.div_euclid(day)))).collect()),
                // Larger than 2^53 is an id, which must not be rounded.
                None if values.iter().flatten().any(|v| v.unsigned_abs() > 1 << 53) => {
                    Cells::Words(values.into_iter().map(|v| v.map(|id| id.to_string())).collect())
                }
                None => numbers(values.into_iter().map(|v| v.map(|v| v as f64)).collect()),
            }
        }
        ColumnReader::BoolColumnReader(reader) => {
            let word = |yes: bool| if yes { "TRUE" } else { "FALSE" }.to_owned();
            Cells::Words(values(reader, column, rows)?.into_iter().map(|v| v.map(word)).collect())
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            let mut words = Vec::new();
            for value in values(reader, column, rows)? {
                *text += value.as_ref().map_or(0, |v| v.len() as u64);
                if *text > MAX_TEXT {
                    let what = format!("The Parquet file's words are longer than {} MB.", MAX_TEXT >> 20);
                    return Err(ContainerError::new("too_large", what, "Keep the columns you need."));
                }
                words.push(value.map(|v| String::from_utf8_lossy(v.data()).into_owned()));
            }
            Cells::Words(words)
        }
        _ => return Err(ContainerError::damaged("Parquet", "a column changed its type")),
    })
}

/// Some rows of a column, missing values as `None`.
fn values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    column: &ColumnDescriptor,
    Range { start, end }: Range<usize>,
) -> Result<Vec<Option<T::T>>, ContainerError> {
    let present = column.max_def_level();
    let mut out = Vec::new();
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let mut row = 0;
    while row < end {
        values.clear();
        levels.clear();
        let wanted = row >= start;
        // Rows before are decoded too, and dropped: the crate's own way past them reads headers where there are none.
        let batch = BATCH.min(if wanted { end - row } else { start - row });
        let (records, ..) = reader.read_records(batch, Some(&mut levels), None, &mut values).map_err(refused)?;
        if records == 0 {
            return Err(ContainerError::damaged("Parquet", "a column is shorter than the others"));
        }
        row += if present == 0 { values.len() } else { levels.len() };
        if wanted && present == 0 {
            out.extend(values.drain(..).map(Some));
        } else if wanted {
            let mut given = values.drain(..);
            out.extend(levels.iter().map(|level| if *level == present { given.next() } else { None }));
        }
    }
    if row == end { Ok(out) } else { Err(ContainerError::damaged("Parquet", "a column is longer than the others")) }
}

impl Pieces for Table {
    fn next(&mut self) -> Result<Option<Piece>, ContainerError> {
        if let Some(piece) = self.due.pop_front() {
            return Ok(Some(piece));
        }
        if self.over {
            return Ok(None);
        }
        let Some((cells, row)) = self.open.take() else {
            if self.group == self.reader.num_row_groups() {
                self.over = true;
                return Ok(Some(Piece::End));
            }
            self.open = Some((self.read_rows()?, 0));
            return Ok(Some(Piece::Nothing));
        };
        let rows = cells.first().map_or(0, Cells::len);
        let (mut lines, mut row) = (Lines::default(), row);
        while row < rows && lines.len() < PIECE {
            for column in &cells {
                column.write(row, &mut lines);
            }
            lines.end_line();
            row += 1;
        }
        if row < rows {
            self.open = Some((cells, row));
        }
        Ok(Some(Piece::Bytes(lines.take())))
    }

    fn done(&self) -> u64 {
        self.size * self.group as u64 / self.reader.num_row_groups().max(1) as u64
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Words(values) => values.len(),
        }
    }

    fn write(&self, row: usize, lines: &mut Lines) {
        match self {
            Self::Floats(values) => lines.float(values.get(row).copied().unwrap_or(f32::NAN)),
            Self::Numbers(values) => lines.number(values.get(row).copied().unwrap_or(f64::NAN)),
            Self::Words(values) => match values.get(row).and_then(Option::as_deref) {
                Some(word) => lines.word(word),
                None => lines.nothing(),
            },
        }
    }
}

fn refused(error: ParquetError) -> ContainerError {
    match error {
        // "Disabled feature at compile time: zstd"
        ParquetError::General(text) if text.contains("Disabled feature") => {
            let what = format!(
                "The Parquet file is compressed in a way that is not read ({}).",
                text.rsplit(':').next().unwrap_or("").trim()
            );
            ContainerError::new(
                "unsupported_compression",
                what,
                "Write it with compression=\"snappy\" or \"gzip\" (polars and pandas: write_parquet, to_parquet).",
            )
        }
        other => ContainerError::damaged("Parquet", other),
    }
}
