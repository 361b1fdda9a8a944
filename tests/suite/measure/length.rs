//! Files and functions stay short.

use super::bounds::{Hold, hold};
use crate::sources::{self, code_of, functions, without_tests};
use std::collections::BTreeMap;

/// Most lines of a file, its own tests and the examples in its documentation aside.
pub const FILE: usize = 400;
/// Most lines of a function.
pub const FUNCTION: usize = 60;

/// Files of `src` with more than `FILE` lines, and functions with more than `FUNCTION`.
pub struct Long {
    pub files: BTreeMap<String, usize>,
    pub functions: BTreeMap<String, usize>,
    /// Lines of all files.
    pub lines: usize,
}

impl Long {
    pub fn new() -> Self {
        let mut long = Self { files: BTreeMap::new(), functions: BTreeMap::new(), lines: 0 };
        for path in sources::files(&sources::root().join("src"), &["rs"]) {
            let (text, name) = (sources::read(&path), sources::shown(&path));
            long.lines += text.lines().count();
            let own = without_tests(&text);
            let lines = lines_without_examples(own);
            if lines > FILE {
                long.files.insert(name.clone(), lines);
            }
            for function in functions(&code_of(own)).into_iter().filter(|function| function.lines > FUNCTION) {
                let longest = long.functions.entry(format!("{name} {}", function.name)).or_default();
                *longest = function.lines.max(*longest);
            }
        }
        long
    }
}

/// Lines outside the fenced blocks of doc comments.
fn lines_without_examples(text: &str) -> usize {
    let mut is_example = false;
    let counts = text.lines().map(|line| {
        let comment = line.trim_start();
        let is_fence = ["/// ```", "//! ```"].iter().any(|fence| comment.starts_with(fence));
        is_example ^= is_fence;
        !(is_fence || is_example)
    });
    counts.filter(|counts| *counts).count()
}

#[test]
fn examples_in_documentation_do_not_count_as_lines() {
    assert_eq!(lines_without_examples("a\n    /// ```\n    /// b\n    /// ```\nc\n"), 2);
}

#[test]
fn files_have_at_most_400_lines_or_are_listed() {
    let found = Long::new().files;
    hold("files", Hold::Exactly, &found, |name| {
        vec![format!("{name} has more than {FILE} lines: split it by subject")]
    });
}

#[test]
fn functions_have_at_most_60_lines_or_are_listed() {
    let found = Long::new().functions;
    hold("functions", Hold::Exactly, &found, |name| {
        vec![format!("`{name}` has more than {FUNCTION} lines: give its steps names")]
    });
}
