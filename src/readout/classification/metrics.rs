//! Accuracy where classes differ in size.

use std::collections::BTreeSet;

use super::super::correlation::average_ranks;
use ndarray::Array2;

/// Mean recall over the classes present in `truth` (scikit-learn's `balanced_accuracy_score`); 0 without samples.
pub fn balanced_accuracy(truth: &[usize], said: &[usize]) -> f64 {
    let present: BTreeSet<usize> = truth.iter().copied().collect();
    let recall = present.iter().map(|class| {
        let (right, all) =
            (count(truth, said, |t, s| t == *class && s == *class), count(truth, said, |t, _| t == *class));
        right / all
    });
    recall.sum::<f64>() / present.len().max(1) as f64
}

/// Unweighted mean over classes, said or true, of `2TP / (2TP + FP + FN)` (scikit-learn's `f1_score`, macro).
pub fn macro_f1(truth: &[usize], said: &[usize]) -> f64 {
    let classes: BTreeSet<usize> = truth.iter().chain(said).copied().collect();
    let f1 = classes.iter().map(|class| {
        let both = count(truth, said, |t, s| t == *class && s == *class);
        let either = count(truth, said, |t, s| (t == *class) != (s == *class));
        2.0 * both / (2.0 * both + either)
    });
    f1.sum::<f64>() / classes.len().max(1) as f64
}

/// Area under the ROC curve: how often a positive scores above a negative, ties half (scikit-learn's
/// `roc_auc_score`). `None` where either kind is missing.
pub fn auroc(positive: &[bool], score: &[f64]) -> Option<f64> {
    let up = positive.iter().filter(|p| **p).count() as f64;
    let down = positive.len() as f64 - up;
    let ranks = average_ranks(score);
    let sum: f64 = positive.iter().zip(&ranks).filter(|(p, _)| **p).map(|(_, rank)| rank).sum();
    (up > 0.0 && down > 0.0).then(|| (sum - up * (up + 1.0) / 2.0) / (up * down))
}

/// One class against the rest, unweighted mean over the classes that some sample has and some has not.
/// `probabilities` is samples × classes, `truth` the column of each sample. `None` with fewer than two classes.
pub fn auroc_one_vs_rest(truth: &[usize], probabilities: &Array2<f64>) -> Option<f64> {
    let areas: Vec<f64> = probabilities
        .columns()
        .into_iter()
        .enumerate()
        .filter_map(|(class, column)| {
            let positive: Vec<bool> = truth.iter().map(|t| *t == class).collect();
            auroc(&positive, &column.to_vec())
        })
        .collect();
    (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
}

/// How often each true class (row) was said to be which (column).
pub fn confusion(truth: &[usize], said: &[usize], classes: usize) -> Array2<usize> {
    let mut counts = Array2::zeros((classes, classes));
    truth.iter().zip(said).for_each(|(t, s)| counts[[*t, *s]] += 1);
    counts
}

fn count(truth: &[usize], said: &[usize], which: impl Fn(usize, usize) -> bool) -> f64 {
    truth.iter().zip(said).filter(|(t, s)| which(**t, **s)).count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_needs_both_kinds_and_ties_count_half() {
        assert_eq!(auroc(&[true, false], &[0.3, 0.3]), Some(0.5));
        assert_eq!(auroc(&[true, true], &[0.1, 0.2]), None);
        assert_eq!(auroc_one_vs_rest(&[0, 0], &Array2::ones((2, 2))), None);
        assert_eq!(confusion(&[0, 1, 1], &[0, 0, 1], 2), ndarray::array![[1, 0], [1, 1]]);
    }
}
