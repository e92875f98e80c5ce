//! Every gene by how far two groups are apart in it and how surely.

use plotters::{coord::Shift, prelude::*};

use super::{
    Class, Drawn, Figure, PointLayer, Theme,
    axes::{share, span, x_axis, y_axis},
    palette::{OKABE_ITO, Rgb},
    pen::{Area, Lettering, Pen, count, css, fit, text_width},
};

/// A p-value smaller than the smallest number is drawn there.
const LEAST_P: f64 = 1e-300;
/// FDR under which a gene has a colour.
const DISCOVERED: f64 = 0.05;

/// One gene: difference, p-value, FDR.
pub type VolcanoPoint = (f64, f64, f64);

/// Differences across, −log10 p upwards; genes under an FDR of 5 % in the colour of the group that has more of them.
#[derive(Clone, Debug)]
pub struct VolcanoFigure {
    title: String,
    sides: [String; 2],
    axis: String,
    /// By gene; none without a test.
    points: Vec<Option<VolcanoPoint>>,
    /// Genes to name, the most wanted first.
    names: Vec<(usize, String)>,
    /// What the axes show, x from, x to, y from, y to; all when `None`. Points keep their place: the screen moves them itself.
    pub window: Option<[f64; 4]>,
}

struct Layout {
    plot: Area,
    /// Of all points, and of the axes.
    whole: [f64; 4],
    shown: [f64; 4],
    radius: f64,
    opacity: f64,
}

impl VolcanoFigure {
    /// `points` are one per gene; `names` those worth a name, best first; `sides` what the two groups are called and `axis`
    /// what lies across.
    pub fn new(
        title: impl Into<String>,
        sides: [String; 2],
        axis: impl Into<String>,
        points: Vec<Option<VolcanoPoint>>,
        names: Vec<(usize, String)>,
    ) -> Self {
        Self { title: title.into(), sides, axis: axis.into(), points, names, window: None }
    }

    /// Genes with a test, and their places.
    fn placed(&self) -> impl Iterator<Item = (usize, f64, f64, usize)> + '_ {
        self.points.iter().enumerate().filter_map(|(gene, point)| {
            let (x, p, fdr) = (*point)?;
            let class = if fdr >= DISCOVERED { 2 } else { usize::from(x < 0.0) };
            (x.is_finite() && p.is_finite()).then(|| (gene, x, -p.max(LEAST_P).log10(), class))
        })
    }

    fn classes(&self, theme: &Theme) -> Vec<Class> {
        let mut counts = [0; 3];
        self.placed().for_each(|(.., class)| counts[class] += 1);
        let [first, second] = &self.sides;
        let names = [format!("higher in {first}"), format!("higher in {second}"), "FDR over 5 %".into()];
        let colours = colours(theme);
        let class = |(at, name): (usize, String)| Class { name, colour: css(colours[at]), count: counts[at] };
        names.into_iter().enumerate().map(class).collect()
    }

    fn layout(&self, width: f64, height: f64) -> Layout {
        let plot = Area { x: 58.0, y: 58.0, width: (width - 70.0).max(20.0), height: (height - 104.0).max(20.0) };
        let (from, to) = span(self.placed().map(|(_, x, ..)| x), 0.04);
        let most = from.abs().max(to.abs());
        let (_, top) = span(self.placed().map(|(_, _, y, _)| y), 0.05);
        let whole = [-most, most, 0.0, top.max(1.0)];
        let usable = |w: &[f64; 4]| w.iter().all(|v| v.is_finite()) && w[0] < w[1] && w[2] < w[3];
        let radius = (0.3 * (plot.width * plot.height / self.points.len().max(1) as f64).sqrt()).clamp(1.6, 4.0);
        Layout { plot, whole, shown: self.window.filter(usable).unwrap_or(whole), radius, opacity: 0.7 }
    }

    /// Names beside their points, as far as none lies upon another.
    fn draw_names<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, at: &Layout) -> Drawn<DB> {
        let mut taken: Vec<Area> = Vec::new();
        for (gene, name) in &self.names {
            let Some((x, p, _)) = self.points.get(*gene).copied().flatten() else { continue };
            let y = -p.max(LEAST_P).log10();
            let (across, up) = (share((at.shown[0], at.shown[1]), x), share((at.shown[2], at.shown[3]), y));
            if !(0.0..=1.0).contains(&across) || !(0.0..=1.0).contains(&up) {
                continue;
            }
            let name = fit(name, 11.0, 120.0);
            let wide = text_width(&name, 11.0);
            let (px, py, gap) = (at.plot.across(across), at.plot.up(up), at.radius + 3.0);
            let x = if px + gap + wide <= at.plot.right() { px + gap } else { px - gap - wide };
            let place = Area { x, y: py - 7.0, width: wide, height: 14.0 };
            let clear = |other: &Area| {
                place.x >= other.right()
                    || other.x >= place.right()
                    || place.y >= other.bottom()
                    || other.y >= place.bottom()
            };
            if taken.iter().all(clear) {
                pen.text(&name, x, py, Lettering::new(11.0, pen.theme.text))?;
                taken.push(place);
            }
        }
        Ok(())
    }
}

