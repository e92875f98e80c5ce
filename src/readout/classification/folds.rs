//! Stratified folds as scikit-learn makes them.

use super::super::ReadoutError;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The fold of every sample, classes spread evenly: scikit-learn's `StratifiedKFold`, whose shares per fold come
/// from dealing the label-sorted samples round. Within a class, order decides; with a generator, chance does.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than two folds or classes, or a class with fewer samples than folds.
pub fn stratified_folds(
    y: &[usize],
    folds: usize,
    shuffle: Option<&mut Xoshiro256PlusPlus>,
) -> Result<Vec<usize>, ReadoutError> {
    ReadoutError::at_least("Folds", 2, folds)?;
    let mut classes: Vec<usize> = Vec::new();
    for class in y {
        if !classes.contains(class) {
            classes.push(*class);
        }
    }
    ReadoutError::at_least("Classes", 2, classes.len())?;
    let mut out = vec![0; y.len()];
    let (mut dealt, mut shuffle) = (0, shuffle);
    for class in classes {
        let members: Vec<usize> = (0..y.len()).filter(|&i| y[i] == class).collect();
        ReadoutError::at_least("Samples of the smallest class", folds, members.len())?;
        let mut share = vec![0; folds];
        (dealt..dealt + members.len()).for_each(|turn| share[turn % folds] += 1);
        dealt += members.len();
        let mut assigned: Vec<usize> = share.iter().enumerate().flat_map(|(fold, count)| vec![fold; *count]).collect();
        if let Some(rng) = shuffle.as_deref_mut() {
            assigned.shuffle(rng);
        }
        members.iter().zip(assigned).for_each(|(&i, fold)| out[i] = fold);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn every_fold_has_its_share_of_every_class() {
        let y: Vec<usize> = (0..103).map(|i| usize::from(i % 5 == 0) + usize::from(i % 3 == 0)).collect();
        let fold = stratified_folds(&y, 5, Some(&mut Xoshiro256PlusPlus::seed_from_u64(1))).unwrap();
        for class in 0..3 {
            let counts: Vec<usize> =
                (0..5).map(|f| (0..103).filter(|&i| y[i] == class && fold[i] == f).count()).collect();
            let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
            assert!(most - least <= 1, "{class} {counts:?}");
        }
    }
}
