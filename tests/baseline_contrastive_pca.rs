//! Contrastive PCA against the authors' definition (tests/golden/cpca).

use ndarray::{Array2, Axis, Slice, concatenate};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;
use twinpurify::baseline::{ContrastiveComponents, eigen_descending};

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

/// Samples with a few strong directions over noise.
fn samples(n: usize, features: usize, seed: u64) -> Array2<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut draw = |rows, columns| Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut rng));
    let strength = |j: usize| 3.0 / (1.0 + j as f64);
    let left: Array2<f64> = draw(n, 6) * Array2::from_shape_fn((1, 6), |(_, j)| strength(j));
    let right: Array2<f64> = draw(6, features);
    let noise: Array2<f64> = draw(n, features);
    left.dot(&right) + noise + 5.0
}

/// `C_f − α C_b` as it is defined, and its eigenvalues and eigenvectors.
fn dense(front: &Array2<f64>, back: &Array2<f64>, alpha: f64) -> (Array2<f64>, Vec<f64>, Array2<f64>) {
    let covariance = |samples: &Array2<f64>| {
        let n = samples.nrows() as f64;
        let mut z = samples - &(samples.sum_axis(Axis(0)) / n);
        for mut column in z.columns_mut() {
            let deviation = (column.dot(&column) / n).sqrt();
            column.mapv_inplace(|v| if deviation > 0.0 { v / deviation } else { 0.0 });
        }
        z.t().dot(&z) / (n - 1.0)
    };
    let contrast = covariance(front) - covariance(back) * alpha;
    let (values, vectors) = eigen_descending(contrast.view()).unwrap();
    (contrast, values, vectors)
}

fn assert_leading(front: &Array2<f64>, back: &Array2<f64>, k: usize, alpha: f64, what: &str) {
    let fitted = ContrastiveComponents::fit(front.view(), back.view(), k, alpha).unwrap();
    assert_eq!(fitted, ContrastiveComponents::fit(front.view(), back.view(), k, alpha).unwrap(), "{what}: again");
    let (contrast, values, vectors) = dense(front, back, alpha);
    // Directions that no sample has say nothing, and are none.
    let norm = values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let spanned: Vec<usize> = (0..values.len()).filter(|&j| values[j].abs() > 1e-9 * norm).take(k).collect();
    assert_eq!(fitted.contrast.len(), spanned.len(), "{what}");
    for (at, &j) in spanned.iter().enumerate() {
        assert!((fitted.contrast[at] - values[j]).abs() < 1e-9 * norm, "{what}, {at}: {:?}", fitted.contrast);
        let loading = fitted.loadings.column(at);
        let alike = loading.dot(&vectors.column(j)).abs();
        assert!((alike - 1.0).abs() < 1e-8, "{what}, {at}: {alike}");
        let residual = contrast.dot(&loading) - &loading * values[j];
        assert!(residual.dot(&residual).sqrt() < 1e-9 * norm, "{what}, {at}");
        let largest = loading.iter().fold(0.0_f64, |best, v| if v.abs() > best.abs() { *v } else { best });
        assert!(largest > 0.0, "{what}, {at}");
    }
}

#[test]
fn the_iteration_finds_what_the_whole_decomposition_finds() {
    for (front, back, features) in [(40, 12, 300), (300, 40, 60), (250, 30, 250), (30, 200, 90)] {
        let (tumours, normals) = (samples(front, features, 1), samples(back, features, 2));
        for alpha in [0.0, 1.0, 10.0, 1000.0] {
            assert_leading(&tumours, &normals, 20, alpha, &format!("{front}, {back} × {features}, α {alpha}"));
        }
    }
}

#[test]
fn constant_features_and_repeated_samples_add_no_direction() {
    let (mut tumours, mut normals) = (samples(24, 80, 3), samples(6, 80, 4));
    for constant in [0, 7, 79] {
        tumours.column_mut(constant).fill(2.0);
        normals.column_mut(constant).fill(3.0);
    }
    tumours.column_mut(9).fill(1.0);
    let twice = |m: &Array2<f64>| concatenate(Axis(0), &[m.view(), m.view()]).unwrap();
    assert_leading(&twice(&tumours), &twice(&normals), 20, 10.0, "twice");
    assert_leading(&twice(&tumours), &twice(&normals), 70, 10.0, "more than there are, with negative contrasts");
    let narrow = |m: &Array2<f64>| m.slice_axis(Axis(1), Slice::from(..15)).to_owned();
    assert_leading(&narrow(&tumours), &narrow(&normals), 20, 10.0, "fewer features than components");
    let same =
        ContrastiveComponents::fit(Array2::<f64>::ones((5, 4)).view(), Array2::<f64>::ones((3, 4)).view(), 2, 1.0);
    assert_eq!(same.unwrap_err().code(), "empty_matrix");
}
