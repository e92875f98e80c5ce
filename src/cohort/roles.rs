//! Which samples are tumours and which adjacent normals: barcodes, a column's words, sample names, or a person's choice.

use std::collections::BTreeMap;

use super::names::{barcode_sample_type, key};
use super::role_words::role_of_word;
use super::{Cohort, CohortError, Column, Evidence, Role};

/// Share of samples that must carry a TCGA sample type for barcodes to decide.
const BARCODES: f64 = 0.8;

/// Share of sample names that must speak for names to decide.
const NAMES: f64 = 0.8;

/// Headings under which roles usually stand, best first.
const ROLE_HEADINGS: [&str; 18] = [
    "sampletype",
    "type",
    "tissuetype",
    "tissue",
    "sourcename",
    "sourcenamech1",
    "status",
    "tissuestatus",
    "group",
    "condition",
    "class",
    "diseasestate",
    "disease",
    "diagnosis",
    "samplegroup",
    "phenotype",
    "title",
    "description",
];

/// Detects every sample's role.
pub(super) fn detect(samples: &[String], columns: &[Column]) -> Evidence<Vec<Role>> {
    if let Some(evidence) = from_barcodes(samples) {
        return evidence;
    }
    let best = columns
        .iter()
        .filter_map(|column| {
            let roles: Vec<Option<Role>> = column.values.iter().map(|v| v.as_deref().and_then(role_of_word)).collect();
            let (tumours, normals) = (count(&roles, Role::Tumour), count(&roles, Role::AdjacentNormal));
            let heading = key(&column.name);
            let rank = ROLE_HEADINGS.iter().position(|h| *h == heading).unwrap_or(ROLE_HEADINGS.len());
            (tumours > 0 && normals > 0).then_some((tumours + normals, std::cmp::Reverse(rank), column, roles))
        })
        .reduce(|best, next| if (next.0, next.1) > (best.0, best.1) { next } else { best });
    if let Some((_, _, column, roles)) = best {
        let value: Vec<Role> = roles.iter().map(|r| r.unwrap_or(Role::Other)).collect();
        let because = format!("Column {:?} says so: {}.", column.name, words_by_role(&column.values, &value));
        return Evidence { value, because };
    }
    if let Some(evidence) = from_names(samples) {
        return evidence;
    }
    Evidence {
        value: vec![Role::Tumour; samples.len()],
        because: format!(
            "Neither TCGA barcodes nor a column's words tell tumour from normal: all {} samples are taken for tumours. Pick a column and the values that mean adjacent normal.",
            samples.len()
        ),
    }
}

fn count(roles: &[Option<Role>], role: Role) -> usize {
    roles.iter().filter(|r| **r == Some(role)).count()
}

/// 01–09 tumour, 11 adjacent normal; 10 and 12–14 are blood, buccal cells and lymphocytes, not the organ's tissue.
fn from_barcodes(samples: &[String]) -> Option<Evidence<Vec<Role>>> {
    let types: Vec<Option<u8>> = samples.iter().map(|s| barcode_sample_type(s)).collect();
    let typed = types.iter().flatten().count();
    if typed == 0 || (typed as f64) < BARCODES * samples.len() as f64 {
        return None;
    }
    let mut value = Vec::with_capacity(samples.len());
    let (mut tumours, mut normals, mut not_organ, mut other) = (0, 0, 0, 0);
    for sample_type in &types {
        let (role, counter) = match sample_type {
            Some(1..=9) => (Role::Tumour, &mut tumours),
            Some(11) => (Role::AdjacentNormal, &mut normals),
            Some(10 | 12..=14) => (Role::Other, &mut not_organ),
            _ => (Role::Other, &mut other),
        };
        *counter += 1;
        value.push(role);
    }
    let mut because = format!("TCGA barcodes say so: {tumours} tumours (01–09), {normals} adjacent normals (11)");
    if not_organ > 0 {
        because +=
            &format!(", {not_organ} normals that are not this organ's tissue (10 blood, 12–14) and are set aside");
    }
    if other > 0 {
        because += &format!(", {other} of another or no type set aside");
    }
    Some(Evidence { value, because: because + "." })
}

fn from_names(samples: &[String]) -> Option<Evidence<Vec<Role>>> {
    let roles: Vec<Option<Role>> =
        samples.iter().map(|s| role_of_word(&s.replace(|c: char| !c.is_alphabetic(), " "))).collect();
    let (tumours, normals) = (count(&roles, Role::Tumour), count(&roles, Role::AdjacentNormal));
    let enough = (tumours + normals) as f64 >= NAMES * samples.len() as f64;
    (tumours > 0 && normals > 0 && enough).then(|| Evidence {
        value: roles.iter().map(|r| r.unwrap_or(Role::Other)).collect(),
        because: format!("The samples' names say so: {tumours} tumours, {normals} adjacent normals."),
    })
}

