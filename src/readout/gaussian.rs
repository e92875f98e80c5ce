//! The standard normal distribution, as intervals and tests use it.

use statrs::function::erf::erfc;

/// Its two-sided 95 % quantile: half the width of a 95 % interval in standard errors.
pub(super) const Z95: f64 = 1.959_963_984_540_054;

/// Chance of a value at least as far from 0 as `z`; over 1 where `z` is negative.
pub(super) fn beyond(z: f64) -> f64 {
    erfc(z / std::f64::consts::SQRT_2)
}
