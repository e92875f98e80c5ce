//! A session saved, opened and brought back to life: what a [`Session`] shows when only its file is open.

use std::rc::Rc;

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::provenance::RunRecord;
use super::readouts::{Choice, EmbeddingTable, MapTable};
use super::saved::{
    Manifest, SESSION_FORMAT, SESSION_VERSION, Saved, SavedExpression, SavedMap, SavedModel, SavedPathways,
    embedding_name, map_name,
};
use super::{PathwaysSpec, Session, SessionError, Verdict, tables};
use crate::cohort::{Column, Corrections, LogBase, Logarithm};
use crate::figure::{MapKind, Of};
use crate::readout::pathways::{Activity, Pathways};
use crate::training_set::Alignment;
use crate::twin::{Config, Device, Progress, TrainError, TwinModel};

/// UMAP of more tumours is saved only where it is there already: it takes longer than one waits for a file.
const UMAP_AT_ONCE: usize = 2_000;

/// What goes into a session file beside the result.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SaveOptions {
    /// The expression values of every sample.
    pub expression: bool,
    /// What the page keeps for itself.
    pub page: Value,
    /// The engine the model was trained on.
    pub engine: Option<String>,
    /// Whether it was stopped before its last step.
    pub stopped: bool,
}

/// What an opened session holds; everything but its numbers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedSession {
    /// Name and version of the writer.
    pub program: String,
    /// The cohort in figures and sentences.
    pub summary: Value,
    /// What was learnt.
    pub models: Vec<SavedModel>,
    /// What it was made of, where it says so.
    pub run: Option<RunRecord>,
    /// How its pathways were scored.
    pub pathways: Option<PathwaysSpec>,
    /// The evidence table.
    pub comparison: Option<Value>,
    /// Whether it holds expression values, and so is a whole cohort.
    pub expression: bool,
    /// What the page kept.
    pub page: Value,
}

/// A session that lives again: what was learnt, judged anew on the cohort that is open now.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Revived {
    /// The trained model's verdict.
    pub purified: Option<Verdict>,
    /// The closed form's.
    pub instant: Option<Verdict>,
    /// Whether the tumours are those of the session, in its order.
    pub same_samples: bool,
}

impl From<Choice> for Of {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Purified => Self::Purified,
            Choice::Instant => Self::Instant,
        }
    }
}

const NOTHING_LEARNT: SessionError = SessionError::NotYet("There is nothing to save yet: press Train first.");
const NOT_IN_SESSION: SessionError = SessionError::NotYet(
    "The session file does not hold this, and it holds no expression values to compute it from: open its cohort beside it.",
);

impl Session {
    /// The session's file, for as long as no cohort stands beside it.
    pub(super) fn kept(&self) -> Option<&Saved> {
        let alone = self.files.is_empty() && self.trained.is_none() && self.instant.is_none();
        self.kept.as_deref().filter(|_| alone)
    }

