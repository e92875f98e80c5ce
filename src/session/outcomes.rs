//! Survival of groups, hazard ratios, confusion and purity: what a person is shown of outcomes, as figures and tables.

use ndarray::Array2;

use super::readouts::Choice;
use super::{Colours, Session, SessionError};
use crate::baseline::Representation as _;
use crate::baseline::{PrincipalComponents, Raw};
use crate::cohort;
use crate::comparison::{ConfusionTable, Label};
use crate::figure::{
    ColourSpec, ConfusionFigure, ForestFigure, ForestRow, ForestSpec, GroupsOf, PurityFigure, PurityPanel, PuritySpec,
    SurvivalFigure, SurvivalSpec,
};
use crate::readout::clusters::clusters;
use crate::readout::correlation::spearman;
use crate::readout::survival::{
    CoxModel, CoxOptions, Interval, LogRank, SurvivalCurve, SurvivalData, kaplan_meier, log_rank,
};
use crate::readout::{Grouping, ReadoutError};

/// Components offered against purity.
const COMPONENTS: usize = 5;

/// Survival of groups.
#[derive(Clone, Debug)]
pub struct SurvivalByGroup {
    /// What the groups are called.
    pub label: String,
    /// Name and curve of each group that has a patient with an outcome.
    pub groups: Vec<(String, SurvivalCurve)>,
    /// Their comparison, where there are several.
    pub test: Option<LogRank>,
    /// What a person should know of the outcomes: how events are coded, what was left out and why.
    pub notes: Vec<String>,
}

/// One Cox model.
#[derive(Clone, Debug)]
pub struct Hazards {
    /// Patients with every covariate and an outcome.
    pub patients: usize,
    /// Of them with an event.
    pub events: usize,
    /// Hazard ratios.
    pub rows: Vec<ForestRow>,
    /// As [`SurvivalByGroup::notes`].
    pub notes: Vec<String>,
}

/// A cohort's purity against leading components.
#[derive(Clone, Debug)]
pub struct PurityOnMap {
    /// Where purity comes from.
    pub purity_name: String,
    /// One per tumour, NaN where unknown.
    pub purity: Vec<f64>,
    /// Raw, then purified: name, scores (tumours × components) and the share of variance of each component.
    pub sides: Vec<(&'static str, Array2<f64>, Vec<f64>)>,
}

impl Session {
    /// Groups of tumours, in the order of the embedding. A column of numbers is split at its median.
    ///
    /// # Errors
    /// When the column or embedding does not exist, or the groups do not fit the cohort.
    pub fn groups_of(&mut self, of: &GroupsOf) -> Result<Grouping, SessionError> {
        match of {
            GroupsOf::Column(name) => self.groups_of_column(name),
            GroupsOf::Clusters { k, of } => {
                let table = self.embedding(*of)?;
                let shape = (table.samples.len(), table.dim);
                // The embedding's own length: it always fits its shape.
                let values = Array2::from_shape_vec(shape, table.values).unwrap_or_default();
                Ok(clusters(&values, *k)?)
            }
            GroupsOf::Groups(grouping) => {
                grouping.check(self.tumours_shown()?)?;
                Ok(grouping.clone())
            }
        }
    }

    fn groups_of_column(&mut self, name: &str) -> Result<Grouping, SessionError> {
        match self.colour_by(&ColourSpec { column: Some(name.into()), ..ColourSpec::default() })? {
            Colours::Category { label, categories, codes } => Ok(Grouping { label, names: categories, codes }),
            Colours::Number { label, values, .. } => {
                let known = values.iter().filter(|v| v.is_finite()).count();
                ReadoutError::at_least("Tumours with a number to split", 2, known)?;
                Ok(Grouping::halves(label, &values))
            }
            Colours::None => Err(SessionError::Unknown { what: "column", name: name.into() }),
        }
    }

