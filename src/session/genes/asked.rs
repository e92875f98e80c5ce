//! What is asked of all genes, and what is answered.

use serde::{Deserialize, Serialize};

use crate::figure::{MapKind, Of};
use crate::readout::Grouping;
use crate::readout::directions::Direction;
use crate::readout::expression::Source;
use crate::readout::gene_differences::Values;
use crate::readout::moderated::Moderated;
use crate::session::readouts::Choice;

/// Which two groups to compare gene by gene.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesRequest {
    /// Purified by the trained model, or by the closed form.
    #[serde(default)]
    pub of: Choice,
    /// The groups.
    pub groups: Grouping,
    /// The first group: index into the names.
    #[serde(default)]
    pub first: usize,
    /// The second; all other grouped tumours when absent.
    #[serde(default)]
    pub second: Option<usize>,
}

/// What was found, in a few numbers; the genes themselves are asked for by [`GenesPage`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GenesFound {
    /// What made the groups.
    pub label: String,
    /// Name of each side and how many tumours it has.
    pub sides: [(String, usize); 2],
    /// Genes measured.
    pub genes: usize,
    /// Genes with a test: raw, adjusted, purified.
    pub tested: [usize; 3],
    /// Of them below an FDR of 5 %.
    pub discovered: [usize; 3],
    /// What was held, and in how many tumours it is known.
    pub purity: Option<(String, usize)>,
    /// Why nothing could be held.
    pub unadjusted: Option<String>,
    /// What a person should know of who was compared.
    pub notes: Vec<String>,
}

/// Which genes of the newest comparison, in which order.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesPage {
    /// By which values.
    #[serde(default)]
    pub by: Values,
    /// By which number of theirs.
    #[serde(default)]
    pub key: GeneKey,
    /// The largest first.
    #[serde(default)]
    pub descending: bool,
    /// Only genes whose names hold this.
    #[serde(default)]
    pub search: String,
    /// How many.
    pub count: usize,
}

/// What genes are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeneKey {
    /// p-value.
    #[default]
    P,
    /// Difference.
    Difference,
    /// Effect size.
    Effect,
}

/// One gene between the two groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GeneRow {
    /// Row of the cohort's matrix.
    pub row: usize,
    /// Its name.
    pub gene: String,
    /// As measured.
    pub raw: Option<Moderated>,
    /// With purity held.
    pub adjusted: Option<Moderated>,
    /// Purified.
    pub purified: Option<Moderated>,
    /// Where its purified values come from, once they were asked for.
    pub source: Option<Source>,
    /// How much of it the embedding explains out of fold.
    pub r2: Option<f64>,
}

/// One marker of a group against all others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Marker {
    /// The group.
    pub group: String,
    /// The gene.
    pub gene: String,
    /// Of the values as measured, purity held where it could be.
    pub test: Moderated,
    /// Difference as measured, nothing held.
    pub raw: Option<f64>,
    /// Difference of the purified values.
    pub purified: Option<f64>,
}

/// Markers of every group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Markers {
    /// What made the groups.
    pub label: String,
    /// Whether purity is held.
    pub adjusted: bool,
    /// Group by group, the surest first.
    pub rows: Vec<Marker>,
    /// Groups without markers, and why.
    pub left_out: Vec<String>,
    /// As [`GenesFound::notes`].
    pub notes: Vec<String>,
}

/// Whose axes: a map's two, or a selection against the rest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AxesRequest {
    /// Of which representation, and of which values.
    pub of: Of,
    /// Of which map.
    pub kind: MapKind,
    /// The selection instead, as positions in the embedding's order.
    #[serde(default)]
    pub selection: Option<Vec<usize>>,
}

/// An axis and the genes that carry it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AxisGenes {
    /// What lies along it.
    pub name: String,
    /// Genes of both senses with their correlations, gene sets among them, what it goes along with.
    #[serde(flatten)]
    pub read: Direction,
}
