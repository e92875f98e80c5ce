//! What strength costs and what it gives: one small panel a measure, strength from left to right, other representations
//! as level lines.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, FigureError, Theme,
    axes::{share, span},
    measures::Measured,
    palette::{Rgb, category},
    pen::{Area, Lettering, Pen, count, fit, number, text_width, ticks},
};

/// Narrowest panel with its numbers, pixels.
const PANEL: f64 = 190.0;
/// Height of a panel with its name and numbers, pixels.
const HEIGHT: f64 = 154.0;
/// Title and key, pixels.
const HEAD: f64 = 62.0;
/// Room left of a panel for its numbers, pixels.
const NUMBERS: f64 = 38.0;
/// Dashes of the level lines: drawn and left out, pixels; none is a whole line.
const DASHES: [Option<[f64; 2]>; 3] = [None, Some([7.0, 3.0]), Some([2.0, 3.0])];

/// A measure over strength.
#[derive(Clone, Debug, PartialEq)]
pub struct PricePanel {
    /// Its name.
    pub name: String,
    /// One per strength.
    pub curve: Vec<Measured>,
    /// One per level line.
    pub levels: Vec<Option<f64>>,
}

/// Panels in order; every one has the same strengths and level lines.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceFigure {
    strengths: Vec<usize>,
    levels: Vec<String>,
    panels: Vec<PricePanel>,
    default: Option<usize>,
}

impl PriceFigure {
    /// `strengths` ascending, `levels` the names of the level lines, `default` the strength that is marked.
    ///
    /// # Errors
    /// [`FigureError::Length`] where a panel has not one value per strength and per level line.
    pub fn new(
        strengths: Vec<usize>,
        levels: Vec<String>,
        panels: Vec<PricePanel>,
        default: Option<usize>,
    ) -> Result<Self, FigureError> {
        for panel in &panels {
            let lengths = [
                ("a panel's values", panel.curve.len(), strengths.len(), "strength"),
                ("a panel's level lines", panel.levels.len(), levels.len(), "line"),
            ];
            for (what, found, expected, per) in lengths {
                if found != expected {
                    return Err(FigureError::Length { what, found, expected, per });
                }
            }
        }
        Ok(Self { strengths, levels, panels, default })
    }

    /// The height at which panels stand at their natural size, pixels.
    pub fn height(&self, width: u32) -> u32 {
        (HEAD + self.panels.len().div_ceil(per_line(f64::from(width))).max(1) as f64 * HEIGHT).ceil() as u32
    }

    fn across(&self) -> (f64, f64) {
        let end = |at: Option<&usize>| at.map_or(0.0, |&k| k as f64);
        (end(self.strengths.first()) - 0.3, end(self.strengths.last()) + 0.3)
    }

