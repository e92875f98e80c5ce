//! What extends a purified profile to every measured gene: made once of a model, whatever the strength.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, Axis, Slice};

use twinpurify_cells::{dot, logarithms, moved};

use super::ridge::MixedRidge;
use super::{BLOCK, Gene, Source};
use crate::baseline::Representation;
use crate::contamination::{Kind, Recipe};
use crate::readout::ReadoutError;
use crate::training_set::{Measured, TrainingSet, log2_1p};

/// A gene that misses more than this share of its values over the tumours is not fitted; fewer take its mean.
const MISSING_SHARE: f64 = 0.2;
/// Bounds of the number of principal components of the bottleneck, which is a sixth of the tumours: those of the bottleneck of
/// a preset that is read there (docs/method.md).
const NARROWEST: usize = 8;
const WIDEST: usize = 64;

/// Ridge and contamination loadings of every measured gene.
#[derive(Clone, Debug, PartialEq)]
pub struct Extension {
    genes: Vec<Gene>,
    /// Row of `fits` or column of the training set, by row of the cohort's matrix; without meaning where there is no value.
    places: Vec<u32>,
    fits: Vec<Fit>,
    /// Genes with a ridge × q.
    coefficients: Vec<f32>,
    /// Genes with a ridge × K.
    loadings: Vec<f32>,
    /// Tumours as they are, n × q.
    scores: Array2<f32>,
    /// Tumours along the contamination directions, n × K.
    positions: Array2<f32>,
    /// The same of the tumours as they were measured, from their mean: what is taken out of a gene's own value.
    measured: Array2<f32>,
    /// The share of the own value in a gene that the bottleneck explains wholly, and the direction that is never left in it.
    own: f32,
    first: Option<usize>,
}

/// How the values of one gene stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    pub mean: f32,
    pub deviation: f32,
}

/// An extension being made, block by block.
pub struct Extending {
    ridge: MixedRidge,
    recipe: Recipe,
    moved: Moved,
    made: Extension,
    columns: Vec<Option<u32>>,
}

/// Positions along the contamination directions, and what of a gene goes with them.
struct Moved {
    kinds: Vec<Kind>,
    /// What mixing moves, v·n along each of K directions.
    shift: Vec<Vec<f64>>,
    /// What of the tumours' scores goes with their positions, K × q.
    scored: Array2<f64>,
    shift_products: Array2<f64>,
    tumour_products: Array2<f64>,
}

impl Extending {
    /// Begin: `whole` is the tumours' embedding with nothing taken out (n × width). Mixtures of the training set's tumours as the contamination directions were found from (or, of a model without
    /// mixing, the tumours as they are) pass the representation.
    ///
    /// # Errors
    /// Too few tumours for the folds, and a representation that answers with what is no number.
    pub fn begin(
        representation: &dyn Representation,
        whole: &Array2<f32>,
        set: &TrainingSet,
        measured: &Measured,
        mixing: f64,
        seed: u64,
    ) -> Result<Self, ReadoutError> {
        let (tumours, normals) = (&set.tumour_values, set.mixing_normals());
        let n = tumours.nrows();
        let recipe = Recipe::draw(n, normals.nrows(), mixing, seed).unwrap_or_else(|| Recipe::nothing(n));
        let clean = representation.bottleneck(tumours);
        let still = representation.moved(tumours);
        let mut mixed = Array2::zeros((0, clean.ncols()));
        let mut shift = Array2::<f64>::zeros((n * recipe.views(), still.ncols()));
        for view in 0..recipe.views() {
            let mixture = recipe.mix(view, tumours, &normals);
            // Rows of one width each: appending cannot fail.
            let _ = mixed.append(Axis(0), representation.bottleneck(&mixture).view());
            let moved = representation.moved(&mixture) - &still;
            for (i, row) in moved.rows().into_iter().enumerate() {
                shift.row_mut(view * n + i).assign(&row.mapv(f64::from));
            }
        }
        let width = (n / 6).clamp(NARROWEST, WIDEST);
        let ridge = MixedRidge::new(&mixed, &clean, width, seed)?;
        let positions = match representation.removal() {
            Some(removal) => removal.directions().positions(whole),
            None => Array2::zeros((n, 0)),
        };
        let kinds = representation.removal().map_or_else(Vec::new, |removal| removal.directions().kinds.clone());
        let first = kinds.iter().position(|kind| *kind == Kind::Contamination);
        let mean = still.sum_axis(Axis(0)) / n.max(1) as f32;
        let as_measured = &still - &mean;
        let own = representation.own_share();
        let column: std::collections::HashMap<&str, u32> =
            set.genes.iter().zip(0..).map(|(name, at)| (name.as_str(), at)).collect();
        let columns: Vec<Option<u32>> =
            measured.genes().iter().map(|name| column.get(name.as_str()).copied()).collect();
        let mut made = Extension {
            genes: Vec::new(),
            places: Vec::new(),
            fits: Vec::new(),
            coefficients: Vec::new(),
            loadings: Vec::new(),
            scores: ridge.scores().mapv(|v| v as f32),
            positions,
            measured: as_measured,
            own,
            first,
        };
        let moved = Moved::new(kinds, shift, &made.positions.mapv(f64::from), ridge.scores());
        // At once, for a vector that grows is copied, and there twice.
        let (genes, outside) = (columns.len(), columns.iter().filter(|column| column.is_none()).count());
        made.genes.reserve_exact(genes);
        made.places.reserve_exact(genes);
        made.fits.reserve_exact(outside);
        made.coefficients.reserve_exact(outside * made.scores.ncols());
        made.loadings.reserve_exact(outside * made.positions.ncols());
        Ok(Self { ridge, recipe, moved, made, columns })
    }

