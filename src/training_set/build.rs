//! Choosing samples and genes, and bringing values to linear space.

use ndarray::Array2;
use rand::seq::SliceRandom;

use super::{Moments, TrainingSet, TrainingSetError};
use crate::cohort::{Cohort, Levels, Reading, Role};
use crate::random::{Purpose, stream};

/// Fewer tumours than this cannot fill two batches nor a map.
pub const FEWEST_TUMOURS: usize = 10;
/// Fewer genes than this leave nothing to embed.
pub const FEWEST_GENES: usize = 20;
/// From this many adjacent normals on, some are held out for the identity test (docs/method.md, guards).
pub const NORMALS_TO_HOLD_OUT: usize = 10;
/// Genes at the floor in more than this share of the samples are dropped.
const FLOOR_SHARE: f64 = 0.8;

/// What of the cohort to train on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selection {
    /// Most variable genes to keep; 0 keeps all.
    pub genes: usize,
    /// Share of the adjacent normals held out from training for the identity test.
    pub held_out: f64,
    /// Seed of the held-out draw.
    pub seed: u64,
}

impl TrainingSet {
    /// Build the training set of a cohort: tumours and adjacent normals in linear space, genes missing anywhere or at
    /// the floor in over 80 % of samples dropped, the most variable of `log2(1 + x)` over the tumours kept
    /// (docs/method.md, *Values*).
    ///
    /// # Errors
    /// [`TrainingSetError`] when there are too few tumours, no adjacent normals, too few usable genes, or values that
    /// cannot be brought to linear space.
    pub fn from_cohort(cohort: &Cohort, selection: Selection) -> Result<Self, TrainingSetError> {
        Ok(Self::leaving_out(cohort, selection, &[])?.0)
    }

    /// As [`Self::from_cohort`] on the tumours that are not `left_out` (positions among the cohort's tumours): genes
    /// and moments come from the others alone. Beside the set, the linear values of those left out over its genes, in
    /// the order given; a gene that one of them misses is not chosen.
    ///
    /// # Errors
    /// As [`Self::from_cohort`].
    pub fn leaving_out(
        cohort: &Cohort,
        selection: Selection,
        left_out: &[usize],
    ) -> Result<(Self, Array2<f32>), TrainingSetError> {
        let (samples, left) = Samples::of(cohort)?.without(left_out)?;
        let linear = Linear::of(cohort)?;
        let mut candidates: Vec<(usize, f64)> = Vec::new();
        let mut row = vec![0.0f32; samples.used.len()];
        let mut left_row = vec![0.0f32; left.len()];
        for gene in 0..cohort.matrix.genes.len() {
            linear.row(gene, &samples.used, &mut row);
            linear.row(gene, &left, &mut left_row);
            if row.iter().chain(&left_row).any(|v| !v.is_finite()) {
                continue;
            }
            let at_floor = row.iter().filter(|&&v| v <= linear.levels.floor).count();
            if at_floor as f64 > FLOOR_SHARE * row.len() as f64 {
                continue;
            }
            let variance = variance(row[..samples.tumours].iter().map(|v| f64::from((1.0 + v).log2())));
            if variance > 0.0 {
                candidates.push((gene, variance));
            }
        }
        if candidates.len() < FEWEST_GENES {
            return Err(TrainingSetError::TooFewGenes { found: candidates.len(), of: cohort.matrix.genes.len() });
        }
        // Ties keep file order, so that the choice does not depend on the sort.
        candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        if selection.genes > 0 {
            candidates.truncate(selection.genes);
        }
        let chosen: Vec<usize> = candidates.iter().map(|&(gene, _)| gene).collect();
        let mut set = samples.assemble(&linear, &chosen, selection);
        set.moments = Moments::of(&set.tumour_values);
        let mut left_values = Array2::zeros((left.len(), chosen.len()));
        for (column, &gene) in chosen.iter().enumerate() {
            linear.row(gene, &left, &mut left_row);
            left_values.column_mut(column).iter_mut().zip(&left_row).for_each(|(to, v)| *to = *v);
        }
        Ok((set, left_values))
    }

    /// Indices of the normals that training mixes in.
    pub fn trained_normals(&self) -> Vec<usize> {
        (0..self.normals.len()).filter(|i| !self.held_out.contains(i)).collect()
    }

    /// The normals that training mixes in, linear, rows in [`Self::trained_normals`] order.
    pub fn mixing_normals(&self) -> Array2<f32> {
        self.normal_values.select(ndarray::Axis(0), &self.trained_normals())
    }

    /// The normals that the identity test mixes in: the held-out ones, or all where none are held out.
    pub fn test_normals(&self) -> Vec<usize> {
        if self.held_out.is_empty() { (0..self.normals.len()).collect() } else { self.held_out.clone() }
    }
}

/// The cohort's samples that are used, tumours first.
pub(super) struct Samples {
    pub used: Vec<usize>,
    /// How many of them are tumours.
    pub tumours: usize,
}

impl Samples {
    pub fn of(cohort: &Cohort) -> Result<Self, TrainingSetError> {
        let of_role = |role: Role| -> Vec<usize> {
            (0..cohort.roles.value.len()).filter(|&i| cohort.roles.value[i] == role).collect()
        };
        let (tumours, normals) = (of_role(Role::Tumour), of_role(Role::AdjacentNormal));
        if tumours.len() < FEWEST_TUMOURS {
            return Err(TrainingSetError::TooFewTumours { found: tumours.len() });
        }
        if normals.is_empty() {
            return Err(TrainingSetError::NoNormals);
        }
        Ok(Self { tumours: tumours.len(), used: [tumours, normals].concat() })
    }

