//! Several tumour samples of one patient, and which of them to set aside: what a TCGA barcode says of vial, aliquot and
//! origin (`TCGA-A7-A0CE-01B-11R-A089-07`: type 01, vial B, portion 11, analyte R, plate A089), else the patient alone.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::patients::participant;
use crate::cohort::quality::finding::{Finding, about};
use crate::cohort::text::names::barcode_sample_type;
use crate::cohort::{Cohort, Role};

/// Barcode types of metastases and of recurrences (GDC, *Sample Type Codes*).
const METASTASES: [u8; 2] = [6, 7];
const RECURRENCES: [u8; 2] = [2, 4];

/// What a barcode says beyond its participant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Vial {
    kind: u8,
    /// `A` where the barcode ends before it.
    vial: u8,
    /// Portion, analyte, plate and centre.
    aliquot: String,
}

impl Vial {
    fn of(sample: &str) -> Option<Self> {
        let kind = barcode_sample_type(sample)?;
        let vial = sample.as_bytes().get(15).map_or(b'A', u8::to_ascii_uppercase);
        let aliquot = sample.get(16..).unwrap_or_default().replace(['.', '_'], "-").to_ascii_uppercase();
        Some(Self { kind, vial, aliquot })
    }

    /// Lowest is kept: a primary tumour, then a new primary, a recurrence, a metastasis; the first vial; of several
    /// aliquots as Broad's Firehose chooses (GDAC, *Replicate Samples*): RNA of the hybrid protocol (H) before R before T, then
    /// the later plate, then the last in order.
    fn rank(&self) -> (u8, u8, u8, Reverse<&str>, Reverse<&str>) {
        let origin = match self.kind {
            1 | 3 | 9 => 0,
            kind if RECURRENCES.contains(&kind) => 2,
            kind if METASTASES.contains(&kind) => 3,
            _ => 1,
        };
        let mut fields = self.aliquot.split('-').skip(1);
        let (portion, plate) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        let analyte = match portion.as_bytes().last() {
            Some(b'H') => 0,
            Some(b'T') => 2,
            _ => 1,
        };
        (origin, self.vial, analyte, Reverse(plate), Reverse(&self.aliquot))
    }
}

/// Metastases, recurrences, later vials, further aliquots and further samples among the tumours, each a finding whose samples
/// are those proposed to set aside.
pub(in crate::cohort) fn vial_findings(cohort: &Cohort) -> Vec<Finding> {
    let samples = &cohort.matrix.samples;
    let tumours: Vec<usize> =
        (0..samples.len()).filter(|at| cohort.roles.value.get(*at) == Some(&Role::Tumour)).collect();
    let vials: HashMap<usize, Vial> = tumours.iter().filter_map(|&at| Some((at, Vial::of(&samples[at])?))).collect();
    // What most of the cohort is, is what it is of: metastases of melanoma, say.
    let few = |kinds: &[u8]| {
        let all: Vec<usize> =
            tumours.iter().copied().filter(|at| vials.get(at).is_some_and(|v| kinds.contains(&v.kind))).collect();
        if 2 * all.len() > tumours.len() { Vec::new() } else { all }
    };
    let (metastases, recurrences) = (few(&METASTASES), few(&RECURRENCES));
    let named = |at: &usize| metastases.contains(at) || recurrences.contains(at);
    let later = |at: &usize| !named(at) && vials.get(at).is_some_and(|v| v.vial > b'A');
    let later: Vec<usize> = tumours.iter().copied().filter(later).collect();
    let (mut aliquots, mut others) = (Vec::new(), Vec::new());
    for own in of_patients(cohort, &tumours) {
        let best = own.iter().copied().min_by_key(|at| vials.get(at).map(Vial::rank));
        for at in own.into_iter().filter(|at| Some(*at) != best && !named(at) && !later.contains(at)) {
            if vials.contains_key(&at) { &mut aliquots } else { &mut others }.push(at);
        }
    }
    [
        ("tcga_metastases", metastases, "of a metastasis (barcode type 06 or 07) among primary tumours: what surrounds it is another tissue. Best set aside."),
        ("tcga_recurrences", recurrences, "of a recurrence (barcode type 02 or 04) among primary tumours, as a rule after treatment. Best set aside."),
        ("tcga_later_vials", later, "from a second or later vial of a tumour (01B, 01C), in TCGA mostly fixed in formalin (FFPE), which degrades RNA. Best set aside."),
        ("tcga_aliquots", aliquots, "of a patient whose tumour is here already, another aliquot or sample of it. Set aside, one sample of each patient is left."),
        ("several_of_a_patient", others, "of patients who have a tumour here already. No fold splits a patient, and survival and tests between groups take one tumour of each. Set aside, one sample of each patient is left throughout."),
    ]
    .into_iter()
    .filter_map(|(code, mut samples, what)| {
        samples.sort_unstable();
        about(cohort, code, &samples, what)
    })
    .collect()
}

/// The tumours of each patient who has several, by barcode, else as the cohort says.
fn of_patients(cohort: &Cohort, tumours: &[usize]) -> Vec<Vec<usize>> {
    let mut own: HashMap<String, Vec<usize>> = HashMap::new();
    for &at in tumours {
        let known = || cohort.patients.get(at).cloned().flatten();
        if let Some(patient) = cohort.matrix.samples.get(at).and_then(|s| participant(s)).or_else(known) {
            own.entry(patient).or_default().push(at);
        }
    }
    own.into_values().filter(|own| own.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barcode_ranks_its_sample() {
        let rank = |sample: &str| Vial::of(sample).expect("a barcode");
        let order = [
            "TCGA-ZZ-Q001-01A-11H-Z100-07",
            "TCGA-ZZ-Q001-01A-12R-Z210-07",
            "tcga.zz.q001.01a.11r.z210.07",
            "TCGA-ZZ-Q001-01A-13R-Z101-07",
            "TCGA-ZZ-Q001-01A-11R-Z101-07",
            "TCGA-ZZ-Q001-01A-12T-Z400-07",
            "TCGA-ZZ-Q001-01B-11R-Z300-07",
            "TCGA-ZZ-Q001-02A-11R-Z101-07",
            "TCGA-ZZ-Q001-06A-11R-Z101-07",
        ];
        let vials = order.map(rank);
        assert!(vials.windows(2).all(|pair| pair[0].rank() < pair[1].rank()), "{vials:?}");
        assert_eq!(rank("TCGA-ZZ-Q001-01"), Vial { kind: 1, vial: b'A', aliquot: String::new() });
        assert_eq!(Vial::of("P17"), None);
    }
}
