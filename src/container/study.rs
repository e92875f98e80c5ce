//! Which files of an archive or a folder are opened: a study comes with many that are neither expression nor samples.

/// A file that is not opened, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LeftOut {
    /// Its path in the archive or folder.
    pub name: String,
    /// Why, a few words.
    pub because: String,
}

/// Endings of files that can hold a table, gene sets or a container; a `.gz` after them is looked through.
const ENDINGS: [&str; 24] = [
    "tsv", "csv", "txt", "tab", "gmt", "gmx", "gct", "cls", "annot", "soft", "xlsx", "xlsm", "h5ad", "parquet", "zip",
    "tar", "tgz", "counts", "tpm", "fpkm", "cct", "cbt", "sf", "results",
];

/// Words that name a text about the data rather than the data.
const PROSE: [&str; 8] = ["readme", "notice", "source", "license", "licence", "changelog", "manifest", "md5"];

/// cBioPortal's expression profiles, best first: what the method's linear mixing needs is RNA-seq that is not centred.
const PROFILES: [&str; 10] = [
    "data_mrna_seq_v2_rsem",
    "data_rna_seq_v2_expression",
    "data_mrna_seq_tpm",
    "data_mrna_seq_fpkm",
    "data_mrna_seq_rpkm",
    "data_mrna_seq_expression",
    "data_rna_seq_mrna",
    "data_mrna_affymetrix_microarray",
    "data_mrna_agilent_microarray",
    "data_expression",
];

/// Marks of values that were centred on the other samples, from which no linear value can be had.
const CENTRED: [&str; 3] = ["zscore", "z_score", "zscores"];

/// Files that only this program writes: what lies beside one of them are results.
const WRITTEN: [&str; 4] = ["study.md", "trials.jsonl", "model.safetensors", "pathways_change.csv"];

/// For each path `None` to open it, or why not. Names alone decide; what a file holds is seen when it is read.
pub fn choose(paths: &[&str]) -> Vec<Option<String>> {
    let names: Vec<String> = paths.iter().map(|path| stem(path)).collect();
    let study = paths.iter().any(|path| base(path).eq_ignore_ascii_case("meta_study.txt"))
        || names.iter().any(|name| name.starts_with("data_clinical"));
    let profile = |name: &str| {
        let centred = CENTRED.iter().any(|mark| name.contains(mark));
        if centred { None } else { PROFILES.iter().position(|known| name.starts_with(known)) }
    };
    // The normals' file of a study has its tumours' name with more behind it, so the best profile takes both.
    let best = names.iter().filter_map(|name| profile(name)).min();
    let one = paths.len() == 1;
    let written = |path: &&&str| WRITTEN.contains(&base(path));
    // Not the folder that holds all tables there are: results may have been written into the cohort's own.
    let elsewhere = |of: &str| paths.iter().any(|path| folder(path) != of && ENDINGS.contains(&ending(path).as_str()));
    let ours: Vec<&str> = paths.iter().filter(written).map(|path| folder(path)).filter(|of| elsewhere(of)).collect();
    paths
        .iter()
        .zip(&names)
        .map(|(path, name)| {
            let no = |why: &str| Some(why.to_owned());
            if unsafe_path(path) {
                return no("its path leads out of the archive");
            }
            if hidden(path) {
                return no("a hidden file");
            }
            if !folder(path).is_empty() && ours.contains(&folder(path)) {
                return no("written by this program: a result, not data");
            }
            if study {
                if name.starts_with("meta_") || path.split(['/', '\\']).any(|part| part == "case_lists") {
                    return no("cBioPortal's description of a file");
                }
                if name.starts_with("data_clinical") {
                    return name.contains("timeline").then(|| "a timeline, not one row per sample".to_owned());
                }
                if CENTRED.iter().any(|mark| name.contains(mark)) {
                    return no("z-scores, which cannot be brought back to linear values");
                }
                if let Some(at) = profile(name) {
                    let chosen = best.and_then(|best| PROFILES.get(best)).copied().unwrap_or_default();
                    let other = format!("another measurement of the same samples; {chosen} was opened");
                    return (Some(at) != best).then_some(other);
                }
                if name.starts_with("data_") {
                    return no("neither expression nor clinical data");
                }
            }
            if !one && PROSE.contains(&name.as_str()) {
                return no("a text about the data");
            }
            let known = ENDINGS.contains(&ending(path).as_str());
            if known || one { None } else { no("its name is not a table's") }
        })
        .collect()
}

