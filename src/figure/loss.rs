//! The loss while it falls.

use plotters::{coord::Shift, prelude::*};

use super::{
    Drawn, Figure, FigureError, Theme,
    palette::{OKABE_ITO, Rgb},
    pen::{Area, Lettering, Pen, number, ticks},
};

/// Total, on-diagonal, off-diagonal and reconstruction loss by epoch, on a logarithmic axis. The x axis is the whole
/// run from the start and the y axis whole decades, so that nothing jumps while it learns.
#[derive(Clone, Debug)]
pub struct LossChart {
    epochs: f64,
    at: Vec<f64>,
    lines: Vec<(&'static str, Vec<f64>)>,
}

const LINES: [&str; 4] = ["total", "on-diagonal", "off-diagonal", "reconstruction"];
/// Most points a line is drawn with; more become geometric means of neighbours.
const MOST: usize = 800;

impl LossChart {
    /// `epochs` is the length of the whole run; `at` the epoch (fractions allowed) of each entry of the losses, which
    /// are total, on-diagonal, off-diagonal and reconstruction. A line without any value above zero (reconstruction
    /// when there is no decoder) is left out; single values that a logarithm cannot show are gaps.
    ///
    /// # Errors
    /// [`FigureError::Length`] where a loss has not one value per entry of `at`.
    pub fn new(epochs: f64, at: Vec<f64>, losses: [Vec<f64>; 4]) -> Result<Self, FigureError> {
        if let Some((what, line)) = LINES.into_iter().zip(&losses).find(|(_, line)| line.len() != at.len()) {
            return Err(FigureError::Length { what, found: line.len(), expected: at.len(), per: "recorded step" });
        }
        let lines = LINES.into_iter().zip(losses).filter(|(_, line)| line.iter().any(|&v| shown(v))).collect();
        let latest = at.iter().copied().filter(|v| v.is_finite()).fold(1.0, f64::max);
        Ok(Self { epochs: if epochs.is_finite() { epochs.max(latest) } else { latest }, at, lines })
    }

    /// The y axis, in powers of ten.
    fn decades(&self) -> (i32, i32) {
        let values = || self.lines.iter().flat_map(|(_, line)| line.iter().copied().filter(|&v| shown(v)));
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
        if high <= 0.0 {
            return (-1, 2);
        }
        let (low, high) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        (low.min(high - 2), high)
    }

