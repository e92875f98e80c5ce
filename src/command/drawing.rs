//! Figures and tables of a run, as files.

use twinpurify::cohort::{ColumnKind, Role};
use twinpurify::figure::{ColourSpec, FigureKind, FigureSpec, MapKind, Of, ThemeName};
use twinpurify::session::{Choice, PathwaysSpec, Session, TableSpec};

use super::output::OutputFolder;
use super::{Failure, note};

/// Pixels of every figure but the heat map.
const SIZE: (u32, u32) = (720, 540);
/// Pixels of the heat map: its sets need room for their names.
const HEAT_MAP_SIZE: (u32, u32) = (1100, 900);

/// Column names by which groups are most worth seeing, the most telling first.
const TELLING: [&[&str]; 2] = [&["subtype", "pam50", "cluster", "msi"], &["grade", "stage", "histolog"]];

fn spec(size: (u32, u32), figure: FigureKind) -> FigureSpec {
    FigureSpec { width: size.0, height: size.1, theme: ThemeName::Light, figure }
}

/// The category column that colours the maps: one that varies among the tumours, a subtype before a grade before any
/// other.
pub fn telling_column(session: &mut Session) -> Result<Option<String>, Failure> {
    let cohort = session.cohort()?;
    let roles = &cohort.roles.value;
    let varies = |values: &[Option<String>]| {
        let mut seen =
            values.iter().zip(roles).filter(|(_, role)| **role == Role::Tumour).filter_map(|(v, _)| v.as_ref());
        seen.next().is_some_and(|first| seen.any(|value| value != first))
    };
    let candidates: Vec<&str> = cohort
        .columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Category && varies(&column.values))
        .map(|column| column.name.as_str())
        .collect();
    let named = |words: &[&str]| candidates.iter().find(|name| words.iter().any(|w| name.to_lowercase().contains(w)));
    let best = TELLING.iter().find_map(|words| named(words)).or(candidates.first());
    Ok(best.map(|name| (*name).to_owned()))
}

/// The embedding, its maps and the genes as tables.
pub fn write_tables(session: &mut Session, of: Of, out: &OutputFolder) -> Result<(), Failure> {
    out.write("embedding.csv", session.table(TableSpec::Embedding { of })?)?;
    out.write("genes.csv", session.table(TableSpec::Genes)?)?;
    out.write("map_pca.csv", session.table(TableSpec::MapPca { of })?)?;
    out.write("map_umap.csv", session.table(TableSpec::MapUmap { of })?)
}

/// Raw and purified maps.
pub fn write_maps(session: &mut Session, of: Of, column: Option<&str>, out: &OutputFolder) -> Result<(), Failure> {
    let colour = ColourSpec { column: column.map(str::to_owned), ..ColourSpec::default() };
    for (kind, kind_name) in [(MapKind::Pca, "pca"), (MapKind::Umap, "umap")] {
        for (of, of_name) in [(Of::Raw, "raw"), (of, "purified")] {
            let figure = FigureKind::Map { kind, of, colour: colour.clone(), window: None, legend: true };
            out.write(&format!("map_{kind_name}_{of_name}.svg"), session.figure_svg(&spec(SIZE, figure))?)?;
        }
    }
    Ok(())
}

/// Raw and purified maps of one kind, uncoloured, where the session holds them.
pub fn write_maps_of(session: &mut Session, kind: MapKind, of: Of, out: &OutputFolder) -> Result<(), Failure> {
    let kind_name = if kind == MapKind::Pca { "pca" } else { "umap" };
    for (of, of_name) in [(Of::Raw, "raw"), (of, "purified")] {
        if session.map(kind, of).is_ok() {
            let figure = FigureKind::Map { kind, of, colour: ColourSpec::default(), window: None, legend: true };
            out.write(&format!("map_{kind_name}_{of_name}.svg"), session.figure_svg(&spec(SIZE, figure))?)?;
        }
    }
    Ok(())
}

/// The loss as table and figure.
pub fn write_losses(session: &mut Session, out: &OutputFolder) -> Result<(), Failure> {
    out.write("loss.csv", session.table(TableSpec::Loss)?)?;
    out.write("loss.svg", session.figure_svg(&spec(SIZE, FigureKind::Loss))?)
}

/// Raw and purified pathway scores and what purification changed.
pub fn write_pathways(session: &mut Session, pathways: PathwaysSpec, out: &OutputFolder) -> Result<(), Failure> {
    session.pathways(pathways)?;
    out.write("pathways_raw.csv", session.table(TableSpec::PathwaysRaw)?)?;
    out.write("pathways_purified.csv", session.table(TableSpec::PathwaysPurified)?)?;
    out.write("pathways_change.csv", session.table(TableSpec::PathwaysChange)?)
}

/// As [`write_pathways`] with a heat map, at the end of a run: gene ids that no set knows cost the pathways, not the run.
pub fn write_run_pathways(
    session: &mut Session,
    of: Choice,
    column: Option<&str>,
    out: &OutputFolder,
) -> Result<(), Failure> {
    let pathways = PathwaysSpec { of, ..PathwaysSpec::default() };
    if let Err(error) = session.pathways(pathways) {
        note(format_args!("No pathways were written. {error}"));
        return out.clear(&["pathways_raw.csv", "pathways_purified.csv", "pathways_change.csv", "heat_map.svg"]);
    }
    write_pathways(session, pathways, out)?;
    let figure = FigureKind::HeatMap { groups: column.map(str::to_owned) };
    out.write("heat_map.svg", session.figure_svg(&spec(HEAT_MAP_SIZE, figure))?)
}
