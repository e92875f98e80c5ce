//! Constructors of a WebAssembly module, run once.
//!
//! CubeCL registers its operations before anything else runs: thousands of constructors in the GPU engine. A module that
//! nowhere names `__wasm_call_ctors` is a *command* to wasm-ld, which then runs all of them again at the start of every
//! exported function, allocation among them. One call of `run`, at the module's start, names it.
//!
//! A crate of its own because the house forbids unsafe code and this cannot be said without it.
#![warn(missing_docs)]

#[cfg(target_arch = "wasm32")]
use std::sync::atomic::{AtomicU32, Ordering};

/// How often the constructors ran.
#[cfg(target_arch = "wasm32")]
static RUNS: AtomicU32 = AtomicU32::new(0);

#[cfg(target_arch = "wasm32")]
unsafe extern "C" fn count() {
    RUNS.fetch_add(1, Ordering::Relaxed);
}

/// One more constructor, so that a test can count what otherwise only time shows.
// SAFETY: the section holds pointers to functions that take and return nothing, and this is one.
#[cfg(target_arch = "wasm32")]
#[used]
#[unsafe(link_section = ".init_array")]
static COUNT: unsafe extern "C" fn() = count;

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Run the constructors, where nothing has yet. To be called at the module's start.
#[cfg(target_arch = "wasm32")]
pub fn run() {
    if runs() == 0 {
        // SAFETY: made by the linker for every module, called here before anything that needs what it sets up.
        unsafe { __wasm_call_ctors() };
    }
}

/// How often they ran since the module was made: once, if all is well.
#[cfg(target_arch = "wasm32")]
pub fn runs() -> u32 {
    RUNS.load(Ordering::Relaxed)
}
