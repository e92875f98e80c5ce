//! Memory of a cohort in a session, from open to train to save and open again, counted by the allocator. The cohort is
//! 400 samples × 20,000 genes, of which training takes 3,000.

use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

use twinpurify::session::{SaveOptions, Session};
use twinpurify::twin::{Config, Preset};

mod counting;

use counting::{LIVE, PEAK};

const GENES: usize = 20_000;
const SAMPLES: usize = 400;
const MATRIX: usize = GENES * SAMPLES * size_of::<f32>();

/// What `work` held at the most beyond what was there, and holds now, in matrices.
fn measured<T>(name: &str, work: impl FnOnce() -> T) -> (T, f64, f64) {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let made = work();
    let of = |bytes: usize| bytes.saturating_sub(before) as f64 / MATRIX as f64;
    let (peak, held) = (of(PEAK.load(Relaxed)), of(LIVE.load(Relaxed)));
    println!("{name}: peak {peak:.2}, held {held:.2} × the matrix of {MATRIX} bytes");
    (made, peak, held)
}

fn open() -> Session {
    let mut session = Session::default();
    let handle = session.begin_file("matrix.tsv");
    let name = |column: usize| format!("P{}-{}", column / 2, if column < 60 && column % 2 == 1 { "N" } else { "T" });
    let mut line = String::with_capacity(1 << 16);
    line.push_str("gene");
    (0..SAMPLES).for_each(|column| write!(line, "\t{}{column}", name(column)).unwrap());
    line.push('\n');
    session.push_chunk(handle, line.as_bytes()).unwrap();
    for row in 0..GENES {
        line.clear();
        write!(line, "GENE{row}").unwrap();
        for column in 0..SAMPLES {
            // A cheap hash: values that vary, of two decimals.
            let mixed = (row * 2_654_435_761 + column * 40_503 + row * column) % 1_401;
            write!(line, "\t{}.{:02}", mixed / 100, mixed % 100).unwrap();
        }
        line.push('\n');
        session.push_chunk(handle, line.as_bytes()).unwrap();
    }
    session.end_file(handle).unwrap();
    let sheet = (0..SAMPLES).fold("sample\ttype\n".to_owned(), |mut sheet, column| {
        let kind = if column < 60 && column % 2 == 1 { "normal" } else { "tumor" };
        writeln!(sheet, "{}{column}\t{kind}", name(column)).unwrap();
        sheet
    });
    let handle = session.begin_file("samples.tsv");
    session.push_chunk(handle, sheet.as_bytes()).unwrap();
    session.end_file(handle).unwrap();
    session.summary().unwrap();
    session
}

#[test]
fn no_step_from_open_to_save_holds_a_copy_that_serves_nothing() {
    let (mut session, peak, held) = measured("open", open);
    assert!(peak <= 1.5 && held <= 1.5, "file and cohort share one matrix");

    // Tumours and normals over 3,000 of 20,000 genes are 0.15 matrices.
    let config = Config { dim: 8, ..Config::preset(Preset::Instant) };
    let (_, peak, held) = measured("training set", || session.resolve_config(&config).unwrap());
    assert!(peak <= 0.3 && held <= 0.2, "the training set is its genes and no more");
    let (_, _, held) = measured("closed form", || session.run_instant(&config).unwrap());
    assert!(held <= 0.5, "what is kept of it is of the training set's size");

    // The file itself, and its values on their way into it.
    let options = SaveOptions { expression: true, ..SaveOptions::default() };
    let (bytes, peak, held) = measured("save with expression", || session.save_session(options).unwrap());
    assert!(bytes.len() > MATRIX && peak <= 2.8 && held <= 2.0, "one file, and one copy while it is written");
    drop(session);

    // Read from the file into the cohort: both at once, and then the cohort alone.
    let mut again = Session::default();
    let (opened, peak, held) = measured("open it again", || {
        let opened = again.open_session(&bytes).unwrap();
        again.summary().unwrap();
        opened
    });
    assert!(opened.expression && peak <= 3.0 && held <= 1.6, "the values are kept once");
}
