//! Which pathways differ between two groups of tumours, raw beside purified.

use super::pathways::{Activity, Pathways};
use super::two_groups::{Difference, GroupTest, adjust};
use super::{Grouping, ReadoutError};
use serde::{Deserialize, Serialize};

/// Fewer members than this leave no spread worth an interval.
pub const FEWEST_MEMBERS: usize = 3;

/// One of the two groups compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// The tumours in it, as positions in the embedding's order.
    pub members: Vec<usize>,
}

impl Side {
    /// Group `first` and group `second` of a grouping, or all other grouped tumours where that is not given.
    ///
    /// # Errors
    /// [`ReadoutError::Group`] for a group that is not there, has fewer than [`FEWEST_MEMBERS`] tumours, or is compared with
    /// itself.
    pub fn pair(grouping: &Grouping, first: usize, second: Option<usize>) -> Result<[Self; 2], ReadoutError> {
        let name = |group: usize| grouping.names.get(group).cloned().unwrap_or_else(|| format!("group {}", group + 1));
        let others = || (0..grouping.codes.len()).filter(|&at| ![-1, first as i32].contains(&grouping.codes[at]));
        let first_side = Side { name: name(first), members: grouping.members(first) };
        let second_side = match second {
            Some(group) => Side { name: name(group), members: grouping.members(group) },
            None => Side { name: "all others".into(), members: others().collect() },
        };
        let refuse = |problem: String, side: &Side| Err(ReadoutError::Group { problem, name: side.name.clone() });
        if second == Some(first) {
            return refuse("it would be compared with itself".into(), &first_side);
        }
        for side in [&first_side, &second_side] {
            let found = side.members.len();
            if found < FEWEST_MEMBERS {
                let tumours = if found == 1 { "tumour" } else { "tumours" };
                return refuse(format!("it has {found} {tumours} and at least {FEWEST_MEMBERS} are needed"), side);
            }
        }
        Ok([first_side, second_side])
    }
}

/// How one gene set differs. A side is missing where its score does not vary among these tumours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetDifference {
    /// The set's name.
    pub set: String,
    /// Its genes among the training genes.
    pub found: usize,
    /// Its genes.
    pub size: usize,
    /// Of the raw score; the difference of means in z over the cohort.
    pub raw: Option<Difference>,
    /// Of the purified score, likewise.
    pub purified: Option<Difference>,
}

/// All gene sets between two groups, first minus second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Differences {
    /// What made the groups.
    pub label: String,
    /// The first group.
    pub first: Side,
    /// The second.
    pub second: Side,
    /// The test, and with it the effect size.
    pub test: GroupTest,
    /// One per set: least purified FDR first, then the larger effect, then the name.
    pub rows: Vec<SetDifference>,
    /// What a person should know of who was compared.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Pathways {
    /// Compare the scores of group `first` with those of `second`, or of all other grouped tumours where that is not
    /// given. FDRs are over all sets, raw and purified each by itself.
    ///
    /// # Errors
    /// [`ReadoutError::Grouping`] when the groups are not of these tumours, [`ReadoutError::Group`] for a group that is
    /// not there, has fewer than [`FEWEST_MEMBERS`] tumours, or is compared with itself.
    pub fn differences(
        &self,
        grouping: &Grouping,
        first: usize,
        second: Option<usize>,
        test: GroupTest,
    ) -> Result<Differences, ReadoutError> {
        grouping.check(self.raw.score.nrows())?;
        let [first_side, second_side] = Side::pair(grouping, first, second)?;
        let sides = [&self.raw, &self.purified].map(|a| compared(a, &first_side.members, &second_side.members, test));
        let [raw, purified] = sides;
        let of_sets = self.coverage.iter().zip(raw.into_iter().zip(purified));
        let mut rows: Vec<SetDifference> = of_sets
            .map(|(c, (raw, purified))| SetDifference {
                set: c.set.clone(),
                found: c.found,
                size: c.size,
                raw,
                purified,
            })
            .collect();
        let rank = |row: &SetDifference| row.purified.map_or((2.0, 0.0), |d| (d.fdr, -d.effect.abs()));
        rows.sort_by(|x, y| {
            let ((p, e), (q, f)) = (rank(x), rank(y));
            p.total_cmp(&q).then(e.total_cmp(&f)).then_with(|| x.set.cmp(&y.set))
        });
        let (label, notes) = (grouping.label.clone(), Vec::new());
        Ok(Differences { label, first: first_side, second: second_side, test, rows, notes })
    }
}

