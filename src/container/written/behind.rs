//! Matrices that stand behind the rest of an HDF5 file, so that their values are written as they come and never held.
//!
//! hdf5-pure lays a file out around values it is given. So each matrix is first written as one value, [`stand_in`], and then its
//! header is told its shape and where its values lie; the superblock, where the file ends. What was changed gets its checksum
//! anew, and hdf5-pure has to read all of it back. The one value stays where it is, and nothing points to it.

use std::sync::Arc;

use hdf5_pure::{DatasetBuilder, File, FormatError, Layout, Source};

use super::anndata::AnnDataError;

/// Bytes of one value.
pub(super) const VALUE: u64 = size_of::<f32>() as u64;
/// Addresses, lengths and extents in the files that are made here.
const WORD: usize = 8;
/// Where the superblock says how wide they are, where the file ends, and what it sums to.
const WIDTHS: usize = 9;
const END: usize = 28;
const SUPERBLOCK: usize = 44;
/// Beginning and version of an object's header.
const HEADER: &[u8] = b"OHDR\x02";
/// Messages of a header: extent and storage.
const EXTENT: u8 = 1;
const STORAGE: u8 = 8;
/// Storage as one run of bytes.
const CONTIGUOUS: u8 = 1;

/// A matrix: where it is called for, rows and columns.
pub(super) type Matrix = (String, [u64; 2]);

/// Write a matrix as the one value that [`behind`] looks for.
pub(super) fn stand_in(dataset: &mut DatasetBuilder) -> &mut DatasetBuilder {
    dataset.with_f32_data(&[0.0]).with_shape(&[1, 1])
}

/// Zeros between the rest of a file and the first value. They are not put there here: bytes that grow are copied.
pub(super) fn gap(file: &[u8]) -> usize {
    file.len().next_multiple_of(WORD) - file.len()
}

/// The bytes of `file`, in which each of these is a [`stand_in`], as what the values of all, one after the other, follow behind
/// the [`gap`].
pub(super) fn behind(file: Vec<u8>, matrices: &[Matrix]) -> Result<Vec<u8>, AnnDataError> {
    let mut head = Arc::new(file);
    let places = places(&head, head.len() as u64, matrices)?;
    let headers: Vec<Header> = headers(&head).collect();
    let bytes = Arc::make_mut(&mut head);
    let mut end = (bytes.len() + gap(bytes)) as u64;
    let mut wanted = Vec::new();
    for ((name, shape), (_, address, _)) in matrices.iter().zip(places) {
        let size = VALUE * shape[0] * shape[1];
        let no_place = || AnnDataError::NoPlace(name.clone());
        let mut own = headers.iter().filter(|header| number(bytes, header.storage, WORD) == Some(address));
        let (Some(header), None) = (own.next(), own.next()) else { return Err(no_place()) };
        let words = [(header.extent, shape[0]), (header.extent + WORD, shape[1])];
        for (at, word) in words.into_iter().chain([(header.storage, end), (header.storage + WORD, size)]) {
            put(bytes, at, &word.to_le_bytes()).ok_or_else(no_place)?;
        }
        sum(bytes, header.begin, header.end).ok_or_else(no_place)?;
        wanted.push((shape.to_vec(), end, size));
        end += size;
    }
    let no_end = || AnnDataError::NoPlace("superblock".to_owned());
    let sizes = bytes.get(WIDTHS..WIDTHS + 2);
    if sizes != Some(&[WORD as u8; 2]) || !summed(bytes, 0, SUPERBLOCK) {
        return Err(no_end());
    }
    put(bytes, END, &end.to_le_bytes()).and_then(|()| sum(bytes, 0, SUPERBLOCK)).ok_or_else(no_end)?;
    if self::places(&head, end, matrices)? != wanted {
        return Err(AnnDataError::NoPlace("matrices".to_owned()));
    }
    Ok(Arc::unwrap_or_clone(head))
}

/// Shape, address and size of each of the datasets, as hdf5-pure reads them.
fn places(head: &Arc<Vec<u8>>, len: u64, matrices: &[Matrix]) -> Result<Vec<(Vec<u64>, u64, u64)>, AnnDataError> {
    let file = File::from_source(Head { bytes: Arc::clone(head), len })?;
    let place = |(name, _): &Matrix| {
        let dataset = file.dataset(name)?;
        match dataset.layout()? {
            Layout::Contiguous { address: Some(address), size } => Ok((dataset.shape()?, address, size)),
            _ => Err(AnnDataError::NoPlace(name.clone())),
        }
    };
    matrices.iter().map(place).collect()
}

/// The beginning of a file; what is behind it is not read.
struct Head {
    bytes: Arc<Vec<u8>>,
    len: u64,
}

impl Source for Head {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<(), FormatError> {
        let from = usize::try_from(offset).ok();
        let read = from.and_then(|from| self.bytes.get(from..from.checked_add(into.len())?));
        into.copy_from_slice(read.ok_or_else(|| FormatError::Source("behind what is written".to_owned()))?);
        Ok(())
    }
}

/// The header of a dataset of 2 dimensions that is one run of bytes.
struct Header {
    begin: usize,
    /// Where its checksum stands.
    end: usize,
    /// Where its extents begin.
    extent: usize,
    /// Where its address and size begin.
    storage: usize,
}

/// All of them: what only looks like one, in a name, say, does not sum to what it says.
fn headers(bytes: &[u8]) -> impl Iterator<Item = Header> {
    let begins = bytes.windows(HEADER.len()).enumerate().filter(|(_, window)| *window == HEADER);
    begins.filter_map(|(begin, _)| header(bytes, begin))
}

