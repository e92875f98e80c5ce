//! Does a label survive contamination? Classifiers trained on biopsies as they are, tested on held-out biopsies as they
//! are, diluted with normal tissue, and from high to low purity (docs/method.md, *Readouts*).

mod fitting;
mod fold_run;
mod folds;
mod held_out;
mod label_test;
mod logistic;
mod metrics;
mod neighbours;
mod space;
mod thirds;

pub use folds::{deal_patients, patient_folds, repeat, stratified_folds};
pub use held_out::{HeldOutRun, Said};
pub use label_test::{Classifier, LabelAccuracy, LabelRun, LabelTest, Scores, Tested, likeliest};
pub use logistic::{LogisticRegression, Weighting};
pub use metrics::{auroc, auroc_one_vs_rest, balanced_accuracy, confusion, macro_f1};

use super::ReadoutError;
use super::dilution::{DILUTION, dilute};
use crate::baseline::Representation;
use ndarray::{Array2, Axis};

/// Cross-validated accuracy of `labels` (one per tumour, `None` where unknown) from the embedding, at once: training
/// folds of clean tumours, held-out ones tested clean and mixed with a random one of `normals`. Everything that is
/// learnt (means, deviations, the penalty, the classifier) is learnt in the training fold; the embedding itself may have
/// been trained on all tumours without labels. Without `purity` nothing is trained on the purest third.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than two classes or a class smaller than the folds,
/// [`ReadoutError::Shape`] when inputs are not aligned, and the fits' own.
pub fn label_accuracy(
    representation: &dyn Representation,
    tumours: &Array2<f32>,
    labels: &[Option<usize>],
    normals: &Array2<f32>,
    purity: Option<&[f64]>,
    test: &LabelTest,
) -> Result<LabelAccuracy, ReadoutError> {
    let patients: Vec<usize> = (0..labels.len()).collect();
    label_accuracy_of_patients(representation, tumours, (labels, &patients), normals, purity, test)
}

