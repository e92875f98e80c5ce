//! Genes between two groups of tumours, of all genes that were measured.

use std::ops::Range;
use std::rc::Rc;

use ndarray::{Array2, ArrayView1};
use twinpurify_cells::logarithms;

use super::readouts::Choice;
use super::{Session, SessionError};
use crate::figure::{Categories, StripPlot, VolcanoFigure, VolcanoPoint};
use crate::readout::Grouping;
use crate::readout::differences::Side;
use crate::readout::expression::{BLOCK, PurifiedExpression};
use crate::readout::gene_differences::{Design, GeneDifferences, GeneTests, Values};
use crate::readout::moderated::Moderated;

mod asked;
mod axes;

pub use asked::{AxesRequest, AxisGenes, GeneKey, GeneRow, GenesFound, GenesPage, GenesRequest, Marker, Markers};
pub(super) use axes::ReadAxes;

/// Genes of each sense with a name on the volcano plot.
const NAMED: usize = 12;
/// Genes of the CSV that are text at once.
const LINES: usize = 512;

const NOT_COMPARED: SessionError =
    SessionError::NotYet("No groups have been compared gene by gene yet: choose two groups first.");
const NO_COHORT: SessionError = SessionError::NotYet("Open an expression matrix first.");

/// The newest comparison, and what it was made of.
pub(super) struct ComparedGenes {
    request: GenesRequest,
    strength: (Option<usize>, Vec<usize>),
    found: Rc<GeneDifferences>,
    purity: Result<String, String>,
    notes: Vec<String>,
}

impl Session {
    /// Compare two groups in every gene: raw and adjusted for purity; purified values join in with
    /// [`Self::purified_differences`], because the genes outside the training set have to be fitted for them. Kept for its pages,
    /// figures and tables.
    ///
    /// # Errors
    /// Before training, and groups that cannot be compared.
    pub fn gene_differences(&mut self, request: GenesRequest) -> Result<GenesFound, SessionError> {
        let strength = self.stands(request.of)?;
        let known = self.compared_genes.take().filter(|known| known.request == request && known.strength == strength);
        if known.is_none() {
            let made = self.compare_genes(request, strength)?;
            self.compared_genes = Some(made);
        } else {
            self.compared_genes = known;
        }
        self.genes_found()
    }

    /// The purified values of the newest comparison.
    ///
    /// # Errors
    /// Before two groups were compared, and as [`Self::expression`].
    pub fn purified_differences(&mut self) -> Result<GenesFound, SessionError> {
        let newest = self.newest_genes()?;
        if newest.found.purified.is_none() {
            let (of, found) = (newest.request.of, Rc::clone(&newest.found));
            let design = Design::new(&found.sides, None)?;
            let expression = self.expression(of)?;
            let all = expression.names().len();
            let mut fits = Vec::with_capacity(all);
            for from in (0..all).step_by(BLOCK) {
                let values = expression.purified(from..(from + BLOCK).min(all));
                fits.extend(values.rows().into_iter().map(|gene| design.fit(gene.to_slice().unwrap_or_default())));
            }
            let purified = Some(GeneTests::of(&design, &fits));
            let newest = self.compared_genes.as_mut().ok_or(NOT_COMPARED)?;
            newest.found = Rc::new(GeneDifferences { purified, ..found.as_ref().clone() });
        }
        self.genes_found()
    }

    fn genes_found(&self) -> Result<GenesFound, SessionError> {
        let compared = self.newest_genes()?;
        let found = &compared.found;
        let of = |count: fn(&GeneTests) -> usize| Values::ALL.map(|values| found.tests(values).map_or(0, count));
        Ok(GenesFound {
            label: found.label.clone(),
            sides: [0, 1].map(|at| (found.sides[at].name.clone(), found.sides[at].members.len())),
            genes: found.raw.genes.len(),
            tested: of(|tests| tests.genes.iter().flatten().count()),
            discovered: of(GeneTests::discovered),
            purity: found
                .adjusted
                .as_ref()
                .ok()
                .zip(compared.purity.as_ref().ok())
                .map(|(t, name)| (name.clone(), t.tumours)),
            unadjusted: found.adjusted.as_ref().err().cloned(),
            notes: compared.notes.clone(),
        })
    }

    fn compare_genes(
        &mut self,
        request: GenesRequest,
        strength: (Option<usize>, Vec<usize>),
    ) -> Result<ComparedGenes, SessionError> {
        let (groups, notes) = self.compared_groups(&request.groups)?;
        let sides = Side::pair(&groups, request.first, request.second)?;
        let (purity, covariate) =
            self.held_purity(request.of)?.map_or_else(|e| (Err(e.clone()), Err(e)), |(n, v)| (Ok(n), Ok(v)));
        let raw = Design::new(&sides, None)?;
        let adjusted = covariate.and_then(|values| Design::new(&sides, Some(&values)).map_err(|e| e.to_string()));
        let genes = self.expression_names()?.len();
        let mut fits = [0; 2].map(|_| Vec::with_capacity(genes));
        self.each_raw(request.of, 0..genes, |_, values| {
            fits[0].push(raw.fit(values));
            fits[1].push(adjusted.as_ref().ok().and_then(|design| design.fit(values)));
        })?;
        let found = GeneDifferences {
            label: request.groups.label.clone(),
            raw: GeneTests::of(&raw, &fits[0]),
            adjusted: adjusted.map(|design| GeneTests::of(&design, &fits[1])),
            purified: None,
            sides,
        };
        Ok(ComparedGenes { request, strength, found: Rc::new(found), purity, notes })
    }

