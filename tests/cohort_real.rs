//! The study's real cohorts: kind, dimensions, scale, gene ids and roles of every one.

use std::path::PathBuf;

use twinpurify::cohort::{Cohort, FileReader, GeneIdKind, OpenedFile, Role, ValueScale, compose};

fn shared() -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    if path.join("cohorts").is_dir() {
        return Some(path);
    }
    println!("SKIPPED: {} is absent, real cohorts were not read", path.display());
    None
}

fn open(path: PathBuf) -> OpenedFile {
    let bytes = std::fs::read(&path).unwrap();
    let mut reader = FileReader::new(path.file_name().unwrap().to_string_lossy());
    for chunk in bytes.chunks(1 << 16) {
        reader.push(chunk).unwrap();
    }
    reader.finish().unwrap()
}

fn cohort(name: &str) -> Option<Cohort> {
    let folder = shared()?.join("cohorts").join(name);
    let matrix = open(folder.join("expression.tsv.gz"));
    let sheet = open(folder.join("samples.tsv"));
    assert_eq!(matrix.report().kind, "expression_matrix", "{name}: {}", matrix.report().detail);
    assert_eq!(sheet.report().kind, "sample_sheet", "{name}: {}", sheet.report().detail);
    Some(compose(&[sheet, matrix]).unwrap())
}

#[test]
fn every_cohort_is_recognised() {
    use GeneIdKind::{Entrez, Symbol, SymbolEntrez};
    use ValueScale::{Counts, Linear, Log2};
    // Name, genes, (tumours, adjacent normals, other), scale, gene ids, patients.
    let expected = [
        ("tcga_brca_paired", 3799, (113, 113, 0), Log2, Symbol, 113),
        ("tcga_coad_paired", 3757, (40, 40, 0), Log2, Symbol, 0),
        ("tcga_kirp_paired", 3818, (32, 32, 0), Log2, Symbol, 32),
        ("tcga_stad_paired", 3931, (32, 32, 0), Log2, Symbol, 32),
        ("cptac_ucec", 28057, (101, 14, 0), Log2, Symbol, 0),
        ("gse24550_colorectal", 10015, (77, 13, 0), Log2, Symbol, 0),
        ("gse16873_breast_paired", 11979, (12, 12, 16), Log2, Entrez, 12),
        ("tcga_chol", 20530, (36, 9, 0), Linear, SymbolEntrez, 36),
        ("seqc_mixture", 25793, (32, 32, 64), Counts, Symbol, 0),
    ];
    for (name, genes, roles, scale, ids, patients) in expected {
        let Some(cohort) = cohort(name) else { return };
        println!("{name}: {:#?}", cohort.summary().files);
        println!("{} | {} | {}", cohort.roles.because, cohort.scale.because, cohort.gene_ids.because);
        println!("{:?}", cohort.summary().warnings);
        let found = (cohort.count(Role::Tumour), cohort.count(Role::AdjacentNormal), cohort.count(Role::Other));
        assert_eq!(found, roles, "{name}");
        assert_eq!(cohort.matrix.genes.len(), genes, "{name}");
        assert_eq!((cohort.scale.value, cohort.gene_ids.value), (scale, ids), "{name}");
        if patients > 0 {
            assert_eq!(cohort.summary().patients, patients, "{name}");
        }
        assert!(cohort.matrix.rows.iter().all(|r| r.len() == cohort.matrix.samples.len()), "{name}");
    }
}

#[test]
fn seqc_keeps_one_row_of_its_duplicated_gene() {
    let Some(cohort) = cohort("seqc_mixture") else {
        return;
    };
    assert_eq!(cohort.matrix.genes.iter().filter(|g| *g == "KIR3DL3").count(), 1);
    assert!(cohort.warnings.iter().any(|w| w.contains("KIR3DL3")), "{:?}", cohort.warnings);
}

#[test]
fn chol_keeps_symbols_and_entrez_ids_where_there_is_none() {
    let Some(cohort) = cohort("tcga_chol") else {
        return;
    };
    assert!(cohort.matrix.genes.iter().any(|g| g == "TP53"));
    assert!(cohort.matrix.genes.iter().any(|g| g == "100130426"));
    assert!(!cohort.matrix.genes.iter().any(|g| g.contains(['?', '|'])));
}

#[test]
fn a_transposed_cohort_is_the_same_cohort() {
    for name in ["tcga_stad_paired", "gse16873_breast_paired"] {
        let Some(cohort) = cohort(name) else { return };
        let mut text = format!("\t{}\n", cohort.matrix.genes.join("\t"));
        for (at, sample) in cohort.matrix.samples.iter().enumerate() {
            text += sample;
            for row in &cohort.matrix.rows {
                text += &if row[at].is_nan() { "\tNA".to_owned() } else { format!("\t{}", row[at]) };
            }
            text += "\n";
        }
        let turned = compose(&[FileReader::read("turned", text.as_bytes()).unwrap()]).unwrap();
        assert_eq!(turned.matrix.genes, cohort.matrix.genes, "{name}");
        assert_eq!(turned.matrix.samples, cohort.matrix.samples, "{name}");
        let bits = |c: &Cohort| c.matrix.rows.iter().flatten().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&turned), bits(&cohort), "{name}");
    }
}

#[test]
fn gene_sets_are_recognised_under_any_name() {
    let Some(shared) = shared() else { return };
    for (file, sets) in [
        ("h.all.v7.5.1.symbols.gmt", 50),
        ("h.all.v7.5.1.entrez.gmt", 50),
        ("hallmark_from_pypi.gmt", 50),
        ("pam50.gmt", 1),
        ("estimate_stromal_immune.gmt", 2),
        ("reactome_674_msigdb.symbols.gmt", 674),
    ] {
        let bytes = std::fs::read(shared.join("genesets").join(file)).unwrap();
        let name = if file.starts_with("estimate") { file } else { "download.txt" };
        let opened = FileReader::read(name, &bytes).unwrap();
        assert_eq!(opened.report().kind, "gene_sets", "{file}: {}", opened.report().detail);
        assert_eq!(opened.gene_sets().unwrap().len(), sets, "{file}");
    }
}

#[test]
fn a_gene_annotation_is_not_used_as_samples() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("cohorts/seqc_mixture");
    let files = [open(folder.join("row_entrez.tsv")), open(folder.join("expression.tsv.gz"))];
    assert_eq!(files[0].report().kind, "sample_sheet");
    let cohort = compose(&files).unwrap();
    assert!(cohort.warnings.iter().any(|w| w.starts_with("row_entrez.tsv: none of its columns")));
}
