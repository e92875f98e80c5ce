//! [`ClosedForm`] being fitted, in steps short enough for a worker.

use faer::linalg::solvers::{DenseSolveCore, Llt};
use faer::{Mat, Side};
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use rand::RngExt;

use super::{ClosedForm, ComponentsFit, PrincipalComponents};
use crate::decomposition::{DecompositionError, eigen_descending};
use crate::random::{Purpose, stream};
use crate::training_set::TrainingSet;

/// Views of each tumour.
const VIEWS: usize = 8;
/// Most principal components the problem is solved in.
pub(super) const COMPONENTS: usize = 300;
/// Share of the mean within-view variance added to every direction.
const RIDGE: f64 = 0.1;
/// Of the whole, what drawing the views and solving the problem are; the rest are the components.
const DRAWING: f64 = 0.05;
const SOLVING: f64 = 0.02;

/// [`ClosedForm`] in progress: views are drawn one a step, then come the steps of their principal components, then the problem
/// is solved in those.
pub struct ClosedFormFit {
    dim: usize,
    mixing: f64,
    seed: u64,
    stage: Stage,
}

enum Stage {
    /// The largest thing here, written once: view 0 of every tumour, then view 1, …; so many are drawn.
    Views(Array2<f64>, usize),
    Components(Box<ComponentsFit>),
    Solve(Box<PrincipalComponents>),
    Done,
}

impl ClosedFormFit {
    /// Begin, as [`ClosedForm::fit`].
    pub fn new(dim: usize, mixing: f64, seed: u64) -> Self {
        Self { dim, mixing, seed, stage: Stage::Views(Array2::zeros((0, 0)), 0) }
    }

    /// Share of the work that is left.
    pub fn left(&self) -> f64 {
        match &self.stage {
            Stage::Views(_, drawn) => 1.0 - DRAWING * *drawn as f64 / VIEWS as f64,
            Stage::Components(fit) => SOLVING + (1.0 - DRAWING - SOLVING) * fit.left(),
            Stage::Solve(_) => SOLVING,
            Stage::Done => 0.0,
        }
    }

    /// One step on the same `set` every time; the closed form with the last, and nothing ever after.
    ///
    /// # Errors
    /// As [`ClosedForm::fit`].
    pub fn step(&mut self, set: &TrainingSet) -> Result<Option<ClosedForm>, DecompositionError> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Views(mut all, view) => {
                let (n, genes) = set.tumour_values.dim();
                if view == 0 {
                    all = Array2::zeros((VIEWS * n, genes));
                }
                let mixed =
                    mixed(&set.tumour_values, &set.mixing_normals(), self.mixing as f32, self.seed, view as u64);
                let mut rows = all.slice_axis_mut(Axis(0), Slice::from(view * n..(view + 1) * n));
                rows.zip_mut_with(&set.moments.standardise(&mixed), |to, v| *to = f64::from(*v));
                self.stage = if view + 1 < VIEWS {
                    Stage::Views(all, view + 1)
                } else {
                    let q = COMPONENTS.min(n.saturating_sub(1)).max(1);
                    Stage::Components(Box::new(ComponentsFit::new(all, q)))
                };
            }
            Stage::Components(mut fit) => {
                self.stage = match fit.step()? {
                    Some(principal) => Stage::Solve(Box::new(principal)),
                    None => Stage::Components(fit),
                };
            }
            Stage::Solve(principal) => return solved(&principal, set, self.dim).map(Some),
            Stage::Done => {}
        }
        Ok(None)
    }
}

/// The problem of the views' principal components, solved for at most `dim` directions.
fn solved(principal: &PrincipalComponents, set: &TrainingSet, dim: usize) -> Result<ClosedForm, DecompositionError> {
    let n = set.tumour_values.nrows();
    let q = principal.components.nrows();
    let dim = dim.min(q);
    let scores = &principal.scores;
    let mut between = Array2::<f64>::zeros((n, q));
    for view in 0..VIEWS {
        between += &block(scores, view, n);
    }
    between /= VIEWS as f64;
    let mut within = Array2::<f64>::zeros((q, q));
    for view in 0..VIEWS {
        let deviation = &block(scores, view, n) - &between;
        within += &deviation.t().dot(&deviation);
    }
    within /= (n * VIEWS) as f64;
    let between = &between - &between.sum_axis(Axis(0)).mapv(|v| v / n as f64);
    let between = between.t().dot(&between) / (n as f64 - 1.0).max(1.0);
    let ridge = RIDGE * within.diag().sum() / q as f64;
    within.diag_mut().mapv_inplace(|v| v + ridge.max(f64::MIN_POSITIVE));

    let directions = generalised_eigenvectors(&between, &within)?;
    let directions = directions.slice_axis(Axis(1), Slice::from(..dim)).to_owned();
    let mut loadings = principal.components.t().dot(&directions);
    let mut offset = Array1::from_vec(principal.mean.clone()).dot(&loadings);
    for (mut column, offset) in loadings.columns_mut().into_iter().zip(&mut offset) {
        let largest = column.iter().copied().fold(0.0, |a: f64, v| if v.abs() > a.abs() { v } else { a });
        if largest < 0.0 {
            column.mapv_inplace(|v| -v);
            *offset = -*offset;
        }
    }
    let (loadings, offset) = (loadings.mapv(|v| v as f32), offset.mapv(|v| v as f32));
    Ok(ClosedForm::new(set.moments.clone(), loadings, offset))
}

