//! Row names → gene ids: naming scheme, versions, `SYMBOL|ENTREZ`, duplicates.

use std::collections::HashMap;

use crate::cohort::text::names::{NamePatterns, is_ensembl, symbol_entrez};
use crate::cohort::text::thousands::thousands;
use crate::cohort::{Evidence, GeneIdKind};

/// Share of names that must follow a scheme.
const MAJORITY: f64 = 0.5;

/// The naming scheme of `names`, as they stood in the file, and why.
pub(in crate::cohort) fn gene_id_kind(names: &[String]) -> Evidence<GeneIdKind> {
    let found = NamePatterns::of(names.iter().map(String::as_str));
    let schemes = [
        (found.ensembl, GeneIdKind::Ensembl, "Ensembl gene ids"),
        (found.symbol_entrez, GeneIdKind::SymbolEntrez, "SYMBOL|ENTREZ pairs; the symbol is kept"),
        (found.digits, GeneIdKind::Entrez, "whole numbers, as Entrez gene ids are"),
        (found.symbols, GeneIdKind::Symbol, "written as HGNC symbols are"),
    ];
    let looked_at = if found.names < names.len() { "first " } else { "" };
    for (count, value, words) in schemes {
        if count as f64 > MAJORITY * found.names as f64 {
            let example = names.iter().find(|n| matches(n, value)).map(String::as_str).unwrap_or_default();
            let because = format!(
                "{} of the {looked_at}{} row names are {words} (such as {example}).",
                thousands(count),
                thousands(found.names)
            );
            return Evidence { value, because };
        }
    }
    Evidence {
        value: GeneIdKind::Unknown,
        because: format!(
            "None of the known schemes fits half of the {looked_at}{} row names ({} symbols, {} Ensembl, {} Entrez).",
            thousands(found.names),
            thousands(found.symbols),
            thousands(found.ensembl),
            thousands(found.digits)
        ),
    }
}

fn matches(name: &str, kind: GeneIdKind) -> bool {
    match kind {
        GeneIdKind::Ensembl => is_ensembl(name),
        GeneIdKind::SymbolEntrez => symbol_entrez(name).is_some_and(|(symbol, _)| symbol != "?"),
        GeneIdKind::Entrez => name.bytes().all(|b| b.is_ascii_digit()),
        GeneIdKind::Symbol => crate::cohort::text::names::is_symbol(name),
        GeneIdKind::Unknown => false,
    }
}

/// The id a row keeps: Ensembl's version is stripped, `SYMBOL|ENTREZ` becomes the symbol, or the Entrez id where the symbol
/// is `?`. `None` for rows that are no gene: unnamed, or the sums HTSeq (`__no_feature`) and STAR (`N_unmapped`) append.
pub(in crate::cohort) fn gene_id(name: &str) -> Option<&str> {
    // Probes of several genes are named by the first, as platform tables are read.
    let name = name.split("///").next().unwrap_or(name).trim();
    if name.is_empty() || name.starts_with("__") || name.bytes().all(|b| b == b'-') {
        return None;
    }
    if matches!(name, "N_unmapped" | "N_multimapping" | "N_noFeature" | "N_ambiguous") {
        return None;
    }
    if is_ensembl(name) {
        return Some(name.split(['.', '_']).next().unwrap_or(name));
    }
    match symbol_entrez(name) {
        Some(("?", entrez)) => Some(entrez),
        Some((symbol, _)) => Some(symbol),
        None => Some(name),
    }
}

/// The rows that are kept and their ids, in file order, with sentences on what was left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::cohort) struct KeptRows {
    pub(in crate::cohort) rows: Vec<usize>,
    pub(in crate::cohort) genes: Vec<String>,
    pub(in crate::cohort) warnings: Vec<String>,
}

