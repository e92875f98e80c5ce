//! The contamination subspace: the directions in which mixed-in normal tissue moves tumours, and how much of them is
//! taken out of an embedding.
//!
//! With `D` the differences `e(s((1 − a)·x + a·n)) − e(s(x))` over seeded mixtures of every tumour with training
//! normals, **not centred**, the directions `u_1 … u_K` are its leading right singular vectors: the first is the mean
//! step towards normal tissue, the next are the ways in which normals differ (fat, stroma, muscle …). An embedding is
//! read as `e − Σ_j w_j ((e − c)·u_j) u_j`, `c` the tumours' mean and `w_j` 1 for the directions up to the *strength*
//! that the person did not keep. That needs no training, and strength 0 is the embedding as it was. Where the purified
//! profile is read, `e` in `D` is the standardised profile itself, so that directions are those of the genes. From
//! [`MANY_TUMOURS`] on, directions that follow a stand-in for purity stand in front. docs/method.md, *Strength*, has the
//! measurements that order and defaults come from.

mod leading;
mod mixtures;
mod removal;

pub use mixtures::{Mixtures, Recipe, difference};
pub use removal::Removal;

use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::decomposition::transposed_product;
use leading::leading_right;

/// Most directions that are found, and the highest strength.
pub const MOST_DIRECTIONS: usize = 5;
/// The squared distance from the mean tumour to the mean adjacent normal, in standard deviations per gene, must be this
/// many times what chance gives (1/m + 1/n); else normals are not told from tumours and nothing is taken out.
const BEYOND_CHANCE: f64 = 3.0;
/// From this many tumours on purity stands in many directions, and a few of contamination taken out change nothing: what
/// follows a stand-in for purity comes first there.
pub const MANY_TUMOURS: usize = 200;
/// Directions that follow the stand-in, and the penalty of their regression in mean eigenvalues.
const STAND_INS: usize = 3;
const PENALTY: f64 = 5.0;

/// Where a direction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A way in which mixed-in normal tissue moves tumours.
    Contamination,
    /// Follows a stand-in for purity that is given from outside.
    StandIn,
}

/// Directions of contamination of one embedding.
#[derive(Clone, Debug, PartialEq)]
pub struct Directions {
    /// K × width of the embedding, orthonormal rows, each pointing towards normal tissue.
    pub axes: Array2<f32>,
    /// K × G, rows of unit length: how the standardised genes move with each direction.
    pub loadings: Array2<f32>,
    /// Mean position of the training tumours along each direction, K.
    pub centre: Vec<f32>,
    /// Share of the whole shift `Σ‖D‖²` along each direction, K.
    pub shift: Vec<f64>,
    /// Where each comes from, K.
    pub kinds: Vec<Kind>,
}

impl Directions {
    /// At most `most` directions from `shift` (mixtures × width: what mixing does to the embedding, or where the purified
    /// profile is read to the standardised profiles). `embedding` holds the tumours as they are (n × width). A shift that is
    /// nothing but rounding has no direction. `stand_in`, one number a tumour, higher where it is purer, puts the directions
    /// that follow it in front, in cohorts of [`MANY_TUMOURS`] and more: in smaller ones those of contamination do, and
    /// the stand-in takes biology with it (docs/method.md, *Strength*). One that does not vary or is not a number adds none.
    /// The genes that move are the direction itself.
    pub fn of(shift: &Array2<f32>, embedding: &Array2<f32>, most: usize, stand_in: Option<&[f64]>) -> Self {
        let square = |m: &Array2<f32>| m.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        let total = square(shift);
        let scale = square(embedding) / embedding.nrows().max(1) as f64 * shift.nrows() as f64;
        let mut axes = if total.is_finite() && total > 1e-9 * scale.max(f64::MIN_POSITIVE) {
            leading_right(shift, most)
        } else {
            Array2::zeros((0, shift.ncols()))
        };
        let mut kinds = vec![Kind::Contamination; axes.nrows()];
        if axes.nrows() > 0
            && embedding.nrows() >= MANY_TUMOURS
            && let Some(z) = stand_in
        {
            let found = following(embedding, z, STAND_INS.min(most));
            if !found.is_empty() {
                kinds = [vec![Kind::StandIn; found.len()], kinds].concat();
                axes = in_front(&found, &axes, most);
                kinds.truncate(axes.nrows());
            }
        }
        let along = shift.dot(&axes.t());
        let squares = along.columns().into_iter().map(|c| c.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / total);
        let shift = squares.collect();
        let positions = embedding.dot(&axes.t());
        let centre = positions.mean_axis(Axis(0)).map_or_else(Vec::new, |mean| mean.to_vec());
        Self { loadings: axes.clone(), axes, centre, shift, kinds }
    }

