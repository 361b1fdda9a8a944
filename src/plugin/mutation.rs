//! Mutation of a vendor: small changes of its scripts and tables, each of which at least one case should notice.

use super::case_run::all_hold;
use super::files::{VendorFile, VendorFiles};
use super::library::rows_of;
use super::missing_case::missing_case;
use super::policies::Policies;
use super::vendor::VendorPlugin;
use crate::script::{Boundary, ScriptChange, neighbours};
use crate::units::plain;
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Outcome of the mutation of a vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mutation {
    /// Number of changes with which the vendor can be used.
    pub all: usize,
    /// Those after which a case does not hold.
    pub noticed: usize,
    /// Further changes with which the vendor is refused, so that no case has to notice them.
    pub refused: usize,
    /// Changes that nothing notices, ascending by file and line.
    pub survivors: Vec<Mutant>,
}

/// A changed vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// File, as people know it.
    pub file: String,
    /// Line, counted from 1; of a table the row.
    pub line: usize,
    /// Text before the change.
    pub before: String,
    /// Text after the change; `None` for a row that is left out.
    pub after: Option<String>,
    /// Text of the line.
    pub text: String,
    /// The value and the threshold that no case has equal, as far as the script says what they are.
    pub boundary: Option<Boundary>,
    /// A case that holds, and would notice the change, as a cases file writes it; `None` where none was found.
    pub case: Option<String>,
}

/// Verdict of the vendor's cases on a change.
enum Notice {
    /// The vendor is refused.
    Refused,
    /// A case does not hold.
    Noticed,
    /// Every case holds; with the case that would not, where one was found.
    Unnoticed(Option<String>),
}

/// A change of one file.
struct Change {
    file: usize,
    range: Range<usize>,
    mutant: Mutant,
}

/// Changes the vendor of `files` in every way, and returns what its cases notice. `progress` is called with the number of
/// changes that are done, and of all. Must be called on a script thread.
pub fn mutate(files: &VendorFiles, plugin: &VendorPlugin, progress: &(dyn Fn(usize, usize) + Sync)) -> Mutation {
    let all: Vec<VendorFile> = files.iter().cloned().collect();
    let mut changes = of_scripts(&all, plugin);
    changes.extend(of_tables(files, &all));
    changes.sort_by_key(|one| (one.file, one.range.start));
    let done = AtomicUsize::new(0);
    let notice = |change: &Change| {
        let notice = notice(files, &all, change);
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, changes.len());
        notice
    };
    let notices: Vec<Notice> = changes.par_iter().map(notice).collect();
    let mut mutation = Mutation::default();
    for (change, notice) in changes.into_iter().zip(notices) {
        match notice {
            Notice::Refused => mutation.refused += 1,
            Notice::Noticed => mutation.noticed += 1,
            Notice::Unnoticed(case) => mutation.survivors.push(Mutant { case, ..change.mutant }),
        }
    }
    mutation.all = mutation.noticed + mutation.survivors.len();
    mutation
}

fn notice(files: &VendorFiles, all: &[VendorFile], change: &Change) -> Notice {
    let mut changed = all.to_vec();
    let Some(file) = changed.get_mut(change.file) else { return Notice::Refused };
    let mut text = file.text.to_string();
    text.replace_range(change.range.clone(), change.mutant.after.as_deref().unwrap_or_default());
    file.text = Arc::from(text);
    let compiled = VendorPlugin::compile(&VendorFiles::new(Arc::clone(&files.vendor), changed));
    let has_errors = compiled.findings.has_errors();
    let Some(plugin) = compiled.value.filter(|_| !has_errors) else { return Notice::Refused };
    if !all_hold(&plugin) {
        return Notice::Noticed;
    }
    let boundary = change.mutant.boundary.as_ref();
    Notice::Unnoticed(boundary.and_then(|boundary| missing_case(files, boundary, &plugin)))
}

