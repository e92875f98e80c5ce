//! Containers → the tables inside them: zip, tar, Excel workbooks, AnnData, Parquet.
//!
//! A room before [`crate::cohort`], and ignorant of it: whatever a container holds leaves here as named streams of text
//! (or of the member's own bytes), which `cohort` reads as it reads any file. Numbers are written so that they read
//! back as the same float32, so nothing is lost on the way and no second reader of matrices is needed. Nothing here panics
//! on bytes; the browser's build lives in a module of its own all the same, whose crash costs one file.

mod error;
pub(crate) mod month_genes;
mod sniff;
mod study;
pub mod written;

#[cfg(feature = "containers")]
mod anndata;
#[cfg(feature = "containers")]
mod archive;
#[cfg(feature = "containers")]
mod columns;
#[cfg(feature = "containers")]
mod inflate;
#[cfg(feature = "containers")]
mod limits;
#[cfg(feature = "containers")]
mod page_header;
#[cfg(feature = "containers")]
pub mod source;
#[cfg(feature = "containers")]
mod tar;
#[cfg(feature = "containers")]
mod text;
#[cfg(feature = "containers")]
mod workbook;
#[cfg(feature = "containers")]
mod zip;

pub use error::ContainerError;
pub use sniff::{Foreign, HEAD, Inner, Kind, sniff};
pub use study::{LeftOut, choose};

#[cfg(feature = "containers")]
pub use opening::{Container, Part, Piece};

#[cfg(feature = "containers")]
mod opening {
    use std::io::Read;
    use std::sync::Arc;

    use super::archive::Archive;
    use super::limits::{MAX_DEPTH, MAX_NESTED};
    use super::source::{Cached, Memory, Source, Stream};
    use super::{ContainerError, Inner, Kind, LeftOut, anndata, columns, inflate::Inflated, sniff, workbook, zip};

    /// A table that begins.
    #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
    pub struct Part {
        /// The container's name and the table's in it, `study.zip/samples.tsv`.
        pub name: String,
        /// Where it lay, for the sentence about the file: `sheet "Counts" of an Excel workbook`.
        pub origin: String,
        /// The text was written here from cells and numbers, so that its delimiter and encoding say nothing.
        pub written: bool,
        /// What a person must know of how it was read.
        pub notes: Vec<String>,
    }

