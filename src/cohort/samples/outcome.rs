//! Which clinical columns hold outcomes: an event in any of its usual spellings, a time with its unit, and the endpoint
//! that ties the two together.

use serde::{Deserialize, Serialize};

use super::clinical_number::column_numbers;
use crate::cohort::text::names::key;
use crate::cohort::{Column, ColumnKind};

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
        let understood = self.events().values.iter().flatten().count();
        let named_event = has(&["event", "status", "vital", "ind", "dead", "deceased", "died", "death", "fustat"]);
        let bare = words.len() == 1 && endpoint.is_some() || joined == "recurrence" || joined == "relapse";
        let enough = |count: usize| present > 0 && count as f64 >= UNDERSTOOD * present as f64;
        // "Status" of what? Without an endpoint the word must be "event", or stand alone: it is paired with "time" only.
        if unit.is_none()
            && enough(understood)
            && (bare
                || named_event
                    && (endpoint.is_some() || has(&["event", "surv", "survival", "fustat"]) || joined == STATUS))
            && !has(&["time"])
        {
            return Some(Outcome::Event { endpoint: endpoint.unwrap_or_default() });
        }
        let numbers = column_numbers(&self.values).into_iter().flatten().filter(|n| *n >= 0.0).count();
        let timed =
            unit.is_some() || has(&["time", "survival", "surv", "followup", "follow", "duration", "futime"]) || bare;
        let about =
            endpoint.is_some() || has(&["survival", "surv", "followup", "follow", "event", "futime"]) || joined == TIME;
        let number = self.kind == ColumnKind::Number || unit.is_some() || has(&["time"]);
        (timed && about && number && !named_event_only(&words) && enough(numbers))
            .then(|| Outcome::Time { endpoint: endpoint.unwrap_or_default(), unit })
    }
}

/// `OS_status` that could not be read is no time either.
fn named_event_only(words: &[&str]) -> bool {
    words.iter().any(|w| matches!(*w, "status" | "ind" | "vital")) && !words.contains(&"time")
}

/// Two headings that say nothing of an outcome alone, and name one together.
const TIME: &str = "time";
const STATUS: &str = "status";

/// A time and the event that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Column of the time.
    pub time: String,
    /// Column of the event.
    pub event: String,
    /// `os`, `rfs`, …; empty where no heading names one.
    pub endpoint: String,
    /// The time's, where its heading says it.
    pub unit: Option<TimeUnit>,
}

/// The times and events that belong together, each column in one pair: first those of one named endpoint in the order
/// in which endpoints are asked for, then those whose headings begin alike (`surv_months`, `surv_event`), then one time
/// and one event that are left and of which at most one names an endpoint (`follow_up_years`, `relapse_event`).
pub fn endpoints(columns: &[Column]) -> Vec<Endpoint> {
    let (mut times, mut events) = (Vec::new(), Vec::new());
    for column in columns {
        match column.outcome() {
            Some(Outcome::Time { endpoint, unit }) => times.push((column.name.as_str(), endpoint, unit)),
            Some(Outcome::Event { endpoint }) => events.push((column.name.as_str(), endpoint)),
            None => {}
        }
    }
    let alone = |name: &str| [TIME, STATUS].contains(&key(name).as_str());
    let stem = |name: &str| name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    let mut found = Vec::new();
    let mut pair =
        |times: &mut Vec<(&str, String, Option<TimeUnit>)>, events: &mut Vec<(&str, String)>, t: usize, e: usize| {
            let ((time, of_time, unit), (event, of_event)) = (times.remove(t), events.remove(e));
            let endpoint = if of_event.is_empty() { of_time } else { of_event };
            found.push(Endpoint { time: time.to_owned(), event: event.to_owned(), endpoint, unit });
        };
    for (of, _) in ENDPOINTS {
        let places = (times.iter().position(|(_, o, _)| o == of), events.iter().position(|(_, o)| o == of));
        if let (Some(t), Some(e)) = places {
            pair(&mut times, &mut events, t, e);
        }
    }
    let like = |t: &str, e: &str| stem(t) == stem(e) || key(t) == TIME && key(e) == STATUS;
    while let Some((t, e)) = times.iter().enumerate().find_map(|(t, (time, of_time, _))| {
        let fits = |(event, of_event): &(&str, String)| {
            like(time, event) && (of_time.is_empty() || of_event.is_empty() || of_time == of_event)
        };
        Some((t, events.iter().position(fits)?))
    }) {
        pair(&mut times, &mut events, t, e);
    }
    times.retain(|(name, ..)| !alone(name));
    events.retain(|(name, _)| !alone(name));
    if let ([(_, of_time, _)], [(_, of_event)]) = (times.as_slice(), events.as_slice())
        && (of_time.is_empty() || of_event.is_empty())
    {
        pair(&mut times, &mut events, 0, 0);
    }
    found
}

/// The time and the event of the first of [`endpoints`].
pub fn outcome_columns(columns: &[Column]) -> Option<(String, String)> {
    endpoints(columns).into_iter().next().map(|found| (found.time, found.event))
}

/// GDC writes the days until death of the dead and the days until the last visit of the living in two columns: the time
/// of overall survival is the one or the other.
pub(in crate::cohort) fn follow_up(columns: &[Column]) -> Option<Column> {
    let named = |words: &[&str]| columns.iter().find(|c| words.iter().any(|w| key(&c.name).starts_with(w)));
    let (death, last) = (named(&["daystodeath"])?, named(&["daystolastfollowup", "daystolastknownalive"])?);
    let known = columns
        .iter()
        .filter_map(Column::outcome)
        .any(|o| matches!(o, Outcome::Time { endpoint, .. } if endpoint == "os"));
    if known {
        return None;
    }
    let written = |column: &Column| -> Vec<Option<String>> {
        column.values.iter().zip(column.numbers()).map(|(cell, number)| number.and(cell.clone())).collect()
    };
    let values = written(death).into_iter().zip(written(last)).map(|(d, l)| d.or(l)).collect();
    let name = format!("OS days ({}, else {})", death.name, last.name);
    Some(Column { name, kind: ColumnKind::Number, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::samples::sheet::column_kind;

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
        assert_eq!(r.events().values, [Some(false), Some(true), None]);
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
    fn every_event_goes_with_its_own_time() {
        let columns = [
            column("surv_months", &["10", "11.5"]),
            column("surv_event", &["0", "1"]),
            column("follow_up_years", &["1.0", "1.1"]),
            column("relapse_event", &["1", "0"]),
        ];
        let said = |columns: &[Column]| -> Vec<String> {
            let found = endpoints(columns).into_iter();
            found.map(|e| format!("{} {} {} {:?}", e.time, e.event, e.endpoint, e.unit)).collect()
        };
        assert_eq!(
            said(&columns),
            ["surv_months surv_event  Some(Months)", "follow_up_years relapse_event rfs Some(Years)"]
        );
        let plain = [column("time", &["10", "11.5"]), column("status", &["1", "2"]), column("age", &["50", "61"])];
        assert_eq!(said(&plain), ["time status  None"]);
        // A status of something else has no time to go with.
        assert!(said(&plain[1..]).is_empty() && said(&[plain[0].clone(), columns[3].clone()]).is_empty());
        let both = [column("OS_MONTHS", &["10", "11.5"]), column("OS_STATUS", &["0:LIVING", "1:DECEASED"])];
        assert_eq!(said(&[&both[..], &columns[..2]].concat()).len(), 2);
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
