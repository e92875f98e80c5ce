//! The out-of-fold option: genes, scaling and encoder without a fold's tumours, read on those tumours.

use std::rc::Rc;

use ndarray::{Array2, Axis};
use rand::seq::SliceRandom;

use super::forecast::Part;
use super::measure::{Classifier, Label, Measure, Score, Tested};
use super::questions::Questions;
use super::read::Outcome;
use super::table::Trial;
use crate::baseline::Representation;
use crate::cohort::Cohort;
use crate::random::{Purpose, stream};
use crate::readout::classification::{HeldOutRun, Said, Scores, confusion, deal_patients, likeliest};
use crate::readout::survival::{SurvivalTest, held_out_concordance};
use crate::readout::{DILUTION, dilute};
use crate::training_set::{Selection, TrainingSet, TrainingSetError};

/// Folds of the tumours.
pub const FOLDS: usize = 5;

/// A training set without a fold's tumours, and those.
#[derive(Clone)]
pub struct FoldSet {
    /// Genes, moments and tumours to train with.
    pub set: Rc<TrainingSet>,
    held: Rc<Array2<f32>>,
    inside: Rc<Vec<usize>>,
    outside: Rc<Vec<usize>>,
}

impl FoldSet {
    /// Leave out the tumours of `fold`.
    ///
    /// # Errors
    /// As [`TrainingSet::leaving_out`].
    pub fn of(
        cohort: &Cohort,
        selection: Selection,
        questions: &Questions,
        tumours: usize,
        fold: usize,
    ) -> Result<Self, TrainingSetError> {
        let folds = folds(questions, tumours, selection.seed);
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..tumours).partition(|&i| folds[i] == fold);
        let (set, held) = TrainingSet::leaving_out(cohort, selection, &inside)?;
        Ok(Self { set: Rc::new(set), held: Rc::new(held), inside: Rc::new(inside), outside: Rc::new(outside) })
    }
}

impl FoldSet {
    /// Tumours it trains with, as places in the whole cohort.
    pub fn trained_with(&self) -> &[usize] {
        &self.outside
    }
}

/// The fold of each tumour: dealt round in the order of subtype, event and grade, so that each has its share of all. Where
/// patients have several tumours they are dealt whole, by the same three.
fn folds(questions: &Questions, tumours: usize, seed: u64) -> Vec<usize> {
    let mut rng = stream(seed, Purpose::Folds, 2000);
    let mut order: Vec<usize> = (0..tumours).collect();
    let code = |label: Label, i: usize| questions.label(label).as_ref().ok().and_then(|c| c.codes[i]);
    let event = |i: usize| {
        let (known, data) = questions.survival.as_ref().ok()?;
        Some(data.events()[known.binary_search(&i).ok()?])
    };
    if questions.patients.repeat() {
        let labels = Label::ALL.map(|label| order.iter().map(|&i| code(label, i)).collect());
        let events = order.iter().map(|&i| event(i).map(usize::from)).collect();
        let labels: Vec<Vec<Option<usize>>> = labels.into_iter().chain([events]).collect();
        return deal_patients(&labels, questions.patients.numbers(), FOLDS, Some(&mut rng));
    }
    order.shuffle(&mut rng);
    order.sort_by_key(|&i| (code(Label::Subtype, i), event(i), code(Label::Grade, i)));
    let mut fold = vec![0; tumours];
    order.into_iter().enumerate().for_each(|(turn, i)| fold[i] = turn % FOLDS);
    fold
}

/// A fold's readouts in progress.
pub struct FoldReading {
    inside: Rc<Vec<usize>>,
    outside: Rc<Vec<usize>>,
    train: Array2<f32>,
    clean: Array2<f32>,
    diluted: Array2<f32>,
    seed: u64,
    tasks: Vec<Part>,
    running: Option<(HeldOutRun, f64)>,
    labels: Vec<(Label, Result<Said, String>)>,
    concordance: Result<f64, String>,
}

impl FoldReading {
    /// Embed both sides and begin.
    pub fn new(
        representation: &dyn Representation,
        fold_set: &FoldSet,
        questions: &Questions,
        seed: u64,
        fold: usize,
    ) -> Self {
        let FoldSet { set, held, inside, outside } = fold_set.clone();
        let normals = set.normal_values.select(Axis(0), &set.test_normals());
        let mut rng = stream(seed, Purpose::Folds, 3000 + fold as u64);
        let asked = Self::whole().into_iter().map(|(part, _)| part).filter(|part| match part {
            Part::Classify(label) => questions.label(*label).is_ok(),
            _ => questions.survival.is_ok(),
        });
        Self {
            train: representation.embed(&set.tumour_values),
            clean: representation.embed(&held),
            diluted: representation.embed(&dilute(&held, &normals, DILUTION, &mut rng)),
            tasks: asked.collect(),
            running: None,
            labels: Vec::new(),
            concordance: Err(String::new()),
            inside,
            outside,
            seed,
        }
    }

