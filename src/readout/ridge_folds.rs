//! Ridge regressions of any numbers from one embedding, cross-validated: one decomposition a fold serves all of them,
//! whatever their penalties.
//!
//! With the training fold's centred rows `E = U S Vᵀ` a number `y` needs `Uᵀy` alone for its penalty and its prediction.
//! Where there are as many features as rows, `U` and `S²` are of the inner products `E Eᵀ`, else `V` and `S²` of `Eᵀ E`;
//! the smaller of the two is decomposed.

use ndarray::{Array1, Array2, ArrayView1, Axis, Slice};

use super::ReadoutError;
use super::ridge::choose;
use crate::decomposition::StagedEigen;

/// Rows of the inner products made at once, so that a step stays short.
const ROWS: usize = 256;
/// Eigenvalues under this share of the largest are rounding.
const RANK: f64 = 1e-13;

/// An embedding of the samples whose numbers are known, with the fold of each.
pub(super) struct RidgeFolds {
    /// Samples × features, centred and scaled.
    features: Array2<f64>,
    /// Their inner products, where those are decomposed; filled from the top.
    products: Option<(Array2<f64>, usize)>,
    fold: Vec<usize>,
    /// The fold under way.
    held: Option<Held>,
}

/// The samples of a fold, and what is said of each number of theirs.
type Predicted = (Vec<usize>, Vec<Vec<f64>>);

/// A held-out fold, its training samples' inner products or those of their features being decomposed.
struct Held {
    train: Vec<usize>,
    test: Vec<usize>,
    inner: Inner,
    eigen: StagedEigen,
}

enum Inner {
    /// Inner products of the training samples with all, and their mean.
    Samples(Array2<f64>, Array1<f64>),
    /// Features of the training samples, less their mean, and that.
    Features(Array2<f64>, Array1<f64>),
}

impl RidgeFolds {
    /// Of samples × features, each with its fold.
    pub(super) fn new(features: &Array2<f32>, fold: Vec<usize>) -> Self {
        let (n, width) = features.dim();
        let fewest = (0..=fold.iter().max().copied().unwrap_or(0))
            .map(|held_out| fold.iter().filter(|of| **of != held_out).count())
            .min();
        let products = (width >= fewest.unwrap_or(n)).then(|| (Array2::zeros((n, n)), 0));
        Self { features: features.mapv(f64::from), products, fold, held: None }
    }

    /// How often [`Self::prepare`] is called at the most for so many samples.
    pub(super) fn preparations(samples: usize) -> usize {
        samples.div_ceil(ROWS)
    }

    /// Make some more of the inner products; whether all are there.
    pub(super) fn prepare(&mut self) -> bool {
        let Some((products, made)) = &mut self.products else { return true };
        let n = self.features.nrows();
        if *made < n {
            let (first, last) = (*made, (*made + ROWS).min(n));
            let rows = self.features.slice_axis(Axis(0), Slice::from(first..last));
            let block = rows.dot(&self.features.slice_axis(Axis(0), Slice::from(first..)).t());
            let mut upper = products.slice_axis_mut(Axis(0), Slice::from(first..last));
            upper.slice_axis_mut(Axis(1), Slice::from(first..)).assign(&block);
            let mut lower = products.slice_axis_mut(Axis(0), Slice::from(first..));
            lower.slice_axis_mut(Axis(1), Slice::from(first..last)).assign(&block.t());
            *made = last;
        }
        *made == n
    }

    /// Steps of a fold.
    pub(super) const STEPS: usize = StagedEigen::STEPS;

    /// One step; with the last the samples of the fold, and what the others' values say of theirs, one list per number. The
    /// penalty of each is chosen by generalised cross-validation among the others, as [`super::ridge::RidgePurifier`] does.
    ///
    /// # Errors
    /// [`ReadoutError::Decomposition`] when a feature is not finite or the solver fails.
    pub(super) fn held_out(&mut self, fold: usize, numbers: &[Vec<f64>]) -> Result<Option<Predicted>, ReadoutError> {
        let mut held = match self.held.take() {
            Some(held) => held,
            None => self.hold_out(fold)?,
        };
        let Some((squared, vectors)) = held.eigen.step()? else {
            self.held = Some(held);
            return Ok(None);
        };
        let Held { train, test, inner, .. } = held;
        let said = match inner {
            Inner::Samples(rows, column) => {
                // There are no more singular values than features.
                let rank = squared.len().min(self.features.ncols());
                let vectors = vectors.slice_axis(Axis(1), Slice::from(..rank));
                // Coefficients add up to 0, so that what is the same for every training sample drops out.
                let outer = rows.select(Axis(1), &test).t().to_owned() - &column;
                let of = |number: &Vec<f64>| {
                    let (mean, centred) = centred(number, &train);
                    let along = vectors.t().dot(&centred);
                    let weights = shrunk(train.len(), &centred, &squared[..rank], along.view(), &along);
                    (outer.dot(&vectors.dot(&weights)) + mean).to_vec()
                };
                numbers.iter().map(of).collect()
            }
            Inner::Features(rows, centre) => {
                let outer = (self.features.select(Axis(0), &test) - &centre).dot(&vectors);
                let floor = RANK * squared.first().copied().unwrap_or(0.0);
                let of = |number: &Vec<f64>| {
                    let (mean, centred) = centred(number, &train);
                    let mut turned = vectors.t().dot(&rows.t().dot(&centred));
                    turned.iter_mut().zip(&squared).filter(|(_, s)| **s <= floor).for_each(|(v, _)| *v = 0.0);
                    let along: Array1<f64> =
                        turned.iter().zip(&squared).map(|(v, s)| if *s > floor { v / s.sqrt() } else { 0.0 }).collect();
                    let weights = shrunk(train.len(), &centred, &squared, along.view(), &turned);
                    (outer.dot(&weights) + mean).to_vec()
                };
                numbers.iter().map(of).collect()
            }
        };
        Ok(Some((test, said)))
    }

