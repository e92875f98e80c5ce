//! Block Lanczos iteration with full reorthogonalisation (Golub & Underwood 1977): the algebraically largest eigenvalues of
//! a symmetric operator that is only ever applied to vectors, and their eigenvectors.

use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{DecompositionError, Eigenpairs, eigen_descending};

/// Vectors that go through the operator together: one reading of its matrices serves all of them.
const BLOCK: usize = 16;
/// Fixed: another draw changes the result by rounding only.
const SEED: u64 = 0x424c_4f43_4b5f_4c41;
/// What is left of a vector is rounding under this share of the operator's largest image of a unit vector.
const EXHAUSTED: f64 = 1e-11;
/// An eigenpair is found when `‖A v − θ v‖` is under this share of the largest |θ| wanted.
const TOLERANCE: f64 = 1e-10;
/// The same, of the operator's largest image: below it there is only rounding.
const ROUNDING: f64 = 1e-14;
/// The projected problem is solved again each time that the basis has grown by this share.
const GROWTH: f64 = 0.15;

/// The iteration in progress on an operator `A` of n × n, given as what it makes of the rows of a matrix.
///
/// Everything happens in the range of `A`: an eigenvector of eigenvalue 0 is never found. Where the Krylov space of the
/// first block is exhausted it goes on with vectors drawn anew until the range is, so that an eigenvalue of more vectors
/// than a block is found as often as it is there.
pub(crate) struct BlockLanczos {
    n: usize,
    wanted: usize,
    rng: Xoshiro256PlusPlus,
    /// Orthonormal rows; those from `applied` on are the block that comes next.
    basis: Array2<f64>,
    applied: usize,
    /// `Q A Qᵀ` of the rows that were applied.
    projected: Array2<f64>,
    /// Length of the longest image of a unit vector.
    largest: f64,
    /// A block had to be filled up: what looks converged may lack a copy.
    exhausted: bool,
    /// Size of the basis when the projected problem is solved next.
    solve_at: usize,
}

impl BlockLanczos {
    /// Begin: `wanted` eigenvectors, n long.
    pub(crate) fn new(n: usize, wanted: usize) -> Self {
        Self {
            n,
            wanted: wanted.min(n),
            rng: Xoshiro256PlusPlus::seed_from_u64(SEED),
            basis: Array2::zeros((0, n)),
            applied: 0,
            projected: Array2::zeros((0, 0)),
            largest: 0.0,
            exhausted: false,
            solve_at: 2 * wanted + BLOCK,
        }
    }

    /// One block through the operator; the eigenpairs (as many as are wanted, or as the range has) once they are found.
    ///
    /// # Errors
    /// [`DecompositionError`] as [`eigen_descending`].
    pub(crate) fn step(
        &mut self,
        apply: &dyn Fn(ArrayView2<f64>) -> Array2<f64>,
    ) -> Result<Option<Eigenpairs>, DecompositionError> {
        if self.applied == 0 {
            self.basis = self.drawn(BLOCK.min(self.n), apply);
        }
        let (first, size) = (self.applied, self.basis.nrows());
        if first == size {
            return self.leading().map(|(pairs, _)| Some(pairs));
        }
        let mut image = apply(self.basis.slice_axis(Axis(0), Slice::from(first..)));
        self.largest = longest(&image).max(self.largest);
        let along = image.dot(&self.basis.t());
        image -= &along.dot(&self.basis);
        clear(&mut image, &self.basis);
        let projected = Array2::from_shape_fn((size, size), |(i, j)| match (i.max(j), i.min(j)) {
            (of, with) if of >= first => along[[of - first, with]],
            _ => self.projected[[i, j]],
        });
        (self.projected, self.applied) = (projected, size);

        let mut next = orthonormal_rows(image.clone(), &self.basis, EXHAUSTED * self.largest);
        let room = BLOCK.min(self.n - size);
        if next.nrows() < room {
            self.exhausted = true;
            self.basis = stacked(&self.basis, &next);
            next = self.drawn(room - next.nrows(), apply);
        } else if size >= self.solve_at {
            self.solve_at = size + (GROWTH * size as f64) as usize;
            let (pairs, small) = self.leading()?;
            let last = small.slice_axis(Axis(0), Slice::from(first..));
            let residual = longest(&last.t().dot(&image));
            let scale = pairs.0.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
            if !self.exhausted && residual <= (TOLERANCE * scale).max(ROUNDING * self.largest) {
                return Ok(Some(pairs));
            }
        }
        self.basis = stacked(&self.basis, &next);
        Ok(None)
    }

    /// At most `count` orthonormal rows of the operator's range, orthogonal to the basis; fewer where it has no more.
    fn drawn(&mut self, count: usize, apply: &dyn Fn(ArrayView2<f64>) -> Array2<f64>) -> Array2<f64> {
        let drawn = Array2::from_shape_simple_fn((count, self.n), || StandardNormal.sample(&mut self.rng));
        let drawn = orthonormal_rows(drawn, &self.basis, 0.0);
        let mut image = apply(drawn.view());
        self.largest = longest(&image).max(self.largest);
        clear(&mut image, &self.basis);
        orthonormal_rows(image, &self.basis, EXHAUSTED * self.largest)
    }

