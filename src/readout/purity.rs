//! Purity to correlate with: a clinical column where there is one (else [`super::stand_in`]); and a position on the line
//! between mean normal and mean tumour, from which the search of [`super::tumour_fraction`] starts.

use super::ReadoutError;
use crate::cohort::{Column, ColumnKind};
use ndarray::{Array1, Array2, Axis};

/// Numeric columns that look like a purity, best first: by consensus (CPE), by copy number (ABSOLUTE), by
/// expression (ESTIMATE), by cancer fraction, then any other, then what pathologists call it (cellularity, tumour content). Indices into `columns`.
pub fn purity_columns(columns: &[Column]) -> Vec<usize> {
    const METHODS: [&str; 4] = ["cpe", "absolute", "estimate", "cancer"];
    // What pathologists and other tools call it.
    const OTHER_WORDS: [&str; 7] =
        ["cellularity", "tumorcontent", "tumorfraction", "tumorcell", "percenttumor", "tumornuclei", "neoplasticcell"];
    let mut found: Vec<(usize, usize)> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.kind == ColumnKind::Number)
        .filter_map(|(i, column)| {
            let name = column.name.to_lowercase();
            let letters: String =
                name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().replace("tumour", "tumor");
            let method = METHODS.iter().position(|m| name.contains(m)).unwrap_or(METHODS.len());
            let other = OTHER_WORDS.iter().position(|word| letters.contains(word));
            let method = if name.contains("purity") { Some(method) } else { other.map(|at| METHODS.len() + 1 + at) };
            method.map(|method| (method, i))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, i)| i).collect()
}

/// A column's numbers for the given samples (indices into the cohort's), NaN where missing.
pub fn purity_values(column: &Column, samples: &[usize]) -> Vec<f64> {
    let numbers = column.numbers();
    samples.iter().map(|i| numbers.get(*i).copied().flatten().unwrap_or(f64::NAN)).collect()
}

/// A first order of the tumours, higher is farther from normal: where `ℓ(x)` falls on the line from the mean
/// adjacent normal (0) to the mean tumour (1), by least squares.
///
/// `t = (ℓ(x) − ν)·(μ − ν) / ‖μ − ν‖²` with `μ`, `ν` the mean logs of tumours and normals (both samples × genes,
/// linear space). It is no fraction: the mean tumour is itself impure, logs do not mix linearly (linear values
/// would let a few abundant genes decide), and a subtype far from normal tissue counts as pure. Use it to order
/// samples, never as a purity. All zero when tumours and normals do not differ.
///
/// # Errors
/// [`ReadoutError::TooFew`] without a tumour or normal, [`ReadoutError::Shape`] when genes differ in number.
pub fn tumour_fraction_proxy(tumours: &Array2<f32>, normals: &Array2<f32>) -> Result<Vec<f64>, ReadoutError> {
    ReadoutError::at_least("Tumours", 1, tumours.nrows())?;
    ReadoutError::at_least("Adjacent normals", 1, normals.nrows())?;
    ReadoutError::shape("Genes of the normals", tumours.ncols(), normals.ncols())?;
    let log = |v: &f32| (1.0 + f64::from(*v).max(0.0)).log2();
    let mean = |m: &Array2<f32>| -> Array1<f64> {
        let total = m.axis_iter(Axis(0)).fold(Array1::zeros(m.ncols()), |sum: Array1<f64>, row| sum + row.map(log));
        total / m.nrows() as f64
    };
    let origin = mean(normals);
    let axis = mean(tumours) - &origin;
    let length = axis.dot(&axis);
    let place = |row: ndarray::ArrayView1<f32>| {
        if length > 0.0 { (row.map(log) - &origin).dot(&axis) / length } else { 0.0 }
    };
    Ok(tumours.rows().into_iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readout::correlation::spearman;
    use crate::readout::dilution::mix;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn the_best_numeric_purity_column_comes_first() {
        let column = |name: &str, kind| Column { name: name.into(), kind, values: vec![] };
        let columns = [
            column("age", ColumnKind::Number),
            column("purity", ColumnKind::Number),
            column("Purity_ABSOLUTE", ColumnKind::Number),
            column("purity_note", ColumnKind::Text),
            column("purity_cpe", ColumnKind::Number),
            column("estimate_score", ColumnKind::Number),
        ];
        assert_eq!(purity_columns(&columns), [4, 2, 1]);
        for name in
            ["Tumour content", "tumor_content", "Cellularity (%)", "tumor cell %", "TUMOR_CELLS", "percent_tumor_cells"]
        {
            assert_eq!(
                purity_columns(&[column("age", ColumnKind::Number), column(name, ColumnKind::Number)]),
                [1],
                "{name}"
            );
        }
        let percent = ["42%", "7,5 %"].map(|v| Some(v.to_owned())).to_vec();
        let percent = Column { values: percent, ..column("tumor_content", ColumnKind::Number) };
        assert_eq!(purity_values(&percent, &[1, 0]), [7.5, 42.0]);
        let values = vec![Some("0.5".into()), None, Some("low".into())];
        let column = Column { values, ..column("purity", ColumnKind::Number) };
        let found = purity_values(&column, &[2, 0, 1, 9]);
        assert_eq!(found[1], 0.5);
        assert_eq!(found.iter().filter(|v| v.is_nan()).count(), 3);
    }

    #[test]
    fn proxy_orders_samples_by_how_much_tumour_is_in_them() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(6);
        let mut draw = |n: usize| Array2::from_shape_fn((n, 200), |_| rng.random_range(1.0..50.0f32));
        let (pure, normals) = (draw(1), draw(5));
        let fractions: Vec<f64> = (0..30).map(|i| 0.2 + 0.025 * f64::from(i)).collect();
        let mut tumours = Array2::zeros((30, 200));
        for (i, mut row) in tumours.rows_mut().into_iter().enumerate() {
            row.assign(&mix(pure.row(0), normals.row(i % 5), 1.0 - fractions[i] as f32));
        }
        let proxy = tumour_fraction_proxy(&tumours, &normals).unwrap();
        assert!(spearman(&proxy, &fractions).unwrap() > 0.9);
        assert_eq!(tumour_fraction_proxy(&normals, &normals).unwrap(), [0.0; 5]);
        assert!(tumour_fraction_proxy(&tumours, &Array2::zeros((0, 200))).is_err());
    }
}
