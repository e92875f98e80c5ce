//! Folders and pairs of files as people download them (values invented): what they amount to, and what is said of them.

use std::path::{Path, PathBuf};

use twinpurify::cohort::{Cohort, CohortError, FileReader, OpenedFile, Role, ValueScale, compose};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files")
}

fn file(name: &str) -> Result<OpenedFile, CohortError> {
    FileReader::read(name, &std::fs::read(folder().join(name)).unwrap())
}

fn open(names: &[&str]) -> Result<Cohort, CohortError> {
    compose(&names.iter().map(|name| file(name)).collect::<Result<Vec<_>, _>>()?)
}

/// Every file of a folder, in the order of names, as a folder is dropped.
fn open_folder(name: &str) -> Cohort {
    fn walk(at: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    walk(&folder().join(name), &mut paths);
    paths.sort();
    let base = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let files = paths.iter().map(|path| FileReader::read(base(path), &std::fs::read(path).unwrap()).unwrap());
    compose(&files.collect::<Vec<_>>()).unwrap()
}

fn shape(cohort: &Cohort) -> (usize, usize, usize) {
    (cohort.count(Role::Tumour), cohort.count(Role::AdjacentNormal), cohort.matrix.genes.len())
}

fn column<'a>(cohort: &'a Cohort, name: &str) -> Vec<Option<&'a str>> {
    let found = cohort.columns.iter().find(|c| c.name == name).unwrap_or_else(|| panic!("no column {name:?}"));
    found.values.iter().map(Option::as_deref).collect()
}

fn warned(cohort: &Cohort, words: &str) {
    assert!(cohort.warnings.iter().any(|w| w.contains(words)), "{words:?} in {:#?}", cohort.warnings);
}

#[test]
fn a_gdc_folder_of_one_sample_files_is_one_matrix_named_by_its_sample_sheet() {
    let cohort = open_folder("gdc_star");
    assert_eq!(shape(&cohort), (4, 4, 12));
    assert_eq!(cohort.matrix.samples[0], "TCGA-ZZ-9000-01A");
    assert_eq!(cohort.matrix.genes[0], "ENSG00000100000");
    assert_eq!(cohort.scale.value, ValueScale::Linear);
    assert_eq!(column(&cohort, "Sample Type")[7], Some("Solid Tissue Normal"));
    assert_eq!(cohort.patients[4].as_deref(), Some("TCGA-ZZ-9000"));
    warned(&cohort, "8 files of one sample each");
    let manifest = cohort.files.iter().find(|f| f.name == "MANIFEST.txt").unwrap();
    assert_eq!(manifest.kind, "unused_table");
    assert!(cohort.files[1].detail.contains("one sample, 17 genes in rows (column \"tpm_unstranded\")"));
}

