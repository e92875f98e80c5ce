//! Values of a matrix: the scale they are on and their way to linear space.

pub(in crate::cohort) mod levels;
pub(in crate::cohort) mod logarithm;
pub(in crate::cohort) mod median;
pub(in crate::cohort) mod row;
pub(in crate::cohort) mod scale;
