//! One formula over the values of several slices, many values at a time.
//!
//! Natively the compiler makes vector instructions of the loop, of the width that the processor has. A browser's engine gets its
//! last passes for size, which make none of any loop (`profile.engine-cpu`): there four values at a time are written out. No
//! number comes of another order of the same operations, so the bits are the same everywhere.

use std::ops::{Add, Div, Mul, Sub};

use crate::logarithm::log2_1p;

/// One value, or several of them beside each other.
pub(crate) trait Lane:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    fn splat(value: f32) -> Self;
    fn sqrt(self) -> Self;
    fn log2_1p(self) -> Self;
    /// 0 where `level` is at least `limit`.
    fn zero_from(self, level: Self, limit: f32) -> Self;
}

impl Lane for f32 {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        value
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn log2_1p(self) -> Self {
        log2_1p(self)
    }
    #[inline(always)]
    fn zero_from(self, level: Self, limit: f32) -> Self {
        if level >= limit { 0.0 } else { self }
    }
}

/// What becomes of M values, of those and N others.
pub(crate) trait Formula<const M: usize, const N: usize> {
    fn of<L: Lane>(&self, values: [L; M], others: [L; N]) -> [L; M];
}

/// The formula over all values, as far as the shortest slice goes.
#[inline(always)]
pub(crate) fn over<const M: usize, const N: usize>(
    values: [&mut [f32]; M],
    others: [&[f32]; N],
    formula: &impl Formula<M, N>,
) {
    let own = values.iter().map(|slice| slice.len()).min();
    let n = others.iter().map(|slice| slice.len()).chain(own).min().unwrap_or(0);
    let (mut values, others) = (values.map(|slice| &mut slice[..n]), others.map(|slice| &slice[..n]));
    #[cfg(target_arch = "wasm32")]
    {
        let first = fours::over(values.each_mut().map(|slice| &mut **slice), others, formula);
        one_by_one(&mut values, others, first..n, formula);
    }
    #[cfg(not(target_arch = "wasm32"))]
    pulp::Arch::new().dispatch(|| one_by_one(&mut values, others, 0..n, formula));
}

#[inline(always)]
fn one_by_one<const M: usize, const N: usize>(
    values: &mut [&mut [f32]; M],
    others: [&[f32]; N],
    range: std::ops::Range<usize>,
    formula: &impl Formula<M, N>,
) {
    for at in range {
        let made = formula.of(values.each_ref().map(|slice| slice[at]), others.map(|slice| slice[at]));
        for (slice, made) in values.iter_mut().zip(made) {
            slice[at] = made;
        }
    }
}

/// Natively for the test alone, which holds them against one value at a time.
#[cfg(any(target_arch = "wasm32", test))]
pub(crate) mod fours {
    use wide::{f32x4, i32x4};

    use super::{Formula, Lane};
    use crate::logarithm::{LOG2_E_MINUS_1, P, SQRT_HALF};

    impl Lane for f32x4 {
        #[inline(always)]
        fn splat(value: f32) -> Self {
            Self::splat(value)
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            Self::sqrt(self)
        }
        /// As [`crate::log2_1p`], operation by operation.
        #[inline(always)]
        fn log2_1p(self) -> Self {
            let sum = Self::splat(1.0) + self;
            let half = i32x4::splat(SQRT_HALF as i32);
            let shifted = bytemuck::cast::<_, i32x4>(sum) - half;
            let exponent = Self::from_i32x4(shifted >> 23);
            let z = bytemuck::cast::<_, Self>((shifted & i32x4::splat(0x007f_ffff)) + half) - Self::splat(1.0);
            let polynomial = P.iter().fold(Self::splat(0.0), |sum, coefficient| sum * z + Self::splat(*coefficient));
            let correction = z * z * (z * polynomial - Self::splat(0.5));
            let by = Self::splat(LOG2_E_MINUS_1);
            let logarithm = correction * by + z * by + correction + z + exponent;
            let positive = sum.simd_gt(Self::splat(0.0)) & sum.simd_le(Self::splat(f32::MAX));
            positive.bitselect(logarithm, Self::splat(f32::NAN))
        }
        #[inline(always)]
        fn zero_from(self, level: Self, limit: f32) -> Self {
            level.simd_ge(Self::splat(limit)).bitselect(Self::splat(0.0), self)
        }
    }

    /// As many whole fours as there are; where the rest begins.
    #[inline(always)]
    pub(super) fn over<const M: usize, const N: usize>(
        values: [&mut [f32]; M],
        others: [&[f32]; N],
        formula: &impl Formula<M, N>,
    ) -> usize {
        let mut values = values.map(|slice| slice.as_chunks_mut::<4>().0);
        let others = others.map(|slice| slice.as_chunks::<4>().0);
        let fours = values.iter().map(|slice| slice.len()).min().unwrap_or(0);
        for at in 0..fours {
            let own = values.each_ref().map(|slice| f32x4::from(slice[at]));
            let made = formula.of(own, others.map(|slice| f32x4::from(slice[at])));
            for (slice, made) in values.iter_mut().zip(made) {
                slice[at] = made.to_array();
            }
        }
        4 * fours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Everything;

    impl Formula<2, 1> for Everything {
        fn of<L: Lane>(&self, [a, b]: [L; 2], [c]: [L; 1]) -> [L; 2] {
            [(a.log2_1p() - b) / c.sqrt() + L::splat(0.3), (b * c).zero_from(a, 40.0)]
        }
    }

    #[test]
    fn four_at_a_time_are_one_at_a_time_to_the_bit() {
        let odd = [0.0, -0.0, -1.0, -2.0, f32::NAN, f32::INFINITY, f32::MAX, f32::MIN_POSITIVE, -0.999_999_9, 40.0];
        let value = |i: usize, by: f32| odd.get(i % 97).map_or(((i * 7919) % 10_007) as f32 * by, |v| *v);
        for n in [0, 1, 3, 4, 5, 4001] {
            let [a, b, c] = [0.013, 1.7, 0.000_1].map(|by| (0..n).map(|i| value(i, by)).collect::<Vec<f32>>());
            let (mut left, mut right) = ([a.clone(), b.clone()], [a, b]);
            let [first, second] = &mut left;
            let done = fours::over([first, second], [&c], &Everything);
            assert_eq!(done, n / 4 * 4);
            let [first, second] = &mut right;
            one_by_one(&mut [first, second], [&c], 0..done, &Everything);
            for (found, expected) in left.iter().flatten().zip(right.iter().flatten()) {
                assert!(
                    found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                    "{found} {expected}"
                );
            }
        }
    }
}
