//! A session as a file: one safetensors container, its manifest as JSON in the metadata, every array a tensor.
//!
//! Version 1. A later version keeps reading it (`tests/files/session_1.twinpurify`). What is read comes from a
//! stranger: safetensors bounds header and offsets, `serde_json` bounds the depth, and [`Saved::check`] sees that
//! every array is as long as the samples it belongs to before anything is read from it.

mod written;

use std::collections::{BTreeMap, HashMap};

use ndarray::Array2;
use safetensors::tensor::{Dtype, SafeTensors, serialize};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::PathwaysSpec;
use super::provenance::RunRecord;
use super::readouts::Choice;
use crate::cohort::{Column, Row};
use crate::figure::{MapKind, Of};
use crate::readout::pathways::PathwayChange;
use crate::readout::scoring::Coverage;
use written::{Values, Written};

/// Written into every session file.
pub const SESSION_FORMAT: &str = "twinpurify.session";
/// What this version writes, and the newest it reads.
pub const SESSION_VERSION: u32 = 1;

const METADATA_KEY: &str = "twinpurify";
const MODEL: &str = "model";
const EXPRESSION: &str = "expression";
/// Brackets within brackets of what the page keeps for itself.
const PAGE_DEPTH: usize = 12;
/// Bytes of the same: groups of a large cohort fit, a second cohort does not.
const PAGE_BYTES: usize = 4 << 20;
/// A cohort of this many samples does not fit the page anyway.
const MOST_SAMPLES: usize = 200_000;
/// More sets than MSigDB has.
const MOST_SETS: usize = 50_000;

/// Why a session file cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SessionFileError {
    /// Something else.
    #[error("This is no session file of TwinPurify: {0}.")]
    NotASession(String),
    /// Of ours, and not whole.
    #[error("The session file is damaged: {0}. Save the session again, or copy the file anew.")]
    Damaged(String),
    /// From the future.
    #[error(
        "The session file was written by a newer version (format {found}; this one reads up to {SESSION_VERSION}): \
         reload the page, or update the program."
    )]
    Newer {
        /// Its version.
        found: u64,
    },
    /// More than a session can hold.
    #[error("The session file claims more than any session holds and was not read: {0}.")]
    TooLarge(String),
}

impl SessionFileError {
    /// Stable, machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotASession(_) => "session_not_one",
            Self::Damaged(_) => "session_damaged",
            Self::Newer { .. } => "session_newer",
            Self::TooLarge(_) => "session_too_large",
        }
    }
}

fn damaged(what: impl Into<String>) -> SessionFileError {
    SessionFileError::Damaged(what.into())
}

/// What a session file says of itself. Values that only the page shows stay JSON, so that they may grow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// [`SESSION_FORMAT`].
    pub format: String,
    /// [`SESSION_VERSION`].
    pub version: u32,
    /// Name and version of the writer.
    pub program: String,
    /// The cohort in figures and sentences, as [`crate::cohort::Summary`] serialises.
    pub summary: Value,
    /// Tumours, in the order of every embedding.
    pub samples: Vec<String>,
    /// Their clinical columns.
    pub columns: Vec<Column>,
    /// Whose tumours they are; not told in files of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patients: Option<SavedPatients>,
    /// Genes trained on; their moments are the tensors `genes/mean` and `genes/deviation`.
    pub genes: Vec<String>,
    /// What was learnt, the trained model first.
    pub models: Vec<SavedModel>,
    /// What they were made of; none in files of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunRecord>,
    /// Maps; the tensor is `map/<kind>/<of>`.
    pub maps: Vec<SavedMap>,
    /// Pathway scores; the tensors are `pathways/<side>/<what>`.
    #[serde(default)]
    pub pathways: Option<SavedPathways>,
    /// The evidence table.
    #[serde(default)]
    pub comparison: Option<Value>,
    /// Expression, where the person wanted it in the file; the tensor is `expression`, genes × samples.
    #[serde(default)]
    pub expression: Option<SavedExpression>,
    /// What the page keeps for itself: groups, views, colours.
    #[serde(default)]
    pub page: Value,
}

/// The patients of the tumours, and what tells the purest tumour of each where no column does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedPatients {
    /// One per tumour; a tumour without a name is a patient of its own.
    pub names: Vec<Option<String>>,
    /// The stand-in for purity, one per tumour, where a patient has several and the sheet has no purity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stand_in: Option<Vec<Option<f64>>>,
}

/// Something learnt; its embedding is the tensor `embedding/<of>`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedModel {
    /// Trained, or the closed form.
    pub of: Choice,
    /// Every parameter.
    pub config: Value,
    /// As [`super::Verdict`] serialises.
    pub verdict: Value,
    /// Whether it was stopped before its last step.
    #[serde(default)]
    pub stopped: bool,
    /// The engine it was trained on, where known: `cpu` or `webgpu`.
    #[serde(default)]
    pub engine: Option<String>,
}

