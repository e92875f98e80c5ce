//! Deflate streams of containers under the limits of [`super::limits`].

use std::io::{self, Read};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

use super::error::ContainerError;
use super::limits::{FREE_INFLATION, MAX_INFLATION, MAX_TOTAL};
use super::source::Stream;

/// Inflated bytes, counted against the compressed ones.
pub(super) struct Inflated {
    decoder: Decoder,
    given: u64,
    start: u64,
    check: Option<Check>,
}

enum Decoder {
    Gzip(Box<MultiGzDecoder<Stream>>),
    Deflate(Box<DeflateDecoder<Stream>>),
    Stored(Stream),
}

/// What a zip says of a member.
struct Check {
    size: u64,
    sum: u32,
    crc: Crc,
}

impl Inflated {
    pub(super) fn gzip(stream: Stream) -> Self {
        let start = stream.position();
        Inflated { decoder: Decoder::Gzip(Box::new(MultiGzDecoder::new(stream))), given: 0, start, check: None }
    }

    /// A zip's member, deflated or stored, whose length and checksum are looked at when it ends.
    pub(super) fn member(stream: Stream, deflated: bool, size: u64, sum: u32) -> Self {
        let start = stream.position();
        let check = Some(Check { size, sum, crc: Crc::new() });
        let decoder =
            if deflated { Decoder::Deflate(Box::new(DeflateDecoder::new(stream))) } else { Decoder::Stored(stream) };
        Inflated { decoder, given: 0, start, check }
    }

    /// Compressed bytes taken.
    pub(super) fn taken(&self) -> u64 {
        let position = match &self.decoder {
            Decoder::Gzip(decoder) => decoder.get_ref().position(),
            Decoder::Deflate(decoder) => decoder.get_ref().position(),
            Decoder::Stored(stream) => stream.position(),
        };
        position - self.start
    }
}

impl Read for Inflated {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.decoder {
            Decoder::Gzip(decoder) => decoder.read(into)?,
            Decoder::Deflate(decoder) => decoder.read(into)?,
            Decoder::Stored(stream) => stream.read(into)?,
        };
        self.given += count as u64;
        if let Some(check) = &mut self.check {
            check.crc.update(into.get(..count).unwrap_or_default());
            let ended = count == 0 && !into.is_empty();
            if check.crc.amount() == 0 && ended && check.size == 0 {
                return Ok(0);
            }
            if self.given > check.size || (ended && (self.given < check.size || check.crc.sum() != check.sum)) {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        if self.given > MAX_TOTAL || (self.given > FREE_INFLATION && self.given / MAX_INFLATION > self.taken()) {
            return Err(bomb().into());
        }
        Ok(count)
    }
}

/// What is refused because it grows beyond reason.
pub(super) fn bomb() -> ContainerError {
    ContainerError::new(
        "zip_bomb",
        format!(
            "A compressed file grows more than {MAX_INFLATION}-fold, or beyond {} GB, when opened, which no expression \
             file does.",
            MAX_TOTAL >> 30
        ),
        "Decompress it and look at what it holds.",
    )
}
