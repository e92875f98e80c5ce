use ndarray::{Array2, Axis};
use serde::Deserialize;

use super::MixedRidge;

#[derive(Deserialize)]
struct Case {
    width: usize,
    order: Vec<usize>,
    mixed: Vec<Vec<f32>>,
    clean: Vec<Vec<f32>>,
    y: Vec<Vec<f64>>,
    penalties: Vec<f64>,
    predicted: Vec<Vec<f64>>,
    r2: Vec<f64>,
}

fn matrix<T: Copy>(rows: &[Vec<T>]) -> Array2<T> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn near(found: impl Iterator<Item = f64>, expected: impl Iterator<Item = f64>, what: &str) {
    for (a, b) in found.zip(expected) {
        assert!((a - b).abs() < 1e-6 * b.abs().max(1.0), "{what}: {a} is not {b}");
    }
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../tests/golden/expression/ridge.json")).unwrap()
}

#[test]
fn penalties_predictions_and_out_of_fold_r2_are_those_of_scikit_learn() {
    for case in cases() {
        let (mixed, clean, y) = (matrix(&case.mixed), matrix(&case.clean), matrix(&case.y));
        let ridge = MixedRidge::in_order(&mixed, &clean, case.width, case.order).unwrap();
        let y = y.select(Axis(1), ridge.order()).reversed_axes();
        let (found, penalties) = ridge.fit_with(y.view());
        near(penalties.into_iter(), case.penalties.into_iter(), "penalty");
        near(found.r2.into_iter(), case.r2.into_iter(), "R²");
        let predicted = found.coefficients.dot(&ridge.scores().t());
        near(predicted.into_iter(), case.predicted.into_iter().flatten(), "prediction");
    }
}

#[test]
fn a_gene_is_fitted_alike_alone_and_among_others() {
    let case = cases().swap_remove(1);
    let ridge = MixedRidge::new(&matrix(&case.mixed), &matrix(&case.clean), case.width, 3).unwrap();
    let y = matrix(&case.y).select(Axis(1), ridge.order()).reversed_axes();
    let all = ridge.fit(y.view());
    for gene in 0..y.ncols() {
        let alone = ridge.fit(y.select(Axis(1), &[gene]).view());
        // To rounding: how a sum is unrolled depends on how its block lies in memory. Blocks themselves are always the same.
        near(alone.coefficients.row(0).iter().copied(), all.coefficients.row(gene).iter().copied(), "coefficient");
        near(alone.r2.into_iter(), all.r2[gene..].iter().copied(), "R²");
    }
}

#[test]
fn a_gene_that_does_not_vary_and_a_bottleneck_that_does_not_are_answered() {
    let case = cases().swap_remove(0);
    let (mixed, clean) = (matrix(&case.mixed), matrix(&case.clean));
    let ridge = MixedRidge::new(&mixed, &clean, 8, 3).unwrap();
    let still = ridge.fit(Array2::zeros((clean.nrows(), 2)).view());
    assert!(still.r2.iter().all(|r2| r2.is_nan()) && still.coefficients.iter().all(|v| *v == 0.0));
    let flat = MixedRidge::new(&Array2::ones(mixed.dim()), &Array2::ones(clean.dim()), 8, 3).unwrap();
    let y = matrix(&case.y).reversed_axes();
    let found = flat.fit(y.view());
    assert!(found.coefficients.iter().all(|v| *v == 0.0) && found.r2.iter().all(|r2| *r2 < 0.0), "{:?}", found.r2);
    assert_eq!(MixedRidge::new(&Array2::ones((8, 3)), &Array2::ones((4, 3)), 8, 3).err().unwrap().code(), "too_few");
}
