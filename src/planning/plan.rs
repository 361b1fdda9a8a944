//! The quota plan: what `propose` answers.

use crate::channel::{Name, SegmentKey};
use crate::finding::Findings;
use crate::quota::{Basis, Bound, Grain, Side, Step};
use crate::units::{Currency, Money, PlanningPeriod, Rate};
use chrono::NaiveDate;

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

/// One line of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanLine {
    /// Partner id.
    pub partner_id: Name,
    /// Partner name.
    pub partner_name: Name,
    /// Tier.
    pub tier: Option<Name>,
    /// Territory of the line; the home territory at a grain without territories.
    pub territory: Option<Name>,
    /// Vertical.
    pub vertical: Option<Name>,
    /// Product line; `None` at partner grain.
    pub product_line: Option<Name>,
    /// Account manager.
    pub account_manager: Option<Name>,
    /// The key locks and previous proposals refer to: product line and territory as far as the grain has them.
    pub segment: SegmentKey,
    /// True for a partner that the manifest counts as new.
    pub is_newcomer: bool,
    /// Proposed quota.
    pub quota: Money,
    /// Bottom-up assessment: Σ factor contributions.
    pub assessment: Money,
    /// Floor that holds, if any.
    pub floor: Option<Money>,
    /// Ceiling that holds, if any.
    pub ceiling: Option<Money>,
    /// The guardrail the quota stands at, if one binds.
    pub binding: Option<Side>,
    /// Guardrails that gave way to stronger ones, or that are broken under `on_violation = "warn"`.
    pub broken: Vec<Bound>,
    /// True when the quota was fixed by a lock.
    pub locked: bool,
    /// Reason of the lock; empty otherwise.
    pub lock_reason: String,
    /// Quota by reporting period, one amount per entry of [`QuotaPlan::reporting`]; they sum to `quota`.
    pub periods: Vec<Money>,
    /// Ordered steps; their amounts sum to `quota` exactly.
    pub steps: Vec<Step>,
    /// Revenue of the latest stretch as long as the period.
    pub prior_revenue: Option<Money>,
    /// Quota of the period before.
    pub current_quota: Option<Money>,
    /// Addressable market of the line's cell.
    pub addressable: Option<Money>,
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
    /// Warnings about the book and the plan.
    pub findings: Findings,
    /// Difference to the previous proposal, when one was given.
    pub changes: Option<Vec<PlanChange>>,
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
