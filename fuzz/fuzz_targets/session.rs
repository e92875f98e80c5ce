//! Any bytes as a session file: `cargo +nightly fuzz run session`. Seed: tests/files/session_1.twinpurify.
#![no_main]

#[path = "../bodies/session.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::run(bytes));
