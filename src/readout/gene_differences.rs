//! Which genes differ between two groups of tumours: raw, raw adjusted for purity, and purified.
//!
//! Each gene's `log2(1 + x)` has a linear model: an intercept, the group and, where adjusted, purity. The group's coefficient
//! is the difference; its test has a moderated variance ([`super::moderated`]). Genes come one by one, so that no second copy
//! of the matrix is held.
//!
//! A purified value is made of what all tumours and genes share, so that its p-values are far too small: they order genes
//! and are no test. The adjusted model is the test.

use super::ReadoutError;
use super::differences::{FEWEST_MEMBERS, Side};
use super::moderated::{Fit, Moderated, Prior, moderate};
use serde::{Deserialize, Serialize};
use twinpurify_cells::products;

/// A spread this small beside the values, or of a covariate beside what it was, is rounding.
const CONSTANT: f64 = 1e-12;
const FOLLOWS: f64 = 1e-7;

/// Which values of a gene are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// As measured.
    #[default]
    Raw,
    /// As measured, purity held.
    Adjusted,
    /// Purified.
    Purified,
}

impl Values {
    /// All, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Raw, Self::Adjusted, Self::Purified];

    /// Its word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Adjusted => "adjusted",
            Self::Purified => "purified",
        }
    }
}

/// Two groups of tumours as a linear model: which tumours, and directions of their values.
#[derive(Clone, Debug)]
pub struct Design {
    /// The tumours, as positions in the embedding's order, and whether each is in the first group.
    tumours: Vec<(usize, bool)>,
    covariate: Option<Vec<f64>>,
    /// Unit vectors of what is held: the intercept, and the covariate beyond it.
    held: Vec<Vec<f64>>,
    /// The unit vector of what the group has beyond them, and its length before.
    tested: Vec<f64>,
    length: f64,
}

impl Design {
    /// The first of `sides` against the second; with a covariate (one value per tumour of the embedding, NaN where unknown),
    /// on the tumours that have it.
    ///
    /// # Errors
    /// [`ReadoutError::Group`] where fewer than [`FEWEST_MEMBERS`] tumours of a side are left, [`ReadoutError::Collinear`]
    /// where the covariate does not vary among them or follows from the groups.
    pub fn new(sides: &[Side; 2], covariate: Option<&[f64]>) -> Result<Self, ReadoutError> {
        let known = |at: &usize| covariate.is_none_or(|values| values.get(*at).is_some_and(|v| v.is_finite()));
        let mut tumours = Vec::new();
        for (side, first) in sides.iter().zip([true, false]) {
            let members: Vec<usize> = side.members.iter().copied().filter(known).collect();
            if members.len() < FEWEST_MEMBERS {
                let problem = format!("{} of its tumours have a purity and {FEWEST_MEMBERS} are needed", members.len());
                return Err(ReadoutError::Group { problem, name: side.name.clone() });
            }
            tumours.extend(members.into_iter().map(|at| (at, first)));
        }
        tumours.sort_unstable();
        let covariate = covariate.map(|values| tumours.iter().map(|(at, _)| values[*at]).collect());
        Self::of(tumours, covariate).ok_or(ReadoutError::Collinear { covariates: 2 })
    }

    /// `None` where the group's coefficient is undetermined.
    fn of(tumours: Vec<(usize, bool)>, covariate: Option<Vec<f64>>) -> Option<Self> {
        let n = tumours.len();
        let mut held = vec![vec![1.0 / (n as f64).sqrt(); n]];
        if let Some(values) = &covariate {
            held.push(beyond(values.clone(), &held)?.0);
        }
        let group = tumours.iter().map(|(_, first)| f64::from(u8::from(*first))).collect();
        let (tested, length) = beyond(group, &held)?;
        (n > held.len() + 1).then_some(Self { tumours, covariate, held, tested, length })
    }

    /// How many tumours are in it.
    pub fn tumours(&self) -> usize {
        self.tumours.len()
    }

