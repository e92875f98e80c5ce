use super::*;
use crate::cohort::simulated::{SimulationSettings, simulate};
use crate::cohort::{Column, ColumnKind};
use crate::figure::{FigureKind, FigureSpec, ThemeName};
use crate::session::{ComparisonRequest, NamedConfig, TableSpec};
use crate::twin::{Config, Preset};

/// 60 tumours; group A dies early, B late, and `event` says who did.
fn session(event: impl Fn(usize) -> Option<&'static str>) -> Session {
    let settings =
        SimulationSettings { tumours: 60, normals: 12, genes: 300, seed: 3, ..SimulationSettings::default() };
    let mut cohort = simulate(&settings).expect("a cohort").cohort;
    let samples = cohort.matrix.samples.len();
    let mut add = |name: &str, kind, value: &dyn Fn(usize) -> Option<String>| {
        let values = (0..samples).map(|i| value(i).filter(|_| i < 60)).collect();
        cohort.columns.push(Column { name: name.into(), kind, values });
    };
    add("group", ColumnKind::Category, &|i| (i % 10 != 9).then(|| if i % 2 == 0 { "A" } else { "B" }.into()));
    add("days", ColumnKind::Number, &|i| Some((10 + 7 * (i % 6) + if i % 2 == 0 { 0 } else { 14 }).to_string()));
    add("dead", ColumnKind::Category, &|i| event(i).map(str::to_owned));
    add("age", ColumnKind::Number, &|i| (i != 5).then(|| (40 + (i * 17) % 31).to_string()));
    add("nobody", ColumnKind::Number, &|_| None);
    add("early", ColumnKind::Category, &|i| Some(if i % 6 == 0 { "yes" } else { "no" }.into()));
    Session { cohort: Some(cohort), ..Session::default() }
}

fn of(groups: GroupsOf) -> SurvivalSpec {
    SurvivalSpec { time: "days".into(), event: "dead".into(), groups }
}

fn svg(session: &mut Session, figure: FigureKind) -> Result<String, SessionError> {
    session.figure_svg(&FigureSpec { width: 640, height: 420, theme: ThemeName::Light, figure })
}

#[test]
fn planted_survival_is_seen_in_curves_and_hazards() {
    let mut session = session(|i| Some(if i % 5 == 0 { "alive" } else { "dead" }));
    let by_group = of(GroupsOf::Column("group".into()));
    let found = session.survival(&by_group).expect("survival");
    assert_eq!(found.groups.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(found.groups.iter().map(|(_, curve)| curve.at_risk[0]).sum::<usize>(), 54, "those without a group");
    assert!(found.test.as_ref().is_some_and(|test| test.p < 0.01), "{:?}", found.test);
    let csv = session.table(TableSpec::Survival(by_group.clone())).expect("a table");
    assert!(csv.starts_with("group,time,at_risk,events,censored,survival,lower,upper\nA,"), "{csv}");
    assert!(svg(&mut session, FigureKind::Survival(by_group)).expect("drawn").contains("log-rank p"));
    let halves = session.survival(&of(GroupsOf::Column("age".into()))).expect("a number is split at its median");
    assert_eq!(halves.groups.len(), 2);
    assert!(halves.groups[0].0.starts_with("above 5"), "{:?}", halves.groups[0].0);
    let one = Grouping { label: "all".into(), names: vec!["all".into()], codes: vec![0; 60] };
    assert!(session.survival(&of(GroupsOf::Groups(one))).expect("one curve").test.is_none());

    let model = |columns: &[&str]| ForestSpec {
        time: "days".into(),
        event: "dead".into(),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        groups: None,
    };
    let found = session.hazards(&model(&["age", "group"])).expect("a model");
    assert_eq!((found.patients, found.rows.len()), (53, 2), "those without a group or an age are left out");
    assert!(found.rows[0].name.starts_with("age, per ") && found.rows[1].name == "group: B against A", "{found:?}");
    assert!(found.rows[1].upper < 1.0, "B lives longer: {:?}", found.rows[1]);
    let csv = session.table(TableSpec::Forest(model(&["age"]))).expect("a table");
    assert!(csv.starts_with("covariate,hazard_ratio,lower,upper,p\n\"age, per"), "{csv}");
    assert!(svg(&mut session, FigureKind::Forest(model(&["age"]))).expect("drawn").contains("hazard ratio"));
    let code = |session: &mut Session, columns: &[&str]| session.hazards(&model(columns)).unwrap_err().code();
    assert_eq!(code(&mut session, &[]), "too_few");
    assert_eq!(code(&mut session, &["nobody"]), "too_few");
    assert_eq!(code(&mut session, &["age", "age"]), "collinear");
    assert_eq!(code(&mut session, &["nothing"]), "unknown_name");
}

#[test]
fn a_covariate_that_no_event_tells_of_is_left_out_and_named() {
    // Whoever is early was gone, alive, before the first event.
    let mut session = session(|i| Some(if i % 6 == 0 { "alive" } else { "dead" }));
    let model = |columns: &[&str]| ForestSpec {
        time: "days".into(),
        event: "dead".into(),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        groups: None,
    };
    let (with, without) = (session.hazards(&model(&["early", "age"])), session.hazards(&model(&["age"])));
    let (with, without) = (with.expect("a model"), without.expect("a model"));
    assert_eq!(with.rows, without.rows);
    let said =
        "early: yes against no: not estimable, for the patients who differ in it were gone before the first event.";
    assert!(with.notes.iter().any(|note| note == said), "{:?}", with.notes);
    assert_eq!(session.hazards(&model(&["early"])).unwrap_err().code(), "not_estimable");
}

#[test]
fn without_events_or_groups_there_is_a_message() {
    let refused = |event: fn(usize) -> Option<&'static str>, groups: GroupsOf| {
        session(event).survival(&of(groups)).expect_err("refused").to_string()
    };
    let group = || GroupsOf::Column("group".into());
    assert!(refused(|_| Some("alive"), group()).contains("Events"));
    assert!(refused(|_| None, group()).contains("Events"));
    assert!(refused(|_| Some("dead"), GroupsOf::Column("nobody".into())).contains("0 found"));
    let short = Grouping { label: "mine".into(), names: vec!["a".into()], codes: vec![0; 3] };
    assert!(refused(|_| Some("dead"), GroupsOf::Groups(short)).contains("do not fit this cohort"));
    let mut early = session(|_| Some("dead"));
    let clusters = GroupsOf::Clusters { k: 3, of: crate::figure::Of::Purified };
    assert_eq!(early.survival(&of(clusters)).unwrap_err().code(), "not_yet");
    assert_eq!(early.purity_on_map(&PuritySpec::default()).unwrap_err().code(), "not_yet");
    assert_eq!(early.confusion(Label::Subtype).unwrap_err().code(), "not_yet");
}

