//! Bytes → text bytes with `\n` line ends: byte order marks, UTF-16, Windows and old Mac line ends.

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memchr;
use std::borrow::Cow;

/// Longest byte order mark.
const MARK: usize = 3;

/// A push transcoder. Without a byte order mark bytes pass as they are: every character a table's structure needs is
/// ASCII, so UTF-8 and Windows-1252 are told apart field by field ([`field_text`]).
pub(super) struct Transcoder {
    head: Vec<u8>,
    started: bool,
    decoder: Option<Decoder>,
    name: &'static str,
    after_return: bool,
    decoded: String,
    lines: Vec<u8>,
}

impl Transcoder {
    pub(super) fn new() -> Self {
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
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Takes bytes and hands text to `sink`.
    pub(super) fn push<E>(&mut self, bytes: &[u8], sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.started {
            return self.transcode(bytes, false, sink);
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() < MARK { Ok(()) } else { self.start(false, sink) }
    }

    /// Hands out what is left.
    pub(super) fn finish<E>(&mut self, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.started { self.transcode(&[], true, sink) } else { self.start(true, sink) }
    }

    fn start<E>(&mut self, last: bool, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        self.started = true;
        let head = std::mem::take(&mut self.head);
        let mut mark = 0;
        if let Some((encoding, length)) = Encoding::for_bom(&head) {
            mark = length;
            if encoding == UTF_16LE || encoding == UTF_16BE {
                self.decoder = Some(encoding.new_decoder_without_bom_handling());
            }
            self.name = if encoding == UTF_8 { "UTF-8 with a byte order mark" } else { encoding.name() };
        }
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
        decoded.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len()));
        let _ = decoder.decode_to_string(bytes, &mut decoded, last);
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
pub(super) fn field_text(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, true),
    }
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
    }
}
