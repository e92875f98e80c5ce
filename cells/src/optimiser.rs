use crate::lanes::{Formula, Lane, over};

/// Lanes of a sum: fixed, so that every target adds in the same order, and enough for its vector unit.
const LANES: usize = 16;
/// Values added in f32 before the sum goes on in f64.
const BLOCK: usize = 64 * LANES;

/// The numbers of one parameter's AdamW update.
pub struct AdamWPass {
    /// What the gradient is multiplied by: its clip.
    pub factor: f32,
    /// Decay of the first and of the second moment.
    pub betas: [f32; 2],
    /// 1 less either decay, taken before rounding to f32.
    pub rests: [f32; 2],
    /// 1 by the second moment's correction.
    pub inverse_correction2: f32,
    /// Added to the root of the second moment.
    pub epsilon: f32,
    /// Learning rate by the first moment's correction.
    pub rate: f32,
    /// What weight decay leaves of the parameter.
    pub kept: f32,
}

impl AdamWPass {
    /// Update a parameter and its moments in place, as long as the shortest of them is.
    #[inline(never)]
    pub fn run(&self, parameter: &mut [f32], first: &mut [f32], second: &mut [f32], gradient: &[f32]) {
        over([parameter, first, second], [gradient], self);
    }
}

impl Formula<3, 1> for AdamWPass {
    #[inline(always)]
    fn of<L: Lane>(&self, [p, m, v]: [L; 3], [g]: [L; 1]) -> [L; 3] {
        let ([beta1, beta2], [rest1, rest2]) = (self.betas.map(L::splat), self.rests.map(L::splat));
        let g = g * L::splat(self.factor);
        let v = v * beta2 + g * g * rest2;
        let m = m * beta1 + g * rest1;
        let denominator = (v * L::splat(self.inverse_correction2)).sqrt() + L::splat(self.epsilon);
        [p * L::splat(self.kept) - m / denominator * L::splat(self.rate), m, v]
    }
}

/// Sum of squares, in an order that no target changes.
#[inline(never)]
pub fn sum_of_squares(values: &[f32]) -> f64 {
    values.chunks(BLOCK).map(|block| squares(block).iter().map(|&lane| f64::from(lane)).sum::<f64>()).sum()
}

/// The sum of squares in each lane of a block.
#[inline(always)]
fn squares(block: &[f32]) -> [f32; LANES] {
    let (whole, rest) = block.as_chunks::<LANES>();
    #[cfg(target_arch = "wasm32")]
    let mut lanes = fours(whole);
    #[cfg(not(target_arch = "wasm32"))]
    let mut lanes = one_by_one(whole);
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane += value * value;
    }
    lanes
}

#[cfg(any(not(target_arch = "wasm32"), test))]
#[inline(always)]
fn one_by_one(chunks: &[[f32; LANES]]) -> [f32; LANES] {
    let mut lanes = [0.0f32; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value * value;
        }
    }
    lanes
}

/// As [`one_by_one`], written out for the browser as in [`crate::lanes`]; natively for the test alone.
#[cfg(any(target_arch = "wasm32", test))]
#[inline(always)]
fn fours(chunks: &[[f32; LANES]]) -> [f32; LANES] {
    let mut sums = [wide::f32x4::ZERO; LANES / 4];
    for chunk in chunks {
        for (sum, values) in sums.iter_mut().zip(chunk.as_chunks::<4>().0) {
            let values = wide::f32x4::from(*values);
            *sum += values * values;
        }
    }
    let mut lanes = [0.0f32; LANES];
    for (lanes, sum) in lanes.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
        *lanes = sum.to_array();
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fours_sum_as_one_by_one_to_the_bit() {
        for chunks in [0, 1, 64] {
            let values: Vec<f32> = (0..chunks * LANES).map(|i| ((i * 7919) % 10_007) as f32 * 0.013 - 40.0).collect();
            let chunks = values.as_chunks::<LANES>().0;
            assert_eq!(fours(chunks).map(f32::to_bits), one_by_one(chunks).map(f32::to_bits));
        }
    }
}
