//! Strength: how many contamination directions are taken out of what a model embeds, moved after the run.

use ndarray::Array2;
use serde::Serialize;

use super::{Choice, Session, SessionError, Verdict};
use crate::contamination::{Directions, MANY_TUMOURS, MOST_DIRECTIONS};
use crate::figure::Of;
use crate::readout::markers::{purity_stand_in, tumour_scores};
use crate::readout::natural::{Natural, Purity};
use crate::training_set::TrainingSet;
use crate::twin::{Config, Preset, automatic_strength};

/// Where the strength of a fitted representation stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Strength {
    /// Directions taken out, before those in `kept` are left in.
    pub strength: usize,
    /// Directions that stay in whatever the strength, from 1.
    pub kept: Vec<usize>,
    /// Directions that there are: the highest strength.
    pub available: usize,
    /// The default for this preset and number of tumours.
    pub automatic: usize,
    /// Why there are fewer directions than usual, or why that default; a sentence.
    pub note: String,
}

const NO_DIRECTIONS: SessionError = SessionError::NotYet(
    "This model has no contamination directions: it was trained without mixing, or saved by an earlier version. Train again to have them.",
);

impl Session {
    /// The stand-in for the purity of a training set's tumours, in their order; none where the marker genes are not measured.
    pub(super) fn stand_in(&mut self, set: &TrainingSet) -> Result<Option<Vec<f64>>, SessionError> {
        let tumours = self.tumour_indices(set)?;
        self.cohort()?;
        let cohort = self.cohort.as_ref().ok_or(SessionError::NotYet("Open an expression matrix first."))?;
        // Scores are of the cohort's tumours in file order, which a training set keeps.
        let [stromal, immune] = tumour_scores(cohort, self.gene_map.as_ref());
        let of = |score: &Result<Vec<f64>, String>| score.as_ref().ok().filter(|s| s.len() == tumours.len()).cloned();
        let (stromal, immune) = (of(&stromal), of(&immune));
        Ok(purity_stand_in([stromal.as_deref(), immune.as_deref()]))
    }

    /// What the strength of a run will be, and why, before it is trained.
    pub(super) fn strength_beforehand(&mut self, config: &Config, set: &TrainingSet) -> String {
        if config.mixing <= 0.0 {
            return "Without mixing there are no contamination directions to take out.".into();
        }
        if let Some(strength) = config.strength {
            return format!("Strength {strength}, as these settings say.");
        }
        let with_stand_in = self.stand_in(set).ok().flatten().is_some();
        let tumours = set.tumours.len();
        let automatic = automatic_strength(config.preset, tumours, with_stand_in);
        why(config.preset, tumours, automatic, with_stand_in)
    }

    /// Where the strength stands.
    ///
    /// # Errors
    /// Before training.
    pub fn strength(&self, of: Choice) -> Result<Strength, SessionError> {
        let fitted = self.fitted(of)?;
        let (preset, tumours) = (fitted.config.preset, fitted.set.tumours.len());
        let Some(removal) = fitted.removal() else {
            let note = NO_DIRECTIONS.to_string();
            return Ok(Strength { strength: 0, kept: Vec::new(), available: 0, automatic: 0, note });
        };
        let available = removal.directions().len();
        let automatic = automatic_strength(preset, tumours, removal.directions().with_stand_in()).min(available);
        let normals = fitted.set.normals.len() - fitted.set.held_out.len();
        let fewer = match available {
            0 => "No contamination direction stands out: the adjacent normals are not told from the tumours. ".into(),
            n if n < MOST_DIRECTIONS => {
                format!("There are {n} directions, because {normals} adjacent normals were trained with. ")
            }
            _ => String::new(),
        };
        let note = fewer + &why(preset, tumours, automatic, removal.directions().with_stand_in());
        Ok(Strength { strength: removal.strength(), kept: removal.kept().to_vec(), available, automatic, note })
    }

    /// Take out the first `strength` directions but those in `kept` (from 1). Maps, pathways, neighbours, tables and the
    /// verdict follow when they are next asked for; nothing is trained.
    ///
    /// # Errors
    /// Before training, or when the model has no directions.
    pub fn set_strength(&mut self, of: Choice, strength: usize, kept: &[usize]) -> Result<(), SessionError> {
        self.fitted(of)?.removal().ok_or(NO_DIRECTIONS)?;
        let slot = match of {
            Choice::Purified => self.trained.as_mut(),
            Choice::Instant => self.instant.as_mut(),
        };
        slot.ok_or(NO_DIRECTIONS)?.set_strength(strength, kept);
        let moved = Of::from(of);
        self.maps.retain(|(_, shown), _| *shown != moved);
        self.pathways = None;
        self.heat_map = None;
        self.compared = None;
        self.writing = None;
        Ok(())
    }

    /// The verdict of a fitted representation at the strength that is set.
    ///
    /// # Errors
    /// Before training.
    pub fn verdict(&self, of: Choice) -> Result<Verdict, SessionError> {
        Ok(self.fitted(of)?.verdict()?.clone())
    }

    /// The natural case: how far the tumours as they are follow purity at the strength that is set, purified beside raw, and how
    /// alike their two maps are. Purity is the sheet's, else the stand-in; without either it is of the maps alone.
    ///
    /// # Errors
    /// Before training, or with too few tumours.
    pub fn natural(&mut self, of: Choice) -> Result<Natural, SessionError> {
        let purity = match self.purity(of) {
            Ok(taken) => Some(taken),
            Err(SessionError::NoEstimate { .. }) => None,
            Err(error) => return Err(error),
        };
        let patients = self.patients_of(of)?;
        let fitted = self.fitted(of)?;
        let tumours = fitted.embedding.nrows();
        let purity = purity.as_ref().filter(|(_, values)| values.len() == tumours);
        let patients = patients.numbers();
        let taken = purity.map(|(name, values)| Purity { name, values, patients });
        Ok(Natural::of(fitted.raw_gram()?, &fitted.gram()?, taken)?)
    }

    /// How a fitted representation was made, with the strength that is set.
    ///
    /// # Errors
    /// Before training.
    pub fn config(&self, of: Choice) -> Result<&Config, SessionError> {
        Ok(&self.fitted(of)?.config)
    }

    /// The contamination directions of a fitted representation, and the tumours' positions along them from their mean, in
    /// the embedding's units (n × K).
    ///
    /// # Errors
    /// Before training, or when the model has no directions.
    pub fn directions(&self, of: Choice) -> Result<(&Directions, Array2<f32>), SessionError> {
        let fitted = self.fitted(of)?;
        let directions = fitted.removal().ok_or(NO_DIRECTIONS)?.directions();
        Ok((directions, directions.positions(fitted.whole())))
    }
}

fn why(preset: Preset, tumours: usize, automatic: usize, with_stand_in: bool) -> String {
    let reason = match (preset, tumours < MANY_TUMOURS, with_stand_in) {
        (Preset::Profile, true, _) => "the mean step towards normal tissue, and the first ways in which normals differ",
        (Preset::Profile, false, true) => {
            "what follows the stand-in for purity, since directions of contamination change nothing in so large a cohort"
        }
        (Preset::Profile, false, false) => {
            "directions of contamination change nothing in so large a cohort, and the marker genes of the stand-in for purity are not measured"
        }
        _ => "measured for the preset Profile alone, so nothing is taken out unless you ask for it",
    };
    format!("The default for {tumours} tumours is {automatic}: {reason}.")
}
