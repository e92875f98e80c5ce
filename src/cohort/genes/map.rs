//! Entrez and Ensembl ids and older names → current HGNC symbols, by the map that `scripts/make_gene_map.py` makes.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};

use crate::cohort::text::names::is_ensembl;
use crate::cohort::{CohortError, GeneSet};

/// Inflated bytes a map may have; ours has 1.9 MB.
const MAX_BYTES: u64 = 16 << 20;

/// What a mouse Ensembl gene id begins with.
pub(in crate::cohort) const MOUSE_PREFIX: &str = "ENSMUSG";

/// What a human Ensembl gene id begins with; other species have letters between ENS and G.
const ENSEMBL_PREFIX: &str = "ENSG";

/// The map of human gene ids. About 20 MB in memory.
#[derive(Clone, Debug)]
pub struct GeneMap {
    symbols: Vec<String>,
    by_symbol: HashSet<String>,
    by_entrez: HashMap<u32, usize>,
    pub(in crate::cohort) by_ensembl: HashMap<u32, usize>,
    by_older_name: HashMap<String, usize>,
    /// Symbols and Ensembl numbers of mouse genes with one human orthologue.
    by_mouse_symbol: HashMap<String, usize>,
    by_mouse_ensembl: HashMap<u32, usize>,
    /// What it was made from, with dates.
    pub(in crate::cohort) about: String,
}

/// How many of a matrix' rows the map knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecognisedGenes {
    /// Rows looked at, duplicates collapsed.
    pub rows: usize,
    /// Rows that are a current symbol, an Entrez or an Ensembl id.
    pub current: usize,
    /// Rows that are an older symbol or an alias of one gene.
    pub older: usize,
    /// The other rows' names, in file order.
    pub unknown: Vec<String>,
}

impl GeneMap {
    /// Reads a map, gzip or plain: some servers unpack `.gz` on the way.
    ///
    /// # Errors
    /// `bad_gene_map` when it is not the map that the script makes.
    pub fn read(bytes: &[u8]) -> Result<Self, CohortError> {
        let mut text = String::new();
        let read = if bytes.starts_with(&crate::cohort::text::inflate::GZIP_MAGIC) {
            GzDecoder::new(bytes).take(MAX_BYTES).read_to_string(&mut text)
        } else {
            bytes.take(MAX_BYTES).read_to_string(&mut text)
        };
        read.map_err(|_| bad_map())?;
        let mut map = GeneMap {
            symbols: Vec::new(),
            by_symbol: HashSet::new(),
            by_entrez: HashMap::new(),
            by_ensembl: HashMap::new(),
            by_older_name: HashMap::new(),
            by_mouse_symbol: HashMap::new(),
            by_mouse_ensembl: HashMap::new(),
            about: String::new(),
        };
        let mut entrez = 0_u32;
        for line in text.lines() {
            if let Some(about) = line.strip_prefix("# ") {
                map.about = about.to_owned();
                continue;
            }
            let mut fields = line.split('\t');
            let step = fields.next().and_then(|f| f.parse::<u32>().ok()).ok_or_else(bad_map)?;
            let symbol = fields.next().filter(|s| !s.is_empty()).ok_or_else(bad_map)?;
            entrez = entrez.checked_add(step).ok_or_else(bad_map)?;
            let at = map.symbols.len();
            map.symbols.push(symbol.to_owned());
            map.by_symbol.insert(symbol.to_owned());
            map.by_entrez.insert(entrez, at);
            for id in fields.next().unwrap_or_default().split(',').filter_map(|id| id.parse().ok()) {
                map.by_ensembl.entry(id).or_insert(at);
            }
            for name in fields.next().unwrap_or_default().split(',').filter(|name| !name.is_empty()) {
                map.by_older_name.insert(name.to_owned(), at);
            }
            if let Some(mouse) = fields.next() {
                let (number, name) = mouse.split_once(',').map_or((mouse, None), |(number, name)| (number, Some(name)));
                map.by_mouse_ensembl.insert(number.parse::<u32>().map_err(|_| bad_map())?, at);
                let name = name.map_or_else(|| capitalised(symbol), str::to_owned);
                map.by_mouse_symbol.insert(name, at);
            }
        }
        if map.symbols.is_empty() { Err(bad_map()) } else { Ok(map) }
    }

    /// The current symbol of an Entrez or Ensembl id; `None` for anything else.
    pub fn symbol_of_id(&self, id: &str) -> Option<&str> {
        let at = if is_ensembl(id) {
            let number = id.strip_prefix(ENSEMBL_PREFIX)?.split(['.', '_']).next()?;
            self.by_ensembl.get(&number.parse().ok()?)?
        } else {
            self.by_entrez.get(&id.parse().ok()?)?
        };
        self.symbols.get(*at).map(String::as_str)
    }

