//! Does it purify? Every representation through the same readouts, over seeds: the table of docs/method.md for
//! any cohort.
//!
//! [`Comparison`] is advanced in small pieces, like the trainer, so that a worker can say how far it is, predict the
//! time left and be cancelled between two of them. What cannot be measured (one class, no events, twelve tumours) is
//! a sentence in place of a number, and one row's failure is no other's.

mod confused;
mod fit;
mod forecast;
mod held_out;
mod markdown;
mod measure;
pub mod price;
mod progress;
mod questions;
mod read;
mod reading;
pub mod rows;
mod sentence;
mod shares;
#[cfg(test)]
mod shares_tests;
mod table;
#[cfg(test)]
mod tests;
#[cfg(feature = "threads")]
mod threads;
mod worded;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use confused::{ConfusionRow, ConfusionTable};
pub use measure::{Classifier, Label, Measure, Score, Tested};
pub use progress::{ComparisonError, ComparisonProgress};
pub use questions::{Columns, Questions};
pub use rows::{Candidate, Method, Row, RowHead};
pub use shares::{DoneShare, Share};
pub use table::{Cell, ColumnHead, LeftOut, Table, Trial};
#[cfg(feature = "threads")]
pub use threads::in_threads;

use crate::cohort::{Cohort, GeneMap};
use crate::training_set::{Selection, TrainingSet};
use crate::twin::{Config, ConfigError, Trainer, TwinModel, automatic_strength};
use fit::{Fitting, selection};
use forecast::{Forecast, Part, Size};
use held_out::{FOLDS, FoldReading, FoldSet, HeldOut};
use reading::Reading;
use rows::Job;

/// A comparison in progress.
pub struct Comparison {
    rows: Vec<Row>,
    seeds: Vec<u64>,
    questions: Questions,
    size: Size,
    jobs: Vec<Job>,
    at: usize,
    /// Handed out to others.
    elsewhere: Vec<shares::Elsewhere>,
    stage: Stage,
    trials: Vec<Trial>,
    out_of_fold: bool,
    /// The trial whose folds are under way.
    open: Option<HeldOut>,
    /// What rows without a configuration of their own (raw, PCA) select, under the first seed: as the first candidate.
    baseline: Selection,
    set: Option<(Selection, Rc<TrainingSet>)>,
    fold_sets: BTreeMap<usize, (Selection, FoldSet)>,
    /// The newest model of each fold (and of none), with its training: read again at other strengths.
    models: BTreeMap<Option<usize>, (Config, TwinModel)>,
    forecast: Forecast,
    /// Units and milliseconds of every part since the share at hand was begun.
    tally: BTreeMap<(usize, Part), (f64, f64)>,
    elapsed: f64,
    /// When it was last advanced.
    left_at: f64,
}

/// What the job at hand is waiting for.
enum Stage {
    Fit,
    Iterating { fit: Fitting, set: Rc<TrainingSet> },
    Training { trainer: Box<Trainer>, set: Rc<TrainingSet> },
    Reading(Box<Reading>),
    Fold(Box<FoldReading>),
}

