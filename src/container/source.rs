//! Random access to a container's bytes, wherever they are: a file on disk, a file in the browser, memory.

use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that can be read anywhere.
pub trait ReadAt: Send + Sync {
    /// How many there are.
    fn size(&self) -> u64;

    /// Fills `into` with the bytes from `offset`.
    ///
    /// # Errors
    /// `UnexpectedEof` when there are fewer; whatever the source has.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

/// A shared source.
pub type Source = Arc<dyn ReadAt>;

/// Bytes in memory.
pub struct Memory(pub Vec<u8>);

impl ReadAt for Memory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.checked_add(into.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(self.0.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// A file on disk.
#[cfg(not(target_arch = "wasm32"))]
pub struct Disk {
    file: Mutex<std::fs::File>,
    size: u64,
}

#[cfg(not(target_arch = "wasm32"))]
impl Disk {
    /// Opens it.
    ///
    /// # Errors
    /// As [`std::fs::File::open`].
    pub fn open(path: &std::path::Path) -> io::Result<Self> {
        let file = std::fs::File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Disk { file: Mutex::new(file), size })
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl ReadAt for Disk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(into)
    }
}

/// Bytes of one cached page: HDF5 and zip directories are read in pieces of some ten bytes, and in the browser each
/// read is a call into JavaScript.
const PAGE: u64 = 64 << 10;

/// Pages kept.
const PAGES: usize = 32;

/// A source whose small reads are served from pages kept.
pub struct Cached {
    inner: Source,
    pages: Mutex<VecDeque<(u64, Vec<u8>)>>,
}

impl Cached {
    /// Over `inner`.
    pub fn new(inner: Source) -> Self {
        Cached { inner, pages: Mutex::new(VecDeque::with_capacity(PAGES)) }
    }
}

impl ReadAt for Cached {
    fn size(&self) -> u64 {
        self.inner.size()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(into.len() as u64).filter(|end| *end <= self.size());
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        let page = offset / PAGE;
        if into.is_empty() || (end - 1) / PAGE != page {
            return self.inner.read_at(offset, into);
        }
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.front().is_none_or(|(first, _)| *first != page) {
            let kept = pages.iter().position(|(number, _)| *number == page);
            let found = match kept.and_then(|at| pages.remove(at)) {
                Some(found) => found,
                None => {
                    let start = page * PAGE;
                    let mut bytes = vec![0; usize::try_from(PAGE.min(self.size() - start)).unwrap_or(0)];
                    self.inner.read_at(start, &mut bytes)?;
                    (page, bytes)
                }
            };
            pages.push_front(found);
            pages.truncate(PAGES);
        }
        let start = (offset % PAGE) as usize;
        let bytes = pages.front().and_then(|(_, bytes)| bytes.get(start..start + into.len()));
        into.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// A source read in order, from a place of one's choice.
#[derive(Clone)]
pub struct Stream {
    source: Source,
    at: u64,
    end: u64,
}

impl Stream {
    /// All of it.
    pub fn new(source: Source) -> Self {
        let end = source.size();
        Stream { source, at: 0, end }
    }

    /// `length` bytes from `start`, as far as there are any.
    pub fn part(source: Source, start: u64, length: u64) -> Self {
        let end = start.saturating_add(length).min(source.size());
        Stream { source, at: start, end }
    }

    /// The place of the next byte.
    pub fn position(&self) -> u64 {
        self.at
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let count = left.min(into.len());
        let Some(into) = into.get_mut(..count).filter(|into| !into.is_empty()) else { return Ok(0) };
        self.source.read_at(self.at, into)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Stream {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_reads_are_those_of_the_source() {
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        let cached = Cached::new(Arc::new(Memory(bytes.clone())));
        for (offset, length) in [(0, 10), (65_530, 12), (65_536, 65_536), (299_990, 10), (5, 0), (0, 300_000)] {
            let mut into = vec![0; length];
            cached.read_at(offset as u64, &mut into).unwrap();
            assert_eq!(into, &bytes[offset..offset + length]);
        }
        assert!(cached.read_at(299_995, &mut [0; 10]).is_err());
        assert!(cached.read_at(u64::MAX, &mut [0; 10]).is_err());
    }

    #[test]
    fn a_stream_ends_where_its_part_does() {
        let source: Source = Arc::new(Memory(b"abcdefgh".to_vec()));
        let mut text = String::new();
        Stream::part(source.clone(), 2, 3).read_to_string(&mut text).unwrap();
        Stream::part(source, 6, 30).read_to_string(&mut text).unwrap();
        assert_eq!(text, "cdegh");
    }
}
