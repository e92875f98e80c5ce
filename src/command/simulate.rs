//! `twinpurify simulate`.

use std::path::PathBuf;

use clap::Args;
use twinpurify::cohort::simulated::{SimulationSettings, simulate};

use super::output::OutputFolder;
use super::{Failure, say};

/// Write the simulated demo cohort, whose purity, subtypes and programmes are known.
#[derive(Args)]
#[command(after_help = "Example:
  twinpurify simulate --out demo/ && twinpurify train demo/ --out run/

Writes expression.tsv and samples.tsv: 300 tumours, 40 adjacent normals, 2,000 genes unless said otherwise.")]
pub struct Simulate {
    /// Folder to write into; made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Everything random follows from it.
    #[arg(long, default_value_t = 7, value_name = "N")]
    seed: u64,
    /// Tumours.
    #[arg(long, default_value_t = 300, value_name = "N")]
    tumours: usize,
    /// Adjacent normals, at most one per tumour.
    #[arg(long, default_value_t = 40, value_name = "N")]
    normals: usize,
    /// Genes, 50 to 4,386.
    #[arg(long, default_value_t = 2000, value_name = "N")]
    genes: usize,
}

impl Simulate {
    /// Write the two files.
    pub fn run(self) -> Result<(), Failure> {
        let Self { out, seed, tumours, normals, genes } = self;
        let settings = SimulationSettings { seed, tumours, normals, genes, ..SimulationSettings::default() };
        let simulated = simulate(&settings).map_err(|error| Failure::Refused(error.to_string()))?;
        let out = OutputFolder::new(&out, None)?;
        out.write("expression.tsv", simulated.expression_tsv())?;
        out.write("samples.tsv", simulated.samples_tsv())?;
        say(format_args!(
            "{tumours} tumours and {normals} adjacent normals, {genes} genes, simulated with seed {seed}: {}\n",
            out.path().display()
        ))
    }
}
