//! Target accounts and risks of a business plan, and the opportunities of an activity, as rows.

use crate::ledger::plan::{BusinessPlan, Likelihood, Registered, Risk, Side, TargetAccount};
use crate::units::Money;
use schemars::JsonSchema;
use serde::Serialize;

/// Target account.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlanAccountRow")]
pub struct AccountRow {
    /// Id; empty for one that an earlier version recorded as a name.
    pub id: String,
    /// Name of the customer.
    pub customer: String,
    /// Revenue expected from it in the period.
    pub expected: Option<Money>,
    /// Side that sees to it.
    pub side: Side,
    /// Person who sees to it.
    pub owner: Option<String>,
}

/// Risk.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlanRiskRow")]
pub struct RiskRow {
    /// Id; empty for one that an earlier version recorded as a text.
    pub id: String,
    /// Description of the risk.
    pub risk: String,
    /// Likelihood; null when it is not known.
    pub likelihood: Option<Likelihood>,
    /// Side that sees to it.
    pub side: Side,
    /// Person who sees to it.
    pub owner: Option<String>,
    /// Measure against it.
    pub mitigation: Option<String>,
}

/// Opportunities that a book has with the tag of an activity.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BusinessPlanRegistered")]
pub struct RegisteredRow {
    /// Number of opportunities.
    pub opportunities: u64,
    /// Amount of those that were open.
    pub pipeline: Money,
    /// Amount of those that were won.
    pub won: Money,
    /// Date up to which the book was read.
    #[schemars(extend("format" = "date"))]
    pub as_of: String,
    /// Digest of the book; null for a partner.
    pub book: Option<String>,
}

impl RegisteredRow {
    pub(super) fn of(registered: &Registered, side: Side) -> Self {
        Self {
            opportunities: registered.opportunities,
            pipeline: registered.pipeline,
            won: registered.won,
            as_of: registered.as_of.to_string(),
            book: (side == Side::Vendor).then(|| registered.book.clone()),
        }
    }
}

/// Returns the target accounts of a business plan.
pub(super) fn accounts(own: &BusinessPlan) -> Vec<AccountRow> {
    let named = own.header.accounts.iter().flatten();
    let named = named.map(|customer| TargetAccount {
        id: String::new(),
        customer: customer.clone(),
        expected: None,
        side: Side::Partner,
        owner: None,
    });
    let row =
        |TargetAccount { id, customer, expected, side, owner }| AccountRow { id, customer, expected, side, owner };
    named.chain(own.accounts.values().cloned()).map(row).collect()
}

/// Returns the risks of a business plan.
pub(super) fn risks(own: &BusinessPlan) -> Vec<RiskRow> {
    let named = own.header.risks.iter().flatten().map(|risk| RiskRow {
        id: String::new(),
        risk: risk.clone(),
        likelihood: None,
        side: Side::Partner,
        owner: None,
        mitigation: None,
    });
    let row = |Risk { id, risk, likelihood, side, owner, mitigation }| {
        let likelihood = Some(likelihood);
        RiskRow { id, risk, likelihood, side, owner, mitigation }
    };
    named.chain(own.risks.values().cloned().map(row)).collect()
}
