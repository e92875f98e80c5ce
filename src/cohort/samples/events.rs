//! Cells → events, and times and events of the same samples → outcomes.

use std::collections::BTreeMap;

use super::clinical_number::column_numbers;
use crate::cohort::Column;

/// A column of events as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    /// One per sample: whether it happened; `None` where the cell is missing or not understood.
    pub values: Vec<Option<bool>>,
    /// Cells that are there and not understood.
    pub not_understood: usize,
    /// What a person should know of the coding; nothing where 1 is the event and 0 none, or words say it.
    pub coding: Option<&'static str>,
}

const AS_IN_R: &str = "1 and 2 stand where 0 and 1 usually do: 2 was read as the event and 1 as none, as R does.";
const CENSORED: &str = "The heading says \"censored\": 1 (or yes) was read as censored and 0 (or no) as the event.";

/// What a word says, without its code.
fn word(cell: &str) -> Option<bool> {
    match cell {
        "true"
        | "t"
        | "yes"
        | "y"
        | "dead"
        | "deceased"
        | "died"
        | "death"
        | "event"
        | "recurred"
        | "recurrence"
        | "relapse"
        | "relapsed"
        | "progression"
        | "progressed"
        | "recurred/progressed"
        | "dod"
        | "expired"
        | "ja"
        | "tot"
        | "verstorben" => Some(true),
        "false" | "f" | "no" | "n" | "alive" | "living" | "censored" | "none" | "no event" | "disease free"
        | "diseasefree" | "disease-free" | "progression free" | "progression-free" | "lived" | "nein" | "lebt"
        | "lebend" => Some(false),
        _ => None,
    }
}

/// A cell's code and word, in lower case: `1:DECEASED` has both.
fn parted(cell: &str) -> (Option<f64>, String) {
    let word = cell.trim().to_lowercase();
    match word.split_once(':').and_then(|(code, rest)| Some((code.trim().parse().ok()?, rest.trim().to_owned()))) {
        Some((code, rest)) => (Some(code), rest),
        None => (column_numbers(&[Some(word.clone())])[0], word),
    }
}

impl Column {
    /// The column's cells as events, read by the whole column and whichever samples are asked for: a code means the same
    /// for all of them. Words decide where there are any (`1:DECEASED`, `dead`, `TRUE`); else 1 is the event and 0 none;
    /// else, where 2 stands and 0 does not, 2 is the event and 1 none, as in R. A column called "censored" says the
    /// opposite of its event.
    pub fn events(&self) -> Events {
        let cells: Vec<Option<(Option<f64>, String)>> = self.values.iter().map(|v| v.as_deref().map(parted)).collect();
        let codes = || cells.iter().flatten().filter(|(_, rest)| word(rest).is_none()).filter_map(|(code, _)| *code);
        let as_in_r = codes().any(|code| code == 2.0) && codes().all(|code| code != 0.0);
        let coded = |code: f64| match code {
            2.0 if as_in_r => Some(true),
            1.0 => Some(!as_in_r),
            0.0 => Some(false),
            _ => None,
        };
        let censored = self.name.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|w| w == "censored");
        let event = |(code, rest): &(Option<f64>, String)| {
            let plain =
                matches!(rest.as_str(), "true" | "t" | "yes" | "y" | "false" | "f" | "no" | "n" | "ja" | "nein");
            let said = word(rest).or_else(|| code.and_then(coded))?;
            // The word "censored" itself needs no turning.
            Some(said != (censored && (plain || word(rest).is_none())))
        };
        let values: Vec<Option<bool>> = cells.iter().map(|cell| cell.as_ref().and_then(event)).collect();
        let there = cells.iter().flatten().count();
        let not_understood = there - values.iter().flatten().count();
        let coding = if censored { Some(CENSORED) } else { as_in_r.then_some(AS_IN_R) };
        Events { values, not_understood, coding }
    }
}

/// Times and events of some samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcomes {
    /// One per sample asked for: time and whether the event happened then; `None` where either is not known.
    pub known: Vec<Option<(f64, bool)>>,
    /// What a person should know of them, in sentences: coding, and what was left out and why.
    pub notes: Vec<String>,
}

