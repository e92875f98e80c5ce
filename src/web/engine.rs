//! The CPU engine: one [`Session`] behind plain JavaScript calls.

use ndarray::Array2;
use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::error::js_error;
use super::value::{floats, from_js, object, to_js};
use crate::figure::{ColourSpec, FigureSpec, MapKind, Of};
use crate::session::{Colours, PathwaysSpec, Session, SessionError, TableSpec, Verdict, presets};
use crate::twin::{Config, parameters};

/// The engine of one worker: files, cohort, run, model and readouts.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine(pub(super) Session);

#[derive(Deserialize)]
struct Roles {
    column: String,
    tumour: Option<Vec<String>>,
    normal: Vec<String>,
}

#[derive(Deserialize)]
struct MapRequest {
    kind: MapKind,
    #[serde(default = "purified")]
    of: Of,
}

fn purified() -> Of {
    Of::Purified
}

pub(super) fn refused(error: impl Into<SessionError>) -> JsValue {
    let error = error.into();
    js_error(error.code(), &error.to_string())
}

fn config(given: JsValue) -> Result<Config, JsValue> {
    Config::from_partial(from_js::<Value>(given)?).map_err(refused)
}

fn matrix(values: &Array2<f32>) -> JsValue {
    floats(&values.iter().copied().collect::<Vec<f32>>())
}

pub(super) fn verdict(verdict: &Verdict) -> Result<JsValue, JsValue> {
    let found = |n: usize| JsValue::from(n as f64);
    let identity = object([
        ("tested", found(verdict.purified.tested)),
        ("purified", found(verdict.purified.found)),
        ("raw", found(verdict.raw.found)),
        ("pca", found(verdict.pca.found)),
        ("ownTested", found(verdict.own_purified.tested)),
        ("ownPurified", found(verdict.own_purified.found)),
        ("ownRaw", found(verdict.own_raw.found)),
        ("heldOut", verdict.held_out.into()),
    ]);
    Ok(object([
        ("identity", identity),
        ("effectiveRank", verdict.effective_rank.into()),
        ("dim", found(verdict.dim)),
        ("guards", to_js(&verdict.guards)?),
        ("sentence", verdict.sentence.as_str().into()),
    ]))
}

#[wasm_bindgen]
impl Engine {
    /// Nothing open.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Name genes by this map: `www/gene_map.tsv.gz`, whole.
    #[wasm_bindgen(js_name = setGeneMap)]
    pub fn set_gene_map(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        self.0.set_gene_map(bytes).map_err(refused)
    }

    /// Begin reading a file.
    #[wasm_bindgen(js_name = beginFile)]
    pub fn begin_file(&mut self, name: &str) -> u32 {
        self.0.begin_file(name)
    }

    /// Begin reading a gzip file that the browser inflates.
    #[wasm_bindgen(js_name = beginInflated)]
    pub fn begin_inflated(&mut self, name: &str) -> u32 {
        self.0.begin_inflated(name)
    }

    /// The next bytes of a file.
    #[wasm_bindgen(js_name = pushChunk)]
    pub fn push_chunk(&mut self, handle: u32, bytes: &[u8]) -> Result<(), JsValue> {
        self.0.push_chunk(handle, bytes).map_err(refused)
    }

    /// The file is complete.
    #[wasm_bindgen(js_name = endFile)]
    pub fn end_file(&mut self, handle: u32) -> Result<JsValue, JsValue> {
        to_js(&self.0.end_file(handle).map_err(refused)?)
    }

    /// Forget a file that is being read.
    #[wasm_bindgen(js_name = abortFile)]
    pub fn abort_file(&mut self, handle: u32) {
        self.0.abort_file(handle);
    }

    /// Close an open file.
    #[wasm_bindgen(js_name = removeFile)]
    pub fn remove_file(&mut self, name: &str) {
        self.0.remove_file(name);
    }

    /// Open the simulated demo cohort.
    #[wasm_bindgen(js_name = loadSimulated)]
    pub fn load_simulated(&mut self, seed: u32) -> Result<JsValue, JsValue> {
        to_js(&self.0.load_simulated(u64::from(seed)).map_err(refused)?)
    }

