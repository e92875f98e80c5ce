use ndarray::{Array2, Axis, Slice};

use super::{BLOCK, Extending, Extension, PurifiedExpression, Source, TUMOURS};
use crate::baseline::{ClosedForm, Representation};
use crate::cohort::simulated::{SimulationSettings, Truth, simulate};
use crate::cohort::{Cohort, Row};
use crate::training_set::{Measured, SampleLevels, Selection, TrainingSet};

const MIXING: f64 = 0.9;

/// A simulated cohort with a closed form of some of its genes.
struct Case {
    cohort: Cohort,
    truth: Truth,
    set: TrainingSet,
    form: ClosedForm,
    samples: SampleLevels,
}

impl Case {
    fn of(settings: SimulationSettings, genes: usize, change: impl FnOnce(&mut Cohort)) -> Self {
        let simulated = simulate(&settings).unwrap();
        let (mut cohort, truth) = (simulated.cohort, simulated.truth);
        change(&mut cohort);
        let set = TrainingSet::from_cohort(&cohort, Selection { genes, held_out: 0.4, seed: 7 }).unwrap();
        let stand_in: Vec<f64> = truth.purity.iter().map(|p| f64::from(*p)).collect();
        let form = ClosedForm::fit(&set, 40, MIXING, 7).unwrap();
        let form = form.find_directions(&set, MIXING, 7, Some(&stand_in));
        let samples = SampleLevels::of(&cohort, &set).unwrap();
        Self { cohort, truth, set, form, samples }
    }

    fn small(change: impl FnOnce(&mut Cohort)) -> Self {
        Self::of(
            SimulationSettings { tumours: 60, normals: 20, genes: 600, ..SimulationSettings::default() },
            300,
            change,
        )
    }

    fn measured(&self) -> Measured<'_> {
        Measured::of(&self.cohort, &self.samples).unwrap()
    }

    fn extension(&self) -> Extension {
        let whole = self.form.embed_whole(&self.set.tumour_values);
        Extension::fit(&self.form, &whole, &self.set, &self.measured(), MIXING, 7).unwrap()
    }

    /// Raw and purified, all genes, with a profile of the training genes.
    fn read(&self, extension: &Extension, profile: &Array2<f32>) -> [Array2<f32>; 2] {
        let read =
            PurifiedExpression::new(self.measured(), &self.set, profile, extension, self.form.removal()).unwrap();
        let all = 0..self.cohort.matrix.genes.len();
        [read.raw(all.clone()), read.purified(all)]
    }

    fn profile(&self) -> Array2<f32> {
        self.set.tumour_values.mapv(|v| (1.0 + v).log2())
    }
}

fn same(a: &Array2<f32>, b: &Array2<f32>) -> bool {
    a.dim() == b.dim() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

#[test]
fn every_gene_has_a_place_and_the_blocks_are_the_whole_to_the_bit() {
    let case = Case::small(|_| {});
    let extension = case.extension();
    let [training, ridge, not, few] = extension.counts();
    assert_eq!((training, training + ridge + not + few), (300, 600));
    assert!(ridge > 150, "{ridge} genes are explained");
    let profile = case.profile();
    let [raw, purified] = case.read(&extension, &profile);
    let read = PurifiedExpression::new(case.measured(), &case.set, &profile, &extension, case.form.removal()).unwrap();
    let mut rows = 0;
    read.blocks(|first, a, b| {
        assert_eq!(first % BLOCK, 0);
        for (i, (a, b)) in a.rows().into_iter().zip(b.rows()).enumerate() {
            assert_eq!(a, raw.row(first + i));
            let bits = |v: ndarray::ArrayView1<f32>| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(b), bits(purified.row(first + i)), "row {}", first + i);
            rows += 1;
        }
        Ok::<(), ()>(())
    })
    .unwrap();
    assert_eq!(rows, 600);
    for first in (0..60).step_by(TUMOURS) {
        let some = first..(first + TUMOURS).min(60);
        let of = purified.slice_axis(Axis(1), Slice::from(some.clone())).reversed_axes().to_owned();
        assert!(same(&read.purified_tumours(some.clone()), &of), "tumours {some:?}");
    }
    for row in 0..600 {
        let alone = read.purified(row..row + 1);
        assert!(alone.row(0).iter().zip(purified.row(row)).all(|(a, b)| a.to_bits() == b.to_bits()), "row {row}");
        let gene = read.gene(row);
        let marked = matches!(gene.source, Source::NotExplained | Source::TooFewValues);
        assert_eq!(marked, purified.row(row).iter().all(|v| v.is_nan()));
        assert!(gene.source != Source::Ridge || gene.r2 > 0.0);
        assert!(gene.source != Source::NotExplained || gene.r2.is_nan() || gene.r2 <= 0.0);
    }
}

#[test]
fn it_is_the_same_to_the_bit_again_and_step_by_step() {
    let case = Case::small(|_| {});
    let whole = case.form.embed_whole(&case.set.tumour_values);
    let measured = case.measured();
    let mut extending = Extending::begin(&case.form, &whole, &case.set, &measured, MIXING, 7).unwrap();
    let mut done = 0.0;
    while !extending.is_done() {
        let now = extending.advance(&measured);
        assert!(now > done);
        done = now;
    }
    let stepped = extending.finish(&measured);
    let again = case.extension();
    let profile = case.profile();
    let (a, b) = (case.read(&stepped, &profile), case.read(&again, &profile));
    assert!(same(&a[1], &b[1]) && done == 1.0);
}

