//! `twinpurify manual`.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use super::output::OutputFolder;
use super::{Failure, say};

/// Write the manual pages and the shells' completions of this version.
#[derive(Args)]
#[command(after_help = "Example:
  twinpurify manual --out manual/
  man manual/man/twinpurify-train.1

Writes man/twinpurify.1 and one page for each command; completions/ for bash (twinpurify.bash), zsh (_twinpurify), fish \
(twinpurify.fish), PowerShell (_twinpurify.ps1) and elvish (twinpurify.elv).")]
pub struct Manual {
    /// Folder to write into; made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Manual {
    /// Write both folders for the whole command line.
    pub fn run(self, whole: Command) -> Result<(), Failure> {
        // A page for `help study` would say what that of `study` says.
        let mut whole = whole.disable_help_subcommand(true);
        let pages = OutputFolder::new(&self.out.join("man"), None)?;
        let failed = |what: &str, error: std::io::Error| Failure::io(what, &self.out, &error);
        // Makes the subcommands' names and the options that all share.
        whole.build();
        clap_mangen::generate_to(whole.clone(), pages.path()).map_err(|e| failed("Writing the manual pages", e))?;
        let completions = OutputFolder::new(&self.out.join("completions"), None)?;
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            clap_complete::generate_to(shell, &mut whole, "twinpurify", completions.path())
                .map_err(|e| failed("Writing the completions", e))?;
        }
        say(format_args!("Written to {}\n", self.out.display()))
    }
}
