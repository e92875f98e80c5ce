use super::*;
use crate::cohort::simulated::{SimulationSettings, simulate};
use crate::figure::{ColourSpec, MapKind, Of, ValueSource};
use crate::figure::{FigureKind, FigureSpec, ThemeName};
use crate::readout::expression::Source;
use crate::session::{Colours, TableSpec};
use crate::twin::{Config, Preset};

/// The closed form of 60 simulated tumours: of 1,000 genes 400 are trained on; one is called as a formula.
fn session() -> Session {
    let settings =
        SimulationSettings { tumours: 60, normals: 20, genes: 1000, seed: 3, ..SimulationSettings::default() };
    let mut cohort = simulate(&settings).expect("a cohort").cohort;
    cohort.matrix.genes[0] = "=1+1".into();
    cohort.matrix.rows[1].iter_mut().for_each(|v| *v = 4.0);
    let mut session = Session { cohort: Some(cohort), ..Session::default() };
    session.run_instant(&Config { genes: 400, ..Config::preset(Preset::Instant) }).expect("the closed form");
    session
}

fn halves(n: usize) -> Grouping {
    Grouping {
        label: "half".into(),
        names: vec!["a".into(), "b".into()],
        codes: (0..n).map(|at| i32::from(at >= n / 2)).collect(),
    }
}

fn request() -> GenesRequest {
    GenesRequest { of: Choice::Instant, groups: halves(60), first: 0, second: Some(1) }
}

#[test]
fn every_measured_gene_is_compared_ordered_searched_and_written() {
    let mut session = session();
    assert_eq!(session.table(TableSpec::GeneDifferences).expect_err("not yet").code(), "not_yet");
    let page = |by, key, search: &str, count| GenesPage { by, key, descending: false, search: search.into(), count };
    let found = session.gene_differences(request()).expect("a comparison");
    assert_eq!((found.genes, found.tested[0], found.tested[1]), (1000, 999, 999), "one does not vary");
    assert!(found.tested[2] == 0 && found.purity.is_some() && found.unadjusted.is_none());
    assert!(session.gene_rows(&page(Values::Purified, GeneKey::P, "", 9)).expect("none yet").is_empty());
    let joined = session.purified_differences().expect("purified values");
    assert!(joined.tested[2] >= 400 && joined.tested[..2] == found.tested[..2]);
    let rows = session.gene_rows(&page(Values::Adjusted, GeneKey::P, "", 50)).expect("rows");
    let p = |row: &GeneRow| row.adjusted.expect("a test").difference.p;
    assert!(rows.len() == 50 && rows.windows(2).all(|pair| p(&pair[0]) <= p(&pair[1])));
    let named = session.gene_rows(&page(Values::Raw, GeneKey::Effect, "=1+", 9)).expect("rows");
    assert_eq!(named.iter().map(|row| (row.row, row.gene.as_str())).collect::<Vec<_>>(), [(0, "=1+1")]);
    let unexplained = session.gene_rows(&page(Values::Raw, GeneKey::P, "", 2000)).expect("rows");
    assert!(unexplained.iter().all(|row| (row.source == Some(Source::NotExplained)) == row.purified.is_none()));
    let csv = session.table(TableSpec::GeneDifferences).expect("CSV");
    let mut piece = |of, at| session.table_piece(of, at).expect("a piece");
    let pieces: Vec<String> = (0..).map_while(|at| piece(TableSpec::GeneDifferences, at)).collect();
    assert_eq!((pieces.len(), pieces.concat() == csv), (2, true));
    assert!(piece(TableSpec::Genes, 0).is_some() && piece(TableSpec::Genes, 1).is_none());
    assert!(
        csv.lines().count() == 1000 && csv.contains(",'=1+1,") && csv.starts_with("column,first,first_n,"),
        "{}",
        &csv[..200]
    );
    let ranked = session.table(TableSpec::GeneRanks { by: Values::Adjusted }).expect("a list");
    let t: Vec<f64> =
        ranked.lines().map(|line| line.split('\t').nth(1).expect("t").parse().expect("a number")).collect();
    assert!(t.len() == 999 && t.windows(2).all(|pair| pair[0] >= pair[1]) && ranked.contains("'=1+1\t"));
    let gene = rows[0].gene.clone();
    for figure in
        [FigureKind::Volcano { by: Values::Adjusted, window: None }, FigureKind::GeneStrip { gene: gene.clone() }]
    {
        let drawn = session.figure_svg(&FigureSpec { width: 640, height: 480, theme: ThemeName::Light, figure });
        assert!(drawn.expect("drawn").contains("<circle"));
    }
    let unknown = FigureKind::GeneStrip { gene: "NOBODY".into() };
    let refused = session.figure_svg(&FigureSpec { width: 640, height: 480, theme: ThemeName::Light, figure: unknown });
    assert_eq!(refused.expect_err("no such gene").code(), "unknown_name");
    // Another strength: what was found is of the one before.
    let before = session.gene_rows(&page(Values::Purified, GeneKey::P, &gene, 1)).expect("rows")[0].purified;
    session.set_strength(Choice::Instant, 5, &[]).expect("a strength");
    assert_eq!(session.gene_rows(&page(Values::Raw, GeneKey::P, "", 1)).expect_err("of before").code(), "not_yet");
    session.gene_differences(request()).expect("a comparison");
    session.purified_differences().expect("purified values");
    let after = session.gene_rows(&page(Values::Purified, GeneKey::P, &gene, 1)).expect("rows");
    assert!(after[0].purified != before || after[0].purified.is_none(), "purified values follow the strength");
    assert_eq!(
        session.gene_differences(GenesRequest { second: Some(0), ..request() }).expect_err("itself").code(),
        "group"
    );
    let short = GenesRequest { groups: halves(59), ..request() };
    assert_eq!(session.gene_differences(short).expect_err("of another cohort").code(), "bad_groups");
}

