//! Samples as points of a plane: PCA or UMAP.

use plotters::{coord::Shift, prelude::*};

use super::{
    Colour, Drawn, Figure, FigureError, PointLayer, Theme,
    colour::{Key, Scale},
    legend::{self, Legend},
    palette::OKABE_ITO,
    pen::{Area, Lettering, Pen, count, fit},
};

/// Samples as points of a plane, coloured by a category or a number. Equal aspect: a distance means the same in both
/// directions.
#[derive(Clone, Debug)]
pub struct MapFigure {
    points: Vec<[f32; 2]>,
    title: String,
    axes: [String; 2],
    colour: Colour,
    /// What to show, x from, x to, y from, y to, in the points' units; all points when `None`.
    pub window: Option<[f64; 4]>,
    /// Whether to draw the legend; a page with a legend of its own leaves it out on screen.
    pub legend: bool,
}

/// Where everything is at one size.
struct Layout {
    plot: Area,
    window: [f64; 4],
    radius: f64,
    opacity: f64,
    legend: Legend,
}

impl MapFigure {
    /// `points` is samples × 2. A point with a coordinate that is not finite is not drawn, and the description says
    /// how many. `axes` name what is along x and y, with units ("PC1 (23 % of variance)").
    ///
    /// # Errors
    /// [`FigureError::Length`] where `colour` is not one per sample.
    pub fn new(
        points: Vec<[f32; 2]>,
        title: impl Into<String>,
        axes: [impl Into<String>; 2],
        colour: Colour,
    ) -> Result<Self, FigureError> {
        colour.check(points.len())?;
        Ok(Self { points, title: title.into(), axes: axes.map(Into::into), colour, window: None, legend: true })
    }

    /// Samples without a place: a coordinate is not finite.
    pub fn unplaced(&self) -> usize {
        self.points.iter().filter(|p| !placed(p)).count()
    }

    fn key(&self, theme: &Theme) -> Option<Key> {
        match &self.colour {
            Colour::Category(categories) => Some(Key::new(categories, theme)),
            _ => None,
        }
    }

    fn layout(&self, width: f64, height: f64, classes: &[super::Class]) -> Layout {
        let numeric = matches!(self.colour, Colour::Number { .. });
        let shown = self.legend && (numeric || !classes.is_empty());
        let beside = shown && (width >= 460.0 || numeric);
        let legend_width = if numeric { 96.0 } else { legend::width(classes) };
        let (left, top, bottom) = (30.0, 34.0, 30.0);
        let right = if beside { legend_width + 24.0 } else { 10.0 };
        let below = if shown && !beside { legend::height(classes, width - left - right) } else { 0.0 };
        let plot = Area {
            x: left,
            y: top,
            width: (width - left - right).max(20.0).floor(),
            height: (height - top - bottom - below).max(20.0).floor(),
        };
        let place = if beside {
            Area { x: plot.right() + 14.0, y: top, width: legend_width, height: plot.height }
        } else {
            Area { x: left, y: plot.bottom() + bottom + 4.0, width: plot.width, height: below }
        };
        // Points stay visible: size and opacity follow density.
        let placed = (self.points.len() - self.unplaced()).max(1) as f64;
        let radius = (0.3 * (plot.width * plot.height / placed).sqrt()).clamp(1.6, 5.0);
        let opacity = 0.6 + 0.25 * (radius - 1.6) / 3.4;
        Layout { plot, window: self.shown(plot, radius), radius, opacity, legend: Legend { place, beside } }
    }

    /// The window asked for, or that of all points with room for their discs, widened to equal aspect.
    fn shown(&self, plot: Area, radius: f64) -> [f64; 4] {
        let [mut x0, mut x1, mut y0, mut y1] = self.window.filter(usable).unwrap_or_else(|| {
            let mut all = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
            for [x, y] in self.points.iter().filter(|p| placed(p)).map(|p| p.map(f64::from)) {
                all = [all[0].min(x), all[1].max(x), all[2].min(y), all[3].max(y)];
            }
            let span = (all[1] - all[0]).max(all[3] - all[2]);
            match span {
                s if s > 0.0 && s.is_finite() => {
                    let room = s * (2.0 * radius / plot.width.min(plot.height) + 0.02);
                    [all[0] - room, all[1] + room, all[2] - room, all[3] + room]
                }
                // One place, or none.
                0.0 => [all[0] - 1.0, all[0] + 1.0, all[2] - 1.0, all[2] + 1.0],
                _ => [-1.0, 1.0, -1.0, 1.0],
            }
        });
        let per_pixel = ((x1 - x0) / plot.width).max((y1 - y0) / plot.height);
        let (spare_x, spare_y) = (per_pixel * plot.width - (x1 - x0), per_pixel * plot.height - (y1 - y0));
        (x0, x1) = (x0 - spare_x / 2.0, x1 + spare_x / 2.0);
        (y0, y1) = (y0 - spare_y / 2.0, y1 + spare_y / 2.0);
        [x0, x1, y0, y1]
    }