    /// Everything needed to see the result again, and to go on with it once its cohort is open.
    ///
    /// # Errors
    /// Before anything was learnt.
    pub fn save_session(&mut self, options: SaveOptions) -> Result<Vec<u8>, SessionError> {
        if let Some(kept) = self.kept() {
            let mut again = kept.clone();
            again.manifest.page = options.page;
            return Ok(again.to_bytes()?);
        }
        let choices: Vec<Choice> =
            [Choice::Purified, Choice::Instant].into_iter().filter(|of| self.fitted(*of).is_ok()).collect();
        let first = *choices.first().ok_or(NOTHING_LEARNT)?;
        let set = Rc::clone(&self.fitted(first)?.set);
        let mut arrays = std::collections::BTreeMap::new();
        let mut models = Vec::new();
        for &of in &choices {
            let natural = self.natural(of).ok().map(|natural| natural.sentence());
            let fitted = self.fitted(of)?;
            let mut verdict = value(fitted.verdict()?);
            if let (Some(fields), Some(natural)) = (verdict.as_object_mut(), natural) {
                fields.insert("natural".into(), natural.into());
            }
            arrays.insert(embedding_name(of.into()), fitted.embedding.clone());
            let trained = of == Choice::Purified;
            models.push(SavedModel {
                of,
                config: value(&fitted.config),
                verdict,
                stopped: trained && options.stopped,
                engine: options.engine.clone().filter(|_| trained),
            });
        }
        let mut maps = Vec::new();
        let of_all = std::iter::once(Of::Raw).chain(choices.iter().map(|&of| of.into()));
        for (kind, of) in of_all.flat_map(|of| [(MapKind::Pca, of), (MapKind::Umap, of)]) {
            if kind == MapKind::Umap && set.tumours.len() > UMAP_AT_ONCE && !self.maps.contains_key(&(kind, of)) {
                continue;
            }
            let map = self.map(kind, of)?;
            arrays.insert(map_name(kind, of), map.positions.clone());
            maps.push(SavedMap { kind, of, x_label: map.x_label.clone(), y_label: map.y_label.clone() });
        }
        let row = |values: &[f32]| Array2::from_shape_fn((1, values.len()), |(_, at)| values[at]);
        arrays.insert("genes/mean".into(), row(&set.moments.mean));
        arrays.insert("genes/deviation".into(), row(&set.moments.deviation));
        let history = self.history();
        arrays.insert("history".into(), Array2::from_shape_fn((history.len(), 8), |(at, of)| losses(&history[at])[of]));
        let pathways = self.saved_pathways(first, &mut arrays)?;
        let columns = self.tumour_columns()?;
        let patients = Some(self.saved_patients(&set)?);
        let expression = if options.expression { Some(self.saved_expression()?) } else { None };
        let manifest = Manifest {
            format: SESSION_FORMAT.into(),
            version: SESSION_VERSION,
            program: format!("twinpurify {}", crate::VERSION),
            summary: value(&self.summary()?),
            samples: set.tumours.clone(),
            columns,
            patients,
            genes: set.genes.clone(),
            models,
            run: self.run_record().ok(),
            maps,
            pathways,
            comparison: self.comparison_table().ok().map(|table| value(&table)),
            expression,
            page: options.page,
        };
        let model = self.fitted(Choice::Purified).ok().and_then(|fitted| fitted.representation.file());
        let rows = if options.expression { Some(self.cohort()?.matrix.rows.as_slice()) } else { None };
        Ok(Saved { manifest, arrays, model }.to_bytes_with(rows)?)
    }

    /// Pathways as shown, or as they are shown first; a cohort whose genes no set knows has none.
    fn saved_pathways(
        &mut self,
        of: Choice,
        arrays: &mut std::collections::BTreeMap<String, Array2<f32>>,
    ) -> Result<Option<SavedPathways>, SessionError> {
        let shown = self.pathways.as_ref().map(|(spec, _)| *spec);
        let spec = shown.unwrap_or(PathwaysSpec { of, ..PathwaysSpec::default() });
        let Ok(pathways) = self.pathways(spec) else { return Ok(None) };
        for (side, activity) in [("raw", &pathways.raw), ("purified", &pathways.purified)] {
            let mut put = |what: &str, values: Array2<f32>| arrays.insert(format!("pathways/{side}/{what}"), values);
            put("score", activity.score.mapv(|v| v as f32));
            put("normalised", activity.normalised.mapv(|v| v as f32));
            put("z", activity.z.clone());
        }
        Ok(Some(SavedPathways {
            spec,
            sets: pathways.sets.clone(),
            coverage: pathways.coverage.clone(),
            left_out: pathways.left_out.clone(),
            table: pathways.table.clone(),
            purity: self.purity_taken(spec.of)?,
        }))
    }

