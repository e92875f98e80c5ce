//! Several samples of one patient: who the patients are, which samples to set aside, and that nothing takes three regions
//! of a tumour for three patients. Through a session of files, all of them invented.

use std::fmt::Write;

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use twinpurify::cohort::simulated::{SimulationSettings, simulate};
use twinpurify::cohort::{Role, Summary};
use twinpurify::comparison::{Columns, Label};
use twinpurify::figure::{FigureKind, FigureSpec, ForestSpec, GroupsOf, SurvivalSpec, ThemeName};
use twinpurify::session::{
    Choice, ComparisonRequest, DifferencesRequest, GenesRequest, NamedConfig, PathwaysSpec, SaveOptions, Saved,
    Session, TableSpec,
};
use twinpurify::twin::{Config, Preset};

/// Genes of one Hallmark set.
const GENES: [&str; 120] = [
    "ACKR3", "ADM", "ADORA2B", "AK4", "AKAP12", "ALDOA", "ALDOB", "ALDOC", "AMPD3", "ANGPTL4", "ANKZF1", "ANXA2",
    "ATF3", "ATP7A", "B3GALT6", "B4GALNT2", "BCAN", "BCL2", "BGN", "BHLHE40", "BNIP3L", "BRS3", "BTG1", "CA12",
    "CASP6", "CAV1", "CAVIN1", "CAVIN3", "CCN1", "CCN2", "CCN5", "CCNG2", "CDKN1A", "CDKN1B", "CDKN1C", "CHST2",
    "CHST3", "CITED2", "COL5A1", "CP", "CSRP2", "CXCR4", "DCN", "DDIT3", "DDIT4", "DPYSL4", "DTNA", "DUSP1", "EDN2",
    "EFNA1", "EFNA3", "EGFR", "ENO1", "ENO2", "ENO3", "ERO1A", "ERRFI1", "ETS1", "EXT1", "F3", "FAM162A", "FBP1",
    "FOS", "FOSL2", "FOXO3", "GAA", "GALK1", "GAPDH", "GAPDHS", "GBE1", "GCK", "GCNT2", "GLRX", "GPC1", "GPC3", "GPC4",
    "GPI", "GRHPR", "GYS1", "HAS1", "HDLBP", "HEXA", "HK1", "HK2", "HMOX1", "HOXB9", "HS3ST1", "HSPA5", "IDS", "IER3",
    "IGFBP1", "IGFBP3", "IL6", "ILVBL", "INHA", "IRS2", "ISG20", "JMJD6", "JUN", "KDELR3", "KDM3A", "KIF5A", "KLF6",
    "KLF7", "KLHL24", "LALBA", "LARGE1", "LDHA", "LDHC", "LOX", "LXN", "MAFF", "MAP3K1", "MIF", "MT1E", "MT2A", "MXI1",
    "MYH9", "NAGK", "NCAN",
];

/// What stands in a matrix for some samples, by their profile's number and their own noise.
fn matrix(samples: &[(String, usize)], noise: f64, seed: u64) -> String {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let profiles = samples.iter().map(|(_, profile)| profile + 1).max().unwrap_or(0);
    let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
    let mut text = format!("gene\t{}\n", samples.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("\t"));
    for (at, gene) in GENES.iter().enumerate() {
        let level = 6.0 + (at % 7) as f64 * 0.7;
        let own: Vec<f64> = (0..profiles).map(|_| normal()).collect();
        text += gene;
        for (_, profile) in samples {
            write!(text, "\t{:.4}", (level + own[*profile] + noise * normal()).max(0.0)).unwrap();
        }
        text.push('\n');
    }
    text
}

fn session(files: &[(&str, &str)]) -> Session {
    let mut session = Session::default();
    for (name, text) in files {
        let file = session.begin_file(name);
        session.push_chunk(file, text.as_bytes()).unwrap();
        session.end_file(file).unwrap();
    }
    session
}

fn counts(summary: &Summary) -> (usize, usize, usize, usize) {
    (summary.tumours, summary.normals, summary.other, summary.patients)
}