    /// The same without the tumours at these positions, and those.
    fn without(mut self, left_out: &[usize]) -> Result<(Self, Vec<usize>), TrainingSetError> {
        let left: Vec<usize> = left_out.iter().filter(|&&at| at < self.tumours).map(|&at| self.used[at]).collect();
        if !left.is_empty() {
            self.used.retain(|sample| !left.contains(sample));
            self.tumours -= left.len();
            if self.tumours < FEWEST_TUMOURS {
                return Err(TrainingSetError::TooFewTumours { found: self.tumours });
            }
        }
        Ok((self, left))
    }

    /// The training set over the `chosen` rows of the matrix, its moments still empty.
    pub fn assemble(&self, linear: &Linear, chosen: &[usize], selection: Selection) -> TrainingSet {
        let cohort = linear.cohort;
        let (tumours, normals) = self.used.split_at(self.tumours);
        let mut row = vec![0.0f32; self.used.len()];
        let mut tumour_values = Array2::zeros((tumours.len(), chosen.len()));
        let mut normal_values = Array2::zeros((normals.len(), chosen.len()));
        for (column, &gene) in chosen.iter().enumerate() {
            linear.row(gene, &self.used, &mut row);
            let (t, n) = row.split_at(tumours.len());
            tumour_values.column_mut(column).iter_mut().zip(t).for_each(|(to, v)| *to = *v);
            normal_values.column_mut(column).iter_mut().zip(n).for_each(|(to, v)| *to = *v);
        }
        let name = |indices: &[usize]| indices.iter().map(|&i| cohort.matrix.samples[i].clone()).collect();
        let own_tumour = normals
            .iter()
            .map(|&n| {
                let patient = cohort.patients[n].as_ref()?;
                tumours.iter().position(|&t| cohort.patients[t].as_ref() == Some(patient))
            })
            .collect();
        TrainingSet {
            genes: chosen.iter().map(|&gene| cohort.matrix.genes[gene].clone()).collect(),
            tumours: name(tumours),
            normals: name(normals),
            moments: Moments { mean: Vec::new(), deviation: Vec::new() },
            held_out: hold_out(normals.len(), selection),
            tumour_values,
            normal_values,
            own_tumour,
            reading: linear.reading,
        }
    }
}

fn hold_out(normals: usize, selection: Selection) -> Vec<usize> {
    if normals < NORMALS_TO_HOLD_OUT {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..normals).collect();
    order.shuffle(&mut stream(selection.seed, Purpose::HoldOut, 0));
    order.truncate((normals as f64 * selection.held_out).round() as usize);
    order.sort_unstable();
    order
}

/// Reads rows of the matrix in linear space.
pub(super) struct Linear<'a> {
    cohort: &'a Cohort,
    levels: Levels,
    reading: Reading,
}

impl<'a> Linear<'a> {
    pub fn of(cohort: &'a Cohort) -> Result<Self, TrainingSetError> {
        Self::read_as(cohort, cohort.reading())
    }

    /// The same with another reading of the values than the cohort's own.
    pub fn read_as(cohort: &'a Cohort, reading: Reading) -> Result<Self, TrainingSetError> {
        let levels = Levels::of(&cohort.matrix, &reading).ok_or(TrainingSetError::NotInvertible)?;
        Ok(Self { cohort, levels, reading })
    }

    pub fn row(&self, gene: usize, samples: &[usize], into: &mut [f32]) {
        let row = &self.cohort.matrix.rows[gene];
        for (to, &sample) in into.iter_mut().zip(samples) {
            *to = self.levels.value(row[sample], sample);
        }
    }
}

fn variance(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let (n, sum) = values.clone().fold((0usize, 0.0), |(n, s), v| (n + 1, s + v));
    let mean = sum / n as f64;
    values.map(|v| (v - mean).powi(2)).sum::<f64>() / (n as f64 - 1.0).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::simulated::{SimulationSettings, simulate};

    #[test]
    fn what_is_left_out_has_no_say_in_genes_or_moments() {
        let mut cohort = simulate(&SimulationSettings::tiny(3)).expect("a cohort").cohort;
        let selection = Selection { genes: 50, held_out: 0.4, seed: 1 };
        let left_out = [5, 0];
        let (set, left) = TrainingSet::leaving_out(&cohort, selection, &left_out).expect("a set");
        let whole = TrainingSet::from_cohort(&cohort, selection).expect("a set");
        assert_eq!((set.tumours.len(), left.dim(), &set.held_out), (38, (2, 50), &whole.held_out));
        assert!(!set.tumours.contains(&whole.tumours[5]) && set.own_tumour.contains(&None));
        let column = |gene: &String| whole.genes.iter().position(|g| g == gene);
        let (at, there) = set.genes.iter().enumerate().find_map(|(i, g)| Some((i, column(g)?))).expect("shared");
        assert_eq!(left[[0, at]], whole.tumour_values[[5, there]]);

        let tumour = |name: &String| cohort.matrix.samples.iter().position(|s| s == name).expect("a sample");
        for name in left_out.map(|at| whole.tumours[at].clone()) {
            let sample = tumour(&name);
            cohort.matrix.rows.iter_mut().for_each(|row| row[sample] = row[sample] * 1.5 + 1.0);
        }
        let (again, _) = TrainingSet::leaving_out(&cohort, selection, &left_out).expect("a set");
        assert_eq!((again.genes, again.moments), (set.genes, set.moments));
        assert!(TrainingSet::leaving_out(&cohort, selection, &(0..35).collect::<Vec<_>>()).is_err());
    }
}
