//! A comparison's work in pieces that need nothing of each other, for other threads or workers: a [`Share`] is the trials
//! of one seed that one training serves. Whoever makes it, and in whatever order, the table is the same to the bit.

use serde::{Deserialize, Serialize};

use super::forecast::Part;
use super::rows::Job;
use super::{Comparison, Stage, Trial};

/// Trials of one seed that one training serves, or one that needs no training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The seed.
    pub seed: u64,
    /// [`super::Row::key`] of its rows.
    pub rows: Vec<String>,
}

/// What part of what row took how many milliseconds for how many units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Took(usize, Part, f64, f64);

/// A share that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoneShare {
    /// Which.
    pub share: Share,
    /// What its rows showed.
    pub trials: Vec<Trial>,
    /// What it took, to foretell the rest by.
    pub took: Vec<Took>,
}

/// A share that others are at.
pub(super) struct Elsewhere {
    share: Share,
    jobs: Vec<Job>,
    /// On the comparison's own clock.
    expected_at: f64,
}

impl Comparison {
    /// The longest share that nobody is at, which is then no longer done here; none where all are taken.
    pub fn hand_out(&mut self) -> Option<Share> {
        let at_hand = self.at_hand();
        let mut waiting: Vec<((u64, usize), f64)> = Vec::new();
        for at in self.at..self.jobs.len() {
            let group = self.group(&self.jobs[at]);
            let takes = self.milliseconds_of(at);
            match waiting.iter_mut().find(|(known, _)| *known == group) {
                Some((_, sum)) => *sum += takes,
                None if Some(group) != at_hand => waiting.push((group, takes)),
                None => {}
            }
        }
        // The first of equals.
        let (longest, takes) = waiting.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        let (done, waiting) = self.jobs.split_at(self.at);
        let (given, left): (Vec<Job>, Vec<Job>) = waiting.iter().partition(|job| self.group(job) == longest);
        self.jobs = [done, &left].concat();
        let mut rows: Vec<String> = given.iter().map(|job| self.rows[job.row].key().to_owned()).collect();
        rows.dedup();
        let share = Share { seed: longest.0, rows };
        let expected_at = self.elapsed + takes;
        self.elsewhere.push(Elsewhere { share: share.clone(), jobs: given, expected_at });
        Some(share)
    }

    /// A share is done, by a comparison of the same cohort and request. One that is not waited for is nothing new.
    pub fn take_back(&mut self, done: DoneShare) {
        if self.no_longer_elsewhere(&done.share).is_some() {
            self.trials.extend(done.trials);
            done.took.into_iter().for_each(|Took(row, part, units, ms)| self.took(row, part, units, ms));
        }
    }

    /// Whoever was at a share is gone: it is to be done again.
    pub fn put_back(&mut self, share: &Share) {
        let again = self.no_longer_elsewhere(share).into_iter().flatten();
        self.jobs.extend(again);
    }

    /// This share alone from now on, and none of the trials made before; the training set at hand stays.
    pub fn begin_share(&mut self, share: &Share) {
        let of_share = |row: usize| share.rows.iter().any(|key| key == self.rows[row].key());
        let rows = (0..self.rows.len()).filter(|row| of_share(*row));
        self.jobs = rows.map(|row| Job { row, seed: share.seed, fold: None }).collect();
        self.trials.clear();
        self.tally.clear();
        self.at = 0;
        self.spread_over_folds(self.out_of_fold);
    }

    /// The share that was begun, once it is finished.
    pub fn done_share(&mut self, share: &Share) -> DoneShare {
        let tally = std::mem::take(&mut self.tally);
        let took = tally.into_iter().map(|((row, part), (units, ms))| Took(row, part, units, ms)).collect();
        DoneShare { share: share.clone(), trials: std::mem::take(&mut self.trials), took }
    }

    /// This part (from 0) of so many alone from now on, for a process of its own. What is in it does not depend on what is
    /// done already. Shares are dealt training by training and, within one, seed by seed: with as many parts as seeds each
    /// part is one seed.
    pub fn take_part(&mut self, part: usize, parts: usize) {
        let seed = self.seeds.first().copied().unwrap_or(0);
        let mut trainings: Vec<usize> =
            (0..self.rows.len()).map(|row| self.group(&Job { row, seed, fold: None }).1).collect();
        trainings.sort_unstable();
        trainings.dedup();
        let place = |job: &Job| {
            let (seed, training) = self.group(job);
            let at = trainings.iter().position(|first| *first == training).unwrap_or(0);
            at * self.seeds.len() + self.seeds.iter().position(|own| *own == seed).unwrap_or(0)
        };
        let own = self.jobs.iter().filter(|job| place(job) % parts.max(1) == part).copied();
        self.jobs = own.collect();
    }

    /// Keys of the rows, with their seeds, that have no trial yet.
    pub fn not_done(&self) -> Vec<(&str, u64)> {
        let all = self.seeds.iter().flat_map(|seed| self.rows.iter().map(|row| (row.key(), *seed)));
        all.filter(|(row, seed)| !self.trials.iter().any(|trial| trial.row == *row && trial.seed == *seed)).collect()
    }

    /// Time went by while others worked.
    pub fn waited(&mut self, milliseconds: f64) {
        self.elapsed += milliseconds;
    }

    /// Whether shares are under way elsewhere.
    pub fn waits(&self) -> bool {
        !self.elsewhere.is_empty()
    }

    /// Predicted time until the last of them is back.
    pub(super) fn milliseconds_elsewhere(&self) -> f64 {
        self.elsewhere.iter().map(|out| out.expected_at - self.elapsed).fold(0.0, f64::max)
    }

    fn no_longer_elsewhere(&mut self, share: &Share) -> Option<Vec<Job>> {
        let at = self.elsewhere.iter().position(|out| out.share == *share)?;
        Some(self.elsewhere.remove(at).jobs)
    }

    /// The group of the job at hand, once it was begun: its training is here.
    fn at_hand(&self) -> Option<(u64, usize)> {
        let group = self.group(self.jobs.get(self.at)?);
        let earlier = self.at.checked_sub(1).map(|at| self.group(&self.jobs[at]));
        (!matches!(self.stage, Stage::Fit) || earlier == Some(group)).then_some(group)
    }

    /// Seed and first row of those that one training serves.
    fn group(&self, job: &Job) -> (u64, usize) {
        let training = self.rows[job.row].training(job.seed);
        let same = |row: &usize| training.is_some() && self.rows[*row].training(job.seed) == training;
        (job.seed, (0..job.row).find(same).unwrap_or(job.row))
    }
}
