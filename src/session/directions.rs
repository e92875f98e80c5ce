//! The contamination directions of a run, read: what each is, where the tumours lie along it.

use std::rc::Rc;

use ndarray::Axis;

use super::readouts::{Choice, SetsChoice};
use super::{Session, SessionError, tables};
use crate::figure::{LoadingsFigure, Of};
use crate::readout::directions::{Beside, Direction, Found, read_directions};

const BEFORE: &str = "contamination direction ";
const AFTER: &str = " (estimated)";

/// What was read, and of what.
pub(super) struct ReadDirections {
    of: Choice,
    sets: SetsChoice,
    read: Rc<Vec<Direction>>,
}

/// The column with the tumours' positions along a direction, from 1.
pub fn direction_column(number: usize) -> String {
    format!("{BEFORE}{number}{AFTER}")
}

/// The number in the name of such a column.
fn number_in(name: &str) -> Option<usize> {
    name.strip_prefix(BEFORE)?.strip_suffix(AFTER)?.parse().ok().filter(|number| *number > 0)
}

impl Session {
    /// Every contamination direction of a fitted representation: share of variance, leading genes, the gene sets they
    /// over-represent, what it goes along with. It does not change with the strength.
    ///
    /// # Errors
    /// Before training, when the model has no directions, or without a GMT where own sets are asked for.
    pub fn read_directions(&mut self, of: Choice, sets: SetsChoice) -> Result<Rc<Vec<Direction>>, SessionError> {
        if let Some(known) = self.read_directions.as_ref().filter(|known| known.of == of && known.sets == sets) {
            return Ok(Rc::clone(&known.read));
        }
        let estimates = self.estimates()?;
        let purity = match self.purity(of) {
            Ok((_, values)) => Some(values),
            Err(SessionError::NoEstimate { .. }) => None,
            Err(error) => return Err(error),
        };
        let chosen = self.chosen_sets(sets)?;
        let fitted = self.fitted(of)?;
        let chosen = match &self.gene_map {
            Some(map) => map.named_sets(&chosen, &fitted.set.genes),
            None => chosen,
        };
        let (directions, positions) = self.directions(of)?;
        let whole = fitted.whole();
        let centred = whole - &(whole.sum_axis(Axis(0)) / whole.nrows().max(1) as f32);
        let square = |values: ndarray::ArrayView1<f32>| values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        let total: f64 = centred.rows().into_iter().map(square).sum();
        let share = |along: ndarray::ArrayView1<f32>| if total > 0.0 { square(along) / total } else { 0.0 };
        let variance: Vec<f64> = centred.dot(&directions.axes.t()).columns().into_iter().map(share).collect();
        let [_, stromal, immune, _] = &estimates.values;
        // Of the set on screen, which may not be this one's.
        let fits = |values: Option<&'_ Vec<f64>>| values.filter(|v| v.len() == positions.nrows()).cloned();
        let (purity, immune, stromal) =
            (fits(purity.as_ref()), fits(immune.as_ref().ok()), fits(stromal.as_ref().ok()));
        let beside = Beside { purity: purity.as_deref(), immune: immune.as_deref(), stromal: stromal.as_deref() };
        // Of the genes read here, which after a transfer are not all of the model's.
        let loadings = fitted.representation.loadings().unwrap_or_default();
        let found = Found {
            loadings: &loadings,
            genes: &fitted.set.genes,
            positions: &positions,
            variance: &variance,
            shift: &directions.shift,
        };
        let read = Rc::new(read_directions(found, &chosen, beside)?);
        self.read_directions = Some(ReadDirections { of, sets, read: Rc::clone(&read) });
        Ok(read)
    }

    /// The representation on screen: trained, else the closed form.
    pub(super) fn shown_choice(&self) -> Choice {
        if self.trained.is_none() && self.instant.is_some() { Choice::Instant } else { Choice::Purified }
    }

    /// Name and values of the column with positions along a direction; none where it is no such name.
    pub(super) fn direction_values(&mut self, name: &str) -> Option<Result<Vec<f32>, SessionError>> {
        let number = number_in(name)?;
        let positions = self.directions(self.shown_choice()).map(|(_, positions)| positions);
        Some(positions.and_then(|positions| {
            let unknown = || SessionError::Unknown { what: "column", name: name.into() };
            if number > positions.ncols() { Err(unknown()) } else { Ok(positions.column(number - 1).to_vec()) }
        }))
    }

    /// Names and values of all such columns; none before training or without directions.
    pub(super) fn direction_columns(&self) -> Vec<(String, Vec<f32>)> {
        let Ok((_, positions)) = self.directions(self.shown_choice()) else { return Vec::new() };
        let column = |(at, values): (usize, ndarray::ArrayView1<f32>)| (direction_column(at + 1), values.to_vec());
        positions.columns().into_iter().enumerate().map(column).collect()
    }

    /// `sample, direction_1, …`: positions from the training tumours' mean, in the embedding's units.
    pub(super) fn positions_csv(&self, of: Choice) -> Result<String, SessionError> {
        let (_, positions) = self.directions(of)?;
        let names: Vec<String> = (1..=positions.ncols()).map(|number| format!("direction_{number}")).collect();
        Ok(tables::scores(self.embedding_samples(of)?, &names, &positions.iter().copied().collect::<Vec<_>>()))
    }

    pub(super) fn loadings_figure(
        &mut self,
        of: Of,
        number: usize,
        most: usize,
    ) -> Result<LoadingsFigure, SessionError> {
        let of = if of == Of::Instant { Choice::Instant } else { Choice::Purified };
        let read = self.read_directions(of, SetsChoice::Hallmark)?;
        let unknown = || SessionError::Unknown { what: "contamination direction", name: number.to_string() };
        let direction = number.checked_sub(1).and_then(|at| read.get(at)).ok_or_else(unknown)?;
        Ok(LoadingsFigure::new(direction, number, most))
    }
}

#[cfg(test)]
mod tests;
