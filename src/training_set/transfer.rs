//! Another cohort's samples as a saved model reads them: genes matched, values brought to the model's moments.

use std::collections::HashMap;

use ndarray::ArrayViewMut1;
use serde::{Deserialize, Serialize};

use super::build::{Linear, Samples};
use super::{Moments, Selection, TrainingSet, TrainingSetError, log2_1p};
use crate::cohort::{Cohort, GeneMap, Reading, median};

/// Under this share of the model's genes, in percent, too much of what it looks at would be made up.
pub const FEWEST_GENES_PERCENT: usize = 60;
/// From this many tumours on, their own moments are worth standing in for the model's.
pub const TUMOURS_FOR_MOMENTS: usize = 20;
/// A gene may miss this share of its values; they take its mean.
const MISSING_SHARE: f64 = 0.2;
/// Within these medians over the genes (shift in the model's deviations; |log2| of the ratio of deviations) a cohort is on
/// the scale that the model was trained on.
const SAME_SHIFT: f64 = 0.5;
const SAME_SPREAD: f64 = 0.5;
/// A gene that hardly varies in the new cohort is not blown up beyond this.
const LEAST_SPREAD: f32 = 0.1;

/// How the values of a cohort are brought to a model's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    /// As measured on the model's scale, else by genes from 20 tumours on, else by samples.
    #[default]
    Auto,
    /// Not at all: same platform, same processing.
    AsMeasured,
    /// Each gene's mean and deviation over this cohort's tumours stand in for those of training.
    Genes,
    /// Each sample's values take the quantiles of the model's mean profile.
    Samples,
}

/// What became of a model's genes on another cohort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    /// Genes of the model.
    pub genes: usize,
    /// Those that this cohort measures.
    pub found: usize,
    /// Of these, by another name of the same gene.
    pub renamed: usize,
    /// The others, in the model's order. They take their mean in training.
    pub missing: Vec<String>,
    /// How values were aligned; never [`Alignment::Auto`].
    pub alignment: Alignment,
    /// Median distance of a gene's mean from that of training, in training deviations, before alignment.
    pub shift: f64,
    /// What a person should know of it, in sentences.
    pub sentence: String,
}

/// A cohort over those genes of a model that it measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Aligned {
    /// Its samples; `moments` are those that standardise them for the model.
    pub set: TrainingSet,
    /// Where each of the set's genes stands among the model's.
    pub columns: Vec<usize>,
    /// How it went.
    pub transfer: Transfer,
}

