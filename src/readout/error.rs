//! Why a readout could not be made.

use crate::baseline::DecompositionError;
use thiserror::Error;

/// A readout that was refused: what was found and what to do. No message holds a sample's name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReadoutError {
    /// Two inputs that must be aligned are not.
    #[error("{what}: {found} found where {expected} were expected. Give the inputs of one cohort and one gene list.")]
    Shape {
        /// What was counted.
        what: &'static str,
        /// How many it had to be.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// Too little data for the question.
    #[error("{what}: {found} found, at least {needed} needed. Open a larger cohort or choose another column.")]
    TooFew {
        /// What was counted.
        what: &'static str,
        /// The least that answers the question.
        needed: usize,
        /// How many there were.
        found: usize,
    },
    /// A number outside what can be done.
    #[error("{what}: {found} asked for or found, and from {least} to {most} can be done. Choose another number.")]
    OutOfRange {
        /// What was counted.
        what: &'static str,
        /// The least.
        least: usize,
        /// The most.
        most: usize,
        /// How many.
        found: usize,
    },
    /// Groups that do not fit the tumours.
    #[error(
        "The groups of \"{label}\" do not fit this cohort: {given} codes for {tumours} tumours, or a code without a group. Make the groups again on this cohort."
    )]
    Grouping {
        /// What the groups are called.
        label: String,
        /// Codes given.
        given: usize,
        /// Tumours of the embedding.
        tumours: usize,
    },
    /// A sample that is not in the embedding.
    #[error("Sample {asked} is not on the map: it has {samples}, counted from 0. Choose one of them.")]
    NoSample {
        /// Asked for.
        asked: usize,
        /// In the embedding.
        samples: usize,
    },
    /// A group that cannot be compared.
    #[error("A group cannot be compared: {problem}. Choose another. ({name:?})")]
    Group {
        /// What is wrong.
        problem: String,
        /// Its name.
        name: String,
    },
    /// No gene set has enough of its genes in the data.
    #[error(
        "None of {sets} gene sets has {needed} of its genes among the training genes. Check that the sets and the cohort name genes alike (symbols, Ensembl or Entrez ids), or train with more genes."
    )]
    NoGeneSet {
        /// Sets looked at.
        sets: usize,
        /// Genes a set must have in the data.
        needed: usize,
    },
    /// An iteration that had to converge did not.
    #[error("{what} did not converge in {iterations} iterations. Standardise the features or use a stronger penalty.")]
    NoConvergence {
        /// What was being fitted.
        what: &'static str,
        /// Iterations spent.
        iterations: usize,
    },
    /// A survival time that cannot be one.
    #[error(
        "The survival time number {position} is {found}. Times must be finite and not negative: correct the column, or leave the cell empty."
    )]
    SurvivalTime {
        /// Place among the times given, from 1.
        position: usize,
        /// The time.
        found: String,
    },
    /// Covariates of which one follows from the others.
    #[error(
        "One of {covariates} covariates is constant or follows from the others, so its effect is undetermined. Leave it out or use a ridge penalty."
    )]
    Collinear {
        /// Covariates in the model.
        covariates: usize,
    },
    /// A covariate of which no event tells anything.
    #[error(
        "Covariate {} is the same for all patients at risk whenever an event happened, so its hazard ratio cannot be estimated. Leave it out.",
        covariate + 1
    )]
    NotEstimable {
        /// Its place, from 0.
        covariate: usize,
    },
    /// A matrix could not be decomposed.
    #[error(transparent)]
    Decomposition(#[from] DecompositionError),
}

impl ReadoutError {
    /// Stable, machine-readable name of the failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "shape_mismatch",
            Self::TooFew { .. } => "too_few",
            Self::OutOfRange { .. } => "out_of_range",
            Self::Grouping { .. } => "bad_groups",
            Self::NoSample { .. } => "no_sample",
            Self::Group { .. } => "group",
            Self::NoGeneSet { .. } => "no_gene_set",
            Self::NoConvergence { .. } => "no_convergence",
            Self::SurvivalTime { .. } => "survival_time",
            Self::Collinear { .. } => "collinear",
            Self::NotEstimable { .. } => "not_estimable",
            Self::Decomposition(error) => error.code(),
        }
    }

    pub(crate) fn shape(what: &'static str, expected: usize, found: usize) -> Result<(), Self> {
        if expected == found { Ok(()) } else { Err(Self::Shape { what, expected, found }) }
    }

    pub(crate) fn within(what: &'static str, range: std::ops::RangeInclusive<usize>, found: usize) -> Result<(), Self> {
        let (least, most) = range.into_inner();
        if (least..=most).contains(&found) { Ok(()) } else { Err(Self::OutOfRange { what, least, most, found }) }
    }

    pub(crate) fn at_least(what: &'static str, needed: usize, found: usize) -> Result<(), Self> {
        if found >= needed { Ok(()) } else { Err(Self::TooFew { what, needed, found }) }
    }
}
