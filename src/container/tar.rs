//! Tar, read in order, one file after another: ustar, GNU long names, pax paths and sizes.
//!
//! Written here because an entry of the `tar` crate borrows its archive, so a file could not be handed on piece by
//! piece between two calls, which is what progress and *Cancel* need; the format is a header of 512 bytes.

use std::io::{self, Read};

use super::error::{AGAIN, ContainerError};
use super::limits::MAX_MEMBERS;

const BLOCK: usize = 512;

/// Longest name a header of its own may give: paths are far shorter.
const MAX_NAME: u64 = 64 << 10;

/// A tar archive being read.
pub(super) struct Tar {
    reader: Box<dyn Read>,
    /// Bytes of the current file not yet read, and of the padding after it.
    left: u64,
    padding: u64,
    members: usize,
    ended: bool,
}

/// A file in a tar archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) size: u64,
}

impl Tar {
    pub(super) fn new(reader: Box<dyn Read>) -> Self {
        Tar { reader, left: 0, padding: 0, members: 0, ended: false }
    }

    /// The next regular file; folders, links and devices are passed over.
    pub(super) fn next_entry(&mut self) -> Result<Option<Entry>, ContainerError> {
        let mut long_name: Option<String> = None;
        let mut long_size: Option<u64> = None;
        loop {
            self.skip(self.left.saturating_add(self.padding))?;
            (self.left, self.padding) = (0, 0);
            let Some(header) = self.header()? else { return Ok(None) };
            self.members += 1;
            if self.members > MAX_MEMBERS {
                return Err(ContainerError::new(
                    "too_many_files",
                    format!("The archive holds more than {MAX_MEMBERS} files."),
                    "Unpack it and open the tables you need.",
                ));
            }
            let declared = number(field(&header, 124, 12)).ok_or_else(damaged)?;
            let kind = header.get(156).copied().unwrap_or_default();
            let size = if matches!(kind, b'x' | b'g' | b'L' | b'K') { declared } else { long_size.unwrap_or(declared) };
            self.left = size;
            self.padding = size.next_multiple_of(BLOCK as u64) - size;
            match kind {
                b'L' => long_name = Some(text(&self.content()?)),
                b'x' => {
                    let records = self.content()?;
                    long_name = pax(&records, "path").or(long_name);
                    long_size = pax(&records, "size").and_then(|s| s.parse().ok());
                }
                b'0' | 0 | b'7' => {
                    let name = long_name.take().unwrap_or_else(|| header_name(&header));
                    // Before ustar a folder was a file whose name ends with a slash.
                    if !name.ends_with('/') {
                        return Ok(Some(Entry { name, size }));
                    }
                }
                b'S' => {
                    let what = "The archive holds a sparse file, which this page does not read.";
                    return Err(ContainerError::new("unsupported_format", what, "Pack it again without --sparse."));
                }
                // Global headers, folders, links, devices.
                _ => (long_name, long_size) = (None, None),
            }
        }
    }

    /// Bytes of the current file; 0 at its end.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Result<usize, ContainerError> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let Some(into) = into.get_mut(..most).filter(|into| !into.is_empty()) else { return Ok(0) };
        let count = self.reader.read(into).map_err(ContainerError::from_io)?;
        if count == 0 {
            return Err(truncated());
        }
        self.left -= count as u64;
        Ok(count)
    }

    fn content(&mut self) -> Result<Vec<u8>, ContainerError> {
        if self.left > MAX_NAME {
            return Err(damaged());
        }
        let mut bytes = Vec::new();
        let mut part = [0; BLOCK];
        loop {
            let count = self.read(&mut part)?;
            if count == 0 {
                return Ok(bytes);
            }
            bytes.extend_from_slice(part.get(..count).unwrap_or_default());
        }
    }

    /// The next header, or `None` at the end: a block of zeros, or the end of the bytes.
    fn header(&mut self) -> Result<Option<[u8; BLOCK]>, ContainerError> {
        if self.ended {
            return Ok(None);
        }
        let mut header = [0; BLOCK];
        let mut filled = 0;
        while let Some(room) = header.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.reader.read(room).map_err(ContainerError::from_io)? {
                0 => break,
                count => filled += count,
            }
        }
        if filled == 0 || header.iter().all(|byte| *byte == 0) {
            self.ended = true;
            return Ok(None);
        }
        if filled < BLOCK {
            return Err(truncated());
        }
        let sum: u64 = header
            .iter()
            .enumerate()
            .map(|(at, byte)| {
                // The sum counts its own field as spaces.
                if (148..156).contains(&at) { 32 } else { u64::from(*byte) }
            })
            .sum();
        if number(field(&header, 148, 8)) != Some(sum) {
            return Err(damaged());
        }
        Ok(Some(header))
    }

    fn skip(&mut self, mut bytes: u64) -> Result<(), ContainerError> {
        while bytes > 0 {
            let copied = io::copy(&mut (&mut self.reader).take(bytes), &mut io::sink());
            match copied.map_err(ContainerError::from_io)? {
                0 => return Err(truncated()),
                count => bytes -= count,
            }
        }
        Ok(())
    }
}

