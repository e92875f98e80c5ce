//! Every parameter of a run in one serialisable value, with its validation and the presets of docs/method.md.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::contamination::{MANY_TUMOURS, MOST_DIRECTIONS};

/// Steps that an automatic number of epochs makes: a count of epochs alone left cohorts of 200 to 400 tumours with a
/// fifth of that, and under-trained (docs/method.md, *What was measured*).
const AUTOMATIC_STEPS: usize = 1000;
/// The same for a linear encoder, which still gains and whose steps cost a tenth.
const AUTOMATIC_STEPS_LINEAR: usize = 2000;
const FEWEST_AUTOMATIC_EPOCHS: usize = 100;
/// A named set of parameters (docs/method.md, *Network, optimiser, presets*; *Profile* from *The open question*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Both losses on a linear encoder and decoder, read as the purified profile: the default.
    #[default]
    Profile,
    /// Both losses with a projector, read at the bottleneck.
    Balanced,
    /// Balanced without the projector, λ 0.05.
    Strict,
    /// Linear encoder, Barlow Twins alone; gene loadings readable.
    Linear,
    /// The textbook three-layer projector, Barlow Twins alone.
    Classic,
    /// The closed form: seconds, deterministic.
    Instant,
}

/// Every parameter of a run. Where 0 is called automatic, [`Config::resolve`] fills it from the cohort's size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// The preset these parameters started from.
    pub preset: Preset,
    /// Read the embedding at the decoder's output, the purified profile (as wide as there are genes), and not at the
    /// bottleneck (d wide). Files that do not say were written when the bottleneck was all there was.
    #[serde(default)]
    pub profile: bool,
    /// Share ω of the raw profile, without its contamination axis, in a purified profile that is read; the rest is the
    /// decoder's. 0 reads the decoder alone.
    #[serde(default)]
    pub raw_share: f64,
    /// Directions of contamination taken out of the embedding, 0 to [`MOST_DIRECTIONS`]; none is automatic, filled in once
    /// the directions are known ([`automatic_strength`]). It changes no training step. Files that do not say were written when
    /// nothing was taken out.
    #[serde(default = "nothing_taken_out")]
    pub strength: Option<usize>,
    /// Directions that stay in whatever the strength, numbered from 1.
    #[serde(default)]
    pub kept: Vec<usize>,
    /// Seed of every random draw.
    pub seed: u64,
    /// Most variable genes used; 0 uses all.
    pub genes: usize,
    /// Share of the adjacent normals held out for the identity test.
    pub held_out: f64,
    /// Hidden widths of the encoder; empty is a linear encoder.
    pub hidden: Vec<usize>,
    /// Add a linear path beside the hidden layers.
    pub skip: bool,
    /// Width d of the bottleneck; 0 is automatic: clamp(round(n / 6), 8, 128), or n − 1 in place of n / 6
    /// where the profile is read.
    pub dim: usize,
    /// Projector widths; 0 in the list is 2 d; empty puts the loss on the embedding itself.
    pub projector: Vec<usize>,
    /// Weight β of the Barlow Twins term; 0 leaves the reconstruction alone: an auto-encoder.
    pub barlow: f64,
    /// Weight λ of the off-diagonal (redundancy) term.
    pub lambda: f64,
    /// Weight ρ of the purified reconstruction; 0 is pure Barlow Twins.
    pub rho: f64,
    /// Largest fraction a_max of normal tissue mixed into a view; 0 switches mixing off.
    pub mixing: f64,
    /// Standard deviation ε of the noise added per gene.
    pub noise: f64,
    /// Probability that a gene is dropped from a view.
    pub drop: f64,
    /// Passes over the tumours; 0 is automatic: as many as make 1,000 steps (2,000 for a linear
    /// encoder), at least 100.
    pub epochs: usize,
    /// Tumours per step; 0 is automatic: 128, or 32 under 200 tumours.
    pub batch: usize,
    /// Learning rate at its peak.
    pub learning_rate: f64,
    /// Epochs of linear warm-up before the cosine decay to 0.
    pub warm_up: usize,
    /// Decoupled weight decay, on matrices only.
    pub weight_decay: f64,
    /// Largest norm of the whole gradient.
    pub clip: f64,
}

fn nothing_taken_out() -> Option<usize> {
    Some(0)
}

