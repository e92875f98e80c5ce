//! A training step's views, made on the CPU, and what they are held against.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::lanes::{Formula, Lane, over};

/// Marks a dropped gene in the noise: far above any noise, and finite.
pub const DROPPED: f32 = 1e9;

/// Noise of some genes: `noise` times a standard normal draw, or [`DROPPED`] for a share of `drop` in 2^32. Where neither is
/// asked for nothing is drawn.
#[inline(never)]
pub fn gene_noise(rng: &mut Xoshiro256PlusPlus, noise: f32, drop: u32, into: &mut [f32]) {
    if noise <= 0.0 && drop == 0 {
        into.fill(0.0);
        return;
    }
    for to in into {
        *to = if drop > 0 && rng.next_u32() < drop {
            DROPPED
        } else if noise > 0.0 {
            let normal: f32 = StandardNormal.sample(rng);
            noise * normal
        } else {
            0.0
        };
    }
}

/// What one tumour is mixed with.
pub struct Mixture<'a> {
    /// Levels of the tumour, linear.
    pub tumour: &'a [f32],
    /// Levels of the adjacent normal, linear.
    pub normal: &'a [f32],
    /// The normal's fraction.
    pub fraction: f32,
    /// Mean of each gene, log2(1 + x).
    pub mean: &'a [f32],
    /// 1 by each gene's deviation.
    pub inverse_deviation: &'a [f32],
}

impl Mixture<'_> {
    /// The mixture standardised, with its noise; 0 where a gene is dropped.
    #[inline(never)]
    pub fn view(&self, noise: &[f32], into: &mut [f32]) {
        over([into], [self.tumour, self.normal, self.mean, self.inverse_deviation, noise], self);
    }
}

impl Formula<1, 5> for Mixture<'_> {
    #[inline(always)]
    fn of<L: Lane>(&self, _: [L; 1], [tumour, normal, mean, inverse, noise]: [L; 5]) -> [L; 1] {
        let level = tumour + (normal - tumour) * L::splat(self.fraction);
        [((level.log2_1p() - mean) * inverse + noise).zero_from(noise, DROPPED)]
    }
}

/// `(log2(1 + x) − mean) / deviation` of every value of a sample, in place.
#[inline(never)]
pub fn standardise(values: &mut [f32], mean: &[f32], deviation: &[f32]) {
    over([values], [mean, deviation], &Standardised);
}

struct Standardised;

impl Formula<1, 2> for Standardised {
    #[inline(always)]
    fn of<L: Lane>(&self, [value]: [L; 1], [mean, deviation]: [L; 2]) -> [L; 1] {
        [(value.log2_1p() - mean) / deviation]
    }
}
