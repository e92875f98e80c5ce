//! Many measures of several representations: a dot with its spread for each, one small panel a measure.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, FigureError, Theme,
    palette::{Rgb, category},
    pen::{Area, Lettering, Pen, count, fit, number, ticks},
};

/// The method's own colour among the categories.
const ACCENT: usize = 0;
/// Names of the rows take this much at most, pixels.
const NAMES: f64 = 178.0;
/// Narrowest panel, pixels.
const PANEL: f64 = 118.0;
/// Height of a row, pixels.
const ROW: f64 = 18.0;
/// Room above and below the rows of a panel, pixels.
const FRAME: f64 = 50.0;

/// A measured value: mean and standard deviation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// Mean; none where it could not be measured.
    pub mean: Option<f64>,
    /// Standard deviation; none with one seed.
    pub spread: Option<f64>,
    /// Ahead of every other row beyond the spread.
    pub best: bool,
}

/// A row of the figure.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredRow {
    /// Its name.
    pub name: String,
    /// Drawn in the accent colour.
    pub ours: bool,
    /// One per panel.
    pub values: Vec<Measured>,
}

/// Panels in order, each with every row.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuresFigure {
    title: String,
    panels: Vec<String>,
    rows: Vec<MeasuredRow>,
}

impl MeasuresFigure {
    /// `panels` name the measures, in the order of every row's values.
    ///
    /// # Errors
    /// [`FigureError::Length`] where a row has not one value per panel.
    pub fn new(title: impl Into<String>, panels: Vec<String>, rows: Vec<MeasuredRow>) -> Result<Self, FigureError> {
        for row in &rows {
            if row.values.len() != panels.len() {
                let (found, expected) = (row.values.len(), panels.len());
                return Err(FigureError::Length { what: "a row's values", found, expected, per: "measure" });
            }
        }
        Ok(Self { title: title.into(), panels, rows })
    }

    /// The height at which rows stand at their natural distance, pixels.
    pub fn height(&self, width: u32) -> u32 {
        let lines = self.panels.len().div_ceil(per_line(f64::from(width))).max(1);
        (40.0 + lines as f64 * (self.rows.len() as f64 * ROW + FRAME)).ceil() as u32
    }

    /// From and to of a panel's axis: its values with their spread, and some room.
    fn range(&self, panel: usize) -> (f64, f64) {
        let ends = self.rows.iter().filter_map(|row| {
            let value = row.values[panel];
            let (mean, spread) = (value.mean?, value.spread.unwrap_or(0.0));
            Some((mean - spread, mean + spread))
        });
        let (from, to) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (low, high)| (a.min(low), b.max(high)));
        if from > to {
            return (0.0, 1.0);
        }
        let room = ((to - from) * 0.08).max(0.02);
        (from - room, to + room)
    }

    fn draw_panel<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, panel: usize, at: Area, row_height: f64) -> Drawn<DB> {
        let theme = pen.theme;
        let (from, to) = self.range(panel);
        let share = |value: f64| (value - from) / (to - from);
        pen.text(
            &fit(&self.panels[panel], 11.0, at.width),
            at.x,
            at.y - 10.0,
            Lettering::new(11.0, theme.text).bold(),
        )?;
        let marks = ticks(from, to, 3);
        let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(0.1);
        for mark in marks {
            let x = at.across(share(mark));
            pen.line(&[[x, at.y], [x, at.bottom()]], theme.grid, 1.0)?;
            pen.text(&number(mark, step), x, at.bottom() + 9.0, Lettering::new(10.0, theme.quiet).centred())?;
        }
        for (index, row) in self.rows.iter().enumerate() {
            let Measured { mean: Some(mean), spread, best } = row.values[panel] else { continue };
            let (x, y) = (at.across(share(mean)), at.y + (index as f64 + 0.5) * row_height);
            let colour: Rgb = if row.ours { accent(theme) } else { theme.quiet };
            if let Some(spread) = spread {
                pen.line(&[[at.across(share(mean - spread)), y], [at.across(share(mean + spread)), y]], colour, 1.5)?;
            }
            let half = if best { 4.5 } else { 3.0 };
            pen.rect(Area { x: x - half, y: y - half, width: 2.0 * half, height: 2.0 * half }, colour)?;
        }
        Ok(())
    }
}

