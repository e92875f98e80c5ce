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
    let failed = |error: std::io::Error| Failure::io("Reading the folder", folder, &error);
    if folder.is_file() {
        let message = "The cohort is a folder: give the one that holds the expression matrix and the sample sheet.";
        return Err(Failure::Refused(format!("{message} ({})", folder.display())));
    }
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>().map_err(failed)?;
    paths.retain(|path| path.is_file());
    // The folder's own order differs from machine to machine, and the order of files is the order of samples.
    paths.sort();
    let mut session = session()?;
    for path in paths {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if is_table(&name) {
            open(&mut session, &path, &name)?;
        } else if !quiet {
            note(format_args!("Ignored, for it is no table: {name}"));
        }
    }
    Ok(session)
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
