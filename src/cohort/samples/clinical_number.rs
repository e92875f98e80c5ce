//! Numbers of clinical columns, whole columns at a time: decimal commas, thousands, percent signs.

use crate::cohort::Column;

/// A cell as it is written, before its column says what its comma means.
struct Written {
    /// With every comma as the decimal mark.
    decimal: Option<f64>,
    /// With every comma between thousands.
    thousands: Option<f64>,
    comma: bool,
    percent: bool,
}

impl Written {
    fn of(cell: &str) -> Self {
        let cell = cell.trim();
        let (number, percent) = match cell.strip_suffix('%') {
            Some(number) => (number.trim_end(), true),
            None => (cell, false),
        };
        let commas = number.bytes().filter(|b| *b == b',').count();
        let plain = |text: &str| text.parse::<f64>().ok().filter(|n| !n.is_nan());
        match commas {
            0 => Written { decimal: plain(number), thousands: plain(number), comma: false, percent },
            _ => Written {
                decimal: (commas == 1).then(|| plain(&number.replacen(',', ".", 1))).flatten(),
                thousands: in_thousands(number).then(|| plain(&number.replace(',', ""))).flatten(),
                comma: true,
                percent,
            },
        }
    }
}

/// `1,234`, `12,345.5`: three digits after each comma, and no zero in front.
fn in_thousands(number: &str) -> bool {
    let whole = number.trim_start_matches('-').split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && groups.all(|g| g.len() == 3 && digits(g))
}

/// The numbers of a column, infinite ones too; `None` where a cell is missing or no number.
///
/// One column has one meaning for its commas: they stand between thousands where every cell that has one has three
/// digits after it and something says that they are no decimal marks (a point, a second comma, or whole numbers under a
/// thousand beside them), else they are decimal marks. Percent signs are left out; where cells without one are shares (0
/// to 1), those with one are divided by a hundred.
pub(in crate::cohort) fn column_numbers(values: &[Option<String>]) -> Vec<Option<f64>> {
    let written: Vec<Option<Written>> = values.iter().map(|v| v.as_deref().map(Written::of)).collect();
    let cells = || written.iter().flatten();
    let with_comma = || cells().filter(|w| w.comma);
    let plain = || cells().filter(|w| !w.comma).filter_map(|w| w.decimal);
    let small = plain().next().is_some() && plain().all(|n| n.fract() == 0.0 && n.abs() < 1000.0);
    let thousands = with_comma().all(|w| w.thousands.is_some()) && (small || with_comma().any(|w| w.decimal.is_none()));
    let number = |w: &Written| if thousands { w.thousands } else { w.decimal };
    let mut shares = cells().filter(|w| !w.percent).filter_map(number).peekable();
    let divide = shares.peek().is_some() && shares.all(|n| (0.0..=1.0).contains(&n));
    let unit = |w: &Written| if w.percent && divide { 0.01 } else { 1.0 };
    written.iter().map(|w| w.as_ref().and_then(|w| Some(number(w)? * unit(w)))).collect()
}

impl Column {
    /// The column's cells as numbers, one per sample, finite; `None` where a cell is missing or no number. Decimal commas,
    /// thousands and percent signs are read by the whole column, so that one cell means what the others do.
    pub fn numbers(&self) -> Vec<Option<f64>> {
        column_numbers(&self.values).into_iter().map(|n| n.filter(|n| n.is_finite())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(cells: &[&str]) -> Vec<Option<f64>> {
        let values: Vec<_> = cells.iter().map(|c| (!c.is_empty()).then(|| (*c).to_owned())).collect();
        column_numbers(&values)
    }

    #[test]
    fn a_comma_means_the_same_in_every_cell() {
        assert_eq!(numbers(&["3,0", "12", "", "4,25"]), [Some(3.0), Some(12.0), None, Some(4.25)]);
        // All with three decimals, as a German spreadsheet writes them.
        assert_eq!(numbers(&["3,125", "0,500"]), [Some(3.125), Some(0.5)]);
        assert_eq!(numbers(&["3,125", "4,250"]), [Some(3.125), Some(4.25)]);
        assert_eq!(numbers(&["1,234", "845", "12,010"]), [Some(1234.0), Some(845.0), Some(12010.0)]);
        assert_eq!(numbers(&["1,234.5", "2,000"]), [Some(1234.5), Some(2000.0)]);
        assert_eq!(numbers(&["1,234,567"]), [Some(1_234_567.0)]);
        assert_eq!(numbers(&["1,234,567", "0,5"]), [None, Some(0.5)]);
        assert_eq!(numbers(&["x", " -2.5 ", "nan", "1e3"]), [None, Some(-2.5), None, Some(1000.0)]);
    }

    #[test]
    fn percent_signs_are_left_out_and_never_mixed_with_shares() {
        assert_eq!(numbers(&["42%", "7,5 %"]), [Some(42.0), Some(7.5)]);
        assert_eq!(numbers(&["42%", "0.5"]), [Some(0.42), Some(0.5)]);
        assert_eq!(numbers(&["42%", "50"]), [Some(42.0), Some(50.0)]);
        let column =
            Column { name: "t".into(), kind: crate::cohort::ColumnKind::Number, values: vec![Some("Inf".into())] };
        assert_eq!((numbers(&["Inf"]), column.numbers()), (vec![Some(f64::INFINITY)], vec![None]));
    }
}