#[test]
fn vials_aliquots_metastases_and_recurrences_are_named_and_set_aside_at_once() {
    let mut samples: Vec<(String, usize)> = (0..16).map(|p| (format!("TCGA-QX-P{p:03}-01A-21R-B100-07"), p)).collect();
    let more = [
        ("TCGA-QX-P003-01B-04R-B200-07", 3),
        ("TCGA-QX-P004-01A-21R-B300-07", 4),
        ("TCGA-QX-P005-01A-22R-B100-07", 5),
        ("TCGA-QX-P006-06A-11R-B100-07", 40),
        ("TCGA-QX-P090-06A-11R-B100-07", 41),
        ("TCGA-QX-P007-02A-11R-B100-07", 42),
        ("TCGA-QX-P008-10A-01R-B100-07", 43),
    ];
    samples.extend(more.map(|(name, profile)| (name.to_owned(), profile)));
    samples.extend((0..11).map(|p| (format!("TCGA-QX-P{p:03}-11A-21R-B100-07"), 20 + p)));
    let mut session = session(&[("expression.tsv", &matrix(&samples, 0.2, 1))]);
    assert_eq!(counts(&session.summary().unwrap()), (22, 11, 1, 17), "every barcode's participant is a patient");
    let found = |session: &mut Session| -> Vec<(String, Vec<String>)> {
        let quality = session.quality().unwrap();
        let of = quality.findings.iter().filter(|f| f.code.starts_with("tcga") || f.code.starts_with("several"));
        of.map(|f| (f.code.clone(), f.samples.clone())).collect()
    };
    let expected: [(&str, &[&str]); 4] = [
        ("tcga_metastases", &["TCGA-QX-P006-06A-11R-B100-07", "TCGA-QX-P090-06A-11R-B100-07"]),
        ("tcga_recurrences", &["TCGA-QX-P007-02A-11R-B100-07"]),
        ("tcga_later_vials", &["TCGA-QX-P003-01B-04R-B200-07"]),
        ("tcga_aliquots", &["TCGA-QX-P004-01A-21R-B100-07", "TCGA-QX-P005-01A-21R-B100-07"]),
    ];
    let expected: Vec<(String, Vec<String>)> =
        expected.map(|(code, of)| (code.to_owned(), of.iter().map(|s| (*s).to_owned()).collect())).to_vec();
    let first = found(&mut session);
    assert_eq!(first, expected);
    // What the page's button does with each finding.
    let aside: Vec<(String, Role)> = first.into_iter().flat_map(|(_, of)| of).map(|s| (s, Role::Other)).collect();
    assert_eq!(counts(&session.set_roles_of(&aside).unwrap()), (16, 11, 7, 17));
    assert!(found(&mut session).is_empty(), "one sample of each patient is left");
}

#[test]
fn a_cohort_of_metastases_is_one() {
    let mut samples: Vec<(String, usize)> = (0..14).map(|p| (format!("TCGA-QY-M{p:03}-06A-11R-C100-07"), p)).collect();
    samples.extend((0..5).map(|p| (format!("TCGA-QY-M{p:03}-11A-11R-C100-07"), 20 + p)));
    samples.push(("TCGA-QY-M002-06B-11R-C100-07".to_owned(), 2));
    let quality = session(&[("expression.tsv", &matrix(&samples, 0.2, 2))]).quality().unwrap();
    let codes: Vec<&str> = quality.findings.iter().map(|f| f.code.as_str()).collect();
    assert!(!codes.contains(&"tcga_metastases") && codes.contains(&"tcga_later_vials"), "{codes:?}");
}

/// Regions of 30 patients and 12 normals; `sheet` gives a row its cells beyond sample and type.
fn regions(heading: &str, rows: impl Fn(usize, usize) -> String, seed: u64) -> Session {
    let mut samples: Vec<(String, usize)> =
        (0..90).map(|i| (format!("R{:02}{}", i / 3, ["a", "b", "c"][i % 3]), i / 3)).collect();
    samples.extend((0..12).map(|n| (format!("N{n:02}"), 30 + n)));
    let mut sheet = format!("sample\ttype\t{heading}\n");
    for (at, (name, profile)) in samples.iter().enumerate() {
        if at < 90 {
            let more = rows(at / 3, at % 3);
            let more = if more.is_empty() { more } else { format!("\t{more}") };
            writeln!(sheet, "{name}\ttumor\tS-{profile}{more}").unwrap();
        } else {
            writeln!(sheet, "{name}\tnormal{}", "\t".repeat(heading.split('\t').count())).unwrap();
        }
    }
    session(&[("expression.tsv", &matrix(&samples, 0.3, seed)), ("samples.tsv", &sheet)])
}

