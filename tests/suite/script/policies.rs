//! Policies: what they read, what they decide, and what they say when they cannot.

use quotient::channel::{LineFacts, Name};
use quotient::decision::table::DecisionTable;
use quotient::decision::{TierDecision, TierMove};
use quotient::finding::render;
use quotient::script::{
    Contract, EntryPoint, FactKind, PartnerRecords, PolicyContext, PolicyFacts, PolicyKind, ReviewCadence, ReviewFacts,
    ScriptContext, ScriptFault, Scripts, SourceFile, StandingFacts, TableDeclaration, example_facts,
    example_policy_facts, on_script_threads,
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
            tier_minimums: [(Name::from("Gold"), Money::from(500_000))].into(),
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
        .decision_for(partner.tier)
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
    assert_eq!(
        demoted.grounds.would_change,
        [
            "closed revenue: 0.01 more (499,999.99 of 500,000) keeps Gold",
            "closed revenue: below 100,000 loses Silver (499,999.99 now)",
        ]
    );
    assert_eq!(demoted.grounds.requirements[0].conditions()[0].source, "tier.rhai:10");
}

/// What `check` says about the body of a tier policy.
fn says(body: &str) -> String {
    compile(PolicyKind::Tier, &format!("fn decide(partner) {{\n    {body}\n}}")).1
}

#[test]
fn each_mistake_has_a_readable_finding() {
    let mistakes = [
        "let c = partner.certification; retain()",
        "let n = partner.certifications.where(\"levle\", \"expert\").count(); retain()",
        "let mine = partner.certifications; let n = mine.sum(\"person\"); retain()",
        "for r in partner.certifications { if r.expires_at == () { return retain(); } } retain()",
        "let n = partner.certifications.valid(\"level\").count(); retain()",
        "let n = partner.certifications.where(\"points\", \"many\").count(); retain()",
        "promote(\"Godl\")",
        "ladder().tier(\"Silver\", partner.standing.actual >= 5).decision_for(partner.tier)",
        "ladder().tier(\"Gold\", all_of([partner.standing.is_quota_met])).decision_for(partner.tier)",
        "let r = at_least(\"revenue\", \"much\", 5); if r.met { retain() } else { retain() }",
        "let a = decide_by(\"bonsu\", #{ attainment: 1 }); retain()",
        "let a = decide_by(\"bonus\", #{ attainmet: 1 }); retain().because(a)",
        "let a = decide_by(\"bonus\", #{ attainment: \"high\" }); if a.bonus_rat > 0 { retain() } else { retain() }",
        "indicate(5)",
        "award(\"bonus\").because(\"nice\")",
        "if partner.standing.attainmet >= 1 { retain() }",
        "if partner.standing.streak { retain() } else { retain() }",
        "[retain()]",
        "let when = partner.review.is_yearend; retain()",
        "retain().until(5)",
    ];
    let mut text = String::new();
    for mistake in mistakes {
        let said = says(mistake);
        assert!(said.contains("error["), "nothing is said about: {mistake}\n{said}");
        text.push_str(&said);
    }
    let interventions = "fn decide(partner) {\n    [intervene(\"forcast_call\", \"urgent\")]\n}";
    text.push_str(&compile(PolicyKind::Intervention, interventions).1);
    text.push_str(&compile(PolicyKind::Incentive, "fn decide(partner) {\n    award(\"bonus\")\n}").1);
    insta::assert_snapshot!(text);
}

/// What a tier policy that fails says.
fn fails(body: &str) -> String {
    match tier(&format!("fn decide(partner) {{\n    {body}\n}}"), &gold("600000")) {
        Ok(decision) => panic!("no fault: {decision:?}"),
        Err(fault) => super::support::fault_text(&fault),
    }
}

#[test]
fn each_failure_says_what_to_do() {
    let bodies = [
        "promote(\"Silver\").because(at_least(\"revenue\", 1, 1))",
        "demote(\"Gold\").because(at_least(\"revenue\", 0, 1))",
        "demote(\"Silver\").because(\"quota missed\")",
        "demote(\"Silver\").because(at_least(\"revenue\", 1, 1))",
        "let n = partner.certifications.count(); retain()",
        "at_least(\"revenue\", 1, partner.standing.forecast); retain()",
        "let x = partner.standing.forecast * 2; retain()",
        "ladder().tier(\"Gold\", holds(\"a\", true)).tier(\"Silver\", holds(\"b\", true)).decision_for(partner.tier)",
        "let x = [1, 2].sum(\"amount\"); retain()",
        "let x = marginal(5, [[10, 0.1], [0, 0.2]]); retain()",
        "let name = \"Golden\"; promote(name)",
        "let kind = \"phone\"; let x = intervene(kind, \"high\"); retain()",
        "let x = points(5, 0, 1); retain()",
    ];
    insta::assert_snapshot!(bodies.map(fails).concat());
}

#[test]
fn hostile_scripts_as_policies_are_contained() {
    let shared = std::env::var("QUOTIENT_SHARED").map_or_else(
        |_| std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        std::path::PathBuf::from,
    );
    let own = [
        "let l = ladder(); for i in 0..100000 { l = l.tier(\"Gold\", holds(\"x\", true)); } l.decision_for(partner.tier)",
        "let r = holds(\"x\", false); loop { r = all_of([r, r]); }",
        "let d = retain(); loop { d = d.because(\"again\"); }",
        "decide(partner)",
        "let l = []; loop { l.push(partner.certifications); }",
        "marginal(79228162514264337593543950335, [[0, 79228162514264337593543950335]]); retain()",
        "points_proportional(79228162514264337593543950335, 0.0000000000000000000000000001, 9); retain()",
        "partner.pipeline.opportunities.last_months(\"close_date\", 9223372036854775807); retain()",
        "let l = partner.pipeline.opportunities; loop { l = l.where(\"stage\", \"proposal\"); }",
    ];
    let mut attacks: Vec<String> = own.map(ToOwned::to_owned).to_vec();
    match std::fs::read_dir(shared.join("hostile")) {
        Ok(folder) => attacks.extend(
            folder
                .filter_map(|entry| std::fs::read(entry.ok()?.path()).ok())
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        ),
        Err(_) => println!("the shared hostile scripts are absent; set QUOTIENT_SHARED to their parent"),
    }
    on_script_threads(Some(1), || {
        let facts = example_policy_facts();
        for attack in attacks {
            let start = std::time::Instant::now();
            let (scripts, findings) = compile(PolicyKind::Tier, &format!("fn decide(partner) {{ {attack}\n }}"));
            match scripts.map(|scripts| scripts.tier("tier.rhai", &facts)) {
                Some(Err(fault)) => {
                    assert!(!fault.finding.message.contains("bug of ours"), "{attack}: {}", fault.finding)
                }
                Some(Ok(_)) => {}
                None => assert!(findings.contains("error["), "{attack}: {findings}"),
            }
            assert!(start.elapsed().as_secs() < 20, "{attack}");
        }
    });
}
