//! Samples × pathways, raw beside purified.

use ndarray::Array2;
use plotters::{coord::Shift, prelude::*};

use super::{
    Categories, CellLayer, Colour, Drawn, Figure, FigureError, Theme,
    cluster::{Ordering, order},
    colour::{Key, Scale},
    legend,
    palette::diverging,
    pen::{Area, Lettering, Pen, count, fit, text_width},
    set_name::readable,
};

/// Pathway activities of all samples, raw and purified, in one order: columns are samples, rows pathways, colour is z
/// centred at zero and clipped at ±[`HeatMap::LIMIT`]. Both orders are those of the purified panel, so that a sample
/// or a pathway is at the same place in both.
#[derive(Clone, Debug)]
pub struct HeatMap {
    sets: Vec<String>,
    panels: [Array2<f32>; 2],
    samples: Vec<usize>,
    rows: Vec<usize>,
    ordering: Ordering,
    strips: Vec<Colour>,
}

/// A strip with what its colours mean.
enum Meaning<'a> {
    Category(Key, &'a Categories),
    Number(Scale, &'a [f32], &'a str),
}

struct Layout {
    panels: [Area; 2],
    names: f64,
    bins: usize,
    foot: f64,
    stacked: bool,
}

const TOP: f64 = 56.0;
const STRIP: f64 = 10.0;
/// Height of a legend where there are several.
const LEGEND: f64 = 32.0;
/// Cells of both panels together: keeps an SVG under 5 MB.
const MOST_CELLS: usize = 50_000;

impl HeatMap {
    /// Standard deviations at which colours end.
    pub const LIMIT: f64 = 2.5;

    /// `raw` and `purified` are samples × sets, z per set (NaN = missing); `groups` is a strip above the columns.
    /// Clusters samples and sets here, once, so that drawing is cheap.
    ///
    /// # Errors
    /// [`FigureError::Length`] where shapes do not agree.
    pub fn new(
        sets: Vec<String>,
        raw: Array2<f32>,
        purified: Array2<f32>,
        groups: Option<Categories>,
    ) -> Result<Self, FigureError> {
        let samples = purified.nrows();
        let checks = [
            ("the purified panel", purified.ncols(), sets.len(), "pathway"),
            ("the raw panel", raw.ncols(), sets.len(), "pathway"),
            ("the raw panel", raw.nrows(), samples, "sample"),
            ("the groups", groups.as_ref().map_or(samples, Categories::len), samples, "sample"),
        ];
        if let Some(&(what, found, expected, per)) = checks.iter().find(|c| c.1 != c.2) {
            return Err(FigureError::Length { what, found, expected, per });
        }
        let (sample_order, ordering) = order(&purified);
        let (row_order, _) = order(&purified.t().to_owned());
        let strips = groups.into_iter().map(Colour::Category).collect();
        Ok(Self { sets, panels: [raw, purified], samples: sample_order, rows: row_order, ordering, strips })
    }

    /// The strips above the columns, from the top; those of before are gone.
    ///
    /// # Errors
    /// [`FigureError::Length`] for one that is not one per sample.
    pub fn annotate(&mut self, strips: Vec<Colour>) -> Result<(), FigureError> {
        strips.iter().try_for_each(|strip| strip.check(self.samples.len()))?;
        self.strips = strips.into_iter().filter(|strip| !matches!(strip, Colour::None)).collect();
        Ok(())
    }

