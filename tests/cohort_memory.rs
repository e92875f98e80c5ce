//! Peak memory while a 20,000 × 200 matrix is read and composed, counted by the allocator.

use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

use twinpurify::cohort::{FileReader, compose};

mod counting;

use counting::{LIVE, PEAK};

const LONG: usize = 20_000;
const SHORT: usize = 200;

/// Feeds a table of `rows` × `columns` line by line, then composes: peak bytes above what was there before.
fn peak(rows: usize, columns: usize, corner: &str) -> usize {
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
    let peak = PEAK.load(Relaxed) - before;
    assert_eq!(cohort.matrix.genes.len() * cohort.matrix.samples.len(), LONG * SHORT);
    assert_eq!(cohort.matrix.samples.len(), SHORT);
    peak
}

#[test]
fn peak_memory_is_at_most_three_times_the_matrix() {
    let matrix = LONG * SHORT * size_of::<f32>();
    for (rows, columns, corner) in [(LONG, SHORT, "gene"), (SHORT, LONG, "sample")] {
        let peak = peak(rows, columns, corner);
        println!("{rows} × {columns}: peak {:.2} × the matrix ({peak} bytes)", peak as f64 / matrix as f64);
        assert!(peak <= 3 * matrix, "{rows} × {columns}: {peak} bytes for a matrix of {matrix}");
    }
}
