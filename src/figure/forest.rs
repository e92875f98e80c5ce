//! Hazard ratios of a Cox model.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, FigureError, Theme,
    axes::{p_value, share},
    palette::OKABE_ITO,
    pen::{Area, Lettering, Pen, count, fit},
};

/// One covariate's hazard ratio.
#[derive(Clone, Debug, PartialEq)]
pub struct ForestRow {
    /// "age, per 12.1", "subtype: Basal against LumA".
    pub name: String,
    /// Hazard ratio.
    pub ratio: f64,
    /// Lower 95 % bound.
    pub lower: f64,
    /// Upper 95 % bound.
    pub upper: f64,
    /// Wald's p.
    pub p: f64,
}

/// Hazard ratios with their 95 % intervals on a logarithmic axis.
#[derive(Clone, Debug)]
pub struct ForestFigure {
    title: String,
    notes: Vec<String>,
    patients: usize,
    events: usize,
    rows: Vec<ForestRow>,
}

impl ForestFigure {
    /// # Errors
    /// [`FigureError::Length`] without a row.
    pub fn new(
        title: impl Into<String>,
        patients: usize,
        events: usize,
        rows: Vec<ForestRow>,
    ) -> Result<Self, FigureError> {
        if rows.is_empty() {
            return Err(FigureError::Length { what: "the forest plot", found: 0, expected: 1, per: "covariate" });
        }
        Ok(Self { title: title.into(), notes: Vec::new(), patients, events, rows })
    }

    /// The same with sentences on the outcomes shown.
    pub fn noting(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }

    /// Logarithms of the axis' ends: every interval as far as a hundredfold, and 1.
    fn ends(&self) -> (f64, f64) {
        let ends = self.rows.iter().flat_map(|row| [row.lower, row.upper]).map(|v| v.clamp(0.01, 100.0).ln());
        let (from, to) = ends.fold((-0.1_f64, 0.1_f64), |(a, b), v| (a.min(v), b.max(v)));
        (from - 0.05 * (to - from), to + 0.05 * (to - from))
    }
}

/// Round ratios between the ends, finer where few would be.
fn marks((from, to): (f64, f64)) -> Vec<f64> {
    const COARSE: [f64; 13] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
    const FINE: [f64; 13] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0];
    let inside =
        |all: &[f64]| -> Vec<f64> { all.iter().copied().filter(|mark| (from..=to).contains(&mark.ln())).collect() };
    let coarse = inside(&COARSE);
    if coarse.len() < 4 { inside(&FINE) } else { coarse }
}

fn told(row: &ForestRow) -> String {
    format!("{:.2} ({:.2}–{:.2}), {}", row.ratio, row.lower, row.upper, p_value(row.p))
}

impl Figure for ForestFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(|row| format!("{} {}", row.name, told(row))).collect();
        let few = if self.events < 10 * self.rows.len() {
            " Under ten events a covariate: the intervals are wide and the estimates unstable."
        } else {
            ""
        };
        format!(
            "Hazard ratios of one Cox model with their 95 % intervals, {} patients, {} events. {}.{few}",
            count(self.patients),
            count(self.events),
            rows.join("; ")
        )
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let top = pen.long_title(&self.title, 12.0)?;
        let narrow = width < 560.0;
        let names = if narrow { 0.34 * width } else { 210.0 };
        let numbers = if narrow { 0.0 } else { 190.0 };
        let plot = Area {
            x: names,
            y: top + 4.0,
            width: (width - names - numbers - 18.0).max(20.0),
            height: (height - top - 48.0).max(20.0),
        };
        let ends = self.ends();
        let x_of = |ratio: f64| plot.across(share(ends, ratio.max(1e-9).ln()).clamp(0.0, 1.0));
        let inside = marks(ends);
        let room = (plot.width / 34.0).max(2.0) as usize;
        let every = inside.len().div_ceil(room).max(1);
        let one = inside.iter().position(|m| *m == 1.0).unwrap_or(0);
        for mark in inside.iter().enumerate().filter(|(at, _)| at % every == one % every).map(|(_, mark)| *mark) {
            let x = x_of(mark);
            let colour = if mark == 1.0 { theme.axis } else { theme.grid };
            pen.line(&[[x, plot.y], [x, plot.bottom()]], colour, 1.0)?;
            pen.text(&mark.to_string(), x, plot.bottom() + 12.0, Lettering::new(11.0, theme.text).centred())?;
        }
        let quiet = Lettering::new(11.0, theme.quiet);
        pen.text(
            &fit("hazard ratio, log scale", 11.0, plot.width),
            plot.across(0.5),
            plot.bottom() + 29.0,
            quiet.centred(),
        )?;
        let row_height = plot.height / self.rows.len() as f64;
        for (at, row) in self.rows.iter().enumerate() {
            let y = plot.y + (at as f64 + 0.5) * row_height;
            pen.text(&fit(&row.name, 11.0, names - 16.0), 12.0, y, Lettering::new(11.0, theme.text))?;
            pen.line(&[[x_of(row.lower), y], [x_of(row.upper), y]], OKABE_ITO[0], 1.6)?;
            let x = x_of(row.ratio);
            pen.rect(Area { x: x - 4.0, y: y - 4.0, width: 8.0, height: 8.0 }, OKABE_ITO[0])?;
            if !narrow {
                pen.text(&told(row), plot.right() + 12.0, y, Lettering::new(11.0, theme.text))?;
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
    fn a_narrow_axis_has_marks_too() {
        assert_eq!(marks((-0.35, 0.5)), [0.8, 0.9, 1.0, 1.2, 1.5]);
        assert_eq!(marks((-2.5, 2.5)), [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]);
    }

    #[test]
    fn a_row_of_any_size_stays_in_the_figure() {
        let row = |name: &str, ratio: f64, spread: f64| ForestRow {
            name: name.into(),
            ratio,
            lower: ratio / spread,
            upper: ratio * spread,
            p: 0.03,
        };
        let rows = vec![row("age, per 10", 1.4, 1.3), row("stage: IV against I", 900.0, 1e5)];
        let figure = ForestFigure::new("Hazard ratios", 80, 12, rows).expect("two rows");
        assert!(figure.description().contains("Under ten events"), "{}", figure.description());
        for (width, height) in [(720, 120), (300, 90)] {
            assert!(svg(&figure, width, height, &Theme::LIGHT).is_ok());
        }
        assert!(ForestFigure::new("", 0, 0, Vec::new()).is_err());
    }

    #[test]
    fn a_long_title_is_whole_on_a_phone() {
        let row = ForestRow { name: "age".into(), ratio: 1.4, lower: 1.1, upper: 1.8, p: 0.03 };
        let drawn = |title: &str| {
            let figure = ForestFigure::new(title, 80, 12, vec![row.clone()]).expect("a row");
            svg(&figure, 358, 160, &Theme::LIGHT).expect("drawn")
        };
        let long = drawn("Hazard ratios for progression-free interval in the whole cohort");
        assert!(long.contains("Hazard ratios for") && long.contains("whole cohort") && !long.contains('…'), "{long}");
        assert_eq!(drawn("Hazard ratios").matches("<text").count() + 1, long.matches("<text").count());
    }
}