    /// Samples in the window with their pixel, in sample order.
    fn visible<'s>(&'s self, layout: &'s Layout) -> impl Iterator<Item = (usize, f64, f64)> + 's {
        let [x0, x1, y0, y1] = layout.window;
        self.points.iter().enumerate().filter(|(_, p)| placed(p)).filter_map(move |(i, p)| {
            let [x, y] = p.map(f64::from);
            let inside = (x0..=x1).contains(&x) && (y0..=y1).contains(&y);
            inside.then(|| (i, layout.plot.across((x - x0) / (x1 - x0)), layout.plot.up((y - y0) / (y1 - y0))))
        })
    }
}

fn placed(point: &[f32; 2]) -> bool {
    point.iter().all(|v| v.is_finite())
}

fn usable(window: &[f64; 4]) -> bool {
    window.iter().all(|v| v.is_finite()) && window[0] < window[1] && window[2] < window[3]
}

impl Figure for MapFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let [x, y] = &self.axes;
        let mut said = format!("{} samples, {x} across, {y} upwards.", count(self.points.len()));
        match &self.colour {
            Colour::None => {}
            Colour::Category(categories) => {
                let key = Key::new(categories, &Theme::LIGHT);
                let classes: Vec<String> =
                    key.classes.iter().map(|c| format!("{} {}", c.name, count(c.count))).collect();
                said += &format!(" Coloured by {}: {}.", categories.label(), classes.join(", "));
            }
            Colour::Number { label, values, centred } => {
                let scale = Scale::of(values, *centred);
                said += &format!(" Coloured by {label}, from {:.3} to {:.3}.", scale.from, scale.to);
                if scale.missing > 0 {
                    said += &format!(" {} without a value are grey.", count(scale.missing));
                }
            }
        }
        if self.unplaced() > 0 {
            said += &format!(" {} samples have no place and are not drawn.", count(self.unplaced()));
        }
        said
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let key = self.key(theme);
        let at = self.layout(width, height, key.as_ref().map_or(&[], |k| k.classes.as_slice()));
        pen.title(&self.title, at.plot.x)?;
        let corner = [[at.plot.x, at.plot.y], [at.plot.x, at.plot.bottom()], [at.plot.right(), at.plot.bottom()]];
        pen.line(&corner, theme.axis, 1.0)?;
        let quiet = Lettering::new(11.0, theme.quiet);
        let [x_name, y_name] = &self.axes;
        let (middle_x, middle_y) = (at.plot.across(0.5), at.plot.up(0.5));
        pen.text(&fit(x_name, 11.0, at.plot.width), middle_x, at.plot.bottom() + 15.0, quiet.centred())?;
        let upwards = quiet.centred().upwards();
        pen.text(&fit(y_name, 11.0, at.plot.height), at.plot.x - 14.0, middle_y, upwards)?;

        let scale = match &self.colour {
            Colour::Number { values, centred, .. } => Some(Scale::of(values, *centred)),
            _ => None,
        };
        for (sample, x, y) in self.visible(&at) {
            let colour = match (&self.colour, &key, &scale) {
                (Colour::Category(categories), Some(key), _) => key.colour(key.class(categories.code(sample))),
                (Colour::Number { values, .. }, _, Some(scale)) => match values.get(sample) {
                    Some(v) if v.is_finite() => scale.colour(scale.share(f64::from(*v)), theme),
                    _ => theme.missing,
                },
                _ => OKABE_ITO[0],
            };
            pen.circle(x, y, at.radius, colour, at.opacity)?;
        }
        if self.points.is_empty() {
            pen.text("No samples yet", middle_x, middle_y, quiet.centred())?;
        }
        match (&self.colour, &key, &scale) {
            (Colour::Category(categories), Some(key), _) if self.legend => {
                at.legend.draw_classes(&pen, key, categories.label())
            }
            (Colour::Number { label, .. }, _, Some(scale)) if self.legend => at.legend.draw_scale(&pen, scale, label),
            _ => Ok(()),
        }
    }

    fn points(&self, width: u32, height: u32, theme: &Theme) -> Option<PointLayer> {
        let key = self.key(theme);
        let classes = key.as_ref().map_or_else(Vec::new, |k| k.classes.clone());
        let at = self.layout(f64::from(width), f64::from(height), &classes);
        let samples: Vec<u32> = self.visible(&at).map(|(i, ..)| i as u32).collect();
        let codes = match (&self.colour, &key) {
            (Colour::Category(categories), Some(key)) => {
                samples.iter().map(|&i| key.class(categories.code(i as usize))).collect()
            }
            _ => vec![],
        };
        let plot = [at.plot.x, at.plot.y, at.plot.width, at.plot.height].map(|v| v as f32);
        Some(PointLayer { plot, window: at.window.map(|v| v as f32), samples, codes, classes })
    }
}
