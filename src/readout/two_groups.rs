//! Two samples of numbers: do they differ, by how much, and how many such answers would chance alone give?
//!
//! Each test comes with the effect size that belongs to it: Welch's *t* with Hedges' *g* (a difference in standard
//! deviations, for scores that are roughly symmetric), Mann–Whitney's *U* with Cliff's δ (the chance that a value of the
//! first group is above one of the second, minus the reverse: ranks alone). Golden values: `tests/golden/differences`.

use serde::{Deserialize, Serialize};
use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::ln_gamma;

use super::correlation::average_ranks;
use super::gaussian::{Z95, beyond};

/// Up to this many members of the smaller group, and without ties, U has its exact distribution (scipy's rule).
const EXACT: usize = 8;
/// A spread this small beside the values is rounding.
const CONSTANT: f64 = 1e-12;

/// Which question is asked of two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupTest {
    /// Welch's t for means, with Hedges' g.
    #[default]
    Welch,
    /// Mann–Whitney's U for ranks, with Cliff's δ.
    MannWhitney,
}

/// How two groups differ in one number, first minus second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Difference of the means, in the numbers' unit.
    pub difference: f64,
    /// Hedges' g or Cliff's δ.
    pub effect: f64,
    /// Lower end of the effect's 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// The p-value adjusted for all questions asked together; the p-value itself until [`adjust`].
    pub fdr: f64,
}

impl Difference {
    /// Compare two groups; `None` where either has fewer than two values, or where all values are alike: there is then
    /// no spread to measure a difference by. Values must be finite.
    pub fn between(a: &[f64], b: &[f64], test: GroupTest) -> Option<Self> {
        if a.len().min(b.len()) < 2 {
            return None;
        }
        let difference = mean(a) - mean(b);
        let largest = a.iter().chain(b).fold(0.0f64, |most, v| most.max(v.abs()));
        let alike = a.iter().chain(b).all(|v| (v - a[0]).abs() <= CONSTANT * largest);
        let (p, [effect, low, high]) = match test {
            _ if alike => return None,
            GroupTest::Welch if variance(a) + variance(b) <= (CONSTANT * largest).powi(2) => return None,
            GroupTest::Welch => (welch(a, b).p, hedges(a, b)),
            GroupTest::MannWhitney => (mann_whitney(a, b).p, cliff(a, b)),
        };
        Some(Self { difference, effect, low, high, p, fdr: p })
    }
}

/// False discovery rates of Benjamini and Hochberg (1995), in the order of the p-values.
pub fn adjust(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[j].total_cmp(&p[i]));
    let mut out = vec![1.0; p.len()];
    let mut least = 1.0f64;
    for (above, &at) in order.iter().enumerate() {
        least = least.min(p[at] * p.len() as f64 / (p.len() - above) as f64);
        out[at] = least;
    }
    out
}

/// A test's statistic and its two-sided p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// t, or U of the first group.
    pub statistic: f64,
    /// Two-sided.
    pub p: f64,
}

/// Welch's t-test: means differ, variances may (Welch 1947). Both groups have at least two values that are not all alike.
pub fn welch(a: &[f64], b: &[f64]) -> Tested {
    let (va, vb) = (variance(a) / a.len() as f64, variance(b) / b.len() as f64);
    let t = (mean(a) - mean(b)) / (va + vb).sqrt();
    let freedom = (va + vb).powi(2) / (va * va / (a.len() as f64 - 1.0) + vb * vb / (b.len() as f64 - 1.0));
    Tested { statistic: t, p: student(t, freedom) }
}

/// P(|T| > |t|) of Student's distribution as an incomplete beta function (Abramowitz and Stegun 26.7.1).
pub(super) fn student(t: f64, freedom: f64) -> f64 {
    checked_beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t)).unwrap_or(f64::NAN)
}