    fn meanings(&self, theme: &Theme) -> Vec<Meaning<'_>> {
        self.strips
            .iter()
            .filter_map(|strip| match strip {
                Colour::Category(of) => Some(Meaning::Category(Key::new(of, theme), of)),
                Colour::Number { label, values, centred } => {
                    Some(Meaning::Number(Scale::of(values, *centred), values, label))
                }
                Colour::None => None,
            })
            .collect()
    }

    /// Pixels that strips beyond the first take above each panel.
    fn further(&self) -> f64 {
        (STRIP + 2.0) * self.strips.len().saturating_sub(1) as f64
    }

    /// Pixels that legends beyond the first take below.
    fn further_legends(&self) -> f64 {
        LEGEND * self.strips.len().saturating_sub(1) as f64
    }

    /// A height in pixels at which every pathway's name can be read at this width.
    pub fn readable_height(&self, width: u32) -> u32 {
        let stacked = if stacked(f64::from(width)) { 2 } else { 1 };
        let strips = f64::from(stacked) * self.further() + self.further_legends();
        (self.sets.len() as u32 * 13).max(80) * stacked + (stacked - 1) * 80 + 150 + strips as u32
    }

    /// Samples in the order of the columns.
    pub fn sample_order(&self) -> &[usize] {
        &self.samples
    }

    fn layout(&self, width: f64, height: f64) -> Layout {
        let stacked = stacked(width);
        let widest = self.sets.iter().map(|s| text_width(&readable(s), 10.0)).fold(40.0, f64::max);
        let names = (widest + 10.0).min(width * if stacked { 0.4 } else { 0.24 });
        let (left, top, between) = (12.0, TOP + self.further(), 44.0 + self.further());
        let foot = self.further_legends() + if stacked { 120.0 } else { 84.0 };
        let room = Area { x: left, y: top, width: width - left - names - 8.0, height: height - top - foot };
        let panel = if stacked {
            let height = ((room.height - between) / 2.0).max(10.0).floor();
            Area { width: room.width.max(20.0).floor(), height, ..room }
        } else {
            Area { width: ((room.width - 16.0) / 2.0).max(20.0).floor(), height: room.height.max(10.0).floor(), ..room }
        };
        let other = if stacked {
            Area { y: panel.bottom() + between, ..panel }
        } else {
            Area { x: panel.right() + 16.0, ..panel }
        };
        let most = (MOST_CELLS / 2 / self.sets.len().max(1)).max(1);
        let bins = self.samples.len().min(panel.width as usize).min(most);
        Layout { panels: [panel, other], names, bins, foot: other.bottom() + 14.0, stacked }
    }

    /// Samples of bin `bin`, in column order.
    fn bin(&self, bin: usize, bins: usize) -> &[usize] {
        let n = self.samples.len();
        &self.samples[bin * n / bins..(bin + 1) * n / bins]
    }

    fn draw_panel<DB: DrawingBackend>(
        &self,
        pen: &Pen<'_, DB>,
        which: usize,
        strips: &[Meaning<'_>],
        at: &Layout,
    ) -> Drawn<DB> {
        let (panel, values) = (at.panels[which], &self.panels[which]);
        let name = ["Raw", "Purified"][which];
        pen.text(name, panel.x, panel.y - 20.0 - self.further(), Lettering::new(11.0, pen.theme.text).bold())?;
        // Edges on whole pixels, and every cell reaches a pixel under the next ones, which are drawn later: no seams at
        // any magnification.
        let x_of = |bin: usize| (panel.x + panel.width * bin as f64 / at.bins as f64).round();
        let y_of = |row: usize| (panel.y + panel.height * row as f64 / self.rows.len() as f64).round();
        for bin in 0..at.bins {
            let (x, members) = (x_of(bin), self.bin(bin, at.bins));
            let over = if bin + 1 < at.bins { 1.0 } else { 0.0 };
            let width = x_of(bin + 1) - x + over;
            for (place, strip) in strips.iter().rev().enumerate() {
                let y = panel.y - (STRIP + 2.0) * (place as f64 + 1.0);
                pen.rect(Area { x, y, width, height: STRIP }, strip.colour(members, pen.theme))?;
            }
            for (row, &set) in self.rows.iter().enumerate() {
                let mean = mean(members.iter().map(|&i| f64::from(values[[i, set]])));
                let colour = if mean.is_nan() { pen.theme.missing } else { shade(mean / Self::LIMIT) };
                pen.rect(
                    Area {
                        x,
                        y: y_of(row),
                        width,
                        height: y_of(row + 1) - y_of(row) + if row + 1 < self.rows.len() { 1.0 } else { 0.0 },
                    },
                    colour,
                )?;
            }
        }
        Ok(())
    }

    fn draw_names<DB: DrawingBackend>(
        &self,
        pen: &Pen<'_, DB>,
        panel: Area,
        room: f64,
        strips: &[Meaning<'_>],
    ) -> Drawn<DB> {
        // One strip is named by its legend; of several each must say which it is.
        for (place, strip) in strips.iter().rev().enumerate().filter(|_| strips.len() > 1) {
            let y = panel.y - (STRIP + 2.0) * (place as f64 + 1.0) + STRIP / 2.0;
            pen.text(&fit(strip.label(), 9.0, room), panel.right() + 6.0, y, Lettering::new(9.0, pen.theme.quiet))?;
        }
        let row = panel.height / self.rows.len().max(1) as f64;
        let size = (row * 0.9).clamp(7.0, 10.0);
        let every = (7.5 / row).ceil().max(1.0) as usize;
        for (i, &set) in self.rows.iter().enumerate().step_by(every) {
            let y = panel.y + row * (i as f64 + 0.5);
            pen.text(
                &fit(&readable(&self.sets[set]), size, room),
                panel.right() + 6.0,
                y,
                Lettering::new(size, pen.theme.text),
            )?;
        }
        Ok(())
    }

    /// Colour bar, the strips' legends and the caption.
    fn draw_foot<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, strips: &[Meaning<'_>], at: &Layout) -> Drawn<DB> {
        let (left, right) = (at.panels[0].x, pen.size().0 - 10.0);
        let (quiet, text) = (Lettering::new(10.0, pen.theme.quiet), Lettering::new(10.0, pen.theme.text));
        let bar = Area { x: left, y: at.foot, width: 120.0, height: 10.0 };
        for step in 0..60 {
            let x = bar.x + f64::from(step) * 2.0;
            pen.rect(Area { x, width: bar.right() - x, ..bar }, shade((f64::from(step) + 0.5) / 30.0 - 1.0))?;
        }
        let ends = [(0.0, format!("≤ −{}", Self::LIMIT)), (0.5, "0".to_owned()), (1.0, format!("≥ {}", Self::LIMIT))];
        for (share, label) in ends {
            let set = if share == 0.0 {
                text
            } else if share == 1.0 {
                text.ending()
            } else {
                text.centred()
            };
            pen.text(&label, bar.across(share), bar.bottom() + 9.0, set)?;
        }
        pen.text("activity, z", bar.right() + 8.0, bar.y + 5.0, quiet)?;
        let beside = if at.stacked { 0.0 } else { 200.0 };
        let first = Area {
            x: left + beside,
            y: if at.stacked { bar.y + 32.0 } else { bar.y - 3.0 },
            width: right - left - beside,
            height: if strips.len() > 1 { LEGEND - 6.0 } else { 45.0 },
        };
        for (line, strip) in strips.iter().enumerate() {
            let place = Area { y: first.y + LEGEND * line as f64, ..first };
            match strip {
                Meaning::Category(key, of) => legend::draw_running(pen, key, of.label(), place)?,
                Meaning::Number(scale, _, label) => legend::draw_running_scale(pen, scale, label, place)?,
            }
        }
        pen.text(
            &fit(&self.caption(at.bins), 10.0, right - left),
            left,
            at.foot + self.further_legends() + if at.stacked { 86.0 } else { 48.0 },
            quiet,
        )
    }

    fn caption(&self, bins: usize) -> String {
        let by = match self.ordering {
            Ordering::Ward => "Ward linkage of purified activities",
            Ordering::PrincipalAxis => "first principal axis of purified activities",
        };
        let mut said = format!("{} samples across, ordered by {by}.", count(self.samples.len()));
        if bins < self.samples.len() && bins > 0 {
            let each = self.samples.len() as f64 / bins as f64;
            said += &format!(" Each column is the mean of about {each:.1} samples.");
        }
        said
    }
}

impl Meaning<'_> {
    fn label(&self) -> &str {
        match self {
            Self::Category(_, of) => of.label(),
            Self::Number(_, _, label) => label,
        }
    }

    /// Of several samples: the commonest class, the mean of the numbers there are.
    fn colour(&self, members: &[usize], theme: &Theme) -> super::palette::Rgb {
        match self {
            Self::Category(key, of) => key.colour(commonest(members.iter().map(|&i| key.class(of.code(i))))),
            Self::Number(scale, values, _) => {
                let known = members.iter().filter_map(|&i| values.get(i));
                let mean = mean(known.map(|&v| f64::from(v)));
                if mean.is_nan() { theme.missing } else { scale.colour(scale.share(mean), theme) }
            }
        }
    }
}

