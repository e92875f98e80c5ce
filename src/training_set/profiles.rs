//! Log expression of any of the matrix' genes, also those that were not chosen for training.

use ndarray::Array2;

use super::build::{Linear, Samples};
use super::{TrainingSetError, log2_1p};
use crate::cohort::Cohort;

/// Log expression (`log2(1 + x)`) of the cohort's tumours over some rows of its matrix, by name: rows with a missing value
/// are left out. Tumours in file order × genes, and the genes.
///
/// # Errors
/// As [`super::TrainingSet::from_cohort`].
pub fn tumour_profiles(
    cohort: &Cohort,
    wanted: impl Fn(&str) -> bool,
) -> Result<(Array2<f32>, Vec<String>), TrainingSetError> {
    let samples = Samples::of(cohort)?;
    let linear = Linear::of(cohort)?;
    let tumours = &samples.used[..samples.tumours];
    let mut row = vec![0.0f32; tumours.len()];
    let (mut values, mut genes) = (Vec::new(), Vec::new());
    for (at, name) in cohort.matrix.genes.iter().enumerate().filter(|(_, name)| wanted(name)) {
        linear.row(at, tumours, &mut row);
        if row.iter().all(|v| v.is_finite()) {
            values.extend(row.iter().map(|v| log2_1p(*v)));
            genes.push(name.clone());
        }
    }
    let by_gene = Array2::from_shape_vec((genes.len(), tumours.len()), values).unwrap_or_default();
    Ok((by_gene.reversed_axes().as_standard_layout().into_owned(), genes))
}
