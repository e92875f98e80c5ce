//! Another cohort read for a saved model.

use super::*;
use crate::cohort::simulated::{SimulationSettings, simulate};
use crate::cohort::{Cohort, GeneMap};

fn cohort(seed: u64) -> Cohort {
    simulate(&SimulationSettings { tumours: 60, normals: 12, genes: 200, seed, ..Default::default() })
        .expect("a cohort")
        .cohort
}

const SELECTION: Selection = Selection { genes: 50, held_out: 0.4, seed: 1 };

fn aligned(cohort: &Cohort, trained: &TrainingSet, alignment: Alignment) -> Result<Aligned, TrainingSetError> {
    Aligned::of(cohort, &trained.genes, &trained.moments, None, Some(&trained.reading), alignment, SELECTION)
}

#[test]
fn the_training_cohort_itself_comes_back_to_the_bit_in_any_order() {
    let mut cohort = cohort(3);
    let trained = TrainingSet::from_cohort(&cohort, SELECTION).expect("a training set");
    let again = aligned(&cohort, &trained, Alignment::Auto).expect("aligned");
    assert_eq!(again.transfer.alignment, Alignment::AsMeasured);
    assert_eq!((again.transfer.found, again.columns.len(), again.transfer.missing.len()), (50, 50, 0));
    assert_eq!(again.set, trained);

    cohort.matrix.genes.reverse();
    cohort.matrix.rows.reverse();
    assert_eq!(aligned(&cohort, &trained, Alignment::Auto).expect("aligned").set.tumour_values, trained.tumour_values);
}

#[test]
fn another_platform_is_standardised_by_its_own_moments() {
    let mut cohort = cohort(3);
    let trained = TrainingSet::from_cohort(&cohort, SELECTION).expect("a training set");
    let standardised = trained.moments.standardise(&trained.tumour_values);
    for (at, row) in cohort.matrix.rows.iter_mut().enumerate() {
        let shift = 2.0 + (at % 5) as f32;
        row.iter_mut().for_each(|v| *v = *v * 0.7 + shift);
    }
    let other = aligned(&cohort, &trained, Alignment::Auto).expect("aligned");
    assert_eq!(other.transfer.alignment, Alignment::Genes);
    assert!(other.transfer.shift > 1.0, "{}", other.transfer.shift);
    let again = other.set.moments.standardise(&other.set.tumour_values);
    let worst = again.iter().zip(&standardised).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // log2(1 + x) is not quite log2 x, so a shift of logs is not quite one of these.
    assert!(worst < 0.6, "{worst}");

    // By samples the order within each sample decides, whatever the scale.
    let ranks = aligned(&cohort, &trained, Alignment::Samples).expect("aligned");
    let profile = ranks.set.tumour_values.row(0).iter().map(|v| f64::from(log2_1p(*v))).sum::<f64>();
    let expected: f64 = trained.moments.mean.iter().map(|v| f64::from(*v)).sum();
    assert!((profile - expected).abs() < 0.01 * expected.abs(), "{profile} is not {expected}");
}

#[test]
fn missing_genes_are_counted_and_too_many_refused() {
    let mut cohort = cohort(4);
    let trained = TrainingSet::from_cohort(&cohort, SELECTION).expect("a training set");
    let row = |name: &str, cohort: &Cohort| cohort.matrix.genes.iter().position(|g| g == name).expect("a row");
    // One value of a gene is missing: it takes the mean. Most are: the gene is missing.
    let (patched, gone) = (row(&trained.genes[2], &cohort), row(&trained.genes[5], &cohort));
    cohort.matrix.rows[patched][0] = f32::NAN;
    cohort.matrix.rows[gone][..60].fill(f32::NAN);
    for gene in &trained.genes[40..] {
        let at = row(gene, &cohort);
        cohort.matrix.genes[at] = format!("NOT_{gene}");
    }
    let found = aligned(&cohort, &trained, Alignment::Auto).expect("aligned");
    assert_eq!((found.transfer.found, found.transfer.genes), (39, 50));
    assert!(found.transfer.missing.contains(&trained.genes[5]) && !found.columns.contains(&5));
    assert!(found.set.tumour_values.iter().all(|v| v.is_finite()));
    assert!(found.transfer.sentence.contains("39 of the model's 50 genes") && found.transfer.sentence.contains("78 %"));

    for gene in &trained.genes[20..40] {
        let at = row(gene, &cohort);
        cohort.matrix.genes[at] = format!("NOT_{gene}");
    }
    let refused = aligned(&cohort, &trained, Alignment::Auto).expect_err("19 of 50");
    assert_eq!(refused.code(), "transfer_coverage");
    assert!(refused.to_string().contains("19 of the model's 50 genes"), "{refused}");
}

