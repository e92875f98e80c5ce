//! Pathway activity of raw and purified profiles side by side, and what purification changed.
//!
//! The gene universe is the training genes: ranks are taken over them, on both sides alike, so raw and purified
//! scores compare, while neither equals a score over the whole transcriptome.

use super::ReadoutError;
use super::correlation::{pearson, spearman};
use super::scoring::{Coverage, Scorer, coverage_of, range_normalise};
use crate::cohort::GeneSet;
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

/// Sets with fewer of their genes in the data are left out.
pub const SMALLEST_SET: usize = 5;

/// One side's scores; every matrix is samples × sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// The score itself (ssGSEA: not normalised).
    pub score: Array2<f64>,
    /// For export: ssGSEA over the range of all scores ("GSVA-compatible"); equal to `score` for the other scorers.
    pub normalised: Array2<f64>,
    /// What is shown: each set's score as a z over the cohort (n − 1); zero for a set that is constant.
    pub z: Array2<f32>,
}

/// What purification did to one set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PathwayChange {
    /// The set's name.
    pub set: String,
    /// Its genes among the training genes.
    pub found: usize,
    /// Its genes.
    pub size: usize,
    /// 1 − Spearman's ρ between raw and purified scores: 0 when purification left the order of the samples alone,
    /// 1 when nothing of it remains, 2 when it is reversed. 1 when either side is constant.
    pub change: f64,
    /// Pearson's correlation between raw and purified scores.
    pub correlation: Option<f64>,
    /// Spearman's ρ of the raw score with purity, when a purity is given.
    pub raw_purity: Option<f64>,
    /// Spearman's ρ of the purified score with purity, when a purity is given.
    pub purified_purity: Option<f64>,
}

/// Raw and purified scores of one cohort, sets in the order given.
#[derive(Clone, Debug, PartialEq)]
pub struct Pathways {
    /// Names of the sets scored.
    pub sets: Vec<String>,
    /// Scores of the raw profiles.
    pub raw: Activity,
    /// Scores of the purified profiles.
    pub purified: Activity,
    /// One per set scored.
    pub coverage: Vec<Coverage>,
    /// Sets with fewer than [`SMALLEST_SET`] genes in the data, named so that nobody looks for them.
    pub left_out: Vec<Coverage>,
    /// One row per set, most changed first, ties by name.
    pub table: Vec<PathwayChange>,
}

/// Two aligned profiles of the same samples, both on the log scale, samples × genes.
#[derive(Clone, Copy, Debug)]
pub struct Profiles<'a> {
    /// `ℓ(X)`.
    pub raw: &'a Array2<f32>,
    /// The decoder's or the ridge's profile, back on the log scale.
    pub purified: &'a Array2<f32>,
    /// Names of the columns of both.
    pub genes: &'a [String],
}

impl Pathways {
    /// Score both profiles on `sets`; `purity` has one value per sample, NaN where unknown.
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when inputs are not aligned, [`ReadoutError::NoGeneSet`] when no set has
    /// [`SMALLEST_SET`] genes in the data, [`ReadoutError::Decomposition`] when a value is not finite.
    pub fn compare(
        profiles: Profiles<'_>,
        sets: &[GeneSet],
        scorer: Scorer,
        purity: Option<&[f64]>,
    ) -> Result<Self, ReadoutError> {
        let Profiles { raw, purified, genes } = profiles;
        ReadoutError::shape("Samples of the purified profile", raw.nrows(), purified.nrows())?;
        ReadoutError::shape("Genes of the purified profile", raw.ncols(), purified.ncols())?;
        ReadoutError::shape("Values of purity", raw.nrows(), purity.map_or(raw.nrows(), <[f64]>::len))?;
        let all = coverage_of(genes, sets).into_iter().zip(sets);
        let (kept, left_out): (Vec<_>, Vec<_>) =
            all.partition(|(c, _)| c.found >= SMALLEST_SET && c.found < genes.len());
        if kept.is_empty() {
            return Err(ReadoutError::NoGeneSet { sets: sets.len(), needed: SMALLEST_SET });
        }
        let chosen: Vec<GeneSet> = kept.into_iter().map(|(_, set)| set.clone()).collect();
        let (before, after) =
            (scorer.score(raw.view(), genes, &chosen)?, scorer.score(purified.view(), genes, &chosen)?);
        let (raw, purified) = (Activity::of(before.values, scorer), Activity::of(after.values, scorer));
        let table = compare(&raw.score, &purified.score, &before.coverage, purity);
        let sets = chosen.into_iter().map(|set| set.name).collect();
        let left_out = left_out.into_iter().map(|(coverage, _)| coverage).collect();
        Ok(Self { sets, raw, purified, coverage: before.coverage, left_out, table })
    }
}

impl Activity {
    fn of(score: Array2<f64>, scorer: Scorer) -> Self {
        let normalised = if scorer == Scorer::Ssgsea { range_normalise(&score) } else { score.clone() };
        Self { z: standardise(&score), normalised, score }
    }
}

