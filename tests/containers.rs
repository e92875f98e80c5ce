//! Containers, good and damaged: what each is taken for, or why it is refused. Files by scripts/make_container_files.py.

use std::path::PathBuf;
use std::sync::Arc;

use twinpurify::cohort::{Summary, ValueScale};
use twinpurify::container::source::Memory;
use twinpurify::container::written::{About, ParquetFile};
use twinpurify::container::{Container, ContainerError, LeftOut, Piece};
use twinpurify::session::{Session, Unpacked};

fn bytes(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files/containers").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn open(name: &str) -> (Session, Result<Unpacked, ContainerError>) {
    let mut session = Session::default();
    let unpacked = session.open_container(name, Arc::new(Memory(bytes(name))));
    (session, unpacked)
}

fn cohort(name: &str) -> (Summary, Unpacked) {
    let (mut session, unpacked) = open(name);
    let unpacked = unpacked.unwrap();
    assert!(unpacked.refused.is_empty(), "{name}: {:?}", unpacked.refused);
    (session.summary().unwrap(), unpacked)
}

/// (tumours, normals, genes) and the columns.
fn counts(summary: &Summary) -> ((usize, usize, usize), Vec<&str>) {
    let columns = summary.columns.iter().map(|column| column.name.as_str()).collect();
    ((summary.tumours, summary.normals, summary.genes), columns)
}

fn names(left: &[LeftOut]) -> Vec<&str> {
    left.iter().map(|file| file.name.as_str()).collect()
}

/// The value of the first gene in the first sample, by the name of the gene.
fn value(name: &str, gene: &str) -> f32 {
    let (mut session, unpacked) = open(name);
    unpacked.unwrap();
    let cohort = session.cohort().unwrap();
    let row = cohort.matrix.genes.iter().position(|g| g == gene).unwrap();
    cohort.matrix.rows[row][0]
}

#[test]
fn a_zip_gives_its_tables_and_says_what_it_left() {
    let (summary, unpacked) = cohort("cohort.zip");
    assert_eq!(counts(&summary), ((8, 8, 40), vec!["subtype", "age", "event"]));
    assert_eq!(names(&unpacked.left_out), ["cohort/README.txt", "__MACOSX/._samples.tsv"]);
    assert_eq!(unpacked.reports[0].name, "cohort.zip/cohort/expression.tsv.gz");
    assert!(unpacked.reports[0].detail.ends_with("gzip; from a zip archive."), "{}", unpacked.reports[0].detail);
}

#[test]
fn a_portal_study_gives_its_best_profile() {
    let (summary, unpacked) = cohort("study.tar.gz");
    assert_eq!(counts(&summary), ((8, 8, 40), vec!["SUBTYPE"]));
    assert_eq!(unpacked.reports.len(), 2);
    assert_eq!(unpacked.left_out.len(), 6);
}

#[test]
fn a_workbook_gives_its_sheets_with_dates_turned_back() {
    let (summary, unpacked) = cohort("cohort.xlsx");
    assert_eq!(counts(&summary), ((8, 8, 40), vec!["subtype", "biopsy", "age", "event"]));
    assert_eq!(summary.columns[1].values[0], "2026-03-01");
    assert_eq!(names(&unpacked.left_out), ["Hidden", "Doubled"]);
    let said = summary.warnings.join("\n");
    assert!(said.contains("2 gene names had been turned into dates"), "{said}");
    assert!(said.contains("cell A41 was SEPTIN2, A42 was MARCHF9"), "{said}");
    assert!(said.contains("the table begins in row 2"), "{said}");
    assert!(unpacked.reports[0].detail.ends_with("from sheet \"Expression\" of an Excel workbook."));
    assert!(!unpacked.reports[0].detail.contains("tab"), "{}", unpacked.reports[0].detail);
    assert_eq!(value("cohort.xlsx", "SEPTIN2"), value("expression.parquet", "SEPTIN2"));
}

#[test]
fn a_formula_without_a_value_is_missing_and_said() {
    let (summary, _) = cohort("formula_without_value.xlsx");
    let said = summary.warnings.join("\n");
    assert!(said.contains("first in cell B2") && said.contains("1 of 40 genes miss a value"), "{said}");
}

#[test]
fn anndata_is_read_dense_and_sparse() {
    let columns = vec!["tissue", "age", "smoker", "grade"];
    for name in ["dense.h5ad", "csr.h5ad", "csc.h5ad", "scaled.h5ad", "dense.h5ad.gz"] {
        let (summary, unpacked) = cohort(name);
        assert_eq!(counts(&summary), ((8, 8, 40), columns.clone()), "{name}");
        assert_eq!(unpacked.reports.len(), 2);
    }
    // The layer of counts, not the logarithms beside it.
    assert_eq!(value("dense.h5ad", "MYC"), value("expression.parquet", "MYC").exp2().round());
    for gene in ["TP53", "MYC", "MARCHF9"] {
        assert_eq!(value("csr.h5ad", gene), value("csc.h5ad", gene));
        assert_eq!(value("csr.h5ad", gene), value("scaled.h5ad", gene));
    }
    for name in ["scaled.h5ad", "dense.h5ad"] {
        let (summary, _) = cohort(name);
        let said = summary.warnings.join("\n");
        assert!(said.contains("Layer \"counts\" of the AnnData file was read and not X"), "{said}");
        assert_eq!(summary.scale.value, ValueScale::Counts, "{name}: {}", summary.scale.because);
    }
}