    /// Stretches of (epoch, log10 loss) between gaps, thinned.
    fn stretches(&self, line: &[f64]) -> Vec<Vec<[f64; 2]>> {
        let together = line.len().div_ceil(MOST).max(1);
        let mut all = vec![vec![]];
        for (at, values) in self.at.chunks(together).zip(line.chunks(together)) {
            let kept: Vec<(f64, f64)> = at
                .iter()
                .zip(values)
                .filter(|(a, v)| a.is_finite() && shown(**v))
                .map(|(a, v)| (*a, v.log10()))
                .collect();
            if kept.is_empty() {
                all.push(vec![]);
            } else if let Some(last) = all.last_mut() {
                let n = kept.len() as f64;
                last.push([kept.iter().map(|k| k.0).sum::<f64>() / n, kept.iter().map(|k| k.1).sum::<f64>() / n]);
            }
        }
        all.retain(|stretch| !stretch.is_empty());
        all
    }
}

fn shown(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

fn colour(name: &str, theme: &Theme) -> Rgb {
    match name {
        "total" => theme.text,
        "on-diagonal" => OKABE_ITO[0],
        "off-diagonal" => OKABE_ITO[1],
        _ => OKABE_ITO[2],
    }
}

fn superscript(power: i32) -> String {
    let digits = power.to_string();
    let raised = |c| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    format!("10{}", digits.chars().map(raised).collect::<String>())
}

/// Moves labels apart until each has `gap` pixels, keeping their order and staying in `from..=to` where they fit.
fn apart(labels: &mut [(f64, &'static str)], gap: f64, from: f64, to: f64) {
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lowest = from;
    for label in labels.iter_mut() {
        label.0 = label.0.max(lowest);
        lowest = label.0 + gap;
    }
    let mut highest = to;
    for label in labels.iter_mut().rev() {
        label.0 = label.0.min(highest);
        highest = label.0 - gap;
    }
}

impl Figure for LossChart {
    fn title(&self) -> String {
        "Loss".to_owned()
    }

    fn description(&self) -> String {
        let ends = |(name, line): &(&str, Vec<f64>)| {
            let mut values = line.iter().copied().filter(|&v| shown(v));
            let first = values.next()?;
            Some(format!("{name} from {first:.3} to {:.3}", values.next_back().unwrap_or(first)))
        };
        let said: Vec<String> = self.lines.iter().filter_map(ends).collect();
        match said.is_empty() {
            true => "No step has been taken yet.".to_owned(),
            false => format!("Logarithmic axis, {} epochs: {}.", number(self.epochs, 1.0), said.join("; ")),
        }
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB> {
        let pen = Pen::on(area, theme)?;
        let (width, height) = pen.size();
        let labels_width = if width < 420.0 { 78.0 } else { 96.0 };
        let plot = Area {
            x: 44.0,
            y: 36.0,
            width: (width - 44.0 - labels_width).max(20.0),
            height: (height - 36.0 - 42.0).max(20.0),
        };
        pen.title("Loss, log scale", 12.0)?;
        let (low, high) = self.decades();
        let y_of = |log: f64| plot.up((log - f64::from(low)) / f64::from(high - low));
        let x_of = |epoch: f64| plot.across(epoch / self.epochs);
        let every = ((high - low) as f64 * 16.0 / plot.height).ceil().max(1.0) as usize;
        for power in (low..=high).step_by(every) {
            let y = y_of(f64::from(power));
            pen.line(&[[plot.x, y], [plot.right(), y]], theme.grid, 1.0)?;
            pen.text(&superscript(power), plot.x - 7.0, y, Lettering::new(11.0, theme.text).ending())?;
        }
        let marks = ticks(0.0, self.epochs, (plot.width / 60.0).max(2.0) as usize);
        let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(1.0);
        for &epoch in marks.iter().filter(|&&e| (0.0..=self.epochs).contains(&e)) {
            let x = x_of(epoch);
            pen.line(&[[x, plot.bottom()], [x, plot.bottom() + 4.0]], theme.axis, 1.0)?;
            let below = Lettering::new(11.0, theme.text).centred();
            pen.text(&number(epoch, step), x, plot.bottom() + 13.0, below)?;
        }
        pen.line(&[[plot.x, plot.bottom()], [plot.right(), plot.bottom()]], theme.axis, 1.0)?;
        let quiet = Lettering::new(11.0, theme.quiet);
        pen.text("epoch", plot.across(0.5), plot.bottom() + 30.0, quiet.centred())?;
        if self.lines.is_empty() {
            pen.text("Starts with the first step", plot.across(0.5), plot.up(0.5), quiet.centred())?;
        }

        let mut labels = vec![];
        // The total last, over its parts.
        for (name, line) in self.lines.iter().rev() {
            let stroke = if *name == "total" { 2.4 } else { 1.7 };
            let stretches = self.stretches(line);
            for stretch in &stretches {
                let mut path: Vec<[f64; 2]> = stretch.iter().map(|&[e, l]| [x_of(e), y_of(l)]).collect();
                if let [only] = path[..] {
                    path.push([only[0] + 1.5, only[1]]);
                }
                pen.line(&path, colour(name, theme), stroke)?;
            }
            if let Some(&[_, log]) = stretches.last().and_then(|s| s.last()) {
                labels.push((y_of(log), *name));
            }
        }
        let end = self.at.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
        apart(&mut labels, 14.0, plot.y, plot.bottom() - 2.0);
        for (y, name) in labels {
            let text = theme.legible(colour(name, theme));
            pen.text(name, x_of(end) + 7.0, y, Lettering::new(11.0, text).bold())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_apart_and_in_their_place() {
        let mut labels = [(50.0, "a"), (51.0, "b"), (99.0, "c"), (100.0, "d")];
        apart(&mut labels, 14.0, 0.0, 100.0);
        assert!(labels.windows(2).all(|w| w[1].0 - w[0].0 >= 14.0 - 1e-9), "{labels:?}");
        assert!(labels.iter().all(|l| (0.0..=100.0).contains(&l.0)));
        assert_eq!(labels.map(|l| l.1), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_scale_holds_while_the_loss_falls_within_its_decades() {
        let chart = |n: usize| {
            let fall: Vec<f64> = (0..n).map(|i| 900.0 * 0.98_f64.powi(i as i32)).collect();
            let at = (0..n).map(|i| i as f64).collect();
            LossChart::new(100.0, at, [fall.clone(), fall.clone(), fall, vec![0.0; n]]).expect("equal lengths")
        };
        assert_eq!(chart(2).decades(), chart(100).decades());
        assert_eq!(chart(2).epochs, chart(100).epochs);
        assert_eq!(chart(5).lines.len(), 3, "a reconstruction of zeros is no line");
    }

    #[test]
    fn values_without_a_logarithm_are_gaps_and_long_runs_are_thinned() {
        let n = 50_000;
        let mut line = vec![1.0; n];
        line[..2 * n.div_ceil(MOST)].fill(f64::NAN);
        let at: Vec<f64> = (0..n).map(|i| i as f64 / 100.0).collect();
        let chart = LossChart::new(500.0, at, [line.clone(), line.clone(), line, vec![0.0; n]]).expect("equal lengths");
        let stretches = chart.stretches(&chart.lines[0].1);
        assert_eq!(stretches.len(), 1);
        assert!(stretches[0].len() <= MOST && stretches[0].len() > MOST / 2);
    }

    #[test]
    fn unequal_lines_are_refused() {
        let refused = LossChart::new(1.0, vec![0.0], [vec![1.0], vec![], vec![1.0], vec![1.0]]);
        assert!(matches!(refused, Err(FigureError::Length { what: "on-diagonal", found: 0, expected: 1, .. })));
    }
}
