//! The natural case: how far the embedding of the tumours *as they are*, nothing mixed in, follows purity, purified beside
//! raw, and how alike their two maps are. Identity under contamination says nothing of it: a diluted sample can be brought
//! back perfectly while a biopsy of little tumour stays where it was.
//!
//! Everything is read from inner products between samples ([`Gram`]), so that a profile of 3,000 genes costs no more than
//! an embedding, and a direction taken out is one product more ([`Gram::without`]). Golden values:
//! `tests/golden/natural`.

use super::ReadoutError;
use super::association::{Association, COMPONENTS};
use super::correlation::spearman;
use super::cross_validation::{FOLDS, cross_validated, folds, known, mean_of_nearest, spread};
use crate::decomposition::lanczos::{Lanczos, drawn};
use crate::decomposition::{check_finite, gram};
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

/// Steps of the iterations; leading vectors and any penalty worth choosing need fewer.
const STEPS: usize = 48;
/// Penalties tried, from 1e-4 to 1e4 times the mean eigenvalue.
const PENALTIES: usize = 33;
/// Folds are drawn by this alone: the same cohort gives the same numbers at every strength and seed.
const FOLD_SEED: u64 = 0;
/// A measure that moves less than this has not moved; two maps that differ less are one.
const NOTHING: f64 = 0.05;

/// Inner products between samples, centred on their mean: n × n.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram(Array2<f64>);

impl Gram {
    /// Of an embedding, n × d.
    ///
    /// # Errors
    /// [`ReadoutError::Decomposition`] when it is empty or not finite.
    pub fn of(embedding: &Array2<f32>) -> Result<Self, ReadoutError> {
        check_finite(embedding.view())?;
        let mean = embedding.sum_axis(Axis(0)) / embedding.nrows() as f32;
        let centred = embedding - &mean;
        Self::centred(centred.dot(&centred.t()).mapv(f64::from))
    }

    /// Of inner products, n × n and symmetric; centred here, so that they need not be.
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when not square, [`ReadoutError::Decomposition`] when empty or not finite.
    pub fn centred(mut products: Array2<f64>) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Columns of the inner products", products.nrows(), products.ncols())?;
        check_finite(products.view())?;
        let n = products.nrows() as f64;
        let mean = products.sum_axis(Axis(1)) / n;
        let whole = mean.sum() / n;
        for (mut row, of_row) in products.rows_mut().into_iter().zip(&mean) {
            row.iter_mut().zip(&mean).for_each(|(v, of_column)| *v += whole - of_row - of_column);
        }
        Ok(Self(products))
    }

    /// With orthonormal directions taken out of the embedding, along which the samples lie at `positions` (n × K):
    /// `G − A Aᵀ`.
    ///
    /// # Errors
    /// As [`Gram::centred`], and positions of another number of samples.
    pub fn without(&self, positions: &Array2<f32>) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Positions", self.samples(), positions.nrows())?;
        let mut along = positions.mapv(f64::from);
        if along.is_empty() {
            return Ok(self.clone());
        }
        along -= &(along.sum_axis(Axis(0)) / along.nrows() as f64);
        Self::centred(&self.0 - &gram(along.view()))
    }

    /// How many samples.
    pub fn samples(&self) -> usize {
        self.0.nrows()
    }

    /// The inner products.
    pub fn products(&self) -> &Array2<f64> {
        &self.0
    }

    fn among(&self, which: &[usize]) -> Result<Self, ReadoutError> {
        if which.len() == self.samples() {
            return Ok(self.clone());
        }
        Self::centred(Array2::from_shape_fn((which.len(), which.len()), |(i, j)| self.0[[which[i], which[j]]]))
    }

    /// Scores on the leading principal components, n × k.
    ///
    /// # Errors
    /// [`ReadoutError::Decomposition`] when the solver fails.
    pub(super) fn components(&self, k: usize) -> Result<Array2<f64>, ReadoutError> {
        let (values, mut vectors) = Lanczos::run(self.0.view(), &drawn(self.samples()), STEPS).leading(k)?;
        // Rounding is no component.
        let floor = values.first().map_or(0.0, |v| v.max(0.0) * 1e-10);
        for (mut vector, value) in vectors.columns_mut().into_iter().zip(values) {
            vector *= if value > floor { value.sqrt() } else { 0.0 };
        }
        Ok(vectors)
    }
}

/// How far purity is read from the tumours as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Followed {
    /// What was taken for purity: a column's name, or the stand-in's.
    pub name: String,
    /// Tumours whose purity is known.
    pub known: usize,
    /// From raw profiles.
    pub raw: Association,
    /// From the purified embedding.
    pub purified: Association,
}

/// What is taken for purity.
#[derive(Clone, Copy, Debug)]
pub struct Purity<'a> {
    /// What it is called.
    pub name: &'a str,
    /// One per sample, NaN where unknown.
    pub values: &'a [f64],
    /// The number of each sample's patient, whose samples no fold splits.
    pub patients: &'a [usize],
}

