//! Every public function of the rooms that a library user sees has an example that runs.

use crate::sources::{files, read, root, shown};
use std::collections::BTreeSet;

/// Rooms whose every public function has an example.
const ROOMS: [&str; 4] = ["units", "quota", "performance", "engine"];

/// Names that a room's `mod.rs` re-exports.
fn exported(room: &str) -> BTreeSet<String> {
    let text = read(&root().join("src").join(room).join("mod.rs"));
    let uses = text.split("\npub use ").skip(1).filter_map(|rest| rest.split_once(';')).map(|(names, _)| names);
    let words = uses.flat_map(|names| names.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Name of the type that an `impl` line is for.
fn implemented(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("impl")?;
    let rest = if rest.starts_with('<') { rest.split_once("> ")?.1 } else { rest.trim_start() };
    let rest = rest.split_once(" for ").map_or(rest, |(_, name)| name);
    rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()
}

/// The public functions of a file without an example, and the number of all of them.
fn without_example(text: &str, exported: &BTreeSet<String>) -> (Vec<String>, usize) {
    let (mut lacking, mut all) = (Vec::new(), 0);
    let (mut is_public, mut has_example) = (true, false);
    for line in text.lines() {
        let code = line.trim_start();
        if line.starts_with("macro_rules!") || line.starts_with("#[cfg(test)]") {
            break;
        }
        if let Some(name) = implemented(line) {
            is_public = exported.contains(name);
        } else if line == "}" {
            is_public = true;
        }
        let function = code.strip_prefix("pub const fn ").or_else(|| code.strip_prefix("pub fn "));
        if let Some(function) = function {
            let name = function.split(['(', '<']).next().unwrap_or_default();
            if is_public && (line.starts_with(' ') || exported.contains(name)) {
                all += 1;
                lacking.extend((!has_example).then(|| name.to_owned()));
            }
        }
        has_example = match code {
            _ if code.starts_with("///") => has_example || code.contains("```"),
            _ => has_example && code.starts_with("#["),
        };
    }
    (lacking, all)
}

#[test]
fn every_public_function_of_the_front_rooms_has_an_example() {
    let (mut lacking, mut all) = (Vec::new(), 0);
    for room in ROOMS {
        let names = exported(room);
        for file in files(&root().join("src").join(room), &["rs"]) {
            let (found, count) = without_example(&read(&file), &names);
            lacking.extend(found.into_iter().map(|name| format!("{}: {name}", shown(&file))));
            all += count;
        }
    }
    assert!(all > 100, "only {all} public functions were found");
    assert!(lacking.is_empty(), "without an example: {lacking:#?}");
}

#[test]
fn a_function_without_an_example_is_found() {
    let names = BTreeSet::from(["Seen".to_owned(), "free".to_owned()]);
    let text = "impl Seen {\n    /// Doc.\n    pub fn bare(self) {}\n    /// ```\n    /// ok\n    /// ```\n    #[must_use]\n    \
                pub fn shown(self) {}\n}\nimpl Hidden {\n    pub fn other(self) {}\n}\npub fn free() {}\n";
    assert_eq!(without_example(text, &names), (vec!["bare".to_owned(), "free".to_owned()], 3));
}
