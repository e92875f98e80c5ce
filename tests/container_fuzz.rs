//! The fuzz target of the containers on stable: files of every kind, damaged from a seed. No panic, and memory within a
//! stated multiple of the input.

use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

mod counting;

use counting::{LIVE, PEAK};

#[path = "../fuzz/bodies/container.rs"]
mod body;

/// Bytes of memory to a byte of input: deflate's ceiling, for what is inflated before it can be read in pieces.
const MULTIPLE: usize = 1032;

/// Beside it: windows of rows, and the names and text that a file may hold along one axis.
const BESIDE: usize = 128 << 20;

/// One round of damage: bytes changed, a stretch cut out, doubled or zeroed, the end cut.
fn damage(bytes: &mut Vec<u8>, draw: &mut impl FnMut(usize) -> usize) {
    for _ in 0..=draw(3) {
        let at = draw(bytes.len());
        let length = (1 + draw(64)).min(bytes.len() - at);
        match draw(6) {
            0 => bytes[at] ^= 1 << draw(8),
            1 => bytes[at] = draw(256) as u8,
            2 => bytes[at..at + length].fill([0, 0xff][draw(2)]),
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let part = bytes[at..at + length].to_vec();
                bytes.splice(at..at, part);
            }
            _ if draw(8) == 0 => bytes.truncate(at.max(16)),
            _ => bytes[at] = bytes[at].wrapping_add(1),
        }
        if bytes.len() < 16 {
            bytes.resize(16, 0);
        }
    }
}

/// Panics of our own code; those of a crate that reads a format are caught, and counted apart.
static OWN: AtomicUsize = AtomicUsize::new(0);
static THEIRS: AtomicUsize = AtomicUsize::new(0);

fn tell_panics_apart() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let file = info.location().map_or("", |at| at.file());
        if file.contains("/registry/src/") {
            if THEIRS.fetch_add(1, Relaxed) < 5 {
                println!("caught: {:?}", info.location());
            }
        } else {
            OWN.fetch_add(1, Relaxed);
            before(info);
        }
    }));
}

/// The fuzz target's loop on stable Rust: seeded, a few rounds here, as many seconds as TWINPURIFY_FUZZ_SECONDS says.
#[test]
fn mutated_containers_give_tables_or_an_error_within_bounded_memory() {
    let seconds: u64 = std::env::var("TWINPURIFY_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(5);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let seeds = [
        "cohort.zip",
        "study.tar.gz",
        "cut.tar",
        "cohort.xlsx",
        "dense.h5ad",
        "csr.h5ad",
        "csc.h5ad",
        "expression.parquet",
        "samples.parquet",
        "nested.zip",
        "absurd.h5ad",
        "escape.zip",
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/containers");
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect();
    tell_panics_apart();
    let (start, mut rounds, mut most) = (std::time::Instant::now(), 0, 0);
    while start.elapsed().as_secs() < seconds {
        let seed = &seeds[rounds % seeds.len()];
        let mut bytes = seed.clone();
        damage(&mut bytes, &mut draw);
        if let Ok(folder) = std::env::var("TWINPURIFY_FUZZ_KEEP") {
            std::fs::write(format!("{folder}/last"), &bytes).unwrap();
        }
        let before = LIVE.load(Relaxed);
        PEAK.store(before, Relaxed);
        body::run(&bytes);
        let peak = PEAK.load(Relaxed) - before;
        most = most.max(peak);
        let bound = BESIDE + MULTIPLE * bytes.len();
        assert!(peak <= bound, "round {rounds}: {peak} bytes in use for {} of input, over {bound}", bytes.len());
        rounds += 1;
    }
    println!(
        "{rounds} mutated containers in {seconds} s, {} panics of crates caught; at most {:.1} MB in use for one",
        THEIRS.load(Relaxed),
        most as f64 / 1e6
    );
    assert_eq!(OWN.load(Relaxed), 0);
    assert!(rounds > 50);
}
