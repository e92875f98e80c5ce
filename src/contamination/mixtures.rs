//! Seeded mixtures of every tumour with training normals: what contamination does to a profile.

use ndarray::{Array2, Axis};
use rand::RngExt;

use super::{BEYOND_CHANCE, MOST_DIRECTIONS};
use crate::random::{Purpose, stream};
use crate::training_set::Moments;

/// Mixtures of each tumour; fewer in a cohort that has this many tumours and more.
const VIEWS: usize = 4;
const MOST_VIEWS: usize = 2_400;

/// How much of which normal is mixed into every tumour, view by view: drawn from the seed alone, so that every gene of a
/// sample, whichever genes are looked at, is mixed alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// By view, by tumour: the fraction of normal tissue and which normal.
    views: Vec<Vec<(f32, usize)>>,
}

impl Recipe {
    /// Draw for so many `tumours` and `normals` with fractions `a ~ U(0, mixing)`; none where nothing is mixed in.
    pub fn draw(tumours: usize, normals: usize, mixing: f64, seed: u64) -> Option<Self> {
        if mixing <= 0.0 || normals == 0 || tumours == 0 {
            return None;
        }
        let view = |view: usize| {
            let mut rng = stream(seed, Purpose::ContaminationAxis, view as u64);
            (0..tumours).map(|_| (rng.random::<f32>() * mixing as f32, rng.random_range(0..normals))).collect()
        };
        Some(Self { views: (0..(MOST_VIEWS / tumours).clamp(1, VIEWS)).map(view).collect() })
    }

    /// One view of so many `tumours` with nothing mixed in.
    pub fn nothing(tumours: usize) -> Self {
        Self { views: vec![vec![(0.0, 0); tumours]] }
    }

    /// Views of each tumour.
    pub fn views(&self) -> usize {
        self.views.len()
    }

    /// One view: `tumours` (n × G) with `normals` (m × G) mixed in, both linear.
    pub fn mix(&self, view: usize, tumours: &Array2<f32>, normals: &Array2<f32>) -> Array2<f32> {
        let mut mixture = tumours.clone();
        for (mut row, &(fraction, normal)) in mixture.rows_mut().into_iter().zip(&self.views[view]) {
            if fraction > 0.0 {
                row.zip_mut_with(&normals.row(normal), |x, n| *x += fraction * (n - *x));
            }
        }
        mixture
    }

    /// One gene of all views: of the `tumours` (n values, linear) with those of the `normals` (m) mixed in, all tumours' first
    /// view, then all tumours' second …
    pub fn mix_gene<'a>(&'a self, tumours: &'a [f32], normals: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        self.views.iter().flat_map(move |view| {
            view.iter().zip(tumours).map(
                move |(&(fraction, normal), &x)| {
                    if fraction > 0.0 { x + fraction * (normals[normal] - x) } else { x }
                },
            )
        })
    }
}

/// Every tumour as it is and with normal tissue mixed in, standardised.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixtures {
    /// Tumours as they are, n × G.
    pub clean: Array2<f32>,
    /// Mixtures, v·n × G: all tumours' first, then all tumours' second …
    pub mixed: Array2<f32>,
    /// Normals that were mixed in.
    normals: usize,
    told_apart: bool,
}

impl Mixtures {
    /// Mix `s((1 − a)·x + a·n)` with `a ~ U(0, mixing)` from tumours and training normals in linear space; none where
    /// nothing is mixed in.
    pub fn draw(
        tumours: &Array2<f32>,
        normals: &Array2<f32>,
        moments: &Moments,
        mixing: f64,
        seed: u64,
    ) -> Option<Self> {
        let recipe = Recipe::draw(tumours.nrows(), normals.nrows(), mixing, seed)?;
        let clean = moments.standardise(tumours);
        let mut mixed = Array2::<f32>::zeros((0, tumours.ncols()));
        for view in 0..recipe.views() {
            // Rows of one width each: appending cannot fail.
            let _ = mixed.append(Axis(0), moments.standardise(&recipe.mix(view, tumours, normals)).view());
        }
        let told_apart = told_apart(&moments.standardise(normals), &clean);
        Some(Self { clean, mixed, normals: normals.nrows(), told_apart })
    }

    /// `mixed − clean`, row by row.
    pub fn differences(&self) -> Array2<f32> {
        difference(&self.mixed, &self.clean)
    }

    /// Most directions that these mixtures can show: no more than there are normals, and none where the normals are not
    /// told from the tumours.
    pub fn most_directions(&self) -> usize {
        if self.told_apart { MOST_DIRECTIONS.min(self.normals) } else { 0 }
    }

    /// Whether the mean adjacent normal lies farther from the mean tumour than chance would put it.
    pub fn told_apart(&self) -> bool {
        self.told_apart
    }
}

/// `mixed − clean` where `mixed` holds the rows of `clean` several times over.
pub fn difference(mixed: &Array2<f32>, clean: &Array2<f32>) -> Array2<f32> {
    let mut out = mixed.clone();
    for (i, mut row) in out.rows_mut().into_iter().enumerate() {
        row -= &clean.row(i % clean.nrows());
    }
    out
}

/// Both samples × genes, standardised with the tumours' moments.
fn told_apart(normals: &Array2<f32>, tumours: &Array2<f32>) -> bool {
    let mean = |m: &Array2<f32>| m.sum_axis(Axis(0)).mapv(|v| f64::from(v) / m.nrows() as f64);
    let apart = mean(normals) - mean(tumours);
    let chance = 1.0 / normals.nrows() as f64 + 1.0 / tumours.nrows() as f64;
    apart.dot(&apart) / apart.len().max(1) as f64 > BEYOND_CHANCE * chance
}
