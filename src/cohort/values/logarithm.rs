//! Which logarithm values are: its base, and what was added before it was taken, told from the cells.
//!
//! Nothing in one cell tells them. Three things in many do: powers of the right base are whole numbers where counts were
//! logged; they sum to one number in every sample where values were scaled to a million (TPM, CPM) or to ten thousand
//! (scanpy); and an offset leaves a floor at its logarithm, below which there is nothing.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::cohort::text::thousands::thousands;
use crate::cohort::{Row, ValueScale};

/// Bases looked for; the first is taken where nothing tells.
const BASES: [ValueScale; 3] = [ValueScale::Log2, ValueScale::Ln, ValueScale::Log10];

/// Powers must come within this of a whole number, beside what rounding the logarithm cost.
const NEAR: f64 = 0.02;

/// Rounding may cost a power this much, or it is not looked at.
const MOST_ROUNDING: f64 = 0.1;

/// Share of the powers looked at that must be whole, how many must be looked at, and how many must differ. By chance a
/// fifth are.
const WHOLE: f64 = 0.98;
const POWERS: usize = 50;
const DIFFERENT: usize = 10;
/// Powers looked at are at most this many.
const MOST_POWERS: usize = 20_000;

/// Samples whose sums are compared, spread (standard deviation over mean) below which they are one number, and above
/// which those of another base are not.
const SUMMED: usize = 16;
const ONE_SUM: f64 = 0.01;
const NOT_ONE_SUM: f64 = 0.02;

/// What measurements are scaled to, and how near a sum must come.
const TOTALS: [f64; 2] = [1e6, 1e4];
const AT_TOTAL: f64 = 0.002;

/// Values below this (and not below 0) are under half of one of what was measured, where 1 was added.
const NEAR_ZERO: f32 = 0.5;

/// Share of the values that must be so, or sit on the smallest, for it to be a floor; and how many.
const FLOOR: f64 = 0.02;
const LOW: f64 = 0.001;
const FEWEST_LOW: usize = 5;

/// No natural logarithm of a million or of a scanner's 65,535 is above this, nor a decimal one of a thousand million.
const MAX_LN: f32 = 16.2;

/// The logarithm that was taken of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Logarithm {
    /// What was added before the logarithm was taken: 1 of log2(x + 1), 0 of log2 x.
    pub offset: f32,
    /// x are counts, which are scaled to a million a sample once the logarithm is undone.
    pub of_counts: bool,
    /// The cells, the file or the person say the base; else it is assumed.
    pub base_told: bool,
    /// The same of the offset.
    pub offset_told: bool,
}

/// How a cohort's values are read: scale, and the logarithm where they are one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Their scale, with the base of the logarithm.
    pub scale: ValueScale,
    /// The rest of it; none where the scale is none.
    #[serde(default)]
    pub logarithm: Option<Logarithm>,
}

impl ValueScale {
    /// The base of the logarithm, where the values are one.
    pub fn base(self) -> Option<f64> {
        match self {
            Self::Log2 => Some(2.0),
            Self::Ln => Some(std::f64::consts::E),
            Self::Log10 => Some(10.0),
            Self::Counts | Self::Linear | Self::LogRatio => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ln => "ln",
            Self::Log10 => "log10",
            _ => "log2",
        }
    }
}

impl Reading {
    /// `log2(x + 1)`, `ln(count + 1)`, `log2 x`; empty where the values are no logarithm.
    pub fn formula(&self) -> String {
        let Some(log) = self.logarithm else { return String::new() };
        let (word, of) = (self.scale.word(), if log.of_counts { "count" } else { "x" });
        if log.offset == 0.0 { format!("{word} {of}") } else { format!("{word}({of} + {})", log.offset) }
    }

    /// The reading that [`Self::formula`] writes, of x.
    pub(in crate::cohort) fn of_formula(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (word, rest) = plain.split_once("(x+")?;
        let scale = match word {
            "log2" => ValueScale::Log2,
            "ln" | "log" => ValueScale::Ln,
            "log10" => ValueScale::Log10,
            _ => return None,
        };
        let offset = rest.strip_suffix(')')?.parse().ok().filter(|offset: &f32| offset.is_finite() && *offset > 0.0)?;
        Some(Reading {
            scale,
            logarithm: Some(Logarithm { offset, of_counts: false, base_told: true, offset_told: true }),
        })
    }

    /// This reading with what only `trained` (a model's) tells; what these cells tell themselves stays.
    pub fn as_trained(self, trained: &Reading) -> Reading {
        let (Some(own), Some(theirs)) = (self.logarithm, trained.logarithm) else { return self };
        let base = if own.base_told { self.scale } else { trained.scale };
        let logarithm = Logarithm {
            offset: if own.offset_told { own.offset } else { theirs.offset },
            of_counts: if own.base_told { own.of_counts } else { theirs.of_counts },
            base_told: own.base_told || theirs.base_told,
            offset_told: own.offset_told || theirs.offset_told,
        };
        Reading { scale: base, logarithm: Some(logarithm) }
    }

