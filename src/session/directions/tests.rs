use super::*;
use crate::cohort::simulated::{SimulationSettings, simulate};
use crate::figure::{ColourSpec, FigureKind, FigureSpec, ThemeName};
use crate::session::{Colours, ESTIMATED, PathwaysSpec, TableSpec};
use crate::twin::{Config, Preset};

/// The closed form of 60 simulated tumours without a purity column; genes named by `name`.
fn session(name: impl Fn(usize, &str) -> String) -> Session {
    let settings =
        SimulationSettings { tumours: 60, normals: 20, genes: 1500, seed: 3, ..SimulationSettings::default() };
    let mut cohort = simulate(&settings).expect("a cohort").cohort;
    cohort.columns.retain(|column| !column.name.contains("purity"));
    let genes = cohort.matrix.genes.iter().enumerate().map(|(at, gene)| name(at, gene)).collect();
    cohort.matrix.genes = genes;
    let mut session = Session { cohort: Some(cohort), ..Session::default() };
    let config = Config { genes: 400, ..Config::preset(Preset::Instant) };
    session.run_instant(&config).expect("the closed form");
    session
}

fn column(session: &mut Session, name: &str) -> Result<Colours, SessionError> {
    session.colour_by(&ColourSpec { column: Some(name.into()), ..ColourSpec::default() })
}

#[test]
fn directions_are_read_coloured_by_drawn_and_written() {
    let mut session = session(|_, gene| gene.to_owned());
    let read = session.read_directions(Choice::Instant, SetsChoice::Hallmark).expect("directions");
    let (directions, positions) = session.directions(Choice::Instant).expect("directions");
    assert_eq!((read.len(), positions.dim()), (directions.len(), (60, directions.len())));
    assert!(!read.is_empty());
    for direction in read.iter() {
        assert!((0.0..=1.0).contains(&direction.variance) && (0.0..=1.0).contains(&direction.shift));
        assert_eq!((direction.genes.len(), direction.up.len()), (400, 20));
        assert!(direction.purity.is_some());
    }
    let total: f64 = read.iter().map(|direction| direction.variance).sum();
    assert!(total <= 1.0 + 1e-6, "orthonormal directions share the variance: {total}");
    let first = positions.column(0).to_vec();
    let Ok(Colours::Number { label, values, .. }) = column(&mut session, &direction_column(1)) else {
        panic!("no numbers")
    };
    assert_eq!((label.as_str(), values), ("contamination direction 1 (estimated)", first));
    assert_eq!(column(&mut session, &direction_column(99)).expect_err("no such").code(), "unknown_name");
    let names: Vec<String> = session.sample_table().expect("a table").columns.into_iter().map(|c| c.name).collect();
    assert!(names.contains(&direction_column(1)) && names.contains(&ESTIMATED[0].to_owned()), "{names:?}");
    let of = Choice::Instant;
    let csv = session.table(TableSpec::DirectionGenes { of }).expect("genes");
    assert_eq!(csv.lines().count(), 1 + 400 * read.len());
    let csv = session.table(TableSpec::DirectionSets { of, sets: SetsChoice::Hallmark }).expect("sets");
    assert!(csv.contains("1,up,HALLMARK_"), "{csv}");
    assert_eq!(session.table(TableSpec::Directions { of }).expect("shares").lines().count(), 1 + read.len());
    let csv = session.table(TableSpec::DirectionPositions { of }).expect("positions");
    assert!(csv.starts_with("sample,direction_1") && csv.lines().count() == 61, "{csv}");
    let figure = FigureKind::Direction { of: Of::Instant, direction: 1, most: 12 };
    let drawn = session.figure_svg(&FigureSpec { width: 640, height: 480, theme: ThemeName::Light, figure });
    assert!(drawn.expect("drawn").contains(&read[0].up[0].gene));
    assert!(
        session.loadings_figure(Of::Instant, 0, 12).is_err() && session.loadings_figure(Of::Instant, 99, 12).is_err()
    );
    assert_eq!(
        session.read_directions(Choice::Purified, SetsChoice::Hallmark).expect_err("untrained").code(),
        "not_yet"
    );
}

#[test]
fn without_a_column_the_stand_in_is_purity_and_without_markers_nothing_is() {
    let mut known = session(|_, gene| gene.to_owned());
    let (name, purity) = known.purity(Choice::Instant).expect("a stand-in");
    assert_eq!((name.as_str(), purity.len()), (ESTIMATED[0], 60));
    assert_eq!(known.purity_taken(Choice::Instant).expect("a name"), ESTIMATED[0]);
    let Ok(Colours::Number { label, .. }) = column(&mut known, "tumour fraction (estimated)") else {
        panic!("the earlier name is not known")
    };
    assert_eq!(label, ESTIMATED[3]);

    // Half the names stay, so that there are sets; no marker does.
    let markers: Vec<String> = crate::readout::markers::marker_sets().into_iter().flat_map(|set| set.genes).collect();
    let mut unknown =
        session(|at, gene| if markers.iter().any(|m| m == gene) { format!("X{at}") } else { gene.to_owned() });
    assert_eq!(unknown.purity(Choice::Instant).expect_err("nothing").code(), "no_estimate");
    let said = unknown.purity_taken(Choice::Instant).expect("a sentence");
    assert!(
        said.starts_with("none, for the sample sheet has no purity column. Nothing stands for purity here"),
        "{said}"
    );
    let spec = PathwaysSpec { of: Choice::Instant, ..PathwaysSpec::default() };
    let pathways = unknown.pathways(spec).expect("pathways all the same");
    assert!(pathways.table.iter().all(|row| row.raw_purity.is_none() && row.purified_purity.is_none()));
    assert_eq!(column(&mut unknown, ESTIMATED[0]).expect_err("nothing").code(), "no_estimate");
    assert!(column(&mut unknown, ESTIMATED[3]).is_ok(), "the position needs no markers");
    let read = unknown.read_directions(Choice::Instant, SetsChoice::Hallmark).expect("directions");
    assert!(read.iter().all(|direction| direction.purity.is_none() && direction.immune.is_none()));
}
