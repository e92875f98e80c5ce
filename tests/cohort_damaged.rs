//! Damaged files in the shape of real ones: what is said of each, word for word, and that nothing open is lost by one.

use std::path::Path;

use twinpurify::cohort::{CohortError, FileReader, OpenedFile, Role, compose};

fn read(name: &str) -> Result<OpenedFile, CohortError> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/damaged").join(name);
    FileReader::read(name, &std::fs::read(path).unwrap())
}

#[test]
fn each_damage_is_named_with_its_place_and_what_to_do() {
    let expected = [
        (
            "xena_ragged.tsv",
            "A row has 8 columns where the others have 9. Complete this row, or save the table again; the file may have been cut off here. (file xena_ragged.tsv, line 5, column 9, found \"ERBB2\")",
        ),
        (
            "xena_truncated.tsv.gz",
            "The compressed file ends too early: a part of it is missing. Download or copy it again and compare its size with the original. (file xena_truncated.tsv.gz)",
        ),
        (
            "xena_bitflip.tsv.gz",
            "The compressed file is damaged: its contents do not match its checksum. Download or copy it again. (file xena_bitflip.tsv.gz)",
        ),
        (
            "xena_utf16_without_mark.tsv",
            "This is a binary file, or UTF-16 text without a byte order mark. Save the table as UTF-8 text (R: write.table, Python: to_csv). (file xena_utf16_without_mark.tsv)",
        ),
        (
            "xena_cut_off.tsv",
            "A row has 6 columns where the others have 9. Complete this row, or save the table again; the file may have been cut off here. (file xena_cut_off.tsv, line 13, column 7, found \"KRT5\")",
        ),
        (
            "xena_open_quote.tsv",
            "A row has 1 columns where the others have 9. A quotation mark opened in this row closes on a later line. Complete this row, or save the table again; the file may have been cut off here. (file xena_open_quote.tsv, line 4, column 2, found \"",
        ),
        (
            "xena_mixed_marks.tsv",
            "Some values have a decimal comma and some a decimal point. Save the table with one of them and without thousands separators. (file xena_mixed_marks.tsv, line 8, column 2, found \"",
        ),
        (
            "xena_duplicated_sample.tsv",
            "Two samples have the same name. Rename one of them, or remove the repeated measurement. (file xena_duplicated_sample.tsv, line 1, column 4, found \"TCGA-ZZ-9001-01\")",
        ),
        ("empty.tsv", "The file is empty. Download or save it again. (file empty.tsv, line 1)"),
        ("empty.tsv.gz", "The file is empty. Download or save it again. (file empty.tsv.gz, line 1)"),
        (
            "page.txt",
            "This is a web page, not a table: the download link led to a page. Open the link in a browser and save the file itself. (file page.txt, line 1)",
        ),
        (
            "fake.xls",
            "This is a web page, not a table: the download link led to a page. Open the link in a browser and save the file itself. (file fake.xls, line 1)",
        ),
        (
            "metadata.cart.json",
            "This is JSON, not a table. Open the table it came with; of a GDC download, the sample sheet (tsv) says what the metadata would. (file metadata.cart.json, line 1)",
        ),
        (
            "only_header.tsv",
            "The file has a header and no rows. Save the whole table again. (file only_header.tsv, line 1)",
        ),
        (
            "words.tsv",
            "A cell of the expression matrix is not a number. Correct the cell, or leave it empty if the value is missing. (file words.tsv, line 7, column 9, found \">1000\")",
        ),
        (
            "formula_value.tsv",
            "A cell of the expression matrix is not a number. Correct the cell, or leave it empty if the value is missing. (file formula_value.tsv, line 2, column 3, found \"=1+1\")",
        ),
        (
            "infinite.tsv",
            "A cell of the expression matrix is infinite. Take logarithms of value + 1, or leave the cell empty if the value is missing. (file infinite.tsv, line 7, column 9, found \"Inf\")",
        ),
        (
            "star_cut_off.rna_seq.augmented_star_gene_counts.tsv",
            "A row has 1 columns where the others have 9. Complete this row, or save the table again; the file may have been cut off here. (file star_cut_off.rna_seq.augmented_star_gene_counts.tsv, line 19, column 2, found \"ENSG0000010\")",
        ),
        (
            "gct_ragged.gct",
            "A row has 10 columns where the others have 11. Complete this row, or save the table again; the file may have been cut off here. (file gct_ragged.gct, line 6, column 11, found \"age\")",
        ),
        (
            "cls_short.cls",
            "The first line promises 8 labels and there are 3. A CLS file has three lines: counts, # and the classes' names, and one label per sample. (file cls_short.cls, line 3)",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, words) in expected {
        match read(name).map(|file| file.report().clone()) {
            Ok(report) => wrong.push(format!("{name}: taken for {report:?}")),
            Err(error) if !error.to_string().starts_with(words) => wrong.push(format!("{name}: {error}")),
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_can_be_read_all_the_same_is_read_and_said() {
    let comma = compose(&[read("xena_decimal_comma.tsv").unwrap()]).unwrap();
    assert_eq!((comma.count(Role::Tumour), comma.matrix.genes.len()), (4, 12));
    assert!(comma.warnings.iter().any(|w| w.contains("decimal commas")), "{:?}", comma.warnings);
    let hash = compose(&[read("xena_hash_row.tsv").unwrap()]).unwrap();
    assert_eq!((hash.matrix.genes.len(), hash.matrix.genes[4].as_str()), (12, "#ESR1"));
    let short = compose(&[read("gct_rows_missing.gct").unwrap()]).unwrap();
    let said = "the second line promises 12 rows and 8 samples and the file holds 9 and 8; it may have been cut off.";
    assert!(short.warnings.iter().any(|w| w.ends_with(said)), "{:?}", short.warnings);
    let latin = read("latin1.tsv").unwrap();
    assert!(latin.report().detail.contains("Windows-1252"), "{:?}", latin.report());
}

#[test]
fn names_that_mean_something_to_javascript_are_names() {
    let cohort = compose(&[read("prototype_matrix.tsv").unwrap(), read("formula_and_prototype.tsv").unwrap()]).unwrap();
    assert_eq!(cohort.matrix.samples, ["S1", "__proto__", "constructor"]);
    assert_eq!(cohort.roles.value, [Role::Tumour, Role::Tumour, Role::AdjacentNormal]);
    let names: Vec<&str> = cohort.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["__proto__", "constructor", "tissue"]);
    assert_eq!(cohort.columns[0].values[0].as_deref(), Some("=cmd|' /C calc'!A0"));
}

#[test]
fn ten_million_columns_are_refused_early() {
    let row: Vec<u8> = b"1\t".repeat(10_000_000);
    let text = [b"gene\t".as_slice(), &row, b"\nTP53\t", &row, b"\n"].concat();
    let error = FileReader::read("wide.tsv", &text).unwrap_err();
    assert!(matches!(error.code, "too_many_columns" | "line_too_long"), "{error}");
}
