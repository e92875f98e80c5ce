//! Gene-set scores: ssGSEA as GSVA defines it, singscore, and the combined z-score; each file says its equation.
//!
//! Every scorer takes log expression (samples × genes) and gives samples × sets. The genes given are the universe
//! that ranks are taken over: scores of one sample over other genes are other numbers. A gene named twice counts
//! where it stands first, a gene twice in a set counts once, and a set with none of its genes, or with all there
//! are, has no score (NaN).

mod singscore;
mod ssgsea;
mod zscore;

pub use ssgsea::range_normalise;

use super::ReadoutError;
use crate::cohort::GeneSet;
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Samples that one thread ranks in the same storage.
const SAMPLES_AT_ONCE: usize = 8;

/// Which score is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scorer {
    /// Single-sample GSEA (Barbie 2009), GSVA's definition and ties, τ 0.25, not normalised by the range.
    #[default]
    Ssgsea,
    /// Mean rank between its least and greatest possible value, centred (Foroutan 2018), sets taken as up-regulated.
    Singscore,
    /// Mean z-score × √k (Lee 2008): relative to this cohort.
    Zscore,
}

/// How much of a set is in the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The set's name.
    pub set: String,
    /// Its genes that are in the data.
    pub found: usize,
    /// Its genes.
    pub size: usize,
}

/// Scores with what they rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Samples × sets; NaN where a set has no score.
    pub values: Array2<f64>,
    /// One per set, in the sets' order.
    pub coverage: Vec<Coverage>,
}

impl Scorer {
    /// Score every sample (rows of `log_expression`, columns named by `genes`) on every set.
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when columns and `genes` differ in number, [`ReadoutError::Decomposition`]
    /// (`not_finite`) when a value is missing or infinite.
    pub fn score<T: Copy + Into<f64> + Sync>(
        self,
        log_expression: ArrayView2<T>,
        genes: &[String],
        sets: &[GeneSet],
    ) -> Result<Scored, ReadoutError> {
        ReadoutError::shape("Gene names", log_expression.ncols(), genes.len())?;
        if !log_expression.is_empty() {
            crate::baseline::check_finite(log_expression)?;
        }
        let members = locate(genes, sets);
        let values = match self {
            Self::Ssgsea => ssgsea::score(log_expression, &members),
            Self::Singscore => singscore::score(log_expression, &members),
            Self::Zscore => zscore::score(log_expression, &members),
        };
        Ok(Scored { values, coverage: coverage(&members, sets) })
    }
}

/// Indices among `genes` of each set's genes, in the set's order.
fn locate(genes: &[String], sets: &[GeneSet]) -> Vec<Vec<usize>> {
    let mut position: HashMap<&str, usize> = HashMap::with_capacity(genes.len());
    for (i, gene) in genes.iter().enumerate() {
        position.entry(gene).or_insert(i);
    }
    sets.iter()
        .map(|set| {
            let mut seen = HashSet::new();
            let found = set.genes.iter().filter_map(|gene| position.get(gene.as_str()).copied());
            found.filter(|i| seen.insert(*i)).collect()
        })
        .collect()
}

/// How much of each set is among `genes`.
pub fn coverage_of(genes: &[String], sets: &[GeneSet]) -> Vec<Coverage> {
    coverage(&locate(genes, sets), sets)
}

fn coverage(members: &[Vec<usize>], sets: &[GeneSet]) -> Vec<Coverage> {
    let counted = sets.iter().zip(members).map(|(set, found)| {
        let distinct: HashSet<&String> = set.genes.iter().collect();
        Coverage { set: set.name.clone(), found: found.len(), size: distinct.len() }
    });
    counted.collect()
}

/// Positions of one sample's values in ascending order, one entry per gene: `(first, last, within)` are the 1-based
/// bounds of the gene's group of ties and its place in that group by gene order.
#[derive(Clone, Copy, Default)]
struct Place {
    first: u32,
    last: u32,
    within: u32,
}

/// Ranks one sample after another in the same storage.
#[derive(Default)]
struct Ranking {
    keys: Vec<(u64, u32)>,
    places: Vec<Place>,
}

impl Ranking {
    fn of<T: Copy + Into<f64>>(&mut self, values: impl Iterator<Item = T>) -> &[Place] {
        self.keys.clear();
        self.keys.extend(values.zip(0..).map(|(value, gene)| (ordered_bits(value.into()), gene)));
        self.keys.sort_unstable();
        self.places.clear();
        self.places.resize(self.keys.len(), Place::default());
        let mut before = 0;
        for tied in self.keys.chunk_by(|a, b| a.0 == b.0) {
            let last = before + tied.len() as u32;
            for (&(_, gene), within) in tied.iter().zip(0..) {
                self.places[gene as usize] = Place { first: before + 1, last, within };
            }
            before = last;
        }
        &self.places
    }
}

/// Bits that sort as the number does, with −0 equal to 0.
fn ordered_bits(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use ndarray::{Axis, Slice};

    fn set(name: &str, genes: &[&str]) -> GeneSet {
        GeneSet { name: name.into(), genes: genes.iter().map(|g| (*g).into()).collect() }
    }

    fn names(genes: &[&str]) -> Vec<String> {
        genes.iter().map(|g| (*g).into()).collect()
    }

    #[test]
    fn numbers_sort_by_their_bits() {
        let ascending = [f64::NEG_INFINITY, -3.5, -0.0, 1e-300, 2.0, f64::INFINITY];
        assert!(ascending.windows(2).all(|w| ordered_bits(w[0]) < ordered_bits(w[1])));
        assert_eq!(ordered_bits(0.0), ordered_bits(-0.0));
    }

    #[test]
    fn coverage_counts_each_gene_once() {
        let genes = names(&["A", "B", "C", "A"]);
        let found = coverage_of(&genes, &[set("S", &["A", "A", "X", "C"]), set("none", &["Y"])]);
        assert_eq!((found[0].found, found[0].size), (2, 3));
        assert_eq!((found[1].found, found[1].size), (0, 1));
    }

    #[test]
    fn a_set_without_genes_or_with_all_has_no_score() {
        let log = array![[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]];
        let sets = [set("none", &["X"]), set("all", &["A", "B", "C"]), set("one", &["C"])];
        for scorer in [Scorer::Ssgsea, Scorer::Singscore] {
            let scored = scorer.score(log.view(), &names(&["A", "B", "C"]), &sets).unwrap();
            assert!(scored.values.slice_axis(Axis(1), Slice::from(..2)).iter().all(|v| v.is_nan()));
            assert!(scored.values[[0, 2]] > scored.values[[1, 2]]);
        }
    }

    #[test]
    fn a_missing_value_and_missing_names_are_refused() {
        let log = array![[1.0, f64::NAN]];
        let code = |genes: &[&str]| Scorer::Ssgsea.score(log.view(), &names(genes), &[]).unwrap_err().code();
        assert_eq!(code(&["A", "B"]), "not_finite");
        assert_eq!(code(&["A"]), "shape_mismatch");
    }
}
