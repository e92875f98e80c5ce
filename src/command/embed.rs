//! `twinpurify embed`.

use std::path::PathBuf;

use clap::Args;
use twinpurify::figure::Of;
use twinpurify::session::{Choice, TransferReport};
use twinpurify::training_set::Alignment;

use super::expression::ExpressionOptions;
use super::output::OutputFolder;
use super::strength_options::StrengthOptions;
use super::{Failure, drawing, files, note, say};

/// Open a saved model on a cohort, its own or another, and write everything that is read from it.
#[derive(Args)]
#[command(after_help = "Examples:
  twinpurify embed other/ --model run/model.safetensors --out embedded/
  twinpurify embed other/ --model run/model.safetensors --out embedded/ --align as-measured

Genes are matched by name, older names and ids through the built-in map; those that the cohort does not measure take their \
mean in training, and under 60 % of the model's genes the command refuses. Values: `auto` reads them as they stand where they \
are on the scale of training; else each gene's mean and spread over this cohort's tumours stand in for those of training \
(`genes`, from 20 tumours on), or each sample takes the quantiles of the model's mean profile (`samples`). Writes the tables \
and figures of `twinpurify train` without losses and model (--expression as there), verdict.json (on this cohort), transfer.json and run.json (files with their SHA-256, \
parameters, version).")]
pub struct Embed {
    /// Folder with the cohort's files.
    cohort_dir: PathBuf,
    /// Model file of `twinpurify train` or of the page.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Folder to write into; made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How values are brought to the model's.
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = ["auto", "as-measured", "genes", "samples"])]
    align: String,
    #[command(flatten)]
    taken_out: StrengthOptions,
    #[command(flatten)]
    expression: ExpressionOptions,
    /// Nothing on standard error but failures.
    #[arg(long)]
    quiet: bool,
}

impl Embed {
    /// Open and write.
    pub fn run(self) -> Result<(), Failure> {
        let alignment: Alignment =
            serde_json::from_value(self.align.replace('-', "_").into()).map_err(|e| Failure::Refused(e.to_string()))?;
        self.expression.check(&self.cohort_dir)?;
        let model = files::bytes(&self.model)?;
        let of_model = files::tally(&self.model, &model);
        let mut session = files::open_cohort(&self.cohort_dir, self.quiet)?;
        let summary = session.summary()?;
        let opened = session.open_model(&model, alignment)?;
        self.taken_out.apply(&mut session)?;
        let config = session.config(Choice::Purified)?.clone();
        let verdict = session.verdict(Choice::Purified)?;
        let out = OutputFolder::new(&self.out, Some(&self.cohort_dir))?;
        if !self.quiet {
            summary.warnings.iter().for_each(note);
        }
        out.write_json("transfer.json", &TransferReport { config: &config, transfer: &opened.transfer })?;
        session.note_input(of_model);
        out.write_json("run.json", &session.run_record()?)?;
        out.write_json("verdict.json", &verdict)?;
        drawing::write_tables(&mut session, Of::Purified, &out)?;
        let column = drawing::telling_column(&mut session)?;
        drawing::write_maps(&mut session, Of::Purified, column.as_deref(), &out)?;
        drawing::write_run_pathways(&mut session, Choice::Purified, column.as_deref(), &out)?;
        self.expression.write(&mut session, Choice::Purified, &out, self.quiet)?;
        let said = format!("{}\n{}", opened.transfer.sentence, verdict.sentence);
        say(format_args!("{said}\nWritten to {}\n", out.path().display()))
    }
}