/// The last part of a path.
fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// All parts but the last.
fn folder(path: &str) -> &str {
    path.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
}

/// The last part without its endings, in lower case.
fn stem(path: &str) -> String {
    base(path).split('.').next().unwrap_or_default().to_lowercase()
}

/// The ending in lower case, a `.gz` looked through; files that have none but `.gz` count as tables (`HiSeqV2.gz`).
fn ending(path: &str) -> String {
    let name = base(path).to_lowercase();
    let inner = name.strip_suffix(".gz").or(name.strip_suffix(".bgz"));
    let plain = inner.unwrap_or(&name);
    match plain.rsplit_once('.') {
        Some((_, ending)) => ending.to_owned(),
        None if inner.is_some() => "tsv".to_owned(),
        None => String::new(),
    }
}

fn hidden(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part.starts_with('.') && part != "." || part == "__MACOSX")
}

/// Nothing is ever written, but a name that tries to leave the archive is no honest file's.
fn unsafe_path(path: &str) -> bool {
    path.starts_with(['/', '\\']) || path.contains('\0') || path.split(['/', '\\']).any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_beside_the_data_are_no_data() {
        let paths = [
            "expression.tsv",
            "samples.csv",
            "study/study.csv",
            "study/study.md",
            "study/brca_subtype_confusion.csv",
            "run/model.safetensors",
            "run/embedding.csv",
            "more/samples2.csv",
        ];
        let opened: Vec<bool> = choose(&paths).iter().map(Option::is_none).collect();
        assert_eq!(opened, [true, true, false, false, false, false, false, true]);
        assert_eq!(choose(&["study.md", "expression.tsv"])[1], None);
        assert_eq!(choose(&["cohort/model.safetensors", "cohort/expression.tsv"])[1], None);
    }

    #[test]
    fn a_study_gives_its_best_profile_its_normals_and_its_clinical_tables() {
        let paths = [
            "brca/meta_study.txt",
            "brca/data_mrna_agilent_microarray.txt",
            "brca/data_mrna_seq_v2_rsem.txt",
            "brca/data_mrna_seq_v2_rsem_zscores_ref_all_samples.txt",
            "brca/normals/data_mrna_seq_v2_rsem_normal_samples.txt",
            "brca/data_clinical_sample.txt",
            "brca/data_clinical_patient.txt",
            "brca/data_mutations.txt",
            "brca/case_lists/cases_all.txt",
            "brca/LICENSE",
        ];
        let opened: Vec<&str> =
            paths.iter().zip(choose(&paths)).filter(|(_, no)| no.is_none()).map(|(path, _)| *path).collect();
        assert_eq!(opened, [paths[2], paths[4], paths[5], paths[6]]);
    }

    #[test]
    fn names_decide_and_dangerous_ones_are_left() {
        let paths = [
            "x/counts.tsv.gz",
            "HiSeqV2.gz",
            "a.pdf",
            "../../etc/passwd.txt",
            "/abs.csv",
            "__MACOSX/._a.tsv",
            "README.txt",
        ];
        let no: Vec<bool> = choose(&paths).iter().map(Option::is_some).collect();
        assert_eq!(no, [false, false, true, true, true, true, true]);
        assert_eq!(choose(&["anything.dat"]), [None]);
        assert_eq!(choose(&[]), Vec::<Option<String>>::new());
    }
}
