//! Which clinical columns hold outcomes: an event in any of its usual spellings, a time with its unit, and the endpoint
//! that ties the two together.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::names::key;
use super::number::clinical_number;
use super::{Column, ColumnKind};

/// What a column says of an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// Whether something happened.
    Event {
        /// `os`, `pfi`, …; empty where the heading names none.
        endpoint: String,
    },
    /// How long until it happened, or until it was last known not to have.
    Time {
        /// As of the event.
        endpoint: String,
        /// Where the heading says it.
        unit: Option<TimeUnit>,
    },
}

/// The unit of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Days.
    Days,
    /// Months.
    Months,
    /// Years.
    Years,
}

/// Endpoints by the words they are written with, those asked for first in front.
const ENDPOINTS: [(&str, &[&str]); 9] = [
    ("pfi", &["pfi"]),
    ("pfs", &["pfs", "progressionfree"]),
    ("os", &["os", "overall", "vital", "death", "dead", "deceased", "died"]),
    ("dss", &["dss"]),
    ("dfi", &["dfi"]),
    ("dfs", &["dfs", "diseasefree"]),
    ("rfs", &["rfs", "relapse", "recurrence", "relapsefree", "recurrencefree"]),
    ("efs", &["efs", "eventfree"]),
    ("mfs", &["mfs", "dmfs", "metastasisfree"]),
];

/// Share of the cells that are there which must be understood.
const UNDERSTOOD: f64 = 0.9;

/// Whether a cell says that the event happened: `1`, `1:DECEASED`, `dead`, `TRUE`, … or that it did not.
pub fn happened(cell: &str) -> Option<bool> {
    let word = cell.trim().to_lowercase();
    let coded = word.split_once(':').and_then(|(code, _)| code.trim().parse::<f64>().ok());
    match (coded.or_else(|| word.parse().ok()), word.as_str()) {
        (Some(1.0), _) => Some(true),
        (Some(0.0), _) => Some(false),
        (Some(_), _) => None,
        (
            None,
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
            | "dod",
        ) => Some(true),
        (
            None,
            "false" | "f" | "no" | "n" | "alive" | "living" | "censored" | "none" | "no event" | "disease free"
            | "diseasefree" | "disease-free" | "progression free" | "lived",
        ) => Some(false),
        _ => None,
    }
}

/// A whole column of events. Where only 1 and 2 stand, R's habit: 2 is the event.
pub fn events(values: &[Option<String>]) -> Vec<Option<bool>> {
    let distinct: HashSet<&str> = values.iter().flatten().map(|v| v.trim().trim_end_matches(".0")).collect();
    if distinct == HashSet::from(["1", "2"]) {
        return values.iter().map(|v| v.as_ref().map(|v| v.trim().starts_with('2'))).collect();
    }
    values.iter().map(|v| v.as_deref().and_then(happened)).collect()
}