#[test]
fn a_column_of_patients_is_found_under_many_names() {
    for heading in ["patient", "Subject ID", "participant_id", "Case", "donor", "Individual"] {
        let mut session = regions(heading, |_, _| String::new(), 3);
        assert_eq!(counts(&session.summary().unwrap()), (90, 12, 0, 30), "{heading}");
        let finding = session.quality().unwrap();
        let finding = finding.findings.iter().find(|f| f.code == "several_of_a_patient").expect("said");
        assert!(finding.samples.len() == 60 && finding.message.contains("No fold splits a patient"), "{finding:?}");
    }
    let sheet = "sample\ttype\tcase\nA1\ttumor\tcase\nA2\ttumor\tcase\nB1\tnormal\tcontrol\nB2\tnormal\tcontrol\n";
    let samples = ["A1", "A2", "B1", "B2"].map(|name| (name.to_owned(), 0));
    let mut session = session(&[("m.tsv", &matrix(&samples, 1.0, 4)), ("s.tsv", sheet)]);
    assert_eq!(session.summary().unwrap().patients, 0, "case and control are no patients");
}

/// Time, event, group and purity; the second region is the purest and alone says the truth.
fn outcome(patient: usize, region: usize) -> String {
    let [time, event, group] = match region {
        1 => [20 + 7 * (patient % 10), usize::from(!patient.is_multiple_of(4)), patient % 2],
        _ => [5, 1, (patient + region) % 2],
    };
    let age = 40 + (patient * 17) % 31;
    format!("{time}\t{event}\t{}\t{}\t{age}", ["A", "B"][group], [0.3, 0.8, 0.5][region] + patient as f64 / 1000.0)
}

const OUTCOMES: &str = "patient\tdays\tdead\tgroup\ttumor_purity\tage";

#[test]
fn survival_and_group_tests_take_the_purest_tumour_of_each_patient_and_say_so() {
    let mut all = regions(OUTCOMES, outcome, 5);
    // The same cohort with the other regions set aside.
    let mut purest = regions(OUTCOMES, outcome, 5);
    let aside: Vec<(String, Role)> =
        (0..30).flat_map(|p| ["a", "c"].map(|r| (format!("R{p:02}{r}"), Role::Other))).collect();
    purest.set_roles_of(&aside).unwrap();
    let curves =
        || SurvivalSpec { time: "days".into(), event: "dead".into(), groups: GroupsOf::Column("group".into()) };
    let (found, expected) = (all.survival(&curves()).unwrap(), purest.survival(&curves()).unwrap());
    assert_eq!((found.groups.len(), &found.test), (2, &expected.test));
    assert!(found.groups.iter().zip(&expected.groups).all(|(a, b)| a == b));
    let said = "30 patients have several of the tumours: the purest of each (tumor_purity) counts, so that 30 of 90 tumours are read.";
    assert!(found.notes.iter().any(|note| note == said), "{:?}", found.notes);
    assert!(expected.notes.is_empty(), "{:?}", expected.notes);
    let theme = ThemeName::Light;
    let drawn = all.figure_svg(&FigureSpec { width: 640, height: 420, theme, figure: FigureKind::Survival(curves()) });
    assert!(drawn.unwrap().contains("so that 30 of 90 tumours are read"), "the figure says so");

    let model = || ForestSpec {
        time: "days".into(),
        event: "dead".into(),
        columns: vec!["age".into()],
        groups: Some(GroupsOf::Column("group".into())),
    };
    let (found, expected) = (all.hazards(&model()).unwrap(), purest.hazards(&model()).unwrap());
    assert_eq!((found.patients, found.rows), (30, expected.rows));
    assert!(found.notes.iter().any(|note| note == said), "{:?}", found.notes);

    all.run_instant(&Config { genes: 100, ..Config::preset(Preset::Instant) }).unwrap();
    let groups = all.grouping("group").unwrap();
    let pathways = PathwaysSpec { of: Choice::Instant, ..PathwaysSpec::default() };
    let request = DifferencesRequest { pathways, groups, first: 0, second: Some(1), test: Default::default() };
    let found = all.differences(request).unwrap();
    let members: Vec<usize> = found.first.members.iter().chain(&found.second.members).copied().collect();
    assert_eq!(members.len(), 30);
    assert!(members.iter().all(|at| at % 3 == 1), "the second region of each: {members:?}");
    assert_eq!(found.notes, [said]);
    assert!(all.table(TableSpec::PathwaysDifferences).is_ok());

    let groups = all.grouping("group").unwrap();
    let found = all.gene_differences(GenesRequest { of: Choice::Instant, groups, first: 0, second: Some(1) }).unwrap();
    assert_eq!((found.sides[0].1 + found.sides[1].1, found.notes), (30, vec![said.to_owned()]));
}

