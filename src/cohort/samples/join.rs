//! Several matrices → one: which are used, and how their samples and genes come together.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::cohort::parts::{Part, duplicate_sample};
use crate::cohort::text::thousands::thousands;
use crate::cohort::values::scale::{Told, value_scale};
use crate::cohort::{CohortError, Evidence, ExpressionMatrix, GeneIdKind, Levels, Logarithm, Reading, Row, ValueScale};

/// What may be changed of the values; nothing unless the person says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Corrections {
    /// Matrices on different scales are brought to log2(x + 1), counts by way of counts per million.
    pub one_scale: bool,
    /// A logarithm that was taken twice is undone once.
    pub undo_log: bool,
    /// Mouse genes take the symbols of their human orthologues, those without one are left out.
    pub mouse_to_human: bool,
    /// The base of the logarithm that the values are, where the cells tell it wrongly or not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_base: Option<LogBase>,
    /// What was added before that logarithm was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_offset: Option<f32>,
}

/// The base of a logarithm, as a person says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogBase {
    /// 2.
    Two,
    /// e.
    E,
    /// 10.
    Ten,
}

impl LogBase {
    fn scale(self) -> ValueScale {
        match self {
            Self::Two => ValueScale::Log2,
            Self::E => ValueScale::Ln,
            Self::Ten => ValueScale::Log10,
        }
    }
}

/// Matrices joined: sample names are unique, `named` are those the sample sheets know them by.
pub(in crate::cohort) struct Joined {
    pub(in crate::cohort) matrix: ExpressionMatrix,
    pub(in crate::cohort) gene_ids: Evidence<GeneIdKind>,
    pub(in crate::cohort) told: Told,
    /// The name of each sample in its file.
    pub(in crate::cohort) named: Vec<String>,
    /// The file of each sample, as a position among the opened files.
    pub(in crate::cohort) files: Vec<usize>,
    /// Whether each sample's file says that it holds normals, where there are other files that do not.
    pub(in crate::cohort) normals: Vec<bool>,
    /// Samples of each joined part, in order.
    pub(in crate::cohort) sizes: Vec<usize>,
}

/// Of matrices that measure the same samples keeps the one that can be used best; the others are named in a warning.
pub(in crate::cohort) fn without_alternatives(parts: Vec<Part>, warnings: &mut Vec<String>) -> Vec<Part> {
    let mut kept: Vec<Part> = Vec::new();
    for part in parts {
        let own: HashSet<&str> = part.matrix.samples.iter().map(String::as_str).collect();
        let same = kept.iter().position(|k| {
            let shared = k.matrix.samples.iter().filter(|s| own.contains(s.as_str())).count();
            k.normals == part.normals && shared > 0 && shared == own.len().min(k.matrix.samples.len())
        });
        let Some(held) = same.and_then(|at| kept.get_mut(at)) else {
            kept.push(part);
            continue;
        };
        let (used, aside) = if rank(&part) > rank(held) {
            (part.file.clone(), std::mem::replace(held, part))
        } else {
            (held.file.clone(), part)
        };
        warnings.push(format!(
            "{}: its samples are those of {used}, which is used ({} genes, {}). To use this file, remove the other.",
            aside.file,
            kept.iter().find(|k| k.file == used).map(|k| thousands(k.matrix.genes.len())).unwrap_or_default(),
            if aside.told.scale.value == ValueScale::LogRatio {
                "this one cannot be brought to linear space"
            } else {
                "the better measured"
            },
        ));
    }
    kept
}

/// Can be trained on, has genes with names, has levels rather than shares, then size.
fn rank(part: &Part) -> (bool, bool, bool, usize, usize) {
    let levels = part.matrix.rows.iter().flatten().any(|v| *v > 1.0);
    let usable = part.told.scale.value != ValueScale::LogRatio;
    let (samples, genes) = (part.matrix.samples.len(), part.matrix.genes.len());
    (usable, part.gene_ids.value != GeneIdKind::Unknown, levels, samples, genes)
}

