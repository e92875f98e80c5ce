//! Features as a linear classifier sees them: standardised on the training fold, and no wider than it.

use super::super::ReadoutError;
use crate::decomposition::{StagedEigen, check_finite, gram};
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};

/// Eigenvalues under this share of the largest are rounding.
const RANK: f64 = 1e-10;

/// Standardised with a training fold's mean and (population) deviation. Features in greater number than the fold's
/// samples are turned onto the directions that the samples span: a ridge penalty does not see a rotation and gives no
/// weight beyond that span, so that the classifier is the same and costs n³ instead of n²·G.
pub(super) struct Space {
    mean: Array1<f64>,
    scale: Array1<f64>,
    turned: Option<Turned>,
}

/// `Z = U·√Λ·Vᵀ`: a further sample's place is `z·Zᵀ·U/√Λ`.
struct Turned {
    train: Array2<f64>,
    onto: Array2<f64>,
}

/// A training fold's features standardised, and the decomposition of their inner products where the fold is narrower than
/// they are many.
pub(super) struct Begun {
    mean: Array1<f64>,
    scale: Array1<f64>,
    centred: Array2<f64>,
    /// What is decomposed; where nothing is, steps that do nothing, so that every fit has as many.
    eigen: Result<StagedEigen, usize>,
}

impl Begun {
    /// Calls of [`Self::step`].
    pub(super) const STEPS: usize = StagedEigen::STEPS;

    /// Begin with a training fold (samples × features).
    pub(super) fn of(train: ArrayView2<f32>) -> Result<Self, ReadoutError> {
        check_finite(train)?;
        let features = train.mapv(f64::from);
        let n = features.nrows() as f64;
        let mean = features.sum_axis(Axis(0)) / n;
        let mut centred = features - &mean;
        let deviation = centred.columns().into_iter().map(|c| (c.dot(&c) / n).sqrt());
        let scale: Array1<f64> = deviation.map(|d| if d > 0.0 { d } else { 1.0 }).collect();
        centred /= &scale;
        let wide = centred.ncols() > centred.nrows();
        let eigen = if wide { Ok(StagedEigen::new(gram(centred.view()).view())?) } else { Err(Self::STEPS - 1) };
        Ok(Self { mean, scale, centred, eigen })
    }

    /// One step; with the last the space of the fold, and the fold in it with a last column of ones.
    pub(super) fn step(&mut self) -> Result<Option<(Space, Array2<f64>)>, ReadoutError> {
        let found = match &mut self.eigen {
            Ok(eigen) => match eigen.step()? {
                Some(found) => Some(found),
                None => return Ok(None),
            },
            Err(0) => None,
            Err(idle) => {
                *idle -= 1;
                return Ok(None);
            }
        };
        let [mean, scale] = [&mut self.mean, &mut self.scale].map(std::mem::take);
        let centred = std::mem::take(&mut self.centred);
        let Some((values, vectors)) = found else {
            let x = with_ones(centred.view());
            return Ok(Some((Space { mean, scale, turned: None }, x)));
        };
        let floor = RANK * values.first().copied().unwrap_or(0.0);
        let rank = values.iter().take_while(|v| **v > floor).count();
        let mut along = vectors.slice_axis(Axis(1), Slice::from(..rank)).to_owned();
        let mut onto = along.clone();
        for ((mut scores, mut onto), value) in along.columns_mut().into_iter().zip(onto.columns_mut()).zip(&values) {
            scores *= value.sqrt();
            onto /= value.sqrt();
        }
        let x = with_ones(along.view());
        Ok(Some((Space { mean, scale, turned: Some(Turned { train: centred, onto }) }, x)))
    }
}

impl Space {
    /// Further samples in the same space, with their column of ones.
    pub(super) fn project(&self, features: ArrayView2<f32>) -> Array2<f64> {
        let z = (features.mapv(f64::from) - &self.mean) / &self.scale;
        match &self.turned {
            None => with_ones(z.view()),
            Some(turned) => with_ones(z.dot(&turned.train.t()).dot(&turned.onto).view()),
        }
    }
}

fn with_ones(features: ArrayView2<f64>) -> Array2<f64> {
    let mut x = Array2::ones((features.nrows(), features.ncols() + 1));
    x.slice_axis_mut(Axis(1), Slice::from(..-1)).assign(&features);
    x
}

#[cfg(test)]
mod tests {
    use super::super::logistic::{Descent, LogisticRegression, Weighting, probabilities};
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn a_turned_profile_is_classified_as_the_profile_itself() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut draw = |n: usize| Array2::from_shape_fn((n, 70), |_| rng.random_range(-2.0..2.0f32));
        let (mut train, test) = (draw(30), draw(12));
        let y: Vec<usize> = (0..30).map(|i| i % 3).collect();
        train.rows_mut().into_iter().zip(&y).for_each(|(mut row, class)| row[*class] += 2.0);
        train.column_mut(5).fill(1.0);
        let whole = LogisticRegression::fit(train.view(), &y, 0.1, Weighting::Balanced).unwrap();
        let mut begun = Begun::of(train.view()).unwrap();
        let (space, x) = (0..Begun::STEPS).find_map(|_| begun.step().unwrap()).unwrap();
        assert!(x.ncols() <= 31);
        let mut weights = Array2::zeros((x.ncols(), 3));
        let mut descent = Descent::new(&y, 3, 0.1);
        while !descent.step(&x, &mut weights, 1e-10).unwrap() {}
        let turned = probabilities(&space.project(test.view()), &weights);
        let expected = whole.probabilities(test.view());
        assert!(turned.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-7), "{turned} {expected}");
    }
}
