//! What a trained model is compared with, behind one trait: raw, PCA, contrastive PCA, the closed form.

mod closed_form;
mod closed_form_fit;
mod components_fit;
mod contrastive_pca;
mod principal_components;
#[cfg(feature = "cpu")]
mod trained;
#[cfg(feature = "cpu")]
mod transferred;

pub use crate::decomposition::{DecompositionError, ThinSvd, check_finite, eigen_descending, gram, thin_svd};
pub use closed_form::ClosedForm;
pub use closed_form_fit::ClosedFormFit;
pub use components_fit::ComponentsFit;
pub use contrastive_pca::{ContrastiveComponents, ContrastiveFit, ContrastivePca, ContrastivePcaFit};
pub use principal_components::PrincipalComponents;
#[cfg(feature = "cpu")]
pub use transferred::Transferred;

use crate::contamination::Removal;
use crate::training_set::Moments;
use ndarray::Array2;

/// Something that maps samples to vectors. Raw, PCA, the closed form and a trained model all stand behind it, so
/// that every readout treats them alike.
pub trait Representation {
    /// The name shown in tables (`raw`, `PCA-20`, `TwinPurify`).
    fn name(&self) -> String;

    /// Embed samples × genes (linear space, the training set's genes) as samples × [`Self::dim`].
    fn embed(&self, linear: &Array2<f32>) -> Array2<f32>;

    /// Width of the embedding.
    fn dim(&self) -> usize;

    /// Embed with no contamination direction taken out: strength 0.
    fn embed_whole(&self, linear: &Array2<f32>) -> Array2<f32> {
        self.embed(linear)
    }

    /// The numbers that a sample passes through, samples × d: the bottleneck, also where a purified profile is read behind it.
    fn bottleneck(&self, linear: &Array2<f32>) -> Array2<f32> {
        self.embed_whole(linear)
    }

    /// The genes of an embedding that is a purified profile, one a column; none where the bottleneck is read.
    fn profile_genes(&self) -> Option<&[String]> {
        None
    }

    /// The share of a gene's own standardised value in its purified one, beside what is predicted: that of the purified profile.
    fn own_share(&self) -> f32 {
        0.0
    }

    /// Where samples lie along each contamination direction as mixing moves them, samples × K, from wherever: of the
    /// standardised profile where the purified profile is read, else of the embedding. No column where there are no directions.
    fn moved(&self, linear: &Array2<f32>) -> Array2<f32> {
        match self.removal() {
            Some(removal) => self.embed_whole(linear).dot(&removal.directions().axes.t()),
            None => Array2::zeros((linear.nrows(), 0)),
        }
    }

    /// The contamination directions of this representation and how much of them is taken out; none where it has none.
    fn removal(&self) -> Option<&Removal> {
        None
    }

    /// How the genes that are embedded move with each contamination direction, K × genes; none where there are none.
    fn loadings(&self) -> Option<Array2<f32>> {
        self.removal().map(|removal| removal.directions().loadings.clone())
    }

    /// Take out the first `strength` directions but those in `kept` (from 1) from now on. Nothing where there are none.
    fn set_strength(&mut self, _strength: usize, _kept: &[usize]) {}

    /// The purified profiles of embeddings, samples × genes on the log2(1 + x) scale, where there is a decoder.
    fn purified(&self, _embedding: &Array2<f32>) -> Option<Array2<f32>> {
        None
    }

    /// The representation as a file, with the strength that is set; none where there is no file of it.
    fn file(&self) -> Option<Vec<u8>> {
        None
    }
}

/// The standardised log2 profile itself, `s(x) = (log2(1 + x) − μ) / (σ + 1e-3)`: what every purification starts from.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    moments: Moments,
}

impl Raw {
    /// Raw profiles standardised with the tumours' own `moments`.
    pub fn new(moments: Moments) -> Self {
        Self { moments }
    }
}

impl Representation for Raw {
    fn name(&self) -> String {
        "raw".into()
    }

    fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
        self.moments.standardise(linear)
    }

    fn dim(&self) -> usize {
        self.moments.mean.len()
    }
}

/// The leading principal components of the standardised tumours (`PCA-20` in the comparison).
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    moments: Moments,
    /// Genes × k, so that embedding is one product.
    loadings: Array2<f32>,
    /// Where the tumours' centre falls on each component.
    offset: Vec<f32>,
}

impl Pca {
    /// Fit `k` components (at most min(tumours, genes)) on `tumours` (n × G, linear space).
    ///
    /// # Errors
    /// [`DecompositionError`] when there is no tumour, a value is not finite, or the solver does not converge.
    pub fn fit(tumours: &Array2<f32>, moments: &Moments, k: usize) -> Result<Self, DecompositionError> {
        let fitted = PrincipalComponents::fit(moments.standardise(tumours).view(), k)?;
        let offset =
            fitted.components.outer_iter().map(|c| c.iter().zip(&fitted.mean).map(|(l, m)| l * m).sum::<f64>() as f32);
        Ok(Self {
            moments: moments.clone(),
            offset: offset.collect(),
            loadings: fitted.components.t().mapv(|v| v as f32),
        })
    }
}

impl Representation for Pca {
    fn name(&self) -> String {
        format!("PCA-{}", self.dim())
    }

    fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
        let mut scores = self.moments.standardise(linear).dot(&self.loadings);
        for mut row in scores.rows_mut() {
            for (value, offset) in row.iter_mut().zip(&self.offset) {
                *value -= offset;
            }
        }
        scores
    }

    fn dim(&self) -> usize {
        self.loadings.ncols()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn moments(linear: &Array2<f32>) -> Moments {
        let log = linear.mapv(|v| (1.0 + v).log2());
        let n = log.nrows() as f32;
        let mean: Vec<f32> = log.columns().into_iter().map(|c| c.sum() / n).collect();
        let deviation = log.columns().into_iter().zip(&mean);
        let deviation =
            deviation.map(|(c, m)| (c.iter().map(|v| (v - m).powi(2)).sum::<f32>() / (n - 1.0)).sqrt() + 1e-3);
        Moments { deviation: deviation.collect(), mean }
    }

    #[test]
    fn raw_is_the_standardised_profile() {
        let linear = array![[0.0, 3.0], [1.0, 1.0], [7.0, 0.0]];
        let moments = moments(&linear);
        let raw = Raw::new(moments.clone());
        assert_eq!(raw.embed(&linear), moments.standardise(&linear));
        assert_eq!((raw.dim(), raw.name()), (2, "raw".to_string()));
    }

    #[test]
    fn pca_embeds_training_tumours_at_their_scores() {
        let linear = array![[0.0, 3.0, 9.0], [1.0, 1.0, 2.0], [7.0, 0.0, 4.0], [2.0, 8.0, 1.0]];
        let moments = moments(&linear);
        let pca = Pca::fit(&linear, &moments, 2).unwrap();
        let scores = PrincipalComponents::fit(moments.standardise(&linear).view(), 2).unwrap().scores;
        for (a, b) in pca.embed(&linear).iter().zip(&scores) {
            assert!((f64::from(*a) - b).abs() < 1e-5, "{a} {b}");
        }
        assert_eq!(pca.name(), "PCA-2");
    }
}
