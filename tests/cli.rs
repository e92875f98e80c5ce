//! The program itself: what it prints, what it writes, how it ends.
#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A fresh folder of one test.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a temporary folder");
    path
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twinpurify")).args(arguments).output().expect("the program starts")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    assert!(!text.contains("panicked"), "{text}");
    text
}

fn succeeds(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", err(&output));
    out(&output)
}

/// Ends with `code` and one message; the message.
fn fails(code: i32, arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}{}", out(&output), err(&output));
    err(&output)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn simulated(folder: &Path) -> PathBuf {
    let cohort = folder.join("cohort");
    let size = ["--tumours", "40", "--normals", "12", "--genes", "200"];
    succeeds(&[&["simulate", "--out", path(&cohort)], &size[..]].concat());
    fs::write(cohort.join("SOURCE.md"), "# Where this is from\nMade for a test.\n").expect("written");
    cohort
}

/// A small cohort by hand: 12 genes, two pairs and a cell line.
fn by_hand(folder: &Path) -> [PathBuf; 2] {
    let mut matrix = String::from("gene\tA-T\tA-N\tB-T\tB-N\tC\n");
    let genes = ["TP53", "MYC", "EGFR", "ESR1", "ERBB2", "GATA3", "KRT5", "KRT18", "CDH1", "VIM", "ACTB", "GAPDH"];
    for (row, gene) in genes.iter().enumerate() {
        let values: Vec<String> =
            (0..5).map(|column| format!("{:.2}", 3.5 + ((row * 7 + column * 3) % 11) as f64)).collect();
        matrix.push_str(&format!("{gene}\t{}\n", values.join("\t")));
    }
    let sheet =
        "sample\ttype\tpatient\nA-T\ttumor\tA\nA-N\tnormal\tA\nB-T\ttumor\tB\nB-N\tnormal\tB\nC\tcell line\tC\n";
    let files = [folder.join("matrix.tsv"), folder.join("sheet.tsv")];
    fs::write(&files[0], matrix).expect("written");
    fs::write(&files[1], sheet).expect("written");
    files
}

/// A CSV's heading and rows; every row has as many cells as the heading.
fn csv_of(file: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(file).expect("a table");
    let words = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let heading = words(reader.headers().expect("a heading"));
    (heading, reader.records().map(|record| words(&record.expect("a row"))).collect())
}

