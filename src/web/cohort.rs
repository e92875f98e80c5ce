//! What a person changes of a cohort by hand, and how its samples look before training.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused};
use super::value::{from_js, to_js};
use crate::cohort::Role;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RolesOf {
    tumour: Vec<String>,
    normal: Vec<String>,
    other: Vec<String>,
}

#[wasm_bindgen]
impl Engine {
    /// Give the named samples a role; all others keep theirs.
    #[wasm_bindgen(js_name = setRolesOf)]
    pub fn set_roles_of(&mut self, choice: JsValue) -> Result<JsValue, JsValue> {
        let RolesOf { tumour, normal, other } = from_js(choice)?;
        let of = |samples: Vec<String>, role: Role| samples.into_iter().map(move |sample| (sample, role));
        let choice: Vec<(String, Role)> =
            of(tumour, Role::Tumour).chain(of(normal, Role::AdjacentNormal)).chain(of(other, Role::Other)).collect();
        to_js(&self.0.set_roles_of(&choice).map_err(refused)?)
    }

    /// Correct the values as the person chose; none of the choices undoes them all.
    pub fn correct(&mut self, corrections: JsValue) -> Result<JsValue, JsValue> {
        to_js(&self.0.correct(from_js(corrections)?).map_err(refused)?)
    }

    /// Measures of every sample and what stands out.
    pub fn quality(&mut self) -> Result<JsValue, JsValue> {
        to_js(&*self.0.quality().map_err(refused)?)
    }
}