/// As [`label_accuracy`] where patients may have several tumours: beside its label, each has the number of its patient,
/// and no fold splits one.
///
/// # Errors
/// As [`label_accuracy`], a class of fewer patients than folds too.
pub fn label_accuracy_of_patients(
    representation: &dyn Representation,
    tumours: &Array2<f32>,
    (labels, patients): (&[Option<usize>], &[usize]),
    normals: &Array2<f32>,
    purity: Option<&[f64]>,
    test: &LabelTest,
) -> Result<LabelAccuracy, ReadoutError> {
    ReadoutError::shape("Genes of the normals", tumours.ncols(), normals.ncols())?;
    ReadoutError::at_least("Adjacent normals", 1, normals.nrows())?;
    let mut run = LabelRun::new(&representation.embed(tumours), labels, patients, purity, *test)?;
    loop {
        let found = run.step(&|which, rng| {
            representation.embed(&dilute(&tumours.select(Axis(0), which), normals, DILUTION, rng))
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Slice;
    use rand::{RngExt, SeedableRng, seq::SliceRandom};
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    struct Columns(std::ops::Range<usize>);
    impl Representation for Columns {
        fn name(&self) -> String {
            "columns".into()
        }
        fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
            linear.slice_axis(Axis(1), Slice::from(self.0.clone())).to_owned()
        }
        fn dim(&self) -> usize {
            self.0.len()
        }
    }

    #[test]
    fn dilution_costs_a_label_that_normals_drown() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let labels: Vec<Option<usize>> = (0..90).map(|i| (i % 10 != 9).then_some(i % 3)).collect();
        // Columns 0–2 carry the label and are absent from normals; 3–5 carry it too but normals are loud there.
        let mut noise = || -> f32 { StandardNormal.sample(&mut rng) };
        let tumours = Array2::from_shape_fn((90, 6), |(i, j)| if j % 3 == i % 3 { 9.0 } else { 1.0 } + 0.3 * noise());
        let normals = Array2::from_shape_fn((8, 6), |(_, j)| if j < 3 { 0.0 } else { 300.0 } * noise().abs());
        let run = |columns| {
            label_accuracy(&Columns(columns), &tumours, &labels, &normals, None, &LabelTest::default()).unwrap()
        };
        let (quiet, loud) = (run(0..3), run(3..6));
        assert_eq!((quiet.tested, quiet.clean[0].balanced_accuracy, quiet.clean[1].auroc), (81, 1.0, 1.0));
        assert_eq!(quiet.confusion, ndarray::arr2(&[[81, 0, 0], [0, 81, 0], [0, 0, 81]]), "27 of a class, three times");
        for by in 0..2 {
            let (clean, diluted) = (loud.clean[by].balanced_accuracy, loud.diluted[by].balanced_accuracy);
            assert!(clean > 0.95 && diluted < 0.7 && quiet.diluted[by].balanced_accuracy > diluted, "{loud:?}");
        }
        assert_eq!(quiet, run(0..3));
        assert!(quiet.high_to_low.is_err());
    }

    #[test]
    fn a_label_that_purity_hides_is_lost_from_high_to_low() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(8);
        let labels: Vec<Option<usize>> = (0..120).map(|i| Some(i % 2)).collect();
        let purity: Vec<f64> = (0..120).map(|i| 0.2 + 0.7 * f64::from(i / 2) / 60.0).collect();
        let mut tumours = Array2::zeros((120, 4));
        for (i, mut row) in tumours.rows_mut().into_iter().enumerate() {
            // The first column says it at any purity, the second only in pure tumours.
            let class = (i % 2) as f32;
            row[0] = class + 0.2 * rng.random_range(-1.0..1.0f32);
            row[1] = if purity[i] > 0.6 { class } else { 1.0 - class } + 0.2 * rng.random_range(-1.0..1.0f32);
        }
        let normals = Array2::zeros((3, 4));
        let run = |columns| {
            let test = LabelTest { repeats: 1, ..LabelTest::default() };
            label_accuracy(&Columns(columns), &tumours, &labels, &normals, Some(&purity), &test).unwrap()
        };
        let (kept, lost) = (run(0..1).high_to_low.unwrap(), run(1..2).high_to_low.unwrap());
        assert!(kept[0].balanced_accuracy > 0.95 && lost[0].balanced_accuracy < 0.2, "{kept:?} {lost:?}");
    }

    #[test]
    fn shuffled_labels_are_chance_even_with_more_features_than_samples() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(21);
        let mut labels: Vec<Option<usize>> = (0..90).map(|i| Some(i % 3)).collect();
        let tumours = Array2::from_shape_fn((90, 300), |(i, j)| {
            rng.random_range(0.0..1.0f32) + if j < 20 { (i % 3) as f32 } else { 0.0 }
        });
        labels.shuffle(&mut rng);
        let normals = Array2::from_shape_fn((6, 300), |_| rng.random_range(0.0..1.0f32));
        let purity: Vec<f64> = (0..90).map(|_| rng.random_range(0.0..1.0)).collect();
        let test = LabelTest::default();
        let found = label_accuracy(&Columns(0..300), &tumours, &labels, &normals, Some(&purity), &test).unwrap();
        for scores in found.clean.iter().chain(&found.diluted) {
            assert!((scores.balanced_accuracy - 1.0 / 3.0).abs() < 0.12, "{found:?}");
            assert!((scores.auroc - 0.5).abs() < 0.12, "{found:?}");
        }
    }

    #[cfg(feature = "threads")]
    #[test]
    fn folds_side_by_side_find_what_one_after_the_other_do_to_the_bit() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
        let labels: Vec<Option<usize>> = (0..100).map(|i| (i % 11 != 4).then_some(i % 3)).collect();
        let tumours =
            Array2::from_shape_fn((100, 120), |(i, j)| rng.random_range(0.0..1.0f32) + f32::from(u8::from(j == i % 3)));
        let normals = Array2::from_shape_fn((6, 120), |_| rng.random_range(0.0..1.0f32));
        let purity: Vec<f64> = (0..100).map(|_| rng.random_range(0.0..1.0)).collect();
        let on = |threads: usize, test: LabelTest| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| label_accuracy(&Columns(0..120), &tumours, &labels, &normals, Some(&purity), &test))
        };
        for test in [LabelTest::default(), LabelTest { repeats: 0, ..LabelTest::default() }] {
            let alone = on(1, test).expect("scores");
            assert!(alone.high_to_low.is_ok());
            (2..5).for_each(|threads| assert_eq!(on(threads, test).as_ref(), Ok(&alone), "{threads} threads"));
        }
        let too_many = LabelTest { folds: 40, ..LabelTest::default() };
        (1..4).for_each(|threads| assert_eq!(on(threads, too_many).unwrap_err().code(), "too_few"));
    }

    /// 30 patients of three regions each: what tells patients apart is loud, and a label of regions is chance.
    fn regions(seed: u64, share: impl Fn(usize) -> usize) -> (Array2<f32>, Vec<usize>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let patients: Vec<usize> = (0..90).map(share).collect();
        let mut noise = || -> f32 { StandardNormal.sample(&mut rng) };
        let own = Array2::from_shape_simple_fn((90, 12), &mut noise);
        let tumours = Array2::from_shape_fn((90, 12), |(i, j)| 3.0 * own[[patients[i], j]] + 0.3 * noise());
        (tumours, patients)
    }

    fn mean_over_shuffles(label: impl Fn(usize, &mut Xoshiro256PlusPlus) -> Vec<usize>, grouped: bool) -> [f64; 4] {
        let mut sums = [0.0; 4];
        for round in 0..8_usize {
            // Other groupings every time: threes, pairs beside singles, a few patients with many.
            let (tumours, patients) = regions(round as u64, |i| match round % 4 {
                0 | 1 => i / 3,
                2 => {
                    if i < 60 {
                        i / 2
                    } else {
                        i
                    }
                }
                _ => {
                    if i < 40 {
                        i / 8
                    } else {
                        i
                    }
                }
            });
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(100 + round as u64);
            let of_patient = label(90, &mut rng);
            let y: Vec<Option<usize>> = patients.iter().map(|&patient| Some(of_patient[patient])).collect();
            let own: Vec<usize> = (0..90).collect();
            let labels = (y.as_slice(), if grouped { patients.as_slice() } else { own.as_slice() });
            let test = LabelTest { repeats: 1, ..LabelTest::default() };
            let normals = Array2::zeros((2, 12));
            let found =
                label_accuracy_of_patients(&Columns(0..12), &tumours, labels, &normals, None, &test).expect("scores");
            let [a, b] = found.clean;
            for (sum, score) in sums.iter_mut().zip([a.balanced_accuracy, a.auroc, b.balanced_accuracy, b.auroc]) {
                *sum += score / 8.0;
            }
        }
        sums
    }

    #[test]
    fn regions_of_a_patient_tell_nothing_of_a_label_that_chance_drew() {
        let halves = |n: usize, rng: &mut Xoshiro256PlusPlus| {
            let mut of: Vec<usize> = (0..n).map(|i| i % 2).collect();
            of.shuffle(rng);
            of
        };
        let grouped = mean_over_shuffles(halves, true);
        assert!(grouped.iter().all(|score| (score - 0.5).abs() < 0.08), "chance: {grouped:?}");
        let split = mean_over_shuffles(halves, false);
        assert!(split.iter().all(|score| *score > 0.58), "folds that split patients know them again: {split:?}");
    }

    #[test]
    fn one_class_and_misaligned_labels_are_refused() {
        let tumours = Array2::ones((12, 2));
        let run = |labels: &[Option<usize>]| {
            let normals = Array2::ones((1, 2));
            label_accuracy(&Columns(0..2), &tumours, labels, &normals, None, &LabelTest::default()).unwrap_err().code()
        };
        assert_eq!(run(&[Some(0); 12]), "too_few");
        assert_eq!(run(&[None; 12]), "too_few");
        assert_eq!(run(&[Some(0); 3]), "shape_mismatch");
    }
}