    /// Time and event of every tumour, and what a person should know of them.
    fn outcomes(&mut self, time: &str, event: &str) -> Result<cohort::Outcomes, SessionError> {
        let (columns, tumours): (_, Vec<usize>) = match self.kept() {
            Some(kept) => (&kept.manifest.columns, (0..kept.manifest.samples.len()).collect()),
            None => {
                let set = self.current_set()?;
                let tumours = self.tumour_indices(&set)?;
                (&self.cohort()?.columns, tumours)
            }
        };
        let column = |name: &str| {
            let found = columns.iter().find(|column| column.name == name);
            found.ok_or_else(|| SessionError::Unknown { what: "column", name: name.into() })
        };
        Ok(cohort::outcomes(column(time)?, column(event)?, &tumours))
    }

    /// Kaplan–Meier curves of groups and their log-rank test.
    ///
    /// # Errors
    /// Without an event, without a group that has outcomes, or where a column does not exist.
    pub fn survival(&mut self, spec: &SurvivalSpec) -> Result<SurvivalByGroup, SessionError> {
        let cohort::Outcomes { known: outcomes, mut notes } = self.outcomes(&spec.time, &spec.event)?;
        let grouping = self.groups_of(&spec.groups)?;
        let of = |at: usize| {
            let (time, event) = (*outcomes.get(at)?)?;
            Some((usize::try_from(*grouping.codes.get(at)?).ok()?, time, event))
        };
        let tumours: Vec<usize> = (0..outcomes.len()).filter(|&at| of(at).is_some()).collect();
        let one = self.one_each(&tumours)?;
        notes.extend(one.sentence);
        let known: Vec<(usize, f64, bool)> = one.kept.into_iter().filter_map(of).collect();
        let split =
            |rows: &[(usize, f64, bool)]| (rows.iter().map(|r| r.1).collect(), rows.iter().map(|r| r.2).collect());
        let (times, events) = split(&known);
        let all = SurvivalData::new(times, events)?;
        let mut groups = Vec::new();
        for (code, name) in grouping.names.iter().enumerate() {
            let own: Vec<(usize, f64, bool)> = known.iter().filter(|row| row.0 == code).copied().collect();
            if !own.is_empty() {
                let (times, events) = split(&own);
                groups.push((name.clone(), kaplan_meier(&SurvivalData::of_group(times, events)?, Interval::LogLog)));
            }
        }
        let codes: Vec<usize> = known.iter().map(|row| row.0).collect();
        let test = if groups.len() > 1 { Some(log_rank(&all, &codes)?) } else { None };
        Ok(SurvivalByGroup { label: grouping.label, groups, test, notes })
    }

