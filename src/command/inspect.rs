//! `twinpurify inspect`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use twinpurify::cohort::quality::Quality;
use twinpurify::cohort::{Endpoint, Reading, Summary};

use super::cohort_options::CohortOptions;
use super::{Failure, files, say};

/// Say what each file is taken for, and what cohort they make.
#[derive(Args)]
#[command(after_help = "Examples:
  twinpurify inspect expression.tsv.gz samples.tsv
  twinpurify inspect HiSeqV2.gz --json | jq .normals
  twinpurify inspect gdc_download/
  twinpurify inspect matrix.csv samples.csv --normal tissue=control

Exit code 0 for a readable cohort, 2 for a refused file with the reason on standard error.")]
pub struct Inspect {
    /// Expression matrices, sample sheets and gene sets, plain or gzip, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print JSON: tumors, normals, other, genes, scale, geneIds, patients, columns, files, warnings, roles, quality.
    #[arg(long)]
    json: bool,
    /// Only read the files; do not look at the samples' quality.
    #[arg(long)]
    no_quality: bool,
    #[command(flatten)]
    options: CohortOptions,
}

/// The summary with the quality of the samples.
#[derive(Serialize)]
struct Inspected<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<&'a Quality>,
}

impl Inspect {
    /// Print the summary.
    pub fn run(self) -> Result<(), Failure> {
        let mut session = files::session()?;
        for path in &self.files {
            if path.is_dir() {
                files::open_folder(&mut session, path, self.json)?;
            } else {
                // The path as given: two folders may hold files of one name.
                files::open(&mut session, path, &path.to_string_lossy())?;
            }
        }
        self.options.apply(&mut session)?;
        let summary = session.summary()?;
        let quality = if self.no_quality { None } else { Some(session.quality()?) };
        let quality = quality.as_deref();
        if self.json {
            let inspected = Inspected { summary: &summary, quality };
            let json = serde_json::to_string_pretty(&inspected).map_err(|e| Failure::Unexpected(e.to_string()))?;
            return say(format_args!("{json}\n"));
        }
        say(format_args!("{}{}", described(&summary), quality.map(looked_at).unwrap_or_default()))
    }
}

fn described(summary: &Summary) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for file in &summary.files {
        let _ = writeln!(text, "{}\n  {}: {}", file.name, file.kind.replace('_', " "), file.detail);
    }
    let reading = Reading { scale: summary.scale.value, logarithm: summary.logarithm };
    let scale = if reading.logarithm.is_some() { reading.formula() } else { word(&summary.scale.value) };
    let counts = [
        ("Tumours", summary.tumours.to_string(), summary.roles.because.as_str()),
        ("Adjacent normals", summary.normals.to_string(), ""),
        ("Other", summary.other.to_string(), ""),
        ("Patients", summary.patients.to_string(), ""),
        ("Genes", summary.genes.to_string(), ""),
        ("Scale", scale, summary.scale.because.as_str()),
        ("Gene ids", word(&summary.gene_ids.value), summary.gene_ids.because.as_str()),
    ];
    text.push('\n');
    for (name, value, because) in counts {
        let line = format!("{name:<17} {value:<13} {because}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if !summary.columns.is_empty() {
        let columns: Vec<&str> = summary.columns.iter().map(|column| column.name.as_str()).collect();
        let _ = writeln!(text, "{:<17} {}", "Columns", columns.join(", "));
    }
    for Endpoint { time, event, .. } in &summary.endpoints {
        let _ = writeln!(text, "{:<17} {time} with {event}", "Outcome");
    }
    if !summary.warnings.is_empty() {
        text.push_str("\nWarnings\n");
        for warning in &summary.warnings {
            let _ = writeln!(text, "  {warning}");
        }
    }
    text
}

/// What stands out, with the samples it is about.
fn looked_at(quality: &Quality) -> String {
    let mut text = String::new();
    for finding in &quality.findings {
        let names = finding.samples.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = finding.samples.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = if names.is_empty() { names } else { format!(" ({names}{more})") };
        let _ = writeln!(text, "  {}{names}", finding.message);
    }
    if text.is_empty() { text } else { format!("\nQuality\n{text}") }
}

/// Samples of a finding that are named in the text; JSON names all.
const NAMED: usize = 10;

/// A detected value by the name JSON gives it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('_', " "),
        _ => String::new(),
    }
}
