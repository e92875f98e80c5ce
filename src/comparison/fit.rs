//! How the representation of a job comes about: training sets, closed forms, models.

use std::rc::Rc;

use super::held_out::{FoldReading, FoldSet};
use super::reading::Reading;
use super::rows::{self, Job, Method};
use super::{Comparison, Stage, Trial};
use crate::baseline::{ClosedFormFit, ContrastivePca, ContrastivePcaFit, Pca, Raw, Representation};
use crate::cohort::Cohort;
use crate::decomposition::DecompositionError;
use crate::training_set::{Selection, TrainingSet, TrainingSetError};
use crate::twin::{Config, Device, Placement, TrainError, Trainer, TrainingData, TwinModel};

/// A fit of many steps.
pub(super) enum Fitting {
    Contrastive(Box<ContrastivePcaFit>),
    ClosedForm(Box<ClosedFormFit>),
}

impl Fitting {
    /// One step; the representation once it is fitted.
    fn step(&mut self, set: &TrainingSet) -> Result<Option<Box<dyn Representation>>, DecompositionError> {
        Ok(match self {
            Self::Contrastive(fit) => fit.step()?.map(|fitted| Box::new(fitted) as Box<dyn Representation>),
            Self::ClosedForm(fit) => fit.step(set)?.map(|fitted| Box::new(fitted) as Box<dyn Representation>),
        })
    }

    /// Share of the work that is left; none where nobody knows how many steps an iteration needs.
    pub(super) fn left(&self) -> Option<f64> {
        match self {
            Self::Contrastive(_) => None,
            Self::ClosedForm(fit) => Some(fit.left()),
        }
    }
}

impl Comparison {
    /// Fit a job's representation, or begin to.
    pub(super) fn fit(&mut self, cohort: &Cohort, job: Job) -> Result<Stage, String> {
        let method = self.rows[job.row].method().clone();
        let set = self.training_set(cohort, &method, job).map_err(|e| e.to_string())?;
        let said = |e: DecompositionError| e.to_string();
        let representation: Box<dyn Representation> = match method {
            Method::Raw => Box::new(Raw::new(set.moments.clone())),
            Method::Pca => Box::new(Pca::fit(&set.tumour_values, &set.moments, rows::LINEAR_WIDTH).map_err(said)?),
            Method::ContrastivePca => {
                let (tumours, normals) = (&set.tumour_values, set.mixing_normals());
                let fit = ContrastivePca::begin(tumours, &normals, &set.moments, rows::LINEAR_WIDTH, rows::CONTRAST);
                return Ok(Stage::Iterating { fit: Fitting::Contrastive(Box::new(fit.map_err(said)?)), set });
            }
            Method::ClosedForm(config) => {
                let fit = ClosedFormFit::new(config.dim, config.mixing, job.seed);
                return Ok(Stage::Iterating { fit: Fitting::ClosedForm(Box::new(fit)), set });
            }
            Method::Trained(config) => {
                let config = Config { seed: job.seed, ..*config };
                if let Some((trained, model)) = self.models.get(&job.fold)
                    && self.rows[job.row].training(job.seed).as_ref() == Some(trained)
                {
                    let mut model = model.clone();
                    model.set_strength(config.strength.unwrap_or(0), &config.kept);
                    return Ok(self.reading(Box::new(model), set, job));
                }
                let trainer = Trainer::new(config, Placement::host(TrainingData::from(&*set)), Device::flex());
                return Ok(Stage::Training { trainer: Box::new(trainer), set });
            }
        };
        Ok(self.reading(representation, set, job))
    }

    /// A step of a fit of many.
    pub(super) fn iterate(&self, mut fit: Fitting, set: Rc<TrainingSet>, job: Job) -> Result<Stage, String> {
        match fit.step(&set).map_err(|error| error.to_string())? {
            Some(fitted) => Ok(self.reading(fitted, set, job)),
            None => Ok(Stage::Iterating { fit, set }),
        }
    }

    /// The model of a finished training, with its contamination directions.
    pub(super) fn trained(&mut self, trainer: &Trainer, set: Rc<TrainingSet>, job: Job) -> Result<Stage, TrainError> {
        let bytes = pollster::block_on(trainer.checkpoint())?;
        let (genes, moments) = (set.genes.clone(), set.moments.clone());
        let model = TwinModel::from_checkpoint(&bytes, trainer.config().clone(), genes, moments, Device::flex())?;
        let everyone: Vec<usize> = (0..self.size.tumours).collect();
        let of = job.fold.and_then(|fold| Some(self.fold_sets.get(&fold)?.1.trained_with())).unwrap_or(&everyone);
        let stand_in = self.questions.stand_in(of);
        let model = pollster::block_on(model.find_directions(trainer.data(), stand_in.as_deref()))?;
        if let Some(training) = self.rows[job.row].training(job.seed) {
            self.models.insert(job.fold, (training, model.clone()));
        }
        Ok(self.reading(Box::new(model), set, job))
    }

    fn reading(&self, representation: Box<dyn Representation>, set: Rc<TrainingSet>, job: Job) -> Stage {
        let fold_set = job.fold.and_then(|fold| Some((fold, &self.fold_sets.get(&fold)?.1)));
        if let Some((fold, held)) = fold_set {
            let reading = FoldReading::new(&*representation, held, &self.questions, job.seed, fold);
            return Stage::Fold(Box::new(reading));
        }
        let trial = Trial::new(self.rows[job.row].key(), job.seed);
        Stage::Reading(Box::new(Reading::new(representation, set, trial, self.out_of_fold)))
    }

    /// The training set of a row under a seed, made once for all rows that select alike; without a fold's tumours where
    /// the job is of one.
    fn training_set(
        &mut self,
        cohort: &Cohort,
        method: &Method,
        job: Job,
    ) -> Result<Rc<TrainingSet>, TrainingSetError> {
        let seed = job.seed;
        let selection = match method {
            Method::Trained(config) | Method::ClosedForm(config) => selection(config, seed),
            Method::Raw | Method::Pca | Method::ContrastivePca => Selection { seed, ..self.baseline },
        };
        if let Some(fold) = job.fold {
            return match self.fold_sets.get(&fold) {
                Some((made_for, made)) if *made_for == selection => Ok(Rc::clone(&made.set)),
                _ => {
                    let made = FoldSet::of(cohort, selection, &self.questions, self.size.tumours, fold)?;
                    let set = Rc::clone(&made.set);
                    self.fold_sets.insert(fold, (selection, made));
                    Ok(set)
                }
            };
        }
        if let Some((made_for, set)) = &self.set
            && *made_for == selection
        {
            return Ok(Rc::clone(set));
        }
        let set = Rc::new(TrainingSet::from_cohort(cohort, selection)?);
        self.set = Some((selection, Rc::clone(&set)));
        Ok(set)
    }
}

/// Which genes and normals a run takes under a seed.
pub(super) fn selection(config: &Config, seed: u64) -> Selection {
    Selection { genes: config.genes, held_out: config.held_out, seed }
}