/// Joins matrices of different samples on the genes all of them have, in the first one's order.
pub(in crate::cohort) fn join(
    mut parts: Vec<Part>,
    corrections: Corrections,
    warnings: &mut Vec<String>,
) -> Result<Option<Joined>, CohortError> {
    for part in parts.iter_mut().filter(|part| part.told.logarithm.is_some()) {
        as_said(part, corrections);
        if corrections.undo_log {
            undo_log(part, warnings);
        }
    }
    if parts.iter().any(|p| p.normals) && parts.iter().all(|p| p.normals) {
        parts.iter_mut().for_each(|part| part.normals = false);
    }
    if parts.len() > 1 {
        one_scale(&mut parts, corrections, warnings)?;
    }
    let Some(named) = unique_names(&mut parts)? else { return Ok(None) };
    let sizes: Vec<usize> = parts.iter().map(|p| p.matrix.samples.len()).collect();
    let files = parts.iter().flat_map(|p| p.files.iter().copied()).collect();
    let normals = parts.iter().flat_map(|p| std::iter::repeat_n(p.normals, p.matrix.samples.len())).collect();
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else { return Ok(None) };
    let rest: Vec<Part> = parts.collect();
    let (gene_ids, told) = (first.gene_ids.clone(), first.told.clone());
    let matrix = if rest.is_empty() { first.matrix } else { on_shared_genes(first, &rest, warnings)? };
    Ok(Some(Joined { matrix, gene_ids, told, named, files, normals, sizes }))
}

/// The logarithm as the person says it is.
fn as_said(part: &mut Part, corrections: Corrections) {
    let told = part.told.reading();
    let Some(log) = &mut part.told.logarithm else { return };
    if let Some(base) = corrections.log_base {
        log.of_counts &= base.scale() == part.told.scale.value;
        log.base_told = true;
        part.told.scale.value = base.scale();
    }
    if let Some(offset) = corrections.log_offset.filter(|offset| offset.is_finite() && *offset >= 0.0) {
        log.offset = offset;
        log.offset_told = true;
    }
    if !part.told.reading().reads_as(&told) {
        let formula = part.told.reading().formula();
        part.told.scale.because =
            format!("As you chose, the values are read as {formula}. {}", part.told.scale.because);
    }
}

fn undo_log(part: &mut Part, warnings: &mut Vec<String>) {
    let (base, offset) =
        (part.told.scale.value.base().unwrap_or(2.0).log2() as f32, part.told.logarithm.unwrap_or_default());
    // A logarithm taken twice: nothing tells what was added the second time, and 1 is usual.
    let offset = if offset.offset_told { offset.offset } else { 1.0 };
    for value in part.matrix.rows.iter_mut().flatten() {
        *value = ((*value * base).exp2() - offset).max(0.0);
    }
    part.told = value_scale(&part.matrix, false);
    warnings.push(format!(
        "{}: one logarithm was undone, as you chose; the values are now {}",
        part.file, part.told.scale.because
    ));
}

/// Refuses matrices on different scales, or brings them to one where the person chose so.
fn one_scale(parts: &mut [Part], corrections: Corrections, warnings: &mut Vec<String>) -> Result<(), CohortError> {
    what_one_tells(parts);
    let Some(first) = parts.first().map(|p| p.told.reading()) else { return Ok(()) };
    let Some(other) = parts.iter().find(|p| !p.told.reading().reads_as(&first)) else { return Ok(()) };
    let ratios = parts.iter().any(|p| p.told.scale.value == ValueScale::LogRatio);
    if ratios || !corrections.one_scale {
        let remedy = if ratios {
            "Log-ratios have no level to bring to another scale: open the matrix before centring, or one of them alone."
        } else {
            "Bring both to log2(x + 1), here or before you open them, or open one of them."
        };
        let (one, two) = (named(&first), named(&other.told.reading()));
        return Err(CohortError::new(
            if ratios { "mixed_with_log_ratio" } else { "mixed_scales" },
            format!("Two expression matrices are on different scales ({one} and {two})."),
            remedy,
        )
        .in_file(&other.file));
    }
    let wanted = Reading {
        scale: ValueScale::Log2,
        logarithm: Some(Logarithm { offset: 1.0, of_counts: false, base_told: true, offset_told: true }),
    };
    for part in parts.iter_mut().filter(|p| !p.told.reading().reads_as(&wanted)) {
        let was = named(&part.told.reading());
        let Some(levels) = Levels::of(&part.matrix, &part.told.reading()) else { continue };
        for row in &mut part.matrix.rows {
            row.iter_mut().enumerate().for_each(|(sample, value)| *value = levels.log2(*value, sample));
        }
        let because = format!("{was} values were brought to log2(x + 1), as you chose.");
        warnings.push(format!("{}: {because} Files that were processed differently may still differ.", part.file));
        part.told = Told { scale: Evidence { value: ValueScale::Log2, because }, logarithm: wanted.logarithm };
    }
    Ok(())
}

