//! The table as Markdown, for a paper's supplement or a repository.

use std::fmt::Write;

use super::sentence::told;
use super::table::{ColumnHead, Table};

impl Table {
    /// The whole table: classification as balanced accuracy beside everything else, then as macro-F1 and as AUROC; what
    /// could not be measured with its reason, and the words about it.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let mut section = |title: &str, is_in: &dyn Fn(&ColumnHead) -> bool| {
            let shown: Vec<usize> = (0..self.columns.len()).filter(|&at| is_in(&self.columns[at])).collect();
            if !shown.is_empty() {
                out.push_str(title);
                out.push_str(&self.rows_of(&shown));
            }
        };
        section("", &|column| column.score().is_none_or(|score| score == "balanced_accuracy"));
        section("Classification as macro-F1:\n\n", &|column| column.score() == Some("macro_f1"));
        section("Classification as AUROC:\n\n", &|column| column.score() == Some("auroc"));
        // Writing to a String cannot fail.
        let seeds = self.seeds.len();
        let _ = writeln!(
            out,
            "Mean ± standard deviation over {seeds} seeds; bold: ahead of every other row by more than the spread of both.\n"
        );
        let _ = writeln!(out, "{}", self.sentence);
        let left = self
            .left_out
            .iter()
            .map(|left| format!("Not measured, {} ({}): {}", left.group, left.columns.join(", "), left.because));
        let notes: Vec<String> = left.chain(self.notes.iter().cloned()).collect();
        if !notes.is_empty() {
            out.push('\n');
            notes.iter().for_each(|note| {
                let _ = writeln!(out, "- {}", plain(note));
            });
        }
        out
    }

    fn rows_of(&self, shown: &[usize]) -> String {
        let mut out = String::from("| representation |");
        for &at in shown {
            let column = &self.columns[at];
            let mark = if column.out_of_fold { ", out-of-fold" } else { "" };
            let _ = write!(out, " {}: {}{mark} |", column.group, plain(column.label));
        }
        let _ = writeln!(out, "\n|---|{}", "---|".repeat(shown.len()));
        for (row, cells) in self.rows.iter().zip(&self.cells) {
            let _ = write!(out, "| {} |", plain(&row.name));
            for &at in shown {
                let cell = &cells[at];
                let _ = if cell.best { write!(out, " **{}** |", told(cell)) } else { write!(out, " {} |", told(cell)) };
            }
            out.push('\n');
        }
        out.push('\n');
        out
    }
}

/// A pipe would end the cell.
fn plain(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::super::rows::{Method, Row};
    use super::super::table::{Table, Trial};
    use std::collections::BTreeMap;

    #[test]
    fn every_row_has_as_many_cells_as_the_head() {
        let trial = |seed: u64, row: &str, at: f64| Trial {
            values: BTreeMap::from([
                ("subtype.clean.balanced_accuracy".into(), at),
                ("subtype.clean.auroc".into(), at),
                ("purity.components".into(), 0.2),
            ]),
            ..Trial::new(row, seed)
        };
        let trials: Vec<Trial> =
            (0..2).flat_map(|seed| [trial(seed, "raw", 0.5), trial(seed, "twinpurify", 0.9)]).collect();
        let rows = [Row::new("raw", "ra|w", "", Method::Raw), Row::new("twinpurify", "TwinPurify", "", Method::Raw)];
        let text = Table::of(&rows, &[0, 1], &trials, Vec::new(), false).markdown();
        let pipes = |line: &str| line.replace("\\|", "").matches('|').count();
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(lines.len(), 8, "{text}");
        assert!(
            lines[..4].iter().all(|line| pipes(line) == 4) && lines[4..].iter().all(|line| pipes(line) == 3),
            "{text}"
        );
        assert!(text.contains("| **0.90 ± 0.00** |") && text.contains("AUROC:"), "{text}");
    }
}
