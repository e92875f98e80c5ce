//! A table is the same to the bit whoever made its shares.

use super::tests::{candidates, cohort, columns, config, to_the_end};
use super::*;
use crate::twin::Preset;

fn all(cohort: &Cohort, out_of_fold: bool) -> Comparison {
    let candidates = [
        Candidate { strengths: true, ..candidates()[0].clone() },
        Candidate { name: "again".into(), config: config(), strengths: false },
        Candidate { name: "instant".into(), config: Config::preset(Preset::Instant), strengths: false },
    ];
    let comparison = Comparison::new(cohort, None, &columns(), &candidates, 2, Vec::new()).expect("a comparison");
    comparison.out_of_fold(out_of_fold)
}

/// Every trial by itself, without regard to order.
fn sorted(comparison: &Comparison) -> Vec<String> {
    let mut trials: Vec<String> =
        comparison.trials().iter().map(|trial| serde_json::to_string(trial).expect("JSON")).collect();
    trials.sort();
    trials
}

#[test]
fn the_closed_form_is_fitted_in_steps() {
    let cohort = cohort();
    let mut comparison = all(&cohort, false);
    let share = Share { seed: config().seed, rows: vec!["twinpurify.instant".to_owned()] };
    comparison.begin_share(&share);
    let fitting =
        to_the_end(&mut comparison, &cohort).iter().filter(|step| step.doing.contains("being fitted")).count();
    // Eight views are drawn, one a step, before anything is computed.
    assert!(fitting > 12, "{fitting}");
}

#[test]
fn shares_made_elsewhere_and_in_another_order_fill_the_same_table() {
    let cohort = cohort();
    for out_of_fold in [false, true] {
        let mut alone = all(&cohort, out_of_fold);
        to_the_end(&mut alone, &cohort);
        let (mut whole, mut helper) = (all(&cohort, out_of_fold), all(&cohort, out_of_fold));
        // It has begun something itself, which it keeps.
        whole.advance(&cohort, 0.0, &|| 0.0);
        let own = whole.progress().doing;
        let mut out = Vec::new();
        while let Some(share) = whole.hand_out() {
            out.push(share);
        }
        assert_eq!(whole.progress().doing, own, "what was begun here stays here");
        assert!(out.iter().any(|share| share.rows.len() > 5), "one training serves every strength: {out:?}");
        let lost = out.pop().expect("a share");
        for share in out.iter().rev() {
            helper.begin_share(share);
            to_the_end(&mut helper, &cohort);
            let done = helper.done_share(share);
            let passed = serde_json::to_string(&done).expect("JSON");
            assert_eq!(done.trials.len(), share.rows.len());
            whole.take_back(serde_json::from_str(&passed).expect("the same"));
        }
        assert!(whole.waits() && !whole.progress().finished);
        whole.put_back(&lost);
        assert!(!whole.waits());
        to_the_end(&mut whole, &cohort);
        assert!(sorted(&whole) == sorted(&alone), "other trials");
        assert!(whole.table() == alone.table(), "another table");
        // A share that comes back twice changes nothing.
        helper.begin_share(&lost);
        to_the_end(&mut helper, &cohort);
        whole.take_back(helper.done_share(&lost));
        assert_eq!(whole.trials().len(), alone.trials().len());
    }
}

#[cfg(feature = "threads")]
#[test]
fn the_table_is_the_same_on_one_two_and_three_threads() {
    let cohort = cohort();
    let mut alone = all(&cohort, false);
    to_the_end(&mut alone, &cohort);
    for threads in 1..=3 {
        let mut comparison = all(&cohort, false);
        let another = || Ok(all(&cohort, false));
        let mut looked = 0;
        in_threads(&mut comparison, &cohort, threads, &another, &mut |_, _| {
            looked += 1;
            Ok::<(), ()>(())
        })
        .expect("the end");
        assert!(looked > 3 && comparison.progress().finished);
        assert!(comparison.table() == alone.table(), "{threads} threads");
    }
    // Whoever looks can end it.
    let mut comparison = all(&cohort, false);
    let ended = in_threads(&mut comparison, &cohort, 2, &|| Ok(all(&cohort, false)), &mut |_, _| Err("enough"));
    assert_eq!(ended, Err("enough"));
}
