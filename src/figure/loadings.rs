//! The genes that move most along a contamination direction, those that rise above those that fall.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, Theme,
    palette::{Rgb, category},
    pen::{Area, Lettering, Pen, fit, number, text_width, ticks},
};
use crate::readout::directions::{Direction, GeneWeight};

/// Widest name of a gene, pixels.
const NAMES: f64 = 130.0;

/// Bars of leading genes.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadingsFigure {
    title: String,
    said: String,
    axis: &'static str,
    /// Rising first, each sense from the strongest.
    rows: Vec<GeneWeight>,
}

impl LoadingsFigure {
    /// The `most` leading genes of each sense of a direction, which is the `number`-th.
    pub fn new(direction: &Direction, number: usize, most: usize) -> Self {
        let said = format!("{} % of the tumours' variance", shown(direction.variance));
        let axis = "weight; right: rises with contamination along it";
        Self { axis, ..Self::of(direction, format!("Contamination direction {number}"), said, most) }
    }

    /// The `most` genes of each sense that go along with an axis of the tumours, their weights being correlations.
    pub fn of(direction: &Direction, title: impl Into<String>, said: impl Into<String>, most: usize) -> Self {
        let rows = direction.up.iter().take(most).chain(direction.down.iter().take(most)).cloned().collect();
        Self { title: title.into(), said: said.into(), axis: "Pearson's r with the axis", rows }
    }

    fn largest(&self) -> f64 {
        self.rows.iter().map(|row| f64::from(row.weight).abs()).fold(1e-6, f64::max)
    }

    fn layout(&self, width: f64, height: f64) -> (Area, f64) {
        let widest = self.rows.iter().map(|row| text_width(&row.gene, 11.0)).fold(40.0, f64::max);
        let names = (widest + 16.0).min(NAMES).min(width * 0.45);
        let (width, height) = ((width - names - 16.0).max(20.0), (height - 52.0 - 44.0).max(10.0));
        let plot = Area { x: names, y: 52.0, width, height };
        (plot, plot.height / self.rows.len().max(1) as f64)
    }
}

/// A share in per cent, with a decimal where it is small.
fn shown(share: f64) -> String {
    if share < 0.0995 { format!("{:.1}", 100.0 * share) } else { format!("{:.0}", 100.0 * share) }
}

fn colours(theme: &Theme) -> [Rgb; 2] {
    [category(1, theme.text, theme.missing), category(0, theme.text, theme.missing)]
}

impl Figure for LoadingsFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let (up, down): (Vec<&GeneWeight>, Vec<&GeneWeight>) = self.rows.iter().partition(|row| row.weight > 0.0);
        let named = |of: &[&GeneWeight]| {
            let first: Vec<String> =
                of.iter().take(5).map(|row| format!("{} {}", row.gene, number(f64::from(row.weight), 0.001))).collect();
            if first.is_empty() { "none".to_owned() } else { first.join(", ") }
        };
        format!(
            "{}. Genes that rise along it, strongest first: {}. Genes that fall: {}.",
            self.said,
            named(&up),
            named(&down)
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        pen.title(&self.title(), 12.0)?;
        pen.text(&fit(&self.said, 11.0, width - 24.0), 12.0, 38.0, Lettering::new(11.0, theme.quiet))?;
        let (plot, row_height) = self.layout(width, height);
        let end = self.largest() * 1.04;
        let falls = self.rows.iter().any(|row| row.weight < 0.0);
        let from = if falls { -end } else { 0.0 };
        let x_of = |value: f64| plot.across((value - from) / (end - from));
        let marks = ticks(from, end, (plot.width / 70.0).max(2.0) as usize);
        let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(1.0);
        for at in marks {
            let x = x_of(at);
            pen.line(&[[x, plot.y], [x, plot.bottom()]], theme.grid, 1.0)?;
            pen.text(&number(at, step), x, plot.bottom() + 10.0, Lettering::new(10.0, theme.quiet).centred())?;
        }
        let quiet = Lettering::new(11.0, theme.quiet).ending();
        pen.text(&fit(self.axis, 11.0, width - 24.0), plot.right(), plot.bottom() + 28.0, quiet)?;
        let [rises, sinks] = colours(theme);
        let thick = (row_height * 0.72).clamp(1.0, 16.0);
        for (index, row) in self.rows.iter().enumerate() {
            let middle = plot.y + (index as f64 + 0.5) * row_height;
            let (zero, tip) = (x_of(0.0), x_of(f64::from(row.weight)));
            let bar = Area { x: zero.min(tip), y: middle - thick / 2.0, width: (tip - zero).abs(), height: thick };
            pen.rect(bar, if row.weight > 0.0 { rises } else { sinks })?;
            let name = Lettering::new(11.0_f64.min(row_height.max(4.0)), theme.text).ending();
            pen.text(&fit(&row.gene, 11.0, plot.x - 12.0), plot.x - 8.0, middle, name)?;
        }
        pen.line(&[[x_of(0.0), plot.y], [x_of(0.0), plot.bottom()]], theme.axis, 1.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;

    fn direction(up: &[(&str, f32)], down: &[(&str, f32)]) -> Direction {
        let genes = |of: &[(&str, f32)]| {
            of.iter().map(|(gene, weight)| GeneWeight { gene: (*gene).into(), weight: *weight }).collect::<Vec<_>>()
        };
        Direction {
            variance: 0.083,
            shift: 0.7,
            genes: Vec::new(),
            up: genes(up),
            down: genes(down),
            sets: Vec::new(),
            purity: None,
            immune: None,
            stromal: None,
        }
    }

    #[test]
    fn it_draws_a_bar_a_gene_and_says_which() {
        let both = direction(&[("ADIPOQ", 0.21), ("PLIN1", 0.2), ("LEP", 0.1)], &[("MKI67", -0.09), ("TOP2A", -0.05)]);
        let figure = LoadingsFigure::new(&both, 2, 2);
        assert_eq!(figure.title(), "Contamination direction 2");
        let said = figure.description();
        assert!(said.contains("8.3 % of the tumours' variance"), "{said}");
        assert!(
            said.contains("strongest first: ADIPOQ 0.210, PLIN1 0.200. Genes that fall: MKI67 −0.090, TOP2A −0.050"),
            "{said}"
        );
        let drawn = svg(&figure, 600, 320, &Theme::LIGHT).expect("drawn");
        assert_eq!(drawn.matches("<rect").count(), 5, "the background and four bars: {drawn}");
        assert!(!drawn.contains("LEP"), "two of each sense were asked for");
        let rising = LoadingsFigure::new(&direction(&[("A", 0.5)], &[]), 1, 9);
        assert!(rising.description().contains("Genes that fall: none"));
        assert!(svg(&rising, 60, 40, &Theme::DARK).is_ok(), "no size is too small");
        assert!(svg(&LoadingsFigure::new(&direction(&[], &[]), 1, 9), 300, 200, &Theme::DARK).is_ok());
    }
}
