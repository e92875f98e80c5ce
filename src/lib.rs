//! TwinPurify in the browser: purified tumour embeddings from bulk expression, trained where the data are.
//!
//! An independent implementation of TwinPurify (arXiv 2601.18640) from its published abstract. One natural way
//! through the house, and a room knows only the rooms above it:
//!
//! | room | from → to |
//! |---|---|
//! | [`container`] | archives, workbooks, AnnData, Parquet → the tables inside them, as streams of text |
//! | [`cohort`] | bytes → [`cohort::Cohort`]: expression matrix, sample sheet, roles, gene sets; typed errors |
//! | [`training_set`] | cohort → [`training_set::TrainingSet`]: genes chosen, linear values, moments |
//! | [`decomposition`] | symmetric eigenproblem, leading eigenvectors by iteration, orthonormal bases: the linear algebra below every closed form |
//! | [`contamination`] | training set → the directions in which normal tissue moves tumours, and how much of them is taken out |
//! | [`twin`] | training set → model: views, loss, encoder, trainer, model file (burn lives here) |
//! | [`baseline`] | raw, PCA, auto-encoders: the same [`baseline::Representation`] as a trained model, so every readout compares |
//! | [`readout`] | embedding → maps, pathways, identity under contamination, purity, classification, survival |
//! | [`comparison`] | every representation through the same readouts, over seeds: the table of what purification gains |
//! | [`figure`] | readouts → plotters drawings, one function for the screen and for the file |
//! | [`session`] | what is saved: configuration, tables, model |
//!
//! `web` and `main.rs` are two thin doors to the same house.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// The version that the page, `--version`, sessions, reports and records of runs state: that of `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub mod baseline;
pub mod cohort;
#[cfg(feature = "cpu")]
pub mod comparison;
pub mod container;
pub mod contamination;
pub mod decomposition;
pub mod figure;
mod parallel;
pub mod random;
pub mod readout;
#[cfg(feature = "cpu")]
pub mod session;
pub mod training_set;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod twin;
#[cfg(target_arch = "wasm32")]
pub mod web;
