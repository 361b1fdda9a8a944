//! Parts of a joint business plan, as commands name them and events record them.

use super::business_items::{Registered, Risk, TargetAccount};
use super::key::LineKey;
use super::wire;
use super::words::{ActivityKind, ActualSource, ObjectiveKind, Side};
use crate::units::{Money, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sponsors, review dates, and what both sides keep in view; null keeps the earlier ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BusinessPlanHeader")]
pub struct BusinessHeader {
    /// Sponsor at the vendor.
    #[serde(default)]
    pub vendor_sponsor: Option<String>,
    /// Sponsor at the partner.
    #[serde(default)]
    pub partner_sponsor: Option<String>,
    /// Vision of both sides, in a sentence.
    #[serde(default)]
    pub vision: Option<String>,
    /// Dates of the reviews; null for the last day of each quarter of the period.
    #[serde(default, with = "wire::optional_dates")]
    #[schemars(with = "Option<Vec<String>>")]
    pub review_dates: Option<Vec<NaiveDate>>,
    /// Names of target accounts in ledgers of earlier versions; a command names them with `account`.
    #[serde(default)]
    #[schemars(skip)]
    pub accounts: Option<Vec<String>>,
    /// Risks in ledgers of earlier versions; a command names them with `risk`.
    #[serde(default)]
    #[schemars(skip)]
    pub risks: Option<Vec<String>>,
}

/// Target of an objective in a reporting period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BusinessPlanTarget")]
pub struct PeriodTarget {
    /// Label of the period, such as `FY2026-Q1`.
    pub period: String,
    /// Target.
    #[serde(with = "wire::rate")]
    #[schemars(with = "String")]
    pub target: Decimal,
}

/// Objective of both sides, as a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BusinessPlanObjective")]
pub struct Objective {
    /// Id within the business plan, such as `O1`.
    pub id: String,
    /// Kind.
    pub kind: ObjectiveKind,
    /// Measure, such as `certified engineers`.
    pub measure: String,
    /// Value at the beginning; null when it is not known.
    #[serde(default, with = "wire::optional_rate")]
    #[schemars(with = "Option<String>")]
    pub baseline: Option<Decimal>,
    /// Value at the end of the period.
    #[serde(with = "wire::rate")]
    #[schemars(with = "String")]
    pub target: Decimal,
    /// Targets by reporting period; may be empty.
    #[serde(default)]
    pub periods: Vec<PeriodTarget>,
    /// Weight among the objectives.
    #[serde(default = "one", with = "wire::rate")]
    #[schemars(with = "String")]
    pub weight: Rate,
    /// Figure of a partner book that is its value; missing where persons type it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ActualSource>,
    /// Tag of the opportunities that count; missing for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// Work of one side, with a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BusinessPlanActivity")]
pub struct Activity {
    /// Id within the business plan, such as `A1`.
    pub id: String,
    /// Kind.
    pub kind: ActivityKind,
    /// Work, in words.
    pub title: String,
    /// Side that does it.
    pub side: Side,
    /// Person who sees to it; null while no person is named.
    #[serde(default)]
    pub owner: Option<String>,
    /// First day; null without one.
    #[serde(default, with = "wire::optional_date")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub start: Option<NaiveDate>,
    /// Last day.
    #[serde(with = "wire::date")]
    #[schemars(with = "String", extend("format" = "date"))]
    pub due: NaiveDate,
    /// Cost; null when it is not known.
    #[serde(default, with = "wire::optional_money")]
    #[schemars(with = "Option<wire::money::Written>")]
    pub cost: Option<Money>,
    /// Market development funds that the partner requests for it; null for none.
    #[serde(default, with = "wire::optional_money")]
    #[schemars(with = "Option<wire::money::Written>")]
    pub fund: Option<Money>,
    /// Objective that it is for; null for none.
    #[serde(default)]
    pub objective: Option<String>,
    /// Lines of the plan that it is for; empty for all of the partner.
    #[serde(default)]
    pub lines: Vec<LineKey>,
    /// Weight among the activities.
    #[serde(default = "one", with = "wire::rate")]
    #[schemars(with = "String")]
    pub weight: Rate,
    /// Tag with which opportunities that come from it are registered; missing without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

fn one() -> Rate {
    Decimal::ONE
}

/// Change of a joint business plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BusinessPlanChange")]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum BusinessChange {
    /// Sets parts of the header.
    Header(BusinessHeader),
    /// Adds an objective, or sets the one of that id.
    Objective(Objective),
    /// Adds an activity, or sets the one of that id.
    Activity(Activity),
    /// Adds a target account, or sets the one of that id.
    Account(TargetAccount),
    /// Adds a risk, or sets the one of that id.
    Risk(Risk),
    /// Takes an objective, an activity, a target account or a risk out.
    Drop {
        /// Id.
        item: String,
        /// Reason.
        reason: String,
    },
    /// Records that an activity is done.
    Done {
        /// Activity.
        activity: String,
        /// Date on which it was done.
        #[serde(with = "wire::date")]
        #[schemars(with = "String", extend("format" = "date"))]
        on: NaiveDate,
        /// Evidence for it.
        #[serde(default)]
        evidence: Vec<String>,
    },
    /// Records the value of an objective.
    Actual {
        /// Objective.
        objective: String,
        /// Value.
        #[serde(with = "wire::rate")]
        #[schemars(with = "String")]
        value: Decimal,
        /// Date that the value is of.
        #[serde(with = "wire::date")]
        #[schemars(with = "String", extend("format" = "date"))]
        as_of: NaiveDate,
        /// Digest of the book that has the value; missing where a person types it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        book: Option<String>,
    },
    /// Records the opportunities that a book has with the tag of an activity.
    Registered(Registered),
    /// Approves the funds that an activity requests.
    ApproveFund {
        /// Activity.
        activity: String,
        /// Role in which the person approves; null for the first open step.
        #[serde(default)]
        role: Option<String>,
        /// Words of the approver; may be empty.
        #[serde(default)]
        note: String,
    },
    /// Claims approved funds.
    Claim {
        /// Activity.
        activity: String,
        /// Amount.
        #[serde(with = "wire::money")]
        #[schemars(with = "wire::money::Written")]
        amount: Money,
        /// Evidence for it.
        #[serde(default)]
        evidence: Vec<String>,
    },
    /// Signs the business plan as it is, for one side.
    Sign {
        /// Side.
        side: Side,
        /// Person who signs; null for the person who gives the command.
        #[serde(default)]
        by: Option<String>,
    },
    /// Holds the review at the end of the period.
    Review {
        /// Date up to which revenue is counted.
        #[serde(with = "wire::date")]
        #[schemars(with = "String", extend("format" = "date"))]
        as_of: NaiveDate,
        /// Revenue of the period; null when it is not known.
        #[serde(default, with = "wire::optional_money")]
        #[schemars(with = "Option<wire::money::Written>")]
        actual: Option<Money>,
    },
    /// Accepts or disputes the review, for one side.
    Answer {
        /// Side.
        side: Side,
        /// True to accept it, false to dispute it.
        accepts: bool,
        /// Person who answers; null for the person who gives the command.
        #[serde(default)]
        by: Option<String>,
        /// Words; a dispute needs them.
        #[serde(default)]
        words: String,
    },
}