    /// Hazard ratios of one Cox model (Efron) of columns and groups: numbers per standard deviation, categories against
    /// the largest of them, on the patients for whom all are known.
    ///
    /// # Errors
    /// Without a covariate, with too few patients or events, or where covariates leave the model undetermined.
    pub fn hazards(&mut self, spec: &ForestSpec) -> Result<Hazards, SessionError> {
        let cohort::Outcomes { known: outcomes, mut notes } = self.outcomes(&spec.time, &spec.event)?;
        let mut covariates: Vec<Covariate> = Vec::new();
        for name in &spec.columns {
            let colours = self.colour_by(&ColourSpec { column: Some(name.clone()), ..ColourSpec::default() })?;
            match colours {
                Colours::Number { label, values, .. } => covariates.push(Covariate::Number(label, values)),
                Colours::Category { label, categories, codes } => {
                    covariates.push(Covariate::Groups(Grouping { label, names: categories, codes }));
                }
                Colours::None => {}
            }
        }
        if let Some(groups) = &spec.groups {
            covariates.push(Covariate::Groups(self.groups_of(groups)?));
        }
        ReadoutError::at_least("Covariates", 1, covariates.len())?;
        let known = |at: &usize| covariates.iter().all(|covariate| covariate.is_known(*at));
        let complete: Vec<usize> = (0..outcomes.len()).filter(|&at| outcomes[at].is_some()).filter(known).collect();
        let one = self.one_each(&complete)?;
        notes.extend(one.sentence);
        let of = |at: usize| outcomes[at].map(|(time, event)| (at, time, event));
        let complete: Vec<(usize, f64, bool)> = one.kept.into_iter().filter_map(of).collect();
        let rows: Vec<usize> = complete.iter().map(|row| row.0).collect();
        let data = SurvivalData::new(complete.iter().map(|r| r.1).collect(), complete.iter().map(|r| r.2).collect())?;
        let mut terms: Vec<(String, Vec<f64>)> = covariates.iter().flat_map(|c| c.terms(&rows)).collect();
        // A category of which no complete patient is left says nothing.
        terms.retain(|(_, values)| values.windows(2).any(|pair| pair[0] != pair[1]));
        ReadoutError::at_least("Covariates that differ between patients", 1, terms.len())?;
        ReadoutError::at_least(
            "Events (deaths, recurrences) for these covariates",
            terms.len() + 1,
            data.event_count(),
        )?;
        let model = loop {
            let design = Array2::from_shape_fn((rows.len(), terms.len()), |(i, j)| terms[j].1[i]);
            match CoxModel::fit(design.view(), &data, CoxOptions::default()) {
                Err(ReadoutError::NotEstimable { covariate }) if terms.len() > 1 => {
                    let (name, _) = terms.remove(covariate);
                    notes.push(format!(
                        "{name}: not estimable, for the patients who differ in it were gone before the first event."
                    ));
                }
                fitted => break fitted?,
            }
        };
        let row = |((name, _), row): ((String, Vec<f64>), crate::readout::survival::CoxRow)| ForestRow {
            name,
            ratio: row.coefficient.exp(),
            lower: row.lower.exp(),
            upper: row.upper.exp(),
            p: row.p,
        };
        let rows = terms.into_iter().zip(model.rows).map(row).collect();
        Ok(Hazards { patients: data.len(), events: data.event_count(), rows, notes })
    }

    /// Leading components of the raw profile and the embedding, and purity.
    ///
    /// # Errors
    /// Before training, or when the column does not exist.
    pub fn purity_on_map(&mut self, spec: &PuritySpec) -> Result<PurityOnMap, SessionError> {
        let choice = if self.fitted(Choice::Purified).is_ok() { Choice::Purified } else { Choice::Instant };
        let set = std::rc::Rc::clone(&self.fitted(choice)?.set);
        let (purity_name, purity) = match &spec.column {
            None => self.purity(choice)?,
            Some(name) => match self.colour_by(&ColourSpec { column: Some(name.clone()), ..ColourSpec::default() })? {
                Colours::Number { label, values, .. } => (label, values.into_iter().map(f64::from).collect()),
                _ => return Err(SessionError::NotYet("Purity must be a column of numbers: choose another.")),
            },
        };
        let raw = Raw::new(set.moments.clone()).embed(&set.tumour_values);
        let mut sides = Vec::new();
        for (name, values) in [("raw profile", &raw), ("purified", &self.fitted(choice)?.embedding)] {
            let k = COMPONENTS.min(values.ncols());
            let fitted = PrincipalComponents::fit(values.view(), k)?;
            sides.push((name, fitted.scores, fitted.explained_variance_ratio));
        }
        Ok(PurityOnMap { purity_name, purity, sides })
    }

    pub(super) fn survival_figure(&mut self, spec: &SurvivalSpec) -> Result<SurvivalFigure, SessionError> {
        let SurvivalByGroup { label, groups, test, notes } = self.survival(spec)?;
        if groups.len() > *crate::readout::clusters::CLUSTERS.end() {
            return Err(SessionError::NotYet(
                "More than eight groups cannot be told apart: choose a column with fewer.",
            ));
        }
        Ok(SurvivalFigure::new(format!("Survival by {label}"), spec.time.clone(), groups, test)?.noting(notes))
    }

    pub(super) fn forest_figure(&mut self, spec: &ForestSpec) -> Result<ForestFigure, SessionError> {
        let Hazards { patients, events, rows, notes } = self.hazards(spec)?;
        Ok(ForestFigure::new("Hazard ratios", patients, events, rows)?.noting(notes))
    }

