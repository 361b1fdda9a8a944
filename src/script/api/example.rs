//! The partner of the examples: every example of the reference is true for it.

use super::super::peer_reader::PeerReader;
use super::super::records::{ExtraTables, PartnerRecords, TableDeclaration};
use super::super::table::{FactValue, Table, Tables};
use super::super::{Beside, FactKind, Facts, PolicyFacts, ReviewFacts, ScriptContext};
use super::calculations::EXAMPLE_DECISIONS;
use crate::channel::{
    ClosedFacts, FormerQuota, HistoryFacts, LineFacts, Name, OpportunityFacts, PipelineFacts, QuotaFacts,
};
use crate::decision::table::DecisionTable;
use crate::figure::Sample;
use crate::performance::{LineStanding, PartnerStanding, Standing};
use crate::units::{Currency, Money};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Returns the facts of a sample partner with everything known but the product line.
pub fn example_facts() -> Facts {
    let facts = Facts::new(Arc::new(line(Sample::Example)));
    let reader = PeerReader::complete();
    let peers = reader.read(&facts).ok().map(|line| reader.peers(vec![line]));
    facts.with(Beside { records: records(), peers })
}

/// Returns the facts of a partner with nothing but zeros.
pub fn zero_facts() -> LineFacts {
    line(Sample::Zeros)
}

/// Returns the date of the example's review: the end of 2025, when tiers are due.
pub fn example_review() -> ReviewFacts {
    Sample::Example.record(CURRENCY)
}

/// Returns the facts of the same partner for policies: tier Gold, a quota of 1,200,000 and 600,000 of it closed, two
/// certifications.
pub fn example_policy_facts() -> PolicyFacts {
    let mut line = line(Sample::Example);
    line.identity.tier = Some(Name::from("Gold"));
    PolicyFacts::new(Arc::new(line), Arc::new(example_standing()), Arc::new(example_review()), records())
}

/// Two certifications.
fn records() -> PartnerRecords {
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default();
    let certification = |person: &str, level: &str, expires_on| {
        vec![FactValue::Text(person.into()), FactValue::Text(level.into()), FactValue::Date(expires_on)]
    };
    let rows = vec![certification("Ada", "expert", day(12, 31)), certification("Bo", "associate", day(6, 30))];
    ExtraTables::of_one(vec![(certifications(), Some(rows))])
}

/// Context of the examples: lookup tables `territories` and `growth_by_size`, a decision table `bonus`, tiers Ready, Silver and Gold, and
/// an extra table `certifications`.
pub fn example_context() -> ScriptContext {
    let bonus = DecisionTable::parse("bonus.csv", &EXAMPLE_DECISIONS.into()).value;
    ScriptContext {
        tables: Tables::new(
            [("territories.csv", TERRITORIES), ("growth_by_size.csv", GROWTH_BY_SIZE)]
                .into_iter()
                .filter_map(|(file, text)| Table::parse(file, text).value),
        ),
        records: vec![certifications()],
        tiers: ["Ready", "Silver", "Gold"].map(Name::from).to_vec(),
        tier_minimums: [("Ready", 0), ("Silver", 100_000), ("Gold", 500_000)]
            .map(|(tier, minimum)| (Name::from(tier), Decimal::from(minimum)))
            .into(),
        decisions: bonus.map(|bonus| (Name::from("bonus"), bonus)).into_iter().collect(),
        is_policy: true,
        ..ScriptContext::default()
    }
}

const TERRITORIES: &str = "territory,growth\nNorth,0.06\nSouth,0.02\n";
const GROWTH_BY_SIZE: &str = "territory=,revenue>=,growth\nNorth,0,0.08\nNorth,1000000,0.05\nSouth,0,0.04\n";

fn certifications() -> TableDeclaration {
    let columns = [("person", FactKind::Text), ("level", FactKind::Text), ("expires_on", FactKind::Date)];
    TableDeclaration {
        name: Name::from("certifications"),
        columns: columns.map(|(name, kind)| (Name::from(name), kind)).to_vec(),
    }
}

/// Returns the standing of the same partner, with one line.
pub fn example_standing() -> PartnerStanding {
    standing(Sample::Example)
}

/// Returns the standing of a partner with nothing but zeros.
pub fn zero_standing() -> PartnerStanding {
    standing(Sample::Zeros)
}

/// Currency of the made-up amounts; scripts see amounts without it.
const CURRENCY: Currency = Currency::USD;

fn standing(of: Sample) -> PartnerStanding {
    let whole = Standing { pacing: of.record(CURRENCY), consistency: of.record(CURRENCY), ..of.record(CURRENCY) };
    let lines = vec![LineStanding { segment: of.record(CURRENCY), standing: whole.clone() }];
    PartnerStanding { whole, lines, tier_standing: Some(of.record(CURRENCY)), ..PartnerStanding::default() }
}

fn line(of: Sample) -> LineFacts {
    let (quarters, opportunities) = match of {
        Sample::Example => (
            [230, 240, 260, 270, 280, 290, 300, 330].map(|thousands| Money::new(thousands * 1_000, CURRENCY)).to_vec(),
            opportunities(),
        ),
        Sample::Zeros => (vec![Money::zero(CURRENCY); 8], Vec::new()),
    };
    let (months, years, closed, former) = match of {
        Sample::Example => (
            vec![Money::new(100_000, CURRENCY); 24],
            vec![Money::new(1_000_000, CURRENCY), Money::new(1_200_000, CURRENCY)],
            vec![closed_deal(true), closed_deal(false)],
            vec![former_quota()],
        ),
        Sample::Zeros => (vec![Money::zero(CURRENCY); 24], vec![Money::zero(CURRENCY); 2], Vec::new(), Vec::new()),
    };
    LineFacts {
        identity: of.record(CURRENCY),
        history: HistoryFacts { quarters, months, years, ..of.record(CURRENCY) },
        market: of.record(CURRENCY),
        investment: of.record(CURRENCY),
        pipeline: PipelineFacts { opportunities, closed, ..of.record(CURRENCY) },
        quota: QuotaFacts { former, ..of.record(CURRENCY) },
        // The channel is that of the example: a partner without anything is still one of many.
        channel: Arc::new(Sample::Example.record(CURRENCY)),
        ..of.record(CURRENCY)
    }
}

fn closed_deal(is_won: bool) -> ClosedFacts {
    let close_date = NaiveDate::default();
    let mut deal = ClosedFacts { amount: Money::zero(CURRENCY), is_won, stage: None, close_date, age_days: None };
    Sample::Example.fill(&mut deal, CURRENCY);
    ClosedFacts { is_won, ..deal }
}

fn former_quota() -> FormerQuota {
    let (starts_on, ends_on) = (NaiveDate::default(), NaiveDate::default());
    let mut quota = FormerQuota { starts_on, ends_on, quota: Money::zero(CURRENCY), revenue: None, attainment: None };
    Sample::Example.fill(&mut quota, CURRENCY);
    quota
}

/// The first is the example of the reference.
fn opportunities() -> Vec<OpportunityFacts> {
    let close_date = NaiveDate::default();
    let mut first =
        OpportunityFacts { amount: Money::zero(CURRENCY), stage: None, probability: None, close_date, age_days: None };
    Sample::Example.fill(&mut first, CURRENCY);
    let second = OpportunityFacts {
        amount: Money::new(400_000, CURRENCY),
        stage: Some(Name::from("negotiation")),
        probability: Some(Decimal::new(5, 1)),
        close_date: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default(),
        age_days: Some(90),
    };
    vec![first, second]
}