fn of_scripts(all: &[VendorFile], plugin: &VendorPlugin) -> Vec<Change> {
    let policies = plugin.policies().map(Policies::scripts);
    let mut changes: Vec<Change> = Vec::new();
    for scripts in std::iter::once(plugin.scripts()).chain(policies) {
        for change in scripts.changes() {
            // A file of the rules that policies import is in both.
            let Some(file) = all.iter().position(|file| is_its(file, &change)) else { continue };
            let (range, text) = (change.span.start..change.span.end, &all[file].text);
            let is_same = |known: &Change| {
                known.file == file && known.range == range && known.mutant.after.as_ref() == Some(&change.text)
            };
            if changes.iter().any(is_same) {
                continue;
            }
            let before = text.get(range.clone()).unwrap_or_default().to_owned();
            let mutant = mutant(&all[file], range.start, before, Some(change.text));
            changes.push(Change { file, range, mutant: Mutant { boundary: change.boundary, ..mutant } });
        }
    }
    changes
}

/// True for the file of a change: files of rules and policies may have the same path.
fn is_its(file: &VendorFile, change: &ScriptChange) -> bool {
    file.path == change.path && *file.text == *change.source
}

fn mutant(file: &VendorFile, at: usize, before: String, after: Option<String>) -> Mutant {
    let line = file.text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    let text = file.text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
    Mutant { file: file.shown.clone(), line, before, after, text, boundary: None, case: None }
}

/// Rows that are left out, bounds that include their end or do not, and numbers that are the next or the previous one.
fn of_tables(files: &VendorFiles, all: &[VendorFile]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (shown, row) in rows_of(files) {
        let Some(file) = all.iter().position(|file| file.shown == shown) else { continue };
        let Some(line) = usize::try_from(row).ok().and_then(|row| range_of_line(&all[file].text, row)) else {
            continue;
        };
        let text = &all[file].text;
        let row_text = text.get(line.clone()).unwrap_or_default();
        let ending = text.get(line.end..).unwrap_or_default().find('\n').map_or(0, |at| at + 1);
        let whole = mutant(&all[file], line.start, row_text.trim().to_owned(), None);
        changes.push(Change { file, range: line.start..line.end + ending, mutant: whole });
        for cell in cells(row_text) {
            let words = row_text.get(cell.clone()).unwrap_or_default();
            for (at, before, after) in of_cell(words) {
                let start = line.start + cell.start + at;
                let range = start..start + before.len();
                changes.push(Change { file, range, mutant: mutant(&all[file], start, before, Some(after)) });
            }
        }
    }
    changes
}

/// The text of a line without its end.
fn range_of_line(text: &str, line: usize) -> Option<Range<usize>> {
    let mut start = 0;
    for (index, content) in text.split_inclusive('\n').enumerate() {
        if index + 1 == line {
            return Some(start..start + content.trim_end_matches(['\n', '\r']).len());
        }
        start += content.len();
    }
    None
}

/// The cells of a row, without their double quotes.
fn cells(row: &str) -> Vec<Range<usize>> {
    let (mut cells, mut start, mut is_quoted) = (Vec::new(), 0, false);
    let mut add = |range: Range<usize>| {
        let cell = row.get(range.clone()).unwrap_or_default();
        let before = cell.len() - cell.trim_start_matches([' ', '"']).len();
        let length = cell.trim_matches([' ', '"']).len();
        cells.push(range.start + before..range.start + before + length);
    };
    for (at, character) in row.char_indices() {
        match character {
            '"' => is_quoted = !is_quoted,
            ',' | ';' | '\t' if !is_quoted => {
                add(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    add(start..row.len());
    cells
}

/// Changes of a cell: the offset in it, the text there, and the text that replaces it.
fn of_cell(cell: &str) -> Vec<(usize, String, String)> {
    let owned = |at: usize, before: &str, after: &str| (at, before.to_owned(), after.to_owned());
    for (before, after) in [("<=", "<"), (">=", ">"), ("<", "<="), (">", ">=")] {
        if cell.starts_with(before) {
            return vec![owned(0, before, after)];
        }
    }
    if cell.contains("..") && cell.len() > 3 {
        let last = cell.len() - 1;
        let first = [("[", "("), ("(", "[")].into_iter().find(|(sign, _)| cell.starts_with(sign));
        let end = [("]", ")"), (")", "]")].into_iter().find(|(sign, _)| cell.ends_with(sign));
        let first = first.map(|(before, after)| owned(0, before, after));
        return first.into_iter().chain(end.map(|(before, after)| owned(last, before, after))).collect();
    }
    let number: Option<Decimal> = cell.parse().ok();
    let beside = number.map(neighbours).unwrap_or_default();
    beside.into_iter().map(|number| owned(0, cell, &plain(number))).collect()
}
