//! The comparison of this person's cohort: begun, advanced piece by piece, read.

use serde::Deserialize;
use serde_json::Value;

use super::{Choice, Session, SessionError};
use crate::cohort::{Cohort, GeneMap};
use crate::comparison::price::Price;
use crate::comparison::{Candidate, Cell, Columns, Comparison, ComparisonProgress, Table, Trial};
use crate::figure::{FigureError, Measured, MeasuredRow, MeasuresFigure, PriceFigure, PricePanel, ScoreChoice};
use crate::twin::Config;

/// What to compare.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComparisonRequest {
    /// The sample sheet's columns.
    #[serde(default)]
    pub columns: Columns,
    /// Seeds, from the first configuration's on.
    #[serde(default = "three")]
    pub seeds: usize,
    /// Whether genes, scaling and encoder are made anew for each fold, where a measure can be out of fold.
    #[serde(default)]
    pub out_of_fold: bool,
    /// Whether the first run stands in the table at every strength: the price of taking directions out.
    #[serde(default = "yes")]
    pub strengths: bool,
    /// The runs of the method in the table; the first is the one on screen.
    pub candidates: Vec<NamedConfig>,
}

/// A configuration with the name it has in the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedConfig {
    /// Beside "TwinPurify"; empty for the run on screen.
    #[serde(default)]
    pub name: String,
    /// Some or all parameters.
    pub config: Value,
}

fn yes() -> bool {
    true
}

fn three() -> usize {
    3
}

pub(super) const NO_COMPARISON: SessionError =
    SessionError::NotYet("Nothing has been compared yet: press Compare first.");

pub(super) const NO_PRICE: SessionError =
    SessionError::NotYet("No other strength was compared: train with mixing, and press Compare again.");

impl Session {
    /// The columns of the sample sheet that are most likely meant.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn propose_columns(&mut self) -> Result<Columns, SessionError> {
        let columns = &self.cohort()?.columns;
        let named = |words: &[&str]| {
            let of = |word: &&str| columns.iter().find(|column| column.name.to_lowercase().contains(*word));
            words.iter().find_map(of).map(|column| column.name.clone())
        };
        let purity = crate::readout::purity::purity_columns(columns).first().map(|&at| columns[at].name.clone());
        let (time, event) = crate::cohort::outcome_columns(columns).unzip();
        Ok(Columns { subtype: named(&["subtype", "pam50", "cluster"]), grade: named(&["grade"]), time, event, purity })
    }

    /// A comparison on this cohort, not begun; trials of an earlier run of it are kept.
    ///
    /// # Errors
    /// A cohort that cannot be trained on, or a configuration out of range.
    pub fn compare(
        &mut self,
        columns: &Columns,
        candidates: &[Candidate],
        seeds: usize,
        earlier: Vec<Trial>,
    ) -> Result<Comparison, SessionError> {
        let (cohort, map) = self.compared_on()?;
        Ok(Comparison::new(cohort, map, columns, candidates, seeds, earlier)?)
    }

    /// What a comparison in several threads reads.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn compared_on(&mut self) -> Result<(&Cohort, Option<&GeneMap>), SessionError> {
        self.cohort()?;
        let cohort = self.cohort.as_ref().ok_or(SessionError::NotYet("Open an expression matrix first."))?;
        Ok((cohort, self.gene_map.as_ref()))
    }

    /// Begin a comparison; an earlier one is forgotten.
    ///
    /// # Errors
    /// A cohort that cannot be trained on, or a configuration out of range.
    pub fn begin_comparison(&mut self, request: ComparisonRequest) -> Result<ComparisonProgress, SessionError> {
        let candidates = request
            .candidates
            .into_iter()
            .enumerate()
            .map(|(at, NamedConfig { name, config })| {
                let strengths = request.strengths && at == 0;
                Ok(Candidate { name, config: Config::from_partial(config)?, strengths })
            })
            .collect::<Result<Vec<_>, SessionError>>()?;
        let comparison =
            self.compare(&request.columns, &candidates, request.seeds, Vec::new())?.out_of_fold(request.out_of_fold);
        Ok(self.comparison.insert(comparison).progress())
    }

    /// Work for about `budget` milliseconds of `clock`.
    ///
    /// # Errors
    /// When none was begun.
    pub fn advance_comparison(
        &mut self,
        budget: f64,
        clock: &dyn Fn() -> f64,
    ) -> Result<ComparisonProgress, SessionError> {
        let mut comparison = self.comparison.take().ok_or(NO_COMPARISON)?;
        let progress = self.cohort().map(|cohort| comparison.advance(cohort, budget, clock));
        self.comparison = Some(comparison);
        progress
    }

    /// The table as far as it is filled.
    ///
    /// # Errors
    /// When none was begun.
    pub fn comparison_table(&self) -> Result<Table, SessionError> {
        Ok(self.comparison.as_ref().ok_or(NO_COMPARISON)?.table())
    }
}

impl Session {
    /// The price of strength as the comparison shows it, with the default marked.
    ///
    /// # Errors
    /// Before a comparison, and when it asked for no other strength.
    pub fn price_figure(&self, score: ScoreChoice) -> Result<PriceFigure, SessionError> {
        let table = self.comparison_table()?;
        let price = Price::of(&table).ok_or(NO_PRICE)?;
        let default = self.strength(Choice::Purified).ok().map(|now| now.automatic);
        Ok(price_figure(&price, score, default)?)
    }
}

/// The figure of a price; of the classification scores the chosen one.
///
/// # Errors
/// Never for a table of this crate: its rows are whole.
pub fn price_figure(price: &Price, score: ScoreChoice, default: Option<usize>) -> Result<PriceFigure, FigureError> {
    let levels = price.levels();
    let panels = price.columns(score.word()).into_iter().map(|(at, column)| PricePanel {
        name: format!("{}: {}", column.group, column.label),
        curve: price.curve(at).into_iter().map(measured).collect(),
        levels: levels.iter().map(|&(_, row)| price.level(row, at)).collect(),
    });
    let names = levels.iter().map(|(name, _)| (*name).to_owned()).collect();
    PriceFigure::new(price.strengths(), names, panels.collect(), default)
}

fn measured(cell: &Cell) -> Measured {
    Measured { mean: cell.mean, spread: cell.spread, best: cell.best }
}

/// The figure of a comparison; of the classification scores the chosen one.
///
/// # Errors
/// Never for a table of this crate: its rows are whole.
pub fn measures_figure(table: &Table, score: ScoreChoice, title: &str) -> Result<MeasuresFigure, FigureError> {
    let chosen = score.word();
    let is_shown = |at: &usize| table.columns[*at].score().is_none_or(|score| score == chosen);
    let shown: Vec<usize> = (0..table.columns.len()).filter(is_shown).collect();
    let name = |at: &usize| format!("{}: {}", table.columns[*at].group, table.columns[*at].label);
    let rows = table.rows.iter().zip(&table.cells).map(|(row, cells)| MeasuredRow {
        name: row.name.clone(),
        ours: row.ours,
        values: shown.iter().map(|&at| measured(&cells[at])).collect(),
    });
    MeasuresFigure::new(title, shown.iter().map(name).collect(), rows.collect())
}