impl Comparison {
    /// Compare `candidates` (unresolved configurations are filled in) with the baselines on a cohort, over `seeds`
    /// seeds from the first candidate's on. Trials of an earlier run of the same comparison are kept. Stromal and immune
    /// markers are found by the names that `map` gave the cohort's genes.
    ///
    /// # Errors
    /// [`ComparisonError`] when the cohort cannot be trained on or a configuration is refused.
    pub fn new(
        cohort: &Cohort,
        map: Option<&GeneMap>,
        columns: &Columns,
        candidates: &[Candidate],
        seeds: usize,
        earlier: Vec<Trial>,
    ) -> Result<Self, ComparisonError> {
        let first = candidates.first().ok_or(ComparisonError::NoCandidate)?;
        if !(1..=20).contains(&seeds) {
            return Err(ComparisonError::Seeds(seeds));
        }
        let selection = selection(&first.config, first.config.seed);
        let set = Rc::new(TrainingSet::from_cohort(cohort, selection)?);
        let tumours = set.tumours.len();
        let mut questions = Questions::of(cohort, &set, columns);
        if let Some(map) = map {
            questions.score_markers(cohort, map);
        }
        let everyone: Vec<usize> = (0..tumours).collect();
        let with_stand_in = questions.stand_in(&everyone).is_some();
        let resolve = |candidate: &Candidate| -> Result<Candidate, ConfigError> {
            let mut config = candidate.config.resolve(tumours)?;
            let automatic = || automatic_strength(config.preset, tumours, with_stand_in);
            config.strength = Some(config.strength.unwrap_or_else(automatic));
            Ok(Candidate { config, ..candidate.clone() })
        };
        let resolved = candidates.iter().map(resolve).collect::<Result<Vec<_>, _>>()?;
        let rows = Row::all(&resolved, tumours)?;
        let seeds: Vec<u64> = (0..seeds as u64).map(|i| first.config.seed + i).collect();
        let known = |row: &Row, seed: u64| earlier.iter().any(|t| t.row == row.key() && t.seed == seed);
        let jobs = seeds
            .iter()
            .flat_map(|&seed| (0..rows.len()).map(move |row| Job { row, seed, fold: None }))
            .filter(|job| !known(&rows[job.row], job.seed))
            .collect();
        let kept = |trial: &Trial| seeds.contains(&trial.seed) && rows.iter().any(|row| row.key() == trial.row);
        Ok(Self {
            questions,
            size: Size { tumours, genes: set.genes.len() },
            trials: earlier.into_iter().filter(kept).collect(),
            rows,
            seeds,
            jobs,
            at: 0,
            elsewhere: Vec::new(),
            stage: Stage::Fit,
            out_of_fold: false,
            open: None,
            fold_sets: BTreeMap::new(),
            models: BTreeMap::new(),
            baseline: selection,
            set: Some((selection, set)),
            forecast: Forecast::default(),
            tally: BTreeMap::new(),
            elapsed: 0.0,
            left_at: 0.0,
        })
    }

    /// Whether genes, scaling and encoder are chosen and trained anew without the tumours of each of five folds, for
    /// every measure that can be out of fold ([`Measure::can_be_out_of_fold`]). Six trainings instead of one.
    pub fn out_of_fold(mut self, wanted: bool) -> Self {
        self.spread_over_folds(wanted);
        self
    }

    fn spread_over_folds(&mut self, wanted: bool) {
        self.out_of_fold = wanted;
        self.jobs.retain(|job| job.fold.is_none());
        if wanted {
            let with_folds =
                |job: Job| std::iter::once(job).chain((0..FOLDS).map(move |fold| Job { fold: Some(fold), ..job }));
            self.jobs = std::mem::take(&mut self.jobs).into_iter().flat_map(with_folds).collect();
        }
    }

    /// Work for about `budget` milliseconds of `clock`: some training steps, or one readout, at the least.
    pub fn advance(&mut self, cohort: &Cohort, budget: f64, clock: &dyn Fn() -> f64) -> ComparisonProgress {
        let began = clock();
        if self.at >= self.jobs.len() && self.waits() {
            self.elapsed += began - self.left_at;
        }
        while self.at < self.jobs.len() {
            self.one_piece(cohort, budget, clock);
            if clock() - began >= budget {
                break;
            }
        }
        self.left_at = clock();
        self.elapsed += self.left_at - began;
        self.progress()
    }

    /// The trials finished so far, oldest first.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The trials by seed and row: a mean does not depend on what was finished first.
    pub fn in_order(&self) -> Vec<Trial> {
        let mut trials = self.trials.clone();
        trials.sort_by_key(|trial| (trial.seed, self.rows.iter().position(|row| row.key() == trial.row)));
        trials
    }

    /// The table as far as it is filled.
    pub fn table(&self) -> Table {
        Table::of(&self.rows, &self.seeds, &self.in_order(), self.questions.notes(), self.out_of_fold)
    }

