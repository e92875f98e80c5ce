use ndarray::{Array2, Axis};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Deserialize;

use super::*;
use crate::training_set::Moments;

#[derive(Deserialize)]
struct Golden {
    shift: Vec<Vec<f32>>,
    embedding: Vec<Vec<f32>>,
    axes: Vec<Vec<f32>>,
    share: Vec<f64>,
    taken_out: Vec<Vec<Vec<f32>>>,
}

fn matrix(rows: &[Vec<f32>]) -> Array2<f32> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn near(a: &Array2<f32>, b: &Array2<f32>, tolerance: f32) -> bool {
    a.dim() == b.dim() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < tolerance)
}

#[test]
fn directions_and_projection_are_those_of_numpy() {
    let text = include_str!("../../tests/golden/contamination/directions.json");
    let golden: Golden = serde_json::from_str(text).unwrap();
    let (shift, embedding) = (matrix(&golden.shift), matrix(&golden.embedding));
    let found = Directions::of(&shift, &embedding, golden.axes.len(), None);
    assert!(near(&found.axes, &matrix(&golden.axes), 1e-4), "{}", found.axes);
    assert!(near(&found.loadings, &found.axes, 1e-5), "of genes, a direction moves the genes it is made of");
    assert!(found.shift.iter().zip(&golden.share).all(|(a, b)| (a - b).abs() < 1e-5));
    for (strength, expected) in golden.taken_out.iter().enumerate() {
        let mut read = embedding.clone();
        Removal::new(found.clone(), strength, &[]).apply(&mut read);
        assert!(near(&read, &matrix(expected), 2e-4), "strength {strength}");
    }
}

/// Tumours vary everywhere, normals are loud in the first genes.
fn cohort(tumours: usize, normals: usize, loud: f32) -> (Array2<f32>, Array2<f32>, Moments) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(4);
    let mut draw = |n: usize, loud: f32| {
        Array2::from_shape_fn((n, 30), |(_, g)| {
            let v = rng.random_range(1.0..60.0f32);
            if g < 8 { v + loud * rng.random_range(0.5..1.5f32) } else { v }
        })
    };
    let (tumours, normals) = (draw(tumours, 0.0), draw(normals, loud));
    let moments = Moments::of(&tumours);
    (tumours, normals, moments)
}

fn directions(tumours: usize, normals: usize, loud: f32, seed: u64) -> (Directions, Mixtures) {
    let (tumours, normals, moments) = cohort(tumours, normals, loud);
    let mixtures = Mixtures::draw(&tumours, &normals, &moments, 0.9, seed).unwrap();
    let most = mixtures.most_directions();
    (Directions::of(&mixtures.differences(), &mixtures.clean, most, None), mixtures)
}

#[test]
fn one_seed_gives_the_same_directions_and_they_are_orthonormal() {
    let (found, _) = directions(40, 12, 400.0, 7);
    assert_eq!(found, directions(40, 12, 400.0, 7).0);
    assert_ne!(found, directions(40, 12, 400.0, 8).0);
    assert_eq!(found.len(), MOST_DIRECTIONS);
    let unit = found.axes.dot(&found.axes.t());
    assert!(unit.indexed_iter().all(|((i, j), v)| (v - f32::from(u8::from(i == j))).abs() < 1e-5));
    assert!(found.axes.row(0).iter().take(8).map(|v| v * v).sum::<f32>() > 0.9, "loud genes lead");
    assert!(found.shift.windows(2).all(|w| w[0] >= w[1]) && found.shift.iter().sum::<f64>() <= 1.0 + 1e-9);
}

#[test]
fn fewer_normals_give_no_more_directions_than_there_are_normals() {
    assert_eq!(directions(40, 2, 400.0, 7).0.len(), 2);
    assert_eq!(directions(40, 1, 400.0, 7).0.len(), 1);
}

#[test]
fn normals_that_do_not_differ_from_tumours_have_no_direction() {
    let (found, mixtures) = directions(40, 12, 0.0, 7);
    assert!(found.is_empty() && !mixtures.told_apart());
    let mut read = mixtures.clean.clone();
    Removal::new(found, 3, &[]).apply(&mut read);
    assert_eq!(read, mixtures.clean);
    // Nothing varies at all: no direction, and nothing that is not a number.
    let same = Array2::from_elem((12, 30), 5.0);
    let mixtures = Mixtures::draw(&same, &same, &Moments::of(&same), 0.9, 1).unwrap();
    assert!(Directions::of(&mixtures.differences(), &mixtures.clean, mixtures.most_directions(), None).is_empty());
    let still = Array2::zeros((8, 5));
    assert!(Directions::of(&still, &Array2::ones((3, 5)), 4, Some(&[1.0, 2.0, 3.0])).is_empty());
}

/// Purer where genes 20 to 24 are high: no way in which these normals differ.
fn by_other_genes(mixtures: &Mixtures) -> Vec<f64> {
    mixtures.clean.rows().into_iter().map(|row| row.iter().skip(20).take(5).map(|v| f64::from(*v)).sum()).collect()
}

