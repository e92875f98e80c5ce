//! What a person takes away: tables as CSV and the model as safetensors.

use serde::Deserialize;

use super::evidence::NO_PRICE;
use super::figures::named_label;
use super::readouts::{Choice, SetsChoice};
use super::tables::{self, ClinicalColumn, LossRow, PathwayChangeRow};
use super::{Session, SessionError};
use crate::comparison::price::Price;
use crate::figure::{ForestSpec, MapKind, Of, PuritySpec, SurvivalSpec};
use crate::readout::Grouping;
use crate::readout::gene_differences::Values;

/// Which table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "table", rename_all = "snake_case")]
pub enum TableSpec {
    /// An embedding: sample, then the genes where it is a profile, else d1, d2, …
    Embedding {
        /// Of which representation.
        of: Of,
    },
    /// PCA map with the clinical columns.
    MapPca {
        /// Of which representation.
        of: Of,
    },
    /// UMAP map with the clinical columns.
    MapUmap {
        /// Of which representation.
        of: Of,
    },
    /// Raw pathway scores, un-normalised.
    PathwaysRaw,
    /// Purified pathway scores, un-normalised.
    PathwaysPurified,
    /// Raw pathway scores over the range of all ("GSVA-compatible").
    PathwaysRawNormalised,
    /// Purified pathway scores over the range of all ("GSVA-compatible").
    PathwaysPurifiedNormalised,
    /// What purification changed, set by set.
    PathwaysChange,
    /// What differs between the two groups compared last.
    PathwaysDifferences,
    /// Every gene between the two groups compared last.
    GeneDifferences,
    /// Genes and their moderated t, for GSEA (`.rnk`).
    GeneRanks {
        /// Of which values.
        #[serde(default)]
        by: Values,
    },
    /// Markers of every group.
    GeneMarkers {
        /// Purified by the trained model or the closed form.
        #[serde(default)]
        of: Choice,
        /// The groups.
        groups: Grouping,
        /// How many of each.
        most: usize,
    },
    /// The genes of the axes read last.
    AxisGenes,
    /// The stand-in for purity, stromal and immune score, position between normal and the purest tumours.
    Purity,
    /// Contamination directions: shares, and what they go along with.
    Directions {
        /// Of the trained model or the closed form.
        #[serde(default)]
        of: Choice,
    },
    /// Every training gene's weight in each direction.
    DirectionGenes {
        /// Of the trained model or the closed form.
        #[serde(default)]
        of: Choice,
    },
    /// Gene sets among the leading genes of each direction.
    DirectionSets {
        /// Of the trained model or the closed form.
        #[serde(default)]
        of: Choice,
        /// Which sets.
        #[serde(default)]
        sets: SetsChoice,
    },
    /// Where each tumour lies along each direction.
    DirectionPositions {
        /// Of the trained model or the closed form.
        #[serde(default)]
        of: Choice,
    },
    /// Where each measured gene's purified expression comes from, and its out-of-fold R².
    ExpressionGenes {
        /// Of the trained model or the closed form.
        #[serde(default)]
        of: Choice,
    },
    /// Losses by step.
    Loss,
    /// Training genes with their moments.
    Genes,
    /// The comparison of representations.
    Comparison,
    /// The run at every strength, beside what it is read against.
    Price,
    /// What was measured of every sample before training.
    Quality,
    /// Kaplan–Meier curves, time by time.
    Survival(SurvivalSpec),
    /// Hazard ratios.
    Forest(ForestSpec),
    /// Confusion of a label, every representation that was classified.
    Confusion {
        /// `subtype` or `grade`.
        label: String,
    },
    /// Purity beside the leading components, tumour by tumour.
    PurityMap(PuritySpec),
}

