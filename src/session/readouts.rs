//! What is read from an embedding: maps and pathway activities, each made once and kept until something changes.

use std::rc::Rc;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::{Fitted, Session, SessionError};
use crate::baseline::{PrincipalComponents, Raw, Representation};
use crate::cohort::GeneSet;
use crate::cohort::hallmark::hallmark;
use crate::figure::{MapKind, Of};
use crate::readout::pathways::{Pathways, Profiles, names_of, universe};
use crate::readout::pca::PcaMap;
use crate::readout::purity::{purity_columns, purity_values};
use crate::readout::scoring::Scorer;
use crate::readout::stand_in::STAND_IN;
use crate::readout::umap::{UmapOptions, umap};
use crate::training_set::TrainingSet;
use crate::twin::Config;

/// Profiles wider than this are brought to as many principal components before UMAP: distances over thousands of
/// noisy genes say little, and take long.
const UMAP_COMPONENTS: usize = 50;

/// An embedding with the names of its rows.
#[derive(Clone, Debug, Serialize)]
pub struct EmbeddingTable {
    /// Tumours in file order.
    pub samples: Vec<String>,
    /// Width.
    pub dim: usize,
    /// Samples × width, row by row.
    pub values: Vec<f32>,
}

/// A map with the names of its points and axes.
#[derive(Clone, Debug)]
pub struct MapTable {
    /// Tumours in file order.
    pub samples: Vec<String>,
    /// Samples × 2.
    pub positions: Array2<f32>,
    /// What lies along x.
    pub x_label: String,
    /// What lies along y.
    pub y_label: String,
}

/// Which gene sets are scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SetsChoice {
    /// The built-in Hallmark sets.
    #[default]
    Hallmark,
    /// The person's own GMT.
    Own,
}

/// Over which genes pathways are scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PathwayGenes {
    /// Every measured gene that has a value in all tumours, raw and purified.
    #[default]
    All,
    /// The genes that were trained on.
    Training,
}

/// How pathways are scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct PathwaysSpec {
    /// Which sets.
    pub sets: SetsChoice,
    /// Which score.
    pub scorer: Scorer,
    /// Purified by the trained model, or by the closed form.
    #[serde(default = "purified")]
    pub of: Choice,
    /// Over which genes. What does not say is of a version that knew the training genes alone.
    #[serde(default = "training")]
    pub genes: PathwayGenes,
}

/// The purified side of a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The trained model.
    #[default]
    Purified,
    /// The closed form.
    Instant,
}

fn purified() -> Choice {
    Choice::Purified
}

fn training() -> PathwayGenes {
    PathwayGenes::Training
}

const NOT_TRAINED: SessionError = SessionError::NotYet("There is no trained model yet: press Train first.");
const NO_INSTANT: SessionError = SessionError::NotYet("The closed form has not been fitted yet.");

impl Session {
    pub(super) fn fitted(&self, choice: Choice) -> Result<&Fitted, SessionError> {
        match choice {
            Choice::Purified => self.trained.as_ref().ok_or(NOT_TRAINED),
            Choice::Instant => self.instant.as_ref().ok_or(NO_INSTANT),
        }
    }

    /// The training set that raw readouts use: the trained model's, else the closed form's, else the default
    /// selection's.
    pub(super) fn current_set(&mut self) -> Result<Rc<TrainingSet>, SessionError> {
        match self.trained.as_ref().or(self.instant.as_ref()) {
            Some(fitted) => Ok(Rc::clone(&fitted.set)),
            None => self.training_set(&Config::default()),
        }
    }

    /// Samples × features of a representation.
    ///
    /// # Errors
    /// When it does not exist yet.
    pub fn embedding(&mut self, of: Of) -> Result<EmbeddingTable, SessionError> {
        if let Some(kept) = self.kept_embedding(of) {
            return kept;
        }
        let table = |set: &TrainingSet, values: &Array2<f32>| EmbeddingTable {
            samples: set.tumours.clone(),
            dim: values.ncols(),
            values: values.iter().copied().collect(),
        };
        if let Some(fitted) = self.fitted_of(of)? {
            return Ok(table(&fitted.set, &fitted.embedding));
        }
        let (set, values) = self.features(of)?;
        Ok(table(&set, &values))
    }

