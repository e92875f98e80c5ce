//! A cohort's rows named by the map of genes: what is recognised, Entrez and Ensembl ids as symbols, mouse genes.

use std::collections::{HashMap, HashSet};

use super::ids::counted;
use super::map::{GeneMap, MOUSE_PREFIX};
use crate::cohort::text::names::symbol_entrez;
use crate::cohort::text::thousands::thousands;
use crate::cohort::{Cohort, GeneIdKind};

/// Below this share of recognised ids the names are not what they look like, and stay as they are.
const RECOGNISED: f64 = 0.5;

impl Cohort {
    /// Says how many rows the map recognises, and names the rows of an Entrez or Ensembl matrix by symbols. Symbols stay as
    /// they stand, older ones too, for gene sets of their time use them. Rows that come to one symbol collapse to the one
    /// with the highest mean; rows the map does not know keep their id.
    pub fn name_genes(&mut self, map: &GeneMap) {
        let kind = self.gene_ids.value;
        let found = map.recognise(&self.matrix.genes);
        let known = found.current + found.older;
        let share = known as f64 / found.rows.max(1) as f64;
        if let Some(mice) = mouse_names(&self.matrix.genes) {
            let known = self.matrix.genes.iter().filter(|gene| map.symbol_of_mouse(gene).is_some()).count();
            self.warnings.push(format!(
                "{} of {} genes are named as mouse genes are (such as {}). They are not mapped to human genes, and human gene sets will not find them, unless you ask for it: {} of them have one human orthologue.",
                thousands(mice),
                thousands(found.rows),
                self.matrix.genes.iter().find(|gene| is_mouse(gene)).map(String::as_str).unwrap_or_default(),
                thousands(known)
            ));
        } else if kind != GeneIdKind::Unknown {
            let scheme = match kind {
                GeneIdKind::Ensembl => "Ensembl ids",
                GeneIdKind::Entrez => "Entrez ids",
                _ => "HGNC symbols",
            };
            let older =
                if found.older > 0 { format!(", {} by an older name", thousands(found.older)) } else { String::new() };
            self.gene_ids.because += &format!(
                " {:.0} % of {} rows recognised as {scheme}{older} ({}).",
                (100.0 * share).floor(),
                thousands(found.rows),
                map.about.split("; mouse").next().unwrap_or_default()
            );
            if matches!(kind, GeneIdKind::Ensembl | GeneIdKind::Entrez) && share >= RECOGNISED {
                self.rename_rows(map);
            }
        }
        self.recognised_genes = Some(found);
    }

    /// Names mouse genes by their human orthologues, because the person asked for it; genes without exactly one are left
    /// out. Nothing happens to a cohort that is not of mouse genes.
    pub fn mouse_to_human(&mut self, map: &GeneMap) {
        let Some(mice) = mouse_names(&self.matrix.genes) else { return };
        let names = std::mem::take(&mut self.matrix.genes);
        let rows = std::mem::take(&mut self.matrix.rows);
        let (all, mut seen) = (names.len(), HashSet::new());
        for (name, row) in names.into_iter().zip(rows) {
            if let Some(symbol) = map.symbol_of_mouse(&name).filter(|symbol| seen.insert(symbol.to_string())) {
                self.matrix.genes.push(symbol.to_owned());
                self.matrix.rows.push(row);
            }
        }
        self.gene_ids.value = GeneIdKind::Symbol;
        self.gene_ids.because = format!(
            "{} of {} genes were named as mouse genes are; {} are named by their one human orthologue, as you chose, the others are left out.",
            thousands(mice),
            thousands(all),
            thousands(self.matrix.genes.len())
        );
    }

    fn rename_rows(&mut self, map: &GeneMap) {
        let names = std::mem::take(&mut self.matrix.genes);
        let rows = std::mem::take(&mut self.matrix.rows);
        let mut places: HashMap<String, usize> = HashMap::with_capacity(names.len());
        let mut merged = 0;
        for (name, row) in names.into_iter().zip(rows) {
            let symbol = map.symbol_of_id(&name).map_or(name.clone(), str::to_owned);
            let held = places.get(&symbol).copied();
            let Some(at) = held else {
                places.insert(symbol.clone(), self.matrix.genes.len());
                self.matrix.genes.push(symbol);
                self.matrix.rows.push(row);
                continue;
            };
            merged += 1;
            if let Some(kept) = self.matrix.rows.get_mut(at)
                && mean(&row) > mean(kept)
            {
                *kept = row;
            }
        }
        self.gene_ids.because += " The rows are named by their symbols.";
        if merged > 0 {
            self.warnings.push(format!(
                "{} left out: another id of the same gene has a higher mean.",
                counted(merged, "row was", "rows were")
            ));
        }
    }
}

/// Mean of the values that are there; below every number where none is.
fn mean(row: &[f32]) -> f64 {
    let (sum, count) =
        row.iter().filter(|v| !v.is_nan()).fold((0.0, 0_usize), |(sum, n), v| (sum + f64::from(*v), n + 1));
    if count == 0 { f64::NEG_INFINITY } else { sum / count as f64 }
}

