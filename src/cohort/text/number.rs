//! One cell → one value.

use twinpurify_cells::short_decimal;

/// Why a cell is not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cohort) enum NumberFault {
    /// Neither a number nor one of the words for missing.
    NotANumber,
    /// `inf`, or too large for a float32; not `-inf`.
    NotFinite,
}

/// A value, and whether its decimal mark was a comma.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::cohort) struct Parsed {
    pub(in crate::cohort) value: f32,
    pub(in crate::cohort) comma: bool,
}

/// The words for a missing value, in lower case; the bracketed ones are TCGA's.
const MISSING: [&str; 14] = [
    "",
    "na",
    "nan",
    "n/a",
    "#n/a",
    "null",
    "none",
    "-",
    "--",
    "'--",
    "[not available]",
    "[not applicable]",
    "[unknown]",
    "not available",
];

/// What a sample sheet writes where nothing is known of a sample, beside [`MISSING`], in lower case: the words of TCGA's and
/// GDC's sheets, and `GX`, the grade that could not be assessed.
const NOT_KNOWN: [&str; 14] = [
    "[not evaluated]",
    "[discrepancy]",
    "[pending]",
    "not reported",
    "not evaluated",
    "not applicable",
    "not assessed",
    "not known",
    "missing",
    "indeterminate",
    "unknown",
    "unk",
    "gx",
    "?",
];

/// Whether a cell says that its value is missing.
pub(in crate::cohort) fn is_missing(cell: &str) -> bool {
    let cell = cell.trim();
    cell.len() <= 16 && MISSING.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// Whether a cell of a sample sheet says nothing of its sample.
pub(in crate::cohort) fn is_not_known(cell: &str) -> bool {
    is_missing(cell) || NOT_KNOWN.iter().any(|word| cell.trim().eq_ignore_ascii_case(word))
}

/// What R and Python write for the logarithm of nothing.
fn is_minus_infinity(cell: &str) -> bool {
    let cell = cell.trim();
    cell.eq_ignore_ascii_case("-inf") || cell.eq_ignore_ascii_case("-infinity")
}

/// Reads a cell as float32; missing is `NaN`, and minus infinity stays what it is, for only the whole matrix says whether it
/// is the logarithm of nothing. With `comma_allowed`, `1,5` is one and a half.
pub(in crate::cohort) fn parse_value(cell: &[u8], comma_allowed: bool) -> Result<Parsed, NumberFault> {
    if let Some(value) = short_decimal(cell) {
        return Ok(Parsed { value, comma: false });
    }
    let Ok(text) = std::str::from_utf8(cell) else {
        return Err(NumberFault::NotANumber);
    };
    if is_minus_infinity(text) {
        return Ok(Parsed { value: f32::NEG_INFINITY, comma: false });
    }
    if let Ok(value) = text.parse::<f32>() {
        return if value.is_infinite() { Err(NumberFault::NotFinite) } else { Ok(Parsed { value, comma: false }) };
    }
    let text = text.trim();
    if is_missing(text) {
        return Ok(Parsed { value: f32::NAN, comma: false });
    }
    let comma = comma_allowed && text.bytes().filter(|b| *b == b',').count() == 1 && !text.contains('.');
    let parsed = if comma { text.replacen(',', ".", 1).parse::<f32>() } else { text.parse::<f32>() };
    match parsed {
        Ok(value) if value.is_infinite() => Err(NumberFault::NotFinite),
        Ok(value) => Ok(Parsed { value, comma }),
        Err(_) => Err(NumberFault::NotANumber),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_missing_and_faults() {
        for (cell, value) in [("1.5", 1.5), (" 2 ", 2.0), ("-3e2", -300.0), (".5", 0.5), ("1e-45", 1e-45)] {
            assert_eq!(parse_value(cell.as_bytes(), false).unwrap().value, value, "{cell}");
        }
        for cell in ["", "NA", "NaN", "nan", " N/A", "null", "#N/A"] {
            assert!(parse_value(cell.as_bytes(), false).unwrap().value.is_nan(), "{cell}");
        }
        for cell in ["inf", "Infinity", "1e39", "-1e39"] {
            assert_eq!(parse_value(cell.as_bytes(), false), Err(NumberFault::NotFinite), "{cell}");
        }
        for cell in ["-inf", " -Inf ", "-Infinity"] {
            assert_eq!(parse_value(cell.as_bytes(), false).unwrap().value, f32::NEG_INFINITY, "{cell}");
        }
        for cell in ["x", "1.2.3", "12 3", "1,5"] {
            assert_eq!(parse_value(cell.as_bytes(), false), Err(NumberFault::NotANumber), "{cell}");
        }
    }

    #[test]
    fn short_decimals_equal_the_general_parser() {
        let texts = (0..20_000_u32).flat_map(|i| {
            let number = i.wrapping_mul(2_654_435_761) % 10_000_000;
            let (whole, part) = (number / 1000, number % 1000);
            [format!("{number}"), format!("-{whole}.{part:03}"), format!("0.{number:06}"), format!("{whole}.")]
        });
        for text in texts {
            if let Some(value) = short_decimal(text.as_bytes()) {
                assert_eq!(value.to_bits(), text.parse::<f32>().unwrap().to_bits(), "{text}");
            }
        }
        assert_eq!(short_decimal(b"-0").map(f32::to_bits), Some((-0.0_f32).to_bits()));
        assert_eq!(short_decimal(b"9999999"), Some(9_999_999.0));
        for not_short in ["", "-", ".", "1e5", "+1", "1.2.3", "12345678", "1,5"] {
            assert_eq!(short_decimal(not_short.as_bytes()), None, "{not_short}");
        }
    }

    #[test]
    fn a_decimal_comma_is_read_where_it_may_be() {
        assert_eq!(parse_value(b"1,5", true), Ok(Parsed { value: 1.5, comma: true }));
        assert_eq!(parse_value(b"1,234,567", true), Err(NumberFault::NotANumber));
        assert_eq!(parse_value(b"1,234.5", true), Err(NumberFault::NotANumber));
    }
}
