//! Tensors of a session file as they are written.

use std::borrow::Cow;

use ndarray::Array2;
use safetensors::tensor::{Dtype, View};

use crate::cohort::Row;

/// A tensor that becomes bytes when its turn comes to be written, not before.
pub struct Written<'a> {
    /// Rows and columns, or bytes.
    pub shape: Vec<usize>,
    /// What is in it.
    pub values: Values<'a>,
}

/// Numbers in one piece or row by row, or bytes.
pub enum Values<'a> {
    /// Samples × features.
    Array(&'a Array2<f32>),
    /// Genes × samples.
    Rows(&'a [Row]),
    /// As they are.
    Bytes(&'a [u8]),
}

impl View for Written<'_> {
    fn dtype(&self) -> Dtype {
        if matches!(self.values, Values::Bytes(_)) { Dtype::U8 } else { Dtype::F32 }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let mut bytes = Vec::new();
        if !matches!(self.values, Values::Bytes(_)) {
            bytes.reserve_exact(self.data_len());
        }
        match &self.values {
            Values::Array(array) => array.iter().for_each(|v| bytes.extend_from_slice(&v.to_le_bytes())),
            Values::Rows(rows) => {
                rows.iter().flatten().for_each(|v| bytes.extend_from_slice(&v.to_le_bytes()));
            }
            Values::Bytes(bytes) => return Cow::Borrowed(bytes),
        }
        Cow::Owned(bytes)
    }

    fn data_len(&self) -> usize {
        let unit = if matches!(self.values, Values::Bytes(_)) { 1 } else { size_of::<f32>() };
        self.shape.iter().product::<usize>() * unit
    }
}
