//! A comparison as JSON, schema `quotient.comparison/1`.

use super::decisions::DecisionsDocument;
use super::proposals::ProposalsDocument;
use super::sides::{Comparison, FileChange};
use crate::report::ReportFault;
use crate::report::json::write_document;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::Write;

/// Name and version of the comparison document.
pub const COMPARISON_SCHEMA: &str = "quotient.comparison/1";

/// Writes the comparison as one JSON object, one line of text per line that moves. A line feed ends it.
pub fn write_json(comparison: &Comparison, out: &mut impl Write) -> Result<(), ReportFault> {
    write_document(&ComparisonDocument::of(comparison)?, out)
}

/// What two revisions of a vendor's rules and policies decide differently on one input. `null` is "there is none".
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Comparison")]
pub struct ComparisonDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.comparison/1"))]
    schema: &'static str,
    /// Vendor.
    pub(super) vendor: &'a str,
    /// Content hash of the rules and policies of before.
    pub(super) before_revision: &'a str,
    /// Content hash of the rules and policies of after.
    pub(super) after_revision: &'a str,
    /// Hash of the partner book.
    input_hash: &'a str,
    /// ISO 4217 code of the currency of every amount.
    pub(super) currency: &'static str,
    /// Files that differ, rules before policies, ascending by path.
    pub(super) files: Vec<FileDocument<'a>>,
    /// What is proposed differently; null unless both revisions have quota rules.
    pub(super) proposal: Option<ProposalsDocument<'a>>,
    /// What is decided differently; null unless the request names a day and both revisions have policies.
    pub(super) decisions: Option<DecisionsDocument<'a>>,
}

/// A file that differs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FileChange")]
pub(super) struct FileDocument<'a> {
    /// Path: `rules/meridian/history.rhai`.
    pub(super) path: &'a str,
    /// What happened to it.
    #[schemars(extend("enum" = ["added", "removed", "changed"]))]
    pub(super) state: &'static str,
    /// Unified difference of the texts.
    pub(super) difference: &'a str,
}

impl<'a> ComparisonDocument<'a> {
    /// Compares both sides.
    pub fn of(comparison: &'a Comparison) -> Result<Self, ReportFault> {
        let Comparison { before, after, .. } = comparison;
        let proposal = match (&before.plan, &after.plan) {
            (Some(before), Some(after)) => Some(ProposalsDocument::of(before, after, comparison.currency)?),
            _ => None,
        };
        let decisions = match (&before.decisions, &after.decisions, comparison.as_of) {
            (Some(before), Some(after), Some(as_of)) => Some(DecisionsDocument::of(before, after, as_of, comparison)),
            _ => None,
        };
        Ok(Self {
            schema: COMPARISON_SCHEMA,
            vendor: &comparison.vendor,
            before_revision: &before.revision,
            after_revision: &after.revision,
            input_hash: &comparison.input_hash,
            currency: comparison.currency.code(),
            files: comparison.files.iter().map(FileDocument::of).collect(),
            proposal,
            decisions,
        })
    }
}

impl<'a> FileDocument<'a> {
    fn of(file: &'a FileChange) -> Self {
        Self { path: &file.path, state: file.state, difference: &file.difference }
    }
}

/// Number of lines and partners that move; zero where nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Lines whose quota moves; `None` when quotas were not compared.
    pub lines: Option<usize>,
    /// True when the total moves; `None` when quotas were not compared.
    pub total: Option<bool>,
    /// Partners whose tier is decided differently; `None` when decisions were not compared.
    pub tiers: Option<usize>,
}

impl ComparisonDocument<'_> {
    /// Returns how much moves.
    pub fn moved(&self) -> Moved {
        let proposal = self.proposal.as_ref().filter(|proposal| proposal.change.is_some());
        let decisions = self.decisions.as_ref();
        Moved {
            lines: proposal.map(|proposal| proposal.lines.len()),
            total: proposal.and_then(|proposal| proposal.change).map(|change| !change.is_zero()),
            tiers: decisions.filter(|decisions| decisions.is_complete).map(DecisionsDocument::moved_tiers),
        }
    }
}
