//! `log2(1 + x)`, as it stands among the inner loops.

pub use twinpurify_cells::log2_1p;

#[cfg(test)]
mod tests {
    use super::log2_1p;

    #[test]
    fn it_is_the_logarithm_to_the_rounding() {
        assert_eq!(log2_1p(0.0), 0.0);
        for power in 1..100 {
            let x = 2f32.powi(power) - 1.0;
            assert_eq!(log2_1p(x), f64::from(1.0 + x).log2() as f32, "2^{power}");
        }
        let mut x = 1e-6f32;
        while x < 1e9 {
            let exact = f64::from(1.0 + x).log2();
            let error = (f64::from(log2_1p(x)) - exact).abs();
            let unit = f64::from(exact as f32 * f32::EPSILON);
            assert!(error <= 2.0 * unit, "log2(1 + {x}): {} is not {exact}", log2_1p(x));
            x *= 1.000_13;
        }
    }

    #[test]
    fn what_has_no_finite_logarithm_is_not_a_number() {
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, -2.5] {
            assert!(log2_1p(x).is_nan(), "log2(1 + {x}): {}", log2_1p(x));
        }
        assert!(log2_1p(f32::MAX).is_finite());
    }
}
