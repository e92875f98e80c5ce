//! What a sample's colour says: a category, a number, or nothing; and the legend that explains it.

use std::cmp::Reverse;

use super::{
    Class, FigureError, Theme,
    palette::{MAX_CATEGORIES, Rgb, category},
    pen,
};

/// One category per sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Categories {
    label: String,
    names: Vec<String>,
    codes: Vec<i32>,
}

impl Categories {
    /// `codes[i]` is the index into `names` of sample `i`, negative = missing. `label` heads the legend.
    ///
    /// # Errors
    /// [`FigureError::Code`] for a code without a name.
    pub fn new(label: impl Into<String>, names: Vec<String>, codes: Vec<i32>) -> Result<Self, FigureError> {
        match codes.iter().find(|&&c| usize::try_from(c).is_ok_and(|c| c >= names.len())) {
            Some(&code) => Err(FigureError::Code { code, names: names.len() }),
            None => Ok(Self { label: label.into(), names, codes }),
        }
    }

    /// Heads the legend.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Samples.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Names in the order given, each with its number of samples.
    pub fn counts(&self) -> Vec<(&str, usize)> {
        let mut counts = vec![0; self.names.len()];
        for count in self.codes.iter().filter_map(|&c| usize::try_from(c).ok()) {
            counts[count] += 1;
        }
        self.names.iter().map(String::as_str).zip(counts).collect()
    }

    /// Code of sample `i`, where it has one.
    pub fn code(&self, sample: usize) -> Option<usize> {
        self.codes.get(sample).and_then(|&c| usize::try_from(c).ok())
    }
}

/// What a sample's colour says.
#[derive(Clone, Debug, PartialEq)]
pub enum Colour {
    /// One colour for all.
    None,
    /// Okabe–Ito; beyond eight categories the smaller ones share grey as "other".
    Category(Categories),
    /// Viridis from the 1st to the 99th percentile, or blue–white–red about zero; NaN (missing) is grey.
    Number {
        /// Heads the colour bar; with its unit.
        label: String,
        /// One per sample.
        values: Vec<f32>,
        /// Whether zero is the middle (z-scores, changes).
        centred: bool,
    },
}

impl Colour {
    /// Refuse colours that are not one per sample.
    pub(super) fn check(&self, samples: usize) -> Result<(), FigureError> {
        let found = match self {
            Self::None => samples,
            Self::Category(categories) => categories.len(),
            Self::Number { values, .. } => values.len(),
        };
        let (what, per) = ("the colour", "sample");
        if found == samples { Ok(()) } else { Err(FigureError::Length { what, found, expected: samples, per }) }
    }
}

/// Categories as drawn: which class, which colour.
pub(super) struct Key {
    /// Class of each name.
    class_of: Vec<u16>,
    missing: u16,
    colours: Vec<Rgb>,
    /// The legend.
    pub classes: Vec<Class>,
}

impl Key {
    pub fn new(categories: &Categories, theme: &Theme) -> Self {
        let counts = categories.counts();
        let mut present: Vec<usize> = (0..counts.len()).filter(|&i| counts[i].1 > 0).collect();
        let mut tail = Vec::new();
        if present.len() > MAX_CATEGORIES {
            // The largest keep a colour of their own, in the order given; the sort is stable, so ties too.
            let mut by_size = present.clone();
            by_size.sort_by_key(|&i| Reverse(counts[i].1));
            tail = by_size.split_off(MAX_CATEGORIES);
            present.retain(|i| !tail.contains(i));
        }
        let mut key = Self { class_of: vec![0; counts.len()], missing: u16::MAX, colours: vec![], classes: vec![] };
        for (class, &name) in present.iter().enumerate() {
            key.class_of[name] = class as u16;
            key.push(counts[name].0.to_owned(), category(class, theme.text, theme.axis), counts[name].1);
        }
        if !tail.is_empty() {
            for &name in &tail {
                key.class_of[name] = key.classes.len() as u16;
            }
            key.push(format!("other ({})", tail.len()), theme.axis, tail.iter().map(|&i| counts[i].1).sum());
        }
        let missing = categories.codes.iter().filter(|&&c| c < 0).count();
        if missing > 0 {
            key.missing = key.classes.len() as u16;
            key.push("missing".to_owned(), theme.missing, missing);
        }
        key
    }

    fn push(&mut self, name: String, colour: Rgb, count: usize) {
        self.colours.push(colour);
        self.classes.push(Class { name, colour: pen::css(colour), count });
    }

