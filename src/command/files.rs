//! Files from disk into a session, 256 KiB at a time.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use twinpurify::container::source::Disk;
use twinpurify::container::{Kind, choose, sniff};
use twinpurify::session::{InputFile, RunRecord, Session, Tally};

use super::{Failure, note};

/// Bytes read at once: memory stays that of the matrix, whatever the file's size.
const CHUNK: usize = 256 << 10;

/// Bytes from which a file's kind is told.
const START: u64 = 64 << 10;

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
    let mut head = Vec::new();
    file.by_ref().take(START).read_to_end(&mut head).map_err(failed)?;
    if sniff(&head) != Kind::Table {
        return unpack(session, path, name);
    }
    file.rewind().map_err(failed)?;
    let handle = session.begin_file(name);
    read_through(&mut file, path, |chunk| Ok(session.push_chunk(handle, chunk)?))?;
    session.end_file(handle)?;
    Ok(())
}

/// Hand a file's bytes over, [`CHUNK`] at a time.
fn read_through(
    file: &mut File,
    path: &Path,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk).map_err(|error| Failure::io("Reading", path, &error))?;
        if read == 0 {
            return Ok(());
        }
        take(&chunk[..read])?;
    }
}

/// A file that lies outside the cohort's folder, for the run's record: by its own name, wherever it lies.
pub fn tally(path: &Path, bytes: &[u8]) -> InputFile {
    let mut whole = Tally::default();
    whole.push(bytes);
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    whole.finish(&name, false)
}

/// Say which of the open files are not those of an earlier run that is repeated.
pub fn say_other_files(session: &mut Session, record: &RunRecord) -> Result<(), Failure> {
    let now = session.run_record()?;
    let other = now.other_files(record);
    if !other.is_empty() {
        let names = other.join(", ");
        note(format_args!("Not the files of the run that is repeated, by their SHA-256: {names}."));
    }
    Ok(())
}

/// Every table of an archive, workbook, AnnData or Parquet file. One that cannot be read stops the command, for a run
/// without it would be another run.
fn unpack(session: &mut Session, path: &Path, name: &str) -> Result<(), Failure> {
    let mut whole = Tally::default();
    let mut file = File::open(path).map_err(|error| Failure::io("Reading", path, &error))?;
    read_through(&mut file, path, |chunk| {
        whole.push(chunk);
        Ok(())
    })?;
    session.note_input(whole.finish(name, false));
    let source = Disk::open(path).map_err(|error| Failure::io("Reading", path, &error))?;
    let unpacked =
        session.open_container(name, Arc::new(source)).map_err(|error| Failure::Refused(error.to_string()))?;
    if let Some(refused) = unpacked.refused.first() {
        return Err(Failure::Refused(refused.to_string()));
    }
    if unpacked.reports.is_empty() {
        let why: Vec<String> =
            unpacked.left_out.iter().map(|file| format!("{}: {}", file.name, file.because)).collect();
        let message = "No file of the archive is a table. Open the tables themselves.";
        return Err(Failure::Refused(format!("{message} (file {name}; {})", why.join("; "))));
    }
    for file in unpacked.left_out {
        note(format_args!("Not opened: {name}/{} ({})", file.name, file.because));
    }
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

/// Read every table of a folder and of the folders in it (GDC puts each file in one of its own), in the order of paths.
pub fn open_folder(session: &mut Session, folder: &Path, quiet: bool) -> Result<(), Failure> {
    let paths = files_below(folder, DEEPEST)?;
    let below = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
    let names: Vec<String> = paths.iter().map(below).collect();
    // One that cannot be read stops the command, for a run without the sample sheet would be another run.
    for ((path, name), no) in
        paths.iter().zip(&names).zip(choose(&names.iter().map(String::as_str).collect::<Vec<_>>()))
    {
        match no {
            None => open(session, path, name)?,
            Some(because) if !quiet && !name.starts_with('.') => note(format_args!("Not opened: {name} ({because})")),
            Some(_) => {}
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