    /// Parts of a whole reading and their units.
    pub fn whole() -> Vec<(Part, f64)> {
        let labels = Label::ALL.map(|label| (Part::Classify(label), 1.0));
        labels.into_iter().chain([(Part::Survival, 1.0 / FOLDS as f64)]).collect()
    }

    /// What is left of this one.
    pub fn left(&self) -> Vec<(Part, f64)> {
        let done = self.running.as_ref().map_or(0.0, |(_, done)| *done);
        let left = Self::whole().into_iter().filter(|(part, _)| self.tasks.contains(part));
        left.map(|(part, units)| (part, if self.tasks.last() == Some(&part) { units - done } else { units })).collect()
    }

    /// What is being read, for a person.
    pub fn doing(&self) -> &'static str {
        match self.tasks.last() {
            Some(Part::Classify(Label::Subtype)) => "classifying the subtype of tumours never seen",
            Some(Part::Classify(Label::Grade)) => "classifying the grade of tumours never seen",
            _ => "predicting survival of patients never seen",
        }
    }

    /// One step: its part and the units of it that were done, or nothing when all is read.
    pub fn step(&mut self, questions: &Questions) -> Option<(Part, f64)> {
        let part = *self.tasks.last()?;
        let Part::Classify(label) = part else {
            self.concordance = self.survival(questions);
            self.tasks.pop();
            return Some((part, 1.0 / FOLDS as f64));
        };
        let mut share = 0.0;
        let outcome = match &mut self.running {
            Some((run, done)) => {
                let outcome = run.step().map_err(|error| error.to_string()).transpose();
                share = run.done() - std::mem::replace(done, run.done());
                outcome
            }
            None => match self.begin(label, questions) {
                Ok(run) => {
                    self.running = Some((run, 0.0));
                    return Some((part, 0.0));
                }
                Err(because) => Some(Err(because)),
            },
        };
        if let Some(outcome) = outcome {
            self.labels.push((label, outcome));
            self.running = None;
            self.tasks.pop();
        }
        Some((part, share))
    }

    fn begin(&self, label: Label, questions: &Questions) -> Result<HeldOutRun, String> {
        let classes = questions.label(label).as_ref().map_err(String::clone)?;
        let (rows, y): (Vec<usize>, Vec<usize>) =
            self.outside.iter().enumerate().filter_map(|(row, &i)| Some((row, classes.codes[i]?))).unzip();
        let held = [self.clean.clone(), self.diluted.clone()];
        let patients = rows.iter().map(|&row| questions.patients.numbers()[self.outside[row]]).collect();
        HeldOutRun::new(self.train.select(Axis(0), &rows), (y, patients), classes.names.len(), held, self.seed)
            .map_err(|error| error.to_string())
    }

    fn survival(&self, questions: &Questions) -> Result<f64, String> {
        let (known, data) = questions.survival.as_ref().map_err(String::clone)?;
        let of = |side: &[usize]| -> (Vec<usize>, Vec<usize>) {
            side.iter().enumerate().filter_map(|(row, i)| Some((row, known.binary_search(i).ok()?))).unzip()
        };
        let ((train, train_data), (held, held_data)) = (of(&self.outside), of(&self.inside));
        let mut rng = stream(self.seed, Purpose::Folds, 4000);
        let components = SurvivalTest::default().components;
        let mut read = || {
            let (train_data, held_data) = (data.select(&train_data)?, data.select(&held_data)?);
            let (train, held) = (self.train.select(Axis(0), &train), self.clean.select(Axis(0), &held));
            held_out_concordance((&train, &train_data), (&held, &held_data), components, &mut rng)
        };
        read().map(|(index, _)| index).map_err(|error: crate::readout::ReadoutError| error.to_string())
    }
}

/// What the folds of one trial said so far.
pub struct HeldOut {
    trial: Trial,
    /// Per label, what was said of every tumour.
    labels: Vec<(Label, Result<Said, String>)>,
    concordance: Result<Vec<f64>, String>,
}

impl HeldOut {
    /// Before the first fold: the trial holds what the encoder of all tumours showed.
    pub fn new(trial: Trial, questions: &Questions) -> Self {
        let empty = |label: Label| {
            let classes = questions.label(label).as_ref().map_err(String::clone)?;
            let said = || Array2::zeros((classes.codes.len(), classes.names.len()));
            Ok([[said(), said()], [said(), said()]])
        };
        let concordance = questions.survival.as_ref().map(|_| Vec::new()).map_err(String::clone);
        Self { trial, labels: Label::ALL.map(|label| (label, empty(label))).into(), concordance }
    }

