//! The label test (docs/method.md, *Readouts*): stratified folds, repeated, on tumours as they are, diluted, and from high to low
//! purity, in steps short enough for a worker.

use super::super::ReadoutError;
use super::fitting::Fitting;
use super::fold_run::{Answer, FoldRun, advance};
use super::folds::patient_folds;
use super::metrics::{auroc_one_vs_rest, balanced_accuracy, confusion, macro_f1};
use super::thirds::Thirds;
use crate::parallel;
use crate::random::{Purpose, stream};
use ndarray::{Array2, Axis};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How the label test is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelTest {
    /// Stratified folds.
    pub folds: usize,
    /// Times the folds and the dilution are drawn anew; with none only the purity thirds are tested.
    pub repeats: usize,
    /// Seed of folds and dilution.
    pub seed: u64,
}

impl Default for LabelTest {
    fn default() -> Self {
        Self { folds: 5, repeats: 3, seed: 0 }
    }
}

impl LabelTest {
    /// Fits of the whole test.
    pub fn fits(&self) -> usize {
        self.folds * self.repeats + 1
    }
}

/// What is trained on the tumours of the other folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classifier {
    /// L2 logistic regression, classes weighted alike, its penalty chosen inside the training fold.
    Logistic,
    /// Vote of the ten nearest neighbours by cosine.
    Neighbours,
}

/// On which tumours a classifier is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tested {
    /// Held-out tumours as they are.
    Clean,
    /// Held-out tumours mixed with 30–80 % normal tissue.
    Diluted,
    /// The least pure third, by a classifier trained on the purest.
    HighToLow,
}

/// How well one classifier tells the classes apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Mean recall over classes.
    pub balanced_accuracy: f64,
    /// Mean F1 over classes.
    pub macro_f1: f64,
    /// One class against the rest, mean over classes.
    pub auroc: f64,
}

/// What the label test found.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelAccuracy {
    /// Tumours with a label.
    pub tested: usize,
    /// Logistic regression and neighbours on held-out tumours as they are, mean of the repeats.
    pub clean: [Scores; 2],
    /// The same tumours diluted.
    pub diluted: [Scores; 2],
    /// Trained on the purest third, tested on the least pure.
    pub high_to_low: Result<[Scores; 2], ReadoutError>,
    /// True classes (rows) and what logistic regression said of clean held-out tumours, counted over the repeats.
    pub confusion: Array2<usize>,
}

impl LabelAccuracy {
    /// The scores of a classifier on some tumours.
    pub fn scores(&self, by: Classifier, on: Tested) -> Result<Scores, ReadoutError> {
        let both = match on {
            Tested::Clean => Ok(self.clean),
            Tested::Diluted => Ok(self.diluted),
            Tested::HighToLow => self.high_to_low.clone(),
        };
        both.map(|[logistic, neighbours]| if by == Classifier::Logistic { logistic } else { neighbours })
    }
}

/// A fold that was begun: the tumours held out, of the labelled ones, and what is said of them; of the thirds where `test` is
/// none.
struct Begun {
    test: Option<Vec<usize>>,
    run: FoldRun,
}

/// The label test in progress.
pub struct LabelRun {
    test: LabelTest,
    rng: Xoshiro256PlusPlus,
    known: Vec<usize>,
    y: Vec<usize>,
    patients: Vec<usize>,
    classes: usize,
    clean: Array2<f32>,
    /// Of the repeat that was begun last: tumours diluted, and the fold of each.
    diluted: Array2<f32>,
    fold: Vec<usize>,
    /// Repeat and fold to begin next.
    next: (usize, usize),
    /// Begun and not yet taken in, in that order: one, or as many as there are threads for.
    open: VecDeque<Begun>,
    /// Folds of the repeat to be taken in that were.
    taken: usize,
    /// Clean and diluted, each by both classifiers, of that repeat.
    said: [Answer; 2],
    sums: [[Scores; 2]; 2],
    confusion: Array2<usize>,
    thirds: Result<Thirds, ReadoutError>,
    fits: f64,
}

