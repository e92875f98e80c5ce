//! AnnData (`.h5ad`) as anndata 0.8 and newer read it: `X` raw, `layers/purified`, `obs` the sample sheet, `var` the genes, `obsm`
//! maps and embedding, `uns/twinpurify` how they were made.
//!
//! HDF5 wants samples × genes, row by row, first of `X` and then of the layer. Both stand [`behind`] the rest of the file, and so do
//! the matrices of `obsm`, so that it is written front to back and of the values no more is held than the samples at hand.

use std::io::{self, Write};

use hdf5_pure::{AttrValue, DatasetBuilder, FileBuilder, GroupBuilder, make_f32_type};
use thiserror::Error;

use super::behind::{Matrix, VALUE, behind, gap, stand_in};
use super::{About, AboutColumn, unique};

/// The matrices whose values come sample by sample, in this order.
const MATRICES: [&str; 2] = ["X", "layers/purified"];
/// Values made bytes at once.
const AT_ONCE: usize = 1 << 14;

/// Why an AnnData file was not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnnDataError {
    /// What stands beside the values could not be laid out.
    #[error("{0}")]
    Hdf5(#[from] hdf5_pure::Error),
    /// The file was not written as this program knows it.
    #[error("the place of {0} in the file was not found")]
    NoPlace(String),
    /// More values than the two matrices have, or fewer.
    #[error("{given} values where {wanted} were to come")]
    Values {
        /// What came.
        given: u64,
        /// What was still to come.
        wanted: u64,
    },
    /// Its bytes could not be written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Numbers of every sample that go into `obsm`: name, width, and samples × width row by row.
pub type Beside = (String, usize, Vec<f32>);

/// An AnnData file being written, front to back.
pub struct AnnDataFile<W: Write> {
    to: W,
    /// Values that are still to come.
    missing: u64,
}

impl<W: Write> AnnDataFile<W> {
    /// Begin a file, with all that stands beside its values.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn begin(mut to: W, about: &About, beside: &[Beside]) -> Result<Self, AnnDataError> {
        let [samples, genes] = [&about.samples, &about.genes].map(|names| names.len() as u64);
        let obsm = beside.iter().map(|(name, width, _)| (format!("obsm/{name}"), [samples, *width as u64]));
        let own = MATRICES.map(|name| (name.to_owned(), [samples, genes]));
        // A matrix without a value is stored nowhere.
        let matrices: Vec<Matrix> = obsm.chain(own).filter(|(_, shape)| !shape.contains(&0)).collect();
        {
            let rest = behind(skeleton(about, beside).finish()?, &matrices)?;
            to.write_all(&rest)?;
            to.write_all(&vec![0; gap(&rest)])?;
        }
        let mut file = Self { to, missing: 0 };
        for (_, width, values) in beside {
            file.missing = samples * *width as u64;
            file.push(values)?;
            file.whole()?;
        }
        file.missing = MATRICES.len() as u64 * samples * genes;
        Ok(file)
    }

    /// The next samples, samples × genes row by row: raw values of every sample, and then purified ones of every sample.
    ///
    /// # Errors
    /// When the file cannot be written, and more values than it was begun with.
    pub fn push(&mut self, values: &[f32]) -> Result<(), AnnDataError> {
        let (given, wanted) = (values.len() as u64, self.missing);
        self.missing = wanted.checked_sub(given).ok_or(AnnDataError::Values { given, wanted })?;
        let mut bytes = Vec::with_capacity(VALUE as usize * values.len().min(AT_ONCE));
        for values in values.chunks(AT_ONCE) {
            bytes.clear();
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            self.to.write_all(&bytes)?;
        }
        Ok(())
    }

    /// Where it was written, once every value is in.
    ///
    /// # Errors
    /// When the file cannot be written, and while values are missing.
    pub fn finish(mut self) -> Result<W, AnnDataError> {
        self.whole()?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn whole(&self) -> Result<(), AnnDataError> {
        if self.missing == 0 { Ok(()) } else { Err(AnnDataError::Values { given: 0, wanted: self.missing }) }
    }
}

/// A matrix whose values follow, or that has none.
fn matrix(dataset: &mut DatasetBuilder, shape: [u64; 2]) {
    let made = if shape.contains(&0) {
        dataset.with_raw_data(make_f32_type(), Vec::new(), 0).with_shape(&shape)
    } else {
        stand_in(dataset)
    };
    encoded(made, "array");
}

fn skeleton(about: &About, beside: &[Beside]) -> FileBuilder {
    let shape = [about.samples.len() as u64, about.genes.len() as u64];
    let mut file = FileBuilder::new();
    for (name, value) in encoding("anndata", "0.1.0") {
        file.set_attr(name, value);
    }
    matrix(file.create_dataset("X"), shape);
    let mut layers = group(&mut file, "layers", "dict");
    matrix(layers.create_dataset("purified"), shape);
    file.add_group(layers.finish());

    let mut obs = frame(&mut file, "obs", &about.samples, about.columns.iter().map(|column| column.name.as_str()));
    for (name, column) in column_names(&about.columns).iter().zip(&about.columns) {
        if column.number {
            encoded(obs.create_dataset(name).with_f64_data(&column.numbers()), "array");
        } else {
            let cells: Vec<&str> = column.values.iter().map(|cell| cell.as_deref().unwrap_or_default()).collect();
            encoded(obs.create_dataset(name).with_vlen_strings(&cells), "string-array");
        }
    }
    file.add_group(obs.finish());

    let mut var = frame(&mut file, "var", &about.genes, ["source", "r2"].into_iter());
    let sources: Vec<&str> = about.sources.iter().map(String::as_str).collect();
    encoded(var.create_dataset("source").with_vlen_strings(&sources), "string-array");
    let r2: Vec<f64> = about.r2.iter().map(|r2| r2.unwrap_or(f64::NAN)).collect();
    encoded(var.create_dataset("r2").with_f64_data(&r2), "array");
    file.add_group(var.finish());

    let mut obsm = group(&mut file, "obsm", "dict");
    for (name, width, _) in beside {
        matrix(obsm.create_dataset(name), [shape[0], *width as u64]);
    }
    file.add_group(obsm.finish());

    let mut uns = group(&mut file, "uns", "dict");
    let mut own = nested(&mut uns, "twinpurify", "dict");
    for (name, value) in [("scale", &about.scale), ("config", &about.config), ("about", &about.sentence)] {
        encoded(own.create_dataset(name).with_vlen_strings(&[value]).with_shape(&[]), "string");
    }
    uns.add_group(own.finish());
    file.add_group(uns.finish());
    for name in ["varm", "obsp", "varp"] {
        let empty = group(&mut file, name, "dict");
        file.add_group(empty.finish());
    }
    file
}

fn encoding(kind: &str, version: &str) -> [(&'static str, AttrValue); 2] {
    let word = |word: &str| AttrValue::VarLenString(word.to_owned());
    [("encoding-type", word(kind)), ("encoding-version", word(version))]
}

fn encoded(dataset: &mut DatasetBuilder, kind: &str) {
    for (name, value) in encoding(kind, "0.2.0") {
        dataset.set_attr(name, value);
    }
}

fn group(file: &mut FileBuilder, name: &str, kind: &str) -> GroupBuilder {
    let mut made = file.create_group(name);
    let version = if kind == "dataframe" { "0.2.0" } else { "0.1.0" };
    encoding(kind, version).into_iter().for_each(|(name, value)| made.set_attr(name, value));
    made
}

fn nested(within: &mut GroupBuilder, name: &str, kind: &str) -> GroupBuilder {
    let mut made = within.create_group(name);
    encoding(kind, "0.1.0").into_iter().for_each(|(name, value)| made.set_attr(name, value));
    made
}

/// A data frame with its index; its columns follow.
fn frame<'a>(
    file: &mut FileBuilder,
    name: &str,
    index: &[String],
    columns: impl Iterator<Item = &'a str>,
) -> GroupBuilder {
    let mut made = group(file, name, "dataframe");
    made.set_attr("_index", AttrValue::VarLenString("_index".to_owned()));
    made.set_attr("column-order", AttrValue::VarLenStringArray(link_names(columns)));
    let names: Vec<&str> = index.iter().map(String::as_str).collect();
    encoded(made.create_dataset("_index").with_vlen_strings(&names), "string-array");
    made
}

fn column_names(columns: &[AboutColumn]) -> Vec<String> {
    link_names(columns.iter().map(|column| column.name.as_str()))
}

/// Names that HDF5 can link by: no slash, told apart.
fn link_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let plain: Vec<String> =
        names.map(|name| if name == "." { "_".to_owned() } else { name.replace(['/', '\0'], "_") }).collect();
    unique(plain.iter().map(String::as_str), &["_index"])
}
