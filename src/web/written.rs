//! The module of containers as a writer: expression matrices as AnnData or Parquet, their bytes taken away in pieces.

use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex, PoisonError};

use wasm_bindgen::prelude::*;

use super::error::js_error;
use crate::container::written::{About, AnnDataFile, ParquetFile};

/// Bytes handed over at once.
const PIECE: usize = 8 << 20;
/// Values of one matrix beyond which an AnnData file, which is made in memory, is refused.
const MOST_VALUES: usize = 40_000_000;

/// Bytes that wait to be taken.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<Vec<u8>>>);

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Format {
    Parquet(ParquetFile<Waiting>),
    AnnData { file: Option<AnnDataFile<Cursor<Vec<u8>>>>, beside: Vec<(String, usize, Vec<f32>)> },
}

/// An expression file being written.
#[wasm_bindgen]
pub struct ExpressionWriter {
    about: About,
    format: Option<Format>,
    waiting: Waiting,
    /// An AnnData file that is whole, and how much of it has been taken.
    whole: (Vec<u8>, usize),
}

fn failed(error: &dyn std::fmt::Display) -> JsValue {
    js_error("not_written", &format!("The file could not be written: {error}. Save it in another format."))
}

#[wasm_bindgen]
impl ExpressionWriter {
    /// Begin a file: `format` is `parquet` or `h5ad`, `about` the engine's JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(format: &str, about: &str) -> Result<ExpressionWriter, JsValue> {
        let about: About = serde_json::from_str(about).map_err(|error| failed(&error))?;
        let waiting = Waiting::default();
        let format = if format == "parquet" {
            Format::Parquet(ParquetFile::begin(waiting.clone(), &about).map_err(|error| failed(&error))?)
        } else {
            let values = about.genes.len() * about.samples.len();
            if values > MOST_VALUES {
                return Err(js_error(
                    "too_large",
                    &format!(
                        "An AnnData file of {} million values is made in memory here, and {} million are the most: save Parquet, \
                         or use twinpurify train --expression FILE.h5ad.",
                        values.div_ceil(1_000_000),
                        MOST_VALUES / 1_000_000
                    ),
                ));
            }
            Format::AnnData { file: None, beside: Vec::new() }
        };
        Ok(Self { about, format: Some(format), waiting, whole: (Vec::new(), 0) })
    }

    /// Numbers of every sample that go into `obsm`; before the first genes.
    pub fn beside(&mut self, name: &str, width: f64, values: Vec<f32>) {
        if let Some(Format::AnnData { beside, .. }) = &mut self.format {
            beside.push((name.to_owned(), width as usize, values));
        }
    }

    /// The next samples of a Parquet file, samples × genes row by row.
    #[wasm_bindgen(js_name = pushSamples)]
    pub fn push_samples(&mut self, purified: &[f32]) -> Result<(), JsValue> {
        match &mut self.format {
            Some(Format::Parquet(file)) => file.push(purified).map_err(|error| failed(&error)),
            _ => Err(failed(&"it is written gene by gene")),
        }
    }

    /// Genes of an AnnData file from the `first` on, genes × samples row by row.
    #[wasm_bindgen(js_name = pushGenes)]
    pub fn push_genes(&mut self, first: f64, raw: &[f32], purified: &[f32]) -> Result<(), JsValue> {
        match &mut self.format {
            Some(Format::AnnData { file, beside }) => {
                let file = match file {
                    Some(file) => file,
                    None => {
                        let begun =
                            AnnDataFile::begin_in_memory(&self.about, beside).map_err(|error| failed(&error))?;
                        file.insert(begun)
                    }
                };
                file.push(first as usize, raw, purified).map_err(|error| failed(&error))
            }
            _ => Err(failed(&"it is written sample by sample")),
        }
    }

    /// Everything is in; what is left is taken with [`Self::take`].
    pub fn finish(&mut self) -> Result<(), JsValue> {
        match self.format.take() {
            Some(Format::Parquet(file)) => file.finish().map_err(|error| failed(&error)),
            Some(Format::AnnData { file: Some(file), .. }) => {
                self.whole = (file.finish().map_err(|error| failed(&error))?.into_inner(), 0);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The next bytes of the file; none are there yet, or any more, where it is empty.
    pub fn take(&mut self) -> Vec<u8> {
        let (bytes, taken) = &mut self.whole;
        if *taken < bytes.len() {
            let last = (*taken + PIECE).min(bytes.len());
            let piece = bytes[*taken..last].to_vec();
            *taken = last;
            return piece;
        }
        std::mem::take(&mut self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