fn field(header: &[u8; BLOCK], start: usize, length: usize) -> &[u8] {
    header.get(start..start + length).unwrap_or_default()
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

fn header_name(header: &[u8; BLOCK]) -> String {
    let name = text(field(header, 0, 100));
    let prefix = if field(header, 257, 6) == b"ustar\0" { text(field(header, 345, 155)) } else { String::new() };
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

/// Octal digits, or GNU's big-endian number behind a set first bit.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| *first == 0x80) {
        let bytes = field.get(1..)?;
        let (high, low) = bytes.split_at(bytes.len().checked_sub(8)?);
        return if high.iter().all(|byte| *byte == 0) { Some(u64::from_be_bytes(low.try_into().ok()?)) } else { None };
    }
    let digits = text(field);
    let digits = digits.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// The value of a pax record, `LENGTH KEY=VALUE\n`.
fn pax(records: &[u8], key: &str) -> Option<String> {
    let text = String::from_utf8_lossy(records);
    let values = text.lines().filter_map(|line| line.split_once(' ')?.1.split_once('='));
    values.filter(|(name, _)| *name == key).map(|(_, value)| value.to_owned()).next_back()
}

fn truncated() -> ContainerError {
    ContainerError::new("truncated", "The archive ends in the middle of a file: a part of it is missing.", AGAIN)
}

fn damaged() -> ContainerError {
    ContainerError::new("damaged_container", "A header of the tar archive is damaged.", AGAIN)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One file's header, content and padding.
    pub(in super::super) fn packed(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut header = [0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut out = header.to_vec();
        out.extend(content);
        out.resize(out.len().next_multiple_of(BLOCK), 0);
        out
    }

    fn tar(bytes: Vec<u8>) -> Tar {
        Tar::new(Box::new(io::Cursor::new(bytes)))
    }

    #[test]
    fn files_come_in_order_with_long_names() {
        let long = "very/".repeat(40) + "long.tsv";
        let mut bytes = packed("folder/", b'5', b"");
        bytes.extend(packed("a.tsv", b'0', b"alpha"));
        bytes.extend(packed("././@LongLink", b'L', format!("{long}\0").as_bytes()));
        bytes.extend(packed("short", b'0', &[7; 1000]));
        bytes.extend(packed("pax", b'x', b"19 path=b/gamma.txt\n"));
        bytes.extend(packed("cut", b'0', b"g"));
        bytes.extend([0; 1024]);
        let mut tar = tar(bytes);
        assert_eq!(tar.next_entry().unwrap(), Some(Entry { name: "a.tsv".into(), size: 5 }));
        let mut into = [0; 600];
        assert_eq!(tar.read(&mut into).unwrap(), 5);
        assert_eq!(tar.read(&mut into).unwrap(), 0);
        assert_eq!(tar.next_entry().unwrap(), Some(Entry { name: long, size: 1000 }));
        assert_eq!(tar.read(&mut into).unwrap(), 600);
        assert_eq!(tar.next_entry().unwrap(), Some(Entry { name: "b/gamma.txt".into(), size: 1 }));
        assert_eq!(tar.next_entry().unwrap(), None);
    }

    #[test]
    fn damage_is_an_error_not_an_end() {
        let whole = packed("a.tsv", b'0', &[1; 700]);
        let mut cut = tar(whole[..900].to_vec());
        assert!(cut.next_entry().unwrap().is_some());
        assert_eq!(cut.next_entry().unwrap_err().code, "truncated");
        let mut changed = whole.clone();
        changed[3] ^= 1;
        assert_eq!(tar(changed).next_entry().unwrap_err().code, "damaged_container");
        assert_eq!(tar(whole[..100].to_vec()).next_entry().unwrap_err().code, "truncated");
    }
}
