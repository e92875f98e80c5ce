//! Embedding → what a person reads: maps, purified profiles, pathway scores, and whether purification worked
//! (docs/method.md, *Readouts*).

pub mod association;
pub mod classification;
pub mod clusters;
pub mod correlation;
mod cosine;
mod cross_validation;
pub mod differences;
mod dilution;
pub mod directions;
mod error;
pub mod expression;
mod gaussian;
pub mod gene_axes;
pub mod gene_differences;
mod grouping;
pub mod guards;
pub mod identity;
pub mod markers;
pub mod moderated;
pub mod natural;
pub mod pathways;
pub mod pca;
pub mod purity;
pub mod ridge;
mod ridge_folds;
pub mod scoring;
pub mod span;
pub mod stand_in;
pub mod survival;
pub mod tumour_fraction;
pub mod two_groups;
pub mod umap;

pub use dilution::{DILUTION, dilute};
pub use error::ReadoutError;
pub use grouping::Grouping;
