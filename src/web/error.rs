//! Typed errors as JavaScript errors: a stable `code`, and the `message` a person reads.

use wasm_bindgen::JsValue;

/// A JavaScript `Error` with a `code`.
pub fn js_error(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property on a fresh ordinary object cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}