/// The verdict on the tumours as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Natural {
    /// Absent where the cohort has no purity, or too little of it.
    pub purity: Option<Followed>,
    /// Why it is absent.
    pub without_purity: Option<String>,
    /// Procrustes: the share of the purified map's spread that the raw map explains, 0 to 1, first two principal
    /// components of each, turned and scaled to fit.
    pub map_similarity: f64,
}

impl Natural {
    /// Compare a purified embedding with raw, both of the same samples in the same order. Too few values of purity are no
    /// error, the comparison is then of maps alone.
    ///
    /// # Errors
    /// [`ReadoutError::TooFew`] under three samples, [`ReadoutError::Shape`], and [`ReadoutError::Decomposition`].
    pub fn of(raw: &Gram, purified: &Gram, purity: Option<Purity>) -> Result<Self, ReadoutError> {
        ReadoutError::at_least("Tumours", 3, raw.samples())?;
        ReadoutError::shape("Purified tumours", raw.samples(), purified.samples())?;
        let (raw_scores, purified_scores) = (raw.components(COMPONENTS)?, purified.components(COMPONENTS)?);
        let map_similarity = procrustes(&raw_scores, &purified_scores);
        let (mut followed, mut without_purity) = (None, None);
        match purity {
            None => without_purity = Some("The cohort has no purity column, and nothing stands in for it.".into()),
            Some(Purity { name, values, patients }) => {
                ReadoutError::shape("Purity values", raw.samples(), values.len())?;
                ReadoutError::shape("Patients", raw.samples(), patients.len())?;
                match known(values) {
                    Err(because) => without_purity = Some(because.to_string()),
                    Ok(which) => {
                        let side =
                            |gram: &Gram, scores: &Array2<f64>| follows((gram, scores), values, patients, &which);
                        followed = Some(Followed {
                            name: name.to_owned(),
                            known: which.len(),
                            raw: side(raw, &raw_scores)?,
                            purified: side(purified, &purified_scores)?,
                        });
                    }
                }
            }
        }
        Ok(Self { purity: followed, without_purity, map_similarity })
    }

    /// Whether nothing that shows was changed: the maps are one, and purity is read alike.
    pub fn unchanged(&self) -> bool {
        let still = |f: &Followed| moves(&f.raw, &f.purified).iter().all(|by| by.abs() < NOTHING);
        self.map_similarity > 1.0 - NOTHING && self.purity.as_ref().is_none_or(still)
    }

    /// What a person reads: one or two sentences.
    pub fn sentence(&self) -> String {
        let maps = format!("{:.0} % of the purified map is the raw map turned and scaled", 100.0 * self.map_similarity);
        let Some(Followed { name, raw, purified, .. }) = &self.purity else {
            let because = self.without_purity.as_deref().unwrap_or_default();
            let start = "On the tumours as they are, nothing mixed in, ";
            return if self.unchanged() {
                format!("{start}purification changed nothing that shows: {maps}. {because}")
            } else {
                format!("{start}{maps}. {because}")
            };
        };
        let numbers = format!(
            "ridge R² {:.2}, raw {:.2}; ten nearest neighbours R² {:.2}, raw {:.2}; leading components |ρ| {:.2}, raw {:.2}",
            purified.ridge, raw.ridge, purified.neighbours, raw.neighbours, purified.components, raw.components
        );
        if self.unchanged() {
            return format!(
                "On the tumours as they are, nothing mixed in, purification changed nothing that shows: purity ({name}) is \
                 read from them as before ({numbers}), and {maps}."
            );
        }
        // The lead of one measure alone can be moved by whitening.
        let by = moves(raw, purified);
        let (less, more) = (by.iter().any(|v| *v <= -NOTHING), by.iter().any(|v| *v >= NOTHING));
        let how = match (less, more) {
            (true, false) => "less than in raw profiles",
            (false, true) => "more than in raw profiles",
            (true, true) => "otherwise than in raw profiles, by some measures less and by some more",
            (false, false) => "as much as in raw profiles",
        };
        format!(
            "On the tumours as they are, nothing mixed in, purity ({name}) shows {how}: {numbers}. {}{}.",
            maps[..1].to_uppercase(),
            &maps[1..]
        )
    }
}

/// How much each measure moved.
fn moves(raw: &Association, purified: &Association) -> [f64; 3] {
    [purified.components - raw.components, purified.neighbours - raw.neighbours, purified.ridge - raw.ridge]
}

