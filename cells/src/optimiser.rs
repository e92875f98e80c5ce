use crate::widest;

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
        let ([beta1, beta2], [rest1, rest2]) = (self.betas, self.rests);
        widest(|| {
            for (((p, m), v), g) in parameter.iter_mut().zip(first).zip(second).zip(gradient) {
                let g = g * self.factor;
                *v = *v * beta2 + g * g * rest2;
                *m = *m * beta1 + g * rest1;
                let denominator = (*v * self.inverse_correction2).sqrt() + self.epsilon;
                *p = *p * self.kept - *m / denominator * self.rate;
            }
        });
    }
}

/// Sum of squares, in an order that no target changes.
#[inline(never)]
pub fn sum_of_squares(values: &[f32]) -> f64 {
    values
        .chunks(BLOCK)
        .map(|block| {
            let mut lanes = [0.0f32; LANES];
            for chunk in block.chunks(LANES) {
                for (lane, value) in lanes.iter_mut().zip(chunk) {
                    *lane += value * value;
                }
            }
            lanes.iter().map(|&lane| f64::from(lane)).sum::<f64>()
        })
        .sum()
}
