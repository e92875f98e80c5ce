//! On wasm a kernel that does not compile is only logged, and its outputs hold whatever they
//! held. This listens to the log, so that such a run fails instead.

use std::cell::RefCell;

use log::{LevelFilter, Log, Metadata, Record};

struct Listener;

static LISTENER: Listener = Listener;

thread_local! {
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The reason's first line says which kernel; what follows is the shader's source.
const SHOWN: usize = 300;

impl Log for Listener {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= log::Level::Error
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) && record.target().starts_with("cubecl") {
            let message: String = record.args().to_string().chars().take(SHOWN).collect();
            HEARD.with_borrow_mut(|heard| {
                heard.get_or_insert(message);
            });
        }
    }

    fn flush(&self) {}
}

/// Begin to listen; a second call does nothing.
pub fn listen() {
    if log::set_logger(&LISTENER).is_ok() {
        log::set_max_level(LevelFilter::Error);
    }
}

/// The first kernel error since listening began. It stays: the engine's results cannot be trusted any more.
pub fn heard() -> Option<String> {
    HEARD.with_borrow(Clone::clone)
}
