//! Platform tables (GEO's `GPL*.txt`, `.annot.gz`, manufacturers' annotations): probe ids → gene symbols.

use std::collections::HashMap;

use crate::cohort::samples::sheet::Sheet;
use crate::cohort::text::names::key;

/// Share of a matrix's rows that a platform must name to be believed the matrix's own.
const MATCHED: f64 = 0.5;

/// A table of probes and their genes.
pub(in crate::cohort) struct Platform<'a> {
    file: &'a str,
    column: &'a str,
    genes: HashMap<&'a str, &'a str>,
}

impl<'a> Platform<'a> {
    /// The platform in a table of words: its first column holds the probes' ids and another one gene symbols.
    pub(in crate::cohort) fn of(file: &'a str, sheet: &'a Sheet) -> Option<Self> {
        const PROBES: [&str; 7] = ["id", "idref", "probe", "probeid", "probesetid", "transcriptclusterid", "probename"];
        const SYMBOLS: [&str; 6] = ["genesymbol", "symbol", "hgncsymbol", "genesymbols", "ilmngene", "geneassignment"];
        sheet.headings.first().filter(|h| PROBES.contains(&key(h).as_str()))?;
        let called = |name: &str| sheet.headings.iter().position(|h| key(h) == name);
        let at = SYMBOLS.iter().find_map(|name| called(name)).filter(|at| *at > 0)?;
        let column = sheet.headings.get(at)?;
        let (ids, cells) = (sheet.columns.first()?, sheet.columns.get(at)?);
        let gene = |(id, cell): (&'a Option<String>, &'a Option<String>)| {
            Some((id.as_deref()?, symbol(cell.as_deref().unwrap_or_default())))
        };
        Some(Platform { file, column, genes: ids.iter().zip(cells).filter_map(gene).collect() })
    }

    /// The genes of `probes`, empty where a probe has none, and a sentence; `None` where this is another platform.
    pub(in crate::cohort) fn name(&self, probes: &[String]) -> Option<(Vec<String>, String)> {
        let found = probes.iter().filter(|p| self.genes.contains_key(p.as_str())).count();
        if (found as f64) < MATCHED * probes.len().max(1) as f64 {
            return None;
        }
        let gene = |probe: &String| self.genes.get(probe.as_str()).copied().unwrap_or_default().to_owned();
        let genes: Vec<String> = probes.iter().map(gene).collect();
        let named = genes.iter().filter(|gene| !gene.is_empty()).count();
        let sentence = format!(
            "its probes were named by column {:?} of {}: {named} of {} have a gene.",
            self.column,
            self.file,
            probes.len()
        );
        Some((genes, sentence))
    }
}

/// The first gene of a cell: `DDR1 /// MIR4640`, or Affymetrix's `NM_001 // DDR1 // discoidin … /// …`; empty for none.
fn symbol(cell: &str) -> &str {
    let first = cell.split("///").next().unwrap_or_default();
    let named = if first.contains(" // ") { first.split(" // ").nth(1).unwrap_or_default() } else { first };
    named.trim().trim_matches('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_genes() {
        assert_eq!(symbol("DDR1 /// MIR4640"), "DDR1");
        assert_eq!(symbol("NM_001005484 // OR4F5 // olfactory // 1p36 /// ENST01 // OR4F5"), "OR4F5");
        assert_eq!((symbol("---"), symbol("")), ("", ""));
    }
}
