//! The quota plan: the outcome of a proposal.

use super::bands::{Band, Bands};
use super::conventions::Conventions;
use super::learned::Learned;
use crate::channel::{BookSummary, Identity, LineContext, Name, SegmentKey};
use crate::figure::{About, Format, List, Record, Value};
use crate::finding::Findings;
use crate::quota::{Basis, BrokenGuardrail, Grain, Side, Step, StepKind};
use crate::units::{Currency, Money, MoneyError, PlanningPeriod, Rate};
use crate::{figures, vocabulary};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Over-assignment of one level; levels compound: (1 + a) × (1 + b).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverAssignment {
    /// `channel`, `territory` or `product_line`.
    pub level: &'static str,
    /// Fraction added at that level; negative for under-assignment.
    pub rate: Rate,
}

/// One group of lines that shares a target.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupOutcome {
    /// What the group is: `channel`, `territory North`, `territory North, product line Servers`, `rest of the channel`.
    pub name: String,
    /// Target given for it, without the reserve and the targets inside it, before over-assignment; `None` when the
    /// bottom-up stands.
    pub target: Option<Money>,
    /// Amount distributed: target × over-assignment.
    pub assigned: Money,
    /// Σ assessments of its lines.
    pub assessment: Money,
    /// Σ quotas of its lines; equals `assigned` when there is a target.
    pub quota: Money,
    /// Number of lines.
    pub lines: usize,
}

vocabulary! {
    /// Source of the shares by which a quota is divided into reporting periods.
    pub enum PhasingBasis {
        /// Revenue of the line's own latest one or two years, by month.
        OwnSeason = "own_season",
        /// Revenue of the whole channel, as the manifest says.
        ChannelSeason = "channel_season",
        /// Revenue of the whole channel, because the line's own is not known for a year or is below zero in a period.
        ChannelSeasonInstead = "channel_season_instead",
        /// Equal shares, as the manifest says or because there is only one reporting period.
        Even = "even",
        /// Equal shares, because no season is known that is not below zero in a period.
        EvenInstead = "even_instead",
        /// The manifest's ramp for newcomers.
        NewcomerRamp = "newcomer_ramp",
        /// Quotas of the reporting periods that were agreed with the lock.
        Agreed = "agreed",
    }
}

figures! {
    /// One line of the proposal.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PlanLine = "Line" {
        /// Identity of the line.
        identity: Identity, flat();
        /// Key of the line within its partner: product line and territory as far as the grain has them.
        segment: SegmentKey;
        /// Proposed quota.
        quota: Money;
        /// Bottom-up assessment: sum of the factors' contributions.
        assessment: Money;
        /// Floor in force.
        floor: Option<Money>, width(14);
        /// Ceiling in force.
        ceiling: Option<Money>, width(14);
        /// The guardrail that the quota is at.
        binding: Option<Side>, width(9).label("limited by");
        /// Guardrails that are broken or were overridden by stronger ones.
        broken: Vec<BrokenGuardrail>;
        /// True when the quota was fixed by a lock.
        locked: bool, width(8);
        /// Reason of the lock; empty otherwise.
        lock_reason: String;
        /// What was known of the line.
        context: LineContext, flat();
        /// Quota by reporting period, in the order of the plan's; they sum to `quota`.
        periods: Vec<Money>, not_in_json();
        /// Quota by reporting period; they sum to `quota`.
        period_quotas = |_| Value::NotKnown => Vec<PeriodQuota>, json("periods");
        /// Season by which the quota is divided into reporting periods.
        season: PhasingBasis;
        /// Estimate of the range of the amount that the line buys; not known unless it was asked for.
        band: Option<Band>;
        /// Estimate of the odds that the line reaches its quota; not known unless it was asked for.
        odds: Option<Rate>, width(9).format(Format::Percent).label("odds (estimate)");
        /// Ordered steps; their amounts sum to `quota` exactly.
        steps: Vec<Step>;
        /// Quota ÷ comparable revenue − 1; not known unless that revenue is above zero.
        growth = |line| line.growth() => Option<Rate>, not_in_json().width(9).format(Format::Signed);
        /// The locked quota, so that a returned workbook keeps it.
        override_quota = |line| line.locked.then_some(line.quota) => Option<Money>, not_in_json();
        /// Reason of the lock.
        override_reason = |line| if line.locked { &*line.lock_reason } else { "" } => String, not_in_json().width(28);
        /// Reasons of the factors, guardrails and locks.
        reasons = |line| line.reasons() => String, not_in_json().named("reason").width(60).label("reasons");
        /// The exact quota as a string.
        quota_exact = |line| line.quota.to_exact() => String, not_in_json();
    }
}

figures! {
    /// Quota of one reporting period.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PeriodQuota = "PeriodQuota" {
        /// Reporting period.
        period: Name;
        /// Quota.
        quota: Money;
    }
}

impl PlanLine {
    /// Returns quota ÷ comparable revenue − 1; `None` unless that revenue is known and above zero.
    pub fn growth(&self) -> Option<Rate> {
        self.context.comparable_revenue.and_then(|prior| self.quota.growth_from(prior))
    }

    /// Returns what the rules said, factor by factor, and what bound: `history: steady; growth_limit: at most 40 %`.
    fn reasons(&self) -> String {
        let kinds = [StepKind::Factor, StepKind::Proration, StepKind::Guardrail, StepKind::Lock];
        let said = self.steps.iter().filter(|step| kinds.contains(&step.kind) && !step.reason.is_empty());
        let said: Vec<String> = said.map(|step| format!("{}: {}", step.label, step.reason)).collect();
        said.join("; ")
    }
}

