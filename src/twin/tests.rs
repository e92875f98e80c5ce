use burn::tensor::Device;
use ndarray::Array2;
use pollster::block_on;
use serde_json::Value;

use super::axis::contamination_axis;
use super::config::{Config, Preset};
use super::error::CheckpointError;
use super::error::TrainError;
use super::network::read_back;
use super::optimiser::learning_rate;
use super::parameters::parameters;
use super::trainer::Trainer;
use super::views::{Draw, Placement, TrainingData};
use super::{TwinModel, self_test};
use crate::training_set::Moments;

fn golden() -> Value {
    serde_json::from_str(include_str!("../../tests/golden/barlow/barlow_golden.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap() as f32],
    }
}

fn table(text: &str) -> Vec<f32> {
    text.lines()
        .flat_map(|line| line.split('\t').filter_map(|cell| cell.trim().parse().ok()).collect::<Vec<f32>>())
        .collect()
}

pub(super) fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    let scale = expected.iter().fold(0.0f32, |a, v| a.max(v.abs()));
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance * scale, "{what}[{i}]: {f} is not {e} (largest value {scale})");
    }
}

/// Two views and what the reference made of them.
pub(super) struct Golden {
    pub name: String,
    pub rows: usize,
    pub width: usize,
    pub lambda: f64,
    pub first: Vec<f32>,
    pub second: Vec<f32>,
    pub loss: f32,
    pub on: f32,
    pub off: f32,
    pub gradient_norm: f32,
    /// Of both views, stacked; small cases alone have it, and C.
    pub gradient: Option<Vec<f32>>,
    pub correlation: Option<Vec<f32>>,
}

pub(super) fn golden_cases() -> Vec<Golden> {
    let of = |(name, case): (&String, &Value)| {
        let number = |key: &str| case[key].as_f64().unwrap() as f32;
        let all = |key: &str| case[key].is_array().then(|| numbers(&case[key]));
        let (first, second) = if name.starts_with("big") {
            (
                table(include_str!("../../tests/golden/barlow/big_z1.tsv")),
                table(include_str!("../../tests/golden/barlow/big_z2.tsv")),
            )
        } else {
            (numbers(&case["z1"]), numbers(&case["z2"]))
        };
        Some(Golden {
            name: name.clone(),
            rows: case["n"].as_u64()? as usize,
            width: case["d"].as_u64()? as usize,
            lambda: case.get("lam")?.as_f64()?,
            first,
            second,
            loss: number("loss"),
            on: number("on"),
            off: number("off"),
            gradient_norm: number("g1_norm"),
            gradient: all("g1").map(|g1| [g1, numbers(&case["g2"])].concat()),
            correlation: all("C"),
        })
    };
    golden().as_object().unwrap().iter().filter(|(_, case)| case.get("lam").is_some()).filter_map(of).collect()
}