/// A map's name and axes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedMap {
    /// PCA or UMAP.
    pub kind: MapKind,
    /// Of which representation.
    pub of: Of,
    /// What lies along x.
    pub x_label: String,
    /// What lies along y.
    pub y_label: String,
}

/// Pathway scores without their numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedPathways {
    /// How they were scored.
    pub spec: PathwaysSpec,
    /// Sets in the order of the columns.
    pub sets: Vec<String>,
    /// One per set.
    pub coverage: Vec<Coverage>,
    /// Sets with too few genes.
    pub left_out: Vec<Coverage>,
    /// What purification changed.
    pub table: Vec<PathwayChange>,
    /// What was taken for purity.
    pub purity: String,
}

/// Names of a saved expression matrix, and all its samples' columns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SavedExpression {
    /// Rows.
    pub genes: Vec<String>,
    /// Columns of the matrix.
    pub samples: Vec<String>,
    /// The sample sheet.
    pub columns: Vec<Column>,
}

/// A session as written and read.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Everything but numbers.
    pub manifest: Manifest,
    /// Numbers by tensor name.
    pub arrays: BTreeMap<String, Array2<f32>>,
    /// The model file (safetensors), where a model was trained.
    pub model: Option<Vec<u8>>,
}

/// The words of a kind or source in tensor names: as they serialise.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Name of a map's tensor.
pub fn map_name(kind: MapKind, of: Of) -> String {
    format!("map/{}/{}", word(kind), word(of))
}

/// Name of an embedding's tensor.
pub fn embedding_name(of: Of) -> String {
    format!("embedding/{}", word(of))
}

