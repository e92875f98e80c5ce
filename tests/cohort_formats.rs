//! Small files in the exact shape of each public source (values invented), and what each is taken for.

use twinpurify::cohort::{Cohort, CohortError, FileReader, compose};

fn open(names: &[&str]) -> Result<Cohort, CohortError> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let files: Result<Vec<_>, CohortError> =
        names.iter().map(|name| FileReader::read(*name, &std::fs::read(folder.join(name)).unwrap())).collect();
    compose(&files?)
}

/// Tumours, adjacent normals, genes, and the clinical columns by name.
fn shape(names: &[&str]) -> (usize, usize, usize, Vec<String>) {
    let summary = open(names).unwrap().summary();
    let columns = summary.columns.iter().map(|column| column.name.clone()).collect();
    (summary.tumours, summary.normals, summary.genes, columns)
}

#[test]
fn every_source_is_taken_for_what_it_is() {
    let plain = |names: &[&str]| {
        let (tumours, normals, genes, _) = shape(names);
        assert_eq!((tumours, normals, genes), (4, 4, 12), "{names:?}");
    };
    plain(&["geo_series_matrix.txt"]);
    plain(&["geo_series_matrix_without_values.txt", "geo_supplementary_counts.tsv"]);
    plain(&["firehose_rsem_normalized.txt"]);
    plain(&["cbioportal_data_mrna_seq_v2_rsem.txt", "cbioportal_data_clinical_patient.txt"]);
    plain(&["expression_v12.gct"]);
    plain(&["geo_probes_series_matrix.txt", "GPL900.annot"]);
    plain(&["GPL900.annot", "geo_probes_series_matrix.txt"]);
    plain(&["gdc_htseq_counts.tsv"]);
}

#[test]
fn a_geo_header_becomes_clinical_columns() {
    let (.., columns) = shape(&["geo_series_matrix.txt"]);
    assert_eq!(columns, ["title", "source_name", "patient", "msi", "age"]);
    let cohort = open(&["geo_series_matrix.txt"]).unwrap();
    let msi = cohort.columns.iter().find(|column| column.name == "msi").unwrap();
    let said: Vec<Option<&str>> = msi.values.iter().take(4).map(Option::as_deref).collect();
    assert_eq!(said, [Some("yes"), Some("no"), None, Some("no")]);
    assert_eq!(cohort.patients.iter().flatten().count(), 8);
    assert_eq!((cohort.patients[1].as_deref(), cohort.patients[5].as_deref()), (Some("P2"), Some("P2")));
}

#[test]
fn a_platform_names_probes_and_without_it_the_page_says_what_is_missing() {
    let with = open(&["geo_probes_series_matrix.txt", "GPL900.annot"]).unwrap();
    assert!(with.matrix.genes.contains(&"KRT5".to_owned()), "{:?}", with.matrix.genes);
    assert!(with.warnings.iter().any(|w| w.contains("13 of 15 have a gene")), "{:?}", with.warnings);
    assert!(!with.warnings.iter().any(|w| w.contains("names a sample")), "{:?}", with.warnings);
    let without = open(&["geo_probes_series_matrix.txt"]).unwrap();
    assert_eq!(without.matrix.genes.len(), 15);
    assert!(without.warnings.iter().any(|w| w.contains("GPL")), "{:?}", without.warnings);
}

#[test]
fn survival_columns_of_cbioportal_reach_the_samples() {
    let (.., columns) = shape(&["cbioportal_data_mrna_seq_v2_rsem.txt", "cbioportal_data_clinical_patient.txt"]);
    assert!(columns.ends_with(&["OS_MONTHS".to_owned(), "OS_STATUS".to_owned()]), "{columns:?}");
}

#[test]
fn what_htseq_counted_outside_genes_is_dropped_and_said() {
    let cohort = open(&["gdc_htseq_counts.tsv"]).unwrap();
    assert!(cohort.matrix.genes.iter().all(|gene| gene.starts_with("ENSG")));
    assert!(cohort.warnings.iter().any(|warning| warning.contains("5 rows were left out")), "{:?}", cohort.warnings);
}

#[test]
fn a_series_matrix_without_values_alone_says_where_they_are() {
    let file = FileReader::read(
        "series.txt",
        &std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files/geo_series_matrix_without_values.txt"))
            .unwrap(),
    )
    .unwrap();
    assert_eq!(file.report().kind, "sample_sheet");
    assert!(file.report().detail.contains("supplementary"), "{}", file.report().detail);
    assert_eq!(compose(&[file]).unwrap_err().code, "no_matrix");
}

#[test]
fn damage_is_named_by_its_line_in_the_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files/");
    let text = std::fs::read_to_string(format!("{folder}geo_series_matrix.txt")).unwrap();
    let line = 1 + text.lines().position(|line| line.starts_with("\"KRAS\"")).unwrap();
    let cut = text.replace("\"KRAS\"\t", "\"KRAS\"\textra\t");
    let error = FileReader::read("geo", cut.as_bytes()).unwrap_err();
    assert_eq!((error.code, error.line), ("ragged_row", Some(line)));
    assert_eq!(open(&["download_page.txt"]).unwrap_err().code, "html_file");
}

#[test]
fn dates_among_gene_names_are_turned_back_or_said() {
    let genes = ["TP53", "2-Sep", "1-Mar", "MYC", "EGFR", "ESR1"];
    for delimiter in ["\t", ","] {
        let mut text = ["gene", "S1-T", "S2-T", "S3-N"].join(delimiter) + "\n";
        for (at, gene) in genes.iter().enumerate() {
            text += &[gene, format!("{at}.5").as_str(), "7.25", "3"].join(delimiter);
            text.push('\n');
        }
        let cohort = compose(&[FileReader::read("m.txt", text.as_bytes()).unwrap()]).unwrap();
        assert_eq!(cohort.matrix.genes, ["TP53", "SEPTIN2", "1-Mar", "MYC", "EGFR", "ESR1"]);
        let said = |words: &str| cohort.warnings.iter().any(|warning| warning.contains(words));
        assert!(said("2-Sep was SEPTIN2") && said("1 gene name is a date (1-Mar)"), "{:?}", cohort.warnings);
    }
}
