//! A drawing as a compact display list: what the screen replays, and what becomes a PNG.
//!
//! Everything is in runs of one kind, in drawing order; numbers of one kind lie in one flat array, so that 10,000
//! points cross to JavaScript as one typed array, not as 10,000 objects. The numeric arrays serialise as
//! little-endian bytes (`serialize_bytes`): through serde-wasm-bindgen each is one `Uint8Array`, which
//! `www/figure/scene.js` views as `Float32Array`, `Uint32Array` or `Uint16Array`.

use std::convert::Infallible;

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
    text_anchor::{HPos, VPos},
};
use serde::{Serialize, Serializer};

use super::UNIT;

/// What a run of [`Scene::runs`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// Four numbers of `rects` each: x, y, width, height.
    Rect = 0,
    /// Three numbers of `circles` each: x, y, radius.
    Circle = 1,
    /// `path_ends[i]` is the end of path `i` in `path_points`, counted in points.
    Path = 2,
    /// Five numbers of `text_places` each: x, y of the baseline's anchor, size, anchor (−1 start, 0 middle, 1 end),
    /// quarter turns clockwise.
    Text = 3,
}

/// A display list. Lengths are CSS pixels; y grows downwards.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scene {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Short name; the accessible name of the drawing.
    pub title: String,
    /// What the drawing shows, in sentences.
    pub description: String,
    /// What a person should know of the data shown, to be written beside it.
    pub notes: Vec<String>,
    /// Text colour, CSS, for what the screen draws over the scene (the hovered point's ring).
    pub ink: String,
    /// Background colour, CSS.
    pub paper: String,
    /// CSS font families.
    pub font: &'static str,
    /// Three numbers a run, in drawing order: [`Kind`], first item of that kind, items.
    #[serde(serialize_with = "u32s")]
    pub runs: Vec<u32>,
    /// Five numbers a style: red, green, blue (0…255), opacity (0…1), stroke width in pixels (0 = filled).
    #[serde(serialize_with = "f32s")]
    pub styles: Vec<f32>,
    /// See [`Kind::Rect`].
    #[serde(serialize_with = "f32s")]
    pub rects: Vec<f32>,
    /// One style per rectangle.
    #[serde(serialize_with = "u16s")]
    pub rect_styles: Vec<u16>,
    /// See [`Kind::Circle`].
    #[serde(serialize_with = "f32s")]
    pub circles: Vec<f32>,
    /// One style per circle.
    #[serde(serialize_with = "u16s")]
    pub circle_styles: Vec<u16>,
    /// x, y of every path's points.
    #[serde(serialize_with = "f32s")]
    pub path_points: Vec<f32>,
    /// See [`Kind::Path`].
    #[serde(serialize_with = "u32s")]
    pub path_ends: Vec<u32>,
    /// One style per path.
    #[serde(serialize_with = "u16s")]
    pub path_styles: Vec<u16>,
    /// See [`Kind::Text`].
    #[serde(serialize_with = "f32s")]
    pub text_places: Vec<f32>,
    /// One style per text.
    #[serde(serialize_with = "u16s")]
    pub text_styles: Vec<u16>,
    /// 1 = bold, one per text.
    #[serde(serialize_with = "bytes")]
    pub text_bold: Vec<u8>,
    /// The texts.
    pub texts: Vec<String>,
    /// Which circles are samples, where a figure has such.
    pub points: Option<PointLayer>,
    /// Where samples and rows lie, in a heat map.
    pub cells: Option<CellLayer>,
}

/// The panels of a heat map as samples × rows: column `c` of `columns` holds the samples
/// `samples[c·n / columns .. (c + 1)·n / columns]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CellLayer {
    /// x, y, width, height of every panel in pixels.
    pub panels: Vec<[f32; 4]>,
    /// Columns drawn.
    pub columns: usize,
    /// Samples in the order of the columns.
    #[serde(serialize_with = "u32s")]
    pub samples: Vec<u32>,
    /// Names of the rows, from the top.
    pub rows: Vec<String>,
}

/// The circles of a scene as samples: circle `i` is sample `samples[i]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PointLayer {
    /// The plotting area: x, y, width, height in pixels.
    pub plot: [f32; 4],
    /// The data shown there: x from, x to, y from, y to (y grows upwards).
    pub window: [f32; 4],
    /// Row of the figure's data of each circle, ascending.
    #[serde(serialize_with = "u32s")]
    pub samples: Vec<u32>,
    /// Class of each circle ([`PointLayer::classes`]), 65535 = none; empty when coloured by a number.
    #[serde(serialize_with = "u16s")]
    pub codes: Vec<u16>,
    /// The legend, in its order.
    pub classes: Vec<Class>,
}