#[test]
fn anndata_says_its_logarithm_and_names_its_genes_beside_their_ids() {
    let (summary, _) = cohort("log1p.h5ad");
    assert_eq!((summary.scale.value, summary.genes), (ValueScale::Ln, 40), "{}", summary.scale.because);
    let log = summary.logarithm.unwrap();
    assert_eq!((log.offset, log.base_told, log.offset_told), (1.0, true, true));
    assert!(summary.scale.because.starts_with("The file says that its values are ln(x + 1)."));
    let said = summary.warnings.join("\n");
    assert!(
        said.contains("named by column \"feature_name\" of var, for its index holds ids of another kind"),
        "{said}"
    );
    let (mut session, unpacked) = open("log1p.h5ad");
    unpacked.unwrap();
    assert_eq!(session.gene_names().unwrap()[0], "TP53");
}

#[test]
fn the_shared_anndatas_counts_are_read() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/inputs/11_h5ad_counts_layer/c.h5ad");
    let Ok(bytes) = std::fs::read(&path) else {
        println!("SKIPPED: {} is not here", path.display());
        return;
    };
    let mut session = Session::default();
    session.open_container("c.h5ad", Arc::new(Memory(bytes))).unwrap();
    let summary = session.summary().unwrap();
    assert_eq!(summary.scale.value, ValueScale::Counts, "{}", summary.scale.because);
    let said = summary.warnings.join("\n");
    assert!(said.contains("Layer \"counts\" of the AnnData file was read and not X"), "{said}");
}

#[test]
fn anndatas_raw_is_read_where_x_was_made_of_it() {
    let (summary, unpacked) = cohort("raw_log.h5ad");
    let said = summary.warnings.join("\n");
    assert!(said.contains("raw of the AnnData file was read and not X, for X holds negative values"), "{said}");
    assert_eq!((summary.genes, summary.scale.value), (40, ValueScale::Ln), "{}", summary.scale.because);
    assert!(unpacked.reports[0].detail.contains("from raw/X"), "{}", unpacked.reports[0].detail);
    assert_eq!(value("raw_log.h5ad", "MYC"), value("log1p.h5ad", "MYC"));

    let (summary, _) = cohort("raw_counts.h5ad");
    let said = summary.warnings.join("\n");
    assert!(said.contains("for it holds counts and X what was made of them"), "{said}");
    assert!(said.contains("named by column \"gene_symbols\" of var"), "{said}");
    assert_eq!((summary.genes, summary.scale.value), (40, ValueScale::Counts), "{}", summary.scale.because);
    assert_eq!(value("raw_counts.h5ad", "MYC"), value("csr.h5ad", "MYC"));
}

#[test]
fn a_page_header_that_would_keep_the_reader_is_refused() {
    let (_, unpacked) = open("page_header.parquet");
    let refused = unpacked.map(|unpacked| unpacked.refused.iter().map(|r| format!("{r:?}")).collect::<String>());
    let said = refused.unwrap_or_else(|error| error.to_string());
    assert!(said.contains("a page's header holds what no page header holds"), "{said}");
}

/// A group of rows that is large is decoded some rows at a time.
#[test]
fn a_large_group_of_rows_is_read_row_by_row_in_order() {
    const GENES: usize = 43_001;
    const SAMPLES: usize = 100;
    let value = |gene: usize, sample: usize| (gene * SAMPLES + sample) as f32;
    let about = About {
        genes: (0..GENES).map(|gene| format!("G{gene}")).collect(),
        samples: (0..SAMPLES).map(|sample| format!("S{sample}")).collect(),
        ..About::default()
    };
    let mut written = Vec::new();
    let mut file = ParquetFile::begin(&mut written, &about).unwrap();
    for sample in 0..SAMPLES {
        // One value in a hundred is missing.
        let value = |gene| if (gene + sample) % 100 == 7 { f32::NAN } else { value(gene, sample) };
        file.push(&(0..GENES).map(value).collect::<Vec<_>>()).unwrap();
    }
    file.finish().unwrap();
    let mut container = Container::open("large.parquet", Arc::new(Memory(written))).unwrap();
    let mut text = Vec::new();
    while let Some(piece) = container.next_piece().unwrap() {
        if let Piece::Bytes(bytes) = piece {
            text.extend(bytes);
        }
    }
    let text = String::from_utf8(text).unwrap();
    let mut lines = text.lines().skip(1);
    for (gene, line) in (&mut lines).enumerate() {
        let mut cells = line.split('\t');
        assert_eq!(cells.next(), Some(about.genes[gene].as_str()));
        for (sample, cell) in cells.enumerate() {
            let missing = (gene + sample) % 100 == 7;
            assert!(cell.parse().map_or(missing, |cell: f32| cell == value(gene, sample)), "{gene} {sample}: {cell}");
        }
    }
    assert_eq!((text.lines().count(), lines.next()), (GENES + 1, None));
}

