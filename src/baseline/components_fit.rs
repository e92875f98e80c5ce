//! [`PrincipalComponents`] being fitted, in steps short enough for a worker: products of a large matrix go a slice at a time.

use std::collections::VecDeque;
use std::ops::Range;

use ndarray::{Array1, Array2, Axis, Slice};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::PrincipalComponents;
use crate::decomposition::{
    DecompositionError, Factored, StagedEigen, check_finite, columns_product, gram, rows_product,
};

/// Above this many rows and columns the components come from a randomised range finder.
const EXACT_UP_TO: usize = 600;
/// Columns drawn beyond those asked for, and power iterations (Halko, Martinsson & Tropp 2011, algorithm 4.4).
const OVERSAMPLE: usize = 10;
const POWER_ITERATIONS: usize = 4;
/// The range finder's seed: fixed, because its draw changes the result by rounding only.
const SEED: u64 = 0x5043_4120_5043_4121;
/// Multiplications of a step: a tenth of a second.
const PRODUCTS: usize = 1_000_000_000;

/// [`PrincipalComponents`] in progress.
pub struct ComponentsFit {
    centred: Array2<f64>,
    k: usize,
    mean: Array1<f64>,
    total: f64,
    /// What is multiplied with, and what comes of it slice by slice.
    by: Array2<f64>,
    product: Array2<f64>,
    factored: Option<Factored>,
    eigen: Option<StagedEigen>,
    components: Array2<f64>,
    /// What is still to do, and how many steps there were.
    steps: VecDeque<Step>,
    of: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Check,
    Centre,
    /// Draw what the range is sketched with.
    Sketch,
    /// These rows of the samples times what is multiplied with.
    Along(Range<usize>),
    /// These columns of the samples, turned, times what is multiplied with.
    Back(Range<usize>),
    /// Multiply with an orthonormal basis of the product from now on, in two steps.
    Factor,
    Basis,
    /// Inner products of the features, of the samples, or of the samples seen from the range.
    OfFeatures,
    OfSamples,
    OfRange,
    Eigen,
    /// Multiply with the components from now on.
    Components,
    Scores,
}

impl ComponentsFit {
    /// Begin with samples × features and the number `k` of components, at most min(samples, features).
    pub fn new(samples: Array2<f64>, k: usize) -> Self {
        Self::in_slices(samples, k, PRODUCTS)
    }

    /// The same with so many multiplications a slice.
    fn in_slices(samples: Array2<f64>, k: usize, products: usize) -> Self {
        let (n, p) = samples.dim();
        let k = k.min(n).min(p);
        let steps = steps(n, p, k, products);
        let none = || Array2::zeros((0, 0));
        Self {
            centred: samples,
            k,
            mean: Array1::zeros(p),
            total: 0.0,
            by: none(),
            product: none(),
            factored: None,
            eigen: None,
            components: none(),
            of: steps.len(),
            steps,
        }
    }

    /// Share of the steps that is left.
    pub fn left(&self) -> f64 {
        self.steps.len() as f64 / self.of as f64
    }

    /// One step; the components with the last, and nothing ever after.
    ///
    /// # Errors
    /// As [`PrincipalComponents::fit`].
    pub fn step(&mut self) -> Result<Option<PrincipalComponents>, DecompositionError> {
        let Some(step) = self.steps.pop_front() else { return Ok(None) };
        let (n, p) = self.centred.dim();
        match step {
            Step::Check => {
                check_finite(self.centred.view())?;
                self.mean = self.centred.sum_axis(Axis(0)) / n as f64;
            }
            Step::Centre => {
                self.centred -= &self.mean;
                self.total = self.centred.iter().map(|v| v * v).sum();
            }
            Step::Sketch => {
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
                let drawn = || StandardNormal.sample(&mut rng);
                self.by = Array2::from_shape_simple_fn((p, self.k + OVERSAMPLE), drawn);
            }
            Step::Along(rows) => {
                let found = rows_product(self.centred.view(), rows.clone(), self.by.view());
                self.fill(n, rows, &found);
            }
            Step::Back(columns) => {
                let found = columns_product(self.centred.view(), columns.clone(), self.by.view());
                self.fill(p, columns, &found);
            }
            Step::Factor => self.factored = Some(Factored::of(&std::mem::take(&mut self.product))),
            Step::Basis => {
                if let Some(factored) = self.factored.take() {
                    self.by = factored.basis();
                }
            }
            Step::OfFeatures => self.eigen = Some(StagedEigen::new(gram(self.centred.t()).view())?),
            Step::OfSamples => self.eigen = Some(StagedEigen::new(gram(self.centred.view()).view())?),
            Step::OfRange => self.eigen = Some(StagedEigen::new(gram(self.product.t()).view())?),
            Step::Eigen => self.decompose()?,
            Step::Components => {
                fix_signs(&mut self.components);
                self.by = self.components.t().to_owned();
            }
            Step::Scores => return Ok(Some(self.found())),
        }
        Ok(None)
    }

