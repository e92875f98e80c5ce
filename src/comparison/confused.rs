//! Which class was taken for which.

use super::measure::Label;
use super::rows::RowHead;
use super::{Comparison, Row};

/// How often each true class of a label was said to be which, out of fold, on tumours as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionTable {
    /// The label.
    pub label: Label,
    /// Its classes.
    pub classes: Vec<String>,
    /// The representations that were classified.
    pub rows: Vec<ConfusionRow>,
}

/// One representation's counts.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionRow {
    /// Which.
    pub head: RowHead,
    /// True class by class said, mean over repeats and seeds: each tumour counts once.
    pub counts: Vec<Vec<f64>>,
}

impl Comparison {
    /// The confusion of a label as far as it was classified, without the rows that show the price of strength; none where it cannot be.
    pub fn confusion(&self, label: Label) -> Option<ConfusionTable> {
        let classes = self.questions.label(label).as_ref().ok()?;
        let known = classes.codes.iter().flatten().count() as f64;
        let size = classes.names.len();
        let of = |row: &Row| {
            let mut counts = vec![vec![0.0; size]; size];
            let made = self.trials.iter().filter(|trial| trial.row == row.key());
            for trial in made.filter_map(|trial| trial.confusion.get(label.word())) {
                for (sums, more) in counts.iter_mut().zip(trial) {
                    sums.iter_mut().zip(more).for_each(|(sum, n)| *sum += *n as f64);
                }
            }
            let total: f64 = counts.iter().flatten().sum();
            counts.iter_mut().flatten().for_each(|n| *n *= known / total);
            (total > 0.0).then(|| ConfusionRow { head: row.head(), counts })
        };
        Some(ConfusionTable {
            label,
            classes: classes.names.clone(),
            rows: self.rows.iter().filter(|row| !row.head().price).filter_map(of).collect(),
        })
    }
}