    /// The groups as they are compared, one tumour of each patient, and what to say of who was left out: every comparison gene
    /// by gene passes through here.
    fn compared_groups(&mut self, groups: &Grouping) -> Result<(Grouping, Vec<String>), SessionError> {
        groups.check(self.current_set()?.tumours.len())?;
        let (groups, sentence) = self.groups_of_patients(groups)?;
        Ok((groups, sentence.into_iter().collect()))
    }

    /// Name and values of what is held, or why nothing is.
    fn held_purity(&mut self, of: Choice) -> Result<Result<(String, Vec<f64>), String>, SessionError> {
        match self.purity(of) {
            Ok(taken) => Ok(Ok(taken)),
            Err(SessionError::NoEstimate { because }) => {
                Ok(Err(format!("the sample sheet has no purity column. {because}")))
            }
            Err(error) => Err(error),
        }
    }

    /// Measured genes of a fitted representation's tumours, `log2(1 + x)`, NaN where missing: `rows` of the cohort's matrix, each
    /// told with its values.
    fn each_raw(
        &self,
        of: Choice,
        rows: Range<usize>,
        mut each: impl FnMut(usize, &[f32]),
    ) -> Result<(), SessionError> {
        let fitted = self.fitted(of)?;
        let measured = fitted.measured(self.cohort.as_ref().ok_or(NO_COHORT)?)?;
        let mut values = vec![0.0; fitted.set.tumours.len()];
        for row in rows {
            measured.tumours(row, &mut values);
            logarithms(&mut values);
            each(row, &values);
        }
        Ok(())
    }

    /// What a readout of purified values was made with, beside the model itself.
    fn stands(&self, of: Choice) -> Result<(Option<usize>, Vec<usize>), SessionError> {
        let config = self.config(of)?;
        Ok((config.strength, config.kept.clone()))
    }

    /// The newest comparison, as long as it is of what is on screen.
    fn newest_genes(&self) -> Result<&ComparedGenes, SessionError> {
        let newest = self.compared_genes.as_ref().ok_or(NOT_COMPARED)?;
        if self.stands(newest.request.of)? == newest.strength { Ok(newest) } else { Err(NOT_COMPARED) }
    }

    /// Genes of the newest comparison.
    ///
    /// # Errors
    /// Before two groups were compared.
    pub fn gene_rows(&mut self, page: &GenesPage) -> Result<Vec<GeneRow>, SessionError> {
        let newest = self.newest_genes()?;
        let (of, found) = (newest.request.of, Rc::clone(&newest.found));
        let sign = if page.descending { -1.0 } else { 1.0 };
        let order = found.ordered(page.by, |test| {
            sign * match page.key {
                GeneKey::P => test.difference.p,
                GeneKey::Difference => test.difference.difference,
                GeneKey::Effect => test.difference.effect,
            }
        });
        let names = self.expression_names()?;
        let expression = if found.purified.is_some() { Some(self.made_expression(of)?) } else { None };
        let wanted = page.search.trim().to_lowercase();
        let named = |row: &usize| wanted.is_empty() || names[*row].to_lowercase().contains(&wanted);
        let mut rows: Vec<usize> = order.into_iter().filter(named).take(page.count.saturating_add(1)).collect();
        // The gene of that very name is meant first.
        if let Some(at) = rows.iter().position(|row| names[*row].to_lowercase() == wanted) {
            rows[..=at].rotate_right(1);
        }
        rows.truncate(page.count);
        Ok(rows.into_iter().map(|row| gene_row(&found, names, expression.as_ref(), row)).collect())
    }

    /// Every gene of the newest comparison as CSV, least raw p first.
    pub(super) fn genes_csv(&self) -> Result<String, SessionError> {
        let genes = self.newest_genes()?.found.raw.genes.len();
        let mut text = String::with_capacity(super::tables::genes::BYTES * genes);
        for at in 0.. {
            let Some(piece) = self.genes_csv_piece(at)? else { break };
            text += &piece;
        }
        Ok(text)
    }