impl Column {
    /// Whether the column is an event or a time, from its heading and its cells.
    pub fn outcome(&self) -> Option<Outcome> {
        // A file's name in brackets tells two columns apart; a unit in brackets is part of the heading.
        let name = match self.name.split_once(" (") {
            Some((name, bracket)) if bracket.contains('.') => name.to_lowercase(),
            _ => self.name.to_lowercase(),
        };
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
        // Birth, diagnosis and sampling are dates of something else; an age is no follow-up.
        if has(&["age", "birth", "collection", "diagnosis", "censor", "censored", "index", "therapy", "treatment"]) {
            return None;
        }
        let joined = key(&self.name);
        // Known of the dead alone, or of the living alone: half of a time.
        if joined.starts_with("daystodeath") || joined.starts_with("daystolast") {
            return None;
        }
        let endpoint = ENDPOINTS
            .iter()
            .find(|(_, words)| has(words) || words.iter().any(|w| w.len() > 4 && joined.contains(w)))
            .map(|(endpoint, _)| (*endpoint).to_owned());
        let unit = if has(&["day", "days"]) {
            Some(TimeUnit::Days)
        } else if has(&["month", "months", "mo"]) {
            Some(TimeUnit::Months)
        } else if has(&["year", "years", "yr", "yrs"]) {
            Some(TimeUnit::Years)
        } else {
            None
        };
        let present = self.values.iter().flatten().count();
        let understood = events(&self.values).into_iter().flatten().count();
        let named_event = has(&["event", "status", "vital", "ind", "dead", "deceased", "died", "death"]);
        let bare = words.len() == 1 && endpoint.is_some() || joined == "recurrence" || joined == "relapse";
        let enough = |count: usize| present > 0 && count as f64 >= UNDERSTOOD * present as f64;
        // "Status" of what? Without an endpoint the word alone must be "event".
        if unit.is_none()
            && enough(understood)
            && (bare || named_event && (endpoint.is_some() || has(&["event"])))
            && !has(&["time"])
        {
            return Some(Outcome::Event { endpoint: endpoint.unwrap_or_default() });
        }
        let numbers = self.values.iter().flatten().filter_map(|v| clinical_number(v)).filter(|n| *n >= 0.0).count();
        let timed = unit.is_some() || has(&["time", "survival", "followup", "follow", "duration"]) || bare;
        let about = endpoint.is_some() || has(&["survival", "followup", "follow", "event"]);
        let number = self.kind == ColumnKind::Number || unit.is_some() || has(&["time"]);
        (timed && about && number && !named_event_only(&words) && enough(numbers))
            .then(|| Outcome::Time { endpoint: endpoint.unwrap_or_default(), unit })
    }
}

/// `OS_status` that could not be read is no time either.
fn named_event_only(words: &[&str]) -> bool {
    words.iter().any(|w| matches!(*w, "status" | "ind" | "vital")) && !words.contains(&"time")
}

/// The time and the event of one endpoint, those asked for first in front; of no endpoint only where there is one of each.
pub fn outcome_columns(columns: &[Column]) -> Option<(String, String)> {
    let found: Vec<(&str, Outcome)> = columns.iter().filter_map(|c| Some((c.name.as_str(), c.outcome()?))).collect();
    let time = |of: &str| {
        found.iter().find(|(_, o)| matches!(o, Outcome::Time { endpoint, .. } if endpoint == of)).map(|(name, _)| *name)
    };
    let event = |of: &str| {
        found.iter().find(|(_, o)| matches!(o, Outcome::Event { endpoint } if endpoint == of)).map(|(name, _)| *name)
    };
    let endpoints = ENDPOINTS.iter().map(|(endpoint, _)| *endpoint).chain([""]);
    let pair = endpoints.clone().find_map(|of| Some((time(of)?, event(of)?)));
    // "days_to_event" beside "OS_event", "survival time" beside "vital status".
    let loose = || {
        let (time, event) = (endpoints.clone().find_map(time)?, endpoints.clone().find_map(event)?);
        let other = |name: &str| {
            found.iter().any(|(n, o)| {
                *n == name
                    && matches!(o, Outcome::Time { endpoint, .. } | Outcome::Event { endpoint } if endpoint.is_empty())
            })
        };
        (other(time) || other(event)).then_some((time, event))
    };
    pair.or_else(loose).map(|(time, event)| (time.to_owned(), event.to_owned()))
}

