//! The price of strength on a person's own labels: the run of the method at every strength, beside the representations
//! that a curve is read against, and what that shows in plain words.

use super::measure::Label;
use super::sentence::{Beside, beside, told};
use super::table::{Cell, ColumnHead, Table};

/// Rows that stand beside the curve as level lines, by their keys.
const LEVELS: [&str; 3] = ["raw", "pca", "mixing_auto_encoder"];
/// Columns that are shown, but for the classifications.
const SHOWN: [&str; 7] = [
    "identity.any",
    "survival.c",
    "purity.components",
    "purity.neighbours",
    "purity.ridge",
    "signal.immune",
    "signal.stromal",
];

/// Where in a table the price stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Price<'a> {
    table: &'a Table,
    /// Strength and place of its row, ascending.
    rows: Vec<(usize, usize)>,
}

impl<'a> Price<'a> {
    /// The price that a table holds; none where it was not asked for.
    pub fn of(table: &'a Table) -> Option<Self> {
        let is_run = |key: &str| key == "twinpurify" || key.starts_with("twinpurify.strength.");
        let mut rows: Vec<(usize, usize)> = (table.rows.iter().enumerate())
            .filter(|(_, row)| is_run(&row.key))
            .filter_map(|(at, row)| Some((row.strength?, at)))
            .collect();
        rows.sort_unstable();
        rows.dedup_by_key(|row| row.0);
        let priced = table.rows.iter().any(|row| row.price) && rows.len() > 1;
        priced.then_some(Self { table, rows })
    }

    /// Strengths, ascending.
    pub fn strengths(&self) -> Vec<usize> {
        self.rows.iter().map(|row| row.0).collect()
    }

    /// Strengths with the places of their rows, ascending.
    pub fn rows(&self) -> &[(usize, usize)] {
        &self.rows
    }

    /// Columns that are shown: identity, classifications by one score, survival, purity and signal kept.
    pub fn columns(&self, score: &str) -> Vec<(usize, &'a ColumnHead)> {
        let shown = |column: &ColumnHead| match column.score() {
            Some(of) => of == score,
            None => SHOWN.contains(&column.key.as_str()),
        };
        // Identity first: it is what the run was judged by.
        let (first, rest): (Vec<_>, Vec<_>) = (self.table.columns.iter().enumerate())
            .filter(|(_, column)| shown(column))
            .partition(|(_, column)| column.key == "identity.any");
        first.into_iter().chain(rest).collect()
    }

