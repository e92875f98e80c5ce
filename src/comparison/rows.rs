//! The rows of the table: what is compared, and how each is fitted.

use serde::Serialize;

use crate::contamination::MOST_DIRECTIONS;
use crate::twin::{Config, Preset};

/// Width of the linear baselines: few enough that 60 tumours span them.
pub const LINEAR_WIDTH: usize = 20;
/// α of contrastive PCA: how much variance among normals counts against a direction.
pub const CONTRAST: f64 = 10.0;

/// A run of the method that a person wants in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What it is called beside "TwinPurify": a preset, a file; empty for the run on screen.
    pub name: String,
    /// Its parameters, resolved.
    pub config: Config,
    /// Whether it stands in the table at every strength: the price of taking contamination directions out. Costs no
    /// training, strength is applied after.
    pub strengths: bool,
}

/// How a representation comes about.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// The standardised profile.
    Raw,
    /// Principal components of the tumours.
    Pca,
    /// Contrastive components against the normals.
    ContrastivePca,
    /// A network, trained.
    Trained(Box<Config>),
    /// The closed form.
    ClosedForm(Box<Config>),
}

/// One fit: a row under a seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Job {
    /// Place among the rows.
    pub row: usize,
    /// Its seed.
    pub seed: u64,
    /// Trained without the tumours of this fold.
    pub fold: Option<usize>,
}

impl Job {
    /// Whether both belong to one trial.
    pub fn is_of(self, other: Self) -> bool {
        (self.row, self.seed) == (other.row, other.seed)
    }
}

/// One representation of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    key: String,
    name: String,
    about: String,
    method: Method,
    /// A row at another strength than the one on screen.
    price: bool,
}

impl Row {
    /// A row of its own.
    pub fn new(key: &str, name: &str, about: &str, method: Method) -> Self {
        Self { key: key.into(), name: name.into(), about: about.into(), method, price: false }
    }

    /// The same row, there to show the price of another strength.
    pub(super) fn priced(self) -> Self {
        Self { price: true, ..self }
    }

    /// Stable name: `raw`, `pca`, `auto_encoder`, `twinpurify`, `twinpurify.strict`, …
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Name in the table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is fitted.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// As it is shown.
    pub fn head(&self) -> RowHead {
        let ours = self.key.starts_with("twinpurify");
        let strength = match &self.method {
            Method::Trained(config) if ours && config.mixing > 0.0 => config.strength,
            _ => None,
        };
        let (key, name, about) = (self.key.clone(), self.name.clone(), self.about.clone());
        RowHead { key, name, about, ours, strength, price: self.price }
    }

    /// The training behind a row, whatever strength it is read at; none where nothing is trained.
    pub(super) fn training(&self, seed: u64) -> Option<Config> {
        match &self.method {
            Method::Trained(config) => Some(Config { seed, strength: None, kept: Vec::new(), ..(**config).clone() }),
            _ => None,
        }
    }

    /// The whole table: baselines, the candidates, and the first trained candidate without mixing. Baselines take the
    /// encoder of the first trained candidate; Balanced's where there is none, or where it is read as its profile.
    pub fn all(candidates: &[Candidate], tumours: usize) -> Result<Vec<Self>, crate::twin::ConfigError> {
        let trained = candidates.iter().map(|c| &c.config).find(|config| config.preset != Preset::Instant);
        let reference = match (trained, candidates.first()) {
            (Some(config), _) if config.profile => bottleneck_of(config, tumours)?,
            (Some(config), _) => config.clone(),
            (None, Some(first)) => {
                let Config { seed, genes, held_out, .. } = first.config;
                Config { seed, genes, held_out, ..Config::preset(Preset::Balanced) }.resolve(tumours)?
            }
            (None, None) => Config::preset(Preset::Balanced).resolve(tumours)?,
        };
        let network = |config: Config| Method::Trained(Box::new(config));
        let mut rows = vec![
            Self::new("raw", "raw", "The standardised log2 profile.", Method::Raw),
            Self::new(
                "pca",
                &format!("PCA-{LINEAR_WIDTH}"),
                "Leading principal components of the tumours.",
                Method::Pca,
            ),
            Self::new(
                "contrastive_pca",
                &format!("contrastive PCA-{LINEAR_WIDTH}"),
                "Components that vary in tumours more than in the adjacent normals (Abid 2018, α 10).",
                Method::ContrastivePca,
            ),
            Self::new(
                "auto_encoder",
                "auto-encoder",
                "An encoder and decoder, reconstruction alone, no normal mixed in; read at the bottleneck.",
                network(reference.auto_encoder(false)),
            ),
            Self::new(
                "mixing_auto_encoder",
                "mixing denoising auto-encoder",
                "The same from mixed views: reconstruction of the unmixed tumour alone; read at the bottleneck.",
                network(reference.auto_encoder(true)),
            ),
        ];
        for (at, Candidate { name, config, strengths }) in candidates.iter().enumerate() {
            let key = match (name.is_empty(), rows.iter().any(|row| row.key == format!("twinpurify.{name}"))) {
                (true, _) => "twinpurify".into(),
                (false, false) => format!("twinpurify.{name}"),
                (false, true) => format!("twinpurify.{name}.{at}"),
            };
            let shown = if name.is_empty() { "TwinPurify".into() } else { format!("TwinPurify, {name}") };
            let (about, method) = if config.preset == Preset::Instant {
                ("The closed form that the linear encoder approaches.", Method::ClosedForm(Box::new(config.clone())))
            } else {
                ("Views mixed with normals, Barlow Twins and what the parameters add.", network(config.clone()))
            };
            rows.push(Self { about: about.into(), ..Self::new(&key, &shown, "", method) });
            if *strengths && config.preset != Preset::Instant && config.mixing > 0.0 {
                let others = (0..=MOST_DIRECTIONS).filter(|k| config.strength != Some(*k));
                rows.extend(others.map(|k| {
                    let config = Config { strength: Some(k), ..config.clone() };
                    let (key, name) = (format!("{key}.strength.{k}"), format!("{shown}, strength {k}"));
                    let about = "The same model with so many contamination directions taken out.";
                    Self::new(&key, &name, about, network(config)).priced()
                }));
            }
        }
        if let Some(config) = trained {
            rows.push(Self::new(
                "twinpurify_without_mixing",
                "TwinPurify without mixing",
                "The same losses on views that hold no normal tissue (a_max 0).",
                network(Config { mixing: 0.0, ..config.clone() }),
            ));
        }
        Ok(rows)
    }
}

