//! Kaplan–Meier curves.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, FigureError, Theme,
    axes::{p_value, share, x_axis, y_axis},
    palette::{MAX_CATEGORIES, Rgb, category},
    pen::{Area, Lettering, Pen, count, fit, number},
};
use crate::readout::survival::{LogRank, SurvivalCurve};

/// Height of a row of numbers at risk, pixels.
const ROW: f64 = 16.0;

/// Survival of groups with log-log 95 % bands, censoring marks, numbers at risk and the log-rank test.
#[derive(Clone, Debug)]
pub struct SurvivalFigure {
    title: String,
    notes: Vec<String>,
    time: String,
    groups: Vec<(String, SurvivalCurve)>,
    test: Option<LogRank>,
}

impl SurvivalFigure {
    /// One curve per group; `time` names the time's column. `test` compares the groups, where there are several.
    ///
    /// # Errors
    /// [`FigureError::Length`] without a group, or with more than there are colours.
    pub fn new(
        title: impl Into<String>,
        time: impl Into<String>,
        groups: Vec<(String, SurvivalCurve)>,
        test: Option<LogRank>,
    ) -> Result<Self, FigureError> {
        if groups.is_empty() || groups.len() > MAX_CATEGORIES {
            let (found, expected) = (groups.len(), MAX_CATEGORIES);
            return Err(FigureError::Length { what: "the groups", found, expected, per: "colour at the most" });
        }
        Ok(Self { title: title.into(), notes: Vec::new(), time: time.into(), groups, test })
    }

    /// The same with sentences on the outcomes shown.
    pub fn noting(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }

    fn last(&self) -> f64 {
        let last = self.groups.iter().filter_map(|(_, curve)| curve.times.last()).copied().fold(0.0, f64::max);
        if last > 0.0 { last } else { 1.0 }
    }

    fn tested(&self) -> String {
        self.test.as_ref().map_or_else(String::new, |test| format!("log-rank {}", p_value(test.p)))
    }
}

/// `S(t)` as stairs from 1 at the start, and its band's two sides.
fn stairs(curve: &SurvivalCurve) -> (Vec<[f64; 2]>, Vec<[f64; 3]>) {
    let (mut line, mut band) = (vec![[0.0, 1.0]], vec![[0.0, 1.0, 1.0]]);
    for (at, &time) in curve.times.iter().enumerate() {
        let before = line.last().map_or(1.0, |p| p[1]);
        line.extend([[time, before], [time, curve.survival[at]]]);
        if let Some(&[_, low, high]) = band.last() {
            band.push([time, low, high]);
        }
        if let (Some(low), Some(high)) = (curve.lower[at], curve.upper[at]) {
            band.push([time, low, high]);
        }
    }
    (line, band)
}

