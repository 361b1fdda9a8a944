//! The partner of the examples: every example of the reference is true for it.

use super::super::Facts;
use crate::channel::{
    ChannelFacts, HistoryFacts, InvestmentFacts, LineFacts, MarketFacts, Name, OpportunityFacts, PipelineFacts,
    QuotaFacts,
};
use crate::units::Money;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Facts of a made-up partner with everything known but the product line.
pub fn example_facts() -> Facts {
    Facts::new(Arc::new(line()))
}

fn line() -> LineFacts {
    LineFacts {
        id: Name::from("P-100"),
        name: Name::from("Example Partner"),
        tier: Some(Name::from("gold")),
        territory: Some(Name::from("North")),
        vertical: Some(Name::from("retail")),
        product_line: None,
        account_manager: Some(Name::from("A. Manager")),
        since: NaiveDate::from_ymd_opt(2020, 1, 15),
        months_since_joining: Some(71),
        is_newcomer: false,
        attributes: Vec::new(),
        history: HistoryFacts {
            prior_revenue: money(1_200_000),
            earlier_revenue: money(1_000_000),
            same_period_last_year: money(1_200_000),
            trailing_12_months: money(1_200_000),
            growth: rate(20),
            quarters: [230, 240, 260, 270, 280, 290, 300, 330].map(|thousands| Money::from(thousands * 1_000)).to_vec(),
            latest_quarter: money(330_000),
            active_quarters: Some(4),
            months_since_first_revenue: Some(60),
            months_since_last_revenue: Some(0),
        },
        market: MarketFacts {
            addressable: money(20_000_000),
            growth: rate(5),
            channel_revenue: money(6_000_000),
            penetration: rate(30),
            headroom: money(14_000_000),
            partner_share: rate(20),
            partners: Some(7),
        },
        investment: InvestmentFacts {
            certified_now: Some(12),
            certified_before: Some(9),
            certified_gained: Some(3),
            marketing_spend: money(25_000),
            services_headcount: Some(5),
            services_revenue: money(300_000),
            enablement: rate(80),
        },
        pipeline: PipelineFacts {
            open_amount: money(900_000),
            weighted_amount: money(350_000),
            open_count: Some(2),
            coverage: rate(75),
            win_rate: rate(25),
            required_coverage: Some(Decimal::from(4)),
            opportunities: vec![
                opportunity(500_000, "proposal", 30, (2026, 3, 31), 40),
                opportunity(400_000, "negotiation", 50, (2026, 6, 30), 90),
            ],
        },
        quota: QuotaFacts { current: money(1_200_000), attainment: Some(Decimal::ONE), forecast: money(1_300_000) },
        channel: Arc::new(ChannelFacts {
            as_of: NaiveDate::from_ymd_opt(2025, 12, 31).unwrap_or_default(),
            period: Name::from("FY2026"),
            period_months: 12,
            partners: 150,
            prior_revenue: money(90_000_000),
            growth: rate(10),
            same_period_last_year: money(90_000_000),
            season: rate(110),
            target: money(100_000_000),
        }),
    }
}

fn money(amount: i64) -> Option<Money> {
    Some(Money::from(amount))
}

fn rate(percent: i64) -> Option<Decimal> {
    Some(Decimal::new(percent, 2).normalize())
}

fn opportunity(
    amount: i64,
    stage: &str,
    percent: i64,
    (year, month, day): (i32, u32, u32),
    age: i64,
) -> OpportunityFacts {
    OpportunityFacts {
        amount: Money::from(amount),
        stage: Some(Name::from(stage)),
        probability: rate(percent),
        close_date: NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default(),
        age_days: Some(age),
    }
}
