//! Memory while the purified expression of 20,000 genes is fitted and written and the Genes panel is shown, counted by the
//! allocator, beside that of opening the cohort: none of it holds a second copy of the matrix.
#![cfg(all(feature = "cpu", feature = "containers"))]

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use twinpurify::container::source::Disk;
use twinpurify::container::written::{AnnDataFile, ParquetFile};
use twinpurify::figure::{FigureKind, FigureSpec, MapKind, Of, ThemeName};
use twinpurify::readout::Grouping;
use twinpurify::readout::gene_differences::Values;
use twinpurify::session::{
    Choice, ExpressionMatrices, ExpressionSpec, ExpressionText, GeneKey, GenesPage, GenesRequest, Session, TableSpec,
};
use twinpurify::twin::{Config, Preset};

mod counting;

use counting::{LIVE, PEAK};

const GENES: usize = 20_000;
const TUMOURS: usize = 1_100;
const NORMALS: usize = 100;
/// The most that anything may take, in what opening took.
const LIMIT: f64 = 1.3;

/// Genes follow three programmes and noise; normals have one of them less.
fn open(session: &mut Session) {
    let samples = TUMOURS + NORMALS;
    let mut line = String::from("gene");
    let handle = session.begin_file("expression.tsv");
    (0..samples).for_each(|s| write!(line, "\t{}{s}", if s < TUMOURS { "T" } else { "N" }).unwrap());
    line.push('\n');
    session.push_chunk(handle, line.as_bytes()).unwrap();
    let wave = |a: usize, b: usize| ((a * 7919 + b * 104_729) % 1000) as f64 / 1000.0;
    for gene in 0..GENES {
        line.clear();
        write!(line, "ENSG{gene:011}").unwrap();
        for s in 0..samples {
            let programme = wave(gene % 3 + 1, s + 1) * (1.0 + (gene % 7) as f64 * 0.3);
            let normal = if s < TUMOURS { 0.0 } else { 1.5 * wave(gene, 3) };
            write!(line, "\t{:.2}", 4.0 + programme + normal + 0.5 * wave(gene * 31 + 5, s * 17 + 3)).unwrap();
        }
        line.push('\n');
        session.push_chunk(handle, line.as_bytes()).unwrap();
    }
    session.end_file(handle).unwrap();
    let mut sheet = String::from("sample_id\ttype\tpurity\n");
    for s in 0..samples {
        let (name, kind, purity) = if s < TUMOURS { ("T", "tumor", wave(s, 5)) } else { ("N", "normal", 0.0) };
        writeln!(sheet, "{name}{s}\t{kind}\t{purity}").unwrap();
    }
    let handle = session.begin_file("samples.tsv");
    session.push_chunk(handle, sheet.as_bytes()).unwrap();
    session.end_file(handle).unwrap();
    session.summary().unwrap();
}

/// The most that was in use while `work` went on, above `before`.
fn peak<T>(before: usize, work: impl FnOnce() -> T) -> (usize, T) {
    PEAK.store(LIVE.load(Relaxed), Relaxed);
    let made = work();
    (PEAK.load(Relaxed).saturating_sub(before), made)
}

/// What the Genes panel asks for: two groups, raw, adjusted and purified, each as a volcano plot, the first of its table, one
/// gene by group and a ranked list.
fn show_genes(session: &mut Session) -> Vec<usize> {
    let codes = (0..TUMOURS).map(|at| (at % 2) as i32).collect();
    let groups = Grouping { label: "half".into(), names: vec!["even".into(), "odd".into()], codes };
    session.gene_differences(GenesRequest { of: Choice::Instant, groups, first: 0, second: Some(1) }).unwrap();
    let found = session.purified_differences().unwrap();
    let spec = |figure| FigureSpec { width: 720, height: 520, theme: ThemeName::Light, figure };
    for by in Values::ALL {
        session.figure(&spec(FigureKind::Volcano { by, window: None })).unwrap();
        let page = GenesPage { by, key: GeneKey::P, descending: false, search: String::new(), count: 60 };
        let first = session.gene_rows(&page).unwrap().swap_remove(0).gene;
        session.figure(&spec(FigureKind::GeneStrip { gene: first })).unwrap();
        session.table(TableSpec::GeneRanks { by }).unwrap();
    }
    found.tested.to_vec()
}

