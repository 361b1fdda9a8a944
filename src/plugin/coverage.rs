//! Coverage of cases: lines, branches and table rows of a vendor that no case reaches.

use super::files::{VendorFile, VendorFiles};
use super::library::rows_of;
use crate::decision::table::reaching;
use crate::script::{CodePoint, PointKind, covering};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Coverage of a vendor's files by its cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Lines of scripts on which a statement begins; reached where all of them are.
    pub lines: Reached,
    /// Branches of conditions, and cases of `switch`.
    pub branches: Reached,
    /// Rows of decision tables and lookup tables.
    pub rows: Reached,
    /// Places that no case reaches, ascending by file and line. Branches with an unreached line of their body are left out.
    pub missing: Vec<Missing>,
}

/// A share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Number that is reached.
    pub reached: usize,
    /// Number of all.
    pub all: usize,
}

crate::words! {
    /// Kind of a place that no case reaches.
    pub enum Unreached {
        /// A line.
        Line = "line",
        /// A condition that never holds.
        NeverHolds = "never_holds",
        /// A condition that always holds.
        AlwaysHolds = "always_holds",
        /// A case of a `switch`.
        Case = "case",
        /// A row of a table.
        Row = "row",
    }
}

/// A place that no case reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// File, as people know it.
    pub file: String,
    /// Line, counted from 1; of a table the row.
    pub line: usize,
    /// Kind.
    pub kind: Unreached,
    /// Text of the line from there on.
    pub text: String,
}

/// Compiles and runs within `work` on this thread, and returns its outcome with the coverage of the files.
pub fn covered<R>(files: &VendorFiles, work: impl FnOnce() -> R) -> (R, Coverage) {
    let ((result, points), rows) = reaching(|| covering(work));
    let mut coverage = Coverage::default();
    coverage.add_code(files, &points);
    for (file, row) in rows_of(files) {
        let is_reached = rows.contains(&(file.clone(), row));
        coverage.rows.count(is_reached);
        if !is_reached {
            let line = usize::try_from(row).unwrap_or(usize::MAX);
            let text = files.iter().find(|known| known.shown == file).map(|known| line_of(&known.text, line));
            coverage.missing.push(Missing { text: text.unwrap_or_default(), file, line, kind: Unreached::Row });
        }
    }
    coverage.missing.sort();
    (result, coverage)
}

impl Reached {
    fn count(&mut self, is_reached: bool) {
        self.all += 1;
        self.reached += usize::from(is_reached);
    }
}

impl Coverage {
    fn add_code(&mut self, files: &VendorFiles, points: &[CodePoint]) {
        // A file of the rules that policies import is compiled twice: a point is reached where either is.
        let mut all: BTreeMap<(&str, usize, PointKind), (usize, bool, bool)> = BTreeMap::new();
        let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
        for point in points {
            let is_its = |file: &&VendorFile| file.path == point.path && is_same(&file.text, &point.text);
            let Some(file) = files.iter().find(is_its) else { continue };
            texts.insert(&file.shown, &file.text);
            let entry = all.entry((&file.shown, point.at, point.kind)).or_insert((point.line, false, point.is_told));
            entry.1 |= point.is_reached;
        }
        // The first statement of each line that is not reached.
        let mut lines: BTreeMap<(&str, usize), Option<usize>> = BTreeMap::new();
        for ((file, at, kind), (line, is_reached, _)) in &all {
            if *kind == PointKind::Statement {
                let first = lines.entry((file, *line)).or_default();
                *first = first.or_else(|| (!is_reached).then_some(*at));
            }
        }
        let from = |file: &str, at: usize| {
            let rest = texts.get(file).and_then(|text| text.get(at..)).unwrap_or_default();
            rest.lines().next().unwrap_or_default().trim_end().to_owned()
        };
        let mut unreached = BTreeSet::new();
        for ((file, line), first) in &lines {
            self.lines.count(first.is_none());
            if let Some(at) = first {
                unreached.insert((*file, *line));
                self.miss(file, *line, Unreached::Line, from(file, *at));
            }
        }
        for ((file, at, kind), (line, is_reached, is_told)) in &all {
            let kind = match kind {
                PointKind::Statement => continue,
                PointKind::Holds => Unreached::NeverHolds,
                PointKind::HoldsNot => Unreached::AlwaysHolds,
                PointKind::Case => Unreached::Case,
            };
            self.branches.count(*is_reached);
            if !is_reached && !is_told && !unreached.contains(&(*file, *line)) {
                self.miss(file, *line, kind, from(file, *at));
            }
        }
    }

    fn miss(&mut self, file: &str, line: usize, kind: Unreached, text: String) {
        self.missing.push(Missing { file: file.to_owned(), line, kind, text });
    }
}

fn is_same(one: &Arc<str>, other: &Arc<str>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}

fn line_of(text: &str, line: usize) -> String {
    text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim().to_owned()
}