fn standardise(score: &Array2<f64>) -> Array2<f32> {
    let n = score.nrows() as f64;
    let mut z = score.clone();
    for mut set in z.axis_iter_mut(Axis(1)) {
        let mean = set.sum() / n;
        set -= mean;
        let deviation = (set.dot(&set) / (n - 1.0)).sqrt();
        set.mapv_inplace(|v| if deviation > 1e-12 { v / deviation } else { 0.0 });
    }
    z.mapv(|v| v as f32)
}

fn compare(
    raw: &Array2<f64>,
    purified: &Array2<f64>,
    coverage: &[Coverage],
    purity: Option<&[f64]>,
) -> Vec<PathwayChange> {
    let columns = raw.columns().into_iter().zip(purified.columns());
    let mut table: Vec<PathwayChange> = columns
        .zip(coverage)
        .map(|((before, after), coverage)| {
            let (before, after) = (before.to_vec(), after.to_vec());
            PathwayChange {
                set: coverage.set.clone(),
                found: coverage.found,
                size: coverage.size,
                change: 1.0 - spearman(&before, &after).unwrap_or(0.0),
                correlation: pearson(&before, &after),
                raw_purity: purity.and_then(|p| spearman(&before, p)),
                purified_purity: purity.and_then(|p| spearman(&after, p)),
            }
        })
        .collect();
    table.sort_by(|a, b| b.change.total_cmp(&a.change).then_with(|| a.set.cmp(&b.set)));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Slice;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn cohort() -> (Array2<f32>, Vec<String>, Vec<GeneSet>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let log =
            Array2::from_shape_simple_fn((25, 60), || 5.0 + Distribution::<f32>::sample(&StandardNormal, &mut rng));
        let genes: Vec<String> = (0..60).map(|i| format!("G{i}")).collect();
        let set =
            |name: &str, range: std::ops::Range<usize>| GeneSet { name: name.into(), genes: genes[range].to_vec() };
        let sets = vec![set("kept", 0..10), set("reversed", 20..32), set("tiny", 50..54)];
        (log, genes, sets)
    }

    #[test]
    fn the_set_that_purification_changed_comes_first() {
        let (raw, genes, sets) = cohort();
        let mut purified = raw.clone();
        for mut row in purified.rows_mut() {
            for gene in 20..32 {
                row[gene] = 10.0 - row[gene];
            }
        }
        let purity: Vec<f64> =
            raw.rows().into_iter().map(|r| -f64::from(r.slice_axis(Axis(0), Slice::from(20..32)).sum())).collect();
        for scorer in [Scorer::Ssgsea, Scorer::Singscore, Scorer::Zscore] {
            let profiles = Profiles { raw: &raw, purified: &purified, genes: &genes };
            let found = Pathways::compare(profiles, &sets, scorer, Some(&purity)).unwrap();
            assert_eq!(found.sets, ["kept", "reversed"]);
            assert_eq!(found.left_out, [Coverage { set: "tiny".into(), found: 4, size: 4 }]);
            let (first, last) = (&found.table[0], &found.table[1]);
            assert_eq!(first.set, "reversed");
            assert!(first.change > 1.5 && last.change < 0.5, "{scorer:?} {first:?} {last:?}");
            let (raw, purified) = (first.raw_purity.unwrap(), first.purified_purity.unwrap());
            assert!(raw < -0.6 && purified > 0.6, "{scorer:?} {raw} {purified}");
            for set in found.raw.z.columns() {
                assert!(set.sum().abs() < 1e-4 && (set.dot(&set) - 24.0).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn unchanged_profiles_change_nothing() {
        let (raw, genes, sets) = cohort();
        let same = Profiles { raw: &raw, purified: &raw, genes: &genes };
        let found = Pathways::compare(same, &sets, Scorer::Ssgsea, None).unwrap();
        assert!(found.table.iter().all(|row| row.change.abs() < 1e-12 && row.raw_purity.is_none()));
        let range =
            |m: &Array2<f64>| m.iter().copied().fold(f64::MIN, f64::max) - m.iter().copied().fold(f64::MAX, f64::min);
        assert!((range(&found.raw.normalised) - 1.0).abs() < 1e-12);
        assert_eq!(found.raw, found.purified);
    }

    #[test]
    fn sets_named_by_other_ids_are_refused_with_the_reason() {
        let (raw, genes, _) = cohort();
        let foreign = [GeneSet { name: "entrez".into(), genes: (0..30).map(|i| i.to_string()).collect() }];
        let profiles = Profiles { raw: &raw, purified: &raw, genes: &genes };
        let error = Pathways::compare(profiles, &foreign, Scorer::Ssgsea, None).unwrap_err();
        assert_eq!(error, ReadoutError::NoGeneSet { sets: 1, needed: 5 });
        let short = Pathways::compare(profiles, &foreign, Scorer::Ssgsea, Some(&[0.5])).unwrap_err();
        assert_eq!(short.code(), "shape_mismatch");
    }
}
