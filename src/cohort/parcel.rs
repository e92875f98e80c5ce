//! What another worker needs of a cohort to train on it and to test: values, roles, patients and the columns asked for, as
//! bytes that are read without parsing a number. Never written to a file.

use serde::{Deserialize, Serialize};

use crate::cohort::samples::roles::Detected;
use crate::cohort::{Cohort, Column, Evidence, ExpressionMatrix, GeneIdKind, Logarithm, Role, Row, ValueScale};

/// All but the values.
#[derive(Serialize, Deserialize)]
struct Head {
    genes: Vec<String>,
    samples: Vec<String>,
    columns: Vec<Column>,
    roles: Vec<Role>,
    patients: Vec<Option<String>>,
    scale: ValueScale,
    logarithm: Option<Logarithm>,
    gene_ids: GeneIdKind,
}

/// Bytes that are no parcel of this version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The cohort did not arrive whole ({0}).")]
pub struct ParcelError(String);

impl Cohort {
    /// The cohort with the columns of these names: the length of the head, the head as JSON, then the values gene by gene,
    /// little-endian.
    pub fn parcel(&self, columns: &[&str]) -> Vec<u8> {
        let asked = |column: &&Column| columns.contains(&column.name.as_str());
        let head = Head {
            genes: self.matrix.genes.clone(),
            samples: self.matrix.samples.clone(),
            columns: self.columns.iter().filter(asked).cloned().collect(),
            roles: self.roles.value.clone(),
            patients: self.patients.clone(),
            scale: self.scale.value,
            logarithm: self.logarithm,
            gene_ids: self.gene_ids.value,
        };
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let values = self.matrix.genes.len() * self.matrix.samples.len() * size_of::<f32>();
        let mut bytes = Vec::with_capacity(size_of::<u64>() + head.len() + values);
        bytes.extend((head.len() as u64).to_le_bytes());
        bytes.extend(head);
        for row in &self.matrix.rows {
            row.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
        }
        bytes
    }

    /// The cohort of a parcel: trains and tests as the one it was made of. It knows no file, no reason and no gene set.
    ///
    /// # Errors
    /// [`ParcelError`] when bytes are missing.
    pub fn from_parcel(bytes: &[u8]) -> Result<Self, ParcelError> {
        let short = || ParcelError("bytes are missing".into());
        let (length, rest) = bytes.split_first_chunk::<{ size_of::<u64>() }>().ok_or_else(short)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| short())?;
        let (head, values) = rest.split_at_checked(length).ok_or_else(short)?;
        let head: Head = serde_json::from_slice(head).map_err(|e| ParcelError(e.to_string()))?;
        let samples = head.samples.len();
        let whole =
            [head.roles.len(), head.patients.len()].into_iter().chain(head.columns.iter().map(|c| c.values.len()));
        if whole.into_iter().any(|n| n != samples) || values.len() != head.genes.len() * samples * size_of::<f32>() {
            return Err(short());
        }
        let value = |four: &[u8]| four.try_into().map_or(f32::NAN, f32::from_le_bytes);
        let row = |bytes: &[u8]| bytes.chunks_exact(size_of::<f32>()).map(value).collect::<Row>();
        let rows = values.chunks_exact((samples * size_of::<f32>()).max(1)).map(row).collect();
        let roles = Evidence { value: head.roles, because: String::new() };
        Ok(Self {
            matrix: ExpressionMatrix { genes: head.genes, samples: head.samples, rows },
            columns: head.columns,
            role_reasons: vec![String::new(); samples],
            detected: Detected { roles: roles.clone(), reasons: vec![String::new(); samples] },
            roles,
            patients: head.patients,
            scale: Evidence { value: head.scale, because: String::new() },
            logarithm: head.logarithm,
            gene_ids: Evidence { value: head.gene_ids, because: String::new() },
            recognised_genes: None,
            gene_sets: Vec::new(),
            files: Vec::new(),
            sources: vec![0; samples],
            joins: Vec::new(),
            warnings: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::simulated::{SimulationSettings, simulate};

    #[test]
    fn a_parcel_holds_what_is_trained_on_and_asked_for() {
        let mut cohort = simulate(&SimulationSettings::tiny(3)).expect("a cohort").cohort;
        cohort.matrix.rows[1][2] = f32::NAN;
        let bytes = cohort.parcel(&["subtype", "none such"]);
        let again = Cohort::from_parcel(&bytes).expect("a cohort");
        let bits = |cohort: &Cohort| -> Vec<u32> { cohort.matrix.rows.iter().flatten().map(|v| v.to_bits()).collect() };
        assert_eq!(bits(&again), bits(&cohort));
        assert_eq!((&again.matrix.genes, &again.matrix.samples), (&cohort.matrix.genes, &cohort.matrix.samples));
        let names: Vec<&str> = again.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["subtype"]);
        assert_eq!((again.roles.value, again.patients), (cohort.roles.value, cohort.patients));
        assert_eq!((again.scale.value, again.logarithm), (cohort.scale.value, cohort.logarithm));
        for cut in [0, 7, 8, 20, bytes.len() - 1] {
            assert!(Cohort::from_parcel(&bytes[..cut]).is_err(), "{cut} bytes");
        }
        let mut wild = bytes.clone();
        wild[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(Cohort::from_parcel(&wild).is_err());
    }
}
