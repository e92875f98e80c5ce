//! How large a table will be in memory, from its first bytes and its length: said before it is read.

use std::io::Read;

use serde::Serialize;

use super::inflate::GZIP_MAGIC;
use super::limits::{MAX_MEMORY, MAX_VALUES};
use super::thousands::thousands;

/// What a file will come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Lines, to two digits.
    pub rows: usize,
    /// Fields of a line.
    pub columns: usize,
    /// Bytes of memory at the most while it is read and the cohort is made.
    pub memory: u64,
    /// Bytes there are, at the most.
    pub limit: u64,
    /// It can be read here.
    pub fits: bool,
    /// `about 11,000 × 20,531: 1.6 GB of 4.3 GB`.
    pub sentence: String,
    /// What to do where it does not fit.
    pub remedy: Option<&'static str>,
}

/// Inflated bytes looked at.
const SAMPLE: usize = 2 << 20;

/// Of each value: one float32, which file and cohort share, and half of one for what is made on the way.
const BYTES_PER_VALUE: u64 = 6;

/// What else the engine holds: its code's data, names, a training set.
const BESIDE: u64 = 200 << 20;

/// What a person can do about a file too large for the browser.
const REMEDY: &str = "Use the command line (twinpurify inspect, twinpurify train), which has all of the machine's memory, or \
                      keep the genes you need: the 10,000 most variable are more than the method uses.";

/// From a file's first bytes (some 100 kB are enough), its length and, of a gzip, the length it states in its last four
/// bytes. `None` where the bytes are too few to tell, or hold no delimited lines.
pub fn estimate(head: &[u8], length: u64, stated: Option<u32>) -> Option<Estimate> {
    let (sample, text_length) = sampled(head, length, stated);
    let text = sample.as_slice();
    let delimiter = [b'\t', b',', b';'].into_iter().max_by_key(|d| count(text, *d)).filter(|d| count(text, *d) > 0)?;
    let lines = || {
        text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !matches!(line.first(), Some(b'#' | b'!')))
    };
    let columns = lines().map(|line| count(line, delimiter) + 1).max()?;
    // The header has names where the rows have values: it says nothing of a row's length, unless there is nothing else.
    let whole = lines().count();
    let (from, to) = if whole > 2 { (1, whole - 1) } else { (whole.saturating_sub(1), whole) };
    let (mut bytes, mut cells) = (0, 0);
    for line in lines().take(to).skip(from) {
        bytes += line.len() + 1;
        cells += count(line, delimiter) + 1;
    }
    if cells == 0 {
        return None;
    }
    let values = (text_length as u128 * cells as u128 / bytes.max(1) as u128) as u64;
    let rows = usize::try_from(values / columns as u64).ok()?;
    let memory = (values * BYTES_PER_VALUE).saturating_add(BESIDE);
    let fits = memory <= MAX_MEMORY && values <= MAX_VALUES as u64;
    let sentence = format!(
        "about {} × {}: {} of {}",
        thousands(two_digits(rows)),
        thousands(columns),
        gigabytes(memory),
        gigabytes(MAX_MEMORY)
    );
    Some(Estimate { rows, columns, memory, limit: MAX_MEMORY, fits, sentence, remedy: (!fits).then_some(REMEDY) })
}

/// The first text, and how long all of it is.
fn sampled(head: &[u8], length: u64, stated: Option<u32>) -> (Vec<u8>, u64) {
    if !head.starts_with(&GZIP_MAGIC) {
        return (head.to_vec(), length);
    }
    let mut text = Vec::new();
    let mut inflate = flate2::bufread::MultiGzDecoder::new(head);
    let mut block = vec![0; 64 << 10];
    while text.len() < SAMPLE {
        match inflate.read(&mut block) {
            // A head that ends in the middle of a gzip is no error here.
            Ok(0) | Err(_) => break,
            Ok(n) => text.extend_from_slice(block.get(..n).unwrap_or_default()),
        }
    }
    let taken = (head.len() - inflate.get_ref().len()).max(1) as u64;
    let ratio = (text.len() as u128 * u128::from(length) / u128::from(taken)) as u64;
    // The length a gzip states is that of its last member, modulo 4 GiB: believed where it is near what the sample says.
    let stated = stated.map(u64::from).map(|low| {
        let turns = ratio.saturating_sub(low).saturating_add(1 << 31) >> 32;
        low + (turns << 32)
    });
    let near = stated.filter(|stated| *stated >= ratio / 2 && *stated / 2 <= ratio);
    (text, near.unwrap_or(ratio))
}

fn count(text: &[u8], byte: u8) -> usize {
    memchr::memchr_iter(byte, text).count()
}

/// `10,973` → `11,000`: an estimate does not know more.
fn two_digits(number: usize) -> usize {
    let mut step = 1;
    while number / step >= 100 {
        step *= 10;
    }
    (number + step / 2) / step * step
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn table(rows: usize, columns: usize) -> Vec<u8> {
        let mut text = String::from("gene");
        (0..columns).for_each(|c| text += &format!("\tTCGA-XX-{c:04}-01A"));
        text.push('\n');
        for row in 0..rows {
            text += &format!("GENE{row}");
            (0..columns).for_each(|c| text += &format!("\t{:.4}", ((row * 31 + c * 17) % 1000) as f64 / 37.0));
            text.push('\n');
        }
        text.into_bytes()
    }

    fn near(estimate: usize, truth: usize) -> bool {
        estimate.abs_diff(truth) * 10 < truth
    }

    #[test]
    fn rows_and_columns_are_told_from_the_start() {
        let text = table(3000, 200);
        let told = estimate(&text[..200_000], text.len() as u64, None).unwrap();
        assert!(near(told.rows, 3000) && told.columns == 201, "{told:?}");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&text).unwrap();
        let gzip = gzip.finish().unwrap();
        for stated in [None, Some(text.len() as u32), Some(7)] {
            let told = estimate(&gzip[..100_000], gzip.len() as u64, stated).unwrap();
            assert!(near(told.rows, 3000) && told.columns == 201, "{stated:?} {told:?}");
        }
    }

    #[test]
    fn what_cannot_fit_says_what_to_do() {
        let text = table(300, 200);
        let told = estimate(&text, text.len() as u64 * 10_000, None).unwrap();
        assert!(!told.fits && told.remedy.is_some());
        let told = estimate(&text, text.len() as u64, None).unwrap();
        assert!(told.fits && told.remedy.is_none());
        assert_eq!(estimate(b"", 0, None), None);
        assert_eq!(estimate(b"no table", 8, None), None);
    }

    #[test]
    fn a_row_longer_than_the_sample_is_told_by_its_cells() {
        let text = table(40, 20_000);
        let told = estimate(&text[..400_000], text.len() as u64, None).unwrap();
        assert!(told.memory > 8 * 600_000 && told.memory < BESIDE + 8 * 1_000_000, "{told:?}");
    }

    #[test]
    fn lengths_beyond_four_gigabytes_are_put_together() {
        let (_, length) = sampled(&[0x1f, 0x8b], 10, Some(3));
        assert_eq!(length, 0);
    }
}
