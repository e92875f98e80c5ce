//! A simulated cohort whose truth is known: purity, subtype, programme activities.
//!
//! The construction is that of the method's reference simulator. Tumour cells have a log2 profile made of a baseline,
//! a tumour-to-normal difference, a subtype and ten programmes of continuous activity; normal tissue has the
//! baseline and six factors of its own. What sits in a biopsy beside tumour cells is normal tissue with an immune
//! infiltrate and tumour-associated stroma, which no adjacent normal has. A biopsy mixes the two in **linear** space by
//! its purity (Beta(3, 2), clipped to 0.12–0.95), is scaled to a fixed sum and gets multiplicative noise.
//!
//! It differs from the reference in its gene names alone, and what follows from them: genes are real symbols of the
//! Hallmark collection, each programme sits on 150 genes of one Hallmark set with loadings of one sign (a set's score
//! then follows the activity; the reference draws both signs), the immune module on interferon-γ and inflammatory
//! response, the stroma on epithelial–mesenchymal transition, the normal factors on sets of ordinary tissue.

mod biology;
mod text;

use crate::cohort::genes::hallmark::hallmark;
use crate::cohort::{
    Cohort, Column, ColumnKind, Evidence, ExpressionMatrix, FileReport, GeneIdKind, Logarithm, Role, ValueScale,
};
use biology::{Biology, TumourCells};
use rand::SeedableRng;
use rand::seq::index;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeSet;

/// Hallmark sets that carry the tumour programmes.
const PROGRAMME_SETS: [&str; 10] = [
    "HALLMARK_HYPOXIA",
    "HALLMARK_E2F_TARGETS",
    "HALLMARK_OXIDATIVE_PHOSPHORYLATION",
    "HALLMARK_MYC_TARGETS_V1",
    "HALLMARK_ESTROGEN_RESPONSE_EARLY",
    "HALLMARK_P53_PATHWAY",
    "HALLMARK_MTORC1_SIGNALING",
    "HALLMARK_FATTY_ACID_METABOLISM",
    "HALLMARK_KRAS_SIGNALING_UP",
    "HALLMARK_GLYCOLYSIS",
];
/// The factors by which one person's normal tissue differs from another's.
const NORMAL_SETS: [&str; 6] = [
    "HALLMARK_ADIPOGENESIS",
    "HALLMARK_MYOGENESIS",
    "HALLMARK_XENOBIOTIC_METABOLISM",
    "HALLMARK_COAGULATION",
    "HALLMARK_HEME_METABOLISM",
    "HALLMARK_BILE_ACID_METABOLISM",
];
const SUBTYPE_NAMES: [&str; 5] = ["A", "B", "C", "D", "E"];

/// Below this the modules of the model have too few genes to be told apart.
const FEWEST_GENES: usize = 50;

/// What to simulate.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulationSettings {
    /// Tumours, at least 1.
    pub tumours: usize,
    /// Adjacent normals in the cohort, at most one per tumour's patient.
    pub normals: usize,
    /// Genes, 50 to 4,386 (the size of the Hallmark collection).
    pub genes: usize,
    /// Everything random follows from it.
    pub seed: u64,
    /// How far the normal part of a biopsy is from adjacent normal tissue: 0 (the same) to 1; scales immune
    /// infiltrate and stroma.
    pub mismatch: f64,
    /// Further normals, not in the cohort but in [`Truth::unseen_normals`], for tests. The cohort does not depend
    /// on it.
    pub unseen_normals: usize,
    /// Whether to take a second, independent biopsy of every tumour ([`Truth::second_biopsies`]). The cohort does
    /// not depend on it.
    pub second_biopsies: bool,
}

impl Default for SimulationSettings {
    fn default() -> Self {
        Self {
            tumours: 300,
            normals: 40,
            genes: 2000,
            seed: 7,
            mismatch: 0.5,
            unseen_normals: 0,
            second_biopsies: false,
        }
    }
}

impl SimulationSettings {
    /// 40 tumours, 12 normals, 200 genes: for tests that only need something of the right shape.
    pub fn tiny(seed: u64) -> Self {
        Self { tumours: 40, normals: 12, genes: 200, seed, ..Self::default() }
    }

    fn check(&self, collection: usize) -> Result<(), SimulationError> {
        let &Self { tumours, normals, genes, mismatch, .. } = self;
        if tumours == 0 {
            return Err(SimulationError::NoTumours);
        }
        if normals > tumours {
            return Err(SimulationError::TooManyNormals { normals, tumours });
        }
        if !(FEWEST_GENES..=collection).contains(&genes) {
            return Err(SimulationError::Genes { genes, most: collection });
        }
        if !(0.0..=1.0).contains(&mismatch) {
            return Err(SimulationError::Mismatch(mismatch));
        }
        Ok(())
    }
}

