//! Genes between two groups of tumours, markers of every group, and the genes that carry an axis of a map: of all genes
//! that were measured.

use std::ops::Range;
use std::rc::Rc;

use ndarray::{Array2, ArrayView1};
use serde::{Deserialize, Serialize};

use super::readouts::{Choice, SetsChoice};
use super::{Session, SessionError};
use crate::figure::{Categories, LoadingsFigure, MapKind, Of, StripPlot, VolcanoFigure, VolcanoPoint};
use crate::readout::differences::Side;
use crate::readout::directions::{Beside, Direction, Found, read_directions};
use crate::readout::expression::{BLOCK, Source};
use crate::readout::gene_axes::{along, selected};
use crate::readout::gene_differences::{Design, GeneDifferences, GeneTests, Values};
use crate::readout::moderated::Moderated;
use crate::readout::{Grouping, ReadoutError};
use crate::training_set::log2_1p;

/// Most groups with markers of their own.
const GROUPS: std::ops::RangeInclusive<usize> = 2..=40;
/// Genes of each sense with a name on the volcano plot.
const NAMED: usize = 12;

const NOT_COMPARED: SessionError =
    SessionError::NotYet("No groups have been compared gene by gene yet: choose two groups first.");
const NO_COHORT: SessionError = SessionError::NotYet("Open an expression matrix first.");
const NO_AXIS: SessionError = SessionError::NotYet("The genes of no axis have been read yet.");

/// Which two groups to compare gene by gene.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesRequest {
    /// Purified by the trained model, or by the closed form.
    #[serde(default)]
    pub of: Choice,
    /// The groups.
    pub groups: Grouping,
    /// The first group: index into the names.
    #[serde(default)]
    pub first: usize,
    /// The second; all other grouped tumours when absent.
    #[serde(default)]
    pub second: Option<usize>,
}

/// What was found, in a few numbers; the genes themselves are asked for by [`GenesPage`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GenesFound {
    /// What made the groups.
    pub label: String,
    /// Name of each side and how many tumours it has.
    pub sides: [(String, usize); 2],
    /// Genes measured.
    pub genes: usize,
    /// Genes with a test: raw, adjusted, purified.
    pub tested: [usize; 3],
    /// Of them below an FDR of 5 %.
    pub discovered: [usize; 3],
    /// What was held, and in how many tumours it is known.
    pub purity: Option<(String, usize)>,
    /// Why nothing could be held.
    pub unadjusted: Option<String>,
    /// What a person should know of who was compared.
    pub notes: Vec<String>,
}

/// Which genes of the newest comparison, in which order.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesPage {
    /// By which values.
    #[serde(default)]
    pub by: Values,
    /// By which number of theirs.
    #[serde(default)]
    pub key: GeneKey,
    /// The largest first.
    #[serde(default)]
    pub descending: bool,
    /// Only genes whose names hold this.
    #[serde(default)]
    pub search: String,
    /// How many.
    pub count: usize,
}

/// What genes are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeneKey {
    /// p-value.
    #[default]
    P,
    /// Difference.
    Difference,
    /// Effect size.
    Effect,
}

/// One gene between the two groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GeneRow {
    /// Row of the cohort's matrix.
    pub row: usize,
    /// Its name.
    pub gene: String,
    /// As measured.
    pub raw: Option<Moderated>,
    /// With purity held.
    pub adjusted: Option<Moderated>,
    /// Purified.
    pub purified: Option<Moderated>,
    /// Where its purified values come from, once they were asked for.
    pub source: Option<Source>,
    /// How much of it the embedding explains out of fold.
    pub r2: Option<f64>,
}

/// One marker of a group against all others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Marker {
    /// The group.
    pub group: String,
    /// The gene.
    pub gene: String,
    /// Of the values as measured, purity held where it could be.
    pub test: Moderated,
    /// Difference as measured, nothing held.
    pub raw: Option<f64>,
    /// Difference of the purified values.
    pub purified: Option<f64>,
}

/// Markers of every group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Markers {
    /// What made the groups.
    pub label: String,
    /// Whether purity is held.
    pub adjusted: bool,
    /// Group by group, the surest first.
    pub rows: Vec<Marker>,
    /// Groups without markers, and why.
    pub left_out: Vec<String>,
    /// As [`GenesFound::notes`].
    pub notes: Vec<String>,
}

/// Whose axes: a map's two, or a selection against the rest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AxesRequest {
    /// Of which representation, and of which values.
    pub of: Of,
    /// Of which map.
    pub kind: MapKind,
    /// The selection instead, as positions in the embedding's order.
    #[serde(default)]
    pub selection: Option<Vec<usize>>,
}

/// An axis and the genes that carry it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AxisGenes {
    /// What lies along it.
    pub name: String,
    /// Genes of both senses with their correlations, gene sets among them, what it goes along with.
    #[serde(flatten)]
    pub read: Direction,
}

/// The newest comparison, and what it was made of.
pub(super) struct ComparedGenes {
    request: GenesRequest,
    strength: (Option<usize>, Vec<usize>),
    found: Rc<GeneDifferences>,
    purity: Result<String, String>,
    notes: Vec<String>,
}

/// The newest axes, likewise.
pub(super) struct ReadAxes {
    request: AxesRequest,
    strength: (Option<usize>, Vec<usize>),
    axes: Rc<Vec<AxisGenes>>,
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
                fits.extend(values.rows().into_iter().map(|gene| design.fit(&flat(gene))));
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

    /// The groups as they are compared, one tumour of each patient, and what to say of who was left out.
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
            values.iter_mut().for_each(|v| *v = log2_1p(*v));
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
        let row = |row: usize| {
            let gene = expression.as_ref().map(|expression| expression.gene(row));
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
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Every gene of the newest comparison as CSV, in the cohort's order.
    pub(super) fn genes_csv(&mut self) -> Result<String, SessionError> {
        let found = Rc::clone(&self.newest_genes()?.found);
        let rows = self.gene_rows(&GenesPage { count: usize::MAX, ..of_all(Values::Raw) })?;
        Ok(super::tables::genes::differences(&found, &rows))
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
                let difference = |values: Array2<f32>| plain.fit(&flat(values.row(0))).map(|fit| fit.coefficient);
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
                values.rows().into_iter().enumerate().for_each(|(at, gene)| read(from + at, &flat(gene)));
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

    fn expression_names(&self) -> Result<&[String], SessionError> {
        Ok(&self.cohort.as_ref().ok_or(NO_COHORT)?.matrix.genes)
    }

    /// Bars of the newest axes' genes.
    pub(super) fn axis_figure(&self, axis: usize, most: usize) -> Result<LoadingsFigure, SessionError> {
        let newest = self.read_axes.as_ref().ok_or(NO_AXIS)?;
        let axis = newest.axes.get(axis).ok_or(NO_AXIS)?;
        let word = if newest.request.of == Of::Raw { "raw" } else { "purified" };
        Ok(LoadingsFigure::of(&axis.read, &axis.name, format!("genes, {word}, by their correlation with it"), most))
    }

    /// The newest axes' genes, all of them.
    pub(super) fn axes_csv(&self) -> Result<String, SessionError> {
        Ok(super::tables::genes::axes(&self.read_axes.as_ref().ok_or(NO_AXIS)?.axes))
    }
}

fn of_all(by: Values) -> GenesPage {
    GenesPage { by, key: GeneKey::P, descending: false, search: String::new(), count: 0 }
}

fn flat(row: ArrayView1<f32>) -> Vec<f32> {
    row.to_vec()
}

#[cfg(test)]
mod tests;
