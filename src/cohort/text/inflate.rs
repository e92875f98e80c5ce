//! Gzip, one block at a time: several members (bgzip, `cat a.gz b.gz`), checksums, truncation, zip bombs.

use std::io::Write;

use flate2::write::GzDecoder;

use super::limits::{FREE_INFLATION, INFLATE_BLOCK, MAX_INFLATION};
use crate::cohort::CohortError;

/// The two bytes every gzip member begins with.
pub(in crate::cohort) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A push decoder. flate2's own `MultiGzDecoder` joins members too, but cannot tell a file that ends too early from one
/// whose checksum fails; driving one `GzDecoder` per member can.
pub(in crate::cohort) struct Inflate {
    member: GzDecoder<Vec<u8>>,
    first: bool,
    block: Vec<u8>,
    taken: u64,
    given: u64,
}

impl Inflate {
    pub(in crate::cohort) fn new() -> Self {
        Inflate {
            member: GzDecoder::new(Vec::new()),
            first: true,
            block: Vec::with_capacity(INFLATE_BLOCK),
            taken: 0,
            given: 0,
        }
    }

    /// Takes compressed bytes and hands inflated ones to `sink`.
    pub(in crate::cohort) fn push(
        &mut self,
        mut bytes: &[u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), CohortError>,
    ) -> Result<(), CohortError> {
        while !bytes.is_empty() {
            let room = INFLATE_BLOCK - self.block.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == INFLATE_BLOCK {
                self.inflate_block(sink)?;
            }
        }
        Ok(())
    }

    /// Inflates what is left and checks that the last member is whole.
    pub(in crate::cohort) fn finish(
        &mut self,
        sink: &mut impl FnMut(&[u8]) -> Result<(), CohortError>,
    ) -> Result<(), CohortError> {
        self.inflate_block(sink)?;
        // A finished member takes no more bytes; an unfinished one takes this one.
        if !matches!(self.member.write(&[0]), Ok(0)) {
            return Err(truncated());
        }
        self.member.try_finish().map_err(|_| corrupt())
    }

    fn inflate_block(&mut self, sink: &mut impl FnMut(&[u8]) -> Result<(), CohortError>) -> Result<(), CohortError> {
        let block = std::mem::take(&mut self.block);
        let mut rest = block.as_slice();
        while !rest.is_empty() {
            match self.member.write(rest) {
                Ok(0) => {
                    self.member.try_finish().map_err(|_| corrupt())?;
                    self.drain(sink)?;
                    self.member = GzDecoder::new(Vec::new());
                    self.first = false;
                }
                Ok(n) => rest = rest.get(n..).unwrap_or_default(),
                Err(_) if self.member.header().is_none() && !self.first => return Err(trailing()),
                Err(_) => return Err(corrupt()),
            }
        }
        self.taken += block.len() as u64;
        self.block = block;
        self.block.clear();
        self.drain(sink)?;
        // flate2 keeps inflated bytes back until its next call: ask for them, or the last lines would come late.
        self.member.flush().map_err(|_| corrupt())?;
        self.drain(sink)?;
        if self.given > FREE_INFLATION && self.given / MAX_INFLATION > self.taken {
            return Err(CohortError::new(
                "zip_bomb",
                format!(
                    "The compressed file grows more than {MAX_INFLATION}-fold when opened, which no expression file does."
                ),
                "Decompress it and look at what it holds.",
            ));
        }
        Ok(())
    }

    fn drain(&mut self, sink: &mut impl FnMut(&[u8]) -> Result<(), CohortError>) -> Result<(), CohortError> {
        let out = self.member.get_mut();
        self.given += out.len() as u64;
        let result = sink(out);
        out.clear();
        result
    }
}

fn truncated() -> CohortError {
    CohortError::new(
        "truncated_gzip",
        "The compressed file ends too early: a part of it is missing.",
        "Download or copy it again and compare its size with the original.",
    )
}

fn corrupt() -> CohortError {
    CohortError::new(
        "corrupt_gzip",
        "The compressed file is damaged: its contents do not match its checksum.",
        "Download or copy it again.",
    )
}

fn trailing() -> CohortError {
    CohortError::new(
        "trailing_junk",
        "After the end of the compressed data there are bytes that are not gzip.",
        "Download it again, or decompress it and open the plain file.",
    )
}
