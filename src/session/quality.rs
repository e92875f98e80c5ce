//! The cohort's quality as figures and as a table.

use std::rc::Rc;

use super::{Session, SessionError, tables};
use crate::cohort::Role;
use crate::cohort::quality::{MeasureKey, Quality};
use crate::figure::{Categories, QualityFigure};

impl Session {
    /// Look at every sample before training.
    ///
    /// # Errors
    /// As [`Self::cohort`].
    pub fn quality(&mut self) -> Result<Rc<Quality>, SessionError> {
        if self.quality.is_none() {
            self.quality = Some(Rc::new(self.cohort()?.quality()));
        }
        self.quality.clone().ok_or(SessionError::NotYet("Open an expression matrix first."))
    }

    pub(super) fn quality_figure(&mut self, key: MeasureKey) -> Result<QualityFigure, SessionError> {
        let quality = self.quality()?;
        let cohort = self.cohort()?;
        let codes = cohort.roles.value.iter().map(|role| match role {
            Role::Tumour => 0,
            Role::AdjacentNormal => 1,
            Role::Other => 2,
        });
        let names = ["tumour", "adjacent normal", "set aside"].map(str::to_owned).to_vec();
        let roles = Categories::new("role", names, codes.collect())?;
        let telling = match key {
            MeasureKey::Level => &["unusual_level"][..],
            MeasureKey::Detected => &["few_genes_detected"],
            MeasureKey::Distance => &["far_from_its_role"],
            MeasureKey::Side => &["swapped_pair", "normal_like_tumour", "tumour_like_normal"],
        };
        let findings = quality.findings.iter().filter(|f| telling.contains(&f.code.as_str()));
        let named: std::collections::HashSet<&String> = findings.flat_map(|f| &f.samples).collect();
        let ringed = quality.samples.iter().map(|sample| named.contains(sample)).collect();
        let measure = quality.measures.iter().find(|m| m.key == key);
        let measure = measure.ok_or(SessionError::NotYet("There is no such measure."))?;
        let values = measure.values.iter().map(|v| *v as f32).collect();
        let title = match key {
            MeasureKey::Level => "Level",
            MeasureKey::Detected => "Genes detected",
            MeasureKey::Distance => "Distance to its role",
            MeasureKey::Side => "Normal to tumour",
        };
        Ok(QualityFigure::new(title, measure.label.clone(), values, roles, ringed)?)
    }

    /// `sample, role, level, genes_detected, distance, side, findings`.
    pub(super) fn quality_csv(&mut self) -> Result<String, SessionError> {
        let quality = self.quality()?;
        let cohort = self.cohort()?;
        let value = |key: MeasureKey, sample: usize| {
            let measure = quality.measures.iter().find(|m| m.key == key);
            measure.and_then(|m| m.values.get(sample)).copied().unwrap_or(f64::NAN) as f32
        };
        let keys = [MeasureKey::Level, MeasureKey::Detected, MeasureKey::Distance, MeasureKey::Side];
        let rows = quality.samples.iter().zip(&cohort.roles.value).enumerate().map(|(at, (sample, role))| {
            let codes = quality.findings.iter().filter(|f| f.samples.contains(sample)).map(|f| f.code.as_str());
            let role = match role {
                Role::Tumour => "tumour",
                Role::AdjacentNormal => "adjacent_normal",
                Role::Other => "other",
            };
            (sample.as_str(), role, keys.map(|key| value(key, at)), codes.collect::<Vec<_>>().join(" "))
        });
        Ok(tables::quality(rows))
    }
}
