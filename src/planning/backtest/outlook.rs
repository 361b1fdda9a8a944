//! Outlook of a plan: estimates of its outcome by line, group, territory and channel.

use crate::channel::{Identity, Name};
use crate::figures;
use crate::planning::plan::QuotaPlan;
use crate::quality::Coverage;
use crate::units::{Money, PlanningPeriod, Rate};

/// Health of a plan. Everything in it but quotas and revenue is an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// The plan.
    pub plan: QuotaPlan,
    /// Past periods that were planned with the same rules, ascending; empty when the book is too short.
    pub periods: Vec<PlanningPeriod>,
    /// Past periods that have no month in common: as many shocks from one period to the next have been seen.
    pub apart: usize,
    /// Coverage of the bands in periods that they were not made from; `None` when there are no two periods apart.
    pub coverage: Option<Coverage>,
    /// True when the bands of lines were widened until they held.
    pub is_widened: bool,
    /// The whole channel; `None` when no past period is known.
    pub channel: Option<TerritoryOutlook>,
    /// Territories, ascending by name; empty when lines have none or no past period is known.
    pub territories: Vec<TerritoryOutlook>,
    /// Groups of each dimension that has more than one, ascending.
    pub groups: Vec<GroupHealth>,
    /// Gini coefficient of quota ÷ comparable revenue over the lines: 0 when the plan asks the same of all.
    pub gini: Option<Rate>,
    /// Rank correlation of quota ÷ comparable revenue with comparable revenue: below zero, small lines are asked for more.
    pub growth_by_size: Option<Rate>,
    /// Rank correlation of the odds with comparable revenue: above zero, large lines reach their quota more easily.
    pub odds_by_size: Option<Rate>,
    /// Lines, in the order of the plan.
    pub lines: Vec<LineOutlook>,
}

figures! {
    /// Outlook of one line.
    #[derive(Debug, Clone, PartialEq)]
    pub struct LineOutlook = "LineOutlook" {
        /// Identity of the line.
        identity: Identity, flat();
        /// Quota of the plan.
        quota: Money;
        /// Revenue that growth is measured from.
        comparable_revenue: Option<Money>;
        /// Quota ÷ comparable revenue − 1.
        growth: Option<Rate>;
        /// Revenue that the rules expect without targets and locks; not known where they expect nothing.
        expected: Option<Money>;
        /// Estimate: with odds of 10 % the line buys less.
        low: Option<Money>;
        /// Estimate: with odds of 10 % the line buys more.
        high: Option<Money>;
        /// Estimate of the odds that the line reaches its quota.
        odds: Option<Rate>;
        /// Past quotas that the estimates are made from.
        evidence: usize;
        /// Lines that these quotas were for: a third by size, newcomers, lapsed partners; `all` when those are too few.
        based_on: Name;
    }
}

figures! {
    /// Outlook of a territory, or of the channel.
    #[derive(Debug, Clone, PartialEq)]
    pub struct TerritoryOutlook = "TerritoryOutlook" {
        /// Territory; not known for the whole channel, and for the lines without one.
        territory: Option<Name>;
        /// Number of lines.
        lines: usize;
        /// Sum of the quotas.
        quota: Money;
        /// Estimate: with odds of 10 % the lines buy less together.
        low: Money;
        /// Estimate: with odds of 50 % the lines buy less together.
        median: Money;
        /// Estimate: with odds of 10 % the lines buy more together.
        high: Money;
        /// Estimate of the odds that the lines reach the sum of their quotas together.
        odds: Rate;
        /// Median − quota: below zero, the gap to expect.
        gap: Money;
    }
}

figures! {
    /// One group of lines: what the plan asks of it, and how such lines did before.
    #[derive(Debug, Clone, PartialEq)]
    pub struct GroupHealth = "GroupHealth" {
        /// Dimension.
        dimension: Name;
        /// Name of the group.
        name: Name;
        /// Number of lines.
        lines: usize;
        /// Sum of the quotas.
        quota: Money;
        /// Sum of comparable revenue, of the lines that have it.
        comparable_revenue: Money;
        /// Quotas of the lines with comparable revenue ÷ that revenue − 1.
        growth: Option<Rate>;
        /// Estimate of the share of lines that reach their quota.
        expected_at_quota: Option<Rate>;
        /// Share of quotas of the past periods that were reached.
        past_at_quota: Option<Rate>;
    }
}
