//! The sample sheet and what is read from it: how it joins, roles, patients, outcomes.

pub(in crate::cohort) mod clinical;
pub(in crate::cohort) mod clinical_number;
pub(in crate::cohort) mod events;
pub(in crate::cohort) mod join;
pub(in crate::cohort) mod outcome;
pub(in crate::cohort) mod patients;
pub(in crate::cohort) mod role_words;
pub(in crate::cohort) mod roles;
pub(in crate::cohort) mod sheet;
pub(in crate::cohort) mod vials;
