//! Follow-up of patients, checked.

use super::super::ReadoutError;

/// Time to an event or to the end of follow-up, one pair per patient.
#[derive(Clone, Debug, PartialEq)]
pub struct SurvivalData {
    times: Vec<f64>,
    events: Vec<bool>,
}

impl SurvivalData {
    /// `times` in any one unit, `events` true where the event happened at that time and false where follow-up ended.
    ///
    /// # Errors
    /// [`ReadoutError::Shape`] when they differ in number, [`ReadoutError::SurvivalTime`] for a time that is
    /// negative or not finite, [`ReadoutError::TooFew`] without an event.
    pub fn new(times: Vec<f64>, events: Vec<bool>) -> Result<Self, ReadoutError> {
        let data = Self::of_group(times, events)?;
        ReadoutError::at_least("Events (deaths, recurrences)", 1, data.event_count())?;
        Ok(data)
    }

    /// As [`Self::new`] for one group among others, which may be without an event.
    ///
    /// # Errors
    /// [`ReadoutError::Shape`], [`ReadoutError::SurvivalTime`].
    pub fn of_group(times: Vec<f64>, events: Vec<bool>) -> Result<Self, ReadoutError> {
        ReadoutError::shape("Survival events", times.len(), events.len())?;
        if let Some(at) = times.iter().position(|t| !t.is_finite() || *t < 0.0) {
            return Err(ReadoutError::SurvivalTime { position: at + 1, found: times[at].to_string() });
        }
        Ok(Self { times, events })
    }

    /// The patients whose time and event are both known, and which ones they are (indices into the inputs).
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn known(times: &[Option<f64>], events: &[Option<bool>]) -> Result<(Vec<usize>, Self), ReadoutError> {
        ReadoutError::shape("Survival events", times.len(), events.len())?;
        let both = times.iter().zip(events).enumerate().filter_map(|(i, (t, e))| Some((i, ((*t)?, (*e)?))));
        let (which, (times, events)): (Vec<usize>, (Vec<f64>, Vec<bool>)) = both.unzip();
        Ok((which, Self::new(times, events)?))
    }

    /// Time of each patient.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Whether each patient's time is that of an event.
    pub fn events(&self) -> &[bool] {
        &self.events
    }

    /// Patients.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is no patient.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Patients with an event.
    pub fn event_count(&self) -> usize {
        self.events.iter().filter(|e| **e).count()
    }

    /// The patients at `rows`, in that order.
    ///
    /// # Errors
    /// [`ReadoutError::TooFew`] when none of them has an event.
    ///
    /// # Panics
    /// When a row is not one of [`Self::len`].
    pub fn select(&self, rows: &[usize]) -> Result<Self, ReadoutError> {
        Self::new(rows.iter().map(|&i| self.times[i]).collect(), rows.iter().map(|&i| self.events[i]).collect())
    }

    /// Distinct times in ascending order, each with its patients.
    pub(super) fn by_time(&self) -> Vec<(f64, Vec<usize>)> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|&a, &b| self.times[a].total_cmp(&self.times[b]));
        let mut out: Vec<(f64, Vec<usize>)> = Vec::new();
        for i in order {
            match out.last_mut() {
                Some((time, at)) if *time == self.times[i] => at.push(i),
                _ => out.push((self.times[i], vec![i])),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_follow_up_is_refused() {
        let code = |times: &[f64], events: &[bool]| SurvivalData::new(times.into(), events.into()).unwrap_err().code();
        assert_eq!(code(&[1.0, -2.0], &[true, true]), "survival_time");
        assert_eq!(code(&[f64::NAN], &[true]), "survival_time");
        assert_eq!(code(&[1.0, 2.0], &[false, false]), "too_few");
        assert_eq!(code(&[], &[]), "too_few");
        assert_eq!(code(&[1.0], &[]), "shape_mismatch");
        let refused = SurvivalData::new(vec![1.0, -2.0], vec![true, true]).unwrap_err().to_string();
        assert!(refused.contains("number 2 is -2"), "{refused}");
    }

    #[test]
    fn only_patients_with_time_and_event_are_known() {
        let (which, data) =
            SurvivalData::known(&[Some(3.0), None, Some(1.0), Some(2.0)], &[Some(true), Some(true), None, Some(false)])
                .unwrap();
        assert_eq!((which, data.times(), data.events()), (vec![0, 3], &[3.0, 2.0][..], &[true, false][..]));
    }
}
