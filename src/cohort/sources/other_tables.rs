//! Tables that lie in the same folders and are no sample sheets, and names of samples out of names of files.

use crate::cohort::text::names::key;

/// What a table of words is, where its headings say that it is none about samples: one row per mutation, segment or event
/// would otherwise join as columns of the samples it mentions.
pub(in crate::cohort) fn other_table(headings: &[String]) -> Option<&'static str> {
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
const ENDINGS: [&str; 29] = [
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
    ".bam",
    ".sam",
    ".cram",
    "aligned.sortedbycoord.out",
    "aligned.out",
    ".sorted",
    ".markdup",
    ".dedup",
    "readspergene.out",
    "_quant",
];

/// Names that a mapper gives to the file of every sample: the sample is the folder it lies in.
const NO_SAMPLE: [&str; 6] = ["quant", "abundance", "readspergene.out", "counts", "gene_counts", "results"];

/// The sample that a file of one sample is called after: its name without folders and endings.
pub(in crate::cohort) fn sample_of_file(name: &str) -> String {
    let own = without_endings(base_name(name));
    let folder = name.rsplit(['/', '\\']).nth(1).filter(|folder| !folder.is_empty());
    match folder {
        Some(folder) if NO_SAMPLE.iter().any(|word| own.eq_ignore_ascii_case(word)) => {
            without_endings(folder).to_owned()
        }
        _ => own.to_owned(),
    }
}

/// The samples of columns that are called after their files (featureCounts: `/data/bam/P01T.sorted.bam`); `None` where
/// they are not, or where two would have one name.
pub(in crate::cohort) fn samples_of_columns(headings: &[String]) -> Option<Vec<String>> {
    const MAPPED: [&str; 3] = [".bam", ".sam", ".cram"];
    let lower: Vec<String> = headings.iter().map(|h| h.to_lowercase()).collect();
    let mapped = lower.iter().filter(|h| MAPPED.iter().any(|ending| h.ends_with(ending))).count();
    let quantified = lower.iter().filter(|h| h.ends_with("quant.sf") || h.ends_with("readspergene.out.tab")).count();
    if headings.is_empty() || mapped.max(quantified) * 2 <= headings.len() {
        return None;
    }
    let mut names: Vec<String> = headings.iter().map(|h| sample_of_file(h)).collect();
    // R writes the folders into one name: `X.data.bam.P01T.sorted.bam`.
    let shared = names.iter().skip(1).fold(names.first().map_or(0, String::len), |length, name| {
        let first = names.first().map(String::as_bytes).unwrap_or_default();
        first.iter().zip(name.as_bytes()).take(length).take_while(|(a, b)| a == b).count()
    });
    let cut = names.first().and_then(|name| name.get(..shared)?.rfind('.')).map_or(0, |at| at + 1);
    if cut > 0 && names.iter().all(|name| name.len() > cut) {
        names.iter_mut().for_each(|name| *name = name.split_off(cut));
    }
    let distinct: std::collections::HashSet<&str> = names.iter().map(String::as_str).collect();
    (distinct.len() == names.len()).then_some(names)
}

fn without_endings(base: &str) -> &str {
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
        // `P01T_ReadsPerGene.out.tab` leaves a mark behind the sample.
        let bare = rest.trim_end_matches(['_', '.', '-']);
        return if bare.is_empty() || rest == base { rest } else { bare };
    }
}

/// A file's name without folders.
pub(in crate::cohort) fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// Whether a file's name says that it holds normals: `…_normal_samples.txt`, but not `normalized` nor `tumor_vs_normal`.
pub(in crate::cohort) fn is_normals_file(name: &str) -> bool {
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
            ("runs/P01T/quant.sf", "P01T"),
            ("salmon/P01T_quant/quant.sf.gz", "P01T"),
            ("quant.sf", "quant"),
            ("P01T_ReadsPerGene.out.tab", "P01T"),
            ("star/P02N/ReadsPerGene.out.tab", "P02N"),
            ("/data/bam/P01T.sorted.bam", "P01T"),
            ("P01TAligned.sortedByCoord.out.bam", "P01T"),
        ] {
            assert_eq!(sample_of_file(file), sample, "{file}");
        }
    }

    #[test]
    fn columns_called_after_files_are_samples() {
        let of = |headings: &[&str]| samples_of_columns(&headings.iter().map(|h| h.to_string()).collect::<Vec<_>>());
        assert_eq!(of(&["/data/bam/P01T.sorted.bam", "/data/bam/P01N.sorted.bam"]).unwrap(), ["P01T", "P01N"]);
        assert_eq!(of(&["X.data.bam.P01T.sorted.bam", "X.data.bam.P02N.sorted.bam"]).unwrap(), ["P01T", "P02N"]);
        assert_eq!(of(&["out/a/quant.sf", "out/b/quant.sf"]).unwrap(), ["a", "b"]);
        assert_eq!(of(&["P.1.T", "P.2.T"]), None);
        // Two files of one sample: the paths tell them apart.
        assert_eq!(of(&["lane1/P01T.bam", "lane2/P01T.bam"]), None);
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
