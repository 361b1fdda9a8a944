//! Content of the event that opens a plan.

use super::terms::{ApprovalRule, Terms};
use super::wire;
use crate::decision::PurposeTable;
use crate::units::Money;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Content of `plan.opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// Name of the plan.
    pub name: String,
    /// Vendor.
    pub vendor: String,
    /// Label of the planning period.
    pub period: String,
    /// First day of the period.
    #[serde(with = "wire::date")]
    pub first_day: NaiveDate,
    /// Last day of the period.
    #[serde(with = "wire::date")]
    pub last_day: NaiveDate,
    /// Date up to which facts were used.
    #[serde(with = "wire::date")]
    pub as_of: NaiveDate,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Content hash of the rules and policies.
    pub revision: String,
    /// Hash of the partner book.
    pub book: String,
    /// Target that the proposal was asked for; null for the bottom-up, or where parts of the channel have targets.
    #[serde(with = "wire::optional_money")]
    pub asked_target: Option<Money>,
    /// Target of the proposal; null without one.
    #[serde(with = "wire::optional_money")]
    pub target: Option<Money>,
    /// Part of the target that no line carries.
    #[serde(with = "wire::money")]
    pub reserve: Money,
    /// Terms of the negotiation.
    pub terms: Terms,
    /// Rule of approvals.
    pub approval: ApprovalRule,
    /// Digest of the stored request of the proposal; missing where it was made from files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Hash of the partner book but for its targets and locks; missing where the request is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// Digest of the stored targets and locks; missing where the request is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<String>,
    /// Digest of the stored files of the partner book; missing where the request is stored, or the book is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book_files: Option<String>,
    /// The vendor's table of reviews; missing for the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<PurposeTable>,
}
