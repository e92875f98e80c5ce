//! The simulated cohort: reproducible, shaped as promised, and with the structure the method is tested on.

use faer::{Mat, Par, Side};
use twinpurify::cohort::simulated::{Simulated, SimulationError, SimulationSettings, simulate};
use twinpurify::cohort::{ExpressionMatrix, Role};

fn demo() -> Simulated {
    let settings = SimulationSettings { unseen_normals: 20, second_biopsies: true, ..SimulationSettings::default() };
    simulate(&settings).unwrap()
}

/// FNV-1a over the values' bits.
fn hash(matrix: &ExpressionMatrix) -> u64 {
    let bytes = matrix.rows.iter().flat_map(|row| row.iter()).flat_map(|value| value.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for (rank, index) in order.into_iter().enumerate() {
        ranks[index] = rank as f64;
    }
    ranks
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 { a.iter().zip(b).map(|(x, y)| f(x - mean_a, y - mean_b)).sum() };
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// Principal component scores of the tumours' standardised log profiles, largest component first.
fn components(simulated: &Simulated, count: usize) -> Vec<Vec<f64>> {
    let n = simulated.truth.purity.len();
    let mut gram = vec![0.0; n * n];
    for row in &simulated.cohort.matrix.rows {
        let values: Vec<f64> = row[..n].iter().map(|&value| f64::from(value)).collect();
        let mean = values.iter().sum::<f64>() / n as f64;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt() + 1e-3;
        let scaled: Vec<f64> = values.iter().map(|v| (v - mean) / deviation).collect();
        for (i, a) in scaled.iter().enumerate() {
            for (entry, b) in gram[i * n..(i + 1) * n].iter_mut().zip(&scaled) {
                *entry += a * b;
            }
        }
    }
    faer::set_global_parallelism(Par::Seq);
    let decomposition = Mat::from_fn(n, n, |i, j| gram[i * n + j]).self_adjoint_eigen(Side::Lower).unwrap();
    // faer gives the eigenvalues in ascending order.
    let scores = |k: usize| {
        let length = decomposition.S().column_vector()[n - 1 - k].max(0.0).sqrt();
        (0..n).map(|i| length * decomposition.U()[(i, n - 1 - k)]).collect()
    };
    (0..count).map(scores).collect()
}

#[test]
fn one_seed_is_one_cohort() {
    let tiny = |seed| simulate(&SimulationSettings::tiny(seed)).unwrap();
    assert_eq!(hash(&tiny(1).cohort.matrix), hash(&tiny(1).cohort.matrix));
    assert_eq!(tiny(1).truth, tiny(1).truth);
    assert_ne!(hash(&tiny(1).cohort.matrix), hash(&tiny(2).cohort.matrix));
    assert_eq!(hash(&tiny(1).cohort.matrix), 866_357_322_595_262_577, "the simulator's stream has changed");
}

#[test]
fn asking_for_more_truth_leaves_the_cohort_alone() {
    let plain = simulate(&SimulationSettings::tiny(3)).unwrap();
    let more = SimulationSettings { unseen_normals: 5, second_biopsies: true, ..SimulationSettings::tiny(3) };
    let more = simulate(&more).unwrap();
    assert_eq!(plain.cohort.matrix, more.cohort.matrix);
    assert!(plain.truth.unseen_normals.samples.is_empty() && plain.truth.second_purity.is_empty());
    assert_eq!(more.truth.unseen_normals.rows[0].len(), 5);
    assert_eq!(more.truth.second_biopsies.samples, plain.cohort.matrix.samples[..40]);
}

#[test]
fn the_demo_has_the_promised_shape() {
    let Simulated { cohort, truth } = demo();
    assert_eq!((cohort.matrix.genes.len(), cohort.matrix.samples.len()), (2000, 340));
    assert!(cohort.matrix.genes.is_sorted_by(|a, b| a < b));
    assert_eq!(cohort.roles.value.iter().filter(|&&role| role == Role::Tumour).count(), 300);
    assert!(cohort.matrix.rows.iter().all(|row| row.len() == 340 && row.iter().all(|v| (0.0..20.0).contains(v))));
    assert!(cohort.columns.iter().all(|column| column.values.len() == 340));
    assert_eq!(cohort.files[0].kind, "simulated");
    // Every normal is of one tumour's patient, and of a patient of its own.
    let mut owners: Vec<_> = cohort.patients[300..].to_vec();
    assert!(owners.iter().all(|owner| cohort.patients[..300].contains(owner)));
    owners.sort();
    owners.dedup();
    assert_eq!(owners.len(), 40);
    assert!(truth.programmes.iter().all(|programme| programme.genes.len() == 150 && programme.activity.len() == 300));
    assert_eq!(truth.immune_genes.len(), 150);
    assert_eq!(truth.unseen_normals.samples.len(), 20);
    assert!(truth.purity.iter().all(|purity| (0.12..=0.95).contains(purity)));
    // Beta(3, 2) has mean 0.6.
    let mean = truth.purity.iter().sum::<f32>() / 300.0;
    assert!((0.55..0.65).contains(&mean), "{mean}");
}

#[test]
fn every_sample_sums_to_a_tenth_of_a_million() {
    let simulated = demo();
    for sample in 0..340 {
        let sum: f64 = simulated.cohort.matrix.rows.iter().map(|row| f64::from(row[sample]).exp2() - 1.0).sum();
        // Noise with mean exp(0.15² / 2) and a few very high genes: 1.2 % up, some per cent either way.
        assert!((0.93e5..1.09e5).contains(&sum), "sample {sample}: {sum}");
    }
}

#[test]
fn purity_dominates_the_raw_profiles() {
    for seed in [0, 1, 7] {
        let simulated = simulate(&SimulationSettings { seed, ..SimulationSettings::default() }).unwrap();
        let purity: Vec<f64> = simulated.truth.purity.iter().map(|&purity| f64::from(purity)).collect();
        let strongest = components(&simulated, 5)
            .iter()
            .map(|scores| correlation(&ranks(scores), &ranks(&purity)).abs())
            .fold(0.0, f64::max);
        assert!(strongest > 0.6, "seed {seed}: {strongest}");
    }
}

/// Leave-one-out nearest centroid on 60 whitened components: far above the 0.2 of guessing.
#[test]
fn subtypes_can_be_found_again() {
    let simulated = demo();
    let subtype = &simulated.truth.subtype;
    let space: Vec<Vec<f64>> = components(&simulated, 60)
        .into_iter()
        .map(|scores| {
            let length = scores.iter().map(|score| score * score).sum::<f64>().sqrt();
            scores.iter().map(|score| score / length).collect()
        })
        .collect();
    let mut right = [0.0_f64; 5];
    let sizes = [0, 1, 2, 3, 4].map(|kind| subtype.iter().filter(|&&other| other == kind).count() as f64);
    for sample in 0..300 {
        let distance = |kind: usize| -> f64 {
            let others = |i: &usize| *i != sample && subtype[*i] == kind;
            let count = (0..300).filter(others).count() as f64;
            let to_centroid = |scores: &Vec<f64>| {
                let centroid = (0..300).filter(others).map(|i| scores[i]).sum::<f64>() / count;
                (scores[sample] - centroid).powi(2)
            };
            space.iter().map(to_centroid).sum()
        };
        let nearest = (0..5).min_by(|&a, &b| distance(a).total_cmp(&distance(b))).unwrap();
        right[nearest] += f64::from(u8::from(nearest == subtype[sample]));
    }
    let balanced = right.iter().zip(sizes).map(|(right, size)| right / size).sum::<f64>() / 5.0;
    assert!(balanced > 0.6, "{balanced}");
}

#[test]
fn a_programmes_genes_follow_its_activity() {
    let simulated = demo();
    let matrix = &simulated.cohort.matrix;
    for programme in &simulated.truth.programmes {
        let rows: Vec<_> =
            programme.genes.iter().map(|gene| &matrix.rows[matrix.genes.binary_search(gene).unwrap()]).collect();
        let mean: Vec<f64> = (0..300).map(|i| rows.iter().map(|row| f64::from(row[i])).sum::<f64>()).collect();
        let activity: Vec<f64> = programme.activity.iter().map(|&activity| f64::from(activity)).collect();
        let found = correlation(&mean, &activity);
        assert!(found > 0.5, "{}: {found}", programme.set);
    }
}

#[test]
fn a_second_biopsy_is_of_the_same_tumour_at_another_purity() {
    let Simulated { cohort, truth } = demo();
    let profile =
        |matrix: &ExpressionMatrix, i: usize| -> Vec<f64> { matrix.rows.iter().map(|row| f64::from(row[i])).collect() };
    let mean = |of: &dyn Fn(usize) -> usize| -> f64 {
        let all = (0..100).map(|i| correlation(&profile(&cohort.matrix, i), &profile(&truth.second_biopsies, of(i))));
        all.sum::<f64>() / 100.0
    };
    assert!(mean(&|i| i) > mean(&|i| (i + 1) % 300) + 0.02);
    assert_ne!(truth.purity, truth.second_purity);
}

#[test]
fn the_files_hold_what_the_cohort_holds() {
    let simulated = simulate(&SimulationSettings::tiny(5)).unwrap();
    let (expression, samples) = (simulated.expression_tsv(), simulated.samples_tsv());
    let mut lines = expression.lines();
    assert_eq!(lines.next().unwrap().split('\t').skip(1).collect::<Vec<_>>(), simulated.cohort.matrix.samples);
    for ((line, gene), row) in lines.zip(&simulated.cohort.matrix.genes).zip(&simulated.cohort.matrix.rows) {
        let (name, values) = line.split_once('\t').unwrap();
        assert_eq!(name, gene);
        let values: Vec<f32> = values.split('\t').map(|value| value.parse().unwrap()).collect();
        assert_eq!(values, row.to_vec());
    }
    assert_eq!(expression.lines().count(), 201);
    let width = 1 + simulated.cohort.columns.len();
    assert!(samples.lines().all(|line| line.split('\t').count() == width));
    assert_eq!(samples.lines().count(), 53);
}

#[test]
fn a_setting_out_of_range_is_refused() {
    let tiny = SimulationSettings::tiny(1);
    let refused = |settings| simulate(&settings).unwrap_err();
    assert_eq!(refused(SimulationSettings { tumours: 0, normals: 0, ..tiny.clone() }), SimulationError::NoTumours);
    let too_many = SimulationError::TooManyNormals { normals: 41, tumours: 40 };
    assert_eq!(refused(SimulationSettings { normals: 41, ..tiny.clone() }), too_many);
    for genes in [49, 4387] {
        let wrong = SimulationError::Genes { genes, most: 4386 };
        assert_eq!(refused(SimulationSettings { genes, ..tiny.clone() }), wrong);
    }
    for mismatch in [-0.1, 1.1, f64::NAN] {
        let error = refused(SimulationSettings { mismatch, ..tiny.clone() });
        assert!(matches!(error, SimulationError::Mismatch(_)));
    }
    for genes in (50..400).chain([4386]) {
        assert_eq!(simulate(&SimulationSettings { genes, ..tiny.clone() }).unwrap().cohort.matrix.genes.len(), genes);
    }
}
