//! Facts about one line of a plan: a partner, one of its product lines, or a product line in a territory.
//!
//! Every figure is a fact that scripts may read; `None` is "not known". Amounts are of the line's own part of the business
//! unless a figure says otherwise.

use super::changing::{Attribute, Investment};
use super::identity::{Identity, Name};
use crate::figure::{Kind, Quantity, Value};
use crate::figures;
use crate::units::{Currency, Money, Rate};
use chrono::NaiveDate;
use schemars::{Schema, SchemaGenerator};
use std::sync::Arc;

figures! {
    /// Figures of a line that a plan shows beside its quota.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct LineContext = "LineContext" {
        /// Revenue of the latest stretch as long as the period, as sold.
        prior_revenue: Option<Money>;
        /// Revenue that growth is measured from.
        comparable_revenue: Option<Money>;
        /// Quota of the period before.
        current_quota: Option<Money>;
        /// Addressable market of the line's cell.
        addressable_market: Option<Money>;
        /// True for a partner that the vendor counts as new.
        is_newcomer: bool;
    }
}

impl From<&LineFacts> for LineContext {
    fn from(facts: &LineFacts) -> Self {
        Self {
            prior_revenue: facts.history.prior_revenue,
            comparable_revenue: facts.history.comparable_revenue,
            current_quota: facts.quota.current,
            addressable_market: facts.market.addressable,
            is_newcomer: facts.is_newcomer,
        }
    }
}

figures! {
    /// One line of the plan: a partner, or its product line, or that in a territory.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct LineFacts = "LineFacts" {
        /// Identity of the line.
        identity: Identity, flat().not_in_scripts();
        /// Date the partner joined.
        since: Option<NaiveDate>, example("2020-01-15");
        /// Whole months from joining to the as-of date.
        months_since_joining: Option<i64>, unit("months").example("71");
        /// True when the partner joined, or first sold, within the manifest's `newcomer_months`.
        is_newcomer: bool, example("false");
        /// Extra columns of the partners table, ascending by name.
        attributes: Vec<(Name, Attribute)>, not_in_scripts();
        /// Numbers learned from the channel, as the manifest declares them, ascending by name.
        learned: Vec<(Name, Attribute)>, not_in_scripts().skipped();
        /// Revenue history.
        history: HistoryFacts;
        /// The market the line sells into.
        market: MarketFacts;
        /// Investment signals of the partner.
        investment: InvestmentFacts;
        /// Registered pipeline.
        pipeline: PipelineFacts;
        /// Current quota and forecast.
        quota: QuotaFacts;
        /// The channel as a whole.
        channel: Arc<ChannelFacts>;
    }
}

figures! {
    /// Revenue up to the as-of date. A stretch is as long as the planning period.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct HistoryFacts = "HistoryFacts" {
        /// Revenue of the latest stretch.
        prior_revenue: Option<Money>, example("1_200_000");
        /// Revenue of the stretch before the latest.
        earlier_revenue: Option<Money>, example("1_000_000");
        /// Revenue of the planning period's own months one year earlier.
        same_period_last_year: Option<Money>, example("1_200_000");
        /// Revenue that growth is measured from: the prior revenue, or in a plan shorter than a year that of the same months one year earlier; scaled to the whole where only a part of it is known, of at least three months.
        comparable_revenue: Option<Money>, example("1_200_000");
        /// Number of its months since the book begins and the partner joined, or first sold.
        months_known: Option<i64>, unit("months").example("12");
        /// Revenue of the latest 12 months.
        trailing_12_months: Option<Money>, example("1_200_000");
        /// Latest stretch ÷ the one before − 1, as a fraction; not known unless the earlier revenue is above zero.
        growth: Option<Rate>, at_most(4).example("0.2");
        /// Revenue of the latest quarters, oldest first, at most 8.
        quarters: Vec<Money>, example("sum({}) == 2_200_000");
        /// Revenue of each month as far as the book goes back, oldest first; the latest is the as-of month.
        months: Vec<Money>, example("{}.len() == 24").skipped();
        /// Revenue of each 12 months as far as the book goes back, oldest first; the latest ends with the as-of month.
        years: Vec<Money>, example("{}.last() == 1_200_000").skipped();
        /// Revenue of the latest quarter.
        latest_quarter: Option<Money>, example("330_000");
        /// How many of the latest four quarters had revenue above zero.
        active_quarters: Option<i64>, unit("quarters").example("4");
        /// Months from the first revenue to the as-of month.
        months_since_first_revenue: Option<i64>, unit("months").example("60").zero("");
        /// Months from the latest revenue above zero to the as-of month.
        months_since_last_revenue: Option<i64>, unit("months").example("0").zero("");
    }
}

