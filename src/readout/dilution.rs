//! Tumours mixed with normal tissue in linear space, as RNA mixes: the contamination every test here applies.

use ndarray::{Array2, ArrayView1};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::ops::Range;

/// Share of normal tissue wherever tumours are tested diluted.
pub const DILUTION: Range<f32> = 0.3..0.8;

/// Each tumour mixed with one normal drawn at random, at a share drawn from `share`: `(1 − a)·x + a·n`. Both
/// matrices are samples × genes in linear space over the same genes. Without normals the tumours come back as they
/// are.
pub fn dilute(
    tumours: &Array2<f32>,
    normals: &Array2<f32>,
    share: Range<f32>,
    rng: &mut Xoshiro256PlusPlus,
) -> Array2<f32> {
    let mut mixed = tumours.clone();
    let count = normals.nrows() as u32;
    if count == 0 {
        return mixed;
    }
    for mut row in mixed.rows_mut() {
        let a = if share.is_empty() { share.start } else { rng.random_range(share.clone()) };
        let normal = normals.row(rng.random_range(0..count) as usize);
        let combined = mix(row.view(), normal, a);
        row.assign(&combined);
    }
    mixed
}

/// `(1 − a)·x + a·n`.
pub(super) fn mix(tumour: ArrayView1<f32>, normal: ArrayView1<f32>, a: f32) -> ndarray::Array1<f32> {
    ndarray::Zip::from(tumour).and(normal).map_collect(|x, n| (1.0 - a) * x + a * n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn shares_stay_in_range_and_one_seed_is_one_draw() {
        let (tumours, normals) = (Array2::zeros((500, 2)), Array2::ones((3, 2)));
        let draw = || dilute(&tumours, &normals, DILUTION, &mut Xoshiro256PlusPlus::seed_from_u64(4));
        let mixed = draw();
        assert!(mixed.iter().all(|v| (0.3..0.8).contains(v)));
        assert!((mixed.mean().unwrap() - 0.55).abs() < 0.02);
        assert_eq!(mixed, draw());
    }
}
