//! Gradients written out by hand against automatic differentiation and the golden vectors, on the CPU device.

use burn::tensor::{Device, Tensor};
use pollster::block_on;

use super::config::{Config, Preset};
use super::gradient::Objective;
use super::network::tensor;
use super::tests::{assert_close, cohort, golden_cases, small};
use super::trainer::{Trainer, read_back};
use super::views::Placement;

fn floats<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    block_on(read_back(tensor.clone())).expect("values")
}

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
    for (name, config) in configurations() {
        let make = || Trainer::new(config.clone(), Placement::host(cohort(48, 12, 60)), Device::flex());
        let (mut automatic, mut by_hand) = (make(), make().by_hand());
        for step in 1..=3 {
            // Adam divides by the gradient's own size: what rounding made of the first step the next ones carry on.
            let carried = if step == 1 { 1.0 } else { 50.0 };
            let one = block_on(automatic.step(1)).expect("a step");
            let other = block_on(by_hand.step(1)).expect("a step");
            let losses = |p: super::Progress| [p.loss, p.on_diagonal, p.off_diagonal, p.reconstruction];
            for (found, expected) in losses(other).into_iter().zip(losses(one)) {
                assert!(
                    (found - expected).abs() <= 2e-5 * carried * expected.abs().max(1e-3),
                    "{name}: {found} is not {expected}"
                );
            }
            // After one step the first moments are the gradients, clipped and times 0.1.
            for (slot, (found, expected)) in by_hand.first_moments().iter().zip(automatic.first_moments()).enumerate() {
                let what = format!("{name}, step {step}, slot {slot}");
                let (found, expected) = (floats(found), floats(expected));
                // A bias before a batch norm has no gradient but rounding.
                if expected.iter().all(|v| v.abs() < 1e-7) {
                    assert!(found.iter().all(|v| v.abs() < 1e-6), "{what}: nothing to learn");
                } else {
                    assert_close(&found, &expected, 2e-5 * carried, &what);
                }
            }
            for (slot, (found, expected)) in
                by_hand.running_moments().iter().zip(automatic.running_moments()).enumerate()
            {
                assert_close(
                    &floats(found),
                    &floats(expected),
                    2e-5 * carried,
                    &format!("{name}, step {step}, buffer {slot}"),
                );
            }
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
        // Taken as all squares less those on the diagonal.
        assert!(
            (off - case.off).abs() <= 1e-5 * (case.on + case.off),
            "{} off-diagonal: {off}, {}",
            case.name,
            case.off
        );
        let gradient = floats(&gradient);
        let norm = gradient[..n * d].iter().map(|v| v * v).sum::<f32>().sqrt();
        assert_close(&[norm], &[case.gradient_norm], 1e-5, &format!("{} gradient norm", case.name));
        if let Some(expected) = case.gradient {
            assert_close(&gradient, &expected, 1e-5, &format!("{} gradients", case.name));
        }
    }
}
