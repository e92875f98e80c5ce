//! Zip: the directory by the `zip` crate, the members by flate2, so that each can be handed on piece by piece.

use std::io::Read;

use zip::CompressionMethod;
use zip::read::ZipArchive;
use zip::result::ZipError;

use super::error::ContainerError;
use super::inflate::Inflated;
use super::limits::MAX_MEMBERS;
use super::source::{Source, Stream};

/// A member of a zip.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) size: u64,
    index: usize,
    encrypted: bool,
    method: CompressionMethod,
    compressed: u64,
    sum: u32,
}

/// A zip's directory.
pub(super) struct Directory {
    archive: ZipArchive<Stream>,
    source: Source,
    pub(super) members: Vec<Member>,
}

impl Directory {
    /// Reads the directory at the file's end; folders are passed over.
    pub(super) fn open(source: Source) -> Result<Self, ContainerError> {
        let mut archive = ZipArchive::new(Stream::new(source.clone())).map_err(refused)?;
        if archive.len() > MAX_MEMBERS {
            return Err(ContainerError::new(
                "too_many_files",
                format!("The archive holds more than {MAX_MEMBERS} files."),
                "Unpack it and open the tables you need.",
            ));
        }
        let mut members = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index).map_err(refused)?;
            if file.is_dir() || file.is_symlink() {
                continue;
            }
            members.push(Member {
                name: file.name().map_err(refused)?.into_owned(),
                size: file.size(),
                index,
                encrypted: file.encrypted(),
                method: file.compression(),
                compressed: file.compressed_size(),
                sum: file.crc32(),
            });
        }
        Ok(Directory { archive, source, members })
    }

    /// The bytes of a member.
    pub(super) fn content(&mut self, member: &Member) -> Result<Inflated, ContainerError> {
        if member.encrypted {
            return Err(ContainerError::new(
                "encrypted_zip",
                "The archive is encrypted.",
                "Unpack it with its password and open the tables inside.",
            ));
        }
        let deflated = match member.method {
            CompressionMethod::Deflated => true,
            CompressionMethod::Stored => false,
            other => {
                let what = format!("A file in the archive is compressed by {other:?}, which this page does not read.");
                return Err(ContainerError::new(
                    "unsupported_format",
                    what,
                    "Pack it again as an ordinary zip (deflate).",
                ));
            }
        };
        let raw = self.archive.by_index_raw(member.index).map_err(refused)?;
        let start = raw.data_start().ok_or_else(|| ContainerError::damaged("zip", "a member has no place"))?;
        drop(raw);
        let stream = Stream::part(self.source.clone(), start, member.compressed);
        Ok(Inflated::member(stream, deflated, member.size, member.sum))
    }

    /// The member of this name.
    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// A small member's first bytes, for what a zip says it is.
    pub(super) fn start_of(&mut self, name: &str, most: u64) -> Option<Vec<u8>> {
        let member = self.member(name)?.clone();
        let mut bytes = Vec::new();
        self.content(&member).ok()?.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

fn refused(error: ZipError) -> ContainerError {
    match error {
        ZipError::Io(error) => ContainerError::from_io(error),
        other => ContainerError::damaged("zip", other),
    }
}
