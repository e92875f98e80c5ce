//! Something fitted to a training set, with what is read from it again and again.

use std::cell::OnceCell;
use std::rc::Rc;

use ndarray::{Array2, Axis};

use super::training::{PCA_WIDTH, ridge_purified, verdict};
use super::{SessionError, Verdict};
use crate::baseline::{Pca, Raw, Representation};
use crate::cohort::Cohort;
use crate::contamination::Removal;
use crate::readout::expression::{Extending, Extension, PurifiedExpression};
use crate::readout::identity::{self, Identity, Search};
use crate::readout::natural::Gram;
use crate::readout::pca::PcaMap;
use crate::readout::span::Span;
use crate::training_set::{Measured, SampleLevels, TrainingSet};
use crate::twin::Config;

/// A fitted representation of the tumours, read at one strength. What takes long is made when it is first asked for.
pub(super) struct Fitted {
    /// What embeds samples.
    pub representation: Box<dyn Representation>,
    /// What it was fitted to, or is read on.
    pub set: Rc<TrainingSet>,
    /// Clean tumours, n × the representation's width, with the strength that is set.
    pub embedding: Array2<f32>,
    /// Numbers a sample passed through: the embedding's width, or the bottleneck's before a purified profile.
    pub dim: usize,
    /// As it was fitted, with the strength that is set.
    pub config: Config,
    /// The same as `embedding` with nothing taken out.
    whole: Array2<f32>,
    /// Whose normals the identity test mixes in, where that is not known from training.
    tissue: Option<&'static str>,
    purified: OnceCell<Array2<f32>>,
    verdict: OnceCell<Verdict>,
    /// The map with nothing taken out.
    bare: OnceCell<PcaMap>,
    span: OnceCell<Span>,
    contaminated: OnceCell<Contaminated>,
    raw: OnceCell<Gram>,
    /// Of the cohort it is read on, whatever the strength.
    samples: OnceCell<SampleLevels>,
    extension: OnceCell<Extension>,
    extending: Option<Extending>,
}

/// Contaminated tumours to be looked for, and what does not change with the strength.
pub(super) struct Contaminated {
    pub any: Search,
    pub own: Search,
    pub raw: Identity,
    pub own_raw: Identity,
    pub pca: Identity,
}

impl Fitted {
    /// Read a representation on a training set. `dim` as the field of that name.
    pub fn new(
        representation: Box<dyn Representation>,
        set: Rc<TrainingSet>,
        config: Config,
        dim: usize,
        tissue: Option<&'static str>,
    ) -> Self {
        let whole = representation.embed_whole(&set.tumour_values);
        let embedding = whole.clone();
        let mut fitted = Self {
            representation,
            set,
            embedding,
            dim,
            config,
            whole,
            tissue,
            purified: OnceCell::new(),
            verdict: OnceCell::new(),
            bare: OnceCell::new(),
            span: OnceCell::new(),
            samples: OnceCell::new(),
            extension: OnceCell::new(),
            extending: None,
            contaminated: OnceCell::new(),
            raw: OnceCell::new(),
        };
        fitted.read();
        fitted
    }

    /// Take out the first `strength` directions but those in `kept` (from 1).
    pub fn set_strength(&mut self, strength: usize, kept: &[usize]) {
        self.representation.set_strength(strength, kept);
        self.embedding.assign(&self.whole);
        self.read();
    }

    fn read(&mut self) {
        let (strength, kept) = match self.representation.removal() {
            Some(removal) => {
                removal.apply(&mut self.embedding);
                (removal.strength(), removal.kept().to_vec())
            }
            None => (0, Vec::new()),
        };
        (self.config.strength, self.config.kept) = (Some(strength), kept);
        (self.purified, self.verdict) = (OnceCell::new(), OnceCell::new());
    }

    /// Let go of what can be made again: a file of every gene needs the room.
    pub fn rest(&mut self) {
        (self.contaminated, self.raw, self.span) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
    }

    /// The contamination directions and how much of them is taken out.
    pub fn removal(&self) -> Option<&Removal> {
        self.representation.removal()
    }

    /// Clean tumours with nothing taken out, n × width.
    pub fn whole(&self) -> &Array2<f32> {
        &self.whole
    }

    /// Clean tumours after purification, `log2(1 + x)`, n × G.
    ///
    /// # Errors
    /// An embedding that no ridge can be fitted to, where there is no decoder.
    pub fn purified(&self) -> Result<&Array2<f32>, SessionError> {
        if let Some(made) = self.purified.get() {
            return Ok(made);
        }
        let made = match self.representation.purified(&self.embedding) {
            Some(profiles) => profiles,
            None => ridge_purified(&self.set, &self.embedding)?,
        };
        Ok(self.purified.get_or_init(|| made))
    }

    /// Fit the next block of the genes outside the training set; the share that is done, 1 when all are.
    ///
    /// # Errors
    /// A cohort that no longer holds the trained samples, and a representation that answers with what is no number.
    pub fn extend(&mut self, cohort: &Cohort) -> Result<f64, SessionError> {
        if self.extension.get().is_some() {
            return Ok(1.0);
        }
        let mut extending = match self.extending.take() {
            Some(extending) => extending,
            None => self.begin_extending(&self.measured(cohort)?)?,
        };
        let measured = self.measured(cohort)?;
        let done = extending.advance(&measured);
        if extending.is_done() {
            self.extension = OnceCell::from(extending.finish(&measured));
            return Ok(1.0);
        }
        self.extending = Some(extending);
        Ok(done)
    }