fn per_line(width: f64) -> usize {
    (((width - NAMES - 12.0) / PANEL).floor() as usize).max(1)
}

fn accent(theme: &Theme) -> Rgb {
    category(ACCENT, theme.text, theme.missing)
}

impl Figure for MeasuresFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let best = self.panels.iter().enumerate().filter_map(|(panel, name)| {
            let row = self.rows.iter().find(|row| row.values[panel].best)?;
            Some(format!("{name}: {}", row.name))
        });
        let best: Vec<String> = best.collect();
        let said = if best.is_empty() { "none".into() } else { best.join("; ") };
        format!(
            "{} representations by {} measures, means with their standard deviation over seeds. Ahead of every other beyond the spread: {said}.",
            count(self.rows.len()),
            count(self.panels.len())
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let top = pen.long_title(&self.title, 12.0)?;
        let per_line = per_line(width);
        let lines = self.panels.len().div_ceil(per_line).max(1);
        let line_height = (height - top - 6.0) / lines as f64;
        let row_height = ((line_height - FRAME) / self.rows.len().max(1) as f64).max(2.0);
        let panel_width = (width - NAMES - 12.0) / per_line as f64;
        for line in 0..lines {
            let y = top + line as f64 * line_height + 26.0;
            for (index, row) in self.rows.iter().enumerate() {
                let colour = if row.ours { accent(theme) } else { theme.text };
                let set = Lettering::new(11.0, colour).ending();
                let at = y + (index as f64 + 0.5) * row_height;
                pen.text(
                    &fit(&row.name, 11.0, NAMES - 14.0),
                    NAMES - 6.0,
                    at,
                    if row.ours { set.bold() } else { set },
                )?;
            }
            for place in 0..per_line {
                let panel = line * per_line + place;
                if panel < self.panels.len() {
                    let x = NAMES + place as f64 * panel_width + 4.0;
                    let height = row_height * self.rows.len() as f64;
                    self.draw_panel(&pen, panel, Area { x, y, width: panel_width - 16.0, height }, row_height)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;

    fn figure() -> MeasuresFigure {
        let value = |mean: f64, best| Measured { mean: Some(mean), spread: Some(0.02), best };
        let row = |name: &str, ours, values| MeasuredRow { name: name.into(), ours, values };
        let rows = vec![
            row("raw", false, vec![value(0.4, false), Measured::default()]),
            row("TwinPurify", true, vec![value(0.9, true), value(0.7, false)]),
        ];
        MeasuresFigure::new("Comparison", vec!["diluted".into(), "C".into()], rows).expect("lengths agree")
    }

    #[test]
    fn it_draws_what_is_there_and_says_who_is_ahead() {
        let figure = figure();
        assert!(figure.description().contains("diluted: TwinPurify."), "{}", figure.description());
        let drawn = svg(&figure, 700, figure.height(700), &Theme::LIGHT).expect("drawn");
        // Three values there, one missing; the background is a rectangle too.
        assert_eq!(drawn.matches("<rect").count(), 4, "{drawn}");
        assert!(svg(&figure, 120, 60, &Theme::DARK).is_ok(), "no size is too small");
        assert_eq!(figure.range(1).0, 0.7 - 0.02 - 0.02);
    }

    #[test]
    fn rows_must_be_whole() {
        let rows = vec![MeasuredRow { name: "raw".into(), ours: false, values: Vec::new() }];
        assert!(MeasuresFigure::new("t", vec!["a".into()], rows).is_err());
    }
}
