//! Figures and tables of a run, as files.

use twinpurify::cohort::{ColumnKind, Role};
use twinpurify::figure::{ColourSpec, FigureKind, FigureSpec, MapKind, Of, ThemeName};
use twinpurify::readout::Grouping;
use twinpurify::readout::differences::Differences;
use twinpurify::readout::gene_differences::Values;
use twinpurify::readout::two_groups::GroupTest;
use twinpurify::session::tables::differences as differences_csv;
use twinpurify::session::{Choice, DifferencesRequest, PathwaysSpec, Session, SetsChoice, TableSpec};

use super::output::OutputFolder;
use super::{Failure, note};

/// Pixels of every figure but the heat map.
const SIZE: (u32, u32) = (720, 540);
/// Pixels of the heat map: its sets need room for their names.
const HEAT_MAP_SIZE: (u32, u32) = (1100, 900);

/// Pixels of a comparison of groups: 25 sets with their names.
const DIFFERENCES_SIZE: (u32, u32) = (860, 760);

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

/// The embedding, its maps, the genes and the estimates of purity as tables.
pub fn write_tables(session: &mut Session, of: Of, out: &OutputFolder) -> Result<(), Failure> {
    out.write("embedding.csv", session.table(TableSpec::Embedding { of })?)?;
    out.write("genes.csv", session.table(TableSpec::Genes)?)?;
    out.write("purity.csv", session.table(TableSpec::Purity)?)?;
    let choice = if of == Of::Instant { Choice::Instant } else { Choice::Purified };
    let directions = session.directions(choice).map_or(0, |(found, _)| found.len());
    if directions > 0 {
        out.write("directions.csv", session.table(TableSpec::Directions { of: choice })?)?;
        out.write("direction_genes.csv", session.table(TableSpec::DirectionGenes { of: choice })?)?;
        let sets = TableSpec::DirectionSets { of: choice, sets: SetsChoice::Hallmark };
        out.write("direction_sets.csv", session.table(sets)?)?;
        out.write("direction_positions.csv", session.table(TableSpec::DirectionPositions { of: choice })?)?;
    }
    for direction in 1..=directions {
        let figure = FigureKind::Direction { of, direction, most: 12 };
        out.write(&format!("direction_{direction}.svg"), session.figure_svg(&spec(SIZE, figure))?)?;
    }
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

/// The two groups that are named, or the only two; none where there are more and none is named.
pub fn named_pair(groups: &Grouping, named: &[String]) -> Result<Option<(usize, usize)>, Failure> {
    let place = |name: &String| {
        let missing = || {
            Failure::Refused(format!("The column has no such group; it has {}. ({name:?})", groups.names.join(", ")))
        };
        groups.names.iter().position(|known| known == name).ok_or_else(missing)
    };
    match named {
        [] if groups.names.len() == 2 => Ok(Some((0, 1))),
        [] => Ok(None),
        [first, second] => Ok(Some((place(first)?, place(second)?))),
        _ => Err(Failure::Refused("--groups takes two groups with a comma between.".into())),
    }
}

/// The genes compared last as a volcano plot.
pub fn write_volcano(session: &mut Session, by: Values, out: &OutputFolder) -> Result<(), Failure> {
    out.write("genes_volcano.svg", session.figure_svg(&spec(SIZE, FigureKind::Volcano { by, window: None }))?)
}

/// Every comparison of a column's groups as one table, and a figure of each; what was found, in a sentence.
pub fn write_differences(
    session: &mut Session,
    pathways: PathwaysSpec,
    column: &str,
    named: &[String],
    test: GroupTest,
    out: &OutputFolder,
) -> Result<String, Failure> {
    let groups = session.grouping(column)?;
    let pairs: Vec<(usize, Option<usize>)> = match named_pair(&groups, named)? {
        Some((first, second)) => vec![(first, Some(second))],
        None => (0..groups.names.len()).map(|first| (first, None)).collect(),
    };
    let (mut tables, mut refused) = (Vec::new(), Vec::new());
    for (first, second) in pairs {
        let request = DifferencesRequest { pathways, groups: groups.clone(), first, second, test };
        match session.differences(request) {
            Ok(found) => {
                let figure = FigureKind::Differences { most: 25 };
                let name = format!("pathways_groups_{}.svg", tables.len() + 1);
                out.write(&name, session.figure_svg(&spec(DIFFERENCES_SIZE, figure))?)?;
                tables.push(found);
            }
            // One small group among many is left out; where nothing is left, that is the answer.
            Err(error) => refused.push(error),
        }
    }
    if let (true, Some(_)) = (tables.is_empty(), refused.first()) {
        return Err(refused.swap_remove(0).into());
    }
    refused.iter().for_each(note);
    let of: Vec<&Differences> = tables.iter().map(|found| &**found).collect();
    // The same of every pair, or nearly: once is enough.
    of.iter().flat_map(|found| &found.notes).take(1).for_each(note);
    out.write("pathways_groups.csv", differences_csv(&of))?;
    let found = of.iter().flat_map(|d| &d.rows).filter(|row| row.purified.is_some_and(|d| d.fdr < 0.05)).count();
    Ok(format!("{} of groups by {column}: {found} purified differences under an FDR of 5 %. ", counted(of.len())))
}

fn counted(comparisons: usize) -> String {
    format!("{comparisons} {}", if comparisons == 1 { "comparison" } else { "comparisons" })
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
    let figure = FigureKind::HeatMap { groups: column.map(str::to_owned), annotations: vec![] };
    out.write("heat_map.svg", session.figure_svg(&spec(HEAT_MAP_SIZE, figure))?)
}
