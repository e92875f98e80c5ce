//! Cells → the lines of a tab-separated table that read back as the same values.

use std::io::Write;

/// Lines being written; taken away in pieces.
#[derive(Default)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    begun: bool,
}

impl Lines {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// A cell of words. What a table's structure is made of is put in quotation marks.
    pub(super) fn word(&mut self, word: &str) {
        self.between();
        let special = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b'"');
        if !word.as_bytes().iter().any(special) {
            self.bytes.extend_from_slice(word.as_bytes());
            return;
        }
        // A line end inside a cell says nothing that a space does not, and would upset the count of lines.
        let one_line = word.replace(['\n', '\r'], " ").replace('"', "\"\"");
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(one_line.as_bytes());
        self.bytes.push(b'"');
    }

    /// An empty cell: missing.
    pub(super) fn nothing(&mut self) {
        self.between();
    }

    /// A float32, by its shortest form; NaN is missing, as it is in `cohort`.
    pub(super) fn float(&mut self, value: f32) {
        self.between();
        if value == 0.0 {
            self.bytes.push(b'0');
        } else if value.is_nan() {
            // An empty cell.
        } else if value.fract() == 0.0 && value.abs() < 1e9 {
            self.write(format_args!("{}", value as i64));
        } else if (1e-5..1e9).contains(&value.abs()) {
            self.write(format_args!("{value}"));
        } else {
            self.write(format_args!("{value:e}"));
        }
    }

    /// A number of a sheet, whole or not, as it stands.
    pub(super) fn number(&mut self, value: f64) {
        self.between();
        if value.is_nan() {
            return;
        }
        if value.fract() == 0.0 && value.abs() < 1e15 {
            self.write(format_args!("{}", value as i64));
        } else if (1e-5..1e15).contains(&value.abs()) {
            self.write(format_args!("{value}"));
        } else {
            self.write(format_args!("{value:e}"));
        }
    }

    /// The line is complete.
    pub(super) fn end_line(&mut self) {
        self.bytes.push(b'\n');
        self.begun = false;
    }

    /// All that is written so far.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn between(&mut self) {
        if self.begun {
            self.bytes.push(b'\t');
        }
        self.begun = true;
    }

    fn write(&mut self, what: std::fmt::Arguments) {
        // Writing to memory cannot fail.
        let _ = self.bytes.write_fmt(what);
    }
}

/// Days since 1970-01-01 → `2024-09-02` (proleptic Gregorian; the civil-from-days algorithm of H. Hinnant).
pub(super) fn date(days: i64) -> String {
    let z = days.clamp(-1_000_000, 4_000_000) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_back_as_themselves() {
        for value in [0.1_f32, -3.0, 1e-12, 1e30, f32::MAX, f32::MIN_POSITIVE, 16_777_216.0, 0.333_333_34, 123_456.79] {
            let mut lines = Lines::default();
            lines.float(value);
            let text = String::from_utf8(lines.take()).unwrap();
            assert_eq!(text.parse::<f32>().unwrap(), value, "{text}");
        }
    }

    #[test]
    fn cells_are_apart_and_quoted_where_need_be() {
        let mut lines = Lines::default();
        lines.nothing();
        lines.word("a \"b\"\tc");
        lines.number(0.5);
        lines.end_line();
        lines.float(f32::NAN);
        lines.word("x\ny");
        lines.end_line();
        assert_eq!(String::from_utf8(lines.take()).unwrap(), "\t\"a \"\"b\"\"\tc\"\t0.5\n\t\"x y\"\n");
    }

    #[test]
    fn dates_of_known_days() {
        for (days, text) in [(0, "1970-01-01"), (19_968, "2024-09-02"), (-1, "1969-12-31"), (11_016, "2000-02-29")] {
            assert_eq!(date(days), text);
        }
    }
}
