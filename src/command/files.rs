//! Files from disk into a session, 256 KiB at a time.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use twinpurify::session::Session;

use super::{Failure, note};

/// Bytes read at once: memory stays that of the matrix, whatever the file's size.
const CHUNK: usize = 256 << 10;

/// Endings of files that hold a table or gene sets. One of these that cannot be read stops the command, for a run
/// without the sample sheet would be another run; any other file is left alone.
const TABLES: [&str; 6] = ["tsv", "csv", "txt", "tab", "gmt", "gz"];

/// Words that name a text about the data rather than the data.
const PROSE: [&str; 5] = ["readme", "notice", "source", "license", "licence"];

/// The map of gene ids that the page fetches, in the program.
const GENE_MAP: &[u8] = include_bytes!("../../www/gene_map.tsv.gz");

/// Nothing open yet; genes will be named by the map.
pub fn session() -> Result<Session, Failure> {
    let mut session = Session::default();
    session.set_gene_map(GENE_MAP)?;
    Ok(session)
}

/// Read one file under the name the person will see in messages.
pub fn open(session: &mut Session, path: &Path, name: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::io("Reading", path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let handle = session.begin_file(name);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk).map_err(failed)?;
        if read == 0 {
            break;
        }
        session.push_chunk(handle, &chunk[..read])?;
    }
    session.end_file(handle)?;
    Ok(())
}

/// Read a whole small file.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::io("Reading", path, &error))
}

/// Read every table and gene-set file of a folder, in the order of their names; the others are named on standard error.
pub fn open_cohort(folder: &Path, quiet: bool) -> Result<Session, Failure> {
    if folder.is_file() {
        let message = "The cohort is a folder: give the one that holds the expression matrix and the sample sheet.";
        return Err(Failure::Refused(format!("{message} ({})", folder.display())));
    }
    let mut session = session()?;
    open_folder(&mut session, folder, quiet)?;
    Ok(session)
}

/// Read every table and gene-set file of a folder and of the folders in it (GDC puts each file in one of its own), in the
/// order of their paths.
pub fn open_folder(session: &mut Session, folder: &Path, quiet: bool) -> Result<(), Failure> {
    for path in files_below(folder, DEEPEST)? {
        let base = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        if base.starts_with('.') {
            continue;
        }
        if is_table(&base) {
            open(session, &path, &name)?;
        } else if !quiet {
            note(format_args!("Ignored, for it is no table: {name}"));
        }
    }
    Ok(())
}

/// What this program wrote there once is no part of the cohort.
fn is_output(folder: &Path) -> bool {
    ["verdict.json", "pathways_change.csv", "table.md"].iter().any(|name| folder.join(name).exists())
}

/// Folders within folders that are looked into.
const DEEPEST: usize = 3;

fn files_below(folder: &Path, deep: usize) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::io("Reading the folder", folder, &error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>().map_err(failed)?;
    // The folder's own order differs from machine to machine, and the order of files is the order of samples.
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_file() {
            files.push(path);
        } else if deep > 0 && path.is_dir() && !is_output(&path) {
            files.extend(files_below(&path, deep - 1)?);
        }
    }
    Ok(files)
}

fn is_table(name: &str) -> bool {
    let lower = name.to_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    let ending = lower.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    TABLES.contains(&ending) && !PROSE.contains(&stem)
}

#[cfg(test)]
mod tests {
    use super::is_table;

    #[test]
    fn tables_are_told_from_prose_by_name() {
        for name in ["expression.tsv.gz", "samples.TSV", "HiSeqV2.gz", "data_clinical_sample.txt", "h.all.gmt"] {
            assert!(is_table(name), "{name}");
        }
        for name in ["SOURCE.md", "NOTICE", "README.txt", "LICENSE.txt", "model.safetensors", "plain", "a.tsv.bak"] {
            assert!(!is_table(name), "{name}");
        }
    }
}
