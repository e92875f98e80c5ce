//! Files as people have them: every format and every damage gives the right cohort, or the right error in the right place.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use twinpurify::cohort::{CohortError, ColumnKind, FileReader, GeneIdKind, OpenedFile, Role, ValueScale, compose};

fn read(bytes: &[u8]) -> Result<OpenedFile, CohortError> {
    FileReader::read("file", bytes)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let unit = |u: u16| {
        if big { u.to_be_bytes() } else { u.to_le_bytes() }
    };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

/// Genes, samples and values of the one matrix in `bytes`, values row by row.
fn matrix(bytes: &[u8]) -> (Vec<String>, Vec<String>, Vec<f32>) {
    let cohort = compose(&[read(bytes).unwrap()]).unwrap();
    let values = cohort.matrix.rows.iter().flatten().copied().collect();
    (cohort.matrix.genes, cohort.matrix.samples, values)
}

fn assert_standard(bytes: &[u8], what: &str) {
    let (genes, samples, values) = matrix(bytes);
    assert_eq!(genes, ["TP53", "MYC", "EGFR"], "{what}");
    assert_eq!(samples, ["a", "b"], "{what}");
    assert_eq!(values, [1.5, 200.0, 3.0, 4.0, 5.0, 0.25], "{what}");
}

const STANDARD: &str = "gene\ta\tb\nTP53\t1.5\t200\nMYC\t3\t4\nEGFR\t5\t0.25\n";

#[test]
fn every_way_to_write_one_matrix() {
    let written = [
        STANDARD.to_owned(),
        STANDARD.replace('\t', ","),
        STANDARD.replace('\t', ";"),
        STANDARD.replace('\t', ";").replace('.', ","),
        STANDARD.replace('.', ","),
        STANDARD.replace('\t', "|"),
        STANDARD.replace('\t', " "),
        STANDARD.replace('\n', "\r\n"),
        STANDARD.replace('\n', "\r"),
        STANDARD.trim_end().to_owned(),
        STANDARD.replace("gene\t", ""),
        STANDARD.replace("gene\t", "\t"),
        STANDARD.replace('\n', "\t\n"),
        STANDARD.replace("gene", "#gene"),
        format!("# made by hand\n\n{STANDARD}"),
        "\"gene\",\"a\",\"b\"\n\"TP53\",\"1.5\",\"200\"\n\"MYC\",3,4\n\"EGFR\",5,0.25\n".to_owned(),
        "sample,TP53,MYC,EGFR\na,1.5,3,5\nb,200,4,0.25\n".to_owned(),
        "#1.2\n3\t2\nName\tDescription\ta\tb\nTP53\tx\t1.5\t200\nMYC\ty\t3\t4\nEGFR\tz\t5\t0.25\n".to_owned(),
        "Hugo_Symbol\tEntrez_Gene_Id\ta\tb\nTP53\t7157\t1.5\t200\nMYC\t4609\t3\t4\nEGFR\t1956\t5\t0.25\n".to_owned(),
        format!("!Series_title\t\"x\"\n{}!series_matrix_table_end\n", STANDARD.replace("gene", "ID_REF")),
    ];
    for text in &written {
        assert_standard(text.as_bytes(), text);
        assert_standard(&gzip(text.as_bytes()), text);
        assert_standard(&utf16(text, false), text);
        assert_standard(&gzip(&utf16(text, true)), text);
        assert_standard(format!("\u{feff}{text}").as_bytes(), text);
    }
    let (first, second) = STANDARD.split_at(20);
    assert_standard(&[gzip(first.as_bytes()), gzip(second.as_bytes()), gzip(b"")].concat(), "members");
}

#[test]
fn missing_values_are_kept_and_warned_of() {
    let cohort = compose(&[read(b"gene\ta\tb\nTP53\t\t2\nMYC\tNA\tnull\nEGFR\t5\t6\n").unwrap()]).unwrap();
    let missing: Vec<bool> = cohort.matrix.rows.iter().flatten().map(|v| v.is_nan()).collect();
    assert_eq!(missing, [true, false, true, true, false, false]);
    assert!(cohort.warnings.iter().any(|w| w.starts_with("2 of 3 genes miss")), "{:?}", cohort.warnings);
}

#[test]
fn windows_1252_names_are_read_with_a_warning() {
    let cohort = compose(&[read(b"gene\tM\xfcller\tb\nTP53\t1.5\t2\nMYC\t3\t4\n").unwrap()]).unwrap();
    assert_eq!(cohort.matrix.samples[0], "Müller");
    assert!(cohort.warnings.iter().any(|w| w.contains("Windows-1252")));
    assert!(cohort.files[0].detail.contains("Windows-1252"));
}

/// Code, line and column of what a damaged file gives.
fn damage(bytes: &[u8]) -> (&'static str, Option<usize>, Option<usize>) {
    let error = match read(bytes) {
        Err(error) => error,
        Ok(file) => compose(&[file]).unwrap_err(),
    };
    assert_eq!(error.file, "file");
    assert!(error.what.ends_with(['.', ')']) && error.remedy.ends_with('.'), "{error}");
    (error.code, error.line, error.column)
}

#[test]
fn damaged_files_give_the_code_and_the_place() {
    let zipped = gzip(STANDARD.repeat(50).as_bytes());
    assert_eq!(damage(b""), ("empty_file", Some(1), None));
    assert_eq!(damage(&gzip(b"")), ("empty_file", Some(1), None));
    assert_eq!(damage(b"<!DOCTYPE html>\n<html>"), ("html_file", Some(1), None));
    assert_eq!(damage(b"TP53\nMYC\n"), ("one_column", Some(1), None));
    assert_eq!(damage(b"gene\ta\tb\n"), ("no_rows", Some(1), None));
    assert_eq!(damage(b"PK\x03\x04\x14\x00"), ("spreadsheet_or_zip", None, None));
    assert_eq!(damage(b"\x89HDF\r\n\x1a\n\x00\x00"), ("binary_file", None, None));
    assert_eq!(damage(b"gene\ta\tb\nTP53\t1\t2\nMYC\t3\nEGFR\t1\t2\n"), ("ragged_row", Some(3), Some(3)));
    assert_eq!(damage(b"gene\ta\tb\nTP53\t1\t2\nMYC\t3\t4\t5\nEGFR\t1\t2\n"), ("ragged_row", Some(3), Some(4)));
    assert_eq!(damage(b"gene\ta\tb\ta\nTP53\t1\t2\t3\nMYC\t1\t2\t3\n"), ("duplicate_sample", Some(1), Some(4)));
    assert_eq!(damage(b"gene\ta\t\nTP53\t1\t2\nMYC\t1\t2\n"), ("unnamed_sample", Some(1), Some(3)));
    assert_eq!(damage(b"sample,TP53,MYC,EGFR\na,1,2,3\nb,1,2,3\na,3,4,5\n"), ("duplicate_sample", Some(4), Some(1)));
    assert_eq!(damage(b"gene\ta\tb\nTP53\t1\t2\nMYC\t3\thigh\nEGFR\t1\t2\n"), ("not_a_number", Some(3), Some(3)));
    assert_eq!(damage(b"gene\ta\tb\r\n\r\nTP53\t1\tInf\r\nMYC\t3\t4\r\n"), ("not_finite", Some(3), Some(3)));
    assert_eq!(damage(b"gene\ta\tb\nTP53\t1.5\t2\nMYC\t3,5\t4\n"), ("mixed_decimal_marks", Some(3), Some(2)));
    assert_eq!(damage(b"TP53\t1.5\t2.5\nMYC\t3.5\t4.5\n"), ("no_header", Some(1), Some(2)));
    assert_eq!(damage(b"gene\ta\tb\nTP53\tNA\tNA\nMYC\t\tNA\n"), ("no_values", None, None));
    assert_eq!(damage(&zipped[..zipped.len() - 9]), ("truncated_gzip", None, None));
    assert_eq!(damage(&zipped[..12]), ("truncated_gzip", None, None));
    assert_eq!(damage(&[zipped.as_slice(), b"junk after the end"].concat()), ("trailing_junk", None, None));
    let mut flipped = zipped.clone();
    let checksum = flipped.len() - 6;
    flipped[checksum] ^= 1;
    assert_eq!(damage(&flipped), ("corrupt_gzip", None, None));
}

#[test]
fn a_quotation_mark_that_never_closes_is_named() {
    let text = "gene\ta\tb\nTP53\t1\t2\n\"MYC\t3\t4\nEGFR\t1\t2\n";
    let error = read(text.as_bytes()).unwrap_err();
    assert_eq!((error.code, error.line), ("ragged_row", Some(3)));
    assert!(error.what.contains("quotation mark"), "{error}");
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_inflated() {
    let mut text = b"gene\ta\tb\n".to_vec();
    text.extend(b"0\t".repeat(20 << 20));
    let bomb = gzip(&text);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    assert_eq!(read(&bomb).unwrap_err().code, "zip_bomb");
}

#[test]
fn limits_are_errors() {
    let wide = format!("gene{}\nTP53\t1\n", "\ts".repeat(300_001));
    assert_eq!(read(wide.as_bytes()).unwrap_err().code, "too_many_columns");
    let open = format!("{STANDARD}\"{}", "x\ny".repeat(6 << 20));
    assert_eq!(read(open.as_bytes()).unwrap_err().code, "line_too_long");
    assert_eq!(read(&b"x".repeat(49 << 20)).unwrap_err().code, "line_too_long");
    let described = read(b"Name\tDescription\ta\tb\nTP53\tx\t1\t2\nMYC\ty\t3\t4\n").unwrap();
    assert!(described.report().detail.contains("column 2 describes"), "{}", described.report().detail);
}

#[test]
fn an_error_stays() {
    let mut reader = FileReader::new("file");
    let page = "<html>\n".repeat(20_000);
    let first = reader.push(page.as_bytes()).unwrap_err();
    assert_eq!(reader.push(b"more").unwrap_err(), first);
    assert_eq!(reader.finish().unwrap_err(), first);
}

#[test]
fn a_sheet_of_numbers_is_no_matrix() {
    for sheet in [
        "sample_id\tpurity\tage\ns1\t0.5\t60\ns2\t0.6\t70\n",
        "id\tx\ty\ttype\n1\t5\t6\ttumor\n2\t7\t8\tnormal\n",
        "\tx\tage\n0\t5\t6\n1\t7\t8\n2\t7\t9\n",
        "id\tage\tos_days\ns1\t57\t1074\ns2\t61\t12\n",
        "SAMPLE_ID\tTYPE\tAGE\tX1\tX2\ns1\ttumor\t1\t2\t3\ns2\tnormal\t1\t2\t3\n",
    ] {
        assert_eq!(read(sheet.as_bytes()).unwrap().report().kind, "sample_sheet", "{sheet}");
        let error = compose(&[read(sheet.as_bytes()).unwrap()]).unwrap_err();
        assert_eq!(error.code, "no_matrix");
        assert!(error.what.contains("sample sheet"), "{error}");
    }
}

#[test]
fn a_sheet_overrules_the_shape_where_names_say_nothing() {
    let matrix = FileReader::read("m.csv", b"id,x1,x2\nq1,1,2\nq2,3,4\nq3,5,6\n").unwrap();
    let sheet = FileReader::read("s.csv", b"sample,type\nq1,tumor\nq2,normal\nq3,tumor\n").unwrap();
    assert_eq!(compose(std::slice::from_ref(&matrix)).unwrap().matrix.samples, ["x1", "x2"]);
    let cohort = compose(&[matrix, sheet]).unwrap();
    assert_eq!(cohort.matrix.samples, ["q1", "q2", "q3"]);
    assert_eq!(cohort.matrix.rows[1].as_ref(), [2.0, 4.0, 6.0]);
    assert_eq!(cohort.roles.value, [Role::Tumour, Role::AdjacentNormal, Role::Tumour]);
}

#[test]
fn several_files_compose_one_cohort() {
    let one = FileReader::read("one.tsv", b"gene\tP1\tP2\nTP53\t1.5\t200\nMYC\t3\t4\nA1BG\t1\t1\n").unwrap();
    let two = FileReader::read("two.tsv", b"gene\tP3\nMYC\t7.5\nTP53\t800\nEGFR\t1\n").unwrap();
    let sheet = FileReader::read(
        "sheet.csv",
        b"name;tissue;age;case_id\nP.1x;normal;50;c1\nP1;Primary Tumour;50,5;c1\nP2;solid tissue normal;;c1\nP3;tumor;61;c2\n",
    )
    .unwrap();
    let sets = FileReader::read("own.gmt", b"S1\turl\tTP53\tMYC\tMYC\nS2\turl\tEGFR\n").unwrap();
    let mut cohort = compose(&[one.clone(), two.clone(), sheet, sets]).unwrap();
    assert_eq!(cohort.matrix.genes, ["TP53", "MYC"]);
    assert_eq!(cohort.matrix.samples, ["P1", "P2", "P3"]);
    assert_eq!(cohort.matrix.rows[1].as_ref(), [3.0, 4.0, 7.5]);
    assert_eq!(cohort.roles.value, [Role::Tumour, Role::AdjacentNormal, Role::Tumour]);
    assert_eq!(cohort.patients, [Some("c1".into()), Some("c1".into()), Some("c2".into())]);
    let kinds: Vec<_> = cohort.columns.iter().map(|c| (c.name.as_str(), c.kind)).collect();
    assert_eq!(kinds, [("tissue", ColumnKind::Category), ("age", ColumnKind::Number), ("case_id", ColumnKind::Text)]);
    assert_eq!(cohort.gene_sets[0].genes, ["TP53", "MYC"]);
    assert_eq!((cohort.scale.value, cohort.gene_ids.value), (ValueScale::Linear, GeneIdKind::Symbol));

    let before = cohort.roles.clone();
    cohort.set_roles("tissue", None, &["tumor".into()]).unwrap();
    assert_eq!(cohort.roles.value, [Role::Tumour, Role::Tumour, Role::AdjacentNormal]);
    cohort.set_roles("tissue", Some(&["tumor".into()]), &["solid tissue normal".into()]).unwrap();
    assert_eq!(cohort.roles.value, [Role::Other, Role::AdjacentNormal, Role::Tumour]);
    assert_eq!(cohort.set_roles("tisue", None, &[]).unwrap_err().code, "unknown_column");
    assert_eq!(cohort.set_roles("tissue", None, &["x".into()]).unwrap_err().code, "unknown_value");
    cohort.reset_roles();
    assert_eq!(cohort.roles, before);

    let json = serde_json::to_value(cohort.summary()).unwrap();
    assert_eq!(json["geneIds"]["value"], "symbol");
    assert_eq!(json["columns"][0]["values"].as_array().unwrap().len(), 3);
    assert_eq!((json["tumors"].as_u64(), json["patients"].as_u64()), (Some(2), Some(2)));

    let again = compose(&[one.clone(), one.clone()]).unwrap();
    assert!(again.warnings.iter().any(|w| w.contains("its samples are those of one.tsv")), "{:?}", again.warnings);
    let partly = FileReader::read("partly.tsv", b"gene\tP2\tP7\nMYC\t7.5\t90.5\nTP53\t800\t1\n").unwrap();
    assert_eq!(compose(&[one.clone(), partly]).unwrap_err().code, "duplicate_sample");
    let other = FileReader::read("three.tsv", b"gene\tP9\nENO1\t7.5\nENO2\t800\n").unwrap();
    assert_eq!(compose(&[one, other]).unwrap_err().code, "no_shared_genes");
    let counts = FileReader::read("four.tsv", b"gene\tP9\nTP53\t7\nMYC\t800\n").unwrap();
    assert_eq!(compose(&[two, counts]).unwrap_err().code, "mixed_scales");
    assert_eq!(compose(&[]).unwrap_err().code, "no_matrix");
}