    /// Whether both turn a value into the same number.
    pub fn reads_as(&self, other: &Reading) -> bool {
        let parts = |r: &Reading| (r.scale, r.logarithm.map(|l| (l.offset, l.of_counts)));
        parts(self) == parts(other)
    }
}

/// What the rules look at, beside the rows.
pub(in crate::cohort) struct Seen<'a> {
    pub(in crate::cohort) rows: &'a [Row],
    /// Some of the values, from all over the matrix.
    pub(in crate::cohort) sampled: &'a [f32],
    pub(in crate::cohort) min: f32,
    pub(in crate::cohort) max: f32,
    /// Shares of the values: below zero, on the smallest.
    pub(in crate::cohort) negative: f64,
    pub(in crate::cohort) at_min: f64,
    /// Cells that held minus infinity, the logarithm of nothing without an offset.
    pub(in crate::cohort) minus_infinite: bool,
}

/// The logarithm and the sentence's end that says why.
pub(in crate::cohort) fn logarithm(seen: &Seen<'_>) -> (Reading, String) {
    if let Some((base, offset, whole, looked_at)) = counts(seen) {
        let log = Logarithm { offset, of_counts: true, base_told: true, offset_told: offset != 1.0 || seen.min == 0.0 };
        let reading = Reading { scale: base, logarithm: Some(log) };
        let because = format!(
            "{} to the value is a whole number for {:.1} % of {} values: {} of counts",
            base_word(base),
            100.0 * whole,
            thousands(looked_at),
            reading.formula()
        );
        return (reading, because);
    }
    let summed = one_sum(seen.rows);
    let (scale, base_told, mut because) = match &summed {
        Some((base, mean)) => {
            let said = format!("{} to the value sums to {mean:.0} in every sample, by no other base", base_word(*base));
            (*base, true, said)
        }
        None if seen.max > MAX_LN => (ValueScale::Log2, true, "higher than natural logarithms reach".to_owned()),
        None => {
            (ValueScale::Log2, false, "the cells do not tell the base, and 2, the usual one, is assumed".to_owned())
        }
    };
    let (offset, offset_told, why) = offset(seen, scale, summed.map(|(_, mean)| mean));
    let log = Logarithm { offset, of_counts: false, base_told, offset_told };
    let reading = Reading { scale, logarithm: Some(log) };
    because += &format!("; {why}: read as {}", reading.formula());
    (reading, because)
}

/// The highest natural logarithm of one more than a million, to which measurements are scaled.
const LN_OF_A_MILLION: f32 = 13.82;

/// What a person should know where the base is assumed and natural logarithms would look the same: values from 0 (nothing,
/// where 1 was added) to no more than natural logarithms of values scaled to a million reach. Array intensities, which have
/// no zeros, are spared it.
pub(in crate::cohort) fn base_in_doubt(rows: &[Row], reading: &Reading) -> Option<String> {
    let log = reading.logarithm.filter(|log| !log.base_told && log.offset == 1.0)?;
    let values = || rows.iter().flat_map(|row| row.iter().copied()).filter(|v| v.is_finite());
    let highest = values().fold(f32::MIN, f32::max);
    let zeros = values().any(|v| v == 0.0);
    (zeros && highest <= LN_OF_A_MILLION && !log.of_counts).then(|| {
        format!(
            "The cells do not tell the base of their logarithm, and 2 is assumed; their highest value, {highest:.1}, is within \
             reach of natural logarithms too (ln(x + 1), scanpy's log1p). If they are such, say so under Logarithm, or with \
             --log-base e: levels are wrong by a power otherwise."
        )
    })
}

fn base_word(base: ValueScale) -> &'static str {
    match base {
        ValueScale::Ln => "e",
        ValueScale::Log10 => "10",
        _ => "2",
    }
}

/// Decimals that the values were written with; five where they cannot be told from float32's own digits.
fn decimals(sampled: &[f32]) -> i32 {
    let fits = |digits: i32| {
        let unit = 10_f64.powi(digits);
        sampled.iter().take(2000).all(|v| {
            let scaled = f64::from(*v) * unit;
            (scaled - scaled.round()).abs() <= 0.02 + scaled.abs() * 1.2e-7
        })
    };
    (0..5).find(|digits| fits(*digits)).unwrap_or(5)
}

