//! The main job through one session, as the page's worker and the command line do it: files in chunks, roles, a short
//! run, maps, pathways, tables, the model file, the closed form. On a tiny simulated cohort always, and on 113 breast
//! tumours with their adjacent normals (../shared/cohorts/tcga_brca_paired) where they are.
#![cfg(feature = "cpu")]

use std::path::Path;

use pollster::block_on;
use twinpurify::cohort::simulated::{SimulationSettings, simulate};
use twinpurify::figure::{MapKind, Of};
use twinpurify::session::{PathwaysSpec, Session, TableSpec, Verdict};
use twinpurify::training_set::{Selection, TrainingSet};
use twinpurify::twin::{Config, Device, TwinModel};

/// Opens a file as the page does, so many bytes at a time.
fn open(session: &mut Session, name: &str, bytes: &[u8], chunk: usize) -> String {
    let handle = session.begin_file(name);
    for chunk in bytes.chunks(chunk) {
        session.push_chunk(handle, chunk).unwrap();
    }
    session.end_file(handle).unwrap().kind
}

/// Trains to the end in pieces of `steps`, and checks that the loss fell.
fn train(session: &mut Session, config: &Config, steps: usize) {
    let plan = session.begin_training(config).unwrap();
    let mut at = 0;
    loop {
        let progress = session.step(steps).unwrap();
        assert!(progress.step > at && progress.steps == plan.steps, "{progress:?} of {plan:?}");
        assert_eq!(session.live_map(None).unwrap().dim(), (plan.tumours, 2));
        at = progress.step;
        if progress.finished {
            break;
        }
    }
    assert_eq!(at, plan.steps);
    let losses: Vec<f32> = session.history().iter().map(|p| p.loss).collect();
    let tenth = losses.len().div_ceil(10);
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
    let (first, last) = (mean(&losses[..tenth]), mean(&losses[losses.len() - tenth..]));
    println!("loss {first:.3} at the start, {last:.3} at the end, over {} steps", plan.steps);
    assert!(last < 0.8 * first, "the loss went from {first} to {last}");
}

fn maps_are_finite(session: &mut Session, tumours: usize) {
    for of in [Of::Raw, Of::Purified, Of::Instant] {
        for kind in [MapKind::Pca, MapKind::Umap] {
            let map = session.map(kind, of).unwrap();
            assert_eq!((map.samples.len(), map.positions.dim()), (tumours, (tumours, 2)));
            assert!(map.positions.iter().all(|v| v.is_finite()), "{kind:?} of {of:?}");
            let (low, high) = map.positions.iter().fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            assert!(high > low, "{kind:?} of {of:?} is one point");
        }
    }
}

/// Scores the built-in Hallmark sets: how many of the 50 have enough genes here.
fn pathways(session: &mut Session, tumours: usize) -> usize {
    let pathways = session.pathways(PathwaysSpec::default()).unwrap();
    let sets = pathways.sets.len();
    for side in [&pathways.raw, &pathways.purified] {
        assert_eq!(side.z.dim(), (tumours, sets));
        assert!(side.z.iter().all(|v| v.is_finite()));
        assert!(side.z.iter().any(|v| v.abs() > 1.0), "z-scores that do not spread");
    }
    assert_ne!(pathways.raw.z, pathways.purified.z);
    assert_eq!((pathways.table.len(), pathways.coverage.len()), (sets, sets));
    println!("{sets} Hallmark sets scored, left out: {:?}", pathways.left_out);
    assert_eq!(sets + pathways.left_out.len(), 50);
    assert!(sets > 0);
    sets
}

/// Every table as (rows, columns), after each was read back with a CSV parser.
fn tables(session: &mut Session) -> Vec<(usize, usize)> {
    let specs = [
        TableSpec::Embedding { of: Of::Purified },
        TableSpec::MapPca { of: Of::Purified },
        TableSpec::MapUmap { of: Of::Raw },
        TableSpec::PathwaysRaw,
        TableSpec::PathwaysPurified,
        TableSpec::PathwaysRawNormalised,
        TableSpec::PathwaysPurifiedNormalised,
        TableSpec::PathwaysChange,
        TableSpec::Loss,
        TableSpec::Genes,
    ];
    let read_back = |spec: TableSpec| {
        let text = session.table(spec.clone()).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().len();
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        // The second column is a number in every table.
        assert!(rows.iter().all(|row| row[1].parse::<f64>().is_ok_and(f64::is_finite)), "{spec:?}");
        (rows.len(), columns)
    };
    specs.into_iter().map(read_back).collect()
}