/// The strength of a preset on so many tumours where the person chose none, as it was measured (docs/method.md,
/// *Strength*): under [`MANY_TUMOURS`] the first three directions of contamination; from there on the first two that follow
/// the stand-in for purity, and none without one. Only the purified profile was measured: other presets take out nothing
/// unless it is asked for.
pub fn automatic_strength(preset: Preset, tumours: usize, with_stand_in: bool) -> usize {
    match (preset, tumours < MANY_TUMOURS) {
        (Preset::Profile, true) => 3,
        (Preset::Profile, false) if with_stand_in => 2,
        _ => 0,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::preset(Preset::default())
    }
}

/// A parameter out of its range, or a cohort too small for it.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("The parameter {field} is {found}, and {allowed}.")]
pub struct ConfigError {
    /// Field as written in the configuration.
    pub field: &'static str,
    /// The value found.
    pub found: String,
    /// What it may be.
    pub allowed: String,
}

impl Config {
    /// The preset's parameters, automatic ones unresolved.
    pub fn preset(preset: Preset) -> Self {
        let balanced = Self {
            preset,
            profile: false,
            raw_share: 0.0,
            strength: None,
            kept: Vec::new(),
            seed: 7,
            genes: 3000,
            held_out: 0.4,
            hidden: vec![512],
            skip: false,
            dim: 0,
            projector: vec![0],
            barlow: 1.0,
            lambda: 0.0051,
            rho: 1.0,
            mixing: 0.9,
            noise: 0.3,
            drop: 0.2,
            epochs: 0,
            batch: 0,
            learning_rate: 1e-3,
            warm_up: 10,
            weight_decay: 1e-4,
            clip: 10.0,
        };
        match preset {
            Preset::Profile => {
                Self { profile: true, raw_share: 0.2, hidden: vec![], projector: vec![], lambda: 0.05, ..balanced }
            }
            Preset::Balanced => balanced,
            Preset::Strict => Self { projector: vec![], lambda: 0.05, ..balanced },
            Preset::Linear | Preset::Instant => {
                Self { hidden: vec![], projector: vec![], lambda: 0.05, rho: 0.0, ..balanced }
            }
            Preset::Classic => Self { projector: vec![0, 0, 0], rho: 0.0, ..balanced },
        }
    }

    /// The auto-encoder this configuration is compared with: the same encoder and decoder, noise and
    /// schedule, trained on the reconstruction of the unmixed tumour alone; from views mixed with normals (`mixing` as
    /// it is here: the mixing denoising auto-encoder) or from unmixed ones. It is read at its bottleneck, as
    /// auto-encoders are; its reconstruction did no better (docs/method.md, *The open question*).
    pub fn auto_encoder(&self, mixing: bool) -> Self {
        let rho = if self.rho > 0.0 { self.rho } else { 1.0 };
        let mixing = if mixing { self.mixing } else { 0.0 };
        let (strength, kept) = (Some(0), Vec::new());
        let (profile, raw_share) = (false, 0.0);
        Self { barlow: 0.0, rho, mixing, projector: vec![], profile, raw_share, strength, kept, ..self.clone() }
    }

    /// A configuration from some of its fields: those given replace the named preset's (the default's where none is named).
    ///
    /// # Errors
    /// [`ConfigError`] when a field is unknown or of the wrong type.
    pub fn from_partial(given: serde_json::Value) -> Result<Self, ConfigError> {
        let refuse = |e: serde_json::Error| ConfigError {
            field: "configuration",
            found: given.to_string(),
            allowed: format!("it does not read as one ({e})"),
        };
        let preset = given.get("preset").cloned().map(serde_json::from_value::<Preset>).transpose().map_err(refuse)?;
        let base = serde_json::to_value(Self::preset(preset.unwrap_or_default())).map_err(refuse)?;
        let (serde_json::Value::Object(mut fields), serde_json::Value::Object(changes)) = (base, given.clone()) else {
            return Err(ConfigError {
                field: "configuration",
                found: given.to_string(),
                allowed: "it must be an object of parameters".into(),
            });
        };
        fields.extend(changes);
        serde_json::from_value(serde_json::Value::Object(fields)).map_err(refuse)
    }

