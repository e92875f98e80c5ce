//! `twinpurify pathways`.

use std::path::PathBuf;

use clap::Args;
use twinpurify::readout::scoring::Scorer;
use twinpurify::readout::two_groups::GroupTest;
use twinpurify::session::{Choice, PathwayGenes, PathwaysSpec, SetsChoice};

use super::cohort_options::CohortOptions;
use super::output::OutputFolder;
use super::strength_options::StrengthOptions;
use super::{Failure, drawing, files, model_on_cohort, say};

/// Score pathways with a saved model: raw, purified, and what purification changed.
#[derive(Args)]
#[command(
    name = "pathways",
    after_help = "Examples:
  twinpurify pathways cohort/ --model run/model.safetensors --out scores/
  twinpurify pathways cohort/ --model run/model.safetensors --out scores/ --gmt my.gmt --scorer singscore
  twinpurify pathways cohort/ --model run/model.safetensors --out scores/ --by grade
  twinpurify pathways cohort/ --model run/model.safetensors --out scores/ --by subtype --groups Basal,LumA --test mann-whitney

Writes pathways_raw.csv, pathways_purified.csv (tumours × sets) and pathways_change.csv, with run.json (files with their SHA-256, parameters, version), for the built-in Hallmark sets \
unless --gmt names others, over all measured genes unless --genes training says otherwise. With --by, also pathways_groups.csv: for each gene set the difference of two groups, its effect \
size (Welch: Hedges' g, Mann-Whitney: Cliff's delta) with a 95 % interval, p and the FDR over all sets, raw beside purified, \
and a figure for each comparison. The cohort need not be the one the model was trained on: see `twinpurify embed --help`."
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
    /// Over which genes: every measured gene that the embedding explains, or those that were trained on alone.
    #[arg(long, value_name = "WHICH", default_value = "all", value_parser = ["all", "training"])]
    genes: String,
    /// Column whose groups are compared: two groups with each other, more of them each with all others. Numbers are split
    /// at their median.
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Two groups of the column, with a comma between: only these are compared.
    #[arg(long, value_name = "A,B", value_delimiter = ',', requires = "by")]
    groups: Vec<String>,
    /// How two groups are compared.
    #[arg(long, value_name = "NAME", default_value = "welch", value_parser = ["welch", "mann-whitney"])]
    test: String,
    #[command(flatten)]
    taken_out: StrengthOptions,
    #[command(flatten)]
    options: CohortOptions,
}

impl PathwaysOf {
    /// Score and write.
    pub fn run(self) -> Result<(), Failure> {
        let scorer: Scorer = serde_json::from_value(self.scorer.into()).map_err(|e| Failure::Refused(e.to_string()))?;
        let mut session = model_on_cohort::open(&self.model, &self.cohort_dir, &self.options, &self.taken_out)?;
        let sets = match &self.gmt {
            Some(path) => {
                let sets = files::bytes(path)?;
                session.load_gene_sets(&path.to_string_lossy(), &sets)?;
                session.note_input(files::tally(path, &sets));
                SetsChoice::Own
            }
            None => SetsChoice::Hallmark,
        };
        let genes = if self.genes == "all" { PathwayGenes::All } else { PathwayGenes::Training };
        let spec = PathwaysSpec { sets, scorer, of: Choice::Purified, genes };
        let scored = session.pathways(spec)?;
        let out = OutputFolder::new(&self.out, Some(&self.cohort_dir))?;
        out.write_json("run.json", &session.run_record()?)?;
        drawing::write_pathways(&mut session, spec, &out)?;
        let test = if self.test == "welch" { GroupTest::Welch } else { GroupTest::MannWhitney };
        let compared = match &self.by {
            Some(column) => drawing::write_differences(&mut session, spec, column, &self.groups, test, &out)?,
            None => String::new(),
        };
        let most =
            scored.table.first().map(|row| format!("; purification changed {} most", row.set)).unwrap_or_default();
        let left_out = match scored.left_out.len() {
            0 => String::new(),
            n => format!(" {n} sets have too few genes in the data and were left out."),
        };
        let sets = scored.sets.len();
        say(format_args!("{sets} sets scored{most}.{left_out} {compared}Written to {}\n", out.path().display()))
    }
}
