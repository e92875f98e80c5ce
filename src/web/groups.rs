//! Groups of tumours and what differs between them, for the page.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused};
use super::value::{from_js, to_js};
use crate::session::DifferencesRequest;

#[wasm_bindgen]
impl Engine {
    /// The groups that a column makes.
    pub fn grouping(&mut self, column: &str) -> Result<JsValue, JsValue> {
        to_js(&self.0.grouping(column).map_err(refused)?)
    }

    /// Which gene sets differ between two groups, raw beside purified.
    pub fn differences(&mut self, request: JsValue) -> Result<JsValue, JsValue> {
        let request: DifferencesRequest = from_js(request)?;
        to_js(&*self.0.differences(request).map_err(refused)?)
    }
}
