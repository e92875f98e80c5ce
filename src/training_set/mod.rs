//! [`crate::cohort::Cohort`] → [`TrainingSet`]: tumours and adjacent normals in linear space, genes chosen, moments
//! for standardising (docs/method.md, *Values*).

mod build;
mod log2;
mod measured;
mod profiles;
#[cfg(test)]
mod tests;
mod transfer;

pub use build::{FEWEST_TUMOURS, NORMALS_TO_HOLD_OUT, Selection};
pub use log2::log2_1p;
pub use measured::{Measured, SampleLevels};
pub use profiles::tumour_profiles;
pub use transfer::{Aligned, Alignment, FEWEST_GENES_PERCENT, TUMOURS_FOR_MOMENTS, Transfer};

use crate::cohort::Reading;
use ndarray::Array2;
use thiserror::Error;
use twinpurify_cells::standardise;

/// Why a cohort cannot be trained on, and what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TrainingSetError {
    /// Too few tumours.
    #[error(
        "{found} tumours were found and at least {FEWEST_TUMOURS} are needed: check which samples are tumours under Roles, or open more files."
    )]
    TooFewTumours {
        /// Tumours in the cohort.
        found: usize,
    },
    /// No adjacent normals.
    #[error(
        "No adjacent normals were found, and they are what is mixed in: pick the column and values that mark them under Roles, or open the file that holds them."
    )]
    NoNormals,
    /// Too few usable genes.
    #[error(
        "Only {found} of {of} genes vary, are measured in over a fifth of the samples and have no missing value: open a matrix with more genes."
    )]
    TooFewGenes {
        /// Genes that could be used.
        found: usize,
        /// Genes in the matrix.
        of: usize,
    },
    /// Too few of a saved model's genes.
    #[error(
        "Only {found} of the model's {of} genes are measured in this cohort, and at least 60 % are needed: open the model on a cohort that names genes alike and measures more of them, or train on this one. (the first missing is {first:?})"
    )]
    TransferCoverage {
        /// Model genes measured.
        found: usize,
        /// Genes of the model.
        of: usize,
        /// The first missing one.
        first: String,
    },
    /// Log-ratios or z-scores.
    #[error(
        "The values are log-ratios or z-scores, and mixing tissue needs expression levels: open the matrix before centring (log2 intensities, TPM, RSEM or counts)."
    )]
    NotInvertible,
    /// The samples of a set are not those of the cohort.
    #[error("The open files no longer hold the trained samples: train again.")]
    OtherCohort,
}

impl TrainingSetError {
    /// Stable, machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFewTumours { .. } => "too_few_tumours",
            Self::NoNormals => "no_normals",
            Self::TooFewGenes { .. } => "too_few_genes",
            Self::TransferCoverage { .. } => "transfer_coverage",
            Self::NotInvertible => "not_invertible",
            Self::OtherCohort => "other_cohort",
        }
    }
}

/// Mean and standard deviation of `ℓ(X) = log2(1 + x)` per gene over the tumours.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// `μ_g`.
    pub mean: Vec<f32>,
    /// `σ_g + 1e-3` (sample standard deviation, n − 1).
    pub deviation: Vec<f32>,
}

/// What the method trains on. Every matrix is samples × genes over the same chosen genes.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingSet {
    /// The chosen genes, most variable first.
    pub genes: Vec<String>,
    /// Tumour sample names in file order (the order of every embedding).
    pub tumours: Vec<String>,
    /// Adjacent-normal sample names in file order.
    pub normals: Vec<String>,
    /// Tumours in linear space, n × G.
    pub tumour_values: Array2<f32>,
    /// Adjacent normals in linear space, m × G.
    pub normal_values: Array2<f32>,
    /// Standardising moments over the tumours.
    pub moments: Moments,
    /// Indices of normals never mixed in during training: the identity test uses only these. Empty when there are
    /// fewer than ten normals.
    pub held_out: Vec<usize>,
    /// For each normal, the tumour of the same patient.
    pub own_tumour: Vec<Option<usize>>,
    /// How the matrix's values were read.
    pub reading: Reading,
}

impl Moments {
    /// Moments of `log2(1 + x)` over the rows of samples × genes in linear space.
    pub fn of(linear: &Array2<f32>) -> Self {
        let n = linear.nrows() as f64;
        let (mean, deviation) = linear
            .columns()
            .into_iter()
            .map(|column| {
                let mean = column.iter().map(|v| f64::from((1.0 + v).log2())).sum::<f64>() / n;
                let squares = column.iter().map(|v| (f64::from((1.0 + v).log2()) - mean).powi(2)).sum::<f64>();
                (mean as f32, ((squares / (n - 1.0).max(1.0)).sqrt() + 1e-3) as f32)
            })
            .unzip();
        Self { mean, deviation }
    }

    /// The moments of some of the genes.
    pub fn select(&self, genes: &[usize]) -> Self {
        let of = |values: &[f32]| genes.iter().map(|&g| values[g]).collect();
        Self { mean: of(&self.mean), deviation: of(&self.deviation) }
    }

    /// `s(x) = (log2(1 + x) − μ) / (σ + 1e-3)` for samples × genes in linear space.
    pub fn standardise(&self, linear: &Array2<f32>) -> Array2<f32> {
        let mut out = linear.as_standard_layout().into_owned();
        let genes = out.ncols().max(1);
        for row in out.as_slice_mut().into_iter().flat_map(|values| values.chunks_exact_mut(genes)) {
            standardise(row, &self.mean, &self.deviation);
        }
        out
    }

    /// The inverse of the standardisation up to the logarithm: samples × genes on the `log2(1 + x)` scale.
    pub fn to_log(&self, mut standardised: Array2<f32>) -> Array2<f32> {
        for mut row in standardised.rows_mut() {
            for ((v, mean), deviation) in row.iter_mut().zip(&self.mean).zip(&self.deviation) {
                *v = *v * deviation + mean;
            }
        }
        standardised
    }
}
