//! Survival statistics against R survival, lifelines and scikit-survival (tests/golden/survival).

use ndarray::{Array2, aview2};
use serde_json::Value;
use std::collections::BTreeMap;
use twinpurify::readout::survival::{
    CoxModel, CoxOptions, Interval, SurvivalData, SurvivalTest, Ties, concordance, kaplan_meier, log_rank,
    out_of_fold_concordance,
};

fn path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/survival").join(name)
}

fn golden() -> Value {
    serde_json::from_slice(&std::fs::read(path("survival_golden.json")).unwrap()).unwrap()
}

fn table(name: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_path(path(name)).unwrap();
    let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in reader.records() {
        for (heading, cell) in headings.iter().zip(&record.unwrap()) {
            columns.entry(heading.clone()).or_default().push(cell.to_owned());
        }
    }
    columns
}

fn numbers(column: &[String]) -> Vec<f64> {
    column.iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()
}

fn data(table: &BTreeMap<String, Vec<String>>, time: &str, event: &str) -> SurvivalData {
    let events = numbers(&table[event]).iter().map(|e| *e == 1.0).collect();
    SurvivalData::new(numbers(&table[time]), events).unwrap()
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-6 * b.abs().max(1e-3), "{what}: {a} and not {b}");
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// lung's rows without a missing covariate, as the golden files took them.
fn lung() -> (BTreeMap<String, Vec<String>>, Vec<&'static str>) {
    let names = vec!["age", "sex", "ph.ecog", "wt.loss"];
    let whole = table("lung.csv");
    let complete: Vec<usize> =
        (0..whole["time"].len()).filter(|i| names.iter().all(|name| !whole[*name][*i].is_empty())).collect();
    let kept = whole.iter().map(|(name, column)| (name.clone(), complete.iter().map(|i| column[*i].clone()).collect()));
    (kept.collect(), names)
}

#[test]
fn cox_equals_r_lifelines_and_scikit_survival() {
    let golden = golden();
    let rossi = table("rossi.csv");
    let rossi_names = vec!["fin", "age", "race", "wexp", "mar", "paro", "prio"];
    let (lung, lung_names) = lung();
    for (study, table, names, survival) in [
        ("rossi", &rossi, rossi_names, data(&rossi, "week", "arrest")),
        ("lung", &lung, lung_names, data(&lung, "time", "dead")),
    ] {
        let columns: Vec<Vec<f64>> = names.iter().map(|name| numbers(&table[*name])).collect();
        let x = Array2::from_shape_fn((survival.len(), names.len()), |(i, j)| columns[j][i]);
        for (method, ties) in [("efron", Ties::Efron), ("breslow", Ties::Breslow)] {
            for (theta, written) in [(0.0, "0.0"), (1.0, "1.0"), (10.0, "10.0")] {
                let expected = &golden[format!("sksurv_{study}_{method}_alpha{written}")];
                let model = CoxModel::fit(x.view(), &survival, CoxOptions { ties, theta }).unwrap();
                for (name, row) in names.iter().zip(&model.rows) {
                    let what = format!("{study} {method} {theta} {name}");
                    close(row.coefficient, expected["coef"][*name].as_f64().unwrap(), &what);
                }
                let c = concordance(&survival, &model.risk(x.view())).unwrap();
                close(c.index, expected["concordance"].as_f64().unwrap(), "concordance");
            }
            let r = self::table(&format!("R_coxph_{study}_{method}.csv"));
            let model = CoxModel::fit(x.view(), &survival, CoxOptions { ties, theta: 0.0 }).unwrap();
            for (i, row) in model.rows.iter().enumerate() {
                close(row.standard_error, numbers(&r["se(coef)"])[i], "standard error");
                close(row.z, numbers(&r["z"])[i], "z");
                close(row.p, numbers(&r["Pr(>|z|)"])[i], "p");
            }
            close(model.log_likelihood, numbers(&r["loglik"])[0], "log-likelihood");
            close(model.null_log_likelihood, numbers(&r["loglik0"])[0], "null log-likelihood");
        }
    }
}

#[test]
fn harrells_c_counts_pairs_as_the_references_do() {
    let golden = golden();
    for name in ["cindex_edge", "cindex_edge2"] {
        let case = &golden[name];
        let events = floats(&case["event"]).iter().map(|e| *e == 1.0).collect();
        let survival = SurvivalData::new(floats(&case["time"]), events).unwrap();
        let c = concordance(&survival, &floats(&case["risk"])).unwrap();
        let [index, concordant, discordant, tied, _] = floats(&case["sksurv"])[..] else { panic!("{name}") };
        close(c.index, index, name);
        assert_eq!([c.concordant as f64, c.discordant as f64, c.tied as f64], [concordant, discordant, tied], "{name}");
    }
    let random = table("cindex_random.csv");
    let c = concordance(&data(&random, "time", "event"), &numbers(&random["risk"])).unwrap();
    close(c.index, 0.6263250109505037, "random");
    assert_eq!((c.concordant, c.discordant, c.tied), (6998, 4114, 303));
}

