//! The plain words under the table: what it shows and what it does not (docs/method.md, *What not to
//! conclude*).

use super::table::{Cell, Table};

/// Two cells beside each other, told apart only beyond the spread of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    Above,
    Alike,
    Below,
}

pub(super) fn beside(a: &Cell, b: &Cell) -> Option<Beside> {
    let (difference, spread) = (a.mean? - b.mean?, a.spread?.max(b.spread?));
    Some(match difference {
        d if d > spread => Beside::Above,
        d if -d > spread => Beside::Below,
        _ => Beside::Alike,
    })
}

/// `0.84 ± 0.02`.
pub fn told(cell: &Cell) -> String {
    match (cell.mean, cell.spread) {
        (Some(mean), Some(spread)) => format!("{mean:.2} ± {spread:.2}").replace('-', "−"),
        (Some(mean), None) => format!("{mean:.2}").replace('-', "−"),
        _ => "–".into(),
    }
}

/// What a table shows and does not show; empty while it holds no run of the method.
pub fn sentence(table: &Table) -> String {
    let Some(ours) = table.rows.iter().find(|row| row.ours && row.key != "twinpurify_without_mixing") else {
        return String::new();
    };
    let ours = Ours { table, key: &ours.key, name: &ours.name };
    let parts = [ours.clean(), ours.robust(), ours.survival(), ours.purity(), ours.scope()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

struct Ours<'a> {
    table: &'a Table,
    key: &'a str,
    name: &'a str,
}

impl Ours<'_> {
    /// This row's and another's cell of a column, both with a number.
    fn against(&self, row: &str, column: &str) -> Option<(&Cell, &Cell)> {
        let (mine, other) = (self.table.cell(self.key, column)?, self.table.cell(row, column)?);
        (mine.mean.is_some() && other.mean.is_some()).then_some((mine, other))
    }

    /// The label that was classified, subtype before grade.
    fn label(&self) -> Option<&'static str> {
        ["subtype", "grade"]
            .into_iter()
            .find(|label| self.against("raw", &format!("{label}.clean.balanced_accuracy")).is_some())
    }

    fn clean(&self) -> Option<String> {
        let label = self.label()?;
        let (mine, pca) = self.against("pca", &format!("{label}.clean.balanced_accuracy"))?;
        let verdict = match beside(mine, pca) {
            Some(Beside::Above) => "ahead by more than the spread here, which no other cohort has to repeat",
            Some(Beside::Alike) => "no difference beyond the spread",
            Some(Beside::Below) => "behind",
            None => "one seed cannot say whether they differ",
        };
        let (mine, pca) = (told(mine), told(pca));
        Some(format!(
            "On tumours as they are, {} classifies the {label} with a balanced accuracy of {mine} beside {pca} for PCA-20: {verdict}.",
            self.name
        ))
    }

    fn robust(&self) -> Option<String> {
        let diluted = self.label().map(|label| format!("{label}.diluted.balanced_accuracy"));
        let (column, what) = match &diluted {
            Some(column) if self.against("raw", column).is_some() => (column.as_str(), "keeps"),
            _ => ("identity.any", "finds, as a share of the tumours,"),
        };
        let (mine, raw) = self.against("raw", column)?;
        let mut said =
            format!("With 30–80 % normal tissue mixed in it {what} {}, the raw profile {}", told(mine), told(raw));
        let gained = beside(mine, raw) == Some(Beside::Above);
        let mut conclusion = if gained { "" } else { ": no robustness is gained here beyond the spread" };
        if let Some((mine, mixing)) = self.against("mixing_auto_encoder", column) {
            said.push_str(&format!(
                ", an auto-encoder trained on the same mixtures without Barlow Twins {}",
                told(mixing)
            ));
            if gained {
                conclusion = match beside(mine, mixing) {
                    Some(Beside::Above) => ": more than mixing alone gives here",
                    _ => ": robustness comes from the mixing, not from the Barlow Twins loss alone",
                };
            }
        }
        if let Some((_, without)) = self.against("twinpurify_without_mixing", column) {
            said.push_str(&format!(", the same run without mixing {}", told(without)));
        }
        said.push_str(conclusion);
        said.push('.');
        Some(said)
    }

    fn survival(&self) -> Option<String> {
        let (mine, raw) = self.against("raw", "survival.c")?;
        let verdict = match beside(mine, raw) {
            Some(Beside::Above) => "above it here by more than the spread over seeds, which is not that over patients",
            Some(Beside::Below) => "below it",
            _ => "not clearly different",
        };
        Some(format!("Survival is ordered with C {} beside {} raw: {verdict}.", told(mine), told(raw)))
    }

    fn purity(&self) -> Option<String> {
        let (mine, raw) = self.against("raw", "purity.ridge")?;
        Some(format!(
            "Purity is not erased (ridge R² {}, raw {}): an embedding can at best be less dominated by it, part of what follows purity is biology, and a low correlation of components alone can come from whitening.",
            told(mine),
            told(raw)
        ))
    }

    fn scope(&self) -> Option<String> {
        let out_of_fold = self.table.columns.iter().any(|column| column.out_of_fold);
        let seen = if out_of_fold {
            "In columns marked out-of-fold, genes, scaling and encoder come from the training tumours alone; elsewhere every encoder saw all tumours, without their labels."
        } else {
            "Every encoder saw all tumours, those it is tested on included, without their labels; classifiers and Cox models did not."
        };
        let seeds = self.table.seeds.len();
        let spread = match seeds {
            1 => "One seed shows no spread: ask for three.".to_owned(),
            _ => format!("The spread is that of {seeds} seeds on this one cohort, not that of other patients."),
        };
        Some(format!("{seen} {spread}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::{Method, Row};
    use super::super::table::{Table, Trial};
    use std::collections::BTreeMap;

    fn table(ours_clean: f64, with_labels: bool) -> Table {
        let rows = ["raw", "pca", "mixing_auto_encoder", "twinpurify", "twinpurify_without_mixing"]
            .map(|key| Row::new(key, key, "", Method::Raw));
        let mut trials = Vec::new();
        for (row, clean, diluted) in [
            ("raw", 0.90, 0.40),
            ("pca", 0.91, 0.42),
            ("mixing_auto_encoder", 0.90, 0.85),
            ("twinpurify", ours_clean, 0.85),
            ("twinpurify_without_mixing", 0.90, 0.41),
        ] {
            for seed in 0..3 {
                let jitter = 0.01 * seed as f64;
                let mut values = BTreeMap::from([("identity.any".to_owned(), diluted + jitter)]);
                if with_labels {
                    values.insert("subtype.clean.balanced_accuracy".into(), clean + jitter);
                    values.insert("subtype.diluted.balanced_accuracy".into(), diluted + jitter);
                }
                trials.push(Trial { values, ..Trial::new(row, seed) });
            }
        }
        Table::of(&rows, &[0, 1, 2], &trials, Vec::new(), false)
    }

    #[test]
    fn it_says_what_the_numbers_say_and_no_more() {
        let said = table(0.91, true).sentence;
        assert!(said.contains("no difference beyond the spread"), "{said}");
        assert!(said.contains("0.86 ± 0.01"), "{said}");
        assert!(said.contains("not from the Barlow Twins loss alone"), "{said}");
        assert!(said.contains("without their labels"), "{said}");
        assert!(table(0.70, true).sentence.contains("behind"));
        assert!(table(0.99, true).sentence.contains("ahead by more than the spread"));
        let mut swapped = table(0.91, true);
        swapped.rows.iter_mut().for_each(|row| {
            row.key = match row.key.as_str() {
                "raw" => "twinpurify".into(),
                "twinpurify" => "raw".into(),
                other => other.into(),
            };
            row.ours = row.key == "twinpurify";
        });
        assert!(super::sentence(&swapped).contains("no robustness is gained"), "{}", super::sentence(&swapped));
    }

    #[test]
    fn without_labels_identity_answers() {
        let said = table(0.9, false).sentence;
        assert!(!said.contains("On tumours as they are"), "{said}");
        assert!(said.contains("share of the tumours") && said.contains("0.41"), "{said}");
    }
}