figures! {
    /// Market of the line's territory, vertical and product line, for a stretch as long as the planning period.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct MarketFacts = "MarketFacts" {
        /// Addressable market: the ceiling on achievable revenue, for all partners of the cell together.
        addressable: Option<Money>, example("20_000_000");
        /// Expected growth of the market per year, as a fraction.
        growth: Option<Rate>, at_most(4).example("0.05").zero("0");
        /// Prior revenue of all partners in the cell.
        channel_revenue: Option<Money>, example("6_000_000");
        /// Channel revenue ÷ addressable market.
        penetration: Option<Rate>, example("0.3");
        /// Addressable market − channel revenue, at least zero.
        headroom: Option<Money>, example("14_000_000");
        /// Headroom ÷ number of partners in the cell: an equal part for each, so that the parts of a channel can be summed.
        headroom_per_partner: Option<Money>, example("2_000_000").not_in_json();
        /// The line's prior revenue ÷ channel revenue.
        partner_share: Option<Rate>, example("0.2");
        /// Number of partners in the cell.
        partners: Option<i64>, unit("partners").example("7").zero("1");
    }
}

figures! {
    /// Investment signals of the partner; they are not split by line.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct InvestmentFacts = "InvestmentFacts" {
        /// Certified staff now.
        certified_now: Option<i64>, unit("people").example("12");
        /// Certified staff one year before.
        certified_before: Option<i64>, unit("people").example("9");
        /// Certified staff now − one year before.
        certified_gained: Option<i64>, unit("people").example("3");
        /// Own marketing spend for the vendor's products, last 12 months.
        marketing_spend: Option<Money>, example("25_000");
        /// Headcount of the services practice.
        services_headcount: Option<i64>, unit("people").example("5");
        /// Revenue of the services practice, last 12 months.
        services_revenue: Option<Money>, example("300_000");
        /// Share of the enablement plan completed, 0 to 1.
        enablement: Option<Rate>, at_most(1).example("0.8").zero("0");
        /// People who sell the vendor's products.
        sellers: Option<i64>, unit("people").example("4");
        /// Revenue of one of them in a year at full productivity.
        productivity: Option<Money>, example("300_000");
        /// Part of it that they reach in the period, 0 to 1.
        seller_ramp: Option<Rate>, at_most(1).example("0.9").zero("0");
        /// Sellers × productivity × ramp for the length of the planning period; without a ramp, at full productivity.
        capacity: Option<Money>, example("1_080_000");
    }
}

figures! {
    /// Registered pipeline on the as-of date.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct PipelineFacts = "PipelineFacts" {
        /// Open opportunities that close in the planning period, at full value.
        open_amount: Option<Money>, example("900_000");
        /// The same, each × its probability; not known when an open opportunity has no probability.
        weighted_amount: Option<Money>, example("350_000");
        /// Number of open opportunities.
        open_count: Option<i64>, unit("opportunities").example("2");
        /// Open amount ÷ the current quota, or ÷ prior revenue without a quota.
        coverage: Option<Rate>, example("0.75");
        /// Won ÷ (won + lost) by value.
        win_rate: Option<Rate>, at_most(1).example("0.25").zero("0");
        /// 1 ÷ win rate.
        required_coverage: Option<Rate>, example("4");
        /// The open opportunities, ascending by id.
        opportunities: Vec<OpportunityFacts>, example("{}.len() == 2");
        /// Opportunities that were won or lost up to the as-of date, ascending by id.
        closed: Vec<ClosedFacts>, example("{}.len() == 2").skipped();
    }
}

figures! {
    /// One opportunity that was won or lost.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ClosedFacts = "ClosedFacts" {
        /// Amount at full value.
        amount: Money, example("300_000");
        /// True when it was won.
        is_won: bool, example("true");
        /// Stage in the CRM.
        stage: Option<Name>, example("contract");
        /// Date it was closed.
        close_date: NaiveDate, example("2025-10-15");
        /// Days from registration to the close date.
        age_days: Option<i64>, unit("days").example("90");
    }
}

