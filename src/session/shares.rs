//! A comparison with other workers: they take shares of it and need no file for that, only the cohort as it is compared on.

use super::evidence::NO_COMPARISON;
use super::{Session, SessionError};
use crate::cohort::Cohort;
use crate::comparison::{Columns, DoneShare, Share};

impl Session {
    /// The cohort for another worker that compares on it, with the columns asked for.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn comparison_parcel(&mut self, columns: &Columns) -> Result<Vec<u8>, SessionError> {
        let Columns { subtype, grade, time, event, purity } = columns;
        let asked: Vec<&str> =
            [subtype, grade, time, event, purity].into_iter().flatten().map(String::as_str).collect();
        Ok(self.cohort()?.parcel(&asked))
    }

    /// Compare on the cohort of a parcel, whatever was open here before.
    ///
    /// # Errors
    /// When bytes are missing; nothing changes then.
    pub fn open_parcel(&mut self, parcel: &[u8]) -> Result<(), SessionError> {
        let cohort = Cohort::from_parcel(parcel)?;
        let gene_map = self.gene_map.take();
        *self = Self { gene_map, cohort: Some(cohort), ..Self::default() };
        Ok(())
    }

    /// The longest share that nobody is at, for another worker.
    ///
    /// # Errors
    /// When no comparison was begun.
    pub fn hand_out(&mut self) -> Result<Option<Share>, SessionError> {
        Ok(self.comparison.as_mut().ok_or(NO_COMPARISON)?.hand_out())
    }

    /// What another worker made of its share.
    ///
    /// # Errors
    /// When no comparison was begun.
    pub fn take_back(&mut self, done: DoneShare) -> Result<(), SessionError> {
        self.comparison.as_mut().ok_or(NO_COMPARISON)?.take_back(done);
        Ok(())
    }

    /// A worker is gone: its share is to be done again.
    ///
    /// # Errors
    /// When no comparison was begun.
    pub fn put_back(&mut self, share: &Share) -> Result<(), SessionError> {
        self.comparison.as_mut().ok_or(NO_COMPARISON)?.put_back(share);
        Ok(())
    }

    /// Make this share of the comparison begun here, and nothing else of it.
    ///
    /// # Errors
    /// When none was begun.
    pub fn begin_share(&mut self, share: &Share) -> Result<(), SessionError> {
        self.comparison.as_mut().ok_or(NO_COMPARISON)?.begin_share(share);
        Ok(())
    }

    /// The share that was begun here and is finished.
    ///
    /// # Errors
    /// When no comparison was begun.
    pub fn done_share(&mut self, share: &Share) -> Result<DoneShare, SessionError> {
        Ok(self.comparison.as_mut().ok_or(NO_COMPARISON)?.done_share(share))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ComparisonRequest, NamedConfig};
    use super::*;
    use crate::cohort::simulated::{SimulationSettings, simulate};

    fn request() -> ComparisonRequest {
        let config = serde_json::json!({ "preset": "balanced", "epochs": 2, "genes": 120, "hidden": [12] });
        ComparisonRequest {
            columns: Columns { subtype: Some("subtype".into()), purity: Some("purity".into()), ..Columns::default() },
            seeds: 2,
            out_of_fold: false,
            strengths: true,
            candidates: vec![NamedConfig { name: String::new(), config }],
        }
    }

    /// A cohort compared alone, and with a helper that has a parcel of it.
    #[test]
    fn a_helper_with_a_parcel_makes_the_same_table() {
        let settings = SimulationSettings { tumours: 60, normals: 14, genes: 240, seed: 5, ..Default::default() };
        let open = || Session { cohort: Some(simulate(&settings).expect("a cohort").cohort), ..Session::default() };
        let finish =
            |session: &mut Session| while !session.advance_comparison(0.0, &|| 0.0).expect("progress").finished {};
        let mut alone = open();
        alone.begin_comparison(request()).expect("begun");
        finish(&mut alone);

        let (mut whole, mut helper) = (open(), Session::default());
        whole.begin_comparison(request()).expect("begun");
        let parcel = whole.comparison_parcel(&request().columns).expect("a parcel");
        assert!(helper.open_parcel(&parcel[..99]).is_err());
        helper.open_parcel(&parcel).expect("opened");
        helper.begin_comparison(request()).expect("begun");
        while let Some(share) = whole.hand_out().expect("a comparison") {
            helper.begin_share(&share).expect("a comparison");
            finish(&mut helper);
            whole.take_back(helper.done_share(&share).expect("a comparison")).expect("a comparison");
        }
        finish(&mut whole);
        assert_eq!(whole.comparison_table().expect("a table"), alone.comparison_table().expect("a table"));
    }
}
