//! Contents of the events of joint business plans.

use super::approval_step::ApprovalStep;
use super::business::BusinessChange;
use super::business_state::Review;
use super::wire;
use super::words::{Side, Verdict};
use crate::units::{Money, Rate};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Content of `business_plan.changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessChanged {
    /// Partner.
    pub partner_id: String,
    /// The change, as it was given.
    pub change: BusinessChange,
}

/// Content of `business_plan.fund_approved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundApproved {
    /// Partner.
    pub partner_id: String,
    /// Activity.
    pub activity: String,
    /// Funds.
    #[serde(with = "wire::money")]
    pub amount: Money,
    /// Digest of the activity that is approved.
    pub digest: String,
    /// Step of the approval.
    pub step: ApprovalStep,
    /// Number of steps.
    pub of: u8,
    /// Words of the approver; may be empty.
    pub note: String,
}

/// Content of `business_plan.signed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessSigned {
    /// Partner.
    pub partner_id: String,
    /// Side.
    pub side: Side,
    /// Person who signed.
    pub person: String,
    /// Digest of what was signed.
    pub digest: String,
}

/// Content of `business_plan.reviewed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessReviewed {
    /// Partner.
    pub partner_id: String,
    /// Date up to which revenue is counted.
    #[serde(with = "wire::date")]
    pub as_of: NaiveDate,
    /// Sum of the partner's quotas in force; null without any.
    #[serde(with = "wire::optional_money")]
    pub quota: Option<Money>,
    /// Revenue; null when it is not known.
    #[serde(with = "wire::optional_money")]
    pub actual: Option<Money>,
    /// Weight of the activities that were due.
    #[serde(with = "wire::rate")]
    pub due: Rate,
    /// Weight of those that were done on time.
    #[serde(with = "wire::rate")]
    pub kept: Rate,
    /// Verdict; null when the facts do not say.
    pub verdict: Option<Verdict>,
    /// Reason.
    pub because: String,
    /// Rows of the vendor's table; empty for the default.
    pub rows: Vec<u64>,
}

impl BusinessReviewed {
    /// Returns the review that `actor` held.
    pub fn review(&self, actor: &str) -> Review {
        Review {
            as_of: self.as_of,
            quota: self.quota,
            actual: self.actual,
            due: self.due,
            kept: self.kept,
            verdict: self.verdict,
            because: self.because.clone(),
            actor: actor.to_owned(),
            answers: Vec::new(),
        }
    }
}
