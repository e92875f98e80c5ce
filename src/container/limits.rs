//! What a container may ask of the machine, each with its reason.

/// Files in one archive: the largest cBioPortal studies hold 200, a GDC download of 11,000 samples 22,000.
pub(super) const MAX_MEMBERS: usize = 100_000;

/// Containers inside each other: a zip of workbooks is common; a zip in a zip in a zip is a mistake or an attack.
pub(super) const MAX_DEPTH: usize = 2;

/// How many times larger than its compressed form a file may be. Expression tables measure 2 to 20; deflate's ceiling
/// is 1032.
pub(super) const MAX_INFLATION: u64 = 200;

/// Inflated bytes before [`MAX_INFLATION`] is looked at: small files of zeros are harmless.
pub(super) const FREE_INFLATION: u64 = 16 << 20;

/// Inflated bytes of one archive: the largest study archives hold 20 GB; a person waits minutes for that.
pub(super) const MAX_TOTAL: u64 = 32 << 30;

/// Bytes of a container that lies inside another, for it is held in memory whole: half of what wasm32 can address would
/// leave no room for what is read from it.
pub(super) const MAX_NESTED: u64 = 1 << 30;

/// Bytes of a workbook's XML: 20,000 genes × 1,000 samples are 700 MB of it, and Excel itself gives up about there.
pub(super) const MAX_WORKBOOK: u64 = 2 << 30;

/// Bytes of a workbook's shared strings, which are held in memory: every name and category once.
pub(super) const MAX_SHARED_STRINGS: u64 = 256 << 20;

/// Bytes of one sheet written as text, held in memory until it is handed on.
pub(super) const MAX_SHEET_TEXT: usize = 1 << 30;

/// Values of a matrix in a container: as `cohort` allows for a text file (1.6 GB of float32).
pub(super) const MAX_VALUES: u64 = 400_000_000;

/// Names along one axis of a matrix: as `cohort` allows columns and rows.
pub(super) const MAX_NAMES: u64 = 1_000_000;

/// Bytes of text of one column of names or categories.
pub(super) const MAX_TEXT: u64 = 256 << 20;

/// Bytes handed on at once: small against the matrix, large against the cost of a call.
pub(super) const PIECE: usize = 256 << 10;