    fn hold_out(&self, fold: usize) -> Result<Held, ReadoutError> {
        let (test, train): (Vec<usize>, Vec<usize>) = (0..self.fold.len()).partition(|&i| self.fold[i] == fold);
        let n = train.len() as f64;
        let Some((products, _)) = &self.products else {
            let mut rows = self.features.select(Axis(0), &train);
            let centre = rows.sum_axis(Axis(0)) / n;
            rows -= &centre;
            let eigen = StagedEigen::new(rows.t().dot(&rows).view())?;
            return Ok(Held { train, test, inner: Inner::Features(rows, centre), eigen });
        };
        let rows = products.select(Axis(0), &train);
        let mut inner = rows.select(Axis(1), &train);
        let column = inner.sum_axis(Axis(0)) / n;
        let whole = column.sum() / n;
        for (mut row, of_row) in inner.rows_mut().into_iter().zip(&column) {
            row.iter_mut().zip(&column).for_each(|(v, of_column)| *v += whole - of_row - of_column);
        }
        let eigen = StagedEigen::new(inner.view())?;
        Ok(Held { train, test, inner: Inner::Samples(rows, column), eigen })
    }
}

fn centred(number: &[f64], train: &[usize]) -> (f64, Array1<f64>) {
    let mean = train.iter().map(|&i| number[i]).sum::<f64>() / train.len() as f64;
    (mean, train.iter().map(|&i| number[i] - mean).collect())
}

/// `right / (s² + λ)` with the penalty λ that generalised cross-validation chooses for a number that lies `along` the left
/// singular vectors.
fn shrunk(
    n: usize,
    centred: &Array1<f64>,
    squared: &[f64],
    along: ArrayView1<f64>,
    right: &Array1<f64>,
) -> Array1<f64> {
    let energy: Vec<f64> = along.iter().map(|v| v * v).collect();
    let penalty = choose(n, centred.dot(centred), squared, &energy);
    right.iter().zip(squared).map(|(v, s)| if *s > 0.0 { v / (s + penalty) } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::ridge::RidgePurifier;
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// Narrower than a training fold, as wide as one, between fold and cohort, and wider than the cohort.
    #[test]
    fn one_decomposition_says_what_a_regression_of_its_own_says() {
        for width in [7, 48, 55, 200] {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(width as u64);
            let mut draw = |r, c| Array2::<f32>::from_shape_simple_fn((r, c), || StandardNormal.sample(&mut rng));
            let features = draw(60, width);
            let clear: Vec<f64> = features.column(0).iter().map(|v| f64::from(*v) * 3.0 + 1.0).collect();
            let noise: Vec<f64> = draw(60, 1).iter().map(|v| f64::from(*v)).collect();
            let fold: Vec<usize> = (0..60).map(|i| i % 5).collect();
            let mut folds = RidgeFolds::new(&features, fold);
            while !folds.prepare() {}
            let numbers = [clear, noise];
            for held_out in 0..5 {
                let mut step = |_| folds.held_out(held_out, &numbers).expect("predictions");
                let (test, said) = (0..RidgeFolds::STEPS).find_map(&mut step).expect("as many steps");
                let train: Vec<usize> = (0..60).filter(|i| !test.contains(i)).collect();
                for (number, said) in numbers.iter().zip(&said) {
                    let target = Array2::from_shape_fn((60, 1), |(i, _)| number[i] as f32);
                    let of = |which: &[usize]| features.select(Axis(0), which);
                    let own = RidgePurifier::fit(&of(&train), &target.select(Axis(0), &train)).expect("a fit");
                    let expected = own.predict(&of(&test)).expect("predictions");
                    let near = said.iter().zip(&expected).all(|(a, b)| (a - f64::from(*b)).abs() < 2e-4);
                    assert!(near, "{width}, {held_out}: {said:?} {expected:?}");
                }
            }
        }
    }
}