    /// Cells of a column (by its place), one per strength.
    pub fn curve(&self, column: usize) -> Vec<&'a Cell> {
        self.rows.iter().map(|&(_, row)| &self.table.cells[row][column]).collect()
    }

    /// Names and places of the representations that stand beside.
    pub fn levels(&self) -> Vec<(&'a str, usize)> {
        let place = |key: &&str| self.table.rows.iter().position(|row| row.key == *key);
        LEVELS.iter().filter_map(place).map(|at| (self.table.rows[at].name.as_str(), at)).collect()
    }

    /// The number of a representation beside (by its place) in a column.
    pub fn level(&self, row: usize, column: usize) -> Option<f64> {
        self.table.cells[row][column].mean
    }

    /// The table it stands in.
    pub fn table(&self) -> &'a Table {
        self.table
    }

    fn at(&self, strength: usize, column: &str) -> Option<&'a Cell> {
        let row = self.rows.iter().find(|row| row.0 == strength)?.1;
        let column = self.table.columns.iter().position(|head| head.key == column)?;
        self.table.cells[row].get(column).filter(|cell| cell.mean.is_some())
    }

    /// What this cohort shows: which strength loses how much on tumours as they are, gains how much on diluted ones, and how
    /// far purity falls. No claim where there is one seed or no label.
    pub fn sentence(&self) -> String {
        if self.table.seeds.len() < 2 {
            return "One seed shows no spread: what strength costs here cannot be told; ask for three.".into();
        }
        let clean = |label: &Label| format!("{}.clean.balanced_accuracy", label.word());
        let Some(label) = Label::ALL.into_iter().find(|label| self.at(0, &clean(label)).is_some()) else {
            return "No subtype or grade was classified: what strength costs here cannot be told without a label."
                .into();
        };
        let parts =
            [self.cost(label), self.gain(label), self.purity(label), self.signal(label), Some(SCOPE.to_owned())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The highest strength up to which nothing is lost beyond the spread on tumours as they are, from 0.
    fn free(&self, label: Label) -> usize {
        let column = format!("{}.clean.balanced_accuracy", label.word());
        let lost = |strength: usize| {
            let pair = self.at(strength, &column).zip(self.at(0, &column));
            pair.is_none_or(|(here, none)| beside(here, none) == Some(Beside::Below))
        };
        self.strengths().into_iter().take_while(|&k| k == 0 || !lost(k)).last().unwrap_or(0)
    }

    /// The strength that gain and purity are told of: the run's own where it costs nothing beyond the spread, else the highest
    /// that does not, or the lowest.
    fn told_of(&self, label: Label) -> usize {
        let own = self.table.rows.iter().find(|row| row.key == "twinpurify").and_then(|row| row.strength);
        match (self.free(label), own) {
            (0, _) => self.rows.iter().map(|row| row.0).find(|k| *k > 0).unwrap_or(0),
            (free, Some(own)) if (1..=free).contains(&own) => own,
            (free, _) => free,
        }
    }

    fn cost(&self, label: Label) -> Option<String> {
        let column = format!("{}.clean.balanced_accuracy", label.word());
        let none = self.at(0, &column)?;
        let (free, last) = (self.free(label), self.rows.last()?.0);
        let what = format!("the {} of tumours as they are", label.word());
        let at = |k: usize| self.at(k, &column).map_or_else(|| "–".into(), told);
        let lost = |k: usize| Some(minus(none.mean? - self.at(k, &column)?.mean?));
        Some(match free {
            0 => {
                let first = self.told_of(label);
                let lost = lost(first)?;
                format!(
                    "On this cohort strength {first} already loses {lost} on {what} ({} at 0, {} at {first}).",
                    told(none),
                    at(first)
                )
            }
            free if free == last => format!(
                "On this cohort no strength up to {last} loses more than the spread on {what} ({} at 0, {} at {last}).",
                told(none),
                at(last)
            ),
            free => {
                let next = self.strengths().into_iter().find(|k| *k > free)?;
                let lost = lost(next)?;
                format!(
                    "On this cohort strength {free} loses no more than the spread on {what} ({} at 0, {} at {free}); strength {next} loses {lost}.",
                    told(none),
                    at(free)
                )
            }
        })
    }

    fn gain(&self, label: Label) -> Option<String> {
        let k = self.told_of(label);
        let of = |by: &str, name: &str| {
            let column = format!("{}.{by}diluted.balanced_accuracy", label.word());
            let (here, none) = self.at(k, &column).zip(self.at(0, &column))?;
            let change = minus((here.mean? - none.mean?).abs());
            let verdict = match beside(here, none)? {
                Beside::Above => format!("gains {change}"),
                Beside::Alike => "neither gains nor loses beyond the spread".into(),
                Beside::Below => format!("loses {change}"),
            };
            Some(format!("{verdict} {name} ({} to {})", told(none), told(here)))
        };
        let said = [of("", "by logistic regression"), of("neighbours.", "by ten nearest neighbours")];
        let said: Vec<String> = said.into_iter().flatten().collect();
        (!said.is_empty()).then(|| format!("With normal tissue mixed in, strength {k} {}.", said.join(" and ")))
    }

    fn purity(&self, label: Label) -> Option<String> {
        let k = self.told_of(label);
        let (here, none) = self.at(k, "purity.ridge").zip(self.at(0, "purity.ridge"))?;
        let verdict = match beside(here, none)? {
            Beside::Below => "Purity is read from it less well",
            Beside::Alike => "Purity is read from it as well as before",
            Beside::Above => "Purity is read from it better",
        };
        Some(format!("{verdict} (ridge R² {} at 0, {} at {k}).", told(none), told(here)))
    }

    /// What goes with purity: immune and stromal signal that is no longer read.
    fn signal(&self, label: Label) -> Option<String> {
        let k = self.told_of(label);
        let lost = |(column, name): (&str, &str)| {
            let (here, none) = self.at(k, column).zip(self.at(0, column))?;
            let told = format!("the {name} score (ridge R² {} at 0, {} at {k})", told(none), told(here));
            (beside(here, none)? == Beside::Below).then_some(told)
        };
        let lost: Vec<String> =
            [("signal.immune", "immune"), ("signal.stromal", "stromal")].into_iter().filter_map(lost).collect();
        (!lost.is_empty()).then(|| format!("Less well read, too: {}.", lost.join(" and ")))
    }
}

const SCOPE: &str =
    "Part of what goes may be biology: where purity and a subtype go together, nothing here tells them apart.";

fn minus(value: f64) -> String {
    format!("{value:.2}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::super::rows::{Method, Row};
    use super::super::table::Trial;
    use super::*;
    use crate::twin::{Config, Preset};
    use std::collections::BTreeMap;

    /// Clean, diluted and ridge R² at strength 0, 1, 2.
    fn table(values: [[f64; 3]; 3], seeds: u64, label: bool) -> Table {
        let run = |key: &str, strength: usize| {
            let config = Config { strength: Some(strength), ..Config::preset(Preset::Profile) };
            let row = Row::new(key, key, "", Method::Trained(Box::new(config)));
            if key == "twinpurify" { row } else { row.priced() }
        };
        let rows = [
            Row::new("raw", "raw", "", Method::Raw),
            run("twinpurify", 1),
            run("twinpurify.strength.0", 0),
            run("twinpurify.strength.2", 2),
        ];
        let mut trials = Vec::new();
        for (row, [clean, diluted, ridge]) in [
            ("raw", [0.9, 0.5, 0.7]),
            ("twinpurify.strength.0", values[0]),
            ("twinpurify", values[1]),
            ("twinpurify.strength.2", values[2]),
        ] {
            for seed in 0..seeds {
                let jitter = 0.01 * seed as f64;
                let mut values = BTreeMap::from([("purity.ridge".to_owned(), ridge + jitter)]);
                values.insert("signal.immune".into(), ridge / 2.0 + jitter);
                values.insert("identity.any".into(), 1.0);
                if label {
                    values.insert("grade.clean.balanced_accuracy".into(), clean + jitter);
                    values.insert("grade.neighbours.diluted.balanced_accuracy".into(), diluted + jitter);
                    values.insert("grade.clean.auroc".into(), clean + jitter);
                }
                trials.push(Trial { values, ..Trial::new(row, seed) });
            }
        }
        let seeds: Vec<u64> = (0..seeds).collect();
        Table::of(&rows, &seeds, &trials, Vec::new(), false)
    }

    fn said(values: [[f64; 3]; 3]) -> String {
        let table = table(values, 3, true);
        Price::of(&table).expect("a price").sentence()
    }

    #[test]
    fn it_says_which_strength_costs_what() {
        let said_of = said([[0.84, 0.66, 0.63], [0.84, 0.77, 0.22], [0.70, 0.75, 0.12]]);
        assert!(said_of.contains("strength 1 loses no more than the spread on the grade of tumours as they are (0.85 ± 0.01 at 0, 0.85 ± 0.01 at 1); strength 2 loses 0.14"), "{said_of}");
        assert!(
            said_of.contains("strength 1 gains 0.11 by ten nearest neighbours (0.67 ± 0.01 to 0.78 ± 0.01)"),
            "{said_of}"
        );
        assert!(said_of.contains("less well (ridge R² 0.64 ± 0.01 at 0, 0.23 ± 0.01 at 1)"), "{said_of}");

        assert!(
            said_of.contains("Less well read, too: the immune score (ridge R² 0.33 ± 0.01 at 0, 0.12 ± 0.01 at 1)."),
            "{said_of}"
        );

        let dear = said([[0.84, 0.66, 0.63], [0.60, 0.50, 0.63], [0.5, 0.5, 0.9]]);
        assert!(dear.contains("strength 1 already loses 0.24"), "{dear}");
        assert!(dear.contains("strength 1 loses 0.16 by ten nearest neighbours"), "{dear}");
        assert!(dear.contains("as well as before") && !dear.contains("Less well"), "{dear}");

        let free = said([[0.84, 0.66, 0.63], [0.84, 0.66, 0.63], [0.85, 0.66, 0.9]]);
        assert!(free.contains("no strength up to 2 loses more than the spread"), "{free}");
        assert!(free.contains("strength 1 neither gains nor loses beyond the spread"), "{free}");
        assert!(free.contains("Purity is read from it as well as before"), "{free}");
    }

    #[test]
    fn it_claims_nothing_from_one_seed_or_without_a_label() {
        let values = [[0.84, 0.66, 0.63], [0.84, 0.77, 0.22], [0.70, 0.75, 0.12]];
        for (table, words) in [(table(values, 1, true), "One seed"), (table(values, 3, false), "without a label")] {
            let said = Price::of(&table).expect("a price").sentence();
            assert!(said.contains(words) && !said.contains("0."), "{said}");
        }
    }

    #[test]
    fn the_price_is_the_run_at_every_strength_in_order() {
        let table = table([[0.84, 0.66, 0.63], [0.83, 0.77, 0.22], [0.70, 0.75, 0.12]], 3, true);
        let price = Price::of(&table).expect("a price");
        assert_eq!(price.strengths(), [0, 1, 2]);
        assert_eq!(price.levels(), [("raw", 0)]);
        let columns = price.columns("balanced_accuracy");
        let keys: Vec<&str> = columns.iter().map(|(_, column)| column.key.as_str()).collect();
        let expected = [
            "identity.any",
            "grade.clean.balanced_accuracy",
            "grade.neighbours.diluted.balanced_accuracy",
            "purity.ridge",
            "signal.immune",
        ];
        assert_eq!(keys, expected);
        let means: Vec<f64> = price.curve(columns[1].0).iter().filter_map(|cell| cell.mean).collect();
        assert!(means.iter().zip([0.85, 0.84, 0.71]).all(|(a, b)| (a - b).abs() < 1e-9), "{means:?}");
        let csv = crate::session::tables::price(&price);
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "representation,strength,measure,mean,sd,seeds");
        assert!(lines[1].starts_with("TwinPurify,0,grade."), "{}", lines[1]);
        assert!(lines.contains(&"TwinPurify,2,identity.any,1,0,3"), "{csv}");
        assert!(lines.contains(&"raw,,identity.any,1,0,3"), "{csv}");
        let without = table.clone().without_price();
        assert_eq!(without.rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["raw", "twinpurify"]);
        assert_eq!(without.cells, table.cells[..2]);
        let rows = table.rows.iter().filter(|row| !row.price).cloned().collect();
        assert!(Price::of(&Table { rows, ..table.clone() }).is_none(), "a table without other strengths has none");
    }
}
