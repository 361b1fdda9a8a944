//! The faults that authors make, as collected outside of the repository: how many of them are found before a rule runs.
//!
//! The collection is in `../shared/trials/faults` beside the repository, or where `QUOTIENT_SHARED` says. The test target
//! `public_data` runs this where it is present, and counts it as skipped where it is not.

use quotient::finding::{Finding, Findings, Place};
use quotient::plugin::VendorPlugin;
use quotient::plugin::disk::Roots;
use quotient::script::on_script_threads;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Valid rules that the language refuses on purpose, or of which it says that something is not needed.
const REFUSED: [&str; 7] =
    ["do until", "?. operator", "type_of", "list sorted", "text building", "try catch", "sqrt / floor"];

fn corpus() -> PathBuf {
    let shared = std::env::var_os("QUOTIENT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("trials/faults")
}

/// A copy of the vendor that works.
fn copy() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let base = corpus().join("base");
    let mut open = vec![base.clone()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a directory of the corpus") {
            let path = entry.expect("an entry").path();
            let target = directory.path().join(path.strip_prefix(&base).expect("a path below"));
            if path.is_dir() {
                std::fs::create_dir_all(&target).expect("a directory");
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file of the corpus");
                std::fs::create_dir_all(target.parent().expect("a parent")).expect("a directory");
                std::fs::write(&target, bytes).expect("a file");
            }
        }
    }
    directory
}

fn compiled(root: &Path) -> Findings {
    let roots = Roots { rules: root.join("rules"), policies: root.join("policies") };
    match roots.read("acme") {
        Ok(files) => on_script_threads(Some(1), || VendorPlugin::compile(&files).findings),
        Err(findings) => findings,
    }
}

fn entries(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(corpus().join(file)).expect("a list of the corpus");
    serde_json::from_str(&text).expect("JSON")
}

fn text<'v>(entry: &'v Value, key: &str) -> &'v str {
    entry[key].as_str().expect("a text")
}

/// Applies the edits of a fault; `None` for one that is not made of edits.
fn edited(root: &Path, entry: &Value) -> Option<(String, String)> {
    let path = root.join(text(entry, "file"));
    let before = std::fs::read_to_string(&path).ok()?;
    let mut after = before.clone();
    for change in entry["change"].as_array()? {
        let [old, new] = &change.as_array()?[..] else { return None };
        let old = old.as_str()?;
        assert!(after.contains(old), "{}", text(entry, "id"));
        after = after.replacen(old, new.as_str()?, 1);
    }
    std::fs::write(&path, &after).expect("the file is written");
    Some((before, after))
}

/// Lines of `after` that are not in `before`; empty where lines were only removed.
fn changed(before: &str, after: &str) -> Vec<u64> {
    let lines = after.lines().enumerate();
    let is_new = |line: &str| !line.trim().is_empty() && !before.lines().any(|known| known == line);
    lines.filter(|(_, line)| is_new(line)).map(|(index, _)| index as u64 + 1).collect()
}

fn line(place: &Place) -> Option<u64> {
    match place {
        Place::Cell { row, .. } => Some(*row),
        _ => place.position().map(|position| position.line as u64),
    }
}

/// True when the finding is in the file, at one of the lines.
fn is_at(finding: &Finding, file: &str, lines: &[u64]) -> bool {
    finding.places.iter().any(|place| {
        place.file_name().ends_with(file) && (lines.is_empty() || line(place).is_some_and(|line| lines.contains(&line)))
    })
}

#[test]
#[ignore = "needs trials/faults"]
fn faults_of_units_guards_and_texts_are_found_before_the_rule_runs() {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    for entry in entries("faults.json") {
        let class = text(&entry, "class").to_owned();
        let is_text = class == "names" || text(&entry, "id").contains("misspelt");
        if !(is_text || class == "units" || class == "not known") {
            continue;
        }
        let root = copy();
        let (before, after) = edited(root.path(), &entry).expect("edits");
        let lines = changed(&before, &after);
        let findings = compiled(root.path());
        let is_found = findings.iter().any(|finding| is_at(finding, text(&entry, "file"), &lines));
        let count = counts.entry(class).or_default();
        count.0 += usize::from(is_found);
        count.1 += 1;
        if !is_found {
            missed.push(format!("{} ({findings})", text(&entry, "id")));
        }
    }
    println!("{counts:?}");
    let of = |class: &str| counts[class];
    let (units, guards) = (of("units"), of("not known"));
    assert!(units.0 * 10 >= units.1 * 9, "{units:?} {missed:#?}");
    assert_eq!(guards.0, guards.1, "{missed:#?}");
    assert_eq!(of("names").0, of("names").1, "{missed:#?}");
    assert_eq!(of("tables").0, of("tables").1, "{missed:#?}");
}

#[test]
#[ignore = "needs trials/faults"]
fn unusual_rules_that_are_right_are_not_accused() {
    assert!(compiled(copy().path()).is_empty());
    let mut accused = Vec::new();
    for entry in entries("valid.json") {
        let id = text(&entry, "id");
        if REFUSED.contains(&id) {
            continue;
        }
        let root = copy();
        std::fs::write(root.path().join(text(&entry, "file")), text(&entry, "text")).expect("the file is written");
        let findings = compiled(root.path());
        if !findings.is_empty() {
            accused.push(format!("{id}: {findings}"));
        }
    }
    assert!(accused.is_empty(), "{accused:#?}");
}
