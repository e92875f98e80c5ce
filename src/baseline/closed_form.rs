//! The closed form: the linear optimum that Barlow Twins approaches, in seconds and without a network (the preset
//! *Instant*): the leading solutions of `B u = l (W + 0.1 · tr(W)/q · I) u`. A preview while training runs, and a regression test.

use faer::linalg::solvers::{DenseSolveCore, Llt};
use faer::{Mat, Side};
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use rand::RngExt;

use super::{PrincipalComponents, Representation};
use crate::contamination::{Directions, Mixtures, Removal, difference};
use crate::decomposition::{DecompositionError, eigen_descending};
use crate::random::{Purpose, stream};
use crate::training_set::{Moments, TrainingSet};

/// Views of each tumour.
const VIEWS: usize = 8;
/// Most principal components the problem is solved in.
const COMPONENTS: usize = 300;
/// Share of the mean within-view variance added to every direction.
const RIDGE: f64 = 0.1;

/// The leading solutions of `B u = l (W + 0.1·tr(W)/q·I) u`, with B the covariance between tumours and W that between
/// views of one tumour, in the space of the views' principal components.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedForm {
    moments: Moments,
    /// Genes × d.
    loadings: Array2<f32>,
    /// Where the views' centre falls on each direction.
    offset: Array1<f32>,
    /// Contamination directions, of which nothing is taken out unless it is asked for.
    removal: Option<Removal>,
}

impl ClosedForm {
    /// Solve for `dim` directions (at most min(300, n − 1)) of views mixed with up to `mixing` of the trained normals.
    ///
    /// # Errors
    /// [`DecompositionError`] when a value is not finite or a solver fails.
    pub fn fit(set: &TrainingSet, dim: usize, mixing: f64, seed: u64) -> Result<Self, DecompositionError> {
        let (tumours, normals) = (&set.tumour_values, set.mixing_normals());
        let n = tumours.nrows();
        // The largest thing here, written once: view 0 of every tumour, then view 1, …
        let mut all = Array2::<f64>::zeros((VIEWS * n, tumours.ncols()));
        for view in 0..VIEWS {
            let drawn = set.moments.standardise(&mixed(tumours, &normals, mixing as f32, seed, view as u64));
            let mut rows = all.slice_axis_mut(Axis(0), Slice::from(view * n..(view + 1) * n));
            rows.zip_mut_with(&drawn, |to, v| *to = f64::from(*v));
        }
        let q = COMPONENTS.min(n.saturating_sub(1)).max(1);
        let principal = PrincipalComponents::of_owned(all, q)?;
        let q = principal.components.nrows();
        let dim = dim.min(q);

        // Rows of the scores: view 0 of every tumour, then view 1, …
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
        Ok(Self {
            moments: set.moments.clone(),
            loadings: loadings.mapv(|v| v as f32),
            offset: offset.mapv(|v| v as f32),
            removal: None,
        })
    }

    /// With the contamination directions of the set it was fitted to, nothing taken out yet. `stand_in` is the tumours'
    /// stand-in for purity, where there is one ([`Directions::of`]).
    pub fn find_directions(self, set: &TrainingSet, mixing: f64, seed: u64, stand_in: Option<&[f64]>) -> Self {
        let mixtures = Mixtures::draw(&set.tumour_values, &set.mixing_normals(), &set.moments, mixing, seed);
        let removal = mixtures.map(|mixtures| {
            let embedding = self.project(&mixtures.clean);
            let shift = difference(&self.project(&mixtures.mixed), &embedding);
            let found = Directions::of(&shift, &embedding, mixtures.most_directions(), stand_in);
            let found = found.moving((&shift, &mixtures.differences()), (&embedding, &mixtures.clean));
            Removal::new(found, 0, &[])
        });
        Self { removal, ..self }
    }

    fn project(&self, standardised: &Array2<f32>) -> Array2<f32> {
        standardised.dot(&self.loadings) - &self.offset
    }
}

impl Representation for ClosedForm {
    fn name(&self) -> String {
        "closed form".into()
    }

    fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
        let mut embedding = self.embed_whole(linear);
        if let Some(removal) = &self.removal {
            removal.apply(&mut embedding);
        }
        embedding
    }

    fn dim(&self) -> usize {
        self.loadings.ncols()
    }

    fn embed_whole(&self, linear: &Array2<f32>) -> Array2<f32> {
        self.project(&self.moments.standardise(linear))
    }

    fn removal(&self) -> Option<&Removal> {
        self.removal.as_ref()
    }

    fn set_strength(&mut self, strength: usize, kept: &[usize]) {
        self.removal = self.removal.take().map(|removal| Removal::new(removal.directions().clone(), strength, kept));
    }
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
    use ndarray::array;

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
