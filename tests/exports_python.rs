//! What a run writes is read back by pandas and safetensors, where they are installed; says so where they are not.
#![cfg(feature = "cli")]

use std::path::Path;
use std::process::Command;

#[test]
fn python_reads_embedding_scores_and_model() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("exports-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let (cohort, run) = (folder.join("cohort"), folder.join("run"));
    let twinpurify = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_twinpurify")).args(arguments).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/check_exports.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", "import numpy, pandas, safetensors"]).output();
    if !found.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: {python} has no numpy, pandas and safetensors; PYTHON names another");
        return;
    }
    twinpurify(&["simulate", "--out", &text(&cohort), "--tumours", "40", "--normals", "12", "--genes", "200"]);
    twinpurify(&["train", &text(&cohort), "--out", &text(&run), "--epochs", "3", "--quiet"]);
    let output = Command::new(&python).arg(script).arg(&run).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{said}");
}
