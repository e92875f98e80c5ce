//! A figure as the page or a script asks for it; `session` looks up the data.

use serde::{Deserialize, Serialize};

use super::ThemeName;
use crate::cohort::quality::MeasureKey;
use crate::readout::Grouping;
use crate::readout::gene_differences::Values;

/// Which figure, how large, in which colours.
///
/// `{figure: "map", width: 640, height: 480, theme: "dark", kind: "umap", of: "purified", colour: {column: "subtype"}}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FigureSpec {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Light unless said otherwise.
    #[serde(default)]
    pub theme: ThemeName,
    /// Which figure, with what belongs to it.
    #[serde(flatten)]
    pub figure: FigureKind,
}

/// The figures there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "figure", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum FigureKind {
    /// [`super::MapFigure`].
    Map {
        /// PCA or UMAP.
        kind: MapKind,
        /// Of which representation.
        of: Of,
        /// What colours say; nothing unless said.
        #[serde(default)]
        colour: ColourSpec,
        /// x from, x to, y from, y to; everything when absent.
        #[serde(default)]
        window: Option<[f64; 4]>,
        /// Drawn unless the page has a legend of its own.
        #[serde(default = "yes")]
        legend: bool,
    },
    /// [`super::LossChart`].
    Loss,
    /// [`super::LoadingsFigure`] of a contamination direction.
    Direction {
        /// Of which embedding.
        #[serde(default = "purified")]
        of: Of,
        /// Which, from 1.
        direction: usize,
        /// How many genes of each sense.
        #[serde(default = "a_dozen")]
        most: usize,
    },
    /// [`super::HeatMap`].
    HeatMap {
        /// Column of the sample sheet for the strip above the samples.
        #[serde(default)]
        groups: Option<String>,
        /// Further strips, below that of `groups`: columns, genes, pathways or groups.
        #[serde(default)]
        annotations: Vec<ColourSpec>,
    },
    /// [`super::MeasuresFigure`] of the comparison.
    Comparison {
        /// Which classification score.
        #[serde(default)]
        score: ScoreChoice,
    },
    /// [`super::PriceFigure`] of the comparison.
    Price {
        /// Which classification score.
        #[serde(default)]
        score: ScoreChoice,
    },
    /// [`super::QualityFigure`].
    Quality {
        /// Which measure.
        measure: MeasureKey,
    },
    /// [`super::DifferencesFigure`] of the two groups compared last.
    Differences {
        /// How many gene sets.
        #[serde(default = "many")]
        most: usize,
    },
    /// [`super::StripPlot`] of the two groups compared last.
    DifferencesStrip {
        /// Name of the gene set.
        pathway: String,
    },
    /// [`super::VolcanoFigure`] of the two groups compared gene by gene last.
    Volcano {
        /// Of which values.
        #[serde(default)]
        by: Values,
        /// What the axes show: x from, x to, y from, y to; everything when absent.
        #[serde(default)]
        window: Option<[f64; 4]>,
    },
    /// [`super::StripPlot`] of one gene in those groups.
    GeneStrip {
        /// Its name.
        gene: String,
    },
    /// [`super::LoadingsFigure`] of the genes that carry the axis read last.
    AxisGenes {
        /// Which of them, from 0.
        axis: usize,
        /// How many genes of each sense.
        #[serde(default = "a_dozen")]
        most: usize,
    },
    /// [`super::SurvivalFigure`].
    Survival(SurvivalSpec),
    /// [`super::ForestFigure`].
    Forest(ForestSpec),
    /// [`super::ConfusionFigure`] of the comparison.
    Confusion {
        /// `subtype` or `grade`.
        label: String,
    },
    /// [`super::PurityFigure`].
    PurityMap(PuritySpec),
    /// [`super::StripPlot`].
    Strip {
        /// Name of the gene set.
        pathway: String,
        /// Column of the sample sheet.
        groups: String,
    },
}

/// Whose survival is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurvivalSpec {
    /// Column of the time to event or last follow-up.
    pub time: String,
    /// Column that says whether the event happened.
    pub event: String,
    /// The groups.
    pub groups: GroupsOf,
}

/// What a Cox model holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForestSpec {
    /// Column of the time to event or last follow-up.
    pub time: String,
    /// Column that says whether the event happened.
    pub event: String,
    /// Columns that enter it.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Groups that enter it.
    #[serde(default)]
    pub groups: Option<GroupsOf>,
}

/// What is set against the map's components.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PuritySpec {
    /// Column; the best clinical one or the estimate when absent.
    #[serde(default)]
    pub column: Option<String>,
    /// Component, from 1; the one of the first five that follows purity most when absent.
    #[serde(default)]
    pub component: Option<usize>,
}

/// Where groups of tumours come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupsOf {
    /// A column of the sample sheet; numbers are split at their median.
    Column(String),
    /// Clusters of a representation.
    Clusters {
        /// How many.
        k: usize,
        /// Of which.
        of: Of,
    },
    /// The person's own.
    Groups(Grouping),
}

/// Which of the scores of a classification is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreChoice {
    /// Mean recall over classes.
    #[default]
    BalancedAccuracy,
    /// Mean F1 over classes.
    MacroF1,
    /// One against the rest.
    Auroc,
}

impl ScoreChoice {
    /// As the last word of a column's key.
    pub fn word(self) -> &'static str {
        match self {
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::MacroF1 => "macro_f1",
            Self::Auroc => "auroc",
        }
    }
}

/// How samples come to lie in a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapKind {
    /// Principal components.
    Pca,
    /// Uniform manifold approximation.
    Umap,
}

/// Which representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The standardised profile.
    Raw,
    /// The trained embedding.
    Purified,
    /// The closed form.
    Instant,
}

/// What a sample's colour says: one of column, gene, pathway and groups, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColourSpec {
    /// Column of the sample sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Gene by its name in the matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gene: Option<String>,
    /// Gene set by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pathway: Option<String>,
    /// Groups that the person made, one code per tumour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouping: Option<Grouping>,
    /// Whether a gene's or pathway's value is the raw or the purified one; raw when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ValueSource>,
}

/// Where a gene's or a pathway's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// As measured.
    Raw,
    /// After purification.
    Purified,
}

fn many() -> usize {
    25
}

fn purified() -> Of {
    Of::Purified
}

fn a_dozen() -> usize {
    12
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_sends_is_understood() {
        let sent = r#"{"figure":"map","width":640,"height":480,"theme":"dark","kind":"umap","of":"purified",
                       "colour":{"column":"subtype"}}"#;
        let spec: FigureSpec = serde_json::from_str(sent).expect("a map");
        assert_eq!(spec.theme, ThemeName::Dark);
        let FigureKind::Map { kind, colour, window, legend, .. } = spec.figure else { panic!("not a map") };
        assert_eq!((kind, colour.column.as_deref(), window, legend), (MapKind::Umap, Some("subtype"), None, true));
        let loss: FigureSpec = serde_json::from_str(r#"{"figure":"loss","width":1,"height":1}"#).expect("a loss chart");
        assert_eq!((loss.figure, loss.theme), (FigureKind::Loss, ThemeName::Light));
    }

    #[test]
    fn an_unknown_figure_is_refused() {
        assert!(serde_json::from_str::<FigureSpec>(r#"{"figure":"pie","width":1,"height":1}"#).is_err());
    }
}
