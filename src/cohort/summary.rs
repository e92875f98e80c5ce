//! What the page and the command line show of a cohort.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use crate::cohort::{
    Cohort, ColumnKind, Endpoint, Evidence, FileReport, GeneIdKind, Logarithm, Outcome, RecognisedGenes, Role,
    ValueScale, endpoints, outcomes,
};

/// Distinct values listed for one column.
const LISTED_VALUES: usize = 50;

/// Adjacent normals below which none is held out of training.
const FEW_NORMALS: usize = 10;

/// Tumours below which the method is at its limits (docs/method.md, *What not to conclude*).
const FEW_TUMOURS: usize = 60;

/// A cohort in figures and sentences; its JSON keys are camelCase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Samples taken for tumours; `tumors` in JSON, the spelling of the public contract.
    #[serde(rename = "tumors")]
    pub tumours: usize,
    /// Samples taken for adjacent normals.
    pub normals: usize,
    /// Samples set aside.
    pub other: usize,
    /// Genes.
    pub genes: usize,
    /// Value scale and why.
    pub scale: Evidence<ValueScale>,
    /// Of which logarithm the values are; absent where they are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logarithm: Option<Logarithm>,
    /// Gene naming scheme and why.
    pub gene_ids: Evidence<GeneIdKind>,
    /// How many rows the map of gene ids knows, and the names it does not; absent where there was no map.
    pub recognised_genes: Option<RecognisedGenes>,
    /// Different patients known.
    pub patients: usize,
    /// Clinical columns.
    pub columns: Vec<ColumnSummary>,
    /// Times and events that belong together, the one proposed first in front.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Files in the order they were opened.
    pub files: Vec<FileReport>,
    /// Sentences a person should read before training.
    pub warnings: Vec<String>,
    /// Why the roles are what they are.
    pub roles: RolesSummary,
}

/// A clinical column and its distinct values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnSummary {
    /// The heading.
    pub name: String,
    /// Category, number or text.
    pub kind: ColumnKind,
    /// Where it is an event or a time: of which endpoint, in which unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Distinct values in alphabetical order; empty where there are more than 50.
    pub values: Vec<String>,
}

/// Why the roles are what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolesSummary {
    /// One sentence.
    pub because: String,
}

impl Cohort {
    /// How many samples have a role.
    pub fn count(&self, role: Role) -> usize {
        self.roles.value.iter().filter(|r| **r == role).count()
    }

    /// The cohort in figures and sentences, with the warnings that follow from its roles.
    pub fn summary(&self) -> Summary {
        let patients: HashSet<&str> = self.patients.iter().flatten().map(String::as_str).collect();
        let columns = self.columns.iter().map(|column| {
            let distinct: BTreeSet<&str> = column.values.iter().flatten().map(String::as_str).collect();
            let listed = if distinct.len() <= LISTED_VALUES { distinct } else { BTreeSet::new() };
            let values = listed.into_iter().map(str::to_owned).collect();
            ColumnSummary { name: column.name.clone(), kind: column.kind, outcome: column.outcome(), values }
        });
        let mut warnings = self.warnings.clone();
        warnings.extend(self.role_warnings());
        let endpoints = endpoints(&self.columns);
        warnings.extend(endpoints.iter().flat_map(|endpoint| self.outcome_warnings(endpoint)));
        Summary {
            tumours: self.count(Role::Tumour),
            normals: self.count(Role::AdjacentNormal),
            other: self.count(Role::Other),
            genes: self.matrix.genes.len(),
            scale: self.scale.clone(),
            logarithm: self.logarithm,
            gene_ids: self.gene_ids.clone(),
            patients: patients.len(),
            columns: columns.collect(),
            endpoints,
            recognised_genes: self.recognised_genes.clone(),
            files: self.files.clone(),
            warnings,
            roles: RolesSummary { because: self.roles.because.clone() },
        }
    }

    /// What of the tumours' times and events cannot be used, and how the events' codes were read.
    fn outcome_warnings(&self, endpoint: &Endpoint) -> Vec<String> {
        let named = |name: &str| self.columns.iter().find(|column| column.name == name);
        let (Some(time), Some(event)) = (named(&endpoint.time), named(&endpoint.event)) else { return Vec::new() };
        let tumours: Vec<usize> =
            (0..self.roles.value.len()).filter(|s| self.roles.value[*s] == Role::Tumour).collect();
        let notes = outcomes(time, event, &tumours).notes;
        notes.into_iter().map(|note| format!("{} with {}: {note}", time.name, event.name)).collect()
    }

    fn role_warnings(&self) -> Vec<String> {
        let (tumours, normals, other) =
            (self.count(Role::Tumour), self.count(Role::AdjacentNormal), self.count(Role::Other));
        let mut warnings = Vec::new();
        if normals == 0 {
            warnings.push(
                "There is no adjacent normal: pick the column and the values that mean adjacent normal; without any the method cannot train.".to_owned(),
            );
        } else if normals < FEW_NORMALS {
            warnings.push(format!(
                "{normals} adjacent normals are few: with fewer than {FEW_NORMALS} none is held out, and identity is tested with normals that were trained with."
            ));
        }
        if tumours < FEW_TUMOURS {
            warnings.push(format!(
                "{tumours} tumours are few: below {FEW_TUMOURS} an embedding keeps identity and may lose biology."
            ));
        }
        if other > 0 {
            warnings.push(format!(
                "{other} samples are neither tumour nor adjacent normal and are set aside. {}",
                self.roles.because
            ));
        }
        warnings
    }
}