/// A line with the names of its plan's reporting periods, as documents write it.
#[derive(Clone, Copy)]
pub struct LineRecord<'a> {
    /// Reporting periods of its plan, in order.
    pub reporting: &'a [PlanningPeriod],
    /// The line.
    pub line: &'a PlanLine,
}

impl Record for LineRecord<'_> {
    fn size(&self) -> usize {
        self.line.size()
    }

    fn about(&self, index: usize) -> Option<&'static About> {
        Record::about(self.line, index)
    }

    fn value(&self, index: usize) -> Value<'_> {
        match self.about(index) {
            Some(about) if about.name == "period_quotas" => Value::OwnList(Box::new(Periods(*self))),
            _ => Record::value(self.line, index),
        }
    }
}

/// The quotas of a line by reporting period.
struct Periods<'a>(LineRecord<'a>);

impl List for Periods<'_> {
    fn size(&self) -> usize {
        self.0.line.periods.len().min(self.0.reporting.len())
    }

    fn item(&self, index: usize) -> Value<'_> {
        let LineRecord { reporting, line } = self.0;
        match (reporting.get(index), line.periods.get(index)) {
            (Some(period), Some(quota)) => {
                Value::own(PeriodQuota { period: period.label.as_str().into(), quota: *quota })
            }
            _ => Value::NotKnown,
        }
    }
}

/// A proposed quota for every line of a vendor's channel.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaPlan {
    /// Vendor.
    pub vendor: Name,
    /// Content hash of the rules and policies that made it: `sha`-like hex digits.
    pub revision: String,
    /// Hash of the partner book.
    pub input_hash: String,
    /// Summary of what was read of the book; `None` for a book that was not read.
    pub book: Option<Arc<BookSummary>>,
    /// Currency of every amount.
    pub currency: Currency,
    /// Planning period.
    pub period: PlanningPeriod,
    /// Nothing later than this day was looked at.
    pub as_of: NaiveDate,
    /// Grain of the lines.
    pub grain: Grain,
    /// How assessments were made.
    pub basis: Basis,
    /// Quotas are multiples of this amount, but for locked lines and at most one line per group that carries the odd rest.
    pub rounding_unit: Money,
    /// Channel target; `None` when none was given and no reserve makes one: then the bottom-up stands.
    pub target: Option<Money>,
    /// Part of the target kept for partners not yet recruited.
    pub reserve: Money,
    /// Over-assignment by level, channel first; empty when there is none.
    pub over_assignment: Vec<OverAssignment>,
    /// Σ quotas: (target − reserve) × over-assignment when there is a target.
    pub total: Money,
    /// Reporting periods, in order.
    pub reporting: Vec<PlanningPeriod>,
    /// Groups with their targets, in order of name; one group `channel` when there is only a channel target.
    pub groups: Vec<GroupOutcome>,
    /// Lines, ascending by partner id, product line, territory.
    pub lines: Vec<PlanLine>,
    /// Partners of the book that the vendor's eligibility left out, ascending.
    pub not_eligible: Vec<Name>,
    /// Numbers that the rules learned from the channel, ascending by name.
    pub learned: Vec<Learned>,
    /// Conventions by which its figures were computed.
    pub conventions: Conventions,
    /// Outlook of territories and of the channel; `None` unless it was asked for.
    pub bands: Option<Box<Bands>>,
    /// Warnings about the book and the plan.
    pub findings: Findings,
    /// Difference to the previous proposal, when one was given.
    pub changes: Option<Vec<PlanChange>>,
    /// Account manager whose lines these are, for a part of a plan; `None` for the whole plan.
    pub account_manager: Option<Name>,
    /// Plan of record whose figures these are; `None` for a proposal.
    pub record: Option<RecordMark>,
}

/// Plan of record as a workbook names it, so that a returned one is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMark {
    /// Name of the plan of record.
    pub plan: String,
    /// Version of the plan whose figures these are.
    pub version: u64,
}

/// Name of the part of a plan with the lines of partners without an account manager.
const NO_MANAGER: &str = "no account manager";

impl QuotaPlan {
    /// Splits the plan into one part per account manager, ascending by name, lines without one first. A part has the
    /// lines and their sum as total; targets, groups, the outlook, findings and changes belong to the whole plan only.
    pub fn by_account_manager(mut self) -> Result<Vec<Self>, MoneyError> {
        self.bands = None;
        let mut parts: BTreeMap<Option<Name>, Vec<PlanLine>> = BTreeMap::new();
        for line in std::mem::take(&mut self.lines) {
            parts.entry(line.identity.account_manager.clone()).or_default().push(line);
        }
        let part = |(manager, lines): (Option<Name>, Vec<PlanLine>)| {
            let total = Money::sum(self.currency, lines.iter().map(|line| line.quota))?;
            Ok(Self {
                target: None,
                reserve: Money::new(0, self.currency),
                over_assignment: Vec::new(),
                groups: Vec::new(),
                not_eligible: Vec::new(),
                findings: Findings::new(),
                changes: None,
                account_manager: Some(manager.unwrap_or_else(|| NO_MANAGER.into())),
                total,
                lines,
                ..self.clone()
            })
        };
        parts.into_iter().map(part).collect()
    }
}

/// A line of a previous proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousLine {
    /// Partner id.
    pub partner_id: Name,
    /// Line.
    pub segment: SegmentKey,
    /// Quota proposed then.
    pub quota: Money,
}

/// Difference of one line to the previous proposal; only lines that differ are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanChange {
    /// Partner id.
    pub partner_id: Name,
    /// Line.
    pub segment: SegmentKey,
    /// Quota then; `None` for a new line.
    pub before: Option<Money>,
    /// Quota now; `None` for a line that is gone.
    pub after: Option<Money>,
}
