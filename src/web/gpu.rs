//! The GPU engine: trains on WebGPU, and holds nothing but the run.
//!
//! A device that is lost, a kernel that fails or a value that is not finite ends this worker; the page goes on from
//! the last checkpoint on the CPU engine.

use std::cell::RefCell;

use js_sys::{Float32Array, Reflect};
use ndarray::Array2;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::js_error;
use super::kernel_errors;
use super::value::{from_js, to_js};
use crate::training_set::Moments;
use crate::twin::{Config, Device, Placement, TrainError, Trainer, TrainingData, product, self_test};

/// A cohort above this is fed batch by batch: half of WebGPU's default limit for one storage binding.
const LARGEST_RESIDENT_BYTES: usize = 64 << 20;

/// At the module's start: the constructors run here, and in no exported call.
#[wasm_bindgen(start)]
pub fn start() {
    twinpurify_constructors::run();
}

/// How often the module's constructors ran: once.
#[wasm_bindgen(js_name = constructorRuns)]
pub fn constructor_runs() -> u32 {
    twinpurify_constructors::runs()
}

thread_local! {
    // A second initialisation of the same device is an error: keep the first, clone it.
    static DEVICE: RefCell<Option<Device>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn milliseconds() -> f64;
}

/// The adapter is emulated in software: of the ways to multiply matrices only those without barriers are tried.
#[wasm_bindgen(js_name = adapterIsEmulated)]
pub fn adapter_is_emulated() {
    product::only_tiles();
}

/// Choose how matrices are multiplied for stacked views of rows × genes and a first layer's units; a sentence about it.
pub async fn choose_products(shape: [usize; 3]) -> Result<String, JsValue> {
    let choice = product::choose(shape, &device().await?, &milliseconds).await.map_err(|e| failed(&e))?;
    kernels_ran()?;
    Ok(choice.sentence())
}

/// WebGPU's device, initialised once without blocking.
pub async fn device() -> Result<Device, JsValue> {
    if let Some(device) = DEVICE.with_borrow(Clone::clone) {
        return Ok(device);
    }
    kernel_errors::listen();
    let device = Device::wgpu_options()
        .tasks_max(32)
        .init_async()
        .await
        .map_err(|e| js_error("no_gpu", &format!("WebGPU could not be started ({e}): the CPU engine is used.")))?;
    DEVICE.set(Some(device.clone()));
    Ok(device)
}

/// A named `Float32Array` of an object.
fn floats_of(object: &JsValue, name: &str) -> Result<Vec<f32>, JsValue> {
    let value = Reflect::get(object, &name.into())?;
    let array: Float32Array = value
        .dyn_into()
        .map_err(|_| js_error("bad_training_data", &format!("The training data hold no numbers called {name}.")))?;
    Ok(array.to_vec())
}

#[derive(Serialize)]
struct SelfTest {
    passed: bool,
    worst: f32,
    message: String,
}

/// An error when a kernel failed on the way to a result.
fn kernels_ran() -> Result<(), JsValue> {
    match kernel_errors::heard() {
        None => Ok(()),
        Some(reason) => Err(js_error("kernel_failed", &format!("A GPU kernel did not run ({reason})."))),
    }
}

fn failed(error: &TrainError) -> JsValue {
    js_error(error.code(), &error.to_string())
}

/// Whether this WebGPU computes what the CPU computes: a small fixed run against numbers recorded from the CPU
/// device. `{passed, worst, message}`.
#[wasm_bindgen(js_name = selfTest)]
pub async fn run_self_test() -> Result<JsValue, JsValue> {
    let outcome = self_test::run(device().await?).await.map_err(|e| failed(&e))?;
    kernels_ran()?;
    let result = SelfTest { passed: outcome.passed(), worst: outcome.worst, message: outcome.sentence() };
    to_js(&result)
}

/// A run on WebGPU.
#[wasm_bindgen]
pub struct GpuTrainer {
    trainer: Trainer,
    products: String,
}

#[wasm_bindgen]
impl GpuTrainer {
    /// Begin a run from the CPU engine's `trainingData`, or go on from a checkpoint.
    pub async fn create(data: JsValue, checkpoint: Option<Vec<u8>>) -> Result<Self, JsValue> {
        let config: Config = from_js(Reflect::get(&data, &"config".into())?)?;
        let moments = Moments { mean: floats_of(&data, "mean")?, deviation: floats_of(&data, "deviation")? };
        let genes = moments.mean.len();
        let matrix = |name: &str| {
            let values = floats_of(&data, name)?;
            let rows = values.len().checked_div(genes).unwrap_or(0);
            Array2::from_shape_vec((rows, genes), values)
                .map_err(|e| js_error("bad_training_data", &format!("The training data do not fit together ({e}).")))
        };
        let data = TrainingData { tumours: matrix("tumours")?, normals: matrix("normals")?, moments };
        let samples = data.tumours.nrows() + data.normals.nrows();
        let device = device().await?;
        let products = choose_products(product::largest(&config, data.tumours.nrows(), genes)).await?;
        let resident = samples * genes * size_of::<f32>() <= LARGEST_RESIDENT_BYTES;
        let placement = if resident { Placement::device(data, &device) } else { Placement::host(data) };
        let trainer = match checkpoint {
            Some(bytes) => Trainer::resume(config, placement, device, &bytes).map_err(|e| failed(&e))?,
            None => Trainer::new(config, placement, device),
        };
        Ok(Self { trainer, products })
    }

    /// How matrices are multiplied, with the times it was chosen by; a sentence.
    #[wasm_bindgen(getter)]
    pub fn products(&self) -> String {
        self.products.clone()
    }

    /// Up to `steps` further steps.
    pub async fn step(&mut self, steps: usize) -> Result<JsValue, JsValue> {
        let progress = self.trainer.step(steps).await.map_err(|e| failed(&e))?;
        kernels_ran()?;
        to_js(&progress)
    }

    /// Everything needed to go on elsewhere.
    pub async fn checkpoint(&self) -> Result<Vec<u8>, JsValue> {
        self.trainer.checkpoint().await.map_err(|e| failed(&e))
    }

    /// The clean tumours' embedding as the network stands, n × d.
    pub async fn embedding(&self) -> Result<Vec<f32>, JsValue> {
        Ok(self.trainer.embedding().await.map_err(|e| failed(&e))?.into_raw_vec_and_offset().0)
    }
}
