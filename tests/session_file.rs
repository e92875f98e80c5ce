//! Session files: what was saved is seen again without its cohort, comes back to life beside it, and what is no whole
//! session is refused with its reason.
#![cfg(feature = "cpu")]

use std::fs;

use serde_json::json;
use twinpurify::cohort::simulated::{SimulationSettings, simulate};
use twinpurify::figure::{ColourSpec, FigureKind, FigureSpec, MapKind, Of, ThemeName};
use twinpurify::session::{Choice, SaveOptions, Saved, Session, TableSpec};
use twinpurify::twin::{Config, Preset};

/// The fuzz target's body, and the tables it reads.
#[path = "../fuzz/bodies/session.rs"]
mod body;

use body::TABLES;

/// Written by the page's engine in version 1 (40 tumours of the page tests' tiny cohort); every later version must open it.
const FIXTURE: &str = "tests/files/session_1.twinpurify";

fn open_cohort(session: &mut Session) {
    let settings = SimulationSettings { tumours: 24, normals: 12, genes: 200, ..SimulationSettings::default() };
    let cohort = simulate(&settings).expect("a cohort");
    for (name, text) in [("expression.tsv", cohort.expression_tsv()), ("samples.tsv", cohort.samples_tsv())] {
        let handle = session.begin_file(name);
        session.push_chunk(handle, text.as_bytes()).expect("read");
        session.end_file(handle).expect("read");
    }
}

fn trained() -> Session {
    let mut session = Session::default();
    open_cohort(&mut session);
    let config = Config { epochs: 40, hidden: vec![16], dim: 8, seed: 11, ..Config::preset(Preset::Balanced) };
    session.run_instant(&config).expect("the closed form");
    let plan = session.begin_training(&config).expect("a run");
    session.step(plan.steps).expect("steps");
    session.finish_training().expect("a verdict");
    session
}

fn saved(session: &mut Session, expression: bool) -> Vec<u8> {
    let page = json!({"groups": [{"name": "mine", "members": [1, 2]}], "view": {"kind": "umap"}});
    let options = SaveOptions { expression, page, engine: Some("cpu".into()), stopped: false };
    session.save_session(options).expect("a session")
}

fn map(session: &mut Session, colour: &str) -> String {
    let colour = ColourSpec { column: Some(colour.into()), ..ColourSpec::default() };
    let figure = FigureKind::Map { kind: MapKind::Pca, of: Of::Purified, colour, window: None, legend: true };
    session.figure_svg(&FigureSpec { width: 400, height: 300, theme: ThemeName::Light, figure }).expect("a map")
}

#[test]
fn a_session_shows_without_its_cohort_what_it_showed_with_it() {
    let mut before = trained();
    let column = before.summary().expect("a cohort").columns[0].name.clone();
    let bytes = saved(&mut before, false);
    assert!(bytes == saved(&mut before, false), "the same session gives the same bytes");
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("\"expression\""), "no expression values unless asked for");

    let mut alone = Session::default();
    let opened = alone.open_session(&bytes).expect("opened");
    assert!(!opened.expression);
    assert_eq!(opened.models.iter().map(|m| m.of).collect::<Vec<_>>(), [Choice::Purified, Choice::Instant]);
    assert_eq!(opened.page["groups"][0]["name"], "mine");
    for table in TABLES {
        assert_eq!(alone.table(table.clone()).expect("kept"), before.table(table.clone()).expect("live"), "{table:?}");
    }
    assert!(map(&mut alone, &column) == map(&mut before, &column), "the same drawing");
    assert!(alone.model_file().expect("a model") == before.model_file().expect("a model"), "the same model");
    let refused = alone.resolve_config(&Config::default()).expect_err("no cohort").to_string();
    assert!(refused.contains("open its cohort beside it"), "{refused}");
    let (again, first) = (saved(&mut alone, false), Saved::from_bytes(&bytes).expect("whole"));
    let again = Saved::from_bytes(&again).expect("whole");
    assert!((again.arrays, again.model) == (first.arrays, first.model), "saved again it holds the same");

    open_cohort(&mut alone);
    alone.summary().expect("a cohort");
    let revived = alone.revive_session().expect("alive");
    assert!(revived.same_samples && revived.purified.is_some() && revived.instant.is_some());
    for table in TABLES {
        assert_eq!(
            alone.table(table.clone()).expect("live again"),
            before.table(table.clone()).expect("live"),
            "{table:?}"
        );
    }
    assert!(alone.table(TableSpec::MapUmap { of: Of::Raw }).is_ok());
}

