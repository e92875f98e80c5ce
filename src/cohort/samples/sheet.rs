//! Sample sheets: finding the column that names the samples, and what kind of column each other one is.

use std::collections::{HashMap, HashSet};

use super::clinical_number::column_numbers;
use super::patients::{is_patient_heading, names_patients};
use crate::cohort::text::names::{is_barcode, is_sample_heading};
use crate::cohort::{Column, ColumnKind};

/// Distinct words a column may have and still colour by category.
const MAX_CATEGORIES: usize = 50;

/// Whole numbers with at most this many distinct values are codes (an event, a stage), not a gradient.
const MAX_CODES: usize = 6;

/// A column of at least this many words, all different, is text.
const ALL_DIFFERENT: usize = 8;

/// Lengths at which a TCGA barcode is cut: aliquot's vial, sample, participant.
const BARCODE_CUTS: [usize; 3] = [16, 15, 12];

/// A table of words about samples, by column.
#[derive(Clone, Debug)]
pub(in crate::cohort) struct Sheet {
    pub(in crate::cohort) headings: Vec<String>,
    pub(in crate::cohort) columns: Vec<Vec<Option<String>>>,
    rows: usize,
}

/// Which row of a sheet describes each sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cohort) struct Alignment {
    pub(in crate::cohort) id_column: usize,
    /// One per sample.
    pub(in crate::cohort) rows: Vec<Option<usize>>,
    /// Samples with a row.
    pub(in crate::cohort) matched: usize,
    /// Of these, how many by the very same name.
    pub(in crate::cohort) exact: usize,
    /// Rows whose id stands in an earlier row.
    pub(in crate::cohort) repeated: usize,
}

impl Sheet {
    /// Makes headings unique (`stage`, `stage (2)`); also says how many were not.
    pub(in crate::cohort) fn new(
        headings: Vec<String>,
        columns: Vec<Vec<Option<String>>>,
        rows: usize,
    ) -> (Self, usize) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut repeated = 0;
        let mut unique = Vec::with_capacity(headings.len());
        for (at, heading) in headings.into_iter().enumerate() {
            let heading = if heading.is_empty() { format!("column {}", at + 1) } else { heading };
            let count = seen.entry(heading.clone()).and_modify(|n| *n += 1).or_insert(1);
            repeated += usize::from(*count > 1);
            unique.push(if *count > 1 { format!("{heading} ({count})") } else { heading });
        }
        (Sheet { headings: unique, columns, rows }, repeated)
    }

    pub(in crate::cohort) fn rows(&self) -> usize {
        self.rows
    }

    pub(in crate::cohort) fn width(&self) -> usize {
        self.headings.len()
    }

    /// The same table with samples in rows, where they were in columns (as LinkedOmics writes its sheets).
    pub(in crate::cohort) fn transposed(&self) -> Self {
        let mut headings = vec![self.headings.first().cloned().unwrap_or_default()];
        let attributes = self.columns.first().map(Vec::as_slice).unwrap_or_default();
        headings.extend(attributes.iter().map(|a| a.clone().unwrap_or_default()));
        let mut columns = vec![self.headings.iter().skip(1).cloned().map(Some).collect::<Vec<_>>()];
        for row in 0..self.rows {
            let cells = self.columns.iter().skip(1).map(|column| column.get(row).cloned().flatten());
            columns.push(cells.collect());
        }
        Sheet::new(headings, columns, self.width().saturating_sub(1)).0
    }

    /// Finds the column whose cells are the samples' names: one that is called so and names at least half as many samples
    /// to the letter as any column names at all (a sample's row must not become its patient's), then most samples
    /// matched, then most by the very same name, then one called so, then the leftmost. `None` when no column has any.
    pub(in crate::cohort) fn align(&self, samples: &[String]) -> Option<Alignment> {
        let columns = self.columns.iter().take(self.width()).enumerate();
        let all: Vec<Alignment> = columns.map(|(at, column)| align_column(at, column, samples)).collect();
        let most = all.iter().map(|a| a.matched).max().filter(|most| *most > 0)?;
        let rank = |a: &Alignment| {
            let heading = self.headings.get(a.id_column).map(String::as_str).unwrap_or_default();
            let called = is_sample_heading(heading);
            let own = called && !is_patient_heading(heading) && a.exact * 2 >= most;
            (own, a.matched, a.exact, called)
        };
        all.into_iter().reduce(|best, next| if rank(&next) > rank(&best) { next } else { best })
    }

    /// How many samples the headings name: a sheet with samples in its columns.
    pub(in crate::cohort) fn samples_in_headings(&self, samples: &[String]) -> usize {
        let headings: HashSet<String> = self.headings.iter().skip(1).map(|h| normalised(h)).collect();
        samples.iter().filter(|s| headings.contains(&normalised(s))).count()
    }

    /// The clinical columns for the samples of `alignment`; the id column is left out unless it names patients.
    pub(in crate::cohort) fn clinical_columns(&self, alignment: &Alignment) -> Vec<Column> {
        let mut out = Vec::new();
        for (at, (name, cells)) in self.headings.iter().zip(&self.columns).enumerate() {
            if at == alignment.id_column && !is_patient_heading(name) {
                continue;
            }
            let cell = |row: &Option<usize>| row.and_then(|r| cells.get(r).cloned().flatten());
            let values: Vec<Option<String>> = alignment.rows.iter().map(cell).collect();
            if values.iter().any(Option::is_some) {
                out.push(Column { name: name.clone(), kind: column_kind(name, &values), values });
            }
        }
        out
    }
}

