//! The inner loops over an expression matrix: where a line's fields end, the plain decimals that most cells are, counts over
//! all values, their logarithms, a gene's products with the directions of a linear model, and a training step's views and
//! update. What is called once a row is never inlined: in its caller it would be code for size again.
//!
//! A crate of its own because Cargo sets how far code is optimised by crate: the browser's engine is built for size
//! (`profile.engine-cpu`), and these loops, which run once for every character of a cohort or every value of a step, for speed.
//! Most tests stand beside its callers: `src/cohort/text/number.rs`, `records.rs`, `src/cohort/values/scale.rs`,
//! `src/readout/gene_differences` and `src/twin/optimiser.rs`.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod lanes;
mod logarithm;
mod optimiser;
mod products;
mod tally;
mod views;

use memchr::memchr_iter;

pub use logarithm::{log2_1p, logarithms, moved, purified};
pub use optimiser::{AdamWPass, sum_of_squares};
pub use products::{dot, products};
pub use tally::{Tally, falls_below_zero, misses_a_value};
pub use views::{DROPPED, Mixture, gene_noise, standardise};

/// Powers of ten that float32 holds exactly.
const EXACT_POWERS: [f32; 11] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

/// Where each field of a line without quotation marks ends; what `ends` held is gone.
#[inline(never)]
pub fn field_ends(line: &[u8], delimiter: u8, ends: &mut Vec<usize>) {
    ends.clear();
    ends.extend(memchr_iter(delimiter, line));
    ends.push(line.len());
}

/// Reads fields as long as they are short decimals, white space around them aside, and pushes their values to `row`.
/// The first field begins at `start`, each ends where `ends` says, `gap` bytes lie between two. Returns how many were
/// read: the next is something else.
#[inline(never)]
pub fn short_decimals(bytes: &[u8], mut start: usize, gap: usize, ends: &[usize], row: &mut Vec<f32>) -> usize {
    let mut read = 0;
    for end in ends {
        let Some(value) = bytes.get(start..*end).and_then(|field| short_decimal(field.trim_ascii())) else { break };
        row.push(value);
        start = *end + gap;
        read += 1;
    }
    read
}

/// `12`, `-3.45`: plain decimals of at most seven digits, which are most cells of most matrices. Digits and power are both
/// exact in float32, so their quotient is the correctly rounded value, the one std's general parser gives at several times
/// the cost (Clinger 1990's fast path, which std takes only after validating and classifying the text).
pub fn short_decimal(cell: &[u8]) -> Option<f32> {
    let (negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, cell),
    };
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let mut mantissa = 0_u32;
    let mut seen = 0_usize;
    let mut before_point = None;
    for byte in digits {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => {
                mantissa = mantissa * 10 + u32::from(digit);
                seen += 1;
            }
            _ if *byte == b'.' && before_point.is_none() => before_point = Some(seen),
            _ => return None,
        }
    }
    if seen == 0 || seen > 7 {
        return None;
    }
    let power = EXACT_POWERS.get(seen - before_point.unwrap_or(seen))?;
    let value = mantissa as f32 / power;
    Some(if negative { -value } else { value })
}