/// `"normal" (14) → adjacent normal, "tumor" (101) → tumour`, most frequent first, at most eight.
fn words_by_role(values: &[Option<String>], roles: &[Role]) -> String {
    let mut counts: BTreeMap<&str, (usize, Role)> = BTreeMap::new();
    for (value, role) in values.iter().zip(roles) {
        counts.entry(value.as_deref().unwrap_or("(empty)")).or_insert((0, *role)).0 += 1;
    }
    let mut counts: Vec<(&str, (usize, Role))> = counts.into_iter().collect();
    counts.sort_by_key(|(word, (n, _))| (std::cmp::Reverse(*n), *word));
    let more = counts.len().saturating_sub(8);
    let shown: Vec<String> = counts
        .into_iter()
        .take(8)
        .map(|(word, (n, role))| {
            let role = match role {
                Role::Tumour => "tumour",
                Role::AdjacentNormal => "adjacent normal",
                Role::Other => "set aside",
            };
            format!("{word:?} ({n}) → {role}")
        })
        .collect();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &tail
}

impl Cohort {
    /// Sets roles from a column: samples whose value is in `normal` become adjacent normals, those in `tumour` tumours, and
    /// the rest other. Without `tumour` every sample that is not normal becomes a tumour, those without a value too.
    ///
    /// # Errors
    /// `unknown_column` and `unknown_value` when the column or one of the values is not in the cohort; nothing changes then.
    pub fn set_roles(&mut self, column: &str, tumour: Option<&[String]>, normal: &[String]) -> Result<(), CohortError> {
        let Some(found) = self.columns.iter().find(|c| c.name == column) else {
            let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
            return Err(CohortError::new(
                "unknown_column",
                "The cohort has no such column.",
                format!("Pick one of: {}.", names.join(", ")),
            )
            .quoting(column));
        };
        let absent = |v: &&String| !found.values.iter().flatten().any(|have| have == *v);
        if let Some(value) = normal.iter().chain(tumour.unwrap_or_default()).find(absent) {
            return Err(CohortError::new(
                "unknown_value",
                format!("Column {column:?} has no such value."),
                "Pick values that stand in the column.",
            )
            .quoting(value));
        }
        let role = |value: &Option<String>| match value {
            Some(v) if normal.contains(v) => Role::AdjacentNormal,
            Some(v) if tumour.is_some_and(|t| t.contains(v)) => Role::Tumour,
            _ if tumour.is_none() => Role::Tumour,
            _ => Role::Other,
        };
        let value: Vec<Role> = found.values.iter().map(role).collect();
        let because = format!("Chosen by hand from column {column:?}: {}.", words_by_role(&found.values, &value));
        self.roles = Evidence { value, because };
        Ok(())
    }

    /// Goes back to the roles that were detected.
    pub fn reset_roles(&mut self) {
        self.roles = detect(&self.matrix.samples, &self.columns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::ColumnKind;

    fn column(name: &str, values: &[&str]) -> Column {
        let values = values.iter().map(|v| (!v.is_empty()).then(|| v.to_string())).collect();
        Column { name: name.to_owned(), kind: ColumnKind::Category, values }
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|i| format!("P{i}")).collect()
    }

    #[test]
    fn a_subtype_called_normal_is_not_a_role() {
        let subtype = column("PAM50", &["LumA", "Normal", "Basal", "LumB"]);
        let kind = column("type", &["tumor", "tumor", "normal", "mixture"]);
        let found = detect(&names(4), &[subtype.clone(), kind]);
        assert_eq!(found.value, [Role::Tumour, Role::Tumour, Role::AdjacentNormal, Role::Other]);
        assert!(found.because.contains("\"type\""));
        let none = detect(&names(4), &[subtype]);
        assert!(none.value.iter().all(|r| *r == Role::Tumour) && none.because.contains("Pick a column"));
    }

    #[test]
    fn barcodes_decide_and_blood_is_set_aside() {
        let samples: Vec<String> = ["01A", "11A", "10A", "06"].iter().map(|t| format!("TCGA-A7-A0CE-{t}")).collect();
        let found = detect(&samples, &[]);
        assert_eq!(found.value, [Role::Tumour, Role::AdjacentNormal, Role::Other, Role::Tumour]);
        assert!(found.because.contains("1 normals that are not this organ's tissue"));
    }

    #[test]
    fn names_decide_where_nothing_else_does() {
        let samples: Vec<String> = ["tumor_1", "normal_1", "N2", "T2"].iter().map(|s| s.to_string()).collect();
        let found = detect(&samples, &[]);
        assert_eq!(found.value, [Role::Tumour, Role::AdjacentNormal, Role::AdjacentNormal, Role::Tumour]);
    }
}
