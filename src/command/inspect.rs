//! `twinpurify inspect`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use twinpurify::cohort::Summary;

use super::{Failure, files, say};

/// Say what each file is taken for, and what cohort they make.
#[derive(Args)]
#[command(after_help = "Examples:
  twinpurify inspect expression.tsv.gz samples.tsv
  twinpurify inspect HiSeqV2.gz --json | jq .normals

Exit code 0 for a readable cohort, 2 for a refused file with the reason on standard error.")]
pub struct Inspect {
    /// Expression matrices, sample sheets and GMT files, plain or gzip.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print JSON: tumors, normals, other, genes, scale, geneIds, patients, columns, files, warnings, roles.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// Print the summary.
    pub fn run(self) -> Result<(), Failure> {
        let mut session = files::session()?;
        for path in &self.files {
            // The path as given: two folders may hold files of one name.
            files::open(&mut session, path, &path.to_string_lossy())?;
        }
        let summary = session.summary()?;
        if self.json {
            let json = serde_json::to_string_pretty(&summary).map_err(|e| Failure::Unexpected(e.to_string()))?;
            return say(format_args!("{json}\n"));
        }
        say(format_args!("{}", described(&summary)))
    }
}

fn described(summary: &Summary) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for file in &summary.files {
        let _ = writeln!(text, "{}\n  {}: {}", file.name, file.kind.replace('_', " "), file.detail);
    }
    let counts = [
        ("Tumours", summary.tumours.to_string(), summary.roles.because.as_str()),
        ("Adjacent normals", summary.normals.to_string(), ""),
        ("Other", summary.other.to_string(), ""),
        ("Patients", summary.patients.to_string(), ""),
        ("Genes", summary.genes.to_string(), ""),
        ("Scale", word(&summary.scale.value), summary.scale.because.as_str()),
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
    if !summary.warnings.is_empty() {
        text.push_str("\nWarnings\n");
        for warning in &summary.warnings {
            let _ = writeln!(text, "  {warning}");
        }
    }
    text
}

/// A detected value by the name JSON gives it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('_', " "),
        _ => String::new(),
    }
}
