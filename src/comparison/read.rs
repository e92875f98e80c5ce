//! One readout of one fitted representation: numbers, or the reason why there is none.

use ndarray::{Array2, Axis};

use super::forecast::Part;
use super::measure::{Classifier, Label, Measure, Score, Tested};
use super::questions::Questions;
use crate::baseline::Representation;
use crate::readout::association::{AssociationRun, Found};
use crate::readout::classification::{LabelRun, LabelTest};
use crate::readout::survival::{ConcordanceRun, SurvivalTest};
use crate::readout::{DILUTION, ReadoutError, dilute, guards, identity};
use crate::training_set::TrainingSet;

/// Where the folds read what is out of fold, only the purity thirds are left.
fn label_test(seed: u64, out_of_fold: bool) -> LabelTest {
    let whole = LabelTest { seed, ..LabelTest::default() };
    if out_of_fold { LabelTest { repeats: 0, ..whole } } else { whole }
}

/// A readout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Identity under contamination, effective rank.
    Identity,
    /// Purity, immune and stromal score.
    Signal,
    /// Cox regression.
    Survival,
    /// A label.
    Classify(Label),
}

impl Task {
    /// In the order they are done: what needs no label first; survival is left out where the folds read it.
    pub fn all(out_of_fold: bool) -> Vec<Self> {
        let labels = Label::ALL.map(Self::Classify);
        let survival = [Self::Survival].into_iter().filter(|_| !out_of_fold);
        [Self::Identity, Self::Signal].into_iter().chain(survival).chain(labels).collect()
    }

    /// Units of its part: fits of a classification, else the whole.
    pub fn units(self, out_of_fold: bool) -> f64 {
        if matches!(self, Self::Classify(_)) { label_test(0, out_of_fold).fits() as f64 } else { 1.0 }
    }

    /// For the forecast.
    pub fn part(self) -> Part {
        match self {
            Self::Identity => Part::Identity,
            Self::Signal => Part::Signal,
            Self::Survival => Part::Survival,
            Self::Classify(label) => Part::Classify(label),
        }
    }

    /// For a person.
    pub fn doing(self) -> &'static str {
        match self {
            Self::Identity => "finding tumours again after contamination",
            Self::Signal => "predicting purity, immune and stromal scores",
            Self::Survival => "predicting survival",
            Self::Classify(Label::Subtype) => "classifying the subtype",
            Self::Classify(Label::Grade) => "classifying the grade",
        }
    }
}

/// What is read.
pub struct Fitted<'a> {
    /// Maps linear profiles over the set's genes to vectors.
    pub representation: &'a dyn Representation,
    /// The tumours and normals.
    pub set: &'a TrainingSet,
    /// The clean tumours, embedded.
    pub embedding: &'a Array2<f32>,
    /// Seed of folds and dilution.
    pub seed: u64,
}

/// A number, or why there is none.
pub type Outcome = Result<f64, String>;

/// What a task found out.
pub struct Answers {
    /// Every measure of it.
    pub values: Vec<(Measure, Outcome)>,
    /// True classes and what was said of them.
    pub confusion: Option<(Label, Array2<usize>)>,
}

fn said<T>(outcome: Result<T, ReadoutError>) -> Result<T, String> {
    outcome.map_err(|error| error.to_string())
}

/// A task in progress.
pub enum Running {
    /// Identity under contamination, then by the own normal, then the effective rank, from its inner products.
    Identity { found: Vec<(Measure, Outcome)>, products: Option<Result<Array2<f64>, String>> },
    /// Everything that is predicted as a number.
    Signal(AssociationRun),
    /// Cox regression.
    Survival(ConcordanceRun),
    /// A label.
    Classify(Box<Classifying>),
}

/// Steps of the identity task.
const IDENTITY_STEPS: f64 = 4.0;

