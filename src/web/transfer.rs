//! A saved model on the open cohort, for the page.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused, verdict};
use super::value::{from_js, object, to_js};
use crate::session::Opened;
use crate::training_set::Alignment;

#[wasm_bindgen]
impl Engine {
    /// Open a saved model: which of its genes are here, how values were aligned, and the verdict on this cohort.
    #[wasm_bindgen(js_name = openModel)]
    pub fn open_model(&mut self, bytes: &[u8], alignment: JsValue) -> Result<JsValue, JsValue> {
        let alignment: Option<Alignment> = from_js(alignment)?;
        let opened = self.0.open_model(bytes, alignment.unwrap_or_default()).map_err(refused)?;
        let Opened { verdict: judged, config, transfer } = opened;
        Ok(object([("verdict", verdict(&judged)?), ("config", to_js(&config)?), ("transfer", to_js(&transfer)?)]))
    }
}