    /// Put a slice of a product of so many rows into its place.
    fn fill(&mut self, rows: usize, place: Range<usize>, found: &Array2<f64>) {
        if place.start == 0 {
            self.product = Array2::zeros((rows, found.ncols()));
        }
        self.product.slice_axis_mut(Axis(0), Slice::from(place)).assign(found);
    }

    /// A step of the eigendecomposition; with the last, the components.
    fn decompose(&mut self) -> Result<(), DecompositionError> {
        let Some((values, vectors)) = self.eigen.as_mut().map_or(Ok(None), StagedEigen::step)? else { return Ok(()) };
        let (n, p) = self.centred.dim();
        let leading = vectors.slice_axis(Axis(1), Slice::from(..self.k)).t().to_owned();
        self.components = if is_sketched(n, p, self.k) {
            unit_rows(leading.dot(&self.product.t()), &values)
        } else if p <= n {
            leading
        } else {
            unit_rows(leading.dot(&self.centred), &values)
        };
        Ok(())
    }

    fn found(&mut self) -> PrincipalComponents {
        let (components, scores) = (std::mem::take(&mut self.components), std::mem::take(&mut self.product));
        let total = self.total;
        let along = scores.columns().into_iter().map(|c| c.dot(&c));
        let explained_variance_ratio = along.map(|v| if total > 0.0 { v / total } else { 0.0 }).collect();
        self.centred = Array2::default((0, 0));
        PrincipalComponents { mean: self.mean.to_vec(), components, scores, explained_variance_ratio }
    }
}

fn is_sketched(n: usize, p: usize, k: usize) -> bool {
    n.min(p) > EXACT_UP_TO && k + OVERSAMPLE < n.min(p)
}

fn steps(n: usize, p: usize, k: usize, products: usize) -> VecDeque<Step> {
    let along = |width: usize| slices(n, products / (p * width).max(1)).map(Step::Along);
    let back = |width: usize| slices(p, products / (n * width).max(1)).map(Step::Back);
    let mut steps = VecDeque::from([Step::Check, Step::Centre]);
    if is_sketched(n, p, k) {
        let width = k + OVERSAMPLE;
        let basis = [Step::Factor, Step::Basis];
        steps.push_back(Step::Sketch);
        steps.extend(along(width).chain(basis.clone()));
        for _ in 0..POWER_ITERATIONS {
            steps.extend(back(width).chain(basis.clone()));
            steps.extend(along(width).chain(basis.clone()));
        }
        steps.extend(back(width).chain([Step::OfRange]));
    } else {
        steps.push_back(if p <= n { Step::OfFeatures } else { Step::OfSamples });
    }
    steps.extend([const { Step::Eigen }; StagedEigen::STEPS]);
    steps.push_back(Step::Components);
    steps.extend(along(k).chain([Step::Scores]));
    steps
}

/// So many rows in slices of so many.
fn slices(rows: usize, of: usize) -> impl Iterator<Item = Range<usize>> {
    let of = of.max(1);
    (0..rows).step_by(of).map(move |start| start..(start + of).min(rows))
}

