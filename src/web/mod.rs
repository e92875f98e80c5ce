//! The wasm-bindgen surface: thin, no logic. One build with the `cpu` feature exports the engine that holds the
//! cohort; one with `gpu` exports a trainer that holds nothing else. Both export [`bench::StepBench`].

mod bench;
#[cfg(feature = "cpu")]
mod cohort;
#[cfg(feature = "cpu")]
mod engine;
mod error;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "gpu")]
mod kernel_errors;
mod value;

/// The device of this build: the CPU engine's, or WebGPU initialised without blocking.
async fn device() -> Result<crate::twin::Device, wasm_bindgen::JsValue> {
    #[cfg(feature = "cpu")]
    {
        Ok(crate::twin::Device::flex())
    }
    #[cfg(not(feature = "cpu"))]
    {
        gpu::device().await
    }
}
