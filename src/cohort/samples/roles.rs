//! Which samples are tumours and which adjacent normals: barcodes, a column's words, sample names, or a person's choice.

use std::collections::{BTreeMap, HashMap};

use super::role_words::role_of_word;
use crate::cohort::genes::ids::counted;
use crate::cohort::text::names::{barcode_sample_type, key};
use crate::cohort::{Cohort, CohortError, Column, Evidence, Role};

/// Share of samples that must carry a TCGA sample type for barcodes to decide.
const BARCODES: f64 = 0.8;

/// The reason of a role that a person chose for this very sample.
const BY_HAND: &str = "chosen by hand";

/// What the sentence about roles ends with once some were chosen one by one.
const HAND_TAIL: &str = " Chosen by hand since then: ";

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

/// Roles as they were found, and one reason for each sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Detected {
    pub(in crate::cohort) roles: Evidence<Vec<Role>>,
    pub(in crate::cohort) reasons: Vec<String>,
}

/// Detects every sample's role. `normals` are the samples whose file says that it holds normals.
pub(in crate::cohort) fn detect(samples: &[String], columns: &[Column], normals: &[bool]) -> Detected {
    let same = |roles: Evidence<Vec<Role>>, reason: &str| {
        let reasons = vec![reason.to_owned(); roles.value.len()];
        Detected { roles, reasons }
    };
    if let Some(roles) = from_barcodes(samples) {
        let reason = |s: &String| barcode_sample_type(s).map_or_else(String::new, |t| format!("barcode type {t:02}"));
        return Detected { roles, reasons: samples.iter().map(reason).collect() };
    }
    if normals.contains(&true) {
        let value: Vec<Role> = normals.iter().map(|n| if *n { Role::AdjacentNormal } else { Role::Tumour }).collect();
        let count = normals.iter().filter(|n| **n).count();
        let because = format!(
            "A file's name says so: the {count} samples of the file of normals are adjacent normals, the other {} tumours.",
            normals.len() - count
        );
        let reason = |n: &bool| if *n { "its file is called normal" } else { "its file is not called normal" };
        return Detected {
            roles: Evidence { value, because },
            reasons: normals.iter().map(|n| reason(n).to_owned()).collect(),
        };
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
        return Detected { roles: Evidence { value, because }, reasons: reasons_of(column) };
    }
    if let Some(roles) = from_names(samples) {
        return same(roles, "its name");
    }
    let because = format!(
        "Neither TCGA barcodes nor a column's words tell tumour from normal: all {} samples are taken for tumours. Pick a column and the values that mean adjacent normal.",
        samples.len()
    );
    same(Evidence { value: vec![Role::Tumour; samples.len()], because }, "nothing says otherwise")
}

/// `tissue: "normal"` for each sample.
fn reasons_of(column: &Column) -> Vec<String> {
    let reason = |v: &Option<String>| match v {
        Some(value) => format!("{}: {value:?}", column.name),
        None => format!("{}: empty", column.name),
    };
    column.values.iter().map(reason).collect()
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
        self.role_reasons = reasons_of(found);
        self.roles = Evidence { value, because };
        Ok(())
    }

    /// Gives the named samples a role; all others keep theirs.
    ///
    /// # Errors
    /// `unknown_sample` when a name is not in the cohort; nothing changes then.
    pub fn set_roles_of(&mut self, choice: &[(String, Role)]) -> Result<(), CohortError> {
        let places: HashMap<&str, usize> =
            self.matrix.samples.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let mut wanted = Vec::with_capacity(choice.len());
        for (sample, role) in choice {
            let at = places.get(sample.as_str()).copied().ok_or_else(|| {
                CohortError::new("unknown_sample", "The cohort has no such sample.", "Pick samples of the table.")
                    .quoting(sample)
            })?;
            wanted.push((at, *role));
        }
        for (at, role) in &wanted {
            if let (Some(to), Some(reason)) = (self.roles.value.get_mut(*at), self.role_reasons.get_mut(*at)) {
                *to = *role;
                BY_HAND.clone_into(reason);
            }
        }
        let count = self.role_reasons.iter().filter(|reason| *reason == BY_HAND).count();
        let before = self.roles.because.split(HAND_TAIL).next().unwrap_or_default();
        self.roles.because = format!("{before}{HAND_TAIL}{}.", counted(count, "sample", "samples"));
        Ok(())
    }

    /// Goes back to the roles that were detected.
    pub fn reset_roles(&mut self) {
        self.roles = self.detected.roles.clone();
        self.role_reasons = self.detected.reasons.clone();
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
        let found = detect(&names(4), &[subtype.clone(), kind], &[]).roles;
        assert_eq!(found.value, [Role::Tumour, Role::Tumour, Role::AdjacentNormal, Role::Other]);
        assert!(found.because.contains("\"type\""));
        let none = detect(&names(4), &[subtype], &[]).roles;
        assert!(none.value.iter().all(|r| *r == Role::Tumour) && none.because.contains("Pick a column"));
    }

    #[test]
    fn barcodes_decide_and_blood_is_set_aside() {
        let samples: Vec<String> = ["01A", "11A", "10A", "06"].iter().map(|t| format!("TCGA-A7-A0CE-{t}")).collect();
        let found = detect(&samples, &[], &[]).roles;
        assert_eq!(found.value, [Role::Tumour, Role::AdjacentNormal, Role::Other, Role::Tumour]);
        assert!(found.because.contains("1 normals that are not this organ's tissue"));
    }

    #[test]
    fn names_decide_where_nothing_else_does() {
        let samples: Vec<String> = ["tumor_1", "normal_1", "N2", "T2"].iter().map(|s| s.to_string()).collect();
        let found = detect(&samples, &[], &[]).roles;
        assert_eq!(found.value, [Role::Tumour, Role::AdjacentNormal, Role::AdjacentNormal, Role::Tumour]);
    }
}
