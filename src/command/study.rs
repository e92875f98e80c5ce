//! `twinpurify study`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use twinpurify::comparison::{
    Candidate, Columns, Comparison, ComparisonProgress, ConfusionTable, Label, Table, in_threads,
};
use twinpurify::figure::{
    FigureKind, FigureSpec, ForestSpec, GroupsOf, ScoreChoice, SurvivalSpec, Theme, ThemeName, svg,
};
use twinpurify::session::{RunRecord, Session, SessionError, TableSpec, confusion_figure, measures_figure, tables};
use twinpurify::twin::Config;

use super::cohort_options::CohortOptions;
use super::output::OutputFolder;
use super::settings::{self, Settings};
use super::strength_options::StrengthOptions;
use super::study_record::{StudyRecord, StudySettings, different_names, fingerprint};
use super::study_trials::{self, Line, Parts, Shard};
use super::{Failure, files, note, say};

/// Seconds between two lines about it.
const SECONDS_PER_LINE: u64 = 20;
/// Width of the figures, pixels.
const WIDTH: u32 = 1100;

/// Compare every representation on any number of cohorts, over seeds: the table of what purification gains.
#[derive(Args)]
#[command(after_help = "Examples:
  twinpurify study cohort/ --out study/
  twinpurify study cohorts/*/ --seeds 3 --out study/ --preset balanced --preset strict
  twinpurify study cohort/ --out study/ --config recipe.json --subtype PAM50 --time os_days --event os_event
  twinpurify study cohorts/*/ --out parts/2/ --shard 2/4    # one of four processes, on any machine
  twinpurify study cohorts/*/ --out study/ --join parts/*/  # byte for byte what one process gives

Rows: raw, PCA-20, contrastive PCA-20, auto-encoder, mixing denoising auto-encoder, TwinPurify (each preset and each \
--config), TwinPurify without mixing (of the first). Columns of the sample sheet are proposed where they are not given. \
Writes study.csv, study.md, one figure per cohort (COHORT.svg), confusion matrices, survival curves and hazard ratios by \
subtype where the sheet has them (COHORT_confusion_subtype.svg, …, each with its CSV), settings.json, run.json (files with their \
SHA-256, roles, corrections, configurations; --config run.json repeats the study) and trials.jsonl. A study that was \
interrupted goes on where it stopped: what stands in trials.jsonl is not computed again unless files, roles or corrections \
changed. Cohorts are told apart by their folders' names.")]
pub struct Study {
    /// Folders, each with one cohort's files.
    #[arg(required = true)]
    cohort_dirs: Vec<PathBuf>,
    /// Folder to write into, and to go on from.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Seeds, 1 to 20; they draw folds, dilution, held-out normals and training.
    #[arg(long, value_name = "N", default_value_t = 3)]
    seeds: usize,
    /// The first of them.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// A preset to compare; several may be given.
    #[arg(long, value_name = "NAME", value_parser = ["profile", "balanced", "strict", "linear", "classic", "instant"])]
    preset: Vec<String>,
    /// A configuration file to compare, named as the file; several may be given. The run.json of a run says its roles and
    /// corrections too; that of a study repeats the study.
    #[arg(long, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// Passes over the tumours, for every network; 0 as the presets say.
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Column with the molecular subtype.
    #[arg(long, value_name = "COLUMN")]
    subtype: Option<String>,
    /// Column with the histological grade.
    #[arg(long, value_name = "COLUMN")]
    grade: Option<String>,
    /// Column with the time to event or last follow-up.
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// Column that says whether the event happened.
    #[arg(long, value_name = "COLUMN")]
    event: Option<String>,
    /// Column with the purity; without one minus the sum of stromal and immune score stands for it.
    #[arg(long, value_name = "COLUMN")]
    purity: Option<String>,
    /// Choose genes, scale and train anew without the tumours of each of five folds: the columns that can be are marked
    /// out-of-fold. Six trainings instead of one.
    #[arg(long)]
    out_of_fold: bool,
    /// Make this part of the trials and no tables, as 2/4 for the second of four: with as many parts as seeds, one seed.
    #[arg(long, value_name = "I/N", conflicts_with = "join")]
    shard: Option<Shard>,
    /// Folders that --shard wrote: join them. They say seeds, configurations and columns; nothing is computed anew.
    #[arg(long, value_name = "DIR", num_args = 1..)]
    join: Vec<PathBuf>,
    #[command(flatten)]
    taken_out: StrengthOptions,
    #[command(flatten)]
    options: CohortOptions,
    /// Nothing on standard error but failures.
    #[arg(long)]
    quiet: bool,
}

