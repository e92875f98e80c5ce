//! When not to believe an embedding (docs/method.md, *Readouts*, guards).

use super::ReadoutError;
use crate::decomposition::{check_finite, eigenvalues_descending, gram};
use ndarray::{Array2, Axis};
use serde::Serialize;

/// A reason for doubt, shown beside the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// Stable, machine-readable: `collapse`, `identity_hashing`, `small_cohort`, `few_normals`.
    pub code: &'static str,
    /// What was found, what it means and what to do, with numbers.
    pub message: String,
}

/// Number of dimensions an embedding really uses: `exp` of the entropy of the eigenvalue shares of its
/// column-standardised covariance (Roy & Vetterli 2007). Between 1 and min(n, d); 0 when nothing varies.
///
/// # Errors
/// [`ReadoutError::Decomposition`] when the embedding is empty or holds a value that is not finite.
pub fn effective_rank(embedding: &Array2<f32>) -> Result<f64, ReadoutError> {
    rank_of(&standardised_products(embedding)?)
}

/// The first half of [`effective_rank`]: inner products of the standardised columns, or of the rows where these are fewer.
///
/// # Errors
/// As [`effective_rank`].
pub fn standardised_products(embedding: &Array2<f32>) -> Result<Array2<f64>, ReadoutError> {
    check_finite(embedding.view())?;
    let n = embedding.nrows() as f64;
    let mut standardised = embedding.mapv(f64::from);
    for mut column in standardised.axis_iter_mut(Axis(1)) {
        let mean = column.sum() / n;
        column -= mean;
        let deviation = (column.dot(&column) / n).sqrt();
        column.mapv_inplace(|v| if deviation > 1e-7 * mean.abs() && deviation > 0.0 { v / deviation } else { 0.0 });
    }
    let wide = standardised.ncols() > standardised.nrows();
    Ok(if wide { gram(standardised.view()) } else { gram(standardised.t()) })
}

/// The second: the rank that such inner products show.
///
/// # Errors
/// As [`effective_rank`].
pub fn rank_of(products: &Array2<f64>) -> Result<f64, ReadoutError> {
    let values = eigenvalues_descending(products.view())?;
    let total: f64 = values.iter().filter(|v| **v > 0.0).sum();
    if total <= 0.0 {
        return Ok(0.0);
    }
    let shares = values.iter().filter(|v| **v > 0.0).map(|v| v / total);
    Ok((-shares.map(|p| p * p.ln()).sum::<f64>()).exp())
}

/// Guards known before training: width against cohort, cohort size, number of normals.
///
/// `dim` is the width that tells tumours apart when it is read itself; `profile`: it is not, the purified profile is.
pub fn before_training(tumours: usize, normals: usize, dim: usize, profile: bool) -> Vec<Guard> {
    let mut guards = Vec::new();
    if !profile && dim > tumours / 4 {
        guards.push(Guard {
            code: "identity_hashing",
            message: format!(
                "The embedding is {dim} wide for {tumours} tumours. Beyond a quarter of the cohort it tends to keep who a sample is and forget its biology: choose a width of at most {}.",
                (tumours / 4).max(1)
            ),
        });
    }
    if tumours < 60 {
        guards.push(Guard {
            code: "small_cohort",
            message: format!(
                "Only {tumours} tumours. Under 60, purified neighbourhoods are unreliable: read them as a hint, and compare with the raw map."
            ),
        });
    }
    if normals < 10 {
        guards.push(Guard {
            code: "few_normals",
            message: format!(
                "Only {normals} adjacent normals. Under 10 none is held out, so identity is tested with normals the model trained with, and looks better than it is."
            ),
        });
    }
    guards
}

/// All guards of a trained `embedding` whose information passed through `dim` numbers a sample: its own width, or that
/// of the bottleneck before a purified profile, which `profile` says it is. The widths do not: a panel may have fewer genes
/// than the bottleneck.
///
/// # Errors
/// As [`effective_rank`].
pub fn after_training(
    embedding: &Array2<f32>,
    dim: usize,
    normals: usize,
    profile: bool,
) -> Result<Vec<Guard>, ReadoutError> {
    let rank = effective_rank(embedding)?;
    Ok(of_rank(rank, embedding.nrows(), normals, dim, profile))
}

/// The same for an embedding whose [`effective_rank`] is known; `profile` as for [`before_training`].
pub fn of_rank(rank: f64, tumours: usize, normals: usize, dim: usize, profile: bool) -> Vec<Guard> {
    let mut guards = Vec::new();
    if rank < 0.15 * dim as f64 {
        guards.push(Guard {
            code: "collapse",
            message: format!(
                "The embedding uses {rank:.1} of its {dim} dimensions (under 15 %): it has collapsed. Raise λ, train without the projector, or choose a smaller width."
            ),
        });
    }
    guards.extend(before_training(tumours, normals, dim, profile));
    guards
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(guards: &[Guard]) -> Vec<&str> {
        guards.iter().map(|g| g.code).collect()
    }

    #[test]
    fn rank_counts_independent_columns() {
        let orthogonal = Array2::from_shape_fn((64, 4), |(i, j)| if i >> j & 1 == 1 { 1.0 } else { -1.0 });
        assert!((effective_rank(&orthogonal).unwrap() - 4.0).abs() < 1e-9);
        let copies = Array2::from_shape_fn((64, 4), |(i, j)| (i as f32).sin() * (j + 1) as f32 + 3.0);
        assert!((effective_rank(&copies).unwrap() - 1.0).abs() < 1e-4);
        let wide = orthogonal.t().to_owned();
        assert!(effective_rank(&wide).unwrap() <= 3.0 + 1e-9);
        assert_eq!(effective_rank(&Array2::ones((9, 3))).unwrap(), 0.0);
        assert!(effective_rank(&Array2::from_elem((2, 2), f32::NAN)).is_err());
    }

    #[test]
    fn guards_fire_at_their_bounds_only() {
        assert!(before_training(60, 10, 15, false).is_empty());
        assert_eq!(codes(&before_training(59, 9, 15, false)), ["identity_hashing", "small_cohort", "few_normals"]);
        let collapsed = Array2::from_shape_fn((100, 20), |(i, j)| (i as f32).cos() * (1.0 + j as f32));
        assert_eq!(codes(&after_training(&collapsed, collapsed.ncols(), 20, false).unwrap()), ["collapse"]);
    }

    #[test]
    fn a_small_panels_profile_is_no_wide_embedding() {
        // 24 genes through a bottleneck of 40, on 80 tumours: the profile is read, whatever the widths are.
        let profile = Array2::from_shape_fn((80, 24), |(i, j)| ((i * 31 + j * 17 + i * j) as f32 * 0.37).sin());
        let of = |profile_is_read| codes(&after_training(&profile, 40, 20, profile_is_read).unwrap()).join(" ");
        assert!(!of(true).contains("identity_hashing"), "{}", of(true));
        assert!(of(false).contains("identity_hashing"), "{}", of(false));
    }
}
