//! What an axis of tumours means: the genes whose values go along with a place on a map, or with being selected.

use super::ReadoutError;
use super::correlation::pearson;

/// Pearson's r of one gene with every axis (one place per tumour, NaN where it has none), over the tumours that have both; 0
/// where either does not vary: such a gene carries nothing.
pub fn along(axes: &[Vec<f64>], values: &[f32]) -> Vec<f32> {
    let r = |axis: &Vec<f64>| {
        let both = axis.iter().zip(values).filter(|(a, v)| a.is_finite() && v.is_finite());
        let (a, v): (Vec<f64>, Vec<f64>) = both.map(|(a, v)| (*a, f64::from(*v))).unzip();
        pearson(&a, &v).unwrap_or(0.0) as f32
    };
    axes.iter().map(r).collect()
}

/// Being among `members` as an axis of `tumours`: 1 for those, 0 for the others.
///
/// # Errors
/// [`ReadoutError::TooFew`] where fewer than three are selected or left.
pub fn selected(members: &[usize], tumours: usize) -> Result<Vec<f64>, ReadoutError> {
    let mut axis = vec![0.0; tumours];
    for &at in members {
        *axis.get_mut(at).ok_or(ReadoutError::NoSample { asked: at, samples: tumours })? = 1.0;
    }
    let found = axis.iter().filter(|v| **v > 0.0).count();
    ReadoutError::at_least("Tumours selected", super::differences::FEWEST_MEMBERS, found)?;
    ReadoutError::at_least("Tumours not selected", super::differences::FEWEST_MEMBERS, tumours - found)?;
    Ok(axis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_go_along_with_places_and_with_selections() {
        let axes = [vec![1.0, 2.0, 3.0, f64::NAN, 5.0, 6.0, 7.0], selected(&[4, 5, 6], 7).expect("three")];
        let found = along(&axes, &[2.0, 4.0, 6.0, 99.0, 10.0, 12.0, f32::NAN]);
        assert!((found[0] - 1.0).abs() < 1e-6 && found[1] < 0.0, "{found:?}");
        assert_eq!(along(&axes, &[3.0; 7]), [0.0, 0.0]);
        assert_eq!(selected(&[0, 1], 7).expect_err("two").code(), "too_few");
        assert_eq!(selected(&[0, 1, 2, 3, 4], 7).expect_err("two are left").code(), "too_few");
        assert_eq!(selected(&[7], 7).expect_err("not there").code(), "no_sample");
    }
}