/// Mann–Whitney's U: exact for small groups without ties, else normal with corrections for ties and continuity.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Tested {
    let both = [a, b].concat();
    let ranks = average_ranks(&both);
    let (m, n) = (a.len() as f64, b.len() as f64);
    let u = ranks[..a.len()].iter().sum::<f64>() - m * (m + 1.0) / 2.0;
    let mut sorted = both;
    sorted.sort_by(f64::total_cmp);
    let cube = |ties: &[f64]| (ties.len() as f64).powi(3) - ties.len() as f64;
    let ties: f64 = sorted.chunk_by(|x, y| x == y).map(cube).sum();
    let larger = u.max(m * n - u);
    if a.len().min(b.len()) <= EXACT && ties == 0.0 {
        return Tested { statistic: u, p: exact(a.len(), b.len(), larger as usize) };
    }
    let all = m + n;
    let deviation = (m * n / 12.0 * ((all + 1.0) - ties / (all * (all - 1.0)))).sqrt();
    let z = (larger - m * n / 2.0 - 0.5) / deviation;
    Tested { statistic: u, p: beyond(z).min(1.0) }
}

/// Twice the chance that U is at least `u`: by symmetry that it is at most m·n − u, counted among all arrangements.
fn exact(m: usize, n: usize, u: usize) -> f64 {
    // The same for either order: the loop is over the smaller group.
    let (m, n) = (m.min(n), m.max(n));
    let most = m * n - u;
    // ways[j]: arrangements with U = j, the coefficients of the Gaussian binomial ∏ (1 − q^(n+i)) / (1 − q^i).
    let mut ways = vec![0.0f64; most + 1];
    ways[0] = 1.0;
    let mut all = 1.0;
    for i in 1..=m {
        (n + i..=most).rev().for_each(|j| ways[j] -= ways[j - n - i]);
        (i..=most).for_each(|j| ways[j] += ways[j - i]);
        all *= (n + i) as f64 / i as f64;
    }
    (2.0 * ways.iter().sum::<f64>() / all).min(1.0)
}

/// Hedges' g with the exact small-sample factor (Hedges 1981) and the large-sample 95 % interval (Hedges and Olkin 1985):
/// effect, low, high.
pub fn hedges(a: &[f64], b: &[f64]) -> [f64; 3] {
    let (m, n) = (a.len() as f64, b.len() as f64);
    let freedom = m + n - 2.0;
    let pooled = (((m - 1.0) * variance(a) + (n - 1.0) * variance(b)) / freedom).sqrt();
    let factor = (ln_gamma(freedom / 2.0) - ln_gamma((freedom - 1.0) / 2.0)).exp() / (freedom / 2.0).sqrt();
    let g = factor * (mean(a) - mean(b)) / pooled;
    let half = Z95 * ((m + n) / (m * n) + g * g / (2.0 * (m + n))).sqrt();
    [g, g - half, g + half]
}

