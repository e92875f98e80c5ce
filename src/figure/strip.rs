//! One pathway by group, raw beside purified.

use plotters::{coord::Shift, prelude::*};

use super::{
    Categories, Drawn, Figure, FigureError, PointLayer, Theme,
    colour::Key,
    pen::{Area, Lettering, Pen, count, fit, number, text_width, ticks},
    set_name::readable,
};
use crate::cohort::median;

/// One pathway's activity in every sample, by group, raw and purified on one axis, with medians.
#[derive(Clone, Debug)]
pub struct StripPlot {
    pathway: String,
    what: &'static str,
    unit: String,
    panels: [Vec<f32>; 2],
    groups: Categories,
}

const PANELS: [&str; 2] = ["Raw", "Purified"];

struct Layout {
    panels: [Area; 2],
    from: f64,
    to: f64,
    radius: f64,
    upright: bool,
}

struct Dot {
    sample: usize,
    class: u16,
    x: f64,
    y: f64,
}

impl StripPlot {
    /// `raw` and `purified` are one activity per sample, in `unit` ("z", "ssGSEA score"); values that are not finite
    /// are not drawn, and the description says how many.
    ///
    /// # Errors
    /// [`FigureError::Length`] where the parts are not one per sample.
    pub fn new(
        pathway: impl Into<String>,
        unit: impl Into<String>,
        raw: Vec<f32>,
        purified: Vec<f32>,
        groups: Categories,
    ) -> Result<Self, FigureError> {
        let expected = groups.len();
        let panels = [raw, purified];
        for (what, values) in ["the raw activity", "the purified activity"].into_iter().zip(&panels) {
            if values.len() != expected {
                return Err(FigureError::Length { what, found: values.len(), expected, per: "sample" });
            }
        }
        Ok(Self { pathway: pathway.into(), what: "activity", unit: unit.into(), panels, groups })
    }

    /// The same of a gene's expression, by its name as it is.
    pub fn of_gene(self) -> Self {
        Self { what: "expression", ..self }
    }

    fn finite(&self) -> impl Iterator<Item = f64> + '_ {
        self.panels.iter().flatten().filter(|v| v.is_finite()).map(|&v| f64::from(v))
    }

    fn layout(&self, width: f64, height: f64, key: &Key) -> Layout {
        let (left, top, gap) = (54.0, 54.0, 20.0);
        let panel_width = ((width - left - gap - 12.0) / 2.0).max(20.0);
        let column = panel_width / key.classes.len().max(1) as f64;
        let widest = key.classes.iter().map(|c| text_width(&c.name, 11.0)).fold(0.0, f64::max);
        let upright = widest > column - 6.0 && column < 70.0;
        let below = if upright { widest.min(80.0) + 36.0 } else { 40.0 } + 18.0;
        let first = Area { x: left, y: top, width: panel_width, height: (height - top - below).max(20.0) };
        let (mut from, mut to) =
            self.finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if from > to {
            (from, to) = (-1.0, 1.0);
        }
        let room = ((to - from) * 0.05).max(1e-3);
        let n = (self.groups.len().max(1) as f64 / key.classes.len().max(1) as f64).max(1.0);
        let radius = (0.35 * (column * first.height / n).sqrt()).clamp(1.5, 3.6);
        let panels = [first, Area { x: first.right() + gap, ..first }];
        Layout { panels, from: from - room, to: to + room, radius, upright }
    }

    /// Every drawn value with its pixel: raw first, then purified, each in sample order.
    fn dots<'s>(&'s self, at: &'s Layout, key: &'s Key) -> impl Iterator<Item = Dot> + 's {
        let column = at.panels[0].width / key.classes.len().max(1) as f64;
        self.panels.iter().enumerate().flat_map(move |(panel, values)| {
            values.iter().enumerate().filter(|(_, v)| v.is_finite()).map(move |(sample, &v)| {
                let class = key.class(self.groups.code(sample));
                // The golden-ratio sequence spreads neighbours evenly and is the same every time.
                let jitter = (sample as f64 * 0.618_033_988_75).fract() - 0.5;
                let x = at.panels[panel].x + column * (f64::from(class) + 0.5 + 0.6 * jitter);
                Dot { sample, class, x, y: at.panels[panel].up(at.share(f64::from(v))) }
            })
        })
    }

    /// Median of a panel's values of one class.
    fn median(&self, panel: usize, class: u16, key: &Key) -> Option<f64> {
        let of_class = |i: &usize| key.class(self.groups.code(*i)) == class;
        let values = self.panels[panel].iter().enumerate().filter(|(i, v)| v.is_finite() && of_class(i));
        let mut values: Vec<f64> = values.map(|(_, &v)| f64::from(v)).collect();
        (!values.is_empty()).then(|| median(&mut values))
    }

    fn draw_frame<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, at: &Layout, key: &Key) -> Drawn<DB> {
        let (theme, text) = (pen.theme, Lettering::new(11.0, pen.theme.text));
        let marks = ticks(at.from, at.to, (at.panels[0].height / 40.0).max(2.0) as usize);
        let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(1.0);
        for (panel, name) in at.panels.iter().zip(PANELS) {
            pen.text(name, panel.x, panel.y - 12.0, text.bold())?;
            for &mark in &marks {
                let y = panel.up(at.share(mark));
                let colour = if mark == 0.0 { theme.axis } else { theme.grid };
                pen.line(&[[panel.x, y], [panel.right(), y]], colour, 1.0)?;
            }
            let column = panel.width / key.classes.len().max(1) as f64;
            for (i, class) in key.classes.iter().enumerate() {
                let x = panel.x + column * (i as f64 + 0.5);
                let quiet = Lettering::new(10.0, theme.quiet).centred();
                if at.upright {
                    let name = format!("{} {}", fit(&class.name, 11.0, 80.0), count(class.count));
                    pen.text(&name, x, panel.bottom() + 8.0, text.ending().upwards())?;
                } else {
                    pen.text(&fit(&class.name, 11.0, column - 4.0), x, panel.bottom() + 14.0, text.centred())?;
                    pen.text(&count(class.count), x, panel.bottom() + 29.0, quiet)?;
                }
            }
        }
        for &mark in &marks {
            let y = at.panels[0].up(at.share(mark));
            pen.text(&number(mark, step), at.panels[0].x - 7.0, y, text.ending())?;
        }
        let quiet = Lettering::new(11.0, theme.quiet).centred();
        pen.text(&format!("{}, {}", self.what, self.unit), 14.0, at.panels[0].up(0.5), quiet.upwards())
    }
}

