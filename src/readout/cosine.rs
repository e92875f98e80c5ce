//! Rows of unit length, whose inner products are cosines.

use ndarray::Array2;

/// Every row over its length; a row of zeros stays.
pub(crate) fn unit_rows(mut rows: Array2<f32>) -> Array2<f32> {
    for mut row in rows.rows_mut() {
        let length = row.dot(&row).sqrt();
        if length > 0.0 {
            row /= length;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_one_or_nothing() {
        let unit = unit_rows(ndarray::arr2(&[[3.0, 4.0], [0.0, 0.0]]));
        assert_eq!(unit, ndarray::arr2(&[[0.6, 0.8], [0.0, 0.0]]));
    }
}
