//! Contrastive PCA (Abid et al. 2018): directions in which tumours vary and adjacent normals do not.

use super::{DecompositionError, PrincipalComponents, Representation, eigen_descending, gram};
use crate::training_set::Moments;
use ndarray::{Array2, ArrayView2, Axis, Slice};

/// Contrastive components of standardised samples × features.
#[derive(Clone, Debug, PartialEq)]
pub struct ContrastiveComponents {
    /// Mean of each feature over the foreground.
    pub mean: Vec<f64>,
    /// Its population standard deviation; infinite where it is 0, so that a constant feature counts as 0.
    pub deviation: Vec<f64>,
    /// Features × k, columns of unit length, the largest |loading| of each positive.
    pub loadings: Array2<f64>,
    /// Variance in the foreground less `alpha` times that in the background, along each.
    pub contrast: Vec<f64>,
}

impl ContrastiveComponents {
    /// The leading `k` eigenvectors of `C_f − α C_b`, with foreground and background each standardised by their own
    /// moments (contrastive/__init__.py of the authors). Beyond as many features as samples the problem is solved in
    /// the span of the samples, where all its directions with any variance lie.
    ///
    /// # Errors
    /// [`DecompositionError`] when either has fewer than two samples or a value is not finite.
    pub fn fit<T: Copy + Into<f64>>(
        foreground: ArrayView2<T>,
        background: ArrayView2<T>,
        k: usize,
        alpha: f64,
    ) -> Result<Self, DecompositionError> {
        let (front, mean, deviation) = standardised(foreground)?;
        let (back, ..) = standardised(background)?;
        let features = front.ncols();
        let samples = front.nrows() + back.nrows();
        let basis = if features > samples {
            let both = ndarray::concatenate(Axis(0), &[front.view(), back.view()])
                .map_err(|_| DecompositionError::Empty { rows: samples, columns: features })?;
            let components = PrincipalComponents::fit(both.view(), samples - 1)?.components;
            // Without variance a component is zero and would be a direction of no length.
            let real: Vec<usize> =
                (0..components.nrows()).filter(|i| components.row(*i).dot(&components.row(*i)) > 0.5).collect();
            Some(components.select(Axis(0), &real))
        } else {
            None
        };
        let covariance = |samples: &Array2<f64>| {
            let inside = basis.as_ref().map_or_else(|| samples.clone(), |basis| samples.dot(&basis.t()));
            gram(inside.t()) / (samples.nrows() as f64 - 1.0)
        };
        let (values, vectors) = eigen_descending((covariance(&front) - covariance(&back) * alpha).view())?;
        let k = k.min(values.len());
        let vectors = vectors.slice_axis(Axis(1), Slice::from(..k)).to_owned();
        let mut loadings = basis.as_ref().map_or_else(|| vectors.clone(), |basis| basis.t().dot(&vectors));
        for mut column in loadings.columns_mut() {
            let largest = column.iter().fold(0.0_f64, |best, v| if v.abs() > best.abs() { *v } else { best });
            if largest < 0.0 {
                column.mapv_inplace(|v| -v);
            }
        }
        Ok(Self { mean, deviation, loadings, contrast: values.into_iter().take(k).collect() })
    }

    /// Scores, samples × k.
    pub fn project<T: Copy + Into<f64>>(&self, samples: ArrayView2<T>) -> Array2<f64> {
        let mut z: Array2<f64> = samples.mapv(Into::into);
        for mut row in z.rows_mut() {
            row.iter_mut().zip(&self.mean).zip(&self.deviation).for_each(|((v, m), s)| *v = (*v - m) / s);
        }
        z.dot(&self.loadings)
    }
}

type Standardised = (Array2<f64>, Vec<f64>, Vec<f64>);

fn standardised<T: Copy + Into<f64>>(samples: ArrayView2<T>) -> Result<Standardised, DecompositionError> {
    super::check_finite(samples)?;
    let (rows, columns) = samples.dim();
    if rows < 2 {
        return Err(DecompositionError::Empty { rows, columns });
    }
    let mut z: Array2<f64> = samples.mapv(Into::into);
    let n = rows as f64;
    let (mut mean, mut deviation) = (Vec::with_capacity(columns), Vec::with_capacity(columns));
    for mut column in z.columns_mut() {
        let centre = column.sum() / n;
        column -= centre;
        let spread = (column.dot(&column) / n).sqrt();
        let spread = if spread > 0.0 { spread } else { f64::INFINITY };
        column /= spread;
        mean.push(centre);
        deviation.push(spread);
    }
    Ok((z, mean, deviation))
}

/// Contrastive PCA of a cohort: tumours in front, adjacent normals behind (`contrastive PCA-20` in the comparison).
#[derive(Clone, Debug, PartialEq)]
pub struct ContrastivePca {
    moments: Moments,
    components: ContrastiveComponents,
    alpha: f64,
}

impl ContrastivePca {
    /// Fit `k` components of `tumours` against `normals` (both samples × genes, linear space).
    ///
    /// # Errors
    /// As [`ContrastiveComponents::fit`].
    pub fn fit(
        tumours: &Array2<f32>,
        normals: &Array2<f32>,
        moments: &Moments,
        k: usize,
        alpha: f64,
    ) -> Result<Self, DecompositionError> {
        let (front, back) = (moments.standardise(tumours), moments.standardise(normals));
        let components = ContrastiveComponents::fit(front.view(), back.view(), k, alpha)?;
        Ok(Self { moments: moments.clone(), components, alpha })
    }
}

impl Representation for ContrastivePca {
    fn name(&self) -> String {
        format!("contrastive PCA-{}, α {}", self.dim(), self.alpha)
    }

    fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
        self.components.project(self.moments.standardise(linear).view()).mapv(|v| v as f32)
    }

    fn dim(&self) -> usize {
        self.components.loadings.ncols()
    }
}
