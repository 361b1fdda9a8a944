//! The figures of the tree as one table.

use super::{knots, language, length};
use crate::sources::{self, code_of, is_part, without_tests};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Figures whose places are counted: of a standing, of a partner, of a line.
const NAMES: [&str; 5] =
    ["weighted_pipeline", "certified_before", "coverage_ratio", "remaining_quota", "prior_revenue"];

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

/// Files of `src` that name a figure, in code or in strings.
fn places(name: &str) -> usize {
    let files = sources::files(&sources::root().join("src"), &["rs"]);
    files.iter().filter(|path| has_word(without_tests(&sources::read(path)), name)).count()
}

/// Sets of members with which a finding is published: objects of the schemas that have a code and a help.
pub fn shapes() -> BTreeSet<Vec<String>> {
    fn walk(value: &Value, into: &mut BTreeSet<Vec<String>>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::Object(own)) = members.get("properties")
                    && own.contains_key("code")
                    && own.contains_key("help")
                {
                    let mut names: Vec<String> = own.keys().cloned().collect();
                    names.sort();
                    into.insert(names);
                }
                members.values().for_each(|value| walk(value, into));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, into)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for path in sources::files(&sources::root().join("schema"), &["json"]) {
        walk(&serde_json::from_str(&sources::read(&path)).expect("a schema is JSON"), &mut found);
    }
    found
}

/// Names that a user of the library can reach without a feature for internals: re-exports and items of the public rooms,
/// and of the crate itself.
pub fn public_names() -> usize {
    let source = sources::root().join("src");
    let library = code_of(&sources::read(&source.join("lib.rs")));
    let mut names = exported(&library);
    let mut is_conditional = false;
    for line in library.lines().map(str::trim) {
        if let Some(room) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';'))
            && !is_conditional
        {
            names += 1;
            let file = [source.join(room).join("mod.rs"), source.join(format!("{room}.rs"))];
            let file = file.iter().find(|path| path.is_file()).unwrap_or_else(|| panic!("room {room}"));
            names += exported(&code_of(without_tests(&sources::read(file))));
        }
        is_conditional = line.starts_with("#[cfg(") || line.starts_with("#[doc(hidden");
    }
    names
}

/// Names that a file exports: those of its `pub use`, and its own public items at the margin.
fn exported(code: &str) -> usize {
    let mut names = 0;
    for (at, _) in code.match_indices("pub use ").filter(|(at, _)| *at == 0 || code[..*at].ends_with('\n')) {
        let list = code[at..].split(';').next().unwrap_or_default();
        let parts = list.split([',', '{', '}']).map(str::trim).filter(|part| !part.is_empty() && !part.ends_with("::"));
        names += parts.filter(|part| !part.is_empty()).count();
    }
    let items = ["pub fn ", "pub struct ", "pub enum ", "pub trait ", "pub type ", "pub const ", "pub static "];
    names + code.lines().filter(|line| items.iter().any(|item| line.starts_with(item))).count()
}

fn table() -> String {
    let long = length::Long::new();
    let knots = knots::knots();
    let mut text = String::new();
    let mut row = |name: &str, value: String| writeln!(text, "{name:40} {value}").expect("a string takes every line");
    row("lines of src", long.lines.to_string());
    row(&format!("files over {} lines", length::FILE), long.files.len().to_string());
    row(&format!("functions over {} lines", length::FUNCTION), long.functions.len().to_string());
    row("knots", format!("{} of {} files", knots.len(), knots.iter().map(Vec::len).sum::<usize>()));
    for knot in &knots {
        row("", knot.join(", "));
    }
    for name in NAMES {
        row(&format!("files that name `{name}`"), places(name).to_string());
    }
    row("JSON shapes of a finding", shapes().len().to_string());
    row("public names", public_names().to_string());
    row("turns of the list in written text", language::total().to_string());
    row("first lines that are a clause", language::clauses().0.values().sum::<usize>().to_string());
    text
}

#[test]
fn a_finding_has_one_published_shape_or_the_bound_says_so() {
    let found = [("shapes of a finding".to_owned(), shapes().len()), ("public names".to_owned(), public_names())];
    super::bounds::hold("published", super::bounds::Hold::AtMost, &found.into(), |_| {
        shapes().iter().map(|shape| shape.join(", ")).collect()
    });
}

#[test]
fn the_figures_of_the_tree() {
    let table = table();
    println!("{table}");
    assert_eq!(table.lines().filter(|line| line.starts_with("files that name")).count(), NAMES.len());
}
