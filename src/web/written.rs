//! The module of containers as a writer: expression matrices as AnnData or Parquet, their bytes taken away in pieces.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use wasm_bindgen::prelude::*;

use super::error::js_error;
use crate::container::written::{About, AnnDataFile, ParquetFile};

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
    /// Begun once all that stands beside its values is here.
    AnnData {
        file: Option<AnnDataFile<Waiting>>,
        beside: Vec<(String, usize, Vec<f32>)>,
    },
}

/// An expression file being written.
#[wasm_bindgen]
pub struct ExpressionWriter {
    about: About,
    format: Option<Format>,
    waiting: Waiting,
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
            Format::AnnData { file: None, beside: Vec::new() }
        };
        Ok(Self { about, format: Some(format), waiting })
    }

    /// Numbers of every sample that go into `obsm`; before the first samples.
    pub fn beside(&mut self, name: &str, width: f64, values: Vec<f32>) {
        if let Some(Format::AnnData { beside, .. }) = &mut self.format {
            beside.push((name.to_owned(), width as usize, values));
        }
    }

    /// The next samples, samples × genes row by row: purified ones, and of AnnData raw ones of every sample before.
    #[wasm_bindgen(js_name = pushSamples)]
    pub fn push_samples(&mut self, values: &[f32]) -> Result<(), JsValue> {
        self.begun()?;
        match &mut self.format {
            Some(Format::Parquet(file)) => file.push(values).map_err(|error| failed(&error)),
            Some(Format::AnnData { file: Some(file), .. }) => file.push(values).map_err(|error| failed(&error)),
            _ => Err(failed(&"it is finished already")),
        }
    }

    /// Everything is in; what is left is taken with [`Self::take`].
    pub fn finish(&mut self) -> Result<(), JsValue> {
        self.begun()?;
        match self.format.take() {
            Some(Format::Parquet(file)) => file.finish().map_err(|error| failed(&error)),
            Some(Format::AnnData { file: Some(file), .. }) => file.finish().map(drop).map_err(|error| failed(&error)),
            _ => Ok(()),
        }
    }

    /// The next bytes of the file; none are there yet, or any more, where it is empty.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn begun(&mut self) -> Result<(), JsValue> {
        if let Some(Format::AnnData { file: file @ None, beside }) = &mut self.format {
            let beside = std::mem::take(beside);
            let begun = AnnDataFile::begin(self.waiting.clone(), &self.about, &beside);
            *file = Some(begun.map_err(|error| failed(&error))?);
        }
        Ok(())
    }
}
