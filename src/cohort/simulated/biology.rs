//! The generative model behind a simulated cohort: what its samples share, and how one is drawn.

use super::{NORMAL_SETS, PROGRAMME_SETS, SimulationSettings};
use crate::cohort::{ExpressionMatrix, GeneSet};
use rand::seq::index;
use rand_distr::{Beta, Distribution, StandardNormal, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeSet;

/// The immune infiltrate of a biopsy loads on genes of these sets.
const IMMUNE_SETS: [&str; 2] = ["HALLMARK_INTERFERON_GAMMA_RESPONSE", "HALLMARK_INFLAMMATORY_RESPONSE"];
/// Tumour-associated stroma: in bulk tissue this set is read mostly from fibroblasts.
const STROMA_SETS: [&str; 1] = ["HALLMARK_EPITHELIAL_MESENCHYMAL_TRANSITION"];
/// Cumulative prevalence of the subtypes (0.40, 0.22, 0.18, 0.12, 0.08).
const SUBTYPE_CUMULATIVE: [f64; 4] = [0.40, 0.62, 0.80, 0.92];

// Shares of all genes: 150, 300, 80 and 700 of the reference's 2,000.
const MODULE_SHARE: f64 = 0.075;
const NORMAL_SHARE: f64 = 0.15;
const SUBTYPE_SHARE: f64 = 0.04;
const DIFFERENCE_SHARE: f64 = 0.35;
// Standard deviations in log2 units, as in the reference.
const SUBTYPE_EFFECT: f64 = 0.6;
const PROGRAMME_EFFECT: f64 = 0.6;
const NORMAL_EFFECT: f64 = 0.7;
const TUMOUR_RESIDUAL: f64 = 0.35;
const NORMAL_RESIDUAL: f64 = 0.25;
/// Standard deviation of the natural logarithm of the measurement's factor.
const MEASUREMENT_NOISE: f64 = 0.15;
/// Mean of a scaled profile: 2,000 genes sum to 10⁵ (a tenth of all transcripts per million).
const MEAN_TPM: f64 = 50.0;

/// Loadings on a few genes: (gene's index, log2 units).
pub(super) type Effect = Vec<(usize, f64)>;

/// The tumour cells of one patient, before any biopsy.
pub(super) struct TumourCells {
    pub(super) subtype: usize,
    pub(super) activity: [f64; PROGRAMME_SETS.len()],
    pub(super) immune: f64,
    log2: Vec<f64>,
}

/// What all samples of one simulated cohort share.
pub(super) struct Biology {
    genes: Vec<String>,
    baseline: Vec<f64>,
    difference: Effect,
    subtypes: Vec<Effect>,
    pub(super) programmes: Vec<Effect>,
    normal_factors: Vec<Effect>,
    pub(super) immune: Effect,
    pub(super) stroma: Effect,
    mismatch: f64,
}

impl Biology {
    /// Choose the genes, plant the modules, draw the loadings.
    pub(super) fn draw(settings: &SimulationSettings, collection: &[GeneSet], rng: &mut Xoshiro256PlusPlus) -> Self {
        let count = settings.genes;
        let share = |share: f64| (share * count as f64).round() as usize;
        let mut chosen = BTreeSet::new();
        let programmes: Vec<Vec<&str>> =
            PROGRAMME_SETS.iter().map(|set| some(rng, &members(collection, &[set]), share(MODULE_SHARE))).collect();
        let immune = some(rng, &members(collection, &IMMUNE_SETS), share(MODULE_SHARE));
        let stroma = some(rng, &members(collection, &STROMA_SETS), share(MODULE_SHARE));
        chosen.extend(programmes.iter().flatten().chain(&immune).chain(&stroma).copied());
        // The rest of the genes: first those of the normal factors' sets, then any of the collection.
        let mut all: Vec<&str> = collection.iter().flat_map(|set| &set.genes).map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        for candidates in [members(collection, &NORMAL_SETS), all] {
            let left: Vec<&str> = candidates.into_iter().filter(|gene| !chosen.contains(gene)).collect();
            chosen.extend(some(rng, &left, count - chosen.len()));
        }
        let genes: Vec<String> = chosen.into_iter().map(str::to_owned).collect();

        // The reference's normal factors lie on genes drawn at random; so do these, beyond the genes of their own set.
        let normal_factors: Vec<Vec<usize>> = NORMAL_SETS
            .iter()
            .map(|set| {
                let mut own = some(rng, &positions(&genes, &members(collection, &[set])), share(NORMAL_SHARE));
                let others: Vec<usize> = (0..count).filter(|gene| !own.contains(gene)).collect();
                own.extend(some(rng, &others, share(NORMAL_SHARE) - own.len()));
                own
            })
            .collect();
        let everywhere: Vec<usize> = (0..count).collect();
        let signed = |rng: &mut Xoshiro256PlusPlus, on: &[usize], deviation: f64| -> Effect {
            on.iter().map(|&gene| (gene, deviation * normal(rng))).collect()
        };
        let raised = |rng: &mut Xoshiro256PlusPlus, on: &[&str], deviation: f64| -> Effect {
            positions(&genes, on).into_iter().map(|gene| (gene, deviation * normal(rng).abs())).collect()
        };
        let differing = some(rng, &everywhere, share(DIFFERENCE_SHARE));
        Self {
            baseline: (0..count).map(|_| (4.5 + 2.0 * normal(rng)).clamp(0.0, 12.0)).collect(),
            difference: signed(rng, &differing, 1.0),
            subtypes: (0..=SUBTYPE_CUMULATIVE.len())
                .map(|_| {
                    let on = some(rng, &everywhere, share(SUBTYPE_SHARE));
                    signed(rng, &on, SUBTYPE_EFFECT)
                })
                .collect(),
            programmes: programmes.iter().map(|on| raised(rng, on, PROGRAMME_EFFECT)).collect(),
            normal_factors: normal_factors.iter().map(|on| signed(rng, on, NORMAL_EFFECT)).collect(),
            immune: raised(rng, &immune, 1.0),
            stroma: raised(rng, &stroma, 1.0),
            mismatch: settings.mismatch,
            genes,
        }
    }

    /// The tumour cells of one more patient.
    pub(super) fn tumour(&self, rng: &mut Xoshiro256PlusPlus) -> TumourCells {
        let place: f64 = StandardUniform.sample(rng);
        let subtype = SUBTYPE_CUMULATIVE.iter().filter(|&&upper| place >= upper).count();
        let activity = std::array::from_fn(|_| normal(rng));
        let immune = normal(rng).abs();
        let mut log2 = self.around_baseline(rng, TUMOUR_RESIDUAL);
        add(&mut log2, &self.difference, 1.0);
        if let Some(effect) = self.subtypes.get(subtype) {
            add(&mut log2, effect, 1.0);
        }
        for (effect, activity) in self.programmes.iter().zip(activity) {
            add(&mut log2, effect, activity);
        }
        TumourCells { subtype, activity, immune, log2 }
    }

    /// One independent biopsy of each patient's tumour: (profiles as a file would hold them, purities).
    pub(super) fn biopsies(&self, of: &[TumourCells], rng: &mut Xoshiro256PlusPlus) -> (Vec<Vec<f32>>, Vec<f32>) {
        let shape = Beta::new(3.0, 2.0).expect("both parameters are positive");
        of.iter()
            .map(|tumour| {
                let drawn: f64 = shape.sample(rng);
                let purity = drawn.clamp(0.12, 0.95);
                let mut beside = self.normal_tissue(rng);
                add(&mut beside, &self.stroma, self.mismatch);
                add(&mut beside, &self.immune, 2.0 * self.mismatch * tumour.immune);
                let mixed = tumour.log2.iter().zip(&beside);
                let linear = mixed.map(|(cells, beside)| purity * cells.exp2() + (1.0 - purity) * beside.exp2());
                (measure(linear.collect(), rng), purity as f32)
            })
            .unzip()
    }

    /// One adjacent normal, as a file would hold it.
    pub(super) fn normal_sample(&self, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
        let tissue = self.normal_tissue(rng);
        measure(tissue.into_iter().map(f64::exp2).collect(), rng)
    }

    /// Sample-wise profiles as a genes × samples matrix.
    pub(super) fn matrix(&self, samples: Vec<String>, profiles: &[Vec<f32>]) -> ExpressionMatrix {
        let row = |gene| profiles.iter().map(|profile| profile[gene]).collect();
        ExpressionMatrix { genes: self.genes.clone(), samples, rows: (0..self.genes.len()).map(row).collect() }
    }

    /// The genes of an effect, in file order.
    pub(super) fn names(&self, effect: &Effect) -> Vec<String> {
        effect.iter().filter_map(|&(gene, _)| self.genes.get(gene).cloned()).collect()
    }

    fn normal_tissue(&self, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
        let mut log2 = self.around_baseline(rng, NORMAL_RESIDUAL);
        for effect in &self.normal_factors {
            add(&mut log2, effect, normal(rng));
        }
        log2
    }

    fn around_baseline(&self, rng: &mut Xoshiro256PlusPlus, deviation: f64) -> Vec<f64> {
        self.baseline.iter().map(|mean| mean + deviation * normal(rng)).collect()
    }
}

impl TumourCells {
    /// What a file would hold of them alone, were there no noise.
    pub(super) fn profile(&self) -> Vec<f32> {
        let linear: Vec<f64> = self.log2.iter().map(|v| v.exp2()).collect();
        let scale = scale(&linear);
        linear.into_iter().map(|v| (v * scale).ln_1p() as f32 * std::f32::consts::LOG2_E).collect()
    }
}

/// What brings a profile to the fixed sum.
fn scale(linear: &[f64]) -> f64 {
    MEAN_TPM * linear.len() as f64 / linear.iter().sum::<f64>()
}

/// Scale to a fixed sum, multiply by log-normal noise, and write as a file does: log2(1 + TPM), three decimals.
fn measure(linear: Vec<f64>, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
    let scale = scale(&linear);
    let noisy = linear.into_iter().map(|value| value * scale * (MEASUREMENT_NOISE * normal(rng)).exp());
    noisy.map(|tpm| ((tpm.ln_1p() * std::f64::consts::LOG2_E * 1000.0).round() / 1000.0) as f32).collect()
}

fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    StandardNormal.sample(rng)
}

fn add(log2: &mut [f64], effect: &Effect, times: f64) {
    for &(gene, loading) in effect {
        log2[gene] += times * loading;
    }
}

/// Genes of any of the named sets, sorted, each once.
fn members<'a>(collection: &'a [GeneSet], names: &[&str]) -> Vec<&'a str> {
    let named = collection.iter().filter(|set| names.contains(&set.name.as_str()));
    let genes: BTreeSet<&str> = named.flat_map(|set| &set.genes).map(String::as_str).collect();
    genes.into_iter().collect()
}

/// Where each of these stands among the (sorted) genes, in ascending order; absent ones are passed over.
fn positions(genes: &[String], of: &[&str]) -> Vec<usize> {
    let mut found: Vec<usize> =
        of.iter().filter_map(|name| genes.binary_search_by(|gene| gene.as_str().cmp(name)).ok()).collect();
    found.sort_unstable();
    found
}

/// A random choice of at most `amount` of these, without repetition.
fn some<T: Copy>(rng: &mut Xoshiro256PlusPlus, of: &[T], amount: usize) -> Vec<T> {
    index::sample(rng, of.len(), amount.min(of.len())).into_iter().map(|at| of[at]).collect()
}
