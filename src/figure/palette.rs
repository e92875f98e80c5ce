//! Colours that people with colour-vision deficiency can tell apart.

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// The eight colours of Okabe and Ito ("Color Universal Design", 2008), in the order used here: strongest on paper
/// first, yellow late because it is faint on white. The eighth, black, is the theme's text colour: [`category`].
pub const OKABE_ITO: [Rgb; 7] = [
    [0x00, 0x72, 0xB2], // blue
    [0xD5, 0x5E, 0x00], // vermilion
    [0x00, 0x9E, 0x73], // bluish green
    [0xCC, 0x79, 0xA7], // reddish purple
    [0xE6, 0x9F, 0x00], // orange
    [0x56, 0xB4, 0xE9], // sky blue
    [0xF0, 0xE4, 0x42], // yellow
];

/// Most categories drawn in a colour of their own; the rest share grey.
pub const MAX_CATEGORIES: usize = 8;

/// The colour of the `index`-th class: Okabe–Ito, then `text` for the eighth, then `other`.
pub fn category(index: usize, text: Rgb, other: Rgb) -> Rgb {
    match OKABE_ITO.get(index) {
        Some(&colour) => colour,
        None if index + 1 == MAX_CATEGORIES => text,
        None => other,
    }
}

/// Viridis (van der Walt and Smith, matplotlib 1.5, CC0) at 17 equal steps, values of matplotlib's table rounded to
/// 8 bits; linear between them is within 3/255 of the full table.
const VIRIDIS: [Rgb; 17] = [
    [68, 1, 84],
    [72, 24, 106],
    [71, 45, 123],
    [66, 64, 134],
    [59, 82, 139],
    [51, 99, 141],
    [44, 114, 142],
    [38, 130, 142],
    [33, 145, 140],
    [31, 160, 136],
    [40, 174, 128],
    [63, 188, 115],
    [94, 201, 98],
    [132, 212, 75],
    [173, 220, 48],
    [216, 226, 25],
    [253, 231, 37],
];

/// ColorBrewer's RdBu, 11 classes, reversed (Brewer and Harrower, colorbrewer2.org, Apache-2.0): blue below zero,
/// red above, told apart under every common colour-vision deficiency.
const BLUE_WHITE_RED: [Rgb; 11] = [
    [5, 48, 97],
    [33, 102, 172],
    [67, 147, 195],
    [146, 197, 222],
    [209, 229, 240],
    [247, 247, 247],
    [253, 219, 199],
    [244, 165, 130],
    [214, 96, 77],
    [178, 24, 43],
    [103, 0, 31],
];

/// Viridis at `at` in 0…1 (clamped; NaN is 0).
pub fn viridis(at: f64) -> Rgb {
    interpolate(&VIRIDIS, at)
}

/// Blue–white–red at `at` in −1…1 (clamped; NaN is white), zero in the middle.
pub fn diverging(at: f64) -> Rgb {
    let at = if at.is_nan() { 0.0 } else { at };
    interpolate(&BLUE_WHITE_RED, (at.clamp(-1.0, 1.0) + 1.0) / 2.0)
}

fn interpolate(steps: &[Rgb], at: f64) -> Rgb {
    let place = if at.is_nan() { 0.0 } else { at.clamp(0.0, 1.0) } * (steps.len() - 1) as f64;
    let below = place.floor() as usize;
    let share = place - below as f64;
    let (from, to) = (steps[below], steps[(below + 1).min(steps.len() - 1)]);
    std::array::from_fn(|c| (f64::from(from[c]) * (1.0 - share) + f64::from(to[c]) * share).round() as u8)
}

/// WCAG 2 contrast ratio of two colours, 1…21.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |colour: Rgb| {
        let [r, g, b] = colour.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_meet_their_ends_and_their_middle() {
        assert_eq!(viridis(0.0), [68, 1, 84]);
        assert_eq!(viridis(1.0), [253, 231, 37]);
        assert_eq!(viridis(7.0), viridis(1.0));
        assert_eq!(viridis(f64::NAN), viridis(0.0));
        assert_eq!(diverging(0.0), [247, 247, 247]);
        assert_eq!(diverging(f64::NAN), diverging(0.0));
        assert!(diverging(-1.0)[2] > diverging(-1.0)[0], "below zero is blue");
        assert!(diverging(1.0)[0] > diverging(1.0)[2], "above zero is red");
    }

    #[test]
    fn viridis_grows_lighter_all_the_way() {
        let white = [255; 3];
        let ratios: Vec<f64> = (0..=100).map(|i| contrast(viridis(f64::from(i) / 100.0), white)).collect();
        assert!(ratios.windows(2).all(|w| w[1] <= w[0] + 1e-9));
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([119; 3], [255; 3]) - 4.478).abs() < 1e-2);
    }
}
