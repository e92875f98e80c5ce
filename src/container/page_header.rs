//! A Parquet page's header, looked at before the parquet crate reads it.
//!
//! The crate (60.1) skips what it does not know field by field, and a list of two thousand million booleans, which takes
//! four bytes to state, keeps it for twenty seconds. A page's header (`PageHeader` of parquet.thrift) holds structures,
//! numbers and words alone: one with a list, a set or a map is damaged.

use std::io::{Error, Read, Result, copy, sink};

/// Structures in structures: a header, its kind's, its statistics.
const DEPTH: usize = 8;

/// Fields of a header: parquet.thrift knows under thirty.
const FIELDS: usize = 1000;

/// Reads over a header in thrift's compact protocol.
///
/// # Errors
/// What is no page's header, in a few words.
pub(super) fn check(header: &mut impl Read) -> Result<()> {
    let mut fields = 0;
    structure(header, DEPTH, &mut fields)
}

fn structure(input: &mut impl Read, depth: usize, fields: &mut usize) -> Result<()> {
    loop {
        let [head] = bytes(input)?;
        if head == 0 {
            return Ok(());
        }
        *fields += 1;
        if *fields > FIELDS || depth == 0 {
            return Err(damaged("has more fields than any"));
        }
        // A field whose number is not a small step from the one before writes it out.
        if head >> 4 == 0 {
            varint(input)?;
        }
        match head & 0x0f {
            // Booleans lie in the head.
            1 | 2 => {}
            3 => drop(bytes::<1>(input)?),
            4..=6 => drop(varint(input)?),
            7 => drop(bytes::<8>(input)?),
            8 => {
                let length = varint(input)?;
                if copy(&mut input.by_ref().take(length), &mut sink())? < length {
                    return Err(damaged("is longer than the file"));
                }
            }
            12 => structure(input, depth - 1, fields)?,
            _ => return Err(damaged("holds what no page header holds")),
        }
    }
}

fn varint(input: &mut impl Read) -> Result<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = bytes(input)?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(damaged("has a number of more than 64 bits"))
}

fn bytes<const N: usize>(input: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn damaged(what: &str) -> Error {
    Error::other(format!("a page's header {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_words_and_structures_pass_and_lists_do_not() {
        let passes = |bytes: &[u8]| check(&mut &*bytes).is_ok();
        // type, two sizes, and a structure of a number, a word and a boolean.
        let header =
            [0x15, 0x00, 0x15, 0x80, 0x01, 0x15, 0x02, 0x2c, 0x15, 0x04, 0x18, 0x02, b'a', b'b', 0x11, 0x00, 0x00];
        assert!(passes(&header));
        for cut in 0..header.len() {
            assert!(!passes(&header[..cut]), "{cut}");
        }
        // A list of 2^31 − 1 booleans; a word of 2^40 bytes; structures without end.
        assert!(!passes(&[0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00]));
        assert!(!passes(&[0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x00]));
        assert!(!passes(&[0x1c; 64]));
        assert!(!passes(&[0x11; 2000]));
    }
}
