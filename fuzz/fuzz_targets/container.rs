//! Any bytes as a container: `cargo +nightly fuzz run container`. Seeds: tests/files/containers.
#![no_main]

#[path = "../bodies/container.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::run(bytes));
