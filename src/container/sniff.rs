//! What a file is, by its first bytes: a table that `cohort` reads as it comes, a container, or something foreign.

use std::io::Read;

use super::error::ContainerError;

/// Bytes at a file's start by which its kind is told; tar's mark is at 257.
pub const HEAD: usize = 512;

/// What a file's first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, or gzip of text: `cohort` reads it.
    Table,
    /// A zip archive or what is made of one: a workbook.
    Zip,
    /// A tar archive.
    Tar,
    /// HDF5, so AnnData.
    Hdf5,
    /// Apache Parquet.
    Parquet,
    /// Gzip of one of these, which is read from memory once inflated; of a tar, as a stream.
    Gzip(Inner),
    /// A format we do not read; see [`Foreign`].
    Foreign(Foreign),
}

/// What lies in a gzip that is no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inner {
    /// A tar archive.
    Tar,
    /// A zip archive or workbook.
    Zip,
    /// HDF5.
    Hdf5,
    /// Parquet.
    Parquet,
    /// Something we do not read.
    Foreign(Foreign),
}

/// A format that is recognised only to say what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Excel before 2007, or an encrypted workbook: both are OLE files.
    OldExcel,
    /// Feather or Arrow IPC.
    Arrow,
    /// 7z, rar, bzip2, xz or zstd.
    Packed(&'static str),
    /// PDF.
    Pdf,
    /// A picture.
    Picture,
    /// R's serialised objects (`.rds`, `.RData`).
    R,
}

const MARKS: [(&[u8], Kind); 19] = [
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08", Kind::Zip),
    (b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (b"PAR1", Kind::Parquet),
    (b"ARROW1", Kind::Foreign(Foreign::Arrow)),
    (b"FEA1", Kind::Foreign(Foreign::Arrow)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Foreign(Foreign::OldExcel)),
    (b"7z\xbc\xaf\x27\x1c", Kind::Foreign(Foreign::Packed("7z"))),
    (b"Rar!\x1a\x07", Kind::Foreign(Foreign::Packed("rar"))),
    (b"BZh9", Kind::Foreign(Foreign::Packed("bzip2"))),
    (b"\xfd7zXZ\x00", Kind::Foreign(Foreign::Packed("xz"))),
    (b"\x28\xb5\x2f\xfd", Kind::Foreign(Foreign::Packed("Zstandard"))),
    (b"%PDF-", Kind::Foreign(Foreign::Pdf)),
    (b"\x89PNG\r\n\x1a\n", Kind::Foreign(Foreign::Picture)),
    (b"\xff\xd8\xff", Kind::Foreign(Foreign::Picture)),
    (b"RDX2\n", Kind::Foreign(Foreign::R)),
    (b"RDX3\n", Kind::Foreign(Foreign::R)),
    (b"X\n\x00\x00\x00", Kind::Foreign(Foreign::R)),
];

/// Where a tar's header has its mark, and the mark.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// Decides from a file's first [`HEAD`] bytes; of a gzip, some kB more must be given for its content to be seen.
pub fn sniff(head: &[u8]) -> Kind {
    if head.starts_with(&[0x1f, 0x8b]) {
        let mut inner = [0; HEAD];
        let mut filled = 0;
        let mut inflate = flate2::read::GzDecoder::new(head);
        // A head that ends in the middle is no error here; what was inflated until then decides.
        while let Some(room) = inner.get_mut(filled..).filter(|room| !room.is_empty()) {
            match inflate.read(room) {
                Ok(0) | Err(_) => break,
                Ok(n) => filled += n,
            }
        }
        return match plain(inner.get(..filled).unwrap_or_default()) {
            Kind::Tar => Kind::Gzip(Inner::Tar),
            Kind::Zip => Kind::Gzip(Inner::Zip),
            Kind::Hdf5 => Kind::Gzip(Inner::Hdf5),
            Kind::Parquet => Kind::Gzip(Inner::Parquet),
            Kind::Foreign(foreign) => Kind::Gzip(Inner::Foreign(foreign)),
            Kind::Table | Kind::Gzip(_) => Kind::Table,
        };
    }
    plain(head)
}

fn plain(head: &[u8]) -> Kind {
    if head.get(TAR.0..).is_some_and(|rest| rest.starts_with(TAR.1)) {
        return Kind::Tar;
    }
    MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map_or(Kind::Table, |(_, kind)| *kind)
}

impl Foreign {
    /// Why it is not read, and what to do.
    pub fn refusal(self) -> ContainerError {
        let (what, remedy) = match self {
            Self::OldExcel => (
                "This is a workbook of Excel before 2007, or one with a password.".to_owned(),
                "Open it in Excel or LibreOffice and save it as .xlsx without a password, or as .csv.",
            ),
            Self::Arrow => (
                "This is a Feather or Arrow file, which this page does not read.".to_owned(),
                "Save it as Parquet with Snappy compression, or as .tsv.gz.",
            ),
            Self::Packed(name) => (
                format!("This is compressed by {name}, which this page does not read."),
                "Decompress it, or compress it with gzip or zip.",
            ),
            Self::Pdf => ("This is a PDF, not a table.".to_owned(), "Open the table it was printed from."),
            Self::Picture => ("This is a picture, not a table.".to_owned(), "Open the table it was made from."),
            Self::R => (
                "This is a file of R objects, which only R can read.".to_owned(),
                "In R: write.table(x, gzfile(\"expression.tsv.gz\"), sep = \"\\t\", quote = FALSE, col.names = NA).",
            ),
        };
        ContainerError::new("unsupported_format", what, remedy)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn kinds_are_told_by_content() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(sniff(b"gene\ts1\nA\t1\n"), Kind::Table);
        assert_eq!(sniff(b""), Kind::Table);
        assert_eq!(sniff(b"PK\x03\x04rest"), Kind::Zip);
        assert_eq!(sniff(&tar), Kind::Tar);
        assert_eq!(sniff(&gzip(&tar)), Kind::Gzip(Inner::Tar));
        assert_eq!(sniff(&gzip(b"\x89HDF\r\n\x1a\nrest")), Kind::Gzip(Inner::Hdf5));
        assert_eq!(sniff(&gzip(b"gene\ts1\n")), Kind::Table);
        assert_eq!(sniff(&[0x1f, 0x8b]), Kind::Table);
        assert_eq!(sniff(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Kind::Foreign(Foreign::OldExcel));
        // A table whose first heading begins like a mark's first bytes stays a table.
        assert_eq!(sniff(b"BZ1\tBZ2\n"), Kind::Table);
        assert_eq!(sniff(b"X\tA\n"), Kind::Table);
    }
}
