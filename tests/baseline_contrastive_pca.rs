//! Contrastive PCA against the authors' definition (tests/golden/cpca).

use ndarray::{Array2, Axis, concatenate};
use serde_json::Value;
use twinpurify::baseline::ContrastiveComponents;

fn table(name: &str) -> Array2<f64> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cpca").join(name);
    let rows: Vec<Vec<f64>> = std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| line.split('\t').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows = value.as_array().unwrap();
    let at = |i: usize, j: usize| rows[i][j].as_f64().unwrap();
    Array2::from_shape_fn((rows.len(), rows[0].as_array().unwrap().len()), |(i, j)| at(i, j))
}

fn assert_close(a: &Array2<f64>, b: &Array2<f64>, what: &str) {
    assert_eq!(a.dim(), b.dim(), "{what}");
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-6 * b.abs().max(1.0)), "{what}: {a} {b}");
}

#[test]
fn components_and_scores_equal_the_reference_for_every_alpha() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cpca/cpca_golden.json");
    let golden: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (foreground, background) = (table("foreground.tsv"), table("background.tsv"));
    for alpha in ["0", "0.1", "1", "2.5", "10", "1000"] {
        let expected = &golden[alpha];
        let fitted =
            ContrastiveComponents::fit(foreground.view(), background.view(), 4, alpha.parse().unwrap()).unwrap();
        assert_close(&fitted.loadings, &matrix(&expected["eigvecs"]), alpha);
        let scores = fitted.project(foreground.view());
        assert_close(&scores.select(Axis(0), &[0, 1, 2]), &matrix(&expected["scores_first3"]), alpha);
        for (value, expected) in fitted.contrast.iter().zip(expected["eigvals"].as_array().unwrap()) {
            let expected = expected.as_f64().unwrap();
            assert!((value - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{alpha}: {value} {expected}");
        }
    }
}

#[test]
fn more_genes_than_samples_changes_nothing_but_the_way() {
    // Each gene ten times over: the same contrast, spread over ten columns.
    let (foreground, background) = (table("foreground.tsv"), table("background.tsv"));
    let repeated = |m: &Array2<f64>| concatenate(Axis(1), &[m.view(); 10]).unwrap();
    let narrow = ContrastiveComponents::fit(foreground.view(), background.view(), 3, 1.0).unwrap();
    let (wide_front, wide_back) = (repeated(&foreground), repeated(&background));
    assert!(wide_front.ncols() > wide_front.nrows() + wide_back.nrows());
    let wide = ContrastiveComponents::fit(wide_front.view(), wide_back.view(), 3, 1.0).unwrap();
    for (wide, narrow) in wide.contrast.iter().zip(&narrow.contrast) {
        assert!((wide - 10.0 * narrow).abs() < 1e-6 * wide.abs(), "{wide} {narrow}");
    }
    let scores = wide.project(wide_front.view()) / 10.0_f64.sqrt();
    assert_close(&scores.mapv(f64::abs), &narrow.project(foreground.view()).mapv(f64::abs), "scores");
}
