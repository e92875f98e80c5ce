//! Identity under contamination: does a tumour mixed with normal tissue still find itself? Needs no label, so every
//! user can see on their own cohort whether purification worked. A perfect score alone proves
//! nothing: an embedding as wide as the cohort is large gets one too.

use super::ReadoutError;
use super::dilution::{DILUTION, dilute, mix};
use crate::baseline::Representation;
use crate::contamination::Removal;
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

/// Mix every tumour with a random one of `normals` at 30–80 %, to look for it among all clean tumours. Both matrices
/// are samples × genes in linear space; give the normals held out of training where there are any.
///
/// # Errors
/// [`ReadoutError::TooFew`] with fewer than two tumours or no normal, [`ReadoutError::Shape`] when genes differ.
pub fn mixed(
    representation: &dyn Representation,
    tumours: &Array2<f32>,
    normals: &Array2<f32>,
    seed: u64,
) -> Result<Search, ReadoutError> {
    check(tumours, normals)?;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let contaminated = dilute(tumours, normals, DILUTION, &mut rng);
    let itself: Vec<usize> = (0..tumours.nrows()).collect();
    Ok(Search::of(representation, tumours, &contaminated, itself))
}

/// Mix `share` of the patient's own normal into each tumour that has one among `normals[which]`, to look for it
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
) -> Result<Search, ReadoutError> {
    check(tumours, normals)?;
    ReadoutError::shape("Patients of the normals", normals.nrows(), own_tumour.len())?;
    let owner = |j: usize| own_tumour.get(j).copied().flatten().filter(|t| *t < tumours.nrows());
    let pairs: Vec<(usize, usize)> = which.iter().filter_map(|&j| Some((owner(j)?, j))).collect();
    if pairs.is_empty() {
        return Ok(Search::none());
    }
    let mut contaminated = Array2::zeros((pairs.len(), tumours.ncols()));
    for (mut row, &(tumour, normal)) in contaminated.rows_mut().into_iter().zip(&pairs) {
        row.assign(&mix(tumours.row(tumour), normals.row(normal), share));
    }
    let itself: Vec<usize> = pairs.iter().map(|pair| pair.0).collect();
    Ok(Search::of(representation, tumours, &contaminated, itself))
}

fn check(tumours: &Array2<f32>, normals: &Array2<f32>) -> Result<(), ReadoutError> {
    ReadoutError::at_least("Tumours", 2, tumours.nrows())?;
    ReadoutError::at_least("Adjacent normals", 1, normals.nrows())?;
    ReadoutError::shape("Genes of the normals", tumours.ncols(), normals.ncols())
}

/// Contaminated tumours to be looked for among the clean ones, as inner products: another strength takes the directions'
/// share off them and embeds nothing again.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Contaminated × clean, centred on the clean tumours' mean, nothing taken out.
    products: Array2<f32>,
    /// Squared lengths of the contaminated and of the clean.
    squares: [Vec<f32>; 2],
    /// Their positions along the contamination directions from the clean tumours' mean, samples × directions.
    along: [Array2<f32>; 2],
    itself: Vec<usize>,
}

impl Search {
    fn none() -> Self {
        let nothing = || Array2::zeros((0, 0));
        Self {
            products: nothing(),
            squares: [Vec::new(), Vec::new()],
            along: [nothing(), nothing()],
            itself: Vec::new(),
        }
    }

    fn of(
        representation: &dyn Representation,
        tumours: &Array2<f32>,
        contaminated: &Array2<f32>,
        itself: Vec<usize>,
    ) -> Self {
        let along = |embedding: &Array2<f32>| match representation.removal() {
            Some(removal) => removal.directions().positions(embedding),
            None => Array2::zeros((embedding.nrows(), 0)),
        };
        let (clean, mixed) = (representation.embed_whole(tumours), representation.embed_whole(contaminated));
        Self::between(clean, mixed, along, itself)
    }

    fn between(
        mut clean: Array2<f32>,
        mut mixed: Array2<f32>,
        along: impl Fn(&Array2<f32>) -> Array2<f32>,
        itself: Vec<usize>,
    ) -> Self {
        let mut positions = [along(&mixed), along(&clean)];
        let mean = |of: &Array2<f32>| of.sum_axis(Axis(0)) / of.nrows() as f32;
        let middle = mean(&positions[1]);
        positions.iter_mut().for_each(|of| *of -= &middle);
        let middle = mean(&clean);
        clean -= &middle;
        mixed -= &middle;
        let squares = [&mixed, &clean].map(|of| of.rows().into_iter().map(|row| row.dot(&row)).collect());
        Self { products: mixed.dot(&clean.t()), squares, along: positions, itself }
    }

    /// How many find themselves at the strength that is set.
    pub fn read(&self, representation: &dyn Representation) -> Identity {
        self.found(&representation.removal().map_or_else(Vec::new, Removal::taken_out))
    }

