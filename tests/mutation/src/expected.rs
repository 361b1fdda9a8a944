//! The list of mutants that no test can notice, because they mean the same as the original.

use std::collections::BTreeSet;
use std::path::Path;

use crate::Failure;
use crate::mutant::{Mutant, normalize};

/// Positions of the listed mutants. A listed one that is not in the source any more is a failure, as is one without a
/// reason: the list must not outlive what it is about.
pub fn read(path: &Path, all: &[Mutant]) -> Result<BTreeSet<usize>, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{shown}: {error}"))?;
    let entries = table.get("equivalent").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let mut found = BTreeSet::new();
    let mut faults = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let field = |name: &str| entry.get(name).and_then(toml::Value::as_str).map(normalize).unwrap_or_default();
        let occurrence = entry.get("occurrence").and_then(toml::Value::as_integer).unwrap_or(1);
        let (room, function, original, replacement) =
            (field("room"), field("function"), field("original"), field("replacement"));
        let place = format!("entry {}, {room} {function} `{original}` -> `{replacement}`", number + 1);
        if field("reason").is_empty() {
            faults.push(format!("{place}: has no reason"));
        }
        let is = |mutant: &Mutant| {
            mutant.room == room
                && mutant.function == function
                && mutant.original == original
                && normalize(&mutant.replacement) == replacement
                && i64::try_from(mutant.occurrence) == Ok(occurrence)
        };
        match all.iter().position(is) {
            Some(at) if found.insert(at) => {}
            Some(_) => faults.push(format!("{place}: is listed twice")),
            None => faults.push(format!("{place}: is not in the source any more; remove it")),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(format!("{shown}:\n  {}", faults.join("\n  "))) }
}
