//! Gene names of text files that a spreadsheet turned into dates before they were saved as text: turned back where one
//! gene alone can have been meant, and said in either case.

use std::borrow::Cow;
use std::collections::HashSet;

use super::ids::counted;
use crate::container::month_genes::{Was, gene_of_text};

/// Names given as examples.
const EXAMPLES: usize = 5;

/// The names, dates among them turned back, and sentences on what was found. Where most names are dates they are no
/// damage, and where the gene stands in another row too nothing says that this one is it.
pub(in crate::cohort) fn turned_back(names: &[String]) -> (Cow<'_, [String]>, Vec<String>) {
    let dates: Vec<(usize, Was)> =
        names.iter().enumerate().filter_map(|(at, name)| Some((at, gene_of_text(name)?))).collect();
    if dates.is_empty() || dates.len() * 2 > names.len() {
        return (Cow::Borrowed(names), Vec::new());
    }
    let present: HashSet<&str> = names.iter().map(String::as_str).collect();
    let mut out = names.to_vec();
    let (mut repaired, mut unclear) = (Vec::new(), Vec::new());
    for (at, was) in dates {
        let Some(name) = out.get_mut(at) else { continue };
        match was {
            Was::Gene(gene) if !present.contains(gene) => {
                repaired.push(format!("{name} was {gene}"));
                *name = gene.to_owned();
            }
            _ => unclear.push(name.clone()),
        }
    }
    let some = |list: &[String]| {
        let more = if list.len() > EXAMPLES { ", …" } else { "" };
        list.iter().take(EXAMPLES).cloned().collect::<Vec<_>>().join(", ") + more
    };
    let mut said = Vec::new();
    if !repaired.is_empty() {
        said.push(format!(
            "{} turned into dates by a spreadsheet and turned back: {}.",
            counted(repaired.len(), "gene name had been", "gene names had been"),
            some(&repaired)
        ));
    }
    if !unclear.is_empty() {
        said.push(format!(
            "{} ({}): a spreadsheet changed them, more than one gene or none can have been meant (1-Mar: MARCHF1 or \
             MTARC1), and they stay as they are. Correct them in the file, or they will not be found in pathways.",
            counted(unclear.len(), "gene name is a date", "gene names are dates"),
            some(&unclear)
        ));
    }
    (Cow::Owned(out), said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(names: &[&str]) -> (Vec<String>, Vec<String>) {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let (names, said) = turned_back(&names);
        (names.into_owned(), said)
    }

    #[test]
    fn what_one_gene_alone_can_have_been_is_turned_back_and_the_rest_is_said() {
        let (names, said) = turned(&["TP53", "2-Sep", "1-Mar", "MYC", "Mar-09", "EGFR", "A", "B"]);
        assert_eq!(names, ["TP53", "SEPTIN2", "1-Mar", "MYC", "MARCHF9", "EGFR", "A", "B"]);
        assert!(said[0].starts_with("2 gene names had been") && said[0].contains("2-Sep was SEPTIN2"), "{said:?}");
        assert!(said[1].starts_with("1 gene name is a date (1-Mar)"), "{said:?}");
    }

    #[test]
    fn a_gene_that_stands_beside_its_date_is_left_to_the_person() {
        let (names, said) = turned(&["SEPTIN2", "2-Sep", "MYC", "TP53"]);
        assert_eq!(names, ["SEPTIN2", "2-Sep", "MYC", "TP53"]);
        assert_eq!(said.len(), 1);
    }

    #[test]
    fn names_that_are_all_dates_and_genes_that_only_look_so_stay() {
        for names in [&["1-Sep", "2-Sep", "3-Sep"][..], &["HLA-A", "NKX2-1", "RP11-34P13.7", "MT-ND1"]] {
            assert_eq!(turned(names), (names.iter().map(|n| n.to_string()).collect(), Vec::new()));
        }
    }
}