/// Time and event of `samples` (positions in both columns). Times that are negative or infinite are left out, times of 0 are
/// kept (R's `survival` keeps them); both are counted in the notes, as is an event without a time.
pub fn outcomes(time: &Column, event: &Column, samples: &[usize]) -> Outcomes {
    let (times, events) = (column_numbers(&time.values), event.events());
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut known = Vec::with_capacity(samples.len());
    for &sample in samples {
        let cell = |column: &Column| column.values.get(sample).cloned().flatten();
        let number = times.get(sample).copied().flatten();
        let happened = events.values.get(sample).copied().flatten();
        let mut count = |what| *counts.entry(what).or_default() += 1;
        let time_known = match number {
            Some(time) if !time.is_finite() => {
                count("with a time that is infinite were left out");
                None
            }
            Some(time) if time < 0.0 => {
                count("with a time below 0 were left out");
                None
            }
            None if cell(time).is_some() => {
                count("with a time that is no number were left out");
                None
            }
            time => time,
        };
        if happened.is_none() && cell(event).is_some() {
            count("with an event that is neither yes nor no were left out");
        }
        match (time_known, happened) {
            (None, Some(true)) if number.is_none() && cell(time).is_none() => {
                count("with an event and without a time were left out");
            }
            (Some(_), None) if cell(event).is_none() => {
                count("with a time and without an event's yes or no were left out")
            }
            (Some(0.0), Some(_)) => count("have a time of 0 and were kept, as in R"),
            _ => {}
        }
        known.push(time_known.zip(happened));
    }
    let mut notes: Vec<String> =
        events.coding.map(|said| format!("Column {:?}: {said}", event.name)).into_iter().collect();
    if !counts.is_empty() {
        let said: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
        notes.push(format!("Of {} samples {}.", samples.len(), said.join(", ")));
    }
    Outcomes { known, notes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::ColumnKind;

    fn column(name: &str, cells: &[&str]) -> Column {
        let values = cells.iter().map(|c| (!c.is_empty()).then(|| (*c).to_owned())).collect();
        Column { name: name.to_owned(), kind: ColumnKind::Category, values }
    }

    fn events(cells: &[&str]) -> Vec<Option<bool>> {
        column("event", cells).events().values
    }

    #[test]
    fn one_and_two_are_read_by_the_whole_column() {
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(events(&["1", "2", ""]), [no, yes, None]);
        assert_eq!(events(&["1.0", "2,0", "9"]), [no, yes, None]);
        assert_eq!(events(&["2", "2"]), [yes, yes]);
        assert_eq!(events(&["1", "1"]), [yes, yes]);
        assert_eq!(events(&["0", "1", "2"]), [no, yes, None]);
        assert_eq!(column("event", &["1", "2"]).events().coding, Some(AS_IN_R));
        // The words decide, not the code before them.
        assert_eq!(events(&["1:LIVING", "2:DECEASED"]), [no, yes]);
        assert_eq!(
            events(&["1:DECEASED", "0:LIVING", "1:DEAD WITH TUMOR", "0:ALIVE OR DEAD TUMOR FREE"]),
            [yes, no, yes, no]
        );
        let strange = column("event", &["dead", "maybe"]).events();
        assert_eq!((strange.values, strange.not_understood), (vec![yes, None], 1));
    }

    #[test]
    fn a_column_of_censoring_is_turned() {
        let said = column("OS censored", &["1", "0", "yes", "censored", "dead"]).events();
        assert_eq!(said.values, [Some(false), Some(true), Some(false), Some(false), Some(true)]);
        assert_eq!(said.coding, Some(CENSORED));
    }

    #[test]
    fn what_cannot_be_an_outcome_is_counted() {
        let time = column("days", &["10", "0", "-3", "Inf", "", "7", "soon", "1,5"]);
        let event = column("dead", &["1", "1", "1", "0", "1", "", "0", "x"]);
        let found = outcomes(&time, &event, &[0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(found.known[..2], [Some((10.0, true)), Some((0.0, true))]);
        assert!(found.known[2..].iter().all(Option::is_none));
        for said in [
            "1 with a time below 0",
            "1 with a time that is infinite",
            "1 with an event and without a time",
            "1 have a time of 0",
            "1 with a time and without",
            "1 with a time that is no number",
            "1 with an event that is neither",
        ] {
            assert!(found.notes[0].contains(said), "{said}: {:?}", found.notes);
        }
        assert!(outcomes(&time, &event, &[0]).notes.is_empty());
        // Asked for one sample alone, the column still says what its codes mean.
        let coded = column("status", &["1", "2"]);
        assert_eq!(outcomes(&column("t", &["3", "4"]), &coded, &[0]).known, [Some((3.0, false))]);
    }
}
