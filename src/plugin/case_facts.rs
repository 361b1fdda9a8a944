//! Facts as an author writes them in a case: `facts.history.prior_revenue = 100000`; what is left out is not known.

use crate::channel::{
    Attribute, ChannelFacts, HistoryFacts, InvestmentFacts, LineFacts, MarketFacts, Name, OpportunityFacts,
    PipelineFacts, QuotaFacts,
};
use crate::document::{Item, Section};
use crate::units::{Currency, Money, PlanningPeriod, Rate, whole_months};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Returns a reader of amounts in `currency`.
pub(super) fn money(currency: Currency) -> impl for<'i> Fn(Item<'i>) -> Option<Money> + Copy {
    move |item| item.number().map(|amount| Money::new(amount, currency))
}

pub(super) fn name(item: Item<'_>) -> Option<Name> {
    item.text().map(Name::from)
}

pub(super) fn rate(item: Item<'_>) -> Option<Rate> {
    item.number()
}

/// Reads the facts of a case under `facts`, as of `as_of` for `period`; its amounts are in `currency`.
pub fn read(
    facts: Option<Section<'_>>,
    case: &str,
    as_of: NaiveDate,
    period: &PlanningPeriod,
    currency: Currency,
) -> LineFacts {
    let get = |key: &str| facts.and_then(|facts| facts.get(key));
    let part = |key: &str| get(key).and_then(Item::section);
    let since = get("since").and_then(Item::date);
    LineFacts {
        id: get("id").and_then(name).unwrap_or_else(|| "case".into()),
        name: get("name").and_then(name).unwrap_or_else(|| case.into()),
        tier: get("tier").and_then(name),
        territory: get("territory").and_then(name),
        vertical: get("vertical").and_then(name),
        product_line: get("product_line").and_then(name),
        account_manager: get("account_manager").and_then(name),
        since,
        months_since_joining: get("months_since_joining")
            .and_then(Item::count)
            .or_else(|| since.map(|since| whole_months(since, as_of))),
        is_newcomer: get("is_newcomer").and_then(Item::truth).unwrap_or(false),
        attributes: part("attributes").map(attributes).unwrap_or_default(),
        history: part("history").map(|part| history(part, currency)).unwrap_or_default(),
        market: part("market").map(|part| market(part, currency)).unwrap_or_default(),
        investment: part("investment").map(|part| investment(part, currency)).unwrap_or_default(),
        pipeline: part("pipeline").map(|part| pipeline(part, currency)).unwrap_or_default(),
        quota: part("quota").map(|part| quota(part, currency)).unwrap_or_default(),
        channel: Arc::new(channel(part("channel"), as_of, period, currency)),
    }
}

fn attributes(section: Section<'_>) -> Vec<(Name, Attribute)> {
    let value = |item: Item<'_>| {
        if item.is_number() {
            item.number().map(Attribute::Number)
        } else if item.is_date() {
            item.date().map(Attribute::Date)
        } else if let Some(truth) = item.as_truth() {
            Some(Attribute::Truth(truth))
        } else {
            name(item).map(Attribute::Text)
        }
    };
    let mut attributes: Vec<(Name, Attribute)> = section
        .entries()
        .into_iter()
        .filter_map(|(key, item)| value(item).map(|value| (Name::from(key), value)))
        .collect();
    attributes.sort_by(|a, b| a.0.cmp(&b.0));
    attributes
}

fn history(section: Section<'_>, currency: Currency) -> HistoryFacts {
    let money = money(currency);
    let quarters = section.list("quarters").into_iter().filter_map(money).collect::<Vec<_>>();
    HistoryFacts {
        prior_revenue: section.get("prior_revenue").and_then(money),
        earlier_revenue: section.get("earlier_revenue").and_then(money),
        same_period_last_year: section.get("same_period_last_year").and_then(money),
        trailing_12_months: section.get("trailing_12_months").and_then(money),
        growth: section.get("growth").and_then(rate),
        latest_quarter: section.get("latest_quarter").and_then(money).or_else(|| quarters.last().copied()),
        quarters,
        active_quarters: section.get("active_quarters").and_then(Item::count),
        months_since_first_revenue: section.get("months_since_first_revenue").and_then(Item::count),
        months_since_last_revenue: section.get("months_since_last_revenue").and_then(Item::count),
    }
}

fn market(section: Section<'_>, currency: Currency) -> MarketFacts {
    let money = money(currency);
    MarketFacts {
        addressable: section.get("addressable").and_then(money),
        growth: section.get("growth").and_then(rate),
        channel_revenue: section.get("channel_revenue").and_then(money),
        penetration: section.get("penetration").and_then(rate),
        headroom: section.get("headroom").and_then(money),
        partner_share: section.get("partner_share").and_then(rate),
        partners: section.get("partners").and_then(Item::count),
    }
}

fn investment(section: Section<'_>, currency: Currency) -> InvestmentFacts {
    let money = money(currency);
    InvestmentFacts {
        certified_now: section.get("certified_now").and_then(Item::count),
        certified_before: section.get("certified_before").and_then(Item::count),
        certified_gained: section.get("certified_gained").and_then(Item::count),
        marketing_spend: section.get("marketing_spend").and_then(money),
        services_headcount: section.get("services_headcount").and_then(Item::count),
        services_revenue: section.get("services_revenue").and_then(money),
        enablement: section.get("enablement").and_then(rate),
    }
}

fn pipeline(section: Section<'_>, currency: Currency) -> PipelineFacts {
    let money = money(currency);
    PipelineFacts {
        open_amount: section.get("open_amount").and_then(money),
        weighted_amount: section.get("weighted_amount").and_then(money),
        open_count: section.get("open_count").and_then(Item::count),
        coverage: section.get("coverage").and_then(rate),
        win_rate: section.get("win_rate").and_then(rate),
        required_coverage: section.get("required_coverage").and_then(rate),
        opportunities: section
            .list("opportunities")
            .into_iter()
            .filter_map(Item::section)
            .filter_map(|section| opportunity(section, currency))
            .collect(),
    }
}

fn opportunity(section: Section<'_>, currency: Currency) -> Option<OpportunityFacts> {
    Some(OpportunityFacts {
        amount: section.require("amount", "amount = 10000").and_then(money(currency))?,
        stage: section.get("stage").and_then(name),
        probability: section.get("probability").and_then(rate),
        close_date: section.require("close_date", "close_date = 2026-03-31").and_then(Item::date)?,
        age_days: section.get("age_days").and_then(Item::count),
    })
}

fn quota(section: Section<'_>, currency: Currency) -> QuotaFacts {
    let money = money(currency);
    QuotaFacts {
        current: section.get("current").and_then(money),
        attainment: section.get("attainment").and_then(rate),
        forecast: section.get("forecast").and_then(money),
    }
}

fn channel(
    section: Option<Section<'_>>,
    as_of: NaiveDate,
    period: &PlanningPeriod,
    currency: Currency,
) -> ChannelFacts {
    let number = |key: &str| -> Option<Decimal> { section.and_then(|section| section.number(key)) };
    let money = |key: &str| number(key).map(|amount| Money::new(amount, currency));
    ChannelFacts {
        currency,
        as_of,
        period: period.label.as_str().into(),
        period_months: i64::from(period.months),
        partners: section.and_then(|section| section.count("partners")).unwrap_or(1),
        prior_revenue: money("prior_revenue"),
        growth: number("growth"),
        same_period_last_year: money("same_period_last_year"),
        season: number("season"),
        target: money("target"),
    }
}
