use super::*;
use crate::cohort::simulated::{SimulationSettings, simulate};
use crate::training_set::{Selection, TrainingSet, log2_1p};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;

fn side(name: &str, members: std::ops::Range<usize>) -> Side {
    Side { name: name.into(), members: members.collect() }
}

fn number(value: &Value) -> f64 {
    if value.as_str() == Some("inf") { f64::INFINITY } else { value.as_f64().unwrap_or(f64::NAN) }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

#[test]
fn moderated_tests_are_those_of_limma() {
    let golden: Value =
        serde_json::from_str(include_str!("../../../tests/golden/genes/genes_golden.json")).expect("JSON");
    let close = |found: f64, expected: f64, what: &str| {
        let near = (found - expected).abs() <= 1e-6 * expected.abs().max(1e-300);
        assert!(near || found == expected, "{what}: {found:e} is not {expected:e}");
    };
    for row in golden["trigamma"].as_array().expect("rows") {
        let row = numbers(row);
        assert!((super::super::moderated::trigamma(row[0]) / row[1] - 1.0).abs() < 1e-12, "{row:?}");
    }
    let cases = golden["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 5);
    for case in cases {
        let name = case["name"].as_str().expect("a name");
        // As the golden script gives them: the first group, then the second, each value exact in 32 bits.
        let genes: Vec<Vec<f32>> = case["values"]
            .as_array()
            .expect("genes")
            .iter()
            .map(|gene| numbers(gene).iter().map(|v| *v as f32).collect())
            .collect();
        let first = case["first"].as_u64().expect("a count") as usize;
        let sides = [side("a", 0..first), side("b", first..genes[0].len())];
        let purity = case["purity"].as_array().map(|_| numbers(&case["purity"]));
        let design = Design::new(&sides, purity.as_deref()).expect("a design");
        let fits: Vec<Option<Fit>> = genes.iter().map(|gene| design.fit(gene)).collect();
        let tests = GeneTests::of(&design, &fits);
        close(tests.prior.freedom, number(&case["d0"]), name);
        close(tests.prior.variance, number(&case["s0"]), name);
        for (field, of) in [
            ("coefficient", (|gene| gene.difference.difference) as fn(&Moderated) -> f64),
            ("t", |gene| gene.t),
            ("p", |gene| gene.difference.p),
            ("fdr", |gene| gene.difference.fdr),
        ] {
            let expected = numbers(&case[field]);
            assert_eq!(expected.len(), tests.genes.len());
            for (gene, expected) in tests.genes.iter().zip(expected) {
                close(of(gene.as_ref().expect("a test")), expected, &format!("{name}, {field}"));
            }
        }
    }
}

#[test]
fn the_effect_without_a_covariate_is_that_of_hedges_as_the_prior_fades() {
    let values: Vec<f32> = vec![1.0, 2.5, 3.0, 4.5, 2.0, 0.5, 1.5, 0.0, 1.0];
    let design = Design::new(&[side("a", 0..5), side("b", 5..9)], None).expect("a design");
    // One gene has no prior.
    let tests = GeneTests::of(&design, &[design.fit(&values)]);
    let found = tests.genes[0].expect("a test").difference;
    let own: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
    let [g, ..] = super::super::two_groups::hedges(&own[..5], &own[5..]);
    assert!((found.effect - g).abs() < 1e-12, "{} is not {g}", found.effect);
    assert!(found.low < g && g < found.high && found.p < 0.1);
}

#[test]
fn what_cannot_be_told_apart_is_refused_and_what_does_not_vary_has_no_test() {
    let sides = [side("a", 0..4), side("b", 4..8)];
    let follows = [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5];
    assert_eq!(Design::new(&sides, Some(&follows)).expect_err("collinear").code(), "collinear");
    assert_eq!(Design::new(&sides, Some(&[0.7; 8])).expect_err("constant").code(), "collinear");
    let few = [0.1, 0.9, f64::NAN, f64::NAN, 0.5, 0.3, 0.5, 0.6];
    let said = Design::new(&sides, Some(&few)).expect_err("two have one");
    assert!(said.code() == "group" && said.to_string().contains("2 of its tumours have a purity"), "{said}");
    let design = Design::new(&sides, None).expect("a design");
    assert_eq!(design.fit(&[5.0; 8]), None);
    assert_eq!(design.fit(&[f32::NAN; 8]), None);
    let (mut one, three) =
        ([1.0, 2.0, 3.0, 4.0, 2.0, 5.0, 3.0, 1.0], design.fit(&[1.0, 2.0, 3.0, 3.5, 2.0, 5.0, 3.0, 1.0]));
    one[3] = f32::NAN;
    let fit = design.fit(&one).expect("three against four");
    assert_eq!(fit.freedom, 5.0);
    assert!((fit.coefficient + 0.75).abs() < 1e-9 && three.is_some());
    one[2] = f32::NAN;
    assert_eq!(design.fit(&one), None, "two are too few");
}

/// Groups that differ in purity, as groups of a real cohort do, and in genes that are planted in one of them; every other gene
/// differs by purity alone.
#[test]
fn adjusted_differences_find_planted_genes_and_keep_their_fdr() {
    const PURER: f64 = 8.0;
    const EFFECT: f32 = 0.8;
    let (mut false_share, mut found, mut cases) = ([0.0; 2], 0.0, 0.0);
    for seed in 1..=4 {
        let settings = SimulationSettings { tumours: 150, normals: 12, genes: 800, seed, ..Default::default() };
        let simulated = simulate(&settings).expect("a cohort");
        let selection = Selection { genes: 0, held_out: 0.0, seed };
        let set = TrainingSet::from_cohort(&simulated.cohort, selection).expect("a set");
        let values = set.tumour_values.mapv(log2_1p);
        let purity: Vec<f64> = simulated.truth.purity.iter().map(|v| f64::from(*v)).collect();
        let planted = |gene: usize| gene.is_multiple_of(13);
        let genes = values.ncols();
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        for _ in 0..10 {
            let chance = |p: &f64| 1.0 / (1.0 + (-PURER * (p - 0.6)).exp());
            let first: Vec<bool> = purity.iter().map(|p| rng.random_range(0.0..1.0) < chance(p)).collect();
            let members = |high: bool| (0..first.len()).filter(|&at| first[at] == high).collect();
            let sides =
                [("a", true), ("b", false)].map(|(name, high)| Side { name: name.into(), members: members(high) });
            for (which, covariate) in [None, Some(&purity[..])].into_iter().enumerate() {
                let design = Design::new(&sides, covariate).expect("a design");
                let more = |gene: usize, at: usize| if planted(gene) && first[at] { EFFECT } else { 0.0 };
                let gene = |gene: usize| -> Vec<f32> {
                    values.column(gene).iter().enumerate().map(|(at, v)| v + more(gene, at)).collect()
                };
                let fits: Vec<Option<Fit>> = (0..genes).map(|at| design.fit(&gene(at))).collect();
                let tests = GeneTests::of(&design, &fits);
                let sure = |at: &usize| tests.genes[*at].is_some_and(|test| test.difference.fdr < 0.05);
                let discovered: Vec<usize> = (0..genes).filter(sure).collect();
                let rightly = discovered.iter().filter(|at| planted(**at)).count() as f64;
                false_share[which] += 1.0 - rightly / discovered.len().max(1) as f64;
                if which == 1 {
                    found += rightly / (0..genes).filter(|at| planted(*at)).count() as f64;
                }
            }
            cases += 1.0;
        }
    }
    let ([raw, adjusted], found) = (false_share.map(|share| share / cases), found / cases);
    println!("false among discovered: raw {raw:.3}, adjusted {adjusted:.3}; planted genes found: {found:.3}");
    assert!(adjusted <= 0.05, "adjusted for purity {adjusted} of the discoveries are false");
    assert!(raw > 0.3, "without it only {raw} are: the test tests nothing");
    assert!(found > 0.9, "only {found} of the planted genes are found");
}
