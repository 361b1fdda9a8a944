//! The assessment of one partner: the small record that its lines are settled from.

use super::fault::PartitionFault;
use super::written::{Exact, Hash, Written};
use crate::channel::{Lock, Name, SegmentKey};
use crate::finding::Finding;
use crate::planning::{Draft, InForce};
use crate::quota::{Assessment, Basis, Bound, BoundReason, GuardrailKind, Guardrails, Side, Weights};
use crate::units::{Currency, Money, PlanningPeriod};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One partner of a partition, assessed. Amounts are in the currency of the survey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessedPartner {
    /// Identifier.
    pub partner_id: String,
    /// Hash of the survey that it was assessed with.
    pub survey: Written<Hash>,
    /// Hash of the partner's facts.
    pub facts: Written<Hash>,
    /// False for a partner that the vendor's eligibility leaves out; it has no lines then.
    pub is_eligible: bool,
    /// False for a partner that leaves before the period, or joins after it.
    pub is_in_program: bool,
    /// First and last date in force of a partner that joins or leaves inside the period; null for all others.
    pub in_force: Option<(Written<NaiveDate>, Written<NaiveDate>)>,
    /// Locks of the book's own table.
    pub locks: Vec<LockOfPart>,
    /// Its lines, ascending by product line, territory.
    pub lines: Vec<OpenLineDocument>,
}

/// A lock of the book's own table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockOfPart {
    /// Product line; null at a grain without.
    pub product_line: Option<String>,
    /// Territory; null at a grain without.
    pub territory: Option<String>,
    /// Agreed quota.
    pub quota: Exact,
    /// Reason; empty when none was given.
    pub reason: String,
}

/// One line, assessed and not yet settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenLineDocument {
    /// Product line; null at a grain without.
    pub product_line: Option<String>,
    /// Territory; null at a grain without.
    pub territory: Option<String>,
    /// Territory whose target the line counts for; null when not known.
    pub target_territory: Option<String>,
    /// Bottom-up assessment; null when every factor abstained.
    pub assessment: Option<Exact>,
    /// Amount of it that proration took away.
    pub prorated_by: Exact,
    /// Lowest quota that the guardrails allow; null without one.
    pub floor: Option<Exact>,
    /// Highest quota that the guardrails allow; null without one.
    pub ceiling: Option<Exact>,
    /// Guardrail that gave way to a stronger one, in words; null when none did.
    pub overridden: Option<String>,
    /// Revenue that each factor indicates, for vendors that share a target fairly; null for others.
    pub indicated: Option<Vec<Option<Exact>>>,
    /// Weight of each factor, for vendors that share a target fairly; null for others.
    pub weights: Option<Vec<Exact>>,
    /// Revenue by calendar month, January first, over the latest years; null when a full year is not known.
    pub months: Option<[Exact; 12]>,
    /// Revenue of the latest stretch as long as the period; null when not known.
    pub prior_revenue: Option<Exact>,
    /// Revenue that growth is measured from; null when not known.
    pub comparable_revenue: Option<Exact>,
    /// True for a partner that the vendor counts as new.
    pub is_newcomer: bool,
    /// True for a line without any revenue up to the as-of date.
    pub never_sold: bool,
}

impl LockOfPart {
    /// The lock as a document.
    pub fn of(lock: &Lock) -> Self {
        Self {
            product_line: text(&lock.segment.product_line),
            territory: text(&lock.segment.territory),
            quota: Exact(lock.quota.amount()),
            reason: lock.reason.clone(),
        }
    }

    /// The lock of a partner.
    pub fn lock(self, partner: &Name, currency: Currency) -> Lock {
        let segment =
            SegmentKey { product_line: self.product_line.map(Name::from), territory: self.territory.map(Name::from) };
        let (partner_id, quota) = (Name::clone(partner), Money::new(self.quota.0, currency));
        Lock { partner_id, segment, quota, reason: self.reason, periods: Vec::new() }
    }
}

fn text(name: &Option<Name>) -> Option<String> {
    name.as_deref().map(str::to_owned)
}

/// Reason of a guardrail in messages of a settlement; the record has the amount only.
const GUARDRAIL: &str = "see its assessment";

