//! Trials → the table: mean and spread over seeds, which row is best, and why a number is missing.

use std::collections::BTreeMap;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::measure::{Label, Measure};
use super::read::Outcome;
use super::{Row, RowHead};

/// What one row showed under one seed; kept in a study's file and never made twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// [`Row::key`].
    pub row: String,
    /// Seed of folds, dilution, held-out normals and training.
    pub seed: u64,
    /// Numbers by [`Measure::key`].
    pub values: BTreeMap<String, f64>,
    /// Why a number is missing, by [`Measure::key`].
    pub missing: BTreeMap<String, String>,
    /// By label: how often each true class (row) was said to be which, out of fold, on tumours as they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub confusion: BTreeMap<String, Vec<Vec<usize>>>,
}

impl Trial {
    /// Nothing measured yet.
    pub fn new(row: impl Into<String>, seed: u64) -> Self {
        Self { row: row.into(), seed, values: BTreeMap::new(), missing: BTreeMap::new(), confusion: BTreeMap::new() }
    }

    /// Take in numbers, or the reasons why there are none.
    pub(super) fn note(&mut self, outcomes: Vec<(Measure, Outcome)>) {
        for (measure, outcome) in outcomes {
            match outcome {
                Ok(value) => self.values.insert(measure.key(), value).map(|_| ()),
                Err(because) => self.missing.insert(measure.key(), because).map(|_| ()),
            };
        }
    }

    /// Take in how often each true class of a label (row) was said to be which.
    pub(super) fn confused(&mut self, label: Label, counts: &Array2<usize>) {
        let rows = counts.rows().into_iter().map(|row| row.to_vec()).collect();
        self.confusion.insert(label.word().into(), rows);
    }
}

/// A number of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Mean over seeds; none where it could not be measured.
    pub mean: Option<f64>,
    /// Standard deviation over seeds (n − 1); none with one seed.
    pub spread: Option<f64>,
    /// Ahead of every other row by more than the spread of both.
    pub best: bool,
    /// Why there is no number.
    pub missing: Option<String>,
}

/// A column as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnHead {
    /// [`Measure::key`].
    pub key: String,
    /// [`Measure::group`].
    pub group: &'static str,
    /// [`Measure::label`].
    pub label: &'static str,
    /// [`Measure::about`].
    pub about: String,
    /// Whether the encoder was trained without the samples it is tested on.
    pub out_of_fold: bool,
}

impl ColumnHead {
    /// The score of a classification column, by its key's last word.
    pub fn score(&self) -> Option<&str> {
        let (_, last) = self.key.rsplit_once('.')?;
        ["balanced_accuracy", "macro_f1", "auroc"].into_iter().find(|score| *score == last)
    }
}

/// Rows × columns of [`Cell`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// The representations.
    pub rows: Vec<RowHead>,
    /// What was measured: only columns that hold a number.
    pub columns: Vec<ColumnHead>,
    /// Row by row.
    pub cells: Vec<Vec<Cell>>,
    /// Columns that hold no number, with the reason.
    pub left_out: Vec<LeftOut>,
    /// Seeds it is the mean of.
    pub seeds: Vec<u64>,
    /// What it shows and what it does not.
    pub sentence: String,
    /// What strength costs and gives on this cohort; empty where no other strength was asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub price: String,
    /// How it was measured, one sentence each.
    pub notes: Vec<String>,
}

/// A group of columns without a number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// [`Measure::group`].
    pub group: &'static str,
    /// The columns, where only some of the group are without.
    pub columns: Vec<&'static str>,
    /// Why.
    pub because: String,
}

impl Table {
    /// [`Self::of`], without its words.
    pub(super) fn cells(rows: &[Row], seeds: &[u64], trials: &[Trial], notes: Vec<String>, out_of_fold: bool) -> Self {
        let heads = rows.iter().map(Row::head).collect::<Vec<_>>();
        let mut columns = Vec::new();
        let mut left_out: Vec<LeftOut> = Vec::new();
        let mut cells: Vec<Vec<Cell>> = vec![Vec::new(); rows.len()];
        for measure in Measure::all() {
            let key = measure.key();
            let column: Vec<Cell> = heads.iter().map(|row| cell(trials, &row.key, &key)).collect();
            if column.iter().all(|cell| cell.mean.is_none()) {
                if let Some(because) = column.iter().find_map(|cell| cell.missing.clone()) {
                    leave_out(&mut left_out, measure, because);
                }
                continue;
            }
            let rival = |(at, cell): (usize, &Cell)| {
                if heads[at].price { Cell { mean: None, ..cell.clone() } } else { cell.clone() }
            };
            let rivals: Vec<Cell> = column.iter().enumerate().map(rival).collect();
            let best = measure.more_is_better().then(|| best(&rivals)).flatten();
            for (at, (row, cell)) in cells.iter_mut().zip(column).enumerate() {
                row.push(Cell { best: best == Some(at), ..cell });
            }
            columns.push(ColumnHead {
                key,
                group: measure.group(),
                label: measure.label(),
                about: measure.about(),
                out_of_fold: out_of_fold && measure.can_be_out_of_fold(),
            });
        }
        let mut notes = notes;
        // What is missing at one strength is missing at all.
        for (head, cells) in heads.iter().zip(&cells).filter(|(head, _)| !head.price) {
            let because = cells.iter().find_map(|cell| cell.missing.as_ref());
            if let Some(because) = because {
                notes.push(format!("{}: {because}", head.name));
            }
        }
        Self {
            rows: heads,
            columns,
            cells,
            left_out,
            seeds: seeds.to_vec(),
            sentence: String::new(),
            price: String::new(),
            notes,
        }
    }