#[test]
fn nothing_takes_much_more_than_opening() {
    let before = LIVE.load(Relaxed);
    let mut session = Session::default();
    let (opening, ()) = peak(before, || open(&mut session));
    let of = |bytes: usize| bytes as f64 / opening as f64;
    let mut over = Vec::new();
    let mut say = |what: &str, most: usize| {
        println!("{what}: {most} bytes, {:.3}", of(most));
        if of(most) >= LIMIT {
            over.push(format!("{what}: {most} bytes are {:.3} of opening's {opening}", of(most)));
        }
    };
    println!("{GENES} × {}: opening took {opening} bytes at the most; in that:", TUMOURS + NORMALS);
    say("the cohort", LIVE.load(Relaxed) - before);
    session.run_instant(&Config { genes: 1000, ..Config::preset(Preset::Instant) }).unwrap();
    say("with a model", LIVE.load(Relaxed) - before);
    // As on screen before anything is saved.
    say("the map", peak(before, || session.map(MapKind::Pca, Of::Instant).map(drop).unwrap()).0);
    say("fitting", peak(before, || while session.extend_expression(Choice::Instant).unwrap() < 1.0 {}).0);
    let spec = ExpressionSpec { of: Choice::Instant, ..ExpressionSpec::default() };
    let (text, bytes) = peak(before, || {
        session.begin_expression(spec).unwrap();
        let mut bytes = 0;
        while let Some((piece, _)) = session.next_expression_text(ExpressionText::Tsv).unwrap() {
            bytes += piece.len();
        }
        bytes
    });
    say("TSV", text);
    assert!(bytes > GENES * TUMOURS, "{bytes}");
    let (parquet, ()) = peak(before, || {
        let about = session.begin_expression(spec).unwrap().clone();
        let mut file = ParquetFile::begin(std::io::sink(), &about).unwrap();
        while let Some((block, _)) = session.next_expression_tumours(ExpressionMatrices::Purified).unwrap() {
            file.push(block.values.as_slice().unwrap()).unwrap();
        }
        file.finish().unwrap();
    });
    say("Parquet", parquet);
    let (anndata, ()) = peak(before, || {
        let about = session.begin_expression(spec).unwrap().clone();
        let beside = session.expression_beside(Choice::Instant).unwrap();
        let mut file = AnnDataFile::begin(std::io::sink(), &about, &beside).unwrap();
        drop(beside);
        while let Some((block, _)) = session.next_expression_tumours(ExpressionMatrices::RawAndPurified).unwrap() {
            file.push(block.values.as_slice().unwrap()).unwrap();
        }
        file.finish().unwrap();
    });
    say("AnnData", anndata);
    let (genes, tested) = peak(before, || show_genes(&mut session));
    say("the Genes panel", genes);
    assert!(tested.iter().all(|tested| *tested > GENES / 2), "{tested:?}");
    // The page takes the CSV of all genes piece by piece.
    let (csv, bytes) = peak(before, || {
        let mut piece = |at| session.table_piece(TableSpec::GeneDifferences, at).unwrap();
        (0..).map_while(|at| piece(at).map(|piece| piece.len())).sum::<usize>()
    });
    say("the Genes panel's CSV", csv);
    assert_eq!(bytes, session.table(TableSpec::GeneDifferences).unwrap().len());
    // A matrix as Parquet, one group of rows as it is written here: opening it holds no second copy either.
    let path = std::env::temp_dir().join(format!("twinpurify_memory_{}.parquet", std::process::id()));
    {
        let about = session.begin_expression(spec).unwrap().clone();
        let mut file = ParquetFile::begin(std::fs::File::create(&path).unwrap(), &about).unwrap();
        while let Some((block, _)) = session.next_expression_tumours(ExpressionMatrices::Purified).unwrap() {
            file.push(block.values.as_slice().unwrap()).unwrap();
        }
        file.finish().unwrap();
    }
    let mut other = Session::default();
    let (read, ()) = peak(LIVE.load(Relaxed), || {
        other.open_container("matrix.parquet", Arc::new(Disk::open(&path).unwrap())).unwrap();
    });
    std::fs::remove_file(&path).unwrap();
    say("opening that Parquet", read);
    drop(other);
    // The limit is one that a second copy of the matrix would break.
    let (copied, copy) =
        peak(before, || session.cohort().unwrap().matrix.rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    assert!(of(copied) >= LIMIT && copy.len() == GENES, "{:.3}", of(copied));
    assert!(over.is_empty(), "{over:?}");
}
