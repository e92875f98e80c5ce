//! Bytes → every piece of the container they are taken for: pieces or a typed error, and no more than a bounded multiple
//! of what came in.

use std::sync::Arc;

use twinpurify::container::source::Memory;
use twinpurify::container::{Container, Piece, sniff};

/// Deflate's ceiling is 1032; a Parquet dictionary may name one long word for many rows.
const MULTIPLE: usize = 2000;

/// Small files of zeros are free.
const FREE: usize = 64 << 20;

/// Opens and reads to the end.
pub fn run(bytes: &[u8]) {
    let _ = sniff(bytes);
    let Ok(mut container) = Container::open("fuzzed", Arc::new(Memory(bytes.to_vec()))) else { return };
    let mut given = 0;
    while let Ok(Some(piece)) = container.next_piece() {
        if let Piece::Bytes(piece) = piece {
            given += piece.len();
        }
        assert!(given < FREE + MULTIPLE * bytes.len(), "{given} bytes of {}", bytes.len());
    }
}
