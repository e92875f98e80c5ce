//! Stratified folds as scikit-learn makes them; where patients have several samples, none of them is split.

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

/// As [`stratified_folds`], with all samples of a patient in one fold (`patients` holds one number per sample, from 0).
/// Where every patient has one sample these are those folds, to the bit.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than two folds or classes, or a class of fewer patients than folds;
/// [`ReadoutError::Shape`] when patients and samples differ in number.
pub fn patient_folds(
    y: &[usize],
    patients: &[usize],
    folds: usize,
    shuffle: Option<&mut Xoshiro256PlusPlus>,
) -> Result<Vec<usize>, ReadoutError> {
    ReadoutError::shape("Patients", y.len(), patients.len())?;
    if !repeat(patients) {
        return stratified_folds(y, folds, shuffle);
    }
    ReadoutError::at_least("Folds", 2, folds)?;
    let mut pairs: Vec<(usize, usize)> = y.iter().copied().zip(patients.iter().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let sizes: Vec<usize> = pairs.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).collect();
    ReadoutError::at_least("Classes", 2, sizes.len())?;
    ReadoutError::at_least("Patients of the smallest class", folds, sizes.into_iter().min().unwrap_or(0))?;
    let label: Vec<Option<usize>> = y.iter().map(|class| Some(*class)).collect();
    Ok(deal_patients(&[label], patients, folds, shuffle))
}

/// Whether a patient has several samples.
pub fn repeat(patients: &[usize]) -> bool {
    let mut seen = std::collections::HashSet::with_capacity(patients.len());
    !patients.iter().all(|patient| seen.insert(patient))
}

/// Folds of whole patients: those with the most samples first, each to the fold that holds least of its classes by each
/// of the `labels` (one entry per sample, `None` where unknown), then to the smallest. With a generator, chance orders
/// patients of as many samples.
pub fn deal_patients(
    labels: &[Vec<Option<usize>>],
    patients: &[usize],
    folds: usize,
    shuffle: Option<&mut Xoshiro256PlusPlus>,
) -> Vec<usize> {
    let mut place = std::collections::HashMap::new();
    let mut samples: Vec<Vec<usize>> = Vec::new();
    for (sample, patient) in patients.iter().enumerate() {
        let at = *place.entry(*patient).or_insert_with(|| {
            samples.push(Vec::new());
            samples.len() - 1
        });
        samples[at].push(sample);
    }
    if let Some(rng) = shuffle {
        samples.shuffle(rng);
    }
    samples.sort_by_key(|own| std::cmp::Reverse(own.len()));
    let classes = |label: &Vec<Option<usize>>| label.iter().flatten().max().map_or(0, |most| most + 1);
    let total: Vec<Vec<f64>> = labels
        .iter()
        .map(|label| {
            let mut total = vec![0.0; classes(label)];
            label.iter().flatten().for_each(|&class| total[class] += 1.0);
            total
        })
        .collect();
    let mut held: Vec<Vec<Vec<f64>>> = vec![total.iter().map(|of| vec![0.0; of.len()]).collect(); folds];
    let (mut sizes, mut out) = (vec![0_usize; folds], vec![0; patients.len()]);
    for own in samples {
        let known = || own.iter().flat_map(|&i| labels.iter().enumerate().filter_map(move |(l, of)| Some((l, of[i]?))));
        // What the sum of squared shares grows by, up to what is the same for every fold.
        let grows = |fold: usize| known().map(|(l, class)| held[fold][l][class] / total[l][class].powi(2)).sum::<f64>();
        let to = (0..folds).min_by(|&a, &b| grows(a).total_cmp(&grows(b)).then(sizes[a].cmp(&sizes[b]))).unwrap_or(0);
        known().for_each(|(l, class)| held[to][l][class] += 1.0);
        sizes[to] += own.len();
        own.iter().for_each(|&i| out[i] = to);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

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

    /// Patients of one to four samples, and the class of each sample.
    fn grouped(seed: u64, of_patient: bool) -> (Vec<usize>, Vec<usize>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (mut patients, mut y) = (Vec::new(), Vec::new());
        for patient in 0..60 {
            let class = rng.random_range(0..3_usize);
            for _ in 0..rng.random_range(1..5_usize) {
                patients.push(patient);
                y.push(if of_patient { class } else { rng.random_range(0..3_usize) });
            }
        }
        (patients, y)
    }

    #[test]
    fn no_patient_is_split_and_every_fold_has_about_its_share() {
        for (seed, of_patient) in (0..20).flat_map(|seed| [(seed, false), (seed, true)]) {
            let (patients, y) = grouped(seed, of_patient);
            let make = || patient_folds(&y, &patients, 5, Some(&mut Xoshiro256PlusPlus::seed_from_u64(seed))).unwrap();
            let fold = make();
            assert_eq!(fold, make());
            let whole = |i: usize| (0..y.len()).filter(|&j| patients[j] == patients[i]).all(|j| fold[j] == fold[i]);
            assert!((0..y.len()).all(whole), "{seed}");
            for class in 0..3 {
                let counts: Vec<usize> =
                    (0..5).map(|f| (0..y.len()).filter(|&i| y[i] == class && fold[i] == f).count()).collect();
                let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
                assert!(*least > 0 && most - least <= 5, "{seed}, {of_patient}, {class}: {counts:?}");
            }
        }
    }

    #[test]
    fn one_sample_a_patient_changes_no_fold_and_few_patients_are_refused() {
        let y: Vec<usize> = (0..77).map(|i| i % 3).collect();
        let own: Vec<usize> = (0..77).rev().collect();
        let rng = || Xoshiro256PlusPlus::seed_from_u64(4);
        assert_eq!(patient_folds(&y, &own, 5, Some(&mut rng())), stratified_folds(&y, 5, Some(&mut rng())));
        let few: Vec<usize> = (0..77).map(|i| if y[i] == 0 { i % 4 } else { 100 + i }).collect();
        assert_eq!(patient_folds(&y, &few, 5, None).unwrap_err().code(), "too_few");
        assert_eq!(patient_folds(&y, &few[1..], 5, None).unwrap_err().code(), "shape_mismatch");
    }
}