    /// The table without the rows that show the price of other strengths.
    pub fn without_price(mut self) -> Self {
        let keep: Vec<bool> = self.rows.iter().map(|row| !row.price).collect();
        let mut kept = keep.iter();
        self.cells.retain(|_| kept.next().is_none_or(|keep| *keep));
        self.rows.retain(|row| !row.price);
        self
    }

    /// The cell of a row and a column by their keys.
    pub fn cell(&self, row: &str, column: &str) -> Option<&Cell> {
        let row = self.rows.iter().position(|head| head.key == row)?;
        let column = self.columns.iter().position(|head| head.key == column)?;
        self.cells.get(row)?.get(column)
    }
}

fn leave_out(left_out: &mut Vec<LeftOut>, measure: Measure, because: String) {
    let same = left_out.iter_mut().find(|left| left.group == measure.group() && left.because == because);
    match same {
        Some(left) if left.columns.contains(&measure.label()) => {}
        Some(left) => left.columns.push(measure.label()),
        None => left_out.push(LeftOut { group: measure.group(), columns: vec![measure.label()], because }),
    }
}

fn cell(trials: &[Trial], row: &str, column: &str) -> Cell {
    let of_row = || trials.iter().filter(|trial| trial.row == row);
    let values: Vec<f64> = of_row().filter_map(|trial| trial.values.get(column)).copied().collect();
    let missing = of_row().find_map(|trial| trial.missing.get(column)).cloned();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let spread = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    Cell {
        mean: (n > 0.0).then_some(mean),
        spread: (n > 1.0).then_some(spread),
        best: false,
        missing: if n > 0.0 { None } else { missing },
    }
}

/// The row whose mean is above every other by more than the larger of the two spreads; none with a single seed.
fn best(column: &[Cell]) -> Option<usize> {
    let known = || column.iter().enumerate().filter_map(|(at, cell)| Some((at, cell.mean?, cell.spread?)));
    let (at, mean, spread) = known().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let ahead = |(_, other, its): (usize, f64, f64)| mean - other > spread.max(its);
    (known().count() > 1 && known().filter(|row| row.0 != at).all(ahead)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::rows::Method;

    fn row(key: &str) -> Row {
        Row::new(key, key, "", Method::Raw)
    }

    fn trials(row: &str, values: &[f64]) -> Vec<Trial> {
        let of = |(seed, value): (usize, &f64)| Trial {
            values: BTreeMap::from([("identity.any".into(), *value)]),
            missing: BTreeMap::from([("survival.c".into(), "No event.".into())]),
            ..Trial::new(row, seed as u64)
        };
        values.iter().enumerate().map(of).collect()
    }

    #[test]
    fn best_is_marked_only_beyond_the_spread() {
        let table = |ours: &[f64], other: &[f64]| {
            let all = [trials("ours", ours), trials("other", other)].concat();
            Table::of(&[row("ours"), row("other")], &[0, 1, 2], &all, Vec::new(), false)
        };
        let clear = table(&[0.9, 0.91, 0.92], &[0.5, 0.6, 0.7]);
        let cell = clear.cell("ours", "identity.any").expect("a cell");
        assert!(cell.best && (cell.mean.expect("a mean") - 0.91).abs() < 1e-12);
        assert!((cell.spread.expect("a spread") - 0.01).abs() < 1e-12);
        assert!(!clear.cell("other", "identity.any").expect("a cell").best);
        let close = table(&[0.9, 0.91, 0.92], &[0.7, 0.85, 1.0]);
        assert!(close.cells.iter().flatten().all(|cell| !cell.best));
        let once = table(&[0.9], &[0.1]);
        assert!(once.cells.iter().flatten().all(|cell| !cell.best && cell.spread.is_none()), "one seed has no spread");
    }

    #[test]
    fn a_column_without_numbers_is_left_out_with_its_reason() {
        let table = Table::of(&[row("ours")], &[0], &trials("ours", &[1.0]), Vec::new(), false);
        assert_eq!(table.columns.len(), 1);
        let reason = LeftOut { group: "Survival", columns: vec!["Harrell's C"], because: "No event.".into() };
        assert_eq!(table.left_out, [reason]);
    }
}
