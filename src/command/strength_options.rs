//! How many contamination directions are taken out, on the command line.

use clap::Args;
use twinpurify::session::{Choice, Session};

use super::Failure;

/// Strength; left out, the default (in a saved model: the model's own) stands.
#[derive(Args, Clone, Debug, Default)]
pub struct StrengthOptions {
    /// Contamination directions taken out of the embedding, 0 to 5. It changes no training step.
    #[arg(long, value_name = "N")]
    pub strength: Option<usize>,
    /// A direction that stays in whatever the strength, numbered from 1; repeat it for more.
    #[arg(long, value_name = "DIRECTION")]
    pub keep: Vec<usize>,
}

impl StrengthOptions {
    /// Read an opened model at this strength; nothing where none was given.
    pub fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        if self.strength.is_none() && self.keep.is_empty() {
            return Ok(());
        }
        let now = session.strength(Choice::Purified)?;
        let strength = self.strength.unwrap_or(now.strength);
        if strength > now.available || self.keep.iter().any(|k| !(1..=now.available).contains(k)) {
            let message = "--strength and --keep ask for more contamination directions than this model has:";
            return Err(Failure::Refused(format!("{message} it has {}. {}", now.available, now.note)));
        }
        session.set_strength(Choice::Purified, strength, &self.keep)?;
        Ok(())
    }
}