fn block(scores: &Array2<f64>, view: usize, n: usize) -> ArrayView2<'_, f64> {
    scores.slice_axis(Axis(0), Slice::from(view * n..(view + 1) * n))
}

fn mixed(tumours: &Array2<f32>, normals: &Array2<f32>, mixing: f32, seed: u64, view: u64) -> Array2<f32> {
    let mut rng = stream(seed, Purpose::ClosedForm, view);
    let mut views = tumours.clone();
    for mut row in views.rows_mut() {
        let fraction = rng.random::<f32>() * mixing;
        let normal = normals.row(rng.random_range(0..normals.nrows()));
        row.zip_mut_with(&normal, |x, n| *x += fraction * (n - *x));
    }
    views
}

/// Eigenvectors of `A u = l M u`, largest first, as columns with `uᵀ M u = 1`; M positive definite.
fn generalised_eigenvectors(a: &Array2<f64>, m: &Array2<f64>) -> Result<Array2<f64>, DecompositionError> {
    let q = a.nrows();
    let matrix = Mat::from_fn(q, q, |i, j| m[[i, j]]);
    let factor = Llt::new(matrix.as_ref(), Side::Lower).map_err(|_| DecompositionError::NoConvergence { size: q })?;
    // M = L Lᵀ, and L⁻¹ = (Lᵀ M⁻¹): then L⁻¹ A L⁻ᵀ is symmetric and u = L⁻ᵀ w.
    let lower = factor.L().to_owned();
    let inverse_lower = lower.transpose() * factor.inverse();
    let inverse = Array2::from_shape_fn((q, q), |(i, j)| inverse_lower[(i, j)]);
    let mut symmetric = inverse.dot(a).dot(&inverse.t());
    symmetric = (&symmetric + &symmetric.t()) * 0.5;
    let (_, vectors) = eigen_descending(symmetric.view())?;
    Ok(inverse.t().dot(&vectors))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::simulated::{SimulationSettings, simulate};
    use crate::training_set::Selection;
    use ndarray::array;

    #[test]
    fn steps_are_the_fit_to_the_bit_and_say_how_far_they_are() {
        let settings =
            SimulationSettings { tumours: 90, normals: 12, genes: 700, seed: 3, ..SimulationSettings::default() };
        let cohort = simulate(&settings).expect("a cohort").cohort;
        let set = TrainingSet::from_cohort(&cohort, Selection { genes: 650, held_out: 0.4, seed: 7 }).expect("a set");
        let mut fit = ClosedFormFit::new(16, 0.5, 7);
        let mut left = vec![fit.left()];
        let found = loop {
            let found = fit.step(&set).expect("a step");
            left.push(fit.left());
            if let Some(found) = found {
                break found;
            }
        };
        assert_eq!(found, ClosedForm::fit(&set, 16, 0.5, 7).expect("a closed form"));
        assert!(left.windows(2).all(|pair| pair[1] < pair[0]), "{left:?}");
        assert_eq!((left[0], left.last(), fit.step(&set)), (1.0, Some(&0.0), Ok(None)));
        assert!(left.len() > VIEWS + 30, "the views, the range sketched, turned eight times: {}", left.len());
    }

    #[test]
    fn eigenvectors_solve_the_generalised_problem() {
        let a = array![[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 1.0]];
        let m = array![[2.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 1.5]];
        let vectors = generalised_eigenvectors(&a, &m).unwrap();
        let mut previous = f64::INFINITY;
        for u in vectors.columns() {
            let (au, mu) = (a.dot(&u), m.dot(&u));
            let value = u.dot(&au);
            assert!((u.dot(&mu) - 1.0).abs() < 1e-10);
            assert!((&au - &(&mu * value)).iter().all(|v| v.abs() < 1e-10), "A u = l M u");
            assert!(value <= previous + 1e-12);
            previous = value;
        }
    }
}
