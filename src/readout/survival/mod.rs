//! Does an embedding order patients by outcome? Kaplan–Meier curves, log-rank, Cox regression and Harrell's C, each
//! equal to R survival, lifelines and scikit-survival (tests/golden/survival).
//!
//! Written here: the one Rust crate with a Cox model (`survival` 2.0) is young, broad and brings rayon, which has no
//! threads in a page. Tail probabilities are statrs's.

mod concordance;
mod cox;
mod curve;
mod data;
mod log_rank;
mod out_of_fold;

pub use concordance::{Concordance, concordance};
pub use cox::{CoxModel, CoxOptions, CoxRow, Ties};
pub use curve::{Interval, SurvivalCurve, kaplan_meier};
pub use data::SurvivalData;
pub use log_rank::{LogRank, log_rank};
pub use out_of_fold::{
    ConcordanceRun, OutOfFoldConcordance, SurvivalTest, held_out_concordance, out_of_fold_concordance,
};
