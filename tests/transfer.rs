//! A saved model on other cohorts: half of its own, another platform, too few genes, a damaged file; and from TCGA
//! RNA-seq to an exon array (../shared/cohorts) where they are.
#![cfg(feature = "cpu")]

use std::path::Path;

use ndarray::Array2;
use twinpurify::cohort::simulated::{Simulated, SimulationSettings, simulate};
use twinpurify::figure::Of;
use twinpurify::session::{PathwaysSpec, Session};
use twinpurify::training_set::{Alignment, Selection, TrainingSet};
use twinpurify::twin::{Config, Device, TwinModel};

fn open(session: &mut Session, name: &str, bytes: &[u8]) {
    let handle = session.begin_file(name);
    session.push_chunk(handle, bytes).expect("read");
    session.end_file(handle).expect("a file");
}

/// A session with some samples of a simulated cohort, each value changed by `change(gene, value)`; genes for which it gives
/// nothing are not measured.
fn session_of(
    simulated: &Simulated,
    keep: impl Fn(usize) -> bool,
    change: impl Fn(usize, f32) -> Option<f32>,
) -> Session {
    let matrix = &simulated.cohort.matrix;
    let kept: Vec<usize> = (0..matrix.samples.len()).filter(|&at| keep(at)).collect();
    let mut text = String::from("gene");
    let mut sheet = String::from("sample\ttype\n");
    for &at in &kept {
        text += &format!("\t{}", matrix.samples[at]);
        let kind = if matrix.samples[at].ends_with("-N") { "normal" } else { "tumor" };
        sheet += &format!("{}\t{kind}\n", matrix.samples[at]);
    }
    text.push('\n');
    for (gene, (name, row)) in matrix.genes.iter().zip(&matrix.rows).enumerate() {
        if kept.iter().any(|&at| change(gene, row[at]).is_none()) {
            continue;
        }
        text += name;
        kept.iter().for_each(|&at| text += &format!("\t{:.4}", change(gene, row[at]).expect("a value")));
        text.push('\n');
    }
    let mut session = Session::default();
    open(&mut session, "expression.tsv", text.as_bytes());
    open(&mut session, "samples.tsv", sheet.as_bytes());
    session
}

fn trained(session: &mut Session, epochs: usize) -> Vec<u8> {
    let config = Config { genes: 300, hidden: vec![48], dim: 12, epochs, ..Config::default() };
    session.begin_training(&config).expect("a run");
    while !session.step(50).expect("steps").finished {}
    session.finish_training().expect("a verdict");
    session.model_file().expect("a file").to_vec()
}

fn embedding(session: &mut Session) -> Array2<f32> {
    let table = session.embedding(Of::Purified).expect("an embedding");
    Array2::from_shape_vec((table.samples.len(), table.dim), table.values).expect("rows")
}

/// The nearest other row of each row, by cosine of what is centred.
fn neighbours(embedding: &Array2<f32>) -> Vec<usize> {
    let centred = embedding - &embedding.mean_axis(ndarray::Axis(0)).expect("rows");
    let cosine = |i: usize, j: usize| {
        let (a, b) = (centred.row(i), centred.row(j));
        a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
    };
    let n = embedding.nrows();
    let nearest = |i: usize| (0..n).filter(|&j| j != i).max_by(|&a, &b| cosine(i, a).total_cmp(&cosine(i, b)));
    (0..n).filter_map(nearest).collect()
}

fn simulated() -> Simulated {
    simulate(&SimulationSettings { tumours: 120, normals: 24, genes: 400, seed: 4, ..Default::default() })
        .expect("a cohort")
}

/// Normals and every second tumour.
fn half(at: usize, which: usize) -> bool {
    at >= 120 || at % 2 == which
}

#[test]
fn the_other_half_is_embedded_as_the_same_network_does() {
    let simulated = simulated();
    let model = trained(&mut session_of(&simulated, |at| half(at, 0), |_, v| Some(v)), 30);
    let mut other = session_of(&simulated, |at| half(at, 1), |_, v| Some(v));
    let opened = other.open_model(&model, Alignment::Auto).expect("opened");
    assert_eq!(opened.transfer.alignment, Alignment::AsMeasured, "{:?}", opened.transfer);
    assert_eq!((opened.transfer.found, opened.verdict.purified.tested), (opened.transfer.genes, 60));
    assert!(opened.verdict.sentence.contains("of this cohort"), "{}", opened.verdict.sentence);

    // The network itself on the same samples, genes put in the model's order by hand.
    let network = TwinModel::from_bytes(&model, Device::flex()).expect("a model");
    let all =
        TrainingSet::from_cohort(other.cohort().expect("a cohort"), Selection { genes: 0, held_out: 0.0, seed: 1 });
    let all = all.expect("a set");
    let columns: Vec<usize> =
        network.genes().iter().map(|g| all.genes.iter().position(|own| own == g).expect("a gene")).collect();
    let linear = all.tumour_values.select(ndarray::Axis(1), &columns);
    let direct = pollster::block_on(network.embed(&linear)).expect("an embedding");
    let ours = embedding(&mut other);
    let worst = ours.iter().zip(&direct).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-4, "{worst}");
    other.pathways(PathwaysSpec::default()).expect("pathways follow");
    assert_eq!(other.model_file().expect("a file"), model);
}

