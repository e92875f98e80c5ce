//! The fuzz target of the text readers on stable: files of every source, mutated from a seed for a few seconds
//! (`FUZZ_SECONDS`, `FUZZ_SEED`). No panic, and memory within a stated multiple of the input.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

mod counting;

use counting::{LIVE, PEAK};

#[path = "../fuzz/bodies/text.rs"]
mod body;

/// The counters are the whole process's: one test measures at a time.
static MEASURING: Mutex<()> = Mutex::new(());

/// Bytes of memory to a byte of input: a one-letter cell of a sheet is two bytes in the file and a `String` here.
const MULTIPLE: usize = 256;

/// Beside it: buffers, and the cells a GEO header may spread its characteristics over (4,000,000 of 24 bytes).
const BESIDE: usize = 128 << 20;

/// Pieces that mean something to one of the readers.
const PIECES: [&[u8]; 20] = [
    b"\t",
    b"\n",
    b"\"",
    b"#",
    b"!",
    b",",
    b";",
    b"\n--file--\n",
    b"NA",
    b"-1e38",
    b"__proto__",
    b"TCGA-ZZ-9000-11A",
    b"#1.3\n9\t9\t1\t1\n",
    b"9 2 1\n# a b\n",
    b"gene_id\ttpm_unstranded\n",
    b"\n!Sample_geo_accession\t\"GSM1\"\t\"GSM2\"\n",
    b"\n!Sample_characteristics_ch1\t\"a: 1\"\t\"b: 2\"\n",
    b"File Name\tSample ID\n",
    b"\xff\xfe",
    b"ENSG00000000001.1\t1\n",
];

fn seeds() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files")];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() { folders.push(path) } else { found.push(std::fs::read(path).unwrap()) }
        }
    }
    found.retain(|bytes| bytes.len() < 20_000);
    found
}

fn mutated(random: &mut impl Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![random.random::<u8>()];
    for file in 0..random.random_range(1..=3) {
        if file > 0 {
            bytes.extend_from_slice(b"\n--file--\n");
        }
        bytes.extend_from_slice(&seeds[random.random_range(0..seeds.len())]);
    }
    for _ in 0..random.random_range(0..12) {
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..6) {
            0 => bytes[at] = random.random(),
            1 => bytes.truncate(at.max(1)),
            2 => {
                let piece = PIECES[random.random_range(0..PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => {
                let end = (at + random.random_range(1..200)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + random.random_range(1..400)).min(bytes.len());
                let copied = bytes[at..end].to_vec();
                let to = random.random_range(0..=bytes.len());
                bytes.splice(to..to, copied);
            }
            _ => {
                // A digit more or less, where one is: sizes and counts.
                if bytes[at].is_ascii_digit() {
                    bytes[at] = b'0' + random.random_range(0..10);
                }
            }
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

#[test]
fn mutated_files_give_a_cohort_or_an_error_within_bounded_memory() {
    let _alone = MEASURING.lock();
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let (seconds, seed) = (number("FUZZ_SECONDS", 4), number("FUZZ_SEED", 1));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (seeds, start) = (seeds(), Instant::now());
    let (mut runs, mut worst, mut largest) = (0_u64, 0.0_f64, 0);
    while start.elapsed() < Duration::from_secs(seconds) {
        let bytes = mutated(&mut random, &seeds);
        let before = LIVE.load(Relaxed);
        PEAK.store(before, Relaxed);
        if std::panic::catch_unwind(|| body::run(&bytes)).is_err() {
            let path = std::env::temp_dir().join(format!("twinpurify-fuzz-{seed}-{runs}"));
            std::fs::write(&path, &bytes).unwrap();
            panic!("run {runs} of seed {seed} panicked; its input is {}", path.display());
        }
        let peak = PEAK.load(Relaxed).saturating_sub(before);
        // A gzip file is bounded by what it inflates to, which a limit of its own bounds.
        let packed = bytes.windows(2).any(|w| w == [0x1f, 0x8b]);
        assert!(
            packed || peak <= MULTIPLE * bytes.len() + BESIDE,
            "run {runs} of seed {seed}: {peak} bytes for {}",
            bytes.len()
        );
        if !packed && bytes.len() > 4000 {
            worst = worst.max((peak as f64 - 1e6).max(0.0) / bytes.len() as f64);
        }
        largest = largest.max(peak);
        runs += 1;
    }
    println!(
        "{runs} inputs in {seconds} s; at most {worst:.0} bytes beyond the first megabyte to a byte of input, {largest} in all"
    );
    assert!(runs > 50, "{runs}");
}

#[test]
fn memory_of_large_hostile_sheets_is_bounded() {
    let _alone = MEASURING.lock();
    for (text, what) in [
        ([b"x\ty\n".to_vec(), b"a\tb\n".repeat(200_000)].concat(), "two letters a row"),
        ([b"a\t".repeat(50_000), b"b\n".to_vec(), b"a\t".repeat(50_000), b"b\n".to_vec()].concat(), "a wide sheet"),
        (
            [b"g\ts\n".to_vec(), (0..200_000).flat_map(|i| format!("G{i}\t1\n").into_bytes()).collect()].concat(),
            "one sample",
        ),
    ] {
        let input = [vec![3], text].concat();
        let before = LIVE.load(Relaxed);
        PEAK.store(before, Relaxed);
        body::run(&input);
        let peak = PEAK.load(Relaxed) - before;
        println!(
            "{what}: {} bytes of input, {:.0} × as much at the peak",
            input.len(),
            peak as f64 / input.len() as f64
        );
        assert!(peak <= MULTIPLE * input.len() + BESIDE, "{what}: {peak} for {}", input.len());
    }
}
