//! What a person sees of a run: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use twinpurify::twin::Progress;

use super::note;

/// Lines written over a whole run where standard error is a file.
const LINES: usize = 10;

/// Shows a run's progress on standard error.
pub struct Display {
    bar: ProgressBar,
    lines: bool,
    written: usize,
}

impl Display {
    /// For a run of `steps`; nothing at all when `quiet`.
    pub fn new(steps: usize, quiet: bool) -> Self {
        let shown = !quiet && stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(steps as u64), target);
        // A style that does not parse leaves the default one.
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {per_sec}, {eta} left") {
            bar.set_style(style);
        }
        Self { bar, lines: !quiet && !shown, written: 0 }
    }

    #[cfg(feature = "gpu")]
    /// A sentence in the middle of the run.
    pub fn say(&self, sentence: &str) {
        self.bar.suspend(|| note(sentence));
    }

    #[cfg(feature = "gpu")]
    /// The run went back to `step`: speed and time left count from here.
    pub fn restart(&self, step: usize) {
        self.bar.set_position(step as u64);
        self.bar.reset_eta();
    }

    /// Where the run stands.
    pub fn show(&mut self, progress: &Progress) {
        let Progress { step, steps, epoch, epochs, loss, .. } = *progress;
        let message = format!("epoch {epoch}/{epochs} loss {loss:.4}");
        self.bar.set_position(step as u64);
        let tenth = step * LINES / steps.max(1);
        if self.lines && tenth > self.written {
            self.written = tenth;
            let (speed, left) = (self.bar.per_sec(), self.bar.eta().as_secs());
            note(format_args!("{message}, {speed:.1} steps/s, {left} s left"));
        }
        self.bar.set_message(message);
    }

    /// The run is over.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
