//! Pathway activity of raw and purified profiles side by side, and what purification changed.
//!
//! The gene universe is every measured gene that has a value in all tumours, raw and purified, or the training genes alone:
//! ranks are taken over them, on both sides alike, so raw and purified scores compare.

use super::ReadoutError;
use super::correlation::{pearson, spearman};
use super::expression::PurifiedExpression;
use super::scoring::{Coverage, Scorer, coverage_of, range_normalise};
use crate::cohort::GeneSet;
use ndarray::{Array2, Axis, Slice};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::Range;

/// Sets with fewer of their genes in the data are left out.
pub const SMALLEST_SET: usize = 5;

/// Tumours, and genes, that are scored at once: no second matrix of all is held.
const TUMOURS: usize = 64;
const GENES: usize = 4096;

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
    /// Its genes among those that scores are taken over.
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
        let Chosen { sets, left_out } = choose(genes, sets)?;
        let before = scorer.score(raw.view(), genes, &sets)?;
        let after = scorer.score(purified.view(), genes, &sets)?;
        Ok(Self::of([before.values, after.values], before.coverage, left_out, sets, scorer, purity))
    }

    /// As [`Self::compare`] over the genes of some `rows`, which [`universe`] gives, a block of tumours at a time.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub fn of_expression(
        expression: &PurifiedExpression<'_>,
        rows: &[usize],
        sets: &[GeneSet],
        scorer: Scorer,
        purity: Option<&[f64]>,
    ) -> Result<Self, ReadoutError> {
        let tumours = expression.tumours().len();
        ReadoutError::shape("Values of purity", tumours, purity.map_or(tumours, <[f64]>::len))?;
        let names = names_of(expression, rows);
        let Chosen { sets, left_out } = choose(&names, sets)?;
        let coverage = coverage_of(&names, &sets);
        let mut scores = [(); 2].map(|()| Array2::<f64>::zeros((tumours, sets.len())));
        let mut put = |rows: &[usize], tumours: Range<usize>, sets: Range<usize>, chosen: &[GeneSet]| {
            let names = names_of(expression, rows);
            let values = [expression.raw_of(rows, tumours.clone()), expression.purified_of(rows, tumours.clone())];
            for (scores, values) in scores.iter_mut().zip(values) {
                let found = scorer.score(values.reversed_axes().as_standard_layout().view(), &names, chosen)?;
                let mut to = scores.slice_axis_mut(Axis(0), Slice::from(tumours.clone()));
                to.slice_axis_mut(Axis(1), Slice::from(sets.clone())).assign(&found.values);
            }
            Ok::<(), ReadoutError>(())
        };
        if scorer == Scorer::Zscore {
            // Each gene against the cohort: all tumours at once, and the genes of some sets at a time.
            for sets_of in batches(&sets) {
                let members: HashSet<&str> =
                    sets[sets_of.clone()].iter().flat_map(|set| &set.genes).map(String::as_str).collect();
                let some = rows.iter().copied().filter(|&row| members.contains(expression.names()[row].as_str()));
                put(&some.collect::<Vec<_>>(), 0..tumours, sets_of.clone(), &sets[sets_of])?;
            }
        } else {
            for first in (0..tumours).step_by(TUMOURS) {
                put(rows, first..(first + TUMOURS).min(tumours), 0..sets.len(), &sets)?;
            }
        }
        Ok(Self::of(scores, coverage, left_out, sets, scorer, purity))
    }

    fn of(
        [before, after]: [Array2<f64>; 2],
        coverage: Vec<Coverage>,
        left_out: Vec<Coverage>,
        sets: Vec<GeneSet>,
        scorer: Scorer,
        purity: Option<&[f64]>,
    ) -> Self {
        let (raw, purified) = (Activity::of(before, scorer), Activity::of(after, scorer));
        let table = compare(&raw.score, &purified.score, &coverage, purity);
        let sets = sets.into_iter().map(|set| set.name).collect();
        Self { sets, raw, purified, coverage, left_out, table }
    }
}

/// Rows of the genes that pathways are scored over: those that have a value in all tumours, raw and purified.
pub fn universe(expression: &PurifiedExpression<'_>) -> Vec<usize> {
    let whole = |row: &usize| expression.gene(*row).explained() && expression.gene(*row).complete;
    (0..expression.names().len()).filter(whole).collect()
}

/// Names of some rows.
pub fn names_of(expression: &PurifiedExpression<'_>, rows: &[usize]) -> Vec<String> {
    rows.iter().map(|&row| expression.names()[row].clone()).collect()
}

/// Sets that can be scored, and those that cannot.
struct Chosen {
    sets: Vec<GeneSet>,
    left_out: Vec<Coverage>,
}

fn choose(genes: &[String], sets: &[GeneSet]) -> Result<Chosen, ReadoutError> {
    let all = coverage_of(genes, sets).into_iter().zip(sets);
    let (kept, left_out): (Vec<_>, Vec<_>) = all.partition(|(c, _)| c.found >= SMALLEST_SET && c.found < genes.len());
    if kept.is_empty() {
        return Err(ReadoutError::NoGeneSet { sets: sets.len(), needed: SMALLEST_SET });
    }
    Ok(Chosen {
        sets: kept.into_iter().map(|(_, set)| set.clone()).collect(),
        left_out: left_out.into_iter().map(|(coverage, _)| coverage).collect(),
    })
}

/// Sets one after another, as many as name [`GENES`] genes together, and at least one.
fn batches(sets: &[GeneSet]) -> Vec<Range<usize>> {
    let mut made = Vec::new();
    let (mut first, mut genes) = (0, 0);
    for (at, set) in sets.iter().enumerate() {
        if at > first && genes + set.genes.len() > GENES {
            made.push(first..at);
            (first, genes) = (at, 0);
        }
        genes += set.genes.len();
    }
    made.push(first..sets.len());
    made
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
