//! Purified expression of every measured gene, against the simulator's tumour cells, which are known.
#![cfg(feature = "cpu")]

use twinpurify::cohort::simulated::{SimulationSettings, simulate};
use twinpurify::readout::correlation::pearson;
use twinpurify::readout::expression::Source;
use twinpurify::session::{Choice, ExpressionMatrices, ExpressionScale, ExpressionSpec, ExpressionText, Session};
use twinpurify::twin::{Config, Preset};

const SETTINGS: SimulationSettings = SimulationSettings {
    tumours: 120,
    normals: 30,
    genes: 1200,
    seed: 7,
    mismatch: 0.5,
    unseen_normals: 0,
    second_biopsies: false,
};

/// The matrix without one normal's value of every other gene: such genes are never trained on, however variable they are.
fn half_held_out(matrix: &str) -> String {
    let line = |(at, line): (usize, &str)| match (at % 2, line.rsplit_once('\t')) {
        (0, Some((rest, _))) if at > 0 => format!("{rest}\tNA\n"),
        _ => format!("{line}\n"),
    };
    matrix.lines().enumerate().map(line).collect()
}

fn open(settings: &SimulationSettings, half: bool) -> Session {
    let mut session = Session::default();
    let cohort = simulate(settings).expect("a cohort");
    let matrix = cohort.expression_tsv();
    let matrix = if half { half_held_out(&matrix) } else { matrix };
    for (name, text) in [("expression.tsv", matrix), ("samples.tsv", cohort.samples_tsv())] {
        let handle = session.begin_file(name);
        session.push_chunk(handle, text.as_bytes()).expect("read");
        session.end_file(handle).expect("read");
    }
    session
}

/// The whole expression file of the closed form as text.
fn text(session: &mut Session, text: ExpressionText, scale: ExpressionScale) -> String {
    session.begin_expression(ExpressionSpec { of: Choice::Instant, scale }).expect("a beginning");
    let mut file = String::new();
    while let Some((piece, _)) = session.next_expression_text(text).expect("a piece") {
        file += &piece;
    }
    file
}