/// The first group's, the second's as in a strip plot of both, and neither's.
fn colours(theme: &Theme) -> [Rgb; 3] {
    [OKABE_ITO[0], OKABE_ITO[1], theme.missing]
}

impl Figure for VolcanoFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let classes = self.classes(&Theme::LIGHT);
        let said: Vec<String> = classes.iter().map(|class| format!("{}: {}", class.name, count(class.count))).collect();
        let named: Vec<&str> = self.names.iter().take(5).map(|(_, name)| name.as_str()).collect();
        let named = if named.is_empty() { String::new() } else { format!(" Strongest: {}.", named.join(", ")) };
        format!(
            "{} genes. {} across, −log10 p upwards. {}.{named}",
            count(self.placed().count()),
            self.axis,
            said.join("; ")
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        pen.title(&self.title, 12.0)?;
        let at = self.layout(width, height);
        let mut x = 12.0;
        for (class, colour) in self.classes(theme).iter().zip(colours(theme)) {
            let said = format!("{} {}", class.name, count(class.count));
            let room = (width - 24.0) / 3.0 - 14.0;
            pen.rect(Area { x, y: 38.0, width: 7.0, height: 7.0 }, colour)?;
            pen.text(&fit(&said, 11.0, room), x + 12.0, 42.0, Lettering::new(11.0, theme.text))?;
            x += 26.0 + text_width(&said, 11.0).min(room);
        }
        let [x0, x1, y0, y1] = at.shown;
        y_axis(&pen, at.plot, (y0, y1), "−log10 p")?;
        x_axis(&pen, at.plot, (x0, x1), &self.axis)?;
        if x0 < 0.0 && 0.0 < x1 {
            let middle = at.plot.across(share((x0, x1), 0.0));
            pen.line(&[[middle, at.plot.y], [middle, at.plot.bottom()]], theme.axis, 1.0)?;
        }
        let [x0, x1, y0, y1] = at.whole;
        for (_, x, y, class) in self.placed() {
            let (x, y) = (at.plot.across(share((x0, x1), x)), at.plot.up(share((y0, y1), y)));
            pen.circle(x, y, at.radius, colours(theme)[class], at.opacity)?;
        }
        self.draw_names(&pen, &at)
    }

    fn points(&self, width: u32, height: u32, theme: &Theme) -> Option<PointLayer> {
        let at = self.layout(f64::from(width), f64::from(height));
        let plot = [at.plot.x, at.plot.y, at.plot.width, at.plot.height].map(|v| v as f32);
        let (samples, codes) = self.placed().map(|(gene, .., class)| (gene as u32, class as u16)).unzip();
        Some(PointLayer { plot, window: at.whole.map(|v| v as f32), samples, codes, classes: self.classes(theme) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{scene, svg};

    #[test]
    fn every_tested_gene_has_its_place_and_the_strongest_a_name() {
        let points =
            vec![Some((2.0, 1e-9, 1e-7)), None, Some((-1.0, 0.0, 0.0)), Some((0.1, 0.6, 0.9)), Some((2.0, 1e-9, 1e-7))];
        let names =
            vec![(0, "ESR1".to_owned()), (4, "UPON".to_owned()), (2, "=KRT5&<".to_owned()), (1, "NONE".to_owned())];
        let mut figure = VolcanoFigure::new("subtype, raw", ["A".into(), "B".into()], "log2 difference", points, names);
        let said = figure.description();
        assert!(said.contains("4 genes") && said.contains("higher in A: 2; higher in B: 1; FDR over 5 %: 1"), "{said}");
        let drawn = svg(&figure, 600, 500, &Theme::LIGHT).expect("drawn");
        assert_eq!(drawn.matches("<circle").count(), 4);
        assert!(drawn.contains("ESR1") && drawn.contains("=KRT5&amp;&lt;") && !drawn.contains("\nNONE\n"));
        assert!(!drawn.contains("\nUPON\n"), "a name upon another is left out");
        let layer = figure.points(600, 500, &Theme::LIGHT).expect("points");
        assert_eq!((layer.samples, layer.codes), (vec![0, 2, 3, 4], vec![0, 1, 2, 0]));
        assert_eq!(layer.window[0], -layer.window[1]);
        // Axes of another window leave the points where they are.
        let before = scene(&figure, 600, 500, &Theme::DARK).expect("a scene");
        figure.window = Some([1.5, 2.5, 8.0, 10.0]);
        let after = scene(&figure, 600, 500, &Theme::DARK).expect("a scene");
        assert_eq!(before.circles, after.circles);
        assert!(before.texts != after.texts && after.texts.contains(&"ESR1".to_owned()));
        assert!(!after.texts.iter().any(|text| text.contains("KRT5")));
        let empty = VolcanoFigure::new("", [String::new(), String::new()], "", vec![None], Vec::new());
        assert!(svg(&empty, 40, 40, &Theme::DARK).is_ok(), "no size is too small");
    }
}
