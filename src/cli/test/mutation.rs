//! Mutation of a vendor as text and JSON: the changes that no case notices, and the case that would.

use super::super::progress::bar_of;
use crate::finding::{cut, readable};
use crate::plugin::{Mutant, Mutation, VendorFiles, VendorPlugin, mutate};
use crate::script::{Boundary, on_script_threads};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Characters of a line of a script or table that are shown.
const SHOWN: usize = 60;
/// Most survivors that are shown; JSON has all.
const MAX_SURVIVORS: usize = 40;

/// Changes the vendor in every way, with a bar of its progress.
pub fn run(files: &VendorFiles, plugin: &VendorPlugin) -> Mutation {
    let bar = bar_of("changing");
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let mutation = on_script_threads(None, || mutate(files, plugin, &progress));
    bar.finish_and_clear();
    mutation
}

/// Returns the share, and each change that no case notices.
pub fn text(mutation: &Mutation) -> String {
    let mut text = format!("  changes noticed: {} of {}{}\n", mutation.noticed, mutation.all, share(mutation));
    if mutation.refused > 0 {
        let _ = writeln!(text, "  not counted: {} more, with which the vendor is refused", mutation.refused);
    }
    for mutant in mutation.survivors.iter().take(MAX_SURVIVORS) {
        survivor(mutant, &mut text);
    }
    match mutation.survivors.len().saturating_sub(MAX_SURVIVORS) {
        0 => {}
        more => drop(writeln!(text, "  and {more} more; `--format json` has all")),
    }
    text
}

/// The share in percent, rounded down so that 100 % means all.
fn share(mutation: &Mutation) -> String {
    let percent = Decimal::from(mutation.noticed) * Decimal::ONE_THOUSAND;
    let percent = percent.checked_div(Decimal::from(mutation.all)).map(|share| share.floor() / Decimal::TEN);
    percent.map(|percent| format!(" ({} %)", percent.normalize())).unwrap_or_default()
}

fn survivor(mutant: &Mutant, into: &mut String) {
    let change = match &mutant.after {
        Some(after) => format!("`{}` changed to `{after}`", mutant.before),
        None => "row left out".to_owned(),
    };
    let _ = writeln!(into, "  {}:{}: {}", readable(&mutant.file), mutant.line, readable(&cut(&change, SHOWN)));
    let _ = writeln!(into, "    {}", readable(&cut(&mutant.text, SHOWN)));
    if let Some(boundary) = &mutant.boundary {
        let _ = writeln!(into, "    {}", readable(&sentence(boundary)));
        for line in mutant.case.iter().flat_map(|case| case.lines()) {
            let _ = writeln!(into, "      {}", readable(line));
        }
    }
}

fn sentence(boundary: &Boundary) -> String {
    format!("no case has `{}` at exactly `{}`", boundary.value, boundary.threshold)
}

/// Returns the numbers, and every change that no case notices.
pub fn document(mutation: &Mutation) -> Value {
    let survivors = mutation.survivors.iter().map(|one| {
        json!({
            "file": one.file,
            "line": one.line,
            "before": one.before,
            "after": one.after,
            "text": one.text,
            "missing": one.boundary.as_ref().map(sentence),
            "case": one.case,
        })
    });
    json!({"all": mutation.all, "noticed": mutation.noticed, "refused": mutation.refused, "survivors": survivors.collect::<Vec<_>>()})
}
