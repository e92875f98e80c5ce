//! What a list of names looks like: genes, samples, or a clinician's headings.

use std::collections::HashSet;

/// Names looked at in a long list.
const LOOKED_AT: usize = 5000;

/// Gene symbols have many different stems (`ABCA1`, `TP53`, `MYC`…); sample names count up from few (`S001`, `S002`…).
const GENE_STEMS: f64 = 0.15;

/// Counts of name patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::cohort) struct NamePatterns {
    pub(in crate::cohort) names: usize,
    pub(in crate::cohort) ensembl: usize,
    pub(in crate::cohort) symbol_entrez: usize,
    pub(in crate::cohort) digits: usize,
    /// Whole numbers one above the one before: a row counter, not Entrez ids.
    pub(in crate::cohort) counting: usize,
    pub(in crate::cohort) symbols: usize,
    pub(in crate::cohort) stems: usize,
    pub(in crate::cohort) barcodes: usize,
}

impl NamePatterns {
    /// Looks at the first 5,000 names.
    pub(in crate::cohort) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut found = NamePatterns::default();
        let mut stems = HashSet::new();
        let mut previous = None;
        for name in names.filter(|n| !n.is_empty()).take(LOOKED_AT) {
            found.names += 1;
            if is_ensembl(name) {
                found.ensembl += 1;
            } else if symbol_entrez(name).is_some() {
                found.symbol_entrez += 1;
            } else if name.bytes().all(|b| b.is_ascii_digit()) {
                found.digits += 1;
                let number = name.parse::<u32>().ok();
                found.counting += usize::from(number.is_some_and(|n| n.checked_sub(1) == previous));
                previous = number;
            } else if is_barcode(name) {
                found.barcodes += 1;
            } else if is_symbol(name) {
                found.symbols += 1;
                let stem: String = name.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
                stems.insert(stem);
            }
        }
        found.stems = stems.len();
        found
    }

    /// From 0 (no sign of genes) to 1. Bare numbers can be Entrez ids or sample numbers, and count half.
    pub(in crate::cohort) fn gene_share(&self) -> f64 {
        let share = |count: usize| count as f64 / self.names.max(1) as f64;
        let varied = self.stems >= 3 && self.stems as f64 >= GENE_STEMS * self.symbols as f64;
        let symbols = if varied { share(self.symbols) } else { 0.0 };
        let entrez = if self.counting * 2 < self.digits { share(self.digits) } else { 0.0 };
        share(self.ensembl) + share(self.symbol_entrez) + symbols + 0.5 * entrez
    }

    /// What the names are, for a sentence about "row names" or "column names".
    pub(in crate::cohort) fn sentence(&self, of: &str) -> String {
        if self.digits * 2 > self.names {
            return format!("its {of} are whole numbers, as Entrez gene ids are");
        }
        format!("{:.0} % of its {of} look like genes", 100.0 * self.gene_share().min(1.0))
    }

    /// Share of names that are TCGA barcodes.
    pub(in crate::cohort) fn barcode_share(&self) -> f64 {
        self.barcodes as f64 / self.names.max(1) as f64
    }
}

/// `ENSG00000141510`, `ENSMUSG00000059552.14`: `ENS`, an optional species, `G`, eleven digits, an optional version.
pub(in crate::cohort) fn is_ensembl(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("ENS") else {
        return false;
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_uppercase() && c != 'G');
    let Some(number) = rest.strip_prefix('G') else {
        return false;
    };
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    digits == 11 && matches!(number.as_bytes().get(11), None | Some(b'.' | b'_'))
}

/// `TP53|7157` → `("TP53", "7157")`.
pub(in crate::cohort) fn symbol_entrez(name: &str) -> Option<(&str, &str)> {
    let (symbol, entrez) = name.split_once('|')?;
    let numeric = !entrez.is_empty() && entrez.bytes().all(|b| b.is_ascii_digit());
    (numeric && !symbol.is_empty()).then_some((symbol, entrez))
}

/// An HGNC-like symbol: an upper-case letter first, then upper-case letters, digits, `-`, `.`, `@`; `orf` is the one
/// lower-case word HGNC uses. At most 20 characters, at least two.
pub(in crate::cohort) fn is_symbol(name: &str) -> bool {
    let plain = name.replacen("orf", "ORF", 1);
    (2..=20).contains(&plain.len())
        && plain.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
        && plain.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'@'))
        && !is_clinical(name)
}

/// A TCGA barcode of a participant or longer, with dashes or R's dots: `TCGA-A7-A0CE`, `TCGA.A7.A0CE.01A`.
pub(in crate::cohort) fn is_barcode(name: &str) -> bool {
    let bytes = name.as_bytes();
    let dash = |at: usize| matches!(bytes.get(at), Some(b'-' | b'.' | b'_'));
    bytes.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"TCGA"))
        && dash(4)
        && dash(7)
        && bytes.len() >= 12
        && bytes.iter().skip(8).take(4).all(u8::is_ascii_alphanumeric)
        && (bytes.len() == 12 || dash(12))
}

