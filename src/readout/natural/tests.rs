use super::*;
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;

fn matrix(of: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(of.clone()).expect("rows");
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn products(rows: &Array2<f64>) -> Gram {
    Gram::centred(gram(rows.view())).expect("inner products")
}

/// Every sample a patient of its own.
static OWN: [usize; 200] = {
    let mut own = [0; 200];
    let mut at = 0;
    while at < own.len() {
        own[at] = at;
        at += 1;
    }
    own
};

fn taken<'a>(name: &'a str, values: &'a [f64]) -> Option<Purity<'a>> {
    Some(Purity { name, values, patients: &OWN[..values.len()] })
}

fn golden() -> (Value, Gram, Gram, Vec<f64>) {
    let golden: Value =
        serde_json::from_str(include_str!("../../../tests/golden/natural/natural_golden.json")).expect("JSON");
    let purity = golden["purity"].as_array().expect("purity").iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect();
    let (raw, purified) = (products(&matrix(&golden["raw"])), products(&matrix(&golden["purified"])));
    (golden, raw, purified, purity)
}

#[test]
fn every_measure_is_that_of_numpy_and_scikit_learn() {
    let (golden, raw, purified, purity) = golden();
    let close = |found: f64, expected: &Value, what: &str| {
        let expected = expected.as_f64().expect("a number");
        assert!((found - expected).abs() < 1e-7, "{what}: {found} is not {expected}");
    };
    let found = Natural::of(&raw, &purified, taken("purity", &purity)).expect("a verdict");
    close(found.map_similarity, &golden["similarity"], "Procrustes");
    let followed = found.purity.expect("purity");
    assert_eq!(followed.known, purity.iter().filter(|v| v.is_finite()).count());
    close(followed.raw.components, &golden["from_raw"]["components"], "raw components");
    close(followed.purified.components, &golden["from_purified"]["components"], "purified components");
    // The reference's folds go round; ours are drawn.
    let which = known(&purity).expect("enough");
    let values: Vec<f64> = which.iter().map(|&i| purity[i]).collect();
    let fold: Vec<usize> = (0..values.len()).map(|i| i % FOLDS).collect();
    for (gram, name) in [(raw, "from_raw"), (purified, "from_purified")] {
        let among = gram.among(&which).expect("the known");
        let nearest = nearest_r2(among.products(), &values, &fold).expect("neighbours");
        close(nearest, &golden[name]["neighbours"], name);
        close(ridge_r2(among.products(), &values, &fold), &golden[name]["ridge"], name);
    }
}

#[test]
fn a_direction_taken_out_of_the_products_is_taken_out_of_the_embedding() {
    let embedding = Array2::from_shape_fn((30, 6), |(i, j)| ((i * 17 + j * 5) as f32 * 0.61).sin() + j as f32);
    let axis = ndarray::arr2(&[[0.6f32, 0.0, 0.8, 0.0, 0.0, 0.0]]);
    let positions = embedding.dot(&axis.t());
    let without = Gram::of(&(&embedding - &positions.dot(&axis))).expect("inner products");
    let gram = Gram::of(&embedding).expect("inner products");
    let found = gram.without(&positions).expect("inner products");
    assert!(found.products().iter().zip(without.products()).all(|(a, b)| (a - b).abs() < 1e-4));
    assert_eq!(gram.without(&Array2::zeros((30, 0))).expect("the same"), gram);
    assert_eq!(gram.without(&Array2::zeros((29, 1))).expect_err("too short").code(), "shape_mismatch");
}

/// Wide enough that the iterations do not end by themselves, as they do on the golden data.
#[test]
fn it_agrees_with_the_readout_of_the_evidence_table() {
    let n = 140;
    let purity: Vec<f64> = (0..n).map(|i| ((i * 37) % n) as f64 / n as f64).collect();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let embedding = Array2::from_shape_fn((n, 400), |(i, g)| {
        let noise: f32 = StandardNormal.sample(&mut rng);
        noise * 2.0 + purity[i] as f32 * if g % 3 == 0 { 2.0 } else { 0.1 }
    });
    let table =
        super::super::association::association(&embedding, &purity, &OWN[..n], FOLD_SEED).expect("an association");
    let gram = Gram::of(&embedding).expect("inner products");
    let found = Natural::of(&gram, &gram, taken("purity", &purity)).expect("a verdict");
    let ours = found.purity.expect("purity").raw;
    assert!((ours.components - table.components).abs() < 1e-4, "{ours:?} {table:?}");
    assert!((ours.neighbours - table.neighbours).abs() < 1e-3, "{ours:?} {table:?}");
    // Columns are not standardised here, and penalties are chosen otherwise.
    assert!((ours.ridge - table.ridge).abs() < 0.1 && table.ridge > 0.5, "{ours:?} {table:?}");
}

#[test]
fn the_sentence_says_what_was_changed_and_when_nothing_was() {
    let (_, raw, purified, purity) = golden();
    let same = Natural::of(&raw, &raw, taken("purity_cpe", &purity)).expect("a verdict");
    assert!((same.map_similarity - 1.0).abs() < 1e-9 && same.unchanged());
    assert!(same.sentence().contains("changed nothing that shows: purity (purity_cpe)"), "{}", same.sentence());
    let less = Natural::of(&raw, &purified, taken("purity_cpe", &purity)).expect("a verdict");
    let said = less.sentence();
    assert!(said.contains("purity (purity_cpe) shows less than in raw profiles"), "{said}");
    assert!(said.contains("leading components |ρ| 0.22, raw 0.42. 51 % of the purified map is"), "{said}");
    assert!(
        Natural::of(&purified, &raw, taken("p", &purity)).expect("a verdict").sentence().contains("shows more than")
    );
    let none = Natural::of(&raw, &purified, None).expect("a verdict");
    assert!(none.purity.is_none() && !none.unchanged());
    assert!(none.sentence().contains("51 % of the purified map is the raw map"), "{}", none.sentence());
    let few = Natural::of(&raw, &raw, taken("p", &vec![f64::NAN; 64])).expect("a verdict");
    assert!(few.unchanged() && few.sentence().contains("changed nothing that shows: 100 % of"), "{}", few.sentence());
    assert!(few.without_purity.expect("a reason").contains("at least 20 needed"));
}

#[test]
fn what_cannot_be_compared_is_refused_and_a_collapsed_embedding_is_no_error() {
    let (_, raw, _, purity) = golden();
    let small = Gram::centred(Array2::eye(2)).expect("two");
    assert_eq!(Natural::of(&small, &small, None).expect_err("two").code(), "too_few");
    let other = Gram::centred(Array2::eye(5)).expect("five");
    assert_eq!(Natural::of(&raw, &other, None).expect_err("unlike").code(), "shape_mismatch");
    assert_eq!(Natural::of(&raw, &raw, taken("p", &[0.5])).expect_err("one value").code(), "shape_mismatch");
    assert_eq!(Gram::centred(Array2::from_elem((3, 3), f64::NAN)).expect_err("NaN").code(), "not_finite");
    let collapsed = Gram::of(&Array2::ones((64, 4))).expect("zeros");
    let found = Natural::of(&raw, &collapsed, taken("p", &purity)).expect("a verdict");
    let purified = found.purity.expect("purity").purified;
    assert_eq!((found.map_similarity, purified.components), (0.0, 0.0));
    assert!(purified.ridge < 0.05 && purified.neighbours < 0.2, "{purified:?}");
}
