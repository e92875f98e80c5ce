//! What a file may ask of the machine, each with its reason. All of them bound memory against hostile or mistaken files.

/// Columns in one row: the largest annotations (GENCODE transcripts) have 250,000 entries; samples are fewer.
pub(in crate::cohort) const MAX_COLUMNS: usize = 300_000;

/// Rows in one table: methylation arrays, the widest real matrices, have 936,000 probes.
pub(in crate::cohort) const MAX_ROWS: usize = 1_000_000;

/// Bytes in one record: 300,000 columns of 50 characters. A longer line is a quote that never closes or not a table.
pub(in crate::cohort) const MAX_RECORD_BYTES: usize = 16 << 20;

/// Bytes read before the first three lines must have ended: three records of full length.
pub(in crate::cohort) const MAX_PREFIX_BYTES: usize = 3 * MAX_RECORD_BYTES;

/// Values in one matrix: 1.6 GB of float32, which twice (while one is turned or changed) is what a 4 GiB wasm memory can hold.
pub(in crate::cohort) const MAX_VALUES: usize = 400_000_000;

/// Bytes of text in a sample sheet: sheets of whole consortia are under 50 MB; more is a table of something else.
pub(in crate::cohort) const MAX_SHEET_BYTES: usize = 256 << 20;

/// How many times larger than its gzip a file may be. Expression matrices measure 2 to 20; deflate's ceiling is 1032.
pub(in crate::cohort) const MAX_INFLATION: u64 = 200;

/// Inflated bytes before [`MAX_INFLATION`] is looked at: small files of zeros are harmless.
pub(in crate::cohort) const FREE_INFLATION: u64 = 16 << 20;

/// Compressed bytes inflated at a time: at deflate's ceiling (1032:1) a block gives 4 MB. Blocks are counted from the start
/// of the file, so that the way a file is cut into chunks cannot change where an error is found.
pub(in crate::cohort) const INFLATE_BLOCK: usize = 4096;

/// Text looked at (and at least three lines) before delimiter and header form are decided.
pub(in crate::cohort) const PREFIX_BYTES: usize = 64 << 10;

/// Records looked at for the delimiter.
pub(in crate::cohort) const PREFIX_RECORDS: usize = 50;

/// Rows kept as text until matrix or sheet is decided.
pub(in crate::cohort) const DECIDING_ROWS: usize = 100;

/// Text kept until matrix or sheet is decided: a samples × genes file reaches it after a few rows.
pub(in crate::cohort) const DECIDING_BYTES: usize = 1 << 20;

/// Cells a GEO header may spread its characteristics over: 1,000 samples by 4,000 keys; studies have under 50 keys. Beyond
/// it a new key shares one column with the others, so that a hostile header cannot multiply its own size.
pub(in crate::cohort) const MAX_DESCRIBED_CELLS: usize = 4_000_000;

/// Bytes that a wasm32 engine can address, less what the allocator cannot use of them.
pub(in crate::cohort) const MAX_MEMORY: u64 = 4 << 30;
