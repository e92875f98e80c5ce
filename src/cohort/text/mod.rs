//! Bytes → cells: compression and decoding, how a text is cut, its records and rows, and what kind of table they are.

pub(in crate::cohort) mod decoding;
pub(in crate::cohort) mod dialect;
pub(in crate::cohort) mod inflate;
pub(in crate::cohort) mod kind;
pub(in crate::cohort) mod limits;
pub(in crate::cohort) mod names;
pub(in crate::cohort) mod number;
pub(in crate::cohort) mod opened;
pub(in crate::cohort) mod origin;
pub(in crate::cohort) mod read_table;
pub(in crate::cohort) mod reader;
pub(in crate::cohort) mod records;
pub(in crate::cohort) mod rows;
pub(in crate::cohort) mod size;
pub(in crate::cohort) mod table;
pub(in crate::cohort) mod table_reader;
pub(in crate::cohort) mod thousands;
