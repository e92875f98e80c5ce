//! Sessions as files: saved, opened, brought back to life beside their cohort.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused, verdict};
use super::value::{from_js, object, to_js};
use crate::session::{SaveOptions, Verdict};

#[wasm_bindgen]
impl Engine {
    /// The version, for the page and its reports.
    pub fn version(&self) -> String {
        crate::VERSION.into()
    }

    /// The engine that made the run which is about to be finished: `cpu` unless said.
    #[wasm_bindgen(js_name = trainedOn)]
    pub fn trained_on(&mut self, engine: &str) {
        self.0.trained_on(engine);
    }

    /// What the run was made of, as JSON; samples whose roles were chosen one by one are counted and not named.
    #[wasm_bindgen(js_name = runRecord)]
    pub fn run_record(&mut self) -> Result<String, JsValue> {
        let record = self.0.run_record().map_err(refused)?.without_samples();
        Ok(serde_json::to_string_pretty(&record).unwrap_or_default())
    }

    /// Everything that was learnt, as one file's bytes.
    #[wasm_bindgen(js_name = saveSession)]
    pub fn save_session(&mut self, options: JsValue) -> Result<Vec<u8>, JsValue> {
        self.0.save_session(from_js::<SaveOptions>(options)?).map_err(refused)
    }

    /// Open a session file in place of whatever is open.
    #[wasm_bindgen(js_name = openSession)]
    pub fn open_session(&mut self, bytes: &[u8]) -> Result<JsValue, JsValue> {
        to_js(&self.0.open_session(bytes).map_err(refused)?)
    }

    /// The session's model reads the cohort that is open now.
    #[wasm_bindgen(js_name = reviveSession)]
    pub fn revive_session(&mut self) -> Result<JsValue, JsValue> {
        let revived = self.0.revive_session().map_err(refused)?;
        let judged = |of: &Option<Verdict>| of.as_ref().map_or(Ok(JsValue::NULL), verdict);
        Ok(object([
            ("purified", judged(&revived.purified)?),
            ("instant", judged(&revived.instant)?),
            ("sameSamples", revived.same_samples.into()),
        ]))
    }
}
