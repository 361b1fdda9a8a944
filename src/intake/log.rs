//! The findings of one reading: all of them are counted, and as many of one sort are kept as a person would read.

use crate::finding::{Code, Finding, Findings, Place, Severity};
use std::collections::BTreeMap;

/// How many findings of one code in one file are kept; the rest is counted.
pub const KEPT_OF_ONE_SORT: u64 = 20;

/// Says that a value could not be used and that the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reported;

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Log {
    kept: Findings,
    counts: BTreeMap<(String, Code, Severity), u64>,
}

impl Log {
    /// Adds a finding; `help` is asked for only when the finding is kept.
    pub fn add(&mut self, finding: Finding) -> Reported {
        let file = finding.places.first().map(Place::file_name).unwrap_or_default().to_owned();
        let count = self.counts.entry((file, finding.code, finding.severity)).or_default();
        *count += 1;
        if *count <= KEPT_OF_ONE_SORT {
            self.kept.push(finding);
        }
        Reported
    }

    /// True when a further finding of this code in this file would be kept.
    pub fn keeps(&self, file: &str, code: Code) -> bool {
        let count = |severity| self.counts.get(&(file.to_owned(), code, severity)).copied().unwrap_or_default();
        count(Severity::Error) + count(Severity::Warning) < KEPT_OF_ONE_SORT
    }

    /// True when an error was added.
    pub fn has_errors(&self) -> bool {
        self.kept.has_errors()
    }

    /// All findings; one more for each sort that was too frequent, saying how many are not shown.
    pub fn into_findings(self) -> Findings {
        let mut findings = self.kept;
        for ((file, code, severity), count) in self.counts {
            let Some(more) = count.checked_sub(KEPT_OF_ONE_SORT).filter(|more| *more > 0) else { continue };
            let message = format!("{more} more of the sort `{code}` in this file are not shown");
            let finding = Finding { severity, ..Finding::error(code, message) };
            findings.push(finding.at(Place::file(file)).help("repair the ones above first and read the file again"));
        }
        findings
    }
}

/// Returns `value` as it may be shown: at most 60 characters, control and invisible characters as `\u{…}`.
pub fn shown(value: &str) -> String {
    let mut out = String::new();
    for (index, c) in value.chars().enumerate() {
        if index == 60 {
            out.push('…');
            break;
        }
        if super::name::is_unwanted(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}
