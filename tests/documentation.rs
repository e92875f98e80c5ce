//! What the source and the documents cite is in the repository.

use std::fs;
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 10] =
    ["src", "tests", "scripts", "www", "benches", "bench", "fuzz", "cells", "docs", "pipelines"];
/// Brought by others, or made here by a build.
const NOT_OURS: [&str; 4] = ["node_modules", "target", "golden", "files"];
const SOURCES: [&str; 8] = ["rs", "py", "js", "mjs", "ts", "sh", "toml", "css"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !NOT_OURS.contains(&name.as_str()) && !name.starts_with('.') {
            files_below(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn all_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    FOLDERS.iter().for_each(|folder| files_below(&root().join(folder), &mut found));
    let beside = ["Cargo.toml", "build.sh", "sw.js", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
    found.extend(beside.map(|name| root().join(name)));
    found
}

/// Words of a line that end as the name of a document does.
fn documents(line: &str) -> impl Iterator<Item = &str> {
    let outside = |c: char| !(c.is_alphanumeric() || "._-/".contains(c));
    line.split(outside).map(|word| word.trim_end_matches(['.', '/'])).filter(|word| word.ends_with(".md"))
}

/// Comments that cite a document which is not there, as `file:line: document`.
fn missing(name: &str, text: &str, beside: &Path) -> Vec<String> {
    let is_comment = |line: &str| ["//", "#", "*", "/*"].iter().any(|mark| line.trim_start().starts_with(mark));
    let there = |cited: &str| root().join(cited).exists() || beside.join(cited).exists();
    let cited = text.lines().enumerate().filter(|(_, line)| is_comment(line));
    cited
        .flat_map(|(at, line)| documents(line).filter(|d| !there(d)).map(move |d| format!("{name}:{}: {d}", at + 1)))
        .collect()
}

#[test]
fn comments_cite_only_documents_that_are_here() {
    let mut looked_at = 0;
    let mut wrong = Vec::new();
    for path in all_files() {
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if SOURCES.contains(&extension.as_str()) {
            let text = fs::read_to_string(&path).expect("UTF-8");
            looked_at += text.lines().filter(|line| documents(line).next().is_some()).count();
            wrong.extend(missing(&path.to_string_lossy(), &text, path.parent().expect("a folder")));
        }
    }
    assert!(looked_at > 20, "{looked_at} lines cite a document");
    assert!(wrong.is_empty(), "say it in place, or cite docs/method.md:\n{}", wrong.join("\n"));

    let planted = ["/// As in NOWHERE", ".md 5.\nlet x = 1;\n# docs/method.md says\n"].concat();
    assert_eq!(missing("planted.rs", &planted, root()), [["planted.rs:1: NOWHERE", ".md"].concat()]);
}

/// A heading as the address of a part of its document, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_anchor(document: &Path, wanted: &str) -> bool {
    let text = fs::read_to_string(document).expect("UTF-8");
    text.lines().any(|line| line.starts_with('#') && anchor(line.trim_start_matches('#')) == wanted)
}

/// Links of a document that lead nowhere, and how many were looked at.
fn dead_links(text: &str, document: &Path) -> (Vec<String>, usize) {
    let beside = document.parent().expect("a folder");
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let own: Vec<&str> = targets.filter(|target| !target.is_empty() && !target.contains(':')).collect();
    let dead = |target: &&&str| {
        let (file, part) = target.split_once('#').map_or((**target, None), |(file, part)| (file, Some(part)));
        let file = if file.is_empty() { document.to_owned() } else { beside.join(file) };
        !file.exists() || part.is_some_and(|part| !has_anchor(&file, part))
    };
    (own.iter().filter(dead).map(|target| (*target).to_owned()).collect(), own.len())
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let documents = all_files().into_iter().filter(|path| path.extension().is_some_and(|e| e == "md"));
    let mut links = 0;
    for path in documents {
        let (dead, count) = dead_links(&fs::read_to_string(&path).expect("UTF-8"), &path);
        assert!(dead.is_empty(), "{} links to {dead:?}", path.display());
        links += count;
    }
    assert!(links > 20, "{links} links");

    let planted =
        "[a](docs/method.md) [b](docs/method.md#readouts) [c](docs/method.md#nowhere) [d](nowhere.md) [e](#use-it)";
    let (dead, count) = dead_links(planted, &root().join("README.md"));
    assert_eq!((dead, count), (vec!["docs/method.md#nowhere".to_owned(), "nowhere.md".to_owned()], 5));
}

/// Files that a document names in backticks and that are not here, and how many were looked at.
fn not_here(text: &str) -> (Vec<String>, usize) {
    let rooms = ["src/", "tests/", "www/", "docs/", "fuzz/", "scripts/", "pipelines/", ".github/"];
    let quoted = text.split('`').skip(1).step_by(2);
    let named: Vec<&str> = quoted.filter(|word| rooms.iter().any(|room| word.starts_with(room))).collect();
    let named: Vec<&str> = named.into_iter().filter(|word| !word.contains(['*', ' '])).collect();
    (named.iter().filter(|word| !root().join(word).exists()).map(|word| (*word).to_owned()).collect(), named.len())
}

#[test]
fn files_that_the_architecture_names_are_there() {
    for name in ["docs/architecture.md", "CONTRIBUTING.md", "docs/scaling.md"] {
        let (missing, count) = not_here(&fs::read_to_string(root().join(name)).expect("the document"));
        assert!(missing.is_empty(), "{name} names {missing:?}");
        assert!(count > 1, "{name} names {count} files");
    }
    assert_eq!(not_here("`src/lib.rs` and `src/nowhere.rs`").0, ["src/nowhere.rs"]);
}

/// Lines of a workflow that use an action without the hash of a commit.
fn unpinned(workflow: &str) -> Vec<&str> {
    let used = workflow.lines().filter_map(|line| line.split_once("uses:").map(|(_, action)| action.trim()));
    let pinned = |action: &&str| {
        let word = action.split_whitespace().next().unwrap_or_default();
        let hash = word.split_once('@').map_or("", |(_, hash)| hash);
        hash.len() == 40 && hash.chars().all(|c| c.is_ascii_hexdigit()) && action.contains(" # v")
    };
    used.filter(|action| !pinned(action)).collect()
}

#[test]
fn workflows_pin_what_they_use_and_say_what_they_may() {
    let folder = root().join(".github/workflows");
    let files: Vec<PathBuf> =
        fs::read_dir(folder).expect("the workflows").map(|e| e.expect("an entry").path()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    for path in files {
        let text = fs::read_to_string(&path).expect("UTF-8");
        assert!(unpinned(&text).is_empty(), "{}: {:?}", path.display(), unpinned(&text));
        assert!(text.lines().any(|line| line.starts_with("permissions:")), "{}", path.display());
        assert!(!text.contains("secrets.") && !text.contains("contents: write"), "{}", path.display());
    }
    assert_eq!(unpinned("  - uses: actions/checkout@v4\n"), ["actions/checkout@v4"]);
}

/// Calls of the page's interface that a text makes on what it names so: `model.embed(` is `("model", "embed")`.
fn calls<'a>(text: &'a str) -> Vec<(&'a str, &'a str)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let of = |line: &'a str| {
        let code = line.split("//").next().unwrap_or_default();
        code.match_indices('.').filter_map(move |(at, _)| {
            let before = code[..at].rsplit(|c| !word(c)).next()?;
            let rest = &code[at + 1..];
            let name = &rest[..rest.find(|c| !word(c))?];
            (!before.is_empty() && rest[name.len()..].starts_with('(')).then_some((before, name))
        })
    };
    text.lines().flat_map(of).collect()
}

