//! The columns of the table: what is measured, in which direction it is better, and how it is called.

use serde::{Deserialize, Serialize};

use crate::readout::classification::Scores;
pub use crate::readout::classification::{Classifier, Tested};

/// Which label is classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Molecular subtype.
    Subtype,
    /// Histological grade.
    Grade,
}

impl Label {
    /// Both, in the order of the table.
    pub const ALL: [Self; 2] = [Self::Subtype, Self::Grade];

    /// As a word in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Subtype => "subtype",
            Self::Grade => "grade",
        }
    }
}

/// How a classifier is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// Mean recall over classes.
    BalancedAccuracy,
    /// Mean F1 over classes.
    MacroF1,
    /// One against the rest, mean over classes.
    Auroc,
}

impl Score {
    /// This one of all.
    pub(super) fn of(self, scores: &Scores) -> f64 {
        match self {
            Self::BalancedAccuracy => scores.balanced_accuracy,
            Self::MacroF1 => scores.macro_f1,
            Self::Auroc => scores.auroc,
        }
    }
}

/// One column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Classification of a label.
    Classified(Label, Classifier, Tested, Score),
    /// Harrell's C, out of fold.
    Concordance,
    /// Largest |Spearman| of the first five principal components with purity.
    PurityComponents,
    /// R² of purity from the ten nearest neighbours, cross-validated.
    PurityNeighbours,
    /// R² of purity from a ridge regression, cross-validated.
    PurityRidge,
    /// R² of the immune score from a ridge regression, cross-validated.
    Immune,
    /// R² of the stromal score from a ridge regression, cross-validated.
    Stromal,
    /// Share of tumours that find themselves after 30–80 % of any normal.
    IdentityMixed,
    /// Share of tumours that find themselves after half of their own patient's normal.
    IdentityOwn,
    /// Dimensions in use.
    EffectiveRank,
}

const TESTED: [(Tested, &str, &str); 3] = [
    (Tested::Clean, "clean", "on held-out tumours as they are"),
    (Tested::Diluted, "diluted", "on held-out tumours mixed with 30–80 % unseen normal tissue"),
    (Tested::HighToLow, "high_to_low", "trained on the purest third, tested on the least pure third"),
];
const CLASSIFIERS: [(Classifier, &str, &str); 2] = [
    (Classifier::Logistic, "", "by logistic regression"),
    (Classifier::Neighbours, "neighbours.", "by the vote of the ten nearest neighbours"),
];
const SCORES: [(Score, &str, &str); 3] = [
    (Score::BalancedAccuracy, "balanced_accuracy", "Balanced accuracy"),
    (Score::MacroF1, "macro_f1", "Macro-F1"),
    (Score::Auroc, "auroc", "AUROC, one class against the rest"),
];

impl Measure {
    /// Every column, in the order of the table.
    pub fn all() -> Vec<Self> {
        let classified = Label::ALL.into_iter().flat_map(|label| {
            SCORES.iter().flat_map(move |score| {
                CLASSIFIERS.iter().flat_map(move |by| {
                    TESTED.iter().map(move |tested| Self::Classified(label, by.0, tested.0, score.0))
                })
            })
        });
        let others = [
            Self::Concordance,
            Self::PurityComponents,
            Self::PurityNeighbours,
            Self::PurityRidge,
            Self::Immune,
            Self::Stromal,
            Self::IdentityMixed,
            Self::IdentityOwn,
            Self::EffectiveRank,
        ];
        classified.chain(others).collect()
    }

    /// Stable name: `subtype.diluted.balanced_accuracy`, `grade.neighbours.clean.auroc`, `survival.c`, …
    pub fn key(self) -> String {
        match self {
            Self::Classified(label, by, tested, score) => {
                let by = CLASSIFIERS.iter().find(|b| b.0 == by).map_or("", |b| b.1);
                let tested = TESTED.iter().find(|t| t.0 == tested).map_or("", |t| t.1);
                let score = SCORES.iter().find(|s| s.0 == score).map_or("", |s| s.1);
                format!("{}.{by}{tested}.{score}", label.word())
            }
            Self::Concordance => "survival.c".into(),
            Self::PurityComponents => "purity.components".into(),
            Self::PurityNeighbours => "purity.neighbours".into(),
            Self::PurityRidge => "purity.ridge".into(),
            Self::Immune => "signal.immune".into(),
            Self::Stromal => "signal.stromal".into(),
            Self::IdentityMixed => "identity.any".into(),
            Self::IdentityOwn => "identity.own".into(),
            Self::EffectiveRank => "rank".into(),
        }
    }