impl Study {
    /// Compare on `threads` threads and write.
    pub fn run(self, threads: usize) -> Result<(), Failure> {
        different_names(&self.cohort_dirs, cohort_name)?;
        let parts = Parts::read(&self.join)?;
        let (again, lines) = match parts {
            Some(Parts { .. }) if self.says_more(0) => return Err(says_it_all("What --shard wrote")),
            Some(Parts { record, lines }) => (Some(record), lines),
            None => (self.said_again()?, Vec::new()),
        };
        let mut record = match &again {
            Some(StudyRecord { settings, seeds, .. }) => StudyRecord::new(settings.clone(), *seeds),
            None => StudyRecord::new(self.settings()?, self.seeds),
        };
        let out = OutputFolder::new(&self.out, None)?;
        study_trials::check_settings(&out, &record.settings)?;
        let earlier = study_trials::earlier(&out, lines)?;
        let mut tables: Vec<(String, Table)> = Vec::new();
        for folder in &self.cohort_dirs {
            let name = cohort_name(folder);
            match self.compare(folder, &mut record, again.as_ref(), &earlier, &out, threads) {
                Ok(None) => {}
                Ok(Some(table)) => {
                    let title = format!("Representations compared: {name}");
                    let figure =
                        measures_figure(&table, ScoreChoice::BalancedAccuracy, &title).map_err(SessionError::from)?;
                    let drawn = svg(&figure, WIDTH, figure.height(WIDTH), &Theme::LIGHT).map_err(SessionError::from)?;
                    out.write(&format!("{name}.svg"), drawn)?;
                    tables.push((name, table));
                }
                // One cohort that cannot be used is no reason to lose the others.
                Err(Failure::Refused(message)) if self.cohort_dirs.len() > 1 => note(format_args!("{name}: {message}")),
                Err(failure) => return Err(failure),
            }
            if self.shard.is_none() {
                write_tables(&out, &tables)?;
            }
            out.write_json("run.json", &record)?;
        }
        for (name, table) in &tables {
            say(format_args!("## {name}\n\n{}\n", table.markdown()))?;
        }
        match self.shard {
            Some(Shard { part, parts }) => say(format_args!(
                "Part {part} of {parts} is written to {}; when all are there, --join makes the tables of them.\n",
                out.path().display()
            )),
            None => say(format_args!("Written to {}\n", out.path().display())),
        }
    }

    fn candidates(&self) -> Result<Vec<Candidate>, Failure> {
        let settings = |file: Option<&Path>, preset: Option<&str>| {
            Settings { file, preset, seed: self.seed, epochs: self.epochs, taken_out: &self.taken_out }.config()
        };
        let mut candidates = Vec::new();
        for preset in &self.preset {
            candidates.push(Candidate { name: preset.clone(), config: settings(None, Some(preset))?, strengths: true });
        }
        for path in &self.config {
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            candidates.push(Candidate { name, config: settings(Some(path), None)?, strengths: true });
        }
        match candidates.as_mut_slice() {
            [] => candidates.push(Candidate { name: String::new(), config: settings(None, None)?, strengths: true }),
            // A single one needs no name to be told apart.
            [only] => only.name.clear(),
            _ => {}
        }
        Ok(candidates)
    }

    fn settings(&self) -> Result<StudySettings, Failure> {
        let given = Columns {
            subtype: self.subtype.clone(),
            grade: self.grade.clone(),
            time: self.time.clone(),
            event: self.event.clone(),
            purity: self.purity.clone(),
        };
        let candidates = self.candidates()?.into_iter().map(|c| (c.name, c.config)).collect();
        let version = twinpurify::VERSION.into();
        Ok(StudySettings { version, candidates, given, out_of_fold: self.out_of_fold })
    }

    /// The study that --config names, where it is run.json of one: it says everything, so nothing else may.
    fn said_again(&self) -> Result<Option<StudyRecord>, Failure> {
        let records = self.config.iter().map(|path| StudyRecord::read(path));
        let mut records: Vec<StudyRecord> = records.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let Some(record) = records.pop() else { return Ok(None) };
        if self.says_more(1) { Err(says_it_all("run.json of a study")) } else { Ok(Some(record)) }
    }

    /// Whether the command line says what a study's record says too; so many configurations are none of that.
    fn says_more(&self, configurations: usize) -> bool {
        let columns = [&self.subtype, &self.grade, &self.time, &self.event, &self.purity];
        let taken_out = self.taken_out.strength.is_some() || !self.taken_out.keep.is_empty();
        let more = self.config.len() > configurations || !self.preset.is_empty();
        let other = self.seed.is_some() || self.epochs.is_some() || self.out_of_fold;
        more || other || taken_out || columns.into_iter().any(Option::is_some)
    }

