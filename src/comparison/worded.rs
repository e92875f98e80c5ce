//! The table with the words under it.

use super::price::Price;
use super::rows::Row;
use super::sentence::sentence;
use super::table::{Table, Trial};

impl Table {
    /// The table of the trials made so far. `out_of_fold` says of every group whether the encoder was retrained per
    /// fold.
    pub fn of(rows: &[Row], seeds: &[u64], trials: &[Trial], notes: Vec<String>, out_of_fold: bool) -> Self {
        let mut table = Self::cells(rows, seeds, trials, notes, out_of_fold);
        table.sentence = sentence(&table);
        table.price = Price::of(&table).map(|price| price.sentence()).unwrap_or_default();
        table
    }
}
