//! A trained model on the CPU: embeds samples, gives purified profiles, and is saved as safetensors.

use burn::tensor::{Device, Tensor};
use ndarray::Array2;

use super::checkpoint::{
    CHECKPOINT_FORMAT, CheckpointError, Entry, Metadata, entries, metadata_of, parse, read_slots, read_values, to_bytes,
};
use super::config::Config;
use super::network::{Network, Values, tensor};
use super::trainer::{TrainError, read_back};
use crate::cohort::Reading;
use crate::training_set::Moments;

/// Written into a model file's metadata; a reader refuses any other.
pub const MODEL_FORMAT: &str = "twinpurify.model.1";

/// A trained network with what it needs to read new samples: its genes and moments.
#[derive(Clone, Debug)]
pub struct TwinModel {
    config: Config,
    genes: Vec<String>,
    moments: Moments,
    reading: Option<Reading>,
    network: Network,
    values: Values,
    device: Device,
}

impl TwinModel {
    /// The model a checkpoint holds, whatever device trained it, on `device`.
    ///
    /// # Errors
    /// [`CheckpointError`] when the bytes are damaged or belong to another network.
    pub fn from_checkpoint(
        bytes: &[u8],
        config: Config,
        genes: Vec<String>,
        moments: Moments,
        device: Device,
    ) -> Result<Self, CheckpointError> {
        metadata_of(bytes, CHECKPOINT_FORMAT)?;
        Self::assemble(bytes, config, genes, moments, device)
    }

    /// Read a model file.
    ///
    /// # Errors
    /// [`CheckpointError`] when the bytes are damaged or of another version.
    pub fn from_bytes(bytes: &[u8], device: Device) -> Result<Self, CheckpointError> {
        let metadata = metadata_of(bytes, MODEL_FORMAT)?;
        let field =
            |name: &str| metadata.get(name).cloned().ok_or_else(|| CheckpointError(format!("its {name} is missing")));
        let damaged = |e: serde_json::Error| CheckpointError(format!("its metadata is damaged ({e})"));
        let config: Config = serde_json::from_value(field("config")?).map_err(damaged)?;
        let genes: Vec<String> = serde_json::from_value(field("genes")?).map_err(damaged)?;
        // A stranger's file: every width is checked before anything is made of it.
        config.resolve(usize::MAX).map_err(|e| CheckpointError(e.to_string()))?;
        // Older files do not say how values were read.
        let reading = metadata.get("reading").cloned().map(serde_json::from_value).transpose().map_err(damaged)?;
        let file = parse(bytes)?;
        let moments = Moments {
            mean: read_values(&file, "moments/mean", &[genes.len()])?,
            deviation: read_values(&file, "moments/deviation", &[genes.len()])?,
        };
        Ok(Self { reading, ..Self::assemble(bytes, config, genes, moments, device)? })
    }

    /// The same with how the values it was trained on were read, which its file keeps.
    pub fn read_as(self, reading: Reading) -> Self {
        Self { reading: Some(reading), ..self }
    }

    fn assemble(
        bytes: &[u8],
        config: Config,
        genes: Vec<String>,
        moments: Moments,
        device: Device,
    ) -> Result<Self, CheckpointError> {
        let file = parse(bytes)?;
        let network = Network::new(&config, genes.len());
        let values = Values {
            parameters: read_slots(&file, "parameter", &network.slots, &device)?,
            buffers: read_slots(&file, "buffer", &network.buffers, &device)?,
        };
        Ok(Self { config, genes, moments, reading: None, network, values, device })
    }

    /// The model as safetensors: parameters, running moments and moments as tensors; configuration and gene list in
    /// the metadata. Holds no sample and no sample name.
    ///
    /// # Errors
    /// [`TrainError`] when the device does not answer or the file cannot be written.
    pub async fn to_bytes(&self) -> Result<Vec<u8>, TrainError> {
        let mut all = entries("parameter", &self.network.slots, &self.values.parameters).await?;
        all.extend(entries("buffer", &self.network.buffers, &self.values.buffers).await?);
        for (name, values) in [("mean", &self.moments.mean), ("deviation", &self.moments.deviation)] {
            all.push(Entry { name: format!("moments/{name}"), shape: vec![values.len()], values: values.clone() });
        }
        let json = |e: serde_json::Error| CheckpointError(e.to_string());
        let mut metadata = Metadata::from_iter([
            ("format".to_string(), MODEL_FORMAT.into()),
            ("config".to_string(), serde_json::to_value(&self.config).map_err(json)?),
            ("genes".to_string(), serde_json::to_value(&self.genes).map_err(json)?),
        ]);
        if let Some(reading) = &self.reading {
            metadata.insert("reading".to_string(), serde_json::to_value(reading).map_err(json)?);
        }
        Ok(to_bytes(&all, metadata)?)
    }

    /// Embed samples × genes in linear space as samples × [`Self::width`].
    ///
    /// # Errors
    /// [`TrainError::Device`] when the device does not answer.
    pub async fn embed(&self, linear: &Array2<f32>) -> Result<Array2<f32>, TrainError> {
        self.embed_standardised(self.moments.standardise(linear)).await
    }

    /// Embed samples × genes that are standardised already.
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub async fn embed_standardised(&self, standardised: Array2<f32>) -> Result<Array2<f32>, TrainError> {
        let input = upload(standardised, &self.device);
        download(self.network.read(input, self.config.profile, &self.values)).await
    }

    /// Width of the embedding: d, or the number of genes where the purified profile is read.
    pub fn width(&self) -> usize {
        self.config.width(self.genes.len())
    }

    /// The purified, standardised profiles of embeddings (samples × [`Self::width`] → samples × G), where there is a
    /// decoder; an embedding that is the purified profile already comes back as it is.
    ///
    /// # Errors
    /// [`TrainError::Device`] when the device does not answer.
    pub async fn purified(&self, embedding: &Array2<f32>) -> Option<Result<Array2<f32>, TrainError>> {
        if !self.network.has_decoder() {
            return None;
        }
        if self.config.profile {
            return Some(Ok(embedding.clone()));
        }
        let decoded = self.network.decode(upload(embedding.clone(), &self.device), &self.values);
        Some(download(decoded).await)
    }

    /// The configuration it was trained with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The genes it reads, in order.
    pub fn genes(&self) -> &[String] {
        &self.genes
    }

    /// How the values it was trained on were read; none in files of older versions.
    pub fn reading(&self) -> Option<&Reading> {
        self.reading.as_ref()
    }

    /// The moments it standardises with.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }
}

fn upload(values: Array2<f32>, device: &Device) -> Tensor<2> {
    let shape = [values.nrows(), values.ncols()];
    tensor(values.into_iter().collect(), shape, device)
}

async fn download(values: Tensor<2>) -> Result<Array2<f32>, TrainError> {
    let [rows, columns] = values.dims();
    let read = read_back(values).await?;
    Array2::from_shape_vec((rows, columns), read).map_err(|e| TrainError::Device { message: e.to_string() })
}
