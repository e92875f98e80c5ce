//! Does this device compute what the CPU computes? Asked of every GPU before it is offered.

use burn::tensor::Device;
use ndarray::Array2;

use super::config::{Config, Preset};
use super::error::TrainError;
use super::gradient::Objective;
use super::network::read_back;
use super::network::tensor;
use super::product::every_way;
use super::trainer::Trainer;
use super::views::{Placement, TrainingData};
use crate::training_set::Moments;

/// Largest relative difference a GPU may show.
pub const TOLERANCE: f32 = 1e-3;

/// How far the device is from the CPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Largest relative difference over all compared numbers.
    pub worst: f32,
}

impl Outcome {
    /// Whether the device may be offered.
    pub fn passed(&self) -> bool {
        self.worst <= TOLERANCE
    }

    /// One sentence for the person.
    pub fn sentence(&self) -> String {
        let verdict = if self.passed() { "agrees with" } else { "differs too much from" };
        format!("This GPU {verdict} the CPU: largest relative difference {:.1e}, allowed {TOLERANCE:.0e}.", self.worst)
    }
}

/// The losses of three Balanced steps on a small fixed cohort and the embedding's norm, recorded on the CPU device;
/// `twin::tests` recomputes them there.
pub const RECORDED: [f32; 5] = [2.327_181, 13.215_509, 18.276_543, 1.218_112_1, 0.311_688_27];

/// Run the fixed case on `device` and compare it with the recorded numbers, the Barlow Twins loss and its gradient with
/// the golden ones, and a matrix product of awkward shape, by every way of multiplying there is, with plain arithmetic.
///
/// # Errors
/// [`TrainError`] when the device does not answer or gives values that are not finite.
pub async fn run(device: Device) -> Result<Outcome, TrainError> {
    let found = fixed_case(device.clone()).await?;
    let worst = found.iter().zip(&RECORDED).map(|(f, r)| (f - r).abs() / r.abs().max(1e-3)).fold(0.0, farther);
    let worst = farther(farther(worst, golden_loss(&device).await?), matrix_product(&device).await?);
    Ok(Outcome { worst })
}

/// The larger difference; one that is not a number is the largest, and must not pass for agreement.
fn farther(a: f32, b: f32) -> f32 {
    if b.is_nan() { f32::INFINITY } else { a.max(b) }
}

/// Loss, both sums and reconstruction after three steps, then the root mean square of the embedding.
pub async fn fixed_case(device: Device) -> Result<[f32; 5], TrainError> {
    // In u64, so that 32-bit and 64-bit machines make the same numbers.
    let value = |row: usize, gene: usize, salt: u64| {
        ((row as u64 * 31 + gene as u64 * 17 + salt) * 2_654_435_761 % 1009) as f32
    };
    let tumours = Array2::from_shape_fn((24, 40), |(r, g)| value(r, g, 1));
    let normals = Array2::from_shape_fn((6, 40), |(r, g)| value(r, g, 7));
    let moments = Moments::of(&tumours);
    let data = TrainingData { tumours, normals, moments };
    let config = Config {
        hidden: vec![16],
        dim: 8,
        projector: vec![12],
        epochs: 6,
        batch: 8,
        ..Config::preset(Preset::Balanced)
    };
    let placement = Placement::device(data, &device);
    let mut trainer = Trainer::new(config, placement, device);
    let progress = trainer.step(3).await?;
    let embedding = trainer.embedding().await?;
    let norm = (embedding.iter().map(|v| v * v).sum::<f32>() / embedding.len() as f32).sqrt();
    Ok([progress.loss, progress.on_diagonal, progress.off_diagonal, progress.reconstruction, norm])
}