#[test]
fn the_calls_that_the_readme_shows_are_there() {
    let readme = fs::read_to_string(root().join("README.md")).expect("UTF-8");
    let shown =
        readme.split("## In your own page").nth(1).and_then(|rest| rest.split("```").nth(1)).expect("an example");
    let modules = ["twinpurify", "cohort", "model", "run", "training-loop", "session"];
    let source: String = modules
        .iter()
        .filter_map(|name| fs::read_to_string(root().join("www").join(name).with_extension("js")).ok())
        .collect();
    let has = |name: &str| {
        source.lines().any(|line| {
            let line = line.split("*/").last().unwrap_or_default().trim_start();
            let line = line.strip_prefix("static ").unwrap_or(line);
            line.strip_prefix("async ").unwrap_or(line).strip_prefix(name).is_some_and(|rest| rest.starts_with('('))
        })
    };
    let found = calls(shown);
    let wrong: Vec<_> = found.iter().filter(|(_, name)| !has(name)).collect();
    assert!(wrong.is_empty(), "not in www: {wrong:?}");
    let of_genes = ["geneDifferences", "purifiedDifferences", "geneRows", "geneMarkers", "axisGenes", "clusters"];
    for name in of_genes.iter().chain(&["expressionFile"]) {
        assert!(found.contains(&("model", *name)), "the README does not show {name}");
    }
    assert!(!has("purifyEverything"));
}

/// Files of `tests/` that no program of tests holds, by what the list of modules and the manifest say.
fn never_run<'a>(files: &'a [String], suite: &str, manifest: &str) -> Vec<&'a str> {
    let module = |name: &str| suite.lines().any(|line| line == format!("mod {name};"));
    let program = |name: &str| manifest.contains(&format!("[[test]]\nname = \"{name}\""));
    files.iter().map(String::as_str).filter(|name| !module(name) && !program(name)).collect()
}

#[test]
fn every_file_of_tests_is_run() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("UTF-8");
    let (suite, manifest) = (read("tests/suite.rs"), read("Cargo.toml"));
    let files: Vec<String> = fs::read_dir(root().join("tests"))
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.strip_suffix(".rs").map(str::to_owned))
        .collect();
    assert!(files.len() > 30, "{files:?}");
    assert_eq!(never_run(&files, &suite, &manifest), [""; 0]);
    let more = ["cli".to_owned(), "forgotten".to_owned(), "session_memory".to_owned(), "suite".to_owned()];
    assert_eq!(never_run(&more, &suite, &manifest), ["forgotten"]);
}