#[test]
fn clusters_purity_and_confusion_follow_a_run() {
    let mut session = session(|i| Some(if i % 5 == 0 { "alive" } else { "dead" }));
    session.run_instant(&Config { genes: 150, ..Config::preset(Preset::Instant) }).expect("a closed form");
    let clusters = GroupsOf::Clusters { k: 3, of: crate::figure::Of::Instant };
    let found = session.survival(&of(clusters)).expect("survival by cluster");
    assert_eq!((found.label.as_str(), found.groups.len()), ("clusters", 3));
    let purity = session.purity_on_map(&PuritySpec::default()).expect("purity");
    assert_eq!((purity.purity_name.as_str(), purity.purity.len(), purity.sides.len()), ("purity", 60, 2));
    let drawn = svg(&mut session, FigureKind::PurityMap(PuritySpec { component: Some(2), ..PuritySpec::default() }));
    assert!(drawn.expect("drawn").contains("PC2"));
    let csv = session.table(TableSpec::PurityMap(PuritySpec::default())).expect("a table");
    assert!(csv.starts_with("sample,purity,raw_PC1,") && csv.contains(",purified_PC5\n"), "{csv}");

    let config = serde_json::json!({ "preset": "instant", "genes": 100 });
    let columns = crate::comparison::Columns { subtype: Some("group".into()), ..Default::default() };
    let candidates = vec![NamedConfig { name: "instant".into(), config }];
    let request = ComparisonRequest { strengths: false, columns, seeds: 1, out_of_fold: false, candidates };
    let mut progress = session.begin_comparison(request).expect("a comparison");
    while progress.trials < 1 {
        progress = session.advance_comparison(0.0, &|| 0.0).expect("a piece");
    }
    let table = session.confusion(Label::Subtype).expect("raw was classified");
    let total: f64 = table.rows[0].counts.iter().flatten().sum();
    assert!((total - 54.0).abs() < 1e-9, "each tumour counts once: {table:?}");
    let csv = session.table(TableSpec::Confusion { label: "subtype".into() }).expect("a table");
    assert!(csv.contains("raw,A,A,"), "{csv}");
    assert!(svg(&mut session, FigureKind::Confusion { label: "subtype".into() }).expect("drawn").contains("predicted"));
    assert_eq!(svg(&mut session, FigureKind::Confusion { label: "size".into() }).unwrap_err().code(), "unknown_name");
}
