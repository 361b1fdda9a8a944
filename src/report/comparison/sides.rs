//! Two revisions of a vendor on one input, and what each makes of it.

use crate::channel::Name;
use crate::decision::Decisions;
use crate::finding::Findings;
use crate::planning::QuotaPlan;
use crate::units::Currency;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A file that differs between two revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Path as people know it.
    pub path: String,
    /// `added`, `removed` or `changed`.
    pub state: &'static str,
    /// Unified difference of the texts.
    pub difference: String,
}

/// Plan and decisions of one revision.
#[derive(Debug)]
pub struct ComparedSide {
    /// Content hash of its rules and policies.
    pub revision: String,
    /// Its plan, or why there is none; `None` when no plan was asked of it.
    pub plan: Option<Result<QuotaPlan, Findings>>,
    /// Its decisions, or why there are none; `None` when none were asked of it.
    pub decisions: Option<Result<ReviewedSide, Findings>>,
}

/// Decisions of one revision's policies about a book.
#[derive(Debug, Default)]
pub struct ReviewedSide {
    /// Decisions by partner id; `None` for a partner on whom they failed.
    pub partners: BTreeMap<Name, Option<Decisions>>,
    /// What failed.
    pub findings: Findings,
}

/// Two revisions on one input.
#[derive(Debug)]
pub struct Comparison {
    /// Vendor.
    pub vendor: Name,
    /// Hash of the partner book.
    pub input_hash: String,
    /// Currency of every amount.
    pub currency: Currency,
    /// Files that differ, ascending by path.
    pub files: Vec<FileChange>,
    /// Day that decisions are compared on.
    pub as_of: Option<NaiveDate>,
    /// Names of the partners.
    pub names: BTreeMap<Name, Name>,
    /// The revision of before.
    pub before: ComparedSide,
    /// The revision of after.
    pub after: ComparedSide,
}
