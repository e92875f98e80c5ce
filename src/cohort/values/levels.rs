//! A matrix's values in linear space: what every room below reads.

use crate::cohort::{Cohort, ExpressionMatrix, Reading, ValueScale};

/// Turns values of a matrix into levels of expression: logarithms undone, counts brought to counts per million.
#[derive(Clone, Debug)]
pub struct Levels {
    /// log2 of the base; the value itself where it is no logarithm.
    to_log2: Option<f32>,
    offset: f32,
    /// Per sample: counts become counts per million, everything else stays.
    factor: Vec<f32>,
    /// The lowest level of the matrix: genes sitting on it were not measured.
    pub floor: f32,
}

impl Levels {
    /// How the values of `matrix` are turned; `None` for log-ratios, which have no level.
    pub fn of(matrix: &ExpressionMatrix, reading: &Reading) -> Option<Self> {
        if reading.scale == ValueScale::LogRatio {
            return None;
        }
        let log = reading.logarithm.unwrap_or_default();
        let samples = matrix.samples.len();
        let to_log2 = reading.scale.base().map(|base| base.log2() as f32);
        let mut levels = Levels { to_log2, offset: log.offset, factor: vec![1.0; samples], floor: 0.0 };
        let mut sums = vec![0.0f64; samples];
        let mut lowest = f32::INFINITY;
        let counts = reading.scale == ValueScale::Counts || to_log2.is_some() && log.of_counts;
        for row in &matrix.rows {
            for ((sample, sum), v) in sums.iter_mut().enumerate().zip(row.iter()).filter(|(_, v)| v.is_finite()) {
                if counts {
                    *sum += f64::from(if to_log2.is_some() { levels.value(*v, sample) } else { *v });
                }
                lowest = lowest.min(*v);
            }
        }
        if counts {
            levels.factor = sums.iter().map(|&s| if s > 0.0 { (1e6 / s) as f32 } else { 0.0 }).collect();
        }
        if to_log2.is_some() {
            levels.floor = if counts { 0.0 } else { levels.undone(lowest, 0) };
        }
        Some(levels)
    }

    /// The level of a value of a sample; NaN of a missing one.
    pub fn value(&self, v: f32, sample: usize) -> f32 {
        // `max` would turn a missing value into zero.
        if v.is_nan() { f32::NAN } else { self.undone(v, sample) }
    }

    fn undone(&self, v: f32, sample: usize) -> f32 {
        let linear = match self.to_log2 {
            Some(1.0) => v.exp2() - self.offset,
            Some(to_log2) => (v * to_log2).exp2() - self.offset,
            None => v,
        };
        (linear * self.factor.get(sample).copied().unwrap_or(1.0)).max(0.0)
    }

    /// `log2(1 + level)` of a value of a sample.
    pub fn log2(&self, v: f32, sample: usize) -> f32 {
        (1.0 + self.value(v, sample)).log2()
    }
}

impl Cohort {
    /// How its values are read.
    pub fn reading(&self) -> Reading {
        Reading { scale: self.scale.value, logarithm: self.logarithm }
    }

    /// Its values as levels; `None` for log-ratios.
    pub fn levels(&self) -> Option<Levels> {
        Levels::of(&self.matrix, &self.reading())
    }
}
