//! A stromal and an immune score, in the manner of ESTIMATE (Yoshihara et al. 2013) with gene lists of our own: how much
//! of what is in a biopsy beside tumour cells is connective tissue, and how much immune cells.
//!
//! The score is the mean of the markers' standardised log expression over the cohort's tumours: comparable between
//! tumours of one cohort, and no fraction of anything. `scripts/make_markers.py` makes the lists again and names their
//! sources.

use std::collections::HashSet;

use super::ReadoutError;
use super::scoring::{Coverage, Scorer};
use crate::cohort::{Cohort, GeneMap, GeneSet};
use crate::training_set::tumour_profiles;
use ndarray::{Array2, Axis};

/// With fewer markers in the data a score is one gene's noise.
pub const FEWEST_MARKERS: usize = 5;

/// The stromal and the immune markers.
pub fn marker_sets() -> Vec<GeneSet> {
    let line = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        GeneSet { name: fields.next().unwrap_or_default(), genes: fields.skip(1).collect() }
    };
    include_str!("markers.gmt").lines().map(line).collect()
}

/// One score.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkerScore {
    /// Mean z of the markers, one per tumour; none where fewer than [`FEWEST_MARKERS`] are in the data.
    pub values: Option<Vec<f64>>,
    /// How many markers are.
    pub coverage: Coverage,
}

/// Score every tumour (rows of `log`, columns named by `genes`) on each of `sets`.
///
/// # Errors
/// As [`Scorer::score`].
pub fn marker_scores(log: &Array2<f32>, genes: &[String], sets: &[GeneSet]) -> Result<Vec<MarkerScore>, ReadoutError> {
    let scored = Scorer::Zscore.score(log.view(), genes, sets)?;
    let columns = scored.values.axis_iter(Axis(1)).zip(scored.coverage);
    let score = |(column, coverage): (ndarray::ArrayView1<f64>, Coverage)| {
        // The combined z-score is the sum over √k.
        let scale = (coverage.found.max(1) as f64).sqrt();
        let known = coverage.found >= FEWEST_MARKERS && column.iter().all(|v| v.is_finite());
        MarkerScore { values: known.then(|| column.iter().map(|v| v / scale).collect()), coverage }
    };
    Ok(columns.map(score).collect())
}

/// The stromal and the immune score of a cohort's tumours, in file order, or the sentence that says why there is none.
/// Markers are looked for among all genes of the matrix, not only those trained on, and by the names that `map` gave them.
pub fn tumour_scores(cohort: &Cohort, map: Option<&GeneMap>) -> [Result<Vec<f64>, String>; 2] {
    let sets = marker_sets();
    let sets = map.map(|map| map.named_sets(&sets, &cohort.matrix.genes)).unwrap_or(sets);
    let wanted: HashSet<&str> = sets.iter().flat_map(|set| &set.genes).map(String::as_str).collect();
    let found = tumour_profiles(cohort, |gene| wanted.contains(gene))
        .map_err(|error| error.to_string())
        .and_then(|(log, genes)| marker_scores(&log, &genes, &sets).map_err(|error| error.to_string()));
    let of = |at: usize| {
        let score = found.as_ref().map_err(String::clone)?.get(at).ok_or("There are no such markers.")?;
        let Coverage { found, size, .. } = score.coverage;
        let few = || format!("Only {found} of {size} marker genes are measured in this cohort.");
        score.values.clone().ok_or_else(few)
    };
    [of(0), of(1)]
}