/// The auto-encoder that stands beside a run read as its profile: Balanced's (hidden layers the run's own, where it has
/// any), read at its bottleneck as auto-encoders are, with the run's own selection and views and never longer than it.
fn bottleneck_of(config: &Config, tumours: usize) -> Result<Config, crate::twin::ConfigError> {
    let Config { seed, genes, held_out, mixing, noise, drop, batch, .. } = *config;
    let balanced = Config::preset(Preset::Balanced);
    let hidden = if config.hidden.is_empty() { balanced.hidden.clone() } else { config.hidden.clone() };
    let resolved = Config { seed, genes, held_out, hidden, mixing, noise, drop, batch, ..balanced }.resolve(tumours)?;
    Ok(Config { epochs: resolved.epochs.min(config.epochs), ..resolved })
}

/// A row as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowHead {
    /// [`Row::key`].
    pub key: String,
    /// Name in the table.
    pub name: String,
    /// What it is, in one sentence.
    pub about: String,
    /// Whether it is a run of the method.
    pub ours: bool,
    /// Contamination directions taken out of a run of the method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<usize>,
    /// Whether it is another row at another strength, there to show the price: never the best, and no rival.
    pub price: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn baselines_share_the_candidates_encoder_and_differ_in_one_thing() {
        let config = Config { dim: 9, hidden: vec![32], ..Config::preset(Preset::Linear) }.resolve(50).expect("valid");
        let candidates = [
            Candidate { name: String::new(), config: config.clone(), strengths: false },
            Candidate {
                name: "instant".into(),
                config: Config::preset(Preset::Instant).resolve(50).expect("valid"),
                strengths: true,
            },
        ];
        let rows = Row::all(&candidates, 50).expect("rows");
        let keys: Vec<&str> = rows.iter().map(Row::key).collect();
        assert_eq!(
            keys,
            [
                "raw",
                "pca",
                "contrastive_pca",
                "auto_encoder",
                "mixing_auto_encoder",
                "twinpurify",
                "twinpurify.instant",
                "twinpurify_without_mixing"
            ]
        );
        let Method::Trained(plain) = rows[3].method() else { panic!("trained") };
        let Method::Trained(mixing) = rows[4].method() else { panic!("trained") };
        assert_eq!((plain.barlow, plain.mixing, plain.rho, plain.dim), (0.0, 0.0, 1.0, 9));
        assert_eq!(Config { mixing: 0.0, ..(**mixing).clone() }, **plain);
        let Method::Trained(without) = rows[7].method() else { panic!("trained") };
        assert_eq!(**without, Config { mixing: 0.0, ..config });

        let profile =
            Config { epochs: 6, strength: Some(2), ..Config::preset(Preset::Profile) }.resolve(50).expect("valid");
        let rows = Row::all(&[Candidate { name: String::new(), config: profile, strengths: true }], 50).expect("rows");
        let Method::Trained(plain) = rows[3].method() else { panic!("trained") };
        let priced: Vec<(&str, Option<usize>)> = rows[5..].iter().map(|row| (row.key(), row.head().strength)).collect();
        let chosen = 2;
        assert_eq!(priced[0], ("twinpurify", Some(chosen)));
        let others: Vec<Option<usize>> = priced[1..=MOST_DIRECTIONS].iter().map(|(_, k)| *k).collect();
        assert_eq!(others, (0..=MOST_DIRECTIONS).filter(|k| *k != chosen).map(Some).collect::<Vec<_>>());
        assert!(rows[6..=5 + MOST_DIRECTIONS].iter().all(|row| row.training(1) == rows[5].training(1)));
        assert_eq!(priced[MOST_DIRECTIONS + 1], ("twinpurify_without_mixing", None));
        let auto_encoder = (plain.profile, plain.dim, plain.hidden.as_slice(), plain.epochs);
        assert_eq!(auto_encoder, (false, 8, &[512][..], 6), "an auto-encoder is read at its bottleneck");
    }
}
