//! Files as hospitals and mappers write them: each stands for a kind that was refused or read wrongly before.

use std::fmt::Write;

use twinpurify::cohort::{Cohort, CohortError, ColumnKind, FileReader, OpenedFile, Role, ValueScale, compose};
use twinpurify::readout::purity::{purity_columns, purity_values};

const GENES: [&str; 12] =
    ["TP53", "ESR1", "ERBB2", "MKI67", "GATA3", "KRT5", "KRT8", "EGFR", "MYC", "PTEN", "CD8A", "COL1A1"];

fn file(name: &str, bytes: &[u8]) -> OpenedFile {
    FileReader::read(name, bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn open(files: &[(&str, &[u8])]) -> Result<Cohort, CohortError> {
    compose(&files.iter().map(|(name, bytes)| file(name, bytes)).collect::<Vec<_>>())
}

fn roles(cohort: &Cohort) -> (usize, usize) {
    (cohort.count(Role::Tumour), cohort.count(Role::AdjacentNormal))
}

/// `P1T` … `P6T`, `P1N` … `P4N`.
fn samples() -> Vec<String> {
    (1..=6).map(|i| format!("P{i}T")).chain((1..=4).map(|i| format!("P{i}N"))).collect()
}

fn value(gene: usize, sample: usize) -> f64 {
    4.0 + ((gene * 7919 + sample * 104_729) % 6000) as f64 / 1000.0
}

/// A matrix with these column headings; `write` writes a value.
fn matrix(corner: &str, headings: &[String], delimiter: char, write: impl Fn(f64) -> String) -> String {
    let mut text = corner.to_owned();
    headings.iter().for_each(|h| write!(text, "{delimiter}{h}").unwrap());
    for (gene, name) in GENES.iter().enumerate() {
        write!(text, "\n{name}").unwrap();
        (0..headings.len()).for_each(|s| write!(text, "{delimiter}{}", write(value(gene, s))).unwrap());
    }
    text + "\n"
}

#[test]
fn a_german_hospitals_export_is_a_matrix_and_its_sheet() {
    let expression = matrix("gene", &samples(), ';', |v| format!("{v:.3}").replace('.', ","));
    // With words in it, and with numbers alone: its first column names the matrix's samples.
    let mut words = b"Probe;Gewebe;Gr\xf6\xdfe\n".to_vec();
    let mut numbers = b"Probe;Gr\xf6\xdfe;Zellen\n".to_vec();
    for (at, name) in samples().iter().enumerate() {
        let tissue = if name.ends_with('T') { "Tumor" } else { "Normalgewebe" };
        let size = format!("{},{}", 2 + at / 3, at % 7);
        words.extend(format!("{name};{tissue};{size}\n").bytes());
        numbers.extend(format!("{name};{size};{}\n", 40 + at).bytes());
    }
    for sheet in [words.as_slice(), numbers.as_slice()] {
        let cohort = open(&[("werte.csv", expression.as_bytes()), ("proben.csv", sheet)]).unwrap();
        assert_eq!((cohort.matrix.genes.len(), cohort.matrix.samples.len()), (12, 10));
        let report = &cohort.files[1];
        assert_eq!(report.kind, "sample_sheet", "{}", report.detail);
        assert!(report.detail.contains("10 rows × 3 columns"), "{}", report.detail);
        let size = cohort.columns.iter().find(|c| c.name == "Größe").unwrap();
        assert_eq!((size.kind, size.numbers()[3]), (ColumnKind::Number, Some(3.3)), "{size:?}");
        if sheet == words {
            assert_eq!(roles(&cohort), (6, 4), "{}", cohort.roles.because);
        }
    }
    // A second matrix of the same samples stays one.
    let probes = matrix("ID_REF", &samples(), '\t', |v| format!("{v:.3}")).replace("\nTP53", "\n1007_s_at");
    assert_eq!(file("probes.tsv", probes.as_bytes()).report().kind, "expression_matrix");
}

#[test]
fn a_series_matrix_with_line_ends_in_its_fields_opens() {
    let samples: Vec<String> = (0..10).map(|i| format!("\"GSM{}\"", 7000 + i)).collect();
    let cells = |of: &dyn Fn(usize) -> String| (0..10).map(of).collect::<Vec<_>>().join("\t");
    let mut text = String::from("!Series_title\t\"Invented\"\r\n!Series_summary\t\"first\r\nsecond\twith a tab\"\r\n");
    write!(text, "!Series_overall_design\t\"a 5\" stray mark\"\r\n").unwrap();
    write!(text, "!Sample_geo_accession\t{}\r\n", samples.join("\t")).unwrap();
    let tissue = |i: usize| format!("\"tissue: {}\"", if i < 6 { "breast tumor" } else { "adjacent normal breast" });
    write!(text, "!Sample_characteristics_ch1\t{}\r\n", cells(&tissue)).unwrap();
    write!(text, "!Sample_data_processing\t{}\r\n", cells(&|i| format!("\"file: {i}.pgf\r\""))).unwrap();
    text += "!series_matrix_table_begin\r\n";
    let table = matrix("\"ID_REF\"", &samples, '\t', |v| format!("{v:.3}"));
    text += &table.replace('\n', "\r\n");
    text += "!series_matrix_table_end\r\n";
    let cohort = open(&[("GSE1_series_matrix.txt", text.as_bytes())]).unwrap();
    assert_eq!((roles(&cohort), cohort.matrix.genes.len()), ((6, 4), 12), "{}", cohort.roles.because);
    let column = cohort.columns.iter().find(|c| c.name == "tissue").unwrap();
    assert_eq!(column.values[0].as_deref(), Some("breast tumor"));
}

#[test]
fn mappers_name_their_columns_by_files() {
    let sheet = samples().iter().fold("sample_id\ttype\n".to_owned(), |text, name| {
        text + &format!("{name}\t{}\n", if name.ends_with('T') { "tumor" } else { "normal" })
    });
    for path in [
        "/data/bam/{}.sorted.bam",
        "C:\\runs\\{}\\quant.sf",
        "star/{}_Aligned.sortedByCoord.out.bam",
        "X.data.bam.{}.bam",
    ] {
        let headings: Vec<String> = samples().iter().map(|name| path.replace("{}", name)).collect();
        let mut counts =
            format!("# Program:featureCounts v2\nGeneid\tChr\tStart\tEnd\tStrand\tLength\t{}\n", headings.join("\t"));
        for (gene, name) in GENES.iter().enumerate() {
            let row: Vec<String> = (0..10).map(|s| ((value(gene, s) * 50.0) as u32).to_string()).collect();
            writeln!(counts, "{name}\tchr1;chr1\t100;300\t200;400\t+;+\t202\t{}", row.join("\t")).unwrap();
        }
        let cohort = open(&[("counts.txt", counts.as_bytes()), ("samples.tsv", sheet.as_bytes())]).unwrap();
        assert_eq!(cohort.matrix.samples, samples(), "{path}");
        assert_eq!((roles(&cohort), cohort.scale.value), ((6, 4), ValueScale::Counts));
        assert!(cohort.warnings.iter().any(|w| w.contains("called after files")), "{:?}", cohort.warnings);
    }
}

#[test]
fn files_of_one_sample_are_named_by_their_folder_where_their_name_says_nothing() {
    let star = |at: usize| {
        let mut text = String::from(
            "N_unmapped\t100\t100\t100\nN_multimapping\t5\t5\t5\nN_noFeature\t9\t90\t91\nN_ambiguous\t4\t2\t2\n",
        );
        for (gene, _) in GENES.iter().enumerate() {
            let count = (value(gene, at) * 50.0) as u32;
            writeln!(text, "ENSG{:011}.4\t{count}\t{}\t{}", gene * 13 + 5, count / 2, count - count / 2).unwrap();
        }
        text
    };
    let files: Vec<OpenedFile> = ["P1T", "P2N"]
        .iter()
        .enumerate()
        .map(|(at, sample)| file(&format!("star/{sample}/ReadsPerGene.out.tab"), star(at).as_bytes()))
        .collect();
    let cohort = compose(&files).unwrap();
    assert_eq!((cohort.matrix.samples.join(" "), cohort.matrix.genes.len()), ("P1T P2N".to_owned(), 12));
    assert_eq!(cohort.matrix.rows[3][1], (value(3, 1) * 50.0).floor() as f32, "the unstranded column");
    assert!(cohort.warnings.iter().any(|w| w.contains("unstranded")));

    let salmon = |at: usize| {
        let mut text = String::from("Name\tLength\tEffectiveLength\tTPM\tNumReads\n");
        (0..12).for_each(|g| writeln!(text, "ENSG{:011}\t900\t800.5\t{:.3}\t12.5", g * 13 + 5, value(g, at)).unwrap());
        text
    };
    let files = ["quants/P1T_quant/quant.sf", "quants/P2N_quant/quant.sf"];
    let files: Vec<OpenedFile> = files.iter().enumerate().map(|(at, name)| file(name, salmon(at).as_bytes())).collect();
    assert_eq!(compose(&files).unwrap().matrix.samples, ["P1T", "P2N"]);
}

#[test]
fn percent_purities_and_two_endpoints() {
    let mut sheet = String::from(
        "sample_id\ttype\ttumor_content\tsurv_months\tsurv_event\tfollow_up_years\trelapse_event\tgrade\n",
    );
    for (at, name) in samples().iter().enumerate() {
        if name.ends_with('N') {
            writeln!(sheet, "{name}\tnormal\t0%\t\t\t\t\tnot reported").unwrap();
        } else {
            let grade = ["G1", "G2", "GX", "[Not Evaluated]", "Unknown", "'--"][at];
            writeln!(sheet, "{name}\ttumor\t{}%\t{}.5\t{}\t1.{at}\t{}\t{grade}", 40 + 2 * at, 10 + at, at % 2, at / 3)
                .unwrap();
        }
    }
    let expression = matrix("gene", &samples(), '\t', |v| format!("{v:.3}"));
    let cohort = open(&[("expression.tsv", expression.as_bytes()), ("samples.tsv", sheet.as_bytes())]).unwrap();
    let purity = purity_columns(&cohort.columns);
    assert_eq!(purity.len(), 1);
    assert_eq!(purity_values(&cohort.columns[purity[0]], &[0, 5, 9]), [40.0, 50.0, 0.0]);
    let summary = cohort.summary();
    let said: Vec<String> = summary.endpoints.iter().map(|e| format!("{}+{} {:?}", e.time, e.event, e.unit)).collect();
    assert_eq!(said, ["surv_months+surv_event Some(Months)", "follow_up_years+relapse_event Some(Years)"]);
    let grade = summary.columns.iter().find(|c| c.name == "grade").unwrap();
    assert_eq!(grade.values, ["G1", "G2"], "what says nothing is no value");
}

#[test]
fn symbols_beside_ids_that_say_nothing_name_the_genes() {
    let plain = matrix("row", &samples(), '\t', |v| format!("{v:.3}"));
    let numbered = |front: bool| {
        let mut lines = plain.lines();
        let header = lines.next().unwrap().split_once('\t').unwrap().1;
        let mut text =
            if front { format!("id\tgene_symbols\t{header}\n") } else { format!("id\t{header}\tfeature_name\n") };
        for (at, line) in lines.enumerate() {
            let (gene, values) = line.split_once('\t').unwrap();
            text += &if front { format!("x_{at}\t{gene}\t{values}\n") } else { format!("x_{at}\t{values}\t{gene}\n") };
        }
        text
    };
    for front in [true, false] {
        let cohort = open(&[("m.tsv", numbered(front).as_bytes())]).unwrap();
        assert_eq!((cohort.matrix.genes.as_slice(), cohort.matrix.samples.len()), (&GENES.map(String::from)[..], 10));
        assert!(cohort.warnings.iter().any(|w| w.contains("named by column")), "{:?}", cohort.warnings);
    }
    let probes = plain.replace("\nTP53\t", "\nTP53 /// WRAP53\t").replace("\nMYC\t", "\n---\t");
    let cohort = open(&[("m.tsv", probes.as_bytes())]).unwrap();
    assert_eq!(cohort.matrix.genes.len(), 11);
    assert_eq!(cohort.matrix.genes[0], "TP53");
}

/// `../shared/inputs`: small invented files of the kinds above.
#[test]
fn the_shared_inputs_are_read_as_their_readme_says() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/inputs");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return;
    }
    let read = |names: &[&str]| -> Result<Cohort, CohortError> {
        let files = names.iter().map(|name| FileReader::read(*name, &std::fs::read(folder.join(name)).unwrap()));
        compose(&files.collect::<Result<Vec<_>, _>>()?)
    };
    let geo = read(&["01_geo_newline_in_header/GSE910001_series_matrix.txt"]).unwrap();
    assert_eq!((geo.matrix.samples.len(), roles(&geo)), (32, (20, 12)), "{}", geo.roles.because);
    assert!(geo.roles.because.contains("tissue"));
    let vials = read(&["05_tcga_vials/expression.tsv"]).unwrap();
    assert_eq!(roles(&vials), (21, 12));
    let named: Vec<(String, usize)> = vials.quality().findings.into_iter().map(|f| (f.code, f.samples.len())).collect();
    for code in ["tcga_metastases", "tcga_later_vials", "tcga_aliquots"] {
        assert!(named.contains(&(code.to_owned(), 1)), "{code}: {named:?}");
    }
    let german = read(&["14_latin1_decimal_comma/expression.csv", "14_latin1_decimal_comma/proben.csv"]).unwrap();
    assert_eq!(roles(&german), (20, 12));
    assert_eq!(german.columns.iter().find(|c| c.name == "Größe").map(|c| c.kind), Some(ColumnKind::Number));
    let natural = read(&["20_natural_log_counts/expression.tsv", "20_natural_log_counts/samples.tsv"]).unwrap();
    let log = natural.logarithm.unwrap();
    assert_eq!(
        (natural.scale.value, log.of_counts, log.offset),
        (ValueScale::Ln, true, 1.0),
        "{}",
        natural.scale.because
    );
    let purity = read(&["21_purity_percent/expression.tsv", "21_purity_percent/samples.tsv"]).unwrap();
    let at = purity_columns(&purity.columns)[0];
    assert_eq!((purity.columns[at].name.as_str(), purity.columns[at].numbers()[1]), ("tumor_content", Some(42.0)));
    let words = read(&["23_survival_words/expression.tsv", "23_survival_words/samples.tsv"]).unwrap();
    let pairs: Vec<_> = words.summary().endpoints.into_iter().map(|e| (e.time, e.event)).collect();
    assert_eq!(
        pairs,
        [("surv_months", "surv_event"), ("follow_up_years", "relapse_event")].map(|(t, e)| (t.into(), e.into()))
    );
    let infinite = read(&["27_inf/expression.tsv", "27_inf/samples.tsv"]).unwrap_err();
    assert_eq!((infinite.code, infinite.line, infinite.column), ("not_finite", Some(2), Some(2)));
    let counts = read(&["28_featurecounts/counts.txt", "28_featurecounts/samples.tsv"]).unwrap();
    assert_eq!(
        (roles(&counts), counts.matrix.samples[0].as_str(), counts.scale.value),
        ((20, 12), "P01T", ValueScale::Counts)
    );
}
