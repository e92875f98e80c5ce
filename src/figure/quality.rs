//! One measure of every sample, by role.

use plotters::{coord::Shift, prelude::*};

use super::{
    Categories, Drawn, Figure, FigureError, PointLayer, Theme,
    colour::Key,
    pen::{Area, Lettering, Pen, count, fit, number, ticks},
};
use crate::cohort::median;

/// A measure per sample in one column per role, with medians; samples that stand out are ringed.
#[derive(Clone, Debug)]
pub struct QualityFigure {
    title: String,
    unit: String,
    values: Vec<f32>,
    roles: Categories,
    ringed: Vec<bool>,
}

struct Frame {
    panel: Area,
    column: f64,
    from: f64,
    to: f64,
    radius: f64,
}

impl QualityFigure {
    /// `values`, `roles` and `ringed` are one per sample; what is not finite is not drawn.
    ///
    /// # Errors
    /// [`FigureError::Length`] where the parts are not one per sample.
    pub fn new(
        title: impl Into<String>,
        unit: impl Into<String>,
        values: Vec<f32>,
        roles: Categories,
        ringed: Vec<bool>,
    ) -> Result<Self, FigureError> {
        let expected = roles.len();
        for (what, found) in [("the measure", values.len()), ("what stands out", ringed.len())] {
            if found != expected {
                return Err(FigureError::Length { what, found, expected, per: "sample" });
            }
        }
        Ok(Self { title: title.into(), unit: unit.into(), values, roles, ringed })
    }

    fn frame(&self, width: f64, height: f64, key: &Key) -> Frame {
        let (left, top) = (66.0, 38.0);
        let panel =
            Area { x: left, y: top, width: (width - left - 12.0).max(20.0), height: (height - top - 44.0).max(20.0) };
        let finite = self.values.iter().filter(|v| v.is_finite()).map(|v| f64::from(*v));
        let (mut from, mut to) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if from > to {
            (from, to) = (0.0, 1.0);
        }
        let room = ((to - from) * 0.06).max(1e-3);
        let column = panel.width / key.classes.len().max(1) as f64;
        let each = (self.values.len().max(1) as f64 / key.classes.len().max(1) as f64).max(1.0);
        let radius = (0.35 * (column * panel.height / each).sqrt()).clamp(1.5, 3.6);
        Frame { panel, column, from: from - room, to: to + room, radius }
    }

    /// Sample, class and pixel of every value that is drawn.
    fn dots(&self, at: &Frame, key: &Key) -> Vec<(usize, u16, f64, f64)> {
        let dot = |(sample, value): (usize, &f32)| {
            let class = key.class(self.roles.code(sample));
            // The golden-ratio sequence spreads neighbours evenly and is the same every time.
            let jitter = (sample as f64 * 0.618_033_988_75).fract() - 0.5;
            let x = at.panel.x + at.column * (f64::from(class) + 0.5 + 0.6 * jitter);
            (sample, class, x, at.panel.up(at.share(f64::from(*value))))
        };
        self.values.iter().enumerate().filter(|(_, v)| v.is_finite()).map(dot).collect()
    }

    fn median(&self, class: u16, key: &Key) -> Option<f64> {
        let of_class = |(i, v): &(usize, &f32)| v.is_finite() && key.class(self.roles.code(*i)) == class;
        let mut values: Vec<f64> =
            self.values.iter().enumerate().filter(of_class).map(|(_, v)| f64::from(*v)).collect();
        (!values.is_empty()).then(|| median(&mut values))
    }
}

impl Frame {
    fn share(&self, value: f64) -> f64 {
        (value - self.from) / (self.to - self.from)
    }
}

