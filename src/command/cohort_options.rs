//! What a person says of a cohort on the command line: roles by a column, corrections of the values.

use clap::Args;
use twinpurify::cohort::{Corrections, LogBase};
use twinpurify::session::{ChosenRoles, RunRecord, Session};

use super::Failure;

/// Roles and corrections; all left out, what was detected stands.
#[derive(Args, Clone, Debug, Default)]
pub struct CohortOptions {
    /// Samples with this value in this column are adjacent normals; repeat it for more values of the column. All others
    /// are tumours unless --tumour says which.
    #[arg(long, value_name = "COLUMN=VALUE")]
    normal: Vec<String>,
    /// Samples with this value in the same column are tumours; all that are neither are set aside.
    #[arg(long, value_name = "COLUMN=VALUE", requires = "normal")]
    tumour: Vec<String>,
    /// Bring matrices on different scales to log2(x + 1) instead of refusing them.
    #[arg(long)]
    one_scale: bool,
    /// Undo one logarithm of values whose logarithm was taken twice.
    #[arg(long)]
    undo_log: bool,
    /// Name mouse genes by their human orthologues; those without exactly one are left out.
    #[arg(long)]
    mouse_to_human: bool,
    /// The base of the logarithm that the values are: 2, e or 10; what the cells tell is not looked at.
    #[arg(long, value_name = "BASE", value_parser = log_base)]
    log_base: Option<LogBase>,
    /// What was added before that logarithm was taken: 1 of log2(x + 1), 0 of log2 x.
    #[arg(long, value_name = "NUMBER", value_parser = log_offset)]
    log_offset: Option<f32>,
}

fn log_base(given: &str) -> Result<LogBase, String> {
    match given.to_lowercase().as_str() {
        "2" | "log2" => Ok(LogBase::Two),
        "e" | "ln" => Ok(LogBase::E),
        "10" | "log10" => Ok(LogBase::Ten),
        _ => Err("write 2, e or 10".to_owned()),
    }
}

fn log_offset(given: &str) -> Result<f32, String> {
    let offset: f32 = given.parse().map_err(|_| "write a number, such as 1".to_owned())?;
    if offset.is_finite() && offset >= 0.0 { Ok(offset) } else { Err("write a number of 0 or more".to_owned()) }
}

impl CohortOptions {
    /// Apply them to the open files, in place of what a run's record says of roles and of corrections.
    pub fn apply_or(&self, record: Option<&RunRecord>, session: &mut Session) -> Result<(), Failure> {
        if let Some(record) = record {
            let mut record = record.clone();
            if self.corrections() != Corrections::default() {
                record.corrections = Corrections::default();
            }
            if !self.normal.is_empty() {
                record.roles = ChosenRoles::default();
            }
            if let Some(unnamed) = record.roles.unnamed_samples {
                let message =
                    "The run's record counts samples whose roles were chosen one by one and does not name them";
                return Err(refused(format!("{message} ({unnamed}): take run.json, which does, or give --normal.")));
            }
            session.repeat(&record)?;
        }
        self.apply(session)
    }

    fn corrections(&self) -> Corrections {
        Corrections {
            one_scale: self.one_scale,
            undo_log: self.undo_log,
            mouse_to_human: self.mouse_to_human,
            log_base: self.log_base,
            log_offset: self.log_offset,
        }
    }

    /// Apply them to the open files.
    pub fn apply(&self, session: &mut Session) -> Result<(), Failure> {
        let corrections = self.corrections();
        if corrections != Corrections::default() {
            session.correct(corrections)?;
        }
        let Some(first) = self.normal.first() else { return Ok(()) };
        let (column, _) = pair(first)?;
        let values = |given: &[String]| -> Result<Vec<String>, Failure> {
            given
                .iter()
                .map(|given| match pair(given)? {
                    (of, value) if of == column => Ok(value.to_owned()),
                    _ => Err(refused(format!(
                        "--normal and --tumour must name one column, and these name two. ({given:?})"
                    ))),
                })
                .collect()
        };
        let (normal, tumour) = (values(&self.normal)?, values(&self.tumour)?);
        session.set_roles(column, (!tumour.is_empty()).then_some(tumour.as_slice()), &normal)?;
        Ok(())
    }
}

fn pair(given: &str) -> Result<(&str, &str), Failure> {
    given
        .split_once('=')
        .ok_or_else(|| refused(format!("Write COLUMN=VALUE, such as --normal tissue=normal. ({given:?})")))
}

fn refused(message: String) -> Failure {
    Failure::Refused(message)
}
