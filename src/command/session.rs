//! `twinpurify session`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use twinpurify::figure::{MapKind, Of};
use twinpurify::session::{Choice, OpenedSession, Session, TableSpec};

use super::output::OutputFolder;
use super::{Failure, drawing, files, say};

/// Say what a session file of the page holds, and write its tables and figures.
#[derive(Args)]
#[command(after_help = "Examples:
  twinpurify session cohort.twinpurify
  twinpurify session cohort.twinpurify --out tables/

Writes embedding.csv, the maps as CSV and SVG, pathways_raw.csv, pathways_purified.csv, pathways_change.csv, genes.csv, \
loss.csv, verdict.json, config.json and run.json (either for `twinpurify train --config`) and, where a model was trained, model.safetensors \
(for `twinpurify pathways`): as far as the session holds them. No cohort is needed.")]
pub struct SessionFile {
    /// The file that the page saved.
    file: PathBuf,
    /// Folder to write into; made where it is not there.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl SessionFile {
    /// Read, say, write.
    pub fn run(self) -> Result<(), Failure> {
        let mut session = Session::default();
        let opened = session.open_session(&files::bytes(&self.file)?)?;
        let mut text = described(&opened);
        if let Some(out) = &self.out {
            let out = OutputFolder::new(out, None)?;
            write(&mut session, &opened, &out)?;
            // Writing to a String cannot fail.
            let _ = writeln!(text, "Written to {}", out.path().display());
        }
        say(format_args!("{text}"))
    }
}

fn described(opened: &OpenedSession) -> String {
    let figure = |name: &str| opened.summary.get(name).and_then(Value::as_u64).unwrap_or(0);
    let mut text = format!(
        "Written by {}: {} tumours, {} adjacent normals, {} genes{}.\n",
        opened.program,
        figure("tumors"),
        figure("normals"),
        figure("genes"),
        if opened.expression { ", expression values included" } else { ", no expression values" }
    );
    for model in &opened.models {
        let name = if model.of == Choice::Purified { "Trained" } else { "Instant" };
        let of = |value: &Value, key: &str| value.get(key).map(Value::to_string).unwrap_or_default();
        let sentence = model.verdict.get("sentence").and_then(Value::as_str).unwrap_or("not judged");
        let (preset, seed) = (of(&model.config, "preset"), of(&model.config, "seed"));
        let _ = writeln!(text, "{name}: preset {preset}, seed {seed}. {sentence}");
    }
    text
}

fn write(session: &mut Session, opened: &OpenedSession, out: &OutputFolder) -> Result<(), Failure> {
    let first = opened.models.first().map_or(Choice::Purified, |model| model.of);
    let of = Of::from(first);
    out.write("embedding.csv", session.table(TableSpec::Embedding { of })?)?;
    out.write("genes.csv", session.table(TableSpec::Genes)?)?;
    if let Some(model) = opened.models.first() {
        out.write_json("config.json", &model.config)?;
        out.write_json("verdict.json", &model.verdict)?;
    }
    if let Some(run) = &opened.run {
        out.write_json("run.json", run)?;
    }
    for (kind, table) in [(MapKind::Pca, "map_pca"), (MapKind::Umap, "map_umap")] {
        if session.map(kind, of).is_ok() {
            let spec = if kind == MapKind::Pca { TableSpec::MapPca { of } } else { TableSpec::MapUmap { of } };
            out.write(&format!("{table}.csv"), session.table(spec)?)?;
            drawing::write_maps_of(session, kind, of, out)?;
        }
    }
    if !session.history().is_empty() {
        drawing::write_losses(session, out)?;
    }
    if let Some(spec) = opened.pathways {
        drawing::write_pathways(session, spec, out)?;
    }
    if let Some(comparison) = &opened.comparison {
        out.write_json("comparison.json", comparison)?;
    }
    if let Ok(model) = session.model_file() {
        out.write("model.safetensors", model)?;
    }
    Ok(())
}
