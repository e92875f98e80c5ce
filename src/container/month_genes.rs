//! Gene names that a spreadsheet turned into dates: found, and turned back where only one gene can have been meant.
//!
//! Ziemann, Eren & El-Osta 2016 (Genome Biology 17:177): a fifth of papers with gene lists in Excel carry them. HGNC
//! renamed the genes in 2020; the names given here are today's.

/// What a date in a column of gene names was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Was {
    /// This gene, and no other.
    Gene(&'static str),
    /// One of several, or none that is known.
    Unclear,
}

const SEPTINS: [&str; 12] = [
    "SEPTIN1", "SEPTIN2", "SEPTIN3", "SEPTIN4", "SEPTIN5", "SEPTIN6", "SEPTIN7", "SEPTIN8", "SEPTIN9", "SEPTIN10",
    "SEPTIN11", "SEPTIN12",
];

/// From 3 on: 1 and 2 of March may have been MARCH1, MARCH2 (MARCHF1, MARCHF2) or MARC1, MARC2 (MTARC1, MTARC2).
const MARCHES: [&str; 9] =
    ["MARCHF3", "MARCHF4", "MARCHF5", "MARCHF6", "MARCHF7", "MARCHF8", "MARCHF9", "MARCHF10", "MARCHF11"];

/// The gene behind a day of a month.
pub(super) fn gene(month: u8, day: u8) -> Was {
    let day = usize::from(day);
    let found = match month {
        9 if day == 14 => Some("SEPTIN14"),
        9 if day == 15 => Some("SELENOF"),
        9 => day.checked_sub(1).and_then(|at| SEPTINS.get(at)).copied(),
        3 => day.checked_sub(3).and_then(|at| MARCHES.get(at)).copied(),
        12 if day == 1 => Some("DELEC1"),
        _ => None,
    };
    found.map_or(Was::Unclear, Was::Gene)
}

/// A day that a spreadsheet holds as a date. `Sep-02` is kept as the first of September 2002, so the first of a month
/// in the years 2001 to 2015 says nothing.
pub(super) fn gene_of_date(year: u16, month: u8, day: u8) -> Was {
    if day == 1 && (2001..=2015).contains(&year) { Was::Unclear } else { gene(month, day) }
}

const MONTHS: [(&str, u8); 22] = [
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("mär", 3),
    ("mrz", 3),
    ("mars", 3),
    ("apr", 4),
    ("avr", 4),
    ("may", 5),
    ("mai", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("sept", 9),
    ("oct", 10),
    ("okt", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("déc", 12),
    ("dic", 12),
];

/// A name that is a date written out (`2-Sep`, `Sep-02`, `02-Sep-24`, `2024-09-02`, `2024-09-02 00:00:00`): what it
/// was. `None` when it is no date.
pub(crate) fn gene_of_text(name: &str) -> Option<Was> {
    let lower = name.trim().to_lowercase();
    let date = lower.split([' ', 't']).next().filter(|date| date.len() == 10).unwrap_or(&lower);
    let parts: Vec<&str> = date.split(['-', '/', '.']).collect();
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.len() <= 4);
    let month = |text: &str| MONTHS.iter().find(|(word, _)| *word == text).map(|(_, month)| *month);
    let day = |text: &str| number(text).filter(|day| (1..=31).contains(day)).and_then(|day| u8::try_from(day).ok());
    match parts.as_slice() {
        [a, b] => match (day(a), month(b), month(a), day(b)) {
            (Some(day), Some(month), ..) | (.., Some(month), Some(day)) => Some(gene(month, day)),
            _ => None,
        },
        [a, b, c] if number(a).is_some_and(|year| year > 1899) => {
            let month = number(b).filter(|m| (1..=12).contains(m)).and_then(|m| u8::try_from(m).ok());
            Some(gene_of_date(number(a)?, month?, day(c)?))
        }
        [a, b, c] if number(c).is_some() => Some(gene(month(b)?, day(a)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_one_gene_can_have_been_is_turned_back() {
        for text in ["2-Sep", "Sep-02", "02-sep-24", "2024-09-02", "2024-09-02 00:00:00", "2-Sept"] {
            assert_eq!(gene_of_text(text), Some(Was::Gene("SEPTIN2")), "{text}");
        }
        assert_eq!(gene_of_text("9-Mar"), Some(Was::Gene("MARCHF9")));
        assert_eq!(gene_of_text("1-Dec"), Some(Was::Gene("DELEC1")));
        assert_eq!(gene_of_text("15-Sep"), Some(Was::Gene("SELENOF")));
        for text in ["1-Mar", "2-Mar", "13-Sep", "4-Oct", "2002-09-01"] {
            assert_eq!(gene_of_text(text), Some(Was::Unclear), "{text}");
        }
    }

    #[test]
    fn genes_are_no_dates() {
        for name in
            ["HLA-A", "MARCHF1", "SEPT2", "NKX2-1", "H2-K1", "1-8U", "RP11-34P13.7", "MT-ND1", "", "-", "3-2-1", "DEC1"]
        {
            assert_eq!(gene_of_text(name), None, "{name}");
        }
    }
}
