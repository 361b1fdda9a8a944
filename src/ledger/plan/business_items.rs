//! Target accounts and risks of a joint business plan, and what a book says about an activity.

use super::wire;
use super::words::{Likelihood, Side};
use crate::units::Money;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Customer that both sides want to win or to grow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BusinessPlanAccount")]
pub struct TargetAccount {
    /// Id within the business plan, such as `T1`.
    pub id: String,
    /// Name of the customer.
    pub customer: String,
    /// Revenue expected from it in the period; null when it is not known.
    #[serde(default, with = "wire::optional_money")]
    #[schemars(with = "Option<wire::money::Written>")]
    pub expected: Option<Money>,
    /// Side that sees to it.
    #[serde(default = "partner")]
    pub side: Side,
    /// Person who sees to it; null while no person is named.
    #[serde(default)]
    pub owner: Option<String>,
}

/// Risk that both sides keep in view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BusinessPlanRisk")]
pub struct Risk {
    /// Id within the business plan, such as `R1`.
    pub id: String,
    /// Description of the risk.
    pub risk: String,
    /// Likelihood.
    pub likelihood: Likelihood,
    /// Side that sees to it.
    #[serde(default = "partner")]
    pub side: Side,
    /// Person who sees to it; null while no person is named.
    #[serde(default)]
    pub owner: Option<String>,
    /// Measure against it, in words; null for none yet.
    #[serde(default)]
    pub mitigation: Option<String>,
}

fn partner() -> Side {
    Side::Partner
}

/// Opportunities that a book has with the tag of an activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BusinessPlanOpportunities")]
pub struct Registered {
    /// Activity.
    pub activity: String,
    /// Opportunities registered from the start of the activity, or of the period, to the date.
    pub opportunities: u64,
    /// Amount of those that were open on the date.
    #[serde(with = "wire::money")]
    #[schemars(with = "wire::money::Written")]
    pub pipeline: Money,
    /// Amount of those that were won by then.
    #[serde(with = "wire::money")]
    #[schemars(with = "wire::money::Written")]
    pub won: Money,
    /// Date up to which the book was read.
    #[serde(with = "wire::date")]
    #[schemars(with = "String", extend("format" = "date"))]
    pub as_of: NaiveDate,
    /// Digest of the book.
    pub book: String,
}
