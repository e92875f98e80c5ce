//! The layout: attraction along edges in proportion to their weight, repulsion from random others.

use super::{curve::Curve, fuzzy::Edge};
use ndarray::Array2;
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

const NEGATIVE_SAMPLES: f64 = 5.0;
/// A step along one axis is never longer than this.
const LONGEST_STEP: f64 = 4.0;

/// Attraction and repulsion tabulated over the squared distance, [`PER_OCTAVE`] points between two powers of two and
/// straight lines between them (relative error under 1e-4): the power they need is most of a layout's time,
/// in wasm above all.
struct Forces {
    attraction: Vec<f64>,
    repulsion: Vec<f64>,
}

const PER_OCTAVE_BITS: u32 = 7;
const PER_OCTAVE: usize = 1 << PER_OCTAVE_BITS;
const LOWEST: f64 = 1.0 / (1u64 << 40) as f64;
const OCTAVES: usize = 64;

impl Forces {
    fn new(Curve { a, b }: Curve) -> Self {
        let points = (0..=OCTAVES * PER_OCTAVE).map(|i| {
            let within = 1.0 + (i % PER_OCTAVE) as f64 / PER_OCTAVE as f64;
            let squared = LOWEST * 2f64.powi((i / PER_OCTAVE) as i32) * within;
            let power = squared.powf(b);
            let attraction = -2.0 * a * b * power / (squared * (a * power + 1.0));
            (attraction, 2.0 * b / ((0.001 + squared) * (a * power + 1.0)))
        });
        let (attraction, repulsion) = points.unzip();
        Self { attraction, repulsion }
    }

    fn at(table: &[f64], squared: f64) -> f64 {
        const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - PER_OCTAVE_BITS;
        let bits = squared.max(LOWEST).to_bits();
        let slot = ((bits >> SHIFT) - (LOWEST.to_bits() >> SHIFT)) as usize;
        let along = (bits & ((1 << SHIFT) - 1)) as f64 / (1u64 << SHIFT) as f64;
        match table.get(slot..slot + 2) {
            Some(&[before, after]) => before + along * (after - before),
            _ => 0.0,
        }
    }
}

/// When an edge is next due, in epochs.
struct Schedule {
    edge: Edge,
    every: f64,
    next: f64,
    next_negative: f64,
}

/// umap-learn's `optimize_layout_euclidean`: learning rate 1 falling to 0, five negative samples for one attraction.
pub(super) fn optimise(
    positions: &mut Array2<f64>,
    edges: &[Edge],
    curve: Curve,
    epochs: usize,
    rng: &mut Xoshiro256PlusPlus,
) {
    let mut at: Vec<[f64; 2]> = positions.rows().into_iter().map(|p| [p[0], p[1]]).collect();
    let heaviest = edges.iter().fold(0.0_f32, |m, e| m.max(e.weight));
    let mut schedules: Vec<Schedule> = edges
        .iter()
        .filter(|e| f64::from(e.weight) >= f64::from(heaviest) / epochs as f64)
        .map(|&edge| {
            let every = f64::from(heaviest) / f64::from(edge.weight);
            Schedule { edge, every, next: every, next_negative: every / NEGATIVE_SAMPLES }
        })
        .collect();
    let (n, forces) = (at.len(), Forces::new(curve));
    for epoch in 0..epochs {
        let now = epoch as f64;
        let rate = 1.0 - now / epochs as f64;
        for s in schedules.iter_mut().filter(|s| s.next <= now) {
            let (head, tail) = (s.edge.head as usize, s.edge.tail as usize);
            let (mut here, there) = (at[head], at[tail]);
            let squared = distance_squared(here, there);
            if squared > 0.0 {
                let pull = Forces::at(&forces.attraction, squared);
                let step = step(here, there, pull * rate, rate);
                here = [here[0] + step[0], here[1] + step[1]];
                at[tail] = [there[0] - step[0], there[1] - step[1]];
            }
            s.next += s.every;
            let every_negative = s.every / NEGATIVE_SAMPLES;
            let due = ((now - s.next_negative) / every_negative).max(0.0).floor();
            for _ in 0..due as usize {
                let other = rng.random_range(0..n as u32) as usize;
                if other == head {
                    continue;
                }
                let there = at[other];
                let squared = distance_squared(here, there);
                if squared > 0.0 {
                    let push = Forces::at(&forces.repulsion, squared);
                    let step = step(here, there, push * rate, rate);
                    here = [here[0] + step[0], here[1] + step[1]];
                }
            }
            s.next_negative += due * every_negative;
            at[head] = here;
        }
    }
    for (mut row, point) in positions.rows_mut().into_iter().zip(at) {
        row[0] = point[0];
        row[1] = point[1];
    }
}

fn distance_squared(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

fn step(from: [f64; 2], to: [f64; 2], force: f64, rate: f64) -> [f64; 2] {
    let bound = LONGEST_STEP * rate;
    [(force * (from[0] - to[0])).clamp(-bound, bound), (force * (from[1] - to[1])).clamp(-bound, bound)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabulated_forces_equal_the_formula() {
        let Curve { a, b } = Curve { a: 1.577, b: 0.895 };
        let forces = Forces::new(Curve { a, b });
        for i in 0..2000 {
            let squared = 1e-10 * 1.02f64.powi(i);
            if squared > 1e6 {
                break;
            }
            let power = squared.powf(b);
            let pull = -2.0 * a * b * power / (squared * (a * power + 1.0));
            let push = 2.0 * b / ((0.001 + squared) * (a * power + 1.0));
            assert!((Forces::at(&forces.attraction, squared) / pull - 1.0).abs() < 1e-4, "{squared}");
            assert!((Forces::at(&forces.repulsion, squared) / push - 1.0).abs() < 1e-4, "{squared}");
        }
        assert_eq!(Forces::at(&forces.repulsion, f64::INFINITY), 0.0);
    }
}
