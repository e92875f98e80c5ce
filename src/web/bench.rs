//! One optimisation step of a fixed shape, for `./build.sh bench`: the same step is run by jax-js, tfjs and PyTorch.

use wasm_bindgen::prelude::*;

use super::{device, error::js_error};
use crate::twin::step_bench::StepBench as Bench;

/// Steps of G → H → O with two given views, Barlow Twins λ 0.0051 and Adam.
#[wasm_bindgen]
pub struct StepBench(Bench);

#[wasm_bindgen]
impl StepBench {
    /// `rows` per view, `genes` → `hidden` → `outputs`.
    pub async fn create(rows: usize, genes: usize, hidden: usize, outputs: usize, seed: u32) -> Result<Self, JsValue> {
        #[cfg(feature = "gpu")]
        super::gpu::choose_products([2 * rows, genes, hidden]).await?;
        Ok(Self(Bench::new(rows, genes, hidden, outputs, u64::from(seed), device().await?)))
    }

    /// `steps` steps; the last loss.
    pub async fn step(&mut self, steps: usize) -> Result<f32, JsValue> {
        self.0.step(steps).await.map_err(|e| js_error(e.code(), &e.to_string()))
    }
}