    /// A piece of it, counted from 0; none behind the last.
    pub(super) fn genes_csv_piece(&self, at: usize) -> Result<Option<String>, SessionError> {
        let newest = self.newest_genes()?;
        let (of, found) = (newest.request.of, &newest.found);
        let names = self.expression_names()?;
        let order = found.ordered(Values::Raw, |test| test.difference.p);
        let from = at.saturating_mul(LINES);
        if at > 0 && from >= order.len() {
            return Ok(None);
        }
        let expression = if found.purified.is_some() { Some(self.made_expression(of)?) } else { None };
        let rows = &order[from..order.len().min(from + LINES)];
        let rows = rows.iter().map(|row| gene_row(found, names, expression.as_ref(), *row));
        Ok(Some(super::tables::genes::differences(found, at > 0, rows)))
    }

    /// Genes and their moderated t, highest first: what GSEA takes as a ranked list.
    pub(super) fn genes_rnk(&mut self, by: Values) -> Result<String, SessionError> {
        let found = Rc::clone(&self.newest_genes()?.found);
        let order = found.ordered(by, |test| -test.t);
        if order.is_empty() {
            return Err(NOT_COMPARED);
        }
        let names = self.expression_names()?;
        let t = |row: &usize| found.tests(by).and_then(|tests| tests.genes[*row]).map(|test| test.t);
        let rows = order.iter().filter_map(|row| Some((names[*row].as_str(), t(row)?)));
        Ok(super::tables::genes::ranked(rows))
    }

    /// All genes of the newest comparison as a volcano plot of some values.
    pub(super) fn volcano(&mut self, by: Values) -> Result<VolcanoFigure, SessionError> {
        let found = Rc::clone(&self.newest_genes()?.found);
        let tests =
            found.tests(by).ok_or(SessionError::NotYet("Nothing could be held here: choose raw or purified."))?;
        let point = |test: &Option<Moderated>| -> Option<VolcanoPoint> {
            test.map(|test| (test.difference.difference, test.difference.p, test.difference.fdr))
        };
        let mut order = found.ordered(by, |test| test.t);
        order.retain(|row| tests.genes[*row].is_some());
        let ends = order.iter().take(NAMED).zip(order.iter().rev().take(NAMED)).flat_map(|(a, b)| [*b, *a]);
        let sure = |row: &usize| tests.genes[*row].is_some_and(|test| test.difference.fdr < 0.05);
        let named = self.expression_names()?;
        let names = ends.filter(sure).map(|row| (row, named[row].clone())).collect();
        let title = format!("{}: {} against {}, {}", found.label, found.sides[0].name, found.sides[1].name, by.word());
        let sides = [0, 1].map(|at| found.sides[at].name.clone());
        Ok(VolcanoFigure::new(title, sides, "difference, log2", tests.genes.iter().map(point).collect(), names))
    }

    /// One gene in the two groups compared, raw and purified.
    pub(super) fn gene_strip(&mut self, gene: &str) -> Result<StripPlot, SessionError> {
        let newest = self.newest_genes()?;
        let (of, found) = (newest.request.of, Rc::clone(&newest.found));
        let names = self.expression_names()?;
        let unknown = || SessionError::Unknown { what: "gene", name: gene.into() };
        let row = names.iter().position(|name| name == gene).ok_or_else(unknown)?;
        let tumours = self.fitted(of)?.set.tumours.len();
        let (raw, purified) = if found.purified.is_some() {
            let expression = self.made_expression(of)?;
            (expression.raw(row..row + 1), expression.purified(row..row + 1))
        } else {
            let mut raw = Array2::zeros((1, tumours));
            self.each_raw(of, row..row + 1, |_, values| raw.row_mut(0).assign(&ArrayView1::from(values)))?;
            (raw, Array2::from_elem((1, tumours), f32::NAN))
        };
        let of_side = |side: &Side| side.members.clone();
        let members: Vec<usize> = found.sides.iter().flat_map(of_side).collect();
        let codes = found.sides.iter().zip(0..).flat_map(|(side, code)| std::iter::repeat_n(code, side.members.len()));
        let names = found.sides.iter().map(|side| side.name.clone()).collect();
        let values = |of: &Array2<f32>| members.iter().map(|&tumour| of[[0, tumour]]).collect();
        let groups = Categories::new(found.label.clone(), names, codes.collect())?;
        Ok(StripPlot::new(gene, "log2(1 + x)", values(&raw), values(&purified), groups)?.of_gene())
    }

    fn expression_names(&self) -> Result<&[String], SessionError> {
        Ok(&self.cohort.as_ref().ok_or(NO_COHORT)?.matrix.genes)
    }
}

/// What is known of the gene at a row of the cohort's matrix.
fn gene_row(found: &GeneDifferences, names: &[String], expression: Option<&PurifiedExpression>, row: usize) -> GeneRow {
    let gene = expression.map(|expression| expression.gene(row));
    let test = |values| found.tests(values).and_then(|tests| tests.genes[row]);
    GeneRow {
        row,
        gene: names[row].clone(),
        raw: test(Values::Raw),
        adjusted: test(Values::Adjusted),
        purified: test(Values::Purified),
        source: gene.map(|gene| gene.source),
        r2: gene.map(|gene| gene.r2).filter(|r2| r2.is_finite()),
    }
}

#[cfg(test)]
mod tests;
