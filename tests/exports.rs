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
    // Names as a stranger's file may have them: one that a spreadsheet would run, and one with a comma.
    let matrix = cohort.join("expression.tsv");
    let mut lines: Vec<String> = std::fs::read_to_string(&matrix).expect("read").lines().map(str::to_owned).collect();
    for (at, name) in [(3, "=2+3"), (4, "A,B")] {
        let rest = lines[at].split_once('\t').expect("a row").1.to_owned();
        lines[at] = format!("{name}\t{rest}");
    }
    std::fs::write(&matrix, lines.join("\n")).expect("written");
    let few = folder.join("few.json");
    std::fs::write(&few, "{\"genes\": 120}").expect("written");
    let train = ["train", &text(&cohort), "--out", &text(&run), "--epochs", "3", "--config", &text(&few), "--quiet"];
    twinpurify(&[&train[..], &["--expression", &text(&folder.join("expression.h5ad"))]].concat());
    let embed = ["embed", &text(&cohort), "--model", &text(&run.join("model.safetensors")), "--quiet"];
    for format in ["tsv", "gct", "parquet"] {
        let file = text(&folder.join("expression").with_extension(format));
        twinpurify(&[&embed[..], &["--out", &text(&folder.join("embedded")), "--expression", &file]].concat());
    }
    run
});

/// The interpreter's own word that it can do this.
fn can(interpreter: &str, arguments: &[&str]) -> bool {
    Command::new(interpreter).args(arguments).output().is_ok_and(|output| output.status.success())
}

fn reads_back(interpreter: &str, script: &str, folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(script);
    let output = Command::new(interpreter).arg(script).arg(folder).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{said}");
}

#[test]
fn python_reads_embedding_scores_and_model() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if can(&python, &["-c", "import numpy, pandas, safetensors"]) {
        reads_back(&python, "check_exports.py", &RUN);
    } else {
        println!("SKIPPED: {python} has no numpy, pandas and safetensors; PYTHON names another");
    }
}

#[test]
fn r_reads_embedding_scores_and_model() {
    if can("Rscript", &["--version"]) {
        reads_back("Rscript", "check_exports.R", &RUN);
    } else {
        println!("SKIPPED: no Rscript is installed");
    }
}

#[test]
fn python_reads_purified_expression_in_every_format() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if can(&python, &["-c", "import numpy, pandas"]) {
        reads_back(&python, "check_expression.py", RUN.parent().expect("a folder"));
    } else {
        println!("SKIPPED: {python} has no numpy and pandas; PYTHON names another");
    }
}

#[test]
fn r_reads_purified_expression() {
    if can("Rscript", &["--version"]) {
        reads_back("Rscript", "check_expression.R", RUN.parent().expect("a folder"));
    } else {
        println!("SKIPPED: no Rscript is installed");
    }
}

/// Without any reader: a name that a spreadsheet would run is text in every file of text.
#[test]
fn a_gene_name_is_no_formula() {
    let folder = RUN.parent().expect("a folder");
    for file in ["expression.tsv", "expression.gct", "run/expression_genes.csv"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("read");
        assert!(text.lines().any(|line| line.starts_with("'=2+3")), "{file}");
        assert!(!text.lines().any(|line| line.starts_with('=')), "{file}");
    }
}