    /// Fit the next rows of the matrix; the share that is done.
    pub fn advance(&mut self, measured: &Measured) -> f64 {
        let (first, all) = (self.made.genes.len(), self.columns.len());
        let last = (first + BLOCK).min(all);
        let (n, m) = measured.samples();
        let (mut tumours, mut normals, mut clean) = (vec![0.0; n], vec![0.0; m], vec![0.0; n]);
        let views = n * self.recipe.views();
        let (mut mixed, mut moves) = (vec![0.0; views], vec![0.0; views]);
        // Genes that can be fitted: row, how they stand, and their shift along the directions.
        let mut fitted: Vec<(usize, Fit, Array1<f64>)> = Vec::new();
        let mut y = Array2::<f64>::zeros((n, last - first));
        for row in first..last {
            measured.tumours(row, &mut tumours);
            let complete = tumours.iter().all(|v| v.is_finite());
            self.made.genes.push(Gene { source: Source::TooFewValues, r2: f64::NAN, complete });
            self.made.places.push(0);
            measured.normals(row, &mut normals);
            let Some(fit) = fill(&mut tumours, &mut normals) else { continue };
            clean.copy_from_slice(&tumours);
            logarithms(&mut clean);
            clean.iter_mut().for_each(|v| *v = (*v - fit.mean) / fit.deviation);
            let mut column = y.column_mut(fitted.len());
            column.iter_mut().zip(self.ridge.order()).for_each(|(to, &at)| *to = f64::from(clean[at]));
            let mean = column.sum() / n as f64;
            column -= mean;
            let mut along = Array1::zeros(self.moved.kinds.len());
            if self.moved.kinds.contains(&Kind::Contamination) {
                self.recipe.mix_gene(&tumours, &normals).zip(&mut mixed).for_each(|(v, to)| *to = v);
                moved(&mut moves, &mixed, &clean, [fit.mean, fit.deviation]);
                along.iter_mut().zip(&self.moved.shift).for_each(|(to, shift)| *to = dot(&moves, shift));
            }
            fitted.push((row, fit, along));
        }
        let found = self.ridge.fit(y.slice_axis(Axis(1), Slice::from(..fitted.len())));
        for (((row, fit, along), coefficients), &r2) in fitted.into_iter().zip(found.coefficients.rows()).zip(&found.r2)
        {
            let column = self.columns[row];
            let source = match column {
                Some(_) => Source::Training,
                None if r2 > 0.0 => Source::Ridge,
                None => Source::NotExplained,
            };
            let gene = &mut self.made.genes[row];
            (gene.source, gene.r2) = (source, r2);
            if source == Source::Ridge {
                self.made.places[row] = self.made.fits.len() as u32;
                self.made.coefficients.extend(coefficients.iter().map(|v| *v as f32));
                self.made.loadings.extend(self.moved.loadings(&along, coefficients).iter().map(|v| *v as f32));
                self.made.fits.push(fit);
            }
        }
        for row in first..last {
            // A training gene is read from the purified profile, whatever the ridge says of it.
            if let Some(at) = self.columns[row] {
                self.made.genes[row].source = Source::Training;
                self.made.places[row] = at;
            }
        }
        last as f64 / all.max(1) as f64
    }

    /// Whether every row has been fitted.
    pub fn is_done(&self) -> bool {
        self.made.genes.len() == self.columns.len()
    }

    /// The extension, once every row has been fitted.
    pub fn finish(mut self, measured: &Measured) -> Extension {
        while !self.is_done() {
            self.advance(measured);
        }
        self.made
    }
}

impl Extension {
    /// Fit all rows at once, as [`Extending::begin`].
    ///
    /// # Errors
    /// As [`Extending::begin`].
    pub fn fit(
        representation: &dyn Representation,
        whole: &Array2<f32>,
        set: &TrainingSet,
        measured: &Measured,
        mixing: f64,
        seed: u64,
    ) -> Result<Self, ReadoutError> {
        Ok(Extending::begin(representation, whole, set, measured, mixing, seed)?.finish(measured))
    }

    /// Where a gene's purified values come from, by row of the cohort's matrix.
    pub fn gene(&self, row: usize) -> Gene {
        self.genes[row]
    }

    /// How many genes there are.
    pub fn len(&self) -> usize {
        self.genes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.genes.is_empty()
    }