impl LabelRun {
    /// Begin. `embedding` holds one row per tumour, `labels` its class, `patients` the number of its patient, whose tumours
    /// no fold splits, `purity` its purity (NaN where unknown).
    ///
    /// # Errors
    /// [`ReadoutError::TooFew`] with fewer than two classes or a class of fewer patients than folds,
    /// [`ReadoutError::Shape`] when inputs are not aligned.
    pub fn new(
        embedding: &Array2<f32>,
        labels: &[Option<usize>],
        patients: &[usize],
        purity: Option<&[f64]>,
        test: LabelTest,
    ) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Labels", embedding.nrows(), labels.len())?;
        ReadoutError::shape("Patients", embedding.nrows(), patients.len())?;
        let (known, codes): (Vec<usize>, Vec<usize>) =
            labels.iter().enumerate().filter_map(|(i, l)| Some((i, (*l)?))).unzip();
        let mut names = codes.clone();
        names.sort_unstable();
        names.dedup();
        let y: Vec<usize> = codes.iter().map(|code| names.partition_point(|name| name < code)).collect();
        let patients: Vec<usize> = known.iter().map(|&i| patients[i]).collect();
        let mut rng = stream(test.seed, Purpose::Folds, 0);
        // Too few of a class is said before anything is computed.
        patient_folds(&y, &patients, test.folds, Some(&mut rng))?;
        let classes = names.len();
        let thirds = match purity {
            Some(purity) => {
                ReadoutError::shape("Purity", labels.len(), purity.len())?;
                Thirds::of(&known.iter().map(|&i| purity[i]).collect::<Vec<_>>(), &y, &patients, classes)
            }
            None => Err(ReadoutError::TooFew { what: "Tumours with a label and a purity", needed: 1, found: 0 }),
        };
        let empty = || Array2::zeros((known.len(), classes));
        Ok(Self {
            clean: embedding.select(Axis(0), &known),
            diluted: Array2::zeros((0, 0)),
            said: [[empty(), empty()], [empty(), empty()]],
            confusion: Array2::zeros((classes, classes)),
            sums: [[Scores::default(); 2]; 2],
            fold: Vec::new(),
            next: (0, 0),
            open: VecDeque::new(),
            taken: 0,
            fits: 0.0,
            test,
            rng,
            known,
            y,
            patients,
            classes,
            thirds,
        })
    }

    /// Fits finished, of [`LabelTest::fits`].
    pub fn fits(&self) -> f64 {
        self.fits
    }

    /// One step; whether it was the last. `dilute` embeds the tumours at these positions, each mixed with a normal that
    /// the generator draws. Folds are begun one after the other and taken in in that order; where there are threads for it,
    /// several are fitted side by side.
    ///
    /// # Errors
    /// The fits' own.
    pub fn step(
        &mut self,
        dilute: &dyn Fn(&[usize], &mut Xoshiro256PlusPlus) -> Array2<f32>,
    ) -> Result<Option<LabelAccuracy>, ReadoutError> {
        let at_work = self.open.iter().filter(|fold| !fold.run.is_over()).count();
        if at_work < parallel::threads() && self.begin_next(dilute)? {
            return Ok(None);
        }
        let done = |open: &VecDeque<Begun>| open.iter().map(|fold| fold.run.done()).sum::<f64>();
        let before = done(&self.open);
        let mut at_work: Vec<&mut FoldRun> =
            self.open.iter_mut().map(|fold| &mut fold.run).filter(|run| !run.is_over()).collect();
        advance(&mut at_work);
        self.fits += done(&self.open) - before;
        while self.open.front().is_some_and(|fold| fold.run.is_over()) {
            let Some(Begun { test, run }) = self.open.pop_front() else { break };
            let said = run.said()?;
            match test {
                Some(test) => self.take_in(&test, said),
                None => return Ok(Some(self.found(self.thirds_scored(&said)))),
            }
        }
        let because = self.thirds.as_ref().err().filter(|_| self.open.is_empty() && self.next.0 == self.test.repeats);
        Ok(because.cloned().map(|because| self.found(Err(because))))
    }

    /// Begin the next fold, after the last the thirds; whether there was one.
    fn begin_next(
        &mut self,
        dilute: &dyn Fn(&[usize], &mut Xoshiro256PlusPlus) -> Array2<f32>,
    ) -> Result<bool, ReadoutError> {
        let (repeat, at) = self.next;
        if repeat > self.test.repeats || (repeat == self.test.repeats && self.thirds.is_err()) {
            return Ok(false);
        }
        let begun = if let (true, Ok(thirds)) = (repeat == self.test.repeats, &self.thirds) {
            let train = self.clean.select(Axis(0), &thirds.train);
            let patients: Vec<usize> = thirds.train.iter().map(|&i| self.patients[i]).collect();
            let y = thirds.classes_of(&thirds.train);
            let fitting = Fitting::new(train, y, &patients, thirds.classes, &mut self.rng);
            self.next = (repeat + 1, 0);
            Begun { test: None, run: FoldRun::new(fitting, vec![self.clean.select(Axis(0), &thirds.test)]) }
        } else {
            if at == 0 {
                self.rng = stream(self.test.seed, Purpose::Folds, repeat as u64);
                self.fold = patient_folds(&self.y, &self.patients, self.test.folds, Some(&mut self.rng))?;
                self.diluted = dilute(&self.known, &mut self.rng);
            }
            let (test, train): (Vec<usize>, Vec<usize>) = (0..self.y.len()).partition(|&i| self.fold[i] == at);
            let of = |all: &[usize]| train.iter().map(|&i| all[i]).collect::<Vec<usize>>();
            let features = self.clean.select(Axis(0), &train);
            let fitting = Fitting::new(features, of(&self.y), &of(&self.patients), self.classes, &mut self.rng);
            let held = [&self.clean, &self.diluted].map(|features| features.select(Axis(0), &test));
            self.next = if at + 1 < self.test.folds { (repeat, at + 1) } else { (repeat + 1, 0) };
            Begun { test: Some(test), run: FoldRun::new(fitting, held.into()) }
        };
        self.open.push_back(begun);
        Ok(true)
    }

    /// What was said of a fold's tumours; the repeat is judged with its last.
    fn take_in(&mut self, test: &[usize], said: Vec<Answer>) {
        for (all, found) in self.said.iter_mut().flatten().zip(said.iter().flatten()) {
            test.iter().zip(found.rows()).for_each(|(&i, row)| all.row_mut(i).assign(&row));
        }
        self.taken += 1;
        if self.taken == self.test.folds {
            self.judge();
            self.taken = 0;
        }
    }

    /// Add up a repeat whose every tumour was held out once.
    fn judge(&mut self) {
        let share = 1.0 / self.test.repeats as f64;
        for (sums, said) in self.sums.iter_mut().zip(&self.said) {
            for (sum, said) in sums.iter_mut().zip(said) {
                let found = Scores::of(&self.y, said);
                sum.balanced_accuracy += share * found.balanced_accuracy;
                sum.macro_f1 += share * found.macro_f1;
                sum.auroc += share * found.auroc;
            }
        }
        self.confusion += &confusion(&self.y, &likeliest(&self.said[0][0]), self.classes);
    }

    fn thirds_scored(&self, said: &[Answer]) -> Result<[Scores; 2], ReadoutError> {
        let thirds = self.thirds.as_ref().map_err(Clone::clone)?;
        let truth = thirds.classes_of(&thirds.test);
        let none = ReadoutError::TooFew { what: "Tumours of the least pure third", needed: 1, found: 0 };
        said.first().map(|said| said.each_ref().map(|said| Scores::of(&truth, said))).ok_or(none)
    }

    /// The whole, with what the thirds showed.
    fn found(&mut self, high_to_low: Result<[Scores; 2], ReadoutError>) -> LabelAccuracy {
        let [clean, diluted] = self.sums;
        let (tested, confusion) = (self.y.len(), std::mem::take(&mut self.confusion));
        LabelAccuracy { tested, clean, diluted, high_to_low, confusion }
    }
}