#[test]
fn one_tumour_of_each_patient_is_compared_and_that_is_said() {
    let mut session = session();
    assert!(session.gene_differences(request()).expect("a comparison").notes.is_empty());
    let cohort = session.cohort.as_mut().expect("a cohort");
    let tumours: Vec<usize> =
        (0..cohort.patients.len()).filter(|&at| cohort.roles.value[at] == crate::cohort::Role::Tumour).collect();
    cohort.patients[tumours[1]] = cohort.patients[tumours[0]].clone();
    session.compared_genes = None;
    let found = session.gene_differences(request()).expect("a comparison");
    assert_eq!((found.sides[0].1, found.sides[1].1, found.notes.len()), (29, 30, 1), "{:?}", found.notes);
    assert_eq!(session.gene_markers(Choice::Instant, &halves(60), 3).expect("markers").notes, found.notes);
}

#[test]
fn markers_are_higher_in_their_group_and_an_axis_has_its_genes() {
    let mut session = session();
    let found = session.gene_markers(Choice::Instant, &halves(60), 5).expect("markers");
    assert_eq!(
        found.rows.iter().map(|row| row.group.as_str()).collect::<Vec<_>>(),
        ["a", "a", "a", "a", "a", "b", "b", "b", "b", "b"]
    );
    assert!(found.adjusted && found.rows.iter().all(|row| row.test.t > 0.0 && row.raw.is_some()));
    let code = |at| if at < 2 { 0 } else { 1 + i32::from(at == 59) };
    let names = ["a", "b", "c"].map(String::from).to_vec();
    let few = Grouping { names, codes: (0..60).map(code).collect(), ..halves(60) };
    let told = session.gene_markers(Choice::Instant, &few, 5).expect("markers");
    assert!(told.left_out.len() == 2 && told.rows.iter().all(|row| row.group == "b"), "{:?}", told.left_out);

    let axes = session.axis_genes(AxesRequest { of: Of::Instant, kind: MapKind::Pca, selection: None }).expect("axes");
    assert_eq!(axes.len(), 2);
    assert!(axes[0].name.starts_with("PC1") && axes[0].read.up.len() == 50 && axes[0].read.up[0].weight > 0.5);
    assert!(axes.iter().all(|axis| axis.read.genes.iter().all(|gene| gene.weight.abs() <= 1.0)));
    let figure = FigureKind::AxisGenes { axis: 1, most: 12 };
    let drawn = session.figure_svg(&FigureSpec { width: 640, height: 480, theme: ThemeName::Light, figure });
    assert!(drawn.expect("drawn").contains(&axes[1].read.up[0].gene));
    // The selected have more of what they were selected by.
    let (gene, members) = most_of(&mut session, 2);
    let selection = Some(members);
    let axes = session.axis_genes(AxesRequest { of: Of::Raw, kind: MapKind::Pca, selection }).expect("axes");
    let place = axes[0].read.genes.iter().position(|row| row.gene == gene).expect("the gene");
    assert!(place < 3, "the gene they were selected by is at {place}");
    let csv = session.table(TableSpec::AxisGenes).expect("CSV");
    assert!(csv.starts_with("axis,gene,r\nthe selection against the rest,"), "{}", &csv[..80]);
    let all = AxesRequest { of: Of::Raw, kind: MapKind::Pca, selection: Some((0..60).collect()) };
    assert_eq!(session.axis_genes(all).expect_err("nobody is left").code(), "too_few");
}

/// A gene and the third of the tumours that have most of it.
fn most_of(session: &mut Session, row: usize) -> (String, Vec<usize>) {
    let expression = session.expression(Choice::Instant).expect("expression");
    let values = expression.raw(row..row + 1);
    let mut order: Vec<usize> = (0..values.ncols()).collect();
    order.sort_by(|&a, &b| values[[0, b]].total_cmp(&values[[0, a]]));
    order.truncate(20);
    (expression.names()[row].clone(), order)
}

/// A map takes a gene's purified values where it has any, trained on or not.
#[test]
fn a_gene_outside_the_training_set_colours_a_map_by_its_purified_values() {
    let mut session = session();
    session.gene_differences(request()).expect("a comparison");
    session.purified_differences().expect("purified values");
    let expression = session.expression(Choice::Instant).expect("expression");
    let of = |source: Source| {
        let row = (0..expression.names().len()).find(|row| expression.gene(*row).source == source).expect("a gene");
        (expression.names()[row].clone(), expression.purified(row..row + 1).row(0).to_vec())
    };
    let ((explained, values), (not, _)) = (of(Source::Ridge), of(Source::NotExplained));
    let spec =
        |gene: &str, source| ColourSpec { gene: Some(gene.into()), source: Some(source), ..ColourSpec::default() };
    let Colours::Number { label, values: shown, .. } =
        session.colour_by(&spec(&explained, ValueSource::Purified)).expect("colours")
    else {
        panic!("numbers")
    };
    assert_eq!((label, shown), (format!("{explained} (purified, log2)"), values));
    assert!(session.colour_by(&spec(&not, ValueSource::Purified)).is_err(), "nothing is invented");
    assert!(session.colour_by(&spec(&not, ValueSource::Raw)).is_ok());
}
