//! What stands out in a cohort's measures, in sentences.

use std::collections::{BTreeMap, HashMap};

use super::finding::{Finding, Measure, MeasureKey, about};
use crate::cohort::genes::naming::mouse_names;
use crate::cohort::samples::vials::vial_findings;
use crate::cohort::{Cohort, Role, ValueScale, median};

/// Robust z beyond which a sample is pointed out. Real cohorts have long tails: at the usual 3.5 a tenth of a clean one is.
const FAR: f64 = 5.0;

/// Samples of a role below which their spread says nothing.
const FEWEST: usize = 8;

/// How far beyond the middle between the roles' means (which are 1 apart) a sample lies among the other role.
const ACROSS: f64 = 0.1;

/// log2 values that never pass this are no log2 of expression: log2 of log2 of the largest counts is under 5.
const MAX_LOG_OF_LOG: f32 = 5.2;

/// Levels of two files further apart than this (log2) were not processed alike.
const BATCH: f64 = 1.0;

/// Files of at most this number are compared with each other; a folder of single samples is no set of batches.
const MOST_BATCHES: usize = 8;

pub(in crate::cohort) fn findings(cohort: &Cohort, measures: &[Measure], twins: Vec<Vec<usize>>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(scale_findings(cohort));
    if let Some(mice) = mouse_names(&cohort.matrix.genes) {
        let message = format!(
            "{mice} genes are named as mouse genes are: human gene sets will not find them. They can take the symbols of their human orthologues; genes without exactly one are left out then."
        );
        found.push(Finding {
            code: "mouse_genes".to_owned(),
            message,
            samples: Vec::new(),
            correction: Some("mouseToHuman".to_owned()),
        });
    }
    found.extend(file_findings(cohort, measures));
    found.extend(vial_findings(cohort));
    let values =
        |key: MeasureKey| measures.iter().find(|m| m.key == key).map(|m| m.values.as_slice()).unwrap_or_default();
    let level = if cohort.scale.value == ValueScale::Counts { "library size" } else { "median level" };
    let far = [
        (
            MeasureKey::Level,
            true,
            true,
            "unusual_level",
            format!("with a {level} far from the others of the role: look whether the measurement failed"),
        ),
        (
            MeasureKey::Detected,
            true,
            false,
            "few_genes_detected",
            "with far fewer genes detected than the others of the role: look whether the measurement failed".to_owned(),
        ),
        (
            MeasureKey::Distance,
            false,
            true,
            "far_from_its_role",
            "unlike the others of the role: another tissue, a failed measurement or a rare tumour".to_owned(),
        ),
    ];
    for (key, low, high, code, what) in far {
        let outside: Vec<usize> = [Role::Tumour, Role::AdjacentNormal]
            .into_iter()
            .flat_map(|role| outliers(values(key), cohort, role))
            .filter(|(_, z)| low && *z < -FAR || high && *z > FAR)
            .map(|(sample, _)| sample)
            .collect();
        found.extend(about(cohort, code, &outside, &format!("{what}.")));
    }
    found.extend(sides(cohort, values(MeasureKey::Side)));
    let twins: Vec<usize> = twins.into_iter().flatten().collect();
    found.extend(about(
        cohort,
        "same_values",
        &twins,
        "with the very same values as another: one measurement under two names. Set one aside.",
    ));
    found
}

/// Samples of a role with their robust z (0.6745 (x − median) / MAD).
fn outliers(values: &[f64], cohort: &Cohort, role: Role) -> Vec<(usize, f64)> {
    let of_role: Vec<(usize, f64)> = values
        .iter()
        .enumerate()
        .filter(|(sample, v)| v.is_finite() && cohort.roles.value.get(*sample) == Some(&role))
        .map(|(sample, v)| (sample, *v))
        .collect();
    if of_role.len() < FEWEST {
        return Vec::new();
    }
    let centre = median(&mut of_role.iter().map(|(_, v)| *v).collect::<Vec<_>>());
    let spread = median(&mut of_role.iter().map(|(_, v)| (v - centre).abs()).collect::<Vec<_>>());
    // Where half of the samples agree to the digit there is no spread to measure by.
    let unit = (spread / 0.6745).max(1e-9 * centre.abs()).max(1e-12);
    if spread == 0.0 { Vec::new() } else { of_role.into_iter().map(|(s, v)| (s, (v - centre) / unit)).collect() }
}