/// The two-digit sample type of a TCGA barcode (`01` primary tumour, `11` adjacent normal).
pub(in crate::cohort) fn barcode_sample_type(name: &str) -> Option<u8> {
    if !is_barcode(name) {
        return None;
    }
    name.get(13..15)?.parse().ok()
}

/// Whether a heading names the gene column.
pub(in crate::cohort) fn is_gene_heading(heading: &str) -> bool {
    const WORDS: [&str; 22] = [
        "genesymbols",
        "genenames",
        "featurename",
        "geneshortname",
        "gene",
        "genes",
        "geneid",
        "genesymbol",
        "genename",
        "symbol",
        "hugosymbol",
        "hgncsymbol",
        "hgnc",
        "ensembl",
        "ensemblid",
        "ensemblgeneid",
        "entrez",
        "entrezid",
        "entrezgeneid",
        "idref",
        "probe",
        "probeid",
    ];
    WORDS.contains(&key(heading).as_str())
}

/// Whether a heading names the sample column.
pub(in crate::cohort) fn is_sample_heading(heading: &str) -> bool {
    const WORDS: [&str; 20] = [
        "sample",
        "samples",
        "sampleid",
        "samplename",
        "samplebarcode",
        "barcode",
        "patient",
        "patientid",
        "subject",
        "subjectid",
        "case",
        "caseid",
        "participant",
        "submitterid",
        "aliquot",
        "aliquotid",
        "accession",
        "geoaccession",
        "specimen",
        "donor",
    ];
    WORDS.contains(&key(heading).as_str())
}

/// Whether a heading describes genes beside their values (featureCounts, GCT, cBioPortal), so that it is no sample.
pub(in crate::cohort) fn is_annotation_heading(heading: &str) -> bool {
    const WORDS: [&str; 15] = [
        "chr",
        "chrom",
        "chromosome",
        "start",
        "end",
        "strand",
        "length",
        "genelength",
        "description",
        "genetype",
        "biotype",
        "genebiotype",
        "genetitle",
        "cytoband",
        "name",
    ];
    is_gene_heading(heading) || WORDS.contains(&key(heading).as_str())
}

/// Whether a heading is one a sample sheet has and no gene or sample is called.
pub(in crate::cohort) fn is_clinical(heading: &str) -> bool {
    const WORDS: [&str; 40] = [
        "age",
        "sex",
        "gender",
        "race",
        "ethnicity",
        "stage",
        "grade",
        "subtype",
        "type",
        "tissue",
        "status",
        "event",
        "time",
        "survival",
        "os",
        "pfs",
        "pfi",
        "dfs",
        "dss",
        "rfs",
        "purity",
        "histology",
        "batch",
        "site",
        "cohort",
        "treatment",
        "response",
        "stemness",
        "msi",
        "estimate",
        "stromal",
        "immune",
        "score",
        "days",
        "months",
        "years",
        "censor",
        "diagnosis",
        "mutation",
        "fraction",
    ];
    let lower = heading.to_ascii_lowercase();
    lower.split(|c: char| !c.is_ascii_alphabetic()).any(|word| WORDS.contains(&word))
}

/// A heading without case, spaces and punctuation.
pub(in crate::cohort) fn key(heading: &str) -> String {
    heading.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(is_ensembl("ENSG00000141510") && is_ensembl("ENSMUSG00000059552.14"));
        assert!(is_ensembl("ENSG00000002586.20_PAR_Y") && !is_ensembl("ENST00000269305"));
        assert_eq!(symbol_entrez("?|100130426"), Some(("?", "100130426")));
        assert!(symbol_entrez("a|b").is_none());
        for symbol in ["TP53", "A1BG-AS1", "C1orf112", "HLA-A", "AC000111.6"] {
            assert!(is_symbol(symbol), "{symbol}");
        }
        for other in ["age", "AGE", "HN_1", "1007_s_at", "T"] {
            assert!(!is_symbol(other), "{other}");
        }
        assert_eq!(barcode_sample_type("TCGA-A7-A0CE-11A-21R-A089-07"), Some(11));
        assert_eq!(barcode_sample_type("TCGA.A7.A0CE.01"), Some(1));
        assert_eq!(barcode_sample_type("TCGA-A7-A0CE"), None);
        assert!(!is_barcode("TCGA-A7é-0CE-01"));
    }

    #[test]
    fn genes_and_samples_differ_by_their_stems() {
        let genes = ["A1BG", "A2M", "NAT2", "ADA", "CDH2", "AKT3", "MED6", "ACOT8"];
        let samples: Vec<String> = (0..200).map(|i| format!("GSM{}", 712398 + i)).collect();
        assert!(NamePatterns::of(genes.into_iter()).gene_share() > 0.9);
        assert!(NamePatterns::of(samples.iter().map(String::as_str)).gene_share() < 0.1);
        assert_eq!(NamePatterns::of(["10000", "10001", "10002", "1"].into_iter()).counting, 2);
        assert!(NamePatterns::of(["10", "100", "1000", "10000"].into_iter()).gene_share() > 0.4);
        assert_eq!(NamePatterns::of(["0", "1", "2", "3"].into_iter()).gene_share(), 0.0);
    }
}
