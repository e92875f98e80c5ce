//! Variances of many genes that borrow strength from each other: the empirical Bayes model of Smyth (2004), as limma's
//! `eBayes` fits it. Every gene's variance is drawn towards one that all share, by as much as they scatter no more than
//! chance makes them; a test on few tumours then does not live on the genes whose variance came out small by luck.
//! Golden values: `tests/golden/genes`, made by limma.

use serde::Serialize;
use statrs::function::gamma::{digamma, ln_gamma};

use super::gaussian::Z95;
use super::two_groups::{Difference, adjust, student};

/// A variance this small beside the median is taken for that: a logarithm has no place for nought (limma's rule).
const LEAST: f64 = 1e-5;
/// From so many degrees of freedom on the factor of Hedges is 1 to a millionth.
const MANY: f64 = 1e6;

/// What is known of a gene's variance before its values are seen: a scaled inverse χ².
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prior {
    /// s₀².
    pub variance: f64,
    /// d₀; infinite where variances scatter as one shared variance would.
    pub freedom: f64,
}

/// One coefficient of one gene's linear model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Its estimate, in the values' unit.
    pub coefficient: f64,
    /// Residual variance.
    pub variance: f64,
    /// Residual degrees of freedom, at least 1.
    pub freedom: f64,
    /// Standard error of the coefficient where the variance is 1.
    pub unscaled: f64,
}

/// A coefficient with its moderated test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Moderated {
    /// The coefficient; in standard deviations with a 95 % interval; p and FDR.
    #[serde(flatten)]
    pub difference: Difference,
    /// Moderated t.
    pub t: f64,
}