    /// How many find themselves with the directions at these places (from 0) taken out.
    pub fn found(&self, taken_out: &[usize]) -> Identity {
        if self.itself.is_empty() {
            return Identity { tested: 0, found: 0 };
        }
        let [mixed, clean] = [0, 1].map(|side| self.along[side].select(Axis(1), taken_out));
        let products = &self.products - &mixed.dot(&clean.t());
        // What rounding leaves of a length is no length.
        let inverse = |squares: &[f32], along: &Array2<f32>| -> Vec<f32> {
            let left = squares.iter().zip(along.rows()).map(|(whole, row)| (whole - row.dot(&row), 1e-6 * whole));
            left.map(|(left, rounding)| if left > rounding { 1.0 / left.sqrt() } else { 0.0 }).collect()
        };
        let lengths = [inverse(&self.squares[0], &mixed), inverse(&self.squares[1], &clean)];
        let found = products.rows().into_iter().zip(&self.itself).zip(&lengths[0]).filter(|((row, own), length)| {
            let own_similarity = row[**own] * lengths[1][**own] * *length;
            let similarity = |(j, product): (usize, &f32)| (j, product * lengths[1][j] * *length);
            row.iter().enumerate().map(similarity).all(|(j, s)| j == **own || own_similarity > s)
        });
        Identity { tested: self.itself.len(), found: found.count() }
    }
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
            let mut kept = linear.slice_axis(Axis(1), Slice::from(self.0.clone())).to_owned();
            kept.rows_mut().into_iter().for_each(|mut row| row /= row.dot(&row).sqrt());
            kept
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
        let pure = mixed(&Keep(0..10), &tumours, &normals, 1).unwrap().found(&[]);
        let background = mixed(&Keep(10..20), &tumours, &normals, 1).unwrap().found(&[]);
        assert_eq!(pure.tested, 40);
        assert!(pure.fraction() == 1.0 && background.fraction() < 0.2, "{pure:?} {background:?}");
        assert_eq!(pure, mixed(&Keep(0..10), &tumours, &normals, 1).unwrap().found(&[]));
    }

    #[test]
    fn only_pairs_are_tested_and_none_added_means_all_found() {
        let (tumours, normals) = cohort();
        let own: Vec<Option<usize>> = (0..12).map(|j| (j % 3 != 0).then_some(j * 2)).collect();
        let which = [0, 1, 2, 3, 4];
        let clean = own_normal(&Keep(0..10), &tumours, &normals, &own, &which, 0.0).unwrap().found(&[]);
        assert_eq!(clean, Identity { tested: 3, found: 3 });
        let swamped = own_normal(&Keep(0..20), &tumours, &normals, &own, &which, 0.999).unwrap().found(&[]);
        assert!(swamped.found < 3);
        let none = own_normal(&Keep(0..10), &tumours, &normals, &own, &[0, 3], 0.5).unwrap().found(&[0, 1]);
        assert_eq!(none.fraction(), 0.0);
    }

    #[test]
    fn what_is_read_of_inner_products_is_what_is_read_of_the_embeddings() {
        use crate::contamination::Directions;
        /// The profile with directions taken out.
        struct Without(Removal);
        impl Representation for Without {
            fn name(&self) -> String {
                "without".into()
            }
            fn embed(&self, linear: &Array2<f32>) -> Array2<f32> {
                let mut embedding = linear.clone();
                self.0.apply(&mut embedding);
                embedding
            }
            fn embed_whole(&self, linear: &Array2<f32>) -> Array2<f32> {
                linear.clone()
            }
            fn removal(&self) -> Option<&Removal> {
                Some(&self.0)
            }
            fn dim(&self) -> usize {
                20
            }
        }
        let (tumours, normals) = cohort();
        let shift = normals.select(Axis(0), &[0, 1, 2, 3, 4, 5]) - tumours.slice_axis(Axis(0), Slice::from(..6));
        let directions = Directions::of(&shift, &tumours, 4, None);
        assert!(directions.len() > 2, "{}", directions.len());
        let mut counts = Vec::new();
        for strength in 0..=directions.len() {
            let without = Without(Removal::new(directions.clone(), strength, &[2]));
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
            let contaminated = dilute(&tumours, &normals, DILUTION, &mut rng);
            let (clean, mixed_in) = (without.embed(&tumours), without.embed(&contaminated));
            let none = |of: &Array2<f32>| Array2::zeros((of.nrows(), 0));
            let direct = Search::between(clean, mixed_in, none, (0..40).collect()).found(&[]);
            assert_eq!(mixed(&without, &tumours, &normals, 3).unwrap().read(&without), direct);
            counts.push(direct.found);
        }
        assert!(counts.iter().any(|c| *c != counts[0]), "{counts:?}");
    }

    #[test]
    fn a_collapsed_embedding_finds_nobody() {
        let (tumours, normals) = cohort();
        let collapsed = tumours.mapv(|_| 1.0);
        let none = |of: &Array2<f32>| Array2::zeros((of.nrows(), 0));
        assert_eq!(Search::between(collapsed.clone(), collapsed, none, (0..40).collect()).found(&[]).found, 0);
        assert_eq!(mixed(&Keep(0..10), &tumours, &Array2::zeros((0, 20)), 1).unwrap_err().code(), "too_few");
        assert!(own_normal(&Keep(0..10), &tumours, &normals, &[], &[0], 0.5).is_err());
    }
}