impl Aligned {
    /// Read `cohort` for a model with these `genes` and `moments`. Names are matched as they stand, then through `map`. What
    /// the cohort's cells do not tell of their logarithm is taken from the reading the model was `trained` with.
    ///
    /// # Errors
    /// As [`TrainingSet::from_cohort`], and [`TrainingSetError::TransferCoverage`] when fewer than
    /// [`FEWEST_GENES_PERCENT`] of the genes are measured.
    pub fn of(
        cohort: &Cohort,
        genes: &[String],
        moments: &Moments,
        map: Option<&GeneMap>,
        trained: Option<&Reading>,
        alignment: Alignment,
        selection: Selection,
    ) -> Result<Self, TrainingSetError> {
        let samples = Samples::of(cohort)?;
        let own = cohort.reading();
        let reading = trained.map_or(own, |trained| own.as_trained(trained));
        let linear = Linear::read_as(cohort, reading)?;
        let rows = match_genes(genes, &cohort.matrix.genes, map);
        let mut row = vec![0.0f32; samples.used.len()];
        let mut measured = |&at: &usize| {
            linear.row(at, &samples.used, &mut row);
            let known = row.iter().filter(|v| v.is_finite()).count();
            known as f64 >= (1.0 - MISSING_SHARE) * row.len() as f64
                && row[..samples.tumours].iter().any(|v| v.is_finite())
        };
        let found: Vec<Option<usize>> = rows.into_iter().map(|row| row.filter(&mut measured)).collect();
        let columns: Vec<usize> = (0..genes.len()).filter(|&at| found[at].is_some()).collect();
        let missing: Vec<String> =
            (0..genes.len()).filter(|&at| found[at].is_none()).map(|at| genes[at].clone()).collect();
        if columns.len() * 100 < genes.len() * FEWEST_GENES_PERCENT {
            let first = missing.first().cloned().unwrap_or_default();
            return Err(TrainingSetError::TransferCoverage { found: columns.len(), of: genes.len(), first });
        }
        let chosen: Vec<usize> = found.iter().flatten().copied().collect();
        let renamed = columns.iter().zip(&chosen).filter(|(at, row)| genes[**at] != cohort.matrix.genes[**row]).count();
        let mut set = samples.assemble(&linear, &chosen, selection);
        fill(&mut set);
        let trained = moments.select(&columns);
        let own_moments = Moments::of(&set.tumour_values);
        let (shift, spread) = distance(&own_moments, &trained);
        let alignment = match alignment {
            Alignment::Auto if shift <= SAME_SHIFT && spread.abs() <= SAME_SPREAD => Alignment::AsMeasured,
            Alignment::Auto if samples.tumours >= TUMOURS_FOR_MOMENTS => Alignment::Genes,
            Alignment::Auto => Alignment::Samples,
            chosen => chosen,
        };
        set.moments = match alignment {
            Alignment::Genes => {
                let least = LEAST_SPREAD * spread.exp2() as f32;
                let floored =
                    own_moments.deviation.iter().zip(&trained.deviation).map(|(own, trained)| own.max(least * trained));
                Moments { deviation: floored.collect(), mean: own_moments.mean }
            }
            _ => trained,
        };
        if alignment == Alignment::Samples {
            for values in [&mut set.tumour_values, &mut set.normal_values] {
                values.rows_mut().into_iter().for_each(|row| take_quantiles(row, &set.moments.mean));
            }
        }
        let mut transfer = Transfer {
            genes: genes.len(),
            found: columns.len(),
            renamed,
            missing,
            alignment,
            shift,
            sentence: String::new(),
        };
        transfer.sentence = sentence(&transfer, samples.tumours);
        if !reading.reads_as(&own) {
            transfer.sentence += &format!(
                " Nothing here tells which logarithm the values are: as in training they are {}.",
                reading.formula()
            );
        }
        Ok(Self { set, columns, transfer })
    }
}

/// The row of each of the model's genes.
fn match_genes(genes: &[String], rows: &[String], map: Option<&GeneMap>) -> Vec<Option<usize>> {
    let as_named: HashMap<&str, usize> = rows.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let current = |name: &str| -> Option<String> {
        let map = map?;
        map.symbol_of_id(name).or_else(|| map.symbol_of_older_name(name)).map(str::to_owned)
    };
    let mut by_symbol: HashMap<String, usize> = HashMap::new();
    // An id is the gene, an older name was: where a matrix has both, ids come first.
    let ids = rows.iter().enumerate().filter_map(|(at, name)| Some((map?.symbol_of_id(name)?, at)));
    let older = rows.iter().enumerate().filter_map(|(at, name)| Some((map?.symbol_of_older_name(name)?, at)));
    for (symbol, at) in ids.chain(older) {
        by_symbol.entry(symbol.to_owned()).or_insert(at);
    }
    let by_other_name = |gene: &String| {
        let symbol = || current(gene).and_then(|s| as_named.get(s.as_str()).or_else(|| by_symbol.get(&s)).copied());
        symbol().or_else(|| by_symbol.get(gene).copied())
    };
    let mut taken = std::collections::HashSet::new();
    // Every gene of the very name first: an older name must not take another gene's own row.
    let mut found: Vec<Option<usize>> =
        genes.iter().map(|gene| as_named.get(gene.as_str()).copied().filter(|row| taken.insert(*row))).collect();
    for (gene, place) in genes.iter().zip(&mut found).filter(|(_, place)| place.is_none()) {
        *place = by_other_name(gene).filter(|row| taken.insert(*row));
    }
    found
}

/// Missing values take their gene's mean log over the tumours.
fn fill(set: &mut TrainingSet) {
    for (mut tumours, mut normals) in set.tumour_values.columns_mut().into_iter().zip(set.normal_values.columns_mut()) {
        if tumours.iter().chain(&normals).all(|v| v.is_finite()) {
            continue;
        }
        let known: Vec<f64> = tumours.iter().filter(|v| v.is_finite()).map(|v| f64::from(log2_1p(*v))).collect();
        let mean = ((known.iter().sum::<f64>() / known.len() as f64).exp2() - 1.0).max(0.0) as f32;
        tumours.iter_mut().chain(&mut normals).filter(|v| !v.is_finite()).for_each(|v| *v = mean);
    }
}