/// One entry of a legend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Class {
    /// As in the data; `other (5)` and `missing` are ours.
    pub name: String,
    /// CSS colour.
    pub colour: String,
    /// Samples in it, whether or not they are in the window.
    pub count: usize,
}

fn f32s<S: Serializer>(values: &[f32], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(&values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>())
}
fn u32s<S: Serializer>(values: &[u32], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(&values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>())
}
fn u16s<S: Serializer>(values: &[u16], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(&values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>())
}
fn bytes<S: Serializer>(values: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(values)
}

/// A plotters backend that records into a [`Scene`], as `SVGBackend::with_string` records into a string.
pub struct SceneBackend<'a> {
    scene: &'a mut Scene,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> SceneBackend<'a> {
    /// Record into `scene`, whose width and height are set.
    pub fn new(scene: &'a mut Scene) -> Self {
        Self { scene }
    }

    fn style(&mut self, colour: BackendColor, stroke: f32) -> u16 {
        let (r, g, b) = colour.rgb;
        let wanted = [f32::from(r), f32::from(g), f32::from(b), colour.alpha as f32, stroke];
        // Neighbours in a figure share styles, so the last ones are looked at first; there are at most some hundreds.
        let known = self.scene.styles.chunks_exact(5).rposition(|s| s == wanted);
        let index = known.unwrap_or_else(|| {
            self.scene.styles.extend(wanted);
            self.scene.styles.len() / 5 - 1
        });
        index.min(usize::from(u16::MAX)) as u16
    }

    fn count(&mut self, kind: Kind, before: usize) {
        let runs = &mut self.scene.runs;
        match runs.len().checked_sub(3).and_then(|at| runs.get_mut(at..)) {
            Some([last, _, items]) if *last == kind as u32 => *items += 1,
            _ => runs.extend([kind as u32, before as u32, 1]),
        }
    }

    fn path(&mut self, points: impl IntoIterator<Item = BackendCoord>, colour: BackendColor, stroke: f32) {
        if colour.alpha == 0.0 {
            return;
        }
        let style = self.style(colour, stroke);
        self.count(Kind::Path, self.scene.path_styles.len());
        self.scene.path_points.extend(points.into_iter().flat_map(|(x, y)| [pixels(x), pixels(y)]));
        self.scene.path_ends.push((self.scene.path_points.len() / 2) as u32);
        self.scene.path_styles.push(style);
    }
}

fn pixels(units: i32) -> f32 {
    units as f32 / UNIT as f32
}

impl DrawingBackend for SceneBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.scene.width * UNIT as u32, self.scene.height * UNIT as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Drawn {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Drawn {
        if !fill {
            return self.draw_path([a, (b.0, a.1), b, (a.0, b.1), a], style);
        }
        if style.color().alpha > 0.0 {
            let index = self.style(style.color(), 0.0);
            self.count(Kind::Rect, self.scene.rect_styles.len());
            self.scene.rects.extend([a.0, a.1, b.0 - a.0, b.1 - a.1].map(pixels));
            self.scene.rect_styles.push(index);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.path(path, style.color(), style.stroke_width() as f32 / UNIT as f32);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Drawn {
        self.path(vert, style.color(), 0.0);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        if style.color().alpha > 0.0 {
            let stroke = if fill { 0.0 } else { style.stroke_width() as f32 / UNIT as f32 };
            let index = self.style(style.color(), stroke);
            self.count(Kind::Circle, self.scene.circle_styles.len());
            self.scene.circles.extend([pixels(at.0), pixels(at.1), radius as f32 / UNIT as f32]);
            self.scene.circle_styles.push(index);
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        // 1.24 and the vertical shifts are plotters-svg's, so that screen and file agree.
        let size = (style.size() / 1.24) as f32 / UNIT as f32;
        let down = size
            * match style.anchor().v_pos {
                VPos::Top => 0.76,
                VPos::Center => 0.26,
                VPos::Bottom => -0.26,
            };
        let anchor = match style.anchor().h_pos {
            HPos::Left => -1.0,
            HPos::Center => 0.0,
            HPos::Right => 1.0,
        };
        let (turns, dx, dy) = match style.transform() {
            FontTransform::None => (0.0, 0.0, down),
            FontTransform::Rotate90 => (1.0, -down, 0.0),
            FontTransform::Rotate180 => (2.0, 0.0, -down),
            FontTransform::Rotate270 => (3.0, down, 0.0),
        };
        let index = self.style(style.color(), 0.0);
        self.count(Kind::Text, self.scene.text_styles.len());
        self.scene.text_places.extend([pixels(at.0) + dx, pixels(at.1) + dy, size, anchor, turns]);
        self.scene.text_styles.push(index);
        self.scene.text_bold.push(u8::from(matches!(style.style(), FontStyle::Bold)));
        self.scene.texts.push(text.to_owned());
        Ok(())
    }
}
