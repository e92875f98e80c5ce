//! Multinomial logistic regression to convergence, as scikit-learn defines it.
//!
//! Written here because the kept crates fit another model: smartcore 0.7 and linfa-logistic 0.8 know no class
//! weights, smartcore penalises without scikit-learn's C, and neither converges far enough to be compared with it.

use super::super::ReadoutError;
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice, Zip};

const NEWTON_STEPS: usize = 100;
const CONJUGATE_STEPS: usize = 200;
/// Largest entry of the gradient, relative to the sum of sample weights × C, at which the fit stands.
const TOLERANCE: f64 = 1e-10;

/// A fit of classes that are all weighted alike, a Newton step at a time.
pub(super) struct Descent {
    target: Array2<f64>,
    weight: Array1<f64>,
    taken: usize,
}

impl Descent {
    /// Begin with samples of classes `0..classes` and the inverse penalty `c`.
    pub(super) fn new(y: &[usize], classes: usize, c: f64) -> Self {
        let target = one_hot(y, classes);
        let size = target.sum_axis(Axis(0));
        let per_class = size.mapv(|s| y.len() as f64 / (size.len() as f64 * s.max(1.0)));
        Self { weight: target.dot(&per_class) * c, target, taken: 0 }
    }

    /// One step that improves `weights` ((features + 1) × classes) on features that are `x` as it stands, its last column
    /// ones (the intercept); whether the gradient is under `tolerance`, and nothing is left to improve.
    pub(super) fn step(
        &mut self,
        x: &Array2<f64>,
        weights: &mut Array2<f64>,
        tolerance: f64,
    ) -> Result<bool, ReadoutError> {
        let problem = Problem { x: x.view(), target: &self.target, weight: &self.weight };
        if self.taken == NEWTON_STEPS {
            return problem.give_up();
        }
        self.taken += 1;
        problem.newton_step(weights, tolerance)
    }
}

/// Probabilities from weights and features with their column of ones.
pub(super) fn probabilities(x: &Array2<f64>, weights: &Array2<f64>) -> Array2<f64> {
    softmax(x.dot(weights))
}

fn one_hot(y: &[usize], classes: usize) -> Array2<f64> {
    Array2::from_shape_fn((y.len(), classes), |(i, k)| f64::from(u8::from(y[i] == k)))
}

/// Weight of a class in the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// Every sample counts alike.
    None,
    /// Every class counts alike: `n / (K·n_c)`.
    Balanced,
}

/// Softmax regression on features standardised where it was fitted (population standard deviation).
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticRegression {
    classes: Vec<usize>,
    mean: Array1<f64>,
    scale: Array1<f64>,
    /// (features + 1) × classes; the last row is the intercept.
    weights: Array2<f64>,
}