    /// Directions of a bottleneck, with the genes that move along each: in the mixtures (`shift`, mixtures × width, and
    /// `genes`, mixtures × G), or for the stand-in's in the tumours (`embedding`, n × width, and `profiles`, n × G).
    pub fn moving(
        self,
        (shift, genes): (&Array2<f32>, &Array2<f32>),
        (embedding, profiles): (&Array2<f32>, &Array2<f32>),
    ) -> Self {
        let mut loadings = Array2::zeros((self.len(), genes.ncols()));
        for (at, axis) in self.axes.rows().into_iter().enumerate() {
            let row = match self.kinds[at] {
                Kind::Contamination => transposed_product(genes.view(), &shift.dot(&axis)),
                Kind::StandIn => transposed_product(profiles.view(), &(embedding.dot(&axis) - self.centre[at])),
            };
            loadings.row_mut(at).assign(&unit(&row.mapv(f64::from)));
        }
        Self { loadings, ..self }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.axes.nrows()
    }

    /// Whether one comes from a stand-in for purity.
    pub fn with_stand_in(&self) -> bool {
        self.kinds.contains(&Kind::StandIn)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Positions of samples along each direction, from the training tumours' mean: n × width → n × K.
    pub fn positions(&self, embedding: &Array2<f32>) -> Array2<f32> {
        let mut along = embedding.dot(&self.axes.t());
        for mut row in along.rows_mut() {
            row.iter_mut().zip(&self.centre).for_each(|(v, c)| *v -= c);
        }
        along
    }
}

/// At most `most` directions in which the embedding follows `z`, pointing to where z falls: each the ridge regression of z on
/// the embedding, its penalty [`PENALTY`] mean eigenvalues of the tumours' inner products, with those before taken out.
fn following(embedding: &Array2<f32>, z: &[f64], most: usize) -> Vec<Array1<f64>> {
    let n = embedding.nrows();
    let mean = z.iter().sum::<f64>() / n.max(1) as f64;
    let falling: Array1<f64> = z.iter().map(|v| mean - v).collect();
    let length = falling.dot(&falling).sqrt();
    if z.len() != n || !length.is_finite() || length <= 1e-9 {
        return Vec::new();
    }
    let target = falling.mapv(|v| (v / length) as f32);
    let mut left = embedding - &(embedding.sum_axis(Axis(0)) / n as f32);
    let whole = left.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
    let mut found: Vec<Array1<f64>> = Vec::new();
    for _ in 0..most {
        let total = left.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        if !total.is_finite() || total <= 1e-6 * whole {
            break;
        }
        let coefficients = ridge(&left, &target, PENALTY * total / n as f64);
        let mut direction = unit_wide(&transposed_product(left.view(), &coefficients).mapv(f64::from));
        clear(&mut direction, &found);
        if direction.dot(&direction).sqrt() < 1e-3 {
            break;
        }
        let direction = unit_wide(&direction);
        let narrow = direction.mapv(|v| v as f32);
        let along = left.dot(&narrow);
        for (mut row, by) in left.rows_mut().into_iter().zip(&along) {
            row.scaled_add(-by, &narrow);
        }
        found.push(direction);
    }
    found
}

/// `(A Aᵀ + λ I)⁻¹ t` by conjugate gradients, which a penalty of several mean eigenvalues makes quick.
fn ridge(a: &Array2<f32>, target: &Array1<f32>, penalty: f64) -> Array1<f32> {
    let mut solution = Array1::<f32>::zeros(target.len());
    let mut residual = target.clone();
    let mut step = residual.clone();
    let mut square = residual.dot(&residual);
    let start = square;
    for _ in 0..200 {
        if square <= 1e-12 * start {
            break;
        }
        let image = a.dot(&transposed_product(a.view(), &step)) + &(&step * penalty as f32);
        let by = square / step.dot(&image);
        solution.scaled_add(by, &step);
        residual.scaled_add(-by, &image);
        let next = residual.dot(&residual);
        step = &residual + &(&step * (next / square));
        square = next;
    }
    solution
}

/// `found` in front, and `axes` at a right angle to them and to each other.
fn in_front(found: &[Array1<f64>], axes: &Array2<f32>, most: usize) -> Array2<f32> {
    let mut made = found.to_vec();
    for axis in axes.rows() {
        let mut left = axis.mapv(f64::from);
        clear(&mut left, &made);
        if left.dot(&left).sqrt() > 1e-3 && made.len() < most {
            made.push(unit_wide(&left));
        }
    }
    Array2::from_shape_fn((made.len(), axes.ncols()), |(i, j)| made[i][j] as f32)
}

/// Leave nothing of `earlier` in `direction`; twice, because once leaves rounding.
fn clear(direction: &mut Array1<f64>, earlier: &[Array1<f64>]) {
    for _ in 0..2 {
        for before in earlier {
            let along = before.dot(direction);
            direction.scaled_add(-along, before);
        }
    }
}

fn unit_wide(row: &Array1<f64>) -> Array1<f64> {
    let length = row.dot(row).sqrt();
    if length > 0.0 { row / length } else { row.clone() }
}

fn unit(row: &Array1<f64>) -> Array1<f32> {
    unit_wide(row).mapv(|v| v as f32)
}

#[cfg(test)]
mod tests;
