//! Base and offset of logarithms, told from the cells: counts, TPM and intensities, whatever was done to them.

use std::fmt::Write;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use twinpurify::cohort::simulated::{SimulationSettings, simulate};
use twinpurify::cohort::{Cohort, Corrections, FileReader, LogBase, ValueScale, compose, compose_with};

const GENES: usize = 400;
const SAMPLES: usize = 12;

const BASES: [(ValueScale, f64); 3] =
    [(ValueScale::Log2, 2.0), (ValueScale::Ln, std::f64::consts::E), (ValueScale::Log10, 10.0)];

/// Close enough to a normal draw: the sum of twelve uniform ones.
fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    (0..12).map(|_| rng.random_range(0.0..1.0)).sum::<f64>() - 6.0
}

/// genes × samples of lognormal levels, each sample of its own depth.
fn levels(seed: u64, centre: f64, spread: f64) -> Vec<Vec<f64>> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let depth: Vec<f64> = (0..SAMPLES).map(|_| 0.4 * normal(&mut rng)).collect();
    (0..GENES)
        .map(|_| {
            let gene = centre + spread * normal(&mut rng);
            depth.iter().map(|d| (gene + d + 0.5 * normal(&mut rng)).exp()).collect()
        })
        .collect()
}

/// Every sample scaled to a total.
fn scaled(mut values: Vec<Vec<f64>>, total: f64) -> Vec<Vec<f64>> {
    for sample in 0..SAMPLES {
        let sum: f64 = values.iter().map(|row| row[sample]).sum();
        values.iter_mut().for_each(|row| row[sample] *= total / sum);
    }
    values
}

fn text(values: &[Vec<f64>], write: impl Fn(f64) -> String) -> String {
    let mut text = String::from("gene");
    (0..SAMPLES).for_each(|s| write!(text, "\tP{s}{}", if s < 8 { "-T" } else { "-N" }).unwrap());
    for (gene, row) in values.iter().enumerate() {
        write!(text, "\nENSG{:011}", gene * 7 + 1).unwrap();
        row.iter().for_each(|v| write!(text, "\t{}", write(*v)).unwrap());
    }
    text + "\n"
}

fn cohort(text: &str) -> Cohort {
    compose(&[FileReader::read("m.tsv", text.as_bytes()).unwrap()]).unwrap()
}

