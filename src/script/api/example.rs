//! The partner of the examples: every example of the reference is true for it.

use super::super::records::{ExtraTables, TableDeclaration};
use super::super::table::{FactValue, Table, Tables};
use super::super::{FactKind, Facts, PolicyContext, PolicyFacts, ReviewFacts, ScriptContext, StandingFacts};
use super::policy_functions::EXAMPLE_DECISIONS;
use crate::channel::{
    ChannelFacts, HistoryFacts, InvestmentFacts, LineFacts, MarketFacts, Name, OpportunityFacts, PipelineFacts,
    QuotaFacts,
};
use crate::decision::table::DecisionTable;
use crate::units::{Currency, Money};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Facts of a sample partner with everything known but the product line.
pub fn example_facts() -> Facts {
    Facts::new(Arc::new(line()))
}

/// Facts of the same partner for policies: tier Gold, a quota of 1,200,000 and 600,000 of it closed, two certifications.
pub fn example_policy_facts() -> PolicyFacts {
    let line = LineFacts { tier: Some(Name::from("Gold")), ..line() };
    let of_line = StandingFacts { product_line: Some(Name::from("Software")), ..example_standing() };
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default();
    let review = ReviewFacts {
        as_of: day(12, 31),
        period: Name::from("FY2025"),
        period_start: day(1, 1),
        period_end: day(12, 31),
        is_year_end: true,
        is_quarter_end: true,
        is_due: true,
    };
    let certification = |person: &str, level: &str, expires_on| {
        vec![FactValue::Text(person.into()), FactValue::Text(level.into()), FactValue::Date(expires_on)]
    };
    let rows = vec![certification("Ada", "expert", day(12, 31)), certification("Bo", "associate", day(6, 30))];
    let records = ExtraTables::of_one(vec![(certifications(), Some(rows))]);
    PolicyFacts::from_figures(Arc::new(line), example_standing(), vec![of_line], Arc::new(review), records)
}

/// Context of the examples: a lookup table `territories`, a decision table `bonus`, tiers Ready, Silver and Gold, and
/// an extra table `certifications`.
pub fn example_context() -> ScriptContext {
    let bonus = DecisionTable::parse("bonus.csv", &EXAMPLE_DECISIONS.into()).value;
    ScriptContext {
        tables: Tables::new(Table::parse("territories.csv", "territory,growth\nNorth,0.06\nSouth,0.02\n").value),
        policy: Some(PolicyContext {
            tables: vec![certifications()],
            tiers: ["Ready", "Silver", "Gold"].map(Name::from).to_vec(),
            tier_minimums: [("Ready", 0), ("Silver", 100_000), ("Gold", 500_000)]
                .map(|(tier, minimum)| (Name::from(tier), Decimal::from(minimum)))
                .into(),
            decisions: bonus.map(|bonus| (Name::from("bonus"), bonus)).into_iter().collect(),
        }),
        ..ScriptContext::default()
    }
}

fn certifications() -> TableDeclaration {
    let columns = [("person", FactKind::Text), ("level", FactKind::Text), ("expires_on", FactKind::Date)];
    TableDeclaration {
        name: Name::from("certifications"),
        columns: columns.map(|(name, kind)| (Name::from(name), kind)).to_vec(),
    }
}

/// Standing of the same partner.
pub fn example_standing() -> StandingFacts {
    StandingFacts {
        product_line: None,
        territory: None,
        quota: money(1_200_000),
        actual: money(600_000),
        attainment: rate(50),
        remaining_quota: money(600_000),
        open_pipeline: money(900_000),
        open_count: Some(2),
        overdue_pipeline: money(0),
        coverage_ratio: rate(75),
        remaining_coverage_ratio: rate(150),
        required_coverage: Some(Decimal::from(4)),
        weighted_pipeline: money(350_000),
        weighted_coverage: Decimal::from(350_000).checked_div(Decimal::from(1_200_000)),
        expected_revenue: money(825_000),
        forecast: money(900_000),
        forecast_gap: money(-300_000),
        forecast_gap_share: rate(-25),
        expected_to_date: money(800_000),
        pace_ratio: rate(75),
        run_rate: money(2_500),
        projected_actual: money(912_500),
        required_run_rate: money(4_800),
        is_quota_met: Some(false),
        is_covered: Some(false),
        tier_minimum: money(500_000),
        tier_revenue: money(600_000),
        distance_to_tier_minimum: money(100_000),
        periods_with_quota: Some(4),
        periods_at_quota: Some(3),
        previous_attainment: rate(110),
        streak: Some(2),
    }
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
            quarters: [230, 240, 260, 270, 280, 290, 300, 330]
                .map(|thousands| Money::new(thousands * 1_000, Currency::USD))
                .to_vec(),
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
            currency: Currency::USD,
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
    Some(Money::new(amount, Currency::USD))
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
        amount: Money::new(amount, Currency::USD),
        stage: Some(Name::from(stage)),
        probability: rate(percent),
        close_date: NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default(),
        age_days: Some(age),
    }
}
