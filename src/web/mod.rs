//! The wasm-bindgen surface: thin, no logic. One build with the `cpu` feature exports the engine that holds the
//! cohort; one with `gpu` exports a trainer that holds nothing else; both export `StepBench`. One with `containers` alone
//! unpacks archives, workbooks, AnnData and Parquet for the first.

#[cfg(any(feature = "cpu", feature = "gpu"))]
mod bench;
#[cfg(feature = "cpu")]
mod cohort;
#[cfg(feature = "containers")]
mod containers;
#[cfg(feature = "cpu")]
mod engine;
mod error;
#[cfg(feature = "cpu")]
mod explorer;
#[cfg(feature = "cpu")]
mod expression;
#[cfg(feature = "cpu")]
mod files;
#[cfg(feature = "cpu")]
mod genes;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "cpu")]
mod groups;
#[cfg(feature = "gpu")]
mod kernel_errors;
#[cfg(feature = "cpu")]
mod session_file;
#[cfg(feature = "cpu")]
mod shares;
#[cfg(feature = "cpu")]
mod strength;
#[cfg(feature = "cpu")]
mod transfer;
mod value;
#[cfg(feature = "containers")]
mod written;

#[cfg(any(feature = "cpu", feature = "gpu"))]
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