    pub(super) fn features(&mut self, of: Of) -> Result<(Rc<TrainingSet>, Array2<f32>), SessionError> {
        if let Some(fitted) = self.fitted_of(of)? {
            return Ok((Rc::clone(&fitted.set), fitted.embedding.clone()));
        }
        let set = self.current_set()?;
        let values = Raw::new(set.moments.clone()).embed(&set.tumour_values);
        Ok((set, values))
    }

    /// What was fitted; nothing was of raw values.
    fn fitted_of(&self, of: Of) -> Result<Option<&Fitted>, SessionError> {
        match of {
            Of::Raw => Ok(None),
            Of::Purified => self.fitted(Choice::Purified).map(Some),
            Of::Instant => self.fitted(Choice::Instant).map(Some),
        }
    }

    /// A map of the tumours.
    ///
    /// # Errors
    /// When the representation does not exist yet.
    pub fn map(&mut self, kind: MapKind, of: Of) -> Result<&MapTable, SessionError> {
        if let Some(kept) = self.kept_map(kind, of) {
            self.maps.insert((kind, of), kept?);
        }
        if !self.maps.contains_key(&(kind, of)) {
            let set = match self.fitted_of(of)? {
                Some(fitted) => Rc::clone(&fitted.set),
                None => self.current_set()?,
            };
            let (positions, x_label, y_label) = match kind {
                MapKind::Pca => {
                    let map = match self.fitted_of(of)? {
                        Some(fitted) => fitted.pca_map()?,
                        None => PcaMap::of(&self.features(of)?.1)?,
                    };
                    let [x, y] =
                        map.explained_variance_ratio.map(|share| format!("{:.0} % of variance", 100.0 * share));
                    (map.positions, format!("PC1 ({x})"), format!("PC2 ({y})"))
                }
                MapKind::Umap => {
                    let (_, values) = self.features(of)?;
                    let narrow = if values.ncols() > 4 * UMAP_COMPONENTS {
                        let components = PrincipalComponents::fit(values.view(), UMAP_COMPONENTS)?;
                        components.scores.mapv(|v| v as f32)
                    } else {
                        values
                    };
                    (umap(&narrow, &UmapOptions::default())?, "UMAP 1".into(), "UMAP 2".into())
                }
            };
            let table = MapTable { samples: set.tumours.clone(), positions, x_label, y_label };
            self.maps.insert((kind, of), table);
        }
        self.maps.get(&(kind, of)).ok_or(NOT_TRAINED)
    }

    /// Take gene sets of the person's own, from a GMT file's bytes; how many there are.
    ///
    /// # Errors
    /// When the bytes are no GMT.
    pub fn load_gene_sets(&mut self, name: &str, bytes: &[u8]) -> Result<usize, SessionError> {
        let file = crate::cohort::FileReader::read(name, bytes)?;
        let sets = file.gene_sets().ok_or(SessionError::NotYet(
            "This file holds no gene sets: a GMT has one set per line, its name, a note, then its genes, tabs between.",
        ))?;
        self.own_sets = sets.to_vec();
        self.read_directions = None;
        self.pathways = None;
        self.heat_map = None;
        self.compared = None;
        Ok(self.own_sets.len())
    }

    /// Raw and purified pathway activities.
    ///
    /// # Errors
    /// Before training, or when no set has enough genes among those that are scored.
    pub fn pathways(&mut self, spec: PathwaysSpec) -> Result<Rc<Pathways>, SessionError> {
        if let Some((made_for, pathways)) = &self.pathways
            && *made_for == spec
        {
            return Ok(Rc::clone(pathways));
        }
        if let Some(kept) = self.kept_pathways(spec) {
            let pathways = Rc::new(kept?);
            self.heat_map = None;
            self.pathways = Some((spec, Rc::clone(&pathways)));
            return Ok(pathways);
        }
        let purity = match self.purity(spec.of) {
            Ok((_, values)) => Some(values),
            Err(SessionError::NoEstimate { .. }) => None,
            Err(error) => return Err(error),
        };
        let sets = self.chosen_sets(spec.sets)?;
        self.cohort()?;
        let pathways = Rc::new(self.scored(spec, &sets, purity.as_deref())?);
        self.heat_map = None;
        self.pathways = Some((spec, Rc::clone(&pathways)));
        Ok(pathways)
    }

