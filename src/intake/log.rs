//! The findings of one reading: all are counted, and as many of one cause are stored as a person would read.

use super::fault::TableFault;
use crate::finding::{Code, Finding, Findings, GroupKey, Place, Severity};
use std::collections::BTreeMap;

/// Most findings of one group, and most groups of one code in one file, that are stored; the rest is counted.
pub const KEPT_OF_ONE_SORT: u64 = 20;

/// Says that a value could not be used and that the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reported;

/// Code of findings in one file.
type Sort = (String, Code, Severity);

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Log {
    stored: Vec<Finding>,
    /// By file and what the members have in common: how many there are, and where the last stored one is.
    groups: BTreeMap<(String, GroupKey), (u64, usize)>,
    /// By sort: how many groups are stored, and how many findings belong to none of them.
    sorts: BTreeMap<Sort, (u64, u64)>,
}

impl Log {
    /// Adds a finding.
    pub fn add(&mut self, finding: Finding) -> Reported {
        let file = finding.places.first().map(Place::file_name).unwrap_or_default().to_owned();
        let sort = (file.clone(), finding.code(), finding.severity);
        let key = (file, GroupKey::new(&finding));
        if let Some((count, last)) = self.groups.get_mut(&key) {
            *count += 1;
            if *count <= KEPT_OF_ONE_SORT {
                *last = self.stored.len();
                self.stored.push(finding);
            } else if let Some(last) = self.stored.get_mut(*last) {
                last.more += 1;
            }
            return Reported;
        }
        let (groups, beyond) = self.sorts.entry(sort).or_default();
        if *groups < KEPT_OF_ONE_SORT {
            *groups += 1;
            self.groups.insert(key, (1, self.stored.len()));
            self.stored.push(finding);
        } else {
            *beyond += 1;
        }
        Reported
    }

    /// True when an error was added.
    pub fn has_errors(&self) -> bool {
        self.stored.iter().any(Finding::is_error)
    }

    /// All findings; one more for each code with too many unlike causes, saying how many are not listed.
    pub fn into_findings(self) -> Findings {
        let mut findings: Findings = self.stored.into_iter().collect();
        for ((file, code, severity), (_, beyond)) in self.sorts {
            if beyond > 0 {
                let finding = Finding::from(TableFault::NotListed { listed: code, count: beyond });
                findings.push(finding.with_severity(severity).at(Place::file(file)));
            }
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
