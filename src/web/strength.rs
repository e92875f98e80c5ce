//! How much of the contamination directions is taken out, for the page.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused, verdict};
use super::value::{floats, from_js, object, to_js};
use crate::session::{Choice, SetsChoice};

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    of: Choice,
    strength: usize,
    #[serde(default)]
    kept: Vec<usize>,
}

#[derive(Deserialize)]
struct WantedDirections {
    #[serde(default)]
    of: Choice,
    #[serde(default)]
    sets: SetsChoice,
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

    /// What each contamination direction is: shares, leading genes, gene sets, what it goes along with; and where the
    /// tumours lie along them.
    pub fn directions(&mut self, wanted: JsValue) -> Result<JsValue, JsValue> {
        let WantedDirections { of, sets } = from_js(wanted)?;
        let read = self.0.read_directions(of, sets).map_err(refused)?;
        let samples = to_js(&self.0.embedding_samples(of).map_err(refused)?)?;
        let purity = self.0.purity_taken(of).map_err(refused)?;
        let (directions, positions) = self.0.directions(of).map_err(refused)?;
        let values: Vec<f32> = positions.iter().copied().collect();
        Ok(object([
            ("samples", samples),
            ("directions", to_js(&*read)?),
            ("kinds", to_js(&directions.kinds)?),
            ("purity", purity.into()),
            ("positions", floats(&values)),
        ]))
    }

    /// Whether it worked, at the strength that is set.
    pub fn verdict(&mut self, of: JsValue) -> Result<JsValue, JsValue> {
        let of: Option<Choice> = from_js(of)?;
        let of = of.unwrap_or_default();
        let judged = verdict(&self.0.verdict(of).map_err(refused)?)?;
        // Three tumours are too few for it, and no reason to say nothing of the rest.
        if let Ok(natural) = self.0.natural(of) {
            js_sys::Reflect::set(&judged, &"natural".into(), &natural.sentence().into())?;
        }
        Ok(judged)
    }
}
