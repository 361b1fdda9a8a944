//! The bounds of `bounds.toml`: what still exceeds a rule, by room or file, and may only become less.

use crate::sources;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;

/// How a bound is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// More fails, and less fails until the bound is lowered.
    Exactly,
    /// More fails: the figure is derived from text that another bound holds, or shared by many.
    AtMost,
}

/// One writer at a time: tests run in parallel.
static FILE: Mutex<()> = Mutex::new(());

fn path() -> PathBuf {
    sources::root().join("tests/suite/measure/bounds.toml")
}

fn all() -> BTreeMap<String, BTreeMap<String, usize>> {
    toml::from_str(&sources::read(&path())).expect("bounds.toml has one table of whole numbers per rule")
}

/// Writes the bounds with a blank line after each, so that two changes of neighbours merge.
fn write(all: &BTreeMap<String, BTreeMap<String, usize>>) {
    let mut text = "# What still exceeds a rule of `tests/suite/measure`. Bounds only shrink: `SHRINK=1 cargo test --test suite measure`.\n".to_owned();
    for (section, bounds) in all {
        writeln!(text, "\n[{section}]").expect("a string takes every line");
        for (name, bound) in bounds {
            writeln!(text, "\"{name}\" = {bound}\n").expect("a string takes every line");
        }
    }
    std::fs::write(path(), text.trim_end().to_owned() + "\n").expect("bounds.toml is written");
}

/// Compares what was found with the bounds of `section`; what is not listed is bound to 0.
///
/// `hits` returns the places that count towards a name, to print them when a bound is exceeded.
pub fn hold(section: &str, how: Hold, found: &BTreeMap<String, usize>, hits: impl Fn(&str) -> Vec<String>) {
    let guard = FILE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut all = all();
    let bounds = all.entry(section.to_owned()).or_default();
    let of = |name: &str| found.get(name).copied().unwrap_or(0);
    if std::env::var_os("SHRINK").is_some() {
        bounds.retain(|name, bound| {
            *bound = (*bound).min(of(name));
            *bound > 0
        });
        write(&all);
        return;
    }
    drop(guard);
    let mut message = String::new();
    for (name, count) in found.iter().filter(|(name, count)| **count > bounds.get(*name).copied().unwrap_or(0)) {
        let bound = bounds.get(name).copied().unwrap_or(0);
        let places = hits(name).join("\n  ");
        writeln!(message, "{name}: {count} where {bound} are allowed\n  {places}").expect("a string takes every line");
    }
    for (name, bound) in bounds.iter().filter(|(name, bound)| how == Hold::Exactly && of(name) < **bound) {
        writeln!(
            message,
            "{name}: {bound} are allowed and {} found; lower the bound with `SHRINK=1 cargo test --test suite measure`",
            of(name)
        )
        .expect("a string takes every line");
    }
    assert!(message.is_empty(), "[{section}] in tests/suite/measure/bounds.toml\n{message}");
}
