//! The scale values are on, from their distribution.

use twinpurify_cells::Tally;

use super::logarithm::{Seen, logarithm, one_sum};
use crate::cohort::{Evidence, ExpressionMatrix, Logarithm, Reading, Row, ValueScale};

/// Largest value logarithms reach: log2 of the deepest count is under 30 (measured over the study's cohorts: 12.8 to 22.6).
const MAX_LOG: f32 = 30.0;

/// Share of negative values above which they are not just a logarithm's floor (measured log2 cohorts: 3 to 5.5 %).
const MANY_NEGATIVE: f64 = 0.2;

/// Share of values that must sit on the smallest one for it to be a floor (log2 of zero plus a small number).
const FLOOR: f64 = 0.02;

/// Copy-number calls run from -2 to 2.
const MAX_CALL: f32 = 3.0;

/// Share of whole numbers in counts; a few corrected values are let through.
const WHOLE: f64 = 0.999;

/// Values the median is taken from.
const MEDIAN_VALUES: usize = 200_000;

/// What the rules look at.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Distribution {
    values: usize,
    min: f32,
    max: f32,
    median: f32,
    negative: f64,
    whole: f64,
    at_min: f64,
    at_max: f64,
}

/// A scale, the logarithm where it is one, and why.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cohort) struct Told {
    pub(in crate::cohort) scale: Evidence<ValueScale>,
    pub(in crate::cohort) logarithm: Option<Logarithm>,
}

impl Told {
    pub(in crate::cohort) fn reading(&self) -> Reading {
        Reading { scale: self.scale.value, logarithm: self.logarithm }
    }

    /// The same where the file itself says which logarithm its values are.
    pub(in crate::cohort) fn said_by_file(mut self, said: Option<Reading>) -> Self {
        if let (Some(own), Some(Reading { scale, logarithm: Some(theirs) })) = (self.logarithm, said) {
            let of_counts = own.of_counts && scale == self.scale.value;
            let reading = Reading { scale, logarithm: Some(Logarithm { of_counts, ..theirs }) };
            self.scale.because =
                format!("The file says that its values are {}. {}", reading.formula(), self.scale.because);
            (self.scale.value, self.logarithm) = (reading.scale, reading.logarithm);
        }
        self
    }
}

/// The scale of a matrix and why. Cells of minus infinity, if there are `minus_infinite`, are the logarithm of nothing and
/// say nothing else.
pub(in crate::cohort) fn value_scale(matrix: &ExpressionMatrix, minus_infinite: bool) -> Told {
    let (d, sampled) = distribution(&matrix.rows, minus_infinite);
    let evidence = scale_of(&d, &|| one_sum(&matrix.rows).is_some());
    if evidence.value != ValueScale::Log2 {
        return Told { scale: evidence, logarithm: None };
    }
    let seen = Seen {
        rows: &matrix.rows,
        sampled: &sampled,
        min: d.min,
        max: d.max,
        negative: d.negative,
        at_min: d.at_min,
        minus_infinite,
    };
    let (reading, because) = logarithm(&seen);
    let because = format!("{}; {because}.", evidence.because.trim_end_matches('.'));
    Told { scale: Evidence { value: reading.scale, because }, logarithm: reading.logarithm }
}

/// The scale; every logarithm is called log2 here. `one_sum`: powers of one base sum to one number in every sample, which
/// those of ratios do not.
fn scale_of(d: &Distribution, one_sum: &dyn Fn() -> bool) -> Evidence<ValueScale> {
    if d.values == 0 {
        return Evidence {
            value: ValueScale::Linear,
            because: "There are no values to tell the scale from.".to_owned(),
        };
    }
    let range = format!("values run from {} to {} with median {}", short(d.min), short(d.max), short(d.median));
    let negative = 100.0 * d.negative;
    if d.min < 0.0 && d.min >= -MAX_CALL && d.max <= MAX_CALL && d.whole >= 1.0 {
        let because = format!("{range}, all whole: copy-number calls or another ratio in steps, not expression.");
        return Evidence { value: ValueScale::LogRatio, because };
    }
    if d.negative > MANY_NEGATIVE && d.max <= 2.0 * MAX_LOG {
        if d.at_min >= FLOOR && d.at_max * 2.0 < d.at_min {
            let because =
                format!("{range}; {:.1} % sit at the smallest value, a floor for log2 of zero.", 100.0 * d.at_min);
            return Evidence { value: ValueScale::Log2, because };
        }
        if one_sum() {
            let because = format!("{range}; {negative:.1} % are negative, the logarithm of less than one.");
            return Evidence { value: ValueScale::Log2, because };
        }
        let because = format!("{range}; {negative:.1} % are negative, as log-ratios and z-scores are.");
        return Evidence { value: ValueScale::LogRatio, because };
    }
    if d.min >= 0.0 && d.whole >= WHOLE {
        let because = format!("{range}; {:.1} % are whole numbers and none is negative.", 100.0 * d.whole);
        return Evidence { value: ValueScale::Counts, because };
    }
    if d.max <= MAX_LOG {
        let floor = if d.min < 0.0 {
            format!("; {negative:.1} % are negative, the logarithm of less than one")
        } else {
            String::new()
        };
        return Evidence {
            value: ValueScale::Log2,
            because: format!("{range}, no more than logarithms reach ({MAX_LOG}){floor}."),
        };
    }
    let below = if d.min < 0.0 { format!("; {negative:.1} % are negative and count as 0") } else { String::new() };
    Evidence { value: ValueScale::Linear, because: format!("{range}, more than logarithms reach ({MAX_LOG}){below}.") }
}