    /// What reading a container gives, piece by piece.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Piece {
        /// A table begins; its bytes follow.
        Begin(Part),
        /// Bytes of the table begun last.
        Bytes(Vec<u8>),
        /// That table is complete.
        End,
        /// A table could not be read; if it had begun, it is to be forgotten.
        Refused(ContainerError),
        /// Files that are not opened.
        LeftOut(Vec<LeftOut>),
        /// Nothing yet: reading goes on.
        Nothing,
    }

    /// What gives the pieces of one format.
    pub(super) trait Pieces {
        fn next(&mut self) -> Result<Option<Piece>, ContainerError>;
        /// Bytes of the source that are done with.
        fn done(&self) -> u64;
    }

    /// A container being read.
    pub struct Container {
        pieces: Box<dyn Pieces>,
        name: String,
        size: u64,
        over: bool,
    }

    impl Container {
        /// Opens the container called `name`.
        ///
        /// # Errors
        /// Any [`ContainerError`] that its directory shows: damaged, encrypted, of a format that is not read.
        pub fn open(name: &str, source: Source) -> Result<Self, ContainerError> {
            let size = source.size();
            let pieces = shielded(|| pieces(name, source, 1)).map_err(|e| e.in_file(name))?;
            Ok(Container { pieces, name: name.to_owned(), size, over: false })
        }

        /// The next piece; `None` when all is read. After an error there is nothing more.
        ///
        /// # Errors
        /// When the container as a whole cannot be read further.
        pub fn next_piece(&mut self) -> Result<Option<Piece>, ContainerError> {
            if self.over {
                return Ok(None);
            }
            let piece = shielded(|| self.pieces.next()).map_err(|e| e.in_file(&self.name));
            self.over = !matches!(piece, Ok(Some(_)));
            piece
        }

        /// Bytes done, and all there are.
        pub fn progress(&self) -> (u64, u64) {
            (if self.over { self.size } else { self.pieces.done().min(self.size) }, self.size)
        }
    }

    /// Parquet's reader panics on some damaged pages (`Decoder for dict should have been set`, parquet 60.1): natively
    /// that is this file's error. In the browser it is the end of the module's instance, and the worker says so.
    fn shielded<T>(work: impl FnOnce() -> Result<T, ContainerError>) -> Result<T, ContainerError> {
        if cfg!(target_arch = "wasm32") {
            return work();
        }
        // Nothing that was in the middle of something is used again: the container is over.
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        caught.unwrap_or_else(|_| Err(ContainerError::damaged("container", "its reader stopped")))
    }

    /// Bytes of a file's start from which its kind is told: enough of a gzip for a tar's mark in it.
    const START: u64 = 64 << 10;

    /// A container at a depth: 1 is a file of its own.
    pub(super) fn pieces(name: &str, source: Source, depth: usize) -> Result<Box<dyn Pieces>, ContainerError> {
        if depth > MAX_DEPTH {
            return Err(ContainerError::new(
                "nested_too_deep",
                format!("Archives lie in archives more than {MAX_DEPTH} deep."),
                "Unpack the outermost and open what is inside.",
            ));
        }
        let mut head = Vec::new();
        Stream::part(source.clone(), 0, START).read_to_end(&mut head).map_err(ContainerError::from_io)?;
        let source: Source = Arc::new(Cached::new(source));
        let from_gzip = || -> Result<Source, ContainerError> {
            let bytes = whole(Inflated::gzip(Stream::new(source.clone())))?;
            Ok(Arc::new(Memory(bytes)))
        };
        match sniff(&head) {
            Kind::Zip => zipped(name, source, depth),
            Kind::Hdf5 => anndata::open(name, source),
            Kind::Parquet => columns::open(name, source),
            Kind::Tar => Ok(Box::new(Archive::tar(name, source, false, depth))),
            Kind::Gzip(Inner::Tar) => Ok(Box::new(Archive::tar(name, source, true, depth))),
            Kind::Gzip(Inner::Zip) => zipped(name, from_gzip()?, depth),
            Kind::Gzip(Inner::Hdf5) => anndata::open(name, from_gzip()?),
            Kind::Gzip(Inner::Parquet) => columns::open(name, from_gzip()?),
            Kind::Foreign(foreign) | Kind::Gzip(Inner::Foreign(foreign)) => Err(foreign.refusal()),
            Kind::Table => Err(ContainerError::new(
                "not_a_container",
                "The file is no archive, workbook, AnnData or Parquet file.",
                "Open it as a table.",
            )),
        }
    }

    /// Whether a file that begins so is read by [`pieces`].
    pub(super) fn is_container(bytes: &[u8]) -> bool {
        sniff(bytes.get(..START as usize).unwrap_or(bytes)) != Kind::Table
    }

    /// A zip is an archive, a workbook, or another office document.
    fn zipped(name: &str, source: Source, depth: usize) -> Result<Box<dyn Pieces>, ContainerError> {
        let mut directory = zip::Directory::open(source.clone())?;
        if directory.member("xl/workbook.xml").is_some() {
            return workbook::open(name, source, &mut directory);
        }
        let mimetype = directory.start_of("mimetype", 100).unwrap_or_default();
        let document = mimetype.starts_with(b"application/vnd.oasis.opendocument")
            || ["word/document.xml", "ppt/presentation.xml", "xl/workbook.bin"]
                .iter()
                .any(|n| directory.member(n).is_some());
        if document {
            return Err(ContainerError::new(
                "unsupported_format",
                "This is an office document other than an .xlsx workbook.",
                "Save its table as .xlsx or .csv.",
            ));
        }
        Ok(Box::new(Archive::zip(name, source.size(), directory, depth)))
    }

    /// A container inside another, in memory whole.
    pub(super) fn whole(reader: impl Read) -> Result<Vec<u8>, ContainerError> {
        let mut bytes = Vec::new();
        reader.take(MAX_NESTED + 1).read_to_end(&mut bytes).map_err(ContainerError::from_io)?;
        if bytes.len() as u64 > MAX_NESTED {
            return Err(ContainerError::new(
                "too_large",
                format!(
                    "A file inside another is larger than {} MB and would have to be held in memory.",
                    MAX_NESTED >> 20
                ),
                "Unpack it and open it by itself.",
            ));
        }
        Ok(bytes)
    }
}