    fn draw_key<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, y: f64) -> Drawn<DB> {
        let theme = pen.theme;
        let mut x = 12.0;
        let mut entry = |name: &str, mark: &dyn Fn(f64) -> Drawn<DB>| -> Drawn<DB> {
            mark(x)?;
            pen.text(name, x + 24.0, y, Lettering::new(11.0, theme.text))?;
            x += 40.0 + text_width(name, 11.0);
            Ok(())
        };
        entry("TwinPurify", &|x| {
            pen.line(&[[x, y], [x + 18.0, y]], curve_colour(theme), 2.0)?;
            pen.rect(square([x + 9.0, y], 3.0), curve_colour(theme))
        })?;
        for (at, name) in self.levels.iter().enumerate() {
            entry(name, &|x| level_line(pen, at, x, x + 18.0, y))?;
        }
        match self.default {
            Some(_) => entry("default", &|x| pen.rect(band(x + 3.0, 12.0, y - 6.0, 12.0), theme.grid)),
            None => Ok(()),
        }
    }

    fn draw_panel<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, panel: &PricePanel, plot: Area) -> Drawn<DB> {
        let theme = pen.theme;
        let across = self.across();
        let ends = panel.curve.iter().flat_map(|value| {
            let (mean, spread) = (value.mean.unwrap_or(f64::NAN), value.spread.unwrap_or(0.0));
            [mean - spread, mean + spread]
        });
        let upwards = span(ends.chain(panel.levels.iter().map(|level| level.unwrap_or(f64::NAN))), 0.1);
        let place =
            |strength: usize, value: f64| [plot.across(share(across, strength as f64)), plot.up(share(upwards, value))];
        let name = fit(&panel.name, 11.0, plot.width + NUMBERS - 8.0);
        pen.text(&name, plot.x - NUMBERS + 8.0, plot.y - 10.0, Lettering::new(11.0, theme.text).bold())?;
        if let Some(default) = self.default.filter(|k| self.strengths.contains(k)) {
            pen.rect(band(place(default, 0.0)[0] - 6.0, 12.0, plot.y, plot.height), theme.grid)?;
        }
        let marks = ticks(upwards.0, upwards.1, 3);
        let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(0.1);
        for mark in marks.into_iter().filter(|mark| (upwards.0..=upwards.1).contains(mark)) {
            let y = plot.up(share(upwards, mark));
            pen.line(&[[plot.x, y], [plot.right(), y]], theme.grid, 1.0)?;
            pen.text(&number(mark, step), plot.x - 6.0, y, Lettering::new(10.0, theme.text).ending())?;
        }
        for &strength in &self.strengths {
            let x = place(strength, 0.0)[0];
            let set = Lettering::new(10.0, theme.quiet).centred();
            pen.text(&strength.to_string(), x, plot.bottom() + 9.0, set)?;
        }
        for (at, level) in panel.levels.iter().enumerate() {
            if let Some(level) = level {
                level_line(pen, at, plot.x, plot.right(), plot.up(share(upwards, *level)))?;
            }
        }
        let colour = curve_colour(theme);
        let known: Vec<(usize, f64, Option<f64>)> = (self.strengths.iter().zip(&panel.curve))
            .filter_map(|(&strength, value)| Some((strength, value.mean?, value.spread)))
            .collect();
        pen.line(&known.iter().map(|&(strength, mean, _)| place(strength, mean)).collect::<Vec<_>>(), colour, 1.6)?;
        for (strength, mean, spread) in known {
            if let Some(spread) = spread {
                pen.line(&[place(strength, mean - spread), place(strength, mean + spread)], colour, 1.0)?;
            }
            pen.rect(square(place(strength, mean), 3.0), colour)?;
        }
        Ok(())
    }
}

fn per_line(width: f64) -> usize {
    (((width - 12.0) / PANEL).floor() as usize).max(1)
}

fn curve_colour(theme: &Theme) -> Rgb {
    theme.legible(category(0, theme.text, theme.missing))
}

fn square([x, y]: [f64; 2], half: f64) -> Area {
    Area { x: x - half, y: y - half, width: 2.0 * half, height: 2.0 * half }
}

fn band(x: f64, width: f64, y: f64, height: f64) -> Area {
    Area { x, y, width, height }
}

/// The level line at this place: whole, dashed or dotted, each in a colour of its own.
fn level_line<DB: DrawingBackend>(pen: &Pen<'_, DB>, at: usize, from: f64, to: f64, y: f64) -> Drawn<DB> {
    let theme = pen.theme;
    let colour = if at == 0 { theme.quiet } else { theme.legible(category(at, theme.text, theme.missing)) };
    let Some([drawn, left_out]) = DASHES[at % DASHES.len()] else {
        return pen.line(&[[from, y], [to, y]], colour, 1.2);
    };
    let mut x = from;
    while x < to {
        pen.line(&[[x, y], [(x + drawn).min(to), y]], colour, 1.4)?;
        x += drawn + left_out;
    }
    Ok(())
}

