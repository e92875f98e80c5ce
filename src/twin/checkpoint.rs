//! A run's state and a trained model as safetensors: read and written on any device, and by Python.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use super::config::Config;
use super::error::{CheckpointError, TrainError};
use super::network::{Network, Slot, Values, read_back, tensor};
use super::optimiser::AdamW;

/// Written into a checkpoint's metadata. A step of this version is that of its gradients written out by hand.
pub const CHECKPOINT_FORMAT: &str = "twinpurify.checkpoint.2";
/// The version before: the same tensors, made by steps that differ in their last digits. A run that had ended is read; one
/// that had not would end as neither version ends it, and is refused.
const CHECKPOINT_FORMAT_1: &str = "twinpurify.checkpoint.1";

/// A run's state as read back.
pub struct Saved {
    /// Parameters and running moments.
    pub values: Values,
    /// Optimiser's first moments.
    pub first: Vec<Tensor<2>>,
    /// Optimiser's second moments.
    pub second: Vec<Tensor<2>>,
    /// Steps done.
    pub step: usize,
    /// By the version before.
    pub earlier: bool,
    /// `[step, loss, on, off, reconstruction]` of every read.
    pub history: Vec<[f32; 5]>,
}

/// A named tensor on its way to a file.
pub struct Entry {
    /// Name in the file.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Row-major values.
    pub values: Vec<f32>,
}

/// What a file says of itself: one JSON object under one key, because safetensors writes its metadata from a hash map
/// and several keys would stand in another order every time.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

const METADATA_KEY: &str = "twinpurify";

