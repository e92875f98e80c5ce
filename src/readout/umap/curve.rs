//! The low-dimensional similarity `1 / (1 + a·x^(2b))` fitted to the wished-for minimum distance.

/// `a` and `b` of `1 / (1 + a·x^(2b))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Scale.
    pub a: f64,
    /// Steepness.
    pub b: f64,
}

/// Least-squares fit of the curve to 1 up to `min_dist` and `exp(−(x − min_dist) / spread)` beyond, on 300 points
/// over [0, 3·spread] (umap-learn's `find_ab_params`), by Levenberg–Marquardt.
pub fn fit_curve(min_dist: f64, spread: f64) -> Curve {
    const POINTS: usize = 300;
    let points: Vec<(f64, f64)> = (0..POINTS)
        .map(|i| {
            let x = 3.0 * spread * i as f64 / (POINTS - 1) as f64;
            (x, if x < min_dist { 1.0 } else { (-(x - min_dist) / spread).exp() })
        })
        .collect();
    let value = |c: Curve, x: f64| 1.0 / (1.0 + c.a * x.powf(2.0 * c.b));
    let error = |c: Curve| points.iter().map(|&(x, y)| (value(c, x) - y).powi(2)).sum::<f64>();
    let mut curve = Curve { a: 1.0, b: 1.0 };
    let (mut best, mut damping) = (error(curve), 1e-3);
    for _ in 0..200 {
        let (mut aa, mut ab, mut bb, mut ra, mut rb) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &(x, y) in points.iter().filter(|(x, _)| *x > 0.0) {
            let f = value(curve, x);
            let (power, residual) = (x.powf(2.0 * curve.b), f - y);
            let (da, db) = (-f * f * power, -f * f * curve.a * power * 2.0 * x.ln());
            aa += da * da;
            ab += da * db;
            bb += db * db;
            ra += da * residual;
            rb += db * residual;
        }
        let (daa, dbb) = (aa * (1.0 + damping), bb * (1.0 + damping));
        let determinant = daa * dbb - ab * ab;
        let step = Curve { a: (ab * rb - dbb * ra) / determinant, b: (ab * ra - daa * rb) / determinant };
        let tried = Curve { a: curve.a + step.a, b: curve.b + step.b };
        let found = if tried.a > 0.0 && tried.b > 0.0 { error(tried) } else { f64::INFINITY };
        if found < best {
            let gain = best - found;
            (curve, best, damping) = (tried, found, damping * 0.3);
            if gain < 1e-16 {
                break;
            }
        } else {
            damping *= 10.0;
            if !damping.is_finite() {
                break;
            }
        }
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_umap_learn() {
        let near = |c: Curve, a: f64, b: f64| (c.a - a).abs() < 1e-4 && (c.b - b).abs() < 1e-4;
        assert!(near(fit_curve(0.1, 1.0), 1.576_943_460, 0.895_060_879), "{:?}", fit_curve(0.1, 1.0));
        assert!(fit_curve(0.5, 1.0).a < fit_curve(0.1, 1.0).a);
    }
}
