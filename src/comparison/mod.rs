//! Does it purify? Every representation through the same readouts, over seeds: the table of METHOD.md 5 for any
//! cohort.
//!
//! [`Comparison`] is advanced in small pieces, like the trainer, so that a worker can say how far it is, predict the
//! time left and be cancelled between two of them. What cannot be measured (one class, no events, twelve tumours) is
//! a sentence in place of a number, and one row's failure is no other's.

mod forecast;
mod markdown;
mod measure;
mod questions;
mod read;
pub mod rows;
mod sentence;
mod table;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use ndarray::Array2;
use serde::Serialize;

pub use measure::{Classifier, Label, Measure, Score, Tested};
pub use questions::{Columns, Questions};
pub use rows::{Candidate, Method, Row};
pub use table::{Cell, ColumnHead, LeftOut, RowHead, Table, Trial};

use crate::baseline::{ClosedForm, ContrastivePca, Pca, Raw, Representation};
use crate::cohort::Cohort;
use crate::training_set::{Selection, TrainingSet, TrainingSetError};
use crate::twin::{Config, ConfigError, Device, Placement, TrainError, Trainer, TrainingData, TwinModel};
use forecast::{Forecast, Part, Size};
use read::{Answers, Classifying, Fitted, Task};

/// Why a comparison cannot begin.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum ComparisonError {
    /// The cohort cannot be trained on.
    #[error(transparent)]
    TrainingSet(#[from] TrainingSetError),
    /// A configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No run to compare.
    #[error("There is no run to compare: give at least one configuration.")]
    NoCandidate,
    /// No seed, or too many.
    #[error("{0} seeds were asked for: choose from 1 to 20.")]
    Seeds(usize),
}

impl ComparisonError {
    /// Stable, machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TrainingSet(error) => error.code(),
            Self::Config(_) => "bad_config",
            Self::NoCandidate => "no_candidate",
            Self::Seeds(_) => "bad_seeds",
        }
    }
}

/// Where a comparison stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonProgress {
    /// What is being done, for a person.
    pub doing: String,
    /// Share of the predicted time that is over, 0 to 1.
    pub done: f64,
    /// Predicted seconds left.
    pub seconds_left: f64,
    /// Trials (row × seed) finished.
    pub trials: usize,
    /// Trials in all.
    pub of: usize,
    /// Whether the table is complete.
    pub finished: bool,
}

/// A comparison in progress.
pub struct Comparison {
    rows: Vec<Row>,
    seeds: Vec<u64>,
    questions: Questions,
    size: Size,
    jobs: Vec<Job>,
    at: usize,
    stage: Stage,
    trials: Vec<Trial>,
    set: Option<(Selection, Rc<TrainingSet>)>,
    forecast: Forecast,
    elapsed: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Job {
    row: usize,
    seed: u64,
}

/// What the job at hand is waiting for.
enum Stage {
    Fit,
    Training { trainer: Box<Trainer>, set: Rc<TrainingSet> },
    Reading(Box<Reading>),
}

struct Reading {
    representation: Box<dyn Representation>,
    set: Rc<TrainingSet>,
    embedding: Array2<f32>,
    tasks: Vec<Task>,
    classifying: Option<Classifying>,
    trial: Trial,
}

impl Reading {
    fn note(&mut self, answers: Answers) {
        for (measure, outcome) in answers.values {
            match outcome {
                Ok(value) => self.trial.values.insert(measure.key(), value).map(|_| ()),
                Err(because) => self.trial.missing.insert(measure.key(), because).map(|_| ()),
            };
        }
        if let Some((label, counts)) = answers.confusion {
            let rows = counts.rows().into_iter().map(|row| row.to_vec()).collect();
            self.trial.confusion.insert(label.word().into(), rows);
        }
    }

