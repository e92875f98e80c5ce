//! One file, pushed chunk by chunk.

use super::decoding::Transcoder;
use super::inflate::{GZIP_MAGIC, Inflate};
use super::opened::{OpenedFile, Storage, opened};
use super::table_reader::TableReader;
use crate::cohort::{CohortError, Origin};

/// Reads one file as it arrives. Nothing is taken from the file's name but the tie between gene sets of equal length and
/// a table of words.
pub struct FileReader {
    name: String,
    raw: Raw,
    text: Transcoder,
    table: TableReader,
    failed: Option<CohortError>,
    /// Where it lay, when it came out of a container.
    origin: Option<Origin>,
    lines: usize,
}

enum Raw {
    Head(Vec<u8>),
    Plain,
    Gzip(Box<Inflate>),
    /// A gzip file that the browser inflates.
    Inflated,
}

impl FileReader {
    /// A reader for the file called `name`.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        FileReader {
            raw: Raw::Head(Vec::new()),
            text: Transcoder::new(),
            table: TableReader::new(&name),
            failed: None,
            origin: None,
            lines: 0,
            name,
        }
    }

    /// The bytes that come are a gzip file's contents: whoever reads it inflates it, and checks that it is whole.
    pub fn already_inflated(mut self) -> Self {
        self.raw = Raw::Inflated;
        self
    }

    /// Says where the file lay.
    pub fn came_from(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Lines read so far, for a person who waits.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Takes the next bytes. After an error every further call gives the same error.
    ///
    /// # Errors
    /// Any [`CohortError`] of the file's format, with line and column where there are any.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), CohortError> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        let result = self.push_raw(bytes).map_err(|e| e.in_file(&self.name));
        self.failed = result.as_ref().err().cloned();
        result
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Those of [`FileReader::push`], and those only the end shows: truncation, no rows, duplicated samples.
    pub fn finish(mut self) -> Result<OpenedFile, CohortError> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        let (name, origin) = (self.name.clone(), self.origin.take());
        let opened = self.finish_raw().map_err(|e| e.in_file(&name))?;
        Ok(match origin {
            Some(origin) => opened.came_from(origin),
            None => opened,
        })
    }

    /// Reads a file that is in memory whole.
    ///
    /// # Errors
    /// Those of [`FileReader::finish`].
    pub fn read(name: impl Into<String>, bytes: &[u8]) -> Result<OpenedFile, CohortError> {
        let mut reader = FileReader::new(name);
        reader.push(bytes)?;
        reader.finish()
    }

    fn push_raw(&mut self, bytes: &[u8]) -> Result<(), CohortError> {
        if let Raw::Head(head) = &mut self.raw {
            head.extend_from_slice(bytes);
            if head.len() < GZIP_MAGIC.len() {
                return Ok(());
            }
            let head = std::mem::take(head);
            let gzip = head.starts_with(&GZIP_MAGIC);
            self.raw = if gzip { Raw::Gzip(Box::new(Inflate::new())) } else { Raw::Plain };
            return self.push_known(&head);
        }
        self.push_known(bytes)
    }

    fn push_known(&mut self, bytes: &[u8]) -> Result<(), CohortError> {
        let FileReader { raw, text, table, lines, .. } = self;
        let mut take = |t: &[u8]| {
            *lines += memchr::memchr_iter(b'\n', t).count();
            table.push(t)
        };
        match raw {
            Raw::Gzip(inflate) => inflate.push(bytes, &mut |plain| text.push(plain, &mut take)),
            _ => text.push(bytes, &mut take),
        }
    }

    fn finish_raw(mut self) -> Result<OpenedFile, CohortError> {
        if let Raw::Head(head) = &mut self.raw {
            let head = std::mem::take(head);
            self.raw = Raw::Plain;
            self.push_known(&head)?;
        }
        let FileReader { mut raw, mut text, mut table, name, .. } = self;
        if let Raw::Gzip(inflate) = &mut raw {
            inflate.finish(&mut |plain| text.push(plain, &mut |t| table.push(t)))?;
        }
        text.finish(&mut |t| table.push(t))?;
        let read = table.finish()?;
        let storage = Storage { encoding: text.name(), gzip: matches!(raw, Raw::Gzip(_) | Raw::Inflated) };
        opened(name, read, storage)
    }
}
