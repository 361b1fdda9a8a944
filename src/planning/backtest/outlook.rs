//! Outlook of a plan: estimates of its outcome by line, group, territory and channel.

use crate::channel::{Identity, Name};
use crate::figures;
use crate::finding::Findings;
use crate::planning::bands::{Band, Bands};
use crate::planning::plan::QuotaPlan;
use crate::units::{Money, Rate};

/// Health of a plan. Everything in it but quotas and revenue is an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// The plan.
    pub plan: QuotaPlan,
    /// Outlook of its territories and of the channel.
    pub bands: Bands,
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
    /// Findings of the manifest's checks; one that refuses the plan is an error.
    pub findings: Findings,
}

impl Health {
    /// Puts bands and odds into the plan, and the findings after its own; fails when the manifest refuses the plan.
    pub fn into_plan(self) -> Result<QuotaPlan, Findings> {
        if self.findings.has_errors() {
            return Err(self.findings);
        }
        let mut plan = self.plan;
        for (line, outlook) in plan.lines.iter_mut().zip(self.lines) {
            line.band = outlook.low.zip(outlook.high).map(|(low, high)| Band { low, high });
            line.odds = outlook.odds;
        }
        plan.bands = Some(Box::new(self.bands));
        plan.findings.extend(self.findings);
        Ok(plan)
    }
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
