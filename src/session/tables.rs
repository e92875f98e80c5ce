//! Tables for other programs: CSV (RFC 4180, UTF-8, a header row, `\n` line ends).
//!
//! - **Numbers** are written with as many digits as bring back the same `f32` (Rust's shortest form, a decimal point,
//!   no thousands mark). What is missing or not finite is an empty cell: `NaN` is text to a spreadsheet and `NA` is
//!   a gene to some.
//! - **Text** (sample names, categories, gene and set names) comes from a stranger's file and may be opened in a
//!   spreadsheet, where a cell that begins with `=`, `+`, `@` or `-` (or their wide forms) is a formula. Such a cell,
//!   and one that begins with a tab or a line end, gets a leading apostrophe `'` (OWASP, CSV injection), unless all of it is a
//!   number such as `-0.5`. To read such a name back, drop the apostrophe.

use std::borrow::Cow;

use crate::readout::directions::{Direction, GeneWeight, Sense};

pub(super) mod expression;
pub mod genes;
mod outcomes;

pub use expression::expression_genes;
pub use outcomes::{confusion, hazards, survival};

/// A clinical column beside a map: one entry per sample, `None` where missing.
#[derive(Clone, Copy, Debug)]
pub struct ClinicalColumn<'a> {
    /// Header of the column.
    pub name: &'a str,
    /// One entry per sample.
    pub values: &'a [Option<String>],
}

/// One row of the pathway change table: what purification did to one gene set.
#[derive(Clone, Debug, PartialEq)]
pub struct PathwayChangeRow {
    /// The gene set.
    pub set: String,
    /// How many of its genes the cohort has.
    pub found: usize,
    /// How many genes it has.
    pub size: usize,
    /// 1 − Spearman's ρ between raw and purified scores ([`crate::readout::pathways::PathwayChange`]).
    pub change: f32,
    /// Spearman correlation of the raw score with purity.
    pub raw_purity: f32,
    /// Spearman correlation of the purified score with purity.
    pub purified_purity: f32,
    /// Correlation of the raw with the purified score.
    pub correlation: f32,
}

/// One logged training step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossRow {
    /// Step, counted from 1.
    pub step: usize,
    /// The whole loss, `L_BT / D + ρ L_rec`.
    pub total: f32,
    /// `Σ (1 − C_ii)²`.
    pub on_diagonal: f32,
    /// `Σ C_ij²`, i ≠ j.
    pub off_diagonal: f32,
    /// `L_rec`; `None` when the run has no decoder.
    pub reconstruction: Option<f32>,
}

/// Embedding: `sample, d1 … dd`; `values` are samples × `dimensions`, row by row.
pub fn embedding(samples: &[String], dimensions: usize, values: &[f32]) -> String {
    let names: Vec<String> = (1..=dimensions).map(|dimension| format!("d{dimension}")).collect();
    scores(samples, &names, values)
}

/// Map: `sample, x, y`, then every clinical column; `points` are samples × 2, row by row.
///
/// The axes' headers are the caller's (`PC1`, `UMAP 2`).
pub fn map(samples: &[String], axes: [&str; 2], points: &[f32], clinical: &[ClinicalColumn]) -> String {
    let header = ["sample", axes[0], axes[1]].into_iter().chain(clinical.iter().map(|column| column.name));
    let rows = samples.iter().zip(points.chunks_exact(2)).enumerate().map(|(index, (sample, point))| {
        let of_sample = clinical
            .iter()
            .map(move |column| text(column.values.get(index).and_then(Option::as_deref).unwrap_or_default()));
        std::iter::once(text(sample)).chain(point.iter().map(|&value| number(value))).chain(of_sample)
    });
    table(header, rows)
}

/// Scores: `sample`, then one column per set (or dimension); `values` are samples × sets, row by row.
pub fn scores(samples: &[String], sets: &[String], values: &[f32]) -> String {
    let header = std::iter::once("sample").chain(sets.iter().map(String::as_str));
    let rows = samples.iter().enumerate().map(|(index, sample)| {
        let from = index.saturating_mul(sets.len());
        let row = values.get(from..from.saturating_add(sets.len())).unwrap_or_default();
        std::iter::once(text(sample)).chain(row.iter().map(|&value| number(value)))
    });
    table(header, rows)
}

