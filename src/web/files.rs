//! What a file is and will come to before it is read, and tables that come out of containers.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::value::{from_js, to_js};
use crate::cohort::estimate;
use crate::container::{Kind, choose, sniff};

#[derive(Serialize)]
struct Told {
    container: bool,
    estimate: Option<crate::cohort::Estimate>,
}

#[wasm_bindgen]
impl Engine {
    /// From a file's first bytes, its length and, of a gzip, the length that it states: whether it is a container, and
    /// how large a table will be.
    #[wasm_bindgen(js_name = tellFile)]
    pub fn tell_file(&self, head: &[u8], length: f64, stated: Option<u32>) -> Result<JsValue, JsValue> {
        let container = sniff(head) != Kind::Table;
        let estimate = if container { None } else { estimate(head, length.max(0.0) as u64, stated) };
        to_js(&Told { container, estimate })
    }

    /// For each path of a folder `null`, or why the file is not opened.
    #[wasm_bindgen(js_name = chooseFiles)]
    pub fn choose_files(&self, paths: JsValue) -> Result<JsValue, JsValue> {
        let paths: Vec<String> = from_js(paths)?;
        to_js(&choose(&paths.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// Begin reading a table that lay in a container.
    #[wasm_bindgen(js_name = beginPart)]
    pub fn begin_part(&mut self, name: &str, origin: JsValue) -> Result<u32, JsValue> {
        Ok(self.0.begin_part(name, from_js(origin)?))
    }

    /// Lines read of a file so far.
    #[wasm_bindgen(js_name = linesRead)]
    pub fn lines_read(&self, handle: u32) -> u32 {
        self.0.lines_read(handle).try_into().unwrap_or(u32::MAX)
    }
}
