//! Two views of one tumour: the tumour mixed with different adjacent normals in linear space, then noise and dropped
//! genes: `v = (s((1 − a)·x + a·n) + ε·noise) ⊙ keep` (docs/method.md, *Views*).
//!
//! The draws are made on the CPU whatever the device, so that one seed means one run. The mixing itself is done on
//! the device where the cohort lives there ([`Placement::Device`]) and on the CPU otherwise ([`Placement::Host`]),
//! which is faster for the CPU engine (one pass) and is how a cohort over the adapter's limits is fed.

use std::borrow::Cow;
use std::sync::OnceLock;

use burn::tensor::{Device, Int, Tensor, TensorData};
use ndarray::Array2;
use rand::RngExt;
use rand::seq::SliceRandom;
use twinpurify_cells::{DROPPED, Mixture, gene_noise};

use super::config::Config;
use super::network::tensor;
use crate::contamination::Mixtures;
use crate::random::{Purpose, stream};
use crate::training_set::{Moments, TrainingSet};

/// The numbers a trainer needs of a training set, and nothing that names a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingData {
    /// Tumours, linear, n × G.
    pub tumours: Array2<f32>,
    /// The adjacent normals that are mixed in (never the held-out ones), linear, m × G.
    pub normals: Array2<f32>,
    /// Standardising moments.
    pub moments: Moments,
}

impl TrainingData {
    /// Every tumour as it is and with normal tissue mixed in, as the contamination axis and directions are found from;
    /// none where nothing is mixed in.
    pub fn mixtures(&self, config: &Config) -> Option<Mixtures> {
        Mixtures::draw(&self.tumours, &self.normals, &self.moments, config.mixing, config.seed)
    }
}

impl From<&TrainingSet> for TrainingData {
    fn from(set: &TrainingSet) -> Self {
        Self { tumours: set.tumour_values.clone(), normals: set.mixing_normals(), moments: set.moments.clone() }
    }
}

/// Which rows are mixed in what proportion in one step; views are stacked, the first's rows before the second's.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Tumour of each row, 2 B.
    pub tumours: Vec<usize>,
    /// Adjacent normal of each row, 2 B.
    pub normals: Vec<usize>,
    /// Fraction a of normal in each row, 2 B.
    pub fractions: Vec<f32>,
}

impl Draw {
    /// The draws of a step: tumours in the epoch's own order, without its last partial batch.
    pub fn of_step(config: &Config, data: &TrainingData, step: usize) -> Self {
        let tumours = data.tumours.nrows();
        let per_epoch = (tumours / config.batch).max(1);
        let mut order: Vec<usize> = (0..tumours).collect();
        order.shuffle(&mut stream(config.seed, Purpose::Batches, (step / per_epoch) as u64));
        let start = (step % per_epoch) * config.batch;
        let batch = &order[start..(start + config.batch).min(tumours)];
        let mut rng = stream(config.seed, Purpose::Mixing, step as u64);
        let rows = 2 * batch.len();
        Self {
            tumours: batch.iter().chain(batch).copied().collect(),
            normals: (0..rows).map(|_| rng.random_range(0..data.normals.nrows())).collect(),
            fractions: (0..rows).map(|_| rng.random::<f32>() * config.mixing as f32).collect(),
        }
    }
}

/// Gene noise of a step: ε · N(0, 1), or [`DROPPED`]; the same numbers on every device.
struct GeneNoise {
    rng: rand_xoshiro::Xoshiro256PlusPlus,
    noise: f32,
    drop: u32,
}

impl GeneNoise {
    fn of_step(config: &Config, step: usize) -> Self {
        Self {
            rng: stream(config.seed, Purpose::Noise, step as u64),
            noise: config.noise as f32,
            drop: (config.drop * f64::from(u32::MAX)) as u32,
        }
    }

    /// Of as many genes as there is room for.
    fn draw(&mut self, into: &mut [f32]) {
        gene_noise(&mut self.rng, self.noise, self.drop, into);
    }
}

/// Where views are made.
#[expect(clippy::large_enum_variant, reason = "there is one per run")]
pub enum Placement {
    /// The cohort stays on the CPU; each step's views are made there and uploaded.
    Host {
        /// Tumours, normals and moments.
        data: TrainingData,
        /// 1 / (σ + 1e-3).
        inverse_deviation: Vec<f32>,
        /// Every tumour unmixed and standardised, n × G, once the reconstruction has asked for it.
        clean: OnceLock<Array2<f32>>,
    },
    /// The cohort lives on the device; each step uploads indices, fractions and noise.
    Device {
        /// Shapes and draws still come from here.
        data: TrainingData,
        /// n × G.
        tumours: Tensor<2>,
        /// m × G.
        normals: Tensor<2>,
        /// 1 × G.
        mean: Tensor<2>,
        /// 1 × G.
        deviation: Tensor<2>,
    },
}

