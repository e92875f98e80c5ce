//! Strength on trained networks: what is taken out, at every preset, and what a file keeps of it.

use ndarray::Array2;
use pollster::block_on;
use safetensors::SafeTensors;

use super::tests::{cohort, run, small};
use super::{Config, Device, Preset, TwinModel, automatic_strength};

fn genes() -> Vec<String> {
    (0..60).map(|g| format!("G{g}")).collect()
}

fn trained(config: Config) -> (TwinModel, Array2<f32>) {
    let trainer = run(config);
    let (saved, moments) = (block_on(trainer.checkpoint()).unwrap(), trainer.data().moments.clone());
    let model = TwinModel::from_checkpoint(&saved, trainer.config().clone(), genes(), moments, Device::flex()).unwrap();
    let tumours = trainer.data().tumours.clone();
    (block_on(model.find_directions(trainer.data(), None)).unwrap(), tumours)
}

#[test]
fn strength_is_taken_out_at_every_preset_and_zero_is_the_embedding_as_it_was() {
    for preset in [Preset::Profile, Preset::Balanced, Preset::Linear] {
        let (mut model, tumours) = trained(Config { strength: Some(2), ..small(preset) });
        let whole = block_on(model.whole(model.moments().standardise(&tumours))).unwrap();
        let taken = block_on(model.embed(&tumours)).unwrap();
        let removal = model.removal().unwrap().clone();
        assert_eq!(removal.strength(), 2, "{preset:?}");
        let positions = removal.directions().positions(&taken);
        let spread = removal.directions().positions(&whole);
        for direction in 0..2 {
            let largest = spread.column(direction).iter().fold(0.0f32, |m, v| m.max(v.abs()));
            assert!(largest > 1e-2, "{preset:?} varies along direction {direction}");
            assert!(positions.column(direction).iter().all(|v| v.abs() < 1e-3 * largest.max(1.0)), "{preset:?}");
        }
        model.set_strength(0, &[]);
        assert_eq!(block_on(model.embed(&tumours)).unwrap(), whole, "to the bit");
        // Moved there and back, and found again by the same seed.
        model.set_strength(2, &[]);
        assert_eq!(block_on(model.embed(&tumours)).unwrap(), taken);
        assert_eq!(trained(Config { strength: Some(2), ..small(preset) }).0.removal(), Some(&removal));
        model.set_strength(2, &[1, 2]);
        assert_eq!(block_on(model.embed(&tumours)).unwrap(), whole, "both are kept");
    }
}

#[test]
fn a_model_file_keeps_its_directions_and_one_of_before_opens_as_strength_zero() {
    for preset in [Preset::Profile, Preset::Balanced] {
        let (mut model, tumours) = trained(Config { strength: Some(1), ..small(preset) });
        model.set_strength(3, &[2]);
        let file = block_on(model.to_bytes()).unwrap();
        let reopened = TwinModel::from_bytes(&file, Device::flex()).unwrap();
        assert_eq!((reopened.config().strength, &reopened.config().kept[..]), (Some(3), &[2][..]));
        assert_eq!(block_on(reopened.embed(&tumours)).unwrap(), block_on(model.embed(&tumours)).unwrap());
        let loadings = |m: &TwinModel| m.removal().unwrap().directions().loadings.clone();
        assert_eq!(loadings(&reopened), loadings(&model));

        let old = as_before(&file);
        let mut opened = TwinModel::from_bytes(&old, Device::flex()).unwrap();
        assert!(opened.removal().is_none());
        assert_eq!((opened.config().strength, opened.config().kept.len()), (Some(0), 0));
        let whole = block_on(model.whole(model.moments().standardise(&tumours))).unwrap();
        assert_eq!(block_on(opened.embed(&tumours)).unwrap(), whole);
        opened.set_strength(3, &[]);
        assert_eq!(block_on(opened.embed(&tumours)).unwrap(), whole, "without directions nothing is taken out");
    }
}

