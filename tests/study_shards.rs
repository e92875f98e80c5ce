//! A study in parts: four shards made by two processes at a time, joined, are byte for byte what one process gives.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shards-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a temporary folder");
    path
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twinpurify"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ends(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn run(arguments: &[&str], code: i32) -> String {
    ends(&program(arguments).output().expect("the program starts"), code)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Every file of a folder, by name.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    files.map(|path| (name(&path), fs::read(&path).expect("a file"))).collect()
}

fn lines(folder: &Path) -> usize {
    fs::read_to_string(folder.join("trials.jsonl")).map_or(0, |text| text.lines().count())
}

/// What pipelines/study.slurm makes of the cohorts in three parts, its tasks started by hand.
fn slurm(folder: &Path, how: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/study.slurm");
    let out = folder.join("slurm");
    let start = |words: &[&str]| {
        let mut command = Command::new("bash");
        command.arg(&script).args(words).env("PROGRAM", env!("CARGO_BIN_EXE_twinpurify"));
        let cohorts = format!("{} {}", path(&folder.join("one")), path(&folder.join("two")));
        command.env("COHORTS", cohorts).env("OUT", &out).env("PARTS", "3").env("OPTIONS", how.join(" "));
        command
    };
    for part in ["1", "2", "3"] {
        ends(&start(&["part"]).env("SLURM_ARRAY_TASK_ID", part).output().expect("bash starts"), 0);
    }
    ends(&start(&["join"]).output().expect("bash starts"), 0);

    // A stand-in for sbatch tells what it was asked for.
    let programs = folder.join("programs");
    fs::create_dir_all(&programs).expect("a folder");
    let stand_in = programs.join("sbatch");
    fs::write(&stand_in, "#!/bin/sh\necho \"$@\" >>\"$OUT/asked\"\necho '17;cluster'\n").expect("written");
    let run = format!("chmod +x {0}/sbatch && PATH={0}:$PATH bash {1} submit", path(&programs), path(&script));
    let mut submit = start(&[]);
    let set: Vec<_> = submit.get_envs().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))).collect();
    submit = Command::new("bash");
    ends(&submit.args(["-c", &run]).envs(set).output().expect("bash starts"), 0);
    let asked = fs::read_to_string(out.join("asked")).expect("what was asked for");
    assert!(asked.contains("--array=1-3") && asked.contains("--dependency=afterok:17 "), "{asked}");
    let made = fs::read_dir(&out).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = made.filter(|path| path.is_file());
    files
        .map(|file| (file.file_name().expect("a name").to_string_lossy().into_owned(), fs::read(&file).expect("read")))
        .collect()
}

/// pipelines/main.nf on the same cohorts, where Java and nextflow are installed.
fn nextflow(folder: &Path, how: &[&str], wanted: &BTreeMap<String, Vec<u8>>) {
    let there = |program: &str, word: &str| {
        let output = Command::new(program).arg(word).stdout(Stdio::null()).stderr(Stdio::null()).status();
        output.is_ok_and(|status| status.success())
    };
    if !there("java", "-version") || !there("nextflow", "-version") {
        println!("SKIPPED: pipelines/main.nf was not run: java and nextflow are not both installed");
        return;
    }
    let options = how.iter().skip(2).copied().collect::<Vec<_>>().join(" ");
    let mut command = Command::new("nextflow");
    command.current_dir(folder).arg("run").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/main.nf"));
    command.args(["--cohorts", &format!("{}/{{one,two}}", path(folder)), "--seeds", "2", "--out", "nextflow"]);
    command.args([
        "--options",
        &options,
        "--program",
        env!("CARGO_BIN_EXE_twinpurify"),
        "--memory",
        "1 GB",
        "--cpus",
        "1",
    ]);
    ends(&command.output().expect("nextflow starts"), 0);
    let made = contents(&folder.join("nextflow"));
    for (name, bytes) in wanted {
        assert!(made.get(name) == Some(bytes), "pipelines/main.nf: {name} differs");
    }
}

/// Two small cohorts, and how they are studied.
const HOW: [&str; 6] = ["--seeds", "2", "--epochs", "2", "--preset", "linear"];
fn two_cohorts(folder: &Path) -> [PathBuf; 2] {
    let cohorts = ["one", "two"].map(|name| folder.join(name));
    for (cohort, seed) in cohorts.iter().zip(["7", "8"]) {
        let size = ["--tumours", "30", "--normals", "10", "--genes", "120", "--seed", seed];
        run(&[&["simulate", "--out", path(cohort)], &size[..]].concat(), 0);
    }
    cohorts
}