    /// Do a step of the task at hand: its part and the units of it that were done, or nothing when all is read.
    fn step(&mut self, seed: u64, questions: &Questions) -> Option<(Part, f64)> {
        let task = *self.tasks.last()?;
        let (representation, set, embedding) = (&*self.representation, &*self.set, &self.embedding);
        let fitted = Fitted { representation, set, embedding, seed };
        let (units, answers) = match (task, &mut self.classifying) {
            (Task::Classify(_), Some(running)) => running.step(&fitted),
            (Task::Classify(label), none) => match Classifying::begin(label, &fitted, questions) {
                Ok(running) => {
                    *none = Some(running);
                    (0.0, None)
                }
                Err(because) => (task.units(), Some(read::unanswered(label, &because))),
            },
            _ => (1.0, Some(Answers { values: read::read(task, &fitted, questions), confusion: None })),
        };
        if let Some(answers) = answers {
            self.classifying = None;
            self.tasks.pop();
            self.note(answers);
        }
        Some((task.part(), units))
    }
}

impl Comparison {
    /// Compare `candidates` (unresolved configurations are filled in) with the baselines on a cohort, over `seeds`
    /// seeds from the first candidate's on. Trials of an earlier run of the same comparison are kept.
    ///
    /// # Errors
    /// [`ComparisonError`] when the cohort cannot be trained on or a configuration is refused.
    pub fn new(
        cohort: &Cohort,
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
        let resolve = |candidate: &Candidate| -> Result<Candidate, ConfigError> {
            Ok(Candidate { name: candidate.name.clone(), config: candidate.config.resolve(tumours)? })
        };
        let resolved = candidates.iter().map(resolve).collect::<Result<Vec<_>, _>>()?;
        let rows = Row::all(&resolved, tumours)?;
        let seeds: Vec<u64> = (0..seeds as u64).map(|i| first.config.seed + i).collect();
        let known = |row: &Row, seed: u64| earlier.iter().any(|t| t.row == row.key() && t.seed == seed);
        let jobs = seeds
            .iter()
            .flat_map(|&seed| (0..rows.len()).map(move |row| Job { row, seed }))
            .filter(|job| !known(&rows[job.row], job.seed))
            .collect();
        let kept = |trial: &Trial| seeds.contains(&trial.seed) && rows.iter().any(|row| row.key() == trial.row);
        Ok(Self {
            questions: Questions::of(cohort, &set, columns),
            size: Size { tumours, genes: set.genes.len() },
            trials: earlier.into_iter().filter(kept).collect(),
            rows,
            seeds,
            jobs,
            at: 0,
            stage: Stage::Fit,
            set: Some((selection, set)),
            forecast: Forecast::default(),
            elapsed: 0.0,
        })
    }

    /// Work for about `budget` milliseconds of `clock`: some training steps, or one readout, at the least.
    pub fn advance(&mut self, cohort: &Cohort, budget: f64, clock: &dyn Fn() -> f64) -> ComparisonProgress {
        let began = clock();
        while self.at < self.jobs.len() {
            self.one_piece(cohort, budget, clock);
            if clock() - began >= budget {
                break;
            }
        }
        self.elapsed += clock() - began;
        self.progress()
    }

    /// The trials finished so far, oldest first.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The table as far as it is filled.
    pub fn table(&self) -> Table {
        Table::of(&self.rows, &self.seeds, &self.trials, self.questions.notes(), false)
    }

    /// Where it stands.
    pub fn progress(&self) -> ComparisonProgress {
        let left = self.milliseconds_left();
        let finished = self.at >= self.jobs.len();
        ComparisonProgress {
            doing: self.doing(),
            done: if finished { 1.0 } else { (self.elapsed / (self.elapsed + left)).clamp(0.0, 1.0) },
            seconds_left: if finished { 0.0 } else { left / 1000.0 },
            trials: self.trials.len(),
            of: self.rows.len() * self.seeds.len(),
            finished,
        }
    }

    fn doing(&self) -> String {
        let Some(job) = self.jobs.get(self.at) else { return "The table is complete.".into() };
        let name = self.rows[job.row].name();
        let seed = 1 + self.seeds.iter().position(|s| *s == job.seed).unwrap_or(0);
        let what = match &self.stage {
            Stage::Fit => "being fitted".to_owned(),
            Stage::Training { trainer, .. } => {
                let step = trainer.history().last().map_or(0, |progress| progress.step);
                format!("training, step {step} of {}", trainer.steps())
            }
            Stage::Reading(reading) => reading.tasks.last().map_or("read", |task| task.doing()).to_owned(),
        };
        format!("{name}, seed {seed} of {}: {what}", self.seeds.len())
    }

    fn one_piece(&mut self, cohort: &Cohort, budget: f64, clock: &dyn Fn() -> f64) {
        let Some(&job) = self.jobs.get(self.at) else { return };
        let began = clock();
        match std::mem::replace(&mut self.stage, Stage::Fit) {
            Stage::Fit => {
                let stage = self.fit(cohort, job);
                self.take_up(job, stage);
                self.took(job.row, Part::Fit, 1.0, clock() - began);
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
                    self.trials.push(reading.trial);
                    self.at += 1;
                }
            },
        }
    }

    /// Go on with a stage; a failure is every number's reason.
    fn take_up(&mut self, job: Job, stage: Result<Stage, String>) {
        match stage {
            Ok(stage) => self.stage = stage,
            Err(because) => {
                let missing = Measure::all().into_iter().map(|measure| (measure.key(), because.clone())).collect();
                let row = self.rows[job.row].key().to_owned();
                self.trials.push(Trial { missing, ..Trial::new(row, job.seed) });
                self.at += 1;
            }
        }
    }

    fn took(&mut self, row: usize, part: Part, units: f64, milliseconds: f64) {
        let prior = forecast::prior(self.rows[row].method(), part, self.size);
        self.forecast.took(row, part, units, milliseconds, prior);
    }