impl LogisticRegression {
    /// Minimise `C·Σ w·CE + ½‖W‖²` over all classes, intercept unpenalised, by Newton's method with conjugate
    /// gradients. `features` is samples × features, `y` their classes.
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when rows and labels differ in number, [`ReadoutError::TooFew`] with fewer than two
    /// classes, [`ReadoutError::Decomposition`] when a value is not finite, [`ReadoutError::NoConvergence`].
    pub fn fit<T: Copy + Into<f64>>(
        features: ArrayView2<T>,
        y: &[usize],
        c: f64,
        weighting: Weighting,
    ) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Labels", features.nrows(), y.len())?;
        let mut classes = y.to_vec();
        classes.sort_unstable();
        classes.dedup();
        ReadoutError::at_least("Classes", 2, classes.len())?;
        crate::baseline::check_finite(features)?;
        let features = features.mapv(Into::<f64>::into);
        let n = features.nrows() as f64;
        let mean = features.sum_axis(Axis(0)) / n;
        let variance = (&features - &mean).mapv(|v| v * v).sum_axis(Axis(0)) / n;
        let scale = variance.mapv(|v| if v > 0.0 { v.sqrt() } else { 1.0 });
        let mut model = Self { weights: Array2::zeros((features.ncols() + 1, classes.len())), classes, mean, scale };
        let x = model.design(features.view());
        let own: Vec<usize> = y.iter().map(|class| model.classes.partition_point(|known| known < class)).collect();
        let target = one_hot(&own, model.classes.len());
        let size = target.sum_axis(Axis(0));
        let per_class = size.mapv(|s| if weighting == Weighting::Balanced { n / (size.len() as f64 * s) } else { 1.0 });
        let weight = target.dot(&per_class) * c;
        let problem = Problem { x: x.view(), weight: &weight, target: &target };
        problem.solve(&mut model.weights, TOLERANCE)?;
        Ok(model)
    }

    /// Probabilities, samples × classes in ascending order of class.
    pub fn probabilities<T: Copy + Into<f64>>(&self, features: ArrayView2<T>) -> Array2<f64> {
        softmax(self.design(features.mapv(Into::<f64>::into).view()).dot(&self.weights))
    }

    /// The likeliest class of each sample; the lower one when two are as likely.
    pub fn predict<T: Copy + Into<f64>>(&self, features: ArrayView2<T>) -> Vec<usize> {
        let probabilities = self.probabilities(features);
        let likeliest = |row: ndarray::ArrayView1<f64>| {
            let best = row
                .iter()
                .zip(&self.classes)
                .fold((f64::NEG_INFINITY, 0), |best, (p, class)| if *p > best.0 { (*p, *class) } else { best });
            best.1
        };
        probabilities.rows().into_iter().map(likeliest).collect()
    }

    /// Coefficients on standardised features, classes × features.
    pub fn coefficients(&self) -> Array2<f64> {
        self.weights.slice_axis(Axis(0), Slice::from(..-1)).t().to_owned()
    }

    /// Intercept of each class.
    pub fn intercepts(&self) -> Vec<f64> {
        self.weights.row(self.weights.nrows() - 1).to_vec()
    }

    /// Standardised features with a column of ones.
    fn design(&self, features: ArrayView2<f64>) -> Array2<f64> {
        let mut x = Array2::ones((features.nrows(), self.mean.len() + 1));
        x.slice_axis_mut(Axis(1), Slice::from(..-1)).assign(&((&features - &self.mean) / &self.scale));
        x
    }
}

struct Problem<'a> {
    x: ArrayView2<'a, f64>,
    target: &'a Array2<f64>,
    /// C × class weight, per sample.
    weight: &'a Array1<f64>,
}

