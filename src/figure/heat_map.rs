//! Samples × pathways, raw beside purified.

use ndarray::Array2;
use plotters::{coord::Shift, prelude::*};

use super::{
    Categories, Drawn, Figure, FigureError, Theme,
    cluster::{Ordering, order},
    colour::Key,
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
    groups: Option<Categories>,
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
/// Cells of both panels together: keeps an SVG under 5 MB.
const MOST_CELLS: usize = 50_000;

impl HeatMap {
    /// Standard deviations at which colours end.
    pub const LIMIT: f64 = 2.5;

    /// `raw` and `purified` are samples × sets, z per set (NaN = missing); `groups` is the strip above the columns.
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
        Ok(Self { sets, panels: [raw, purified], samples: sample_order, rows: row_order, ordering, groups })
    }

    /// A height in pixels at which every pathway's name can be read at this width.
    pub fn readable_height(&self, width: u32) -> u32 {
        let stacked = if stacked(f64::from(width)) { 2 } else { 1 };
        (self.sets.len() as u32 * 13).max(80) * stacked + (stacked - 1) * 80 + 150
    }

    /// Samples in the order of the columns.
    pub fn sample_order(&self) -> &[usize] {
        &self.samples
    }

    fn layout(&self, width: f64, height: f64) -> Layout {
        let stacked = stacked(width);
        let widest = self.sets.iter().map(|s| text_width(&readable(s), 10.0)).fold(40.0, f64::max);
        let names = (widest + 10.0).min(width * if stacked { 0.4 } else { 0.24 });
        let (left, foot) = (12.0, if stacked { 120.0 } else { 84.0 });
        let room = Area { x: left, y: TOP, width: width - left - names - 8.0, height: height - TOP - foot };
        let panel = if stacked {
            Area { width: room.width.max(20.0).floor(), height: ((room.height - 44.0) / 2.0).max(10.0).floor(), ..room }
        } else {
            Area { width: ((room.width - 16.0) / 2.0).max(20.0).floor(), height: room.height.max(10.0).floor(), ..room }
        };
        let other = if stacked {
            Area { y: panel.bottom() + 44.0, ..panel }
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
        key: Option<&Key>,
        at: &Layout,
    ) -> Drawn<DB> {
        let (panel, values) = (at.panels[which], &self.panels[which]);
        let name = ["Raw", "Purified"][which];
        pen.text(name, panel.x, panel.y - 20.0, Lettering::new(11.0, pen.theme.text).bold())?;
        // Edges on whole pixels, and every cell reaches a pixel under the next ones, which are drawn later: no seams at
        // any magnification.
        let x_of = |bin: usize| (panel.x + panel.width * bin as f64 / at.bins as f64).round();
        let y_of = |row: usize| (panel.y + panel.height * row as f64 / self.rows.len() as f64).round();
        for bin in 0..at.bins {
            let (x, members) = (x_of(bin), self.bin(bin, at.bins));
            let over = if bin + 1 < at.bins { 1.0 } else { 0.0 };
            let width = x_of(bin + 1) - x + over;
            if let (Some(key), Some(groups)) = (key, &self.groups) {
                let colour = key.colour(commonest(members.iter().map(|&i| key.class(groups.code(i)))));
                pen.rect(Area { x, y: panel.y - STRIP - 2.0, width, height: STRIP }, colour)?;
            }
            for (row, &set) in self.rows.iter().enumerate() {
                let known = || members.iter().map(|&i| f64::from(values[[i, set]])).filter(|v| v.is_finite());
                let mean = known().sum::<f64>() / known().count() as f64;
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

    fn draw_names<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, panel: Area, room: f64) -> Drawn<DB> {
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

    /// Colour bar, the strip's legend and the caption.
    fn draw_foot<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, key: Option<&Key>, at: &Layout) -> Drawn<DB> {
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
        if let (Some(key), Some(groups)) = (key, &self.groups) {
            let place = if at.stacked {
                Area { x: left, y: bar.y + 32.0, width: right - left, height: 45.0 }
            } else {
                Area { x: left + 200.0, y: bar.y - 3.0, width: right - left - 200.0, height: 45.0 }
            };
            legend::draw_running(pen, key, groups.label(), place)?;
        }
        pen.text(
            &fit(&self.caption(at.bins), 10.0, right - left),
            left,
            at.foot + if at.stacked { 86.0 } else { 48.0 },
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
        let key = self.groups.as_ref().map(|g| Key::new(g, theme));
        for which in 0..2 {
            self.draw_panel(&pen, which, key.as_ref(), &at)?;
            if at.stacked || which == 1 {
                self.draw_names(&pen, at.panels[which], at.names)?;
            }
        }
        self.draw_foot(&pen, key.as_ref(), &at)
    }
}

#[cfg(test)]
mod tests;
