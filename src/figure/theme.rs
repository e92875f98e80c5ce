//! Light and dark.

use serde::{Deserialize, Serialize};

use super::palette::{Rgb, contrast, diverging, viridis};

/// The colours of everything that is not data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Behind everything.
    pub background: Rgb,
    /// Titles, tick numbers, names; at least 4.5 : 1 on the background.
    pub text: Rgb,
    /// Axis names, captions; at least 4.5 : 1 on the background too.
    pub quiet: Rgb,
    /// Axis lines.
    pub axis: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// Missing values, and categories beyond the palette.
    pub missing: Rgb,
    /// The part of viridis, in thousandths, that stands out from the background.
    viridis: (u16, u16),
}

/// Which theme, as the page asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeName {
    /// Dark on white: for paper.
    #[default]
    Light,
    /// Light on near-black.
    Dark,
}

impl Theme {
    /// Dark on white: for paper.
    pub const LIGHT: Self = Self {
        background: [255, 255, 255],
        text: [31, 35, 40],
        quiet: [87, 96, 106],
        axis: [140, 149, 159],
        grid: [232, 236, 240],
        missing: [175, 181, 188],
        viridis: (0, 950),
    };

    /// Light on near-black.
    pub const DARK: Self = Self {
        background: [17, 21, 27],
        text: [230, 237, 243],
        quiet: [158, 168, 178],
        axis: [99, 108, 118],
        grid: [36, 42, 50],
        missing: [92, 100, 110],
        viridis: (220, 1000),
    };

    /// The theme of that name.
    pub fn named(name: ThemeName) -> &'static Self {
        match name {
            ThemeName::Light => &Self::LIGHT,
            ThemeName::Dark => &Self::DARK,
        }
    }

    /// Colour of a number at `at` in 0…1 of its scale.
    pub fn sequential(&self, at: f64) -> Rgb {
        let (from, to) = (f64::from(self.viridis.0) / 1000.0, f64::from(self.viridis.1) / 1000.0);
        viridis(from + at.clamp(0.0, 1.0) * (to - from))
    }

    /// The colour, moved towards that of text just as far as text of it needs for 4.5 : 1.
    pub fn legible(&self, colour: Rgb) -> Rgb {
        let mixed = |step: u32| -> Rgb {
            let share = f64::from(step) / 10.0;
            std::array::from_fn(|c| {
                (f64::from(colour[c]) * (1.0 - share) + f64::from(self.text[c]) * share).round() as u8
            })
        };
        (0..10).map(mixed).find(|&c| contrast(c, self.background) >= 4.5).unwrap_or(self.text)
    }

    /// Colour of a point at `at` in −1…1 about zero: blue–white–red, darkened in the middle on light and cut at the
    /// dark ends on dark, where a point would vanish in the background.
    pub fn centred(&self, at: f64) -> Rgb {
        let at = at.clamp(-1.0, 1.0);
        if contrast(self.background, [255; 3]) < 4.5 {
            diverging(at).map(|c| (f64::from(c) * (0.78 + 0.22 * at.abs())).round() as u8)
        } else {
            diverging(at * 0.72)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::palette::OKABE_ITO, *};

    #[test]
    fn text_can_be_read() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            assert!(contrast(theme.text, theme.background) > 4.5);
            assert!(contrast(theme.quiet, theme.background) > 4.5);
            for colour in OKABE_ITO {
                assert!(contrast(theme.legible(colour), theme.background) >= 4.5);
            }
            assert_eq!(theme.legible(theme.text), theme.text);
        }
    }

    #[test]
    fn every_value_stands_out() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            for at in [0.0, 1.0] {
                assert!(contrast(theme.sequential(at), theme.background) > 1.3, "{theme:?} {at}");
            }
        }
    }
}