/// One side's differences in set order, their FDRs over all sets that have one.
fn compared(activity: &Activity, first: &[usize], second: &[usize], test: GroupTest) -> Vec<Option<Difference>> {
    let mut all: Vec<Option<Difference>> = activity
        .score
        .columns()
        .into_iter()
        .map(|column| {
            // In standard deviations of the whole cohort, as the page shows every score; ranks, t and g do not mind.
            let deviation = column.std(1.0).max(f64::MIN_POSITIVE);
            let of = |members: &[usize]| members.iter().map(|&at| column[at] / deviation).collect::<Vec<f64>>();
            Difference::between(&of(first), &of(second), test)
        })
        .collect();
    let adjusted = adjust(&all.iter().flatten().map(|d| d.p).collect::<Vec<f64>>());
    all.iter_mut().flatten().zip(adjusted).for_each(|(difference, fdr)| difference.fdr = fdr);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::hallmark::hallmark;
    use crate::cohort::simulated::{Simulated, SimulationSettings, simulate};
    use crate::readout::pathways::Profiles;
    use crate::readout::scoring::Scorer;
    use crate::training_set::{Selection, TrainingSet};
    use rand::SeedableRng;
    use rand::seq::SliceRandom;
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn scored(seed: u64) -> (Simulated, Pathways) {
        let settings = SimulationSettings { tumours: 120, normals: 12, genes: 1200, seed, ..Default::default() };
        let simulated = simulate(&settings).expect("a cohort");
        let selection = Selection { genes: 0, held_out: 0.0, seed };
        let set = TrainingSet::from_cohort(&simulated.cohort, selection).expect("a training set");
        let log = set.tumour_values.mapv(|v| (1.0 + v).log2());
        let profiles = Profiles { raw: &log, purified: &log, genes: &set.genes };
        (simulated, Pathways::compare(profiles, &hallmark(), Scorer::Ssgsea, None).expect("scores"))
    }

    fn halves(of: &[f32]) -> Grouping {
        let mut sorted = of.to_vec();
        sorted.sort_by(f32::total_cmp);
        let middle = sorted[sorted.len() / 2];
        let codes = of.iter().map(|v| i32::from(*v < middle)).collect();
        Grouping { label: "activity".into(), names: vec!["high".into(), "low".into()], codes }
    }

    #[test]
    fn a_planted_difference_is_found_and_its_sign_is_right() {
        let (simulated, pathways) = scored(5);
        for test in [GroupTest::Welch, GroupTest::MannWhitney] {
            for programme in simulated.truth.programmes.iter().take(4) {
                let found = pathways.differences(&halves(&programme.activity), 0, Some(1), test).expect("differences");
                let row = found.rows.iter().position(|row| row.set == programme.set).expect("the planted set");
                let difference = found.rows[row].purified.expect("a difference");
                assert!(row < 3, "{}: place {row}", programme.set);
                assert!(difference.fdr < 0.01 && difference.low > 0.0 && difference.difference > 0.0, "{difference:?}");
            }
        }
    }

    #[test]
    fn shuffled_labels_find_next_to_nothing() {
        let (simulated, pathways) = scored(6);
        let mut grouping = halves(&simulated.truth.programmes[0].activity);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let (mut small, mut discoveries, mut asked) = (0, 0, 0);
        for test in [GroupTest::Welch, GroupTest::MannWhitney] {
            for _ in 0..40 {
                grouping.codes.shuffle(&mut rng);
                let found = pathways.differences(&grouping, 0, None, test).expect("differences");
                let all = found.rows.iter().filter_map(|row| row.raw);
                all.for_each(|d| {
                    asked += 1;
                    small += usize::from(d.p < 0.1);
                    discoveries += usize::from(d.fdr < 0.05);
                });
            }
        }
        let share = small as f64 / asked as f64;
        // Sets share genes, so one shuffle's p-values move together: the share scatters around a tenth.
        assert!((0.05..0.16).contains(&share), "{share} of p-values are under 0.1");
        assert!(discoveries * 100 <= asked, "{discoveries} of {asked} discoveries");
    }

    #[test]
    fn groups_that_cannot_be_compared_are_named() {
        let (simulated, pathways) = scored(7);
        let mut grouping = halves(&simulated.truth.programmes[0].activity);
        let refused = |grouping: &Grouping, first, second| {
            pathways.differences(grouping, first, second, GroupTest::Welch).expect_err("refused")
        };
        assert_eq!(refused(&grouping, 0, Some(0)).code(), "group");
        assert_eq!(refused(&grouping, 5, Some(0)).code(), "group");
        grouping.codes.fill(1);
        grouping.codes[3] = 0;
        let said = refused(&grouping, 0, None).to_string();
        assert!(said.contains("1 tumour") && said.ends_with("(\"high\")"), "{said}");
        grouping.codes.pop();
        assert_eq!(refused(&grouping, 0, None).code(), "bad_groups");
    }
}
