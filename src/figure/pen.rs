//! Drawing in pixels on an area of [`UNIT`]s, and text that fits.
//!
//! plotters' own chart builder is not used: it measures text, and on wasm it does so by adding elements to the page's
//! document, which a worker has not (it panics). Its backends, elements and tick finder are.

use std::borrow::Cow;

use plotters::{
    coord::{Shift, ranged1d::Ranged, types::RangedCoordf64},
    prelude::*,
    style::{
        FontStyle, FontTransform,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{Drawn, FONT, Theme, UNIT, palette::Rgb};

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Area {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }
    /// The x at `share` (0…1) of the width.
    pub fn across(&self, share: f64) -> f64 {
        self.x + share * self.width
    }
    /// The y at `share` (0…1) of the height, counted upwards.
    pub fn up(&self, share: f64) -> f64 {
        self.bottom() - share * self.height
    }
}

/// How a text is set.
#[derive(Clone, Copy)]
pub struct Lettering {
    pub size: f64,
    pub colour: Rgb,
    pub bold: bool,
    pub across: HPos,
    pub upwards: bool,
}

impl Lettering {
    /// Starts at the point, centred on its height.
    pub fn new(size: f64, colour: Rgb) -> Self {
        Self { size, colour, bold: false, across: HPos::Left, upwards: false }
    }
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
    pub fn centred(self) -> Self {
        Self { across: HPos::Center, ..self }
    }
    pub fn ending(self) -> Self {
        Self { across: HPos::Right, ..self }
    }
    pub fn upwards(self) -> Self {
        Self { upwards: true, ..self }
    }
}

/// Draws in pixels.
pub struct Pen<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    pub theme: &'a Theme,
}

fn units(pixels: f64) -> i32 {
    (pixels * f64::from(UNIT)).round() as i32
}

fn paint(colour: Rgb, opacity: f64) -> RGBAColor {
    // Two decimals: what a person can see, and a shorter file.
    RGBAColor(colour[0], colour[1], colour[2], (opacity * 100.0).round() / 100.0)
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    /// A pen on a background of the theme's colour.
    pub fn on(area: &'a DrawingArea<DB, Shift>, theme: &'a Theme) -> Result<Self, super::PenError<DB>> {
        area.fill(&paint(theme.background, 1.0))?;
        Ok(Self { area, theme })
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (f64, f64) {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width) / f64::from(UNIT), f64::from(height) / f64::from(UNIT))
    }

    pub fn rect(&self, area: Area, colour: Rgb) -> Drawn<DB> {
        let corners = [(units(area.x), units(area.y)), (units(area.right()), units(area.bottom()))];
        self.area.draw(&Rectangle::new(corners, paint(colour, 1.0).filled()))
    }

    pub fn circle(&self, x: f64, y: f64, radius: f64, colour: Rgb, opacity: f64) -> Drawn<DB> {
        self.area.draw(&Circle::new((units(x), units(y)), units(radius).max(1), paint(colour, opacity).filled()))
    }

    pub fn polygon(&self, points: &[[f64; 2]], colour: Rgb, opacity: f64) -> Drawn<DB> {
        let points: Vec<_> = points.iter().map(|p| (units(p[0]), units(p[1]))).collect();
        self.area.draw(&Polygon::new(points, paint(colour, opacity).filled()))
    }

    pub fn line(&self, points: &[[f64; 2]], colour: Rgb, width: f64) -> Drawn<DB> {
        let style = ShapeStyle { color: paint(colour, 1.0), filled: false, stroke_width: units(width).max(1) as u32 };
        let points: Vec<_> = points.iter().map(|p| (units(p[0]), units(p[1]))).collect();
        self.area.draw(&PathElement::new(points, style))
    }

    pub fn text(&self, text: &str, x: f64, y: f64, set: Lettering) -> Drawn<DB> {
        let colour = paint(set.colour, 1.0);
        let style = if set.bold { FontStyle::Bold } else { FontStyle::Normal };
        // plotters-svg divides sizes by 1.24.
        let mut font = FontDesc::new(FontFamily::Name(FONT), set.size * 1.24 * f64::from(UNIT), style);
        if set.upwards {
            font = font.transform(FontTransform::Rotate270);
        }
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(set.across, VPos::Center));
        self.area.draw_text(&printable(text), &style, (units(x), units(y)))
    }

    /// The title, top left; returns the y below it.
    pub fn title(&self, title: &str, x: f64) -> Result<f64, super::PenError<DB>> {
        let (width, _) = self.size();
        self.text(&fit(title, 14.0, width - x - 8.0), x, 18.0, Lettering::new(14.0, self.theme.text).bold())?;
        Ok(34.0)
    }

    /// As [`Self::title`], in two lines where one is too short; the y below it is lower then.
    pub fn long_title(&self, title: &str, x: f64) -> Result<f64, super::PenError<DB>> {
        let (first, rest) = in_two(title, 14.0, self.size().0 - x - 8.0);
        let below = self.title(first, x)?;
        if rest.is_empty() {
            return Ok(below);
        }
        let room = self.size().0 - x - 8.0;
        self.text(&fit(rest, 14.0, room), x, below + 2.0, Lettering::new(14.0, self.theme.text).bold())?;
        Ok(below + 18.0)
    }

    /// A vertical colour bar with tick numbers on its right: `ticks` at shares 0…1 of its height.
    pub fn colour_bar(&self, bar: Area, colour: impl Fn(f64) -> Rgb, ticks: &[(f64, String)]) -> Drawn<DB> {
        let steps = (bar.height.floor() as usize).clamp(2, 64);
        for step in 0..steps {
            // Each reaches to the top and the next covers it: no seams at any magnification.
            let (from, to) = (step as f64 / steps as f64, (step + 1) as f64 / steps as f64);
            let height = bar.up(from).round() - bar.y;
            self.rect(Area { height, ..bar }, colour((from + to) / 2.0))?;
        }
        for (share, label) in ticks {
            let y = bar.up(*share);
            self.line(&[[bar.right(), y], [bar.right() + 3.0, y]], self.theme.axis, 1.0)?;
            self.text(label, bar.right() + 6.0, y, Lettering::new(10.0, self.theme.text))?;
        }
        Ok(())
    }
}

