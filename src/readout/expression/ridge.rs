//! Ridge regression of many genes on one bottleneck of mixed views, with one factorisation for all genes, and out of fold.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use rand::seq::SliceRandom;

use crate::baseline::PrincipalComponents;
use crate::decomposition::eigen_descending;
use crate::random::{Purpose, stream};
use crate::readout::ReadoutError;

/// Folds over tumours; the mixtures of one tumour are all in one of them.
const FOLDS: usize = 5;
/// Steps of the penalty's grid, from 1e-6 to 1e4 times the mean squared singular value.
const GRID: usize = 41;

/// From the bottleneck of mixed views to the unmixed values of a gene: `y ≈ z·b`, `z` the leading principal components of the
/// bottleneck over all views, centred there, and `y` centred over the tumours.
///
/// The penalty λ minimises generalised cross-validation with a tumour's views counted as one observation:
/// `n·(‖r‖²/v) / (n − 1 − df)²`, `r` the residuals of all v·n views and df the trace of the smoother between tumours. R² is out
/// of fold: each fold's tumours, *as they are*, are predicted from the mixtures of the others with the same λ, and compared
/// with the gene's mean over all tumours.
pub(super) struct MixedRidge {
    views: usize,
    /// Tumours fold by fold; every matrix of tumours below has its rows in this order.
    order: Vec<usize>,
    /// Sum of the scores of a tumour's views, n × q.
    sums: Array2<f64>,
    /// Unmixed tumours in file order, n × q.
    scores: Array2<f64>,
    whole: Solver,
    /// Share of each solved direction that is the same in all views of a tumour, q.
    between: Vec<f64>,
    penalties: Vec<f64>,
    folds: Vec<Fold>,
}

/// Eigenvalues and vectors of the inner products of centred scores.
struct Solver {
    values: Vec<f64>,
    rotation: Array2<f64>,
}

struct Fold {
    /// Held out, in `order`.
    held: Range<usize>,
    /// Mean of the other tumours' views.
    centre: Array1<f64>,
    solver: Solver,
    /// Held-out tumours as they are, from `centre` and rotated, h × q.
    rotated: Array2<f64>,
}

/// What was found of a block of genes.
pub(super) struct Fitted {
    /// Genes × q.
    pub coefficients: Array2<f64>,
    /// Out of fold; not a number for a gene that does not vary.
    pub r2: Vec<f64>,
}

impl MixedRidge {
    /// `mixed` holds the bottleneck of v views of n tumours (v·n × d, all tumours' first view first), `clean` that of the
    /// tumours as they are (n × d). At most `width` principal components are used.
    ///
    /// # Errors
    /// [`ReadoutError::TooFew`] with fewer tumours than folds, and a bottleneck with a value that is not finite.
    pub fn new(mixed: &Array2<f32>, clean: &Array2<f32>, width: usize, seed: u64) -> Result<Self, ReadoutError> {
        let mut order: Vec<usize> = (0..clean.nrows()).collect();
        order.shuffle(&mut stream(seed, Purpose::Expression, 0));
        Self::in_order(mixed, clean, width, order)
    }

    /// As [`Self::new`] with the tumours in the `order` of their folds.
    fn in_order(
        mixed: &Array2<f32>,
        clean: &Array2<f32>,
        width: usize,
        order: Vec<usize>,
    ) -> Result<Self, ReadoutError> {
        let n = clean.nrows();
        ReadoutError::at_least("Tumours", FOLDS, n)?;
        let views = mixed.nrows() / n;
        let components = PrincipalComponents::fit(mixed.view(), width)?;
        let mut sums = Array2::zeros((n, components.scores.ncols()));
        for (mut sum, &tumour) in sums.rows_mut().into_iter().zip(&order) {
            for view in 0..views {
                sum += &components.scores.row(view * n + tumour);
            }
        }
        let scores = components.project(clean.view());
        let whole = Solver::of(inner(&components.scores))?;
        let scale = whole.values.iter().sum::<f64>() / whole.values.len().max(1) as f64;
        let grid =
            |step: usize| scale.max(f64::MIN_POSITIVE) * 10f64.powf(-6.0 + 10.0 * step as f64 / (GRID - 1) as f64);
        let along = sums.dot(&whole.rotation);
        let squares = along.columns().into_iter().map(|c| c.dot(&c));
        let between = squares.zip(&whole.values).map(|(s, l)| if *l > 0.0 { s / (views as f64 * l) } else { 0.0 });
        let between = between.collect();
        let mut folds = Vec::with_capacity(FOLDS);
        for fold in 0..FOLDS {
            let held = fold * n / FOLDS..(fold + 1) * n / FOLDS;
            let trained = [&order[..held.start], &order[held.end..]].concat();
            let rows: Vec<usize> = (0..views).flat_map(|view| trained.iter().map(move |t| view * n + t)).collect();
            let mut others = components.scores.select(Axis(0), &rows);
            let centre = others.sum_axis(Axis(0)) / rows.len() as f64;
            others -= &centre;
            let solver = Solver::of(inner(&others))?;
            let rotated = (scores.select(Axis(0), &order[held.clone()]) - &centre).dot(&solver.rotation);
            folds.push(Fold { held, centre, solver, rotated });
        }
        let penalties = (0..GRID).map(grid).collect();
        Ok(Self { views, order, sums, scores, whole, between, penalties, folds })
    }

