//! Confusion matrices side by side.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, FigureError, Theme,
    palette::contrast,
    pen::{Area, Lettering, Pen, fit},
};

/// Truth in rows, predictions in columns; one panel per representation.
#[derive(Clone, Debug)]
pub struct ConfusionFigure {
    title: String,
    classes: Vec<String>,
    panels: Vec<(String, Vec<Vec<f64>>)>,
}

impl ConfusionFigure {
    /// Each panel is a representation's name and how many tumours of each class (row) were said to be of which (column).
    ///
    /// # Errors
    /// [`FigureError::Length`] where a panel is not classes × classes.
    pub fn new(
        title: impl Into<String>,
        classes: Vec<String>,
        panels: Vec<(String, Vec<Vec<f64>>)>,
    ) -> Result<Self, FigureError> {
        let expected = classes.len();
        for found in panels.iter().flat_map(|(_, rows)| [rows.len()].into_iter().chain(rows.iter().map(Vec::len))) {
            if found != expected {
                return Err(FigureError::Length { what: "a confusion matrix", found, expected, per: "class" });
            }
        }
        Ok(Self { title: title.into(), classes, panels })
    }
}

fn shares(row: &[f64]) -> Vec<f64> {
    let total: f64 = row.iter().sum();
    row.iter().map(|n| if total > 0.0 { n / total } else { 0.0 }).collect()
}

impl Figure for ConfusionFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let panel = |(name, rows): &(String, Vec<Vec<f64>>)| {
            let right: Vec<String> = rows
                .iter()
                .enumerate()
                .map(|(at, row)| format!("{} {:.0} %", self.classes[at], 100.0 * shares(row)[at]))
                .collect();
            format!("{name}: {}", right.join(", "))
        };
        let panels: Vec<String> = self.panels.iter().map(panel).collect();
        format!(
            "Out-of-fold predictions by class, rows are the truth. Share of each class that was recognised. {}.",
            panels.join("; ")
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let top = pen.long_title(&self.title, 12.0)?;
        let beside = width >= 560.0;
        let count = self.panels.len().max(1) as f64;
        let (wide, high) = if beside { (width / count, height - top) } else { (width, (height - top) / count) };
        for (at, (name, rows)) in self.panels.iter().enumerate() {
            let (x, y) = if beside { (at as f64 * wide, top) } else { (0.0, top + at as f64 * high) };
            let names = (0.28 * wide).clamp(40.0, 110.0);
            let plot = Area {
                x: x + names,
                y: y + 22.0,
                width: (wide - names - 14.0).max(10.0),
                height: (high - 22.0 - 46.0).max(10.0),
            };
            pen.text(&fit(name, 12.0, plot.width), plot.x, y + 10.0, Lettering::new(12.0, theme.text).bold())?;
            self.draw_panel(&pen, rows, plot, names)?;
        }
        Ok(())
    }
}

impl ConfusionFigure {
    fn draw_panel<DB: DrawingBackend>(
        &self,
        pen: &Pen<'_, DB>,
        rows: &[Vec<f64>],
        plot: Area,
        names: f64,
    ) -> Drawn<DB> {
        let theme = pen.theme;
        let side = (plot.width / rows.len().max(1) as f64, plot.height / rows.len().max(1) as f64);
        for (i, row) in rows.iter().enumerate() {
            let y = plot.y + i as f64 * side.1;
            let set = Lettering::new(11.0, theme.text);
            let name = &self.classes[i];
            pen.text(&fit(name, 11.0, names - 26.0), plot.x - 6.0, y + side.1 / 2.0, set.ending())?;
            let x = plot.x + (i as f64 + 0.5) * side.0;
            pen.text(&fit(name, 11.0, side.0 - 2.0), x, plot.bottom() + 11.0, set.centred())?;
            for (j, (count, share)) in row.iter().zip(shares(row)).enumerate() {
                let cell = Area { x: plot.x + j as f64 * side.0, y, width: side.0 - 1.0, height: side.1 - 1.0 };
                let colour = theme.sequential(share);
                pen.rect(cell, colour)?;
                let white = contrast(colour, [255; 3]) >= contrast(colour, [0; 3]);
                let ink = Lettering::new(11.0, if white { [255; 3] } else { [0; 3] }).centred();
                if side.0 >= 34.0 && side.1 >= 14.0 {
                    let (x, y) = (cell.across(0.5), cell.up(0.5));
                    let two = side.1 >= 32.0;
                    pen.text(&format!("{:.0} %", 100.0 * share), x, if two { y - 7.0 } else { y }, ink)?;
                    if two {
                        let small = Lettering { size: 10.0, ..ink };
                        pen.text(&format!("{count:.1}").replace(".0", ""), x, y + 8.0, small)?;
                    }
                }
            }
        }
        let quiet = Lettering::new(11.0, theme.quiet).centred();
        pen.text("predicted", plot.across(0.5), plot.bottom() + 28.0, quiet)?;
        pen.text("truth", plot.x - names + 12.0, plot.up(0.5), quiet.upwards())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;

    #[test]
    fn panels_are_whole_and_say_what_was_recognised() {
        let rows = vec![vec![8.0, 2.0], vec![1.5, 4.5]];
        let classes = || vec!["A".to_owned(), "B".into()];
        let panels = vec![("raw".to_owned(), rows.clone()), ("TwinPurify".into(), rows)];
        let figure = ConfusionFigure::new("Subtype", classes(), panels).expect("whole");
        assert!(figure.description().contains("raw: A 80 %, B 75 %"), "{}", figure.description());
        for (width, height) in [(720, 360), (320, 500), (60, 60)] {
            let drawn = svg(&figure, width, height, &Theme::LIGHT).expect("drawn");
            assert_eq!(drawn.matches("<rect").count(), 1 + 8);
        }
        assert!(ConfusionFigure::new("", classes(), vec![("raw".into(), vec![vec![1.0]])]).is_err());
    }
}
