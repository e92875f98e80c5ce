//! The many wordings of tumour and adjacent normal in sample sheets.

use crate::cohort::Role;

/// What a word in a column says of its sample, or `None` where it says nothing.
pub(in crate::cohort) fn role_of_word(value: &str) -> Option<Role> {
    let lower = value.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let starts = |list: &[&str]| words.iter().any(|w| list.iter().any(|stem| w.starts_with(stem)));
    match words.as_slice() {
        ["t" | "tp" | "tm" | "tr"] => return Some(Role::Tumour),
        ["n" | "nt" | "nat"] => return Some(Role::AdjacentNormal),
        _ => {}
    }
    if has(&["blood", "pbmc", "cell", "cells", "organoid", "xenograft", "pdx", "leukocyte", "leukocytes", "buccal"]) {
        return (starts(&["normal", "tumor", "tumour", "cancer"]) || has(&["blood"])).then_some(Role::Other);
    }
    if words.windows(2).any(|w| matches!(w, ["normal" | "basal" | "luminal", "like"])) {
        return None;
    }
    let not_tumour =
        words.windows(2).any(|w| matches!(w, ["non" | "no" | "not" | "para" | "peri", next] if is_tumour_word(next)))
            || starts(&["nontumo", "noncancer", "nonmalignan", "nonneoplas", "peritumo", "paratumo", "paracancer"]);
    if not_tumour
        || starts(&["normal", "adjacent", "healthy", "uninvolved", "unaffected"])
        || has(&["control", "controls", "nat", "ctrl"])
    {
        return Some(Role::AdjacentNormal);
    }
    if starts(&["benign", "hyperplas", "adenoma", "dysplas", "premalign", "precancer"]) {
        return Some(Role::Other);
    }
    words.iter().any(|w| is_tumour_word(w)).then_some(Role::Tumour)
}

fn is_tumour_word(word: &str) -> bool {
    const STEMS: [&str; 14] = [
        "tumor",
        "tumour",
        "cancer",
        "carcinom",
        "malignan",
        "neoplas",
        "metasta",
        "melanom",
        "sarcom",
        "gliom",
        "glioblastom",
        "lymphom",
        "blastom",
        "leukemi",
    ];
    STEMS.iter().any(|stem| word.starts_with(stem))
        || word.ends_with("carcinoma")
        || word.ends_with("blastoma")
        || matches!(word, "primary" | "dcis" | "idc" | "recurrent" | "recurrence" | "mets")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings() {
        use Role::{AdjacentNormal as N, Other as O, Tumour as T};
        for (word, role) in [
            ("normal", N),
            ("Adjacent_normal", N),
            ("Solid Tissue Normal", N),
            ("control", N),
            ("non-tumor", N),
            ("nontumoral liver", N),
            ("adjacent non-cancerous tissue", N),
            ("Normal Adjacent to Tumor", N),
            ("NT", N),
            ("para-cancerous tissue", N),
            ("peri-tumoral liver", N),
            ("tumor", T),
            ("Tumour", T),
            ("Primary Tumor", T),
            ("breast cancer", T),
            ("Carcinoma", T),
            ("DCIS", T),
            ("hepatocellular adenocarcinoma", T),
            ("Metastatic", T),
            ("blood derived normal", O),
            ("benign", O),
            ("simple_hyperplasia", O),
            ("tubular adenoma", O),
            ("tumor cell line", O),
        ] {
            assert_eq!(role_of_word(word), Some(role), "{word}");
        }
        for word in ["LumA", "Normal-like", "mixture", "12", "Basal"] {
            assert_eq!(role_of_word(word), None, "{word}");
        }
    }
}