    pub(super) fn measured<'a>(&'a self, cohort: &'a Cohort) -> Result<Measured<'a>, SessionError> {
        let samples = match self.samples.get() {
            Some(found) => found,
            None => {
                let found = SampleLevels::of(cohort, &self.set)?;
                self.samples.get_or_init(|| found)
            }
        };
        Ok(Measured::of(cohort, samples)?)
    }

    fn begin_extending(&self, measured: &Measured) -> Result<Extending, SessionError> {
        let Config { mixing, seed, .. } = self.config;
        Ok(Extending::begin(&*self.representation, &self.whole, &self.set, measured, mixing, seed)?)
    }

    /// Raw and purified expression of every measured gene at the strength that is set. The genes outside the training set are
    /// fitted when this is first asked for.
    ///
    /// # Errors
    /// As [`Self::extend`] and [`Self::purified`].
    pub fn expression<'a>(&'a self, cohort: &'a Cohort) -> Result<PurifiedExpression<'a>, SessionError> {
        let extension = match self.extension.get() {
            Some(made) => made,
            None => {
                let measured = self.measured(cohort)?;
                let made = self.begin_extending(&measured)?.finish(&measured);
                self.extension.get_or_init(|| made)
            }
        };
        let purified = self.purified()?;
        Ok(PurifiedExpression::new(self.measured(cohort)?, &self.set, purified, extension, self.removal())?)
    }

    /// Whether it worked, at the strength that is set.
    ///
    /// # Errors
    /// An embedding that no readout can use.
    pub fn verdict(&self) -> Result<&Verdict, SessionError> {
        if let Some(made) = self.verdict.get() {
            return Ok(made);
        }
        let made = verdict(self, self.tissue)?;
        Ok(self.verdict.get_or_init(|| made))
    }

    /// The first two principal components: of the embedding, or where directions are taken out of its inner products. Both are
    /// kept, which makes every strength, 0 too, a moment's work.
    ///
    /// # Errors
    /// An embedding with a value that is not finite.
    pub fn pca_map(&self) -> Result<PcaMap, SessionError> {
        match self.removal().filter(|removal| !removal.taken_out().is_empty()) {
            Some(removal) => Ok(self.span(removal)?.map(&removal.taken_out())?),
            None => Ok(self.bare_map()?.clone()),
        }
    }

    fn bare_map(&self) -> Result<&PcaMap, SessionError> {
        if let Some(made) = self.bare.get() {
            return Ok(made);
        }
        let made = PcaMap::of(&self.whole)?;
        Ok(self.bare.get_or_init(|| made))
    }

    /// The identity test's mixtures, embedded once.
    ///
    /// # Errors
    /// Too few tumours or normals, or a decomposition that fails.
    pub fn contaminated(&self) -> Result<&Contaminated, SessionError> {
        if let Some(made) = self.contaminated.get() {
            return Ok(made);
        }
        let (set, seed) = (&*self.set, self.config.seed);
        let which = set.test_normals();
        let normals = set.normal_values.select(Axis(0), &which);
        let mixed = |r: &dyn Representation| identity::mixed(r, &set.tumour_values, &normals, seed);
        let own = |r: &dyn Representation| {
            identity::own_normal(r, &set.tumour_values, &set.normal_values, &set.own_tumour, &which, 0.5)
        };
        let raw = Raw::new(set.moments.clone());
        let pca = Pca::fit(&set.tumour_values, &set.moments, PCA_WIDTH)?;
        let made = Contaminated {
            any: mixed(&*self.representation)?,
            own: own(&*self.representation)?,
            raw: mixed(&raw)?.read(&raw),
            own_raw: own(&raw)?.read(&raw),
            pca: mixed(&pca)?.read(&pca),
        };
        Ok(self.contaminated.get_or_init(|| made))
    }

    /// Inner products of the tumours' raw profiles.
    ///
    /// # Errors
    /// A profile with a value that is not finite.
    pub fn raw_gram(&self) -> Result<&Gram, SessionError> {
        if let Some(made) = self.raw.get() {
            return Ok(made);
        }
        let made = Gram::of(&Raw::new(self.set.moments.clone()).embed(&self.set.tumour_values))?;
        Ok(self.raw.get_or_init(|| made))
    }

    fn span(&self, removal: &Removal) -> Result<&Span, SessionError> {
        if let Some(made) = self.span.get() {
            return Ok(made);
        }
        let made = Span::of(&self.whole, self.bare_map()?.clone(), removal)?;
        Ok(self.span.get_or_init(|| made))
    }

    /// Inner products of the tumours' embedding at the strength that is set.
    ///
    /// # Errors
    /// An embedding with a value that is not finite.
    pub fn gram(&self) -> Result<Gram, SessionError> {
        Ok(match self.removal() {
            Some(removal) => self.span(removal)?.gram(&removal.taken_out())?,
            None => Gram::of(&self.embedding)?,
        })
    }
}
