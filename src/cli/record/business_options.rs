//! Options of `plan business-plan` that describe a header, an objective or an activity.

use super::desk::Desk;
use super::moves::amount;
use crate::finding::Findings;
use crate::ledger::plan::{
    Activity, ActivityKind, BusinessHeader, Objective, ObjectiveKind, PeriodTarget, PlanState, Side,
};
use crate::units::{Money, parse_decimal};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The business plan, and the person who gives the command.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// Name of the plan.
    pub name: String,
    /// Partner.
    pub partner: String,
    #[command(flatten)]
    pub desk: Desk,
}

/// Arguments of `plan business-plan header`.
#[derive(Debug, clap::Args)]
pub struct Header {
    /// The business plan.
    #[command(flatten)]
    pub place: Place,
    /// Sponsor at the vendor.
    #[arg(long, value_name = "NAME")]
    vendor_sponsor: Option<String>,
    /// Sponsor at the partner.
    #[arg(long, value_name = "NAME")]
    partner_sponsor: Option<String>,
    /// Vision of both sides, in a sentence.
    #[arg(long, value_name = "TEXT")]
    vision: Option<String>,
    /// Date of a review; can be repeated. The last day of each quarter by default.
    #[arg(long, value_name = "DATE")]
    review_on: Vec<NaiveDate>,
    /// Target account; can be repeated.
    #[arg(long, value_name = "NAME")]
    account: Vec<String>,
    /// Risk; can be repeated.
    #[arg(long, value_name = "TEXT")]
    risk: Vec<String>,
}

/// Arguments of `plan business-plan objective`.
#[derive(Debug, clap::Args)]
pub struct SetObjective {
    /// The business plan.
    #[command(flatten)]
    pub place: Place,
    /// Id, such as O1.
    id: String,
    /// Kind: revenue, customers, pipeline, certification, enablement or other.
    #[arg(long, value_name = "KIND", default_value = "other")]
    kind: ObjectiveKind,
    /// Measure.
    #[arg(long, value_name = "TEXT")]
    measure: String,
    /// Value at the beginning; not known by default.
    #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true)]
    baseline: Option<Decimal>,
    /// Value at the end of the period.
    #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true)]
    target: Decimal,
    /// Target of a reporting period, such as FY2026-Q1=4; can be repeated.
    #[arg(long, value_name = "PERIOD=NUMBER", value_parser = period_target)]
    by: Vec<PeriodTarget>,
    /// Weight among the objectives.
    #[arg(long, value_name = "NUMBER", value_parser = number, default_value = "1")]
    weight: Decimal,
}

/// Arguments of `plan business-plan activity`.
#[derive(Debug, clap::Args)]
pub struct SetActivity {
    /// The business plan.
    #[command(flatten)]
    pub place: Place,
    /// Id, such as A1.
    id: String,
    /// Kind: hiring, enablement, certification, co_marketing, co_sell or other.
    #[arg(long, value_name = "KIND", default_value = "other")]
    kind: ActivityKind,
    /// Work, in words.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// Side that does it: vendor or partner.
    #[arg(long, value_name = "SIDE", default_value = "partner")]
    side: Side,
    /// Person who sees to it.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// First day.
    #[arg(long, value_name = "DATE")]
    start: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DATE")]
    due: NaiveDate,
    /// Cost; not known by default.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    cost: Option<Decimal>,
    /// Market development funds that the partner requests for it.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    fund: Option<Decimal>,
    /// Objective that it is for.
    #[arg(long, value_name = "ID")]
    objective: Option<String>,
    /// Line that it is for; can be repeated. All of the partner by default.
    #[arg(long, value_name = "ID")]
    line: Vec<String>,
    /// Weight among the activities.
    #[arg(long, value_name = "NUMBER", value_parser = number, default_value = "1")]
    weight: Decimal,
}

/// Reads a number.
pub fn number(text: &str) -> Result<Decimal, String> {
    parse_decimal(text).map_err(|fault| format!("it {fault}; write digits with at most one point, such as 12.5"))
}

fn period_target(text: &str) -> Result<PeriodTarget, String> {
    let (period, target) = text.split_once('=').ok_or("write the period and its target, such as FY2026-Q1=4")?;
    Ok(PeriodTarget { period: period.trim().to_owned(), target: number(target.trim())? })
}

impl SetObjective {
    /// Returns the objective that the options mean.
    pub fn objective(&self) -> Objective {
        Objective {
            id: self.id.clone(),
            kind: self.kind,
            measure: self.measure.clone(),
            baseline: self.baseline,
            target: self.target,
            periods: self.by.clone(),
            weight: self.weight,
        }
    }
}

impl SetActivity {
    /// Returns the activity that the options mean.
    pub fn activity(&self, state: &PlanState) -> Result<Activity, Findings> {
        let money = |amount: Decimal| Money::new(amount, state.totals.assigned.currency());
        Ok(Activity {
            id: self.id.clone(),
            kind: self.kind,
            title: self.title.clone(),
            side: self.side,
            owner: self.owner.clone(),
            start: self.start,
            due: self.due,
            cost: self.cost.map(money),
            fund: self.fund.map(money),
            objective: self.objective.clone(),
            lines: super::desk::keys(state, &self.line)?,
            weight: self.weight,
        })
    }
}

impl Header {
    /// Returns the parts of the header that the options name.
    pub fn header(&self) -> BusinessHeader {
        let list = |values: &Vec<String>| Some(values.clone()).filter(|values| !values.is_empty());
        BusinessHeader {
            vendor_sponsor: self.vendor_sponsor.clone(),
            partner_sponsor: self.partner_sponsor.clone(),
            vision: self.vision.clone(),
            review_dates: Some(self.review_on.clone()).filter(|dates| !dates.is_empty()),
            accounts: list(&self.account),
            risks: list(&self.risk),
        }
    }
}
