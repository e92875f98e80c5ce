//! Row names → genes: naming schemes, older names and ids, what a spreadsheet did to them, and the Hallmark sets.

pub(in crate::cohort) mod dated;
pub mod hallmark;
pub(in crate::cohort) mod ids;
pub(in crate::cohort) mod map;
pub(in crate::cohort) mod naming;
