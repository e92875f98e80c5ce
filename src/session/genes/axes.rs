//! Markers of every group, and the genes that carry an axis of a map.

use std::rc::Rc;

use ndarray::Array2;

use super::{AxesRequest, AxisGenes, Marker, Markers};
use crate::figure::{LoadingsFigure, Of};
use crate::readout::differences::Side;
use crate::readout::directions::{Beside, Found, read_directions};
use crate::readout::expression::BLOCK;
use crate::readout::gene_axes::{along, selected};
use crate::readout::gene_differences::{Design, GeneTests};
use crate::readout::moderated::Moderated;
use crate::readout::{Grouping, ReadoutError};
use crate::session::readouts::{Choice, SetsChoice};
use crate::session::{Session, SessionError, tables};

/// Most groups with markers of their own.
const GROUPS: std::ops::RangeInclusive<usize> = 2..=40;

const NO_AXIS: SessionError = SessionError::NotYet("The genes of no axis have been read yet.");

/// The newest axes, and what they were made of.
pub struct ReadAxes {
    request: AxesRequest,
    strength: (Option<usize>, Vec<usize>),
    axes: Rc<Vec<AxisGenes>>,
}

impl Session {
    /// The `most` genes that are higher in each group than in all others, purity held where it can be.
    ///
    /// # Errors
    /// Before training, and where no group can be compared.
    pub fn gene_markers(&mut self, of: Choice, groups: &Grouping, most: usize) -> Result<Markers, SessionError> {
        ReadoutError::within("Groups", GROUPS, groups.names.len())?;
        let (groups, notes) = self.compared_groups(groups)?;
        let held = self.held_purity(of)?.ok().map(|(_, values)| values);
        let (mut compared, mut left_out) = (Vec::new(), Vec::new());
        let mut adjusted = held.is_some();
        for group in 0..groups.names.len() {
            match Side::pair(&groups, group, None) {
                Ok(sides) => {
                    adjusted &= Design::new(&sides, held.as_deref()).is_ok();
                    compared.push(sides);
                }
                Err(error) => left_out.push(error.to_string()),
            }
        }
        if compared.is_empty() {
            return Err(ReadoutError::TooFew { what: "Groups with enough tumours", needed: 1, found: 0 }.into());
        }
        // One model for all: groups side by side in a table are read as alike.
        let held = held.filter(|_| adjusted);
        let designs: Vec<Design> =
            compared.iter().map(|sides| Design::new(sides, held.as_deref())).collect::<Result<_, _>>()?;
        let genes = self.expression_names()?.len();
        let mut fits: Vec<Vec<_>> = designs.iter().map(|_| Vec::with_capacity(genes)).collect();
        self.each_raw(of, 0..genes, |_, values| {
            designs.iter().zip(&mut fits).for_each(|(design, fits)| fits.push(design.fit(values)));
        })?;
        let expression = self.expression(of)?;
        let mut rows = Vec::new();
        for ((sides, design), fits) in compared.iter().zip(&designs).zip(fits) {
            let tests = GeneTests::of(design, &fits);
            let plain = Design::new(sides, None)?;
            let mut higher: Vec<(usize, Moderated)> =
                tests.genes.iter().enumerate().filter_map(|(row, t)| Some((row, (*t)?))).collect();
            higher.retain(|(_, test)| test.t > 0.0);
            higher.sort_by(|a, b| b.1.t.total_cmp(&a.1.t).then(a.0.cmp(&b.0)));
            rows.extend(higher.into_iter().take(most).map(|(row, test)| {
                let difference = |values: Array2<f32>| plain.fit(values.as_slice()?).map(|fit| fit.coefficient);
                Marker {
                    group: sides[0].name.clone(),
                    gene: expression.names()[row].clone(),
                    test,
                    raw: difference(expression.raw(row..row + 1)),
                    purified: difference(expression.purified(row..row + 1)),
                }
            }));
        }
        Ok(Markers { label: groups.label, adjusted, rows, left_out, notes })
    }