/// Collapses rows of one gene to the one with the highest mean (the first of equals); `mean` is asked for those alone.
pub(in crate::cohort) fn collapse(names: &[String], mean: impl Fn(usize) -> f64) -> KeptRows {
    let mut best: HashMap<&str, usize> = HashMap::with_capacity(names.len());
    let mut chosen: Vec<Option<(usize, Option<f64>)>> = Vec::with_capacity(names.len());
    let (mut no_gene, mut repeats, mut repeated) = (0, 0, 0);
    let mut example = "";
    for (row, name) in names.iter().enumerate() {
        let Some(id) = gene_id(name) else {
            no_gene += 1;
            continue;
        };
        let Some(&at) = best.get(id) else {
            best.insert(id, chosen.len());
            chosen.push(Some((row, None)));
            continue;
        };
        repeats += 1;
        if example.is_empty() {
            example = id;
        }
        let Some(Some((kept, kept_mean))) = chosen.get(at).copied() else {
            continue;
        };
        repeated += usize::from(kept_mean.is_none());
        let kept_mean = kept_mean.unwrap_or_else(|| mean(kept));
        let new_mean = mean(row);
        let wins = new_mean > kept_mean || kept_mean.is_nan() && !new_mean.is_nan();
        let winner = if wins { (row, Some(new_mean)) } else { (kept, Some(kept_mean)) };
        if let Some(slot) = chosen.get_mut(at) {
            *slot = Some(winner);
        }
    }
    let mut out = KeptRows { rows: chosen.into_iter().flatten().map(|(row, _)| row).collect(), ..KeptRows::default() };
    out.rows.sort_unstable();
    let id = |row: &usize| names.get(*row).and_then(|n| gene_id(n)).unwrap_or_default().to_owned();
    out.genes = out.rows.iter().map(id).collect();
    if repeats > 0 {
        out.warnings.push(format!(
            "{} in more than one row (such as {example}): of each the row with the highest mean was kept, {} left out.",
            counted(repeated, "gene stands", "genes stand"),
            counted(repeats, "row was", "rows were")
        ));
    }
    if no_gene > 0 {
        out.warnings.push(format!(
            "{} left out: without a gene name, or a sum that the mapper appended.",
            counted(no_gene, "row was", "rows were")
        ));
    }
    out
}

/// `1 gene stands`, `1,200 genes stand`.
pub(in crate::cohort) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| n.to_string()).collect()
    }

    #[test]
    fn schemes() {
        let kind = |list: &[&str]| gene_id_kind(&names(list)).value;
        assert_eq!(kind(&["ENSG00000141510.17", "ENSG00000141511"]), GeneIdKind::Ensembl);
        assert_eq!(kind(&["?|100130426", "TP53|7157", "MYC|4609"]), GeneIdKind::SymbolEntrez);
        assert_eq!(kind(&["7157", "4609", "TP53"]), GeneIdKind::Entrez);
        assert_eq!(kind(&["A1BG", "NAT2", "7157"]), GeneIdKind::Symbol);
        assert_eq!(kind(&["1007_s_at", "1053_at"]), GeneIdKind::Unknown);
        assert!(gene_id_kind(&names(&["?|1", "TP53|7157"])).because.contains("TP53|7157"));
    }

    #[test]
    fn ids() {
        assert_eq!(gene_id("ENSG00000141510.17"), Some("ENSG00000141510"));
        assert_eq!(gene_id("ENSG00000002586.20_PAR_Y"), Some("ENSG00000002586"));
        assert_eq!(gene_id("?|100130426"), Some("100130426"));
        assert_eq!(gene_id("TP53|7157"), Some("TP53"));
        assert_eq!(gene_id("AC000111.6"), Some("AC000111.6"));
        assert_eq!(gene_id("__no_feature"), None);
        assert_eq!(gene_id("DDR1 /// MIR4640"), Some("DDR1"));
        assert_eq!((gene_id("---"), gene_id("-")), (None, None));
    }

    #[test]
    fn the_row_with_the_highest_mean_is_kept() {
        let means = [1.0, 5.0, f64::NAN, 7.0, 7.0, 2.0];
        let kept = collapse(&names(&["A", "B", "A", "A", "A", "C"]), |row| means[row]);
        assert_eq!(kept.rows, [1, 3, 5]);
        assert_eq!(kept.genes, ["B", "A", "C"]);
        assert!(kept.warnings[0].starts_with("1 gene stands") && kept.warnings[0].contains("3 rows were"));
        assert_eq!(kept.warnings.len(), 1);
    }
}
