//! Any measured gene of the samples of a training set, also one that was not chosen for training.

use std::collections::HashMap;

use super::{TrainingSet, TrainingSetError};
use crate::cohort::{Cohort, Levels};

/// How the samples of a training set stand in a cohort's matrix, and how its values are read: made once, it takes a look at
/// every value.
#[derive(Clone, Debug)]
pub struct SampleLevels {
    levels: Levels,
    tumours: Vec<usize>,
    normals: Vec<usize>,
    genes: usize,
}

/// Rows of a cohort's matrix as levels, over the tumours and the mixed-in normals of a training set. Holds no value.
#[derive(Clone, Copy)]
pub struct Measured<'a> {
    cohort: &'a Cohort,
    samples: &'a SampleLevels,
}

impl SampleLevels {
    /// For the samples of `set` in `cohort`, read as the set was.
    ///
    /// # Errors
    /// [`TrainingSetError::OtherCohort`] when a sample of the set is not in the cohort, and
    /// [`TrainingSetError::NotInvertible`] for log-ratios.
    pub fn of(cohort: &Cohort, set: &TrainingSet) -> Result<Self, TrainingSetError> {
        let place: HashMap<&str, usize> =
            cohort.matrix.samples.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let find = |name: &String| place.get(name.as_str()).copied().ok_or(TrainingSetError::OtherCohort);
        let tumours = set.tumours.iter().map(find).collect::<Result<_, _>>()?;
        let normals = set.trained_normals().into_iter().map(|at| find(&set.normals[at])).collect::<Result<_, _>>()?;
        let levels = Levels::of(&cohort.matrix, &set.reading).ok_or(TrainingSetError::NotInvertible)?;
        Ok(Self { levels, tumours, normals, genes: cohort.matrix.genes.len() })
    }
}

impl<'a> Measured<'a> {
    /// The genes of `cohort` for samples that were found in it.
    ///
    /// # Errors
    /// [`TrainingSetError::OtherCohort`] when they were found in a cohort of another size.
    pub fn of(cohort: &'a Cohort, samples: &'a SampleLevels) -> Result<Self, TrainingSetError> {
        let last = samples.tumours.iter().chain(&samples.normals).max().copied().unwrap_or(0);
        if cohort.matrix.genes.len() != samples.genes || last >= cohort.matrix.samples.len() {
            return Err(TrainingSetError::OtherCohort);
        }
        Ok(Self { cohort, samples })
    }

    /// Names of the rows.
    pub fn genes(&self) -> &'a [String] {
        &self.cohort.matrix.genes
    }

    /// How many tumours and mixed-in normals there are.
    pub fn samples(&self) -> (usize, usize) {
        (self.samples.tumours.len(), self.samples.normals.len())
    }

    /// Levels (linear) of a row over the tumours, NaN where missing.
    pub fn tumours(&self, row: usize, into: &mut [f32]) {
        self.read(row, &self.samples.tumours, into);
    }

    /// Levels (linear) of a row over the tumours from the `first` on, as many as `into` holds.
    pub fn tumours_from(&self, row: usize, first: usize, into: &mut [f32]) {
        self.read(row, &self.samples.tumours[first..], into);
    }

    /// Levels (linear) of a row over the normals that training mixes in, NaN where missing.
    pub fn normals(&self, row: usize, into: &mut [f32]) {
        self.read(row, &self.samples.normals, into);
    }

    fn read(&self, row: usize, samples: &[usize], into: &mut [f32]) {
        let values = &self.cohort.matrix.rows[row];
        for (to, &sample) in into.iter_mut().zip(samples) {
            *to = self.samples.levels.value(values[sample], sample);
        }
    }
}
