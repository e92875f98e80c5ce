//! Products of one gene's values with some directions.

/// Sums are of so many parts, so that vector instructions can add them.
const LANES: usize = 4;

/// For values less their mean: the mean, the sum of squares, and the product with each of `directions` (of the same length).
/// The same bits everywhere: the order of adding does not depend on the machine.
#[inline(never)]
pub fn products<const K: usize>(values: &mut [f64], directions: [&[f64]; K]) -> (f64, f64, [f64; K]) {
    let mean = sum(values, |v| v) / values.len() as f64;
    values.iter_mut().for_each(|v| *v -= mean);
    let squares = sum(values, |v| v * v);
    (mean, squares, directions.map(|along| dot(values, along)))
}

/// The inner product of two vectors, as far as the shorter goes.
#[inline(never)]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let mut parts = [0.0; LANES];
    let (whole, rest) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let last: f64 = whole.remainder().iter().zip(rest.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in whole.zip(rest) {
        for lane in 0..LANES {
            parts[lane] += a[lane] * b[lane];
        }
    }
    (parts[0] + parts[1]) + (parts[2] + parts[3]) + last
}

fn sum(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut parts = [0.0; LANES];
    let whole = values.chunks_exact(LANES);
    let last: f64 = whole.remainder().iter().map(|v| of(*v)).sum();
    for chunk in whole {
        for lane in 0..LANES {
            parts[lane] += of(chunk[lane]);
        }
    }
    (parts[0] + parts[1]) + (parts[2] + parts[3]) + last
}