async fn matrix_product(device: &Device) -> Result<f32, TrainError> {
    let (m, k, n) = (33, 129, 65);
    let a: Vec<f32> = (0..m * k).map(|i| ((i * 37) % 101) as f32 / 101.0 - 0.5).collect();
    let b: Vec<f32> = (0..k * n).map(|i| ((i * 53) % 97) as f32 / 97.0 - 0.5).collect();
    // Read down its columns, as a gradient reads it.
    let across: Vec<f32> = (0..m * k).map(|i| a[(i % m) * k + i / m]).collect();
    let (left, right) = (tensor(across, [k, m], device).transpose(), tensor(b.clone(), [k, n], device));
    let mut worst = 0.0f32;
    for product in every_way(&left, &right) {
        let found = read_back(product).await?;
        for row in 0..m {
            for column in 0..n {
                let expected: f64 = (0..k).map(|i| f64::from(a[row * k + i]) * f64::from(b[i * n + column])).sum();
                let difference = (f64::from(found[row * n + column]) - expected).abs() / (expected.abs() + 1.0);
                worst = farther(worst, difference as f32);
            }
        }
    }
    Ok(worst)
}

/// Golden case `small_lam0.05` of `tests/golden/barlow` (PyTorch, float64): both views of six samples in four
/// dimensions, stacked; `twin::tests` compares these constants with the file.
pub const GOLDEN_VIEWS: [[f32; 4]; 12] = [
    [-2.3104118, -0.37325086, -1.0608167, 0.99950936],
    [-0.884025, -1.2755469, -0.62322458, -0.8664416],
    [0.23871806, 0.7335284, -1.3218818, 1.3148114],
    [-1.487_495_7, -0.71357534, 0.51999866, -0.9528856],
    [0.67485754, 1.0468654, 0.15429518, -0.7498915],
    [-0.7233897, 0.086369892, -1.7464049, 1.041_012_4],
    [-1.9119068, -0.26741877, -0.9930311, 0.9825629],
    [-0.65379051, -0.71682539, -0.438_702_23, -0.9600427],
    [-0.32568126, 0.6866441, -0.82271004, 1.273_500_6],
    [-1.396_229_6, -0.23812343, -0.36158223, -0.4475198],
    [1.0496017, 0.7665878, 0.19141859, 0.24693134],
    [-0.49845703, 0.8629426, -1.719412, 1.7782332],
];
/// Its loss at λ 0.05.
pub const GOLDEN_LOSS: f32 = 0.19091977;
/// Its gradient with respect to [`GOLDEN_VIEWS`].
pub const GOLDEN_GRADIENT: [[f32; 4]; 12] = [
    [0.003521674, 0.00895358, 0.0054436216, 0.0021312553],
    [-0.016831156, 0.013096784, 0.010583638, 0.016146282],
    [0.0105381374, 0.00048260032, -0.033750315, -0.001_216_617_8],
    [0.0038099503, -0.009_784_754, 0.039252732, 0.0056165677],
    [-0.0031058505, 0.014_378_919, -0.04748614, -0.023685174],
    [0.0020672448, -0.027127129, 0.025956464, 0.001_007_687_1],
    [0.008997214, -0.014675103, -0.02207949, -0.02155815],
    [-0.0115749843, 0.024028565, 0.030779017, -0.003735272],
    [-0.010874793, 0.0078091776, 0.04086532, -0.0049458034],
    [0.005748408, -0.016826723, -0.079839683, -0.006396552],
    [0.01160048, -0.043776096, 0.025318297, 0.028809252],
    [-0.0038963245, 0.043440178, 0.0049565376, 0.007826526],
];

async fn golden_loss(device: &Device) -> Result<f32, TrainError> {
    let (rows, width, lambda) = (GOLDEN_VIEWS.len(), GOLDEN_VIEWS[0].len(), 0.05);
    let objective = Objective::of(1.0, lambda, 0.0, width, rows / 2, device);
    let (gradient, sums) = objective.barlow_twins(tensor(GOLDEN_VIEWS.concat(), [rows, width], device), true);
    let gradient = read_back(gradient).await?;
    let mut loss = 0.0;
    for (sum, weight) in sums.into_iter().flatten().zip([1.0, lambda as f32]) {
        loss += weight * read_back(sum).await?.iter().sum::<f32>();
    }
    let scale = GOLDEN_GRADIENT.as_flattened().iter().fold(0.0f32, |a, v| a.max(v.abs()));
    let worst = gradient.iter().zip(GOLDEN_GRADIENT.as_flattened()).map(|(f, e)| (f - e).abs() / scale);
    Ok(worst.chain([(loss - GOLDEN_LOSS).abs() / GOLDEN_LOSS]).fold(0.0, farther))
}
