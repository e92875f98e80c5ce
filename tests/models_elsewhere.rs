//! docs/python.md and docs/r.md run as they stand: they read what a run wrote, and embed its samples with the saved model to
//! the program's values. Where Python (numpy, pandas, safetensors, anndata) or R (jsonlite) is not, that is said.
#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Presets and more: what is read as a profile; a bottleneck with batch norm, a linear path and a direction that stays.
const RUNS: [(&str, &str); 3] = [
    ("profile", r#"{"preset":"profile","epochs":3}"#),
    ("skip", r#"{"preset":"balanced","epochs":3,"skip":true,"strength":3,"kept":[2]}"#),
    ("nothing", r#"{"preset":"linear","epochs":3,"strength":0}"#),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The blocks of one language in a document, as one script.
fn script(document: &str, language: &str) -> String {
    let text = fs::read_to_string(root().join("docs").join(document)).expect("the document");
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix(&format!("{language}\n")));
    let blocks: Vec<&str> = blocks.collect();
    assert!(blocks.len() >= 4, "{document} has {} blocks of {language}", blocks.len());
    blocks.concat()
}

fn succeeds(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}", said.chars().take(2000).collect::<String>());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// A folder with `cohort/` and `run/`, as the documents' commands make them.
fn made(language: &str, name: &str, config: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{language}-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a temporary folder");
    fs::write(folder.join("config.json"), config).expect("written");
    let twinpurify = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twinpurify"));
        command.current_dir(&folder);
        command
    };
    let size = ["--tumours", "40", "--normals", "12", "--genes", "200"];
    succeeds(twinpurify().args(["simulate", "--out", "cohort"]).args(size));
    fs::create_dir_all(folder.join("run")).expect("a folder");
    let train = ["train", "cohort", "--out", "run", "--config", "config.json", "--quiet"];
    succeeds(twinpurify().args(train).args(["--expression", "run/purified.h5ad"]));
    folder
}

fn run_everywhere(language: &str, file: &str, script: &str, interpreter: impl Fn() -> Command) {
    for (name, config) in RUNS {
        let folder = made(language, name, config);
        fs::write(folder.join(file), script).expect("written");
        let said = succeeds(interpreter().arg(file).current_dir(&folder));
        assert!(said.contains("largest difference"), "{name}: {said}");
        fs::remove_dir_all(folder).expect("removed");
    }
}

#[test]
fn python_reads_a_run_and_embeds_as_the_program_does() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if !works(Command::new(&python).args(["-c", "import numpy, pandas, safetensors, anndata"])) {
        println!("SKIPPED: docs/python.md was not run: {python} has no numpy, pandas, safetensors and anndata");
        return;
    }
    run_everywhere("python", "example.py", &script("python.md", "python"), || Command::new(&python));
}

#[test]
fn r_reads_a_run_and_embeds_as_the_program_does() {
    if !works(Command::new("Rscript").args(["-e", "library(jsonlite)"])) {
        println!("SKIPPED: docs/r.md was not run: R with jsonlite is not here");
        return;
    }
    run_everywhere("r", "example.R", &script("r.md", "r"), || Command::new("Rscript"));
}