/// The whole job after the files are open; the configuration must be short. What the verdicts say of the method is
/// asked of the real cohort only: forty tumours and eight dimensions are too few for it.
fn pipeline(session: &mut Session, config: &Config) -> [Verdict; 2] {
    let tumours = session.summary().unwrap().tumours;
    let config = session.resolve_config(config).unwrap().config;

    let instant = session.run_instant(&config).unwrap();
    println!("instant: {}", instant.sentence);
    assert!(instant.held_out && instant.purified.tested == tumours);

    train(session, &config, 16);
    let verdict = session.finish_training().unwrap();
    println!("trained: {}", verdict.sentence);
    assert!(verdict.held_out && verdict.purified.tested == tumours && verdict.dim == config.dim);

    maps_are_finite(session, tumours);
    let sets = pathways(session, tumours);
    let set = {
        let selection = Selection { genes: config.genes, held_out: config.held_out, seed: config.seed };
        TrainingSet::from_cohort(session.cohort().unwrap(), selection).unwrap()
    };
    let clinical = session.cohort().unwrap().columns.len();
    let losses = session.history().len();
    let map = (tumours, 3 + clinical);
    let scores = (tumours, 1 + sets);
    assert_eq!(
        tables(session),
        [
            (tumours, 1 + config.width(set.genes.len())),
            map,
            map,
            scores,
            scores,
            scores,
            scores,
            (sets, 7),
            (losses, 5),
            (set.genes.len(), 3),
        ]
    );

    let file = session.model_file().unwrap().to_vec();
    let reopened = TwinModel::from_bytes(&file, Device::flex()).unwrap();
    // The automatic strength is filled in once the directions are known.
    let filled = Config { strength: Some(3), ..config.clone() };
    assert_eq!((reopened.genes(), reopened.config()), (set.genes.as_slice(), &filled));
    let again = block_on(reopened.embed(&set.tumour_values)).unwrap();
    let before = session.embedding(Of::Purified).unwrap();
    assert_eq!((before.dim, &before.samples), (config.width(set.genes.len()), &set.tumours));
    assert_eq!(again.into_iter().collect::<Vec<f32>>(), before.values);
    let names = |bytes: &[u8]| bytes.windows(set.tumours[0].len()).any(|w| w == set.tumours[0].as_bytes());
    assert!(!names(&file), "a model file holds no sample name");
    [instant, verdict]
}

#[test]
fn a_tiny_simulated_cohort_from_files_to_model() {
    let simulated = simulate(&SimulationSettings::tiny(7)).unwrap();
    let mut session = Session::default();
    let kinds = [
        open(&mut session, "expression.tsv", simulated.expression_tsv().as_bytes(), 997),
        open(&mut session, "samples.tsv", simulated.samples_tsv().as_bytes(), 13),
    ];
    assert_eq!(kinds, ["expression_matrix", "sample_sheet"]);
    let summary = session.summary().unwrap();
    assert_eq!((summary.tumours, summary.normals, summary.other, summary.genes), (40, 12, 0, 200));
    let config = Config { hidden: vec![64], epochs: 60, batch: 20, ..Config::default() };
    pipeline(&mut session, &config);
}

#[test]
fn a_real_cohort_from_files_to_model() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cohorts/tcga_brca_paired");
    let (Ok(matrix), Ok(sheet)) =
        (std::fs::read(folder.join("expression.tsv.gz")), std::fs::read(folder.join("samples.tsv")))
    else {
        println!("SKIPPED: {} is absent, the pipeline was not run on a real cohort", folder.display());
        return;
    };
    let mut session = Session::default();
    let kinds =
        [open(&mut session, "expression.tsv.gz", &matrix, 1 << 16), open(&mut session, "samples.tsv", &sheet, 1 << 12)];
    assert_eq!(kinds, ["expression_matrix", "sample_sheet"]);
    let summary = session.summary().unwrap();
    assert_eq!((summary.tumours, summary.normals, summary.other, summary.patients), (113, 113, 0, 113));
    let config = Config { genes: 1500, hidden: vec![128], epochs: 40, ..Config::default() };
    for verdict in pipeline(&mut session, &config) {
        assert!(verdict.purified.fraction() > verdict.raw.fraction() + 0.2, "{}", verdict.sentence);
        assert!(verdict.own_purified.tested == 45 && verdict.own_purified.found > verdict.own_raw.found);
    }
}
