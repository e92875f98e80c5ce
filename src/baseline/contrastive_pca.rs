//! Contrastive PCA (Abid et al. 2018): directions in which tumours vary and adjacent normals do not.

use super::{DecompositionError, Representation};
use crate::decomposition::block_lanczos::BlockLanczos;
use crate::training_set::Moments;
use ndarray::{Array2, ArrayView2};

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
    /// moments (contrastive/__init__.py of the authors): [`ContrastiveFit`] at once. Fewer where the samples span no more
    /// directions.
    ///
    /// # Errors
    /// As [`ContrastiveFit::new`] and [`ContrastiveFit::step`].
    pub fn fit<T: Copy + Into<f64>>(
        foreground: ArrayView2<T>,
        background: ArrayView2<T>,
        k: usize,
        alpha: f64,
    ) -> Result<Self, DecompositionError> {
        let mut fit = ContrastiveFit::new(foreground, background, k, alpha)?;
        loop {
            if let Some(components) = fit.step()? {
                return Ok(components);
            }
        }
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

/// [`ContrastiveComponents`] being fitted, in steps of about a twentieth of a second at 2,000 samples × 3,000 features. No
/// covariance is ever formed: the iteration asks for products with the samples alone, and stays in what they span.
pub struct ContrastiveFit {
    front: Array2<f64>,
    back: Array2<f64>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
    alpha: f64,
    iteration: BlockLanczos,
}

impl ContrastiveFit {
    /// Begin with samples × features, over the same features, and the number `k` of components.
    ///
    /// # Errors
    /// [`DecompositionError`] when either has fewer than two samples or a value is not finite.
    pub fn new<T: Copy + Into<f64>>(
        foreground: ArrayView2<T>,
        background: ArrayView2<T>,
        k: usize,
        alpha: f64,
    ) -> Result<Self, DecompositionError> {
        let (front, mean, deviation) = standardised(foreground)?;
        let (back, ..) = standardised(background)?;
        let iteration = BlockLanczos::new(front.ncols(), k);
        Ok(Self { front, back, mean, deviation, alpha, iteration })
    }

    /// One step; the components once they are found.
    ///
    /// # Errors
    /// [`DecompositionError::Empty`] when no feature varies in either, [`DecompositionError::NoConvergence`].
    pub fn step(&mut self) -> Result<Option<ContrastiveComponents>, DecompositionError> {
        let Self { front, back, alpha, iteration, .. } = self;
        let varies = |samples: &Array2<f64>, rows: ArrayView2<f64>| {
            rows.dot(&samples.t()).dot(samples) / (samples.nrows() as f64 - 1.0)
        };
        let Some((contrast, mut loadings)) =
            iteration.step(&|rows| varies(front, rows) - varies(back, rows) * *alpha)?
        else {
            return Ok(None);
        };
        if contrast.is_empty() {
            return Err(DecompositionError::Empty { rows: front.nrows(), columns: 0 });
        }
        for mut column in loadings.columns_mut() {
            let largest = column.iter().fold(0.0_f64, |best, v| if v.abs() > best.abs() { *v } else { best });
            if largest < 0.0 {
                column.mapv_inplace(|v| -v);
            }
        }
        let (mean, deviation) = (std::mem::take(&mut self.mean), std::mem::take(&mut self.deviation));
        Ok(Some(ContrastiveComponents { mean, deviation, loadings, contrast }))
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
    /// Begin to fit `k` components of `tumours` against `normals` (both samples × genes, linear space).
    ///
    /// # Errors
    /// As [`ContrastiveFit::new`].
    pub fn begin(
        tumours: &Array2<f32>,
        normals: &Array2<f32>,
        moments: &Moments,
        k: usize,
        alpha: f64,
    ) -> Result<ContrastivePcaFit, DecompositionError> {
        let (front, back) = (moments.standardise(tumours), moments.standardise(normals));
        Ok(ContrastivePcaFit {
            moments: moments.clone(),
            fit: ContrastiveFit::new(front.view(), back.view(), k, alpha)?,
            alpha,
        })
    }
}

/// A [`ContrastivePca`] being fitted.
pub struct ContrastivePcaFit {
    moments: Moments,
    fit: ContrastiveFit,
    alpha: f64,
}

impl ContrastivePcaFit {
    /// One step; the representation once it is fitted.
    ///
    /// # Errors
    /// As [`ContrastiveFit::step`].
    pub fn step(&mut self) -> Result<Option<ContrastivePca>, DecompositionError> {
        let found = self.fit.step()?;
        Ok(found.map(|components| ContrastivePca { moments: self.moments.clone(), components, alpha: self.alpha }))
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
