//! What is taken out: for every contamination direction the share of the tumours' variance along it, the genes that move
//! with it, the gene sets that these genes over-represent, and what it goes along with. A person reads there "that is fat"
//! or "that is lymphocytes, keep it".
//!
//! Over-representation is the upper tail of the hypergeometric distribution with the training genes as background (they are
//! what could have led), adjusted by Benjamini and Hochberg over all sets and both senses of a direction. Golden values:
//! `tests/golden/directions`.

use std::collections::{HashMap, HashSet};

use super::ReadoutError;
use super::correlation::spearman;
use super::pathways::SMALLEST_SET;
use super::two_groups::adjust;
use crate::cohort::GeneSet;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use statrs::function::factorial::ln_binomial;

/// Most genes of one sense that are asked for sets, and as one of so many of all genes.
const LEADING: usize = 100;
const LEADING_SHARE: usize = 20;

/// Which way a gene moves along a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// Higher farther along.
    Up,
    /// Lower farther along.
    Down,
}

impl Sense {
    /// Its word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// A gene and how much it moves: a coordinate of the direction's unit vector of genes, negative where it falls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneWeight {
    /// Name.
    pub gene: String,
    /// From −1 to 1.
    pub weight: f32,
}

/// A gene set among the leading genes of one sense.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Represented {
    /// The set.
    pub set: String,
    /// Of which sense.
    pub sense: Sense,
    /// Its genes among those leading.
    pub leading: usize,
    /// Its genes among those trained on.
    pub found: usize,
    /// As many would lead by chance.
    pub expected: f64,
    /// Chance of as many or more.
    pub p: f64,
    /// Adjusted over all sets and both senses of the direction.
    pub fdr: f64,
    /// The genes, the one that moves most first.
    pub genes: Vec<String>,
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Direction {
    /// Share of the tumours' variance along it.
    pub variance: f64,
    /// Share of what adding normal tissue changes that lies along it.
    pub shift: f64,
    /// All training genes, the one that rises most first.
    #[serde(skip)]
    pub genes: Vec<GeneWeight>,
    /// Those that lead upwards, at most `LEADING`, strongest first.
    pub up: Vec<GeneWeight>,
    /// Those that lead downwards, strongest first.
    pub down: Vec<GeneWeight>,
    /// Sets with a gene among those leading, the least likely by chance first.
    pub sets: Vec<Represented>,
    /// Spearman's ρ of the tumours' positions with purity (a column or its stand-in).
    pub purity: Option<f64>,
    /// With the immune score.
    pub immune: Option<f64>,
    /// With the stromal score.
    pub stromal: Option<f64>,
}

/// What is known of the directions before anything is read from them.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Genes that move with each, K × G.
    pub loadings: &'a Array2<f32>,
    /// Names of the columns.
    pub genes: &'a [String],
    /// Where each tumour lies along each, n × K.
    pub positions: &'a Array2<f32>,
    /// Share of the tumours' variance along each.
    pub variance: &'a [f64],
    /// Share of all contamination shift along each.
    pub shift: &'a [f64],
}

/// What the positions are set beside, one value per tumour, NaN where unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// Measured, or its stand-in.
    pub purity: Option<&'a [f64]>,
    /// Immune score.
    pub immune: Option<&'a [f64]>,
    /// Stromal score.
    pub stromal: Option<&'a [f64]>,
}

/// Read every direction.
///
/// # Errors
/// [`ReadoutError::Shape`] when the inputs are not aligned.
pub fn read_directions(found: Found<'_>, sets: &[GeneSet], beside: Beside<'_>) -> Result<Vec<Direction>, ReadoutError> {
    let Found { loadings, genes, positions, variance, shift } = found;
    let (count, tumours) = (loadings.nrows(), positions.nrows());
    ReadoutError::shape("Genes of the directions", genes.len(), loadings.ncols())?;
    for found in [positions.ncols(), variance.len(), shift.len()] {
        ReadoutError::shape("Directions", count, found)?;
    }
    for values in [beside.purity, beside.immune, beside.stromal].into_iter().flatten() {
        ReadoutError::shape("Values beside the positions", tumours, values.len())?;
    }
    let background = Background::of(genes, sets);
    let read = |at: usize| {
        let along: Vec<f64> = positions.column(at).iter().map(|v| f64::from(*v)).collect();
        let with = |values: Option<&[f64]>| values.and_then(|values| spearman(&along, values));
        let weights = loadings.row(at);
        let mut order: Vec<usize> = (0..genes.len()).collect();
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
        let most = LEADING.min(genes.len() / LEADING_SHARE);
        let up: Vec<usize> = order.iter().copied().take(most).filter(|&g| weights[g] > 0.0).collect();
        let down: Vec<usize> = order.iter().rev().copied().take(most).filter(|&g| weights[g] < 0.0).collect();
        let named = |which: &[usize]| {
            which.iter().map(|&g| GeneWeight { gene: genes[g].clone(), weight: weights[g] }).collect::<Vec<_>>()
        };
        Direction {
            variance: variance[at],
            shift: shift[at],
            sets: background.represented(genes, &up, &down),
            up: named(&up),
            down: named(&down),
            genes: named(&order),
            purity: with(beside.purity),
            immune: with(beside.immune),
            stromal: with(beside.stromal),
        }
    };
    Ok((0..count).map(read).collect())
}

