//! Any bytes as a session file: opened, or a typed error; what opens can be read to the last table.

use twinpurify::figure::Of;
use twinpurify::session::{Session, TableSpec};

/// Everything that a session without its cohort shows.
pub const TABLES: [TableSpec; 9] = [
    TableSpec::Embedding { of: Of::Purified },
    TableSpec::Embedding { of: Of::Instant },
    TableSpec::MapPca { of: Of::Raw },
    TableSpec::MapPca { of: Of::Purified },
    TableSpec::MapUmap { of: Of::Purified },
    TableSpec::MapUmap { of: Of::Instant },
    TableSpec::PathwaysChange,
    TableSpec::Loss,
    TableSpec::Genes,
];

/// Opens, reads every table, and asks for the model again.
pub fn run(bytes: &[u8]) {
    let mut session = Session::default();
    if session.open_session(bytes).is_ok() {
        // A changed name or number is not seen; whatever it is, reading it must not panic.
        for table in TABLES {
            let _ = session.table(table);
        }
        let _ = session.revive_session();
    }
}
