//! Memory while a 20,000 × 400 matrix is read and composed, and once it is open, counted by the allocator.

use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

use twinpurify::cohort::{FileReader, compose};

mod counting;

use counting::{LIVE, PEAK};

const LONG: usize = 20_000;
const SHORT: usize = 400;

/// Feeds a table of `rows` × `columns` line by line, then composes: bytes above what was there before, at the most and
/// while file and cohort are both open.
fn peak(rows: usize, columns: usize, corner: &str) -> (usize, usize) {
    let mut line = String::with_capacity(1 << 20);
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let mut reader = FileReader::new("generated.tsv");
    line.push_str(corner);
    for column in 0..columns {
        write!(line, "\tc{column}").unwrap();
    }
    line.push('\n');
    reader.push(line.as_bytes()).unwrap();
    for row in 0..rows {
        line.clear();
        write!(line, "r{row}").unwrap();
        for column in 0..columns {
            write!(line, "\t{}.{:02}", (row * 7 + column * 13) % 19, (row + column) % 100).unwrap();
        }
        line.push('\n');
        reader.push(line.as_bytes()).unwrap();
    }
    let file = reader.finish().unwrap();
    let cohort = compose(std::slice::from_ref(&file)).unwrap();
    let (peak, held) = (PEAK.load(Relaxed) - before, LIVE.load(Relaxed) - before);
    assert_eq!(cohort.matrix.genes.len() * cohort.matrix.samples.len(), LONG * SHORT);
    assert_eq!(cohort.matrix.samples.len(), SHORT);
    (peak, held)
}

#[test]
fn file_and_cohort_share_one_matrix() {
    let matrix = LONG * SHORT * size_of::<f32>();
    for (rows, columns, corner) in [(LONG, SHORT, "gene"), (SHORT, LONG, "sample")] {
        let (peak, held) = peak(rows, columns, corner);
        let of = |bytes: usize| bytes as f64 / matrix as f64;
        println!("{rows} × {columns}: peak {:.2}, held {:.2} × the matrix of {matrix} bytes", of(peak), of(held));
        assert!(2 * held <= 3 * matrix, "{rows} × {columns}: {held} bytes are held of a matrix of {matrix}");
        assert!(2 * peak <= 3 * matrix, "{rows} × {columns}: {peak} bytes at the most for a matrix of {matrix}");
    }
}