fn header(bytes: &[u8], begin: usize) -> Option<Header> {
    let flags = *bytes.get(begin + HEADER.len())?;
    // Four times and two thresholds are there where they are kept.
    let kept = if flags & 0x20 > 0 { 16 } else { 0 } + if flags & 0x10 > 0 { 4 } else { 0 };
    let mut at = begin + HEADER.len() + 1 + kept;
    let width = 1 << (flags & 3);
    let size = usize::try_from(number(bytes, at, width)?).ok()?;
    at += width;
    let end = at.checked_add(size).filter(|end| *end < bytes.len())?;
    if !summed(bytes, begin, end) {
        return None;
    }
    let (mut extent, mut storage) = (None, None);
    while at + 4 <= end {
        let (kind, size) = (bytes[at], number(bytes, at + 1, 2)? as usize);
        let body = at + if flags & 4 > 0 { 6 } else { 4 };
        at = body.checked_add(size).filter(|next| *next <= end)?;
        match (kind, bytes.get(body..at)?) {
            // Version 2, of 2 dimensions, without others to grow to.
            (EXTENT, [2, 2, 0, ..]) if size == 4 + 2 * WORD => extent = Some(body + 4),
            (STORAGE, [3 | 4, CONTIGUOUS, ..]) if size == 2 + 2 * WORD => storage = Some(body + 2),
            _ => {}
        }
    }
    Some(Header { begin, end, extent: extent?, storage: storage? })
}

/// A number of some bytes, the least first.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(width)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn put(bytes: &mut [u8], at: usize, new: &[u8]) -> Option<()> {
    bytes.get_mut(at..at + new.len())?.copy_from_slice(new);
    Some(())
}

/// Whether the checksum at `end` is that of the bytes before it.
fn summed(bytes: &[u8], begin: usize, end: usize) -> bool {
    bytes.get(begin..end).is_some_and(|of| number(bytes, end, 4) == Some(lookup3(of).into()))
}

/// Put it there.
fn sum(bytes: &mut [u8], begin: usize, end: usize) -> Option<()> {
    let sum = lookup3(bytes.get(begin..end)?);
    put(bytes, end, &sum.to_le_bytes())
}

/// HDF5's checksum of metadata: Bob Jenkins' lookup3, `hashlittle` from 0. Written here because hdf5-pure keeps its own private.
fn lookup3(bytes: &[u8]) -> u32 {
    let [mut a, mut b, mut c] = [0xdead_beef_u32.wrapping_add(bytes.len() as u32); 3];
    let blocks = bytes.chunks(12);
    let last = blocks.len().saturating_sub(1);
    for (at, block) in blocks.enumerate() {
        let mut whole = [0; 12];
        whole[..block.len()].copy_from_slice(block);
        let word = |at: usize| u32::from_le_bytes([whole[at], whole[at + 1], whole[at + 2], whole[at + 3]]);
        [a, b, c] = [a.wrapping_add(word(0)), b.wrapping_add(word(4)), c.wrapping_add(word(8))];
        if at < last {
            for turn in [4, 6, 8, 16, 19, 4] {
                [a, b, c] = [b, c.wrapping_add(b), a.wrapping_sub(c) ^ c.rotate_left(turn)];
            }
        } else {
            [a, b, c] = [c, a, b];
            for turn in [14, 11, 25, 16, 4, 14, 24] {
                [a, b, c] = [b, c, (a ^ c).wrapping_sub(c.rotate_left(turn))];
            }
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use hdf5_pure::FileBuilder;

    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_others_know() {
        let known = [("", 0xdead_beef), ("Four score and seven years ago", 0x1777_0551)];
        for (text, sum) in known {
            assert_eq!(lookup3(text.as_bytes()), sum, "{text}");
        }
    }

    fn file(names: &[&str]) -> Vec<u8> {
        let mut file = FileBuilder::new();
        for name in names {
            stand_in(file.create_dataset(name));
        }
        // What looks like a header of one is none.
        file.create_dataset("note").with_vlen_strings(&["OHDR\u{2}\u{0}\u{0}", "OHDR"]);
        file.finish().unwrap()
    }

    #[test]
    fn values_that_follow_are_read_as_the_matrices() {
        let matrices = [("b".to_owned(), [2, 3]), ("a".to_owned(), [3, 2])];
        let mut bytes = behind(file(&["a", "b"]), &matrices).unwrap();
        bytes.resize(bytes.len() + gap(&bytes), 0);
        let values: Vec<f32> = (0..12).map(|at| at as f32).collect();
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        let read = File::from_bytes(bytes).unwrap();
        for ((name, shape), wanted) in matrices.iter().zip(values.chunks(6)) {
            let dataset = read.dataset(name).unwrap();
            assert_eq!((dataset.shape().unwrap(), dataset.read_f32().unwrap()), (shape.to_vec(), wanted.to_vec()));
        }
        assert_eq!(read.dataset("note").unwrap().read_string().unwrap()[1], "OHDR");
    }

    #[test]
    fn what_is_not_there_or_is_damaged_is_refused() {
        let asked = |name: &str| behind(file(&["a"]), &[(name.to_owned(), [2, 3])]);
        assert!(matches!(asked("b"), Err(AnnDataError::Hdf5(_))));
        assert!(matches!(asked("note"), Err(AnnDataError::NoPlace(name)) if name == "note"));
        let whole = file(&["a"]);
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            // Refused or, where it matters to nothing here, done: never a panic.
            let _ = behind(damaged, &[("a".to_owned(), [2, 3])]);
        }
    }
}
