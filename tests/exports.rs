//! What a run writes is read back by Python (pandas, safetensors) and by R, where they are installed; says so where not.
#![cfg(feature = "cli")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A small run's folder.
static RUN: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("exports-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let (cohort, run) = (folder.join("cohort"), folder.join("run"));
    let twinpurify = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_twinpurify")).args(arguments).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    twinpurify(&["simulate", "--out", &text(&cohort), "--tumours", "40", "--normals", "12", "--genes", "200"]);
    twinpurify(&["train", &text(&cohort), "--out", &text(&run), "--epochs", "3", "--quiet"]);
    run
});

/// The interpreter's own word that it can do this.
fn can(interpreter: &str, arguments: &[&str]) -> bool {
    Command::new(interpreter).args(arguments).output().is_ok_and(|output| output.status.success())
}

fn reads_back(interpreter: &str, script: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(script);
    let output = Command::new(interpreter).arg(script).arg(RUN.as_path()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{said}");
}

#[test]
fn python_reads_embedding_scores_and_model() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if can(&python, &["-c", "import numpy, pandas, safetensors"]) {
        reads_back(&python, "check_exports.py");
    } else {
        println!("SKIPPED: {python} has no numpy, pandas and safetensors; PYTHON names another");
    }
}

#[test]
fn r_reads_embedding_scores_and_model() {
    if can("Rscript", &["--version"]) {
        reads_back("Rscript", "check_exports.R");
    } else {
        println!("SKIPPED: no Rscript is installed");
    }
}
