//! Purified expression of every measured gene: fitted, read and written, block by block.

use std::ops::Range;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::fitted::Fitted;
use super::tables::expression::{gct_head, gct_rows, tsv_head, tsv_rows};
use super::{Choice, Session, SessionError, tables};
use crate::cohort::ColumnKind;
use crate::container::written::{About, AboutColumn};
use crate::figure::{MapKind, Of};
use crate::readout::expression::{BLOCK, Gene, PurifiedExpression, TUMOURS};

const NO_COHORT: SessionError = SessionError::NotYet("Open an expression matrix first.");

/// The scale of the values that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpressionScale {
    /// `log2(1 + x)`.
    #[default]
    Log2,
    /// Levels as measured (counts per million where counts were opened), never under 0.
    Linear,
}

/// What kind of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpressionText {
    /// Tab-separated values: `gene`, then one column a tumour.
    #[default]
    Tsv,
    /// GCT 1.3, with the columns of the sample sheet.
    Gct,
}

/// Which purified expression, on which scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct ExpressionSpec {
    /// Of the trained model or the closed form.
    pub of: Choice,
    /// The scale.
    pub scale: ExpressionScale,
}

/// What a file that is written tumour by tumour holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpressionMatrices {
    /// The purified matrix.
    #[default]
    Purified,
    /// The raw matrix, and the purified one behind it.
    RawAndPurified,
}

/// The next tumours of an expression file that is written tumour by tumour.
#[derive(Clone, Debug, PartialEq)]
pub struct TumourBlock {
    /// Column of the first tumour.
    pub first: usize,
    /// Raw or purified values, tumours × genes.
    pub values: Array2<f32>,
}

/// An expression file being written; a model or strength that changes meanwhile ends it.
pub(super) struct Writing {
    spec: ExpressionSpec,
    about: About,
    /// The next gene, where it is written gene by gene, and the next tumour, where by tumours: counted on in a second matrix.
    gene: usize,
    tumour: usize,
}

const CHANGED: SessionError = SessionError::NotYet(
    "The model or its strength changed while the purified expression was being written: save it again.",
);

impl Session {
    /// Begin writing an expression file, whose pieces [`Self::next_expression_text`] or
    /// [`Self::next_expression_tumours`] gives; what stands beside its values.
    ///
    /// # Errors
    /// As [`Self::expression`].
    pub fn begin_expression(&mut self, spec: ExpressionSpec) -> Result<&About, SessionError> {
        self.rest();
        let about = self.expression_about(spec)?;
        Ok(&self.writing.insert(Writing { spec, about, gene: 0, tumour: 0 }).about)
    }

    /// Let go of what can be made again: the file needs the room.
    fn rest(&mut self) {
        self.trained.iter_mut().chain(&mut self.instant).for_each(Fitted::rest);
    }

    /// The next genes of the expression file that was begun, as text, and the share that is done then; none behind the last. The
    /// head comes with the first genes.
    ///
    /// # Errors
    /// As [`Self::expression`], and when model or strength changed since it was begun.
    pub fn next_expression_text(&mut self, text: ExpressionText) -> Result<Option<(String, f64)>, SessionError> {
        let Some((ExpressionSpec { of, scale }, rows, done)) = self.next_genes()? else { return Ok(None) };
        let mut purified = self.expression(of)?.purified(rows.clone());
        scaled(scale, &mut purified);
        let about = &self.writing.as_ref().ok_or(CHANGED)?.about;
        let values = purified.as_slice().unwrap_or_default();
        let lines = match text {
            ExpressionText::Tsv => tsv_rows(about, rows.start, values),
            ExpressionText::Gct => gct_rows(about, rows.start, values),
        };
        if rows.start > 0 {
            return Ok(Some((lines, done)));
        }
        let head = match text {
            ExpressionText::Tsv => tsv_head(about),
            ExpressionText::Gct => gct_head(about),
        };
        Ok(Some((head + &lines, done)))
    }

    /// The next genes to be written, as rows, and the share that is done with them.
    fn next_genes(&mut self) -> Result<Option<(ExpressionSpec, Range<usize>, f64)>, SessionError> {
        let Writing { spec, about, gene, .. } = self.writing.as_mut().ok_or(CHANGED)?;
        let (spec, all) = (*spec, about.genes.len());
        let rows = *gene..(*gene + BLOCK).min(all);
        if rows.is_empty() {
            self.writing = None;
            return Ok(None);
        }
        *gene = rows.end;
        let done = rows.end as f64 / all as f64;
        Ok(Some((spec, rows, done)))
    }

    /// The next tumours of the expression file that was begun, every gene of each, and the share that is done then; none behind
    /// the last of the last matrix.
    ///
    /// # Errors
    /// As [`Self::next_expression_text`].
    pub fn next_expression_tumours(
        &mut self,
        matrices: ExpressionMatrices,
    ) -> Result<Option<(TumourBlock, f64)>, SessionError> {
        let Writing { spec, about, tumour, .. } = self.writing.as_mut().ok_or(CHANGED)?;
        let (spec, all) = (*spec, about.samples.len());
        let before = if matrices == ExpressionMatrices::RawAndPurified { all } else { 0 };
        let raw = *tumour < before;
        let (from, to) = if raw { (0, all) } else { (before, before + all) };
        let tumours = *tumour..(*tumour + TUMOURS).min(to);
        if tumours.is_empty() {
            self.writing = None;
            return Ok(None);
        }
        *tumour = tumours.end;
        let done = tumours.end as f64 / (before + all) as f64;
        let of = tumours.start - from..tumours.end - from;
        let first = of.start;
        let expression = self.expression(spec.of)?;
        let mut values = if raw { expression.raw_tumours(of) } else { expression.purified_tumours(of) };
        scaled(spec.scale, &mut values);
        Ok(Some((TumourBlock { first, values }, done)))
    }

