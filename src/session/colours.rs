//! What a point's colour says: a clinical column, a gene or a pathway.

use super::{Session, SessionError, readouts::Choice};
use crate::cohort::ColumnKind;
use crate::figure::{Categories, Colour, ColourSpec, ValueSource};
use crate::readout::Grouping;

/// One value per tumour.
#[derive(Clone, Debug, PartialEq)]
pub enum Colours {
    /// One colour for all.
    None,
    /// Categories in alphabetical order; −1 where missing.
    Category {
        /// What it is.
        label: String,
        /// Category names.
        categories: Vec<String>,
        /// One per tumour.
        codes: Vec<i32>,
    },
    /// Numbers; NaN where missing.
    Number {
        /// What it is, with its unit.
        label: String,
        /// One per tumour.
        values: Vec<f32>,
        /// Whether 0 is a middle (pathway z-scores).
        centred: bool,
    },
}

impl Colours {
    pub(super) fn into_colour(self) -> Result<Colour, SessionError> {
        Ok(match self {
            Self::None => Colour::None,
            Self::Category { label, categories, codes } => Colour::Category(Categories::new(label, categories, codes)?),
            Self::Number { label, values, centred } => Colour::Number { label, values, centred },
        })
    }
}

impl Session {
    /// One value per tumour of what `spec` names.
    ///
    /// # Errors
    /// [`SessionError::Unknown`] when nothing has that name.
    pub fn colour_by(&mut self, spec: &ColourSpec) -> Result<Colours, SessionError> {
        let source = spec.source.unwrap_or(ValueSource::Raw);
        match spec {
            ColourSpec { column: Some(name), .. } => self.column_colours(name),
            ColourSpec { gene: Some(name), .. } => self.gene_colours(name, source),
            ColourSpec { pathway: Some(name), .. } => self.pathway_colours(name, source),
            ColourSpec { grouping: Some(grouping), .. } => self.grouping_colours(grouping),
            _ => Ok(Colours::None),
        }
    }

    fn grouping_colours(&mut self, grouping: &Grouping) -> Result<Colours, SessionError> {
        grouping.check(self.tumours_shown()?)?;
        let Grouping { label, names, codes } = grouping.clone();
        Ok(Colours::Category { label, categories: names, codes })
    }

    fn column_colours(&mut self, name: &str) -> Result<Colours, SessionError> {
        if self.kept().is_none()
            && self.cohort()?.columns.iter().all(|c| c.name != name)
            && let Some(values) = self.estimated(name)
        {
            let (name, values) = values?;
            return Ok(Colours::Number { label: name.into(), values, centred: false });
        }
        if self.kept().is_none()
            && let Some(values) = self.direction_values(name)
        {
            return Ok(Colours::Number { label: name.into(), values: values?, centred: true });
        }
        let columns = self.tumour_columns()?;
        let column = columns
            .iter()
            .find(|c| c.name == name)
            .ok_or_else(|| SessionError::Unknown { what: "column", name: name.into() })?;
        let values = column.values.iter().map(Option::as_deref);
        if column.kind == ColumnKind::Number {
            let values = column.numbers().into_iter().map(|n| n.map_or(f32::NAN, |n| n as f32)).collect();
            return Ok(Colours::Number { label: name.into(), values, centred: false });
        }
        let mut categories: Vec<String> = values.clone().flatten().map(str::to_owned).collect();
        categories.sort();
        categories.dedup();
        let code = |v: Option<&str>| {
            v.and_then(|v| categories.binary_search_by(|c| c.as_str().cmp(v)).ok()).map_or(-1, |i| i as i32)
        };
        let codes = values.map(code).collect();
        Ok(Colours::Category { label: name.into(), categories, codes })
    }

    fn gene_colours(&mut self, name: &str, source: ValueSource) -> Result<Colours, SessionError> {
        let unknown = || SessionError::Unknown { what: "gene", name: name.into() };
        let set = self.current_set()?;
        let among_trained = set.genes.iter().position(|g| g == name);
        if source == ValueSource::Purified {
            let values = match among_trained {
                Some(gene) => {
                    let fitted = self.fitted(Choice::Purified).or_else(|_| self.fitted(Choice::Instant))?;
                    fitted.purified()?.column(gene).to_vec()
                }
                // Where all genes are fitted already; one that the embedding does not explain has no purified value.
                None => {
                    let made = self.made_expression(self.shown_choice()).map_err(|_| unknown())?;
                    let row = made.names().iter().position(|gene| gene == name).ok_or_else(unknown)?;
                    if !made.gene(row).explained() {
                        return Err(unknown());
                    }
                    made.purified(row..row + 1).row(0).to_vec()
                }
            };
            return Ok(Colours::Number { label: format!("{name} (purified, log2)"), values, centred: false });
        }
        if let Some(gene) = among_trained {
            let values = set.tumour_values.column(gene).iter().map(|v| (1.0 + v).log2()).collect();
            return Ok(Colours::Number { label: format!("{name} (log2)"), values, centred: false });
        }
        let tumours = self.tumour_indices(&set)?;
        let cohort = self.cohort()?;
        let gene = cohort.matrix.genes.iter().position(|g| g == name).ok_or_else(unknown)?;
        let row = &cohort.matrix.rows[gene];
        let levels = cohort.levels();
        let values = tumours.iter().map(|&i| levels.as_ref().map_or(row[i], |levels| levels.log2(row[i], i))).collect();
        Ok(Colours::Number { label: format!("{name} (log2)"), values, centred: false })
    }

    fn pathway_colours(&mut self, name: &str, source: ValueSource) -> Result<Colours, SessionError> {
        let spec = self.shown_spec();
        let pathways = self.pathways(spec)?;
        let at = pathways
            .sets
            .iter()
            .position(|s| s == name)
            .ok_or_else(|| SessionError::Unknown { what: "pathway", name: name.into() })?;
        let (activity, word) = match source {
            ValueSource::Raw => (&pathways.raw, "raw"),
            ValueSource::Purified => (&pathways.purified, "purified"),
        };
        let values = activity.z.column(at).to_vec();
        Ok(Colours::Number { label: format!("{name} ({word}, z)"), values, centred: true })
    }
}
