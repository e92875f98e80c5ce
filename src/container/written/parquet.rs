//! Parquet: one row a gene, a column `gene` and one a sample; a missing value is null.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, FloatType};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::{About, unique};

/// Genes in one group of rows: its values are held until it is written, and each group costs a line in the file's footer for
/// every sample.
const GROUP: usize = 2048;

/// A Parquet file being written, front to back.
pub struct ParquetFile<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    genes: Vec<String>,
    /// Genes that are written.
    written: usize,
    /// Genes × samples that are not, row by row.
    waiting: Vec<f32>,
    samples: usize,
}

impl<W: Write + Send> ParquetFile<W> {
    /// Begin a file.
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
            .set_created_by("twinpurify".to_owned())
            .set_key_value_metadata(Some(said))
            .build();
        let writer = SerializedFileWriter::new(to, schema, Arc::new(properties))?;
        let samples = about.samples.len();
        Ok(Self {
            writer,
            genes: about.genes.clone(),
            written: 0,
            waiting: Vec::with_capacity((GROUP + 256) * samples),
            samples,
        })
    }

    /// The next genes, genes × samples row by row.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn push(&mut self, values: &[f32]) -> Result<(), ParquetError> {
        self.waiting.extend_from_slice(values);
        while self.waiting.len() >= GROUP * self.samples.max(1) {
            self.write_group(GROUP)?;
        }
        Ok(())
    }

    /// The last genes and the footer.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<(), ParquetError> {
        let left = self.genes.len() - self.written;
        if left > 0 {
            self.write_group(left)?;
        }
        // The footer is put together while nothing waits.
        self.waiting = Vec::new();
        self.writer.close().map(|_| ())
    }

    fn write_group(&mut self, genes: usize) -> Result<(), ParquetError> {
        let last = (self.written + genes).min(self.genes.len());
        let names: Vec<ByteArray> = self.genes[self.written..last].iter().map(|g| g.as_str().into()).collect();
        let mut group = self.writer.next_row_group()?;
        if let Some(mut column) = group.next_column()? {
            column.typed::<ByteArrayType>().write_batch(&names, None, None)?;
            column.close()?;
        }
        for sample in 0..self.samples {
            let all = || self.waiting.iter().skip(sample).step_by(self.samples).take(names.len());
            let known: Vec<i16> = all().map(|v| i16::from(!v.is_nan())).collect();
            let values: Vec<f32> = all().copied().filter(|v| !v.is_nan()).collect();
            if let Some(mut column) = group.next_column()? {
                column.typed::<FloatType>().write_batch(&values, Some(&known), None)?;
                column.close()?;
            }
        }
        group.close()?;
        self.waiting.drain(..(names.len() * self.samples).min(self.waiting.len()));
        self.written = last;
        Ok(())
    }
}