/// Samples that lie among the other role, and pairs of a patient that lie crosswise.
fn sides(cohort: &Cohort, sides: &[f64]) -> Vec<Finding> {
    let role = |sample: usize| cohort.roles.value.get(sample).copied().unwrap_or(Role::Other);
    let across: Vec<usize> = sides
        .iter()
        .enumerate()
        .filter(|(sample, side)| match role(*sample) {
            Role::Tumour => **side < -ACROSS,
            Role::AdjacentNormal => **side > ACROSS,
            Role::Other => false,
        })
        .map(|(sample, _)| sample)
        .collect();
    let mut of_patient: HashMap<&str, Vec<usize>> = HashMap::new();
    for sample in &across {
        if let Some(Some(patient)) = cohort.patients.get(*sample) {
            of_patient.entry(patient).or_default().push(*sample);
        }
    }
    let is_pair = |samples: &&Vec<usize>| {
        [Role::Tumour, Role::AdjacentNormal].into_iter().all(|r| samples.iter().any(|s| role(*s) == r))
    };
    let mut swapped: Vec<usize> = of_patient.values().filter(is_pair).flatten().copied().collect();
    swapped.sort_unstable();
    let single = |wanted: Role| -> Vec<usize> {
        across.iter().copied().filter(|s| role(*s) == wanted && !swapped.contains(s)).collect()
    };
    let of = |code, samples: &[usize], what| about(cohort, code, samples, what);
    [
        of("swapped_pair", &swapped, "by the look of it exchanged within the patient: the tumour lies among the adjacent normals and the normal among the tumours. Check the labels."),
        of("normal_like_tumour", &single(Role::Tumour), "taken for tumour but nearer to the adjacent normals: very little tumour in it, or a wrong label."),
        of("tumour_like_normal", &single(Role::AdjacentNormal), "taken for adjacent normal but nearer to the tumours: tumour in it, or a wrong label. It would be mixed in as normal."),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A logarithm taken twice, values standardised by gene.
fn scale_findings(cohort: &Cohort) -> Option<Finding> {
    let finding = |code: &str, message: String, correction: Option<&str>| {
        Some(Finding { code: code.to_owned(), message, samples: Vec::new(), correction: correction.map(str::to_owned) })
    };
    let values = || cohort.matrix.rows.iter().flatten().copied().filter(|v| !v.is_nan());
    let (low, high) = values().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    match cohort.scale.value {
        _ if cohort.logarithm.is_some() && low >= 0.0 && high <= 1.0 => finding(
            "shares",
            "All values lie between 0 and 1, as methylation and other shares do: this is no expression.".to_owned(),
            None,
        ),
        _ if cohort.logarithm.is_some_and(|log| !log.base_told) && low >= 0.0 && high < MAX_LOG_OF_LOG => finding(
            "log_of_log",
            format!(
                "The values reach only {high:.1}, where log2 expression reaches 12 and more: the logarithm was taken twice, or to base 10. Undo one logarithm, say under Scale that the base is 10, or open the values before it was taken."
            ),
            Some("undoLog"),
        ),
        ValueScale::LogRatio => {
            let standard = |row: &[f32]| {
                let n = row.iter().filter(|v| !v.is_nan()).count() as f64;
                let present = || row.iter().filter(|v| !v.is_nan()).map(|v| f64::from(*v));
                let mean = present().sum::<f64>() / n;
                let spread = (present().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
                mean.abs() < 0.1 && (spread - 1.0).abs() < 0.15
            };
            let count = cohort.matrix.rows.iter().filter(|row| standard(row)).count();
            if count * 5 < cohort.matrix.rows.len() * 4 {
                return None;
            }
            finding(
                "z_scored",
                format!(
                    "{count} of {} genes have mean 0 and spread 1: these are z-scores, and the levels that mixing needs are lost. Open the file without z-scores.",
                    cohort.matrix.rows.len()
                ),
                None,
            )
        }
        _ => None,
    }
}

/// Files whose samples differ in level, and files that hold one role each.
fn file_findings(cohort: &Cohort, measures: &[Measure]) -> Vec<Finding> {
    let mut of_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (sample, file) in cohort.sources.iter().enumerate() {
        if cohort.roles.value.get(sample).is_some_and(|r| *r != Role::Other) {
            of_file.entry(*file).or_default().push(sample);
        }
    }
    if !(2..=MOST_BATCHES).contains(&of_file.len()) {
        return Vec::new();
    }
    let name = |file: usize| cohort.files.get(file).map(|f| f.name.as_str()).unwrap_or_default();
    let mut found = Vec::new();
    let levels = measures.iter().find(|m| m.key == MeasureKey::Level).map(|m| m.values.as_slice()).unwrap_or_default();
    if cohort.scale.value != ValueScale::Counts {
        let level =
            |samples: &[usize]| median(&mut samples.iter().filter_map(|s| levels.get(*s).copied()).collect::<Vec<_>>());
        let by_level: Vec<(usize, f64)> = of_file.iter().map(|(file, samples)| (*file, level(samples))).collect();
        let lowest = by_level.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let highest = by_level.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        if let (Some(low), Some(high)) = (lowest, highest)
            && high.1 - low.1 > BATCH
        {
            found.push(Finding {
                code: "batches".to_owned(),
                message: format!(
                    "Samples of {} and {} differ in level by {:.1} (log2): the files were not processed alike. Open matrices that were processed together.",
                    name(low.0), name(high.0), high.1 - low.1
                ),
                samples: Vec::new(),
                correction: None,
            });
        }
    }
    let one_role = |samples: &Vec<usize>| {
        let mut roles = samples.iter().filter_map(|s| cohort.roles.value.get(*s));
        let first = roles.next();
        roles.all(|r| Some(r) == first)
    };
    if of_file.values().all(one_role) {
        found.push(Finding {
            code: "role_is_file".to_owned(),
            message: "Tumours and adjacent normals come from different files: a difference in how the files were processed cannot be told from one of tissue. Make sure that both were processed together.".to_owned(),
            samples: Vec::new(),
            correction: None,
        });
    }
    found
}