/// GDC writes the days until death of the dead and the days until the last visit of the living in two columns: the time
/// of overall survival is the one or the other.
pub(super) fn follow_up(columns: &[Column]) -> Option<Column> {
    let named = |words: &[&str]| columns.iter().find(|c| words.iter().any(|w| key(&c.name).starts_with(w)));
    let (death, last) = (named(&["daystodeath"])?, named(&["daystolastfollowup", "daystolastknownalive"])?);
    let known = columns
        .iter()
        .filter_map(Column::outcome)
        .any(|o| matches!(o, Outcome::Time { endpoint, .. } if endpoint == "os"));
    if known {
        return None;
    }
    let number = |v: &Option<String>| v.clone().filter(|v| clinical_number(v).is_some());
    let values = death.values.iter().zip(&last.values).map(|(d, l)| number(d).or_else(|| number(l))).collect();
    let name = format!("OS days ({}, else {})", death.name, last.name);
    Some(Column { name, kind: ColumnKind::Number, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::sheet::column_kind;

    fn column(name: &str, values: &[&str]) -> Column {
        let values: Vec<Option<String>> = values.iter().map(|v| (!v.is_empty()).then(|| v.to_string())).collect();
        Column { name: name.to_owned(), kind: column_kind(name, &values), values }
    }

    fn said(name: &str, values: &[&str]) -> String {
        match column(name, values).outcome() {
            None => "-".into(),
            Some(Outcome::Event { endpoint }) => format!("event {endpoint}"),
            Some(Outcome::Time { endpoint, unit }) => format!("time {endpoint} {unit:?}"),
        }
    }

    #[test]
    fn events_in_every_spelling() {
        for (name, values) in [
            ("OS_STATUS", ["1:DECEASED", "0:LIVING"]),
            ("OS", ["0", "1"]),
            ("vital_status", ["Dead", "Alive"]),
            ("vital_status.demographic", ["Dead", "Alive"]),
            ("os_event", ["TRUE", "FALSE"]),
            ("overall survival event", ["yes", "no"]),
            ("death", ["1", "2"]),
            ("_OS_IND", ["1.0", "0.0"]),
        ] {
            assert_eq!(said(name, &values), "event os", "{name}");
        }
        assert_eq!(said("PFS_STATUS", &["1:PROGRESSION", "0:CENSORED"]), "event pfs");
        assert_eq!(said("DFS_STATUS", &["1:Recurred/Progressed", "0:DiseaseFree"]), "event dfs");
        assert_eq!(said("_EVENT", &["1", "0"]), "event ");
        let r = column("status", &["1", "2", ""]);
        assert_eq!(events(&r.values), [Some(false), Some(true), None]);
        for (name, values) in
            [("ER_status", ["0", "1"]), ("msi_status", ["yes", "no"]), ("age", ["50", "61"]), ("censored", ["1", "0"])]
        {
            assert_eq!(said(name, &values), "-", "{name}");
        }
    }

    #[test]
    fn times_with_their_units() {
        let long = ["100", "231.5", "4000", "12"];
        for (name, what) in [
            ("OS.time", "time os None"),
            ("OS_MONTHS", "time os Some(Months)"),
            ("os_days", "time os Some(Days)"),
            ("overall_survival_days", "time os Some(Days)"),
            ("Overall Survival (Months)", "time os Some(Months)"),
            ("PFI.time", "time pfi None"),
            ("RFS years", "time rfs Some(Years)"),
            ("_TIME_TO_EVENT", "time  None"),
            ("survival time", "time  None"),
            ("days_to_birth", "-"),
            ("age_at_diagnosis_days", "-"),
            ("days_to_death", "-"),
            ("purity", "-"),
        ] {
            assert_eq!(said(name, &long), what, "{name}");
        }
    }

    #[test]
    fn a_pair_is_of_one_endpoint() {
        let columns = [
            column("OS", &["1", "0"]),
            column("OS.time", &["100", "250"]),
            column("PFI.time", &["90", "200"]),
            column("DSS", &["1", "0"]),
        ];
        assert_eq!(outcome_columns(&columns), Some(("OS.time".into(), "OS".into())));
        assert_eq!(outcome_columns(&columns[2..]), None);
        let loose = [column("survival time", &["90.5", "200"]), column("vital status", &["dead", "alive"])];
        assert_eq!(outcome_columns(&loose), Some(("survival time".into(), "vital status".into())));
    }

    #[test]
    fn gdc_keeps_death_and_last_visit_apart() {
        let columns = [
            column("days_to_death", &["30", "", ""]),
            column("days_to_last_follow_up", &["", "200", ""]),
            column("vital_status", &["Dead", "Alive", "Alive"]),
        ];
        let time = follow_up(&columns).unwrap();
        assert_eq!(time.values, [Some("30".into()), Some("200".into()), None]);
        let all = [columns.as_slice(), &[time]].concat();
        assert_eq!(outcome_columns(&all).unwrap().1, "vital_status");
    }
}
