//! The module of containers: archives, workbooks, AnnData, Parquet → pieces, pulled one by one by the worker.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;

use super::error::js_error;
use super::value::to_js;
use crate::container::source::ReadAt;
use crate::container::{Container, ContainerError, Piece};

thread_local! {
    /// JavaScript's functions stay on their thread; what is handed to the readers is their number.
    static READERS: RefCell<HashMap<u32, Function>> = RefCell::default();
}

/// Bytes of a `File`, read by JavaScript.
struct Blob {
    number: u32,
    size: u64,
}

impl ReadAt for Blob {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let read = READERS.with_borrow(|readers| readers.get(&self.number).cloned());
        let read = read.ok_or(io::ErrorKind::NotFound)?;
        let bytes = read.call2(&JsValue::NULL, &(offset as f64).into(), &(into.len() as f64).into());
        let bytes = bytes.map_err(|_| io::Error::other("the browser could not read it"))?;
        let bytes: Uint8Array = bytes.dyn_into().map_err(|_| io::ErrorKind::Other)?;
        if bytes.length() as usize != into.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.copy_to(into);
        Ok(())
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        READERS.with_borrow_mut(|readers| readers.remove(&self.number));
    }
}

fn refused(error: &ContainerError) -> JsValue {
    js_error(error.code, &error.to_string())
}

/// A container being read.
#[wasm_bindgen]
pub struct ContainerReader(Container);

#[wasm_bindgen]
impl ContainerReader {
    /// Opens the container called `name` of `size` bytes; `read(offset, length)` gives them as a `Uint8Array`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, size: f64, read: Function) -> Result<ContainerReader, JsValue> {
        let number = READERS.with_borrow_mut(|readers| {
            let number = readers.keys().max().map_or(1, |last| last + 1);
            readers.insert(number, read);
            number
        });
        let blob = Blob { number, size: size.max(0.0) as u64 };
        Container::open(name, Arc::new(blob)).map(Self).map_err(|error| refused(&error))
    }

    /// The next piece: a `Uint8Array`, `{begin}`, `{end}`, `{refused}`, `{leftOut}` or `{}`; `undefined` at the end.
    #[wasm_bindgen(js_name = nextPiece)]
    pub fn next_piece(&mut self) -> Result<JsValue, JsValue> {
        let object = js_sys::Object::new();
        let set = |name: &str, value: JsValue| {
            // Setting a property on a fresh ordinary object cannot fail.
            let _ = js_sys::Reflect::set(&object, &name.into(), &value);
        };
        match self.0.next_piece().map_err(|error| refused(&error))? {
            None => return Ok(JsValue::UNDEFINED),
            Some(Piece::Bytes(bytes)) => return Ok(Uint8Array::from(bytes.as_slice()).into()),
            Some(Piece::Begin(part)) => set("begin", to_js(&part)?),
            Some(Piece::End) => set("end", JsValue::TRUE),
            Some(Piece::Refused(error)) => {
                let refusal = refused(&error);
                // A member that never began is told by its own name.
                let _ = js_sys::Reflect::set(&refusal, &"file".into(), &error.file.as_str().into());
                set("refused", refusal);
            }
            Some(Piece::LeftOut(files)) => set("leftOut", to_js(&files)?),
            Some(Piece::Nothing) => {}
        }
        Ok(object.into())
    }

    /// Bytes done with.
    pub fn done(&self) -> f64 {
        self.0.progress().0 as f64
    }
}
