//! Any bytes as text files: `cargo +nightly fuzz run text`.
#![no_main]

#[path = "../bodies/text.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::run(bytes));
