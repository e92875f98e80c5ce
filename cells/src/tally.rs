//! Counts over the values of a matrix, a row at a time.

/// Counts over the values of a matrix, `NaN` left out, from which its scale is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// Values that are not missing.
    pub values: usize,
    /// Of these, those below zero.
    pub negative: usize,
    /// Of these, whole numbers.
    pub whole: usize,
    /// The smallest; infinity where there is none.
    pub min: f32,
    /// The largest; minus infinity where there is none.
    pub max: f32,
    /// Values that equal the smallest.
    pub at_min: usize,
    /// Values that equal the largest.
    pub at_max: usize,
    /// The first value and then every `step`-th.
    pub sampled: Vec<f32>,
    step: usize,
    until_sampled: usize,
}

impl Tally {
    /// Nothing counted; every `step`-th value will be kept.
    pub fn new(step: usize) -> Self {
        Tally {
            values: 0,
            negative: 0,
            whole: 0,
            min: f32::INFINITY,
            max: f32::NEG_INFINITY,
            at_min: 0,
            at_max: 0,
            sampled: Vec::new(),
            step: step.max(1),
            until_sampled: 0,
        }
    }

    /// Counts one row.
    #[inline(never)]
    pub fn row(&mut self, row: &[f32]) {
        let seen = Lanes::of(row);
        let (values, min, max) = (seen.values.iter().sum::<u32>() as usize, seen.min(), seen.max());
        if values == row.len() {
            self.sample(row.len(), |at| row.get(at).copied());
        } else {
            let present: Vec<f32> = row.iter().copied().filter(|v| !v.is_nan()).collect();
            self.sample(present.len(), |at| present.get(at).copied());
        }
        self.values += values;
        self.negative += seen.negative.iter().sum::<u32>() as usize;
        self.whole += seen.whole.iter().sum::<u32>() as usize;
        if min < self.min {
            (self.min, self.at_min) = (min, 0);
        }
        if max > self.max {
            (self.max, self.at_max) = (max, 0);
        }
        // Most rows hold neither, and are not looked at twice.
        if min == self.min {
            self.at_min += row.iter().filter(|v| **v == min).count();
        }
        if max == self.max {
            self.at_max += row.iter().filter(|v| **v == max).count();
        }
    }

    fn sample(&mut self, length: usize, value: impl Fn(usize) -> Option<f32>) {
        while self.until_sampled < length {
            self.sampled.extend(value(self.until_sampled));
            self.until_sampled += self.step;
        }
        self.until_sampled -= length;
    }
}

/// Four of everything, so that it is counted four values at a time.
struct Lanes {
    values: [u32; 4],
    negative: [u32; 4],
    whole: [u32; 4],
    mins: [f32; 4],
    maxs: [f32; 4],
}

impl Lanes {
    fn of(row: &[f32]) -> Self {
        let mut lanes = Lanes {
            values: [0; 4],
            negative: [0; 4],
            whole: [0; 4],
            mins: [f32::INFINITY; 4],
            maxs: [f32::NEG_INFINITY; 4],
        };
        let (fours, rest) = row.as_chunks::<4>();
        for four in fours {
            lanes.count(four);
        }
        let mut last = [f32::NAN; 4];
        for (lane, value) in last.iter_mut().zip(rest) {
            *lane = *value;
        }
        lanes.count(&last);
        lanes
    }

    #[inline(always)]
    fn count(&mut self, four: &[f32; 4]) {
        for (at, value) in four.iter().enumerate() {
            // No comparison with NaN holds: it is in no lane.
            self.values[at] += u32::from(!value.is_nan());
            self.negative[at] += u32::from(*value < 0.0);
            self.whole[at] += u32::from(value.trunc() == *value);
            self.mins[at] = if *value < self.mins[at] { *value } else { self.mins[at] };
            self.maxs[at] = if *value > self.maxs[at] { *value } else { self.maxs[at] };
        }
    }

    fn min(&self) -> f32 {
        self.mins.iter().copied().fold(f32::INFINITY, f32::min)
    }

    fn max(&self) -> f32 {
        self.maxs.iter().copied().fold(f32::NEG_INFINITY, f32::max)
    }
}

/// Whether a row misses a value.
#[inline(never)]
pub fn misses_a_value(row: &[f32]) -> bool {
    row.iter().filter(|v| v.is_nan()).count() > 0
}

/// Whether a row holds a value below zero.
#[inline(never)]
pub fn falls_below_zero(row: &[f32]) -> bool {
    row.iter().filter(|v| **v < 0.0).count() > 0
}
