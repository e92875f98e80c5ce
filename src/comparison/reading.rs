//! All readouts of one representation, step by step, into its trial.

use std::rc::Rc;

use ndarray::Array2;

use super::forecast::Part;
use super::questions::Questions;
use super::read::{Answers, Fitted, Running, Task};
use super::table::Trial;
use crate::baseline::Representation;
use crate::training_set::TrainingSet;

/// The readouts of one fitted representation, one after the other.
pub struct Reading {
    representation: Box<dyn Representation>,
    set: Rc<TrainingSet>,
    embedding: Array2<f32>,
    tasks: Vec<Task>,
    running: Option<Running>,
    trial: Trial,
    out_of_fold: bool,
}

impl Reading {
    /// Embed the tumours and begin. With `out_of_fold`, what can be measured out of fold is left to the folds.
    pub fn new(representation: Box<dyn Representation>, set: Rc<TrainingSet>, trial: Trial, out_of_fold: bool) -> Self {
        let embedding = representation.embed(&set.tumour_values);
        let tasks = Task::all(out_of_fold).into_iter().rev().collect();
        Self { representation, set, embedding, tasks, running: None, trial, out_of_fold }
    }

    /// Parts of a whole reading, and the units of each.
    pub fn whole(out_of_fold: bool) -> Vec<(Part, f64)> {
        Task::all(out_of_fold).into_iter().map(|task| (task.part(), task.units(out_of_fold))).collect()
    }

    /// What is left of this one.
    pub fn left(&self) -> Vec<(Part, f64)> {
        let (last, others) = match self.tasks.split_last() {
            Some((last, others)) => (Some(last), others),
            None => (None, &[][..]),
        };
        let units = |task: &Task| task.units(self.out_of_fold);
        let under_way = last.map(|task| (task.part(), self.running.as_ref().map_or(units(task), Running::left)));
        others.iter().map(|task| (task.part(), units(task))).chain(under_way).collect()
    }

    /// What is being read, for a person.
    pub fn doing(&self) -> &'static str {
        self.tasks.last().map_or("read", |task| task.doing())
    }

    /// What was found.
    pub fn into_trial(self) -> Trial {
        self.trial
    }

    fn note(&mut self, answers: Answers) {
        self.trial.note(answers.values);
        if let Some((label, counts)) = answers.confusion {
            self.trial.confused(label, &counts);
        }
    }

    /// Do a step of the task at hand: its part and the units of it that were done, or nothing when all is read.
    pub fn step(&mut self, seed: u64, questions: &Questions) -> Option<(Part, f64)> {
        let task = *self.tasks.last()?;
        let (representation, set, embedding) = (&*self.representation, &*self.set, &self.embedding);
        let fitted = Fitted { representation, set, embedding, seed };
        let whole = task.units(self.out_of_fold);
        let (units, answers) = match &mut self.running {
            Some(running) => running.step(&fitted, questions),
            none => match Running::begin(task, &fitted, questions, self.out_of_fold) {
                Ok(running) => {
                    *none = Some(running);
                    (0.0, None)
                }
                Err(because) => (whole, Some(because)),
            },
        };
        if let Some(answers) = answers {
            self.running = None;
            self.tasks.pop();
            self.note(answers);
        }
        Some((task.part(), units))
    }
}