    /// How many genes come from where: training, ridge, not explained, too few values.
    pub fn counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        self.genes.iter().for_each(|gene| counts[gene.source as usize] += 1);
        counts
    }

    pub(super) fn place(&self, row: usize) -> usize {
        self.places[row] as usize
    }

    /// The share of its own value that is left in a gene: the less, the more of it the bottleneck explains.
    pub(super) fn own_share(&self, row: usize) -> f32 {
        1.0 - (1.0 - self.own) * self.genes[row].r2.clamp(0.0, 1.0) as f32
    }

    /// What a purified value has beside the share of its own: of these `rows`, all of them with a ridge, over some tumours,
    /// genes × tumours, in each gene's deviations. That is the rest of the share by what the bottleneck predicts, and from both
    /// is taken out what moves with the directions that are `taken`. One matrix product.
    pub(super) fn beside(&self, rows: &[usize], tumours: Range<usize>, taken: &[usize]) -> Array2<f32> {
        // The leading direction is never left in a gene's own value.
        let of_own: Vec<usize> = taken.iter().copied().chain(self.first.filter(|at| !taken.contains(at))).collect();
        let (q, own) = (self.scores.ncols(), of_own.len());
        let width = q + own + taken.len();
        let mut left = Array2::<f32>::zeros((rows.len(), width));
        for (mut to, &row) in left.rows_mut().into_iter().zip(rows) {
            let (place, share) = (self.place(row), self.own_share(row));
            let (coefficients, loadings) = (&self.coefficients[place * q..(place + 1) * q], self.loadings_at(place));
            let predicted = coefficients.iter().map(|v| (1.0 - share) * v);
            let measured = of_own.iter().map(|&at| -share * loadings[at]);
            let read = taken.iter().map(|&at| (share - 1.0) * loadings[at]);
            to.iter_mut().zip(predicted.chain(measured).chain(read)).for_each(|(to, v)| *to = v);
        }
        let mut right = Array2::<f32>::zeros((tumours.len(), width));
        for (mut to, tumour) in right.rows_mut().into_iter().zip(tumours) {
            let measured = of_own.iter().map(|&at| self.measured[[tumour, at]]);
            let read = taken.iter().map(|&at| self.positions[[tumour, at]]);
            let values = self.scores.row(tumour).into_iter().copied().chain(measured).chain(read);
            to.iter_mut().zip(values).for_each(|(to, v)| *to = v);
        }
        let product = left.dot(&right.t());
        if product.is_standard_layout() { product } else { product.as_standard_layout().into_owned() }
    }

    pub(super) fn fit_at(&self, place: usize) -> Fit {
        self.fits[place]
    }

    /// How a gene with a ridge moves with each direction, in its deviations.
    pub(super) fn loadings_at(&self, place: usize) -> &[f32] {
        let directions = self.positions.ncols();
        &self.loadings[place * directions..(place + 1) * directions]
    }
}

impl Moved {
    fn new(kinds: Vec<Kind>, shift: Array2<f64>, positions: &Array2<f64>, scores: &Array2<f64>) -> Self {
        let mean = positions.sum_axis(Axis(0)) / positions.nrows().max(1) as f64;
        let centred = positions - &mean;
        let (shift_products, tumour_products) = (shift.t().dot(&shift), centred.t().dot(&centred));
        let shift = shift.columns().into_iter().map(|along| along.to_vec()).collect();
        Self { kinds, shift, scored: centred.t().dot(scores), shift_products, tumour_products }
    }

    /// How a gene moves with each direction: the regression on where the mixtures are moved of what mixing adds to the gene, or
    /// for a direction that follows the stand-in of the gene's value by its ridge (`coefficients`) on where the tumours lie. Each
    /// after those before it, as the directions themselves are found.
    fn loadings(&self, along: &Array1<f64>, coefficients: ArrayView1<f64>) -> Array1<f64> {
        let tumours = self.scored.dot(&coefficients);
        let mut found = Array1::<f64>::zeros(self.kinds.len());
        for (at, kind) in self.kinds.iter().enumerate() {
            let (with, products) = match kind {
                Kind::Contamination => (along[at], &self.shift_products),
                Kind::StandIn => (tumours[at], &self.tumour_products),
            };
            let before: f64 = (0..at).map(|i| found[i] * products[[i, at]]).sum();
            let own = products[[at, at]];
            found[at] = if own > 0.0 { (with - before) / own } else { 0.0 };
        }
        found
    }
}

/// Moments of a gene's logarithms over the tumours; missing values take their mean. None where too many are missing.
fn fill(tumours: &mut [f32], normals: &mut [f32]) -> Option<Fit> {
    let known: Vec<f64> = tumours.iter().filter(|v| v.is_finite()).map(|v| f64::from(log2_1p(*v))).collect();
    if known.is_empty() || (known.len() as f64) < (1.0 - MISSING_SHARE) * tumours.len() as f64 {
        return None;
    }
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let squares: f64 = known.iter().map(|v| (v - mean) * (v - mean)).sum();
    let deviation = (squares / (n - 1.0).max(1.0)).sqrt() + 1e-3;
    let level = (mean.exp2() - 1.0).max(0.0) as f32;
    tumours.iter_mut().chain(normals).filter(|v| !v.is_finite()).for_each(|v| *v = level);
    Some(Fit { mean: mean as f32, deviation: deviation as f32 })
}