#[test]
fn with_expression_values_a_session_is_a_whole_cohort() {
    let mut before = trained();
    let bytes = saved(&mut before, true);
    let mut alone = Session::default();
    assert!(alone.open_session(&bytes).expect("opened").expression);
    let (then, now) = (before.summary().expect("a cohort"), alone.summary().expect("a cohort"));
    assert_eq!((now.tumours, now.normals, now.genes), (then.tumours, then.normals, then.genes));
    assert!(alone.revive_session().expect("alive").same_samples);
    let embedding = TableSpec::Embedding { of: Of::Purified };
    assert_eq!(alone.table(embedding.clone()).expect("live"), before.table(embedding.clone()).expect("live"));
}

#[test]
fn a_session_of_version_1_opens() {
    let mut session = Session::default();
    let opened = session.open_session(&fs::read(FIXTURE).expect("the fixture")).expect("opened");
    assert_eq!(opened.models.len(), 2);
    assert_eq!(session.embedding(Of::Purified).expect("kept").samples.len(), 40);
    for table in TABLES {
        assert!(session.table(table.clone()).expect("kept").lines().count() > 1, "{table:?}");
    }
}

fn code(bytes: &[u8]) -> &'static str {
    Session::default().open_session(bytes).expect_err("refused").code()
}

#[test]
fn what_is_no_whole_session_is_refused_with_its_reason() {
    let mut session = trained();
    let bytes = saved(&mut session, false);
    assert_eq!(code(b""), "session_not_one");
    assert_eq!(code(b"gene\tA\tB\nTP53\t1\t2\n"), "session_not_one");
    assert_eq!(code(&session.model_file().expect("a model")), "session_not_one");
    assert_eq!(code(&bytes[..bytes.len() - 1]), "session_damaged");
    assert_eq!(code(&bytes[..bytes.len() / 3]), "session_damaged");
    assert_eq!(code(&[u64::MAX.to_le_bytes().as_slice(), b"{}"].concat()), "session_not_one");

    let change = |change: &dyn Fn(&mut Saved)| {
        let mut saved = Saved::from_bytes(&bytes).expect("whole");
        change(&mut saved);
        code(&saved.to_bytes().expect("written"))
    };
    assert_eq!(change(&|s| s.manifest.version = 2), "session_newer");
    assert_eq!(change(&|s| s.manifest.version = 0), "session_damaged");
    assert_eq!(change(&|s| s.manifest.format = "twinpurify.other".into()), "session_not_one");
    assert_eq!(change(&|s| s.manifest.format = "other".into()), "session_not_one");
    assert_eq!(change(&|s| drop(s.manifest.samples.pop())), "session_damaged");
    assert_eq!(change(&|s| s.manifest.samples = vec![String::new(); 200_001]), "session_too_large");
    assert_eq!(change(&|s| drop(s.manifest.columns[0].values.pop())), "session_damaged");
    assert_eq!(change(&|s| s.manifest.models.clear()), "session_damaged");
    assert_eq!(change(&|s| drop(s.manifest.genes.pop())), "session_damaged");
    assert_eq!(change(&|s| drop(s.arrays.remove("embedding/purified"))), "session_damaged");
    assert_eq!(change(&|s| drop(s.arrays.remove("map/pca/raw"))), "session_damaged");
    let deep = (0..20).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(change(&|s| s.manifest.page = deep.clone()), "session_too_large");
    let deeper = (0..200).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(change(&|s| s.manifest.page = deeper.clone()), "session_damaged");
    assert_eq!(change(&|s| s.manifest.page = json!("x".repeat(5 << 20))), "session_too_large");
}

/// The fuzz target's loop on stable Rust: seeded, 400 files here, more for as many seconds as FUZZ_SECONDS says.
#[test]
fn bytes_spoilt_at_random_never_panic() {
    let seconds: u64 = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    let (start, mut files) = (std::time::Instant::now(), 0);
    let bytes = saved(&mut trained(), false);
    let mut state = 20_261_124_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    while files < 400 || start.elapsed().as_secs() < seconds {
        files += 1;
        let mut spoilt = bytes.clone();
        for _ in 0..1 + draw(4) {
            let at = draw(header.min(spoilt.len()));
            spoilt[at] = draw(256) as u8;
        }
        if draw(4) == 0 {
            spoilt.truncate(draw(spoilt.len()));
        }
        body::run(&spoilt);
    }
    println!("{files} spoilt session files");
}