    fn one_piece(&mut self, cohort: &Cohort, budget: f64, clock: &dyn Fn() -> f64) {
        let Some(&job) = self.jobs.get(self.at) else { return };
        let began = clock();
        match std::mem::replace(&mut self.stage, Stage::Fit) {
            Stage::Fit => {
                let stage = self.fit(cohort, job);
                let done = 1.0 - left_of(&stage);
                self.take_up(job, stage);
                self.took(job.row, Part::Fit, done, clock() - began);
            }
            Stage::Iterating { fit, set } => {
                let before = fit.left().unwrap_or(1.0);
                let stage = self.iterate(fit, set, job);
                let done = before - left_of(&stage);
                self.take_up(job, stage);
                self.took(job.row, Part::Fit, done, clock() - began);
            }
            Stage::Training { mut trainer, set } => {
                let mut steps = 0.0;
                let outcome = loop {
                    let outcome = pollster::block_on(trainer.step(1));
                    steps += 1.0;
                    let finished = outcome.as_ref().map_or(true, |progress| progress.finished);
                    if finished || clock() - began >= budget {
                        break outcome;
                    }
                };
                self.took(job.row, Part::Step, steps, clock() - began);
                let stage = match outcome {
                    Ok(progress) if progress.finished => self.trained(&trainer, set, job).map_err(|e| e.to_string()),
                    Ok(_) => Ok(Stage::Training { trainer, set }),
                    Err(error) => Err(error.to_string()),
                };
                self.take_up(job, stage);
            }
            Stage::Reading(mut reading) => match reading.step(job.seed, &self.questions) {
                Some((part, units)) => {
                    self.took(job.row, part, units, clock() - began);
                    self.stage = Stage::Reading(reading);
                }
                None => {
                    let trial = reading.into_trial();
                    if self.out_of_fold {
                        self.open = Some(HeldOut::new(trial, &self.questions));
                    } else {
                        self.trials.push(trial);
                    }
                    self.at += 1;
                }
            },
            Stage::Fold(mut reading) => match reading.step(&self.questions) {
                Some((part, units)) => {
                    self.took(job.row, part, units, clock() - began);
                    self.stage = Stage::Fold(reading);
                }
                None => self.fold_read(job, *reading),
            },
        }
    }

    /// A fold is read: the trial is whole after the last.
    fn fold_read(&mut self, job: Job, reading: FoldReading) {
        self.at += 1;
        let Some(open) = &mut self.open else { return };
        open.take_in(reading);
        if self.jobs.get(self.at).is_none_or(|next| !next.is_of(job))
            && let Some(open) = self.open.take()
        {
            self.trials.push(open.finish(&self.questions));
        }
    }

    /// Go on with a stage; a failure is the reason of every number that there is not yet.
    fn take_up(&mut self, job: Job, stage: Result<Stage, String>) {
        match stage {
            Ok(stage) => self.stage = stage,
            Err(because) => {
                let trial = self.open.take().map(HeldOut::into_trial);
                let mut trial = trial.unwrap_or_else(|| Trial::new(self.rows[job.row].key(), job.seed));
                for key in Measure::all().into_iter().map(Measure::key) {
                    if !trial.values.contains_key(&key) {
                        trial.missing.entry(key).or_insert_with(|| because.clone());
                    }
                }
                self.trials.push(trial);
                while self.jobs.get(self.at).is_some_and(|next| next.is_of(job)) {
                    self.at += 1;
                }
            }
        }
    }

    fn took(&mut self, row: usize, part: Part, units: f64, milliseconds: f64) {
        let prior = forecast::prior(self.rows[row].method(), part, self.size);
        self.forecast.took(row, part, units, milliseconds, prior);
        let tally = self.tally.entry((row, part)).or_default();
        *tally = (tally.0 + units, tally.1 + milliseconds);
    }
}

/// Share of a fit that is left after a step; the whole where nobody knows.
fn left_of(stage: &Result<Stage, String>) -> f64 {
    if let Ok(Stage::Iterating { fit, .. }) = stage { fit.left().unwrap_or(1.0) } else { 0.0 }
}