    fn scored(&self, spec: PathwaysSpec, sets: &[GeneSet], purity: Option<&[f64]>) -> Result<Pathways, SessionError> {
        let map = self.gene_map.as_ref();
        let named = |genes: &[String]| map.map_or_else(|| sets.to_vec(), |map| map.named_sets(sets, genes));
        if spec.genes == PathwayGenes::All {
            let expression = self.made_expression(spec.of)?;
            let rows = universe(&expression);
            let sets = named(&names_of(&expression, &rows));
            return Ok(Pathways::of_expression(&expression, &rows, &sets, spec.scorer, purity)?);
        }
        let fitted = self.fitted(spec.of)?;
        let sets = named(&fitted.set.genes);
        let raw = fitted.set.tumour_values.mapv(|v| (1.0 + v).log2());
        let profiles = Profiles { raw: &raw, purified: fitted.purified()?, genes: &fitted.set.genes };
        Ok(Pathways::compare(profiles, &sets, spec.scorer, purity)?)
    }

    /// The gene sets of a choice.
    pub(super) fn chosen_sets(&self, choice: SetsChoice) -> Result<Vec<GeneSet>, SessionError> {
        match choice {
            SetsChoice::Hallmark => Ok(hallmark()),
            SetsChoice::Own if self.own_sets.is_empty() => {
                Err(SessionError::NotYet("Open a GMT file with your own gene sets first."))
            }
            SetsChoice::Own => Ok(self.own_sets.clone()),
        }
    }

    /// How the pathways on screen are scored.
    pub(super) fn shown_spec(&self) -> PathwaysSpec {
        let kept = self.kept().and_then(|kept| kept.manifest.pathways.as_ref()).map(|p| p.spec);
        self.pathways.as_ref().map(|(spec, _)| *spec).or(kept).unwrap_or_default()
    }

    /// The tumours that a fitted representation embeds.
    ///
    /// # Errors
    /// Before training.
    pub fn embedding_samples(&self, of: Choice) -> Result<&[String], SessionError> {
        if let Some(kept) = self.kept() {
            return Ok(&kept.manifest.samples);
        }
        Ok(&self.fitted(of)?.set.tumours)
    }

    /// Purity of every tumour and where it comes from: the best clinical column, else the stand-in from stromal and immune
    /// markers. A session file alone still says what was taken for it, and has no values.
    ///
    /// # Errors
    /// Before training, and [`SessionError::NoEstimate`] where nothing can be taken for it.
    pub fn purity(&mut self, of: Choice) -> Result<(String, Vec<f64>), SessionError> {
        if let Some(saved) = self.kept().and_then(|kept| kept.manifest.pathways.as_ref()) {
            return Ok((saved.purity.clone(), Vec::new()));
        }
        let set = Rc::clone(&self.fitted(of)?.set);
        let tumours = self.tumour_indices(&set)?;
        let cohort = self.cohort()?;
        if let Some(&best) = purity_columns(&cohort.columns).first() {
            let column = &cohort.columns[best];
            return Ok((column.name.clone(), purity_values(column, &tumours)));
        }
        Ok((STAND_IN.into(), self.purity_stand_in()?))
    }

    /// What is taken for purity, for a person: a name, or that there is nothing, and why.
    ///
    /// # Errors
    /// Before training.
    pub fn purity_taken(&mut self, of: Choice) -> Result<String, SessionError> {
        match self.purity(of) {
            Ok((name, _)) => Ok(name),
            Err(SessionError::NoEstimate { because }) => {
                Ok(format!("none, for the sample sheet has no purity column. {}", because.trim_end_matches('.')))
            }
            Err(error) => Err(error),
        }
    }

    /// Where a training set's tumours stand among the cohort's samples.
    pub(super) fn tumour_indices(&mut self, set: &TrainingSet) -> Result<Vec<usize>, SessionError> {
        let samples = &self.cohort()?.matrix.samples;
        let index: std::collections::HashMap<&str, usize> =
            samples.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        let found: Option<Vec<usize>> = set.tumours.iter().map(|t| index.get(t.as_str()).copied()).collect();
        found.ok_or(SessionError::NotYet("The open files no longer hold the trained samples: train again."))
    }
}
