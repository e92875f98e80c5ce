//! Readouts → pictures. One drawing function per figure, generic over plotters' [`DrawingBackend`], so that the
//! screen, the SVG of a paper and the PNG of a slide come from the same lines of code:
//! [`svg`] draws on plotters' SVG backend, [`scene()`] records a display list that `www/figure/canvas.js` replays.
//!
//! Drawing areas are measured in tenths of a pixel ([`UNIT`]): plotters' coordinates are whole numbers, and points
//! snapped to whole pixels make false rows.
//!
//! ```
//! use twinpurify::figure::{Colour, MapFigure, Theme, svg};
//! let figure = MapFigure::new(vec![[0.0, 1.0], [2.0, 0.5]], "Raw, PCA", ["PC1 (40 %)", "PC2 (9 %)"], Colour::None)?;
//! assert!(svg(&figure, 640, 480, &Theme::LIGHT)?.starts_with("<svg"));
//! # Ok::<(), twinpurify::figure::FigureError>(())
//! ```

use plotters::{coord::Shift, drawing::DrawingAreaErrorKind, prelude::*};
use thiserror::Error;

mod axes;
mod cluster;
mod colour;
mod confusion;
mod differences;
mod forest;
mod heat_map;
mod legend;
mod loadings;
mod loss;
mod map;
mod measures;
pub mod palette;
mod pen;
mod price;
mod purity;
mod quality;
pub mod scene;
mod set_name;
mod spec;
mod strip;
mod survival;
mod theme;
mod volcano;

pub use colour::{Categories, Colour};
pub use confusion::ConfusionFigure;
pub use differences::DifferencesFigure;
pub use forest::{ForestFigure, ForestRow};
pub use heat_map::HeatMap;
pub use loadings::LoadingsFigure;
pub use loss::LossChart;
pub use map::MapFigure;
pub use measures::{Measured, MeasuredRow, MeasuresFigure};
pub use price::{PriceFigure, PricePanel};
pub use purity::{PurityFigure, PurityPanel};
pub use quality::QualityFigure;
pub use scene::{CellLayer, Class, PointLayer, Scene, SceneBackend};
pub use spec::{
    ColourSpec, FigureKind, FigureSpec, ForestSpec, GroupsOf, MapKind, Of, PuritySpec, ScoreChoice, SurvivalSpec,
    ValueSource,
};
pub use strip::StripPlot;
pub use survival::SurvivalFigure;
pub use theme::{Theme, ThemeName};
pub use volcano::{VolcanoFigure, VolcanoPoint};

/// Units of a drawing area to a pixel.
pub const UNIT: i32 = 10;

/// Largest side of a figure, pixels: keeps every coordinate in units far from the edge of `i32`.
pub const MAX_SIDE: u32 = 20_000;

/// System fonts, with names that vector editors know.
pub const FONT: &str = "system-ui, Helvetica, Arial, sans-serif";

/// A figure that cannot be drawn: what was found and what to do. Holds no sample names.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FigureError {
    /// Two parts of a figure's data do not belong together.
    #[error("{what} has {found} entries where {expected} are needed; give one per {per}")]
    Length {
        /// Which part.
        what: &'static str,
        /// Entries found.
        found: usize,
        /// Entries needed.
        expected: usize,
        /// What an entry belongs to.
        per: &'static str,
    },
    /// A category code points past the names.
    #[error("category code {code} has no name: there are {names}; codes run from −1 (missing) to names − 1")]
    Code {
        /// The code.
        code: i32,
        /// Names there are.
        names: usize,
    },
    /// A side of zero, or beyond [`MAX_SIDE`].
    #[error("a figure of {width} × {height} pixels cannot be drawn; choose sides from 1 to 20,000 pixels")]
    Size {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The backend failed.
    #[error("the figure could not be drawn: {0}")]
    Backend(String),
}

impl FigureError {
    /// Stable, machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "figure_length",
            Self::Code { .. } => "figure_category",
            Self::Size { .. } => "figure_size",
            Self::Backend(_) => "figure_backend",
        }
    }
}

/// A failure of `DB`.
pub type PenError<DB> = DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;

/// What drawing on `DB` gives.
pub type Drawn<DB> = Result<(), PenError<DB>>;

/// Something that can be drawn.
pub trait Figure {
    /// Short name; the accessible name of the drawing.
    fn title(&self) -> String;

    /// What the drawing shows, in sentences, for those who cannot see it.
    fn description(&self) -> String;

    /// What a person should know of the data shown, in sentences; the screen writes them beside the drawing, and the
    /// description ends with them.
    fn notes(&self) -> &[String] {
        &[]
    }

    /// Draw on an area measured in [`UNIT`]s to the pixel. Samples are the only circles, in sample order.
    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, theme: &Theme) -> Drawn<DB>;

    /// Which circles are which samples when drawn at that size, in pixels.
    fn points(&self, width: u32, height: u32, theme: &Theme) -> Option<PointLayer> {
        let _ = (width, height, theme);
        None
    }

    /// Where samples and rows lie when drawn at that size, in pixels.
    fn cells(&self, width: u32, height: u32) -> Option<CellLayer> {
        let _ = (width, height);
        None
    }
}

fn check_size(width: u32, height: u32) -> Result<(), FigureError> {
    let fits = |side| (1..=MAX_SIDE).contains(&side);
    if fits(width) && fits(height) { Ok(()) } else { Err(FigureError::Size { width, height }) }
}

/// Draw for the screen.
///
/// # Errors
/// [`FigureError::Size`]; [`FigureError::Backend`] should plotters fail.
pub fn scene<F: Figure>(figure: &F, width: u32, height: u32, theme: &Theme) -> Result<Scene, FigureError> {
    check_size(width, height)?;
    let mut scene = Scene {
        width,
        height,
        title: figure.title(),
        description: described(figure),
        notes: figure.notes().to_vec(),
        ink: pen::css(theme.text),
        paper: pen::css(theme.background),
        font: FONT,
        ..Scene::default()
    };
    {
        let area = SceneBackend::new(&mut scene).into_drawing_area();
        figure.draw(&area, theme).and_then(|()| area.present()).map_err(|e| FigureError::Backend(e.to_string()))?;
    }
    scene.points = figure.points(width, height, theme);
    scene.cells = figure.cells(width, height);
    Ok(scene)
}

/// Draw as an SVG document with `<title>`, `<desc>` and `role="img"`.
///
/// # Errors
/// [`FigureError::Size`]; [`FigureError::Backend`] should plotters fail.
pub fn svg<F: Figure>(figure: &F, width: u32, height: u32, theme: &Theme) -> Result<String, FigureError> {
    check_size(width, height)?;
    let (units_wide, units_high) = (width * UNIT as u32, height * UNIT as u32);
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, (units_wide, units_high)).into_drawing_area();
        figure.draw(&area, theme).and_then(|()| area.present()).map_err(|e| FigureError::Backend(e.to_string()))?;
    }
    // plotters writes the root element with the drawing's units as its size and without a name.
    let body = drawn.split_once('>').map_or("</svg>", |(_, body)| body);
    Ok(format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {units_wide} {units_high}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\">\n<title>{}</title>\n<desc>{}</desc>{body}",
        escape(&figure.title()),
        escape(&described(figure)),
    ))
}

fn described<F: Figure>(figure: &F) -> String {
    let mut said = figure.description();
    figure.notes().iter().for_each(|note| said += &format!(" {note}"));
    said
}

/// Text as XML character data. plotters-svg does the same for the texts that it draws.
fn escape(text: &str) -> String {
    pen::printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
