//! Any bytes as a container: `cargo +nightly fuzz run container`. Seeds: tests/files/containers.
#![no_main]

#[path = "../bodies/container.rs"]
mod body;

/// A panic in a crate that reads a format is caught, and is that file's error; libFuzzer's own hook would end at it.
fn abort_at_our_panics() {
    std::panic::set_hook(Box::new(|info| {
        if !info.location().is_some_and(|at| at.file().contains("/registry/src/")) {
            eprintln!("{info}");
            std::process::abort();
        }
    }));
}

libfuzzer_sys::fuzz_target!(init: abort_at_our_panics(), |bytes: &[u8]| body::run(bytes));
