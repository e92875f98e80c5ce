//! From high to low purity: who trains and who is tested.

use std::collections::HashSet;

use super::super::ReadoutError;

/// Tumours of a class that the purest third must hold to train on it, and the least pure third to test it.
const TO_TRAIN: usize = 6;
const TO_TEST: usize = 2;

/// The purest and the least pure third, rows of the tumours with a label, and their classes numbered anew.
pub(super) struct Thirds {
    pub(super) train: Vec<usize>,
    pub(super) test: Vec<usize>,
    pub(super) class: Vec<Option<usize>>,
    pub(super) classes: usize,
}

impl Thirds {
    /// Classes that one of the thirds hardly holds are left out of both; whoever has a tumour to train with is not tested.
    pub(super) fn of(purity: &[f64], y: &[usize], patients: &[usize], classes: usize) -> Result<Self, ReadoutError> {
        let mut order: Vec<usize> = (0..y.len()).filter(|&i| purity[i].is_finite()).collect();
        order.sort_by(|&a, &b| purity[b].total_cmp(&purity[a]));
        let third = order.len() / 3;
        let train = &order[..third];
        let trained: HashSet<usize> = train.iter().map(|&i| patients[i]).collect();
        let last = order[order.len() - third..].iter().copied();
        let test: Vec<usize> = last.filter(|&i| !trained.contains(&patients[i])).collect();
        let count = |rows: &[usize], class: usize| rows.iter().filter(|&&i| y[i] == class).count();
        let kept: Vec<usize> =
            (0..classes).filter(|&class| count(train, class) >= TO_TRAIN && count(&test, class) >= TO_TEST).collect();
        let what = "Classes with six tumours in the purest third and two in the least pure";
        ReadoutError::at_least(what, 2, kept.len())?;
        let class: Vec<Option<usize>> = y.iter().map(|class| kept.iter().position(|k| k == class)).collect();
        let of_kept = |rows: &[usize]| rows.iter().copied().filter(|&i| class[i].is_some()).collect();
        Ok(Self { train: of_kept(train), test: of_kept(&test), classes: kept.len(), class })
    }

    /// Classes of these rows.
    pub(super) fn classes_of(&self, rows: &[usize]) -> Vec<usize> {
        rows.iter().filter_map(|&i| self.class[i]).collect()
    }
}