fn distribution(rows: &[Row], minus_infinite: bool) -> (Distribution, Vec<f32>) {
    let cells: usize = rows.iter().map(|row| row.len()).sum();
    // A step without a common factor with the width falls on every column in turn.
    let width = rows.first().map_or(1, |row| row.len());
    let mut step = (cells / MEDIAN_VALUES).max(1);
    while step > 1 && common_factor(step, width) > 1 {
        step += 1;
    }
    let mut tally = Tally::new(step);
    let mut finite = Vec::new();
    for row in rows {
        if minus_infinite {
            finite.clear();
            finite.extend(row.iter().map(|v| if v.is_finite() { *v } else { f32::NAN }));
            tally.row(&finite);
        } else {
            tally.row(row);
        }
    }
    let Tally { values, negative, whole, min, max, at_min, at_max, mut sampled, .. } = tally;
    let middle = sampled.len() / 2;
    let median = match sampled.len() {
        0 => f32::NAN,
        _ => *sampled.select_nth_unstable_by(middle, f32::total_cmp).1,
    };
    let share = |count: usize| count as f64 / values.max(1) as f64;
    let distribution = Distribution {
        values,
        min,
        max,
        median,
        negative: share(negative),
        whole: share(whole),
        at_min: share(at_min),
        at_max: share(at_max),
    };
    (distribution, sampled)
}

fn common_factor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_factor(b, a % b) }
}

fn short(value: f32) -> String {
    if value.abs() >= 1000.0 { format!("{value:.0}") } else { format!("{}", (value * 100.0).round() / 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(values: &[f32]) -> ValueScale {
        let matrix = ExpressionMatrix {
            genes: vec!["A".to_owned()],
            samples: vec!["s".to_owned(); values.len()],
            rows: vec![values.into()],
        };
        let evidence = value_scale(&matrix, false).scale;
        assert!(evidence.because.ends_with('.'), "{}", evidence.because);
        evidence.value
    }

    #[test]
    fn scales() {
        assert_eq!(scale(&[0.0, 120.0, 94.0, 35092.0]), ValueScale::Counts);
        assert_eq!(scale(&[0.0, 0.5382, 174.0, 1786111.9]), ValueScale::Linear);
        assert_eq!(scale(&[0.0, 4.02, 7.1, 21.59, f32::NAN]), ValueScale::Log2);
        assert_eq!(scale(&[-2.0, 5.44, 9.32, 19.54, 8.1, 7.7, 9.9]), ValueScale::Log2);
        assert_eq!(scale(&[-1.2, 0.3, 0.9, -0.4, 0.01, -2.2]), ValueScale::LogRatio);
        assert_eq!(scale(&[-9.97, -9.97, -9.97, 3.2, 4.1, 0.7]), ValueScale::Log2);
        assert_eq!(scale(&[-5.0, 300.5, 120.2, 8.0, 7.0, 1.0]), ValueScale::Linear);
        assert_eq!(scale(&[]), ValueScale::Linear);
    }

    #[test]
    fn the_sentence_states_numbers() {
        let matrix = ExpressionMatrix {
            genes: vec!["A".to_owned()],
            samples: vec![],
            rows: vec![vec![0.0, 4.02, 21.594].into()],
        };
        assert!(value_scale(&matrix, false).scale.because.starts_with("values run from 0 to 21.59 with median 4.02"));
    }

    #[test]
    fn the_tally_counts_as_one_would_by_hand() {
        let value = |at: usize| match (at * 7919) % 13 {
            0 => f32::NAN,
            1 => -1.5,
            2 => 0.0,
            n => n as f32 * 0.75,
        };
        let rows: Vec<Vec<f32>> = (0..37).map(|row| (0..row % 11).map(|at| value(row * 31 + at)).collect()).collect();
        for step in [1, 3, 50] {
            let mut tally = Tally::new(step);
            rows.iter().for_each(|row| tally.row(row));
            let all: Vec<f32> = rows.iter().flatten().copied().filter(|v| !v.is_nan()).collect();
            let count = |is: &dyn Fn(f32) -> bool| all.iter().filter(|v| is(**v)).count();
            assert_eq!(tally.values, all.len());
            assert_eq!((tally.min, tally.max), (-1.5, 9.0));
            assert_eq!(tally.negative, count(&|v| v < 0.0));
            assert_eq!(tally.whole, count(&|v| v.fract() == 0.0));
            assert_eq!((tally.at_min, tally.at_max), (count(&|v| v == -1.5), count(&|v| v == 9.0)));
            assert_eq!(tally.sampled, all.iter().copied().step_by(step).collect::<Vec<_>>());
        }
    }
}