#[test]
fn another_platform_with_fewer_genes_keeps_neighbours_and_half_of_them_is_refused() {
    let simulated = simulated();
    let mut own = session_of(&simulated, |_| true, |_, v| Some(v));
    let model = trained(&mut own, 60);
    let before = neighbours(&embedding(&mut own));
    // Each gene shifted and rescaled by its own amount, one in five not measured.
    let platform = |gene: usize, v: f32| {
        let (scale, shift) = (0.6 + 0.1 * (gene % 5) as f32, (gene % 7) as f32 * 0.8);
        (gene % 5 != 2).then_some(v * scale + shift)
    };
    let mut other = session_of(&simulated, |_| true, platform);
    let opened = other.open_model(&model, Alignment::Auto).expect("opened");
    assert_eq!(opened.transfer.alignment, Alignment::Genes, "{:?}", opened.transfer);
    let share = opened.transfer.found as f64 / opened.transfer.genes as f64;
    assert!((0.7..0.9).contains(&share), "{share}");
    let after = embedding(&mut other);
    let close = |embedding: &Array2<f32>| {
        let kept = neighbours(embedding).iter().zip(&before).filter(|(a, b)| a == b).count();
        kept as f64 / before.len() as f64
    };
    let aligned = close(&after);
    other.open_model(&model, Alignment::AsMeasured).expect("opened");
    let unaligned = close(&embedding(&mut other));
    println!("nearest neighbours kept: {aligned:.2} aligned, {unaligned:.2} as measured");
    // Chance is one in 119.
    assert!(aligned > 0.4 && aligned > unaligned, "{aligned} {unaligned}");

    let mut few = session_of(&simulated, |_| true, |gene, v| (gene % 2 == 0).then_some(v));
    let refused = few.open_model(&model, Alignment::Auto).expect_err("half of the genes");
    assert_eq!(refused.code(), "transfer_coverage");
    assert!(few.embedding(Of::Purified).is_err(), "nothing was opened");
}

#[test]
fn a_damaged_file_gives_a_message_and_costs_nothing() {
    let simulated = simulate(&SimulationSettings::tiny(2)).expect("a cohort");
    let mut session = session_of(&simulated, |_| true, |_, v| Some(v));
    let model = trained(&mut session, 2);
    let before = embedding(&mut session);
    let text = String::from_utf8_lossy(&model).into_owned();
    let wide = text.replacen("\\\"dim\\\":12", "\\\"dim\\\":99", 1);
    assert_ne!(wide, text);
    let files: [&[u8]; 6] = [
        &[][..],
        b"not a model",
        &model[..model.len() / 2],
        &[0xff; 64],
        b"\x08\0\0\0\0\0\0\0{\"a\":{}}",
        wide.as_bytes(),
    ];
    for bytes in files {
        let refused = session.open_model(bytes, Alignment::Auto).expect_err("damaged");
        assert_eq!(refused.code(), "bad_checkpoint", "{refused}");
        assert_eq!(embedding(&mut session), before);
    }
}

/// A real cohort, or nothing where the folder is absent.
fn real(cohort: &str) -> Option<Session> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cohorts").join(cohort);
    let mut session = Session::default();
    session.set_gene_map(include_bytes!("../www/gene_map.tsv.gz")).expect("the map");
    for name in ["expression.tsv.gz", "samples.tsv"] {
        let Ok(bytes) = std::fs::read(folder.join(name)) else {
            println!("SKIPPED: {} is not here", folder.display());
            return None;
        };
        open(&mut session, name, &bytes);
    }
    Some(session)
}

fn trained_model(session: &mut Session) -> Vec<u8> {
    let config = Config { epochs: 100, hidden: vec![128], ..Config::default() };
    session.begin_training(&config).expect("a run");
    while !session.step(50).expect("steps").finished {}
    session.finish_training().expect("a verdict");
    session.model_file().expect("a file").to_vec()
}

/// TCGA breast cancer by RNA-seq (symbols), opened on laser-dissected breast on U133A (Entrez ids): another platform,
/// another scale, other names for the genes.
#[test]
fn from_rna_seq_to_a_microarray_with_other_gene_ids() {
    let (Some(mut brca), Some(mut array)) = (real("tcga_brca_paired"), real("gse16873_breast_paired")) else { return };
    let model = trained_model(&mut brca);
    let opened = array.open_model(&model, Alignment::Auto).expect("opened");
    println!("{}\n{}", opened.transfer.sentence, opened.verdict.sentence);
    assert!(opened.transfer.found * 10 >= opened.transfer.genes * 6);
    let (ours, raw) = (opened.verdict.purified, opened.verdict.raw);
    // Chance is one in as many as there are tumours.
    assert!(ours.found * 5 > ours.tested, "{ours:?} raw {raw:?}");
    let embedded = embedding(&mut array);
    assert!(embedded.iter().all(|v| v.is_finite()));
    assert!(!array.pathways(PathwaysSpec::default()).expect("pathways").sets.is_empty());
}

/// An exon array's 10,015 genes hold 55 % of those a model of TCGA colon cancer reads: refused, and nothing is lost.
#[test]
fn a_real_platform_that_measures_too_few_of_the_genes_is_refused() {
    let (Some(mut coad), Some(mut array)) = (real("tcga_coad_paired"), real("gse24550_colorectal")) else { return };
    let model = trained_model(&mut coad);
    let refused = array.open_model(&model, Alignment::Auto).expect_err("too few");
    assert_eq!(refused.code(), "transfer_coverage", "{refused}");
    assert!(array.summary().is_ok());
}
