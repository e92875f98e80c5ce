//! Figures by name: looks up the data, and draws for the screen or for a file with the same function.

use super::evidence::measures_figure;
use super::{PathwaysSpec, Session, SessionError};
use crate::comparison::Label;
use crate::figure::{
    Categories, Colour, ColourSpec, Figure, FigureKind, FigureSpec, HeatMap, LossChart, MapFigure, MapKind, Of, Scene,
    StripPlot, Theme, ValueSource, scene, svg,
};
use crate::session::Colours;

impl Session {
    /// A figure for the screen.
    ///
    /// # Errors
    /// When its data do not exist yet, or the size cannot be drawn.
    pub fn figure(&mut self, spec: &FigureSpec) -> Result<Scene, SessionError> {
        self.draw(spec, &OnScreen)
    }

    /// The same figure as an SVG file.
    ///
    /// # Errors
    /// As [`Self::figure`].
    pub fn figure_svg(&mut self, spec: &FigureSpec) -> Result<String, SessionError> {
        self.draw(spec, &AsSvg)
    }

    fn draw<M: Medium>(&mut self, spec: &FigureSpec, medium: &M) -> Result<M::Drawing, SessionError> {
        match &spec.figure {
            FigureKind::Map { kind, of, colour, window, legend } => {
                let mut figure = self.map_figure(*kind, *of, colour)?;
                figure.window = *window;
                figure.legend = *legend;
                medium.render(&figure, spec)
            }
            FigureKind::Loss => medium.render(&self.loss_chart()?, spec),
            FigureKind::Direction { of, direction, most } => {
                medium.render(&self.loadings_figure(*of, *direction, *most)?, spec)
            }
            FigureKind::HeatMap { groups, annotations } => {
                let groups = groups.iter().map(|column| ColourSpec { column: Some(column.clone()), ..<_>::default() });
                let strips: Vec<ColourSpec> = groups.chain(annotations.iter().cloned()).collect();
                let (made_for, mut heat_map) = self.heat_map()?;
                let strips: Result<Vec<Colour>, SessionError> =
                    strips.iter().map(|strip| self.colour_by(strip)?.into_colour()).collect();
                let drawn = strips.and_then(|strips| {
                    heat_map.annotate(strips)?;
                    medium.render(&heat_map, spec)
                });
                // The clustering is what takes long: it is kept, whatever became of the strips.
                self.heat_map = Some((made_for, heat_map));
                drawn
            }
            FigureKind::Comparison { score } => {
                let table = self.comparison_table()?.without_price();
                medium.render(&measures_figure(&table, *score, "Representations compared")?, spec)
            }
            FigureKind::Price { score } => medium.render(&self.price_figure(*score)?, spec),
            FigureKind::Quality { measure } => medium.render(&self.quality_figure(*measure)?, spec),
            FigureKind::Differences { most } => medium.render(&self.differences_figure(*most)?, spec),
            FigureKind::DifferencesStrip { pathway } => medium.render(&self.differences_strip(pathway)?, spec),
            FigureKind::Volcano { by, window } => {
                let mut figure = self.volcano(*by)?;
                figure.window = *window;
                medium.render(&figure, spec)
            }
            FigureKind::GeneStrip { gene } => medium.render(&self.gene_strip(gene)?, spec),
            FigureKind::AxisGenes { axis, most } => medium.render(&self.axis_figure(*axis, *most)?, spec),
            FigureKind::Survival(of) => medium.render(&self.survival_figure(of)?, spec),
            FigureKind::Forest(of) => medium.render(&self.forest_figure(of)?, spec),
            FigureKind::Confusion { label } => medium.render(&self.confusion_figure(named_label(label)?)?, spec),
            FigureKind::PurityMap(of) => medium.render(&self.purity_figure(of)?, spec),
            FigureKind::Strip { pathway, groups } => medium.render(&self.strip(pathway, groups)?, spec),
        }
    }