impl Figure for PriceFigure {
    fn title(&self) -> String {
        "The price of strength".into()
    }

    fn description(&self) -> String {
        let told = |value: Option<f64>| value.map_or_else(|| "–".into(), |v| number(v, 0.01));
        let of = |panel: &PricePanel| {
            let curve: Vec<String> = panel.curve.iter().map(|value| told(value.mean)).collect();
            let levels = self.levels.iter().zip(&panel.levels).map(|(name, value)| format!("{name} {}", told(*value)));
            format!("{}: {}; {}", panel.name, curve.join(", "), levels.collect::<Vec<_>>().join(", "))
        };
        let panels: Vec<String> = self.panels.iter().map(of).collect();
        let (first, last) = (self.strengths.first().copied(), self.strengths.last().copied());
        let default = self.default.map_or_else(String::new, |k| format!(" The default is {k}."));
        format!(
            "{} measures over strength {} to {}, means over seeds, beside other representations.{default} {}.",
            count(self.panels.len()),
            first.unwrap_or(0),
            last.unwrap_or(0),
            panels.join(". ")
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        pen.title(&self.title(), 12.0)?;
        self.draw_key(&pen, 46.0)?;
        let per_line = per_line(width);
        let lines = self.panels.len().div_ceil(per_line).max(1);
        let line_height = ((height - HEAD) / lines as f64).max(20.0);
        let panel_width = (width - 12.0) / per_line as f64;
        for (at, panel) in self.panels.iter().enumerate() {
            let (line, place) = (at / per_line, at % per_line);
            let plot = Area {
                x: 4.0 + place as f64 * panel_width + NUMBERS,
                y: HEAD + line as f64 * line_height + 22.0,
                width: (panel_width - NUMBERS - 16.0).max(20.0),
                height: (line_height - 54.0).max(10.0),
            };
            self.draw_panel(&pen, panel, plot)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;

    fn figure() -> PriceFigure {
        let value = |mean: f64| Measured { mean: Some(mean), spread: Some(0.02), best: false };
        let panel =
            |name: &str, curve: Vec<Measured>| PricePanel { name: name.into(), curve, levels: vec![Some(0.6), None] };
        let panels = vec![
            panel("Subtype: clean", vec![value(0.84), value(0.83), value(0.7)]),
            panel("Follows purity: ridge R²", vec![value(0.6), Measured::default(), value(0.1)]),
        ];
        PriceFigure::new(vec![0, 1, 2], vec!["raw".into(), "PCA-20".into()], panels, Some(1)).expect("whole panels")
    }

    #[test]
    fn it_draws_what_is_there_and_marks_the_default() {
        let figure = figure();
        let said = figure.description();
        assert!(said.contains("Subtype: clean: 0.84, 0.83, 0.70; raw 0.60, PCA-20 –"), "{said}");
        assert!(said.contains("The default is 1."), "{said}");
        let drawn = svg(&figure, 700, figure.height(700), &Theme::LIGHT).expect("drawn");
        // The background, the key's mark and default, a default in each panel, five values that are there.
        assert_eq!(drawn.matches("<rect").count(), 1 + 2 + 2 + 5, "{drawn}");
        let plain = PriceFigure { default: None, ..figure.clone() };
        let drawn = svg(&plain, 700, plain.height(700), &Theme::LIGHT).expect("drawn");
        assert_eq!(drawn.matches("<rect").count(), 1 + 1 + 5);
        assert!(svg(&figure, 90, 60, &Theme::DARK).is_ok(), "no size is too small");
    }

    #[test]
    fn panels_must_be_whole() {
        let panel = PricePanel { name: "a".into(), curve: Vec::new(), levels: Vec::new() };
        assert!(PriceFigure::new(vec![0], Vec::new(), vec![panel.clone()], None).is_err());
        assert!(PriceFigure::new(Vec::new(), vec!["raw".into()], vec![panel], None).is_err());
    }
}
