//! A saved model on a cohort that lies in a folder.

use std::path::Path;

use twinpurify::session::Session;
use twinpurify::training_set::Alignment;

use super::cohort_options::CohortOptions;
use super::strength_options::StrengthOptions;
use super::{Failure, files, note};

/// The cohort with what was said of it, read through the model at the strength that was asked for; says how the two fit.
pub fn open(
    model: &Path,
    cohort: &Path,
    options: &CohortOptions,
    taken_out: &StrengthOptions,
) -> Result<Session, Failure> {
    let bytes = files::bytes(model)?;
    let of_model = files::tally(model, &bytes);
    let mut session = files::open_cohort(cohort, false)?;
    options.apply(&mut session)?;
    session.summary()?;
    session.note_input(of_model);
    let opened = session.open_model(&bytes, Alignment::Auto)?;
    taken_out.apply(&mut session)?;
    note(&opened.transfer.sentence);
    Ok(session)
}