    fn saved_expression(&mut self) -> Result<SavedExpression, SessionError> {
        let cohort = self.cohort()?;
        let matrix = &cohort.matrix;
        Ok(SavedExpression {
            genes: matrix.genes.clone(),
            samples: matrix.samples.clone(),
            columns: cohort.columns.clone(),
        })
    }

    /// Clinical columns of the tumours, in the order of the embedding.
    pub(super) fn tumour_columns(&mut self) -> Result<Vec<Column>, SessionError> {
        if let Some(kept) = self.kept() {
            return Ok(kept.manifest.columns.clone());
        }
        let set = self.current_set()?;
        let tumours = self.tumour_indices(&set)?;
        let columns = &self.cohort()?.columns;
        let of = |c: &Column| Column { values: tumours.iter().map(|&at| c.values[at].clone()).collect(), ..c.clone() };
        Ok(columns.iter().map(of).collect())
    }

    /// Open a session file in place of whatever is open. With expression values in it, its cohort is open too.
    ///
    /// # Errors
    /// When the bytes are no session of a version this one reads; nothing changes then.
    pub fn open_session(&mut self, bytes: &[u8]) -> Result<OpenedSession, SessionError> {
        let mut saved = Saved::from_bytes(bytes)?;
        let gene_map = self.gene_map.take();
        *self = Self { gene_map, ..Self::default() };
        self.history = saved
            .arrays
            .get("history")
            .map(|rows| rows.rows().into_iter().map(|r| progress(&r.to_vec())).collect())
            .unwrap_or_default();
        let Manifest { program, summary, models, run, pathways, comparison, page, .. } = saved.manifest.clone();
        // The values live on in the cohort, and nowhere twice.
        let values = saved.take_expression();
        let names = saved.manifest.expression.clone();
        self.kept = Some(Box::new(saved));
        let expression = names.zip(values);
        if let Some((names, values)) = &expression {
            // What the person said of the logarithm holds for the same values.
            self.corrections = said_of_the_logarithm(&summary);
            self.keep_text("session-expression.tsv", tables::matrix(names, values))?;
            if !names.columns.is_empty() {
                self.keep_text("session-samples.tsv", [tables::sheet(names)])?;
            }
        }
        let expression = expression.is_some();
        let pathways = pathways.map(|p| p.spec);
        Ok(OpenedSession { program, summary, models, run, pathways, comparison, expression, page })
    }

    /// The cohort is open beside the session: its model reads it, and everything can be asked again.
    ///
    /// # Errors
    /// No session, or a cohort that its model cannot read; the cohort stays open.
    pub fn revive_session(&mut self) -> Result<Revived, SessionError> {
        let kept = self.kept.take().ok_or(SessionError::NotYet("No session file is open."))?;
        let history = std::mem::take(&mut self.history);
        let revived = self.revive_from(&kept);
        match &revived {
            Ok(Revived { same_samples: true, .. }) => self.history = history,
            Ok(_) => {}
            // The file that was missing may follow.
            Err(_) => (self.kept, self.history) = (Some(kept), history),
        }
        revived
    }

    fn revive_from(&mut self, kept: &Saved) -> Result<Revived, SessionError> {
        let mut revived = Revived { purified: None, instant: None, same_samples: false };
        if let Some(bytes) = &kept.model {
            revived.purified = Some(self.revive_model(bytes, &kept.manifest.samples)?);
        }
        if let Some(instant) = kept.manifest.models.iter().find(|model| model.of == Choice::Instant) {
            revived.instant = Some(self.run_instant(&Config::from_saved(instant.config.clone())?)?);
        }
        revived.same_samples = self.current_set()?.tumours == kept.manifest.samples;
        Ok(revived)
    }

    /// On the cohort it was trained on a model reads what it was trained with, to the bit; on another it is transferred.
    fn revive_model(&mut self, bytes: &[u8], samples: &[String]) -> Result<Verdict, SessionError> {
        let model = TwinModel::from_bytes(bytes, Device::flex()).map_err(TrainError::from)?;
        let own = self
            .training_set(model.config())
            .ok()
            .filter(|set| set.genes == model.genes() && set.moments == *model.moments() && set.tumours == samples);
        let Some(set) = own else { return Ok(self.open_model(bytes, Alignment::Auto)?.verdict) };
        self.read_trained(model, set)
    }

