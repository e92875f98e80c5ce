//! A simulated cohort as the two files a person would have: the same readers take it as take a real one.

use super::Simulated;
use std::fmt::Write;

impl Simulated {
    /// `expression.tsv`: genes × samples, as text.
    pub fn expression_tsv(&self) -> String {
        let matrix = &self.cohort.matrix;
        let mut text = format!("gene\t{}\n", matrix.samples.join("\t"));
        for (gene, row) in matrix.genes.iter().zip(&matrix.rows) {
            text.push_str(gene);
            for value in row {
                // Writing to a String cannot fail.
                let _ = write!(text, "\t{value}");
            }
            text.push('\n');
        }
        text
    }

    /// `samples.tsv`: one row per sample with every clinical column, as text; missing cells are empty.
    pub fn samples_tsv(&self) -> String {
        let columns = &self.cohort.columns;
        let header: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let mut text = format!("sample_id\t{}\n", header.join("\t"));
        for (index, sample) in self.cohort.matrix.samples.iter().enumerate() {
            text.push_str(sample);
            for column in columns {
                text.push('\t');
                text.push_str(column.values.get(index).and_then(Option::as_deref).unwrap_or_default());
            }
            text.push('\n');
        }
        text
    }
}
