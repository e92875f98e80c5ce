//! Gradients written out by hand against automatic differentiation and the golden vectors, on the CPU device.

use burn::tensor::{Device, Tensor};
use pollster::block_on;

use super::automatic;
use super::config::{Config, Preset};
use super::gradient::{Objective, Step};
use super::network::read_back;
use super::network::{Network, tensor};
use super::optimiser::AdamW;
use super::tests::{assert_close, cohort, golden_cases, small};
use super::views::Placement;

fn floats<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    block_on(read_back(tensor.clone())).expect("values")
}

/// Gradients below this are sums that cancel, whose last digits hang on the order of their terms: wider instructions sum in
/// another (1.3e-7 was seen with AVX-512, below 1e-7 with AVX2).
const ROUNDING: f32 = 2e-7;

/// Every preset, and what no preset has: a skip beside hidden layers, two of them, no projector, an auto-encoder.
fn configurations() -> Vec<(String, Config)> {
    let presets = [Preset::Balanced, Preset::Profile, Preset::Strict, Preset::Linear, Preset::Classic];
    let mut all: Vec<(String, Config)> =
        presets.into_iter().map(|preset| (format!("{preset:?}"), small(preset))).collect();
    let balanced = small(Preset::Balanced);
    all.push(("skip".into(), Config { skip: true, hidden: vec![24, 12], ..balanced.clone() }));
    all.push(("no projector".into(), Config { projector: vec![], ..balanced.clone() }));
    all.push(("auto-encoder".into(), balanced.auto_encoder(true)));
    all
}

#[test]
fn every_presets_gradients_losses_and_moments_are_those_of_automatic_differentiation() {
    let device = Device::flex();
    for (name, config) in configurations() {
        let data = Placement::host(cohort(48, 12, 60));
        let network = Network::new(&config, 60);
        let width = config.projector.last().copied().unwrap_or(config.dim);
        let objective = Objective::new(&config, width, config.batch, &device);
        let mut values = network.initialise(config.seed, &device);
        let mut optimiser = AdamW::new(&network.slots, config.weight_decay, config.clip, &device);
        for step in 0..4 {
            let what = format!("{name}, step {step}");
            let (views, target) = data.views(&config, step, &device);
            let mut others = values.clone();
            let (expected, expected_losses) =
                automatic::gradient(&network, &config, views.clone(), target.clone(), &mut others, &device);
            let Step { gradients, losses } = network.gradient(views, target, &mut values, &objective, true);
            let losses = floats(&losses.expect("they were asked for"));
            for (found, expected) in losses.into_iter().zip(expected_losses.iter().map(|loss| floats(loss)[0])) {
                assert!((found - expected).abs() <= 1e-5 * expected.abs().max(1e-3), "{what}: {found}, {expected}");
            }
            assert_eq!(gradients.len(), network.slots.len());
            for (slot, (found, expected)) in gradients.iter().zip(&expected).enumerate() {
                let (found, expected) = (floats(found), floats(expected));
                let what = format!("{what}, {}", network.slots[slot].name);
                // What lies before a standardisation has no gradient but rounding.
                if expected.iter().all(|v| v.abs() < ROUNDING) {
                    assert!(found.iter().all(|v| v.abs() < 1e-6), "{what}: nothing to learn");
                } else {
                    assert_close(&found, &expected, 2e-5, &what);
                }
            }
            for (found, expected) in values.buffers.iter().zip(&others.buffers) {
                assert_close(&floats(found), &floats(expected), 1e-5, &format!("{what}, a running moment"));
            }
            optimiser.update(&mut values.parameters, gradients, 1e-2, step + 1).expect("updated");
        }
    }
}

#[test]
fn loss_and_gradients_equal_the_golden_ones() {
    let device = Device::flex();
    let cases = golden_cases();
    assert_eq!(cases.len(), 9);
    for case in cases {
        let (n, d) = (case.rows, case.width);
        let objective = Objective::of(1.0, case.lambda, 0.0, d, n, &device);
        let stacked = tensor([case.first, case.second].concat(), [2 * n, d], &device);
        let (gradient, [on, off]) = objective.barlow_twins(stacked, true);
        let (on, off) = (floats(&on.expect("a sum"))[0], floats(&off.expect("a sum"))[0]);
        assert_close(&[on], &[case.on], 1e-5, &format!("{} on-diagonal", case.name));
        assert_close(&[off], &[case.off], 1e-5, &format!("{} off-diagonal", case.name));
        let total = f64::from(on) + case.lambda * f64::from(off);
        assert_close(&[total as f32], &[case.loss], 1e-5, &format!("{} loss", case.name));
        let gradient = floats(&gradient);
        let norm = gradient[..n * d].iter().map(|v| v * v).sum::<f32>().sqrt();
        assert_close(&[norm], &[case.gradient_norm], 1e-5, &format!("{} gradient norm", case.name));
        if let Some(expected) = case.gradient {
            assert_close(&gradient, &expected, 1e-5, &format!("{} gradients", case.name));
        }
    }
}

/// Automatic differentiation, which the rest is held to, is held to the golden vectors itself.
#[test]
fn the_reference_equals_the_golden_ones() {
    let device = Device::flex();
    for case in golden_cases() {
        let (n, d, name) = (case.rows, case.width, &case.name);
        let stacked = tensor([case.first, case.second].concat(), [2 * n, d], &device).autodiff().require_grad();
        let loss = automatic::barlow_twins(stacked.clone(), super::loss::identity(d, &device.clone().autodiff()));
        let total = loss.total(case.lambda);
        assert_close(&floats(&total.clone().inner()), &[case.loss], 1e-5, &format!("{name} loss"));
        let mut gradients = total.backward();
        let gradient = floats(&stacked.grad_remove(&mut gradients).expect("a gradient"));
        if let (Some(expected), Some(correlation)) = (case.gradient, case.correlation) {
            assert_close(&gradient, &expected, 1e-5, &format!("{name} gradients"));
            let found = floats(&automatic::cross_correlation(stacked.inner()));
            assert_close(&found, &correlation, 1e-5, &format!("{name} C"));
        }
    }
}