impl Prior {
    /// Fit the prior by moments of the log variances (Smyth 2004, section 6.2): under it they scatter as
    /// `trigamma(d/2) + trigamma(d₀/2)`. No prior (d₀ = 0) from fewer than three variances.
    pub fn of(fits: &[Fit]) -> Self {
        let mut sorted: Vec<f64> = fits.iter().map(|fit| fit.variance.max(0.0)).collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        if n < 3 {
            return Self { variance: sorted.first().copied().unwrap_or(1.0), freedom: 0.0 };
        }
        let median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0;
        let least = LEAST * if median > 0.0 { median } else { 1.0 };
        let count = n as f64;
        let offset = |freedom: f64| digamma(freedom / 2.0) - (freedom / 2.0).ln();
        let log = |fit: &Fit| fit.variance.max(least).ln() - offset(fit.freedom);
        let mean = fits.iter().map(log).sum::<f64>() / count;
        let scatter = fits.iter().map(|fit| (log(fit) - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let beyond = scatter - fits.iter().map(|fit| trigamma(fit.freedom / 2.0)).sum::<f64>() / count;
        if beyond > 0.0 {
            let freedom = 2.0 * trigamma_inverse(beyond);
            return Self { variance: (mean + offset(freedom)).exp(), freedom };
        }
        let pooled = fits.iter().map(|fit| fit.variance.max(least)).sum::<f64>() / count;
        Self { variance: pooled, freedom: f64::INFINITY }
    }

    /// A gene's variance once its own is seen.
    pub fn posterior(&self, fit: &Fit) -> f64 {
        if self.freedom.is_infinite() {
            return self.variance;
        }
        (self.freedom * self.variance + fit.freedom * fit.variance) / (self.freedom + fit.freedom)
    }
}

/// Test every coefficient with a moderated variance; `None` stays `None`. FDRs are over all that are tested.
///
/// The effect is the coefficient in moderated standard deviations with Hedges' small-sample factor, its 95 % interval the
/// large-sample one (`± 1.96 √(u² + g² / 2d)`, u the unscaled standard error): without a covariate, that of Hedges and Olkin.
pub fn moderate(fits: &[Option<Fit>]) -> (Prior, Vec<Option<Moderated>>) {
    let known: Vec<Fit> = fits.iter().flatten().copied().collect();
    let prior = Prior::of(&known);
    // No test knows more than all genes together do (limma's df.pooled).
    let pooled: f64 = known.iter().map(|fit| fit.freedom).sum();
    let test = |fit: &Fit| {
        let freedom = (fit.freedom + prior.freedom).min(pooled);
        let deviation = prior.posterior(fit).sqrt();
        let t = fit.coefficient / (deviation * fit.unscaled);
        let p = student(t, freedom);
        let effect = small_sample(freedom) * fit.coefficient / deviation;
        let half = Z95 * (fit.unscaled.powi(2) + effect * effect / (2.0 * freedom)).sqrt();
        let (low, high) = (effect - half, effect + half);
        Moderated { difference: Difference { difference: fit.coefficient, effect, low, high, p, fdr: p }, t }
    };
    let mut tested: Vec<Option<Moderated>> = fits.iter().map(|fit| fit.as_ref().map(test)).collect();
    let adjusted = adjust(&tested.iter().flatten().map(|test| test.difference.p).collect::<Vec<_>>());
    tested.iter_mut().flatten().zip(adjusted).for_each(|(test, fdr)| test.difference.fdr = fdr);
    (prior, tested)
}

/// Hedges' factor of a standardised difference.
fn small_sample(freedom: f64) -> f64 {
    if freedom > MANY || freedom <= 1.0 {
        return 1.0;
    }
    (ln_gamma(freedom / 2.0) - ln_gamma((freedom - 1.0) / 2.0)).exp() / (freedom / 2.0).sqrt()
}

// statrs has digamma, and neither of its derivatives.

/// Second derivative of ln Γ at x > 0: recurrence up to where the asymptotic series is exact (Abramowitz and Stegun 6.4.6
/// and 6.4.12).
pub fn trigamma(x: f64) -> f64 {
    let (below, x) = lifted(x, |x| x.powi(-2));
    let w = x.powi(-2);
    let series = w * (1.0 / 6.0 - w * (1.0 / 30.0 - w * (1.0 / 42.0 - w * (1.0 / 30.0 - w * 5.0 / 66.0))));
    below + (1.0 + 0.5 / x + series) / x
}

/// Third derivative of ln Γ at x > 0, likewise (6.4.13).
fn tetragamma(x: f64) -> f64 {
    let (below, x) = lifted(x, |x| -2.0 * x.powi(-3));
    let w = x.powi(-2);
    let series = w * (0.5 - w * (1.0 / 6.0 - w * (1.0 / 6.0 - w * (0.3 - w * 5.0 / 6.0))));
    below - w * (1.0 + 1.0 / x + series)
}

/// The sum of `term` at x, x + 1, … and where the series takes over.
fn lifted(mut x: f64, term: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut sum = 0.0;
    while x < 20.0 {
        sum += term(x);
        x += 1.0;
    }
    (sum, x)
}

/// The y > 0 whose trigamma is `x` > 0: Newton's steps on 1 / trigamma, which is convex and nearly a line, so that they
/// come from one side and never leave.
pub fn trigamma_inverse(x: f64) -> f64 {
    let mut y = 0.5 + 1.0 / x;
    for _ in 0..50 {
        let here = trigamma(y);
        let step = here * (1.0 - here / x) / tetragamma(y);
        y += step;
        if step.abs() <= 1e-14 * y {
            break;
        }
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trigamma_and_its_inverse_are_those_of_the_tables() {
        let pi = std::f64::consts::PI;
        for (x, expected) in
            [(1.0, pi * pi / 6.0), (0.5, pi * pi / 2.0), (2.0, pi * pi / 6.0 - 1.0), (1e6, 1.0000005e-6)]
        {
            assert!((trigamma(x) / expected - 1.0).abs() < 1e-12, "{x}: {}", trigamma(x));
        }
        // ψ″(1) = −2 ζ(3).
        assert!((tetragamma(1.0) / -2.404_113_806_319_188_6 - 1.0).abs() < 1e-12);
        for y in [1e-3, 0.2, 1.0, 4.5, 80.0, 1e5] {
            assert!((trigamma_inverse(trigamma(y)) / y - 1.0).abs() < 1e-9, "{y}");
        }
    }

    #[test]
    fn a_shared_variance_is_found_and_few_genes_share_none() {
        let fit = |variance| Fit { coefficient: 1.0, variance, freedom: 8.0, unscaled: 0.5 };
        let alike: Vec<Fit> = (0..40).map(|at| fit(2.0 + 0.01 * f64::from(at % 3))).collect();
        let prior = Prior::of(&alike);
        assert!(prior.freedom.is_infinite() && (prior.variance - 2.01).abs() < 0.01, "{prior:?}");
        assert_eq!(prior.posterior(&fit(9.0)), prior.variance);
        assert_eq!(Prior::of(&alike[..2]).freedom, 0.0);
        let far: Vec<Fit> = (0..40).map(|at| fit(10f64.powi(at % 5))).collect();
        let prior = Prior::of(&far);
        assert!(prior.freedom > 0.0 && prior.freedom < 2.0, "{prior:?}");
        let drawn = prior.posterior(&fit(1e4));
        assert!(drawn < 1e4 && drawn > 5e3, "{drawn}");
    }
}
