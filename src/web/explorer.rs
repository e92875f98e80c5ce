//! The explorer's calls.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused};
use super::value::{from_js, to_js};
use crate::figure::Of;

#[derive(Deserialize)]
struct NeighboursRequest {
    of: Of,
    sample: usize,
    count: usize,
}

#[wasm_bindgen]
impl Engine {
    /// The nearest others of a tumour.
    pub fn neighbours(&mut self, request: JsValue) -> Result<JsValue, JsValue> {
        let NeighboursRequest { of, sample, count } = from_js(request)?;
        to_js(&self.0.neighbours(of, sample, count).map_err(refused)?)
    }
}
