//! Bytes → text bytes with `\n` line ends: byte order marks, UTF-16, Windows and old Mac line ends.

use memchr::memchr;
use std::borrow::Cow;

/// Longest byte order mark.
const MARK: usize = 3;

/// Bytes 0x80..=0x9f of Windows-1252 as the WHATWG maps them; those above are Latin-1. Written out here because
/// encoding_rs brings the tables of every legacy encoding, a tenth of the engine's size, for these 32 characters.
const WINDOWS_1252_HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// UTF-16 in any chunks → text; what is no character becomes U+FFFD.
struct Utf16 {
    big_endian: bool,
    /// First byte of a unit cut by a chunk's end.
    byte: Option<u8>,
    /// Units of this chunk; between chunks, at most one leading surrogate.
    units: Vec<u16>,
}

impl Utf16 {
    fn new(big_endian: bool) -> Self {
        Utf16 { big_endian, byte: None, units: Vec::new() }
    }

    fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        for &byte in bytes {
            match self.byte.take() {
                None => self.byte = Some(byte),
                Some(first) if self.big_endian => self.units.push(u16::from_be_bytes([first, byte])),
                Some(first) => self.units.push(u16::from_le_bytes([first, byte])),
            }
        }
        let waiting = self.units.pop_if(|unit| !last && (0xd800..0xdc00).contains(unit));
        let characters = char::decode_utf16(self.units.drain(..));
        text.extend(characters.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        self.units.extend(waiting);
        if last && self.byte.take().is_some() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// A push transcoder. Without a byte order mark bytes pass as they are: every character a table's structure needs is
/// ASCII, so UTF-8 and Windows-1252 are told apart field by field ([`field_text`]).
pub(in crate::cohort) struct Transcoder {
    head: Vec<u8>,
    started: bool,
    decoder: Option<Utf16>,
    name: &'static str,
    after_return: bool,
    decoded: String,
    lines: Vec<u8>,
}

impl Transcoder {
    pub(in crate::cohort) fn new() -> Self {
        Transcoder {
            head: Vec::new(),
            started: false,
            decoder: None,
            name: "UTF-8",
            after_return: false,
            decoded: String::new(),
            lines: Vec::new(),
        }
    }

    /// The encoding's name for the file's detail.
    pub(in crate::cohort) fn name(&self) -> &'static str {
        self.name
    }

    /// Takes bytes and hands text to `sink`.
    pub(in crate::cohort) fn push<E>(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.started {
            return self.transcode(bytes, false, sink);
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() < MARK { Ok(()) } else { self.start(false, sink) }
    }

    /// Hands out what is left.
    pub(in crate::cohort) fn finish<E>(&mut self, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.started { self.transcode(&[], true, sink) } else { self.start(true, sink) }
    }

    fn start<E>(&mut self, last: bool, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        self.started = true;
        let head = std::mem::take(&mut self.head);
        let mark = match head.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => {
                self.name = "UTF-8 with a byte order mark";
                3
            }
            [0xff, 0xfe, ..] => {
                (self.name, self.decoder) = ("UTF-16LE", Some(Utf16::new(false)));
                2
            }
            [0xfe, 0xff, ..] => {
                (self.name, self.decoder) = ("UTF-16BE", Some(Utf16::new(true)));
                2
            }
            _ => 0,
        };
        self.transcode(head.get(mark..).unwrap_or_default(), last, sink)
    }

    fn transcode<E>(
        &mut self,
        bytes: &[u8],
        last: bool,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(decoder) = &mut self.decoder else {
            return unify_lines(bytes, &mut self.after_return, &mut self.lines, sink);
        };
        let mut decoded = std::mem::take(&mut self.decoded);
        decoded.clear();
        decoder.decode(bytes, last, &mut decoded);
        let result = unify_lines(decoded.as_bytes(), &mut self.after_return, &mut self.lines, sink);
        self.decoded = decoded;
        result
    }
}

/// Turns `\r\n` and a lone `\r` into `\n`, so that csv-core's line count is right for all three.
fn unify_lines<E>(
    mut bytes: &[u8],
    after_return: &mut bool,
    lines: &mut Vec<u8>,
    sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    if bytes.is_empty() {
        return Ok(());
    }
    if std::mem::take(after_return) {
        bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
    }
    if memchr(b'\r', bytes).is_none() {
        return sink(bytes);
    }
    lines.clear();
    while let Some(at) = memchr(b'\r', bytes) {
        let (before, rest) = bytes.split_at(at);
        lines.extend_from_slice(before);
        lines.push(b'\n');
        let rest = rest.get(1..).unwrap_or_default();
        *after_return = rest.is_empty();
        bytes = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    lines.extend_from_slice(bytes);
    sink(lines)
}

/// A field as text: UTF-8, else Windows-1252 (every byte has a meaning there); `true` when it was the latter.
pub(in crate::cohort) fn field_text(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), true),
    }
}

fn windows_1252(byte: u8) -> char {
    let high = byte.checked_sub(0x80).and_then(|at| WINDOWS_1252_HIGH.get(usize::from(at)));
    high.copied().unwrap_or_else(|| char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], chunk: usize) -> String {
        let mut out = Vec::new();
        let mut sink = |text: &[u8]| -> Result<(), ()> {
            out.extend_from_slice(text);
            Ok(())
        };
        let mut transcoder = Transcoder::new();
        for part in bytes.chunks(chunk) {
            transcoder.push(part, &mut sink).unwrap();
        }
        transcoder.finish(&mut sink).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn all_line_ends_become_one() {
        for chunk in 1..7 {
            assert_eq!(read(b"a\r\nb\rc\nd\r\r\ne\r", chunk), "a\nb\nc\nd\n\ne\n");
        }
    }

    #[test]
    fn byte_order_marks_are_read_at_any_chunk() {
        let text = "gène\t1\r\n";
        let mut le = vec![0xff, 0xfe];
        let mut be = vec![0xfe, 0xff];
        for unit in text.encode_utf16() {
            le.extend(unit.to_le_bytes());
            be.extend(unit.to_be_bytes());
        }
        let mut marked = vec![0xef, 0xbb, 0xbf];
        marked.extend(text.as_bytes());
        for chunk in 1..9 {
            for bytes in [&le, &be, &marked] {
                assert_eq!(read(bytes, chunk), "gène\t1\n");
            }
        }
    }

    #[test]
    fn what_is_not_utf8_is_windows_1252() {
        assert_eq!(field_text(b"M\xfcller"), (Cow::Borrowed("Müller"), true));
        assert!(!field_text("Müller".as_bytes()).1);
        assert_eq!(field_text(b"5 \x80 \x96 \x9f\xff").0, "5 € – Ÿÿ");
    }

    #[test]
    fn surrogates_cross_chunks_and_broken_ones_are_replaced() {
        let units = "a😀b".encode_utf16().chain([0xd800, 0x41, 0xdc00, 0xd83d]);
        let mut bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(units.flat_map(u16::to_le_bytes)).collect();
        bytes.push(0x41);
        for chunk in 1..9 {
            assert_eq!(read(&bytes, chunk), "a😀b\u{fffd}A\u{fffd}\u{fffd}\u{fffd}", "{chunk}");
        }
    }
}