/// The worst relative distance of the cohort's levels from `expected`, values under `least` aside.
fn worst(cohort: &Cohort, expected: &[Vec<f64>], least: f64) -> f64 {
    let levels = cohort.levels().unwrap();
    let mut worst = 0.0_f64;
    for (row, wanted) in cohort.matrix.rows.iter().zip(expected) {
        for (sample, (v, wanted)) in row.iter().zip(wanted).enumerate() {
            let found = f64::from(levels.value(*v, sample));
            worst = worst.max((found - wanted).abs() / wanted.max(least));
        }
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn logarithms_of_counts(seed in any::<u64>(), base in 0..3_usize, decimals in 4..7_usize) {
        let counts: Vec<Vec<f64>> =
            levels(seed, 3.0, 2.0).into_iter().map(|row| row.into_iter().map(f64::floor).collect()).collect();
        let (scale, of) = BASES[base];
        let cohort = cohort(&text(&counts, |x| format!("{:.decimals$}", (x + 1.0).ln() / of.ln())));
        let log = cohort.logarithm.expect("a logarithm");
        prop_assert_eq!(cohort.scale.value, scale, "{}", cohort.scale.because);
        prop_assert!(log.of_counts && log.base_told && log.offset == 1.0, "{:?}: {}", log, cohort.scale.because);
        // As counts are read that were never logged: per million.
        prop_assert!(worst(&cohort, &scaled(counts, 1e6), 1000.0) < 0.02);
    }

    #[test]
    fn logarithms_of_tpm(seed in any::<u64>(), base in 0..3_usize, offset in prop::sample::select(vec![1.0, 0.0, 0.001])) {
        let mut levels = levels(seed, 0.0, 3.0);
        if offset == 0.001 {
            // A third is not expressed at all.
            levels.iter_mut().flatten().enumerate().filter(|(at, _)| (at + at / SAMPLES).is_multiple_of(3)).for_each(|(_, v)| *v = 0.0);
        }
        let tpm = scaled(levels, 1e6);
        let (scale, of) = BASES[base];
        let cohort = cohort(&text(&tpm, |x| format!("{:.5}", (x + offset).ln() / of.ln())));
        let log = cohort.logarithm.expect("a logarithm");
        prop_assert_eq!(cohort.scale.value, scale, "{}", cohort.scale.because);
        prop_assert!(log.base_told && !log.of_counts, "{:?}: {}", log, cohort.scale.because);
        prop_assert!((f64::from(log.offset) - offset).abs() < 0.01 * offset + 1e-9, "{:?}: {}", log, cohort.scale.because);
        prop_assert!(worst(&cohort, &tpm, 1.0) < 0.01);
    }

    #[test]
    fn logarithms_of_intensities(seed in any::<u64>(), base in 0..3_usize, whole in any::<bool>()) {
        let values: Vec<Vec<f64>> = levels(seed, 6.0, 1.0)
            .into_iter()
            .map(|row| row.into_iter().map(|x| if whole { (x + 20.0).round() } else { x + 20.0 }).collect())
            .collect();
        // Intensities that are not whole do not tell the base: the usual one is assumed, and that is said.
        let (scale, of) = BASES[if whole { base } else { 0 }];
        let cohort = cohort(&text(&values, |x| format!("{:.6}", x.ln() / of.ln())));
        let log = cohort.logarithm.expect("a logarithm");
        prop_assert_eq!(cohort.scale.value, scale, "{}", cohort.scale.because);
        // Higher than natural logarithms reach tells it too.
        let high = cohort.matrix.rows.iter().flatten().any(|v| *v > 16.2);
        prop_assert_eq!(log.base_told, whole || high);
        if !whole {
            prop_assert!(!log.offset_told && log.offset == 0.0 && (high || cohort.scale.because.contains("assumed")));
            prop_assert!(worst(&cohort, &values, 1.0) < 0.001);
        }
    }
}

#[test]
fn one_cell_decides_nothing() {
    let tpm = scaled(levels(7, 0.0, 3.0), 1e6);
    let mut all = text(&tpm, |x| format!("{:.5}", (x + 1.0).log2()));
    let log = cohort(&all).logarithm.unwrap();
    assert!(log.offset == 1.0 && log.offset_told, "not one value is 0: {log:?}");
    // A microarray in which one value is missing and was written as 0.
    let array = levels(8, 6.0, 1.0);
    all = text(&array, |x| format!("{:.5}", (x + 20.0).log2()));
    let at = all.rfind('\t').unwrap();
    all.replace_range(at + 1..all.len() - 1, "0");
    let log = cohort(&all).logarithm.unwrap();
    assert!(log.offset == 0.0 && !log.offset_told, "{log:?}");
}

#[test]
fn minus_infinity_is_the_logarithm_of_nothing() {
    let tpm = scaled(levels(3, 0.0, 3.0), 1e6);
    let mut nothing = tpm.clone();
    nothing[5][3] = 0.0;
    nothing[9] = vec![0.0; SAMPLES];
    let write = |x: f64| if x == 0.0 { "-Inf".to_owned() } else { format!("{:.5}", x.log2()) };
    let found = cohort(&text(&nothing, write));
    assert_eq!((found.scale.value, found.logarithm.unwrap().offset), (ValueScale::Log2, 0.0));
    assert!(worst(&found, &nothing, 1.0) < 0.01);
    assert!(found.matrix.rows.iter().flatten().all(|v| v.is_finite()));
    let said = &found.warnings;
    assert!(
        said.iter().any(|w| w.contains("13 values are minus infinity") && w.contains("expression of 0")),
        "{said:?}"
    );

    // On no logarithm it is a fault, and where it stands is said.
    let linear = text(&nothing, |x| if x == 0.0 { "-Inf".to_owned() } else { format!("{:.3}", x) });
    let error = compose(&[FileReader::read("m.tsv", linear.as_bytes()).unwrap()]).unwrap_err();
    assert_eq!((error.code, error.line, error.column), ("not_finite", Some(7), Some(5)));
    // Plus infinity is a fault on every scale.
    nothing[0][0] = f64::INFINITY;
    let plus = text(&nothing, |x| if x.is_infinite() { "Inf".to_owned() } else { write(x) });
    let error = FileReader::read("m.tsv", plus.as_bytes()).unwrap_err();
    assert_eq!((error.code, error.line, error.column), ("not_finite", Some(2), Some(2)));
}

#[test]
fn a_person_corrects_base_and_offset() {
    let array = levels(8, 6.0, 1.0);
    let file = [FileReader::read("m.tsv", text(&array, |x| format!("{:.4}", (x + 20.0).ln())).as_bytes()).unwrap()];
    assert_eq!(compose(&file).unwrap().scale.value, ValueScale::Log2, "the cells do not tell");
    let said = Corrections { log_base: Some(LogBase::E), log_offset: Some(20.0), ..Corrections::default() };
    let found = compose_with(&file, said).unwrap();
    assert_eq!(found.scale.value, ValueScale::Ln);
    assert!(
        found.scale.because.starts_with("As you chose, the values are read as ln(x + 20)."),
        "{}",
        found.scale.because
    );
    assert!(worst(&found, &array, 1.0) < 0.01);
    let written = serde_json::to_string(&said).unwrap();
    assert_eq!(written, r#"{"oneScale":false,"undoLog":false,"mouseToHuman":false,"logBase":"e","logOffset":20.0}"#);
}

#[test]
fn a_file_says_which_logarithm_its_values_are() {
    let array = text(&levels(8, 6.0, 1.0), |x| format!("{:.4}", (x + 1.0).ln()));
    let found = cohort(&format!("# values: ln(x + 1)\n{array}"));
    let log = found.logarithm.unwrap();
    assert_eq!((found.scale.value, log.offset, log.base_told, log.offset_told), (ValueScale::Ln, 1.0, true, true));
    assert!(found.scale.because.starts_with("The file says that its values are ln(x + 1)."), "{}", found.scale.because);
}

#[test]
fn files_of_one_cohort_are_logged_alike_or_refused() {
    let tpm = scaled(levels(5, 0.0, 3.0), 1e6);
    let part = |from: usize, to: usize, base: f64| {
        let mut text = String::from("gene");
        (from..to).for_each(|s| write!(text, "\tP{s}").unwrap());
        for (gene, row) in tpm.iter().enumerate() {
            write!(text, "\nENSG{:011}", gene * 7 + 1).unwrap();
            row[from..to].iter().for_each(|v| write!(text, "\t{:.5}", (v + 1.0).ln() / base.ln()).unwrap());
        }
        FileReader::read(format!("{from}.tsv"), (text + "\n").as_bytes()).unwrap()
    };
    // Two samples do not tell the base; the other file's ten do.
    let found = compose(&[part(0, 2, 10.0), part(2, 12, 10.0)]).unwrap();
    assert_eq!(found.scale.value, ValueScale::Log10, "{}", found.scale.because);
    assert!(worst(&found, &tpm, 1.0) < 0.01);
    let mixed = [part(0, 6, 2.0), part(6, 12, 10.0)];
    assert_eq!(compose(&mixed).unwrap_err().code, "mixed_scales");
    let joined = compose_with(&mixed, Corrections { one_scale: true, ..Corrections::default() }).unwrap();
    assert!(worst(&joined, &tpm, 1.0) < 0.01);
}

#[test]
fn the_projects_own_simulator_is_read_as_it_writes() {
    for seed in [1, 7, 12] {
        let simulated = simulate(&SimulationSettings { seed, tumours: 80, genes: 500, ..Default::default() }).unwrap();
        let read = cohort(&simulated.expression_tsv());
        let log = read.logarithm.unwrap();
        assert_eq!((read.scale.value, log.offset), (ValueScale::Log2, 1.0), "{}", read.scale.because);
        assert!(read.reading().reads_as(&simulated.cohort.reading()));
    }
}

/// ln(x + 1) of chosen genes: nothing sums to a million, so nothing tells the base; the person is asked, and may say it.
#[test]
fn a_base_that_may_be_another_is_asked_for() {
    let asked = |cohort: &Cohort| {
        cohort.warnings.iter().any(|w| w.contains("do not tell the base") && w.contains("--log-base e"))
    };
    let mut tpm = scaled(levels(11, 0.0, 3.0), 1e6);
    tpm.iter_mut().flatten().filter(|v| **v < 0.3).for_each(|v| *v = 0.0);
    let chosen: Vec<Vec<f64>> = tpm.iter().step_by(3).cloned().collect();
    let file = |text: String| [FileReader::read("m.tsv", text.as_bytes()).unwrap()];
    let ln = file(text(&chosen, |x| format!("{:.4}", (x + 1.0).ln())));
    let found = compose(&ln).unwrap();
    assert!(found.scale.value == ValueScale::Log2 && asked(&found), "{:?}", found.warnings);
    for base in [LogBase::E, LogBase::Two] {
        let said = Corrections { log_base: Some(base), ..Corrections::default() };
        assert!(!asked(&compose_with(&ln, said).unwrap()), "who has said it is not asked again");
    }
    // All genes tell the base by their sum, and a microarray has no zeros.
    assert!(!asked(&cohort(&text(&scaled(tpm, 1e6), |x| format!("{:.5}", (x + 1.0).ln())))));
    assert!(!asked(&cohort(&text(&levels(8, 6.0, 1.0), |x| format!("{:.5}", (x + 20.0).log2())))));
}