impl OpenLineDocument {
    /// The record of a line; `None` when an amount is out of range.
    pub fn of(draft: &Draft, basis: Basis, currency: Currency) -> Option<Self> {
        let exact = |minor: i128| Exact::of_minor(minor, currency);
        let known = |amount: Option<i128>| amount.map(exact).map_or(Some(None), |exact| exact.map(Some));
        let is_fair = basis == Basis::FairShare;
        let indicated: Option<Vec<Option<Exact>>> = draft.indicated.iter().map(|amount| known(*amount)).collect();
        let months = match &draft.months {
            Some(months) => {
                let months: Vec<Exact> = months.iter().map(|minor| exact(i128::from(*minor))).collect::<Option<_>>()?;
                Some(months.try_into().ok()?)
            }
            None => None,
        };
        let amount = |money: Option<Money>| money.map(|money| Exact(money.amount()));
        Some(Self {
            product_line: text(&draft.segment.product_line),
            territory: text(&draft.segment.territory),
            target_territory: text(&draft.identity.territory),
            assessment: known(draft.assessment.as_ref().map(|sum| sum.amount))?,
            prorated_by: exact(draft.assessment.as_ref().map_or(0, |sum| sum.prorated_by))?,
            floor: known(draft.guardrails.floor.as_ref().map(|bound| bound.amount))?,
            ceiling: known(draft.guardrails.ceiling.as_ref().map(|bound| bound.amount))?,
            overridden: draft.guardrails.gave_way.first().map(|bound| bound.reason.to_string()),
            indicated: if is_fair { Some(indicated?) } else { None },
            weights: is_fair.then(|| draft.weights.rates().into_iter().map(Exact).collect()),
            months,
            prior_revenue: amount(draft.context.prior_revenue),
            comparable_revenue: amount(draft.context.comparable_revenue),
            is_newcomer: draft.context.is_newcomer,
            never_sold: draft.never_sold,
        })
    }

    /// The line of a partner as it is settled; `None` when an amount is out of range or too fine.
    pub fn draft(self, partner: &Name, in_force: Option<&InForce>, currency: Currency) -> Option<Draft> {
        let minor = |exact: Exact| exact.minor(currency);
        let known = |amount: Option<Exact>| amount.map(minor).map_or(Some(None), |minor| minor.map(Some));
        let money = |amount: Option<Exact>| amount.map(|amount| Money::new(amount.0, currency));
        let assessment = match self.assessment {
            Some(amount) => Some(Assessment {
                contributions: Vec::new(),
                raised_by: 0,
                prorated_by: minor(self.prorated_by)?,
                amount: minor(amount)?,
            }),
            None => None,
        };
        let months = match self.months {
            Some(months) => {
                let months: Vec<i64> =
                    months.into_iter().map(|amount| i64::try_from(minor(amount)?).ok()).collect::<Option<_>>()?;
                Some(months.try_into().ok()?)
            }
            None => None,
        };
        let name = |text: Option<String>| text.map(Name::from);
        let segment = SegmentKey { product_line: name(self.product_line), territory: name(self.territory) };
        let weights: Vec<Decimal> = self
            .weights
            .map_or_else(|| vec![Decimal::ONE], |weights| weights.into_iter().map(|weight| weight.0).collect());
        let mut draft = Draft {
            identity: crate::channel::Partner::new(Name::clone(partner)).identity_of(&segment),
            segment,
            context: crate::channel::LineContext {
                prior_revenue: money(self.prior_revenue),
                comparable_revenue: money(self.comparable_revenue),
                is_newcomer: self.is_newcomer,
                ..Default::default()
            },
            reasons: Vec::new(),
            indicated: self.indicated.unwrap_or_default().into_iter().map(known).collect::<Option<_>>()?,
            weights: Arc::new(Weights::new(&weights).ok()?),
            assessment,
            guardrails: guardrails(known(self.floor)?, known(self.ceiling)?, self.overridden),
            without_minimum: None,
            in_force: in_force.cloned().map(Box::new),
            months,
            never_sold: self.never_sold,
            lock: None,
        };
        draft.identity.territory = name(self.target_territory);
        Some(draft)
    }
}

fn guardrails(floor: Option<i128>, ceiling: Option<i128>, overridden: Option<String>) -> Guardrails {
    let bound = |side, amount, reason: BoundReason| Bound { kind: GuardrailKind::Factor, side, amount, reason };
    let held = |side, amount: Option<i128>| amount.map(|amount| bound(side, amount, GUARDRAIL.into()));
    Guardrails {
        floor: held(Side::Floor, floor),
        ceiling: held(Side::Ceiling, ceiling),
        gave_way: overridden.into_iter().map(|reason| bound(Side::Floor, 0, reason.into())).collect(),
    }
}

impl AssessedPartner {
    /// Reads the record on the line of that number, from 1.
    pub fn read(line: u64, text: &str) -> Result<Self, Finding> {
        serde_json::from_str(text).map_err(|error| {
            PartitionFault::Document { document: format!("line {line}"), reason: error.to_string() }.into()
        })
    }

    /// Dates in force in `period`.
    pub fn dates(&self, period: &PlanningPeriod) -> Option<InForce> {
        self.in_force.as_ref().and_then(|(from, to)| InForce::between(from.0, to.0, period))
    }
}