impl Problem<'_> {
    fn solve(&self, weights: &mut Array2<f64>, tolerance: f64) -> Result<(), ReadoutError> {
        for _ in 0..NEWTON_STEPS {
            if self.newton_step(weights, tolerance)? {
                return Ok(());
            }
        }
        self.give_up()
    }

    /// One step; whether none was needed.
    fn newton_step(&self, weights: &mut Array2<f64>, tolerance: f64) -> Result<bool, ReadoutError> {
        let p = softmax(self.x.dot(weights));
        let gradient = self.gradient(&p, weights);
        if largest(&gradient) <= tolerance * self.weight.sum() {
            return Ok(true);
        }
        let direction = self.newton_direction(&p, &gradient);
        let slope = dot(&gradient, &direction);
        let now = self.objective(weights);
        let mut length = 1.0;
        // Rounding in the objective hides the last descent: the slack lets a full Newton step through.
        while self.objective(&(&*weights + &(&direction * length))) > now + 1e-4 * length * slope + 1e-12 * now.abs() {
            length *= 0.5;
            if length < 1e-10 {
                return self.give_up();
            }
        }
        weights.scaled_add(length, &direction);
        Ok(false)
    }

    fn give_up<T>(&self) -> Result<T, ReadoutError> {
        Err(ReadoutError::NoConvergence { what: "The logistic regression", iterations: NEWTON_STEPS })
    }

    fn objective(&self, weights: &Array2<f64>) -> f64 {
        let scores = self.x.dot(weights);
        let mut loss = 0.0;
        for ((row, target), w) in scores.rows().into_iter().zip(self.target.rows()).zip(self.weight) {
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let log_sum = top + row.iter().map(|v| (v - top).exp()).sum::<f64>().ln();
            loss += w * (log_sum - row.dot(&target));
        }
        loss + 0.5 * weights.slice_axis(Axis(0), Slice::from(..-1)).iter().map(|v| v * v).sum::<f64>()
    }

    fn gradient(&self, p: &Array2<f64>, weights: &Array2<f64>) -> Array2<f64> {
        let mut residual = p - self.target;
        residual.rows_mut().into_iter().zip(self.weight).for_each(|(mut r, w)| r *= *w);
        self.penalised(self.x.t().dot(&residual), weights)
    }

    /// Hessian times `v`: `Xᵀ(w·(P∘XV − P·(P∘XV)1)) + V` (penalty not on the intercept).
    fn hessian_times(&self, p: &Array2<f64>, v: &Array2<f64>) -> Array2<f64> {
        let mut moved = self.x.dot(v);
        for ((mut m, p), w) in moved.rows_mut().into_iter().zip(p.rows()).zip(self.weight) {
            let mean = m.dot(&p);
            Zip::from(&mut m).and(p).for_each(|m, p| *m = w * p * (*m - mean));
        }
        self.penalised(self.x.t().dot(&moved), v)
    }

    fn penalised(&self, mut out: Array2<f64>, weights: &Array2<f64>) -> Array2<f64> {
        out.slice_axis_mut(Axis(0), Slice::from(..-1)).scaled_add(1.0, &weights.slice_axis(Axis(0), Slice::from(..-1)));
        out
    }

    /// The Hessian's diagonal, `Σ w·p(1 − p)·x² + 1` (no penalty on the intercept): nearly the whole of it where features
    /// are orthogonal, as those of [`super::space`] are.
    fn diagonal(&self, p: &Array2<f64>) -> Array2<f64> {
        let bend: Vec<f64> = p
            .rows()
            .into_iter()
            .zip(self.weight)
            .flat_map(|(p, w)| p.iter().map(|p| w * p * (1.0 - p)).collect::<Vec<_>>())
            .collect();
        let (classes, features) = (p.ncols(), self.x.ncols());
        let mut out = Array2::zeros((features, classes));
        for (x, bend) in self.x.rows().into_iter().zip(bend.chunks_exact(classes.max(1))) {
            for (mut out, x) in out.rows_mut().into_iter().zip(x) {
                let square = x * x;
                out.iter_mut().zip(bend).for_each(|(to, bend)| *to += square * bend);
            }
        }
        // One number for all intercepts, so that they go on adding up to what they did: nothing else decides their sum.
        let mut intercepts = out.row_mut(features - 1);
        let mean = intercepts.sum() / classes as f64;
        intercepts.fill(mean);
        self.penalised(out, &Array2::ones((features, classes))).mapv(|v| v.max(f64::MIN_POSITIVE))
    }

    /// Conjugate gradients on `H·d = −g`, scaled by the Hessian's diagonal and solved as exactly as the gradient is small,
    /// so that convergence is quadratic at the end.
    fn newton_direction(&self, p: &Array2<f64>, gradient: &Array2<f64>) -> Array2<f64> {
        let diagonal = self.diagonal(p);
        let mut direction = Array2::zeros(gradient.dim());
        let mut residual = gradient.mapv(|v| -v);
        let mut scaled = &residual / &diagonal;
        let mut search = scaled.clone();
        let mut square = dot(&residual, &scaled);
        let start = dot(&residual, &residual);
        let stop = start * start.sqrt().min(0.01);
        for _ in 0..CONJUGATE_STEPS {
            let bent = self.hessian_times(p, &search);
            let curvature = dot(&search, &bent);
            if curvature <= 1e-300 {
                break;
            }
            let length = square / curvature;
            direction.scaled_add(length, &search);
            residual.scaled_add(-length, &bent);
            if dot(&residual, &residual) <= stop {
                break;
            }
            scaled = &residual / &diagonal;
            let next = dot(&residual, &scaled);
            search = &scaled + &(search * (next / square));
            square = next;
        }
        direction
    }
}

fn softmax(mut scores: Array2<f64>) -> Array2<f64> {
    for mut row in scores.rows_mut() {
        let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|v| (v - top).exp());
        let total = row.sum();
        row /= total;
    }
    scores
}

fn dot(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    Zip::from(a).and(b).fold(0.0, |sum, x, y| sum + x * y)
}

fn largest(a: &Array2<f64>) -> f64 {
    a.iter().fold(0.0, |m, v| m.max(v.abs()))
}
