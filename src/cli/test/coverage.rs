//! Coverage of cases, as text and JSON.

use crate::finding::{cut, readable};
use crate::plugin::{Coverage, Missing, Reached, Unreached};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Characters of a line of a script or table that are shown.
const SHOWN: usize = 60;
/// Most rows of tables that are shown; JSON has all.
const MAX_ROWS: usize = 40;

/// Returns the shares, and one line per place that no case reaches.
pub fn text(coverage: &Coverage) -> String {
    let Coverage { lines, branches, rows, missing } = coverage;
    let share = |one: &Reached, what: &str| format!("{} of {} {what}", one.reached, one.all);
    let parts = [share(lines, "lines"), share(branches, "branches"), share(rows, "table rows")];
    let mut text = format!("  reached: {}\n", parts.join(", "));
    let (table_rows, code): (Vec<&Missing>, Vec<&Missing>) = missing.iter().partition(|one| one.kind == Unreached::Row);
    for one in code.iter().chain(table_rows.iter().take(MAX_ROWS)) {
        let line = readable(&cut(&one.text, SHOWN));
        let _ = writeln!(text, "  {}:{}: {}\n    {line}", readable(&one.file), one.line, words(one.kind));
    }
    match table_rows.len().saturating_sub(MAX_ROWS) {
        0 => {}
        more => drop(writeln!(text, "  and {more} more table rows; `--format json` has all")),
    }
    text
}

fn words(kind: Unreached) -> &'static str {
    match kind {
        Unreached::Line | Unreached::Case => "reached by no case",
        Unreached::NeverHolds => "true in no case",
        Unreached::AlwaysHolds => "false in no case",
        Unreached::Row => "row reached by no case",
    }
}

/// Returns the shares, and every place that no case reaches.
pub fn document(coverage: &Coverage) -> Value {
    let share = |one: &Reached| json!({"reached": one.reached, "all": one.all});
    let missing = coverage
        .missing
        .iter()
        .map(|one| json!({"file": one.file, "line": one.line, "kind": one.kind.as_str(), "text": one.text}));
    json!({
        "lines": share(&coverage.lines),
        "branches": share(&coverage.branches),
        "rows": share(&coverage.rows),
        "missing": missing.collect::<Vec<_>>(),
    })
}