#[test]
fn older_names_and_ids_find_their_gene() {
    let map = GeneMap::read(include_bytes!("../../www/gene_map.tsv.gz")).expect("the map");
    let mut cohort = cohort(5);
    let mut trained = TrainingSet::from_cohort(&cohort, SELECTION).expect("a training set");
    // The model knows a gene by its older name and one by its Entrez id, the cohort by their symbols.
    for (at, (model, here)) in [("CCRN4L", "NOCT"), ("7157", "TP53")].into_iter().enumerate() {
        let row = cohort.matrix.genes.iter().position(|g| *g == trained.genes[at]).expect("a row");
        for gene in cohort.matrix.genes.iter_mut().filter(|g| *g == here) {
            *gene = "ELSEWHERE".into();
        }
        cohort.matrix.genes[row] = here.into();
        trained.genes[at] = model.into();
    }
    let found = Aligned::of(&cohort, &trained.genes, &trained.moments, Some(&map), None, Alignment::Auto, SELECTION);
    let found = found.expect("aligned").transfer;
    assert_eq!((found.renamed, found.missing), (2, vec![]));
    assert!(aligned(&cohort, &trained, Alignment::Auto).expect("aligned").transfer.missing.len() == 2);
}

#[test]
fn an_older_name_does_not_take_the_row_of_the_very_name() {
    let map = GeneMap::read(include_bytes!("../../www/gene_map.tsv.gz")).expect("the map");
    let mut cohort = cohort(5);
    let mut trained = TrainingSet::from_cohort(&cohort, SELECTION).expect("a training set");
    cohort.matrix.genes.iter_mut().filter(|g| *g == "NOCT").for_each(|g| *g = "ELSEWHERE".into());
    let row = cohort.matrix.genes.iter().position(|g| *g == trained.genes[1]).expect("a row");
    cohort.matrix.genes[row] = "NOCT".into();
    // An older model holds both, and the older name stands first.
    let lost = std::mem::replace(&mut trained.genes[0], "CCRN4L".into());
    trained.genes[1] = "NOCT".into();
    cohort.matrix.genes.iter_mut().filter(|g| **g == lost).for_each(|g| *g = "GONE".into());
    let found = Aligned::of(&cohort, &trained.genes, &trained.moments, Some(&map), None, Alignment::Auto, SELECTION)
        .expect("aligned");
    assert_eq!((found.transfer.missing, found.transfer.renamed), (vec!["CCRN4L".to_owned()], 0));
    assert_eq!(found.set.tumour_values.column(0), trained.tumour_values.column(1));
}

#[test]
fn what_the_cells_do_not_tell_of_a_logarithm_the_model_does() {
    let mut cohort = cohort(3);
    let trained = TrainingSet::from_cohort(&cohort, SELECTION).expect("a training set");
    assert_eq!(trained.reading.formula(), "log2(x + 1)");
    // A part of the cohort in which no value is near 0: nothing tells the offset.
    cohort.logarithm = Some(crate::cohort::Logarithm { base_told: true, ..Default::default() });
    let alone = Aligned::of(&cohort, &trained.genes, &trained.moments, None, None, Alignment::AsMeasured, SELECTION);
    assert_ne!(alone.expect("aligned").set.tumour_values, trained.tumour_values);
    let as_trained = aligned(&cohort, &trained, Alignment::AsMeasured).expect("aligned");
    assert_eq!(as_trained.set.tumour_values, trained.tumour_values);
    assert!(
        as_trained.transfer.sentence.contains("as in training they are log2(x + 1)"),
        "{}",
        as_trained.transfer.sentence
    );
    // What they do tell stays.
    cohort.logarithm = Some(crate::cohort::Logarithm { base_told: true, offset_told: true, ..Default::default() });
    let own = aligned(&cohort, &trained, Alignment::AsMeasured).expect("aligned");
    assert_ne!(own.set.tumour_values, trained.tumour_values);
}

#[test]
fn profiles_hold_the_genes_asked_for() {
    let mut cohort = cohort(6);
    cohort.matrix.rows[1][0] = f32::NAN;
    let wanted = cohort.matrix.genes[..3].to_vec();
    let (log, genes) = tumour_profiles(&cohort, |gene| wanted.iter().any(|w| w == gene)).expect("profiles");
    assert_eq!((log.dim(), &genes), ((60, 2), &vec![wanted[0].clone(), wanted[2].clone()]));
    // The simulator writes log2(1 + x).
    let (found, value) = (log[[7, 1]], cohort.matrix.rows[2][7]);
    assert!((value - found).abs() < 1e-4, "{found} is not {value}");
}