/// Matrices of one cohort are taken to be logged alike where only one of them tells how.
fn what_one_tells(parts: &mut [Part]) {
    let logged = || parts.iter().filter(|p| p.told.logarithm.is_some()).map(|p| p.told.reading());
    let base = logged().find(|r| r.logarithm.is_some_and(|l| l.base_told));
    let offset = logged().find(|r| r.logarithm.is_some_and(|l| l.offset_told));
    for part in parts.iter_mut().filter(|p| p.told.logarithm.is_some()) {
        let mut reading = part.told.reading();
        for telling in [base, offset].into_iter().flatten() {
            reading = reading.as_trained(&telling);
        }
        if !reading.reads_as(&part.told.reading()) {
            let formula = reading.formula();
            part.told.scale.because += &format!(" Read as {formula}, as another of the files tells.");
        }
        (part.told.scale.value, part.told.logarithm) = (reading.scale, reading.logarithm);
    }
}

/// A scale for a sentence: the formula of a logarithm, else its name.
fn named(reading: &Reading) -> String {
    if reading.logarithm.is_some() { reading.formula() } else { format!("{:?}", reading.scale) }
}

/// The samples' names in their files, after those of a file of normals that name patients were told apart from the
/// tumours' (`P1` and `P1 (normal)`).
fn unique_names(parts: &mut [Part]) -> Result<Option<Vec<String>>, CohortError> {
    let named: Vec<String> = parts.iter().flat_map(|p| p.matrix.samples.iter().cloned()).collect();
    let tumours: HashSet<String> =
        parts.iter().filter(|p| !p.normals).flat_map(|p| p.matrix.samples.iter().cloned()).collect();
    for part in parts.iter_mut().filter(|p| p.normals) {
        for sample in &mut part.matrix.samples {
            if tumours.contains(sample) {
                sample.push_str(" (normal)");
            }
        }
    }
    let mut seen: HashSet<&str> = HashSet::with_capacity(named.len());
    for part in parts.iter() {
        if let Some(sample) = part.matrix.samples.iter().find(|s| !seen.insert(s)) {
            return Err(duplicate_sample().in_file(&part.file).quoting(sample));
        }
    }
    Ok((!parts.is_empty()).then_some(named))
}

fn on_shared_genes(first: Part, rest: &[Part], warnings: &mut Vec<String>) -> Result<ExpressionMatrix, CohortError> {
    let mut samples = first.matrix.samples.clone();
    samples.extend(rest.iter().flat_map(|p| p.matrix.samples.iter().cloned()));
    let indices: Vec<HashMap<&str, usize>> =
        rest.iter().map(|p| p.matrix.genes.iter().enumerate().map(|(at, g)| (g.as_str(), at)).collect()).collect();
    let (mut genes, mut rows) = (Vec::new(), Vec::new());
    for (gene, row) in first.matrix.genes.iter().zip(&first.matrix.rows) {
        let others: Option<Vec<&Row>> = rest
            .iter()
            .zip(&indices)
            .map(|(p, index)| index.get(gene.as_str()).and_then(|at| p.matrix.rows.get(*at)))
            .collect();
        if let Some(others) = others {
            let joined = row.iter().chain(others.into_iter().flat_map(|r| r.iter())).copied();
            rows.push(joined.collect::<Row>());
            genes.push(gene.clone());
        }
    }
    if genes.is_empty() {
        return Err(CohortError::new(
            "no_shared_genes",
            "The expression matrices have no gene in common.",
            "Open matrices whose genes are named by one scheme.",
        )
        .in_file(&rest.first().map(|p| p.file.clone()).unwrap_or_default()));
    }
    warnings.push(format!(
        "{} expression matrices were joined on the {} genes they share (of {} in {}).",
        rest.len() + 1,
        thousands(genes.len()),
        thousands(first.matrix.genes.len()),
        first.file
    ));
    Ok(ExpressionMatrix { genes, samples, rows })
}