fn is_mouse(name: &str) -> bool {
    name.starts_with(MOUSE_PREFIX) || is_mouse_symbol(name)
}

/// How many genes are named as mouse genes are, where most are.
pub(in crate::cohort) fn mouse_names(genes: &[String]) -> Option<usize> {
    let mice = genes.iter().filter(|gene| is_mouse(gene)).count();
    (mice * 2 > genes.len()).then_some(mice)
}

/// `Trp53`, `Cd8a`: a capital, then small letters and digits.
fn is_mouse_symbol(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && name.len() >= 3
        && symbol_entrez(name).is_none()
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && name.bytes().any(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::{FileReader, compose};

    fn map() -> GeneMap {
        GeneMap::read(include_bytes!("../../../www/gene_map.tsv.gz")).expect("the map reads")
    }

    fn cohort(genes: &[&str]) -> Cohort {
        let mut text = String::from("gene\tS1-T\tS2-T\tS3-N\n");
        for (at, gene) in genes.iter().enumerate() {
            text += &format!("{gene}\t{}.5\t{at}\t3.25\n", at + 1);
        }
        compose(&[FileReader::read("m.tsv", text.as_bytes()).expect("a matrix")]).expect("a cohort")
    }

    #[test]
    fn entrez_and_ensembl_rows_take_symbols_and_the_rest_keep_their_id() {
        for ids in [
            ["7157", "4609", "1956", "2099", "999999999"],
            ["ENSG00000141510.3", "ENSG00000136997", "ENSG00000146648", "ENSG00000091831", "ENSG00000999999"],
        ] {
            let mut cohort = cohort(&ids);
            cohort.name_genes(&map());
            assert_eq!(cohort.matrix.genes[..4], ["TP53", "MYC", "EGFR", "ESR1"]);
            assert_eq!(cohort.matrix.genes[4], ids[4]);
            assert!(cohort.gene_ids.because.contains("80 % of 5 rows recognised"), "{}", cohort.gene_ids.because);
            assert_eq!(cohort.recognised_genes.map(|found| found.unknown), Some(vec![ids[4].to_owned()]));
        }
    }

    #[test]
    fn two_ids_of_one_gene_collapse_to_the_higher_mean() {
        let map = map();
        let twice = map.by_ensembl.iter().map(|(id, at)| (*at, *id)).collect::<std::collections::BTreeSet<_>>();
        let pair = twice.iter().zip(twice.iter().skip(1)).find(|(a, b)| a.0 == b.0).expect("a gene of two ids");
        let ids = [pair.0.1, pair.1.1].map(|id| format!("ENSG{id:011}"));
        let mut cohort = cohort(&[&ids[0], "ENSG00000141510", &ids[1]]);
        cohort.name_genes(&map);
        assert_eq!(cohort.matrix.genes.len(), 2);
        assert_eq!(cohort.matrix.rows[0][0], 3.5);
        assert!(cohort.warnings.iter().any(|w| w.starts_with("1 row was left out")), "{:?}", cohort.warnings);
    }

    #[test]
    fn symbols_stay_and_are_counted() {
        let mut cohort = cohort(&["TP53", "CDCA1", "MYC", "NOTAGENE"]);
        cohort.name_genes(&map());
        assert_eq!(cohort.matrix.genes, ["TP53", "CDCA1", "MYC", "NOTAGENE"]);
        let said = &cohort.gene_ids.because;
        assert!(said.contains("75 % of 4 rows recognised as HGNC symbols, 1 by an older name"), "{said}");
    }

    #[test]
    fn mouse_genes_are_said() {
        let mut cohort = cohort(&["Trp53", "Myc", "Egfr", "Cd8a", "Gm12345"]);
        cohort.name_genes(&map());
        assert!(cohort.warnings.iter().any(|w| w.contains("3 of them have one human")), "{:?}", cohort.warnings);
        assert_eq!(cohort.matrix.genes[0], "Trp53");
    }

    #[test]
    fn mouse_genes_take_their_orthologues_names_where_asked() {
        let map = map();
        for genes in [
            ["Trp53", "Myc", "Gm12345", "Egfr"],
            ["ENSMUSG00000059552.14", "ENSMUSG00000022346", "ENSMUSG00000999999", "Egfr"],
        ] {
            let mut cohort = cohort(&genes);
            cohort.mouse_to_human(&map);
            cohort.name_genes(&map);
            assert_eq!((cohort.matrix.genes.join(" "), cohort.matrix.rows.len()), ("TP53 MYC EGFR".to_owned(), 3));
            assert!(cohort.gene_ids.because.contains("as you chose"), "{}", cohort.gene_ids.because);
            assert!(cohort.warnings.iter().all(|w| !w.contains("mouse")), "{:?}", cohort.warnings);
        }
        let mut human = cohort(&["TP53", "MYC"]);
        human.mouse_to_human(&map);
        assert_eq!(human.matrix.genes, ["TP53", "MYC"]);
    }
}