impl Session {
    /// A table as CSV.
    ///
    /// # Errors
    /// When what it holds does not exist yet.
    pub fn table(&mut self, spec: TableSpec) -> Result<String, SessionError> {
        match spec {
            TableSpec::Embedding { of } => {
                let names = self.embedding_names(of)?;
                let table = self.embedding(of)?;
                Ok(match names.filter(|names| names.len() == table.dim) {
                    Some(genes) => tables::scores(&table.samples, &genes, &table.values),
                    None => tables::embedding(&table.samples, table.dim, &table.values),
                })
            }
            TableSpec::MapPca { of } => self.map_csv(MapKind::Pca, of),
            TableSpec::MapUmap { of } => self.map_csv(MapKind::Umap, of),
            TableSpec::PathwaysRaw => self.scores_csv(|p| &p.raw.score),
            TableSpec::PathwaysPurified => self.scores_csv(|p| &p.purified.score),
            TableSpec::PathwaysRawNormalised => self.scores_csv(|p| &p.raw.normalised),
            TableSpec::PathwaysPurifiedNormalised => self.scores_csv(|p| &p.purified.normalised),
            TableSpec::PathwaysChange => {
                let pathways = self.shown_pathways()?;
                let number = |v: Option<f64>| v.map_or(f32::NAN, |v| v as f32);
                let rows: Vec<PathwayChangeRow> = pathways
                    .table
                    .iter()
                    .map(|row| PathwayChangeRow {
                        set: row.set.clone(),
                        found: row.found,
                        size: row.size,
                        change: row.change as f32,
                        raw_purity: number(row.raw_purity),
                        purified_purity: number(row.purified_purity),
                        correlation: number(row.correlation),
                    })
                    .collect();
                Ok(tables::pathway_changes(&rows))
            }
            TableSpec::PathwaysDifferences => Ok(tables::differences(&[&*self.newest_differences()?])),
            TableSpec::GeneDifferences => self.genes_csv(),
            TableSpec::GeneRanks { by } => self.genes_rnk(by),
            TableSpec::GeneMarkers { of, groups, most } => {
                Ok(tables::genes::markers(&self.gene_markers(of, &groups, most)?))
            }
            TableSpec::AxisGenes => self.axes_csv(),
            TableSpec::Purity => Ok(tables::purity(&*self.estimates()?)),
            TableSpec::Directions { of } => Ok(tables::directions(&self.read_directions(of, SetsChoice::Hallmark)?)),
            TableSpec::DirectionGenes { of } => {
                Ok(tables::direction_genes(&self.read_directions(of, SetsChoice::Hallmark)?))
            }
            TableSpec::DirectionSets { of, sets } => Ok(tables::direction_sets(&self.read_directions(of, sets)?)),
            TableSpec::DirectionPositions { of } => self.positions_csv(of),
            TableSpec::ExpressionGenes { of } => self.expression_genes(of),
            TableSpec::Loss => {
                let rows: Vec<LossRow> = self
                    .history()
                    .iter()
                    .map(|p| LossRow {
                        step: p.step,
                        total: p.loss,
                        on_diagonal: p.on_diagonal,
                        off_diagonal: p.off_diagonal,
                        reconstruction: (p.reconstruction > 0.0).then_some(p.reconstruction),
                    })
                    .collect();
                Ok(tables::loss_history(&rows))
            }
            TableSpec::Comparison => Ok(tables::comparison(&[("", &self.comparison_table()?.without_price())])),
            TableSpec::Price => {
                let table = self.comparison_table()?;
                Ok(tables::price(&Price::of(&table).ok_or(NO_PRICE)?))
            }
            TableSpec::Quality => self.quality_csv(),
            TableSpec::Survival(of) => Ok(tables::survival(&self.survival(&of)?.groups)),
            TableSpec::Forest(of) => Ok(tables::hazards(&self.hazards(&of)?.rows)),
            TableSpec::Confusion { label } => Ok(tables::confusion(&self.confusion(named_label(&label)?)?)),
            TableSpec::PurityMap(of) => self.purity_csv(&of),
            TableSpec::Genes => {
                if let Some(kept) = self.kept() {
                    let moment = |name: &str| kept.arrays.get(name).map(|a| a.iter().copied().collect());
                    let [mean, deviation]: [Vec<f32>; 2] =
                        ["genes/mean", "genes/deviation"].map(|name| moment(name).unwrap_or_default());
                    return Ok(tables::genes(&kept.manifest.genes, &mean, &deviation));
                }
                let set = self.current_set()?;
                Ok(tables::genes(&set.genes, &set.moments.mean, &set.moments.deviation))
            }
        }
    }

