//! Where a run is trained. A GPU's run always comes home to the CPU: finished, or from its last checkpoint.

use twinpurify::session::Session;
use twinpurify::twin::Config;

use super::Failure;
use super::progress::Display;

/// Steps between two looks at a run: the loss is read, the bar moves.
const STEPS_AT_ONCE: usize = 8;

/// What `--device` says.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DeviceName {
    /// Every processor has it; the same seed gives the same bytes.
    Cpu,
    /// Vulkan, Metal or DirectX 12, in a program built with `--features gpu`; equal to the CPU up to rounding.
    Gpu,
}

impl DeviceName {
    /// Refuse a device that this program was built without, before anything is read.
    pub fn check(self) -> Result<(), Failure> {
        if self == Self::Gpu && !cfg!(feature = "gpu") {
            return Err(Failure::Refused(
                "This program was built without the GPU engine: build it with `cargo build --release --features gpu`, \
                 or leave --device out."
                    .into(),
            ));
        }
        Ok(())
    }

    /// Train to the end; the session then holds the finished run.
    pub fn train(self, session: &mut Session, config: &Config, quiet: bool) -> Result<(), Failure> {
        let plan = session.begin_training(config)?;
        let mut display = Display::new(plan.steps, quiet);
        #[cfg(feature = "gpu")]
        if self == Self::Gpu {
            gpu::train(session, config, &mut display)?;
        }
        loop {
            let progress = session.step(STEPS_AT_ONCE)?;
            display.show(&progress);
            if progress.finished {
                break;
            }
        }
        display.finish();
        Ok(())
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
    use std::time::Instant;

    use pollster::block_on;
    use twinpurify::session::{Session, TrainingNumbers};
    use twinpurify::twin::{Config, Device, Placement, Trainer, product, self_test};

    use super::{Display, Failure, STEPS_AT_ONCE};

    /// Steps between two checkpoints: what a lost device costs at most.
    const STEPS_PER_CHECKPOINT: usize = 25 * STEPS_AT_ONCE;

    /// Train on the GPU as far as it comes and bring the run home; a failure is said and leaves the run at its last
    /// checkpoint.
    pub fn train(session: &mut Session, config: &Config, display: &mut Display) -> Result<(), Failure> {
        let numbers = session.training_numbers(config)?;
        let mut checkpoint = None;
        // A driver may panic where it should fail, and with it burn: the run goes on on the CPU all the same, so the
        // panic's own text is not printed.
        let hook = take_hook();
        set_hook(Box::new(|_| ()));
        let outcome = catch_unwind(AssertUnwindSafe(|| run(numbers, &mut checkpoint, display)));
        set_hook(hook);
        let failure = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(message)) => Some(message),
            Err(_) => Some("its driver failed".to_owned()),
        };
        let finished = failure.is_none();
        if let Some(message) = failure {
            let from = if checkpoint.is_some() { "the last checkpoint" } else { "the start" };
            display.say(&format!("The GPU cannot go on ({message}): the CPU does, from {from}."));
        }
        if let Some(bytes) = checkpoint {
            session.resume_training(config, &bytes)?;
            if finished {
                session.trained_on("webgpu");
            }
        }
        display.restart(session.history().last().map_or(0, |progress| progress.step));
        Ok(())
    }

    fn run(numbers: TrainingNumbers, checkpoint: &mut Option<Vec<u8>>, display: &mut Display) -> Result<(), String> {
        let device = Device::wgpu_options().tasks_max(32).init().map_err(|e| e.to_string())?;
        let tested = block_on(self_test::run(device.clone())).map_err(|e| e.to_string())?;
        if !tested.passed() {
            return Err(tested.sentence());
        }
        let (tumours, genes) = numbers.data.tumours.dim();
        let began = Instant::now();
        let now = || 1e3 * began.elapsed().as_secs_f64();
        let products = product::choose(product::largest(&numbers.config, tumours, genes), &device, &now);
        display.say(&block_on(products).map_err(|e| e.to_string())?.sentence());
        let placement = Placement::device(numbers.data, &device);
        let mut trainer = Trainer::new(numbers.config, placement, device);
        loop {
            let progress = block_on(trainer.step(STEPS_AT_ONCE)).map_err(|e| e.to_string())?;
            display.show(&progress);
            if progress.finished || progress.step.is_multiple_of(STEPS_PER_CHECKPOINT) {
                *checkpoint = Some(block_on(trainer.checkpoint()).map_err(|e| e.to_string())?);
            }
            if progress.finished {
                return Ok(());
            }
        }
    }
}