    /// Add a fold.
    pub fn take_in(&mut self, fold: FoldReading) {
        for (label, found) in fold.labels {
            let Some((_, all)) = self.labels.iter_mut().find(|(own, _)| *own == label) else { continue };
            match (all.as_mut(), found) {
                (Ok(all), Ok(found)) => {
                    for (all, found) in all.iter_mut().flatten().zip(found.into_iter().flatten()) {
                        let rows = fold.inside.iter().zip(found.rows());
                        rows.for_each(|(&i, row)| all.row_mut(i).assign(&row));
                    }
                }
                (Ok(_), Err(because)) => *all = Err(because),
                (Err(_), _) => {}
            }
        }
        match (self.concordance.as_mut(), fold.concordance) {
            (Ok(all), Ok(found)) => all.push(found),
            (Ok(_), Err(because)) => self.concordance = Err(because),
            (Err(_), _) => {}
        }
    }

    /// The trial as it stands.
    pub fn into_trial(self) -> Trial {
        self.trial
    }

    /// After the last fold.
    pub fn finish(self, questions: &Questions) -> Trial {
        let Self { mut trial, labels, concordance } = self;
        for (label, said) in labels {
            let judged = said.and_then(|said| {
                let classes = questions.label(label).as_ref().map_err(String::clone)?;
                let codes = classes.codes.iter().enumerate();
                let (known, y): (Vec<usize>, Vec<usize>) = codes.filter_map(|(i, c)| Some((i, (*c)?))).unzip();
                let said = said.map(|by| by.map(|said| said.select(Axis(0), &known)));
                trial.confused(label, &confusion(&y, &likeliest(&said[0][0]), classes.names.len()));
                Ok(said.map(|by| by.map(|said| Scores::of(&y, &said))))
            });
            trial.note(outcomes(label, &judged));
        }
        let mean = concordance.map(|folds| folds.iter().sum::<f64>() / folds.len() as f64);
        trial.note(vec![(Measure::Concordance, mean)]);
        trial
    }
}

fn outcomes(label: Label, judged: &Result<[[Scores; 2]; 2], String>) -> Vec<(Measure, Outcome)> {
    let of = |by: Classifier, on: Tested, score: Score| {
        let on = if on == Tested::Clean { 0 } else { 1 };
        let by = if by == Classifier::Logistic { 0 } else { 1 };
        judged.as_ref().map(|scores| score.of(&scores[on][by])).map_err(String::clone)
    };
    let asked = |measure: Measure| match measure {
        Measure::Classified(l, by, on, score) if l == label && measure.can_be_out_of_fold() => {
            Some((measure, of(by, on, score)))
        }
        _ => None,
    };
    Measure::all().into_iter().filter_map(asked).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Columns;
    use super::*;
    use crate::cohort::simulated::{SimulationSettings, simulate};

    #[test]
    fn no_fold_of_the_encoder_splits_a_patient() {
        let settings = SimulationSettings { tumours: 80, normals: 16, genes: 200, seed: 5, ..Default::default() };
        let mut cohort = simulate(&settings).expect("a cohort").cohort;
        let selection = Selection { genes: 100, held_out: 0.4, seed: 7 };
        let set = TrainingSet::from_cohort(&cohort, selection).expect("a set");
        let columns = Columns { subtype: Some("subtype".into()), ..Columns::default() };
        let single = folds(&Questions::of(&cohort, &set, &columns), 80, 7);
        cohort.patients.fill(None);
        assert_eq!(folds(&Questions::of(&cohort, &set, &columns), 80, 7), single, "one tumour a patient, named or not");
        let patient = |i: usize| if i < 60 { i / 3 } else { i };
        (0..80).for_each(|i| cohort.patients[i] = Some(format!("P{}", patient(i))));
        let questions = Questions::of(&cohort, &set, &columns);
        let fold = folds(&questions, 80, 7);
        assert_eq!(fold, folds(&questions, 80, 7));
        let together = |i: usize| (0..80).filter(|&j| patient(j) == patient(i)).all(|j| fold[j] == fold[i]);
        assert!((0..80).all(together), "{fold:?}");
        let sizes: Vec<usize> = (0..FOLDS).map(|f| fold.iter().filter(|own| **own == f).count()).collect();
        assert!(sizes.iter().all(|n| (12..=20).contains(n)), "{sizes:?}");
        let said = questions.notes().join(" ");
        assert!(said.contains("20 of 40 patients have several of the 80 tumours: no fold splits a patient."), "{said}");
    }
}
