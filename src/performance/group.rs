//! One group of a roll-up: its figures, each declared once.

use super::dimension::Dimension;
use crate::channel::Name;
use crate::figure::Format;
use crate::figures;
use crate::units::{Money, Month, Rate};

figures! {
    /// Number of partners by attainment.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct Bands = "Bands" {
        /// Below the threshold.
        below_threshold: usize;
        /// At least the threshold, below target.
        threshold: usize;
        /// At least the target, below excellence.
        target: usize;
        /// At least excellence.
        excellence: usize;
    }
}

figures! {
    /// Distribution of bookings over the period's complete months.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Linearity = "Linearity" {
        /// An even month's share: 1 ÷ number of months.
        even_share: Rate, format(Format::Percent);
        /// ½ × Σ |share − even share|: the part of the bookings that came in other months than even ones; 0 is even.
        deviation: Rate, named("linearity_deviation").format(Format::Percent);
        /// One entry per complete month, in order.
        months: Vec<MonthShare>;
    }
}

figures! {
    /// Bookings of one month.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct MonthShare = "MonthShare" {
        /// Month.
        month: Month;
        /// Closed revenue, with or without quota.
        amount: Money;
        /// `amount` ÷ Σ amounts.
        share: Rate, format(Format::Percent);
    }
}

figures! {
    /// Number of partners that make most of the shortfall (quota − actual, where positive).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Concentration = "Shortfall" {
        /// Σ shortfalls; overachievers do not offset it.
        total: Money, named("shortfall");
        /// Partners with a shortfall.
        partners: usize;
        /// Least number of partners that make at least 50 % of it.
        half: usize;
        /// Least number of partners that make at least 80 % of it.
        four_fifths: usize;
        /// The largest shortfalls, at most ten, largest first, then by partner id.
        largest: Vec<Shortfall>;
    }
}

figures! {
    /// Shortfall of one partner.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Shortfall = "PartnerAmount" {
        /// Partner id.
        partner_id: Name;
        /// Quota − actual, above zero.
        amount: Money;
    }
}

figures! {
    /// One group of partners, or in a territory or product line of the parts of partners in it. Ratios are Σ ÷ Σ over the members that have both.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Group = "Rollup" {
        /// Property it is grouped by.
        dimension: Dimension, width(18);
        /// Value of that property; null is the channel, or "not known" in other dimensions.
        name: Option<Name>, width(28);
        /// Number of members.
        partners: usize;
        /// Members with a quota, zero included.
        with_quota: usize;
        /// Members without a known quota: in none of the sums below but `actual_without_quota`.
        without_quota: usize;
        /// Members whose quota is zero: in the sums, but in no band.
        zero_quota: usize;
        /// Members with a quota whose revenue is not known.
        actual_not_known: usize;
        /// Σ quotas; null when no member has one.
        quota: Option<Money>;
        /// Σ closed revenue of business with a quota.
        actual: Option<Money>;
        /// Σ actual ÷ Σ quota of members with both.
        attainment: Option<Rate>, format(Format::Percent);
        /// Σ closed revenue of business without a quota.
        actual_without_quota: Money;
        /// Σ open pipeline of business with a quota.
        open_pipeline: Option<Money>;
        /// Σ open pipeline ÷ Σ quota of members with both.
        coverage_ratio: Option<Rate>, format(Format::Multiple).label("coverage");
        /// Σ forecasts of members with a quota.
        forecast: Option<Money>;
        /// Members with forecast and quota.
        forecast_partners: usize;
        /// Σ forecast − Σ quota of these.
        forecast_gap: Option<Money>, format(Format::Signed);
        /// That ÷ Σ quota of these.
        forecast_gap_share: Option<Rate>, format(Format::Percent);
        /// Σ quota expected to date.
        expected_to_date: Option<Money>;
        /// Σ actual ÷ Σ expected of members with both.
        pace_ratio: Option<Rate>, format(Format::Percent).label("pace");
        /// Members by attainment.
        bands: Bands;
        /// Members at or above target ÷ members with a defined attainment.
        at_quota_by_count: Option<Rate>, format(Format::Percent).label("at quota");
        /// Their revenue ÷ revenue of members with a defined attainment; null unless that is above zero.
        at_quota_by_revenue: Option<Rate>, format(Format::Percent);
        /// Bookings by month; null unless their sum is above zero.
        linearity: Option<Linearity>;
        /// Members that consistently meet quota, by the partner's record as a whole.
        consistently_at_quota: usize;
        /// Members that consistently miss it.
        consistently_below_quota: usize;
        /// Distribution of the shortfall.
        shortfall: Concentration;
    }
}
