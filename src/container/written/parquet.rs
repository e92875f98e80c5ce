//! Parquet: one row a gene, a column `gene` and one a sample; a missing value is null. All genes are one group of rows, written
//! column by column, so that of the values no more is held than the samples at hand.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::column::writer::{ColumnCloseResult, ColumnWriterImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type};

use super::{About, unique};

/// The first bytes of a file; the footer ends in them too.
const MARK: &[u8] = b"PAR1";
/// Version of the format's pages.
const VERSION: i32 = 1;
/// Names written at once.
const NAMES: usize = 1024;

/// A Parquet file being written, front to back.
///
/// [`parquet::file::writer::SerializedFileWriter`] lends itself to the group of rows that is open, which could not stay open
/// between two calls; its parts can.
pub struct ParquetFile<W: Write + Send> {
    to: TrackedWrite<W>,
    schema: SchemaDescPtr,
    properties: WriterPropertiesPtr,
    said: Vec<KeyValue>,
    genes: usize,
    /// Columns that are written: the names, then sample by sample.
    columns: Vec<ColumnChunkMetaData>,
    /// Their bytes before compression.
    bytes: i64,
}

impl<W: Write + Send> ParquetFile<W> {
    /// Begin a file, with the names of its genes.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn begin(to: W, about: &About) -> Result<Self, ParquetError> {
        let gene = Type::primitive_type_builder("gene", Physical::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED)
            .with_converted_type(ConvertedType::UTF8)
            .build()?;
        let mut fields = vec![Arc::new(gene)];
        for name in unique(about.samples.iter().map(String::as_str), &["gene"]) {
            let builder = Type::primitive_type_builder(&name, Physical::FLOAT);
            fields.push(Arc::new(builder.with_repetition(Repetition::OPTIONAL).build()?));
        }
        let schema = Arc::new(Type::group_type_builder("expression").with_fields(fields).build()?);
        let say = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let said = vec![
            say("twinpurify.scale", &about.scale),
            say("twinpurify.config", &about.config),
            say("twinpurify.about", &about.sentence),
        ];
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true)
            .build();
        let mut file = Self {
            to: TrackedWrite::new(to),
            schema: Arc::new(SchemaDescriptor::new(schema)),
            properties: Arc::new(properties),
            said,
            genes: about.genes.len(),
            columns: Vec::with_capacity(about.samples.len() + 1),
            bytes: 0,
        };
        file.to.write_all(MARK)?;
        file.write_column::<ByteArrayType>(|column| {
            for names in about.genes.chunks(NAMES) {
                let names: Vec<ByteArray> = names.iter().map(|name| name.as_str().into()).collect();
                column.write_batch(&names, None, None)?;
            }
            Ok(())
        })?;
        Ok(file)
    }

    /// The next samples, samples × genes row by row; NaN where a value is missing.
    ///
    /// # Errors
    /// When the file cannot be written, and more samples than it was begun with.
    pub fn push(&mut self, values: &[f32]) -> Result<(), ParquetError> {
        for sample in values.chunks(self.genes.max(1)) {
            let known: Vec<i16> = sample.iter().map(|v| i16::from(!v.is_nan())).collect();
            let values: Vec<f32> = sample.iter().copied().filter(|v| !v.is_nan()).collect();
            self.write_column::<FloatType>(|column| column.write_batch(&values, Some(&known), None).map(drop))?;
        }
        Ok(())
    }

    /// The footer, once every sample is in.
    ///
    /// # Errors
    /// When the file cannot be written, and while samples are missing.
    pub fn finish(mut self) -> Result<(), ParquetError> {
        let rows = i64::try_from(self.genes).map_err(|error| ParquetError::General(error.to_string()))?;
        let group = RowGroupMetaData::builder(Arc::clone(&self.schema))
            .set_column_metadata(self.columns)
            .set_total_byte_size(self.bytes)
            .set_num_rows(rows)
            .set_ordinal(0)
            .set_file_offset(MARK.len() as i64)
            .build()?;
        let by = Some("twinpurify".to_owned());
        let about = FileMetaData::new(VERSION, rows, by, Some(self.said), self.schema, None);
        let about = ParquetMetaData::new(about, vec![group]);
        // By way of memory, for its writer does not say whether its last bytes went out.
        let mut footer = Vec::new();
        ParquetMetaDataWriter::new(&mut footer, &about).finish()?;
        self.to.write_all(&footer)?;
        self.to.flush()?;
        Ok(())
    }

    fn write_column<T: DataType>(
        &mut self,
        write: impl FnOnce(&mut ColumnWriterImpl<T>) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        let columns = self.schema.columns();
        let column = columns.get(self.columns.len()).ok_or_else(|| {
            let (more, than) = (self.columns.len(), columns.len().saturating_sub(1));
            ParquetError::General(format!("sample {more} of a file of {than}"))
        })?;
        let pages = Box::new(SerializedPageWriter::new(&mut self.to));
        let mut writer = ColumnWriterImpl::<T>::new(Arc::clone(column), Arc::clone(&self.properties), pages);
        write(&mut writer)?;
        let ColumnCloseResult { metadata, rows_written, .. } = writer.close()?;
        if rows_written != self.genes as u64 {
            return Err(ParquetError::General(format!("{rows_written} values of a sample of {} genes", self.genes)));
        }
        self.bytes += metadata.uncompressed_size();
        self.columns.push(metadata);
        Ok(())
    }
}
