//! `log2(1 + x)`, taken of every gene of every view in every training step.
//!
//! The standard library calls the platform's routine once per value: slow in WebAssembly, and its last bit differs
//! between platforms. This one is arithmetic alone, so loops over it use vector instructions and give the same bits
//! everywhere.

use crate::lanes::{Formula, Lane, over};

/// Bits of √½: significands are taken from [√½, √2), where the polynomial is good.
pub(crate) const SQRT_HALF: u32 = 0x3f35_04f3;
/// log2(e) − 1; the 1 is added apart, which keeps the digits.
pub(crate) const LOG2_E_MINUS_1: f32 = 0.442_695_05;
/// ln(1 + z) = z − z²/2 + z³ P(z), P from the highest power down (Moshier's Cephes, `log2f`).
pub(crate) const P: [f32; 9] = [
    7.037_683_6e-2,
    -1.151_461e-1,
    1.167_699_9e-1,
    -1.242_014_1e-1,
    1.424_932_3e-1,
    -1.666_805_8e-1,
    2.000_071_5e-1,
    -2.499_999_4e-1,
    3.333_333e-1,
];

/// `log2(1 + x)`, within two units in the last place of the exact logarithm of the rounded sum; NaN where x is not
/// finite or not above −1, so that such a value is noticed in the loss.
#[inline(always)]
pub fn log2_1p(x: f32) -> f32 {
    let bits = (1.0 + x).to_bits();
    let shifted = bits.wrapping_sub(SQRT_HALF);
    let exponent = (shifted as i32 >> 23) as f32;
    let z = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(SQRT_HALF)) - 1.0;
    let polynomial = P.iter().fold(0.0, |sum, coefficient| sum * z + coefficient);
    let correction = z * z * (z * polynomial - 0.5);
    let logarithm = correction * LOG2_E_MINUS_1 + z * LOG2_E_MINUS_1 + correction + z + exponent;
    // Bits of the positive finite numbers in one comparison: zero wraps, the sign and infinity lie above.
    if bits.wrapping_sub(1) < f32::MAX.to_bits() { logarithm } else { f32::NAN }
}

/// `log2(1 + x)` of every value, in place.
#[inline(never)]
pub fn logarithms(values: &mut [f32]) {
    over([values], [], &Logarithm);
}

/// Purified values of one gene: of what its own `levels` (linear) are from its `mean`, the `share` that is left in it, and
/// `beside` it what comes from elsewhere, in its `deviation`s. NaN where a level is missing.
#[inline(never)]
pub fn purified(levels: &[f32], beside: &[f32], [share, mean, deviation]: [f32; 3], into: &mut [f32]) {
    over([into], [levels, beside], &Purified { share, mean, deviation });
}

/// How far mixing moves one gene, in its deviations: of the `mixed` levels (linear, every tumour's first view, then every
/// tumour's second …), that are left here as that, from the standardised values as they are.
#[inline(never)]
pub fn moved(mixed: &mut [f64], levels: &[f32], clean: &[f32], [mean, deviation]: [f32; 2]) {
    for (mixed, levels) in mixed.chunks_mut(clean.len().max(1)).zip(levels.chunks(clean.len().max(1))) {
        for ((to, level), clean) in mixed.iter_mut().zip(levels).zip(clean) {
            *to = f64::from((log2_1p(*level) - mean) / deviation - clean);
        }
    }
}

struct Logarithm;

impl Formula<1, 0> for Logarithm {
    #[inline(always)]
    fn of<L: Lane>(&self, [value]: [L; 1], []: [L; 0]) -> [L; 1] {
        [value.log2_1p()]
    }
}

struct Purified {
    share: f32,
    mean: f32,
    deviation: f32,
}

impl Formula<1, 2> for Purified {
    #[inline(always)]
    fn of<L: Lane>(&self, _: [L; 1], [level, beside]: [L; 2]) -> [L; 1] {
        let [share, mean, deviation] = [self.share, self.mean, self.deviation].map(L::splat);
        [share * (level.log2_1p() - mean) + deviation * beside + mean]
    }
}