/// The stand-in for a tumour's purity, higher where it is purer: minus the sum of the stromal and the immune score, each at
/// unit deviation over the tumours, in the manner of ESTIMATE (Yoshihara et al. 2013). Where only one is known it stands
/// alone; none where neither is, or nothing varies.
pub fn purity_stand_in([stromal, immune]: [Option<&[f64]>; 2]) -> Option<Vec<f64>> {
    let known: Vec<(&[f64], f64)> = [stromal, immune]
        .into_iter()
        .flatten()
        .filter_map(|score| {
            let n = score.len() as f64;
            let mean = score.iter().sum::<f64>() / n;
            let deviation = (score.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            (deviation > 1e-9).then_some((score, deviation))
        })
        .collect();
    let n = known.first()?.0.len();
    Some((0..n).map(|i| -known.iter().map(|(score, deviation)| score[i] / deviation).sum::<f64>()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::simulated::{SimulationSettings, simulate};

    #[test]
    fn markers_are_two_lists_of_symbols() {
        let sets = marker_sets();
        let sizes: Vec<(&str, usize)> = sets.iter().map(|set| (set.name.as_str(), set.genes.len())).collect();
        assert_eq!(sizes, [("stromal score", 18), ("immune score", 174)]);
        // Fibronectin stands in both lists as they were published.
        let shared: Vec<&String> = sets[0].genes.iter().filter(|gene| sets[1].genes.contains(gene)).collect();
        assert_eq!(shared, ["FN1"]);
    }

    #[test]
    fn the_stand_in_weighs_both_scores_alike_and_does_with_one() {
        let (stromal, immune) = ([1.0, 2.0, 3.0], [30.0, 10.0, 20.0]);
        let both = purity_stand_in([Some(&stromal), Some(&immune)]).unwrap();
        let deviation = (2.0_f64 / 3.0).sqrt();
        let expected: Vec<f64> = (0..3).map(|i| -(stromal[i] / deviation + immune[i] / (10.0 * deviation))).collect();
        assert!(both.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12));
        let alone = purity_stand_in([None, Some(&immune)]).unwrap();
        assert_eq!(
            alone,
            purity_stand_in([Some(&[5.0; 3]), Some(&immune)]).unwrap(),
            "a score that does not vary has no say"
        );
        assert!(alone[1] > alone[2] && alone[2] > alone[0]);
        assert_eq!(purity_stand_in([None, None]), None);
    }

    #[test]
    fn a_score_is_the_mean_z_and_too_few_markers_give_none() {
        let sets = marker_sets();
        let genes: Vec<String> = sets[0].genes.iter().take(6).chain(sets[1].genes.iter().take(4)).cloned().collect();
        let log = Array2::from_shape_fn((9, 10), |(i, g)| i as f32 + if g % 2 == 0 { 3.0 } else { 0.0 });
        let scores = marker_scores(&log, &genes, &sets).expect("scores");
        let values = scores[0].values.as_ref().expect("six markers");
        let deviation = (60.0f64 / 8.0).sqrt();
        values.iter().enumerate().for_each(|(i, v)| assert!((v - (i as f64 - 4.0) / deviation).abs() < 1e-6));
        assert_eq!((scores[1].values.is_none(), scores[1].coverage.found), (true, 4));
    }

    /// Some markers were published under names that are no longer theirs; a cohort of Ensembl ids, named by the map, has the
    /// new ones.
    #[test]
    fn a_renamed_cohort_is_scored_by_the_markers_new_names() {
        let map = GeneMap::read(include_bytes!("../../www/gene_map.tsv.gz")).expect("the map");
        let sets = marker_sets();
        let is_marker = |gene: &String| sets.iter().any(|set| set.genes.contains(gene));
        let immune = &sets[1].genes;
        let renamed: Vec<String> =
            immune.iter().filter_map(|gene| map.symbol_of_older_name(gene)).map(str::to_owned).collect();
        assert!(renamed.len() >= 5, "{renamed:?}");
        let settings = SimulationSettings { tumours: 20, normals: 4, ..SimulationSettings::tiny(3) };
        let mut cohort = simulate(&settings).expect("a cohort").cohort;
        let others: Vec<String> = cohort.matrix.genes.iter().filter(|gene| !is_marker(gene)).cloned().collect();
        let spare = (0..cohort.matrix.genes.len()).map(|at| format!("X{at}"));
        let rows: Vec<String> = renamed.iter().chain(&sets[0].genes).cloned().chain(others).chain(spare).collect();
        cohort.matrix.genes.iter_mut().zip(rows).for_each(|(name, gene)| *name = gene);
        let [stromal, immune] = tumour_scores(&cohort, Some(&map));
        assert_eq!((stromal.expect("stromal").len(), immune.expect("six immune markers").len()), (20, 20));
        let found = tumour_scores(&cohort, None)[1].clone().expect_err("old names find too few");
        assert!(found.contains("marker genes are measured"), "{found}");
    }
}