    /// The group's coefficient of one gene, from its value in every tumour of the embedding; missing ones (NaN) are left out.
    /// `None` where the gene does not vary, or too few values are left.
    pub fn fit(&self, values: &[f32]) -> Option<Fit> {
        let own: Vec<f64> =
            self.tumours.iter().map(|(at, _)| values.get(*at).map_or(f64::NAN, |v| f64::from(*v))).collect();
        // A sum is finite where every part is.
        if own.iter().sum::<f64>().is_finite() {
            return self.fit_whole(own);
        }
        let kept: Vec<usize> = (0..own.len()).filter(|at| own[*at].is_finite()).collect();
        let tumours: Vec<(usize, bool)> = kept.iter().map(|&at| self.tumours[at]).collect();
        let first = tumours.iter().filter(|(_, first)| *first).count();
        if first.min(tumours.len() - first) < FEWEST_MEMBERS {
            return None;
        }
        let covariate = self.covariate.as_ref().map(|values| kept.iter().map(|&at| values[at]).collect());
        Self::of(tumours, covariate)?.fit_whole(kept.iter().map(|&at| own[at]).collect())
    }

    /// One value per tumour of the design, all finite.
    fn fit_whole(&self, mut own: Vec<f64>) -> Option<Fit> {
        let n = own.len() as f64;
        // About the mean, so that squares keep their digits; the intercept has no product with what is left.
        let covariate = self.held.get(1).map_or(&[][..], Vec::as_slice);
        let (mean, whole, [along, beside]) = products(&mut own, [&self.tested, covariate]);
        if whole <= n * (CONSTANT * mean.abs().max(1.0)).powi(2) {
            return None;
        }
        let freedom = n - self.held.len() as f64 - 1.0;
        let left = whole - along * along - beside * beside;
        let (coefficient, variance) = (along / self.length, left.max(0.0) / freedom);
        Some(Fit { coefficient, variance, freedom, unscaled: 1.0 / self.length })
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// What `values` have beyond orthonormal `held`, as a unit vector and its length; `None` where that is nothing.
fn beyond(mut values: Vec<f64>, held: &[Vec<f64>]) -> Option<(Vec<f64>, f64)> {
    let before = dot(&values, &values).sqrt();
    // Twice: the second time takes out what rounding left of the first.
    for _ in 0..2 {
        for along in held {
            let share = dot(&values, along);
            values.iter_mut().zip(along).for_each(|(v, a)| *v -= share * a);
        }
    }
    let length = dot(&values, &values).sqrt();
    if !length.is_finite() || length <= FOLLOWS * before {
        return None;
    }
    values.iter_mut().for_each(|v| *v /= length);
    Some((values, length))
}

/// All genes between two groups by one model.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneTests {
    /// Tumours of the model.
    pub tumours: usize,
    /// What variances were drawn towards.
    pub prior: Prior,
    /// One per gene; none where it does not vary or has no values.
    pub genes: Vec<Option<Moderated>>,
}

impl GeneTests {
    /// From one fit per gene.
    pub fn of(design: &Design, fits: &[Option<Fit>]) -> Self {
        let (prior, genes) = moderate(fits);
        Self { tumours: design.tumours(), prior, genes }
    }

    /// Genes below an FDR of 5 %.
    pub fn discovered(&self) -> usize {
        self.genes.iter().flatten().filter(|gene| gene.difference.fdr < 0.05).count()
    }
}

/// All genes between two groups, first minus second, in `log2(1 + x)`.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneDifferences {
    /// What made the groups.
    pub label: String,
    /// First and second.
    pub sides: [Side; 2],
    /// As measured.
    pub raw: GeneTests,
    /// With purity held, or why there is none.
    pub adjusted: Result<GeneTests, String>,
    /// Purified, once that was asked for; genes that are not explained have none.
    pub purified: Option<GeneTests>,
}

impl GeneDifferences {
    /// The tests on some values.
    pub fn tests(&self, values: Values) -> Option<&GeneTests> {
        match values {
            Values::Raw => Some(&self.raw),
            Values::Adjusted => self.adjusted.as_ref().ok(),
            Values::Purified => self.purified.as_ref(),
        }
    }

    /// Genes in the order of a key of their test on these values, then those that have none there but one as measured.
    pub fn ordered(&self, values: Values, key: impl Fn(&Moderated) -> f64) -> Vec<usize> {
        let Some(tests) = self.tests(values) else { return Vec::new() };
        let known = tests.genes.iter().enumerate();
        let mut known: Vec<(f64, usize)> = known.filter_map(|(at, test)| Some((key(test.as_ref()?), at))).collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let without = (0..tests.genes.len()).filter(|&at| tests.genes[at].is_none() && self.raw.genes[at].is_some());
        known.into_iter().map(|(_, at)| at).chain(without).collect()
    }
}

#[cfg(test)]
mod tests;