/// A setting out of its range.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SimulationError {
    /// No tumour was asked for.
    #[error("A simulated cohort needs at least one tumour. Ask for one or more.")]
    NoTumours,
    /// More normals than patients.
    #[error(
        "{normals} normals were asked for beside {tumours} tumours, but every normal belongs to one tumour's patient. \
         Ask for at most {tumours}."
    )]
    TooManyNormals {
        /// Normals asked for.
        normals: usize,
        /// Tumours asked for.
        tumours: usize,
    },
    /// Fewer genes than the modules need, or more than the Hallmark collection can name.
    #[error("{genes} genes were asked for. Ask for {FEWEST_GENES} to {most}.")]
    Genes {
        /// Genes asked for.
        genes: usize,
        /// Genes of the Hallmark collection.
        most: usize,
    },
    /// The mismatch is not a share.
    #[error("The mismatch is {0}. Give a number from 0 to 1.")]
    Mismatch(f64),
}

/// A tumour programme and how active it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Programme {
    /// The Hallmark set it is planted on.
    pub set: String,
    /// The genes that follow it, all upwards.
    pub genes: Vec<String>,
    /// Activity in each tumour, N(0, 1), in file order.
    pub activity: Vec<f32>,
}

/// What a real cohort never tells. Vectors are one entry per tumour, in file order.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Share of the biopsy's RNA mixture that is tumour.
    pub purity: Vec<f32>,
    /// Subtype, 0 to 4 (`A` to `E` in the sample sheet).
    pub subtype: Vec<usize>,
    /// Immune infiltration, |N(0, 1)|.
    pub immune: Vec<f32>,
    /// The ten programmes.
    pub programmes: Vec<Programme>,
    /// Genes raised by immune infiltration.
    pub immune_genes: Vec<String>,
    /// Genes raised in tumour-associated stroma.
    pub stroma_genes: Vec<String>,
    /// The Hallmark set of each normal factor.
    pub normal_factors: Vec<String>,
    /// The tumour cells of each biopsy alone, scaled as a biopsy and without noise: what a purified profile is an estimate of.
    pub tumour_cells: ExpressionMatrix,
    /// Normals that are not in the cohort; genes and scale as in the cohort's matrix.
    pub unseen_normals: ExpressionMatrix,
    /// A second biopsy of each tumour, or no sample at all; genes and scale as in the cohort's matrix.
    pub second_biopsies: ExpressionMatrix,
    /// Purity of each second biopsy.
    pub second_purity: Vec<f32>,
}

/// A simulated cohort and its truth.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// As if read from files: log2(1 + TPM) with three decimals.
    pub cohort: Cohort,
    /// What was simulated.
    pub truth: Truth,
}

/// Simulate a cohort; equal settings give equal bits.
///
/// # Errors
/// When a setting is out of its range.
pub fn simulate(settings: &SimulationSettings) -> Result<Simulated, SimulationError> {
    let collection = hallmark();
    settings.check(collection.iter().flat_map(|set| &set.genes).collect::<BTreeSet<_>>().len())?;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(settings.seed);
    let biology = Biology::draw(settings, &collection, &mut rng);

    let cells: Vec<TumourCells> = (0..settings.tumours).map(|_| biology.tumour(&mut rng)).collect();
    let (first, purity) = biology.biopsies(&cells, &mut rng);
    let normals: Vec<Vec<f32>> = (0..settings.normals).map(|_| biology.normal_sample(&mut rng)).collect();
    let patient_of_normal = index::sample(&mut rng, settings.tumours, settings.normals).into_vec();
    // Drawn last, so that asking for them leaves the cohort as it is.
    let unseen: Vec<Vec<f32>> = (0..settings.unseen_normals).map(|_| biology.normal_sample(&mut rng)).collect();
    let (second, second_purity) =
        if settings.second_biopsies { biology.biopsies(&cells, &mut rng) } else { (Vec::new(), Vec::new()) };

    let patients: Vec<String> = (1..=settings.tumours).map(|number| format!("SIM-{number:04}")).collect();
    let name = |(patient, kind): (&String, &str)| format!("{patient}-{kind}");
    let tumour_names: Vec<String> = patients.iter().map(|patient| name((patient, "T"))).collect();
    let samples = tumour_names
        .iter()
        .cloned()
        .chain(patient_of_normal.iter().filter_map(|&index| patients.get(index)).map(|patient| name((patient, "N"))))
        .collect();
    let truth = Truth {
        subtype: cells.iter().map(|tumour| tumour.subtype).collect(),
        immune: cells.iter().map(|tumour| tumour.immune as f32).collect(),
        programmes: PROGRAMME_SETS
            .iter()
            .zip(&biology.programmes)
            .enumerate()
            .map(|(index, (set, effect))| Programme {
                set: (*set).to_owned(),
                genes: biology.names(effect),
                activity: cells.iter().map(|tumour| tumour.activity[index] as f32).collect(),
            })
            .collect(),
        immune_genes: biology.names(&biology.immune),
        stroma_genes: biology.names(&biology.stroma),
        normal_factors: NORMAL_SETS.map(str::to_owned).to_vec(),
        tumour_cells: biology.matrix(tumour_names.clone(), &cells.iter().map(TumourCells::profile).collect::<Vec<_>>()),
        unseen_normals: biology
            .matrix((1..=unseen.len()).map(|number| format!("UNSEEN-{number:04}-N")).collect(), &unseen),
        second_biopsies: biology.matrix(tumour_names.into_iter().take(second.len()).collect(), &second),
        purity,
        second_purity,
    };
    let matrix = biology.matrix(samples, &[first, normals].concat());
    let patients = (0..settings.tumours).chain(patient_of_normal).map(|index| patients.get(index).cloned()).collect();
    Ok(Simulated { cohort: cohort(settings, matrix, patients, &truth), truth })
}