#[test]
fn the_nextflow_pipeline_gives_what_one_run_gives() {
    let folder = folder("nextflow");
    let [one, two] = two_cohorts(&folder);
    let whole = folder.join("whole");
    run(&[&["study", path(&one), path(&two), "--quiet", "--out", path(&whole)], &HOW[..]].concat(), 0);
    nextflow(&folder, &HOW, &contents(&whole));
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn four_shards_of_two_processes_join_to_what_one_run_gives() {
    let folder = folder("join");
    let cohorts = two_cohorts(&folder);
    let what = ["study", path(&cohorts[0]), path(&cohorts[1]), "--quiet"];
    let how = HOW;
    let study = |rest: &[&str]| [&what[..], &how[..], rest].concat().join("\n");
    let start = |rest: &[&str]| {
        let arguments = study(rest);
        program(&arguments.split('\n').collect::<Vec<_>>()).spawn().expect("the program starts")
    };

    let whole = folder.join("whole");
    ends(&start(&["--out", path(&whole)]).wait_with_output().expect("it ends"), 0);
    let parts: Vec<PathBuf> = (1..=4).map(|part| folder.join(format!("part{part}"))).collect();
    for pair in [[1, 2], [3, 4]] {
        let both = pair.map(|part| start(&["--out", path(&parts[part - 1]), "--shard", &format!("{part}/4")]));
        both.into_iter().for_each(|process| {
            ends(&process.wait_with_output().expect("it ends"), 0);
        });
    }
    let trials = parts.iter().map(|part| lines(part)).collect::<Vec<_>>();
    assert!(trials.iter().all(|&count| count > 0), "every part has work: {trials:?}");
    assert_eq!(trials.iter().sum::<usize>(), lines(&whole), "none twice, none left out: {trials:?}");
    assert!(!parts[0].join("study.csv").exists(), "a part makes no table");

    let joined = folder.join("joined");
    let mut join = [&what[..], &["--out", path(&joined), "--join"]].concat();
    join.extend(parts.iter().map(|part| path(part)));
    run(&join, 0);
    let (one, other) = (contents(&whole), contents(&joined));
    assert!(one.keys().eq(other.keys()), "{:?} and {:?}", one.keys(), other.keys());
    assert!(one.len() >= 6 && one.contains_key("two.svg"), "{:?}", one.keys());
    for (name, bytes) in &one {
        assert!(*bytes == other[name], "{name} differs");
    }

    // The scripts for clusters, on the same cohorts.
    let on_slurm = slurm(&folder, &how);
    for (name, bytes) in &one {
        assert!(*bytes == on_slurm[name], "pipelines/study.slurm: {name} differs");
    }

    // In whatever order; a part that is missing is named and nothing is computed; nor may the study be said anew.
    let again = folder.join("again");
    let backwards = [&what[..], &["--out", path(&again), "--join"]].concat();
    let reversed: Vec<&str> = parts.iter().rev().map(|part| path(part)).collect();
    run(&[&backwards[..], &reversed].concat(), 0);
    assert!(contents(&again) == one, "the order of the parts is no matter");
    let short = folder.join("short");
    let without = [&what[..], &["--out", path(&short), "--join", path(&parts[0]), path(&parts[2])]].concat();
    let said = run(&without, 1);
    assert!(said.contains("trials are in none of the folders"), "{said}");
    assert_eq!(lines(&short), trials[0] + trials[2], "nothing was computed");
    assert!(run(&[&join[..], &["--epochs", "3"]].concat(), 2).contains("leave out"));

    // With as many parts as seeds, a part is a seed.
    let seed = folder.join("seed");
    ends(&start(&["--out", path(&seed), "--shard", "2/2"]).wait_with_output().expect("it ends"), 0);
    let text = fs::read_to_string(seed.join("trials.jsonl")).expect("the trials");
    let seeds: std::collections::BTreeSet<u64> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["trial"]["seed"].as_u64())
        .map(|seed| seed.expect("a seed"))
        .collect();
    assert_eq!(seeds.len(), 1, "{seeds:?}");

    // Parts of another study do not join.
    let other = folder.join("other");
    let epochs = [&what[..], &["--seeds", "2", "--epochs", "1", "--preset", "linear"]].concat();
    run(&[&epochs[..], &["--out", path(&other), "--shard", "1/4"]].concat(), 0);
    let mixed = folder.join("mixed");
    let mixed = [&what[..], &["--out", path(&mixed), "--join", path(&parts[0]), path(&other)]].concat();
    assert!(run(&mixed, 2).contains("different studies"));
    fs::remove_dir_all(folder).expect("removed");
}