/// Median over the genes of |shift of the mean| in trained deviations, and of the log2 ratio of deviations.
fn distance(own: &Moments, trained: &Moments) -> (f64, f64) {
    let genes = 0..own.mean.len();
    let shift = |g: usize| f64::from((own.mean[g] - trained.mean[g]).abs() / trained.deviation[g]);
    let spread = |g: usize| f64::from(own.deviation[g] / trained.deviation[g]).log2();
    let (mut shifts, mut spreads): (Vec<f64>, Vec<f64>) = genes.map(|g| (shift(g), spread(g))).unzip();
    (median(&mut shifts), median(&mut spreads))
}

/// Each value becomes the mean log of the same rank in the model's profile; ties share the mean of theirs.
fn take_quantiles(mut sample: ArrayViewMut1<f32>, profile: &[f32]) {
    let mut order: Vec<usize> = (0..sample.len()).collect();
    order.sort_by(|&i, &j| sample[i].total_cmp(&sample[j]));
    let mut sorted = profile.to_vec();
    sorted.sort_by(f32::total_cmp);
    let mut from = 0;
    for tied in order.chunk_by(|&i, &j| sample[i] == sample[j]).map(<[usize]>::to_vec).collect::<Vec<_>>() {
        let share = &sorted[from..from + tied.len()];
        let value = (share.iter().sum::<f32>() / tied.len() as f32).exp2() - 1.0;
        from += tied.len();
        tied.into_iter().for_each(|at| sample[at] = value.max(0.0));
    }
}

fn sentence(transfer: &Transfer, tumours: usize) -> String {
    let Transfer { genes, found, renamed, missing, alignment, shift, .. } = transfer;
    let percent = 100.0 * *found as f64 / (*genes).max(1) as f64;
    let other = if *renamed > 0 { format!(", {renamed} of them by another name") } else { String::new() };
    let mut said = format!("{found} of the model's {genes} genes are measured here ({percent:.0} %{other}).");
    if !missing.is_empty() {
        said +=
            " The others take their mean in training (0 after standardising): the model learns nothing from them here.";
    }
    said += &match alignment {
        Alignment::AsMeasured | Alignment::Auto => {
            " Values are read as they stand, on the scale of training.".to_owned()
        }
        Alignment::Genes => format!(
            " Means differ from training by {shift:.1} standard deviations in the median, so each gene's mean and spread \
             over these {tumours} tumours stand in for those of training: what all tumours here have in common against \
             those of training is lost, what tells them apart stays."
        ),
        Alignment::Samples => {
            let why = match tumours {
                // Enough of them: someone chose it.
                TUMOURS_FOR_MOMENTS.. => " As chosen, each".to_owned(),
                _ => format!(
                    " With {tumours} tumours, genes cannot be aligned one by one ({TUMOURS_FOR_MOMENTS} are needed): each"
                ),
            };
            let rest = "sample's values take the quantiles of the model's mean profile, and what single genes differ by \
                        between platforms stays.";
            format!("{why} {rest}")
        }
    };
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_name_takes_no_row_of_an_exact_one() {
        let map = GeneMap::read(include_bytes!("../../www/gene_map.tsv.gz")).expect("the map reads");
        let names = |of: &[&str]| of.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = |genes: &[&str], rows: &[&str]| match_genes(&names(genes), &names(rows), Some(&map));
        // CDCA1 is an older name of NUF2, 83540 its Entrez id.
        assert_eq!(
            found(&["CDCA1", "NUF2"], &["NUF2", "MYC"]),
            [None, Some(0)],
            "the very name first, whatever the order"
        );
        assert_eq!(found(&["CDCA1", "NUF2"], &["CDCA1", "NUF2"]), [Some(0), Some(1)]);
        assert_eq!(found(&["CDCA1"], &["MYC", "NUF2"]), [Some(1)]);
        assert_eq!(found(&["NUF2"], &["CDCA1", "83540"]), [Some(1)], "an id before an older name");
        assert_eq!(found(&["NUF2", "CDCA1"], &["83540", "CDCA1"]), [Some(0), Some(1)]);
    }
}
