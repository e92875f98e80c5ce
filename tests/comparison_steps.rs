//! How long the comparison's steps take and how well it foretells its end, on a cohort as large as a page takes:
//! `TUMOURS=2000 GENES=3000 TRIALS=1 cargo test --release --test suite comparison_steps:: -- --ignored --nocapture`;
//! `ROW=twinpurify.instant` is one row alone.

use std::collections::BTreeMap;
use std::time::Instant;

use twinpurify::cohort::simulated::{SimulationSettings, simulate};
use twinpurify::comparison::{Candidate, Columns, Comparison, Share};
use twinpurify::twin::{Config, Preset};

fn given(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
#[ignore = "takes minutes; prints times"]
fn steps_are_short_and_their_end_is_foretold() {
    let (tumours, genes) = (given("TUMOURS", 2000), given("GENES", 3000));
    let settings = SimulationSettings { tumours, genes, normals: tumours / 10, ..SimulationSettings::default() };
    let mut cohort = simulate(&settings).expect("a cohort").cohort;
    let mut column = |name: &str, value: &dyn Fn(usize) -> String| {
        let values = (0..cohort.matrix.samples.len()).map(|i| Some(value(i))).collect();
        let kind = twinpurify::cohort::ColumnKind::Number;
        cohort.columns.push(twinpurify::cohort::Column { name: name.into(), kind, values });
    };
    column("days", &|i| (10 + i * 7919 % 3000).to_string());
    column("event", &|i| (i % 3 % 2).to_string());
    column("grade", &|i| ["G1", "G2", "G3"][i % 3].to_string());
    let columns = Columns {
        subtype: Some("subtype".into()),
        grade: Some("grade".into()),
        purity: Some("purity".into()),
        time: Some("days".into()),
        event: Some("event".into()),
    };
    let config = Config { epochs: 1, ..Config::default() };
    let seed = config.seed;
    let named = |name: &str, config| Candidate { name: name.into(), config, strengths: false };
    let candidates = [named("", config), named("instant", Config::preset(Preset::Instant))];
    let mut comparison = Comparison::new(&cohort, None, &columns, &candidates, 1, Vec::new()).expect("a comparison");
    if let Ok(row) = std::env::var("ROW") {
        comparison.begin_share(&Share { seed, rows: vec![row] });
    }
    let began = Instant::now();
    let clock = || began.elapsed().as_secs_f64() * 1000.0;
    let mut steps: BTreeMap<String, (f64, f64, usize)> = BTreeMap::new();
    let mut foretold = Vec::new();
    loop {
        let doing = comparison.progress().doing;
        foretold.push((clock(), comparison.progress().seconds_left));
        let before = clock();
        let progress = comparison.advance(&cohort, 0.0, &clock);
        let took = clock() - before;
        let doing = doing.split(", step").next().unwrap_or_default().to_owned();
        let entry = steps.entry(doing).or_default();
        *entry = (entry.0.max(took), entry.1 + took, entry.2 + 1);
        if progress.finished || progress.trials >= given("TRIALS", usize::MAX) {
            break;
        }
    }
    let mut all: Vec<_> = steps.into_iter().collect();
    all.sort_by(|a, b| b.1.0.total_cmp(&a.1.0));
    println!("{tumours} × {genes}: {:.1} s in all", clock() / 1000.0);
    for (doing, (longest, total, count)) in all.iter().take(40) {
        println!("{longest:8.0} ms at the most, {:7.1} s in {count:4} steps: {doing}", total / 1000.0);
    }
    let end = clock();
    for share in [0.0, 0.1, 0.25, 0.5, 0.75] {
        if let Some((at, left)) = foretold.iter().find(|(at, _)| *at >= share * end) {
            println!("after {:.1} s: {left:.1} s foretold, {:.1} s it took", at / 1000.0, (end - at) / 1000.0);
        }
    }
}