/// Cliff's δ with its consistent variance and asymmetric 95 % interval (Feng and Cliff 2004): effect, low, high. Groups
/// without any overlap have no variance; the inner end is then Cliff's (k − z²) / (k + z²) of the smaller group.
pub fn cliff(a: &[f64], b: &[f64]) -> [f64; 3] {
    let (m, n) = (a.len() as f64, b.len() as f64);
    let sign = |x: &f64, y: &f64| f64::from(i8::from(x > y) - i8::from(x < y));
    let row = |x: &f64| b.iter().map(|y| sign(x, y)).sum::<f64>() / n;
    let column = |y: &f64| a.iter().map(|x| sign(x, y)).sum::<f64>() / m;
    let delta = a.iter().map(row).sum::<f64>() / m;
    if delta.abs() >= 1.0 {
        let inner = delta * (m.min(n) - Z95 * Z95) / (m.min(n) + Z95 * Z95);
        return [delta, delta.min(inner), delta.max(inner)];
    }
    let squares = |of: &mut dyn Iterator<Item = f64>| of.map(|v| (v - delta).powi(2)).sum::<f64>();
    let rows = squares(&mut a.iter().map(row));
    let columns = squares(&mut b.iter().map(column));
    let cells = squares(&mut a.iter().flat_map(|x| b.iter().map(move |y| sign(x, y))));
    let variance = (n * n * rows + m * m * columns - cells) / (m * n * (m - 1.0) * (n - 1.0));
    let variance = variance.max((1.0 - delta * delta) / (m * n - 1.0));
    let spread = (1.0 - delta * delta).powi(2) + Z95 * Z95 * variance;
    let (middle, half) = (delta - delta.powi(3), Z95 * variance.sqrt() * spread.sqrt());
    let below = 1.0 - delta * delta + Z95 * Z95 * variance;
    [delta, ((middle - half) / below).max(-1.0), ((middle + half) / below).min(1.0)]
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn close(found: f64, expected: f64, what: &str) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-300), "{what}: {found} is not {expected}");
    }

    #[test]
    fn tests_and_effects_equal_scipy_and_statsmodels() {
        let golden: Value =
            serde_json::from_str(include_str!("../../tests/golden/differences/differences_golden.json")).expect("JSON");
        let numbers = |value: &Value| -> Vec<f64> {
            value.as_array().expect("a list").iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
        };
        for case in golden["tests"].as_array().expect("tests") {
            let (a, b, name) = (numbers(&case["a"]), numbers(&case["b"]), case["name"].to_string());
            let number = |test: &str, field: &str| case[test][field].as_f64().expect("a number");
            let (t, u) = (welch(&a, &b), mann_whitney(&a, &b));
            close(t.statistic, number("welch", "t"), &name);
            close(t.p, number("welch", "p"), &name);
            close(u.statistic, number("mann_whitney", "u"), &name);
            close(u.p, number("mann_whitney", "p"), &name);
            for (found, expected) in [(hedges(&a, &b), &case["hedges"]), (cliff(&a, &b), &case["cliff"])] {
                found.iter().zip(numbers(expected)).for_each(|(x, y)| close(*x, y, &name));
            }
            let whole = Difference::between(&a, &b, GroupTest::Welch).expect("a difference");
            close(whole.difference, case["difference"].as_f64().expect("a number"), &name);
        }
        let adjusted = adjust(&numbers(&golden["p"]));
        adjusted.iter().zip(numbers(&golden["fdr"])).for_each(|(x, y)| close(*x, y, "FDR"));
    }

    #[test]
    fn swapping_the_groups_turns_the_sign_and_nothing_else() {
        let (a, b) = ([1.0, 4.0, 2.5, 7.0], [0.5, 3.0, 3.0, 1.0, 2.0]);
        for test in [GroupTest::Welch, GroupTest::MannWhitney] {
            let (one, other) = (Difference::between(&a, &b, test), Difference::between(&b, &a, test));
            let (one, other) = (one.expect("a difference"), other.expect("a difference"));
            assert!((one.effect + other.effect).abs() < 1e-12 && (one.low + other.high).abs() < 1e-12);
            assert!((one.p - other.p).abs() < 1e-12 && one.low < one.effect && one.effect < one.high);
        }
    }

    #[test]
    fn a_large_group_first_costs_no_more_and_gives_the_same() {
        let (small, large) = ([0.5, 4000.5, 9000.5], (0..10_000).map(f64::from).collect::<Vec<_>>());
        let began = std::time::Instant::now();
        let one = mann_whitney(&small, &large);
        let forth = began.elapsed();
        let other = mann_whitney(&large, &small);
        assert_eq!(one.p, other.p);
        // Before, the loop ran over the 10,000: thousands of times as long.
        assert!(began.elapsed() < 40 * forth + std::time::Duration::from_millis(200), "{:?}", began.elapsed());
    }

    #[test]
    fn what_has_no_spread_or_no_members_has_no_difference() {
        for test in [GroupTest::Welch, GroupTest::MannWhitney] {
            assert_eq!(Difference::between(&[1.0], &[2.0, 3.0], test), None);
            assert_eq!(Difference::between(&[], &[2.0, 3.0], test), None);
            assert_eq!(Difference::between(&[2.0, 2.0], &[2.0, 2.0, 2.0], test), None);
        }
        // Constant within each group: no variance for t, but every value of one is above every value of the other.
        assert_eq!(Difference::between(&[2.0, 2.0], &[3.0, 3.0, 3.0], GroupTest::Welch), None);
        let ranks = Difference::between(&[2.0, 2.0], &[3.0, 3.0, 3.0], GroupTest::MannWhitney).expect("ranks");
        assert_eq!(ranks.effect, -1.0);
        assert!(adjust(&[]).is_empty());
    }
}