fn align_column(at: usize, column: &[Option<String>], samples: &[String]) -> Alignment {
    let mut exact_rows: HashMap<&str, usize> = HashMap::new();
    let mut rows: HashMap<String, usize> = HashMap::new();
    let mut cut_rows: HashMap<String, usize> = HashMap::new();
    let mut repeated = 0;
    for (row, id) in column.iter().enumerate() {
        let Some(id) = id else { continue };
        if exact_rows.contains_key(id.as_str()) {
            repeated += 1;
            continue;
        }
        exact_rows.insert(id, row);
        let plain = normalised(id);
        if is_barcode(id) {
            for cut in BARCODE_CUTS {
                if let Some(short) = plain.get(..cut).filter(|_| plain.len() > cut) {
                    cut_rows.entry(short.to_owned()).or_insert(row);
                }
            }
        }
        rows.entry(plain).or_insert(row);
    }
    let mut alignment = Alignment { id_column: at, rows: Vec::new(), matched: 0, exact: 0, repeated };
    for sample in samples {
        let same = exact_rows.get(sample.as_str()).copied();
        let found = same.or_else(|| {
            let plain = normalised(sample);
            let cut = |length: &usize| plain.get(..*length).and_then(|short| rows.get(short));
            let shorter = || {
                if is_barcode(sample) { BARCODE_CUTS.iter().find_map(cut) } else { None }
            };
            rows.get(&plain).or_else(shorter).or_else(|| cut_rows.get(&plain)).copied()
        });
        alignment.matched += usize::from(found.is_some());
        alignment.exact += usize::from(same.is_some());
        alignment.rows.push(found);
    }
    alignment
}

/// A sample name as R and TCGA portals rewrite it: case, `.`/`_`/space for `-`, and R's `X` before a digit.
fn normalised(name: &str) -> String {
    let name = match name.strip_prefix('X') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => name,
    };
    let plain = |c: char| {
        if matches!(c, '.' | '_' | ' ') { '-' } else { c.to_ascii_uppercase() }
    };
    name.chars().map(plain).collect()
}

