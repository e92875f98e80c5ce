//! How long a comparison still takes: from what its parts took, and before that from what they cost elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::measure::Label;
use super::rows::Method;

/// A kind of work whose units take alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// Choosing genes, fitting what needs no training, embedding the tumours.
    Fit,
    /// One training step.
    Step,
    /// Identity under contamination and the effective rank.
    Identity,
    /// Purity, immune and stromal score.
    Signal,
    /// One fit of the classification of a label.
    Classify(Label),
    /// Cox regression.
    Survival,
}

impl Part {
    /// In a few words.
    fn word(self) -> &'static str {
        match self {
            Self::Fit => "fitting and embedding",
            Self::Step => "training",
            Self::Identity => "identity under contamination",
            Self::Signal => "purity and scores",
            Self::Classify(_) => "classification",
            Self::Survival => "survival",
        }
    }
}

/// Size of what is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Tumours.
    pub tumours: usize,
    /// Genes.
    pub genes: usize,
}

/// Milliseconds from which on what was seen weighs more than what was thought.
const TRUST: f64 = 500.0;

/// Milliseconds by row and part.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    /// Total and units seen.
    seen: BTreeMap<(usize, Part), (f64, f64)>,
    /// What the same units were expected to take.
    expected: BTreeMap<Part, f64>,
}

impl Forecast {
    /// Remember what `units` of a part of a row took.
    pub fn took(&mut self, row: usize, part: Part, units: f64, milliseconds: f64, prior: f64) {
        let seen = self.seen.entry((row, part)).or_default();
        seen.0 += milliseconds;
        seen.1 += units;
        *self.expected.entry(part).or_default() += prior * units;
    }

    /// Milliseconds seen of each kind of work, the most first.
    pub fn spent(&self) -> Vec<(&'static str, f64)> {
        let mut spent: BTreeMap<&'static str, f64> = BTreeMap::new();
        for ((_, part), (milliseconds, _)) in &self.seen {
            *spent.entry(part.word()).or_default() += milliseconds;
        }
        let mut spent: Vec<_> = spent.into_iter().collect();
        spent.sort_by(|a, b| b.1.total_cmp(&a.1));
        spent
    }

    /// Milliseconds of one unit: as `prior` says, scaled by how this part fared in other rows, else by how everything
    /// fared, and the more as this row's own took the more of it was seen. What took a moment says little.
    pub fn expect(&self, row: usize, part: Part, prior: f64) -> f64 {
        let ratio = |of: &dyn Fn(Part) -> bool| {
            let took: f64 = self.seen.iter().filter(|(key, _)| of(key.1)).map(|(_, seen)| seen.0).sum();
            let expected: f64 = self.expected.iter().filter(|(part, _)| of(**part)).map(|(_, ms)| ms).sum();
            (expected > 0.0).then_some((took + TRUST) / (expected + TRUST))
        };
        let others = prior * ratio(&|other| other == part).or_else(|| ratio(&|_| true)).unwrap_or(1.0);
        match self.seen.get(&(row, part)) {
            Some((total, units)) if others > 0.0 => (total + TRUST) / (units + TRUST / others),
            Some((total, units)) if *units > 0.0 => total / units,
            _ => others,
        }
    }
}

/// How much longer the page takes than the native program on one machine: training steps by bench/RESULTS.md.
const MACHINE: f64 = if cfg!(target_arch = "wasm32") { 2.5 } else { 1.0 };

/// Milliseconds of one unit before any was seen, by what 2,000 tumours × 3,000 genes took natively on two cores
/// (bench/RESULTS.md, *The comparison's steps*).
pub fn prior(method: &Method, part: Part, size: Size) -> f64 {
    let Size { tumours, genes } = size;
    let (n, g) = (tumours as f64, genes as f64);
    let width = match method {
        Method::Raw => g,
        Method::Pca | Method::ContrastivePca => super::rows::LINEAR_WIDTH as f64,
        Method::Trained(config) => config.width(genes) as f64,
        Method::ClosedForm(config) => config.dim as f64,
    };
    // What the samples span is all that a regression sees of a wider profile.
    let seen = width.min(n);
    let native = match part {
        Part::Fit => match method {
            Method::Raw => 1e-5 * n * g,
            Method::Trained(_) => 4e-5 * n * g,
            Method::Pca => 4e-8 * n * n * g,
            Method::ContrastivePca => 1.7e-4 * n * g,
            // Products of the views with as many components as there are, at most 300.
            Method::ClosedForm(_) => 1e-5 * n * g * n.min(300.0),
        },
        Part::Step => match method {
            Method::Trained(config) => {
                let widths: Vec<f64> =
                    [&[genes], &config.hidden[..], &[config.dim]].concat().iter().map(|w| *w as f64).collect();
                let weights: f64 = widths.windows(2).map(|pair| pair[0] * pair[1]).sum();
                let decoded = if config.rho > 0.0 { 2.0 } else { 1.0 };
                let rows = 2.0 * config.batch as f64;
                8e-8 * rows * weights * decoded + 4e-6 * weights * decoded + 1.2e-5 * rows * g
            }
            _ => 0.0,
        },
        Part::Identity => 3e-5 * n * g + 1.5e-7 * n * n * width,
        // Neighbours, inner products, and what is decomposed of them.
        Part::Signal => 3e-5 * n * n + 1e-7 * n * n * width + 6e-7 * n * seen * seen,
        Part::Classify(_) => 2e-5 * n * n + 1e-7 * n * n * width + 1.5e-7 * n * seen * seen + 6e-4 * n * seen,
        Part::Survival => 1.5e-7 * n * n * width + 0.013 * n * seen.min(30.0),
    };
    native * MACHINE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_expected_to_take_what_it_took_and_another_in_proportion() {
        let mut forecast = Forecast::default();
        assert_eq!(forecast.expect(0, Part::Step, 7.0), 7.0);
        forecast.took(0, Part::Fit, 1.0, 50.0, 1.0);
        let little = forecast.expect(1, Part::Step, 7.0);
        assert!(little < 8.0, "a moment fifty times too long says little: {little}");
        forecast.took(0, Part::Step, 1e5, 4e5, 2.0);
        let near = |expected: f64, found: f64| assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
        near(4.0, forecast.expect(0, Part::Step, 2.0));
        near(6.0, forecast.expect(1, Part::Step, 3.0));
        forecast.took(0, Part::Identity, 1.0, 5e5, 1e6);
        near(4.0, forecast.expect(1, Part::Identity, 8.0));
        near(30.0 * 9.0 / 12.0, forecast.expect(1, Part::Survival, 30.0));
        let spent = forecast.spent();
        assert_eq!(spent[0], ("identity under contamination", 5e5), "the most first");
        assert!(spent.contains(&("training", 4e5)) && spent.len() == 3);
    }
}