    /// A configuration as a session file or a model holds it: whole, or of a version that knew fewer fields, which are then
    /// what that version did.
    ///
    /// # Errors
    /// [`ConfigError`] when a field is unknown or of the wrong type.
    pub fn from_saved(given: serde_json::Value) -> Result<Self, ConfigError> {
        let found = given.to_string();
        serde_json::from_value(given).map_err(|e| ConfigError {
            field: "configuration",
            found,
            allowed: format!("it does not read as one ({e})"),
        })
    }

    /// Fill the automatic parameters for a cohort of `tumours` and check every range.
    ///
    /// # Errors
    /// [`ConfigError`] names the field, the value and what it may be.
    pub fn resolve(&self, tumours: usize) -> Result<Self, ConfigError> {
        let mut config = self.clone();
        if config.dim == 0 {
            // What a narrow bottleneck forgets is missing in the profile too, and who reads the profile does not read d
            // numbers that tell tumours apart: it may be as wide as the cohort spans (docs/method.md, *The open question*).
            let tumours = tumours as f64;
            let width = if config.profile { tumours - 1.0 } else { tumours / 6.0 };
            config.dim = (width.round() as usize).clamp(8, 128);
        }
        for width in &mut config.projector {
            if *width == 0 {
                *width = 2 * config.dim;
            }
        }
        if config.batch == 0 {
            config.batch = if tumours < 200 { 32 } else { 128 };
        }
        config.batch = config.batch.min(tumours);
        if config.epochs == 0 {
            let steps_per_epoch = (tumours / config.batch.max(1)).max(1);
            let steps = if config.hidden.is_empty() { AUTOMATIC_STEPS_LINEAR } else { AUTOMATIC_STEPS };
            config.epochs = steps.div_ceil(steps_per_epoch).max(FEWEST_AUTOMATIC_EPOCHS);
        }
        config.check()?;
        Ok(config)
    }

    /// Width of the embedding of a network over `genes`.
    pub fn width(&self, genes: usize) -> usize {
        if self.profile { genes } else { self.dim }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let within = |field, value: f64, low: f64, high: f64| {
            if value.is_finite() && (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(ConfigError {
                    field,
                    found: value.to_string(),
                    allowed: format!("it must be from {low} to {high}"),
                })
            }
        };
        within("heldOut", self.held_out, 0.0, 0.8)?;
        within("barlow", self.barlow, 0.0, 100.0)?;
        within("lambda", self.lambda, 0.0, 10.0)?;
        within("rho", self.rho, 0.0, 100.0)?;
        if self.barlow == 0.0 && self.rho == 0.0 {
            let allowed = "it must be above 0 where rho is 0: nothing would be left to train on".into();
            return Err(ConfigError { field: "barlow", found: "0".into(), allowed });
        }
        if self.profile && self.rho == 0.0 {
            let allowed = "it must be off where rho is 0: without reconstruction there is no profile to read".into();
            return Err(ConfigError { field: "profile", found: "on".into(), allowed });
        }
        within("rawShare", self.raw_share, 0.0, 1.0)?;
        within("strength", self.strength.unwrap_or(0) as f64, 0.0, MOST_DIRECTIONS as f64)?;
        for &direction in &self.kept {
            within("kept", direction as f64, 1.0, MOST_DIRECTIONS as f64)?;
        }
        within("mixing", self.mixing, 0.0, 0.99)?;
        within("noise", self.noise, 0.0, 5.0)?;
        within("drop", self.drop, 0.0, 0.95)?;
        within("learningRate", self.learning_rate, 1e-7, 1.0)?;
        within("weightDecay", self.weight_decay, 0.0, 1.0)?;
        within("clip", self.clip, 1e-3, 1e6)?;
        within("dim", self.dim as f64, 2.0, 2048.0)?;
        within("epochs", self.epochs as f64, 1.0, 100_000.0)?;
        within("warmUp", self.warm_up as f64, 0.0, 10_000.0)?;
        within("batch", self.batch as f64, 4.0, 4096.0)?;
        within("hidden", self.hidden.len() as f64, 0.0, 4.0)?;
        within("projector", self.projector.len() as f64, 0.0, 4.0)?;
        for &width in self.hidden.iter().chain(&self.projector) {
            within("hidden, projector", width as f64, 2.0, 8192.0)?;
        }
        // JavaScript numbers hold whole seeds up to 2^53 only; a larger one would not come back the same.
        within("seed", self.seed as f64, 0.0, 9_007_199_254_740_991.0)
    }
}
