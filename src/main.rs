//! `twinpurify` on the command line: the same rooms as the page's, for large cohorts and for scripts.
#![forbid(unsafe_code)]

mod command;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use command::{Embed, Failure, Genes, Inspect, Manual, PathwaysOf, SessionFile, Simulate, Study, Train};

/// Purified tumour embeddings from bulk expression.
#[derive(Parser)]
#[command(
    version = twinpurify::VERSION,
    about,
    arg_required_else_help = true,
    after_help = "Examples:
  twinpurify inspect expression.tsv.gz samples.tsv
  twinpurify train cohort/ --out run/
  twinpurify embed other/ --model run/model.safetensors --out embedded/
  twinpurify pathways cohort/ --model run/model.safetensors --out scores/ --gmt my.gmt
  twinpurify genes cohort/ --model run/model.safetensors --out genes/ --by subtype
  twinpurify session cohort.twinpurify --out tables/
  twinpurify simulate --out demo/
  twinpurify study cohort/ --out study/

Exit codes: 0 done; 1 something unexpected (a file that cannot be read or written, a run that diverged); 2 refused (a \
file, a cohort, a parameter or the command line itself), with the reason on standard error."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Threads to compute on, all processors unless said otherwise; every number gives the same bytes.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

#[derive(Subcommand)]
enum Command {
    Inspect(Inspect),
    Train(Train),
    Embed(Embed),
    Pathways(PathwaysOf),
    Genes(Genes),
    Session(SessionFile),
    Simulate(Simulate),
    Study(Study),
    Manual(Manual),
}

/// glibc's allocator gives the memory of every training step back to the system and asks for it again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Cli { command, threads } = Cli::parse();
    let threads = command::use_threads(threads.map(usize::from));
    let result = match command {
        Command::Inspect(inspect) => inspect.run(),
        Command::Train(train) => train.run(),
        Command::Embed(embed) => embed.run(),
        Command::Pathways(pathways) => pathways.run(),
        Command::Genes(genes) => genes.run(),
        Command::Session(session) => session.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Study(study) => study.run(threads),
        Command::Manual(manual) => manual.run(Cli::command()),
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
