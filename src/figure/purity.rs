//! Purity against the map.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, FigureError, Theme,
    axes::{share, span, x_axis, y_axis},
    palette::OKABE_ITO,
    pen::{Area, Lettering, Pen, count, fit},
};

/// One representation's component against purity.
#[derive(Clone, Debug)]
pub struct PurityPanel {
    /// "raw profile".
    pub name: String,
    /// "PC2 (14 % of variance)".
    pub component: String,
    /// One score per sample.
    pub scores: Vec<f64>,
    /// Spearman correlation with purity; none when it is undefined.
    pub rho: Option<f64>,
}

/// A leading component against purity, representation beside representation.
#[derive(Clone, Debug)]
pub struct PurityFigure {
    title: String,
    purity_name: String,
    purity: Vec<f64>,
    panels: Vec<PurityPanel>,
}

impl PurityFigure {
    /// `purity` is one per sample, NaN where unknown.
    ///
    /// # Errors
    /// [`FigureError::Length`] where a panel has not one score per sample.
    pub fn new(
        title: impl Into<String>,
        purity_name: impl Into<String>,
        purity: Vec<f64>,
        panels: Vec<PurityPanel>,
    ) -> Result<Self, FigureError> {
        let expected = purity.len();
        if let Some(panel) = panels.iter().find(|panel| panel.scores.len() != expected) {
            let found = panel.scores.len();
            return Err(FigureError::Length { what: "the scores", found, expected, per: "sample" });
        }
        Ok(Self { title: title.into(), purity_name: purity_name.into(), purity, panels })
    }

    fn known(&self) -> usize {
        self.purity.iter().filter(|v| v.is_finite()).count()
    }
}

fn told(rho: Option<f64>) -> String {
    rho.map_or_else(|| "ρ undefined".into(), |rho| format!("Spearman ρ {rho:.2}").replace('-', "−"))
}

impl Figure for PurityFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let panels: Vec<String> =
            self.panels.iter().map(|p| format!("{}, {}: {}", p.name, p.component, told(p.rho))).collect();
        let without = self.purity.len() - self.known();
        let missing =
            if without > 0 { format!(" {} without a purity are left out.", count(without)) } else { String::new() };
        format!("{} tumours, {} across. {}.{missing}", count(self.known()), self.purity_name, panels.join("; "))
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let top = pen.long_title(&self.title, 12.0)?;
        let beside = width >= 520.0;
        let panels = self.panels.len().max(1) as f64;
        let (wide, high) = if beside { (width / panels, height - top) } else { (width, (height - top) / panels) };
        let across = span(self.purity.iter().copied(), 0.04);
        for (at, panel) in self.panels.iter().enumerate() {
            let (x, y) = if beside { (at as f64 * wide, top) } else { (0.0, top + at as f64 * high) };
            let plot = Area {
                x: x + 58.0,
                y: y + 24.0,
                width: (wide - 58.0 - 14.0).max(20.0),
                height: (high - 24.0 - 42.0).max(20.0),
            };
            let heading = format!("{}: {}", panel.name, told(panel.rho));
            pen.text(&fit(&heading, 12.0, plot.width), plot.x, y + 11.0, Lettering::new(12.0, theme.text).bold())?;
            let known = || self.purity.iter().zip(&panel.scores).filter(|(p, s)| p.is_finite() && s.is_finite());
            let upwards = span(known().map(|(_, score)| *score), 0.04);
            y_axis(&pen, plot, upwards, &panel.component)?;
            x_axis(&pen, plot, across, &self.purity_name)?;
            let radius = (0.3 * (plot.width * plot.height / self.known().max(1) as f64).sqrt()).clamp(1.6, 4.0);
            for (purity, score) in known() {
                let (x, y) = (plot.across(share(across, *purity)), plot.up(share(upwards, *score)));
                pen.circle(x, y, radius, OKABE_ITO[0], 0.7)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;

    #[test]
    fn what_has_no_purity_is_left_out_and_said() {
        let panel = |name: &str, rho| PurityPanel {
            name: name.into(),
            component: "PC1".into(),
            scores: vec![1.0, 2.0, -1.0],
            rho,
        };
        let panels = vec![panel("raw profile", Some(-0.5)), panel("purified", None)];
        let figure = PurityFigure::new("Purity", "purity", vec![0.3, f64::NAN, 0.9], panels.clone()).expect("aligned");
        assert!(figure.description().contains("1 without a purity"), "{}", figure.description());
        let drawn = svg(&figure, 700, 320, &Theme::LIGHT).expect("drawn");
        assert_eq!(drawn.matches("<circle").count(), 4);
        assert!(drawn.contains("Spearman ρ −0.50") && svg(&figure, 40, 40, &Theme::DARK).is_ok());
        assert!(PurityFigure::new("", "", vec![0.5], panels).is_err());
    }
}
