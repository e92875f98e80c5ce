//! Tables of genes between groups: the CSV, the ranked list that GSEA takes, markers, and the genes of an axis.

use std::borrow::Cow;

use super::{lines_of, number, table, text};
use crate::readout::expression::Source;
use crate::readout::gene_differences::{GeneDifferences, Values};
use crate::readout::moderated::Moderated;
use crate::session::genes::{AxisGenes, GeneRow, Markers};

const OF: [&str; 7] = ["difference", "effect", "low", "high", "t", "p", "fdr"];

/// About the length of a line with three tests.
pub(in crate::session) const BYTES: usize = 480;

fn numbers<'a>(test: Option<Moderated>) -> [Cow<'a, str>; 7] {
    let plain = |v: f64| Cow::from(v.to_string());
    let small = |v: f64| Cow::from(format!("{v:.6e}"));
    test.map_or_else(Default::default, |Moderated { difference: d, t }| {
        [plain(d.difference), plain(d.effect), plain(d.low), plain(d.high), plain(t), small(d.p), small(d.fdr)]
    })
}

/// Every gene with a test, least raw p first: `column, first, first_n, second, second_n, gene`, then for raw, adjusted (purity
/// held) and purified values the difference (log2), effect size with its 95 % interval, moderated t, p and FDR; `purified_by`
/// and `r2` say where the purified value comes from. Without the header where these rows are the `next` ones of a table.
pub fn differences(found: &GeneDifferences, next: bool, rows: impl ExactSizeIterator<Item = GeneRow>) -> String {
    let sides: Vec<String> =
        Values::ALL.iter().flat_map(|values| OF.map(|of| format!("{}_{of}", values.word()))).collect();
    let header = ["column", "first", "first_n", "second", "second_n", "gene"].into_iter();
    let header = header.chain(sides.iter().map(String::as_str)).chain(["purified_by", "r2"]);
    let [first, second] = &found.sides;
    let room = BYTES * rows.len();
    let rows = rows.map(|row| {
        let start = [
            text(&found.label),
            text(&first.name),
            first.members.len().to_string().into(),
            text(&second.name),
            second.members.len().to_string().into(),
            Cow::from(text(&row.gene).into_owned()),
        ];
        let tests = [row.raw, row.adjusted, row.purified].into_iter().flat_map(numbers);
        start
            .into_iter()
            .chain(tests)
            .chain([row.source.map_or("", Source::word).into(), number(row.r2.map_or(f32::NAN, |v| v as f32))])
    });
    lines_of(room, (!next).then_some(header), rows)
}

/// `gene<tab>t` without a header, as GSEA reads a `.rnk`. A tab or line end within a name becomes a blank; what a spreadsheet
/// would take for a formula gets the apostrophe of every table here.
pub fn ranked<'a>(rows: impl Iterator<Item = (&'a str, f64)>) -> String {
    rows.map(|(gene, t)| format!("{}\t{t}\n", text(&gene.replace(['\t', '\n', '\r'], " ")))).collect()
}

/// Markers: `column, group, gene, adjusted_for_purity`, difference to all others with its test, then the difference of the
/// values as measured and of the purified ones.
pub fn markers(found: &Markers) -> String {
    let header = ["column", "group", "gene", "adjusted_for_purity"]
        .into_iter()
        .chain(OF)
        .chain(["raw_difference", "purified_difference"]);
    let whole = |v: Option<f64>| v.map_or_else(Cow::default, |v| Cow::from(v.to_string()));
    let rows = found.rows.iter().map(|row| {
        let held = if found.adjusted { "yes" } else { "no" };
        let start = [text(&found.label), text(&row.group), text(&row.gene), held.into()];
        start.into_iter().chain(numbers(Some(row.test))).chain([whole(row.raw), whole(row.purified)])
    });
    table(header, rows)
}

/// Genes of axes: `axis, gene, r`, all that have a correlation, the strongest first.
pub fn axes(axes: &[AxisGenes]) -> String {
    let rows = axes.iter().flat_map(|axis| {
        let mut genes: Vec<_> = axis.read.genes.iter().filter(|gene| gene.weight != 0.0).collect();
        genes.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        genes.into_iter().map(move |gene| [text(&axis.name), text(&gene.gene), number(gene.weight)])
    });
    table(["axis", "gene", "r"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_a_formula_stays_a_name() {
        let rows = [("=HYPERLINK(\"x\")", 2.5), ("-1+1", 0.5), ("A\tB\n", -1.25), ("TP53", f64::MIN_POSITIVE)];
        let said = ranked(rows.into_iter());
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[..3], ["'=HYPERLINK(\"x\")\t2.5", "'-1+1\t0.5", "A B \t-1.25"]);
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|line| line.matches('\t').count() == 1));
    }
}
