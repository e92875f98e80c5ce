//! Tests of whole rooms and of the program, one file a subject: `cargo test --test suite cohort_files::`. Those that count the
//! memory of a whole program are programs of their own (`Cargo.toml`).

mod awkward_files;
mod baseline_contrastive_pca;
mod classification_patients;
mod cli;
mod cohort_damaged;
mod cohort_files;
mod cohort_formats;
mod cohort_properties;
mod cohort_real;
mod cohort_sources;
mod comparison_steps;
mod containers;
mod documentation;
mod exports;
mod expression;
mod figure_drawings;
mod logarithms;
mod method_measured;
mod models_elsewhere;
mod outcomes;
mod patients;
mod pipeline_real;
mod readout_classification;
mod readout_cohort;
mod readout_scoring;
mod readout_survival;
mod session_file;
mod simulated_cohort;
mod strength_real;
mod study_shards;
mod transfer;
