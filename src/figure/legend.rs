//! The legend of a map: classes with counts, or a colour bar.

use plotters::prelude::DrawingBackend;

use super::{
    Class, Drawn,
    colour::{Key, Scale},
    pen::{Area, Lettering, Pen, count, fit, number, text_width},
};

/// Where the legend goes.
pub(super) struct Legend {
    pub place: Area,
    /// Beside the map, one class a line; else below it, classes in running lines.
    pub beside: bool,
}

const LINE: f64 = 18.0;
const SIZE: f64 = 11.0;
const WIDEST_NAME: f64 = 140.0;

/// Width of swatch, name, count and the gap to the next.
fn entry_width(class: &Class) -> f64 {
    18.0 + text_width(&class.name, SIZE).min(WIDEST_NAME) + 8.0 + text_width(&count(class.count), SIZE) + 14.0
}

/// Width that the legend needs beside the map.
pub(super) fn width(classes: &[Class]) -> f64 {
    classes.iter().map(entry_width).fold(96.0, f64::max)
}

/// Height that the legend needs below a map of this width.
pub(super) fn height(classes: &[Class], width: f64) -> f64 {
    let (mut lines, mut x) = (1, 0.0);
    for wide in classes.iter().map(entry_width) {
        if x > 0.0 && x + wide > width {
            (lines, x) = (lines + 1, 0.0);
        }
        x += wide;
    }
    LINE * f64::from(lines) + 26.0
}

impl Legend {
    pub fn draw_classes<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, key: &Key, label: &str) -> Drawn<DB> {
        let (mut x, mut y) = (self.place.x, self.place.y + 8.0);
        let (quiet, text) = (Lettering::new(SIZE, pen.theme.quiet), Lettering::new(SIZE, pen.theme.text));
        pen.text(&fit(label, SIZE, self.place.width), x, y, quiet)?;
        y += LINE + 2.0;
        for (class, entry) in key.classes.iter().enumerate() {
            let (name, wide) = (fit(&entry.name, SIZE, WIDEST_NAME), entry_width(entry));
            if !self.beside && x > self.place.x && x - self.place.x + wide > self.place.width {
                (x, y) = (self.place.x, y + LINE);
            }
            pen.rect(Area { x, y: y - 5.0, width: 10.0, height: 10.0 }, key.colour(class as u16))?;
            pen.text(&name, x + 16.0, y, text)?;
            let end = if self.beside { self.place.right() } else { x + wide - 14.0 };
            pen.text(&count(entry.count), end, y, quiet.ending())?;
            if self.beside {
                y += LINE;
            } else {
                x += wide;
            }
        }
        Ok(())
    }

    pub fn draw_scale<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, scale: &Scale, label: &str) -> Drawn<DB> {
        let place = self.place;
        let quiet = Lettering::new(SIZE, pen.theme.quiet);
        // A unit in brackets stands under the name: together they would not fit beside the map.
        let (name, unit) = label.rfind(" (").map_or((label, ""), |at| (&label[..at], &label[at + 1..]));
        pen.text(&fit(name, SIZE, place.width), place.x, place.y + 8.0, quiet)?;
        pen.text(&fit(unit, SIZE, place.width), place.x, place.y + 22.0, quiet)?;
        let bar = Area { y: place.y + 38.0, width: 12.0, height: (place.height - 72.0).clamp(20.0, 180.0), ..place };
        pen.colour_bar(bar, |share| scale.colour(share, pen.theme), &scale.ticks())?;
        if scale.missing > 0 {
            let y = bar.bottom() + 20.0;
            pen.rect(Area { x: bar.x + 1.0, y: y - 5.0, width: 10.0, height: 10.0 }, pen.theme.missing)?;
            pen.text(&format!("missing {}", count(scale.missing)), bar.x + 18.0, y, quiet)?;
        }
        Ok(())
    }
}

/// Heading and classes in running lines as far as `place` reaches.
pub(super) fn draw_running<DB: DrawingBackend>(pen: &Pen<'_, DB>, key: &Key, label: &str, place: Area) -> Drawn<DB> {
    let (size, line) = (10.0, 15.0);
    let label = fit(label, size, place.width / 2.0);
    pen.text(&label, place.x, place.y + 8.0, Lettering::new(size, pen.theme.quiet))?;
    let (mut x, mut y) = (place.x + text_width(&label, size) + 12.0, place.y + 8.0);
    for (class, entry) in key.classes.iter().enumerate() {
        let said = fit(&entry.name, size, 110.0).into_owned() + " " + &count(entry.count);
        let wide = 26.0 + text_width(&said, size);
        if x + wide > place.right() && x > place.x {
            (x, y) = (place.x, y + line);
        }
        if y > place.bottom() {
            break;
        }
        pen.rect(Area { x, y: y - 5.0, width: 9.0, height: 9.0 }, key.colour(class as u16))?;
        pen.text(&said, x + 13.0, y, Lettering::new(size, pen.theme.text))?;
        x += wide;
    }
    Ok(())
}

/// Heading, smallest number, colour bar and largest number on one line.
pub(super) fn draw_running_scale<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    scale: &Scale,
    label: &str,
    place: Area,
) -> Drawn<DB> {
    let (size, y) = (10.0, place.y + 8.0);
    let step = (scale.to - scale.from) / 20.0;
    let label = fit(label, size, place.width / 2.0);
    pen.text(&label, place.x, y, Lettering::new(size, pen.theme.quiet))?;
    let from = number(scale.from, step);
    let x = place.x + text_width(&label, size) + 12.0;
    pen.text(&from, x, y, Lettering::new(size, pen.theme.text))?;
    let bar = Area { x: x + text_width(&from, size) + 6.0, y: y - 5.0, width: 60.0, height: 10.0 };
    for part in 0..30 {
        let x = bar.x + f64::from(part) * 2.0;
        let colour = scale.colour((f64::from(part) + 0.5) / 30.0, pen.theme);
        pen.rect(Area { x, width: bar.right() - x, ..bar }, colour)?;
    }
    pen.text(&number(scale.to, step), bar.right() + 6.0, y, Lettering::new(size, pen.theme.text))
}