    /// Fit the next block of the genes outside the training set; the share that is done, 1 when all are. It is done once of a
    /// model, whatever the strength, and [`Self::expression`] does what is left of it.
    ///
    /// # Errors
    /// Before training, and when the open files no longer hold the trained samples.
    pub fn extend_expression(&mut self, of: Choice) -> Result<f64, SessionError> {
        self.fitted(of)?;
        self.cohort()?;
        let cohort = self.cohort.as_ref().ok_or(NO_COHORT)?;
        let slot = match of {
            Choice::Purified => self.trained.as_mut(),
            Choice::Instant => self.instant.as_mut(),
        };
        slot.map_or(Ok(1.0), |fitted| fitted.extend(cohort))
    }

    /// Raw and purified expression of every measured gene at the strength that is set.
    ///
    /// # Errors
    /// As [`Self::extend_expression`].
    pub fn expression(&mut self, of: Choice) -> Result<PurifiedExpression<'_>, SessionError> {
        self.fitted(of)?;
        self.cohort()?;
        self.made_expression(of)
    }

    /// The same where the cohort has been made.
    pub(super) fn made_expression(&self, of: Choice) -> Result<PurifiedExpression<'_>, SessionError> {
        self.fitted(of)?.expression(self.cohort.as_ref().ok_or(NO_COHORT)?)
    }

    /// What stands beside the values of an expression file.
    ///
    /// # Errors
    /// As [`Self::expression`].
    fn expression_about(&mut self, spec: ExpressionSpec) -> Result<About, SessionError> {
        let columns = self.tumour_columns()?.into_iter().map(|column| AboutColumn {
            number: column.kind == ColumnKind::Number,
            name: column.name,
            values: column.values,
        });
        let columns = columns.collect();
        let config = serde_json::to_string(self.config(spec.of)?).unwrap_or_default();
        let expression = self.expression(spec.of)?;
        let names = expression.names();
        let genes: Vec<Gene> = (0..names.len()).map(|row| expression.gene(row)).collect();
        let scale = match spec.scale {
            ExpressionScale::Log2 => "log2(1 + x)",
            ExpressionScale::Linear => "linear",
        };
        Ok(About {
            genes: names.to_vec(),
            sources: genes.iter().map(|gene| gene.source.word().to_owned()).collect(),
            r2: genes.iter().map(|gene| gene.r2.is_finite().then_some(gene.r2)).collect(),
            samples: expression.tumours().to_vec(),
            columns,
            scale: scale.to_owned(),
            config,
            sentence: sentence(&genes, scale),
        })
    }

    /// Where each gene's purified values come from, as CSV.
    ///
    /// # Errors
    /// As [`Self::expression`].
    pub fn expression_genes(&mut self, of: Choice) -> Result<String, SessionError> {
        Ok(tables::expression_genes(&self.expression_about(ExpressionSpec { of, ..ExpressionSpec::default() })?))
    }

    /// Embedding and maps as AnnData names them: name, width, and tumours × width row by row. A UMAP is there where it has been
    /// made.
    ///
    /// # Errors
    /// As [`Self::expression`].
    pub fn expression_beside(&mut self, of: Choice) -> Result<Vec<(String, usize, Vec<f32>)>, SessionError> {
        let of = Of::from(of);
        let pca: Vec<f32> = self.map(MapKind::Pca, of)?.positions.iter().copied().collect();
        let mut beside = vec![("X_pca".to_owned(), 2, pca)];
        if let Some(map) = self.maps.get(&(MapKind::Umap, of)) {
            beside.push(("X_umap".to_owned(), 2, map.positions.iter().copied().collect()));
        }
        self.rest();
        let embedding = self.embedding(of)?;
        beside.push(("X_twinpurify".to_owned(), embedding.dim, embedding.values));
        Ok(beside)
    }
}

/// Values that are `log2(1 + x)` on the scale that is written.
fn scaled(scale: ExpressionScale, values: &mut Array2<f32>) {
    if scale == ExpressionScale::Linear {
        // What is not a number stays so: `max` would make it 0.
        values.mapv_inplace(|v| if v.is_nan() { v } else { (v.exp2() - 1.0).max(0.0) });
    }
}

fn sentence(genes: &[Gene], scale: &str) -> String {
    use crate::readout::expression::Source;
    let count = |source: Source| genes.iter().filter(|gene| gene.source == source).count();
    format!(
        "Purified by TwinPurify, {scale}: {} genes from the purified profile, {} by ridge regression from the bottleneck; {} that \
         the embedding does not explain (out-of-fold R² of 0 or less) and {} with too few values are empty.",
        count(Source::Training),
        count(Source::Ridge),
        count(Source::NotExplained),
        count(Source::TooFewValues)
    )
}
