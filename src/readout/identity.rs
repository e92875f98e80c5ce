//! Identity under contamination: does a tumour mixed with normal tissue still find itself? Needs no label, so every
//! user can see on their own cohort whether purification worked. A perfect score alone proves
//! nothing: an embedding as wide as the cohort is large gets one too.

use super::ReadoutError;
use super::dilution::{DILUTION, dilute, mix};
use crate::baseline::Representation;
use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// How many contaminated tumours found themselves among all clean ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Tumours contaminated and looked for.
    pub tested: usize,
    /// Those whose nearest clean tumour, by cosine, is themselves; one that is only as near as another is not found.
    pub found: usize,
}

impl Identity {
    /// Share found; 0 when none was tested.
    pub fn fraction(self) -> f64 {
        if self.tested == 0 { 0.0 } else { self.found as f64 / self.tested as f64 }
    }
}

/// Mix every tumour with a random one of `normals` at 30–80 % and look for it among all clean tumours. Both matrices
/// are samples × genes in linear space; give the normals held out of training where there are any.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than two tumours or no normal, [`ReadoutError::Shape`] when genes differ.
pub fn mixed(
    representation: &dyn Representation,
    tumours: &Array2<f32>,
    normals: &Array2<f32>,
    seed: u64,
) -> Result<Identity, ReadoutError> {
    check(tumours, normals)?;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let contaminated = dilute(tumours, normals, DILUTION, &mut rng);
    let itself: Vec<usize> = (0..tumours.nrows()).collect();
    Ok(find(&representation.embed(tumours), &representation.embed(&contaminated), &itself))
}

/// Mix `share` of the patient's own normal into each tumour that has one among `normals[which]`, and look for it
/// among all clean tumours. `own_tumour[j]` is the tumour of normal `j`'s patient
/// ([`crate::training_set::TrainingSet::own_tumour`]); a tumour with several normals is tested with each.
///
/// # Errors
/// As [`mixed`]; a cohort without pairs is no error, it tests none.
pub fn own_normal(
    representation: &dyn Representation,
    tumours: &Array2<f32>,
    normals: &Array2<f32>,
    own_tumour: &[Option<usize>],
    which: &[usize],
    share: f32,
) -> Result<Identity, ReadoutError> {
    check(tumours, normals)?;
    ReadoutError::shape("Patients of the normals", normals.nrows(), own_tumour.len())?;
    let owner = |j: usize| own_tumour.get(j).copied().flatten().filter(|t| *t < tumours.nrows());
    let pairs: Vec<(usize, usize)> = which.iter().filter_map(|&j| Some((owner(j)?, j))).collect();
    if pairs.is_empty() {
        return Ok(Identity { tested: 0, found: 0 });
    }
    let mut contaminated = Array2::zeros((pairs.len(), tumours.ncols()));
    for (mut row, &(tumour, normal)) in contaminated.rows_mut().into_iter().zip(&pairs) {
        row.assign(&mix(tumours.row(tumour), normals.row(normal), share));
    }
    let itself: Vec<usize> = pairs.iter().map(|pair| pair.0).collect();
    Ok(find(&representation.embed(tumours), &representation.embed(&contaminated), &itself))
}

fn check(tumours: &Array2<f32>, normals: &Array2<f32>) -> Result<(), ReadoutError> {
    ReadoutError::at_least("Tumours", 2, tumours.nrows())?;
    ReadoutError::at_least("Adjacent normals", 1, normals.nrows())?;
    ReadoutError::shape("Genes of the normals", tumours.ncols(), normals.ncols())
}

/// Count the rows of `queries` whose nearest row of `gallery` is `itself`; both centred on the gallery's mean.
fn find(gallery: &Array2<f32>, queries: &Array2<f32>, itself: &[usize]) -> Identity {
    let mean = gallery.sum_axis(Axis(0)) / gallery.nrows() as f32;
    let similarity = unit(queries - &mean).dot(&unit(gallery - &mean).t());
    let found = similarity
        .rows()
        .into_iter()
        .zip(itself)
        .filter(|(row, own)| row.iter().enumerate().all(|(j, s)| j == **own || row[**own] > *s));
    Identity { tested: itself.len(), found: found.count() }
}

fn unit(mut rows: Array2<f32>) -> Array2<f32> {
    for mut row in rows.rows_mut() {
        let norm = row.dot(&row).sqrt();
        row.mapv_inplace(|v| if norm > 0.0 { v / norm } else { 0.0 });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Slice;
    use rand_distr::{Distribution, StandardNormal};

    /// Keeps some columns and forgets their total, as a perfect purifier (or a useless one) would.
    struct Keep(std::ops::Range<usize>);
    impl Representation for Keep {
        fn name(&self) -> String {
            "keep".into()
        }
        fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
            unit(linear.slice_axis(Axis(1), Slice::from(self.0.clone())).to_owned())
        }
        fn dim(&self) -> usize {
            self.0.len()
        }
    }

    /// Columns 0–9: the tumour's own, absent from normals. Columns 10–19: strong in normals only.
    fn cohort() -> (Array2<f32>, Array2<f32>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(9);
        let mut draw = |n, own: f32, normal: f32| {
            Array2::from_shape_fn((n, 20), |(_, j)| {
                let v: f32 = StandardNormal.sample(&mut rng);
                v.abs() * if j < 10 { own } else { normal }
            })
        };
        (draw(40, 1.0, 0.2), draw(12, 0.0, 20.0))
    }

    #[test]
    fn a_purifier_finds_everyone_and_the_background_nobody() {
        let (tumours, normals) = cohort();
        let pure = mixed(&Keep(0..10), &tumours, &normals, 1).unwrap();
        let background = mixed(&Keep(10..20), &tumours, &normals, 1).unwrap();
        assert_eq!(pure.tested, 40);
        assert!(pure.fraction() == 1.0 && background.fraction() < 0.2, "{pure:?} {background:?}");
        assert_eq!(pure, mixed(&Keep(0..10), &tumours, &normals, 1).unwrap());
    }

    #[test]
    fn only_pairs_are_tested_and_none_added_means_all_found() {
        let (tumours, normals) = cohort();
        let own: Vec<Option<usize>> = (0..12).map(|j| (j % 3 != 0).then_some(j * 2)).collect();
        let which = [0, 1, 2, 3, 4];
        let clean = own_normal(&Keep(0..10), &tumours, &normals, &own, &which, 0.0).unwrap();
        assert_eq!(clean, Identity { tested: 3, found: 3 });
        let swamped = own_normal(&Keep(0..20), &tumours, &normals, &own, &which, 0.999).unwrap();
        assert!(swamped.found < 3);
        let none = own_normal(&Keep(0..10), &tumours, &normals, &own, &[0, 3], 0.5).unwrap();
        assert_eq!(none.fraction(), 0.0);
    }

    #[test]
    fn a_collapsed_embedding_finds_nobody() {
        let (tumours, normals) = cohort();
        let collapsed = tumours.mapv(|_| 1.0);
        assert_eq!(find(&collapsed, &collapsed, &(0..40).collect::<Vec<_>>()).found, 0);
        assert_eq!(mixed(&Keep(0..10), &tumours, &Array2::zeros((0, 20)), 1).unwrap_err().code(), "too_few");
        assert!(own_normal(&Keep(0..10), &tumours, &normals, &[], &[0], 0.5).is_err());
    }
}
