//! Bytes → [`Cohort`]: the expression matrix, its sample sheet, the roles of its samples, and gene sets.
//!
//! Knows nothing of the rooms below it. Every reader is safe for untrusted bytes: it returns a cohort or a
//! [`CohortError`] that names file, line and column, and never panics.

mod compose;
mod error;
mod genes;
mod parcel;
mod parts;
pub mod quality;
mod samples;
pub mod simulated;
mod sources;
mod summary;
mod text;
mod values;

pub use compose::{compose, compose_with};
pub use error::CohortError;
pub use genes::hallmark;
pub use genes::map::{GeneMap, RecognisedGenes};
pub use parcel::ParcelError;
pub use samples::clinical::SheetJoin;
pub use samples::events::{Events, Outcomes, outcomes};
pub use samples::join::{Corrections, LogBase};
pub use samples::outcome::{Endpoint, Outcome, TimeUnit, endpoints, outcome_columns};
pub use samples::patients::{OneEach, Patients, patient_names};
pub use summary::{ColumnSummary, RolesSummary, Summary};
pub use text::opened::OpenedFile;
pub use text::origin::Origin;
pub use text::reader::FileReader;
pub use text::size::{Estimate, estimate};
pub use values::levels::Levels;
pub use values::logarithm::{Logarithm, Reading};
pub use values::median::median;
pub use values::row::Row;

use serde::{Deserialize, Serialize};

/// What a sample is in the method: only tumours are embedded, only adjacent normals are mixed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A tumour biopsy.
    Tumour,
    /// Normal tissue of the same organ, taken beside a tumour of this cohort.
    AdjacentNormal,
    /// Kept in the cohort, used by nothing (cell lines, blood, hyperplasia, unknown).
    Other,
}

/// The scale the expression values were found to be on, and so how they are brought to linear space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueScale {
    /// Whole read counts: used as linear values after scaling each sample to counts per million.
    Counts,
    /// TPM, RSEM, FPKM or un-logged intensity: linear as they are.
    Linear,
    /// Logarithms to base 2 (log2(x + 1), log2 x); [`Logarithm`] says what was added.
    Log2,
    /// Natural logarithms (ln(x + 1), as scanpy's `log1p`).
    Ln,
    /// Decimal logarithms.
    Log10,
    /// log-ratio or z-score, centred at 0: cannot be brought back to linear space and is refused for training.
    LogRatio,
}

/// The naming scheme most gene ids follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeneIdKind {
    /// HGNC symbols (`TP53`).
    Symbol,
    /// Ensembl gene ids (`ENSG00000141510`).
    Ensembl,
    /// Entrez (NCBI) gene ids (`7157`).
    Entrez,
    /// Firehose's `SYMBOL|ENTREZ`; the symbol is what is kept.
    SymbolEntrez,
    /// None of these.
    Unknown,
}

/// Expression values, genes × samples, exactly as they stood in the file (no rescaling); `NaN` is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpressionMatrix {
    /// Row names, unique, in file order, Ensembl versions stripped and duplicates collapsed.
    pub genes: Vec<String>,
    /// Column names, unique, in file order.
    pub samples: Vec<String>,
    /// One row of `samples.len()` values per gene.
    pub rows: Vec<Row>,
}

/// How a clinical column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Few distinct values: colours by category.
    Category,
    /// Numbers: colours by a gradient.
    Number,
    /// Many distinct words (an id, a note): shown on hover only.
    Text,
}

/// One clinical column, aligned with the cohort's samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The header as it stood in the file.
    pub name: String,
    /// Category, number or text.
    pub kind: ColumnKind,
    /// One entry per sample; `None` where the cell was empty, `NA`, or the sample was not in the sheet.
    pub values: Vec<Option<String>>,
}

/// What one opened file was taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// File name as given.
    pub name: String,
    /// `expression_matrix`, `sample_sheet`, `sample_labels`, `gene_sets` or `unused_table`.
    pub kind: String,
    /// One sentence for the person: rows, columns, orientation, delimiter, encoding, compression.
    pub detail: String,
}

/// A detected property with the sentence that says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence<T> {
    /// What was concluded.
    pub value: T,
    /// Why, in one sentence with numbers.
    pub because: String,
}

/// A named list of genes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneSet {
    /// The set's name (`HALLMARK_HYPOXIA`).
    pub name: String,
    /// Its genes, duplicates removed, in file order.
    pub genes: Vec<String>,
}

/// A tumour cohort: expression, sample sheet, roles, and how each was arrived at.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// Genes × samples.
    pub matrix: ExpressionMatrix,
    /// Clinical columns, each aligned with `matrix.samples`.
    pub columns: Vec<Column>,
    /// One role per sample, aligned with `matrix.samples`.
    pub roles: Evidence<Vec<Role>>,
    /// Why each sample has its role, in a few words.
    pub role_reasons: Vec<String>,
    /// What was detected, to go back to.
    pub(crate) detected: samples::roles::Detected,
    /// Patient of each sample where known (a column, or the first twelve characters of a TCGA barcode).
    pub patients: Vec<Option<String>>,
    /// Value scale and its evidence.
    pub scale: Evidence<ValueScale>,
    /// What was added before the logarithm was taken, and of what it is; none where the values are no logarithm.
    pub logarithm: Option<Logarithm>,
    /// Gene naming scheme and its evidence.
    pub gene_ids: Evidence<GeneIdKind>,
    /// How many rows the map of gene ids knows; `None` until [`Cohort::name_genes`].
    pub recognised_genes: Option<RecognisedGenes>,
    /// Gene sets the person opened beside the matrix (GMT); empty when none.
    pub gene_sets: Vec<GeneSet>,
    /// What each file was taken for.
    pub files: Vec<FileReport>,
    /// The file each sample's values came from, as a position in `files`.
    pub sources: Vec<usize>,
    /// What of each sample sheet joined.
    pub joins: Vec<SheetJoin>,
    /// Sentences a person should read before training.
    pub warnings: Vec<String>,
}