    /// An embedding of the session's file.
    pub(super) fn kept_embedding(&self, of: Of) -> Option<Result<EmbeddingTable, SessionError>> {
        let kept = self.kept()?;
        let found = kept.arrays.get(&embedding_name(of)).ok_or(NOT_IN_SESSION);
        Some(found.map(|values| EmbeddingTable {
            samples: kept.manifest.samples.clone(),
            dim: values.ncols(),
            values: values.iter().copied().collect(),
        }))
    }

    /// A map of the session's file.
    pub(super) fn kept_map(&self, kind: MapKind, of: Of) -> Option<Result<MapTable, SessionError>> {
        let kept = self.kept()?;
        let named = kept.manifest.maps.iter().find(|map| (map.kind, map.of) == (kind, of));
        let found = named.zip(kept.arrays.get(&map_name(kind, of))).ok_or(NOT_IN_SESSION);
        Some(found.map(|(map, positions)| MapTable {
            samples: kept.manifest.samples.clone(),
            positions: positions.clone(),
            x_label: map.x_label.clone(),
            y_label: map.y_label.clone(),
        }))
    }

    /// Pathways of the session's file, where they were scored as asked.
    pub(super) fn kept_pathways(&self, spec: PathwaysSpec) -> Option<Result<Pathways, SessionError>> {
        let kept = self.kept()?;
        let Some(saved) = kept.manifest.pathways.as_ref().filter(|p| p.spec == spec) else {
            return Some(Err(NOT_IN_SESSION));
        };
        let side = |side: &str| {
            let of = |what: &str| kept.arrays.get(&format!("pathways/{side}/{what}")).cloned().unwrap_or_default();
            let wide = |what: &str| of(what).mapv(f64::from);
            Activity { score: wide("score"), normalised: wide("normalised"), z: of("z") }
        };
        Some(Ok(Pathways {
            sets: saved.sets.clone(),
            raw: side("raw"),
            purified: side("purified"),
            coverage: saved.coverage.clone(),
            left_out: saved.left_out.clone(),
            table: saved.table.clone(),
        }))
    }
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

fn losses(p: &Progress) -> [f32; 8] {
    let counts = [p.step, p.steps, p.epoch, p.epochs].map(|count| count as f32);
    let [step, steps, epoch, epochs] = counts;
    [step, steps, epoch, epochs, p.loss, p.on_diagonal, p.off_diagonal, p.reconstruction]
}

/// A row of eight, as [`Saved::from_bytes`] has checked.
fn progress(row: &[f32]) -> Progress {
    let at = |i: usize| row.get(i).copied().unwrap_or(0.0);
    Progress {
        step: at(0) as usize,
        steps: at(1) as usize,
        epoch: at(2) as usize,
        epochs: at(3) as usize,
        loss: at(4),
        on_diagonal: at(5),
        off_diagonal: at(6),
        reconstruction: at(7),
        finished: at(0) >= at(1),
    }
}

/// The base and the offset by which a saved session's values were read; nothing where they were no logarithm, or where an
/// older version saved them.
fn said_of_the_logarithm(summary: &Value) -> Corrections {
    let Ok(Some(log)) = serde_json::from_value::<Option<Logarithm>>(summary["logarithm"].clone()) else {
        return Corrections::default();
    };
    let log_base = match summary["scale"]["value"].as_str() {
        Some("log2") => Some(LogBase::Two),
        Some("ln") => Some(LogBase::E),
        Some("log10") => Some(LogBase::Ten),
        _ => None,
    };
    Corrections { log_base, log_offset: Some(log.offset), ..Corrections::default() }
}