/// Pathway change: `set, found, size, change, raw_purity, purified_purity, correlation`.
pub fn pathway_changes(rows: &[PathwayChangeRow]) -> String {
    let header = ["set", "found", "size", "change", "raw_purity", "purified_purity", "correlation"];
    let rows = rows.iter().map(|row| {
        [
            text(&row.set),
            row.found.to_string().into(),
            row.size.to_string().into(),
            number(row.change),
            number(row.raw_purity),
            number(row.purified_purity),
            number(row.correlation),
        ]
    });
    table(header, rows)
}

/// Loss history: `step, total, on_diagonal, off_diagonal, reconstruction`.
pub fn loss_history(rows: &[LossRow]) -> String {
    let header = ["step", "total", "on_diagonal", "off_diagonal", "reconstruction"];
    let rows = rows.iter().map(|row| {
        [
            row.step.to_string().into(),
            number(row.total),
            number(row.on_diagonal),
            number(row.off_diagonal),
            row.reconstruction.map(number).unwrap_or_default(),
        ]
    });
    table(header, rows)
}

/// Genes the model was trained on: `gene, mean, deviation`, in the model's order.
pub fn genes(names: &[String], mean: &[f32], deviation: &[f32]) -> String {
    let moments = mean.iter().zip(deviation);
    let rows =
        names.iter().zip(moments).map(|(gene, (&mean, &deviation))| [text(gene), number(mean), number(deviation)]);
    table(["gene", "mean", "deviation"], rows)
}

/// The comparison: `cohort, representation, measure, mean, sd, seeds, best, missing`, one line a row and measure; those
/// that could not be measured have no mean and a reason.
pub fn comparison(cohorts: &[(&str, &crate::comparison::Table)]) -> String {
    let header = ["cohort", "representation", "measure", "mean", "sd", "seeds", "best", "missing"];
    let whole = |value: Option<f64>| value.map_or_else(Cow::default, |v| v.to_string().into());
    let rows = cohorts.iter().flat_map(|(cohort, table)| {
        table.rows.iter().zip(&table.cells).flat_map(move |(row, cells)| {
            table.columns.iter().zip(cells).map(move |(column, cell)| {
                [
                    text(cohort),
                    text(&row.name),
                    text(&column.key),
                    whole(cell.mean),
                    whole(cell.spread),
                    table.seeds.len().to_string().into(),
                    if cell.best { "yes" } else { "" }.into(),
                    text(cell.missing.as_deref().unwrap_or_default()),
                ]
            })
        })
    });
    table(header, rows)
}

/// The price of strength: `representation, strength, measure, mean, sd, seeds`, one line a strength and measure, then those of
/// the representations beside it, which have no strength.
pub fn price(price: &crate::comparison::price::Price) -> String {
    let whole = |value: Option<f64>| value.map_or_else(Cow::default, |v| v.to_string().into());
    let seeds = price.table().seeds.len();
    let table = price.table();
    let runs = price.rows().iter().map(|&(strength, row)| ("TwinPurify", strength.to_string(), row));
    let beside = price.levels().into_iter().map(|(name, row)| (name, String::new(), row));
    let rows = runs.chain(beside).flat_map(|(name, strength, row)| {
        table.columns.iter().zip(&table.cells[row]).map(move |(column, cell)| {
            let strength: Cow<str> = strength.clone().into();
            [text(name), strength, text(&column.key), whole(cell.mean), whole(cell.spread), seeds.to_string().into()]
        })
    });
    self::table(["representation", "strength", "measure", "mean", "sd", "seeds"], rows)
}

/// Quality: `sample, role, level, genes_detected, distance, side, findings`; a row is a sample's name, role, measures and
/// the codes of what was found of it.
pub fn quality<'a>(rows: impl Iterator<Item = (&'a str, &'a str, [f32; 4], String)>) -> String {
    let header = ["sample", "role", "level", "genes_detected", "distance", "side", "findings"];
    let rows = rows.map(|(sample, role, values, findings)| {
        let numbers = values.into_iter().map(number);
        [text(sample), role.into()].into_iter().chain(numbers).chain([findings.into()])
    });
    table(header, rows)
}