/// The base of whose powers nearly all are whole, the offset, their share and how many were looked at.
fn counts(seen: &Seen<'_>) -> Option<(ValueScale, f32, f64, usize)> {
    if seen.negative > 0.0 && seen.min < -1.01 {
        return None;
    }
    let half = 0.5 * 10_f64.powi(-decimals(seen.sampled));
    let step = seen.sampled.len() / MOST_POWERS + 1;
    BASES.into_iter().find_map(|base| {
        let ln = base.base()?.ln();
        let powers: Vec<(f64, f64)> = seen
            .sampled
            .iter()
            .step_by(step)
            .map(|v| f64::from(*v))
            .map(|v| ((v * ln).exp(), (half + v.abs() * 6e-8) * ln))
            .map(|(power, relative)| (power, power * relative))
            .filter(|(power, rounding)| *power > 1.4 && *rounding <= MOST_ROUNDING)
            .collect();
        let different: HashSet<u64> = powers.iter().map(|(power, _)| power.round() as u64).collect();
        if powers.len() < POWERS || different.len() < DIFFERENT {
            return None;
        }
        let share = |shift: f64| {
            let whole = |(power, rounding): &&(f64, f64)| {
                let shifted = power - shift;
                (shifted - shifted.round()).abs() <= NEAR + rounding
            };
            powers.iter().filter(whole).count() as f64 / powers.len() as f64
        };
        let (whole, halves) = (share(0.0), share(0.5));
        match (whole >= WHOLE, halves >= WHOLE) {
            (true, false) => Some((base, if seen.minus_infinite { 0.0 } else { 1.0 }, whole, powers.len())),
            (false, true) => Some((base, 0.5, halves, powers.len())),
            _ => None,
        }
    })
}

/// The base by which alone all samples sum to one number, and that number.
pub(in crate::cohort) fn one_sum(rows: &[Row]) -> Option<(ValueScale, f64)> {
    let samples = rows.first().map_or(0, |row| row.len());
    let step = samples.div_ceil(SUMMED).max(1);
    let chosen: Vec<usize> = (0..samples).step_by(step).collect();
    if chosen.len() < 4 {
        return None;
    }
    let mut sums = vec![[0.0_f64; BASES.len()]; chosen.len()];
    let lns = BASES.map(|base| base.base().unwrap_or(2.0).ln());
    for row in rows {
        if chosen.iter().any(|s| row.get(*s).is_none_or(|v| v.is_nan())) {
            continue;
        }
        for (sum, v) in sums.iter_mut().zip(chosen.iter().filter_map(|s| row.get(*s))) {
            sum.iter_mut().zip(lns).for_each(|(sum, ln)| *sum += (f64::from(*v) * ln).exp());
        }
    }
    let n = sums.len() as f64;
    let spread = |base: usize| {
        let mean = sums.iter().map(|s| s[base]).sum::<f64>() / n;
        let squares = sums.iter().map(|s| (s[base] - mean).powi(2)).sum::<f64>() / n;
        (squares.sqrt() / mean, mean)
    };
    let spreads: Vec<(f64, f64)> = (0..BASES.len()).map(spread).collect();
    let best = (0..BASES.len()).min_by(|a, b| spreads[*a].0.total_cmp(&spreads[*b].0))?;
    let least = spreads[best].0;
    // Far apart, or at least far apart for how well the best one fits.
    let apart = |spread: f64| spread > NOT_ONE_SUM.max(4.0 * least) || spread > (NOT_ONE_SUM / 10.0).max(50.0 * least);
    let others = (0..BASES.len()).filter(|b| *b != best).all(|b| apart(spreads[b].0));
    (spreads[best].0 < ONE_SUM && others).then_some((BASES[best], spreads[best].1))
}

/// What was added, whether the cells tell it, and why.
fn offset(seen: &Seen<'_>, scale: ValueScale, sum: Option<f64>) -> (f32, bool, String) {
    let genes = seen.rows.len() as f64;
    if seen.minus_infinite {
        return (0.0, true, "minus infinity stands where nothing was measured, so nothing was added".to_owned());
    }
    if seen.min < 0.0 {
        if seen.at_min >= FLOOR {
            let added = (f64::from(seen.min) * scale.base().unwrap_or(2.0).ln()).exp();
            // Three digits: the cells hold no more of it.
            let unit = 10_f64.powf(2.0 - added.log10().floor());
            let added = ((added * unit).round() / unit) as f32;
            return (added, true, format!("{:.1} % sit at the smallest value, a floor", 100.0 * seen.at_min));
        }
        return (0.0, true, format!("{:.1} % are negative without a floor", 100.0 * seen.negative));
    }
    let total = sum.and_then(|sum| {
        let near = |added: f64| TOTALS.iter().any(|total| (sum - added * genes - total).abs() < AT_TOTAL * total);
        match (near(0.0), near(1.0)) {
            (true, false) => Some(0.0),
            (false, true) => Some(1.0),
            _ => None,
        }
    });
    if let Some(added) = total {
        return (added, true, "the sum says what was added".to_owned());
    }
    let low = seen.sampled.iter().filter(|v| **v < NEAR_ZERO).count();
    let share = low as f64 / seen.sampled.len().max(1) as f64;
    if share >= LOW && low >= FEWEST_LOW {
        let why = format!("{:.1} % lie between 0 and {NEAR_ZERO} and none below", 100.0 * share);
        return (1.0, true, why);
    }
    let why = if low == 0 { "no value is near 0" } else { "hardly a value is near 0" };
    (0.0, false, format!("{why}: nothing tells whether 1 was added, and nothing is assumed to be"))
}