impl Running {
    /// Begin a task, or say at once why it cannot be.
    pub fn begin(task: Task, fitted: &Fitted, questions: &Questions, out_of_fold: bool) -> Result<Self, Answers> {
        let only = |values| Answers { values, confusion: None };
        match task {
            Task::Identity => Ok(Self::Identity { found: Vec::new(), products: None }),
            Task::Signal => {
                let known = |values: &'_ Result<Vec<f64>, String>| values.clone().unwrap_or_default();
                let (immune, stromal) = (known(&questions.immune), known(&questions.stromal));
                let whole = questions.purity.as_ref().ok().map(Vec::as_slice);
                let patients = questions.patients.numbers();
                Ok(Self::Signal(AssociationRun::new(patients, whole, &[&immune, &stromal], fitted.seed)))
            }
            Task::Survival => {
                let begun = questions.survival.as_ref().map_err(String::clone).and_then(|(known, outcomes)| {
                    let test = SurvivalTest { seed: fitted.seed, ..SurvivalTest::default() };
                    said(ConcordanceRun::new(known.len(), outcomes, test))
                });
                begun.map(Self::Survival).map_err(|because| only(vec![(Measure::Concordance, Err(because))]))
            }
            Task::Classify(label) => Classifying::begin(label, fitted, questions, out_of_fold)
                .map(|begun| Self::Classify(Box::new(begun)))
                .map_err(|because| unanswered(label, &because, out_of_fold)),
        }
    }

    /// One step: the units of the task's part that were done, and every measure once it was the last.
    pub fn step(&mut self, fitted: &Fitted, questions: &Questions) -> (f64, Option<Answers>) {
        let only = |values| Answers { values, confusion: None };
        match self {
            Self::Identity { found, products } => {
                match (found.len(), products.take()) {
                    (0, _) => found.push(identity_mixed(fitted)),
                    (1, _) => found.push(identity_own(fitted)),
                    (_, None) => *products = Some(said(guards::standardised_products(fitted.embedding))),
                    (_, Some(made)) => {
                        let rank = made.and_then(|products| said(guards::rank_of(&products)));
                        found.push((Measure::EffectiveRank, rank));
                    }
                }
                (1.0 / IDENTITY_STEPS, (found.len() == 3).then(|| only(std::mem::take(found))))
            }
            Self::Signal(run) => {
                let before = run.left();
                let found = run.step(fitted.embedding);
                (before - run.left(), found.map(|found| only(signals(found, questions))))
            }
            Self::Survival(run) => {
                let before = run.left();
                let found =
                    questions.survival.as_ref().map_err(String::clone).and_then(|(known, outcomes)| {
                        said(run.step(&fitted.embedding.select(Axis(0), known), outcomes))
                    });
                let mean = found.map(|found| found.map(|found| found.mean)).transpose();
                (before - run.left(), mean.map(|mean| only(vec![(Measure::Concordance, mean)])))
            }
            Self::Classify(running) => running.step(fitted),
        }
    }

    /// Units of its part that are left.
    pub fn left(&self) -> f64 {
        match self {
            Self::Identity { found, products } => {
                1.0 - (found.len() + usize::from(products.is_some())) as f64 / IDENTITY_STEPS
            }
            Self::Signal(run) => run.left(),
            Self::Survival(run) => run.left(),
            Self::Classify(running) => running.left(),
        }
    }
}

fn identity_mixed(fitted: &Fitted) -> (Measure, Outcome) {
    let Fitted { representation, set, seed, .. } = *fitted;
    let normals = set.normal_values.select(Axis(0), &set.test_normals());
    let found = said(identity::mixed(representation, &set.tumour_values, &normals, seed));
    (Measure::IdentityMixed, found.map(|search| search.read(representation).fraction()))
}

fn identity_own(fitted: &Fitted) -> (Measure, Outcome) {
    let Fitted { representation, set, .. } = *fitted;
    let own = said(identity::own_normal(
        representation,
        &set.tumour_values,
        &set.normal_values,
        &set.own_tumour,
        &set.test_normals(),
        0.5,
    ));
    let own = own.map(|search| search.read(representation)).and_then(|found| match found.tested {
        0 => Err("No tumour has an adjacent normal of its own patient among those held out.".into()),
        _ => Ok(found.fraction()),
    });
    (Measure::IdentityOwn, own)
}

