//! Purified expression, gene by gene, of every measured gene, on the cohort's own `log2(1 + x)` scale.
//!
//! A *training* gene takes its value from the purified profile: the profile itself, the decoder's output, or the ridge of
//! [`super::ridge`], as pathways do. Every other gene is a closed-form ridge from the bottleneck of mixed views to the gene's
//! unmixed values ([`Extension`]) and, the less that explains, its own measured value; the contamination directions are taken out
//! of both as the regression of the gene on them says. A gene whose out-of-fold R² is not above 0 is *not explained*: it has no
//! value. docs/method.md, *Purified expression*.

mod extension;
mod ridge;
#[cfg(test)]
mod tests;

pub use extension::{Extending, Extension};

use std::ops::Range;

use ndarray::{Array2, ArrayViewMut1};
use serde::Serialize;

use twinpurify_cells::{logarithms, purified};

use crate::contamination::Removal;
use crate::training_set::{Measured, TrainingSet, TrainingSetError, log2_1p};

/// Genes worked on at once: the most of a matrix that is held beside it.
pub const BLOCK: usize = 128;
/// Tumours worked on at once where every gene of a tumour is wanted: of 60,000 genes 4 MB.
pub const TUMOURS: usize = 16;

/// Where a gene's purified values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A gene that was trained on: the purified profile itself.
    Training,
    /// Any other: predicted from the bottleneck.
    Ridge,
    /// The bottleneck does not explain it (out-of-fold R² of 0 or less, or it does not vary): it has no purified value.
    NotExplained,
    /// Over a fifth of the tumours have no value: it has no purified value.
    TooFewValues,
}

impl Source {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Ridge => "ridge",
            Self::NotExplained => "not explained",
            Self::TooFewValues => "too few values",
        }
    }
}

/// One measured gene.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gene {
    /// Where its purified values come from.
    pub source: Source,
    /// Share of its variance over the tumours that the ridge predicts out of fold; not a number where it was not fitted.
    pub r2: f64,
    /// Whether every tumour has a value.
    pub complete: bool,
}

impl Gene {
    /// Whether it has purified values.
    pub fn explained(&self) -> bool {
        matches!(self.source, Source::Training | Source::Ridge)
    }
}

/// Raw and purified expression of a cohort's tumours at one strength, read block by block. Borrows everything; making it costs
/// next to nothing.
pub struct PurifiedExpression<'a> {
    measured: Measured<'a>,
    set: &'a TrainingSet,
    profile: &'a Array2<f32>,
    extension: &'a Extension,
    /// Directions that are taken out.
    taken: Vec<usize>,
}

impl<'a> PurifiedExpression<'a> {
    /// `profile` is the purified profile of the training genes at the strength (n × G, `log2(1 + x)`), and `removal` what is taken
    /// out of it.
    ///
    /// # Errors
    /// [`TrainingSetError::OtherCohort`] when the extension was made of other genes.
    pub fn new(
        measured: Measured<'a>,
        set: &'a TrainingSet,
        profile: &'a Array2<f32>,
        extension: &'a Extension,
        removal: Option<&Removal>,
    ) -> Result<Self, TrainingSetError> {
        if measured.genes().len() != extension.len() {
            return Err(TrainingSetError::OtherCohort);
        }
        let taken = removal.map_or_else(Vec::new, Removal::taken_out);
        Ok(Self { measured, set, profile, extension, taken })
    }

