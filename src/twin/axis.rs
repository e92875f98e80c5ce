//! The contamination axis: the one direction along which mixing normal tissue into tumours moves their standardised
//! profiles most. Taking it out of a profile needs no training and leaves every other direction as it is.

use ndarray::{Array1, Axis, Zip};

use super::config::Config;
use super::views::TrainingData;
use crate::decomposition::transposed_product;

/// Steps of the power iteration: the axis stands far above the next direction, and a few would do.
const ITERATIONS: usize = 60;

/// The leading direction (of unit length, one number per gene) of what mixing adds to a standardised tumour,
/// `s((1 − a)·x + a·n) − s(x)`, about zero; all zero where nothing is mixed in.
pub fn contamination_axis(data: &TrainingData, config: &Config) -> Vec<f32> {
    let genes = data.tumours.ncols();
    let Some(mixtures) = data.mixtures(config) else { return vec![0.0; genes] };
    let moved = mixtures.differences();
    // The mean difference is close to the axis already, and never at a right angle to it by accident.
    let mut axis: Array1<f32> = moved.sum_axis(Axis(0));
    for _ in 0..ITERATIONS {
        let length = axis.dot(&axis).sqrt();
        if length.is_nan() || length <= 0.0 {
            return vec![0.0; genes];
        }
        axis /= length;
        let along = moved.dot(&axis);
        axis = transposed_product(moved.view(), &along);
    }
    let length = axis.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    Zip::from(&mut axis).for_each(|v| *v = if length > 0.0 { (f64::from(*v) / length) as f32 } else { 0.0 });
    axis.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training_set::Moments;
    use ndarray::Array2;

    #[test]
    fn the_axis_is_where_normal_tissue_pulls_every_tumour() {
        // Normals are loud in genes 0–4 alone; tumours vary everywhere.
        let value = |i: usize, g: usize| ((i * 37 + g * 11) % 17) as f32 + 1.0;
        let tumours = Array2::from_shape_fn((30, 20), |(i, g)| value(i, g));
        let normals = Array2::from_shape_fn((5, 20), |(i, g)| if g < 5 { 900.0 + i as f32 } else { value(i, g) });
        let data = TrainingData { moments: Moments::of(&tumours), tumours, normals };
        let config = Config::default();
        let axis = contamination_axis(&data, &config);
        assert!((axis.iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(axis[..5].iter().map(|v| v * v).sum::<f32>() > 0.95, "{axis:?}");
        assert_eq!(axis, contamination_axis(&data, &config));
        assert!(contamination_axis(&data, &Config { mixing: 0.0, ..config }).iter().all(|v| *v == 0.0));
    }
}