#[test]
fn in_a_large_cohort_what_follows_the_stand_in_comes_first() {
    let (without, mixtures) = directions(240, 12, 400.0, 7);
    let (z, shift) = (by_other_genes(&mixtures), mixtures.differences());
    let found = Directions::of(&shift, &mixtures.clean, MOST_DIRECTIONS, Some(&z));
    let (s, c) = (Kind::StandIn, Kind::Contamination);
    assert_eq!(found.kinds, [s, s, s, c, c]);
    let unit = found.axes.dot(&found.axes.t());
    assert!(unit.indexed_iter().all(|((i, j), v)| (v - f32::from(u8::from(i == j))).abs() < 1e-5));
    assert!(found.axes.row(0).iter().skip(20).take(5).all(|v| *v < -0.2), "it points to where purity falls");
    assert!(found.axes.row(3).iter().take(8).map(|v| v * v).sum::<f32>() > 0.8, "then where normals pull");
    // What followed z in every one of those genes is gone, or nearly.
    let mut read = mixtures.clean.clone();
    Removal::new(found, 2, &[]).apply(&mut read);
    let covariance = |m: &Array2<f32>, g: usize| -> f64 {
        let mean = z.iter().sum::<f64>() / z.len() as f64;
        m.column(g).iter().zip(&z).map(|(v, z)| f64::from(*v) * (z - mean)).sum::<f64>() / z.len() as f64
    };
    for g in 20..25 {
        assert!(covariance(&read, g).abs() < 0.05 * covariance(&mixtures.clean, g), "gene {g}");
    }
    for useless in [vec![1.0; 240], vec![f64::NAN; 240], vec![1.0; 3]] {
        assert_eq!(Directions::of(&shift, &mixtures.clean, MOST_DIRECTIONS, Some(&useless)), without);
    }
}

#[test]
fn a_small_cohort_takes_no_direction_from_a_stand_in() {
    let (without, mixtures) = directions(199, 12, 400.0, 7);
    let z = by_other_genes(&mixtures);
    assert_eq!(Directions::of(&mixtures.differences(), &mixtures.clean, MOST_DIRECTIONS, Some(&z)), without);
}

#[derive(Deserialize)]
struct StandInGolden {
    shift: Vec<Vec<f32>>,
    embedding: Vec<Vec<f32>>,
    z: Vec<f64>,
    axes: Vec<Vec<f32>>,
}

#[test]
fn stand_in_directions_are_those_of_numpy() {
    let text = include_str!("../../tests/golden/contamination/stand_in.json");
    let golden: StandInGolden = serde_json::from_str(text).unwrap();
    let found = Directions::of(&matrix(&golden.shift), &matrix(&golden.embedding), 5, Some(&golden.z));
    assert!(near(&found.axes, &matrix(&golden.axes), 2e-4), "{}", found.axes);
}

#[test]
fn nothing_mixed_in_has_no_mixtures() {
    let (tumours, normals, moments) = cohort(12, 6, 100.0);
    assert!(Mixtures::draw(&tumours, &normals, &moments, 0.0, 1).is_none());
    assert!(Mixtures::draw(&tumours, &Array2::zeros((0, 30)), &moments, 0.9, 1).is_none());
}

#[test]
fn a_bottleneck_has_directions_of_its_own_and_genes_that_move_with_them() {
    let (_, mixtures) = directions(240, 12, 400.0, 7);
    let encode = |m: &Array2<f32>| m.select(Axis(1), &[0, 1, 2, 3, 20, 21]);
    let shift = difference(&encode(&mixtures.mixed), &encode(&mixtures.clean));
    let embedding = encode(&mixtures.clean);
    let z: Vec<f64> = mixtures.clean.column(20).iter().map(|v| f64::from(*v)).collect();
    let found = Directions::of(&shift, &embedding, 3, Some(&z));
    let found = found.moving((&shift, &mixtures.differences()), (&embedding, &mixtures.clean));
    assert_eq!(found.kinds, [Kind::StandIn; 3]);
    assert!(found.loadings.row(0)[20] < -0.3, "{}", found.loadings.row(0));
    let found = Directions::of(&shift, &embedding, 3, None);
    let found = found.moving((&shift, &mixtures.differences()), (&embedding, &mixtures.clean));
    assert_eq!((found.axes.dim(), found.loadings.dim()), ((3, 6), (3, 30)));
    assert!(found.loadings.row(0).iter().take(8).map(|v| v * v).sum::<f32>() > 0.8);
}

#[test]
fn taking_out_twice_changes_nothing_and_what_is_kept_stays() {
    let (found, mixtures) = directions(40, 12, 400.0, 7);
    for strength in 0..=MOST_DIRECTIONS {
        // Every set of directions that can be kept.
        for bits in 0..1_u32 << MOST_DIRECTIONS {
            let kept: Vec<usize> = (1..=MOST_DIRECTIONS).filter(|k| bits & (1 << (k - 1)) != 0).collect();
            let removal = Removal::new(found.clone(), strength, &kept);
            let mut once = mixtures.clean.clone();
            removal.apply(&mut once);
            let mut twice = once.clone();
            removal.apply(&mut twice);
            assert!(near(&once, &twice, 1e-4));
            let (before, after) = (found.positions(&mixtures.clean), found.positions(&once));
            for at in 0..found.len() {
                let moved = before.column(at).iter().zip(after.column(at)).any(|(a, b)| (a - b).abs() > 1e-3);
                assert_eq!(moved, removal.takes_out(at), "strength {strength}, kept {kept:?}, direction {at}");
                assert!(!moved || after.column(at).iter().all(|v| v.abs() < 1e-3));
            }
            let mean = |m: &Array2<f32>| m.mean_axis(Axis(0)).unwrap().insert_axis(Axis(0));
            assert!(near(&mean(&once), &mean(&mixtures.clean), 1e-4), "the tumours' mean stays where it was");
            if removal.taken_out().is_empty() {
                assert_eq!(once, mixtures.clean);
            }
        }
    }
}
