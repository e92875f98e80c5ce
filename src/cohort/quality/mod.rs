//! Is every sample what it is taken for? Level, detected genes, distance to its own kind and the side it lies on, and what
//! of it a person should look at before training.

pub(in crate::cohort) mod finding;
mod findings;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub use self::finding::{Finding, Measure, MeasureKey};
use self::findings::findings;
use crate::cohort::{Cohort, ExpressionMatrix, Levels, Role, ValueScale, median};

/// Genes that distances are taken over: the most variable ones, as in training.
const GENES: usize = 2000;

/// Samples of a role below which its distances say nothing.
const FEWEST: usize = 3;

/// Missing values of the matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Values.
    pub values: usize,
    /// Genes that miss one, which training leaves out.
    pub genes: usize,
}

/// The cohort's samples, looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// Sample names, in the order of every measure's values.
    pub samples: Vec<String>,
    /// Level, detected genes, distance, side.
    pub measures: Vec<Measure>,
    /// What stands out; empty where nothing does.
    pub findings: Vec<Finding>,
    /// Missing values.
    pub missing: Missing,
}

impl Cohort {
    /// Looks at every sample, as the roles stand.
    pub fn quality(&self) -> Quality {
        let log = Logged::of(self);
        let levels = levels(self, &log);
        let profiles = Profiles::of(self, &log);
        let incomplete = self.matrix.rows.iter().map(|row| row.iter().filter(|v| v.is_nan()).count());
        let missing = incomplete
            .fold(Missing::default(), |m, n| Missing { values: m.values + n, genes: m.genes + usize::from(n > 0) });
        let counts = self.scale.value == ValueScale::Counts;
        let measures = vec![
            Measure {
                key: MeasureKey::Level,
                label: if counts { "reads, log10" } else { "median, log2" }.to_owned(),
                about: if counts {
                    "All reads of the sample."
                } else {
                    "Median over the genes that are measured in it."
                }
                .to_owned(),
                values: levels.0,
            },
            Measure {
                key: MeasureKey::Detected,
                label: "genes detected".to_owned(),
                about: "Genes above the lowest value of the matrix.".to_owned(),
                values: levels.1,
            },
            Measure {
                key: MeasureKey::Distance,
                label: "distance, 1 − r".to_owned(),
                about: format!(
                    "One minus the correlation with the mean of the other samples of its role, over the {} most variable genes.",
                    profiles.genes
                ),
                values: profiles.distances(self),
            },
            Measure {
                key: MeasureKey::Side,
                label: "from normal (−½) to tumour (½)".to_owned(),
                about:
                    "Place between the mean adjacent normal and the mean tumour, the sample itself left out of both."
                        .to_owned(),
                values: profiles.sides(self),
            },
        ];
        let findings = findings(self, &measures, profiles.twins());
        Quality { samples: self.matrix.samples.clone(), measures, findings, missing }
    }
}

/// Values as logarithms: log2(1 + x), counts per million first; log-ratios as they are.
struct Logged {
    counts: bool,
    levels: Option<Levels>,
    /// Sum of each sample's values.
    sums: Vec<f64>,
    lowest: f32,
}

impl Logged {
    fn of(cohort: &Cohort) -> Self {
        let mut sums = vec![0.0; cohort.matrix.samples.len()];
        let mut lowest = f32::INFINITY;
        for row in &cohort.matrix.rows {
            for (sum, value) in sums.iter_mut().zip(row.iter()).filter(|(_, v)| v.is_finite()) {
                *sum += f64::from(*value);
                lowest = lowest.min(*value);
            }
        }
        Logged { counts: cohort.scale.value == ValueScale::Counts, levels: cohort.levels(), sums, lowest }
    }

    fn value(&self, value: f32, sample: usize) -> f64 {
        f64::from(self.levels.as_ref().map_or(value, |levels| levels.log2(value, sample)))
    }
}

/// Level and number of detected genes of each sample.
fn levels(cohort: &Cohort, log: &Logged) -> (Vec<f64>, Vec<f64>) {
    let ExpressionMatrix { samples, rows, .. } = &cohort.matrix;
    let mut detected = vec![0_usize; samples.len()];
    for row in rows {
        detected.iter_mut().zip(row.iter()).for_each(|(n, v)| *n += usize::from(*v > log.lowest));
    }
    let counts = log.counts;
    let mut column = Vec::with_capacity(rows.len());
    let level = |(sample, sum): (usize, &f64)| {
        if counts {
            return if *sum > 0.0 { sum.log10() } else { f64::NAN };
        }
        column.clear();
        // Undetected genes have one value, which says nothing of the level.
        let measured = rows.iter().filter_map(|row| row.get(sample)).filter(|v| **v > log.lowest);
        column.extend(measured.map(|v| log.value(*v, sample)));
        median(&mut column)
    };
    let levels = log.sums.iter().enumerate().map(level).collect();
    (levels, detected.into_iter().map(|n| n as f64).collect())
}

