//! What the source and the documents cite is in the repository.

use std::fs;
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 9] = ["src", "tests", "scripts", "www", "benches", "bench", "fuzz", "cells", "docs"];
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
    found.extend(["Cargo.toml", "build.sh", "README.md", "sw.js"].map(|name| root().join(name)));
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

#[test]
fn links_of_the_documents_lead_somewhere() {
    let documents = all_files().into_iter().filter(|path| path.extension().is_some_and(|e| e == "md"));
    let mut links = 0;
    for path in documents {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let beside = path.parent().expect("a folder");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            if target.is_empty() || target.contains(':') {
                continue;
            }
            links += 1;
            assert!(beside.join(target).exists(), "{} links to {target}", path.display());
        }
    }
    assert!(links > 20, "{links} links");
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
