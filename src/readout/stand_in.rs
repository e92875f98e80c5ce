//! What stands for purity where none was measured: minus the sum of the stromal and the immune score, as ESTIMATE
//! (Yoshihara et al. 2013) makes its own purity, from the marker lists of [`super::markers`]; each score is divided by its
//! own standard deviation over the tumours first, so that neither list speaks louder for being long or short.
//!
//! It orders the tumours of one cohort and is no fraction. Where one list is not found the other stands alone; where neither
//! is (another species, a panel of few genes) nothing stands for purity, and that is said: the position of
//! [`super::tumour_fraction`] is not taken instead, for it does not order tumours on cohorts that it was not made on. How
//! well each follows measured purity stands in docs/method.md.

use super::markers::purity_stand_in;

/// What the stand-in is called, wherever it is taken for purity.
pub const STAND_IN: &str = "purity stand-in (estimated)";

/// Minus the sum of both scores, each over its standard deviation, one per tumour, higher for purer; or the sentence
/// that says why there is none. A score is a mean z of markers, or the reason why it cannot be made.
///
/// # Errors
/// The reasons of both scores, or that neither differs between tumours.
pub fn stand_in(stromal: &Result<Vec<f64>, String>, immune: &Result<Vec<f64>, String>) -> Result<Vec<f64>, String> {
    let known = [stromal, immune].map(|score| score.as_deref().ok());
    if let Some(values) = purity_stand_in(known) {
        return Ok(values);
    }
    let because = |name: &str, score: &Result<Vec<f64>, String>| match score {
        Ok(_) => format!("{name}: the same for all tumours."),
        Err(because) => format!("{name}: {because}"),
    };
    let (stromal, immune) = (because("Stromal", stromal), because("Immune", immune));
    Err(format!(
        "Nothing stands for purity here, for neither the stromal nor the immune score can be made. {stromal} {immune}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_minus_the_sum_and_either_stands_alone() {
        // Deviations as 1 to 20: both count alike.
        let (stromal, immune) = (Ok(vec![0.0, 1.0, 2.0]), Ok(vec![20.0, 0.0, -20.0]));
        let none = Err("Only 3 of 18 marker genes are measured in this cohort.".to_owned());
        let steps = |of: Result<Vec<f64>, String>| {
            let values = of.expect("a stand-in");
            values.windows(2).map(|pair| (pair[1] - pair[0]) * (2.0f64 / 3.0).sqrt()).collect::<Vec<_>>()
        };
        for (found, step) in [
            (stand_in(&stromal, &immune), 0.0),
            (stand_in(&stromal, &stromal), -2.0),
            (stand_in(&none, &immune), 1.0),
            (stand_in(&stromal, &none), -1.0),
        ] {
            assert!(steps(found).iter().all(|found| (found - step).abs() < 1e-12), "{step}");
        }
        let said = stand_in(&none, &Ok(vec![0.0; 3])).expect_err("neither");
        assert!(said.contains("Stromal: Only 3 of 18") && said.contains("Immune: the same for all"), "{said}");
    }
}