#[test]
fn kaplan_meier_equals_r_and_lifelines() {
    let (whole, golden) = (table("lung.csv"), golden());
    for (file, interval) in
        [("R_survfit_lung_sex_log_default.csv", Interval::Log), ("R_survfit_lung_sex_loglog.csv", Interval::LogLog)]
    {
        let r = table(file);
        for sex in ["1", "2"] {
            let rows: Vec<usize> = (0..r["time"].len()).filter(|i| r["strata"][*i] == format!("sex={sex}")).collect();
            let at_risk = numbers(&r["n.risk"])[rows[0]] as usize;
            let all: Vec<usize> = (0..whole["sex"].len()).filter(|i| whole["sex"][*i].starts_with(sex)).collect();
            let survival = data(&whole, "time", "dead").select(&all).unwrap();
            assert_eq!(survival.len(), at_risk);
            let curve = kaplan_meier(&survival, interval);
            assert_eq!(curve.times.len(), rows.len());
            for (i, row) in rows.iter().enumerate() {
                close(curve.times[i], numbers(&r["time"])[*row], "time");
                assert_eq!(curve.at_risk[i] as f64, numbers(&r["n.risk"])[*row]);
                close(curve.survival[i], numbers(&r["surv"])[*row], "survival");
                let (lower, upper) = (numbers(&r["lower"])[*row], numbers(&r["upper"])[*row]);
                if lower.is_finite() {
                    close(curve.lower[i].unwrap(), lower, "lower");
                    close(curve.upper[i].unwrap(), upper, "upper");
                }
            }
            close(curve.median.unwrap(), golden["km_lung"][sex]["median"].as_f64().unwrap(), "median");
        }
    }
}

#[test]
fn log_rank_equals_the_references() {
    let golden = golden();
    let waltons = table("waltons.csv");
    let group: Vec<usize> = waltons["group"].iter().map(|g| usize::from(g == "control")).collect();
    let test = log_rank(&data(&waltons, "T", "E"), &group).unwrap();
    close(test.chi_squared, golden["logrank_waltons"]["stat"].as_f64().unwrap(), "waltons");
    close(test.p * 1e28, 2.0359832222855426, "p");
    let whole = table("lung.csv");
    let sex: Vec<usize> = whole["sex"].iter().map(|s| usize::from(s.starts_with('1'))).collect();
    let test = log_rank(&data(&whole, "time", "dead"), &sex).unwrap();
    close(test.chi_squared, 9.59756083361313, "lung by sex");
    close(test.p, 0.0019483600885089683, "p");
    let ecog: Vec<usize> = numbers(&whole["ph.ecog"]).iter().map(|v| *v as usize).collect();
    let test = log_rank(&data(&whole, "time", "dead"), &ecog).unwrap();
    close(test.chi_squared, 20.53836105884064, "lung by ECOG");
    assert_eq!(test.degrees_of_freedom, 3);
}

/// 90 patients, the first of six features the log hazard; `shuffled` takes the outcome from another patient.
fn planted(seed: u64, shuffled: bool) -> f64 {
    let mut state = seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493);
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let features = Array2::from_shape_fn((90, 6), |_| (2.0 * draw() - 1.0) as f32);
    let times: Vec<f64> = (0..90)
        .map(|i| -draw().ln() / (3.0 * f64::from(features[[if shuffled { (i * 37 + 11) % 90 } else { i }, 0]])).exp())
        .collect();
    let events: Vec<bool> = (0..90).map(|_| draw() < 0.7).collect();
    let survival = SurvivalData::new(times, events).unwrap();
    out_of_fold_concordance(&features, &survival, &SurvivalTest { seed, ..SurvivalTest::default() }).unwrap().mean
}

#[test]
fn planted_risk_is_found_and_shuffled_outcomes_give_chance() {
    let mean = |shuffled| (0..8).map(|seed| planted(seed, shuffled)).sum::<f64>() / 8.0;
    let (planted, chance) = (mean(false), mean(true));
    assert!(planted > 0.75, "{planted}");
    assert!((chance - 0.5).abs() < 0.06, "{chance}");
}

#[test]
fn what_cannot_be_judged_is_a_message() {
    let features = Array2::<f32>::zeros((12, 3));
    let twelve = SurvivalData::new((1..=12).map(f64::from).collect(), vec![true; 12]).unwrap();
    let refused = out_of_fold_concordance(&features, &twelve, &SurvivalTest::default()).unwrap_err();
    assert_eq!(refused.code(), "too_few");
    let tied = SurvivalData::new(vec![5.0; 30], vec![true; 30]).unwrap();
    assert_eq!(concordance(&tied, &[0.0; 30]).unwrap_err().code(), "too_few");
    assert_eq!(log_rank(&twelve, &[1; 12]).unwrap_err().code(), "too_few");
    let same = aview2(&[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]);
    let three = SurvivalData::new(vec![3.0, 1.0, 2.0], vec![true; 3]).unwrap();
    assert_eq!(CoxModel::fit(same, &three, CoxOptions::default()).unwrap_err().code(), "collinear");
    let perfect = Array2::from_shape_fn((12, 1), |(i, _)| -twelve.times()[i]);
    assert_eq!(CoxModel::fit(perfect.view(), &twelve, CoxOptions::default()).unwrap_err().code(), "no_convergence");
}
