//! Facts about one line of a plan: a partner, one of its product lines, or a product line in a territory.
//!
//! Every field is a fact scripts may read; `None` means "not known". Amounts are for the line's own part of the
//! business unless a field says otherwise. `script::api` declares the names and words under which authors see them.

use super::{Attribute, Name};
use crate::units::{Currency, Money, Rate};
use chrono::NaiveDate;
use std::sync::Arc;

/// Facts about one line on the as-of date.
#[derive(Debug, Clone, PartialEq)]
pub struct LineFacts {
    /// Partner id.
    pub id: Name,
    /// Partner name.
    pub name: Name,
    /// Tier.
    pub tier: Option<Name>,
    /// Territory of the line; the partner's home territory at a grain without territories.
    pub territory: Option<Name>,
    /// Vertical.
    pub vertical: Option<Name>,
    /// Product line; `None` at a grain without product lines.
    pub product_line: Option<Name>,
    /// Account manager.
    pub account_manager: Option<Name>,
    /// Day the partner joined.
    pub since: Option<NaiveDate>,
    /// Whole months from joining to the as-of date.
    pub months_since_joining: Option<i64>,
    /// True when the partner joined, or had its first revenue, within the manifest's `newcomer_months`.
    pub is_newcomer: bool,
    /// Extra columns, ascending by name.
    pub attributes: Vec<(Name, Attribute)>,
    /// Revenue history.
    pub history: HistoryFacts,
    /// Market.
    pub market: MarketFacts,
    /// Investment signals.
    pub investment: InvestmentFacts,
    /// Pipeline.
    pub pipeline: PipelineFacts,
    /// Quotas and forecasts.
    pub quota: QuotaFacts,
    /// The channel as a whole; one value shared by all lines.
    pub channel: Arc<ChannelFacts>,
}

/// Revenue history up to the as-of date. A *stretch* is as long as the planning period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryFacts {
    /// Revenue of the latest stretch.
    pub prior_revenue: Option<Money>,
    /// Revenue of the stretch before that.
    pub earlier_revenue: Option<Money>,
    /// Revenue of the planning period's own months one year earlier.
    pub same_period_last_year: Option<Money>,
    /// Revenue of the latest 12 months.
    pub trailing_12_months: Option<Money>,
    /// `prior_revenue` ÷ `earlier_revenue` − 1; not known unless the earlier revenue is above zero.
    pub growth: Option<Rate>,
    /// Revenue of the latest quarters (three months each, the last ends with the as-of month), oldest first, at most 8.
    pub quarters: Vec<Money>,
    /// Revenue of the latest quarter.
    pub latest_quarter: Option<Money>,
    /// Number of the latest four quarters with revenue above zero.
    pub active_quarters: Option<i64>,
    /// Months from the first revenue to the as-of month; 0 when it was in that month.
    pub months_since_first_revenue: Option<i64>,
    /// Months from the latest revenue above zero to the as-of month; 0 when it was in that month.
    pub months_since_last_revenue: Option<i64>,
}

/// Market of the line's territory, vertical and product line, for a stretch as long as the planning period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MarketFacts {
    /// Addressable market: the ceiling on achievable revenue, for all partners of the cell together.
    pub addressable: Option<Money>,
    /// Expected growth of the market, a year.
    pub growth: Option<Rate>,
    /// Prior revenue of all partners in the cell.
    pub channel_revenue: Option<Money>,
    /// `channel_revenue` ÷ `addressable`.
    pub penetration: Option<Rate>,
    /// `addressable` − `channel_revenue`, at least zero.
    pub headroom: Option<Money>,
    /// The line's prior revenue ÷ `channel_revenue`.
    pub partner_share: Option<Rate>,
    /// Number of partners in the cell.
    pub partners: Option<i64>,
}

/// Investment signals of the partner (not split by line).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InvestmentFacts {
    /// Certified staff now.
    pub certified_now: Option<i64>,
    /// Certified staff one year before.
    pub certified_before: Option<i64>,
    /// `certified_now` − `certified_before`.
    pub certified_gained: Option<i64>,
    /// Marketing spend, last 12 months.
    pub marketing_spend: Option<Money>,
    /// Heads in the services practice.
    pub services_headcount: Option<i64>,
    /// Services revenue, last 12 months.
    pub services_revenue: Option<Money>,
    /// Share of the enablement plan completed.
    pub enablement: Option<Rate>,
}

/// Registered pipeline on the as-of date.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PipelineFacts {
    /// Open opportunities that close in the planning period, at full value.
    pub open_amount: Option<Money>,
    /// The same, each × its probability; not known when an open opportunity states none.
    pub weighted_amount: Option<Money>,
    /// Number of them.
    pub open_count: Option<i64>,
    /// `open_amount` ÷ the current quota, or ÷ prior revenue where there is no quota.
    pub coverage: Option<Rate>,
    /// Won ÷ (won + lost) by value: the book's win rate, else from opportunities closed in the last 24 months.
    pub win_rate: Option<Rate>,
    /// 1 ÷ `win_rate`.
    pub required_coverage: Option<Rate>,
    /// The open opportunities, ascending by id.
    pub opportunities: Vec<OpportunityFacts>,
}

/// One open opportunity.
#[derive(Debug, Clone, PartialEq)]
pub struct OpportunityFacts {
    /// Amount at full value.
    pub amount: Money,
    /// Stage.
    pub stage: Option<Name>,
    /// Probability, 0 to 1.
    pub probability: Option<Rate>,
    /// Expected close date.
    pub close_date: NaiveDate,
    /// Days from registration to the as-of date.
    pub age_days: Option<i64>,
}

/// Quotas and forecasts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuotaFacts {
    /// Quota of the stretch just before the planning period.
    pub current: Option<Money>,
    /// Prior revenue ÷ `current`.
    pub attainment: Option<Rate>,
    /// Latest forecast for the planning period.
    pub forecast: Option<Money>,
}

/// The channel as a whole: all lines of the book that the vendor's eligibility admits.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelFacts {
    /// The book's currency, in which every amount is.
    pub currency: Currency,
    /// As-of date.
    pub as_of: NaiveDate,
    /// Planning period's label.
    pub period: Name,
    /// Length of the planning period in months.
    pub period_months: i64,
    /// Number of partners.
    pub partners: i64,
    /// Σ prior revenue.
    pub prior_revenue: Option<Money>,
    /// Σ prior ÷ Σ earlier − 1.
    pub growth: Option<Rate>,
    /// Σ revenue of the planning period's own months one year earlier.
    pub same_period_last_year: Option<Money>,
    /// The channel's season: `same_period_last_year` ÷ Σ revenue of the stretch just before those months.
    pub season: Option<Rate>,
    /// The channel target, when one is given.
    pub target: Option<Money>,
}