/// Scale rows to unit length; rows whose eigenvalue is rounding are zero, not noise blown up.
fn unit_rows(mut rows: Array2<f64>, eigenvalues: &[f64]) -> Array2<f64> {
    let floor = eigenvalues.first().map_or(0.0, |v| v * 1e-14 * eigenvalues.len() as f64);
    for (mut row, &value) in rows.rows_mut().into_iter().zip(eigenvalues) {
        let norm = row.dot(&row).sqrt();
        row.mapv_inplace(|v| if value > floor && norm > 0.0 { v / norm } else { 0.0 });
    }
    rows
}

fn fix_signs(components: &mut Array2<f64>) {
    for mut row in components.rows_mut() {
        let largest = row.iter().fold(0.0_f64, |best, v| if v.abs() > best.abs() { *v } else { best });
        if largest < 0.0 {
            row.mapv_inplace(|v| -v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decomposition::{eigen_descending, orthonormal};

    /// Noise over a few directions, each stronger than the next.
    fn samples(n: usize, p: usize) -> Array2<f64> {
        let of = |i: usize, j: usize| ((i * 7919 + j * 104_729) % 1009) as f64 / 1009.0;
        let wave = |i: usize, j: usize, k: usize| ((i * k) as f64 * 0.01).sin() * ((j + k) as f64 * 0.02).cos();
        Array2::from_shape_fn((n, p), |(i, j)| of(i, j) + (1..5).map(|k| wave(i, j, k) * 8.0 / k as f64).sum::<f64>())
    }

    fn to_the_end(mut fit: ComponentsFit) -> (PrincipalComponents, usize) {
        let mut left = fit.left();
        assert_eq!(left, 1.0);
        for steps in 1.. {
            let found = fit.step().expect("components");
            assert!(fit.left() < left);
            left = fit.left();
            if let Some(found) = found {
                assert_eq!((left, fit.step()), (0.0, Ok(None)));
                return (found, steps);
            }
        }
        unreachable!()
    }

    /// What the steps are the slices of.
    fn at_once(mut centred: Array2<f64>, k: usize) -> PrincipalComponents {
        let mean = centred.sum_axis(Axis(0)) / centred.nrows() as f64;
        centred -= &mean;
        let total: f64 = centred.iter().map(|v| v * v).sum();
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let drawn = || StandardNormal.sample(&mut rng);
        let sketch = Array2::from_shape_simple_fn((centred.ncols(), k + OVERSAMPLE), drawn);
        let mut range = orthonormal(&centred.dot(&sketch));
        for _ in 0..POWER_ITERATIONS {
            let back = orthonormal(&centred.t().dot(&range));
            range = orthonormal(&centred.dot(&back));
        }
        let small = range.t().dot(&centred);
        let (values, vectors) = eigen_descending(gram(small.view()).view()).expect("eigenpairs");
        let mut components = unit_rows(vectors.slice_axis(Axis(1), Slice::from(..k)).t().dot(&small), &values);
        fix_signs(&mut components);
        let scores = centred.dot(&components.t());
        let explained_variance_ratio = scores.columns().into_iter().map(|c| c.dot(&c) / total).collect();
        PrincipalComponents { mean: mean.to_vec(), components, scores, explained_variance_ratio }
    }

    #[test]
    fn slices_are_the_whole() {
        let samples = samples(731, 613);
        let whole = at_once(samples.clone(), 37);
        let mut before = 0;
        for products in [PRODUCTS, 3_000_000, 1_000_003] {
            let (found, steps) = to_the_end(ComponentsFit::in_slices(samples.clone(), 37, products));
            let pairs = found.components.iter().zip(&whole.components).chain(found.scores.iter().zip(&whole.scores));
            let apart = pairs.map(|(found, whole)| (found - whole).abs()).fold(0.0, f64::max);
            assert!(apart < 1e-8, "{products} multiplications a slice: {apart}");
            assert!(steps > before, "{steps}");
            before = steps;
        }
        assert!(before > 100, "{before}");
    }

    #[test]
    fn what_is_decomposed_exactly_goes_in_steps_too() {
        for (n, p) in [(40, 90), (90, 40), (1, 5), (5, 1)] {
            let (found, _) = to_the_end(ComponentsFit::in_slices(samples(n, p), 4, 700));
            assert_eq!(found, PrincipalComponents::of_owned(samples(n, p), 4).expect("components"), "{n} × {p}");
        }
    }
}
