//! Encoder, projector and decoder as stacks of layers over one list of named parameters (docs/method.md, *Network*).
//!
//! Parameters are plain tensors and not a burn `Module`: a checkpoint reads them and the optimiser's moments back one
//! by one without blocking, which burn's records cannot do on a GPU, where a browser
//! gives values back only to one who awaits them.

use burn::tensor::{Device, Tensor, TensorData, activation::relu};
use rand::RngExt;

use super::config::{Config, Preset};
use super::error::TrainError;
use super::product::product;
use crate::random::{Purpose, stream};

pub(super) const BATCH_NORM_EPS: f64 = 1e-5;
/// Share of the newest batch in the running moments of a batch norm.
pub(super) const BATCH_NORM_MOMENTUM: f64 = 0.1;

/// A parameter's place in the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// `encoder.0.weight`, …
    pub name: String,
    /// Rows and columns; vectors are one row.
    pub shape: [usize; 2],
    /// Whether weight decay applies: matrices only.
    pub decays: bool,
    initial: Initial,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Initial {
    Constant(f32),
    /// Uniform within ±1/√fan-in, PyTorch's default for linear layers.
    Uniform {
        fan_in: usize,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Layer {
    Linear { weight: usize, bias: Option<usize> },
    BatchNorm { gain: usize, shift: usize, running: usize },
    Relu,
}

/// The layout of a network: which layers use which parameters. Holds no values.
#[derive(Clone, Debug)]
pub struct Network {
    /// Trainable parameters in order.
    pub slots: Vec<Slot>,
    /// Running moments of the batch norms, mean and variance in turn.
    pub buffers: Vec<Slot>,
    pub(super) encoder: Vec<Layer>,
    pub(super) skip: Vec<Layer>,
    pub(super) projector: Vec<Layer>,
    pub(super) decoder: Vec<Layer>,
    /// The buffer that holds the contamination axis, and ω, where the raw profile has a share in what is read.
    raw: Option<(usize, f64)>,
}

/// Values of a network's parameters and running moments, in the order of its slots.
#[derive(Clone, Debug)]
pub struct Values {
    /// One per [`Network::slots`].
    pub parameters: Vec<Tensor<2>>,
    /// One per [`Network::buffers`].
    pub buffers: Vec<Tensor<2>>,
}

impl Network {
    /// The network of a resolved configuration over `genes` inputs.
    pub fn new(config: &Config, genes: usize) -> Self {
        let mut network = Self {
            slots: Vec::new(),
            buffers: Vec::new(),
            encoder: Vec::new(),
            skip: Vec::new(),
            projector: Vec::new(),
            decoder: Vec::new(),
            raw: None,
        };
        let widths = |first: usize, middle: &[usize], last: &[usize]| [&[first], middle, last].concat();
        network.encoder = network.perceptron("encoder", &widths(genes, &config.hidden, &[config.dim]));
        if config.skip && !config.hidden.is_empty() {
            network.skip = vec![network.linear("skip", genes, config.dim, false)];
        }
        if !config.projector.is_empty() {
            let mut layers = vec![network.batch_norm("projector.in", config.dim), Layer::Relu];
            layers.extend(network.perceptron("projector", &widths(config.dim, &config.projector, &[])));
            network.projector = layers;
        }
        if config.rho > 0.0 {
            let mirrored: Vec<usize> = config.hidden.iter().rev().copied().collect();
            network.decoder = network.perceptron("decoder", &widths(config.dim, &mirrored, &[genes]));
        }
        if config.profile && config.raw_share > 0.0 {
            network.raw = Some((network.buffers.len(), config.raw_share));
            let initial = Initial::Constant(0.0);
            network.buffers.push(Slot { name: "raw.axis".into(), shape: [1, genes], decays: false, initial });
        }
        network
    }

    /// A bare perceptron, linear and ReLU without batch norm: the shape the benchmarks compare across frameworks.
    pub fn perceptron_without_norm(inputs: usize, hidden: usize, outputs: usize) -> Self {
        let linear = Config::preset(Preset::Linear);
        let config = Config { dim: outputs, ..linear };
        let mut network = Self { encoder: vec![], slots: vec![], ..Self::new(&config, 1) };
        let first = network.linear("encoder.0", inputs, hidden, true);
        let last = network.linear("encoder.1", hidden, outputs, true);
        network.encoder = vec![first, Layer::Relu, last];
        network
    }

    /// Linear layers with batch norm and ReLU between, none on the output.
    fn perceptron(&mut self, name: &str, widths: &[usize]) -> Vec<Layer> {
        let mut layers = Vec::new();
        for (i, pair) in widths.windows(2).enumerate() {
            let last = i + 2 == widths.len();
            layers.push(self.linear(&format!("{name}.{i}"), pair[0], pair[1], last));
            if !last {
                layers.push(self.batch_norm(&format!("{name}.{i}.norm"), pair[1]));
                layers.push(Layer::Relu);
            }
        }
        layers
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize, bias: bool) -> Layer {
        let initial = Initial::Uniform { fan_in: inputs };
        let weight = self.slot(format!("{name}.weight"), [inputs, outputs], true, initial);
        let bias = bias.then(|| self.slot(format!("{name}.bias"), [1, outputs], false, initial));
        Layer::Linear { weight, bias }
    }

    fn batch_norm(&mut self, name: &str, width: usize) -> Layer {
        let gain = self.slot(format!("{name}.gain"), [1, width], false, Initial::Constant(1.0));
        let shift = self.slot(format!("{name}.shift"), [1, width], false, Initial::Constant(0.0));
        let running = self.buffers.len();
        for (moment, value) in [("mean", 0.0), ("variance", 1.0)] {
            self.buffers.push(Slot {
                name: format!("{name}.{moment}"),
                shape: [1, width],
                decays: false,
                initial: Initial::Constant(value),
            });
        }
        Layer::BatchNorm { gain, shift, running }
    }

    fn slot(&mut self, name: String, shape: [usize; 2], decays: bool, initial: Initial) -> usize {
        self.slots.push(Slot { name, shape, decays, initial });
        self.slots.len() - 1
    }

    /// Initial values, drawn on the CPU so that every device starts alike.
    pub fn initialise(&self, seed: u64, device: &Device) -> Values {
        let fill = |slots: &[Slot]| {
            slots.iter().enumerate().map(|(i, slot)| tensor(slot.draw(seed, i as u64), slot.shape, device)).collect()
        };
        Values { parameters: fill(&self.slots), buffers: fill(&self.buffers) }
    }

    /// Whether there is a decoder to give purified profiles.
    pub fn has_decoder(&self) -> bool {
        !self.decoder.is_empty()
    }

    /// Embed standardised profiles (samples × G): batch norms use their running moments.
    pub fn encode(&self, input: Tensor<2>, values: &Values) -> Tensor<2> {
        let embedding = run(&self.encoder, input.clone(), values);
        if self.skip.is_empty() { embedding } else { embedding + run(&self.skip, input, values) }
    }

    /// Whether the values need a contamination axis.
    pub fn has_axis(&self) -> bool {
        self.raw.is_some()
    }

    /// Set the contamination axis of a network that needs one.
    pub fn set_axis(&self, axis: Vec<f32>, values: &mut Values, device: &Device) {
        if let Some((at, _)) = self.raw {
            values.buffers[at] = tensor(axis, self.buffers[at].shape, device);
        }
    }

    /// The embedding of standardised profiles (samples × G): the bottleneck (samples × d) or, of a network that has a
    /// decoder and is read there, the purified `profile` (samples × G): `ω·(x − (x·u)·u) + (1 − ω)·dec(enc(x))` with
    /// the contamination axis u.
    pub fn read(&self, input: Tensor<2>, profile: bool, values: &Values) -> Tensor<2> {
        let bottleneck = self.encode(input.clone(), values);
        if !profile {
            return bottleneck;
        }
        let decoded = self.decode(bottleneck, values);
        let Some((at, share)) = self.raw else { return decoded };
        let axis = values.buffers[at].clone();
        let along = (input.clone() * axis.clone()).sum_dim(1);
        (input - along * axis) * share + decoded * (1.0 - share)
    }

    /// Decode bottlenecks to standardised purified profiles (samples × G).
    pub fn decode(&self, embedding: Tensor<2>, values: &Values) -> Tensor<2> {
        run(&self.decoder, embedding, values)
    }
}

impl Slot {
    fn draw(&self, seed: u64, index: u64) -> Vec<f32> {
        let count = self.shape[0] * self.shape[1];
        match self.initial {
            Initial::Constant(value) => vec![value; count],
            Initial::Uniform { fan_in } => {
                let bound = 1.0 / (fan_in as f32).sqrt();
                let mut rng = stream(seed, Purpose::Initialisation, index);
                (0..count).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect()
            }
        }
    }
}

/// A tensor of `rows × columns` from row-major values.
pub fn tensor(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Read a tensor back without blocking.
pub(super) async fn read_back<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, TrainError> {
    let failed = |message: String| TrainError::Device { message };
    let data = tensor.into_data_async().await.map_err(|e| failed(e.to_string()))?;
    data.try_into_vec::<f32>().map_err(|e| failed(format!("{e:?}")))
}

pub(super) fn affine(input: Tensor<2>, weight: usize, bias: Option<usize>, values: &Values) -> Tensor<2> {
    let product = product(input, values.parameters[weight].clone());
    match bias {
        Some(bias) => product + values.parameters[bias].clone(),
        None => product,
    }
}

fn run(layers: &[Layer], mut x: Tensor<2>, values: &Values) -> Tensor<2> {
    for layer in layers {
        x = match *layer {
            Layer::Linear { weight, bias } => affine(x, weight, bias, values),
            Layer::Relu => relu(x),
            Layer::BatchNorm { gain, shift, running } => {
                let deviation = (values.buffers[running + 1].clone() + BATCH_NORM_EPS).sqrt();
                (x - values.buffers[running].clone()) / deviation * values.parameters[gain].clone()
                    + values.parameters[shift].clone()
            }
        };
    }
    x
}