    fn map_figure(&mut self, kind: MapKind, of: Of, colour: &ColourSpec) -> Result<MapFigure, SessionError> {
        let mut colour = colour.clone();
        // A gene or pathway is shown as it is on each side: raw on the raw map, purified on the purified one.
        let own = if of == Of::Raw { ValueSource::Raw } else { ValueSource::Purified };
        let source = *colour.source.get_or_insert(own);
        let colours = match self.colour_by(&colour) {
            // A gene that the embedding does not explain has no purified value: its raw one is shown, and the label says so.
            Err(SessionError::Unknown { .. }) if source == ValueSource::Purified => {
                self.colour_by(&ColourSpec { source: Some(ValueSource::Raw), ..colour })?
            }
            other => other?,
        };
        let map = self.map(kind, of)?;
        let points = map.positions.rows().into_iter().map(|row| [row[0], row[1]]).collect();
        let title = match of {
            Of::Raw => "Raw profile",
            Of::Purified => "Purified embedding",
            Of::Instant => "Instant embedding",
        };
        let axes = [map.x_label.clone(), map.y_label.clone()];
        Ok(MapFigure::new(points, title, axes, colours.into_colour()?)?)
    }

    fn loss_chart(&self) -> Result<LossChart, SessionError> {
        let history = self.history();
        let last = history.last().ok_or(SessionError::NotYet("No step has been trained yet."))?;
        let per_epoch = (last.steps as f64 / last.epochs.max(1) as f64).max(1.0);
        let line = |of: fn(&crate::twin::Progress) -> f32| history.iter().map(|p| f64::from(of(p))).collect();
        let at = history.iter().map(|p| p.step as f64 / per_epoch).collect();
        let losses = [line(|p| p.loss), line(|p| p.on_diagonal), line(|p| p.off_diagonal), line(|p| p.reconstruction)];
        Ok(LossChart::new(last.epochs as f64, at, losses)?)
    }

    fn groups(&mut self, column: &str) -> Result<Categories, SessionError> {
        match self.colour_by(&ColourSpec { column: Some(column.into()), ..ColourSpec::default() })? {
            Colours::Category { label, categories, codes } => Ok(Categories::new(label, categories, codes)?),
            _ => Err(SessionError::NotYet("Groups need a column of categories: this one holds numbers.")),
        }
    }

    /// The clustered map of the pathways on show, taken out of what is kept.
    fn heat_map(&mut self) -> Result<(PathwaysSpec, HeatMap), SessionError> {
        let spec = self.shown_spec();
        if let Some((_, heat_map)) = self.heat_map.take_if(|(made_for, _)| *made_for == spec) {
            return Ok((spec, heat_map));
        }
        let pathways = self.pathways(spec)?;
        let (raw, purified) = (pathways.raw.z.clone(), pathways.purified.z.clone());
        Ok((spec, HeatMap::new(pathways.sets.clone(), raw, purified, None)?))
    }

    fn strip(&mut self, pathway: &str, column: &str) -> Result<StripPlot, SessionError> {
        let spec = self.shown_spec();
        let pathways = self.pathways(spec)?;
        let at = pathways
            .sets
            .iter()
            .position(|s| s == pathway)
            .ok_or_else(|| SessionError::Unknown { what: "pathway", name: pathway.into() })?;
        let side = |activity: &crate::readout::pathways::Activity| activity.z.column(at).to_vec();
        let (raw, purified) = (side(&pathways.raw), side(&pathways.purified));
        Ok(StripPlot::new(pathway, "z over the cohort", raw, purified, self.groups(column)?)?)
    }
}

/// `subtype` or `grade`.
pub(super) fn named_label(name: &str) -> Result<Label, SessionError> {
    let found = Label::ALL.into_iter().find(|label| label.word() == name);
    found.ok_or_else(|| SessionError::Unknown { what: "label", name: name.into() })
}

/// Where a figure goes.
trait Medium {
    type Drawing;
    fn render<F: Figure>(&self, figure: &F, spec: &FigureSpec) -> Result<Self::Drawing, SessionError>;
}

struct OnScreen;
struct AsSvg;

impl Medium for OnScreen {
    type Drawing = Scene;
    fn render<F: Figure>(&self, figure: &F, spec: &FigureSpec) -> Result<Scene, SessionError> {
        Ok(scene(figure, spec.width, spec.height, Theme::named(spec.theme))?)
    }
}

impl Medium for AsSvg {
    type Drawing = String;
    fn render<F: Figure>(&self, figure: &F, spec: &FigureSpec) -> Result<String, SessionError> {
        Ok(svg(figure, spec.width, spec.height, Theme::named(spec.theme))?)
    }
}
