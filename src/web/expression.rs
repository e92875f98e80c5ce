//! Purified expression of every measured gene, piece by piece, for the page.

use js_sys::Array;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused};
use super::value::{floats, from_js, object};
use crate::session::{Choice, ExpressionMatrices, ExpressionSpec, ExpressionText};

#[derive(Deserialize)]
struct Of {
    of: Choice,
}

#[wasm_bindgen]
impl Engine {
    /// Fit the next genes outside the training set; the share that is done.
    #[wasm_bindgen(js_name = extendExpression)]
    pub fn extend_expression(&mut self, wanted: JsValue) -> Result<f64, JsValue> {
        let Of { of } = from_js(wanted)?;
        self.0.extend_expression(of).map_err(refused)
    }

    /// Begin an expression file: what stands beside its values, as JSON for the containers' module, and in a sentence.
    #[wasm_bindgen(js_name = beginExpression)]
    pub fn begin_expression(&mut self, wanted: JsValue) -> Result<JsValue, JsValue> {
        let about = self.0.begin_expression(from_js::<ExpressionSpec>(wanted)?).map_err(refused)?;
        let json = serde_json::to_string(about).unwrap_or_default();
        Ok(object([("about", json.into()), ("sentence", about.sentence.as_str().into())]))
    }

    /// Embedding and maps that stand in an AnnData file: `[name, width, values]` each.
    #[wasm_bindgen(js_name = expressionBeside)]
    pub fn expression_beside(&mut self, wanted: JsValue) -> Result<Array, JsValue> {
        let Of { of } = from_js(wanted)?;
        let beside = self.0.expression_beside(of).map_err(refused)?;
        let entry = |(name, width, values): (String, usize, Vec<f32>)| -> JsValue {
            Array::of3(&name.into(), &(width as f64).into(), &floats(&values)).into()
        };
        Ok(beside.into_iter().map(entry).collect())
    }

    /// The next genes of it as `text`; `done` is the share. Undefined behind the last.
    #[wasm_bindgen(js_name = nextExpression)]
    pub fn next_expression(&mut self, text: JsValue) -> Result<JsValue, JsValue> {
        let piece = self.0.next_expression_text(from_js::<ExpressionText>(text)?).map_err(refused)?;
        Ok(piece.map_or(JsValue::UNDEFINED, |(text, done)| {
            object([("text", js_sys::Uint8Array::from(text.as_bytes()).into()), ("done", done.into())])
        }))
    }

    /// The next tumours of it, tumours × genes row by row as `tumours`; `done` is the share. Undefined behind the last.
    #[wasm_bindgen(js_name = nextExpressionTumours)]
    pub fn next_expression_tumours(&mut self, matrices: JsValue) -> Result<JsValue, JsValue> {
        let piece = self.0.next_expression_tumours(from_js::<ExpressionMatrices>(matrices)?).map_err(refused)?;
        Ok(piece.map_or(JsValue::UNDEFINED, |(block, done)| {
            let values = floats(block.values.as_slice().unwrap_or_default());
            object([("tumours", values), ("done", done.into())])
        }))
    }
}
