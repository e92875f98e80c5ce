//! `twinpurify genes`.

use std::path::PathBuf;

use clap::Args;
use twinpurify::readout::Grouping;
use twinpurify::readout::gene_differences::Values;
use twinpurify::session::{Choice, GenesFound, GenesRequest, Session, TableSpec};

use super::cohort_options::CohortOptions;
use super::output::OutputFolder;
use super::strength_options::StrengthOptions;
use super::{Failure, drawing, model_on_cohort, note, say};

/// Markers that a group has at the most, unless said otherwise.
const MARKERS: usize = 50;

/// Compare groups of tumours in every measured gene: raw, adjusted for purity, and purified.
#[derive(Args)]
#[command(
    name = "genes",
    after_help = "Examples:
  twinpurify genes cohort/ --model run/model.safetensors --out genes/ --by subtype
  twinpurify genes cohort/ --model run/model.safetensors --out genes/ --by subtype --groups Basal,LumA

With --groups, or where the column has two groups: genes.csv, every measured gene with its difference (first group minus \
second, log2), effect size with a 95 % interval, moderated t, p and FDR, as measured, with purity held (the sheet's purity \
column, or the stand-in) and purified; genes_raw.rnk, genes_adjusted.rnk and genes_purified.rnk, genes by their moderated t, \
for GSEA; genes_volcano.svg. Always: gene_markers.csv, the genes that are higher in each group than in all others; and run.json \
(files with their SHA-256, parameters, version). The adjusted model is the test: purified values share strength across \
genes and tumours, so their p-values order genes and are no test. One tumour of each patient is compared. The cohort need not \
be the one the model was trained on: see `twinpurify embed --help`."
)]
pub struct Genes {
    /// Folder with the cohort's files.
    cohort_dir: PathBuf,
    /// Model file of `twinpurify train` or of the page.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Folder to write into; made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Column whose groups are compared. Numbers are split at their median.
    #[arg(long, value_name = "COLUMN")]
    by: String,
    /// Two groups of the column, with a comma between: first minus second.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    groups: Vec<String>,
    /// Markers of each group at the most.
    #[arg(long, value_name = "N", default_value_t = MARKERS)]
    markers: usize,
    #[command(flatten)]
    taken_out: StrengthOptions,
    #[command(flatten)]
    options: CohortOptions,
}

impl Genes {
    /// Compare and write.
    pub fn run(self) -> Result<(), Failure> {
        let mut session = model_on_cohort::open(&self.model, &self.cohort_dir, &self.options, &self.taken_out)?;
        let groups = session.grouping(&self.by)?;
        let pair = drawing::named_pair(&groups, &self.groups)?;
        let out = OutputFolder::new(&self.out, Some(&self.cohort_dir))?;
        out.write_json("run.json", &session.run_record()?)?;
        let compared = match pair {
            Some(pair) => Some(write_pair(&mut session, &groups, pair, &out)?),
            None => {
                out.clear(&PAIR)?;
                note("More than two groups: give --groups A,B to compare two of them gene by gene.");
                None
            }
        };
        let markers = TableSpec::GeneMarkers { of: Choice::Purified, groups, most: self.markers };
        out.write("gene_markers.csv", session.table(markers)?)?;
        let compared = compared.unwrap_or_else(|| "Markers of every group".to_owned());
        say(format_args!("{compared}. Written to {}\n", out.path().display()))
    }
}

/// Files of two groups.
const PAIR: [&str; 5] = ["genes.csv", "genes_raw.rnk", "genes_adjusted.rnk", "genes_purified.rnk", "genes_volcano.svg"];

fn write_pair(
    session: &mut Session,
    groups: &Grouping,
    (first, second): (usize, usize),
    out: &OutputFolder,
) -> Result<String, Failure> {
    let request = GenesRequest { of: Choice::Purified, groups: groups.clone(), first, second: Some(second) };
    session.gene_differences(request)?;
    let found = session.purified_differences()?;
    found.notes.iter().for_each(note);
    if let Some(because) = &found.unadjusted {
        note(format_args!("Purity is not held: {because}"));
    }
    // What cannot be compared leaves no file of an earlier run.
    out.clear(&PAIR)?;
    out.write("genes.csv", session.table(TableSpec::GeneDifferences)?)?;
    for (by, tested) in Values::ALL.into_iter().zip(found.tested) {
        if tested > 0 {
            out.write(&format!("genes_{}.rnk", by.word()), session.table(TableSpec::GeneRanks { by })?)?;
        }
    }
    let by = if found.tested[1] > 0 { Values::Adjusted } else { Values::Raw };
    drawing::write_volcano(session, by, out)?;
    Ok(said(&found))
}

fn said(found: &GenesFound) -> String {
    let [(a, n), (b, m)] = &found.sides;
    let counts = Values::ALL.into_iter().zip(found.discovered).zip(found.tested);
    let counts = counts.filter(|(_, tested)| *tested > 0).map(|((by, found), _)| format!("{found} {}", by.word()));
    let counts: Vec<String> = counts.collect();
    format!(
        "{a} ({n}) against {b} ({m}): of {} genes that vary, below an FDR of 5 %: {}",
        found.tested[0],
        counts.join(", ")
    )
}