/// Category, number or text, from the values that are there.
pub(in crate::cohort) fn column_kind(name: &str, values: &[Option<String>]) -> ColumnKind {
    let present: Vec<&str> = values.iter().flatten().map(String::as_str).collect();
    let distinct: HashSet<&str> = present.iter().copied().collect();
    let read: Vec<f64> = column_numbers(values).into_iter().flatten().collect();
    let numbers = (read.len() == present.len()).then_some(read);
    if names_patients(name, values) {
        return ColumnKind::Text;
    }
    if let Some(numbers) = numbers {
        let codes = distinct.len() <= MAX_CODES && numbers.iter().all(|n| n.fract() == 0.0);
        return if codes { ColumnKind::Category } else { ColumnKind::Number };
    }
    let all_different = distinct.len() == present.len() && distinct.len() >= ALL_DIFFERENT;
    if distinct.len() <= MAX_CATEGORIES && !all_different { ColumnKind::Category } else { ColumnKind::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(headings: &[&str], rows: &[&[&str]]) -> Sheet {
        let columns = (0..headings.len())
            .map(|c| rows.iter().map(|r| (!r[c].is_empty()).then(|| r[c].to_owned())).collect())
            .collect();
        Sheet::new(headings.iter().map(|h| h.to_string()).collect(), columns, rows.len()).0
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| n.to_string()).collect()
    }

    #[test]
    fn the_id_column_is_found_wherever_it_is() {
        let sheet = sheet(&["patient", "note", "array"], &[&["1", "a", "s_1"], &["2", "b", "s_2"]]);
        let alignment = sheet.align(&names(&["s.2", "s_1", "s_3"])).unwrap();
        assert_eq!((alignment.id_column, alignment.matched, alignment.exact), (2, 2, 1));
        assert_eq!(alignment.rows, [Some(1), Some(0), None]);
        assert!(sheet.align(&names(&["q"])).is_none());
    }

    #[test]
    fn barcodes_match_with_dots_and_when_cut() {
        let patients = sheet(&["bcr_patient_barcode", "age"], &[&["TCGA-A7-A0CE", "57"], &["TCGA-A7-A0CH", "79"]]);
        let alignment = patients.align(&names(&["TCGA.A7.A0CH.01A.11R", "tcga-a7-a0ce-11"])).unwrap();
        assert_eq!(alignment.rows, [Some(1), Some(0)]);
        assert_eq!(patients.clinical_columns(&alignment)[0].name, "bcr_patient_barcode");
        let aliquots = sheet(&["id"], &[&["TCGA-A7-A0CE-01A-11R-A00Z-07"], &["TCGA-A7-A0CE-11A-21R-A089-07"]]);
        assert_eq!(aliquots.align(&names(&["TCGA-A7-A0CE-11"])).unwrap().rows, [Some(1)]);
    }

    #[test]
    fn kinds_of_columns() {
        let kind = |values: &[&str]| {
            let values: Vec<_> = values.iter().map(|v| Some(v.to_string())).collect();
            column_kind("x", &values)
        };
        assert_eq!(kind(&["0.0", "1.0", "1.0"]), ColumnKind::Category);
        assert_eq!(kind(&["0.5", "1.0"]), ColumnKind::Number);
        assert_eq!(kind(&["1,5", "2,5"]), ColumnKind::Number);
        assert_eq!(kind(&["LumA", "LumB", "LumA"]), ColumnKind::Category);
        assert_eq!(kind(&["a", "b", "c", "d", "e", "f", "g", "h"]), ColumnKind::Text);
    }

    #[test]
    fn a_sheet_with_samples_in_columns_is_turned() {
        let wide = sheet(&["attrib", "s1", "s2"], &[&["age", "50", "60"], &["sex", "f", ""]]);
        assert_eq!(wide.samples_in_headings(&names(&["s2", "s1"])), 2);
        let tall = wide.transposed();
        assert_eq!(tall.headings, ["attrib", "age", "sex"]);
        assert_eq!(tall.align(&names(&["s2"])).unwrap().rows, [Some(1)]);
        assert_eq!(tall.columns[2], [Some("f".to_owned()), None]);
    }
}
