//! Verdicts of an earlier run, so that only what was not noticed then is run again.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::Failure;
use crate::mutant::Mutant;
use crate::trial::Verdict;

/// The mutants that the document written by `--json` calls killed, by position; those that are no longer in the source
/// are left out.
pub fn read(path: &Path, all: &[Mutant]) -> Result<BTreeMap<usize, Verdict>, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let document: Value = serde_json::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
    let results = document["results"].as_array().ok_or_else(|| format!("{shown}: has no `results`"))?;
    let positions: BTreeMap<_, usize> = all.iter().enumerate().map(|(at, mutant)| (key(mutant), at)).collect();
    let text = |result: &Value, name: &str| result[name].as_str().unwrap_or_default().to_owned();
    let mut found = BTreeMap::new();
    for result in results {
        let verdict = match result["verdict"].as_str() {
            Some("killed") => Verdict::Killed(text(result, "tests")),
            Some("timed_out") => Verdict::TimedOut(text(result, "tests")),
            _ => continue,
        };
        let names = ["room", "function", "original", "replacement"].map(|name| text(result, name));
        let occurrence = result["occurrence"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(1);
        if let Some(at) = positions.get(&(names, occurrence)) {
            found.insert(*at, verdict);
        }
    }
    Ok(found)
}

fn key(mutant: &Mutant) -> ([String; 4], usize) {
    let names = [&mutant.room, &mutant.function, &mutant.original, &mutant.replacement].map(Clone::clone);
    (names, mutant.occurrence)
}