    /// The genes that carry a map's two axes, or that a selection has more or less of than the rest: correlations with the
    /// values of that side (raw, or purified), the gene sets among the leading ones.
    ///
    /// # Errors
    /// Before training, and for a selection that is too small or too large.
    pub fn axis_genes(&mut self, request: AxesRequest) -> Result<Rc<Vec<AxisGenes>>, SessionError> {
        let choice = match request.of {
            Of::Instant => Choice::Instant,
            Of::Purified => Choice::Purified,
            Of::Raw => self.shown_choice(),
        };
        let strength = self.stands(choice)?;
        if let Some(known) =
            self.read_axes.as_ref().filter(|known| known.request == request && known.strength == strength)
        {
            return Ok(Rc::clone(&known.axes));
        }
        let purity = self.held_purity(choice)?.ok().map(|(_, values)| values);
        let sets = self.chosen_sets(SetsChoice::Hallmark)?;
        let tumours = self.fitted(choice)?.set.tumours.len();
        let (names, axes) = match &request.selection {
            Some(members) => (vec!["the selection against the rest".to_owned()], vec![selected(members, tumours)?]),
            None => {
                let map = self.map(request.kind, request.of)?;
                let axis = |at: usize| map.positions.column(at).iter().map(|v| f64::from(*v)).collect::<Vec<f64>>();
                (vec![map.x_label.clone(), map.y_label.clone()], vec![axis(0), axis(1)])
            }
        };
        let sets = match &self.gene_map {
            Some(map) => map.named_sets(&sets, self.expression_names()?),
            None => sets,
        };
        let genes = self.expression_names()?.len();
        let mut loadings = Array2::<f32>::zeros((axes.len(), genes));
        let mut read = |row: usize, values: &[f32]| {
            loadings.column_mut(row).iter_mut().zip(along(&axes, values)).for_each(|(to, r)| *to = r);
        };
        if request.of == Of::Raw {
            self.each_raw(choice, 0..genes, read)?;
        } else {
            let expression = self.expression(choice)?;
            for from in (0..genes).step_by(BLOCK) {
                let values = expression.purified(from..(from + BLOCK).min(genes));
                for (at, gene) in values.rows().into_iter().enumerate() {
                    read(from + at, gene.to_slice().unwrap_or_default());
                }
            }
        }
        let positions = Array2::from_shape_fn((tumours, axes.len()), |(i, k)| axes[k][i] as f32);
        let none = vec![0.0; axes.len()];
        let found = Found {
            loadings: &loadings,
            genes: self.expression_names()?,
            positions: &positions,
            variance: &none,
            shift: &none,
        };
        let purity = purity.filter(|values| values.len() == tumours);
        let read = read_directions(found, &sets, Beside { purity: purity.as_deref(), ..Beside::default() })?;
        let axes =
            Rc::new(names.into_iter().zip(read).map(|(name, read)| AxisGenes { name, read }).collect::<Vec<_>>());
        self.read_axes = Some(ReadAxes { request, strength, axes: Rc::clone(&axes) });
        Ok(axes)
    }

    /// Bars of the newest axes' genes.
    pub(in crate::session) fn axis_figure(&self, axis: usize, most: usize) -> Result<LoadingsFigure, SessionError> {
        let newest = self.read_axes.as_ref().ok_or(NO_AXIS)?;
        let axis = newest.axes.get(axis).ok_or(NO_AXIS)?;
        let word = if newest.request.of == Of::Raw { "raw" } else { "purified" };
        Ok(LoadingsFigure::of(&axis.read, &axis.name, format!("genes, {word}, by their correlation with it"), most))
    }

    /// The newest axes' genes, all of them.
    pub(in crate::session) fn axes_csv(&self) -> Result<String, SessionError> {
        Ok(tables::genes::axes(&self.read_axes.as_ref().ok_or(NO_AXIS)?.axes))
    }
}
