//! Which way of multiplying matrices is the quickest on this adapter: timed on a run's own shapes before its first step, and
//! kept for the session.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use burn::tensor::{Device, Tensor};

use super::super::config::Config;
use super::super::error::TrainError;
use super::super::network::read_back;
use super::tiles;

/// Products of a candidate that are timed, after one that is not.
const ROUNDS: usize = 3;

/// A way of multiplying matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Tiles of 4 × 4 in registers.
    FourByFour,
    /// Tiles of 8 × 8 in registers: fewer reads for every sum, fewer invocations.
    EightByEight,
    /// burn's own.
    Library,
}

impl Strategy {
    const ALL: [Self; 3] = [Self::FourByFour, Self::EightByEight, Self::Library];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::FourByFour => "tiles of 4 × 4",
            Self::EightByEight => "tiles of 8 × 8",
            Self::Library => "burn's own",
        }
    }

    pub(super) fn product<const D: usize>(self, left: Tensor<D>, right: Tensor<D>) -> Tensor<D> {
        match self {
            Self::FourByFour => tiles::product(left, right, 4),
            Self::EightByEight => tiles::product(left, right, 8),
            Self::Library => left.matmul(right),
        }
    }
}

/// What was chosen, and the milliseconds that every candidate took for a step's two largest products.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The quickest.
    pub strategy: Strategy,
    /// Of every candidate.
    pub milliseconds: Vec<(Strategy, f64)>,
}

impl Choice {
    /// One sentence for the person.
    pub fn sentence(&self) -> String {
        let times: Vec<String> =
            self.milliseconds.iter().map(|(strategy, time)| format!("{} {time:.1} ms", strategy.name())).collect();
        format!("Matrix products by {}: {}.", self.strategy.name(), times.join(", "))
    }
}

static CHOSEN: AtomicU8 = AtomicU8::new(0);
static TILES_ALONE: AtomicBool = AtomicBool::new(false);
/// Rows, genes and hidden units with what was chosen for them.
static KNOWN: Mutex<Vec<([usize; 3], Choice)>> = Mutex::new(Vec::new());

/// The shape of a run's largest product: rows of both views, genes, units of the first layer.
pub fn largest(config: &Config, tumours: usize, genes: usize) -> [usize; 3] {
    [2 * config.batch.min(tumours), genes, config.hidden.first().copied().unwrap_or(config.dim)]
}

/// Leave out the library's products: on an adapter emulated in software their barriers take long and their shaders longer.
pub fn only_tiles() {
    TILES_ALONE.store(true, Ordering::Relaxed);
}

/// The ways that are tried on this adapter.
pub(super) fn candidates() -> impl Iterator<Item = Strategy> {
    let tiles_alone = TILES_ALONE.load(Ordering::Relaxed);
    Strategy::ALL.into_iter().filter(move |way| !(tiles_alone && *way == Strategy::Library))
}

pub(super) fn chosen() -> Strategy {
    Strategy::ALL[usize::from(CHOSEN.load(Ordering::Relaxed)) % Strategy::ALL.len()]
}

/// Time every candidate on `rows × genes · genes × hidden` and the product that its gradient takes, and use the quickest from
/// here on. The same shape is not timed twice. `now` gives milliseconds.
///
/// # Errors
/// [`TrainError::Device`] when the device does not answer.
pub async fn choose(shape: [usize; 3], device: &Device, now: &dyn Fn() -> f64) -> Result<Choice, TrainError> {
    let known = |shapes: &Vec<([usize; 3], Choice)>| shapes.iter().find(|(of, _)| *of == shape).map(|(_, c)| c.clone());
    let found = match KNOWN.lock().ok().and_then(|shapes| known(&shapes)) {
        Some(found) => found,
        None => timed(shape, device, now).await?,
    };
    let place = Strategy::ALL.iter().position(|s| *s == found.strategy).unwrap_or(0);
    CHOSEN.store(place as u8, Ordering::Relaxed);
    if let Ok(mut shapes) = KNOWN.lock()
        && known(&shapes).is_none()
    {
        shapes.push((shape, found.clone()));
    }
    Ok(found)
}

async fn timed(
    [rows, genes, hidden]: [usize; 3],
    device: &Device,
    now: &dyn Fn() -> f64,
) -> Result<Choice, TrainError> {
    let input: Tensor<2> = Tensor::ones([rows, genes], device);
    let weight: Tensor<2> = Tensor::ones([genes, hidden], device);
    let mut milliseconds = Vec::new();
    let mut quickest = (Strategy::ALL[0], f64::INFINITY);
    for strategy in candidates() {
        let there_and_back = || {
            let output = strategy.product(input.clone(), weight.clone());
            strategy.product(input.clone().transpose(), output).slice([0..1, 0..1])
        };
        // Once for its shaders, and to have the device's work before it done.
        read_back(there_and_back()).await?;
        let began = now();
        let mut last = there_and_back();
        for _ in 1..ROUNDS {
            last = there_and_back();
        }
        read_back(last).await?;
        let time = (now() - began) / ROUNDS as f64;
        milliseconds.push((strategy, time));
        if time < quickest.1 {
            quickest = (strategy, time);
        }
    }
    Ok(Choice { strategy: quickest.0, milliseconds })
}