#[test]
fn inspect_says_what_each_file_was_taken_for_and_why() {
    let folder = folder("inspect");
    let files = by_hand(&folder);
    let said = succeeds(&["inspect", path(&files[0]), path(&files[1])]);
    for words in
        ["matrix.tsv", "expression matrix", "12 genes", "sample sheet", "Tumours           2", "symbol", "log2"]
    {
        assert!(said.contains(words), "{words} not in {said}");
    }
    let json = succeeds(&["inspect", path(&files[0]), path(&files[1]), "--json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let counts = ["tumors", "normals", "other", "genes", "patients"].map(|key| json[key].as_u64());
    assert_eq!(counts, [2, 2, 1, 12, 3].map(Some));
    assert_eq!((json["scale"]["value"].as_str(), json["geneIds"]["value"].as_str()), (Some("log2"), Some("symbol")));
    assert!(json["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty()));
    assert_eq!(json["files"][1]["kind"], "sample_sheet");
    let distances = json["quality"]["measures"][2]["values"].as_array().expect("a value per sample");
    assert!(distances.len() == 5 && json["quality"]["samples"][4] == "C", "{json}");
}

#[test]
fn inspect_takes_folders_and_roles_by_a_column() {
    let folder = folder("inspect-roles");
    let files = by_hand(&folder);
    fn with<'a>(files: &'a [PathBuf; 2], more: &[&'a str]) -> Vec<&'a str> {
        [&["inspect", path(&files[0]), path(&files[1])], more].concat()
    }
    let inspect = |more: &[&'static str]| with(&files, more);
    let counts = |said: &str| {
        let json: Value = serde_json::from_str(said).expect("JSON");
        ["tumors", "normals", "other"].map(|key| json[key].as_u64().expect("a count"))
    };
    assert_eq!(counts(&succeeds(&inspect(&["--json", "--normal", "type=cell line"]))), [4, 1, 0]);
    let both = ["--json", "--normal", "type=normal", "--normal", "type=cell line", "--tumour", "type=tumor"];
    assert_eq!(counts(&succeeds(&inspect(&both))), [2, 3, 0]);
    assert!(fails(2, &inspect(&["--normal", "type=none"])).contains("no such value"));
    assert!(fails(2, &inspect(&["--normal", "tissue=normal"])).contains("no such column"));
    assert!(fails(2, &inspect(&["--normal", "normal"])).contains("COLUMN=VALUE"));
    assert!(fails(2, &inspect(&["--normal", "type=normal", "--tumour", "patient=A"])).contains("one column"));
    let gdc = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/gdc_star");
    assert_eq!(counts(&succeeds(&["inspect", path(&gdc), "--json"])), [4, 4, 0]);
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/cbioportal_study");
    assert!(succeeds(&["inspect", path(&study)]).contains("Quality\n"));
}

#[test]
fn a_refused_file_ends_with_2_and_a_missing_one_with_1() {
    let folder = folder("refused");
    let ragged = folder.join("ragged.tsv");
    fs::write(&ragged, "gene\ta\tb\nTP53\t1\t2\nMYC\t1\n").expect("written");
    let output = run(&["inspect", path(&ragged), "--json"]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""));
    assert!(err(&output).contains("line 3"), "{}", err(&output));
    assert!(fails(1, &["inspect", path(&folder.join("absent.tsv"))]).contains("absent.tsv"));
    assert!(fails(2, &["inspect"]).contains("FILE"));
    assert!(fails(2, &["inspect", path(&ragged), "--yaml"]).contains("--yaml"));
    assert!(fails(2, &["train", path(&folder), "--out", path(&folder.join("out"))]).contains("line 3"));
    assert!(!folder.join("out").exists(), "nothing is written for a refused cohort");
}

fn run_study(study: &[&str]) -> Output {
    let output = run(study);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    output
}

/// A run whose roles and corrections were chosen is repeated from its record alone, to the bit.
#[test]
fn a_run_is_repeated_from_its_record_with_its_roles_and_corrections() {
    let folder = folder("record");
    let cohort = simulated(&folder);
    // Roles that nothing tells: the column says it in words of its own.
    let sheet = fs::read_to_string(cohort.join("samples.tsv")).expect("read");
    let (heading, rows) = sheet.split_once('\n').expect("a heading");
    let mut kinds = String::from(heading) + "\tarm\n";
    for (at, row) in rows.lines().enumerate() {
        let arm = if row.to_lowercase().contains("normal") { "one" } else { ["two", "three"][at % 2] };
        kinds += &format!("{row}\t{arm}\n");
    }
    fs::write(cohort.join("samples.tsv"), &kinds).expect("written");
    let [first, second, bare] = ["first", "second", "bare"].map(|name| folder.join(name));
    let chosen = ["--normal", "arm=one", "--tumour", "arm=two", "--log-base", "10", "--log-offset", "1"];
    let train = ["train", path(&cohort), "--epochs", "2", "--out"];
    succeeds(&[&train[..], &[path(&first)], &chosen].concat());
    let record = first.join("run.json");
    let json: Value = serde_json::from_slice(&fs::read(&record).expect("read")).expect("JSON");
    assert_eq!(json["format"], "twinpurify.run.1");
    assert_eq!(json["roles"]["byColumn"]["tumour"][0], "two");
    assert_eq!((&json["corrections"]["logBase"], &json["engine"]), (&"ten".into(), &"cpu".into()));
    assert_eq!(json["reading"]["scale"], "log10", "{json}");
    let bytes = fs::read(cohort.join("samples.tsv")).expect("read");
    let file = json["inputs"].as_array().expect("files").iter().find(|f| f["name"] == "samples.tsv").expect("a file");
    assert_eq!(file["bytes"], bytes.len());
    assert_eq!(file["sha256"].as_str().map(str::len), Some(64));
    assert!(json["config"]["epochs"] == 2 && json["config"]["strength"].is_u64(), "every parameter: {json}");

    let again = ["train", path(&cohort), "--out", path(&second), "--config", path(&record)];
    let output = run(&again);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(!err(&output).contains("SHA-256"), "the files are the same: {}", err(&output));
    for name in ["embedding.csv", "run.json", "verdict.json"] {
        let same = fs::read(first.join(name)).expect("read") == fs::read(second.join(name)).expect("read");
        assert!(same, "{name} of the repeated run differs");
    }
    // Without the record the roles are others.
    let config = first.join("config.json");
    succeeds(&["train", path(&cohort), "--out", path(&bare), "--config", path(&config), "--quiet"]);
    let embedding = |folder: &Path| fs::read(folder.join("embedding.csv")).expect("read");
    assert!(embedding(&bare) != embedding(&first));

    // Its model says what it was made of; a study takes its roles; other files are named.
    let model = fs::read(first.join("model.safetensors")).expect("read");
    let head = String::from_utf8_lossy(&model[..model.len().min(1 << 16)]).into_owned();
    assert!(head.contains("twinpurify.run.1") && head.contains(file["sha256"].as_str().expect("a digest")));
    fs::write(cohort.join("samples.tsv"), kinds + "\n").expect("written");
    let output = run(&again);
    assert!(err(&output).contains("by their SHA-256: samples.tsv."), "{}", err(&output));
    let compared = folder.join("study");
    let study = ["study", path(&cohort), "--out", path(&compared), "--seeds", "1", "--quiet"];
    succeeds(&[&study[..], &["--config", path(&record), "--epochs", "1"]].concat());
    let of_study = fs::read(compared.join("run.json")).expect("read");
    let of_study: Value = serde_json::from_slice(&of_study).expect("JSON");
    assert_eq!(of_study["cohorts"]["cohort"]["roles"], json["roles"]);
    assert_eq!(of_study["cohorts"]["cohort"]["corrections"], json["corrections"]);
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in ["inspect", "train", "embed", "pathways", "genes", "simulate", "study", "manual"] {
        assert!(succeeds(&[command, "--help"]).contains(&format!("  twinpurify {command} ")), "{command}");
    }
}

#[test]
fn train_writes_everything_and_the_same_bytes_again_and_the_model_scores_alike() {
    let folder = folder("train");
    let cohort = simulated(&folder);
    let [first, second, scores] = ["first", "second", "scores"].map(|name| folder.join(name));
    let said = succeeds(&["train", path(&cohort), "--out", path(&first), "--epochs", "4"]);
    assert!(said.contains("of 40 tumours find themselves") && said.contains("Caution:"), "{said}");

    // The resolved configuration is all that is needed to do it again.
    let config = first.join("config.json");
    let output = run(&["train", path(&cohort), "--out", path(&second), "--config", path(&config), "--quiet"]);
    assert_eq!((output.status.code(), err(&output).as_str()), (Some(0), ""));
    let mut names: Vec<_> = fs::read_dir(&first).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    names.sort();
    // Five directions have a figure each, and four tables between them.
    assert_eq!(names.len(), 19 + 5 + 4, "{names:?}");
    for name in names.iter().filter(|name| *name != "model.safetensors") {
        let same = fs::read(first.join(name)).expect("read") == fs::read(second.join(name)).expect("read");
        assert!(same, "{name:?} differs between two runs of one seed");
    }

    let (heading, rows) = csv_of(&first.join("embedding.csv"));
    assert_eq!((heading[0].as_str(), heading.len(), rows.len()), ("sample", 201, 40), "one column a gene");
    assert!(rows.iter().flat_map(|row| &row[1..]).all(|cell| cell.parse::<f32>().is_ok_and(f32::is_finite)));
    for map in ["map_pca.csv", "map_umap.csv"] {
        assert_eq!(csv_of(&first.join(map)).1.len(), 40, "{map}");
    }
    assert_eq!(csv_of(&first.join("genes.csv")).1.len(), 200);
    assert_eq!(csv_of(&first.join("loss.csv")).1.last().map(|row| row[0].clone()), Some("4".into()));
    for figure in ["map_pca_raw", "map_pca_purified", "map_umap_raw", "map_umap_purified", "heat_map", "loss"] {
        let svg = fs::read_to_string(first.join(figure).with_extension("svg")).expect("read");
        assert!(roxmltree::Document::parse(&svg).is_ok_and(|d| d.root_element().has_tag_name("svg")), "{figure}");
    }
    let verdict: Value = serde_json::from_slice(&fs::read(first.join("verdict.json")).expect("read")).expect("JSON");
    assert!(said.starts_with(verdict["sentence"].as_str().expect("a sentence")));

    let model = first.join("model.safetensors");
    let output = run(&["pathways", path(&cohort), "--model", path(&model), "--out", path(&scores)]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("SOURCE.md"), "what is ignored is named");
    for table in ["pathways_raw.csv", "pathways_purified.csv", "pathways_change.csv"] {
        let [trained, opened] = [&first, &scores].map(|folder| fs::read(folder.join(table)).expect("read"));
        assert!(trained == opened, "{table} of the saved model differs");
    }

    let gmt = folder.join("own.gmt");
    let genes: Vec<String> = csv_of(&first.join("genes.csv")).1.iter().take(8).map(|row| row[0].clone()).collect();
    fs::write(&gmt, format!("OWN\tmine\t{}\n", genes.join("\t"))).expect("written");
    let own = ["--gmt", path(&gmt), "--scorer", "singscore"];
    succeeds(&[&["pathways", path(&cohort), "--model", path(&model), "--out", path(&scores)], &own[..]].concat());
    assert_eq!(csv_of(&scores.join("pathways_raw.csv")).0, ["sample", "OWN"]);

    let by = ["--by", "subtype", "--test", "mann-whitney"];
    succeeds(&[&["pathways", path(&cohort), "--model", path(&model), "--out", path(&scores)], &by[..]].concat());
    let (heading, rows) = csv_of(&scores.join("pathways_groups.csv"));
    assert_eq!((heading[1].as_str(), heading[15].as_str()), ("first", "raw_fdr"));
    assert!(rows.iter().all(|row| row[0] == "subtype" && row[3] == "all others" && row[6] == "Cliff's delta"));
    assert!(scores.join("pathways_groups_1.svg").exists());
    let pair = ["--by", "subtype", "--groups", "A,Z"];
    let refused =
        fails(2, &[&["pathways", path(&cohort), "--model", path(&model), "--out", path(&scores)], &pair[..]].concat());
    assert!(refused.contains("no such group; it has A, B"), "{refused}");
    compares_genes(&cohort, &model, &folder.join("genes"));
    opens_elsewhere(&cohort, &model, &genes, &folder.join("embedded"));
    fails(2, &["pathways", path(&cohort), "--model", path(&config), "--out", path(&scores)]);
}

/// Two groups of a column gene by gene, with the lists for GSEA and the markers of every group.
fn compares_genes(cohort: &Path, model: &Path, out: &Path) {
    fn asked<'a>(given: [&'a Path; 3], more: &[&'a str]) -> Vec<&'a str> {
        let [cohort, model, out] = given.map(path);
        [&["genes", cohort, "--model", model, "--out", out, "--by", "subtype"], more].concat()
    }
    let given = [cohort, model, out];
    let said = succeeds(&asked(given, &["--groups", "A,B", "--markers", "5"]));
    assert!(said.starts_with("A (") && said.contains("against B (") && said.contains("below an FDR of 5 %"), "{said}");
    let (heading, rows) = csv_of(&out.join("genes.csv"));
    assert_eq!(rows.len(), 200);
    let column =
        |name: &str| heading.iter().position(|known| known == name).unwrap_or_else(|| panic!("{name}: {heading:?}"));
    for by in ["raw", "adjusted", "purified"] {
        let t = column(&format!("{by}_t"));
        assert!(rows.iter().filter(|row| row[t].parse::<f64>().is_ok()).count() > 100, "{by}");
        let ranked = fs::read_to_string(out.join(format!("genes_{by}.rnk"))).expect("a ranked list");
        let ranked: Vec<(&str, f64)> = ranked
            .lines()
            .map(|line| line.split_once('\t').expect("two columns"))
            .map(|(gene, t)| (gene, t.parse().expect("a number")))
            .collect();
        assert!(ranked.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{by} is not in order");
        let highest = rows.iter().find(|row| row[column("gene")] == ranked[0].0).expect("a gene of the table");
        assert_eq!(highest[t].parse::<f64>().ok(), Some(ranked[0].1), "{by}: the list and the table say one t");
    }
    let svg = fs::read_to_string(out.join("genes_volcano.svg")).expect("a figure");
    assert!(roxmltree::Document::parse(&svg).is_ok_and(|d| d.root_element().has_tag_name("svg")));
    let (heading, markers) = csv_of(&out.join("gene_markers.csv"));
    assert_eq!(heading[..3], ["column", "group", "gene"]);
    let groups: std::collections::BTreeSet<&str> = markers.iter().map(|row| row[1].as_str()).collect();
    assert!(groups.len() > 1 && groups.iter().all(|group| markers.iter().filter(|row| row[1] == *group).count() <= 5));

    assert!(fails(2, &asked(given, &["--groups", "A,Z"])).contains("no such group; it has A, B"));
    succeeds(&asked(given, &[]));
    // The simulator has more than two subtypes: an earlier pair's files are not left beside the markers of this run.
    assert_eq!(out.join("genes.csv").exists(), groups.len() == 2);
}

/// Without some of the model's genes it is opened and says so; without most of them it is refused.
fn opens_elsewhere(cohort: &Path, model: &Path, genes: &[String], out: &Path) {
    let text = fs::read_to_string(cohort.join("expression.tsv")).expect("read");
    let renamed = text.replacen(&format!("\n{}\t", genes[3]), "\nNOT_A_GENE\t", 1);
    fs::write(cohort.join("expression.tsv"), renamed).expect("written");
    let said = succeeds(&["embed", path(cohort), "--model", path(model), "--out", path(out), "--quiet"]);
    assert!(said.contains("199 of the model's 200 genes") && said.contains("as they stand"), "{said}");
    assert_eq!(csv_of(&out.join("embedding.csv")).1.len(), 40);
    let report: Value = serde_json::from_slice(&fs::read(out.join("transfer.json")).expect("read")).expect("JSON");
    assert_eq!(
        (report["missing"][0].as_str(), report["alignment"].as_str()),
        (Some(genes[3].as_str()), Some("as_measured"))
    );

    let rows = text.lines().enumerate();
    let half: Vec<String> =
        rows.map(|(at, row)| if at > 0 && at % 2 == 0 { format!("NOT_{row}") } else { row.to_owned() }).collect();
    fs::write(cohort.join("expression.tsv"), half.join("\n")).expect("written");
    let refused = fails(2, &["embed", path(cohort), "--model", path(model), "--out", path(out)]);
    assert!(refused.contains("100 of the model's 200 genes") && refused.contains("60 %"), "{refused}");
}

#[test]
fn the_purified_expression_goes_where_and_how_its_name_says() {
    let folder = folder("expression");
    let cohort = simulated(&folder);
    let (out, config) = (folder.join("run"), folder.join("few.json"));
    fs::write(&config, r#"{"preset": "instant", "genes": 120}"#).expect("written");
    let base = ["train", path(&cohort), "--out", path(&out), "--config", path(&config), "--quiet"];
    let run_with = |more: &[&str]| succeeds(&[&base[..], more].concat());
    let refused = |more: &[&str]| fails(2, &[&base[..], more].concat());
    let wrong = refused(&["--expression", path(&folder.join("purified.xlsx"))]);
    assert!(wrong.contains(".tsv, .gct, .h5ad or .parquet") && !out.exists(), "{wrong}");
    assert!(refused(&["--expression", path(&cohort.join("purified.tsv"))]).contains("own folder"));
    assert!(refused(&["--expression", path(&folder.join("nowhere/purified.tsv"))]).contains("make it"));
    refused(&["--expression-scale", "linear"]);

    let file = folder.join("purified.tsv");
    run_with(&["--expression", path(&file)]);
    let log = fs::read_to_string(&file).expect("read");
    assert_eq!((log.lines().count(), log.lines().next().map(|l| l.split('\t').count())), (201, Some(41)));
    let (heading, rows) = csv_of(&out.join("expression_genes.csv"));
    assert_eq!(heading, ["gene", "source", "r2"]);
    assert_eq!(rows.iter().filter(|row| row[1] == "training").count(), 120);
    for (row, line) in rows.iter().zip(log.lines().skip(1)) {
        let empty = line.split('\t').skip(1).all(str::is_empty);
        assert_eq!(empty, row[1] == "not explained", "{row:?}");
    }
    run_with(&["--expression", path(&file), "--expression-scale", "linear"]);
    let linear = fs::read_to_string(&file).expect("read");
    assert!(linear != log && linear.lines().count() == 201);
    run_with(&[]);
    assert!(!out.join("expression_genes.csv").exists(), "the folder is one run's");
    assert!(fs::read_dir(&folder).expect("a folder").all(|e| !path(&e.expect("an entry").path()).ends_with(".part")));
}

#[test]
fn the_instant_preset_is_solved_without_a_model_file() {
    let folder = folder("instant");
    let cohort = simulated(&folder);
    let result = folder.join("out");
    succeeds(&["train", path(&cohort), "--out", path(&result), "--preset", "instant", "--seed", "3"]);
    assert_eq!(csv_of(&result.join("embedding.csv")).1.len(), 40);
    assert!(result.join("map_umap_purified.svg").exists() && !result.join("model.safetensors").exists());
    let config: Value = serde_json::from_slice(&fs::read(result.join("config.json")).expect("read")).expect("JSON");
    assert_eq!((config["preset"].as_str(), config["seed"].as_u64()), (Some("instant"), Some(3)));
}

#[test]
fn what_cannot_be_trained_is_refused_before_anything_is_written() {
    let folder = folder("not-trained");
    let cohort = simulated(&folder);
    let result = folder.join("out");
    let train = |more: &[&str]| fails(2, &[&["train", path(&cohort), "--out", path(&result)], more].concat());
    assert!(train(&["--preset", "best"]).contains("balanced"));
    let config = folder.join("config.json");
    fs::write(&config, r#"{"mixing": 7}"#).expect("written");
    assert!(train(&["--config", path(&config)]).contains("mixing"));
    fs::write(&config, r#"{"mixxing": 0.7}"#).expect("written");
    assert!(train(&["--config", path(&config)]).contains("mixxing"));
    #[cfg(not(feature = "gpu"))]
    assert!(train(&["--device", "gpu"]).contains("--features gpu"));
    assert!(!result.exists());
    assert!(fails(2, &["train", path(&cohort), "--out", path(&cohort)]).contains("--out"));
    let few = folder.join("few");
    fs::create_dir_all(&few).expect("a folder");
    by_hand(&few);
    assert!(fails(2, &["train", path(&few), "--out", path(&result)]).contains("2 tumours"));
}

#[test]
fn breast_cancer_pairs_are_told_apart() {
    let cohort = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cohorts/tcga_brca_paired");
    if !cohort.exists() {
        eprintln!("SKIPPED: {} is absent", cohort.display());
        return;
    }
    let files = ["expression.tsv.gz", "samples.tsv"].map(|name| cohort.join(name));
    let json = succeeds(&["inspect", path(&files[0]), path(&files[1]), "--json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(["tumors", "normals"].map(|key| json[key].as_u64()), [Some(113), Some(113)]);
}

#[test]
fn a_session_of_the_page_says_what_it_holds_and_writes_its_tables() {
    let folder = folder("session");
    let tables = folder.join("tables");
    let said = succeeds(&["session", "tests/files/session_1.twinpurify", "--out", path(&tables)]);
    assert!(said.contains("40 tumours, 12 adjacent normals, 58 genes, no expression values"), "{said}");
    assert!(said.contains("Trained: preset \"balanced\", seed 11."), "{said}");
    let names = ["embedding.csv", "map_umap.csv", "map_pca_raw.svg", "pathways_change.csv", "loss.csv", "verdict.json"];
    for name in names.into_iter().chain(["config.json", "genes.csv", "model.safetensors"]) {
        assert!(tables.join(name).is_file(), "{name}");
    }
    let whole = fs::read("tests/files/session_1.twinpurify").expect("the fixture");
    let cut = folder.join("cut.twinpurify");
    fs::write(&cut, &whole[..whole.len() - 7]).expect("written");
    assert!(fails(2, &["session", path(&cut)]).contains("damaged"));
    assert!(fails(2, &["session", "Cargo.toml"]).contains("no session file"));
    fs::remove_dir_all(folder).expect("removed");
}

/// The simulated cohort with two subtypes, A and B (all others), and an outcome: B mostly dies, and earlier.
fn followed_up(cohort: &Path) {
    let sheet = fs::read_to_string(cohort.join("samples.tsv")).expect("the sheet");
    let mut lines = sheet.lines();
    let heading = lines.next().expect("a heading");
    let subtype = heading.split('\t').position(|name| name == "subtype").expect("a subtype");
    let mut text = format!("{heading}\tos_days\tos_event\n");
    for (at, line) in lines.enumerate() {
        let mut cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let (days, event) = match cells[subtype].as_str() {
            "" => (String::new(), ""),
            "A" => (format!("{}", 300 + at * 37 % 900), if at % 3 == 0 { "1" } else { "0" }),
            _ => (format!("{}", 100 + at * 53 % 600), if at % 4 == 0 { "0" } else { "1" }),
        };
        if !["", "A"].contains(&cells[subtype].as_str()) {
            cells[subtype] = "B".into();
        }
        text.push_str(&format!("{}\t{days}\t{event}\n", cells.join("\t")));
    }
    fs::write(cohort.join("samples.tsv"), text).expect("written");
}

#[test]
fn a_study_writes_its_table_confusion_survival_and_hazards_and_goes_on_where_it_stopped() {
    let folder = folder("study");
    let cohort = simulated(&folder);
    followed_up(&cohort);
    let result = folder.join("out");
    let size = ["--seeds", "2", "--epochs", "2", "--preset", "linear", "--quiet"];
    let study = [&["study", path(&cohort), "--out", path(&result)], &size[..]].concat();
    let said = succeeds(&study);
    assert!(said.contains("## cohort") && said.contains("mixing denoising auto-encoder"), "{said}");

    let (heading, rows) = csv_of(&result.join("study.csv"));
    assert_eq!(heading, ["cohort", "representation", "measure", "mean", "sd", "seeds", "best", "missing"]);
    let mut representations: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    representations.dedup();
    // Seven, and the run at each of five other strengths: one training serves all.
    assert_eq!(representations.len(), 7 + 5, "{representations:?}");
    let number = |measure: &str| {
        let row = rows.iter().find(|row| row[1] == "raw" && row[2] == measure).expect("a row");
        row[3].parse::<f64>().unwrap_or_else(|_| panic!("{row:?}"))
    };
    assert!((0.0..=1.0).contains(&number("survival.c")), "{}", number("survival.c"));
    let about_grade = |row: &&Vec<String>| row[2].starts_with("grade.");
    assert!(rows.iter().filter(about_grade).all(|row| row[3].is_empty()), "there is no grade");

    // Confusion: whoever was classified stands once in every representation.
    let (heading, rows) = csv_of(&result.join("cohort_confusion_subtype.csv"));
    assert_eq!(heading, ["representation", "truth", "predicted", "tumours", "share"]);
    let of = |name: &str| {
        let counts = rows.iter().filter(|row| row[0] == name).map(|row| row[3].parse::<f64>().expect("a count"));
        // Means over the seeds.
        counts.sum::<f64>()
    };
    assert!(of("raw") > 0.0 && (of("raw") - of("PCA-20")).abs() < 1e-9, "{} {}", of("raw"), of("PCA-20"));

    // Survival: who dies early is seen, in the curves and in the hazard ratio.
    let (heading, rows) = csv_of(&result.join("cohort_survival.csv"));
    assert_eq!(heading[..4], ["group", "time", "at_risk", "events"]);
    let at_600 = |group: &str| {
        let before = |row: &&Vec<String>| row[0] == group && row[1].parse::<f64>().is_ok_and(|time| time <= 600.0);
        let row = rows.iter().rfind(before).unwrap_or_else(|| panic!("{group}: {rows:?}"));
        row[5].parse::<f64>().expect("a share")
    };
    assert!(at_600("B") + 0.2 < at_600("A"), "B {}, A {}", at_600("B"), at_600("A"));
    let (heading, rows) = csv_of(&result.join("cohort_hazards.csv"));
    assert_eq!(heading, ["covariate", "hazard_ratio", "lower", "upper", "p"]);
    assert_eq!(rows.len(), 1, "a ratio for every subtype but the largest: {rows:?}");
    let ratio = rows[0][1].parse::<f64>().expect("a ratio");
    assert!(ratio < 0.7, "{rows:?}");
    for figure in ["cohort", "cohort_confusion_subtype", "cohort_survival", "cohort_hazards"] {
        let svg = fs::read_to_string(result.join(figure).with_extension("svg")).expect("read");
        assert!(roxmltree::Document::parse(&svg).is_ok_and(|d| d.root_element().has_tag_name("svg")), "{figure}");
    }

    // Stopped in the middle of a line: what is whole is kept, the rest is computed again, to the same table.
    let trials = result.join("trials.jsonl");
    let text = fs::read_to_string(&trials).expect("the trials");
    assert_eq!(text.lines().count(), 24);
    let record: Value = serde_json::from_slice(&fs::read(result.join("run.json")).expect("read")).expect("JSON");
    assert_eq!(record["cohorts"]["cohort"]["inputs"].as_array().map(Vec::len), Some(2), "{record}");
    let half: usize = text.lines().take(9).map(|line| line.len() + 1).sum();
    fs::write(&trials, &text[..half + 40]).expect("written");
    let tables = || ["study.md", "study.csv"].map(|name| fs::read(result.join(name)).expect("read"));
    let before = tables();
    succeeds(&study);
    // Trials stand in the order in which threads finished them.
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let resumed = fs::read_to_string(&trials).expect("read");
    assert!(sorted(&text) == sorted(&resumed), "the resumed study is the uninterrupted one");
    assert!(before == tables(), "to the last digit");
    let other = [&study[..], &["--subtype", "sample_id"]].concat();
    assert!(fails(2, &other).contains("another folder"));

    // Said again from its own record: nothing is left to be computed.
    let run = result.join("run.json");
    succeeds(&["study", path(&cohort), "--out", path(&result), "--config", path(&run), "--quiet"]);
    assert!(resumed == fs::read_to_string(&trials).expect("read"), "the record says the same study");
    assert!(
        fails(2, &["study", path(&cohort), "--out", path(&result), "--config", path(&run), "--seed", "3"])
            .contains("repeats it whole")
    );

    // Other data under the same name: its trials are its own, and that is said.
    let table = fs::read_to_string(cohort.join("expression.tsv")).expect("read");
    let changed = table.replacen("\t", "\t ", 1).replace(".5", ".25");
    assert!(changed != table);
    fs::write(cohort.join("expression.tsv"), changed).expect("written");
    let output = run_study(&study);
    assert!(err(&output).contains("24 trials of an earlier run were made of other files"), "{}", err(&output));
    let now = fs::read_to_string(&trials).expect("read");
    assert_eq!(now.lines().count(), 48, "none of other data was reused");
    let elsewhere = folder.join("elsewhere").join("cohort");
    let twice = ["study", path(&cohort), path(&elsewhere), "--out", path(&result)];
    assert!(fails(2, &twice).contains("Two cohorts are called \"cohort\""));
    fs::remove_dir_all(folder).expect("removed");
}

/// Every file of a folder, by name.
fn contents(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(path).expect("a file"))
        })
        .collect()
}

/// Large enough that products and readouts are spread over threads (burn-flex: from 192³ multiplications on).
#[test]
fn every_number_of_threads_gives_the_same_bytes() {
    let folder = folder("threads");
    let cohort = folder.join("cohort");
    let size = ["--tumours", "70", "--normals", "14", "--genes", "900"];
    succeeds(&[&["simulate", "--out", path(&cohort)], &size[..]].concat());
    let config = folder.join("config.json");
    fs::write(&config, r#"{"preset": "balanced", "hidden": [192], "batch": 64, "epochs": 3, "genes": 900}"#)
        .expect("written");
    let mut made = Vec::new();
    for threads in ["1", "2", "3"] {
        let (run, embedded) = (folder.join(format!("run{threads}")), folder.join(format!("embedded{threads}")));
        let (study, scores) = (folder.join(format!("study{threads}")), folder.join(format!("scores{threads}")));
        // The first of them for all, which are the same: a record names the model file.
        let model = folder.join("run1").join("model.safetensors");
        let on = ["--threads", threads];
        succeeds(
            &[&["train", path(&cohort), "--out", path(&run), "--config", path(&config), "--quiet"], &on[..]].concat(),
        );
        let with = ["--model", path(&model)];
        succeeds(&[&["embed", path(&cohort), "--out", path(&embedded), "--quiet"], &with[..], &on[..]].concat());
        succeeds(&[&["pathways", path(&cohort), "--out", path(&scores)], &with[..], &on[..]].concat());
        let of_study =
            ["study", path(&cohort), "--out", path(&study), "--config", path(&config), "--seeds", "2", "--quiet"];
        succeeds(&[&of_study[..], &on[..]].concat());
        let mut all: Vec<_> = [run, embedded, scores, study].iter().map(|folder| contents(folder)).collect();
        // Trials stand in the order in which they were finished.
        let trials = all[3].remove("trials.jsonl").expect("trials");
        let mut trials: Vec<String> = String::from_utf8(trials).expect("UTF-8").lines().map(str::to_owned).collect();
        trials.sort();
        made.push((all, trials));
    }
    for (threads, (all, trials)) in made.iter().enumerate().skip(1) {
        for (files, expected) in all.iter().zip(&made[0].0) {
            assert!(files.keys().eq(expected.keys()));
            for (name, bytes) in files {
                assert!(*bytes == expected[name], "{name} on {} threads", threads + 1);
            }
        }
        assert!(*trials == made[0].1, "trials on {} threads", threads + 1);
    }
    // One trial for three threads: the folds of its readouts go over those that have none.
    let part = folder.join("part");
    let of_part = ["study", path(&cohort), "--out", path(&part), "--config", path(&config), "--seeds", "2", "--quiet"];
    succeeds(&[&of_part[..], &["--shard", "1/14", "--threads", "3"]].concat());
    let alone = fs::read_to_string(part.join("trials.jsonl")).expect("trials");
    assert!(alone.lines().count() > 0 && alone.lines().all(|line| made[0].1.iter().any(|whole| whole == line)));
    let refused = fails(2, &["--threads", "0", "inspect", path(&cohort)]);
    assert!(refused.contains("--threads"), "{refused}");
    let _ = fs::remove_dir_all(folder);
}

#[test]
fn the_manual_has_a_page_for_every_command_and_completions_for_five_shells() {
    let folder = folder("manual");
    succeeds(&["manual", "--out", path(&folder)]);
    let pages = contents(&folder.join("man"));
    for command in
        ["", "-inspect", "-train", "-embed", "-pathways", "-genes", "-session", "-simulate", "-study", "-manual"]
    {
        let page =
            pages.get(&format!("twinpurify{command}.1")).unwrap_or_else(|| panic!("{command}: {:?}", pages.keys()));
        assert!(String::from_utf8_lossy(page).contains(".SH SYNOPSIS"), "{command}");
    }
    assert_eq!(pages.len(), 10, "{:?}", pages.keys());
    let study = String::from_utf8_lossy(&pages["twinpurify-study.1"]).into_owned();
    assert!(study.contains("shard") && study.contains("seeds"), "{study}");
    let completions = contents(&folder.join("completions"));
    assert_eq!(completions.len(), 5, "{:?}", completions.keys());
    for (name, text) in completions {
        assert!(String::from_utf8_lossy(&text).contains("simulate"), "{name}");
    }
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn one_version_is_stated_everywhere() {
    let version = twinpurify::VERSION;
    assert_eq!(succeeds(&["--version"]).trim(), format!("twinpurify {version}"));
    let folder = folder("version");
    let (cohort, run) = (simulated(&folder), folder.join("run"));
    succeeds(&["train", path(&cohort), "--out", path(&run), "--preset", "instant", "--quiet"]);
    let record: Value = serde_json::from_slice(&fs::read(run.join("run.json")).expect("read")).expect("JSON");
    assert_eq!(record["program"], format!("twinpurify {version}"));
    fs::remove_dir_all(folder).expect("removed");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(root.join(name)).expect("read");
    assert!(read("CITATION.cff").contains(&format!("\nversion: {version}\n")), "CITATION.cff is of another version");
    assert!(read("CHANGELOG.md").contains(&format!("\n## {version} ")), "CHANGELOG.md has no section of {version}");
}
