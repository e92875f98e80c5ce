//! Does a label survive contamination? Logistic regression trained on biopsies as they are, tested on held-out
//! biopsies as they are and diluted with normal tissue (METHOD.md 5 and 7).

mod folds;
mod logistic;
mod metrics;

pub use folds::stratified_folds;
pub use logistic::{LogisticRegression, Weighting};
pub use metrics::{balanced_accuracy, macro_f1};

use super::ReadoutError;
use super::dilution::{DILUTION, dilute};
use crate::baseline::Representation;
use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// How the label test is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelTest {
    /// Stratified folds.
    pub folds: usize,
    /// Inverse penalty of the logistic regression.
    pub c: f64,
    /// Seed of folds and dilution.
    pub seed: u64,
}

impl Default for LabelTest {
    fn default() -> Self {
        Self { folds: 5, c: 0.1, seed: 0 }
    }
}

/// Out-of-fold accuracy on samples as they are and diluted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelAccuracy {
    /// Tumours with a label.
    pub tested: usize,
    /// Balanced accuracy on clean samples.
    pub clean: f64,
    /// Macro-F1 on clean samples.
    pub clean_f1: f64,
    /// Balanced accuracy on samples diluted with 30–80 % normal tissue.
    pub diluted: f64,
    /// Macro-F1 on diluted samples.
    pub diluted_f1: f64,
}

/// Cross-validated accuracy of `labels` (one per tumour, `None` where unknown) from the embedding. The model is
/// trained on clean samples of the other folds, with features standardised there and classes weighted alike; each
/// held-out tumour is tested clean and mixed with a random one of `normals`.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than two classes or a class smaller than the folds,
/// [`ReadoutError::Shape`] when inputs are not aligned, and the fit's own.
pub fn label_accuracy(
    representation: &dyn Representation,
    tumours: &Array2<f32>,
    labels: &[Option<usize>],
    normals: &Array2<f32>,
    test: &LabelTest,
) -> Result<LabelAccuracy, ReadoutError> {
    ReadoutError::shape("Labels", tumours.nrows(), labels.len())?;
    ReadoutError::shape("Genes of the normals", tumours.ncols(), normals.ncols())?;
    ReadoutError::at_least("Adjacent normals", 1, normals.nrows())?;
    let (known, y): (Vec<usize>, Vec<usize>) = labels.iter().enumerate().filter_map(|(i, l)| Some((i, (*l)?))).unzip();
    let tumours = tumours.select(Axis(0), &known);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(test.seed);
    let fold = stratified_folds(&y, test.folds, Some(&mut rng))?;
    let diluted = representation.embed(&dilute(&tumours, normals, DILUTION, &mut rng));
    let clean = representation.embed(&tumours);
    let (mut said, mut said_diluted) = (vec![0; y.len()], vec![0; y.len()]);
    for held_out in 0..test.folds {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..y.len()).partition(|&i| fold[i] == held_out);
        let train: Vec<usize> = outside.iter().map(|&i| y[i]).collect();
        let model =
            LogisticRegression::fit(clean.select(Axis(0), &outside).view(), &train, test.c, Weighting::Balanced)?;
        let clean = model.predict(clean.select(Axis(0), &inside).view());
        let diluted = model.predict(diluted.select(Axis(0), &inside).view());
        for ((&i, clean), diluted) in inside.iter().zip(clean).zip(diluted) {
            (said[i], said_diluted[i]) = (clean, diluted);
        }
    }
    Ok(LabelAccuracy {
        tested: y.len(),
        clean: balanced_accuracy(&y, &said),
        clean_f1: macro_f1(&y, &said),
        diluted: balanced_accuracy(&y, &said_diluted),
        diluted_f1: macro_f1(&y, &said_diluted),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Slice;
    use rand_distr::{Distribution, StandardNormal};

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
        let run =
            |columns| label_accuracy(&Columns(columns), &tumours, &labels, &normals, &LabelTest::default()).unwrap();
        let (quiet, loud) = (run(0..3), run(3..6));
        assert_eq!((quiet.tested, quiet.clean), (81, 1.0));
        assert!(loud.clean > 0.95 && loud.diluted < 0.7 && quiet.diluted > loud.diluted, "{quiet:?} {loud:?}");
        assert_eq!(quiet, run(0..3));
    }

    #[test]
    fn one_class_and_misaligned_labels_are_refused() {
        let tumours = Array2::ones((12, 2));
        let run = |labels: &[Option<usize>]| {
            label_accuracy(&Columns(0..2), &tumours, labels, &Array2::ones((1, 2)), &LabelTest::default())
                .unwrap_err()
                .code()
        };
        assert_eq!(run(&[Some(0); 12]), "too_few");
        assert_eq!(run(&[None; 12]), "too_few");
        assert_eq!(run(&[Some(0); 3]), "shape_mismatch");
    }
}
