//! [`TrainingSet`](crate::training_set::TrainingSet) → model: two views of one tumour, the Barlow Twins loss and the
//! purified reconstruction, encoder, projector and decoder, the trainer and the model file (docs/method.md, *Views* to *Network*).
//!
//! burn lives here and nowhere else. The device is chosen at run time; what is drawn at random is drawn on the CPU,
//! so that one seed means one run on every device up to rounding.

#[cfg(all(test, feature = "cpu"))]
mod automatic;
pub mod axis;
pub mod checkpoint;
pub mod config;
mod error;
mod gradient;
#[cfg(all(test, feature = "cpu"))]
mod gradient_tests;
pub mod loss;
mod model;
pub mod network;
pub mod optimiser;
mod parameters;
pub mod product;
pub mod self_test;
pub mod step_bench;
#[cfg(all(test, feature = "cpu"))]
mod strength_tests;
#[cfg(all(test, feature = "cpu"))]
mod tests;
mod trainer;
pub mod views;

pub use burn::tensor::Device;
pub use config::{Config, ConfigError, Preset, automatic_strength};
pub use error::{CheckpointError, TrainError};
pub use model::{MODEL_FORMAT, TwinModel};
pub use parameters::{Parameter, parameters};
pub use trainer::{Progress, Trainer};
pub use views::{Placement, TrainingData};