    /// The cohort in figures and sentences.
    pub fn summary(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.0.summary().map_err(refused)?)
    }

    /// Choose roles by a column's values.
    #[wasm_bindgen(js_name = setRoles)]
    pub fn set_roles(&mut self, choice: JsValue) -> Result<JsValue, JsValue> {
        let roles: Roles = from_js(choice)?;
        to_js(&self.0.set_roles(&roles.column, roles.tumour.as_deref(), &roles.normal).map_err(refused)?)
    }

    /// Back to the detected roles.
    #[wasm_bindgen(js_name = resetRoles)]
    pub fn reset_roles(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.0.reset_roles().map_err(refused)?)
    }

    /// One row per sample.
    #[wasm_bindgen(js_name = sampleTable)]
    pub fn sample_table(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.0.sample_table().map_err(refused)?)
    }

    /// Genes of the matrix.
    #[wasm_bindgen(js_name = geneNames)]
    pub fn gene_names(&mut self) -> Result<JsValue, JsValue> {
        to_js(self.0.gene_names().map_err(refused)?)
    }

    /// The presets, the default first.
    pub fn presets(&self) -> Result<JsValue, JsValue> {
        to_js(&presets())
    }

    /// How each parameter is shown.
    pub fn parameters(&self) -> Result<JsValue, JsValue> {
        to_js(&parameters())
    }

    /// Fill and check a configuration for this cohort.
    #[wasm_bindgen(js_name = resolveConfig)]
    pub fn resolve_config(&mut self, given: JsValue) -> Result<JsValue, JsValue> {
        let resolved = self.0.resolve_config(&config(given)?).map_err(refused)?;
        let notes: Vec<&str> = resolved.notes.iter().map(|guard| guard.message.as_str()).collect();
        let strength = resolved.strength.as_str().into();
        Ok(object([("config", to_js(&resolved.config)?), ("notes", to_js(&notes)?), ("strength", strength)]))
    }

    /// Begin a run on this engine.
    #[wasm_bindgen(js_name = beginTraining)]
    pub fn begin_training(&mut self, given: JsValue) -> Result<JsValue, JsValue> {
        to_js(&self.0.begin_training(&config(given)?).map_err(refused)?)
    }

    /// Up to `steps` further steps.
    pub fn step(&mut self, steps: usize) -> Result<JsValue, JsValue> {
        to_js(&self.0.step(steps).map_err(refused)?)
    }

    /// Everything needed to go on.
    pub fn checkpoint(&self) -> Result<Vec<u8>, JsValue> {
        self.0.checkpoint().map_err(refused)
    }

    /// Go on from a checkpoint of either engine.
    #[wasm_bindgen(js_name = resumeTraining)]
    pub fn resume_training(&mut self, given: JsValue, checkpoint: &[u8]) -> Result<JsValue, JsValue> {
        to_js(&self.0.resume_training(&config(given)?, checkpoint).map_err(refused)?)
    }

    /// The run's network becomes the model.
    #[wasm_bindgen(js_name = finishTraining)]
    pub fn finish_training(&mut self) -> Result<JsValue, JsValue> {
        verdict(&self.0.finish_training().map_err(refused)?)
    }

    /// What the GPU engine is given: numbers, and no sample's name.
    #[wasm_bindgen(js_name = trainingData)]
    pub fn training_data(&mut self, given: JsValue) -> Result<JsValue, JsValue> {
        let numbers = self.0.training_numbers(&config(given)?).map_err(refused)?;
        let data = &numbers.data;
        Ok(object([
            ("config", to_js(&numbers.config)?),
            ("tumours", matrix(&data.tumours)),
            ("normals", matrix(&data.normals)),
            ("n", (data.tumours.nrows() as f64).into()),
            ("m", (data.normals.nrows() as f64).into()),
            ("mean", floats(&data.moments.mean)),
            ("deviation", floats(&data.moments.deviation)),
        ]))
    }

    /// PCA of the embedding in the making.
    #[wasm_bindgen(js_name = liveMap)]
    pub fn live_map(&mut self, embedding: Option<Vec<f32>>) -> Result<JsValue, JsValue> {
        Ok(object([("values", matrix(self.0.live_map(embedding).map_err(refused)?))]))
    }

    /// Fit the closed form.
    #[wasm_bindgen(js_name = runInstant)]
    pub fn run_instant(&mut self, given: JsValue) -> Result<JsValue, JsValue> {
        verdict(&self.0.run_instant(&config(given)?).map_err(refused)?)
    }

    /// Losses read so far.
    #[wasm_bindgen(js_name = lossHistory)]
    pub fn loss_history(&self) -> JsValue {
        let history = self.0.history();
        let line = |of: fn(&crate::twin::Progress) -> f32| floats(&history.iter().map(of).collect::<Vec<f32>>());
        object([
            ("step", line(|p| p.step as f32)),
            ("total", line(|p| p.loss)),
            ("onDiagonal", line(|p| p.on_diagonal)),
            ("offDiagonal", line(|p| p.off_diagonal)),
            ("reconstruction", line(|p| p.reconstruction)),
        ])
    }

    /// Samples × width of a representation.
    pub fn embedding(&mut self, of: JsValue) -> Result<JsValue, JsValue> {
        let table = self.0.embedding(from_js(of)?).map_err(refused)?;
        Ok(object([
            ("samples", to_js(&table.samples)?),
            ("dim", (table.dim as f64).into()),
            ("values", floats(&table.values)),
        ]))
    }

    /// A map of the tumours.
    pub fn map(&mut self, request: JsValue) -> Result<JsValue, JsValue> {
        let MapRequest { kind, of } = from_js(request)?;
        let map = self.0.map(kind, of).map_err(refused)?;
        Ok(object([
            ("samples", to_js(&map.samples)?),
            ("values", matrix(&map.positions)),
            ("xLabel", map.x_label.as_str().into()),
            ("yLabel", map.y_label.as_str().into()),
        ]))
    }

    /// One value per tumour of a column, gene or pathway.
    #[wasm_bindgen(js_name = colourBy)]
    pub fn colour_by(&mut self, spec: JsValue) -> Result<JsValue, JsValue> {
        let spec: ColourSpec = from_js(spec)?;
        Ok(match self.0.colour_by(&spec).map_err(refused)? {
            Colours::None => object([("kind", "none".into()), ("label", "".into())]),
            Colours::Category { label, categories, codes } => object([
                ("kind", "category".into()),
                ("label", label.into()),
                ("categories", to_js(&categories)?),
                ("codes", js_sys::Int32Array::from(&codes[..]).into()),
            ]),
            Colours::Number { label, values, .. } => {
                object([("kind", "number".into()), ("label", label.into()), ("values", floats(&values))])
            }
        })
    }

    /// Take the person's own gene sets.
    #[wasm_bindgen(js_name = loadGeneSets)]
    pub fn load_gene_sets(&mut self, name: &str, bytes: &[u8]) -> Result<JsValue, JsValue> {
        let sets = self.0.load_gene_sets(name, bytes).map_err(refused)?;
        Ok(object([("name", name.into()), ("sets", (sets as f64).into())]))
    }

    /// Raw and purified pathway activities, each set as a z over the cohort.
    pub fn pathways(&mut self, spec: JsValue) -> Result<JsValue, JsValue> {
        let spec: PathwaysSpec = from_js(spec)?;
        let pathways = self.0.pathways(spec).map_err(refused)?;
        let purity = self.0.purity_taken(spec.of).map_err(refused)?;
        let samples = self.0.embedding_samples(spec.of).map_err(refused)?;
        Ok(object([
            ("samples", to_js(&samples)?),
            ("sets", to_js(&pathways.sets)?),
            ("raw", matrix(&pathways.raw.z)),
            ("purified", matrix(&pathways.purified.z)),
            ("coverage", to_js(&pathways.coverage)?),
            ("leftOut", to_js(&pathways.left_out)?),
            ("table", to_js(&pathways.table)?),
            ("purity", purity.into()),
        ]))
    }

    /// The sample sheet's columns that are most likely meant.
    #[wasm_bindgen(js_name = proposeColumns)]
    pub fn propose_columns(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.0.propose_columns().map_err(refused)?)
    }

    /// Begin comparing representations.
    #[wasm_bindgen(js_name = beginComparison)]
    pub fn begin_comparison(&mut self, request: JsValue) -> Result<JsValue, JsValue> {
        to_js(&self.0.begin_comparison(from_js(request)?).map_err(refused)?)
    }

    /// Compare for about this many milliseconds.
    #[wasm_bindgen(js_name = advanceComparison)]
    pub fn advance_comparison(&mut self, budget: f64) -> Result<JsValue, JsValue> {
        to_js(&self.0.advance_comparison(budget, &js_sys::Date::now).map_err(refused)?)
    }

    /// The comparison as far as it came.
    #[wasm_bindgen(js_name = comparisonTable)]
    pub fn comparison_table(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.comparison_table().map_err(refused)?)
    }

    /// A figure for the screen.
    pub fn figure(&mut self, spec: JsValue) -> Result<JsValue, JsValue> {
        to_js(&self.0.figure(&from_js::<FigureSpec>(spec)?).map_err(refused)?)
    }

    /// The same figure as SVG.
    #[wasm_bindgen(js_name = figureSvg)]
    pub fn figure_svg(&mut self, spec: JsValue) -> Result<String, JsValue> {
        self.0.figure_svg(&from_js::<FigureSpec>(spec)?).map_err(refused)
    }

    /// A piece of a table as CSV in UTF-8, counted from 0; undefined behind the last.
    #[wasm_bindgen(js_name = tablePiece)]
    pub fn table_piece(&mut self, spec: JsValue, at: f64) -> Result<Option<js_sys::Uint8Array>, JsValue> {
        let piece = self.0.table_piece(from_js::<TableSpec>(spec)?, at as usize).map_err(refused)?;
        Ok(piece.map(|text| js_sys::Uint8Array::from(text.as_bytes())))
    }

    /// A table as CSV.
    pub fn table(&mut self, spec: JsValue) -> Result<String, JsValue> {
        self.0.table(from_js::<TableSpec>(spec)?).map_err(refused)
    }

    /// The trained model as safetensors.
    #[wasm_bindgen(js_name = modelFile)]
    pub fn model_file(&self) -> Result<Vec<u8>, JsValue> {
        self.0.model_file().map_err(refused)
    }
}
