//! Formats of particular sources, in what they differ from a plain table: GEO, the Broad’s, and the tables that lie beside them.

pub(in crate::cohort) mod broad;
pub(in crate::cohort) mod geo;
pub(in crate::cohort) mod other_tables;
pub(in crate::cohort) mod platform;
