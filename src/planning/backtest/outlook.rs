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
    /// Outlook of its territories and of the channel, and how evenly it asks.
    pub bands: Bands,
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
            let reach = outlook.reach;
            line.band = outlook.low.zip(outlook.high).map(|(low, high)| Band { low, high, reach });
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
        /// Estimates: the amounts that the line reaches with odds of 95 %, 90 %, … 5 %, ascending; empty where none is expected.
        reach: Vec<Money>;
        /// Estimate of the odds that the line reaches its quota.
        odds: Option<Rate>;
        /// Estimate: revenue ÷ quota on average of such lines, sum over sum; not known where nothing is expected or asked.
        expected_attainment: Option<Rate>;
        /// Past quotas that the estimates are made from.
        evidence: usize;
        /// Lines that these quotas were for: a third by size, newcomers, lapsed partners; `all` when those are too few.
        based_on: Name;
    }
}