impl Scores {
    /// Of samples × classes of probabilities, or shares of a vote.
    pub fn of(truth: &[usize], said: &Array2<f64>) -> Self {
        let chosen = likeliest(said);
        Self {
            balanced_accuracy: balanced_accuracy(truth, &chosen),
            macro_f1: macro_f1(truth, &chosen),
            auroc: auroc_one_vs_rest(truth, said).unwrap_or(f64::NAN),
        }
    }
}

/// The likeliest class of each row; the lower one when two are as likely.
pub fn likeliest(said: &Array2<f64>) -> Vec<usize> {
    let best = |row: ndarray::ArrayView1<f64>| {
        let start = (f64::NEG_INFINITY, 0);
        row.iter().enumerate().fold(start, |best, (class, p)| if *p > best.0 { (*p, class) } else { best }).1
    };
    said.rows().into_iter().map(best).collect()
}

#[cfg(all(test, feature = "threads"))]
mod tests {
    use super::*;

    #[test]
    fn as_many_folds_are_open_as_there_are_threads() {
        let embedding = Array2::from_shape_fn((60, 9), |(i, j)| ((i * 7 + j * 31 + i * j) as f32 * 0.37).sin());
        let labels: Vec<Option<usize>> = (0..60).map(|i| Some(i % 2)).collect();
        let patients: Vec<usize> = (0..60).collect();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let most = pool.install(|| {
                let mut run = LabelRun::new(&embedding, &labels, &patients, None, LabelTest::default()).expect("a run");
                let mut most = 0;
                while run.step(&|tumours, _| embedding.select(Axis(0), tumours)).expect("a step").is_none() {
                    most = most.max(run.open.iter().filter(|fold| !fold.run.is_over()).count());
                }
                most
            });
            assert_eq!(most, threads);
        }
    }
}