    /// The columns that stand together.
    pub fn group(self) -> &'static str {
        match self {
            Self::Classified(Label::Subtype, ..) => "Subtype",
            Self::Classified(Label::Grade, ..) => "Grade",
            Self::Concordance => "Survival",
            Self::PurityComponents | Self::PurityNeighbours | Self::PurityRidge => "Follows purity",
            Self::Immune | Self::Stromal => "Signal kept",
            Self::IdentityMixed | Self::IdentityOwn => "Finds itself",
            Self::EffectiveRank => "Width",
        }
    }

    /// Short name under its group.
    pub fn label(self) -> &'static str {
        match self {
            Self::Classified(_, Classifier::Logistic, tested, _) => match tested {
                Tested::Clean => "clean",
                Tested::Diluted => "diluted",
                Tested::HighToLow => "high → low purity",
            },
            Self::Classified(_, Classifier::Neighbours, tested, _) => match tested {
                Tested::Clean => "10-NN clean",
                Tested::Diluted => "10-NN diluted",
                Tested::HighToLow => "10-NN high → low",
            },
            Self::Concordance => "Harrell's C",
            Self::PurityComponents => "PCs, |ρ|",
            Self::PurityNeighbours => "10-NN R²",
            Self::PurityRidge => "ridge R²",
            Self::Immune => "immune R²",
            Self::Stromal => "stromal R²",
            Self::IdentityMixed => "any normal",
            Self::IdentityOwn => "own normal",
            Self::EffectiveRank => "effective rank",
        }
    }

    /// What it is, in one sentence.
    pub fn about(self) -> String {
        match self {
            Self::Classified(label, by, tested, score) => {
                let by = CLASSIFIERS.iter().find(|b| b.0 == by).map_or("", |b| b.2);
                let tested = TESTED.iter().find(|t| t.0 == tested).map_or("", |t| t.2);
                let score = SCORES.iter().find(|s| s.0 == score).map_or("", |s| s.2);
                format!("{score} of the {} {by}, {tested}.", label.word())
            }
            Self::Concordance => {
                "Harrell's C of a Cox model on the leading 30 components, out of fold; 0.5 is chance.".into()
            }
            Self::PurityComponents => "Largest |Spearman| of the first five principal components with purity.".into(),
            Self::PurityNeighbours => "Share of purity's variance that ten nearest neighbours predict.".into(),
            Self::PurityRidge => "Share of purity's variance that a ridge regression predicts.".into(),
            Self::Immune => "Share of the immune score's variance that a ridge regression predicts.".into(),
            Self::Stromal => "Share of the stromal score's variance that a ridge regression predicts.".into(),
            Self::IdentityMixed => {
                "Share of tumours nearest to themselves after 30–80 % of any normal was mixed in.".into()
            }
            Self::IdentityOwn => {
                "Share of tumours nearest to themselves after half was replaced by their own patient's normal.".into()
            }
            Self::EffectiveRank => "Dimensions that the embedding really uses.".into(),
        }
    }

    /// Whether the encoder can be retrained without the samples that this is tested on.
    pub fn can_be_out_of_fold(self) -> bool {
        matches!(self, Self::Classified(_, _, Tested::Clean | Tested::Diluted, _) | Self::Concordance)
    }

    /// Whether more is better. Purity and rank have no better end: part of what follows purity is biology, and a low
    /// correlation can come from whitening alone (docs/method.md, *What not to conclude*).
    pub fn more_is_better(self) -> bool {
        !matches!(self, Self::PurityComponents | Self::PurityNeighbours | Self::PurityRidge | Self::EffectiveRank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_key_of_its_own_and_a_sentence() {
        let all = Measure::all();
        let mut keys: Vec<String> = all.iter().map(|m| m.key()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 45);
        assert!(all.iter().all(|m| m.about().ends_with('.') && !m.label().is_empty()));
        assert!(keys.contains(&"subtype.high_to_low.auroc".into()));
        assert!(keys.contains(&"grade.neighbours.clean.macro_f1".into()));
    }
}
