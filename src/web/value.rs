//! Rust values as plain JavaScript objects: large arrays as typed arrays, the rest by serde.

#[cfg(feature = "cpu")]
use js_sys::{Float32Array, Object, Reflect};
use serde::Serialize;
#[cfg(any(feature = "cpu", feature = "gpu"))]
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

#[cfg(any(feature = "cpu", feature = "gpu"))]
use super::error::js_error;

/// A value as serde describes it: structs and maps become plain objects, missing values `null`, bytes `Uint8Array`.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(Into::into)
}

/// An argument of a call.
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|e| js_error("bad_argument", &format!("The call's argument could not be read: {e}.")))
}

/// A plain object of named values.
#[cfg(feature = "cpu")]
pub fn object<const N: usize>(entries: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        // Setting a property on a fresh ordinary object cannot fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

/// Numbers as a `Float32Array` of their own.
#[cfg(feature = "cpu")]
pub fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}
