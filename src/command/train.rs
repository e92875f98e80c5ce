//! `twinpurify train`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use twinpurify::figure::Of;
use twinpurify::session::{Choice, Verdict};
use twinpurify::twin::Preset;

use super::cohort_options::CohortOptions;
use super::device::DeviceName;
use super::expression::ExpressionOptions;
use super::output::OutputFolder;
use super::settings::{self, Settings};
use super::strength_options::StrengthOptions;
use super::{Failure, drawing, files, note, say};

/// Train on a cohort and write the embedding, maps, pathways, losses, figures and the model.
#[derive(Args)]
#[command(after_help = "Examples:
  twinpurify train cohort/ --out run/
  twinpurify train cohort/ --out run/ --preset strict --seed 11
  twinpurify train cohort/ --out again/ --config run/run.json
  twinpurify train cohort/ --out quick/ --preset instant
  twinpurify train cohort/ --out run/ --strength 2 --keep 1
  twinpurify train cohort/ --out run/ --expression purified.h5ad
  twinpurify train cohort/ --out run/ --device gpu

COHORT_DIR holds the expression matrix and, where sample names are not TCGA barcodes, a sample sheet (.tsv, .csv, .txt, \
plain or gzip). Tables in --out: embedding.csv, map_pca.csv, map_umap.csv, pathways_raw.csv, pathways_purified.csv, \
pathways_change.csv, purity.csv (stand-in for purity, stromal and immune score as mean z of marker genes, position between adjacent normal and the \
purest tumours), directions.csv, direction_genes.csv, direction_sets.csv, direction_positions.csv, genes.csv, loss.csv. Figures: map_pca_raw.svg, map_pca_purified.svg, map_umap_raw.svg, \
map_umap_purified.svg, heat_map.svg, direction_1.svg …, loss.svg. Also verdict.json, config.json (every parameter, for --config), run.json (the same with the roles and \
corrections that were chosen, the files read with their SHA-256 and the version; for --config, which then repeats all of it) and \
model.safetensors (for `twinpurify pathways`). With --expression the purified expression of every measured gene, genes × \
tumours at the strength that is set; genes that the embedding does not explain are empty there, and expression_genes.csv says \
where each gene's values come from. The instant preset is solved, not trained: it has no losses and no \
model file.")]
pub struct Train {
    /// Folder with the cohort's files.
    cohort_dir: PathBuf,
    /// Folder to write into; made where it is not there, files of an earlier run are replaced.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Parameters as JSON, all or some; those left out are the preset's. Of an earlier run its config.json, or its run.json,
    /// which chooses its roles and corrections too unless others are given here.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Parameters to start from (profile unless the configuration file says otherwise).
    #[arg(long, value_name = "NAME", value_parser = ["profile", "balanced", "strict", "linear", "classic", "instant"])]
    preset: Option<String>,
    /// Seed of every random draw: the same seed gives the same bytes on the CPU.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Passes over the tumours; 0 makes 1,000 steps of them (2,000 for a linear encoder), never under 100.
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Where to train.
    #[arg(long, value_enum, default_value = "cpu")]
    device: DeviceName,
    /// Nothing on standard error but failures.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    taken_out: StrengthOptions,
    #[command(flatten)]
    expression: ExpressionOptions,
    #[command(flatten)]
    options: CohortOptions,
}

impl Train {
    /// Train and write.
    pub fn run(self) -> Result<(), Failure> {
        self.device.check()?;
        let record = self.config.as_deref().map(settings::read).transpose()?.and_then(|given| given.record);
        self.expression.check(&self.cohort_dir)?;
        let Self { config, preset, seed, epochs, taken_out, quiet, .. } = &self;
        let config =
            Settings { file: config.as_deref(), preset: preset.as_deref(), seed: *seed, epochs: *epochs, taken_out }
                .config()?;
        let mut session = files::open_cohort(&self.cohort_dir, *quiet)?;
        self.options.apply_or(record.as_ref(), &mut session)?;
        let summary = session.summary()?;
        let resolved = session.resolve_config(&config)?;
        let out = OutputFolder::new(&self.out, Some(&self.cohort_dir))?;
        if !quiet {
            if let Some(record) = &record {
                files::say_other_files(&mut session, record)?;
            }
            note(format_args!(
                "{} tumours, {} adjacent normals, {} genes.",
                summary.tumours, summary.normals, summary.genes
            ));
            summary.warnings.iter().for_each(note);
        }
        out.write_json("config.json", &resolved.config)?;
        let instant = config.preset == Preset::Instant;
        let (of, choice) = if instant { (Of::Instant, Choice::Instant) } else { (Of::Purified, Choice::Purified) };
        let verdict = if instant {
            out.clear(&["model.safetensors", "loss.csv", "loss.svg"])?;
            session.run_instant(&config)?
        } else {
            self.device.train(&mut session, &config, *quiet)?;
            let verdict = session.finish_training()?;
            out.write("model.safetensors", session.model_file()?)?;
            drawing::write_losses(&mut session, &out)?;
            verdict
        };
        out.write_json("config.json", session.config(choice)?)?;
        out.write_json("run.json", &session.run_record()?)?;
        out.write_json("verdict.json", &verdict)?;
        drawing::write_tables(&mut session, of, &out)?;
        let column = drawing::telling_column(&mut session)?;
        drawing::write_maps(&mut session, of, column.as_deref(), &out)?;
        drawing::write_run_pathways(&mut session, choice, column.as_deref(), &out)?;
        self.expression.write(&mut session, choice, &out, *quiet)?;
        say(format_args!("{}Written to {}\n", told(&verdict), out.path().display()))
    }
}

fn told(verdict: &Verdict) -> String {
    let mut text = format!("{}\n", verdict.sentence);
    for guard in &verdict.guards {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "Caution: {}", guard.message);
    }
    text
}