/// The sets as places among the training genes.
struct Background<'a> {
    genes: usize,
    sets: Vec<(&'a str, HashSet<usize>)>,
}

impl<'a> Background<'a> {
    fn of(genes: &[String], sets: &'a [GeneSet]) -> Self {
        let place: HashMap<&str, usize> = genes.iter().enumerate().map(|(at, gene)| (gene.as_str(), at)).collect();
        let among = |set: &'a GeneSet| {
            let members = set.genes.iter().filter_map(|gene| place.get(gene.as_str()).copied()).collect();
            (set.name.as_str(), members)
        };
        let large = |(_, members): &(&str, HashSet<usize>)| members.len() >= SMALLEST_SET;
        Self { genes: genes.len(), sets: sets.iter().map(among).filter(large).collect() }
    }

    fn represented(&self, genes: &[String], up: &[usize], down: &[usize]) -> Vec<Represented> {
        let mut all = Vec::new();
        for (sense, leading) in [(Sense::Up, up), (Sense::Down, down)] {
            for (set, members) in &self.sets {
                let own: Vec<usize> = leading.iter().copied().filter(|gene| members.contains(gene)).collect();
                let p = at_least(own.len(), leading.len(), members.len(), self.genes);
                all.push(Represented {
                    set: (*set).to_owned(),
                    sense,
                    leading: own.len(),
                    found: members.len(),
                    expected: leading.len() as f64 * members.len() as f64 / self.genes.max(1) as f64,
                    p,
                    fdr: p,
                    genes: own.iter().map(|&gene| genes[gene].clone()).collect(),
                });
            }
        }
        let adjusted = adjust(&all.iter().map(|set| set.p).collect::<Vec<_>>());
        all.iter_mut().zip(adjusted).for_each(|(set, fdr)| set.fdr = fdr);
        all.retain(|set| set.leading > 0);
        all.sort_by(|a, b| a.p.total_cmp(&b.p).then_with(|| a.set.cmp(&b.set)));
        all
    }
}