#[test]
fn without_a_purity_the_first_counts_and_nothing_is_said_where_every_patient_has_one() {
    let row = |patient: usize, _| outcome(patient, 1).split('\t').take(3).collect::<Vec<_>>().join("\t");
    let mut all = regions("patient\tdays\tdead\tgroup", row, 6);
    let groups = GroupsOf::Column("group".into());
    let found = all.survival(&SurvivalSpec { time: "days".into(), event: "dead".into(), groups }).unwrap();
    let patients: usize = found.groups.iter().map(|(_, curve)| curve.at_risk[0]).sum();
    assert_eq!(patients, 30);
    assert!(found.notes.iter().any(|note| note.contains("the first of each counts")), "{:?}", found.notes);
    let mut single = regions("note\tdays\tdead\tgroup", row, 6);
    let groups = GroupsOf::Column("group".into());
    let found = single.survival(&SurvivalSpec { time: "days".into(), event: "dead".into(), groups }).unwrap();
    assert_eq!((found.groups.iter().map(|(_, c)| c.at_risk[0]).sum::<usize>(), found.notes.len()), (90, 0));
}

/// Survival curves with their test, hazards and pathways of two groups, each with what is said beside it.
fn grouped(session: &mut Session) -> [String; 3] {
    let outcomes = || ("days".to_owned(), "dead".to_owned());
    let (time, event) = outcomes();
    let curves =
        session.survival(&SurvivalSpec { time, event, groups: GroupsOf::Column("group".into()) }).expect("curves");
    let (time, event) = outcomes();
    let groups = session.grouping("group").expect("groups");
    let by_group = Some(GroupsOf::Groups(groups.clone()));
    let hazards =
        session.hazards(&ForestSpec { time, event, columns: vec!["age".into()], groups: by_group }).expect("a model");
    let pathways = PathwaysSpec { of: Choice::Instant, ..PathwaysSpec::default() };
    let request = DifferencesRequest { pathways, groups, first: 0, second: Some(1), test: Default::default() };
    let differences = session.differences(request).expect("a comparison");
    let members = [&differences.first.members, &differences.second.members];
    let compared = session.table(TableSpec::PathwaysDifferences).expect("a table");
    [format!("{curves:?}"), format!("{hazards:?}"), format!("{members:?} {:?} {compared}", differences.notes)]
}

/// The same words and, to a hundred-thousandth, the same numbers: a session keeps the pathways' scores in single precision.
fn agree(found: &[String; 3], expected: &[String; 3]) {
    for (found, expected) in found.iter().zip(expected) {
        let cells = |text: &str| text.split([',', '\n']).map(str::to_owned).collect::<Vec<_>>();
        let (found, expected) = (cells(found), cells(expected));
        assert_eq!(found.len(), expected.len());
        for (one, other) in found.iter().zip(&expected) {
            let near = match (one.parse::<f64>(), other.parse::<f64>()) {
                (Ok(one), Ok(other)) => (one - other).abs() <= 1e-5 * other.abs().max(1.0),
                _ => one == other,
            };
            assert!(near, "{one} instead of {other}");
        }
    }
}

fn saved(session: &mut Session) -> Vec<u8> {
    session.save_session(SaveOptions::default()).expect("a session")
}

fn alone(bytes: &[u8]) -> Session {
    let mut session = Session::default();
    session.open_session(bytes).expect("opened");
    session
}

#[test]
fn a_saved_session_alone_knows_its_patients() {
    let mut all = regions(OUTCOMES, outcome, 5);
    all.run_instant(&Config { genes: 100, ..Config::preset(Preset::Instant) }).unwrap();
    let (with_cohort, bytes) = (grouped(&mut all), saved(&mut all));
    assert!(with_cohort.iter().all(|said| said.contains("30 of 90 tumours are read")), "{with_cohort:?}");
    let mut opened = alone(&bytes);
    agree(&grouped(&mut opened), &with_cohort);
    let table = opened.sample_table().unwrap();
    assert_eq!(table.patients[..4].iter().flatten().collect::<Vec<_>>(), ["S-0", "S-0", "S-0", "S-1"]);

    // A file of an older version names no patients: its columns do.
    let mut older = Saved::from_bytes(&bytes).unwrap();
    older.manifest.patients = None;
    agree(&grouped(&mut alone(&older.to_bytes().unwrap())), &with_cohort);
    older.manifest.columns.retain(|column| column.name != "patient");
    let said = grouped(&mut alone(&older.to_bytes().unwrap()));
    assert!(said.iter().all(|said| !said.contains("tumours are read")), "nothing tells its patients: {said:?}");

    let mut damaged = Saved::from_bytes(&bytes).unwrap();
    damaged.manifest.patients.as_mut().unwrap().names.pop();
    let refused = Session::default().open_session(&damaged.to_bytes().unwrap()).unwrap_err();
    assert!(
        refused.code() == "session_damaged" && refused.to_string().contains("89 samples, there are 90"),
        "{refused}"
    );
}