/// Logged values of the most variable genes without a missing value, sample by sample.
struct Profiles {
    genes: usize,
    samples: usize,
    /// samples × genes.
    values: Vec<f32>,
    /// samples × genes, each gene in units of its standard deviation.
    deviations: Vec<f32>,
}

impl Profiles {
    fn of(cohort: &Cohort, log: &Logged) -> Self {
        let used: Vec<usize> =
            (0..cohort.matrix.samples.len()).filter(|s| cohort.roles.value.get(*s) != Some(&Role::Other)).collect();
        let mut variances: Vec<(f64, usize)> = Vec::new();
        let mut row_values = Vec::with_capacity(used.len());
        for (gene, row) in cohort.matrix.rows.iter().enumerate() {
            row_values.clear();
            row_values.extend(used.iter().filter_map(|s| row.get(*s).map(|v| log.value(*v, *s))));
            let variance = variance(&row_values);
            if variance.is_finite() && variance > 0.0 && row.iter().all(|v| !v.is_nan()) {
                variances.push((variance, gene));
            }
        }
        variances.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        variances.truncate(GENES);
        let (genes, samples) = (variances.len(), cohort.matrix.samples.len());
        let mut values = vec![0.0; samples * genes];
        let mut deviations = values.clone();
        for (at, (variance, gene)) in variances.iter().enumerate() {
            let Some(row) = cohort.matrix.rows.get(*gene) else { continue };
            let places = values.iter_mut().zip(deviations.iter_mut()).skip(at).step_by(genes);
            for (((value, deviation), v), sample) in places.zip(row.iter()).zip(0..) {
                let logged = log.value(*v, sample);
                *value = logged as f32;
                *deviation = (logged / variance.sqrt()) as f32;
            }
        }
        Profiles { genes, samples, values, deviations }
    }

    fn profile<'a>(&self, of: &'a [f32], sample: usize) -> &'a [f32] {
        of.get(sample * self.genes..(sample + 1) * self.genes).unwrap_or_default()
    }

    /// Sum of the profiles of a role, and how many they are.
    fn sum(&self, of: &[f32], cohort: &Cohort, role: Role) -> (Vec<f64>, usize) {
        let mut sum = vec![0.0; self.genes];
        let mut count = 0;
        for sample in (0..self.samples).filter(|s| cohort.roles.value.get(*s) == Some(&role)) {
            sum.iter_mut().zip(self.profile(of, sample)).for_each(|(to, v)| *to += f64::from(*v));
            count += 1;
        }
        (sum, count)
    }

    fn distances(&self, cohort: &Cohort) -> Vec<f64> {
        let of_role = |role| (role, self.sum(&self.values, cohort, role));
        let sums = [of_role(Role::Tumour), of_role(Role::AdjacentNormal)];
        let distance = |sample: usize| {
            let role = cohort.roles.value.get(sample)?;
            let (_, (sum, count)) = sums.iter().find(|(r, _)| r == role).filter(|(_, (_, n))| *n >= FEWEST)?;
            let own = self.profile(&self.values, sample);
            let others = sum.iter().zip(own).map(|(sum, own)| (sum - f64::from(*own)) / (*count as f64 - 1.0));
            Some(1.0 - correlation(own.iter().map(|v| f64::from(*v)), others))
        };
        (0..self.samples).map(|sample| distance(sample).unwrap_or(f64::NAN)).collect()
    }

    fn sides(&self, cohort: &Cohort) -> Vec<f64> {
        let (tumours, t) = self.sum(&self.deviations, cohort, Role::Tumour);
        let (normals, n) = self.sum(&self.deviations, cohort, Role::AdjacentNormal);
        let side = |sample: usize| {
            let role = cohort.roles.value.get(sample)?;
            if t < FEWEST || n < FEWEST || *role == Role::Other {
                return None;
            }
            let own = self.profile(&self.deviations, sample);
            let (mut along, mut length) = (0.0, 0.0);
            for ((tumour, normal), own) in tumours.iter().zip(&normals).zip(own) {
                let own = f64::from(*own);
                let mean = |sum: f64, count: usize, r: Role| {
                    if r == *role { (sum - own) / (count as f64 - 1.0) } else { sum / count as f64 }
                };
                let (a, b) = (mean(*tumour, t, Role::Tumour), mean(*normal, n, Role::AdjacentNormal));
                along += (own - (a + b) / 2.0) * (a - b);
                length += (a - b).powi(2);
            }
            (length > 0.0).then(|| along / length)
        };
        (0..self.samples).map(|sample| side(sample).unwrap_or(f64::NAN)).collect()
    }

    /// Samples with the very same values under different names.
    fn twins(&self) -> Vec<Vec<usize>> {
        let mut by_bits: HashMap<Vec<u32>, Vec<usize>> = HashMap::new();
        if self.genes < 10 {
            return Vec::new();
        }
        for sample in 0..self.samples {
            let bits = self.profile(&self.values, sample).iter().map(|v| v.to_bits()).collect();
            by_bits.entry(bits).or_default().push(sample);
        }
        let mut twins: Vec<Vec<usize>> = by_bits.into_values().filter(|group| group.len() > 1).collect();
        twins.sort();
        twins
    }
}

fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

/// Pearson's.
fn correlation(a: impl Iterator<Item = f64>, b: impl Iterator<Item = f64>) -> f64 {
    let (mut n, mut sa, mut sb, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (a, b) in a.zip(b) {
        n += 1.0;
        sa += a;
        sb += b;
        aa += a * a;
        bb += b * b;
        ab += a * b;
    }
    let spread = (aa - sa * sa / n) * (bb - sb * sb / n);
    if spread > 0.0 { (ab - sa * sb / n) / spread.sqrt() } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::simulated::{SimulationSettings, simulate};

    fn cohort() -> Cohort {
        simulate(&SimulationSettings::tiny(5)).expect("a cohort").cohort
    }

    fn of(quality: &Quality, code: &str) -> Vec<String> {
        quality.findings.iter().find(|f| f.code == code).map(|f| f.samples.clone()).unwrap_or_default()
    }

    fn first(cohort: &Cohort, role: Role) -> usize {
        cohort.roles.value.iter().position(|r| *r == role).expect("one")
    }

    #[test]
    fn a_clean_cohort_has_nothing_to_report() {
        let quality = cohort().quality();
        // Some planted tumours hold next to no tumour: they do lie among the normals.
        let other: Vec<_> = quality.findings.iter().filter(|f| f.code != "normal_like_tumour").collect();
        assert!(other.is_empty(), "{other:?}");
        assert!(quality.measures.iter().all(|m| m.values.len() == quality.samples.len()));
    }

    #[test]
    fn a_swapped_pair_is_pointed_out() {
        let mut cohort = cohort();
        let (tumour, normal) = (first(&cohort, Role::Tumour), first(&cohort, Role::AdjacentNormal));
        cohort.roles.value.swap(tumour, normal);
        let names = [cohort.matrix.samples[tumour].clone(), cohort.matrix.samples[normal].clone()];
        let patient = Some("P".to_owned());
        (cohort.patients[tumour], cohort.patients[normal]) = (patient.clone(), patient);
        let found = of(&cohort.quality(), "swapped_pair");
        assert!(names.iter().all(|n| found.contains(n)), "{found:?}");
    }

    #[test]
    fn an_outlier_and_twins_are_named() {
        let mut cohort = cohort();
        let genes = cohort.matrix.rows.len();
        let turned: Vec<f32> = (0..genes).map(|g| cohort.matrix.rows[(g * 7 + 3) % genes][0]).collect();
        for (row, value) in cohort.matrix.rows.iter_mut().zip(turned) {
            row[0] = value;
            row[2] = row[1];
        }
        let quality = cohort.quality();
        assert_eq!(of(&quality, "far_from_its_role"), [cohort.matrix.samples[0].clone()]);
        assert_eq!(of(&quality, "same_values"), cohort.matrix.samples[1..3]);
    }

    #[test]
    fn a_logarithm_taken_twice_is_seen_and_can_be_undone() {
        let mut cohort = cohort();
        cohort.matrix.rows.iter_mut().flatten().for_each(|v| *v = (1.0 + *v).log2());
        let told = crate::cohort::values::scale::value_scale(&cohort.matrix, false);
        (cohort.scale, cohort.logarithm) = (told.scale, told.logarithm);
        let quality = cohort.quality();
        let finding = quality.findings.iter().find(|f| f.code == "log_of_log").expect("seen");
        assert_eq!(finding.correction.as_deref(), Some("undoLog"));
    }
}