/// Chance that of `drawn` genes out of `all`, of which `marked` are in a set, `found` or more are.
fn at_least(found: usize, drawn: usize, marked: usize, all: usize) -> f64 {
    if found == 0 || drawn > all || marked > all {
        return 1.0;
    }
    let ln = |n: usize, k: usize| ln_binomial(n as u64, k as u64);
    let whole = ln(all, drawn);
    // More cannot be drawn from outside the set than there are.
    let first = found.max((drawn + marked).saturating_sub(all));
    let term = |k: usize| (ln(marked, k) + ln(all - marked, drawn - k) - whole).exp();
    (first..=drawn.min(marked)).map(term).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn tails_and_false_discovery_rates_are_those_of_scipy() {
        let golden: Value =
            serde_json::from_str(include_str!("../../tests/golden/directions/directions_golden.json")).expect("JSON");
        let close = |found: f64, expected: f64, what: &str| {
            assert!((found - expected).abs() <= 1e-9 * expected, "{what}: {found:e} is not {expected:e}");
        };
        for case in golden["tails"].as_array().expect("tails") {
            let [found, drawn, marked, all] =
                ["found", "drawn", "marked", "all"].map(|key| case[key].as_u64().expect("a count") as usize);
            close(at_least(found, drawn, marked, all), case["p"].as_f64().expect("p"), &case.to_string());
        }
        let strings = |of: &Value| serde_json::from_value::<Vec<String>>(of.clone()).expect("names");
        let genes = strings(&golden["genes"]);
        let weights: Vec<f32> = serde_json::from_value(golden["weights"].clone()).expect("weights");
        let sets: Vec<GeneSet> = golden["sets"].as_object().expect("sets").iter().map(set_of(&strings)).collect();
        let loadings = Array2::from_shape_vec((1, genes.len()), weights).expect("one row");
        let positions = Array2::from_shape_fn((12, 1), |(i, _)| i as f32);
        let given =
            Found { loadings: &loadings, genes: &genes, positions: &positions, variance: &[0.2], shift: &[0.9] };
        let read = read_directions(given, &sets, Beside::default()).expect("one direction").remove(0);
        let expected = golden["represented"].as_array().expect("rows");
        assert_eq!(read.sets.len(), expected.len());
        assert_eq!((read.up.len(), read.down.len()), (20, 20), "one of twenty");
        for row in expected {
            let (set, sense) = (row["set"].as_str().expect("a name"), row["sense"].as_str().expect("a word"));
            let ours = read.sets.iter().find(|s| s.set == set && s.sense.word() == sense).expect("the set");
            assert_eq!(ours.leading as u64, row["leading"].as_u64().expect("a count"));
            assert_eq!(ours.genes.len(), ours.leading);
            close(ours.p, row["p"].as_f64().expect("p"), set);
            close(ours.fdr, row["fdr"].as_f64().expect("fdr"), set);
        }
        assert!(read.sets.windows(2).all(|pair| pair[0].p <= pair[1].p));
    }

    fn set_of(strings: &impl Fn(&Value) -> Vec<String>) -> impl Fn((&String, &Value)) -> GeneSet {
        move |(name, genes)| GeneSet { name: name.clone(), genes: strings(genes) }
    }

    #[test]
    fn genes_lead_by_weight_in_both_senses_and_positions_follow_what_they_follow() {
        let genes: Vec<String> = (0..60).map(|g| format!("G{g}")).collect();
        // G59 falls most, G0 rises most; the second direction has no gene that falls.
        let loadings = Array2::from_shape_fn((2, 60), |(k, g)| if k == 0 { 29.5 - g as f32 } else { 1.0 + g as f32 });
        let positions = Array2::from_shape_fn((30, 2), |(i, k)| if k == 0 { i as f32 } else { (i % 7) as f32 });
        let given = Found {
            loadings: &loadings,
            genes: &genes,
            positions: &positions,
            variance: &[0.3, 0.1],
            shift: &[0.6, 0.2],
        };
        let purity: Vec<f64> = (0..30).map(|i| if i == 4 { f64::NAN } else { -f64::from(i) }).collect();
        let sets = [GeneSet { name: "FEW".into(), genes: genes[..4].to_vec() }];
        let beside = Beside { purity: Some(&purity), ..Beside::default() };
        let read = read_directions(given, &sets, beside).expect("two directions");
        let names = |of: &[GeneWeight]| of.iter().map(|g| g.gene.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&read[0].up), names(&read[0].down)),
            (genes[..3].to_vec(), vec!["G59".into(), "G58".into(), "G57".into()])
        );
        assert_eq!((read[1].up[0].gene.as_str(), read[1].down.len(), read[1].genes.len()), ("G59", 0, 60));
        assert!((read[0].purity.expect("ρ") + 1.0).abs() < 1e-12 && read[0].immune.is_none());
        assert!(read[0].sets.is_empty(), "a set of four genes is left out");
        assert_eq!((read[1].variance, read[1].shift), (0.1, 0.2));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (loadings, positions) = (Array2::zeros((2, 3)), Array2::zeros((5, 2)));
        let genes: Vec<String> = (0..3).map(|g| g.to_string()).collect();
        let given =
            Found { loadings: &loadings, genes: &genes, positions: &positions, variance: &[0.0; 2], shift: &[0.0; 2] };
        let code = |given, beside| read_directions(given, &[], beside).expect_err("unlike").code();
        assert_eq!(code(Found { genes: &genes[..2], ..given }, Beside::default()), "shape_mismatch");
        assert_eq!(code(Found { shift: &[0.0], ..given }, Beside::default()), "shape_mismatch");
        assert_eq!(code(given, Beside { immune: Some(&[0.0; 4]), ..Beside::default() }), "shape_mismatch");
        let read = read_directions(given, &[], Beside { immune: Some(&[0.0; 5]), ..Beside::default() }).expect("zeros");
        assert!(read[0].immune.is_none() && read[0].up.is_empty());
    }
}