#[test]
fn without_a_purity_a_saved_session_takes_the_purest_by_the_stand_in_it_was_saved_with() {
    let settings =
        SimulationSettings { tumours: 60, normals: 12, genes: 1500, seed: 4, ..SimulationSettings::default() };
    let simulated = simulate(&settings).expect("a cohort");
    let mut sheet = "sample\ttype\tpatient\tdays\tdead\tgroup\tage\n".to_owned();
    for (at, (name, role)) in simulated.cohort.matrix.samples.iter().zip(&simulated.cohort.roles.value).enumerate() {
        match role {
            Role::Tumour => {
                let row: Vec<String> = outcome(at / 2, 1).split('\t').map(str::to_owned).collect();
                writeln!(sheet, "{name}\ttumor\tQ{}\t{}\t{}", at / 2, row[..3].join("\t"), row[4]).unwrap();
            }
            _ => writeln!(sheet, "{name}\tnormal\t\t\t\t\t").unwrap(),
        }
    }
    let mut all = session(&[("expression.tsv", &simulated.expression_tsv()), ("samples.tsv", &sheet)]);
    all.run_instant(&Config { genes: 300, ..Config::preset(Preset::Instant) }).unwrap();
    let (with_cohort, bytes) = (grouped(&mut all), saved(&mut all));
    let said = "the purest of each (purity stand-in (estimated)) counts, so that 30 of 60";
    assert!(with_cohort.iter().all(|found| found.contains(said)), "{with_cohort:?}");
    agree(&grouped(&mut alone(&bytes)), &with_cohort);
}

/// Balanced accuracy of the raw profile on a label, by the confusion matrix of the comparison.
fn accuracy(session: &mut Session, label: &str) -> (f64, Vec<String>) {
    let columns = Columns { subtype: Some(label.into()), ..Columns::default() };
    let config = serde_json::json!({ "preset": "instant", "genes": 100 });
    let candidates = vec![NamedConfig { name: "instant".into(), config }];
    let request = ComparisonRequest { strengths: false, columns, seeds: 1, out_of_fold: false, candidates };
    let mut progress = session.begin_comparison(request).expect("a comparison");
    while progress.trials < 1 {
        progress = session.advance_comparison(0.0, &|| 0.0).expect("a piece");
    }
    let table = session.confusion(Label::Subtype).expect("raw was classified");
    let recall = |(class, counts): (usize, &Vec<f64>)| counts[class] / counts.iter().sum::<f64>();
    let mean = table.rows[0].counts.iter().enumerate().map(recall).sum::<f64>() / table.rows[0].counts.len() as f64;
    (mean, session.comparison_table().expect("a table").notes)
}

#[test]
fn three_regions_of_a_patient_with_a_label_by_chance_classify_by_chance() {
    let mut sums = [0.0; 2];
    let labels = 4;
    for seed in 0..labels {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut drawn: Vec<usize> = (0..30).map(|p| p % 2).collect();
        drawn.shuffle(&mut rng);
        let label = |patient: usize, _| ["X", "Y"][drawn[patient]].to_owned();
        for (sum, heading) in sums.iter_mut().zip(["patient\tlabel", "note\tlabel"]) {
            let (found, notes) = accuracy(&mut regions(heading, label, 10 + rng.random_range(0..1000)), "label");
            let said = "30 of 30 patients have several of the 90 tumours: no fold splits a patient.";
            assert_eq!(notes.iter().any(|note| note == said), heading.starts_with("patient"), "{notes:?}");
            *sum += found / labels as f64;
        }
    }
    let [by_patient, by_sample] = sums;
    println!("by patient {by_patient:.2}, by sample {by_sample:.2}");
    assert!((by_patient - 0.5).abs() < 0.1, "{by_patient}");
    assert!(by_sample > 0.75, "folds that split patients know their regions again: {by_sample}");
}