figures! {
    /// One open opportunity of the list.
    #[derive(Debug, Clone, PartialEq)]
    pub struct OpportunityFacts = "OpportunityFacts" {
        /// Amount at full value.
        amount: Money, example("500_000");
        /// Stage in the CRM.
        stage: Option<Name>, example("proposal");
        /// Probability, 0 to 1.
        probability: Option<Rate>, at_most(1).example("0.3");
        /// Expected close date.
        close_date: NaiveDate, example("2026-03-31");
        /// Days from registration to the as-of date.
        age_days: Option<i64>, unit("days").example("40");
    }
}

figures! {
    /// Current quota and forecast.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct QuotaFacts = "QuotaFacts" {
        /// Quota of the stretch just before the planning period.
        current: Option<Money>, example("1_200_000");
        /// Prior revenue ÷ current quota.
        attainment: Option<Rate>, example("1");
        /// Latest forecast for the planning period.
        forecast: Option<Money>, example("1_300_000");
        /// Quotas of earlier stretches that have ended, oldest first.
        former: Vec<FormerQuota>, example("{}.len() == 1").skipped();
    }
}

figures! {
    /// One quota of an earlier stretch.
    #[derive(Debug, Clone, PartialEq)]
    pub struct FormerQuota = "FormerQuota" {
        /// First date of the stretch.
        starts_on: NaiveDate, example("2025-01-01");
        /// Last date of the stretch.
        ends_on: NaiveDate, example("2025-12-31");
        /// Quota in force, after ramp and proration.
        quota: Money, example("1_200_000");
        /// Revenue of the stretch.
        revenue: Option<Money>, example("1_200_000");
        /// Revenue ÷ quota.
        attainment: Option<Rate>, example("1");
    }
}

figures! {
    /// The channel as a whole: all lines that the vendor's eligibility admits.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct ChannelFacts = "ChannelFacts" {
        /// As-of date: nothing later was looked at.
        as_of: NaiveDate, example("2025-12-31");
        /// The book's currency, in which every amount is.
        currency: Currency, not_in_scripts();
        /// Label of the planning period.
        period: Name, example("FY2026");
        /// Length of the planning period in months.
        period_months: i64, unit("months").example("12");
        /// Number of partners.
        partners: i64, unit("partners").example("150");
        /// Σ prior revenue.
        prior_revenue: Option<Money>, example("90_000_000");
        /// Σ prior revenue ÷ Σ earlier revenue − 1.
        growth: Option<Rate>, at_most(4).example("0.1");
        /// Σ revenue of the planning period's own months one year earlier.
        same_period_last_year: Option<Money>, example("90_000_000");
        /// `same_period_last_year` ÷ Σ revenue of the stretch just before those months.
        season: Option<Rate>, example("1.1");
        /// The channel target, when one is given.
        target: Option<Money>, example("100_000_000");
        /// Numbers that the manifest states under `[parameters]`, ascending by name.
        parameters: Vec<(Name, Attribute)>, not_in_scripts().skipped();
    }
}

/// An extra column with its value; its kind is declared in the manifest, not here.
impl Quantity for (Name, Attribute) {
    const KIND: Kind = Kind::Text;

    fn value(&self) -> Value<'_> {
        match &self.1 {
            Attribute::Number(number) => Value::Rate(*number),
            Attribute::Truth(truth) => Value::Truth(*truth),
            Attribute::Date(date) => Value::Date(*date),
            Attribute::Text(text) => Quantity::value(text),
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<String>()
    }
}

/// The facts that follow from the signals alone; the capacity also depends on the period.
impl From<&Investment> for InvestmentFacts {
    fn from(found: &Investment) -> Self {
        let both = found.certified_now.zip(found.certified_before);
        Self {
            certified_now: found.certified_now,
            certified_before: found.certified_before,
            certified_gained: both.map(|(now, before)| now.saturating_sub(before)),
            marketing_spend: found.marketing_spend,
            services_headcount: found.services_headcount,
            services_revenue: found.services_revenue,
            enablement: found.enablement,
            sellers: found.sellers,
            productivity: found.productivity,
            seller_ramp: found.seller_ramp,
            capacity: None,
        }
    }
}