pub(super) fn cohort(tumours: usize, normals: usize, genes: usize) -> TrainingData {
    let value = |row: usize, gene: usize, salt: u64| {
        let word = (row as u64 * 7919 + gene as u64 * 104_729 + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        (word % 4096) as f32 / 16.0
    };
    let tumours = Array2::from_shape_fn((tumours, genes), |(r, g)| value(r % 5, g, 1) + value(r, g, 2) / 4.0);
    let normals = Array2::from_shape_fn((normals, genes), |(r, g)| value(0, g, 3) + value(r, g, 4) / 4.0);
    let moments = Moments::of(&tumours);
    TrainingData { tumours, normals, moments }
}

pub(super) fn small(preset: Preset) -> Config {
    let config = Config { dim: 8, epochs: 4, batch: 16, ..Config::preset(preset) };
    let hidden = if config.hidden.is_empty() { vec![] } else { vec![24] };
    Config { hidden, ..config }.resolve(48).unwrap()
}

pub(super) fn run(config: Config) -> Trainer {
    let mut trainer = Trainer::new(config, Placement::host(cohort(48, 12, 60)), Device::flex());
    while !block_on(trainer.step(5)).unwrap().finished {}
    trainer
}

/// FNV-1a over the bits.
fn hash(values: &Array2<f32>) -> u64 {
    values
        .iter()
        .flat_map(|v| v.to_bits().to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[test]
fn one_seed_is_one_embedding_to_the_bit() {
    for preset in [Preset::Profile, Preset::Balanced, Preset::Strict, Preset::Linear, Preset::Classic] {
        let embed = |seed| hash(&block_on(run(Config { seed, ..small(preset) }).embedding()).unwrap());
        assert_eq!(embed(7), embed(7), "{preset:?}");
        assert_ne!(embed(7), embed(8), "{preset:?}: the seed must matter");
    }
}

#[test]
fn training_lowers_the_loss_of_every_preset() {
    for preset in [Preset::Profile, Preset::Balanced, Preset::Strict, Preset::Linear, Preset::Classic] {
        let config = Config { epochs: 40, ..small(preset) };
        let trainer = run(config);
        let history = trainer.history();
        let mean = |part: &[super::Progress]| part.iter().map(|p| p.loss).sum::<f32>() / part.len() as f32;
        let (early, late) = (mean(&history[..4]), mean(&history[history.len() - 4..]));
        assert!(late < 0.9 * early, "{preset:?}: {early} → {late}");
    }
}

#[test]
fn an_auto_encoder_learns_to_reconstruct_and_mixing_is_all_that_tells_the_two_apart() {
    let embed = |config: &Config| hash(&block_on(run(config.clone()).embedding()).unwrap());
    let whole = Config { epochs: 40, ..small(Preset::Balanced) };
    let [plain, mixing] = [false, true].map(|mixing| whole.auto_encoder(mixing));
    let trainer = run(plain.clone());
    let (first, last) = (trainer.history()[0], *trainer.history().last().unwrap());
    assert!(last.reconstruction < 0.9 * first.reconstruction, "{first:?} → {last:?}");
    assert!(trainer.history().iter().all(|p| p.loss == p.reconstruction && p.on_diagonal == 0.0));
    assert_ne!(embed(&plain), embed(&mixing));
    assert_eq!(embed(&Config { mixing: 0.0, ..mixing }), embed(&plain));
    assert!(Config { barlow: 0.0, rho: 0.0, ..whole }.resolve(40).is_err(), "nothing to train on");
}

#[test]
fn a_resumed_run_equals_the_uninterrupted_one_to_the_bit() {
    let config = small(Preset::Balanced);
    let whole = run(config.clone());
    let data = || Placement::host(cohort(48, 12, 60));
    let mut first = Trainer::new(config.clone(), data(), Device::flex());
    block_on(first.step(5)).unwrap();
    let saved = block_on(first.checkpoint()).unwrap();
    let mut second = Trainer::resume(config.clone(), data(), Device::flex(), &saved).unwrap();
    while !block_on(second.step(5)).unwrap().finished {}
    assert_eq!(block_on(second.embedding()).unwrap(), block_on(whole.embedding()).unwrap());
    assert_eq!(second.history().last(), whole.history().last());

    let other = Config { dim: 9, ..config.clone() };
    let refused = Trainer::resume(other, data(), Device::flex(), &saved).err().unwrap();
    assert!(matches!(refused, TrainError::Checkpoint(CheckpointError(_))), "{refused}");

    // Of the version before: ended it is read, in the middle it says why it cannot go on.
    let of_before = |bytes: &[u8]| -> Vec<u8> {
        let (new, old) = (b"twinpurify.checkpoint.2", b"twinpurify.checkpoint.1");
        let at = bytes.windows(new.len()).position(|window| window == new).expect("its format");
        [&bytes[..at], old, &bytes[at + new.len()..]].concat()
    };
    let resume = |bytes: &[u8]| {
        let placement = Placement::host(cohort(48, 12, 60));
        Trainer::resume(config.clone(), placement, Device::flex(), &of_before(bytes))
    };
    let said = resume(&saved).err().expect("refused").to_string();
    assert!(said.contains("earlier version") && said.contains("train again"), "{said}");
    let ended = block_on(run(config.clone()).checkpoint()).unwrap();
    assert!(resume(&ended).is_ok());
    let damaged = &saved[..saved.len() / 2];
    assert!(Trainer::resume(config, data(), Device::flex(), damaged).is_err());
}

#[test]
fn views_made_on_the_device_equal_views_made_on_the_cpu() {
    let config = small(Preset::Balanced);
    let device = Device::flex();
    let data = cohort(48, 12, 60);
    let host = Placement::host(data.clone());
    let on_device = Placement::device(data, &device);
    for step in [0, 4] {
        let (a, target_a) = host.views(&config, step, &device);
        let (b, target_b) = on_device.views(&config, step, &device);
        let read = |t| block_on(read_back::<2>(t)).unwrap();
        assert_close(&read(b), &read(a), 1e-5, "views");
        assert_close(&read(target_b.unwrap()), &read(target_a.unwrap()), 1e-5, "targets");
    }
}

#[test]
fn a_view_is_the_linear_mixture_standardised() {
    let data = cohort(48, 12, 60);
    let config = Config { noise: 0.0, drop: 0.0, ..small(Preset::Linear) };
    let draw = Draw::of_step(&config, &data, 3);
    let (views, target) = Placement::host(data.clone()).views(&config, 3, &Device::flex());
    assert!(target.is_none(), "the linear preset reconstructs nothing");
    let views = block_on(read_back(views)).unwrap();
    assert_eq!(draw.tumours[..16], draw.tumours[16..], "both views are of the same tumours");
    assert_ne!(draw.normals[..16], draw.normals[16..], "with other normals");
    for (row, gene) in [(0, 0), (5, 17), (31, 59)] {
        let a = draw.fractions[row];
        assert!((0.0..0.9).contains(&a));
        let mixed = (1.0 - a) * data.tumours[[draw.tumours[row], gene]] + a * data.normals[[draw.normals[row], gene]];
        let expected = ((1.0 + mixed).log2() - data.moments.mean[gene]) / data.moments.deviation[gene];
        assert!((views[row * 60 + gene] - expected).abs() < 1e-4);
    }
}

#[test]
fn noise_and_dropping_have_the_stated_size() {
    let data = cohort(48, 12, 60);
    let quiet = Config { noise: 0.0, drop: 0.0, ..small(Preset::Linear) };
    let loud = Config { noise: 0.3, drop: 0.2, ..quiet.clone() };
    let views = |config: &Config| {
        let placement = Placement::host(data.clone());
        let all = (0..40).flat_map(|s| block_on(read_back(placement.views(config, s, &Device::flex()).0)).unwrap());
        all.collect::<Vec<f32>>()
    };
    let (clean, noisy) = (views(&quiet), views(&loud));
    let dropped = noisy.iter().filter(|&&v| v == 0.0).count() as f64 / noisy.len() as f64;
    assert!((dropped - 0.2).abs() < 0.01, "dropped {dropped}");
    let kept: Vec<f64> = noisy.iter().zip(&clean).filter(|(v, _)| **v != 0.0).map(|(v, c)| f64::from(v - c)).collect();
    let deviation = (kept.iter().map(|e| e * e).sum::<f64>() / kept.len() as f64).sqrt();
    assert!((deviation - 0.3).abs() < 0.01, "noise {deviation}");
}

#[test]
fn a_saved_model_embeds_and_decodes_as_before() {
    let config = small(Preset::Balanced);
    let trainer = run(config.clone());
    let genes: Vec<String> = (0..60).map(|g| format!("G{g}")).collect();
    let moments = trainer.data().moments.clone();
    let saved = block_on(trainer.checkpoint()).unwrap();
    let log = crate::cohort::Logarithm { offset: 1.0, of_counts: true, base_told: true, offset_told: true };
    let reading = crate::cohort::Reading { scale: crate::cohort::ValueScale::Ln, logarithm: Some(log) };
    let model = TwinModel::from_checkpoint(&saved, config, genes.clone(), moments, Device::flex()).unwrap();
    let old = TwinModel::from_bytes(&block_on(model.to_bytes()).unwrap(), Device::flex()).unwrap();
    assert_eq!(old.reading(), None, "a file of before values' reading was kept");
    let model = model.read_as(reading);
    let embedding = block_on(model.embed(&trainer.data().tumours)).unwrap();
    assert_eq!(embedding, block_on(trainer.embedding()).unwrap());
    let file = block_on(model.to_bytes()).unwrap();
    let reopened = TwinModel::from_bytes(&file, Device::flex()).unwrap();
    assert_eq!(block_on(reopened.embed(&trainer.data().tumours)).unwrap(), embedding);
    assert_eq!(reopened.genes(), genes);
    assert_eq!(reopened.reading(), Some(&reading));
    let purified = block_on(reopened.purified(&embedding)).unwrap().unwrap();
    assert_eq!(purified.dim(), (48, 60));
    assert!(TwinModel::from_bytes(&saved, Device::flex()).is_err(), "a checkpoint is not a model file");
    assert!(TwinModel::from_bytes(b"not a model", Device::flex()).is_err());
}

#[test]
fn the_purified_profile_is_the_same_networks_decoded_bottleneck() {
    let alone = Config { raw_share: 0.0, profile: true, ..small(Preset::Balanced) };
    let (profile, balanced) = (run(alone.clone()), run(small(Preset::Balanced)));
    let saved = block_on(balanced.checkpoint()).unwrap();
    let genes: Vec<String> = (0..60).map(|g| format!("G{g}")).collect();
    let model = |config: &Config| {
        let moments = balanced.data().moments.clone();
        TwinModel::from_checkpoint(&saved, config.clone(), genes.clone(), moments, Device::flex()).unwrap()
    };
    let (narrow, wide) = (model(balanced.config()), model(profile.config()));
    let tumours = &balanced.data().tumours;
    let decoded = block_on(narrow.purified(&block_on(narrow.embed(tumours)).unwrap())).unwrap().unwrap();
    // How a run is read changes nothing of how it is trained: one seed, one network, to the bit.
    assert_eq!(block_on(profile.embedding()).unwrap(), decoded);
    assert_eq!(block_on(wide.embed(tumours)).unwrap(), decoded);
    assert_eq!(block_on(wide.purified(&decoded)).unwrap().unwrap(), decoded, "it is the purified profile already");
    assert_eq!((narrow.width(), wide.width()), (balanced.config().dim, 60));
    let reopened = TwinModel::from_bytes(&block_on(wide.to_bytes()).unwrap(), Device::flex()).unwrap();
    assert_eq!(block_on(reopened.embed(tumours)).unwrap(), decoded);

    // With a raw share ω: ω of the raw profile without its contamination axis, and the decoder's for the rest.
    let shared = run(Config { raw_share: 0.5, ..alone });
    let data = shared.data();
    let axis = contamination_axis(data, shared.config());
    let raw = data.moments.standardise(tumours);
    let along = raw.dot(&ndarray::Array1::from_vec(axis.clone()));
    let expected =
        Array2::from_shape_fn(raw.dim(), |(i, g)| 0.5 * (raw[[i, g]] - along[i] * axis[g]) + 0.5 * decoded[[i, g]]);
    let found = block_on(shared.embedding()).unwrap();
    assert_close(
        &found.iter().copied().collect::<Vec<_>>(),
        &expected.iter().copied().collect::<Vec<_>>(),
        1e-4,
        "read",
    );
    let saved = block_on(shared.checkpoint()).unwrap();
    let data = || Placement::host(cohort(48, 12, 60));
    let resumed = Trainer::resume(shared.config().clone(), data(), Device::flex(), &saved).unwrap();
    assert_eq!(block_on(resumed.embedding()).unwrap(), found, "the axis travels with the checkpoint");
    let moments = shared.data().moments.clone();
    let model =
        TwinModel::from_checkpoint(&saved, shared.config().clone(), genes.clone(), moments, Device::flex()).unwrap();
    let file = block_on(model.to_bytes()).unwrap();
    let reopened = TwinModel::from_bytes(&file, Device::flex()).unwrap();
    assert_eq!(block_on(reopened.embed(tumours)).unwrap(), found, "and with the model file");

    // A file of before the profile could be read does not say where, and means the bottleneck.
    let mut old = serde_json::to_value(balanced.config()).unwrap();
    old.as_object_mut().unwrap().remove("profile");
    old.as_object_mut().unwrap().remove("rawShare");
    assert_eq!(serde_json::from_value::<Config>(old).unwrap(), *balanced.config());
    let nothing_to_read = Config { rho: 0.0, ..Config::preset(Preset::Profile) }.resolve(40).unwrap_err();
    assert_eq!(nothing_to_read.field, "profile");
}

#[test]
fn a_loss_that_is_not_finite_ends_the_run() {
    let mut data = cohort(48, 12, 60);
    data.tumours[[3, 3]] = f32::NAN;
    let mut trainer = Trainer::new(small(Preset::Linear), Placement::host(data), Device::flex());
    let error = loop {
        match block_on(trainer.step(3)) {
            Ok(progress) => assert!(!progress.finished, "NaN went unnoticed"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "not_finite");
}

#[test]
fn the_recorded_self_test_is_what_the_cpu_computes() {
    let found = block_on(self_test::fixed_case(Device::flex())).unwrap();
    assert_close(&found, &self_test::RECORDED, 2e-4, "recorded self-test");
    let case = &golden()["small_lam0.05"];
    let views = [numbers(&case["z1"]), numbers(&case["z2"])].concat();
    assert_close(self_test::GOLDEN_VIEWS.as_flattened(), &views, 1e-7, "golden views");
    let gradient = [numbers(&case["g1"]), numbers(&case["g2"])].concat();
    assert_close(self_test::GOLDEN_GRADIENT.as_flattened(), &gradient, 1e-7, "golden gradient");
    assert_close(&[self_test::GOLDEN_LOSS], &[case["loss"].as_f64().unwrap() as f32], 1e-7, "golden loss");
    let outcome = block_on(self_test::run(Device::flex())).unwrap();
    assert!(outcome.passed(), "{}", outcome.sentence());
    let wrong = self_test::Outcome { worst: 0.01 };
    assert!(!wrong.passed());
}

#[test]
fn automatic_parameters_follow_the_cohort_and_ranges_are_checked() {
    let default = Config::default().resolve(113).unwrap();
    assert_eq!((default.dim, default.epochs, default.hidden.len()), (112, 667, 0), "n − 1, 2,000 steps");
    let balanced = Config::preset(Preset::Balanced);
    let small = balanced.resolve(113).unwrap();
    assert_eq!((small.dim, small.epochs, small.batch, small.projector.as_slice()), (19, 334, 32, &[38][..]));
    let middle = balanced.resolve(300).unwrap();
    assert_eq!((middle.dim, middle.epochs, middle.batch), (50, 500, 128), "1,000 steps, two an epoch");
    let linear = Config::preset(Preset::Linear).resolve(300).unwrap();
    assert_eq!((linear.epochs, linear.batch), (1000, 128), "2,000 steps: a linear step is cheap");
    let chosen = Config { batch: 64, ..balanced.clone() }.resolve(300).unwrap();
    assert_eq!((chosen.epochs, chosen.batch), (250, 64), "epochs follow a batch that was chosen");
    let huge = balanced.resolve(5000).unwrap();
    assert_eq!((huge.epochs, huge.batch), (100, 128));
    let large = balanced.resolve(791).unwrap();
    assert_eq!((large.dim, large.epochs, large.batch, large.projector.as_slice()), (128, 167, 128, &[256][..]));
    let error = Config { mixing: 1.5, ..balanced.clone() }.resolve(100).unwrap_err();
    assert_eq!(error.field, "mixing");
    assert!(error.to_string().contains("1.5"), "{error}");
    assert!(Config { lambda: f64::NAN, ..Config::default() }.resolve(100).is_err());
    let text = serde_json::to_value(Config::default()).unwrap();
    for parameter in parameters() {
        assert!(text.get(parameter.key).is_some(), "{} is not a field of the configuration", parameter.key);
    }
    assert!(serde_json::from_str::<Config>(r#"{"lamda": 1}"#).is_err(), "a misspelt field is refused");
}

#[test]
fn the_learning_rate_warms_up_and_decays_to_zero() {
    let rate = |step| learning_rate(1.0, step, 10, 110);
    assert!((rate(0) - 0.1).abs() < 1e-12 && (rate(9) - 1.0).abs() < 1e-12);
    assert!((rate(60) - 0.5).abs() < 1e-12);
    assert!(rate(109) < 1e-3);
}