#[test]
fn without_its_sample_sheet_a_gdc_file_is_called_after_itself() {
    let names = std::fs::read_dir(folder().join("gdc_star")).unwrap();
    let mut names: Vec<String> =
        names.map(|e| format!("gdc_star/{}", e.unwrap().file_name().to_string_lossy())).collect();
    names.retain(|name| name.ends_with("star_gene_counts.tsv"));
    names.sort();
    let cohort = open(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    assert_eq!(cohort.matrix.samples[1], "abc00001-0000-4000-8000-000000000001");
    warned(&cohort, "gdc_sample_sheet");
}

#[test]
fn files_of_one_sample_without_a_header_are_called_after_themselves() {
    let cohort = open(&["GSM9200001_P1-tumor.htseq.counts.txt", "GSM9200002_P1-normal.htseq.counts.txt"]).unwrap();
    assert_eq!(cohort.matrix.samples, ["GSM9200001_P1-tumor", "GSM9200002_P1-normal"]);
    assert_eq!((shape(&cohort), cohort.scale.value), ((1, 1, 12), ValueScale::Counts));
}

#[test]
fn gct_1_3_says_what_it_knows_of_genes_and_samples() {
    let cohort = open(&["expression_v13.gct"]).unwrap();
    assert_eq!(shape(&cohort), (4, 4, 12));
    assert_eq!(cohort.matrix.genes[0], "TP53");
    assert_eq!(column(&cohort, "age")[6..], [Some("52"), None]);
    assert_eq!(cohort.patients[5].as_deref(), Some("P1"));
    assert!(cohort.warnings.iter().all(|w| !w.contains("no row")), "{:?}", cohort.warnings);
}

#[test]
fn class_labels_join_in_the_order_of_the_samples() {
    let cohort = open(&["broad_unlabelled.gct", "phenotype.cls", "purity.cls"]).unwrap();
    assert_eq!(shape(&cohort), (4, 4, 12));
    assert_eq!(column(&cohort, "purity")[0], Some("0.8"));
    let apart = open(&["geo_series_matrix.txt", "GSE910000-GPL901_series_matrix.txt", "phenotype.cls"]).unwrap();
    assert_eq!(column(&apart, "phenotype")[..9].iter().flatten().count(), 8);
    let wrong = open(&["GSE910000-GPL901_series_matrix.txt", "phenotype.cls"]).unwrap();
    warned(&wrong, "it has 8 labels and the expression matrix 4 samples");
}

#[test]
fn gene_sets_in_columns() {
    let sets = file("sets.gmx").unwrap();
    assert_eq!(sets.gene_sets().unwrap()[0].genes, ["AURKA", "MKI67", "CDK4", "MYC"]);
    assert_eq!((sets.report().kind.as_str(), sets.gene_sets().unwrap()[1].genes.len()), ("gene_sets", 2));
}

#[test]
fn a_cbioportal_study_folder_needs_nothing_renamed_or_left_out() {
    let cohort = open_folder("cbioportal_study");
    assert_eq!(shape(&cohort), (4, 4, 12));
    assert!(cohort.roles.because.contains("file of normals"), "{}", cohort.roles.because);
    assert_eq!(cohort.scale.value, ValueScale::Linear);
    assert_eq!(column(&cohort, "OS_STATUS")[1], Some("1:DECEASED"));
    assert_eq!(cohort.patients[0].as_deref(), Some("ZZP-00"));
    warned(
        &cohort,
        "data_mrna_seq_v2_rsem_zscores_ref_all_samples.txt: its samples are those of data_mrna_seq_v2_rsem.txt",
    );
    warned(&cohort, "data_cna.txt: its samples are those of data_mrna_seq_v2_rsem.txt");
    let unused: Vec<&str> = cohort.files.iter().filter(|f| f.kind == "unused_table").map(|f| f.name.as_str()).collect();
    assert_eq!(unused, ["cases_all.txt", "data_mutations.txt", "meta_mrna_seq_v2_rsem.txt"]);
}

#[test]
fn a_file_of_normals_may_name_the_same_patients() {
    let cohort = open(&["linked_tumor.cct", "linked_normal.cct"]).unwrap();
    assert_eq!(shape(&cohort), (4, 4, 12));
    assert_eq!(cohort.matrix.samples[4], "C3L-00000 (normal)");
    assert_eq!(cohort.patients[4], cohort.patients[0]);
}

#[test]
fn xena_matrix_phenotype_and_survival() {
    let cohort = open(&["xena_HiSeqV2.tsv", "xena_phenotype.tsv", "xena_survival.txt"]).unwrap();
    assert_eq!(shape(&cohort), (4, 4, 12));
    assert_eq!(column(&cohort, "OS.time")[..5], [Some("100"), Some("131"), Some("162"), Some("193"), None]);
    warned(&cohort, "xena_survival.txt: 4 of 8 samples have no row");
}

#[test]
fn series_matrices_of_one_study_are_one_cohort_with_one_set_of_columns() {
    let cohort = open(&["GSE910000-GPL901_series_matrix.txt", "GSE910000-GPL902_series_matrix.txt"]).unwrap();
    assert_eq!(shape(&cohort), (4, 4, 12));
    let names: Vec<&str> = cohort.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["title", "tissue", "individual"]);
    assert_eq!(cohort.patients[5], cohort.patients[1]);
    assert!(cohort.warnings.iter().all(|w| !w.contains("no row")), "{:?}", cohort.warnings);
}

#[test]
fn gdc_htseq_is_log2_of_counts_plus_one() {
    assert_eq!(open(&["gdc_htseq_counts.tsv"]).unwrap().scale.value, ValueScale::Log2);
}
