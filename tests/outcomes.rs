//! Outcomes coded in five ways give the survival statistics of R's `survival` and lifelines, through a session of files.

use std::fmt::Write;

use twinpurify::cohort::Outcome;
use twinpurify::figure::{ForestSpec, GroupsOf, SurvivalSpec};
use twinpurify::session::Session;

/// How an event and none are written.
const CODINGS: [(&str, &str, &str); 6] = [
    ("zero_one", "1", "0"),
    ("one_two", "2", "1"),
    ("one_two_decimal", "2,0", "1,0"),
    ("logical", "TRUE", "FALSE"),
    ("words", "Dead", "Alive"),
    ("portal", "1:DECEASED", "0:LIVING"),
];

/// lung (R's `survival`), every patient with an invented profile, and five adjacent normals.
fn lung() -> Session {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/survival/lung.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headings = reader.headers().unwrap().clone();
    let at = |name: &str| headings.iter().position(|h| h == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let names: Vec<String> =
        (0..rows.len()).map(|i| format!("P{i}T")).chain((0..5).map(|i| format!("P{i}N"))).collect();
    let mut sheet = String::from("sample_id\ttype\ttime\tcomma\tage\tsex\tecog\tloss\tGX");
    CODINGS.iter().for_each(|(name, ..)| write!(sheet, "\t{name}").unwrap());
    sheet.push_str("\tOS censored\n");
    for (row, name) in rows.iter().zip(&names) {
        let cell = |name: &str| row.get(at(name)).unwrap().to_owned();
        let (time, dead) = (cell("time"), cell("dead") == "1");
        let ecog: f64 = cell("ph.ecog").parse().unwrap();
        write!(sheet, "{name}\ttumor\t{time}\t{time},0\t{}\t{}\t{}", cell("age"), cell("sex"), ecog + 0.5).unwrap();
        write!(sheet, "\t{}\tGX", cell("wt.loss").replace('.', ",")).unwrap();
        CODINGS.iter().for_each(|(_, event, none)| write!(sheet, "\t{}", if dead { event } else { none }).unwrap());
        writeln!(sheet, "\t{}", u8::from(!dead)).unwrap();
    }
    for name in &names[rows.len()..] {
        writeln!(sheet, "{name}\tnormal{}", "\t".repeat(8 + CODINGS.len())).unwrap();
    }
    let mut matrix = format!("gene\t{}\n", names.join("\t"));
    for gene in 0..30 {
        let value = |sample: usize| format!("{:.3}", 4.0 + ((gene * 7919 + sample * 104_729) % 5000) as f64 / 1000.0);
        let values: Vec<String> = (0..names.len()).map(value).collect();
        writeln!(matrix, "GENE{}{gene}\t{}", char::from(b'A' + (gene % 26) as u8), values.join("\t")).unwrap();
    }
    let mut session = Session::default();
    for (name, text) in [("expression.tsv", matrix), ("samples.tsv", sheet)] {
        let file = session.begin_file(name);
        session.push_chunk(file, text.as_bytes()).unwrap();
        session.end_file(file).unwrap();
    }
    session
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-6 * b.abs().max(1e-3), "{what}: {a} and not {b}");
}

#[test]
fn every_coding_gives_the_log_rank_test_and_the_curves_of_lifelines_and_r() {
    let mut session = lung();
    for (event, ..) in CODINGS.into_iter().chain([("OS censored", "", "")]) {
        for time in ["time", "comma"] {
            let groups = GroupsOf::Column("sex".into());
            let found = session.survival(&SurvivalSpec { time: time.into(), event: event.into(), groups }).unwrap();
            close(found.test.as_ref().unwrap().chi_squared, 9.59756083361313, event);
            let medians: Vec<_> = found.groups.iter().map(|(_, curve)| curve.median).collect();
            assert_eq!(medians, [Some(284.0), Some(433.0)], "{event}: R's survfit");
            assert_eq!(found.notes.is_empty(), !event.starts_with("one_two") && event != "OS censored", "{event}");
        }
    }
}