    /// Rayleigh–Ritz: the leading eigenpairs as far as the basis holds them, and their coefficients in it.
    fn leading(&self) -> Result<(Eigenpairs, Array2<f64>), DecompositionError> {
        if self.applied == 0 {
            return Ok(((Vec::new(), Array2::zeros((self.n, 0))), Array2::zeros((0, 0))));
        }
        let (mut values, vectors) = eigen_descending(self.projected.view())?;
        values.truncate(self.wanted);
        let small = vectors.slice_axis(Axis(1), Slice::from(..values.len())).to_owned();
        let applied = self.basis.slice_axis(Axis(0), Slice::from(..self.applied));
        Ok(((values, applied.t().dot(&small)), small))
    }
}

/// Take the rows of `basis` out of the rows of `block`.
fn clear(block: &mut Array2<f64>, basis: &Array2<f64>) {
    let along = block.dot(&basis.t());
    *block -= &along.dot(basis);
}

/// An orthonormal basis of the rows of `block`, which are orthogonal to those of `basis`, without what is no longer than
/// `floor`.
fn orthonormal_rows(mut block: Array2<f64>, basis: &Array2<f64>, floor: f64) -> Array2<f64> {
    // The second time puts right what rounding left of a row that was nearly taken out.
    for floor in [floor, 0.5] {
        let mut kept: Vec<Array1<f64>> = Vec::new();
        clear(&mut block, basis);
        for row in block.rows() {
            let mut row = row.to_owned();
            for _ in 0..2 {
                for other in &kept {
                    let along = other.dot(&row);
                    row.scaled_add(-along, other);
                }
            }
            let length = row.dot(&row).sqrt();
            if length > floor {
                kept.push(row / length);
            }
        }
        let mut rows = Array2::zeros((kept.len(), block.ncols()));
        rows.rows_mut().into_iter().zip(&kept).for_each(|(mut to, row)| to.assign(row));
        block = rows;
    }
    block
}

fn stacked(above: &Array2<f64>, below: &Array2<f64>) -> Array2<f64> {
    let mut both = Array2::zeros((above.nrows() + below.nrows(), above.ncols()));
    both.slice_axis_mut(Axis(0), Slice::from(..above.nrows())).assign(above);
    both.slice_axis_mut(Axis(0), Slice::from(above.nrows()..)).assign(below);
    both
}

fn longest(rows: &Array2<f64>) -> f64 {
    rows.rows().into_iter().map(|row| row.dot(&row).sqrt()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(matrix: &Array2<f64>, wanted: usize) -> (Eigenpairs, usize) {
        let mut run = BlockLanczos::new(matrix.nrows(), wanted);
        loop {
            if let Some(pairs) = run.step(&|rows| rows.dot(matrix)).expect("eigenpairs") {
                return (pairs, run.applied);
            }
        }
    }

    fn noise(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut rng))
    }

    #[test]
    fn the_largest_are_those_of_the_whole_decomposition() {
        for (n, above, below, wanted) in [(40, 60, 10, 5), (400, 300, 40, 20), (900, 700, 60, 20)] {
            let (front, back) = (noise(above, n, 1), noise(below, n, 2));
            let matrix = front.t().dot(&front) / above as f64 - back.t().dot(&back) * (10.0 / below as f64);
            let ((values, vectors), size) = found(&matrix, wanted);
            let (whole, whole_vectors) = eigen_descending(matrix.view()).expect("a decomposition");
            assert!(n < 900 || size < 700, "{size}");
            for j in 0..wanted {
                assert!((values[j] - whole[j]).abs() < 1e-10 * whole[0], "{n}: {values:?}");
                let alike = vectors.column(j).dot(&whole_vectors.column(j)).abs();
                assert!((alike - 1.0).abs() < 1e-9, "{n}, {j}: {alike}");
                let residual = matrix.dot(&vectors.column(j)) - &vectors.column(j) * values[j];
                assert!(residual.dot(&residual).sqrt() < 1e-9 * whole[0], "{n}, {j}");
            }
        }
    }

    #[test]
    fn a_repeated_eigenvalue_is_found_as_often_as_it_is_there_and_nothing_has_none() {
        let mut matrix = Array2::zeros((90, 90));
        (0..90).for_each(|i| matrix[[i, i]] = if i < 40 { 3.0 } else { -1.0 - f64::from(u8::from(i < 70)) });
        let ((values, vectors), _) = found(&matrix, 60);
        assert!(values[..40].iter().all(|v| (v - 3.0).abs() < 1e-12), "{values:?}");
        assert!(values[40..60].iter().all(|v| (v + 1.0).abs() < 1e-12), "{values:?}");
        let unit = vectors.t().dot(&vectors);
        assert!(unit.indexed_iter().all(|((i, j), v)| (v - f64::from(u8::from(i == j))).abs() < 1e-12));
        let ((values, vectors), _) = found(&Array2::zeros((4, 4)), 2);
        assert_eq!((values.len(), vectors.dim()), (0, (4, 0)));
        let one = noise(1, 50, 3);
        let ((values, _), _) = found(&one.t().dot(&one), 20);
        assert!(values.len() == 1 && (values[0] - one.row(0).dot(&one.row(0))).abs() < 1e-9, "{values:?}");
    }
}