#[test]
fn strength_takes_out_of_a_gene_what_moves_with_the_directions() {
    let mut case = Case::small(|_| {});
    let extension = case.extension();
    let profile = case.profile();
    let most = case.form.removal().unwrap().directions().len();
    assert_eq!(most, 5);
    let [raw, whole] = case.read(&extension, &profile);
    case.form.set_strength(most, &[]);
    let [_, taken] = case.read(&extension, &profile);
    let purity: Vec<f64> = case.truth.purity.iter().map(|v| f64::from(*v)).collect();
    let follows = |values: &Array2<f32>, row: usize| {
        let gene: Vec<f64> = values.row(row).iter().map(|v| f64::from(*v)).collect();
        crate::readout::correlation::pearson(&gene, &purity).unwrap().abs()
    };
    // Those that move with the directions; the less of a gene is explained, the more of it stays as it was measured.
    let moved = |row: usize| (&whole.row(row) - &taken.row(row)).iter().map(|v| v.abs()).sum::<f32>();
    let mut rows: Vec<usize> = (0..600).filter(|&row| extension.gene(row).source == Source::Ridge).collect();
    rows.sort_by(|a, b| moved(*b).total_cmp(&moved(*a)));
    rows.truncate(30);
    let median = |values: &Array2<f32>| {
        let mut all: Vec<f64> = rows.iter().map(|&row| follows(values, row)).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let (raw, before, after) = (median(&raw), median(&whole), median(&taken));
    println!(
        "|r| with purity of genes outside the training set: raw {raw:.2}, strength 0 {before:.2}, {most} {after:.2}"
    );
    assert!(after < 0.9 * before && !same(&whole, &taken), "{raw} {before} {after}");
    case.form.set_strength(most, &[1, 2, 3, 4, 5]);
    assert!(same(&case.read(&extension, &profile)[1], &whole), "what is kept stays");
}

#[test]
fn no_gene_outside_the_training_set_and_no_mixing_are_answered() {
    let settings = SimulationSettings { tumours: 40, normals: 12, genes: 200, ..SimulationSettings::default() };
    let case = Case::of(settings, 0, |_| {});
    let extension = case.extension();
    assert_eq!(extension.counts(), [200, 0, 0, 0]);
    let profile = case.profile();
    let [raw, purified] = case.read(&extension, &profile);
    // The profile given is the raw one, in the training set's order of genes.
    assert!(raw.iter().zip(&purified).all(|(a, b)| (a - b).abs() < 1e-5));
    let whole = case.form.embed_whole(&case.set.tumour_values);
    let still = Extension::fit(&case.form, &whole, &case.set, &case.measured(), 0.0, 7).unwrap();
    assert_eq!(still.len(), 200);
}

#[test]
fn missing_values_stay_missing_and_a_gene_that_misses_many_has_none() {
    let blank = |row: &mut Row, tumours: &[usize]| tumours.iter().for_each(|&at| row[at] = f32::NAN);
    let mut named = Vec::new();
    let case = Case::small(|cohort| {
        // Genes with a missing value are never trained on.
        blank(&mut cohort.matrix.rows[10], &[3, 5, 64]);
        blank(&mut cohort.matrix.rows[11], &(0..20).collect::<Vec<_>>());
        cohort.matrix.rows[12].iter_mut().for_each(|v| *v = 2.0);
        named = cohort.matrix.genes[10..13].to_vec();
    });
    assert!(named.iter().all(|name| !case.set.genes.contains(name)));
    let extension = case.extension();
    assert_eq!(extension.gene(11).source, Source::TooFewValues);
    assert_eq!(extension.gene(12).source, Source::NotExplained);
    assert!(extension.gene(12).r2.is_nan());
    let [raw, purified] = case.read(&extension, &case.profile());
    for values in [&raw, &purified] {
        let missing: Vec<usize> = (0..60).filter(|&at| values[[10, at]].is_nan()).collect();
        assert!(missing == [3, 5] || extension.gene(10).source != Source::Ridge, "{missing:?}");
    }
    assert!(purified.row(11).iter().chain(&purified.row(12)).all(|v| v.is_nan()));
}

#[test]
fn sixty_thousand_rows_of_which_most_are_empty_are_read() {
    let settings = SimulationSettings { tumours: 24, normals: 8, genes: 1000, ..SimulationSettings::default() };
    let case = Case::of(settings, 300, |cohort| {
        let samples = cohort.matrix.samples.len();
        let genes = &mut cohort.matrix.genes;
        (0..1000).for_each(|at| genes[at] = format!("ENSG{at:011}"));
        for at in 1000..60_000 {
            genes.push(format!("ENSG{at:011}"));
            // Most of an annotation is not expressed; a few rows are noise.
            let noise = |s: usize| if at % 10 == 0 { ((at * 31 + s * 17) % 97) as f32 * 0.05 } else { 0.0 };
            cohort.matrix.rows.push((0..samples).map(noise).collect());
        }
    });
    let extension = case.extension();
    let [training, ridge, not, few] = extension.counts();
    println!("{training} trained, {ridge} by ridge, {not} not explained, {few} with too few values");
    assert_eq!((training, training + ridge + not + few), (300, 60_000));
    assert!(
        not > 53_000 && (0..60_000).filter(|at| at % 10 != 0 && *at >= 1000).all(|at| !extension.gene(at).explained())
    );
}