/// An expression matrix as its own reader takes it: tabs, one gene a line, missing values as `NA`; line by line, for the
/// whole text is larger than the matrix.
pub(super) fn matrix(
    names: &super::saved::SavedExpression,
    values: &ndarray::Array2<f32>,
) -> impl Iterator<Item = String> {
    let heading = format!("gene\t{}\n", names.samples.join("\t"));
    let lines = names.genes.iter().zip(values.rows()).map(|(gene, row)| {
        let mut line = gene.clone();
        for value in row {
            line.push('\t');
            line.push_str(&if value.is_finite() { value.to_string() } else { "NA".into() });
        }
        line.push('\n');
        line
    });
    std::iter::once(heading).chain(lines)
}

/// The sample sheet of the same; a tab within a cell becomes a blank.
pub(super) fn sheet(names: &super::saved::SavedExpression) -> String {
    let cell = |text: &str| text.replace(['\t', '\n', '\r'], " ");
    let headings: Vec<String> = names.columns.iter().map(|column| cell(&column.name)).collect();
    let mut text = format!("sample_id\t{}\n", headings.join("\t"));
    for (at, sample) in names.samples.iter().enumerate() {
        text.push_str(sample);
        for column in &names.columns {
            text.push('\t');
            text.push_str(&cell(column.values.get(at).and_then(Option::as_deref).unwrap_or_default()));
        }
        text.push('\n');
    }
    text
}

/// Differences between groups: one line a comparison and gene set. `raw_` and `purified_` columns have the difference of the
/// means (z over the cohort), the effect (`g`: Hedges, `delta`: Cliff) with its 95 % interval, p and FDR; a score that does
/// not vary has none.
pub fn differences(all: &[&crate::readout::differences::Differences]) -> String {
    use crate::readout::two_groups::{Difference, GroupTest};
    const OF: [&str; 6] = ["difference", "effect", "low", "high", "p", "fdr"];
    let sides: Vec<String> = ["raw", "purified"].iter().flat_map(|side| OF.map(|of| format!("{side}_{of}"))).collect();
    let header = ["column", "first", "first_n", "second", "second_n", "test", "effect", "set", "found", "size"];
    let header = header.into_iter().chain(sides.iter().map(String::as_str));
    let numbers = |d: Option<Difference>| -> [Cow<'static, str>; 6] {
        let plain = |v: f64| Cow::from(v.to_string());
        let small = |v: f64| Cow::from(format!("{v:.6e}"));
        d.map_or_else(Default::default, |d| {
            [plain(d.difference), plain(d.effect), plain(d.low), plain(d.high), small(d.p), small(d.fdr)]
        })
    };
    let rows = all.iter().flat_map(|compared| {
        let (test, effect) = match compared.test {
            GroupTest::Welch => ("Welch's t", "Hedges' g"),
            GroupTest::MannWhitney => ("Mann-Whitney", "Cliff's delta"),
        };
        compared.rows.iter().map(move |row| {
            let start = [
                text(&compared.label),
                text(&compared.first.name),
                compared.first.members.len().to_string().into(),
                text(&compared.second.name),
                compared.second.members.len().to_string().into(),
                test.into(),
                effect.into(),
                text(&row.set),
                row.found.to_string().into(),
                row.size.to_string().into(),
            ];
            start.into_iter().chain(numbers(row.raw)).chain(numbers(row.purified))
        })
    });
    table(header, rows)
}

/// Estimates: `sample, purity_stand_in, stromal_score_z, immune_score_z, position_normal_to_purest`; empty where one cannot be made.
pub fn purity(estimates: &super::Estimates) -> String {
    let rows = estimates.samples.iter().enumerate().map(|(at, sample)| {
        let cell = |values: &Result<Vec<f64>, String>| {
            number(values.as_ref().ok().and_then(|v| v.get(at)).map_or(f32::NAN, |v| *v as f32))
        };
        std::iter::once(text(sample)).chain(estimates.values.iter().map(cell).collect::<Vec<_>>())
    });
    table(["sample", "purity_stand_in", "stromal_score_z", "immune_score_z", "position_normal_to_purest"], rows)
}