    fn fit(&mut self, cohort: &Cohort, job: Job) -> Result<Stage, String> {
        let method = self.rows[job.row].method().clone();
        let set = self.training_set(cohort, &method, job.seed).map_err(|e| e.to_string())?;
        let said = |e: crate::baseline::DecompositionError| e.to_string();
        let representation: Box<dyn Representation> = match method {
            Method::Raw => Box::new(Raw::new(set.moments.clone())),
            Method::Pca => Box::new(Pca::fit(&set.tumour_values, &set.moments, rows::LINEAR_WIDTH).map_err(said)?),
            Method::ContrastivePca => {
                let normals = set.mixing_normals();
                let (moments, width) = (&set.moments, rows::LINEAR_WIDTH);
                Box::new(
                    ContrastivePca::fit(&set.tumour_values, &normals, moments, width, rows::CONTRAST).map_err(said)?,
                )
            }
            Method::ClosedForm(config) => {
                Box::new(ClosedForm::fit(&set, config.dim, config.mixing, job.seed).map_err(said)?)
            }
            Method::Trained(config) => {
                let config = Config { seed: job.seed, ..*config };
                let trainer = Trainer::new(config, Placement::host(TrainingData::from(&*set)), Device::flex());
                return Ok(Stage::Training { trainer: Box::new(trainer), set });
            }
        };
        Ok(self.reading(representation, set, job))
    }

    fn trained(&self, trainer: &Trainer, set: Rc<TrainingSet>, job: Job) -> Result<Stage, TrainError> {
        let bytes = pollster::block_on(trainer.checkpoint())?;
        let (genes, moments) = (set.genes.clone(), set.moments.clone());
        let model = TwinModel::from_checkpoint(&bytes, trainer.config().clone(), genes, moments, Device::flex())?;
        Ok(self.reading(Box::new(model), set, job))
    }

    fn reading(&self, representation: Box<dyn Representation>, set: Rc<TrainingSet>, job: Job) -> Stage {
        let embedding = representation.embed(&set.tumour_values);
        let row = self.rows[job.row].key().to_owned();
        let trial = Trial::new(row, job.seed);
        let tasks = Task::ALL.into_iter().rev().collect();
        Stage::Reading(Box::new(Reading { representation, set, embedding, tasks, classifying: None, trial }))
    }

    /// The training set of a row under a seed, made once for all rows that select alike.
    fn training_set(
        &mut self,
        cohort: &Cohort,
        method: &Method,
        seed: u64,
    ) -> Result<Rc<TrainingSet>, TrainingSetError> {
        let selection = match (method, &self.set) {
            (Method::Trained(config) | Method::ClosedForm(config), _) => selection(config, seed),
            (_, Some((last, _))) => Selection { seed, ..*last },
            (_, None) => selection(&Config::default(), seed),
        };
        if let Some((made_for, set)) = &self.set
            && *made_for == selection
        {
            return Ok(Rc::clone(set));
        }
        let set = Rc::new(TrainingSet::from_cohort(cohort, selection)?);
        self.set = Some((selection, Rc::clone(&set)));
        Ok(set)
    }

    /// Predicted time of everything that is not done, of the job at hand only what is left of it.
    fn milliseconds_left(&self) -> f64 {
        let expect = |row: usize, part: Part| {
            self.forecast.expect(row, part, forecast::prior(self.rows[row].method(), part, self.size))
        };
        let reading =
            |row: usize, tasks: &[Task]| tasks.iter().map(|task| task.units() * expect(row, task.part())).sum::<f64>();
        let whole = |row: usize| {
            let steps = match self.rows[row].method() {
                Method::Trained(config) => (self.size.tumours / config.batch).max(1) * config.epochs,
                _ => 0,
            };
            expect(row, Part::Fit) + steps as f64 * expect(row, Part::Step) + reading(row, &Task::ALL)
        };
        let Some(job) = self.jobs.get(self.at) else { return 0.0 };
        let of_this = match &self.stage {
            Stage::Fit => whole(job.row),
            Stage::Training { trainer, .. } => {
                let step = trainer.history().last().map_or(0, |progress| progress.step);
                (trainer.steps() - step) as f64 * expect(job.row, Part::Step) + reading(job.row, &Task::ALL)
            }
            Stage::Reading(state) => {
                let done = match (state.tasks.last(), &state.classifying) {
                    (Some(task), Some(running)) => (task.units() - running.left()) * expect(job.row, task.part()),
                    _ => 0.0,
                };
                (reading(job.row, &state.tasks) - done).max(0.0)
            }
        };
        of_this + self.jobs[self.at + 1..].iter().map(|job| whole(job.row)).sum::<f64>()
    }
}

fn selection(config: &Config, seed: u64) -> Selection {
    Selection { genes: config.genes, held_out: config.held_out, seed }
}
