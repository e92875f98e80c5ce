//! Gene set names for people.

/// Words of the Hallmark names that stay in capitals; so does every word with a digit (IL6, E2F, PI3K).
const CAPITALS: [&str; 14] =
    ["TNFA", "NFKB", "JAK", "AKT", "MTOR", "KRAS", "MYC", "DNA", "UV", "TGF", "WNT", "DN", "UP", "ROS"];

/// A gene set's name as words: `HALLMARK_TNFA_SIGNALING_VIA_NFKB` is "TNFA signaling via NFKB". Names of other
/// collections keep their letters and only lose the underscores.
pub(super) fn readable(set: &str) -> String {
    let Some(name) = set.strip_prefix("HALLMARK_") else {
        return set.replace('_', " ");
    };
    let word = |(i, word): (usize, &str)| {
        if CAPITALS.contains(&word) || word.bytes().any(|b| b.is_ascii_digit()) {
            return word.to_owned();
        }
        let lower = word.to_lowercase();
        match (i, lower.chars().next()) {
            (0, Some(first)) => first.to_uppercase().chain(lower.chars().skip(1)).collect(),
            _ => lower,
        }
    };
    name.split('_').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        assert_eq!(readable("HALLMARK_TNFA_SIGNALING_VIA_NFKB"), "TNFA signaling via NFKB");
        assert_eq!(readable("HALLMARK_EPITHELIAL_MESENCHYMAL_TRANSITION"), "Epithelial mesenchymal transition");
        assert_eq!(readable("HALLMARK_IL6_JAK_STAT3_SIGNALING"), "IL6 JAK STAT3 signaling");
        assert_eq!(readable("KEGG_My_Set"), "KEGG My Set");
        assert_eq!(readable("HALLMARK_"), "");
    }
}