/// The association of [`super::association::association`] from inner products; its ridge regression does not standardise
/// the columns, which inner products no longer have.
fn follows(
    (gram, all): (&Gram, &Array2<f64>),
    values: &[f64],
    patients: &[usize],
    which: &[usize],
) -> Result<Association, ReadoutError> {
    let among = gram.among(which)?;
    let own = if which.len() == gram.samples() { all.clone() } else { among.components(COMPONENTS)? };
    let values: Vec<f64> = which.iter().map(|&i| values[i]).collect();
    let follows = |column: ndarray::ArrayView1<f64>| spearman(&column.to_vec(), &values).unwrap_or(0.0).abs();
    let components = own.columns().into_iter().map(follows).fold(0.0, f64::max);
    let patients: Vec<usize> = which.iter().map(|&i| patients[i]).collect();
    let fold = folds(&patients, FOLD_SEED);
    let neighbours = nearest_r2(among.products(), &values, &fold)?;
    Ok(Association { components, neighbours, ridge: ridge_r2(among.products(), &values, &fold) })
}

fn nearest_r2(products: &Array2<f64>, values: &[f64], fold: &[usize]) -> Result<f64, ReadoutError> {
    let inverse: Vec<f64> = products.diag().iter().map(|v| if *v > 0.0 { 1.0 / v.sqrt() } else { 0.0 }).collect();
    cross_validated(values, fold, |train, test| {
        let cosine = |i: usize, j: usize| (products[[i, j]] * inverse[i] * inverse[j], j);
        Ok(test.iter().map(|&i| mean_of_nearest(train.iter().map(|&j| cosine(i, j)).collect(), values)).collect())
    })
}

/// Cross-validated R² of a ridge regression. The penalty of a fold is the one by which the *other* folds, each predicted
/// without itself, are predicted best.
fn ridge_r2(products: &Array2<f64>, values: &[f64], fold: &[usize]) -> f64 {
    let errors: Vec<[f64; PENALTIES]> =
        (0..FOLDS).map(|held_out| ridge_errors(products, values, fold, held_out)).collect();
    let of = |held_out: usize| {
        let elsewhere = |at: usize| {
            let others = errors.iter().enumerate().filter(|(other, _)| *other != held_out);
            others.map(|(_, error)| error[at]).sum::<f64>()
        };
        let scored = (0..PENALTIES).map(|at| (elsewhere(at), at));
        // Of equals the larger penalty.
        let best = scored.fold((f64::INFINITY, 0), |best, next| if next.0 <= best.0 { next } else { best }).1;
        errors[held_out][best]
    };
    1.0 - (0..FOLDS).map(of).sum::<f64>() / spread(values)
}

/// Squared errors of one fold at every penalty.
fn ridge_errors(products: &Array2<f64>, values: &[f64], fold: &[usize], held_out: usize) -> [f64; PENALTIES] {
    let (test, train): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(|&i| fold[i] == held_out);
    let n = train.len() as f64;
    let mut inner = products.select(Axis(0), &train).select(Axis(1), &train);
    let column = inner.sum_axis(Axis(0)) / n;
    let whole = column.sum() / n;
    for (mut row, of_row) in inner.rows_mut().into_iter().zip(&column) {
        row.iter_mut().zip(&column).for_each(|(v, of_column)| *v += whole - of_row - of_column);
    }
    let mean = train.iter().map(|&i| values[i]).sum::<f64>() / n;
    let target: Array1<f64> = train.iter().map(|&i| values[i] - mean).collect();
    let length = target.dot(&target).sqrt();
    let scale = inner.diag().sum() / n;
    // Coefficients add up to 0, so what is the same for every training sample drops out.
    let outer = products.select(Axis(0), &test).select(Axis(1), &train) - &column;
    let solved = Lanczos::run(inner.view(), &target, STEPS);
    std::array::from_fn(|at| {
        let penalty = scale * 10f64.powf(-4.0 + 8.0 * at as f64 / (PENALTIES - 1) as f64);
        let said = if length > 0.0 && scale > 0.0 {
            outer.dot(&solved.solve(penalty)) * length
        } else {
            Array1::zeros(test.len())
        };
        test.iter().zip(said).map(|(&i, v)| (values[i] - mean - v).powi(2)).sum()
    })
}

/// How alike two maps are once turned, mirrored and scaled to fit: both centred with a sum of squares of 1, the squared sum
/// of the singular values of `AᵀB`; the first two columns of each.
fn procrustes(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    let column = |of: &Array2<f64>, at: usize| {
        if at < of.ncols() { of.column(at).to_owned() } else { Array1::zeros(of.nrows()) }
    };
    let (a, b) = ([column(a, 0), column(a, 1)], [column(b, 0), column(b, 1)]);
    let squares = |of: &[Array1<f64>; 2]| of.iter().map(|c| c.dot(c)).sum::<f64>();
    let norms = squares(&a) * squares(&b);
    if norms <= 0.0 {
        return 0.0;
    }
    let between = |i: usize, j: usize| a[i].dot(&b[j]);
    let determinant = between(0, 0) * between(1, 1) - between(0, 1) * between(1, 0);
    let all: f64 = (0..4).map(|at| between(at / 2, at % 2).powi(2)).sum();
    ((all + 2.0 * determinant.abs()) / norms).min(1.0)
}

#[cfg(test)]
mod tests;