impl Layout {
    fn share(&self, value: f64) -> f64 {
        (value - self.from) / (self.to - self.from)
    }
}

impl Figure for StripPlot {
    fn title(&self) -> String {
        if self.what == "expression" { self.pathway.clone() } else { readable(&self.pathway) }
    }

    fn description(&self) -> String {
        let key = Key::new(&self.groups, &Theme::LIGHT);
        let medians = |(class, entry): (usize, &super::Class)| {
            let [raw, purified] = [0, 1].map(|panel| self.median(panel, class as u16, &key));
            let say = |m: Option<f64>| m.map_or("none".to_owned(), |m| number(m, 0.01));
            format!("{} ({}) {} raw, {} purified", entry.name, count(entry.count), say(raw), say(purified))
        };
        let said: Vec<String> = key.classes.iter().enumerate().map(medians).collect();
        let skipped = 2 * self.groups.len() - self.finite().count();
        let skipped =
            if skipped > 0 { format!(" {} missing values are not drawn.", count(skipped)) } else { String::new() };
        format!("Median {} ({}) by {}: {}.{skipped}", self.what, self.unit, self.groups.label(), said.join("; "))
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let key = Key::new(&self.groups, theme);
        let at = self.layout(width, height, &key);
        pen.title(&self.title(), 12.0)?;
        self.draw_frame(&pen, &at, &key)?;
        for dot in self.dots(&at, &key) {
            pen.circle(dot.x, dot.y, at.radius, key.colour(dot.class), 0.65)?;
        }
        let column = at.panels[0].width / key.classes.len().max(1) as f64;
        for (which, panel) in at.panels.iter().enumerate() {
            for class in 0..key.classes.len() {
                if let Some(median) = self.median(which, class as u16, &key) {
                    let (x, y) = (panel.x + column * class as f64, panel.up(at.share(median)));
                    let ends = [[x + column * 0.15, y], [x + column * 0.85, y]];
                    pen.line(&ends, theme.background, 5.0)?;
                    pen.line(&ends, theme.text, 2.5)?;
                }
            }
        }
        Ok(())
    }

    fn points(&self, width: u32, height: u32, theme: &Theme) -> Option<PointLayer> {
        let key = Key::new(&self.groups, theme);
        let at = self.layout(f64::from(width), f64::from(height), &key);
        let [first, second] = at.panels;
        let plot = [first.x, first.y, second.right() - first.x, first.height].map(|v| v as f32);
        let dots: Vec<Dot> = self.dots(&at, &key).collect();
        Some(PointLayer {
            plot,
            window: [0.0, 1.0, at.from as f32, at.to as f32],
            samples: dots.iter().map(|d| d.sample as u32).collect(),
            codes: dots.iter().map(|d| d.class).collect(),
            classes: key.classes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_of_what_is_there() {
        let groups = Categories::new("g", vec!["a".into(), "b".into()], vec![0, 0, 0, 1, 1, -1]).expect("named");
        let raw = vec![1.0, 2.0, f32::NAN, 5.0, 7.0, 9.0];
        let plot = StripPlot::new("P", "z", raw.clone(), raw, groups).expect("lengths agree");
        let key = Key::new(&plot.groups, &Theme::LIGHT);
        assert_eq!(plot.median(0, 0, &key), Some(1.5));
        assert_eq!(plot.median(1, 1, &key), Some(6.0));
        assert_eq!(plot.median(0, 7, &key), None);
        assert!(plot.description().contains("2 missing values"));
        assert!(plot.dots(&plot.layout(600.0, 300.0, &key), &key).all(|d| d.x.is_finite() && d.y.is_finite()));
    }
}
