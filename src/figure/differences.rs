//! How far two groups are apart in many gene sets: effect size with its interval, raw above purified.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, Theme,
    palette::{Rgb, category},
    pen::{Area, Lettering, Pen, count, fit, number, text_width, ticks},
    set_name::readable,
};
use crate::readout::differences::{Differences, SetDifference};
use crate::readout::two_groups::{Difference, GroupTest};

/// FDR under which a mark is filled.
const DISCOVERED: f64 = 0.05;
/// Widest name of a set, pixels.
const NAMES: f64 = 250.0;

/// The gene sets with the strongest differences, the strongest first.
#[derive(Clone, Debug, PartialEq)]
pub struct DifferencesFigure {
    groups: String,
    sides: [String; 2],
    effect: &'static str,
    rows: Vec<SetDifference>,
    all: usize,
    discovered: [usize; 2],
    notes: Vec<String>,
}

impl DifferencesFigure {
    /// The first `most` rows of `differences`.
    pub fn new(differences: &Differences, most: usize) -> Self {
        let named = |side: &crate::readout::differences::Side| format!("{} ({})", side.name, count(side.members.len()));
        let found = |of: fn(&SetDifference) -> Option<Difference>| {
            differences.rows.iter().filter_map(of).filter(|d| d.fdr < DISCOVERED).count()
        };
        Self {
            groups: differences.label.clone(),
            sides: [named(&differences.first), named(&differences.second)],
            effect: match differences.test {
                GroupTest::Welch => "Hedges' g",
                GroupTest::MannWhitney => "Cliff's δ",
            },
            rows: differences.rows.iter().take(most).cloned().collect(),
            all: differences.rows.len(),
            discovered: [found(|row| row.raw), found(|row| row.purified)],
            notes: differences.notes.clone(),
        }
    }

    /// From and to of the axis; 0 is always on it.
    fn range(&self) -> (f64, f64) {
        let ends = self.rows.iter().flat_map(|row| [row.raw, row.purified]).flatten();
        let (from, to) = ends.fold((0.0f64, 0.0f64), |(from, to), d| (from.min(d.low), to.max(d.high)));
        let room = ((to - from) * 0.04).max(0.05);
        (from - room, to + room)
    }

    fn layout(&self, width: f64, height: f64) -> (Area, f64) {
        let widest = self.rows.iter().map(|row| text_width(&readable(&row.set), 11.0)).fold(60.0, f64::max);
        let names = (widest + 16.0).min(NAMES).min(width * 0.45);
        let plot = Area {
            x: names,
            y: 62.0,
            width: (width - names - 16.0).max(20.0),
            height: (height - 62.0 - 44.0).max(10.0),
        };
        (plot, plot.height / self.rows.len().max(1) as f64)
    }
}

fn colours(theme: &Theme) -> [Rgb; 2] {
    [theme.quiet, category(0, theme.text, theme.missing)]
}

fn mark<DB: DrawingBackend>(pen: &Pen<'_, DB>, x: f64, y: f64, colour: Rgb, filled: bool) -> Drawn<DB> {
    let square = |half: f64| Area { x: x - half, y: y - half, width: 2.0 * half, height: 2.0 * half };
    pen.rect(square(3.5), colour)?;
    if filled { Ok(()) } else { pen.rect(square(2.0), pen.theme.background) }
}

impl Figure for DifferencesFigure {
    fn title(&self) -> String {
        format!("{}: {} against {}", self.groups, self.sides[0], self.sides[1])
    }

