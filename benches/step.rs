//! Steps per second of the bench's training step on the CPU backend: `step ROWS GENES HIDDEN OUTPUTS SECONDS THREADS`
//! prints one JSON object. bench/native/run.py runs it in turns with PyTorch; without arguments (`cargo bench`) it takes the small
//! shape for three seconds.

use std::time::{Duration, Instant};

use pollster::block_on;
use twinpurify::twin::{Device, TrainError, step_bench::StepBench};

const SEED: u64 = 7;

fn main() -> Result<(), TrainError> {
    // `cargo bench` appends `--bench`.
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [rows, genes, hidden, outputs, seconds, threads] = given.try_into().unwrap_or([256, 2000, 256, 64, 3, 1]);
    // Fails only where threads cannot be started; then there is one.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();

    let mut bench = StepBench::new(rows, genes, hidden, outputs, SEED, Device::flex());
    let first_loss = block_on(bench.step(1))?;
    block_on(bench.step(1))?;
    let (mut taken, mut last_loss) = (0_u32, first_loss);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(seconds as u64) {
        last_loss = block_on(bench.step(1))?;
        taken += 1;
    }
    let steps_per_second = f64::from(taken) / start.elapsed().as_secs_f64();
    println!(
        "{}",
        serde_json::json!({ "steps_per_second": steps_per_second, "first_loss": first_loss, "last_loss": last_loss })
    );
    Ok(())
}