    /// Names of all measured genes: the rows of the cohort's matrix.
    pub fn names(&self) -> &'a [String] {
        self.measured.genes()
    }

    /// Tumours in the embedding's order: the columns.
    pub fn tumours(&self) -> &'a [String] {
        &self.set.tumours
    }

    /// What is known of a gene.
    pub fn gene(&self, row: usize) -> Gene {
        self.extension.gene(row)
    }

    /// Raw values of some rows, genes × tumours, `log2(1 + x)`; not a number where a value is missing.
    pub fn raw(&self, rows: Range<usize>) -> Array2<f32> {
        self.raw_of(&rows.collect::<Vec<_>>(), 0..self.set.tumours.len())
    }

    /// Purified values of some rows, genes × tumours, `log2(1 + x)`: not a number in the whole row of a gene that has no purified
    /// value, and where the raw value is missing. They may lie a little under 0.
    pub fn purified(&self, rows: Range<usize>) -> Array2<f32> {
        self.purified_of(&rows.collect::<Vec<_>>(), 0..self.set.tumours.len())
    }

    /// Raw values of these rows and tumours, genes × tumours, as [`Self::raw`].
    pub fn raw_of(&self, rows: &[usize], tumours: Range<usize>) -> Array2<f32> {
        let mut out = Array2::zeros((rows.len(), tumours.len()));
        let mut levels = vec![0.0; tumours.len()];
        for (mut to, &row) in out.rows_mut().into_iter().zip(rows) {
            self.measured.tumours_from(row, tumours.start, &mut levels);
            logarithms(&mut levels);
            to.iter_mut().zip(&levels).for_each(|(to, v)| *to = *v);
        }
        out
    }

    /// Purified values of these rows and tumours, genes × tumours, as [`Self::purified`].
    pub fn purified_of(&self, rows: &[usize], tumours: Range<usize>) -> Array2<f32> {
        let mut out = Array2::from_elem((rows.len(), tumours.len()), f32::NAN);
        let mut levels = vec![0.0; tumours.len()];
        let ridge: Vec<usize> = rows.iter().copied().filter(|&row| self.gene(row).source == Source::Ridge).collect();
        let beside = self.extension.beside(&ridge, tumours.clone(), &self.taken);
        let mut beside = beside.rows().into_iter();
        for (mut to, &row) in out.rows_mut().into_iter().zip(rows) {
            let gene = self.gene(row);
            if !gene.explained() {
                continue;
            }
            self.measured.tumours_from(row, tumours.start, &mut levels);
            let place = self.extension.place(row);
            if gene.source == Source::Training {
                self.read_profile(place, tumours.start, &levels, &mut to);
            } else {
                let (fit, share) = (self.extension.fit_at(place), self.extension.own_share(row));
                let beside = beside.next().and_then(|row| row.to_slice());
                let into = to.as_slice_mut().unwrap_or_default();
                purified(&levels, beside.unwrap_or_default(), [share, fit.mean, fit.deviation], into);
            }
            to.iter_mut().zip(&levels).filter(|(_, v)| v.is_nan()).for_each(|(to, _)| *to = f32::NAN);
        }
        out
    }

    /// Raw values of every gene of some tumours, tumours × genes: the same bits as [`Self::raw`] has.
    pub fn raw_tumours(&self, tumours: Range<usize>) -> Array2<f32> {
        self.by_tumours(tumours, Self::raw_of)
    }

    /// Purified values of every gene of some tumours, tumours × genes: the same bits as [`Self::purified`] has.
    pub fn purified_tumours(&self, tumours: Range<usize>) -> Array2<f32> {
        self.by_tumours(tumours, Self::purified_of)
    }

    fn by_tumours(
        &self,
        tumours: Range<usize>,
        of: impl Fn(&Self, &[usize], Range<usize>) -> Array2<f32>,
    ) -> Array2<f32> {
        let all = self.names().len();
        let mut out = Array2::zeros((tumours.len(), all));
        for first in (0..all).step_by(BLOCK) {
            let rows: Vec<usize> = (first..(first + BLOCK).min(all)).collect();
            let block = of(self, &rows, tumours.clone());
            for (mut to, of) in out.rows_mut().into_iter().zip(block.columns()) {
                to.iter_mut().skip(first).zip(of).for_each(|(to, v)| *to = *v);
            }
        }
        out
    }

    /// Raw and purified of all rows, [`BLOCK`] genes at a time, with the first row of each block.
    ///
    /// # Errors
    /// Those of `each`, which end it.
    pub fn blocks<E>(&self, mut each: impl FnMut(usize, &Array2<f32>, &Array2<f32>) -> Result<(), E>) -> Result<(), E> {
        let all = self.names().len();
        for first in (0..all).step_by(BLOCK) {
            let rows = first..(first + BLOCK).min(all);
            each(first, &self.raw(rows.clone()), &self.purified(rows))?;
        }
        Ok(())
    }

    /// Where a saved model brought the cohort's values to its own, what purification changes is put on the cohort's values.
    fn read_profile(&self, column: usize, first: usize, levels: &[f32], to: &mut ArrayViewMut1<f32>) {
        for (i, (to, own)) in to.iter_mut().zip(levels).enumerate() {
            let (purified, read) = (self.profile[[first + i, column]], self.set.tumour_values[[first + i, column]]);
            *to = if *own == read { purified } else { purified + (log2_1p(*own) - log2_1p(read)) };
        }
    }
}
