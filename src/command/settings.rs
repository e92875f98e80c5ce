//! The configuration of a run: a preset, then a file's values, then the command line's.

use std::path::Path;

use serde_json::{Map, Value};
use twinpurify::session::RunRecord;
use twinpurify::twin::{Config, Preset};

use super::strength_options::StrengthOptions;
use super::{Failure, files};

/// What the command line says about the configuration.
pub struct Settings<'a> {
    /// `--config`.
    pub file: Option<&'a Path>,
    /// `--preset`.
    pub preset: Option<&'a str>,
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--epochs`.
    pub epochs: Option<usize>,
    /// `--strength` and `--keep`.
    pub taken_out: &'a StrengthOptions,
}

/// A configuration file: parameters, or the record of a run, which holds them.
pub struct Given {
    parameters: Map<String, Value>,
    /// The record.
    pub record: Option<RunRecord>,
}

impl Settings<'_> {
    /// The configuration, automatic parameters still at 0.
    pub fn config(&self) -> Result<Config, Failure> {
        let mut given = self.file.map_or(Ok(Map::new()), |path| read(path).map(|given| given.parameters))?;
        if let Some(name) = self.preset {
            let differs = given.get("preset").is_some_and(|stated| stated.as_str() != Some(name));
            if differs {
                return Err(Failure::Refused(format!(
                    "--preset {name} and the configuration file's preset differ: leave one of them out."
                )));
            }
            given.insert("preset".into(), name.into());
        }
        let preset: Preset = given
            .get("preset")
            .map_or(Ok(Preset::default()), |name| serde_json::from_value(name.clone()))
            .map_err(refused)?;
        let base = serde_json::to_value(Config::preset(preset)).map_err(|e| Failure::Unexpected(e.to_string()))?;
        let mut whole = match base {
            Value::Object(whole) => whole,
            _ => Map::new(),
        };
        whole.extend(given);
        whole.extend(self.seed.map(|seed| ("seed".to_owned(), seed.into())));
        whole.extend(self.epochs.map(|epochs| ("epochs".to_owned(), epochs.into())));
        whole.extend(self.taken_out.strength.map(|strength| ("strength".to_owned(), strength.into())));
        if !self.taken_out.keep.is_empty() {
            whole.insert("kept".to_owned(), self.taken_out.keep.as_slice().into());
        }
        serde_json::from_value(Value::Object(whole)).map_err(refused)
    }
}

/// Read `config.json` or `run.json` of an earlier run, or parameters that a person wrote.
pub fn read(path: &Path) -> Result<Given, Failure> {
    let bytes = files::bytes(path)?;
    let told = |error: String| {
        let message = "The configuration file must be one JSON object, as config.json or run.json of an earlier run";
        Failure::Refused(format!("{message} ({error}). ({})", path.display()))
    };
    let mut parameters: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|error| told(error.to_string()))?;
    if !parameters.contains_key("format") {
        return Ok(Given { parameters, record: None });
    }
    let config = parameters.get("config").and_then(Value::as_object).cloned();
    let config = config.ok_or_else(|| told("a record of a run that trained nothing holds no parameters".to_owned()))?;
    let record = RunRecord::read(Value::Object(std::mem::replace(&mut parameters, config))).map_err(told)?;
    Ok(Given { parameters, record: Some(record) })
}

fn refused(error: serde_json::Error) -> Failure {
    Failure::Refused(format!("The configuration is refused: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: &StrengthOptions = &StrengthOptions { strength: None, keep: Vec::new() };
    const NOTHING: Settings = Settings { file: None, preset: None, seed: None, epochs: None, taken_out: NONE };

    #[test]
    fn the_command_line_wins_over_the_file_and_the_file_over_the_preset() {
        let path = std::env::temp_dir().join(format!("twinpurify-settings-{}.json", std::process::id()));
        let with = |text: &str, settings: Settings| {
            std::fs::write(&path, text).expect("a temporary file");
            settings.config()
        };
        let file = Some(path.as_path());
        let config = with(r#"{"preset":"strict","dim":9,"seed":3}"#, Settings { file, seed: Some(4), ..NOTHING })
            .expect("a configuration");
        assert_eq!(config, Config { dim: 9, seed: 4, ..Config::preset(Preset::Strict) });
        let config =
            with(r#"{"dim":9}"#, Settings { file, preset: Some("linear"), ..NOTHING }).expect("a configuration");
        assert_eq!(config, Config { dim: 9, ..Config::preset(Preset::Linear) });

        for (text, word) in [("[]", "JSON object"), (r#"{"dims":9}"#, "dims"), (r#"{"preset":"best"}"#, "best")] {
            let refused = with(text, Settings { file, ..NOTHING });
            assert!(matches!(&refused, Err(Failure::Refused(said)) if said.contains(word)), "{text}: {refused:?}");
        }
        let differ = with(r#"{"preset":"strict"}"#, Settings { file, preset: Some("linear"), ..NOTHING });
        assert!(matches!(differ, Err(Failure::Refused(_))));
        // A configuration of a version without strength took nothing out, a preset leaves it to the cohort.
        let taken_out = &StrengthOptions { strength: Some(2), keep: vec![1] };
        let config = Settings { taken_out, ..NOTHING }.config().expect("a configuration");
        assert_eq!((config.strength, config.kept), (Some(2), vec![1]));
        assert_eq!(NOTHING.config().expect("a configuration").strength, None);
        let _ = std::fs::remove_file(&path);
        assert_eq!(Settings { epochs: Some(2), ..NOTHING }.config().expect("a configuration").epochs, 2);
    }
}
