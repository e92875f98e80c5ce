//! `trials.jsonl` of a study: what is finished, in one process or in several that each make a part.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use twinpurify::comparison::{Comparison, Trial};

use super::output::OutputFolder;
use super::study_record::{StudyRecord, StudySettings};
use super::{Failure, files};

const NAME: &str = "trials.jsonl";

/// A line of `trials.jsonl`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// The folder's name.
    pub cohort: String,
    /// Of what it was made; none in lines of older versions.
    #[serde(default)]
    pub fingerprint: String,
    /// What it showed.
    pub trial: Trial,
}

impl Line {
    fn is_of(&self, other: &Self) -> bool {
        (&self.cohort, &self.fingerprint, &self.trial.row, self.trial.seed)
            == (&other.cohort, &other.fingerprint, &other.trial.row, other.trial.seed)
    }
}

/// `--shard I/N`: the part of a study that one process makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub part: usize,
    /// How many parts there are.
    pub parts: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').map(|(part, parts)| (part.parse(), parts.parse()));
        match numbers {
            Some((Ok(part), Ok(parts))) if (1..=parts).contains(&part) && parts <= 10_000 => Ok(Self { part, parts }),
            _ => Err("give the part and how many there are, as 2/4: parts count from 1, at most 10,000".into()),
        }
    }
}

/// Parts of one study that are to be joined.
pub struct Parts {
    /// The study as the parts say it, with the cohorts of them all.
    pub record: StudyRecord,
    /// Their trials.
    pub lines: Vec<Line>,
}

impl Parts {
    /// Read what `--shard` wrote into these folders.
    pub fn read(folders: &[PathBuf]) -> Result<Option<Self>, Failure> {
        let mut whole: Option<Self> = None;
        for folder in folders {
            let path = folder.join("run.json");
            let record = StudyRecord::read(&path)?.ok_or_else(|| {
                Failure::Refused(format!(
                    "This folder holds no study to join: its run.json is none. ({})",
                    folder.display()
                ))
            })?;
            let lines = read_file(&folder.join(NAME))?.0;
            let Some(Self { record: joined, lines: all }) = &mut whole else {
                whole = Some(Self { record, lines });
                continue;
            };
            if joined.settings != record.settings || joined.seeds != record.seeds {
                let message = "The parts are of different studies: their configurations, columns, seeds or versions \
                               differ. Make all parts with the same command but for --shard and --out.";
                return Err(Failure::Refused(format!("{message} ({} and {})", folders[0].display(), folder.display())));
            }
            for (name, cohort) in record.cohorts {
                if joined.cohorts.get(&name).is_some_and(|known| known.fingerprint() != cohort.fingerprint()) {
                    let message =
                        format!("The parts read other files as {name:?}, or chose other roles or corrections.");
                    return Err(Failure::Refused(format!("{message} ({})", folder.display())));
                }
                joined.cohorts.insert(name, cohort);
            }
            all.extend(lines);
        }
        Ok(whole)
    }
}

/// Refuse a folder whose trials were made with other settings.
pub fn check_settings(out: &OutputFolder, settings: &StudySettings) -> Result<(), Failure> {
    let path = out.path().join("settings.json");
    if path.exists() {
        let stands: Option<StudySettings> = serde_json::from_slice(&files::bytes(&path)?).ok();
        if stands.as_ref() != Some(settings) {
            let message = "The folder holds a study with other configurations, columns or of another version, which \
                           cannot stand in one table with this one: choose another folder for --out.";
            return Err(Failure::Refused(format!("{message} ({})", out.path().display())));
        }
    }
    out.write_json("settings.json", settings)
}

/// What was finished earlier, here and in `parts`. A last line that was cut off when the study was stopped is taken away.
pub fn earlier(out: &OutputFolder, parts: Vec<Line>) -> Result<Vec<Line>, Failure> {
    let (mut lines, mut whole) = read_file(&out.path().join(NAME))?;
    for line in parts {
        if !lines.iter().any(|known| known.is_of(&line)) {
            lines.push(line);
            whole = false;
        }
    }
    if !whole {
        write(out, &lines)?;
    }
    Ok(lines)
}

/// Add a line.
pub fn append(out: &OutputFolder, line: &Line) -> Result<(), Failure> {
    let path = out.path().join(NAME);
    let failed = |error: std::io::Error| Failure::io("Writing", &path, &error);
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    file.write_all(text(line)?.as_bytes()).map_err(failed)
}

/// Put the lines of one cohort in the order of seeds and rows, after all others: threads and processes finish in any
/// order, and the file is the same.
pub fn put_in_order(out: &OutputFolder, cohort: &str, fingerprint: &str, made: &Comparison) -> Result<(), Failure> {
    let (lines, _) = read_file(&out.path().join(NAME))?;
    let (own, mut all): (Vec<Line>, Vec<Line>) =
        lines.into_iter().partition(|line| line.cohort == cohort && line.fingerprint == fingerprint);
    let order: Vec<(String, u64)> = made.in_order().into_iter().map(|trial| (trial.row, trial.seed)).collect();
    let place = |line: &Line| order.iter().position(|(row, seed)| *row == line.trial.row && *seed == line.trial.seed);
    let mut own: Vec<(Option<usize>, Line)> = own.into_iter().map(|line| (place(&line), line)).collect();
    own.sort_by_key(|(place, _)| *place);
    all.extend(own.into_iter().map(|(_, line)| line));
    write(out, &all)
}

/// The whole lines of a file, and whether there is nothing else in it; none where there is no file.
fn read_file(path: &Path) -> Result<(Vec<Line>, bool), Failure> {
    if !path.exists() {
        return Ok((Vec::new(), true));
    }
    let text = String::from_utf8(files::bytes(path)?).unwrap_or_default();
    let lines: Vec<Line> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let whole = lines.len() == text.lines().count() && (text.is_empty() || text.ends_with('\n'));
    Ok((lines, whole))
}

fn text(line: &Line) -> Result<String, Failure> {
    serde_json::to_string(line).map(|json| json + "\n").map_err(|e| Failure::Unexpected(e.to_string()))
}

/// Replace the file at one stroke: a study that is stopped meanwhile loses nothing.
fn write(out: &OutputFolder, lines: &[Line]) -> Result<(), Failure> {
    let whole: String = lines.iter().map(text).collect::<Result<_, _>>()?;
    let (new, path) = (format!("{NAME}.new"), out.path().join(NAME));
    out.write(&new, whole)?;
    fs::rename(out.path().join(&new), &path).map_err(|error| Failure::io("Writing", &path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_a_part_of_so_many() {
        assert_eq!("2/4".parse(), Ok(Shard { part: 2, parts: 4 }));
        assert_eq!("1/1".parse(), Ok(Shard { part: 1, parts: 1 }));
        for wrong in ["0/4", "5/4", "2", "2/", "/4", "a/b", "-1/2", "1/0", "1/100000", "1/2/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