/// Of those that are finite; NaN of none.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.filter(|v| v.is_finite()).fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    sum / n
}

fn stacked(width: f64) -> bool {
    width < 680.0
}

/// In 50 steps, so that equal colours share a style.
fn shade(at: f64) -> super::palette::Rgb {
    diverging((at.clamp(-1.0, 1.0) * 25.0).round() / 25.0)
}

/// The most frequent class; the first of those when several are.
fn commonest(classes: impl Iterator<Item = u16>) -> u16 {
    let mut tally: Vec<(u16, usize)> = vec![];
    for class in classes {
        match tally.iter_mut().find(|t| t.0 == class) {
            Some(t) => t.1 += 1,
            None => tally.push((class, 1)),
        }
    }
    tally.into_iter().reduce(|best, t| if t.1 > best.1 { t } else { best }).map_or(u16::MAX, |t| t.0)
}

impl Figure for HeatMap {
    fn title(&self) -> String {
        "Pathway activities, raw and purified".to_owned()
    }

    fn description(&self) -> String {
        format!(
            "{} pathways down, {} Red is above the cohort's mean, blue below, clipped at {} standard deviations.",
            count(self.sets.len()),
            self.caption(self.samples.len()),
            Self::LIMIT
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        pen.title(&self.title(), 12.0)?;
        if self.samples.is_empty() || self.sets.is_empty() {
            let quiet = Lettering::new(11.0, theme.quiet).centred();
            return pen.text("No pathway activities yet", width / 2.0, height / 2.0, quiet);
        }
        let at = self.layout(width, height);
        let strips = self.meanings(theme);
        for which in 0..2 {
            self.draw_panel(&pen, which, &strips, &at)?;
            if at.stacked || which == 1 {
                self.draw_names(&pen, at.panels[which], at.names, &strips)?;
            }
        }
        self.draw_foot(&pen, &strips, &at)
    }

    fn cells(&self, width: u32, height: u32) -> Option<CellLayer> {
        let at = self.layout(f64::from(width), f64::from(height));
        Some(CellLayer {
            panels: at.panels.iter().map(|p| [p.x, p.y, p.width, p.height].map(|v| v as f32)).collect(),
            columns: at.bins,
            samples: self.samples.iter().map(|&i| i as u32).collect(),
            rows: self.rows.iter().map(|&i| self.sets[i].clone()).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