impl Figure for SurvivalFigure {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let of = |(name, curve): &(String, SurvivalCurve)| {
            let patients = curve.at_risk.first().copied().unwrap_or(0);
            let events: usize = curve.events.iter().sum();
            let median = curve.median.map_or("median not reached".to_owned(), |m| format!("median {}", number(m, 1.0)));
            format!("{name}: {} patients, {} events, {median}", count(patients), count(events))
        };
        let groups: Vec<String> = self.groups.iter().map(of).collect();
        let test = match &self.test {
            Some(test) => format!(
                " Log-rank χ² {:.2} on {} degrees of freedom, {}.",
                test.chi_squared,
                test.degrees_of_freedom,
                p_value(test.p)
            ),
            None => " One group: nothing to compare.".into(),
        };
        format!(
            "Kaplan–Meier survival by {}, 95 % bands on the log-log scale, ticks where follow-up ended. {}.{test}",
            self.time,
            groups.join("; ")
        )
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let top = pen.long_title(&self.title, 12.0)?;
        let names = if width < 460.0 { 84.0 } else { 130.0 };
        let table = ROW * self.groups.len() as f64 + 18.0;
        let plot = Area {
            x: names,
            y: top + 4.0,
            width: (width - names - 22.0).max(20.0),
            height: (height - top - 44.0 - table).max(20.0),
        };
        let across = (0.0, self.last());
        let place = |[time, survival]: [f64; 2]| [plot.across(share(across, time)), plot.up(survival)];
        y_axis(&pen, plot, (0.0, 1.0), "share without an event")?;
        let marks = x_axis(&pen, plot, across, &self.time)?;
        for (at, (_, curve)) in self.groups.iter().enumerate() {
            let colour = category(at, theme.text, theme.missing);
            let (_, band) = stairs(curve);
            let low = band.iter().map(|[time, low, _]| place([*time, *low]));
            let high = band.iter().rev().map(|[time, _, high]| place([*time, *high]));
            pen.polygon(&low.chain(high).collect::<Vec<_>>(), colour, 0.15)?;
        }
        for (at, (_, curve)) in self.groups.iter().enumerate() {
            let colour = category(at, theme.text, theme.missing);
            let line: Vec<[f64; 2]> = stairs(curve).0.into_iter().map(place).collect();
            pen.line(&line, colour, 1.8)?;
            let ended = curve.times.iter().zip(&curve.survival).zip(&curve.censored).filter(|(_, n)| **n > 0);
            for ((&time, &survival), _) in ended {
                let [x, y] = place([time, survival]);
                pen.line(&[[x, y - 3.0], [x, y + 3.0]], colour, 1.0)?;
            }
        }
        let below = plot.bottom() + 44.0;
        pen.text("at risk", plot.x - 12.0, below, Lettering::new(10.0, theme.quiet).ending())?;
        for (at, (name, curve)) in self.groups.iter().enumerate() {
            let y = below + 4.0 + ROW * (at as f64 + 0.8);
            let colour: Rgb = theme.legible(category(at, theme.text, theme.missing));
            pen.text(&fit(name, 11.0, names - 20.0), plot.x - 12.0, y, Lettering::new(11.0, colour).bold().ending())?;
            for &mark in &marks {
                let x = plot.across(share(across, mark));
                let set = Lettering::new(11.0, theme.text).centred();
                pen.text(&count(curve.at_risk_at(mark)), x, y, set)?;
            }
        }
        let set = Lettering::new(11.0, theme.text).ending();
        pen.text(&self.tested(), plot.right(), plot.y + 8.0, set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;
    use crate::readout::survival::{Interval, SurvivalData, kaplan_meier, log_rank};

    #[test]
    fn groups_are_drawn_with_their_numbers_at_risk() {
        let curve = |times: &[f64]| {
            let data = SurvivalData::new(times.into(), vec![true, false, true]).expect("outcomes");
            kaplan_meier(&data, Interval::LogLog)
        };
        let groups = vec![("A".to_owned(), curve(&[1.0, 4.0, 9.0])), ("B".to_owned(), curve(&[2.0, 3.0, 3.0]))];
        let all = SurvivalData::new(vec![1.0, 4.0, 9.0, 2.0, 3.0, 3.0], [true, false, true].repeat(2)).expect("data");
        let test = log_rank(&all, &[0, 0, 0, 1, 1, 1]).ok();
        let figure = SurvivalFigure::new("Survival by group", "days", groups.clone(), test).expect("two groups");
        assert!(figure.description().contains("A: 3 patients, 2 events"), "{}", figure.description());
        let drawn = svg(&figure, 640, 420, &Theme::LIGHT).expect("drawn");
        assert!(drawn.contains("log-rank p") && drawn.contains("at risk") && drawn.matches("<polygon").count() == 2);
        assert!(svg(&figure, 90, 60, &Theme::DARK).is_ok(), "no size is too small");
        assert!(SurvivalFigure::new("", "", Vec::new(), None).is_err());
        assert!(SurvivalFigure::new("", "", vec![groups[0].clone(); 9], None).is_err());
    }
}
