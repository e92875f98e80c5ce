//! Purified expression of every measured gene, against the simulator's tumour cells, which are known.
#![cfg(feature = "cpu")]

use twinpurify::cohort::simulated::{SimulationSettings, simulate};
use twinpurify::readout::correlation::pearson;
use twinpurify::readout::expression::Source;
use twinpurify::session::{Choice, ExpressionScale, ExpressionSpec, ExpressionText, Session};
use twinpurify::twin::{Config, Preset};

const SETTINGS: SimulationSettings = SimulationSettings {
    tumours: 120,
    normals: 30,
    genes: 1200,
    seed: 7,
    mismatch: 0.5,
    unseen_normals: 0,
    second_biopsies: false,
};

fn open(settings: &SimulationSettings) -> Session {
    let mut session = Session::default();
    let cohort = simulate(settings).expect("a cohort");
    for (name, text) in [("expression.tsv", cohort.expression_tsv()), ("samples.tsv", cohort.samples_tsv())] {
        let handle = session.begin_file(name);
        session.push_chunk(handle, text.as_bytes()).expect("read");
        session.end_file(handle).expect("read");
    }
    session
}

fn train(session: &mut Session, config: Config) {
    let plan = session.begin_training(&config).expect("a run");
    session.step(plan.steps).expect("steps");
    session.finish_training().expect("a verdict");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Per gene the correlation over the tumours with the tumour cells alone; medians of training genes and of the others, raw and
/// purified.
fn nearness(session: &mut Session, of: Choice) -> [[f64; 2]; 2] {
    let truth = simulate(&SETTINGS).expect("a cohort").truth.tumour_cells;
    let expression = session.expression(of).expect("expression");
    assert_eq!(expression.tumours(), truth.samples);
    let mut found: [[Vec<f64>; 2]; 2] = Default::default();
    expression
        .blocks(|first, raw, purified| {
            for at in 0..raw.nrows() {
                let gene = expression.gene(first + at);
                let side = match gene.source {
                    Source::Training => 0,
                    Source::Ridge => 1,
                    _ => continue,
                };
                assert_eq!(expression.names()[first + at], truth.genes[first + at]);
                let wide = |v: &f32| f64::from(*v);
                let known: Vec<f64> = truth.rows[first + at].iter().map(wide).collect();
                for (kind, values) in [raw, purified].into_iter().enumerate() {
                    let values: Vec<f64> = values.row(at).iter().map(wide).collect();
                    found[side][kind].extend(pearson(&values, &known));
                }
            }
            Ok::<(), ()>(())
        })
        .expect("no end");
    found.map(|side| side.map(median))
}

#[test]
fn purified_genes_are_nearer_to_the_tumour_cells_than_raw_ones() {
    let mut session = open(&SETTINGS);
    train(&mut session, Config { genes: 600, epochs: 150, ..Config::preset(Preset::Profile) });
    for strength in 0..=5 {
        session.set_strength(Choice::Purified, strength, &[]).expect("a strength");
        let [training, others] = nearness(&mut session, Choice::Purified);
        println!(
            "strength {strength}: correlation with the tumour cells, median over genes: trained on raw {:.3} purified {:.3}; \
             others raw {:.3} purified {:.3}",
            training[0], training[1], others[0], others[1]
        );
    }
    session.set_strength(Choice::Purified, 3, &[]).expect("a strength");
    let [training, others] = nearness(&mut session, Choice::Purified);
    assert!(training[1] > training[0], "training genes: raw {}, purified {}", training[0], training[1]);
    assert!(others[1] > others[0], "other genes: raw {}, purified {}", others[0], others[1]);
}

#[test]
fn a_file_has_every_gene_once_on_the_scale_that_was_asked_for() {
    let settings = SimulationSettings { tumours: 30, normals: 12, genes: 300, ..SETTINGS };
    let mut session = open(&settings);
    session.run_instant(&Config { genes: 150, ..Config::preset(Preset::Instant) }).expect("the closed form");
    let text = |session: &mut Session, text, scale| {
        let spec = ExpressionSpec { of: Choice::Instant, scale };
        session.begin_expression(spec).expect("a beginning");
        let mut file = String::new();
        while let Some((piece, _)) = session.next_expression_text(text).expect("a piece") {
            file += &piece;
        }
        file
    };
    let log = text(&mut session, ExpressionText::Tsv, ExpressionScale::Log2);
    let linear = text(&mut session, ExpressionText::Tsv, ExpressionScale::Linear);
    assert_eq!(log, text(&mut session, ExpressionText::Tsv, ExpressionScale::Log2), "the same bytes again");
    let lines: Vec<Vec<&str>> = log.lines().map(|line| line.split('\t').collect()).collect();
    assert!(lines.iter().all(|line| line.len() == 31) && lines.len() == 301 && lines[0][0] == "gene");
    for (log, linear) in lines[1..].iter().zip(linear.lines().skip(1)) {
        for (log, level) in log[1..].iter().zip(linear.split('\t').skip(1)) {
            assert_eq!(log.is_empty(), level.is_empty());
            if let (Ok(log), Ok(level)) = (log.parse::<f64>(), level.parse::<f64>()) {
                assert!(
                    level >= 0.0 && (level - (log.exp2() - 1.0).max(0.0)).abs() < 1e-4 * (1.0 + level),
                    "{log} {level}"
                );
            }
        }
    }
    let gct = text(&mut session, ExpressionText::Gct, ExpressionScale::Log2);
    let mut lines = gct.lines();
    assert_eq!(lines.next(), Some("#1.3"));
    let sizes: Vec<usize> = lines.next().expect("sizes").split('\t').map(|v| v.parse().expect("a number")).collect();
    assert_eq!((sizes[0], sizes[1], sizes[2]), (300, 30, 2));
    assert_eq!(gct.lines().count(), 3 + sizes[3] + 300);
    assert!(gct.lines().skip(2).all(|line| line.split('\t').count() == 33));
}
