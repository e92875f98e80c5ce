//! `twinpurify pathways`.

use std::path::PathBuf;

use clap::Args;
use twinpurify::readout::scoring::Scorer;
use twinpurify::session::{Choice, PathwaysSpec, SetsChoice};

use super::cohort_options::CohortOptions;
use super::output::OutputFolder;
use super::{Failure, drawing, files, say};

/// Score pathways with a saved model: raw, purified, and what purification changed.
#[derive(Args)]
#[command(
    name = "pathways",
    after_help = "Examples:
  twinpurify pathways cohort/ --model run/model.safetensors --out scores/
  twinpurify pathways cohort/ --model run/model.safetensors --out scores/ --gmt my.gmt --scorer singscore

Writes pathways_raw.csv, pathways_purified.csv (tumours × sets) and pathways_change.csv, for the built-in Hallmark sets \
unless --gmt names others. The cohort must measure every gene of the model."
)]
pub struct PathwaysOf {
    /// Folder with the cohort's files.
    cohort_dir: PathBuf,
    /// Model file of `twinpurify train` or of the page.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Folder to write into; made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Your own gene sets: one per line, its name, a note, then its genes, tabs between.
    #[arg(long, value_name = "FILE")]
    gmt: Option<PathBuf>,
    /// How a set is scored.
    #[arg(long, value_name = "NAME", default_value = "ssgsea", value_parser = ["ssgsea", "singscore", "zscore"])]
    scorer: String,
    #[command(flatten)]
    options: CohortOptions,
}

impl PathwaysOf {
    /// Score and write.
    pub fn run(self) -> Result<(), Failure> {
        let scorer: Scorer = serde_json::from_value(self.scorer.into()).map_err(|e| Failure::Refused(e.to_string()))?;
        let model = files::bytes(&self.model)?;
        let mut session = files::open_cohort(&self.cohort_dir, false)?;
        self.options.apply(&mut session)?;
        session.summary()?;
        session.open_model(&model)?;
        let sets = match &self.gmt {
            Some(path) => {
                session.load_gene_sets(&path.to_string_lossy(), &files::bytes(path)?)?;
                SetsChoice::Own
            }
            None => SetsChoice::Hallmark,
        };
        let spec = PathwaysSpec { sets, scorer, of: Choice::Purified };
        let scored = session.pathways(spec)?;
        let out = OutputFolder::new(&self.out, Some(&self.cohort_dir))?;
        drawing::write_pathways(&mut session, spec, &out)?;
        let most =
            scored.table.first().map(|row| format!("; purification changed {} most", row.set)).unwrap_or_default();
        let left_out = match scored.left_out.len() {
            0 => String::new(),
            n => format!(" {n} sets have too few genes in the data and were left out."),
        };
        let sets = scored.sets.len();
        say(format_args!("{sets} sets scored{most}.{left_out} Written to {}\n", out.path().display()))
    }
}