fn train(session: &mut Session, config: Config) {
    let plan = session.begin_training(&config).expect("a run");
    session.step(plan.steps).expect("steps");
    session.finish_training().expect("a verdict");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A gene's correlations over the tumours with the tumour cells alone.
struct Near {
    source: Source,
    r2: f64,
    raw: f64,
    purified: f64,
}

fn nearness(session: &mut Session, of: Choice) -> Vec<Near> {
    let truth = simulate(&SETTINGS).expect("a cohort").truth.tumour_cells;
    let expression = session.expression(of).expect("expression");
    assert_eq!(expression.tumours(), truth.samples);
    assert_eq!(expression.names(), truth.genes);
    let mut found = Vec::new();
    expression
        .blocks(|first, raw, purified| {
            for at in 0..raw.nrows() {
                let gene = expression.gene(first + at);
                let wide = |v: &f32| f64::from(*v);
                let known: Vec<f64> = truth.rows[first + at].iter().map(wide).collect();
                let with = |values: &ndarray::Array2<f32>| {
                    pearson(&values.row(at).iter().map(wide).collect::<Vec<_>>(), &known)
                };
                if let (true, Some(raw), Some(purified)) = (gene.explained(), with(raw), with(purified)) {
                    found.push(Near { source: gene.source, r2: gene.r2, raw, purified });
                }
            }
            Ok::<(), ()>(())
        })
        .expect("no end");
    found
}

/// Medians over genes of at least this R²: how many, raw, purified.
fn medians(genes: &[Near], source: Source, r2: f64) -> (usize, f64, f64) {
    let chosen: Vec<&Near> = genes.iter().filter(|gene| gene.source == source && gene.r2 >= r2).collect();
    (chosen.len(), median(chosen.iter().map(|g| g.raw).collect()), median(chosen.iter().map(|g| g.purified).collect()))
}

#[test]
fn purified_genes_are_nearer_to_the_tumour_cells_than_raw_ones() {
    // Every other gene is held out, however variable it is: and then only those that vary least.
    for half in [true, false] {
        let mut session = open(&SETTINGS, half);
        train(&mut session, Config { genes: if half { 0 } else { 600 }, ..Config::default() });
        for strength in 0..=5 {
            session.set_strength(Choice::Purified, strength, &[]).expect("a strength");
            let genes = nearness(&mut session, Choice::Purified);
            println!(
                "strength {strength}, every other gene held out: {half}; correlation with the tumour cells, median"
            );
            for source in [Source::Training, Source::Ridge] {
                for least in [f64::MIN, 0.4] {
                    let (n, raw, purified) = medians(&genes, source, least);
                    println!("  {n} genes, {}, R² ≥ {least:.1e}: raw {raw:.3} purified {purified:.3}", source.word());
                    if strength == 3 {
                        assert!(purified > raw, "{half} {source:?}: raw {raw}, purified {purified}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_file_has_every_gene_once_on_the_scale_that_was_asked_for() {
    let settings = SimulationSettings { tumours: 30, normals: 12, genes: 300, ..SETTINGS };
    let mut session = open(&settings, false);
    session.run_instant(&Config { genes: 150, ..Config::preset(Preset::Instant) }).expect("the closed form");
    let log = text(&mut session, ExpressionText::Tsv, ExpressionScale::Log2);
    let linear = text(&mut session, ExpressionText::Tsv, ExpressionScale::Linear);
    assert_eq!(log, text(&mut session, ExpressionText::Tsv, ExpressionScale::Log2), "the same bytes again");
    let lines: Vec<Vec<&str>> = log.lines().map(|line| line.split('\t').collect()).collect();
    assert!(lines.iter().all(|line| line.len() == 31) && lines.len() == 301 && lines[0][0] == "gene");
    for (log, linear) in lines[1..].iter().zip(linear.lines().skip(1)) {
        for (log, level) in log[1..].iter().zip(linear.split('\t').skip(1)) {
            assert_eq!(log.is_empty(), level.is_empty());
            if let (Ok(log), Ok(level)) = (log.parse::<f64>(), level.parse::<f64>()) {
                assert!(
                    level >= 0.0 && (level - (log.exp2() - 1.0).max(0.0)).abs() < 1e-4 * (1.0 + level),
                    "{log} {level}"
                );
            }
        }
    }
    let gct = text(&mut session, ExpressionText::Gct, ExpressionScale::Log2);
    let mut lines = gct.lines();
    assert_eq!(lines.next(), Some("#1.3"));
    let sizes: Vec<usize> = lines.next().expect("sizes").split('\t').map(|v| v.parse().expect("a number")).collect();
    assert_eq!((sizes[0], sizes[1], sizes[2]), (300, 30, 2));
    assert_eq!(gct.lines().count(), 3 + sizes[3] + 300);
    assert!(gct.lines().skip(2).all(|line| line.split('\t').count() == 33));
}

/// Parquet is written tumour by tumour and text gene by gene.
#[cfg(feature = "containers")]
#[test]
fn parquet_is_one_group_of_rows_and_holds_what_the_text_does() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    use twinpurify::container::written::ParquetFile;

    let settings = SimulationSettings { tumours: 37, normals: 12, genes: 300, ..SETTINGS };
    let mut session = Session::default();
    let cohort = simulate(&settings).expect("a cohort");
    // The second tumour misses every seventh gene.
    let missing = |(at, line): (usize, &str)| {
        let mut cells: Vec<&str> = line.split('\t').collect();
        if at % 7 == 3 {
            cells[2] = "NA";
        }
        cells.join("\t") + "\n"
    };
    let matrix: String = cohort.expression_tsv().lines().enumerate().map(missing).collect();
    for (name, text) in [("expression.tsv", matrix), ("samples.tsv", cohort.samples_tsv())] {
        let handle = session.begin_file(name);
        session.push_chunk(handle, text.as_bytes()).expect("read");
        session.end_file(handle).expect("read");
    }
    session.run_instant(&Config { genes: 150, ..Config::preset(Preset::Instant) }).expect("the closed form");
    for scale in [ExpressionScale::Log2, ExpressionScale::Linear] {
        let spec = ExpressionSpec { of: Choice::Instant, scale };
        let text = text(&mut session, ExpressionText::Tsv, scale);
        let about = session.begin_expression(spec).expect("a beginning").clone();
        let mut bytes = Vec::new();
        let mut file = ParquetFile::begin(&mut bytes, &about).expect("begun");
        let mut shares = vec![0.0];
        while let Some((block, done)) = session.next_expression_tumours(ExpressionMatrices::Purified).expect("tumours")
        {
            shares.push(done);
            file.push(block.values.as_slice().expect("row by row")).expect("written");
        }
        file.finish().expect("written");
        assert!(shares.len() > 3 && shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");

        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("Parquet");
        assert_eq!((reader.num_row_groups(), reader.metadata().file_metadata().num_rows()), (1, 300));
        let mut rows = reader.get_row_iter(None).expect("rows");
        let mut nulls = 0;
        for (line, row) in text.lines().skip(1).zip(&mut rows) {
            let row = row.expect("a row");
            let fields = row.get_column_iter().map(|(_, field)| field);
            for (cell, field) in line.split('\t').zip(fields) {
                match field {
                    Field::Str(gene) => assert_eq!(gene, cell),
                    Field::Float(value) => assert_eq!(value.to_bits(), cell.parse::<f32>().expect(cell).to_bits()),
                    Field::Null => assert_eq!(cell, ""),
                    other => panic!("{other}"),
                }
                nulls += usize::from(*field == Field::Null);
            }
        }
        assert!(rows.next().is_none() && nulls > 30, "{nulls}");
        let mut columns: Vec<&str> =
            reader.metadata().file_metadata().schema().get_fields().iter().map(|f| f.name()).collect();
        assert_eq!(columns.remove(0), "gene");
        assert_eq!(columns, about.samples);
    }
    let about = session.begin_expression(ExpressionSpec { of: Choice::Instant, ..ExpressionSpec::default() });
    let about = about.expect("a beginning").clone();
    let mut file = ParquetFile::begin(std::io::sink(), &about).expect("begun");
    assert!(file.push(&[1.0; 7]).is_err(), "a sample of fewer genes");
    let file = ParquetFile::begin(std::io::sink(), &about).expect("begun");
    assert!(file.finish().is_err(), "no sample is in");
}

/// AnnData is written tumour by tumour, all raw values before all purified ones.
#[cfg(feature = "containers")]
#[test]
fn anndata_holds_raw_and_purified_values_as_the_text_does() {
    use hdf5_pure::File;
    use twinpurify::container::written::{About, AnnDataFile};

    let settings = SimulationSettings { tumours: 37, normals: 12, genes: 300, ..SETTINGS };
    let mut session = open(&settings, true);
    session.run_instant(&Config { genes: 150, ..Config::preset(Preset::Instant) }).expect("the closed form");
    for scale in [ExpressionScale::Log2, ExpressionScale::Linear] {
        let spec = ExpressionSpec { of: Choice::Instant, scale };
        let text = text(&mut session, ExpressionText::Tsv, scale);
        let about = session.begin_expression(spec).expect("a beginning").clone();
        let beside = session.expression_beside(Choice::Instant).expect("maps");
        let mut file = AnnDataFile::begin(Vec::new(), &about, &beside).expect("begun");
        let (mut shares, mut firsts) = (vec![0.0], Vec::new());
        let matrices = ExpressionMatrices::RawAndPurified;
        while let Some((block, done)) = session.next_expression_tumours(matrices).expect("tumours") {
            shares.push(done);
            firsts.push(block.first);
            file.push(block.values.as_slice().expect("row by row")).expect("written");
        }
        assert!(file.push(&[1.0]).is_err(), "a value more");
        let file = File::from_bytes(file.finish().expect("written")).expect("HDF5");
        assert_eq!(firsts, [0, 16, 32, 0, 16, 32]);
        assert!(shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");

        let matrix = |name: &str| {
            let dataset = file.dataset(name).expect("a matrix");
            assert_eq!(dataset.shape().expect("a shape"), [37, 300]);
            dataset.read_f32().expect("values")
        };
        let (raw, purified) = (matrix("X"), matrix("layers/purified"));
        for (gene, line) in text.lines().skip(1).enumerate() {
            for (tumour, cell) in line.split('\t').skip(1).enumerate() {
                let value = purified[300 * tumour + gene];
                assert!(
                    cell.parse::<f32>().map_or(value.is_nan(), |cell| cell.to_bits() == value.to_bits()),
                    "{cell} {value}"
                );
            }
        }
        if scale == ExpressionScale::Log2 {
            let known = session.expression(Choice::Instant).expect("expression").raw(0..300);
            assert!(known.t().iter().zip(&raw).all(|(known, raw)| known.to_bits() == raw.to_bits()));
        }
        assert_eq!(file.dataset("var/_index").expect("genes").read_string().expect("names"), about.genes);
        assert_eq!(file.dataset("obs/_index").expect("samples").read_string().expect("names"), about.samples);
        assert_eq!(file.dataset("obsm/X_pca").expect("a map").read_f32().expect("values"), beside[0].2);
    }
    let about = session.begin_expression(ExpressionSpec { of: Choice::Instant, ..ExpressionSpec::default() });
    let about = about.expect("a beginning").clone();
    assert!(AnnDataFile::begin(Vec::new(), &about, &[]).expect("begun").finish().is_err(), "no value is in");
    // Without a gene, and without a tumour.
    let no_gene = About { genes: Vec::new(), sources: Vec::new(), r2: Vec::new(), ..about.clone() };
    for (about, shape) in [(no_gene, [37, 0]), (About { genes: about.genes, ..About::default() }, [0, 300])] {
        let bytes = AnnDataFile::begin(Vec::new(), &about, &[]).expect("begun").finish().expect("written");
        let file = File::from_bytes(bytes).expect("HDF5");
        for name in ["X", "layers/purified"] {
            assert_eq!(file.dataset(name).expect("a matrix").shape().expect("a shape"), shape);
        }
    }
}
