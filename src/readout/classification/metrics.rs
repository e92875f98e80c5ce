//! Accuracy where classes differ in size.

use std::collections::BTreeSet;

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

fn count(truth: &[usize], said: &[usize], which: impl Fn(usize, usize) -> bool) -> f64 {
    truth.iter().zip(said).filter(|(t, s)| which(**t, **s)).count() as f64
}
