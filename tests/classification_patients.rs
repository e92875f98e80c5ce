//! Whatever the grouping of samples into patients: labels that chance drew are classified as chance does.

use ndarray::{Array2, Axis, Slice};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use twinpurify::baseline::Representation;
use twinpurify::readout::classification::{LabelTest, label_accuracy_of_patients};

/// Features of each patient's own.
const WIDTH: usize = 6;
/// Times the labels are drawn: the mean of so many is near chance.
const DRAWS: u64 = 12;

struct Itself;

impl Representation for Itself {
    fn name(&self) -> String {
        "itself".into()
    }
    fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
        linear.slice_axis(Axis(1), Slice::from(..WIDTH)).to_owned()
    }
    fn dim(&self) -> usize {
        WIDTH
    }
}

/// Samples that are near-copies of their patient.
fn near_copies(patients: &[usize], rng: &mut Xoshiro256PlusPlus) -> Array2<f32> {
    let mut noise = || -> f32 { StandardNormal.sample(rng) };
    let own = Array2::from_shape_simple_fn((patients.len(), WIDTH), &mut noise);
    Array2::from_shape_fn((patients.len(), WIDTH), |(i, j)| 3.0 * own[[patients[i], j]] + 0.1 * noise())
}

/// Classes as many as equal, shuffled.
fn drawn(count: usize, classes: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<usize> {
    let mut labels: Vec<usize> = (0..count).map(|i| i % classes).collect();
    labels.shuffle(rng);
    labels
}

/// Balanced accuracy by logistic regression and by neighbours, each on samples as they are and diluted: means over drawn
/// labels, which all samples of a patient share or do not. Where `grouped` the folds know the patients.
fn accuracy(patients: &[usize], classes: usize, of_patient: bool, grouped: bool, seed: u64) -> [f64; 4] {
    let mut sums = [0.0; 4];
    for draw in 0..DRAWS {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ draw << 32);
        let samples = near_copies(patients, &mut rng);
        let labels: Vec<Option<usize>> = if of_patient {
            let own = drawn(1 + patients.iter().max().copied().unwrap_or(0), classes, &mut rng);
            patients.iter().map(|&patient| Some(own[patient])).collect()
        } else {
            drawn(patients.len(), classes, &mut rng).into_iter().map(Some).collect()
        };
        let alone: Vec<usize> = (0..patients.len()).collect();
        let folds_by = if grouped { patients } else { alone.as_slice() };
        let test = LabelTest { repeats: 1, seed: rng.random(), ..LabelTest::default() };
        let normals = Array2::zeros((1, WIDTH));
        let found = label_accuracy_of_patients(&Itself, &samples, (&labels, folds_by), &normals, None, &test)
            .expect("every class has patients enough");
        let scores = found.clean.iter().chain(&found.diluted);
        sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score.balanced_accuracy / DRAWS as f64);
    }
    sums
}

/// The patient of each sample, from the number of samples of each.
fn patients(sizes: &[usize], shuffle: u64) -> Vec<usize> {
    let mut of: Vec<usize> = sizes.iter().enumerate().flat_map(|(patient, size)| vec![patient; *size]).collect();
    of.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(shuffle));
    of
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        rng_seed: RngSeed::Fixed(11),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn labels_that_chance_drew_are_chance_with_any_patients(
        sizes in prop::collection::vec(1..=6_usize, 25..50),
        classes in 2..=4_usize,
        of_patient in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let patients = patients(&sizes, seed);
        let chance = 1.0 / classes as f64;
        let found = accuracy(&patients, classes, of_patient, true, seed);
        prop_assert!(found.iter().all(|score| (score - chance).abs() < 0.1), "{chance}: {found:?}");
        if of_patient && patients.len() > 2 * sizes.len() {
            let split = accuracy(&patients, classes, of_patient, false, seed);
            let known_again = split.iter().sum::<f64>() / 4.0 - chance;
            prop_assert!(known_again > 0.1, "folds that split patients know them again: {chance}, {split:?}");
        }
    }
}
