//! Cox's proportional hazards.

use super::super::ReadoutError;
use super::super::gaussian::{Z95, beyond};
use super::SurvivalData;
use crate::baseline::{check_finite, eigen_descending};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

const NEWTON_STEPS: usize = 50;
/// Newton decrement (twice the log-likelihood still to gain) at which the fit stands.
const TOLERANCE: f64 = 1e-16;
/// A log hazard ratio per standard deviation beyond which the likelihood has no maximum: it flattens as the
/// coefficient grows, which a Newton decrement alone takes for convergence.
const RUN_OFF: f64 = 15.0;

/// Information over deaths × variance below which a covariate says nothing but rounding: who differs in it was never at risk
/// together with another when someone died.
const INFORMATION: f64 = 1e-9;

/// What the partial likelihood does with events at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Efron 1977: nearer the exact likelihood; R's and lifelines' default.
    Efron,
    /// Breslow 1974.
    Breslow,
}

/// How the model is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoxOptions {
    /// Treatment of tied events.
    pub ties: Ties,
    /// Ridge penalty: the log-likelihood less `theta/2·‖β‖²` is maximised (R's `ridge(theta, scale = FALSE)`,
    /// scikit-survival's `alpha`).
    pub theta: f64,
}

impl Default for CoxOptions {
    fn default() -> Self {
        Self { ties: Ties::Efron, theta: 0.0 }
    }
}

/// One coefficient with Wald's test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoxRow {
    /// Log hazard ratio per unit of the covariate.
    pub coefficient: f64,
    /// From the inverse of the (penalised) information.
    pub standard_error: f64,
    /// Coefficient / standard error.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
    /// Lower bound of the coefficient's 95 % interval.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// A fitted proportional hazards model.
#[derive(Clone, Debug, PartialEq)]
pub struct CoxModel {
    /// One per covariate.
    pub rows: Vec<CoxRow>,
    /// Partial log-likelihood at the coefficients, without the penalty.
    pub log_likelihood: f64,
    /// Partial log-likelihood of no effect.
    pub null_log_likelihood: f64,
    mean: Array1<f64>,
    beta: Array1<f64>,
}

impl CoxModel {
    /// Fit `covariates` (patients × covariates, as they are: standardise them first where a ridge must treat them
    /// alike) by Newton's method with step halving.
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when rows and patients differ in number, [`ReadoutError::Decomposition`] when a value
    /// is not finite, [`ReadoutError::NotEstimable`] when a covariate is the same for all at risk whenever someone died,
    /// [`ReadoutError::Collinear`] when the data leave a combination of covariates undetermined,
    /// [`ReadoutError::NoConvergence`] when a coefficient runs off (a covariate that separates events).
    pub fn fit<T: Copy + Into<f64>>(
        covariates: ArrayView2<T>,
        data: &SurvivalData,
        options: CoxOptions,
    ) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Rows of covariates", data.len(), covariates.nrows())?;
        ReadoutError::at_least("Covariates", 1, covariates.ncols())?;
        check_finite(covariates)?;
        let mut x = covariates.mapv(Into::<f64>::into);
        let mean = x.sum_axis(Axis(0)) / x.nrows() as f64;
        x -= &mean;
        let deviation = (&x * &x).sum_axis(Axis(0)).mapv(|v| (v / x.nrows() as f64).sqrt());
        let problem = Problem { deaths: data.by_time(), events: data.events(), x, options };
        let mut beta = Array1::zeros(covariates.ncols());
        let null = problem.at(&beta);
        let null_log_likelihood = null.log_likelihood;
        // A penalty makes every covariate estimable.
        let deaths = data.event_count() as f64;
        let says = |(information, deviation): (&f64, &f64)| {
            options.theta > 0.0 || *information > INFORMATION * deaths * deviation.powi(2) || *deviation == 0.0
        };
        if let Some(covariate) = null.information.diag().iter().zip(&deviation).position(|of| !says(of)) {
            return Err(ReadoutError::NotEstimable { covariate });
        }
        for _ in 0..NEWTON_STEPS {
            let now = problem.at(&beta);
            let (step, variance) = now.newton()?;
            let decrement = step.dot(&now.gradient);
            if decrement <= TOLERANCE * (1.0 + now.log_likelihood.abs()) {
                return Ok(Self {
                    rows: beta.iter().zip(&variance).map(|(b, v)| CoxRow::of(*b, v.sqrt())).collect(),
                    log_likelihood: now.log_likelihood,
                    null_log_likelihood,
                    mean,
                    beta,
                });
            }
            let mut length = 1.0;
            // Rounding hides the last ascent: the slack lets a full step through.
            let floor = now.penalised - 1e-12 * now.penalised.abs();
            while length > 1e-10 {
                let tried = problem.at(&(&beta + &(&step * length))).penalised;
                if tried.is_finite() && tried >= floor {
                    break;
                }
                length *= 0.5;
            }
            beta.scaled_add(length, &step);
            if beta.iter().zip(&deviation).any(|(b, d)| (b * d).abs() > RUN_OFF) {
                break;
            }
        }
        Err(ReadoutError::NoConvergence { what: "The Cox regression", iterations: NEWTON_STEPS })
    }

    /// Log hazard of each row against the mean patient's; higher is worse.
    pub fn risk<T: Copy + Into<f64>>(&self, covariates: ArrayView2<T>) -> Vec<f64> {
        (covariates.mapv(Into::<f64>::into) - &self.mean).dot(&self.beta).to_vec()
    }
}

