//! One person's work: the files they opened, the cohort they make, the run, the model and what is read from it; and
//! what is saved of it. The page's engine and the command line are two doors to this.

mod error;
pub mod tables;

mod colours;
mod containers;
mod directions;
mod estimates;
mod evidence;
mod explorer;
mod exports;
mod expression;
mod figures;
mod files;
mod fitted;
mod genes;
mod groups;
mod keeping;
mod outcomes;
mod patients;
mod provenance;
mod quality;
mod readouts;
mod saved;
mod shares;
mod strength;
mod training;
mod transfer;

pub use error::SessionError;

#[cfg(feature = "containers")]
pub use self::containers::{Refused, Unpacked};

pub use self::{
    colours::Colours,
    directions::direction_column,
    estimates::{ESTIMATED, Estimates},
    evidence::{ComparisonRequest, NamedConfig, measures_figure},
    explorer::Nearest,
    exports::TableSpec,
    expression::{ExpressionMatrices, ExpressionScale, ExpressionSpec, ExpressionText, TumourBlock},
    files::SampleTable,
    genes::{AxesRequest, AxisGenes, GeneKey, GeneRow, GenesFound, GenesPage, GenesRequest, Marker, Markers},
    groups::DifferencesRequest,
    keeping::{OpenedSession, Revived, SaveOptions},
    outcomes::{Hazards, PurityOnMap, SurvivalByGroup, confusion_figure},
    provenance::{ChosenRoles, InputFile, RUN_FORMAT, RolesByColumn, RunRecord, Tally},
    readouts::{Choice, EmbeddingTable, MapTable, PathwayGenes, PathwaysSpec, SetsChoice},
    saved::{SESSION_FORMAT, SESSION_VERSION, Saved, SavedModel, SessionFileError},
    strength::Strength,
    training::{Plan, PresetDescription, Resolved, TrainingNumbers, Verdict, presets},
    transfer::{Opened, TransferReport},
};

use fitted::Fitted;

use std::collections::BTreeMap;
use std::rc::Rc;

use ndarray::Array2;

use crate::{
    cohort::{Cohort, Corrections, GeneMap, GeneSet, OpenedFile, Role, quality::Quality},
    comparison::Comparison,
    figure::{HeatMap, MapKind, Of},
    readout::pathways::Pathways,
    training_set::{Selection, TrainingSet},
    twin::{Progress, Trainer},
};

/// Everything one person has open. Lives in one worker (or one process), on the CPU device.
#[derive(Default)]
pub struct Session {
    readers: BTreeMap<u32, provenance::Incoming>,
    next_reader: u32,
    files: Vec<OpenedFile>,
    /// What was read, and from it made: digests of [`Self::files`] and of what lies beside them.
    inputs: Vec<InputFile>,
    /// That of the run at hand.
    engine: Option<String>,
    simulated: bool,
    corrections: Corrections,
    /// Roles chosen by a column: the column, its tumour words, its normal words.
    role_choice: Option<(String, Option<Vec<String>>, Vec<String>)>,
    /// Roles chosen sample by sample, the latest last.
    picked: Vec<(String, Role)>,
    quality: Option<Rc<Quality>>,
    cohort: Option<Cohort>,
    /// The newest training set, kept while its selection is asked for again.
    prepared: Option<(Selection, Rc<TrainingSet>)>,
    run: Option<Run>,
    trained: Option<Fitted>,
    instant: Option<Fitted>,
    history: Vec<Progress>,
    live: Option<Array2<f32>>,
    own_sets: Vec<GeneSet>,
    gene_map: Option<GeneMap>,
    maps: BTreeMap<(MapKind, Of), MapTable>,
    pathways: Option<(PathwaysSpec, Rc<Pathways>)>,
    heat_map: Option<(PathwaysSpec, HeatMap)>,
    comparison: Option<Comparison>,
    /// A session file, until its cohort stands beside it.
    kept: Option<Box<Saved>>,
    compared: Option<groups::Compared>,
    compared_genes: Option<genes::ComparedGenes>,
    read_axes: Option<genes::ReadAxes>,
    read_directions: Option<directions::ReadDirections>,
    writing: Option<expression::Writing>,
    /// Made for this training set.
    estimates: Option<(Rc<TrainingSet>, Rc<Estimates>)>,
}

/// A run in progress on this engine.
struct Run {
    trainer: Trainer,
    set: Rc<TrainingSet>,
}

/// The CPU device's futures are ready when they are made, so this never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}
