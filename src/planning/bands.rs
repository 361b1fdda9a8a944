//! Bands and odds of a plan: estimates of what its lines, its territories and the channel are likely to buy.

use crate::channel::Name;
use crate::figures;
use crate::quality::Coverage;
use crate::units::{Money, PlanningPeriod, Rate};
use rust_decimal::Decimal;

figures! {
    /// Estimate of the range of the amount that a line buys, of nominal 80 %.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Band = "Band" {
        /// Estimate: with odds of 10 % the line buys less.
        low: Money, named("band_low").width(14).label("band low (estimate)");
        /// Estimate: with odds of 10 % the line buys more.
        high: Money, named("band_high").width(14).label("band high (estimate)");
        /// Estimates: the amounts that the line reaches with odds of 95 %, 90 %, … 5 %, ascending.
        reach: Vec<Money>;
    }
}

figures! {
    /// Amount that lines reach together with given odds.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct AmountAtOdds = "AmountAtOdds" {
        /// Odds, as a fraction.
        odds: Rate;
        /// Estimate: the largest amount that the lines reach together with these odds or better.
        amount: Money;
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
        /// Estimate of the share of the lines that reach their own quota.
        at_quota: Option<Rate>;
        /// Estimate: Σ quota × expected attainment, of the lines of which that is known.
        capacity: Option<Money>;
        /// Estimates of the amounts that the lines reach together, by odds, as requested.
        at_odds: Vec<AmountAtOdds>;
        /// Estimates: the amounts that the lines reach together with odds of 95 %, 90 %, … 5 %, ascending.
        reach: Vec<Money>;
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

/// Evenness of a plan: what it asks of groups, and measures over the lines with comparable revenue.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fairness {
    /// Groups of each dimension that has more than one, ascending.
    pub groups: Vec<GroupHealth>,
    /// Gini coefficient of quota ÷ comparable revenue over the lines: 0 when the plan asks the same of all.
    pub gini: Option<Rate>,
    /// Rank correlation of quota ÷ comparable revenue with comparable revenue: below zero, small lines are asked for more.
    pub growth_by_size: Option<Rate>,
    /// Rank correlation of the odds with comparable revenue: above zero, large lines reach their quota more easily.
    pub odds_by_size: Option<Rate>,
}

/// Outlook of a plan. Everything in it but the quotas is an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    /// Past periods that were planned with the same rules, ascending; empty when the book is too short.
    pub periods: Vec<PlanningPeriod>,
    /// Past periods that have no month in common: as many shocks from one period to the next have been seen.
    pub apart: usize,
    /// Coverage of the bands in periods that they were not made from; `None` when there are no two periods apart.
    pub coverage: Option<Coverage>,
    /// Facts that the rules read and that the book has without a date, as rules name them without `partner.`: of past periods
    /// they are those of today.
    pub undated: Vec<Name>,
    /// True when the bands of lines were widened until they held.
    pub is_widened: bool,
    /// The whole channel; `None` when no past period is known.
    pub channel: Option<TerritoryOutlook>,
    /// Territories, ascending by name; empty when lines have none or no past period is known.
    pub territories: Vec<TerritoryOutlook>,
    /// Odds that the lines together reach the channel target without its reserve; `None` without a target.
    pub target_odds: Option<Rate>,
    /// Evenness of the plan.
    pub fairness: Fairness,
    /// Amounts that the lines bought together in every draw, ascending; empty when no past period is known.
    pub drawn: Vec<Money>,
}

/// Odds for which amounts are sought, unless others are asked for.
pub(super) const USUAL_ODDS: [Rate; 4] = [
    Decimal::from_parts(9, 0, 0, false, 1),
    Decimal::from_parts(75, 0, 0, false, 2),
    Decimal::from_parts(5, 0, 0, false, 1),
    Decimal::from_parts(25, 0, 0, false, 2),
];

/// Steps between the shares of [`Bands::quantiles`], in percent.
const STEP: usize = 5;

impl Bands {
    /// Returns amounts that shares of the draws do not exceed: of 5 %, 10 %, … 95 %.
    pub fn quantiles(&self) -> Vec<(Rate, Money)> {
        let at = |percent: usize| {
            let place = (self.drawn.len() * percent).div_ceil(100).checked_sub(1)?;
            Some((Decimal::new(i64::try_from(percent).ok()?, 2).normalize(), *self.drawn.get(place)?))
        };
        (1..100 / STEP).filter_map(|step| at(step * STEP)).collect()
    }
}