/// Round numbers inside `from..=to`, at most `most` (plotters' own choice of steps).
pub fn ticks(from: f64, to: f64, most: usize) -> Vec<f64> {
    if !(from < to && from.is_finite() && to.is_finite()) {
        return vec![from];
    }
    RangedCoordf64::from(from..to).key_points(most)
}

/// A number as an axis shows it: no more digits than the step between ticks needs, a real minus sign, thousands
/// apart.
pub fn number(value: f64, step: f64) -> String {
    // A tick at zero may come out of the steps as rounding.
    let value = if value.abs() < step.abs() * 1e-9 { 0.0 } else { value };
    if value != 0.0 && !(1e-4..1e7).contains(&value.abs()) {
        return format!("{value:.1e}").replace('-', "−");
    }
    let decimals = if step > 0.0 { (-step.log10()).ceil().clamp(0.0, 6.0) as usize } else { 2 };
    let shown = format!("{:.decimals$}", value.abs());
    let negative = value < 0.0 && shown.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let (whole, rest) = shown.split_at(shown.find('.').unwrap_or(shown.len()));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{}{grouped}{rest}", if negative { "−" } else { "" })
}

/// A whole number with thousands apart.
pub fn count(value: usize) -> String {
    number(value as f64, 1.0)
}

/// CSS colour.
pub fn css(colour: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2])
}

/// Without the characters that XML 1.0 cannot hold.
pub fn printable(text: &str) -> Cow<'_, str> {
    let bad =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{7f}');
    if text.contains(bad) { Cow::Owned(text.replace(bad, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// Estimated width of a text in pixels: advance widths of Helvetica by class of character, and an eighth more for wider
/// system fonts (DejaVu). plotters' own estimate is 0.7 em a byte, whatever the letter.
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | '!' => 0.28,
            'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.34,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.87,
            'A'..='Z' | '&' => 0.68,
            c if c.is_ascii() => 0.556,
            c if c > '\u{2e80}' => 1.0,
            _ => 0.6,
        })
        .sum();
    1.125 * ems * size
}

/// The text, cut with an ellipsis where it would be wider than `width` pixels.
pub fn fit(text: &str, size: f64, width: f64) -> Cow<'_, str> {
    if text_width(text, size) <= width {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, size) + size > width {
            kept.pop();
            break;
        }
    }
    Cow::Owned(kept.trim_end().to_owned() + "…")
}

/// As many words as fit into `width` pixels, and the rest; at least one word.
fn in_two(text: &str, size: f64, width: f64) -> (&str, &str) {
    if text_width(text, size) <= width {
        return (text, "");
    }
    let mut spaces = text.match_indices(' ').map(|(at, _)| at);
    let Some(first) = spaces.next() else { return (text, "") };
    let at = spaces.take_while(|at| text_width(text.get(..*at).unwrap_or(text), size) <= width).fold(first, |_, at| at);
    let (line, rest) = text.split_at(at);
    (line, rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_on_an_axis() {
        assert_eq!(number(-0.5, 0.5), "−0.5");
        assert_eq!(number(-0.001, 0.5), "0.0");
        assert_eq!(number(12_345.0, 5.0), "12,345");
        assert_eq!(number(0.00001, 0.1), "1.0e−5");
        assert_eq!(number(-2.2e-16, 0.2), "0.0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn text_is_cut_to_its_place() {
        assert_eq!(fit("short", 10.0, 100.0), "short");
        let cut = fit("a very long category name that cannot fit", 10.0, 80.0).into_owned();
        assert!(cut.ends_with('…') && text_width(&cut, 10.0) <= 82.0, "{cut}");
        assert_eq!(fit("x", 10.0, 0.0), "…");
    }

    #[test]
    fn a_long_title_goes_on_below() {
        assert_eq!(in_two("one two", 14.0, 200.0), ("one two", ""));
        assert_eq!(in_two("one two three", 14.0, 60.0), ("one two", "three"));
        assert_eq!(in_two("Unbreakable and more", 14.0, 20.0), ("Unbreakable", "and more"));
        assert_eq!(in_two("Unbreakable", 14.0, 20.0), ("Unbreakable", ""));
        assert_eq!(in_two("", 14.0, 0.0), ("", ""));
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_replaced() {
        assert_eq!(printable("a\u{1}b\u{0}"), "a\u{fffd}b\u{fffd}");
        assert_eq!(printable("<µ>"), "<µ>");
    }
}
