//! A comparison with other workers: shares go out and come back as JSON.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused};
use super::value::{from_js, to_js};

#[wasm_bindgen]
impl Engine {
    /// The cohort as another worker compares on it.
    #[wasm_bindgen(js_name = comparisonParcel)]
    pub fn comparison_parcel(&mut self, columns: JsValue) -> Result<Vec<u8>, JsValue> {
        self.0.comparison_parcel(&from_js(columns)?).map_err(refused)
    }

    /// Compare on the cohort of a parcel.
    #[wasm_bindgen(js_name = openParcel)]
    pub fn open_parcel(&mut self, parcel: &[u8]) -> Result<(), JsValue> {
        self.0.open_parcel(parcel).map_err(refused)
    }

    /// The longest share that nobody is at; null where all are taken.
    #[wasm_bindgen(js_name = handOut)]
    pub fn hand_out(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.0.hand_out().map_err(refused)?)
    }

    /// What another worker made of its share.
    #[wasm_bindgen(js_name = takeBack)]
    pub fn take_back(&mut self, done: JsValue) -> Result<(), JsValue> {
        self.0.take_back(from_js(done)?).map_err(refused)
    }

    /// A worker is gone: its share is to be done again.
    #[wasm_bindgen(js_name = putBack)]
    pub fn put_back(&mut self, share: JsValue) -> Result<(), JsValue> {
        self.0.put_back(&from_js(share)?).map_err(refused)
    }

    /// Make this share of the comparison begun here.
    #[wasm_bindgen(js_name = beginShare)]
    pub fn begin_share(&mut self, share: JsValue) -> Result<(), JsValue> {
        self.0.begin_share(&from_js(share)?).map_err(refused)
    }

    /// The share that was begun here and is finished.
    #[wasm_bindgen(js_name = doneShare)]
    pub fn done_share(&mut self, share: JsValue) -> Result<JsValue, JsValue> {
        to_js(&self.0.done_share(&from_js(share)?).map_err(refused)?)
    }
}