    /// The current symbol of an older symbol or an alias that only one gene has.
    pub fn symbol_of_older_name(&self, name: &str) -> Option<&str> {
        self.symbols.get(*self.by_older_name.get(name)?).map(String::as_str)
    }

    /// Gene sets brought to the names of `genes`: a name that is not among them becomes the symbol of the Entrez or
    /// Ensembl id, or the current symbol of the older one, where that is.
    pub fn named_sets(&self, sets: &[GeneSet], genes: &[String]) -> Vec<GeneSet> {
        let present: HashSet<&str> = genes.iter().map(String::as_str).collect();
        let named = |gene: &String| {
            let other = || self.symbol_of_id(gene).or_else(|| self.symbol_of_older_name(gene));
            let other = if present.contains(gene.as_str()) { None } else { other() };
            other.filter(|symbol| present.contains(symbol)).unwrap_or(gene).to_owned()
        };
        sets.iter()
            .map(|set| {
                let mut seen = HashSet::new();
                let genes = set.genes.iter().map(named).filter(|gene| seen.insert(gene.clone())).collect();
                GeneSet { name: set.name.clone(), genes }
            })
            .collect()
    }

    /// The human symbol of a mouse gene's symbol or Ensembl id, where it has one orthologue.
    pub fn symbol_of_mouse(&self, id: &str) -> Option<&str> {
        let at = match id.strip_prefix(MOUSE_PREFIX) {
            Some(number) => self.by_mouse_ensembl.get(&number.split(['.', '_']).next()?.parse().ok()?)?,
            None => self.by_mouse_symbol.get(id)?,
        };
        self.symbols.get(*at).map(String::as_str)
    }

    pub(in crate::cohort) fn recognise(&self, genes: &[String]) -> RecognisedGenes {
        let mut found = RecognisedGenes { rows: genes.len(), ..RecognisedGenes::default() };
        for gene in genes {
            if self.by_symbol.contains(gene) || self.symbol_of_id(gene).is_some() {
                found.current += 1;
            } else if self.by_older_name.contains_key(gene) {
                found.older += 1;
            } else {
                found.unknown.push(gene.clone());
            }
        }
        found
    }
}

fn bad_map() -> CohortError {
    CohortError::new(
        "bad_gene_map",
        "The map of gene ids that comes with the page is damaged.",
        "Reload the page; without the map gene names are used as they stand.",
    )
}

/// `EGFR` → `Egfr`.
fn capitalised(symbol: &str) -> String {
    let mut letters = symbol.chars();
    letters.next().into_iter().chain(letters.as_str().to_ascii_lowercase().chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> GeneMap {
        GeneMap::read(include_bytes!("../../../www/gene_map.tsv.gz")).expect("the map reads")
    }

    #[test]
    fn ids_and_older_names_find_their_symbol() {
        let map = map();
        assert_eq!(map.symbol_of_id("7157"), Some("TP53"));
        assert_eq!(map.symbol_of_id("ENSG00000141510.17"), Some("TP53"));
        assert_eq!(map.symbol_of_id("ENSMUSG00000059552"), None);
        assert_eq!(map.symbol_of_id("TP53"), None);
        assert_eq!(map.symbol_of_older_name("CDCA1"), Some("NUF2"));
        assert_eq!(map.symbol_of_older_name("TP53"), None);
        assert!(map.about.contains("2022"), "{}", map.about);
    }

    #[test]
    fn sets_take_the_names_of_the_matrix() {
        let list = |genes: &[&str]| genes.iter().map(|gene| gene.to_string()).collect::<Vec<_>>();
        let sets = [GeneSet { name: "a".into(), genes: list(&["7157", "ENSG00000141510", "MYC", "CDCA1", "1956"]) }];
        let named = |genes: &[&str]| map().named_sets(&sets, &list(genes)).remove(0).genes;
        assert_eq!(named(&["TP53", "NUF2"]), ["TP53", "MYC", "NUF2", "1956"]);
        assert_eq!(named(&["7157", "CDCA1", "EGFR"]), ["7157", "ENSG00000141510", "MYC", "CDCA1", "EGFR"]);
    }

    #[test]
    fn a_damaged_map_is_refused() {
        for bytes in [&b""[..], b"x\ty\n", b"\x1f\x8b\x08", b"4294967295\tA\n1\tB\n", b"\xff\xfe"] {
            assert_eq!(GeneMap::read(bytes).map(|_| ()).map_err(|e| e.code), Err("bad_gene_map"));
        }
    }
}