    fn description(&self) -> String {
        let [raw, purified] = self.discovered;
        let strongest = self.rows.iter().take(3).filter_map(|row| {
            let d = row.purified?;
            Some(format!(
                "{} {} ({} to {})",
                readable(&row.set),
                number(d.effect, 0.01),
                number(d.low, 0.01),
                number(d.high, 0.01)
            ))
        });
        let strongest: Vec<String> = strongest.collect();
        format!(
            "{} with 95 % intervals of {} of {} gene sets. Below an FDR of 5 %: {} raw, {} purified. Strongest, purified: {}.",
            self.effect,
            count(self.rows.len()),
            count(self.all),
            count(raw),
            count(purified),
            strongest.join("; ")
        )
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        pen.title(&self.title(), 12.0)?;
        let (plot, row_height) = self.layout(width, height);
        let (from, to) = self.range();
        let x_of = |value: f64| plot.across((value - from) / (to - from));
        let mut legend = 12.0;
        for (name, colour) in ["raw", "purified"].into_iter().zip(colours(theme)) {
            mark(&pen, legend + 4.0, 42.0, colour, true)?;
            pen.text(name, legend + 12.0, 42.0, Lettering::new(11.0, theme.text))?;
            legend += 24.0 + text_width(name, 11.0);
        }
        let said = "filled: FDR under 5 %";
        if legend + text_width(said, 11.0) < width {
            pen.text(said, legend, 42.0, Lettering::new(11.0, theme.quiet))?;
        }
        let marks = ticks(from, to, (plot.width / 60.0).max(2.0) as usize);
        let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(1.0);
        for at in marks {
            let x = x_of(at);
            pen.line(&[[x, plot.y], [x, plot.bottom()]], theme.grid, 1.0)?;
            pen.text(&number(at, step), x, plot.bottom() + 10.0, Lettering::new(10.0, theme.quiet).centred())?;
        }
        pen.line(&[[x_of(0.0), plot.y], [x_of(0.0), plot.bottom()]], theme.axis, 1.5)?;
        let axis = format!("{}, 95 % interval; right: higher in {}", self.effect, self.sides[0]);
        let quiet = Lettering::new(11.0, theme.quiet).ending();
        pen.text(&fit(&axis, 11.0, width - 24.0), plot.right(), plot.bottom() + 28.0, quiet)?;
        for (index, row) in self.rows.iter().enumerate() {
            let middle = plot.y + (index as f64 + 0.5) * row_height;
            let name = Lettering::new(11.0, theme.text).ending();
            pen.text(&fit(&readable(&row.set), 11.0, plot.x - 12.0), plot.x - 8.0, middle, name)?;
            let apart = (row_height * 0.22).clamp(1.0, 5.0);
            for ((side, colour), y) in
                [row.raw, row.purified].into_iter().zip(colours(theme)).zip([middle - apart, middle + apart])
            {
                let Some(d) = side else { continue };
                pen.line(&[[x_of(d.low), y], [x_of(d.high), y]], colour, 1.5)?;
                mark(&pen, x_of(d.effect), y, colour, d.fdr < DISCOVERED)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;
    use crate::readout::differences::Side;

    #[test]
    fn it_draws_both_sides_and_says_what_was_found() {
        let d = |effect: f64, fdr| {
            Some(Difference { difference: effect, effect, low: effect - 0.4, high: effect + 0.4, p: fdr, fdr })
        };
        let row = |set: &str, raw, purified| SetDifference { set: set.into(), found: 9, size: 10, raw, purified };
        let side = |name: &str, n: usize| Side { name: name.into(), members: (0..n).collect() };
        let rows = vec![row("HALLMARK_HYPOXIA", d(0.5, 0.2), d(1.5, 0.001)), row("FLAT", None, d(-0.1, 0.9))];
        let differences = Differences {
            label: "grade".into(),
            first: side("high", 12),
            second: side("low", 7),
            test: GroupTest::Welch,
            rows,
            notes: vec!["one of each patient".into()],
        };
        let figure = DifferencesFigure::new(&differences, 25);
        assert_eq!(figure.title(), "grade: high (12) against low (7)");
        assert!(figure.description().contains("0 raw, 1 purified"), "{}", figure.description());
        let drawn = svg(&figure, 700, 200, &Theme::LIGHT).expect("drawn");
        assert!(drawn.contains("one of each patient"), "who was compared is said");
        // Background, two in the legend, three marks of which two are hollow.
        assert_eq!(drawn.matches("<rect").count(), 8, "{drawn}");
        assert!(svg(&DifferencesFigure::new(&differences, 0), 60, 40, &Theme::DARK).is_ok(), "no size is too small");
    }
}
