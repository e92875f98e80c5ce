//! How much of the contamination directions is taken out, for the page.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused, verdict};
use super::value::{from_js, to_js};
use crate::session::Choice;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    of: Choice,
    strength: usize,
    #[serde(default)]
    kept: Vec<usize>,
}

#[wasm_bindgen]
impl Engine {
    /// Where the strength of the trained model (or of the closed form) stands.
    pub fn strength(&mut self, of: JsValue) -> Result<JsValue, JsValue> {
        let of: Option<Choice> = from_js(of)?;
        to_js(&self.0.strength(of.unwrap_or_default()).map_err(refused)?)
    }

    /// Take out so many directions but those kept; where the strength stands then. What is read follows.
    #[wasm_bindgen(js_name = setStrength)]
    pub fn set_strength(&mut self, wanted: JsValue) -> Result<JsValue, JsValue> {
        let Wanted { of, strength, kept } = from_js(wanted)?;
        self.0.set_strength(of, strength, &kept).map_err(refused)?;
        to_js(&self.0.strength(of).map_err(refused)?)
    }

    /// Whether it worked, at the strength that is set.
    pub fn verdict(&mut self, of: JsValue) -> Result<JsValue, JsValue> {
        let of: Option<Choice> = from_js(of)?;
        verdict(&self.0.verdict(of.unwrap_or_default()).map_err(refused)?)
    }
}