    /// The record of the run that a configuration was taken from.
    fn record_of_configuration(&self) -> Result<Option<RunRecord>, Failure> {
        let mut records: Vec<RunRecord> = Vec::new();
        for path in &self.config {
            if StudyRecord::read(path)?.is_none() {
                records.extend(settings::read(path)?.record);
            }
        }
        let said = |record: &RunRecord| (record.roles.clone(), record.corrections);
        if records.windows(2).any(|pair| said(&pair[0]) != said(&pair[1])) {
            let message = "The runs that --config names chose other roles or corrections than one another, and one table has one cohort: give their config.json and say roles and corrections here.";
            return Err(Failure::Refused(message.into()));
        }
        Ok(records.pop())
    }

    fn compare(
        &self,
        folder: &Path,
        record: &mut StudyRecord,
        again: Option<&StudyRecord>,
        earlier: &[Line],
        out: &OutputFolder,
        threads: usize,
    ) -> Result<Option<Table>, Failure> {
        let name = cohort_name(folder);
        let name = name.as_str();
        let mut session = files::open_cohort(folder, self.quiet)?;
        // A run's record that a configuration was taken from says roles and corrections of every cohort.
        let before = again.and_then(|again| again.of(name)).cloned().or(self.record_of_configuration()?);
        self.options.apply_or(before.as_ref(), &mut session)?;
        if let Some(before) = before.as_ref().filter(|_| !self.quiet && again.is_some()) {
            files::say_other_files(&mut session, before)?;
        }
        let made_of = session.run_record()?;
        let fingerprint = fingerprint(&made_of, &record.settings)?;
        record.cohorts.insert(name.to_owned(), made_of);
        let (known, others): (Vec<&Line>, Vec<&Line>) =
            earlier.iter().filter(|line| line.cohort == name).partition(|line| line.fingerprint == fingerprint);
        if !others.is_empty() && known.is_empty() {
            let message = "trials of an earlier run were made of other files, roles or corrections, or by an older version, and are made anew";
            note(format_args!("{name}: {} {message}.", others.len()));
        }
        let known = known.into_iter().map(|line| line.trial.clone()).collect();
        let settings = &record.settings;
        let columns = settings.given.or(&session.propose_columns()?);
        let of = |(name, config): &(String, Config)| Candidate {
            name: name.clone(),
            config: config.clone(),
            strengths: true,
        };
        let candidates: Vec<Candidate> = settings.candidates.iter().map(of).collect();
        let comparison = session.compare(&columns, &candidates, record.seeds, known)?;
        let mut comparison = comparison.out_of_fold(settings.out_of_fold);
        if let Some(Shard { part, parts }) = self.shard {
            comparison.take_part(part - 1, parts);
        }
        if !self.join.is_empty() && !comparison.progress().finished {
            return Err(lacking(name, &comparison));
        }
        let (cohort, map) = session.compared_on()?;
        let another = || {
            let another = Comparison::new(cohort, map, &columns, &candidates, record.seeds, Vec::new())?;
            Ok(another.out_of_fold(settings.out_of_fold))
        };
        let mut written = comparison.trials().len();
        let (began, mut told) = (Instant::now(), 0);
        in_threads(&mut comparison, cohort, threads, &another, &mut |comparison, progress| {
            for trial in &comparison.trials()[written..] {
                let (cohort, fingerprint) = (name.to_owned(), fingerprint.clone());
                study_trials::append(out, &Line { cohort, fingerprint, trial: trial.clone() })?;
            }
            written = comparison.trials().len();
            if !self.quiet && !progress.finished && began.elapsed().as_secs() >= told {
                told = began.elapsed().as_secs() + SECONDS_PER_LINE;
                report(name, progress);
            }
            Ok::<(), Failure>(())
        })?;
        if !comparison.progress().finished {
            let message = "Every thread of the study failed; what they finished is kept, and the same command goes on.";
            return Err(Failure::Unexpected(message.into()));
        }
        study_trials::put_in_order(out, name, &fingerprint, &comparison)?;
        if !self.quiet {
            tell_time(name, &comparison.spent());
        }
        if self.shard.is_some() {
            return Ok(None);
        }
        let table = comparison.table();
        for found in Label::ALL.into_iter().filter_map(|label| comparison.confusion(label)) {
            write_confusion(out, name, &found)?;
        }
        write_outcomes(out, name, &mut session, &columns)?;
        Ok(Some(table))
    }
}

