//! Concordance on patients the model never saw.

use super::super::ReadoutError;
use super::{CoxModel, CoxOptions, SurvivalData, Ties, concordance};
use crate::baseline::PrincipalComponents;
use crate::parallel;
use crate::random::{Purpose, stream};
use ndarray::{Array2, Axis};
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// Ridge penalties tried on standardised components: from nearly none to an effect of hardly any size.
const RIDGE: [f64; 5] = [1.0, 10.0, 100.0, 1000.0, 10_000.0];
/// Folds within a training fold, to choose the ridge.
const INNER: usize = 3;
/// Fewer patients, or fewer events per fold, make a C-index that only chance decides.
const LEAST_PATIENTS: usize = 20;
const EVENTS_PER_FOLD: usize = 2;

/// How the survival test is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurvivalTest {
    /// Folds, stratified by event.
    pub folds: usize,
    /// Leading principal components of the embedding that enter the Cox model.
    pub components: usize,
    /// Seed of the folds.
    pub seed: u64,
}

impl Default for SurvivalTest {
    fn default() -> Self {
        Self { folds: 5, components: 30, seed: 0 }
    }
}

/// Harrell's C on held-out patients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutOfFoldConcordance {
    /// Mean of the folds' C (risks of different folds' models are not comparable).
    pub mean: f64,
    /// C of each fold.
    pub folds: Vec<f64>,
    /// Ridge chosen inside each training fold.
    pub ridge: Vec<f64>,
    /// Patients.
    pub patients: usize,
    /// Of them with an event.
    pub events: usize,
}

/// Cross-validated C of a ridge-penalised Cox model on the leading components of `embedding` (patients × features,
/// one row per patient of `data`). Feature scaling, components and ridge come from the training fold alone; the
/// embedding itself may have been trained on all samples without labels.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than 20 patients, fewer than two events per fold or no comparable pair in one;
/// [`ReadoutError::Shape`] when rows and patients differ in number, [`ReadoutError::Decomposition`], and the fit's.
pub fn out_of_fold_concordance(
    embedding: &Array2<f32>,
    data: &SurvivalData,
    test: &SurvivalTest,
) -> Result<OutOfFoldConcordance, ReadoutError> {
    let mut run = ConcordanceRun::new(embedding.nrows(), data, *test)?;
    loop {
        if let Some(found) = run.step(embedding, data)? {
            return Ok(found);
        }
    }
}

/// [`out_of_fold_concordance`], a fold a step; where there are threads for it, several side by side.
pub struct ConcordanceRun {
    test: SurvivalTest,
    rng: Xoshiro256PlusPlus,
    fold: Vec<usize>,
    folds: Vec<f64>,
    ridge: Vec<f64>,
}

impl ConcordanceRun {
    /// Begin, with an embedding of so many `rows`.
    ///
    /// # Errors
    /// As [`out_of_fold_concordance`].
    pub fn new(rows: usize, data: &SurvivalData, test: SurvivalTest) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Rows of the embedding", data.len(), rows)?;
        ReadoutError::at_least("Folds", 2, test.folds)?;
        ReadoutError::at_least("Patients with a survival time", LEAST_PATIENTS, data.len())?;
        ReadoutError::at_least("Events (deaths, recurrences)", EVENTS_PER_FOLD * test.folds, data.event_count())?;
        let mut rng = stream(test.seed, Purpose::Folds, 0);
        let fold = folds_by_event(data, test.folds, &mut rng);
        Ok(Self { test, rng, fold, folds: Vec::new(), ridge: Vec::new() })
    }

    /// Share of the folds that is left.
    pub fn left(&self) -> f64 {
        1.0 - self.folds.len() as f64 / self.test.folds as f64
    }

    /// The next fold, or several; the whole after the last.
    ///
    /// # Errors
    /// As [`out_of_fold_concordance`].
    pub fn step(
        &mut self,
        embedding: &Array2<f32>,
        data: &SurvivalData,
    ) -> Result<Option<OutOfFoldConcordance>, ReadoutError> {
        let next = self.folds.len();
        let together = next..(next + parallel::threads().max(1)).min(self.test.folds);
        let (fold, rng) = (&self.fold, &mut self.rng);
        let mut folds: Vec<_> = together.map(|held_out| Fold::of(embedding, data, fold, held_out, rng)).collect();
        let components = self.test.components;
        parallel::each(&mut folds, |fold| fold.found = Some(fold.fit(components)));
        for mut fold in folds {
            let (index, theta) = fold.found.take().unwrap_or_else(|| fold.fit(components))?;
            self.folds.push(index);
            self.ridge.push(theta);
        }
        if self.folds.len() < self.test.folds {
            return Ok(None);
        }
        let (folds, ridge) = (self.folds.clone(), self.ridge.clone());
        let mean = folds.iter().sum::<f64>() / folds.len() as f64;
        Ok(Some(OutOfFoldConcordance { mean, folds, ridge, patients: data.len(), events: data.event_count() }))
    }
}

/// Patients to train with and patients held out, each an embedding with its outcomes, and the inner folds that were drawn for
/// the former before any fold is fitted: it is of no account which of them is fitted first.
struct Fold {
    sides: Result<[(Array2<f32>, SurvivalData); 2], ReadoutError>,
    inner: Vec<usize>,
    found: Option<Result<(f64, f64), ReadoutError>>,
}

impl Fold {
    fn of(
        embedding: &Array2<f32>,
        data: &SurvivalData,
        fold: &[usize],
        held_out: usize,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Self {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..data.len()).partition(|&i| fold[i] == held_out);
        let side = |which: &[usize]| Ok((embedding.select(Axis(0), which), data.select(which)?));
        let sides = side(&outside).and_then(|train| Ok([train, side(&inside)?]));
        let inner = sides.as_ref().map_or_else(|_| Vec::new(), |[train, _]| folds_by_event(&train.1, INNER, rng));
        Self { sides, inner, found: None }
    }

