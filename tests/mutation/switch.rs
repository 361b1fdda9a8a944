//! Chooses the one mutant that is active in this process. Added to the mutated copy of the source only.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

const NOT_READ: u32 = u32::MAX;
const TRACING: u32 = u32::MAX - 1;
const NONE: u32 = u32::MAX - 2;

static CHOSEN: AtomicU32 = AtomicU32::new(NOT_READ);
static REACHED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

/// True when mutant `id` is active.
pub fn is(id: u32) -> bool {
    let chosen = match CHOSEN.load(Ordering::Relaxed) {
        NOT_READ => read(),
        chosen => chosen,
    };
    if chosen == TRACING {
        trace(id);
    }
    chosen == id
}

/// Variables that a child process needs even if its environment is cleared.
pub fn environment() -> Vec<(&'static str, std::ffi::OsString)> {
    let set = |name| std::env::var_os(name).map(|value| (name, value));
    ["MUTANT", "MUTANT_TRACE"].into_iter().filter_map(set).collect()
}

fn read() -> u32 {
    let number = |text: String| text.parse().ok();
    let chosen = match std::env::var("MUTANT").ok().and_then(number) {
        Some(id) => id,
        None if std::env::var_os("MUTANT_TRACE").is_some() => TRACING,
        None => NONE,
    };
    CHOSEN.store(chosen, Ordering::Relaxed);
    chosen
}

/// Appends the mutant to the file of reached mutants when it is reached for the first time.
fn trace(id: u32) {
    let Some(reached) = REACHED.get(id as usize) else { return };
    if reached.swap(true, Ordering::Relaxed) {
        return;
    }
    let Some(path) = std::env::var_os("MUTANT_TRACE") else { return };
    if let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path) {
        let _ = file.write_all(format!("{id}\n").as_bytes());
    }
}
