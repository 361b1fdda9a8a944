//! Policies: what they read, what they decide, and what they say when they cannot.

use quotient::channel::{LineFacts, Name};
use quotient::decision::table::DecisionTable;
use quotient::decision::{TierDecision, TierMove};
use quotient::finding::render;
use quotient::script::{
    Contract, EntryPoint, FactKind, PartnerRecords, PolicyContext, PolicyFacts, PolicyKind, ReviewCadence,
    ReviewFacts, ScriptContext, ScriptFault, Scripts, SourceFile, StandingFacts, TableDeclaration, example_facts,
};
use quotient::units::{FiscalCalendar, Money, parse_decimal};
use std::sync::Arc;

const BONUS: &str = "\
UNIQUE, attainment, -> bonus_rate, because
,       < 0.8,      0,             below the threshold
,       [0.8..1),   0.02,          threshold reached
,       >= 1,       0.05,          target reached
";

fn certifications() -> TableDeclaration {
    let column = |name: &str, kind| (Name::from(name), kind);
    TableDeclaration {
        name: "certifications".into(),
        columns: vec![
            column("person", FactKind::Text),
            column("level", FactKind::Text),
            column("expires_on", FactKind::Date),
            column("points", FactKind::Count),
        ],
    }
}

fn context() -> ScriptContext {
    let bonus = DecisionTable::parse("bonus.csv", &BONUS.into()).0.expect("a sound table");
    ScriptContext {
        policy: Some(PolicyContext {
            tables: vec![certifications()],
            tiers: ["Ready", "Silver", "Gold"].map(Name::from).to_vec(),
            decisions: [(Name::from("bonus"), bonus)].into_iter().collect(),
        }),
        ..ScriptContext::default()
    }
}

fn compile(kind: PolicyKind, text: &str) -> (Option<Scripts>, String) {
    let files = [SourceFile { path: kind.file().to_owned(), text: text.into() }];
    let contracts = [Contract { path: kind.file().to_owned(), entry: EntryPoint::Policy(kind) }];
    let (scripts, findings) = Scripts::compile(&files, &contracts, &context());
    (scripts, render::human(findings.iter(), false))
}

#[track_caller]
fn compiled(kind: PolicyKind, text: &str) -> Scripts {
    let (scripts, findings) = compile(kind, text);
    scripts.unwrap_or_else(|| panic!("{findings}"))
}

fn facts(tier: Option<&str>, standing: StandingFacts, records: PartnerRecords) -> PolicyFacts {
    let line = LineFacts { tier: tier.map(Name::from), ..example_facts().line().clone() };
    let calendar = FiscalCalendar::new(1).expect("January");
    let period = calendar.period("FY2025").expect("a period");
    let as_of = "2025-12-31".parse().expect("a day");
    let review = ReviewFacts::new(calendar, &period, as_of, ReviewCadence::Year);
    PolicyFacts::from_figures(Arc::new(line), standing, Vec::new(), Arc::new(review), records)
}

/// A Gold partner with a quota of 1,200,000, a tier minimum of 500,000 and so much closed revenue.
fn gold(actual: &str) -> PolicyFacts {
    let actual = Money::new(parse_decimal(actual).expect("an amount"));
    let (quota, minimum) = (Money::from(1_200_000), Money::from(500_000));
    let standing = StandingFacts {
        quota: Some(quota),
        actual: Some(actual),
        attainment: actual.amount().checked_div(quota.amount()),
        is_quota_met: Some(actual >= quota),
        tier_minimum: Some(minimum),
        tier_revenue: Some(actual),
        ..StandingFacts::default()
    };
    facts(Some("Gold"), standing, PartnerRecords::default())
}

fn tier(text: &str, facts: &PolicyFacts) -> Result<TierDecision, ScriptFault> {
    compiled(PolicyKind::Tier, text).tier("tier.rhai", facts)
}

const GLOSSARY: &str = r#"
const SILVER = 100_000;   // revenue a year
const GOLD   = 500_000;   // revenue a year

/// A tier is kept by revenue; a quota is no requirement of a tier.
fn decide(partner) {
    let revenue = partner.standing.actual;
    ladder()
        .tier("Silver", at_least("closed revenue", revenue, global::SILVER))
        .tier("Gold",   at_least("closed revenue", revenue, global::GOLD))
        .decide(partner.tier)
}
"#;

const GLOSSARY_BONUS: &str = r#"
fn decide(partner) {
    let met = at_least("attainment", partner.standing.attainment, 1);
    if met.is_met { [award("attainment bonus").amount(25_000).because(met)] } else { [withhold("attainment bonus").because(met)] }
}
"#;

#[test]
fn the_glossary_example_decides_as_it_should() {
    let bonus = compiled(PolicyKind::Incentive, GLOSSARY_BONUS);
    let expected = [
        ("1250000", TierMove::Retain, "Gold", true),
        ("600000", TierMove::Retain, "Gold", false),
        ("500000", TierMove::Retain, "Gold", false),
        ("499999.99", TierMove::Demote, "Silver", false),
    ];
    for (actual, decision, to, has_bonus) in expected {
        let facts = gold(actual);
        let found = tier(GLOSSARY, &facts).unwrap_or_else(|fault| panic!("{}", fault.finding));
        assert_eq!((found.decision, found.to.as_deref()), (decision, Some(to)), "{actual}");
        let incentives = bonus.incentives("incentive.rhai", &facts).unwrap_or_else(|fault| panic!("{}", fault.finding));
        assert_eq!(incentives.iter().map(|one| one.is_awarded).collect::<Vec<_>>(), [has_bonus], "{actual}");
    }
    let demoted = tier(GLOSSARY, &gold("499999.99")).unwrap_or_else(|fault| panic!("{}", fault.finding));
    assert_eq!(demoted.grounds.would_change, [
        "closed revenue: 0.01 more (499,999.99 of 500,000) keeps Gold",
        "closed revenue: below 100,000 loses Silver (499,999.99 now)",
    ]);
    assert_eq!(demoted.grounds.requirements[0].conditions()[0].source, "tier.rhai:10");
}