#[test]
fn every_coding_gives_the_coefficients_of_r() {
    let mut session = lung();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/survival/R_coxph_lung_efron.csv");
    let golden: Vec<(String, f64)> = csv::Reader::from_path(path)
        .unwrap()
        .records()
        .map(|r| r.unwrap())
        .map(|r| (r[0].to_owned(), r[1].parse().unwrap()))
        .collect();
    let columns = ["age", "sex", "ecog", "loss"];
    // Numbers are per standard deviation over the patients.
    let deviation = |name: &str, session: &mut Session| {
        let table = session.sample_table().unwrap();
        let column = table.columns.iter().find(|c| c.name == name).unwrap();
        let values: Vec<f64> = column.numbers().into_iter().flatten().collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
    };
    for (event, ..) in CODINGS {
        let spec = ForestSpec {
            time: "time".into(),
            event: event.into(),
            columns: columns.map(str::to_owned).to_vec(),
            groups: None,
        };
        let found = session.hazards(&spec).unwrap();
        for ((row, name), (_, coefficient)) in found.rows.iter().zip(columns).zip(&golden) {
            let unit = if name == "sex" { 1.0 } else { deviation(name, &mut session) };
            let ours = row.ratio.ln() / unit;
            assert!((ours - coefficient).abs() < 1e-5 * coefficient.abs(), "{event}, {name}: {ours} not {coefficient}");
        }
    }
}

#[test]
fn what_says_nothing_is_no_class() {
    let mut session = lung();
    let summary = session.summary().unwrap();
    assert!(summary.columns.iter().all(|c| c.name != "GX"), "a column of GX alone holds nothing");
    let event = |name: &str| summary.columns.iter().find(|c| c.name == name).and_then(|c| c.outcome.clone());
    assert_eq!(event("OS censored"), None, "the opposite of an event is not proposed as one");
    assert!(!matches!(event("age"), Some(Outcome::Time { .. })));
}

/// What of times and events cannot be used is said where the files are opened, not only beside the curves.
#[test]
fn awkward_times_are_said_where_files_are_opened() {
    let mut sheet = String::from("sample_id\ttype\tOS_days\tOS_event\n");
    let mut matrix = String::from("gene");
    for i in 0..60 {
        let (time, event) = match i {
            0 | 1 => ("0", "1"),
            2 => ("Inf", "0"),
            3 => ("-5", "1"),
            4..7 => ("", "1"),
            _ => ("120", if i % 2 == 0 { "1" } else { "0" }),
        };
        writeln!(sheet, "P{i}T\ttumor\t{time}\t{event}").unwrap();
        write!(matrix, "\tP{i}T").unwrap();
    }
    // Of the normals nothing is said.
    (0..12).for_each(|i| writeln!(sheet, "P{i}N\tnormal\t{}", if i < 3 { "-1\t1" } else { "\t" }).unwrap());
    (0..12).for_each(|i| write!(matrix, "\tP{i}N").unwrap());
    for gene in 0..30 {
        write!(matrix, "\nTP{gene}").unwrap();
        (0..72).for_each(|s| write!(matrix, "\t{:.2}", 4.0 + ((gene * 31 + s * 17) % 50) as f64 / 10.0).unwrap());
    }
    matrix.push('\n');
    let mut session = Session::default();
    for (name, text) in [("expression.tsv", matrix), ("samples.tsv", sheet)] {
        let file = session.begin_file(name);
        session.push_chunk(file, text.as_bytes()).unwrap();
        session.end_file(file).unwrap();
    }
    let warnings = session.summary().unwrap().warnings;
    let said = warnings
        .iter()
        .find(|w| w.starts_with("OS_days with OS_event: Of 60 samples"))
        .unwrap_or_else(|| panic!("{warnings:?}"));
    for part in [
        "2 have a time of 0 and were kept",
        "1 with a time that is infinite were left out",
        "1 with a time below 0 were left out",
        "3 with an event and without a time were left out",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
