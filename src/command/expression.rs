//! `--expression`: the purified expression of every measured gene as a file.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use twinpurify::container::written::{About, AnnDataError, AnnDataFile, ParquetFile};
use twinpurify::session::{
    Choice, ExpressionMatrices, ExpressionScale, ExpressionSpec, ExpressionText, Session, tables,
};

use super::output::OutputFolder;
use super::{Failure, note};

/// Where each gene's values come from, in the folder of the run.
const GENES: &str = "expression_genes.csv";

/// What the extension of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text(ExpressionText),
    AnnData,
    Parquet,
}

/// As [`ExpressionScale`].
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scale {
    /// log2(1 + x).
    Log2,
    /// Levels as measured, never under 0.
    Linear,
}

/// Where the purified expression goes.
#[derive(Args)]
pub struct ExpressionOptions {
    /// Write the purified expression too, genes × tumours, all measured genes: .tsv, .gct, .h5ad or .parquet.
    #[arg(long, value_name = "FILE")]
    expression: Option<PathBuf>,
    /// Scale of its values.
    #[arg(long, value_enum, default_value = "log2", requires = "expression")]
    expression_scale: Scale,
}

impl ExpressionOptions {
    /// Refuse an extension that says no format, and the cohort's own folder, before anything is trained.
    pub fn check(&self, cohort: &Path) -> Result<(), Failure> {
        let Some(path) = &self.expression else { return Ok(()) };
        format(path)?;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let real = |path: &Path| fs::canonicalize(path).ok();
        if real(folder).is_none() {
            let message = "The folder of --expression is not there: make it, or choose another.";
            return Err(Failure::Refused(format!("{message} ({})", folder.display())));
        }
        if real(folder) == real(cohort) {
            let message = "The purified expression cannot go into the cohort's own folder, where it would be read as part \
                           of it: choose another folder for --expression.";
            return Err(Failure::Refused(format!("{message} ({})", path.display())));
        }
        Ok(())
    }

    /// Write it, where it was asked for: to a file beside it first, so that what stands there is whole.
    pub fn write(&self, session: &mut Session, of: Choice, out: &OutputFolder, quiet: bool) -> Result<(), Failure> {
        let Some(path) = &self.expression else { return out.clear(&[GENES]) };
        let scale = match self.expression_scale {
            Scale::Log2 => ExpressionScale::Log2,
            Scale::Linear => ExpressionScale::Linear,
        };
        let spec = ExpressionSpec { of, scale };
        let about = session.begin_expression(spec)?.clone();
        out.write(GENES, tables::expression_genes(&about))?;
        let mut part = path.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let written = match format(path)? {
            Format::Text(text) => write_text(session, text, &part),
            Format::AnnData => write_anndata(session, of, &about, &part),
            Format::Parquet => write_parquet(session, &about, &part),
        };
        if let Err(error) = written {
            // What is left of it is of no use; that it cannot be taken away is the smaller failure.
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        fs::rename(&part, path).map_err(|error| Failure::io("Writing", path, &error))?;
        if !quiet {
            note(format_args!("{} ({})", about.sentence, path.display()));
        }
        Ok(())
    }
}

fn format(path: &Path) -> Result<Format, Failure> {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "tsv" | "txt" => Ok(Format::Text(ExpressionText::Tsv)),
        "gct" => Ok(Format::Text(ExpressionText::Gct)),
        "h5ad" => Ok(Format::AnnData),
        "parquet" => Ok(Format::Parquet),
        _ => {
            let message = "The name of --expression says its format: end it in .tsv, .gct, .h5ad or .parquet.";
            Err(Failure::Refused(format!("{message} ({})", path.display())))
        }
    }
}

fn values(block: &ndarray::Array2<f32>) -> &[f32] {
    block.as_slice().unwrap_or_default()
}

fn write_text(session: &mut Session, text: ExpressionText, path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::io("Writing", path, &error);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    while let Some((piece, _)) = session.next_expression_text(text)? {
        file.write_all(piece.as_bytes()).map_err(failed)?;
    }
    file.flush().map_err(failed)
}

fn write_parquet(session: &mut Session, about: &About, path: &Path) -> Result<(), Failure> {
    let failed = |error: parquet::errors::ParquetError| Failure::io("Writing", path, &io::Error::other(error));
    let file = File::create(path).map_err(|error| Failure::io("Writing", path, &error))?;
    let mut writer = ParquetFile::begin(file, about).map_err(failed)?;
    while let Some((block, _)) = session.next_expression_tumours(ExpressionMatrices::Purified)? {
        writer.push(values(&block.values)).map_err(failed)?;
    }
    writer.finish().map_err(failed)
}

fn write_anndata(session: &mut Session, of: Choice, about: &About, path: &Path) -> Result<(), Failure> {
    let failed = |error: AnnDataError| match error {
        AnnDataError::Io(error) => Failure::io("Writing", path, &error),
        error => Failure::io("Writing", path, &io::Error::other(error)),
    };
    let beside = session.expression_beside(of)?;
    let file = File::create(path).map_err(|error| Failure::io("Writing", path, &error))?;
    let mut writer = AnnDataFile::begin(file, about, &beside).map_err(failed)?;
    drop(beside);
    while let Some((block, _)) = session.next_expression_tumours(ExpressionMatrices::RawAndPurified)? {
        writer.push(values(&block.values)).map_err(failed)?;
    }
    writer.finish().map(drop).map_err(failed)
}