fn says_it_all(what: &str) -> Failure {
    Failure::Refused(format!(
        "{what} repeats it whole: leave out the other configurations, presets, seeds, epochs, strengths and columns, or \
         give config files of your own."
    ))
}

/// Trials that no part has: a part is missing, was stopped, or read other files.
fn lacking(name: &str, comparison: &Comparison) -> Failure {
    let progress = comparison.progress();
    let missing = comparison.not_done();
    let first: Vec<String> = missing.iter().take(3).map(|(row, seed)| format!("{row}, seed {seed}")).collect();
    Failure::Unexpected(format!(
        "{name}: {} of {} trials are in none of the folders to join ({}{}). A part is missing, was stopped, or read other \
         files or roles: run it again with the same --shard and --out, which goes on where it stopped.",
        missing.len(),
        progress.of,
        first.join("; "),
        if missing.len() > 3 { "; …" } else { "" }
    ))
}

/// Where the time went, all threads together.
fn tell_time(name: &str, spent: &[(&str, f64)]) {
    let whole: f64 = spent.iter().map(|(_, ms)| ms).sum();
    let share = |(what, ms): &(&str, f64)| format!("{what} {:.0} %", 100.0 * ms / whole);
    let shares: Vec<String> = spent.iter().filter(|(_, ms)| *ms >= whole / 200.0).map(share).collect();
    if !shares.is_empty() {
        note(format_args!("{name}: {:.0} s of computing: {}.", whole / 1000.0, shares.join(", ")));
    }
}

fn report(name: &str, progress: &ComparisonProgress) {
    let ComparisonProgress { doing, trials, of, seconds_left, .. } = progress;
    note(format_args!("{name}: {trials} of {of}, {doing}, {seconds_left:.0} s left"));
}

fn write_confusion(out: &OutputFolder, name: &str, found: &ConfusionTable) -> Result<(), Failure> {
    if found.rows.is_empty() {
        return Ok(());
    }
    let figure = confusion_figure(found).map_err(SessionError::from)?;
    let drawn = svg(&figure, WIDTH, WIDTH / 2, &Theme::LIGHT).map_err(SessionError::from)?;
    let stem = format!("{name}_confusion_{}", found.label.word());
    out.write(&format!("{stem}.svg"), drawn)?;
    out.write(&format!("{stem}.csv"), tables::confusion(found))
}

/// Survival by subtype and its hazard ratios, where the sheet has both; what cannot be drawn is said.
fn write_outcomes(out: &OutputFolder, name: &str, session: &mut Session, columns: &Columns) -> Result<(), Failure> {
    let Columns { subtype: Some(subtype), time: Some(time), event: Some(event), .. } = columns.clone() else {
        return Ok(());
    };
    let groups = GroupsOf::Column(subtype);
    let curves = SurvivalSpec { time: time.clone(), event: event.clone(), groups: groups.clone() };
    let hazards = ForestSpec { time, event, columns: Vec::new(), groups: Some(groups) };
    if let Ok(found) = session.survival(&curves) {
        found.notes.iter().for_each(|said| note(format_args!("{name}, survival: {said}")));
    }
    let made = [
        ("survival", FigureKind::Survival(curves.clone()), TableSpec::Survival(curves)),
        ("hazards", FigureKind::Forest(hazards.clone()), TableSpec::Forest(hazards)),
    ];
    for (what, figure, table) in made {
        let spec = FigureSpec { width: 760, height: 460, theme: ThemeName::Light, figure };
        match session.figure_svg(&spec).and_then(|drawn| Ok((drawn, session.table(table)?))) {
            Ok((drawn, csv)) => {
                out.write(&format!("{name}_{what}.svg"), drawn)?;
                out.write(&format!("{name}_{what}.csv"), csv)?;
            }
            Err(error) => note(format_args!("{name}, {what}: {error}")),
        }
    }
    Ok(())
}

/// The folder's own name.
fn cohort_name(folder: &Path) -> String {
    let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    real.file_name().map_or_else(|| "cohort".into(), |name| name.to_string_lossy().into_owned())
}

fn write_tables(out: &OutputFolder, tables: &[(String, Table)]) -> Result<(), Failure> {
    let named: Vec<(&str, &Table)> = tables.iter().map(|(name, table)| (name.as_str(), table)).collect();
    out.write("study.csv", tables::comparison(&named))?;
    let text: Vec<String> = tables.iter().map(|(name, table)| format!("## {name}\n\n{}", table.markdown())).collect();
    out.write("study.md", text.join("\n"))
}
