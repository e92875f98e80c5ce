//! AnnData (`.h5ad`) as anndata 0.8 and newer read it: `X` raw, `layers/purified`, `obs` the sample sheet, `var` the genes, `obsm`
//! maps and embedding, `uns/twinpurify` how they were made.
//!
//! HDF5 wants samples × genes, and genes come in blocks. So the file is first written with zeros, which cost no memory until
//! they are touched, and each block is then put where the two datasets lie: contiguous ones are one run of bytes, and hdf5-pure
//! says where it begins.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use hdf5_pure::{AttrValue, DatasetBuilder, Error, File, FileBuilder, FormatError, GroupBuilder, Layout, Source};

use super::{About, AboutColumn, unique};

/// Where values go: a file, or bytes in memory.
pub trait Place: Read + Write + Seek + Send + 'static {}

impl<T: Read + Write + Seek + Send + 'static> Place for T {}

/// An AnnData file being written.
pub struct AnnDataFile<T: Place> {
    place: Shared<T>,
    /// Where `X` and the layer begin.
    begin: [u64; 2],
    genes: usize,
    samples: usize,
}

/// Numbers of every sample that go into `obsm`: name, width, and samples × width row by row.
pub type Beside = (String, usize, Vec<f32>);

/// Room beside values and names: headers, and what HDF5 pads.
const ROOM: usize = 1 << 20;

impl AnnDataFile<Cursor<Vec<u8>>> {
    /// Begin a file in memory, with room for all of it from the start: bytes that grow are copied, and there twice.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn begin_in_memory(about: &About, beside: &[Beside]) -> Result<Self, Error> {
        let values = 2 * about.genes.len() * about.samples.len() + beside.iter().map(|of| of.2.len()).sum::<usize>();
        let words = about.genes.iter().chain(&about.samples).chain(&about.sources).map(|word| word.len() + 40);
        let cells =
            about.columns.iter().flat_map(|column| &column.values).map(|v| v.as_ref().map_or(0, String::len) + 40);
        let room = size_of::<f32>() * values + words.chain(cells).sum::<usize>() + ROOM;
        Self::begin(Cursor::new(Vec::with_capacity(room)), about, beside)
    }
}

impl<T: Place> AnnDataFile<T> {
    /// Begin a file in an empty place.
    ///
    /// # Errors
    /// When the place cannot be written or read back.
    pub fn begin(place: T, about: &About, beside: &[Beside]) -> Result<Self, Error> {
        let place = Shared(Arc::new(Mutex::new(place)));
        skeleton(about, beside)?.finish_to(place.clone())?;
        let file = File::from_source(place.clone())?;
        let address = |name: &str| match file.dataset(name)?.layout()? {
            Layout::Contiguous { address: Some(address), .. } => Ok(address),
            // A matrix without a value is stored nowhere.
            _ => Ok::<u64, Error>(0),
        };
        let begin = [address("X")?, address("layers/purified")?];
        Ok(Self { place, begin, genes: about.genes.len(), samples: about.samples.len() })
    }

    /// Values of genes from the `first` on: raw and purified, each genes × samples row by row.
    ///
    /// # Errors
    /// When the place cannot be written.
    pub fn push(&mut self, first: usize, raw: &[f32], purified: &[f32]) -> io::Result<()> {
        let count = raw.len() / self.samples.max(1);
        let mut bytes = Vec::with_capacity(4 * count);
        let mut place = self.place.lock();
        for (values, begin) in [raw, purified].into_iter().zip(self.begin) {
            for sample in 0..self.samples {
                bytes.clear();
                for value in values.iter().skip(sample).step_by(self.samples) {
                    bytes.extend_from_slice(&value.to_le_bytes());
                }
                place.seek(SeekFrom::Start(begin + 4 * (sample * self.genes + first) as u64))?;
                place.write_all(&bytes)?;
            }
        }
        Ok(())
    }

    /// The place, written to its end.
    ///
    /// # Errors
    /// When the place cannot be written.
    pub fn finish(self) -> io::Result<T> {
        self.place.lock().flush()?;
        let whole = Arc::try_unwrap(self.place.0).map_err(|_| io::Error::other("the file is still being read"))?;
        Ok(whole.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One place that HDF5 writes, reads for its addresses, and that is written again.
struct Shared<T>(Arc<Mutex<T>>);

impl<T> Shared<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Place> Write for Shared<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().flush()
    }
}

impl<T: Place> Source for Shared<T> {
    fn len(&self) -> u64 {
        self.lock().seek(SeekFrom::End(0)).unwrap_or(0)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), FormatError> {
        let mut place = self.lock();
        let read = place.seek(SeekFrom::Start(offset)).and_then(|_| place.read_exact(into));
        read.map_err(|error| FormatError::Source(error.to_string()))
    }
}

fn skeleton(about: &About, beside: &[Beside]) -> Result<FileBuilder, Error> {
    let shape = [about.samples.len() as u64, about.genes.len() as u64];
    let zeros = |dataset: &mut DatasetBuilder| {
        let cells = shape[0] * shape[1];
        // Zeroed by the system, page by page, as it is touched; nobody does.
        let bytes = vec![0; 4 * cells as usize];
        encoded(dataset.with_raw_data(hdf5_pure::make_f32_type(), bytes, cells).with_shape(&shape), "array");
    };
    let mut file = FileBuilder::new();
    for (name, value) in encoding("anndata", "0.1.0") {
        file.set_attr(name, value);
    }
    zeros(file.create_dataset("X"));
    let mut layers = group(&mut file, "layers", "dict");
    zeros(layers.create_dataset("purified"));
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
    for (name, width, values) in beside {
        let shape = [about.samples.len() as u64, *width as u64];
        encoded(obsm.create_dataset(name).with_f32_data(values).with_shape(&shape), "array");
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
    Ok(file)
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