    /// C and the ridge that was chosen.
    fn fit(&self, components: usize) -> Result<(f64, f64), ReadoutError> {
        let [train, held] = self.sides.as_ref().map_err(Clone::clone)?;
        concordance_on((&train.0, &train.1), (&held.0, &held.1), components, &self.inner)
    }
}

/// C on `held` patients of a model fitted to `train`, each an embedding with its outcomes, and the ridge that was chosen
/// among the latter. The embedding of held-out patients may come from an encoder that never saw them.
///
/// # Errors
/// As [`out_of_fold_concordance`].
pub fn held_out_concordance(
    train: (&Array2<f32>, &SurvivalData),
    held: (&Array2<f32>, &SurvivalData),
    components: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<(f64, f64), ReadoutError> {
    let inner = folds_by_event(train.1, INNER, rng);
    concordance_on(train, held, components, &inner)
}

fn concordance_on(
    train: (&Array2<f32>, &SurvivalData),
    held: (&Array2<f32>, &SurvivalData),
    components: usize,
    inner: &[usize],
) -> Result<(f64, f64), ReadoutError> {
    let space = Components::fit(train.0, components)?;
    let x = space.project(train.0);
    let theta = choose_ridge(&x, train.1, inner)?;
    let model = CoxModel::fit(x.view(), train.1, CoxOptions { ties: Ties::Efron, theta })?;
    Ok((concordance(held.1, &model.risk(space.project(held.0).view()))?.index, theta))
}

/// The fold of each patient, events and censored ones dealt round separately after a shuffle.
fn folds_by_event(data: &SurvivalData, folds: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<usize> {
    let (mut order, mut censored): (Vec<usize>, Vec<usize>) = (0..data.len()).partition(|&i| data.events()[i]);
    order.shuffle(rng);
    censored.shuffle(rng);
    order.append(&mut censored);
    let mut out = vec![0; data.len()];
    order.into_iter().enumerate().for_each(|(turn, i)| out[i] = turn % folds);
    out
}

/// The ridge with the best mean C over inner folds; the stronger of two as good. Inner folds without a comparable
/// pair are left out.
fn choose_ridge(x: &Array2<f64>, data: &SurvivalData, fold: &[usize]) -> Result<f64, ReadoutError> {
    let mut total = [0.0; RIDGE.len()];
    for held_out in 0..INNER {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..data.len()).partition(|&i| fold[i] == held_out);
        let (train, held) = (data.select(&outside)?, data.select(&inside)?);
        for (total, theta) in total.iter_mut().zip(RIDGE) {
            let options = CoxOptions { ties: Ties::Efron, theta };
            let model = CoxModel::fit(x.select(Axis(0), &outside).view(), &train, options)?;
            let risk = model.risk(x.select(Axis(0), &inside).view());
            *total += concordance(&held, &risk).map_or(0.0, |c| c.index);
        }
    }
    let best = total.iter().zip(RIDGE).fold((f64::NEG_INFINITY, RIDGE[0]), |best, (total, theta)| {
        if *total >= best.0 { (*total, theta) } else { best }
    });
    Ok(best.1)
}

/// Standardised leading components of a training fold.
struct Components {
    fitted: PrincipalComponents,
    deviation: Vec<f64>,
}

impl Components {
    fn fit(embedding: &Array2<f32>, k: usize) -> Result<Self, ReadoutError> {
        let fitted = PrincipalComponents::fit(embedding.view(), k)?;
        let n = embedding.nrows() as f64;
        let deviation = fitted.scores.columns().into_iter().map(|c| (c.dot(&c) / n).sqrt());
        let deviation: Vec<f64> = deviation.collect();
        let largest = deviation.iter().copied().fold(0.0, f64::max);
        // A direction without variance would be rounding blown up to unit size.
        let deviation = deviation.into_iter().map(|d| if d > 1e-6 * largest { d } else { f64::INFINITY }).collect();
        Ok(Self { fitted, deviation })
    }

    fn project(&self, embedding: &Array2<f32>) -> Array2<f64> {
        let mut scores = self.fitted.project(embedding.view());
        scores.columns_mut().into_iter().zip(&self.deviation).for_each(|(mut c, d)| c /= *d);
        scores
    }
}

#[cfg(all(test, feature = "threads"))]
mod tests {
    use super::*;

    #[test]
    fn folds_side_by_side_find_what_one_after_the_other_do_to_the_bit() {
        let embedding = Array2::from_shape_fn((90, 7), |(i, j)| ((i * 7 + j * 31 + i * j) as f32 * 0.37).sin());
        let time = (0..90).map(|i| 10.0 + (i * 7919 % 3000) as f64).collect();
        let data = SurvivalData::new(time, (0..90).map(|i| i % 3 > 0).collect()).expect("data");
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| out_of_fold_concordance(&embedding, &data, &SurvivalTest::default())).expect("an index")
        };
        let alone = on(1);
        assert_eq!(alone.folds.len(), 5);
        (2..7).for_each(|threads| assert_eq!(on(threads), alone, "{threads} threads"));
        for (threads, done) in [(1, 1), (3, 3), (9, 5)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let mut run = ConcordanceRun::new(90, &data, SurvivalTest::default()).expect("a run");
            pool.install(|| run.step(&embedding, &data)).expect("a step");
            assert_eq!(run.folds.len(), done, "of {threads} threads at once");
        }
    }
}
