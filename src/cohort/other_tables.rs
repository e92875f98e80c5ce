//! Tables that lie in the same folders and are no sample sheets, and names of samples out of names of files.

use super::names::key;

/// What a table of words is, where its headings say that it is none about samples: one row per mutation, segment or event
/// would otherwise join as columns of the samples it mentions.
pub(super) fn other_table(headings: &[String]) -> Option<&'static str> {
    const SIGNS: [(&[&str], &str); 6] = [
        (&["hugosymbol", "variantclassification"], "a table of mutations (MAF)"),
        (&["chrom", "locstart", "locend"], "copy-number segments"),
        (&["sampleid", "svstatus"], "a table of structural variants"),
        (&["patientid", "startdate", "eventtype"], "a timeline of events"),
        (&["hugosymbol", "fusion"], "a table of gene fusions"),
        (&["id", "filename", "md5", "size"], "a manifest of downloaded files"),
    ];
    let keys: Vec<String> = headings.iter().map(|h| key(h)).collect();
    let has = |word: &&str| keys.iter().any(|k| k == word);
    SIGNS.iter().find(|(words, _)| words.iter().all(has)).map(|(_, what)| *what)
}

/// Endings that say how a file of one sample was made and packed, not which sample it is.
const ENDINGS: [&str; 19] = [
    ".gz",
    ".tsv",
    ".txt",
    ".csv",
    ".tab",
    ".sf",
    ".results",
    ".genes",
    ".counts",
    ".count",
    ".htseq",
    ".star",
    ".fpkm",
    ".quant",
    ".rna_seq",
    ".augmented_star_gene_counts",
    "_counts",
    "_htseq",
    "_star",
];

/// The sample that a file of one sample is called after: its name without folders and endings.
pub(super) fn sample_of_file(name: &str) -> String {
    let base = base_name(name);
    let mut rest = base;
    'cut: loop {
        for ending in ENDINGS {
            let kept = rest.len().saturating_sub(ending.len());
            let tail = rest.get(kept..).unwrap_or_default();
            if kept > 0 && tail.eq_ignore_ascii_case(ending) {
                rest = rest.get(..kept).unwrap_or_default();
                continue 'cut;
            }
        }
        return rest.to_owned();
    }
}

/// A file's name without folders.
pub(super) fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// Whether a file's name says that it holds normals: `…_normal_samples.txt`, but not `normalized` nor `tumor_vs_normal`.
pub(super) fn is_normals_file(name: &str) -> bool {
    let lower = base_name(name).to_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let normal = words.clone().any(|w| matches!(w, "normal" | "normals" | "nat" | "nats"));
    normal && !words.any(|w| w.starts_with("tumor") || w.starts_with("tumour") || w.starts_with("cancer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_out_of_file_names() {
        let star = "a/0a1b.rna_seq.augmented_star_gene_counts.tsv";
        for (file, sample) in [
            (star, "0a1b"),
            ("GSM123_P1-T.htseq.counts.txt.gz", "GSM123_P1-T"),
            ("s.1.genes.results", "s.1"),
            ("C:\\data\\x_counts.TXT", "x"),
            (".tsv", ".tsv"),
            ("é.tsv", "é"),
        ] {
            assert_eq!(sample_of_file(file), sample, "{file}");
        }
    }

    #[test]
    fn files_of_normals() {
        for name in ["data_mrna_seq_v2_rsem_normal_samples.txt", "x/HS_CPTAC_normal.cct", "GSE1.Normals.tsv.gz"] {
            assert!(is_normals_file(name), "{name}");
        }
        for name in ["normalized_counts.txt", "tumor_normal.tsv", "normal/expression.tsv", "data_mrna_seq_v2_rsem.txt"]
        {
            assert!(!is_normals_file(name), "{name}");
        }
    }

    #[test]
    fn tables_that_are_no_sheets() {
        let of = |words: &str| other_table(&words.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert!(of("Hugo_Symbol Entrez_Gene_Id Variant_Classification Tumor_Sample_Barcode").unwrap().contains("MAF"));
        assert!(of("ID chrom loc.start loc.end num.mark seg.mean").unwrap().contains("segments"));
        assert!(of("id filename md5 size state").is_some());
        assert_eq!(of("SAMPLE_ID PATIENT_ID TYPE"), None);
    }
}