fn cohort(
    settings: &SimulationSettings,
    matrix: ExpressionMatrix,
    patients: Vec<Option<String>>,
    truth: &Truth,
) -> Cohort {
    let (tumours, normals) = (settings.tumours, settings.normals);
    let column = |name: String, kind, of_tumours: Vec<String>| {
        let values = of_tumours.into_iter().map(Some).chain((0..normals).map(|_| None)).collect();
        Column { name, kind, values }
    };
    let number = |name: &str, values: &[f32]| {
        column(name.to_owned(), ColumnKind::Number, values.iter().map(|value| format!("{value:.3}")).collect())
    };
    let types = (0..tumours + normals).map(|index| if index < tumours { "tumor" } else { "normal" });
    let mut columns = vec![
        Column {
            name: "type".to_owned(),
            kind: ColumnKind::Category,
            values: types.map(|kind| Some(kind.to_owned())).collect(),
        },
        Column { name: "patient".to_owned(), kind: ColumnKind::Text, values: patients.clone() },
        column(
            "subtype".to_owned(),
            ColumnKind::Category,
            truth.subtype.iter().map(|&subtype| SUBTYPE_NAMES[subtype].to_owned()).collect(),
        ),
        number("purity", &truth.purity),
        number("immune", &truth.immune),
    ];
    columns.extend(
        truth
            .programmes
            .iter()
            .map(|programme| number(&programme.set.replace("HALLMARK_", "activity_"), &programme.activity)),
    );
    let roles = std::iter::repeat_n(Role::Tumour, tumours).chain(std::iter::repeat_n(Role::AdjacentNormal, normals));
    let roles = Evidence { value: roles.collect(), because: "The simulator made them so (column type).".to_owned() };
    let reasons = vec!["the simulator made it so".to_owned(); tumours + normals];
    Cohort {
        columns,
        role_reasons: reasons.clone(),
        detected: crate::cohort::samples::roles::Detected { roles: roles.clone(), reasons },
        roles,
        patients,
        scale: Evidence {
            value: ValueScale::Log2,
            because: "The simulator wrote log2(1 + TPM), and its values stay below 20.".to_owned(),
        },
        logarithm: Some(Logarithm { offset: 1.0, of_counts: false, base_told: true, offset_told: true }),
        gene_ids: Evidence {
            value: GeneIdKind::Symbol,
            because: format!("All {} names are HGNC symbols of the Hallmark collection.", matrix.genes.len()),
        },
        recognised_genes: None,
        gene_sets: Vec::new(),
        files: vec![FileReport {
            name: format!("simulated cohort, seed {}", settings.seed),
            kind: "simulated".to_owned(),
            detail: format!(
                "Simulated, not measured: {tumours} tumours and {normals} adjacent normals of {} genes, \
                 log2(1 + TPM); purity, subtype and programme activities are known.",
                matrix.genes.len()
            ),
        }],
        sources: vec![0; tumours + normals],
        joins: Vec::new(),
        warnings: Vec::new(),
        matrix,
    }
}