    /// Where each tumour of a block of genes stands: row i of [`Self::fit`]'s genes is tumour `order()[i]`.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Tumours as they are, n × q: what coefficients are multiplied with.
    pub fn scores(&self) -> &Array2<f64> {
        &self.scores
    }

    /// Fit genes: `y` is n × genes in [`Self::order`], each with mean 0.
    pub fn fit(&self, y: ArrayView2<f64>) -> Fitted {
        self.fit_with(y).0
    }

    fn fit_with(&self, y: ArrayView2<f64>) -> (Fitted, Vec<f64>) {
        let (n, genes) = y.dim();
        let part = |fold: &Fold| {
            let rows = Slice::from(fold.held.clone());
            self.sums.slice_axis(Axis(0), rows).t().dot(&y.slice_axis(Axis(0), rows))
        };
        let parts: Vec<Array2<f64>> = self.folds.iter().map(part).collect();
        let mut total = Array2::<f64>::zeros((self.sums.ncols(), genes));
        parts.iter().for_each(|part| total += part);
        let mut along = self.whole.rotation.t().dot(&total);
        let squares: Vec<f64> = y.columns().into_iter().map(|c| c.dot(&c)).collect();
        let penalties: Vec<f64> =
            along.columns().into_iter().zip(&squares).map(|(along, s)| self.choose(n, *s, &along.to_vec())).collect();
        self.whole.shrink(&mut along, &penalties);
        let coefficients = self.whole.rotation.dot(&along).reversed_axes();

        let mut residual = vec![0.0; genes];
        let sum = y.sum_axis(Axis(0));
        for (fold, part) in self.folds.iter().zip(&parts) {
            let held = y.slice_axis(Axis(0), Slice::from(fold.held.clone()));
            let trained = (n - held.nrows()) as f64;
            let mean = (&sum - &held.sum_axis(Axis(0))) / trained;
            let mut right = &total - part;
            for (mut row, centre) in right.rows_mut().into_iter().zip(&fold.centre) {
                row.scaled_add(-centre * trained * self.views as f64, &mean);
            }
            let mut along = fold.solver.rotation.t().dot(&right);
            fold.solver.shrink(&mut along, &penalties);
            let predicted = fold.rotated.dot(&along) + &mean;
            for (said, measured) in predicted.rows().into_iter().zip(held.rows()) {
                for ((sum, p), y) in residual.iter_mut().zip(said).zip(measured) {
                    *sum += (y - p) * (y - p);
                }
            }
        }
        let r2 = residual.iter().zip(&squares).map(|(r, s)| if *s > 0.0 { 1.0 - r / s } else { f64::NAN }).collect();
        (Fitted { coefficients, r2 }, penalties)
    }

    /// The penalty of the smallest criterion; the largest where none has a degree of freedom left.
    fn choose(&self, n: usize, square: f64, along: &[f64]) -> f64 {
        let views = self.views as f64;
        let criterion = |penalty: f64| {
            let (mut explained, mut spent) = (0.0, 0.0);
            for ((a, value), between) in along.iter().zip(&self.whole.values).zip(&self.between) {
                if *value > 0.0 {
                    let left = penalty / (value + penalty);
                    explained += a * a / value * (1.0 - left * left);
                    spent += (1.0 - left) * between;
                }
            }
            let free = n as f64 - 1.0 - spent;
            let residual = (square - explained / views).max(0.0);
            if free > 1e-6 * n as f64 { n as f64 * residual / (free * free) } else { f64::INFINITY }
        };
        let largest = self.penalties.last().copied().unwrap_or(1.0);
        let scored = self.penalties.iter().map(|&penalty| (criterion(penalty), penalty));
        scored.fold((f64::INFINITY, largest), |best, next| if next.0 < best.0 { next } else { best }).1
    }
}

impl Solver {
    fn of(inner: Array2<f64>) -> Result<Self, ReadoutError> {
        let (mut values, rotation) = eigen_descending(inner.view())?;
        let floor = values.first().copied().unwrap_or(0.0) * 1e-12;
        // What is rounding is no direction.
        values.iter_mut().for_each(|v| *v = if *v > floor { *v } else { 0.0 });
        Ok(Self { values, rotation })
    }

    /// Divide each row by its eigenvalue plus each gene's penalty; nothing of a direction that is none.
    fn shrink(&self, along: &mut Array2<f64>, penalties: &[f64]) {
        for (mut row, &value) in along.rows_mut().into_iter().zip(&self.values) {
            for (v, penalty) in row.iter_mut().zip(penalties) {
                *v = if value > 0.0 { *v / (value + penalty) } else { 0.0 };
            }
        }
    }
}

fn inner(rows: &Array2<f64>) -> Array2<f64> {
    rows.t().dot(rows)
}

#[cfg(test)]
#[path = "ridge_tests.rs"]
mod tests;