/// Reasons why a number was not asked come before what was found of it.
fn signals(found: Found, questions: &Questions) -> Vec<(Measure, Outcome)> {
    let asked = |values: &Result<Vec<f64>, String>| values.as_ref().map(|_| ()).map_err(String::clone);
    let purity = asked(&questions.purity).and_then(|()| said(found.whole));
    let mut ridge = found.ridge.into_iter().map(said);
    let mut of =
        |values| ridge.next().map_or_else(|| asked(values).map(|()| f64::NAN), |found| asked(values).and(found));
    let (immune, stromal) = (of(&questions.immune), of(&questions.stromal));
    vec![
        (Measure::PurityComponents, purity.clone().map(|p| p.components)),
        (Measure::PurityNeighbours, purity.clone().map(|p| p.neighbours)),
        (Measure::PurityRidge, purity.map(|p| p.ridge)),
        (Measure::Immune, immune),
        (Measure::Stromal, stromal),
    ]
}

/// A label test in progress, of tumours with the normals they are diluted with.
pub struct Classifying {
    label: Label,
    run: LabelRun,
    normals: Array2<f32>,
    out_of_fold: bool,
    fits: f64,
    done: f64,
}

impl Classifying {
    /// Begin; the reason where the label cannot be classified.
    pub fn begin(label: Label, fitted: &Fitted, questions: &Questions, out_of_fold: bool) -> Result<Self, String> {
        let classes = questions.label(label).as_ref().map_err(String::clone)?;
        let Fitted { set, embedding, seed, .. } = *fitted;
        let purity = questions.purity.as_ref().ok().map(Vec::as_slice);
        let test = label_test(seed, out_of_fold);
        let run = said(LabelRun::new(embedding, &classes.codes, questions.patients.numbers(), purity, test))?;
        let normals = set.normal_values.select(Axis(0), &set.test_normals());
        Ok(Self { label, run, normals, out_of_fold, fits: test.fits() as f64, done: 0.0 })
    }

    /// One step: the share of the test that it was, and every measure once it was the last.
    pub fn step(&mut self, fitted: &Fitted) -> (f64, Option<Answers>) {
        let Fitted { representation, set, .. } = *fitted;
        let found = self.run.step(&|which, rng| {
            representation.embed(&dilute(&set.tumour_values.select(Axis(0), which), &self.normals, DILUTION, rng))
        });
        let before = std::mem::replace(&mut self.done, self.run.fits());
        let answers = match found {
            Ok(None) => None,
            Ok(Some(found)) => {
                let values =
                    every(self.label, self.out_of_fold, |by, on, score| Ok(score.of(&said(found.scores(by, on))?)));
                let confusion = (!self.out_of_fold).then_some((self.label, found.confusion));
                Some(Answers { values, confusion })
            }
            Err(error) => Some(unanswered(self.label, &error.to_string(), self.out_of_fold)),
        };
        (self.done - before, answers)
    }

    /// Fits that remain.
    pub fn left(&self) -> f64 {
        self.fits - self.done
    }
}

/// The same reason for every measure of a label, or for those that no fold answers.
pub fn unanswered(label: Label, because: &str, out_of_fold: bool) -> Answers {
    Answers { values: every(label, out_of_fold, |_, _, _| Err(because.to_owned())), confusion: None }
}

fn every(
    label: Label,
    out_of_fold: bool,
    of: impl Fn(Classifier, Tested, Score) -> Outcome,
) -> Vec<(Measure, Outcome)> {
    let asked = |measure: Measure| match measure {
        Measure::Classified(l, by, on, score) if l == label && !(out_of_fold && measure.can_be_out_of_fold()) => {
            Some((measure, of(by, on, score)))
        }
        _ => None,
    };
    Measure::all().into_iter().filter_map(asked).collect()
}
