//! Memory while the purified expression of 20,000 genes is fitted and written, counted by the allocator, beside that of opening
//! the cohort.
#![cfg(all(feature = "cpu", feature = "containers"))]

use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

use twinpurify::container::written::ParquetFile;
use twinpurify::session::{Choice, ExpressionSpec, ExpressionText, Session};
use twinpurify::twin::{Config, Preset};

mod counting;

use counting::{LIVE, PEAK};

const GENES: usize = 20_000;
const TUMOURS: usize = 1_100;
const NORMALS: usize = 100;

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
    let mut sheet = String::from("sample_id\ttype\n");
    for s in 0..samples {
        let (name, kind) = if s < TUMOURS { ("T", "tumor") } else { ("N", "normal") };
        writeln!(sheet, "{name}{s}\t{kind}").unwrap();
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

#[test]
fn writing_takes_little_more_than_opening() {
    let before = LIVE.load(Relaxed);
    let mut session = Session::default();
    let (opening, ()) = peak(before, || open(&mut session));
    session.run_instant(&Config { genes: 1000, ..Config::preset(Preset::Instant) }).unwrap();
    let held = LIVE.load(Relaxed) - before;
    let (fitting, _) = peak(before, || while session.extend_expression(Choice::Instant).unwrap() < 1.0 {});
    let spec = ExpressionSpec { of: Choice::Instant, ..ExpressionSpec::default() };
    let (text, bytes) = peak(before, || {
        session.begin_expression(spec).unwrap();
        let mut bytes = 0;
        while let Some((piece, _)) = session.next_expression_text(ExpressionText::Tsv).unwrap() {
            bytes += piece.len();
        }
        bytes
    });
    let (parquet, ()) = peak(before, || {
        let about = session.begin_expression(spec).unwrap().clone();
        let mut file = ParquetFile::begin(std::io::sink(), &about).unwrap();
        while let Some((block, _)) = session.next_expression().unwrap() {
            file.push(block.purified.as_slice().unwrap()).unwrap();
        }
        file.finish().unwrap();
    });
    let of = |bytes: usize| bytes as f64 / opening as f64;
    println!(
        "{GENES} × {}: opening at the most {opening} bytes; held with a model {:.2}, fitting {:.2}, {bytes} bytes of TSV {:.2}, \
         Parquet {:.2} × that",
        TUMOURS + NORMALS,
        of(held),
        of(fitting),
        of(text),
        of(parquet)
    );
    // Before anything is written a model is held (0.14), and the closed form's own profile is a ridge of its training genes, which
    // is the most of the text's. Parquet keeps a group of rows and a line of its footer for every column of each.
    for (what, most, limit) in [("fitting", fitting, 1.3), ("TSV", text, 1.35), ("Parquet", parquet, 1.5)] {
        assert!(of(most) < limit, "{what}: {most} bytes, opening {opening}");
    }
}