impl Saved {
    /// Serialise; the same session gives the same bytes.
    ///
    /// # Errors
    /// [`SessionFileError::Damaged`] should a shape not fit, which cannot be for arrays.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SessionFileError> {
        self.to_bytes_with(None)
    }

    /// The same with the rows of the expression matrix that the manifest names, written as they lie: no copy of the matrix
    /// is held but the file itself.
    pub(super) fn to_bytes_with(&self, expression: Option<&[Row]>) -> Result<Vec<u8>, SessionFileError> {
        let unwritable = |e: &dyn std::fmt::Display| damaged(format!("it could not be written ({e})"));
        let said = serde_json::to_string(&self.manifest).map_err(|e| unwritable(&e))?;
        let metadata = HashMap::from([(METADATA_KEY.to_string(), said)]);
        let mut views: Vec<(String, Written<'_>)> = Vec::with_capacity(self.arrays.len() + 2);
        for (name, array) in &self.arrays {
            views.push((name.clone(), Written { shape: array.shape().to_vec(), values: Values::Array(array) }));
        }
        if let Some(rows) = expression {
            let shape = vec![rows.len(), rows.first().map_or(0, |row| row.len())];
            views.push((EXPRESSION.to_owned(), Written { shape, values: Values::Rows(rows) }));
        }
        if let Some(model) = &self.model {
            views.push((MODEL.to_owned(), Written { shape: vec![model.len()], values: Values::Bytes(model) }));
        }
        serialize(views, Some(metadata)).map_err(|e| unwritable(&e))
    }

    /// Read and check.
    ///
    /// # Errors
    /// [`SessionFileError`], whatever the bytes are.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SessionFileError> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| {
            // A length and a brace: the beginning of one, cut or spoilt.
            let begun =
                bytes.get(8) == Some(&b'{') && bytes.windows(18).take(4096).any(|w| w == SESSION_FORMAT.as_bytes());
            if begun {
                damaged(format!("it is not whole ({e})"))
            } else {
                not_ours(&format!("it does not begin as one ({e})"))
            }
        })?;
        let said = header.metadata().as_ref().and_then(|m| m.get(METADATA_KEY));
        let said = said.ok_or_else(|| not_ours("it was written by another program"))?;
        let whole: Value =
            serde_json::from_str(said).map_err(|e| damaged(format!("its manifest cannot be read ({e})")))?;
        match whole.get("format").and_then(Value::as_str) {
            Some(SESSION_FORMAT) => {}
            Some(other) if other.starts_with("twinpurify.") => {
                return Err(not_ours(&format!("it is a file of the kind {other:?}")));
            }
            _ => return Err(not_ours("it does not say what it is")),
        }
        match whole.get("version").and_then(Value::as_u64) {
            Some(1) => {}
            Some(found) if found > u64::from(SESSION_VERSION) => return Err(SessionFileError::Newer { found }),
            _ => return Err(damaged("it has no version that ever was")),
        }
        let manifest: Manifest =
            serde_json::from_value(whole).map_err(|e| damaged(format!("its manifest cannot be read ({e})")))?;
        let file = SafeTensors::deserialize(bytes).map_err(|e| damaged(format!("it is not whole ({e})")))?;
        let mut saved = Self { manifest, arrays: BTreeMap::new(), model: None };
        for (name, view) in file.tensors() {
            match (view.dtype(), view.shape()) {
                (Dtype::U8, [_]) if name == MODEL => saved.model = Some(view.data().to_vec()),
                (Dtype::F32, &[rows, columns]) => {
                    let (words, _) = view.data().as_chunks::<4>();
                    let values = words.iter().map(|b| f32::from_le_bytes(*b)).collect();
                    let array = Array2::from_shape_vec((rows, columns), values).map_err(|e| damaged(e.to_string()))?;
                    saved.arrays.insert(name, array);
                }
                _ => return Err(damaged(format!("{name:?} is of a kind that no session holds"))),
            }
        }
        saved.check()?;
        Ok(saved)
    }

    /// Every count agrees with every other.
    fn check(&self) -> Result<(), SessionFileError> {
        let m = &self.manifest;
        let n = m.samples.len();
        if n > MOST_SAMPLES || m.columns.len() > MOST_SAMPLES {
            return Err(SessionFileError::TooLarge(format!("{n} samples, {} columns", m.columns.len())));
        }
        if m.models.is_empty() || m.models.len() > 2 {
            return Err(damaged(format!("it holds {} models, one or two were expected", m.models.len())));
        }
        if let Some(column) = m.columns.iter().find(|c| c.values.len() != n) {
            return Err(damaged(format!("a column has {} values for {n} samples", column.values.len())));
        }
        if let Some(patients) = &m.patients
            && (patients.names.len() != n || patients.stand_in.as_ref().is_some_and(|values| values.len() != n))
        {
            return Err(damaged(format!("it names the patients of {} samples, there are {n}", patients.names.len())));
        }
        for model in &m.models {
            self.array(&embedding_name(model.of.into()), n, None)?;
        }
        for map in &m.maps {
            self.array(&map_name(map.kind, map.of), n, Some(2))?;
        }
        for moment in ["genes/mean", "genes/deviation"] {
            self.array(moment, 1, Some(m.genes.len()))?;
        }
        if let Some(history) = self.arrays.get("history")
            && history.ncols() != 8
        {
            return Err(damaged("its loss history has another layout"));
        }
        if let Some(pathways) = &m.pathways {
            let sets = pathways.sets.len();
            if sets > MOST_SETS {
                return Err(SessionFileError::TooLarge(format!("{sets} gene sets")));
            }
            if pathways.coverage.len() != sets {
                return Err(damaged("its gene sets and their coverage are not as many"));
            }
            for side in ["raw", "purified"] {
                for what in ["score", "normalised", "z"] {
                    self.array(&format!("pathways/{side}/{what}"), n, Some(sets))?;
                }
            }
        }
        if let Some(expression) = &m.expression {
            let columns = expression.samples.len();
            self.array(EXPRESSION, expression.genes.len(), Some(columns))?;
            if expression.columns.iter().any(|c| c.values.len() != columns) {
                return Err(damaged("its sample sheet and its expression values do not fit together"));
            }
        }
        if depth(&m.page) > PAGE_DEPTH {
            return Err(SessionFileError::TooLarge(format!("more than {PAGE_DEPTH} levels of what the page keeps")));
        }
        if serde_json::to_string(&m.page).map_or(0, |text| text.len()) > PAGE_BYTES {
            return Err(SessionFileError::TooLarge("what the page keeps".into()));
        }
        Ok(())
    }

    fn array(&self, name: &str, rows: usize, columns: Option<usize>) -> Result<&Array2<f32>, SessionFileError> {
        let array = self.arrays.get(name).ok_or_else(|| damaged(format!("{name} is missing")))?;
        if array.nrows() != rows || columns.is_some_and(|c| c != array.ncols()) {
            let [found_rows, found_columns] = [array.nrows(), array.ncols()];
            return Err(damaged(format!(
                "{name} is {found_rows} × {found_columns}, which does not fit its {rows} rows"
            )));
        }
        Ok(array)
    }

    /// The values of the saved expression matrix, genes × samples, once.
    pub(super) fn take_expression(&mut self) -> Option<Array2<f32>> {
        self.arrays.remove(EXPRESSION)
    }

    /// The saved expression matrix, genes × samples.
    pub fn expression(&self) -> Option<(&SavedExpression, &Array2<f32>)> {
        self.manifest.expression.as_ref().zip(self.arrays.get(EXPRESSION))
    }
}

fn not_ours(why: &str) -> SessionFileError {
    SessionFileError::NotASession(why.to_owned())
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(all) => 1 + all.iter().map(depth).max().unwrap_or(0),
        Value::Object(all) => 1 + all.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
