use super::*;
use crate::cohort::simulated::{SimulationSettings, simulate};
use crate::twin::Preset;

fn config() -> Config {
    Config { epochs: 6, genes: 150, hidden: vec![24], ..Config::preset(Preset::Balanced) }
}

fn candidates() -> [Candidate; 1] {
    [Candidate { name: String::new(), config: config() }]
}

fn columns() -> Columns {
    Columns { subtype: Some("subtype".into()), purity: Some("purity".into()), ..Columns::default() }
}

fn cohort() -> Cohort {
    let settings =
        SimulationSettings { tumours: 80, normals: 16, genes: 300, seed: 5, ..SimulationSettings::default() };
    simulate(&settings).expect("a cohort").cohort
}

fn to_the_end(comparison: &mut Comparison, cohort: &Cohort) -> Vec<ComparisonProgress> {
    let mut all = Vec::new();
    loop {
        let progress = comparison.advance(cohort, 0.0, &|| 0.0);
        all.push(progress.clone());
        if progress.finished {
            return all;
        }
    }
}

#[test]
fn it_goes_in_pieces_to_a_full_table_that_is_the_same_every_time() {
    let cohort = cohort();
    let run = |earlier: Vec<Trial>| {
        let mut comparison = Comparison::new(&cohort, &columns(), &candidates(), 2, earlier).expect("a comparison");
        let progress = to_the_end(&mut comparison, &cohort);
        (comparison, progress)
    };
    let (comparison, progress) = run(Vec::new());
    assert!(progress.len() > 2 * 8 * 5, "small pieces: {}", progress.len());
    assert!(progress.windows(2).all(|pair| pair[0].trials <= pair[1].trials));
    let last = progress.last().expect("progress");
    assert_eq!((last.trials, last.of, last.done, last.seconds_left), (14, 14, 1.0, 0.0));
    let table = comparison.table();
    assert_eq!((table.rows.len(), table.seeds.as_slice()), (7, &[7, 8][..]));
    let any = table.cell("twinpurify", "identity.any").expect("a cell");
    assert!(any.mean.is_some_and(|share| (0.0..=1.0).contains(&share)) && any.spread.is_some());
    assert!(table.left_out.iter().any(|left| left.group == "Grade" && left.because.contains("No column")));

    let half: Vec<Trial> = comparison.trials()[..9].to_vec();
    let (resumed, rest) = run(half);
    assert!(rest.len() < progress.len());
    assert_eq!(resumed.table(), table, "a resumed comparison is the uninterrupted one");
}

#[test]
fn the_run_differs_from_its_baselines_and_raw_from_the_run() {
    let cohort = cohort();
    let mut comparison = Comparison::new(&cohort, &columns(), &candidates(), 1, Vec::new()).expect("a comparison");
    to_the_end(&mut comparison, &cohort);
    let mut seen: Vec<&Trial> = comparison.trials().iter().filter(|trial| !trial.values.is_empty()).collect();
    seen.dedup_by(|a, b| a.values == b.values);
    assert_eq!(seen.len(), comparison.trials().iter().filter(|trial| !trial.values.is_empty()).count());
}

#[test]
fn requests_that_cannot_begin_are_refused() {
    let cohort = cohort();
    let refused = |candidates: &[Candidate], seeds| {
        Comparison::new(&cohort, &columns(), candidates, seeds, Vec::new()).err().expect("refused").code()
    };
    assert_eq!(refused(&[], 3), "no_candidate");
    assert_eq!(refused(&candidates(), 0), "bad_seeds");
    let bad = Candidate { name: String::new(), config: Config { mixing: 2.0, ..config() } };
    assert_eq!(refused(&[bad], 1), "bad_config");
}