impl Figure for QualityFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let key = Key::new(&self.roles, &Theme::LIGHT);
        let said = key.classes.iter().enumerate().map(|(class, entry)| {
            let median = self.median(class as u16, &key).map_or("none".to_owned(), |m| number(m, 0.01));
            format!("{} ({}) {median}", entry.name, count(entry.count))
        });
        let said: Vec<String> = said.collect();
        let ringed = self.ringed.iter().filter(|r| **r).count();
        format!(
            "{}, median by role: {}. {} samples stand out and are ringed.",
            self.unit,
            said.join("; "),
            count(ringed)
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let key = Key::new(&self.roles, theme);
        let at = self.frame(width, height, &key);
        let text = Lettering::new(11.0, theme.text);
        let quiet = Lettering::new(10.0, theme.quiet).centred();
        pen.title(&self.title(), 12.0)?;
        let marks = ticks(at.from, at.to, (at.panel.height / 40.0).max(2.0) as usize);
        let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(1.0);
        for &mark in &marks {
            let y = at.panel.up(at.share(mark));
            pen.line(
                &[[at.panel.x, y], [at.panel.right(), y]],
                if mark == 0.0 { theme.axis } else { theme.grid },
                1.0,
            )?;
            pen.text(&number(mark, step), at.panel.x - 7.0, y, text.ending())?;
        }
        for (i, class) in key.classes.iter().enumerate() {
            let x = at.panel.x + at.column * (i as f64 + 0.5);
            pen.text(&fit(&class.name, 11.0, at.column - 4.0), x, at.panel.bottom() + 14.0, text.centred())?;
            pen.text(&count(class.count), x, at.panel.bottom() + 29.0, quiet)?;
        }
        pen.text(&self.unit, 14.0, at.panel.up(0.5), quiet.upwards())?;
        for (sample, class, x, y) in self.dots(&at, &key) {
            if self.ringed.get(sample) == Some(&true) {
                // The rings lie beneath: circles on top are the samples, in their order.
                let ring: Vec<[f64; 2]> = (0..=24)
                    .map(|i| f64::from(i) * std::f64::consts::TAU / 24.0)
                    .map(|a| [x + (at.radius + 3.0) * a.cos(), y + (at.radius + 3.0) * a.sin()])
                    .collect();
                pen.line(&ring, theme.text, 1.2)?;
            }
            pen.circle(x, y, at.radius, key.colour(class), 0.65)?;
        }
        for class in 0..key.classes.len() {
            if let Some(median) = self.median(class as u16, &key) {
                let (x, y) = (at.panel.x + at.column * class as f64, at.panel.up(at.share(median)));
                let ends = [[x + at.column * 0.15, y], [x + at.column * 0.85, y]];
                pen.line(&ends, theme.background, 5.0)?;
                pen.line(&ends, theme.text, 2.5)?;
            }
        }
        Ok(())
    }

    fn points(&self, width: u32, height: u32, theme: &Theme) -> Option<PointLayer> {
        let key = Key::new(&self.roles, theme);
        let at = self.frame(f64::from(width), f64::from(height), &key);
        let dots = self.dots(&at, &key);
        Some(PointLayer {
            plot: [at.panel.x, at.panel.y, at.panel.width, at.panel.height].map(|v| v as f32),
            window: [0.0, 1.0, at.from as f32, at.to as f32],
            samples: dots.iter().map(|d| d.0 as u32).collect(),
            codes: dots.iter().map(|d| d.1).collect(),
            classes: key.classes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{scene, svg};

    #[test]
    fn every_measured_sample_is_one_circle() {
        let roles = Categories::new("role", vec!["tumour".into(), "normal".into()], vec![0, 0, 1, -1]).expect("named");
        let values = vec![1.0, f32::NAN, 3.0, 2.0];
        let figure =
            QualityFigure::new("Level", "log2", values, roles, vec![false, false, true, false]).expect("whole");
        let drawn = svg(&figure, 320, 240, &Theme::LIGHT).expect("drawn");
        assert_eq!(drawn.matches("<circle").count(), 3);
        assert!(figure.description().contains("1 samples stand out"));
        assert_eq!(scene(&figure, 320, 240, &Theme::DARK).expect("drawn").points.expect("points").samples, [0, 2, 3]);
        let roles = Categories::new("role", vec![], vec![]).expect("none");
        assert!(QualityFigure::new("x", "y", vec![1.0], roles, vec![]).is_err());
    }
}
