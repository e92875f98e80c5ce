//! Gene-set scores against R: GSVA 1.46 and singscore on the same expression (golden/ssgsea).

use ndarray::Array2;
use std::path::Path;
use twinpurify::cohort::GeneSet;
use twinpurify::readout::scoring::{Scorer, range_normalise};

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/ssgsea").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// An R table (row names first, first header cell empty) as row names and rows × columns.
fn table(name: &str) -> (Vec<String>, Array2<f64>) {
    let text = read(name);
    let mut names = Vec::new();
    let mut values = Vec::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split('\t');
        names.push(fields.next().unwrap().to_string());
        values.extend(fields.map(|f| f.parse::<f64>().unwrap()));
    }
    let columns = values.len() / names.len();
    let shape = (names.len(), columns);
    (names, Array2::from_shape_vec(shape, values).unwrap())
}

fn sets() -> Vec<GeneSet> {
    let text = read("sets.gmt");
    let set = |line: &str| {
        let mut fields = line.split('\t');
        let name = fields.next().unwrap().to_string();
        GeneSet { name, genes: fields.skip(1).map(str::to_string).collect() }
    };
    text.lines().map(set).collect()
}

fn compare(scorer: Scorer, normalise: bool, golden: &str) {
    for ties in ["noties", "ties"] {
        let (genes, expression) = table(&format!("expr_{ties}.tsv"));
        let scored = scorer.score(expression.t(), &genes, &sets()).unwrap();
        let values = if normalise { range_normalise(&scored.values) } else { scored.values };
        let (names, expected) = table(&format!("{golden}_{ties}.tsv"));
        assert_eq!(names.len(), sets().len(), "{golden} {ties}");
        for (row, name) in names.iter().enumerate() {
            let set = scored.coverage.iter().position(|c| c.set == *name).unwrap();
            for sample in 0..expected.ncols() {
                let (ours, theirs) = (values[[sample, set]], expected[[row, sample]]);
                let bound = 1e-6 * theirs.abs().max(1e-3);
                assert!((ours - theirs).abs() <= bound, "{golden} {ties} {name} sample {sample}: {ours} and {theirs}");
            }
        }
    }
}

#[test]
fn ssgsea_equals_gsva() {
    compare(Scorer::Ssgsea, false, "R_GSVA_ssgsea_unnorm");
    compare(Scorer::Ssgsea, true, "R_GSVA_ssgsea");
}

#[test]
fn singscore_equals_r() {
    compare(Scorer::Singscore, false, "R_singscore_up");
}

#[test]
fn zscore_equals_gsva() {
    compare(Scorer::Zscore, false, "R_GSVA_zscore");
}

#[test]
fn absent_genes_are_counted() {
    let (genes, expression) = table("expr_ties.tsv");
    let scored = Scorer::Ssgsea.score(expression.t(), &genes, &sets()).unwrap();
    assert!(scored.coverage.iter().any(|c| c.found < c.size), "one set has genes that are not in the data");
}

/// ssGSEA as it is told rather than computed: walk down the ranking, step up at a hit and down at a miss, and sum
/// the walk.
fn walked(values: &[f64], members: &[usize]) -> f64 {
    let rank = |v: f64| {
        let below = values.iter().filter(|x| **x < v).count() as f64;
        let tied = values.iter().filter(|x| **x == v).count() as f64;
        (below + (tied + 1.0) / 2.0).trunc()
    };
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    let weight = |g: usize| rank(values[g]).powf(0.25);
    let hits: f64 = members.iter().map(|g| weight(*g)).sum();
    let misses = (values.len() - members.len()) as f64;
    let (mut walk, mut sum) = (0.0, 0.0);
    for gene in order {
        walk += if members.contains(&gene) { weight(gene) / hits } else { -1.0 / misses };
        sum += walk;
    }
    sum
}

proptest::proptest! {
    #[test]
    fn ssgsea_is_the_sum_of_the_walk(
        values in proptest::collection::vec(0u8..12, 8..40),
        first in 0usize..4,
        step in 2usize..5,
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let genes: Vec<String> = (0..values.len()).map(|i| format!("G{i}")).collect();
        let members: Vec<usize> = (first..values.len()).step_by(step).collect();
        let set = GeneSet { name: "S".into(), genes: members.iter().map(|i| genes[*i].clone()).collect() };
        let one = Array2::from_shape_vec((1, values.len()), values.clone()).unwrap();
        let score = |m: &Array2<f64>, scorer: Scorer| scorer.score(m.view(), &genes, std::slice::from_ref(&set)).unwrap().values[[0, 0]];
        let expected = walked(&values, &members);
        proptest::prop_assert!((score(&one, Scorer::Ssgsea) - expected).abs() < 1e-9);
        // Ranks alone decide: a monotone change of the scale changes nothing.
        let bent = one.mapv(|v| (v * 0.3).exp() - 7.0);
        for scorer in [Scorer::Ssgsea, Scorer::Singscore] {
            proptest::prop_assert_eq!(score(&one, scorer), score(&bent, scorer));
        }
        let centred = score(&one, Scorer::Singscore);
        proptest::prop_assert!((-1.0..=0.5).contains(&centred));
    }
}