/// Genes of the contamination directions: `direction, sense, gene, weight`, every training gene of each, the one that moves
/// most first. `up` rises with contamination along it.
pub fn direction_genes(directions: &[Direction]) -> String {
    let rows = directions.iter().zip(1usize..).flat_map(|(direction, at)| {
        let mut genes: Vec<&GeneWeight> = direction.genes.iter().collect();
        genes.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        genes.into_iter().map(move |row| {
            let sense = if row.weight < 0.0 { Sense::Down } else { Sense::Up };
            [at.to_string().into(), sense.word().into(), text(&row.gene), number(row.weight)]
        })
    });
    table(["direction", "sense", "gene", "weight"], rows)
}

/// Gene sets among the leading genes of each direction: `direction, sense, set, leading, found, expected, p, fdr, genes`.
pub fn direction_sets(directions: &[Direction]) -> String {
    let rows = directions.iter().zip(1usize..).flat_map(|(direction, at)| {
        direction.sets.iter().map(move |row| -> [Cow<'_, str>; 9] {
            [
                at.to_string().into(),
                row.sense.word().into(),
                text(&row.set),
                row.leading.to_string().into(),
                row.found.to_string().into(),
                format!("{:.3}", row.expected).into(),
                format!("{:.6e}", row.p).into(),
                format!("{:.6e}", row.fdr).into(),
                text(&row.genes.join(" ")).into_owned().into(),
            ]
        })
    });
    table(["direction", "sense", "set", "leading", "found", "expected", "p", "fdr", "genes"], rows)
}

/// The directions themselves: `direction, variance, shift, rho_purity, rho_immune, rho_stromal`.
pub fn directions(directions: &[Direction]) -> String {
    let rows = directions.iter().zip(1usize..).map(|(direction, at)| -> [Cow<'_, str>; 6] {
        let share = |v: f64| number(v as f32);
        let rho = |v: Option<f64>| number(v.map_or(f32::NAN, |v| v as f32));
        let Direction { variance, shift, purity, immune, stromal, .. } = direction;
        [at.to_string().into(), share(*variance), share(*shift), rho(*purity), rho(*immune), rho(*stromal)]
    });
    table(["direction", "variance", "shift", "rho_purity", "rho_immune", "rho_stromal"], rows)
}

fn table<'a, 'b, R>(header: impl IntoIterator<Item = &'a str>, rows: impl IntoIterator<Item = R>) -> String
where
    R: IntoIterator<Item = Cow<'b, str>>,
{
    lines_of(0, Some(header), rows)
}

/// Lines of about so many bytes, below a header or as the next of a table: text that grows is copied, and there twice.
fn lines_of<'a, 'b, R>(
    bytes: usize,
    header: Option<impl IntoIterator<Item = &'a str>>,
    rows: impl IntoIterator<Item = R>,
) -> String
where
    R: IntoIterator<Item = Cow<'b, str>>,
{
    // Into memory, with rows of any length: the writer has nothing left to fail on.
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::with_capacity(bytes));
    let mut write = |cells: &mut dyn Iterator<Item = Cow<str>>| {
        for cell in cells {
            writer.write_field(cell.as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)
    };
    let written = header
        .map_or(Ok(()), |header| write(&mut header.into_iter().map(text)))
        .and_then(|()| rows.into_iter().try_for_each(|row| write(&mut row.into_iter())));
    debug_assert!(written.is_ok());
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn number<'a>(value: f32) -> Cow<'a, str> {
    if value.is_finite() { value.to_string().into() } else { Cow::default() }
}

fn text(cell: &str) -> Cow<'_, str> {
    // Some programs read the wide forms of East Asian keyboards too.
    let signs = ['=', '+', '@', '-', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff20}', '\u{ff0d}'];
    let risky = cell.starts_with(signs) && !cell.parse::<f64>().is_ok_and(f64::is_finite);
    if risky { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests;