/// The same model as the format before wrote it: without directions, strength and kept directions.
fn as_before(file: &[u8]) -> Vec<u8> {
    rewritten(file, |metadata| {
        metadata["format"] = "twinpurify.model.1".into();
        metadata.as_object_mut().unwrap().remove("directions");
        let config = metadata["config"].as_object_mut().unwrap();
        assert!(config.remove("strength").is_some() && config.remove("kept").is_some());
    })
}

/// A model file without its directions and with what `change` makes of the rest of what it says of itself.
fn rewritten(file: &[u8], change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let parsed = SafeTensors::deserialize(file).unwrap();
    let (_, header) = SafeTensors::read_metadata(file).unwrap();
    let said = &header.metadata().as_ref().unwrap()["twinpurify"];
    let mut metadata: serde_json::Value = serde_json::from_str(said).unwrap();
    change(&mut metadata);
    let kept = parsed.tensors().into_iter().filter(|(name, _)| !name.starts_with("contamination/"));
    let metadata = std::collections::HashMap::from([("twinpurify".to_string(), metadata.to_string())]);
    safetensors::serialize(kept.collect::<Vec<_>>(), Some(metadata)).unwrap()
}

#[test]
fn a_model_file_of_width_zero_is_refused_with_words() {
    let (model, _) = trained(small(Preset::Balanced));
    let file = block_on(model.to_bytes()).unwrap();
    let refused = |change: fn(&mut serde_json::Value)| {
        TwinModel::from_bytes(&rewritten(&file, change), Device::flex()).expect_err("refused").to_string()
    };
    let said = refused(|metadata| metadata["config"]["dim"] = 0.into());
    assert!(said.contains("its dim is 0, and no network is that wide: the file is damaged"), "{said}");
    assert!(refused(|metadata| metadata["config"]["projector"] = vec![0].into()).contains("its layer width is 0"));
    assert!(refused(|metadata| metadata["config"]["hidden"] = vec![0].into()).contains("its layer width is 0"));
    assert!(refused(|metadata| metadata["genes"] = Vec::<String>::new().into()).contains("its number of genes is 0"));
    assert!(refused(|metadata| metadata["config"]["dim"] = 1_000_000.into()).contains("dim is 1000000"));
}

#[test]
fn a_run_without_mixing_has_no_directions() {
    let (model, tumours) = trained(Config { mixing: 0.0, strength: Some(3), ..small(Preset::Profile) });
    assert!(model.removal().is_none());
    let whole = block_on(model.whole(model.moments().standardise(&tumours))).unwrap();
    assert_eq!(block_on(model.embed(&tumours)).unwrap(), whole);
}

#[test]
fn more_strength_than_there_are_directions_takes_out_all() {
    let data = cohort(48, 12, 60);
    assert_eq!(data.normals.nrows(), 12);
    let (mut model, _) = trained(Config { strength: Some(5), ..small(Preset::Profile) });
    let there_are = model.removal().unwrap().directions().len();
    model.set_strength(99, &[]);
    assert_eq!(model.removal().unwrap().strength(), there_are);
    let refused = Config { strength: Some(99), ..small(Preset::Profile) }.resolve(48).unwrap_err();
    assert_eq!(refused.field, "strength");
}

#[test]
fn the_automatic_strength_is_filled_in_with_the_directions_and_a_configuration_of_before_means_none() {
    let resolved = Config::preset(Preset::Profile).resolve(100).unwrap();
    assert_eq!(resolved.strength, None);
    let mut old = serde_json::to_value(&resolved).unwrap();
    old.as_object_mut().unwrap().remove("strength");
    old.as_object_mut().unwrap().remove("kept");
    assert_eq!(Config::from_saved(old).unwrap(), Config { strength: Some(0), ..resolved });
    assert_eq!(Config::from_partial(serde_json::json!({ "preset": "profile" })).unwrap().strength, None);

    let (model, _) = trained(small(Preset::Profile));
    assert_eq!(model.config().strength, Some(automatic_strength(Preset::Profile, 48, false)));
    assert_eq!(trained(small(Preset::Balanced)).0.config().strength, Some(0));
    let of = |tumours, stand_in| automatic_strength(Preset::Profile, tumours, stand_in);
    assert_eq!([of(199, true), of(200, true), of(199, false), of(200, false)], [3, 2, 3, 0]);
}