impl CoxRow {
    fn of(coefficient: f64, standard_error: f64) -> Self {
        let z = coefficient / standard_error;
        let reach = Z95 * standard_error;
        let p = beyond(z.abs());
        Self { coefficient, standard_error, z, p, lower: coefficient - reach, upper: coefficient + reach }
    }
}

struct Problem<'a> {
    deaths: Vec<(f64, Vec<usize>)>,
    events: &'a [bool],
    x: Array2<f64>,
    options: CoxOptions,
}

/// The objective and its derivatives at one β.
struct Point {
    log_likelihood: f64,
    penalised: f64,
    gradient: Array1<f64>,
    information: Array2<f64>,
}

/// Weighted sums over a set of patients: Σw, Σwx, Σwxxᵀ.
struct Sums(f64, Array1<f64>, Array2<f64>);

impl Sums {
    fn new(p: usize) -> Self {
        Self(0.0, Array1::zeros(p), Array2::zeros((p, p)))
    }

    fn add(&mut self, weight: f64, x: ndarray::ArrayView1<f64>) {
        self.0 += weight;
        self.1.scaled_add(weight, &x);
        for (mut row, a) in self.2.rows_mut().into_iter().zip(x) {
            row.scaled_add(weight * a, &x);
        }
    }
}

impl Problem<'_> {
    fn at(&self, beta: &Array1<f64>) -> Point {
        let p = beta.len();
        let eta = self.x.dot(beta);
        let top = eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut out = Point {
            log_likelihood: 0.0,
            penalised: 0.0,
            gradient: beta * -self.options.theta,
            information: Array2::eye(p) * self.options.theta,
        };
        let mut risk = Sums::new(p);
        for (_, patients) in self.deaths.iter().rev() {
            let mut dying = Sums::new(p);
            let mut died = 0_usize;
            for &i in patients {
                let weight = (eta[i] - top).exp();
                risk.add(weight, self.x.row(i));
                if self.events[i] {
                    died += 1;
                    dying.add(weight, self.x.row(i));
                    out.log_likelihood += eta[i];
                    out.gradient += &self.x.row(i);
                }
            }
            for l in 0..died {
                let share = if self.options.ties == Ties::Efron { l as f64 / died as f64 } else { 0.0 };
                let total = risk.0 - share * dying.0;
                let mut mean = &risk.1 / total;
                mean.scaled_add(-share / total, &dying.1);
                out.log_likelihood -= total.ln() + top;
                out.gradient -= &mean;
                out.information.scaled_add(1.0 / total, &risk.2);
                out.information.scaled_add(-share / total, &dying.2);
                for (mut row, a) in out.information.rows_mut().into_iter().zip(&mean) {
                    row.scaled_add(-a, &mean);
                }
            }
        }
        out.penalised = out.log_likelihood - 0.5 * self.options.theta * beta.dot(beta);
        out
    }
}

impl Point {
    /// The Newton step and the variance of each coefficient. Scaled to a unit diagonal first, so that covariates in
    /// small units do not look collinear.
    fn newton(&self) -> Result<(Array1<f64>, Array1<f64>), ReadoutError> {
        let scale = self.information.diag().mapv(|v| if v > 0.0 { v.sqrt().recip() } else { 0.0 });
        let scaled =
            Array2::from_shape_fn(self.information.dim(), |(i, j)| self.information[[i, j]] * scale[i] * scale[j]);
        let (values, vectors) = eigen_descending(scaled.view())?;
        if values.iter().any(|v| *v <= 1e-11) {
            return Err(ReadoutError::Collinear { covariates: scale.len() });
        }
        let mut along = vectors.t().dot(&(&self.gradient * &scale));
        along.iter_mut().zip(&values).for_each(|(a, v)| *a /= v);
        let variance = vectors.rows().into_iter().map(|row| row.iter().zip(&values).map(|(u, v)| u * u / v).sum());
        let variance: Array1<f64> = variance.collect();
        Ok((vectors.dot(&along) * &scale, variance * &scale * &scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_only_before_the_first_event_is_not_estimable() {
        // Three who differ in the second covariate were gone before anyone died: its information is rounding.
        let times: Vec<f64> = (0..12).map(|i| f64::from(1 + i)).collect();
        let events: Vec<bool> = (0..12).map(|i| i > 2 && i % 3 != 0).collect();
        let data = SurvivalData::new(times, events).unwrap();
        let age = |i: usize| ((i * 7) % 12) as f64;
        let both = Array2::from_shape_fn((12, 2), |(i, j)| if j == 0 { age(i) } else { f64::from(u8::from(i < 3)) });
        let fit = |x: ArrayView2<f64>, theta| CoxModel::fit(x, &data, CoxOptions { ties: Ties::Efron, theta });
        let flag = ndarray::Slice::from(1..);
        assert_eq!(fit(both.view(), 0.0).unwrap_err(), ReadoutError::NotEstimable { covariate: 1 });
        let alone = fit(both.slice_axis(Axis(1), flag), 0.0).unwrap_err();
        assert!(alone.code() == "not_estimable" && alone.to_string().contains("Covariate 1 is the same"), "{alone}");
        let known = fit(both.slice_axis(Axis(1), ndarray::Slice::from(..1)), 0.0).unwrap();
        let penalised = fit(both.view(), 1e-3).unwrap();
        assert!((known.rows[0].coefficient - penalised.rows[0].coefficient).abs() < 1e-3, "{penalised:?}");
        assert!(penalised.rows[1].coefficient.abs() < 1e-6, "a penalty makes it 0");
    }
}