    /// A piece of a table as CSV, counted from 0; none behind the last. A long one is text a part at a time, the others are one.
    ///
    /// # Errors
    /// As [`Self::table`].
    pub fn table_piece(&mut self, spec: TableSpec, at: usize) -> Result<Option<String>, SessionError> {
        match spec {
            TableSpec::GeneDifferences => self.genes_csv_piece(at),
            spec if at == 0 => self.table(spec).map(Some),
            _ => Ok(None),
        }
    }

    /// The genes of an embedding that is a profile; none where it is a bottleneck.
    fn embedding_names(&mut self, of: Of) -> Result<Option<Vec<String>>, SessionError> {
        if let Some(kept) = self.kept() {
            return Ok(Some(kept.manifest.genes.clone()));
        }
        let fitted = match of {
            Of::Raw => return Ok(Some(self.current_set()?.genes.clone())),
            Of::Purified => self.fitted(Choice::Purified)?,
            Of::Instant => self.fitted(Choice::Instant)?,
        };
        Ok(fitted.representation.profile_genes().map(<[String]>::to_vec))
    }

    fn map_csv(&mut self, kind: MapKind, of: Of) -> Result<String, SessionError> {
        let map = self.map(kind, of)?.clone();
        let columns = self.tumour_columns()?;
        let columns: Vec<ClinicalColumn> =
            columns.iter().map(|c| ClinicalColumn { name: &c.name, values: &c.values }).collect();
        let axes = if kind == MapKind::Pca { ["PC1", "PC2"] } else { ["UMAP1", "UMAP2"] };
        let points: Vec<f32> = map.positions.iter().copied().collect();
        Ok(tables::map(&map.samples, axes, &points, &columns))
    }

    fn purity_csv(&mut self, of: &PuritySpec) -> Result<String, SessionError> {
        let found = self.purity_on_map(of)?;
        let samples = self.current_set()?.tumours.clone();
        let mut names = vec!["purity".to_owned()];
        let mut values: Vec<Vec<f32>> = found.purity.iter().map(|v| vec![*v as f32]).collect();
        for (side, scores, _) in &found.sides {
            let side = side.split(' ').next().unwrap_or_default();
            names.extend((1..=scores.ncols()).map(|at| format!("{side}_PC{at}")));
            values.iter_mut().zip(scores.rows()).for_each(|(row, s)| row.extend(s.iter().map(|v| *v as f32)));
        }
        Ok(tables::scores(&samples, &names, &values.concat()))
    }

    fn shown_pathways(&mut self) -> Result<std::rc::Rc<crate::readout::pathways::Pathways>, SessionError> {
        let spec = self.shown_spec();
        self.pathways(spec)
    }

    fn scores_csv(
        &mut self,
        of: fn(&crate::readout::pathways::Pathways) -> &ndarray::Array2<f64>,
    ) -> Result<String, SessionError> {
        let pathways = self.shown_pathways()?;
        let samples = match self.kept() {
            Some(kept) => kept.manifest.samples.clone(),
            None => self.current_set()?.tumours.clone(),
        };
        let values: Vec<f32> = of(&pathways).iter().map(|v| *v as f32).collect();
        Ok(tables::scores(&samples, &pathways.sets, &values))
    }

    /// The trained model as safetensors with its configuration and gene list.
    ///
    /// # Errors
    /// Before training.
    pub fn model_file(&self) -> Result<Vec<u8>, SessionError> {
        if let Some(model) = self.kept().and_then(|kept| kept.model.as_deref()) {
            return Ok(model.to_vec());
        }
        let no_file = SessionError::NotYet("There is no trained model yet: press Train first.");
        self.fitted(Choice::Purified)?.representation.file().ok_or(no_file)
    }
}
