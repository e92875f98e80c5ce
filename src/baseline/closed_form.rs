//! The closed form: the linear optimum that Barlow Twins approaches, in seconds and without a network (the preset
//! *Instant*): the leading solutions of `B u = l (W + 0.1 · tr(W)/q · I) u`. A preview while training runs, and a regression test.

use ndarray::{Array1, Array2};

use super::{ClosedFormFit, Representation};
use crate::contamination::{Directions, Mixtures, Removal, difference};
use crate::decomposition::DecompositionError;
use crate::training_set::{Moments, TrainingSet};

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
    /// Of what was solved, genes × d, and where the centre falls.
    pub(super) fn new(moments: Moments, loadings: Array2<f32>, offset: Array1<f32>) -> Self {
        Self { moments, loadings, offset, removal: None }
    }

    /// Solve for `dim` directions (at most min(300, n − 1)) of views mixed with up to `mixing` of the trained normals:
    /// [`ClosedFormFit`] at once.
    ///
    /// # Errors
    /// [`DecompositionError`] when a value is not finite or a solver fails.
    pub fn fit(set: &TrainingSet, dim: usize, mixing: f64, seed: u64) -> Result<Self, DecompositionError> {
        let mut fit = ClosedFormFit::new(dim, mixing, seed);
        loop {
            if let Some(fitted) = fit.step(set)? {
                return Ok(fitted);
            }
        }
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