#[test]
fn parquet_is_a_matrix_or_a_sheet() {
    let (summary, unpacked) = cohort("expression.parquet");
    assert_eq!(counts(&summary), ((8, 8, 40), vec![]));
    assert!(unpacked.reports[0].detail.ends_with("from a Parquet file."), "{}", unpacked.reports[0].detail);
    let mut session = Session::default();
    for name in ["expression.parquet", "samples.parquet"] {
        session.open_container(name, Arc::new(Memory(bytes(name)))).unwrap();
    }
    let summary = session.summary().unwrap();
    assert_eq!(counts(&summary), ((8, 8, 40), vec!["subtype", "age", "event", "drawn"]));
    assert!(summary.warnings.join("\n").contains("left out: tags.list.element"), "{:?}", summary.warnings);
}

#[test]
fn damage_and_hostility_are_refused_with_what_to_do() {
    let container = [
        ("truncated.tar.gz", "truncated"),
        ("cut.tar", "truncated"),
        ("truncated.zip", "damaged_container"),
        ("old.xls", "unsupported_format"),
        ("table.feather", "unsupported_format"),
        ("absurd.h5ad", "too_large"),
        ("not_anndata.h5", "unsupported_hdf5"),
        ("truncated.h5ad", "damaged_container"),
        ("truncated.parquet", "damaged_container"),
        ("absurd_footer.parquet", "damaged_container"),
        ("zstd.parquet", "unsupported_compression"),
    ];
    for (name, code) in container {
        let error = open(name).1.map(|unpacked| format!("{unpacked:?}")).unwrap_err();
        assert_eq!(error.code, code, "{name}: {error}");
        assert_eq!(error.file, name);
        assert!(!error.remedy.is_empty());
    }
    let member = [
        ("bomb.zip", "grows more than 200-fold"),
        ("encrypted.zip", "The archive is encrypted."),
        ("broken.zip", "The compressed data are damaged"),
        ("nested.zip", "more than 2 deep"),
        ("unclear_date.xlsx", "(file unclear_date.xlsx/Expression, sheet Expression, cell A41, found \"2026-03-01\")"),
        ("gene_number.xlsx", "cell A41, found \"2.31e19\")"),
    ];
    for (name, said) in member {
        let unpacked = open(name).1.unwrap();
        let refused = unpacked.refused.first().unwrap_or_else(|| panic!("{name}: {unpacked:?}")).to_string();
        assert!(refused.contains(said), "{name}: {refused}");
    }
    // The other member of an archive with one that is broken is read all the same.
    assert_eq!(open("broken.zip").1.unwrap().reports.len(), 1);
    let unpacked = open("escape.zip").1.unwrap();
    assert_eq!(names(&unpacked.left_out), ["../../etc/expression.tsv"]);
}

#[test]
fn a_refused_container_loses_nothing() {
    let (mut session, unpacked) = open("cohort.zip");
    unpacked.unwrap();
    for name in ["truncated.tar.gz", "absurd.h5ad", "bomb.zip", "unclear_date.xlsx", "truncated.parquet"] {
        let _ = session.open_container(name, Arc::new(Memory(bytes(name))));
        assert_eq!(session.summary().unwrap().genes, 40, "{name}");
    }
}

/// Found by the ten-minute fuzz run: memory was reserved by the size that the type of X's indices stated.
#[test]
fn a_type_that_states_a_huge_size_is_refused() {
    let mut damaged = bytes("csr.h5ad");
    assert_eq!(damaged[11_052..11_056], [4, 0, 0, 0]);
    damaged[11_054] = 58;
    let error = Session::default().open_container("huge.h5ad", Arc::new(Memory(damaged))).map(|_| ()).unwrap_err();
    assert_eq!(error.code, "unsupported_anndata", "{error:?}");
}

/// Found by the ten-minute fuzz run: 3 GB were reserved for a chunk that the file does not have.
#[test]
fn a_chunk_beyond_the_end_of_the_file_is_refused_before_it_is_read() {
    let mut damaged = bytes("csr.h5ad");
    assert_eq!(damaged[6_872..6_876], 1_640_u32.to_le_bytes());
    damaged[6_875] = 0xc0;
    let error = Session::default().open_container("huge.h5ad", Arc::new(Memory(damaged))).map(|_| ()).unwrap_err();
    assert_eq!(error.code, "damaged_container", "{error:?}");
    assert!(error.to_string().contains("the file has 34272"), "{error}");
}
