//! `twinpurify` on the command line: the same rooms as the page's, for large cohorts and for scripts.
#![forbid(unsafe_code)]

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use command::{Embed, Failure, Inspect, PathwaysOf, SessionFile, Simulate, Study, Train};

/// Purified tumour embeddings from bulk expression.
#[derive(Parser)]
#[command(
    version,
    about,
    arg_required_else_help = true,
    after_help = "Examples:
  twinpurify inspect expression.tsv.gz samples.tsv
  twinpurify train cohort/ --out run/
  twinpurify embed other/ --model run/model.safetensors --out embedded/
  twinpurify pathways cohort/ --model run/model.safetensors --out scores/ --gmt my.gmt
  twinpurify session cohort.twinpurify --out tables/
  twinpurify simulate --out demo/
  twinpurify study cohort/ --out study/

Exit codes: 0 done; 1 something unexpected (a file that cannot be read or written, a run that diverged); 2 refused (a \
file, a cohort, a parameter or the command line itself), with the reason on standard error."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Inspect(Inspect),
    Train(Train),
    Embed(Embed),
    Pathways(PathwaysOf),
    Session(SessionFile),
    Simulate(Simulate),
    Study(Study),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Inspect(inspect) => inspect.run(),
        Command::Train(train) => train.run(),
        Command::Embed(embed) => embed.run(),
        Command::Pathways(pathways) => pathways.run(),
        Command::Session(session) => session.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Study(study) => study.run(),
    };
    match result {
        // Whoever read the output (`head`) has seen enough: that is no failure.
        Ok(()) | Err(Failure::NobodyReads) => ExitCode::SUCCESS,
        Err(failure) => {
            command::note(format_args!("twinpurify: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}
