//! Tables that come out of containers, and what a file will come to before it is read.

use super::Session;
use crate::cohort::{FileReader, Origin};

impl Session {
    /// Begin reading a table that lay in a container; its handle is one of [`Self::begin_file`].
    pub fn begin_part(&mut self, name: &str, origin: Origin) -> u32 {
        self.begin_reader(FileReader::new(name).came_from(origin), true)
    }

    /// Lines read of a file so far.
    pub fn lines_read(&self, handle: u32) -> usize {
        self.readers.get(&handle).map_or(0, |incoming| incoming.reader.lines())
    }
}

#[cfg(feature = "containers")]
mod whole {
    use super::Session;
    use crate::cohort::{FileReport, Origin};
    use crate::container::source::Source;
    use crate::container::{Container, ContainerError, LeftOut, Piece};
    use crate::session::SessionError;

    /// What became of the tables in a container.
    #[derive(Debug, Default)]
    pub struct Unpacked {
        /// Those that were read.
        pub reports: Vec<FileReport>,
        /// Those that could not be read.
        pub refused: Vec<Refused>,
        /// Files that were not opened, and why.
        pub left_out: Vec<LeftOut>,
    }

    /// Why a table in a container was not read.
    #[derive(Debug)]
    pub enum Refused {
        /// It could not be taken out.
        Container(ContainerError),
        /// It is no table that can be used.
        Table(SessionError),
    }

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            match self {
                Self::Container(error) => error.fmt(f),
                Self::Table(error) => error.fmt(f),
            }
        }
    }

    impl Session {
        /// Opens every table of a container. Those that cannot be read do not stop the others.
        ///
        /// # Errors
        /// When the container itself cannot be read, or not to its end; what was read before stays open.
        pub fn open_container(&mut self, name: &str, source: Source) -> Result<Unpacked, ContainerError> {
            let mut container = Container::open(name, source)?;
            let mut unpacked = Unpacked::default();
            let mut handle = None;
            let mut piece = container.next_piece();
            loop {
                match piece {
                    Ok(None) => return Ok(unpacked),
                    Ok(Some(Piece::Begin(part))) => {
                        let origin = Origin { origin: part.origin, written: part.written, notes: part.notes };
                        handle = Some(self.begin_part(&part.name, origin));
                    }
                    Ok(Some(Piece::Bytes(bytes))) => {
                        if let Some(open) = handle
                            && let Err(error) = self.push_chunk(open, &bytes)
                        {
                            self.abort_file(open);
                            unpacked.refused.push(Refused::Table(error));
                            handle = None;
                        }
                    }
                    Ok(Some(Piece::End)) => {
                        if let Some(open) = handle.take() {
                            match self.end_file(open) {
                                Ok(report) => unpacked.reports.push(report),
                                Err(error) => unpacked.refused.push(Refused::Table(error)),
                            }
                        }
                    }
                    Ok(Some(Piece::Refused(error))) => {
                        if let Some(open) = handle.take() {
                            self.abort_file(open);
                        }
                        unpacked.refused.push(Refused::Container(error));
                    }
                    Ok(Some(Piece::LeftOut(files))) => unpacked.left_out.extend(files),
                    Ok(Some(Piece::Nothing)) => {}
                    Err(error) => {
                        if let Some(open) = handle {
                            self.abort_file(open);
                        }
                        return Err(error);
                    }
                }
                piece = container.next_piece();
            }
        }
    }
}

#[cfg(feature = "containers")]
pub use whole::{Refused, Unpacked};
