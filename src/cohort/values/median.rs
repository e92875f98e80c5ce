//! The middle of a list of numbers: the one definition of this crate.

/// The median, the mean of the two middle values of an even number of them; NaN of nothing. The order of `values` changes.
pub fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let (middle, even) = (values.len() / 2, values.len().is_multiple_of(2));
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if even { below.iter().copied().fold(f64::NEG_INFINITY, f64::max).midpoint(*upper) } else { *upper }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_or_the_mean_of_the_two() {
        assert_eq!(median(&mut [3.0, 1.0]), 2.0);
        assert_eq!(median(&mut [3.0, 1.0, 2.5]), 2.5);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 9.0]), 3.0);
        assert!(median(&mut []).is_nan());
    }
}
