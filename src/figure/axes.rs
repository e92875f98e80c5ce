//! Two linear axes about a plot.

use plotters::prelude::DrawingBackend;

use super::{
    Drawn,
    pen::{Area, Lettering, Pen, fit, number, ticks},
};

/// From and to.
pub type Span = (f64, f64);

/// Where a value is between the ends of a span, 0…1.
pub fn share((from, to): Span, value: f64) -> f64 {
    if to > from { (value - from) / (to - from) } else { 0.5 }
}

/// The span of all finite values with some room; 0 to 1 where there is none.
pub fn span(values: impl Iterator<Item = f64>, room: f64) -> Span {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (from, to) = values.filter(|v| v.is_finite()).fold(start, |(a, b), v| (a.min(v), b.max(v)));
    match (from <= to, to > from) {
        (false, _) => (0.0, 1.0),
        (_, false) => (from - 0.5, to + 0.5),
        _ => (from - room * (to - from), to + room * (to - from)),
    }
}

/// Ticks, numbers and the name of the x axis; returns the ticks drawn.
pub fn x_axis<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    plot: Area,
    across: Span,
    name: &str,
) -> Result<Vec<f64>, super::PenError<DB>> {
    let theme = pen.theme;
    let mut marks = ticks(across.0, across.1, (plot.width / 64.0).max(2.0) as usize);
    let slack = 1e-9 * (across.1 - across.0);
    marks.retain(|mark| (across.0 - slack..=across.1 + slack).contains(mark));
    let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(1.0);
    for &mark in &marks {
        let x = plot.across(share(across, mark));
        pen.line(&[[x, plot.bottom()], [x, plot.bottom() + 4.0]], theme.axis, 1.0)?;
        pen.text(&number(mark, step), x, plot.bottom() + 13.0, Lettering::new(11.0, theme.text).centred())?;
    }
    pen.line(&[[plot.x, plot.bottom()], [plot.right(), plot.bottom()]], theme.axis, 1.0)?;
    let set = Lettering::new(11.0, theme.quiet).centred();
    pen.text(&fit(name, 11.0, plot.width), plot.across(0.5), plot.bottom() + 29.0, set)?;
    Ok(marks)
}

/// Grid lines, numbers and the name of the y axis.
pub fn y_axis<DB: DrawingBackend>(pen: &Pen<'_, DB>, plot: Area, upwards: Span, name: &str) -> Drawn<DB> {
    let theme = pen.theme;
    let marks = ticks(upwards.0, upwards.1, (plot.height / 40.0).max(2.0) as usize);
    let step = marks.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(1.0);
    let slack = 1e-9 * (upwards.1 - upwards.0);
    for mark in marks.into_iter().filter(|mark| (upwards.0 - slack..=upwards.1 + slack).contains(mark)) {
        let y = plot.up(share(upwards, mark));
        pen.line(&[[plot.x, y], [plot.right(), y]], theme.grid, 1.0)?;
        pen.text(&number(mark, step), plot.x - 6.0, y, Lettering::new(11.0, theme.text).ending())?;
    }
    let set = Lettering::new(11.0, theme.quiet).centred().upwards();
    pen.text(&fit(name, 11.0, plot.height), plot.x - 40.0, plot.up(0.5), set)
}

/// A p value as it is written.
pub fn p_value(p: f64) -> String {
    match p {
        p if p < 0.0001 => "p < 0.0001".into(),
        p if p < 0.01 => format!("p = {p:.4}"),
        p => format!("p = {p:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_p_values_of_little_data() {
        assert_eq!(span([f64::NAN].into_iter(), 0.1), (0.0, 1.0));
        assert_eq!(span([2.0, 2.0].into_iter(), 0.1), (1.5, 2.5));
        assert_eq!(share((3.0, 3.0), 3.0), 0.5);
        assert_eq!([0.5, 0.0042, 0.0].map(p_value), ["p = 0.50", "p = 0.0042", "p < 0.0001"]);
    }
}
