//! Logistic regression, folds, metrics, Spearman and PCA against scikit-learn 1.9.1 on Wine (golden/classification).

use ndarray::{Array2, Axis};
use serde_json::Value;
use std::path::Path;
use twinpurify::readout::classification::{
    LogisticRegression, Weighting, auroc, auroc_one_vs_rest, balanced_accuracy, confusion, macro_f1, stratified_folds,
};
use twinpurify::readout::correlation::spearman;
use twinpurify::readout::pca::PrincipalComponents;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/classification").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn golden() -> Value {
    serde_json::from_str(&read("classification_golden.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn whole(value: &Value) -> Vec<usize> {
    numbers(value).iter().map(|v| *v as usize).collect()
}

fn rows(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn wine() -> (Array2<f64>, Vec<usize>) {
    let text = read("wine.csv");
    let parsed: Vec<Vec<f64>> =
        text.lines().skip(1).map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect();
    let features = Array2::from_shape_fn((parsed.len(), 13), |(i, j)| parsed[i][j]);
    (features, parsed.iter().map(|row| row[13] as usize).collect())
}

fn near(a: f64, b: f64, bound: f64) -> bool {
    (a - b).abs() <= bound
}

#[test]
fn folds_equal_scikit_learn() {
    let (_, y) = wine();
    assert_eq!(stratified_folds(&y, 5, None).unwrap(), whole(&golden()["folds_noshuffle"]));
}

#[test]
fn out_of_fold_probabilities_equal_scikit_learn() {
    let (golden, (features, y)) = (golden(), wine());
    let fold = whole(&golden["folds_noshuffle"]);
    for c in ["0.1", "1.0"] {
        for (name, weighting) in [("None", Weighting::None), ("balanced", Weighting::Balanced)] {
            let key = format!("C{c}_cw{name}");
            let expected = &golden[&key];
            let probabilities = rows(&expected["oof_proba"]);
            let mut said = vec![0; y.len()];
            let mut out_of_fold = Array2::zeros((y.len(), 3));
            for held_out in 0..5 {
                let (inside, outside): (Vec<usize>, Vec<usize>) = (0..y.len()).partition(|&i| fold[i] == held_out);
                let train: Vec<usize> = outside.iter().map(|&i| y[i]).collect();
                let x = features.select(Axis(0), &outside);
                let model = LogisticRegression::fit(x.view(), &train, c.parse().unwrap(), weighting).unwrap();
                if held_out == 0 {
                    let coefficients = rows(&expected["fold0"]["coef"]);
                    let ours = model.coefficients();
                    assert!(ours.iter().zip(&coefficients).all(|(a, b)| near(*a, *b, 1e-6)), "{key}");
                    let intercept = numbers(&expected["fold0"]["intercept"]);
                    assert!(model.intercepts().iter().zip(&intercept).all(|(a, b)| near(*a, *b, 1e-6)), "{key}");
                }
                let test = features.select(Axis(0), &inside);
                let ours = model.probabilities(test.view());
                for (row, (&i, class)) in inside.iter().zip(model.predict(test.view())).enumerate() {
                    said[i] = class;
                    out_of_fold.row_mut(i).assign(&ours.row(row));
                    for k in 0..3 {
                        assert!(near(ours[[row, k]], probabilities[[i, k]], 1e-6), "{key} sample {i} class {k}");
                    }
                }
            }
            assert!(
                near(balanced_accuracy(&y, &said), expected["balanced_accuracy"].as_f64().unwrap(), 1e-12),
                "{key}"
            );
            assert!(near(macro_f1(&y, &said), expected["macro_f1"].as_f64().unwrap(), 1e-12), "{key}");
            let area = auroc_one_vs_rest(&y, &out_of_fold).unwrap();
            assert!(near(area, expected["auroc_ovr_macro"].as_f64().unwrap(), 1e-9), "{key} {area}");
            let counts = confusion(&y, &said, 3).mapv(|n| n as f64);
            assert_eq!(counts, rows(&expected["confusion"]), "{key}");
        }
    }
}

#[test]
fn metrics_of_a_class_never_said() {
    let golden = &golden()["degenerate"];
    let (y, said) = (whole(&golden["y"]), whole(&golden["pred"]));
    assert!(near(macro_f1(&y, &said), golden["macro_f1"].as_f64().unwrap(), 1e-12));
    assert!(near(balanced_accuracy(&y, &said), golden["bacc"].as_f64().unwrap(), 1e-12));
}

#[test]
fn auroc_with_ties_equals_scikit_learn() {
    let golden = &golden()["auroc_ties"];
    let positive: Vec<bool> = whole(&golden["y"]).into_iter().map(|y| y == 1).collect();
    let area = auroc(&positive, &numbers(&golden["score"])).unwrap();
    assert!(near(area, golden["auroc"].as_f64().unwrap(), 1e-12), "{area}");
}

#[test]
fn spearman_with_ties_equals_scipy() {
    let golden = &golden()["spearman_ties"];
    let rho = spearman(&numbers(&golden["a"]), &numbers(&golden["b"])).unwrap();
    assert!(near(rho, golden["rho"].as_f64().unwrap(), 1e-12), "{rho}");
}

#[test]
fn pca_equals_scikit_learn() {
    let (golden, (features, _)) = (golden(), wine());
    let golden = &golden["pca"];
    let (mean, deviation) = (features.mean_axis(Axis(0)).unwrap(), features.std_axis(Axis(0), 0.0));
    let standardised = (&features - &mean) / &deviation;
    let ours = PrincipalComponents::fit(standardised.view(), 5).unwrap();
    let (components, scores) = (rows(&golden["components"]), rows(&golden["scores_first3"]));
    for (k, ratio) in numbers(&golden["explained_variance_ratio"]).iter().enumerate() {
        assert!(near(ours.explained_variance_ratio[k], *ratio, 1e-9));
        let sign = ours.components.row(k).dot(&components.row(k)).signum();
        assert!(ours.components.row(k).iter().zip(components.row(k)).all(|(a, b)| near(a * sign, *b, 1e-8)), "{k}");
        for i in 0..scores.nrows() {
            assert!(near(ours.scores[[i, k]] * sign, scores[[i, k]], 1e-8), "{k} {i}");
        }
    }
}
