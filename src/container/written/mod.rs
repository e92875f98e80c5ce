//! Expression matrices *into* containers, for other programs: AnnData and Parquet. As the rest of the room it knows nothing of
//! cohorts: what it writes comes as names, cells and blocks of numbers.

#[cfg(feature = "containers")]
mod anndata;
#[cfg(feature = "containers")]
mod behind;
#[cfg(feature = "containers")]
mod parquet;

#[cfg(feature = "containers")]
pub use self::{
    anndata::{AnnDataError, AnnDataFile},
    parquet::ParquetFile,
};

use serde::{Deserialize, Serialize};

/// What stands beside the values of a matrix of genes × samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// Genes in order.
    pub genes: Vec<String>,
    /// Where each gene's values come from, a word each.
    pub sources: Vec<String>,
    /// Out-of-fold R² of each gene, where it has one.
    pub r2: Vec<Option<f64>>,
    /// Samples in order.
    pub samples: Vec<String>,
    /// Columns of the sample sheet.
    pub columns: Vec<AboutColumn>,
    /// The scale of the values, in words.
    pub scale: String,
    /// How they were made, as JSON.
    pub config: String,
    /// What a reader should know, in sentences.
    pub sentence: String,
}

/// One column of the sample sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AboutColumn {
    /// Header.
    pub name: String,
    /// Whether its cells are numbers.
    pub number: bool,
    /// One cell per sample.
    pub values: Vec<Option<String>>,
}

impl AboutColumn {
    /// Its cells as numbers; what is none is not a number.
    pub fn numbers(&self) -> Vec<f64> {
        let number = |cell: &Option<String>| cell.as_deref().and_then(|c| c.trim().parse().ok()).unwrap_or(f64::NAN);
        self.values.iter().map(number).collect()
    }
}

/// Names that are told apart: one that is empty or taken gets a number.
#[cfg(feature = "containers")]
fn unique<'a>(names: impl Iterator<Item = &'a str>, taken: &[&str]) -> Vec<String> {
    let mut seen: std::collections::HashSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    names
        .map(|name| {
            let name = if name.is_empty() { "unnamed" } else { name };
            let mut told = name.to_owned();
            let mut number = 2;
            while !seen.insert(told.clone()) {
                told = format!("{name}_{number}");
                number += 1;
            }
            told
        })
        .collect()
}
