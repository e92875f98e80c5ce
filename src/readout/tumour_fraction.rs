//! Where each biopsy lies between adjacent normal tissue and the cohort's purest tumours, without any reference: the mixing
//! model `(1 − a)·x + a·n` of the views solved for the mixing. It is the tumour fraction only where tumours lie on that line; on many
//! cohorts they do not (docs/method.md, *Estimated purity*), so it is shown as a position and taken for purity nowhere:
//! [`super::stand_in`] is.
//!
//! A biopsy `x` is taken for `(1 − a)·t + a·n` in linear space, with `t` the cohort's purest tumours and `n` its adjacent
//! normals (medians, gene by gene). Every gene in which the two differ most gives an answer,
//! `a = (x − t) / (n − t)`; the estimate is `1 − median a`, the least-absolute-deviations counterpart of constrained
//! least squares, which a few abundant or subtype-specific genes cannot move. Which tumours are purest is not known
//! beforehand: the search starts from [`tumour_fraction_proxy`] and repeats itself.
//!
//! It is relative: 1 is the median of the purest tumours, which are themselves impure, so values above 1 are ordinary.
//! It sees the tissue that adjacent normals contain and no other. Read it as an order of samples. How well it does on
//! measured purity stands in docs/method.md.

use super::ReadoutError;
use super::purity::tumour_fraction_proxy;
use crate::cohort::median;
use ndarray::{Array2, Axis};

/// Share of the tumours that stands for "pure".
const PUREST: f64 = 0.2;
/// Fewer tumours than this are no median.
const FEWEST_PURE: usize = 3;
/// Genes asked at most, and as a share of all.
const MOST_GENES: usize = 500;
const SHARE_OF_GENES: usize = 6;
/// Fewer genes than this in which the two differ answer nothing.
pub const FEWEST_GENES: usize = 20;
/// Repetitions; the purest tumours no longer change much after two.
const ROUNDS: usize = 3;

/// Position of each tumour between adjacent normal (0) and the purest of the cohort (about 1). Both matrices are samples × genes in
/// linear space over the same genes.
///
/// # Errors
/// [`ReadoutError::TooFew`] under three tumours, without a normal, or with fewer than [`FEWEST_GENES`] genes that
/// differ at all; [`ReadoutError::Shape`] when genes differ in number.
pub fn tumour_fraction(tumours: &Array2<f32>, normals: &Array2<f32>) -> Result<Vec<f64>, ReadoutError> {
    ReadoutError::at_least("Tumours", FEWEST_PURE, tumours.nrows())?;
    let mut fraction = tumour_fraction_proxy(tumours, normals)?;
    let normal = medians(normals);
    for _ in 0..ROUNDS {
        let pure = medians(&tumours.select(Axis(0), &purest(&fraction)));
        let genes = informative(&normal, &pure);
        ReadoutError::at_least("Genes that differ between adjacent normals and tumours", FEWEST_GENES, genes.len())?;
        let of = |row: ndarray::ArrayView1<f32>| {
            let mut shares: Vec<f64> =
                genes.iter().map(|&g| (f64::from(row[g]) - pure[g]) / (normal[g] - pure[g])).collect();
            1.0 - median(&mut shares)
        };
        fraction = tumours.rows().into_iter().map(of).collect();
    }
    Ok(fraction)
}

fn purest(fraction: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..fraction.len()).collect();
    order.sort_by(|&i, &j| fraction[j].total_cmp(&fraction[i]).then(i.cmp(&j)));
    order.truncate(((fraction.len() as f64 * PUREST).round() as usize).max(FEWEST_PURE));
    order
}

/// The genes whose log ratio of normal to pure tumour is largest, either way.
fn informative(normal: &[f64], pure: &[f64]) -> Vec<usize> {
    let ratio = |g: usize| ((1.0 + normal[g].max(0.0)).log2() - (1.0 + pure[g].max(0.0)).log2()).abs();
    let mut genes: Vec<(f64, usize)> = (0..normal.len()).map(|g| (ratio(g), g)).filter(|(r, _)| *r > 1e-6).collect();
    genes.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    genes.truncate((normal.len() / SHARE_OF_GENES).clamp(FEWEST_GENES, MOST_GENES));
    genes.into_iter().map(|(_, g)| g).collect()
}

fn medians(samples: &Array2<f32>) -> Vec<f64> {
    let of = |gene: ndarray::ArrayView1<f32>| median(&mut gene.iter().map(|v| f64::from(*v)).collect::<Vec<f64>>());
    samples.columns().into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::simulated::{SimulationSettings, simulate};
    use crate::readout::correlation::spearman;
    use crate::training_set::{Selection, TrainingSet};

    #[test]
    fn it_orders_simulated_tumours_by_their_purity() {
        for seed in [1, 2, 3] {
            let settings = SimulationSettings { tumours: 150, normals: 20, genes: 1500, seed, ..Default::default() };
            let simulated = simulate(&settings).expect("a cohort");
            let selection = Selection { genes: 0, held_out: 0.0, seed };
            let set = TrainingSet::from_cohort(&simulated.cohort, selection).expect("a training set");
            let truth: Vec<f64> = simulated.truth.purity.iter().map(|v| f64::from(*v)).collect();
            let of = |values: Vec<f64>| spearman(&values, &truth).expect("a correlation");
            let ours = of(tumour_fraction(&set.tumour_values, &set.normal_values).expect("fractions"));
            let proxy = of(tumour_fraction_proxy(&set.tumour_values, &set.normal_values).expect("a proxy"));
            println!("seed {seed}: {ours:.3}, proxy {proxy:.3}");
            assert!(ours > 0.85, "seed {seed}: {ours}");
        }
    }

    #[test]
    fn a_mixture_of_two_tissues_gives_its_share_back() {
        // Thirty pure tumours, the same again a quarter and three quarters normal tissue.
        let value = |i: usize, g: usize, base: f32| base * (1.0 + 0.2 * ((i * 31 + g * 17) % 11) as f32 / 11.0);
        let normals = Array2::from_shape_fn((8, 120), |(i, g)| value(i, g, if g % 2 == 0 { 900.0 } else { 100.0 }));
        let pure = Array2::from_shape_fn((30, 120), |(i, g)| value(i + 3, g, if g % 2 == 0 { 90.0 } else { 400.0 }));
        let mixed =
            |a: f32| Array2::from_shape_fn((30, 120), |(i, g)| (1.0 - a) * pure[[i, g]] + a * normals[[i % 8, g]]);
        let tumours = ndarray::concatenate![Axis(0), pure, mixed(0.25), mixed(0.75)];
        let found = tumour_fraction(&tumours, &normals).expect("fractions");
        let mean = |from: usize| found[from..from + 30].iter().sum::<f64>() / 30.0;
        for (from, truth) in [(0, 1.0), (30, 0.75), (60, 0.25)] {
            assert!((mean(from) - truth).abs() < 0.02, "{} is not {truth}", mean(from));
        }
    }

    #[test]
    fn too_little_to_ask_is_refused() {
        let (tumours, normals) = (Array2::from_elem((5, 60), 4.0f32), Array2::from_elem((2, 60), 4.0f32));
        assert_eq!(tumour_fraction(&tumours, &normals).expect_err("no gene differs").code(), "too_few");
        assert_eq!(tumour_fraction(&tumours, &Array2::zeros((0, 60))).expect_err("no normals").code(), "too_few");
    }
}
