//! Any bytes give a cohort or a typed error, never a panic; and how a file is cut into chunks changes nothing.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use twinpurify::cohort::{CohortError, FileReader, compose};

fn read(bytes: &[u8], cuts: &[usize]) -> Result<String, CohortError> {
    let mut reader = FileReader::new("file");
    let mut rest = bytes;
    for cut in cuts {
        let (now, later) = rest.split_at((*cut).min(rest.len()));
        reader.push(now)?;
        rest = later;
    }
    reader.push(rest)?;
    let file = reader.finish()?;
    let shown = format!("{file:?}");
    match compose(&[file]) {
        Ok(cohort) => Ok(format!("{shown}\n{:?}", cohort.summary())),
        Err(error) => Err(error),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Text made of what tables are made of.
fn table_like() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "gene",
        "sample",
        "TP53",
        "MYC",
        "ENSG00000141510.3",
        "A|1",
        "?|2",
        "s1",
        "TCGA-A7-A0CE-01",
        "age",
        "type",
        "tumor",
        "normal",
        "1",
        "2.5",
        "-3",
        "1,5",
        "1e9",
        "NA",
        "",
        "inf",
        "\"",
        "\"x\ny\"",
        "é",
        "#1.2",
        "!x",
        "\n!Sample_geo_accession\tGSM1\tGSM2\n",
        "\n!Sample_characteristics_ch1\tage: 5\t: x\n",
        "Hybridization REF",
        "gene_id",
        "<",
        " ",
        "\u{0}",
    ]);
    let separator = prop::sample::select(vec!["\t", "\t", "\t", ",", ";", "|", " ", "\n", "\n", "\r\n", "\r"]);
    prop::collection::vec((token, separator), 0..120)
        .prop_map(|parts| parts.into_iter().flat_map(|(t, s)| [t, s]).collect())
}

/// A proper table with one cell replaced.
fn nearly_proper() -> impl Strategy<Value = String> {
    (2_usize..6, 1_usize..8, any::<prop::sample::Index>(), table_like()).prop_map(|(columns, rows, at, other)| {
        let mut cells: Vec<String> = Vec::new();
        for row in 0..=rows {
            for column in 0..columns {
                cells.push(match (row, column) {
                    (0, 0) => "gene".to_owned(),
                    (0, c) => format!("s{c}"),
                    (r, 0) => format!("GENE{r}"),
                    (r, c) => format!("{r}.{c}"),
                });
            }
        }
        let damaged = at.index(cells.len());
        cells[damaged] = other.chars().take(6).collect();
        cells.chunks(columns).map(|row| row.join("\t") + "\n").collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read(&bytes, &[]);
        let _ = read(&gzip(&bytes), &[]);
        let _ = read(&[&[0x1f, 0x8b, 8, 0], bytes.as_slice()].concat(), &[]);
    }

    #[test]
    fn damaged_gzip_is_survived(text in nearly_proper(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut zipped = gzip(text.as_bytes());
        let at = at.index(zipped.len());
        zipped[at] = byte;
        let whole = read(&zipped, &[]);
        prop_assert_eq!(read(&zipped, &[1, 7, 30]), whole);
        let _ = read(&zipped[..at], &[]);
    }

    #[test]
    fn chunks_change_nothing(
        text in prop_oneof![table_like(), nearly_proper()],
        cuts in prop::collection::vec(0_usize..40, 0..60),
    ) {
        for bytes in [text.as_bytes().to_vec(), gzip(text.as_bytes()), utf16(&text), gzip(&utf16(&text))] {
            let whole = read(&bytes, &[]);
            prop_assert_eq!(read(&bytes, &cuts), whole.clone());
            prop_assert_eq!(read(&bytes, &vec![1; bytes.len()]), whole);
        }
    }
}

/// Longer than the prefix that is sniffed and the rows that are looked at, with an error far down.
#[test]
fn chunks_change_nothing_in_long_files() {
    let mut text = String::from("gene");
    for sample in 0..40 {
        text += &format!("\ts{sample}");
    }
    for gene in 0..900 {
        text += &format!("\r\nG{gene}");
        for sample in 0..40 {
            text += &format!("\t{}", (gene * 37 + sample * 101) % 1000);
        }
    }
    let broken = text.replacen("G700\t", "G700\tx", 1);
    for (text, ok) in [(&text, true), (&broken, false)] {
        for bytes in [text.as_bytes().to_vec(), gzip(text.as_bytes()), utf16(text)] {
            let whole = read(&bytes, &[]);
            assert_eq!(whole.is_ok(), ok);
            for size in [1, 13, 4095, 4096, 4097, 65_537] {
                assert_eq!(read(&bytes, &vec![size; bytes.len() / size]), whole, "chunks of {size}");
            }
        }
    }
}