    /// Class of a sample with this code.
    pub fn class(&self, code: Option<usize>) -> u16 {
        code.and_then(|c| self.class_of.get(c).copied()).unwrap_or(self.missing)
    }

    /// Colour of a class.
    pub fn colour(&self, class: u16) -> Rgb {
        self.colours.get(usize::from(class)).copied().unwrap_or([128; 3])
    }
}

/// Numbers as drawn: limits and what was cut to them.
pub(super) struct Scale {
    pub from: f64,
    pub to: f64,
    /// Values lie beyond the lower, the upper limit.
    pub cut: (bool, bool),
    /// Values that are not finite.
    pub missing: usize,
    centred: bool,
}

impl Scale {
    /// 1st to 99th percentile, so that one outlier does not take the colours of all; symmetric when centred.
    pub fn of(values: &[f32], centred: bool) -> Self {
        let mut finite: Vec<f64> = values.iter().filter(|v| v.is_finite()).map(|&v| f64::from(v)).collect();
        finite.sort_by(f64::total_cmp);
        let missing = values.len() - finite.len();
        let at = |share: f64| finite.get((share * finite.len().saturating_sub(1) as f64).round() as usize).copied();
        let (mut from, mut to) = (at(0.01).unwrap_or(0.0), at(0.99).unwrap_or(1.0));
        if centred {
            to = from.abs().max(to.abs());
            from = -to;
        }
        if to - from <= f64::EPSILON * from.abs().max(1.0) {
            (from, to) = (from - 0.5, to + 0.5);
        }
        let cut = (finite.first().is_some_and(|&v| v < from), finite.last().is_some_and(|&v| v > to));
        Self { from, to, cut, missing, centred }
    }

    pub fn share(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// Colour at a share of the scale, in 100 steps: no eye sees more, and equal colours share a style.
    pub fn colour(&self, share: f64, theme: &Theme) -> Rgb {
        let share = (share * 100.0).round() / 100.0;
        if self.centred { theme.centred(2.0 * share - 1.0) } else { theme.sequential(share) }
    }

    /// Tick numbers for the colour bar; the ends say ≤ or ≥ where values were cut.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let inside = pen::ticks(self.from, self.to, 6);
        let step = inside.windows(2).map(|w| w[1] - w[0]).next().unwrap_or((self.to - self.from) / 2.0);
        let last = inside.len().saturating_sub(1);
        let label = |(i, &v): (usize, &f64)| {
            let sign = match i {
                0 if self.cut.0 && last > 0 => "≤ ",
                i if i == last && self.cut.1 => "≥ ",
                _ => "",
            };
            let share = self.share(v);
            // A sign of "and beyond" belongs only at the very end of the bar.
            let sign = if (0.03..0.97).contains(&share) { "" } else { sign };
            (share, format!("{sign}{}", pen::number(v, step)))
        };
        inside.iter().enumerate().map(label).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories(names: usize) -> Categories {
        let codes = (0..names).flat_map(|i| vec![i as i32; i + 1]).chain([-1]).collect();
        Categories::new("subtype", (0..names).map(|i| format!("c{i}")).collect(), codes).expect("codes have names")
    }

    #[test]
    fn the_small_ones_share_grey_and_every_sample_is_counted() {
        let key = Key::new(&categories(12), &Theme::LIGHT);
        let names: Vec<&str> = key.classes.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "other (4)", "missing"]);
        assert_eq!(key.classes.iter().map(|c| c.count).sum::<usize>(), 12 * 13 / 2 + 1);
        assert_eq!(key.class(Some(0)), key.class(Some(3)));
        assert_ne!(key.colour(key.class(Some(4))), key.colour(key.class(Some(5))));
        assert_eq!(key.class(None), 9);
    }

    #[test]
    fn a_code_without_a_name_is_refused() {
        let refused = Categories::new("x", vec!["a".into()], vec![0, 1]);
        assert_eq!(refused, Err(FigureError::Code { code: 1, names: 1 }));
    }

    #[test]
    fn one_outlier_does_not_take_the_scale() {
        let values: Vec<f32> = (0..1000).map(|i| i as f32 / 1000.0).chain([1e6, f32::NAN]).collect();
        let scale = Scale::of(&values, false);
        assert!(scale.to < 1.0 && scale.cut.1 && scale.missing == 1);
        let constant = Scale::of(&[3.0; 5], false);
        assert!(constant.from < 3.0 && constant.to > 3.0);
        let centred = Scale::of(&[-1.0, 4.0], true);
        assert_eq!(centred.from, -centred.to);
        assert!(Scale::of(&[], false).to > Scale::of(&[], false).from);
    }
}
