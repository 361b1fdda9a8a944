//! Options of `plan business-plan` that describe a header, an objective or an activity.

use super::desk::Desk;
use super::moves::amount;
use crate::finding::Findings;
use crate::ledger::plan::{
    Activity, ActivityKind, ActualSource, BusinessHeader, Likelihood, Objective, ObjectiveKind, PeriodTarget,
    PlanState, Risk, Side, TargetAccount,
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
}

/// Arguments of `plan business-plan account`.
#[derive(Debug, clap::Args)]
pub struct SetAccount {
    /// The business plan.
    #[command(flatten)]
    pub place: Place,
    /// Id, such as T1.
    id: String,
    /// Name of the customer.
    #[arg(long, value_name = "NAME")]
    customer: String,
    /// Revenue expected from it in the period; not known by default.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    expected: Option<Decimal>,
    /// Side that sees to it: vendor or partner.
    #[arg(long, value_name = "SIDE", default_value = "partner")]
    side: Side,
    /// Person who sees to it.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
}

/// Arguments of `plan business-plan risk`.
#[derive(Debug, clap::Args)]
pub struct SetRisk {
    /// The business plan.
    #[command(flatten)]
    pub place: Place,
    /// Id, such as R1.
    id: String,
    /// Description of the risk.
    #[arg(long, value_name = "TEXT")]
    risk: String,
    /// Likelihood: low, medium or high.
    #[arg(long, value_name = "WORD")]
    likelihood: Likelihood,
    /// Side that sees to it: vendor or partner.
    #[arg(long, value_name = "SIDE", default_value = "partner")]
    side: Side,
    /// Person who sees to it.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Measure against it, in words.
    #[arg(long, value_name = "TEXT")]
    mitigation: Option<String>,
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
    /// Figure of a partner book that is its value: certified_staff, services_headcount, sellers, enablement,
    /// marketing_spend, revenue, opportunities, pipeline or won; typed by default.
    #[arg(long, value_name = "FIGURE")]
    source: Option<ActualSource>,
    /// Tag of the opportunities that count; all by default.
    #[arg(long, value_name = "TAG", requires = "source")]
    tag: Option<String>,
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
    /// Tag with which opportunities that come from it are registered in the book.
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
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
            source: self.source,
            tag: self.tag.clone(),
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
            tag: self.tag.clone(),
        })
    }
}

impl SetAccount {
    /// Returns the target account that the options mean.
    pub fn account(&self, state: &PlanState) -> TargetAccount {
        TargetAccount {
            id: self.id.clone(),
            customer: self.customer.clone(),
            expected: self.expected.map(|amount| Money::new(amount, state.totals.assigned.currency())),
            side: self.side,
            owner: self.owner.clone(),
        }
    }
}

impl SetRisk {
    /// Returns the risk that the options mean.
    pub fn risk(&self) -> Risk {
        Risk {
            id: self.id.clone(),
            risk: self.risk.clone(),
            likelihood: self.likelihood,
            side: self.side,
            owner: self.owner.clone(),
            mitigation: self.mitigation.clone(),
        }
    }
}

impl Header {
    /// Returns the parts of the header that the options name.
    pub fn header(&self) -> BusinessHeader {
        BusinessHeader {
            vendor_sponsor: self.vendor_sponsor.clone(),
            partner_sponsor: self.partner_sponsor.clone(),
            vision: self.vision.clone(),
            review_dates: Some(self.review_on.clone()).filter(|dates| !dates.is_empty()),
            accounts: None,
            risks: None,
        }
    }
}
