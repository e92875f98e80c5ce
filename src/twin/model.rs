//! A trained model on the CPU: embeds samples, gives purified profiles, and is saved as safetensors.

use burn::tensor::{Device, Tensor};
use ndarray::Array2;
use safetensors::SafeTensors;

use super::checkpoint::{
    Entry, Metadata, checkpoint_metadata, entries, metadata_of, parse, read_slots, read_values, to_bytes,
};
use super::config::{Config, automatic_strength};
use super::error::{CheckpointError, TrainError};
use super::network::{Network, Values, read_back, tensor};
use super::views::TrainingData;
use crate::cohort::Reading;
use crate::contamination::{Directions, Kind, MOST_DIRECTIONS, Removal, difference};
use crate::training_set::Moments;

/// Written into a model file's metadata.
pub const MODEL_FORMAT: &str = "twinpurify.model.2";
/// The format before: without contamination directions, read as strength 0. A reader refuses any other.
const MODEL_FORMAT_1: &str = "twinpurify.model.1";

/// A trained network with what it needs to read new samples: its genes and moments.
#[derive(Clone, Debug)]
pub struct TwinModel {
    config: Config,
    genes: Vec<String>,
    moments: Moments,
    reading: Option<Reading>,
    made_of: Option<serde_json::Value>,
    network: Network,
    values: Values,
    removal: Option<Removal>,
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
        checkpoint_metadata(bytes)?;
        Self::assemble(bytes, config, genes, moments, device)
    }

    /// Read a model file.
    ///
    /// # Errors
    /// [`CheckpointError`] when the bytes are damaged or of another version.
    pub fn from_bytes(bytes: &[u8], device: Device) -> Result<Self, CheckpointError> {
        let metadata = metadata_of(bytes, MODEL_FORMAT_1).or_else(|_| metadata_of(bytes, MODEL_FORMAT))?;
        let field =
            |name: &str| metadata.get(name).cloned().ok_or_else(|| CheckpointError(format!("its {name} is missing")));
        let damaged = |e: serde_json::Error| CheckpointError(format!("its metadata is damaged ({e})"));
        let config: Config = serde_json::from_value(field("config")?).map_err(damaged)?;
        let genes: Vec<String> = serde_json::from_value(field("genes")?).map_err(damaged)?;
        // A stranger's file: every width is checked before anything is made of it. 0 asks for a width to be chosen, which a
        // trained network has none of.
        let sizes = [("dim", config.dim), ("number of genes", genes.len())].into_iter();
        let sizes = sizes.chain(config.projector.iter().chain(&config.hidden).map(|width| ("layer width", *width)));
        if let Some((name, _)) = sizes.into_iter().find(|(_, size)| *size == 0) {
            return Err(CheckpointError(format!("its {name} is 0, and no network is that wide: the file is damaged")));
        }
        config.resolve(usize::MAX).map_err(|e| CheckpointError(e.to_string()))?;
        // Older files do not say how values were read.
        let reading = metadata.get("reading").cloned().map(serde_json::from_value).transpose().map_err(damaged)?;
        let file = parse(bytes)?;
        let moments = Moments {
            mean: read_values(&file, "moments/mean", &[genes.len()])?,
            deviation: read_values(&file, "moments/deviation", &[genes.len()])?,
        };
        let kinds = metadata.get("directions").cloned().unwrap_or_else(|| serde_json::json!([]));
        let kinds: Vec<Kind> = serde_json::from_value(kinds).map_err(damaged)?;
        let directions = read_directions(&file, &config, genes.len(), kinds)?;
        let made_of = metadata.get("run").cloned();
        let model = Self { reading, made_of, ..Self::assemble(bytes, config, genes, moments, device)? };
        Ok(match directions {
            Some(directions) => model.with_directions(directions),
            None => model,
        })
    }

    /// The same with how the values it was trained on were read, which its file keeps.
    pub fn read_as(self, reading: Reading) -> Self {
        Self { reading: Some(reading), ..self }
    }

    /// The same with a record of what the run was made of, which its file keeps as it is.
    pub fn made_of(self, record: serde_json::Value) -> Self {
        Self { made_of: Some(record), ..self }
    }

    /// That record; none in files of older versions.
    pub fn record(&self) -> Option<&serde_json::Value> {
        self.made_of.as_ref()
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
        Ok(Self { config, genes, moments, reading: None, made_of: None, network, values, removal: None, device })
    }

    /// With the contamination directions of the cohort it was trained on, of which its configuration's strength is taken
    /// out of whatever is embedded from now on. `stand_in` is the tumours' stand-in for purity, where there is one
    /// ([`Directions::of`]).
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub async fn find_directions(self, data: &TrainingData, stand_in: Option<&[f64]>) -> Result<Self, TrainError> {
        let Some(mixtures) = data.mixtures(&self.config) else { return Ok(self) };
        let (most, genes) = (mixtures.most_directions(), mixtures.differences());
        let embedding = self.whole(mixtures.clean.clone()).await?;
        let directions = if self.config.profile {
            Directions::of(&genes, &embedding, most, stand_in)
        } else {
            let shift = difference(&self.whole(mixtures.mixed.clone()).await?, &embedding);
            let found = Directions::of(&shift, &embedding, most, stand_in);
            found.moving((&shift, &genes), (&embedding, &mixtures.clean))
        };
        let automatic = automatic_strength(self.config.preset, data.tumours.nrows(), directions.with_stand_in());
        let strength = Some(self.config.strength.unwrap_or(automatic));
        Ok(Self { config: Config { strength, ..self.config.clone() }, ..self }.with_directions(directions))
    }

    fn with_directions(self, directions: Directions) -> Self {
        let removal = Removal::new(directions, self.config.strength.unwrap_or(0), &self.config.kept);
        Self { removal: Some(removal), ..self }
    }

    /// The directions found, and how much of them is taken out; none in a model that was trained without mixing or read
    /// from a file of the format before.
    pub fn removal(&self) -> Option<&Removal> {
        self.removal.as_ref()
    }

    /// Take out the first `strength` directions but those in `kept` (from 1) from now on; written into its file too.
    pub fn set_strength(&mut self, strength: usize, kept: &[usize]) {
        if let Some(removal) = self.removal.take() {
            let removal = Removal::new(removal.directions().clone(), strength, kept);
            (self.config.strength, self.config.kept) = (Some(removal.strength()), removal.kept().to_vec());
            self.removal = Some(removal);
        }
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
        if let Some(directions) = self.removal.as_ref().map(Removal::directions) {
            let mut put = |name: &str, shape: Vec<usize>, values: Vec<f32>| {
                all.push(Entry { name: format!("contamination/{name}"), shape, values });
            };
            let matrix = |m: &Array2<f32>| (vec![m.nrows(), m.ncols()], m.iter().copied().collect::<Vec<f32>>());
            let (shape, values) = matrix(&directions.axes);
            put("axes", shape, values);
            if !self.config.profile {
                let (shape, values) = matrix(&directions.loadings);
                put("loadings", shape, values);
            }
            put("centre", vec![directions.len()], directions.centre.clone());
            put("shift", vec![directions.len()], directions.shift.iter().map(|v| *v as f32).collect());
        }
        let json = |e: serde_json::Error| CheckpointError(e.to_string());
        let kinds: &[Kind] = self.removal.as_ref().map_or(&[], |removal| &removal.directions().kinds);
        let mut metadata = Metadata::from_iter([
            ("format".to_string(), MODEL_FORMAT.into()),
            ("config".to_string(), serde_json::to_value(&self.config).map_err(json)?),
            ("genes".to_string(), serde_json::to_value(&self.genes).map_err(json)?),
            ("directions".to_string(), serde_json::to_value(kinds).map_err(json)?),
        ]);
        if let Some(reading) = &self.reading {
            metadata.insert("reading".to_string(), serde_json::to_value(reading).map_err(json)?);
        }
        if let Some(record) = &self.made_of {
            metadata.insert("run".to_string(), record.clone());
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
        let mut embedding = self.whole(standardised).await?;
        if let Some(removal) = &self.removal {
            removal.apply(&mut embedding);
        }
        Ok(embedding)
    }

    /// Embed samples × genes that are standardised already with nothing taken out: strength 0.
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub async fn whole(&self, standardised: Array2<f32>) -> Result<Array2<f32>, TrainError> {
        let input = upload(standardised, &self.device);
        download(self.network.read(input, self.config.profile, &self.values)).await
    }

    /// The bottleneck of samples × genes that are standardised already, samples × d.
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub async fn encode(&self, standardised: Array2<f32>) -> Result<Array2<f32>, TrainError> {
        download(self.network.encode(upload(standardised, &self.device), &self.values)).await
    }

    /// Where samples × genes that are standardised already lie along each contamination direction as mixing moves them,
    /// samples × K: the profile itself where the purified profile is read, else the embedding.
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub async fn moved_along(&self, standardised: Array2<f32>) -> Result<Array2<f32>, TrainError> {
        let Some(removal) = &self.removal else { return Ok(Array2::zeros((standardised.nrows(), 0))) };
        let moves = if self.config.profile { standardised } else { self.whole(standardised).await? };
        Ok(moves.dot(&removal.directions().axes.t()))
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

fn read_directions(
    file: &SafeTensors<'_>,
    config: &Config,
    genes: usize,
    kinds: Vec<Kind>,
) -> Result<Option<Directions>, CheckpointError> {
    let Ok(axes) = file.tensor("contamination/axes") else { return Ok(None) };
    let count = axes.shape().first().copied().unwrap_or(0);
    if count > MOST_DIRECTIONS || count != kinds.len() {
        let named = kinds.len();
        return Err(CheckpointError(format!(
            "it holds {count} contamination directions and names {named}; {MOST_DIRECTIONS} are the most"
        )));
    }
    let matrix = |name: &str, columns: usize| -> Result<Array2<f32>, CheckpointError> {
        let values = read_values(file, &format!("contamination/{name}"), &[count, columns])?;
        Array2::from_shape_vec((count, columns), values).map_err(|e| CheckpointError(e.to_string()))
    };
    let axes = matrix("axes", config.width(genes))?;
    let loadings = if config.profile { axes.clone() } else { matrix("loadings", genes)? };
    let centre = read_values(file, "contamination/centre", &[count])?;
    let shift = read_values(file, "contamination/shift", &[count])?.into_iter().map(f64::from).collect();
    Ok(Some(Directions { axes, loadings, centre, shift, kinds }))
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