impl Placement {
    /// Keep the cohort on the CPU.
    pub fn host(data: TrainingData) -> Self {
        let inverse_deviation = data.moments.deviation.iter().map(|d| 1.0 / d).collect();
        Self::Host { data, inverse_deviation, clean: OnceLock::new() }
    }

    /// Upload the cohort once.
    pub fn device(data: TrainingData, device: &Device) -> Self {
        let upload = |m: &Array2<f32>| tensor(m.iter().copied().collect(), [m.nrows(), m.ncols()], device);
        let row = |v: &[f32]| tensor(v.to_vec(), [1, v.len()], device);
        Self::Device {
            tumours: upload(&data.tumours),
            normals: upload(&data.normals),
            mean: row(&data.moments.mean),
            deviation: row(&data.moments.deviation),
            data,
        }
    }

    /// The numbers behind the views.
    pub fn data(&self) -> &TrainingData {
        match self {
            Self::Host { data, .. } | Self::Device { data, .. } => data,
        }
    }

    /// The stacked views of a step (2 B × G) and, for the reconstruction, the unmixed standardised profiles of the
    /// same rows.
    pub fn views(&self, config: &Config, step: usize, device: &Device) -> (Tensor<2>, Option<Tensor<2>>) {
        let draw = Draw::of_step(config, self.data(), step);
        let mut noise = GeneNoise::of_step(config, step);
        let shape = [draw.tumours.len(), self.data().tumours.ncols()];
        let with_target = config.rho > 0.0;
        match self {
            Self::Host { data, inverse_deviation, clean } => {
                let views = mix_on_host(&draw, data, inverse_deviation, &mut noise);
                let target = with_target.then(|| {
                    let clean = clean.get_or_init(|| data.moments.standardise(&data.tumours));
                    let mut rows = Vec::with_capacity(shape[0] * shape[1]);
                    draw.tumours.iter().for_each(|&tumour| rows.extend_from_slice(&row_of(clean, tumour)));
                    tensor(rows, shape, device)
                });
                (tensor(views, shape, device), target)
            }
            Self::Device { tumours, normals, mean, deviation, .. } => {
                let rows = |indices: &[usize]| -> Tensor<1, Int> {
                    let indices: Vec<i32> = indices.iter().map(|&i| i as i32).collect();
                    Tensor::from_data(TensorData::new(indices, [shape[0]]), device)
                };
                let fractions = tensor(draw.fractions.clone(), [shape[0], 1], device);
                let mut drawn = vec![0.0; shape[0] * shape[1]];
                noise.draw(&mut drawn);
                let noise = tensor(drawn, shape, device);
                let standardise =
                    |x: Tensor<2>| (x.log1p() / std::f64::consts::LN_2 - mean.clone()) / deviation.clone();
                let tumour = tumours.clone().select(0, rows(&draw.tumours));
                let normal = normals.clone().select(0, rows(&draw.normals));
                let mixed = standardise(tumour.clone() + (normal - tumour.clone()) * fractions);
                let kept = noise.clone().lower_elem(DROPPED / 2.0).float();
                ((mixed + noise) * kept, with_target.then(|| standardise(tumour)))
            }
        }
    }
}

/// A sample's values, gene by gene, as they lie where they lie together.
fn row_of(values: &Array2<f32>, row: usize) -> Cow<'_, [f32]> {
    let row = values.row(row);
    row.to_slice().map_or_else(|| Cow::Owned(row.to_vec()), Cow::Borrowed)
}

fn mix_on_host(draw: &Draw, data: &TrainingData, inverse_deviation: &[f32], noise: &mut GeneNoise) -> Vec<f32> {
    let genes = data.tumours.ncols();
    let mut views = vec![0.0; draw.tumours.len() * genes];
    // Drawn a row ahead: drawing branches, and mixing without it runs on vector instructions.
    let mut row_noise = vec![0.0; genes];
    let rows = draw.tumours.iter().zip(&draw.normals).zip(&draw.fractions);
    for (view, ((&tumour, &normal), &fraction)) in views.chunks_exact_mut(genes.max(1)).zip(rows) {
        noise.draw(&mut row_noise);
        let (tumour, normal) = (row_of(&data.tumours, tumour), row_of(&data.normals, normal));
        let mean = &data.moments.mean;
        Mixture { tumour: &tumour, normal: &normal, fraction, mean, inverse_deviation }.view(&row_noise, view);
    }
    views
}
