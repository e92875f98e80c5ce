//! One readout of one fitted representation: numbers, or the reason why there is none.

use ndarray::{Array2, Axis};

use super::forecast::Part;
use super::measure::{Label, Measure, Score, Tested};
use super::questions::Questions;
use crate::baseline::Representation;
use crate::readout::association::{association, ridge_r2};
use crate::readout::classification::{LabelTest, label_accuracy};
use crate::readout::survival::{SurvivalTest, out_of_fold_concordance};
use crate::readout::{ReadoutError, guards, identity};
use crate::training_set::TrainingSet;

/// A readout: the smallest piece that is not interrupted.
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
    /// In the order they are done: what needs no label first.
    pub const ALL: [Self; 5] =
        [Self::Identity, Self::Signal, Self::Survival, Self::Classify(Label::Subtype), Self::Classify(Label::Grade)];

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
type Outcome = Result<f64, String>;

/// Every measure of a task.
pub fn read(task: Task, fitted: &Fitted, questions: &Questions) -> Vec<(Measure, Outcome)> {
    match task {
        Task::Identity => identities(fitted),
        Task::Signal => signals(fitted, questions),
        Task::Survival => vec![(Measure::Concordance, survival(fitted, questions))],
        Task::Classify(label) => classified(label, fitted, questions),
    }
}

fn said<T>(outcome: Result<T, ReadoutError>) -> Result<T, String> {
    outcome.map_err(|error| error.to_string())
}

fn identities(fitted: &Fitted) -> Vec<(Measure, Outcome)> {
    let Fitted { representation, set, embedding, seed } = *fitted;
    let which = set.test_normals();
    let normals = set.normal_values.select(Axis(0), &which);
    let any = said(identity::mixed(representation, &set.tumour_values, &normals, seed)).map(|found| found.fraction());
    let own = said(identity::own_normal(
        representation,
        &set.tumour_values,
        &set.normal_values,
        &set.own_tumour,
        &which,
        0.5,
    ));
    let own = own.and_then(|found| match found.tested {
        0 => Err("No tumour has an adjacent normal of its own patient among those held out.".into()),
        _ => Ok(found.fraction()),
    });
    let rank = said(guards::effective_rank(embedding));
    vec![(Measure::IdentityMixed, any), (Measure::IdentityOwn, own), (Measure::EffectiveRank, rank)]
}

fn signals(fitted: &Fitted, questions: &Questions) -> Vec<(Measure, Outcome)> {
    let Fitted { embedding, seed, .. } = *fitted;
    let purity =
        questions.purity.as_ref().map_err(String::clone).and_then(|values| said(association(embedding, values, seed)));
    let of = |values: &Result<Vec<f64>, String>| {
        values.as_ref().map_err(String::clone).and_then(|values| said(ridge_r2(embedding, values, seed)))
    };
    vec![
        (Measure::PurityComponents, purity.clone().map(|p| p.components)),
        (Measure::PurityNeighbours, purity.clone().map(|p| p.neighbours)),
        (Measure::PurityRidge, purity.map(|p| p.ridge)),
        (Measure::Immune, of(&questions.immune)),
        (Measure::Stromal, of(&questions.stromal)),
    ]
}

fn survival(fitted: &Fitted, questions: &Questions) -> Outcome {
    let (known, outcomes) = questions.survival.as_ref().map_err(String::clone)?;
    let embedding = fitted.embedding.select(Axis(0), known);
    let test = SurvivalTest { seed: fitted.seed, ..SurvivalTest::default() };
    Ok(said(out_of_fold_concordance(&embedding, outcomes, &test))?.mean)
}

fn classified(label: Label, fitted: &Fitted, questions: &Questions) -> Vec<(Measure, Outcome)> {
    let Fitted { representation, set, seed, .. } = *fitted;
    let normals = set.normal_values.select(Axis(0), &set.test_normals());
    let measure = |tested, score| Measure::Classified(label, tested, score);
    let accuracy = questions.label(label).as_ref().map_err(String::clone).and_then(|classes| {
        let test = LabelTest { seed, ..LabelTest::default() };
        said(label_accuracy(representation, &set.tumour_values, &classes.codes, &normals, &test))
    });
    vec![
        (measure(Tested::Clean, Score::BalancedAccuracy), accuracy.clone().map(|a| a.clean)),
        (measure(Tested::Clean, Score::MacroF1), accuracy.clone().map(|a| a.clean_f1)),
        (measure(Tested::Diluted, Score::BalancedAccuracy), accuracy.clone().map(|a| a.diluted)),
        (measure(Tested::Diluted, Score::MacroF1), accuracy.map(|a| a.diluted_f1)),
    ]
}