    pub(super) fn purity_figure(&mut self, spec: &PuritySpec) -> Result<PurityFigure, SessionError> {
        let found = self.purity_on_map(spec)?;
        let panels = found.sides.iter().map(|(name, scores, explained)| {
            let rho = |at: usize| spearman(&scores.column(at).to_vec(), &found.purity);
            let strength = |at: usize| rho(at).map_or(-1.0, f64::abs);
            let strongest =
                (0..scores.ncols()).fold(0, |best, at| if strength(at) > strength(best) { at } else { best });
            let at = spec.component.map_or(strongest, |k| k.saturating_sub(1).min(scores.ncols().saturating_sub(1)));
            PurityPanel {
                name: (*name).into(),
                component: format!("PC{} ({:.0} % of variance)", at + 1, 100.0 * explained[at]),
                scores: scores.column(at).to_vec(),
                rho: rho(at),
            }
        });
        let panels = panels.collect();
        Ok(PurityFigure::new("Purity against the map", found.purity_name, found.purity, panels)?)
    }

    /// What the comparison said of each class of a label: the raw profile beside the run.
    ///
    /// # Errors
    /// Before a comparison classified the label.
    pub fn confusion(&self, label: Label) -> Result<ConfusionTable, SessionError> {
        let none = SessionError::NotYet("This label has not been classified yet: press Compare first.");
        let table = self.comparison.as_ref().and_then(|comparison| comparison.confusion(label));
        table.filter(|table| !table.rows.is_empty()).ok_or(none)
    }

    pub(super) fn confusion_figure(&self, label: Label) -> Result<ConfusionFigure, SessionError> {
        Ok(confusion_figure(&self.confusion(label)?)?)
    }
}

/// The figure of a confusion table.
///
/// # Errors
/// Never for a table of this crate: its rows are whole.
pub fn confusion_figure(table: &ConfusionTable) -> Result<ConfusionFigure, crate::figure::FigureError> {
    let ours = table.rows.iter().find(|row| row.head.ours);
    let shown = table.rows.iter().find(|row| row.head.key == "raw").into_iter().chain(ours);
    let panels = shown.map(|row| (row.head.name.clone(), row.counts.clone())).collect();
    let title = format!("Confusion matrix of the {}", table.label.word());
    ConfusionFigure::new(title, table.classes.clone(), panels)
}

/// Three significant digits.
fn significant(value: f64) -> String {
    let decimals = (2.0 - value.abs().log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

enum Covariate {
    Number(String, Vec<f32>),
    Groups(Grouping),
}

impl Covariate {
    fn is_known(&self, tumour: usize) -> bool {
        match self {
            Self::Number(_, values) => values.get(tumour).is_some_and(|v| v.is_finite()),
            Self::Groups(grouping) => grouping.codes.get(tumour).is_some_and(|code| *code >= 0),
        }
    }

    /// Columns of the design for these patients.
    fn terms(&self, patients: &[usize]) -> Vec<(String, Vec<f64>)> {
        match self {
            Self::Number(name, values) => {
                let values: Vec<f64> = patients.iter().map(|&i| f64::from(values[i])).collect();
                let n = values.len().max(1) as f64;
                let mean = values.iter().sum::<f64>() / n;
                let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
                let unit = if deviation > 0.0 { deviation } else { 1.0 };
                let shown = significant(unit);
                vec![(format!("{name}, per {shown}"), values.into_iter().map(|v| (v - mean) / unit).collect())]
            }
            Self::Groups(grouping) => {
                let size = |code: usize| patients.iter().filter(|&&i| grouping.codes[i] == code as i32).count();
                let all = 0..grouping.names.len();
                let Some(reference) = all.clone().rev().max_by_key(|&code| size(code)) else { return Vec::new() };
                let term = |code: usize| {
                    let name =
                        format!("{}: {} against {}", grouping.label, grouping.names[code], grouping.names[reference]);
                    (name, patients.iter().map(|&i| f64::from(u8::from(grouping.codes[i] == code as i32))).collect())
                };
                all.filter(|&code| code != reference && size(code) > 0).map(term).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