/// Serialise named tensors with metadata; the same input gives the same bytes.
///
/// # Errors
/// [`CheckpointError`] when names repeat or shapes do not fit the values.
pub fn to_bytes(entries: &[Entry], metadata: Metadata) -> Result<Vec<u8>, CheckpointError> {
    let bytes: Vec<Vec<u8>> = entries.iter().map(|e| e.values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let said = serde_json::Value::Object(metadata).to_string();
    let metadata = HashMap::from([(METADATA_KEY.to_string(), said)]);
    let views = entries
        .iter()
        .zip(&bytes)
        .map(|(e, b)| Ok((e.name.as_str(), TensorView::new(Dtype::F32, e.shape.clone(), b)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>();
    views
        .and_then(|views| serialize(views, Some(metadata)))
        .map_err(|e| CheckpointError(format!("it could not be written ({e})")))
}

/// Read the slots named `prefix/…` of a safetensors file onto a device.
///
/// # Errors
/// [`CheckpointError`] when one is missing or has another shape.
pub fn read_slots(
    file: &SafeTensors<'_>,
    prefix: &str,
    slots: &[Slot],
    device: &Device,
) -> Result<Vec<Tensor<2>>, CheckpointError> {
    slots
        .iter()
        .map(|slot| {
            let values = read_values(file, &format!("{prefix}/{}", slot.name), &slot.shape)?;
            Ok(tensor(values, slot.shape, device))
        })
        .collect()
}

/// Read one float32 tensor of a known shape.
///
/// # Errors
/// [`CheckpointError`] when it is missing, of another type or shape.
pub fn read_values(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, CheckpointError> {
    let view = file.tensor(name).map_err(|_| CheckpointError(format!("{name} is missing")))?;
    if view.dtype() != Dtype::F32 || view.shape() != shape {
        return Err(CheckpointError(format!(
            "{name} is {:?} {:?}, expected F32 {shape:?}",
            view.dtype(),
            view.shape()
        )));
    }
    let (words, _) = view.data().as_chunks::<4>();
    Ok(words.iter().map(|b| f32::from_le_bytes(*b)).collect())
}

/// The metadata of a safetensors file, checked to be of `format`.
///
/// # Errors
/// [`CheckpointError`] when the bytes are damaged or of another format.
pub fn metadata_of(bytes: &[u8], format: &str) -> Result<Metadata, CheckpointError> {
    let (_, header) = SafeTensors::read_metadata(bytes)
        .map_err(|e| CheckpointError(format!("it is not a safetensors file ({e})")))?;
    let said = header.metadata().as_ref().and_then(|m| m.get(METADATA_KEY));
    let said = said.ok_or_else(|| CheckpointError("it was not written by TwinPurify".into()))?;
    let metadata: Metadata =
        serde_json::from_str(said).map_err(|e| CheckpointError(format!("its metadata is damaged ({e})")))?;
    match metadata.get("format").and_then(|f| f.as_str()) {
        Some(found) if found == format => Ok(metadata),
        found => Err(CheckpointError(format!("its format is {found:?}, this version reads {format:?}"))),
    }
}

/// Parse the tensors of a safetensors file.
///
/// # Errors
/// [`CheckpointError`] when the bytes are damaged.
pub fn parse(bytes: &[u8]) -> Result<SafeTensors<'_>, CheckpointError> {
    SafeTensors::deserialize(bytes).map_err(|e| CheckpointError(format!("it is damaged ({e})")))
}

/// Read tensors back one by one as entries `prefix/…`.
///
/// # Errors
/// [`TrainError::Device`] when the device no longer answers.
pub async fn entries(prefix: &str, slots: &[Slot], tensors: &[Tensor<2>]) -> Result<Vec<Entry>, TrainError> {
    let mut out = Vec::with_capacity(slots.len());
    for (slot, tensor) in slots.iter().zip(tensors) {
        let values = read_back(tensor.clone()).await?;
        out.push(Entry { name: format!("{prefix}/{}", slot.name), shape: slot.shape.to_vec(), values });
    }
    Ok(out)
}

pub(super) async fn write(
    network: &Network,
    values: &Values,
    optimiser: &AdamW,
    step: usize,
    history: Vec<[f32; 5]>,
    config: &Config,
) -> Result<Vec<u8>, TrainError> {
    let mut all = entries("parameter", &network.slots, &values.parameters).await?;
    all.extend(entries("buffer", &network.buffers, &values.buffers).await?);
    all.extend(entries("first", &network.slots, &optimiser.first).await?);
    all.extend(entries("second", &network.slots, &optimiser.second).await?);
    all.push(Entry { name: "history".into(), shape: vec![history.len(), 5], values: history.concat() });
    let config = serde_json::to_value(config).map_err(|e| CheckpointError(e.to_string()))?;
    let metadata = Metadata::from_iter([
        ("format".to_string(), CHECKPOINT_FORMAT.into()),
        ("step".to_string(), step.into()),
        ("config".to_string(), config),
    ]);
    Ok(to_bytes(&all, metadata)?)
}

pub(super) fn read(bytes: &[u8], network: &Network, device: &Device) -> Result<Saved, CheckpointError> {
    let (metadata, earlier) = checkpoint_metadata(bytes)?;
    let file = parse(bytes)?;
    let step = metadata.get("step").and_then(serde_json::Value::as_u64);
    let rows = file.tensor("history").map_or(0, |t| t.shape().first().copied().unwrap_or(0));
    let history = if rows == 0 { Vec::new() } else { read_values(&file, "history", &[rows, 5])? };
    let (history, _) = history.as_chunks::<5>();
    Ok(Saved {
        values: Values {
            parameters: read_slots(&file, "parameter", &network.slots, device)?,
            buffers: read_slots(&file, "buffer", &network.buffers, device)?,
        },
        first: read_slots(&file, "first", &network.slots, device)?,
        second: read_slots(&file, "second", &network.slots, device)?,
        step: step.ok_or_else(|| CheckpointError("its step is missing".into()))? as usize,
        earlier,
        history: history.to_vec(),
    })
}

/// The metadata of a checkpoint, and whether it is of the version before.
pub(super) fn checkpoint_metadata(bytes: &[u8]) -> Result<(Metadata, bool), CheckpointError> {
    let earlier = metadata_of(bytes, CHECKPOINT_FORMAT_1).map(|metadata| (metadata, true));
    earlier.or_else(|_| Ok((metadata_of(bytes, CHECKPOINT_FORMAT)?, false)))
}
