//! Policies: what they read, what they decide, and what they say when they cannot.

use crate::usd;
use quotient::channel::{ChannelFacts, LineFacts, Name};
use quotient::decision::table::DecisionTable;
use quotient::decision::{Requirement, TierDecision, TierMove};
use quotient::finding::{Code, render};
use quotient::performance::{PartnerStanding, Standing, TierStanding};
use quotient::script::{
    Contract, EntryPoint, ExtraTables, FactKind, FactValue, PartnerRecords, PolicyFacts, PolicyKind, ReviewCadence,
    ReviewFacts, ScriptContext, ScriptFault, Scripts, SourceFile, TableDeclaration, example_facts,
    example_policy_facts, on_script_threads,
};
use quotient::units::{FiscalCalendar, parse_decimal};
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
    let bonus = DecisionTable::parse("bonus.csv", &BONUS.into()).value.expect("a sound table");
    ScriptContext {
        records: vec![certifications()],
        tiers: ["Ready", "Silver", "Gold"].map(Name::from).to_vec(),
        tier_minimums: [(Name::from("Gold"), 500_000.into())].into(),
        decisions: [(Name::from("bonus"), bonus)].into_iter().collect(),
        is_policy: true,
        ..ScriptContext::default()
    }
}

fn compile(kind: PolicyKind, text: &str) -> (Option<Scripts>, String) {
    let files = [SourceFile { path: kind.file().to_owned(), text: text.into() }];
    let contracts = [Contract { path: kind.file().to_owned(), entry: EntryPoint::Policy(kind) }];
    let (scripts, findings) = Scripts::compile(&files, &contracts, &context()).into_parts();
    (scripts, render::human(findings.iter(), false))
}

#[track_caller]
fn compiled(kind: PolicyKind, text: &str) -> Scripts {
    let (scripts, findings) = compile(kind, text);
    scripts.unwrap_or_else(|| panic!("{findings}"))
}

fn facts(tier: Option<&str>, standing: PartnerStanding, records: PartnerRecords) -> PolicyFacts {
    let mut line = example_facts().line().clone();
    line.identity.tier = tier.map(Name::from);
    let calendar = FiscalCalendar::new(1).expect("January");
    let period = calendar.period("FY2025").expect("a period");
    let as_of = "2025-12-31".parse().expect("a day");
    let review = ReviewFacts::new(calendar, &period, as_of, ReviewCadence::Year);
    PolicyFacts::new(Arc::new(line), Arc::new(standing), Arc::new(review), records)
}

/// A Gold partner with a quota of 1,200,000, a tier minimum of 500,000 and so much closed revenue.
fn gold(actual: &str) -> PolicyFacts {
    let actual = usd(parse_decimal(actual).expect("an amount"));
    let (quota, minimum) = (usd(1_200_000), usd(500_000));
    let whole = Standing {
        quota: Some(quota),
        actual: Some(actual),
        attainment: actual.amount().checked_div(quota.amount()),
        is_quota_met: Some(actual.compare(quota).unwrap().is_ge()),
        ..Standing::default()
    };
    let tier = TierStanding { minimum: Some(minimum), revenue: Some(actual), ..TierStanding::default() };
    let standing = PartnerStanding { whole, tier_standing: Some(tier), ..PartnerStanding::default() };
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
    assert_eq!(&*demoted.grounds.requirements[0].conditions()[0].source, "tier.rhai:10");
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
        "at_least(\"revenue\", partner.standing.quota, partner.standing.forecast); retain()",
        "let x = partner.standing.forecast * 2; retain()",
        "ladder().tier(\"Gold\", holds(\"a\", true)).tier(\"Silver\", holds(\"b\", true)).decision_for(partner.tier)",
        "let x = [1, 2].sum(\"amount\"); retain()",
        "let steps = [[10, 0.1], [0, 0.2]]; let x = marginal(5, steps); retain()",
        "let name = \"Gold\" + \"en\"; promote(name)",
        "let kind = \"ph\" + \"one\"; let x = intervene(kind, \"high\"); retain()",
        "let x = points(5, 0, 1); retain()",
        "let r = holds(\"plan\", true); loop { r = all_of([r]); }",
        "let r = holds(\"plan\", true); loop { r = any_of([r, r, r, r]); }",
    ];
    insta::assert_snapshot!(bodies.map(fails).concat());
}

#[test]
fn sixteen_requirements_may_stand_in_one_another() {
    let body = |rounds: usize| {
        format!("let r = holds(\"plan\", true); for i in 0..{rounds} {{ r = all_of([r]); }} retain().because(r)")
    };
    assert!(tier(&format!("fn decide(partner) {{ {} }}", body(15)), &gold("600000")).is_ok());
    assert!(fails(&body(16)).contains("requirements are nested more than 16 deep"));
}

/// The certificates that `last_months` keeps of those that expired on the given days.
fn kept(as_of: &str, months: u32, days: &[&str]) -> String {
    let record = |day: &&str| {
        let day = day.parse().expect("a day");
        vec![FactValue::Text("Ada".into()), FactValue::Text("expert".into()), FactValue::Date(day), FactValue::Count(1)]
    };
    let records = ExtraTables::of_one(vec![(certifications(), Some(days.iter().map(record).collect()))]);
    let facts = facts(Some("Gold"), PartnerStanding::default(), records);
    let channel = ChannelFacts { as_of: as_of.parse().expect("a day"), ..ChannelFacts::clone(&facts.line().channel) };
    let line = LineFacts { channel: Arc::new(channel), ..facts.line().clone() };
    let calendar = FiscalCalendar::new(1).expect("January");
    let period = calendar.period("FY2025").expect("a period");
    let review = ReviewFacts::new(calendar, &period, as_of.parse().expect("a day"), ReviewCadence::Year);
    let records = ExtraTables::of_one(vec![(certifications(), Some(days.iter().map(record).collect()))]);
    let facts = PolicyFacts::new(Arc::new(line), Arc::default(), Arc::new(review), records);
    let text = format!(
        "fn decide(partner) {{ let d = retain(); for one in partner.certifications.last_months(\"expires_on\", {months}) {{ d = d.because(`${{one.expires_on}}`); }} d }}"
    );
    tier(&text, &facts).unwrap_or_else(|fault| panic!("{}", fault.finding)).grounds.because.join(" ")
}

#[test]
fn the_last_months_are_whole_months_at_the_end_of_one() {
    let june = ["2022-06-30", "2022-07-01", "2023-05-30", "2023-05-31", "2023-06-01", "2023-06-30", "2023-07-01"];
    assert_eq!(kept("2023-06-30", 1, &june), "2023-06-01 2023-06-30");
    assert_eq!(kept("2023-06-30", 12, &june), "2022-07-01 2023-05-30 2023-05-31 2023-06-01 2023-06-30");
    // In the middle of a month: after the same day.
    assert_eq!(kept("2023-06-29", 1, &["2023-05-29", "2023-05-30", "2023-06-30"]), "2023-05-30");
    // From the end of a short February back to that of a long one, and the other way round.
    assert_eq!(
        kept("2025-02-28", 12, &["2024-02-28", "2024-02-29", "2024-03-01", "2025-02-28"]),
        "2024-03-01 2025-02-28"
    );
    assert_eq!(kept("2024-02-29", 12, &["2023-02-28", "2023-03-01", "2024-02-29"]), "2023-03-01 2024-02-29");
    assert_eq!(kept("2024-02-28", 12, &["2023-02-28", "2023-03-01", "2024-02-29"]), "2023-03-01");
}

#[test]
fn reasons_are_short_and_never_untrue() {
    let text = |value: &str, threshold: &str| {
        let body = format!("fn decide(partner) {{ retain().because(at_least(\"share\", {value}, {threshold})) }}");
        let found = tier(&body, &gold("600000")).unwrap_or_else(|fault| panic!("{}", fault.finding));
        found.grounds.would_change.join("; ")
    };
    assert_eq!(text("5.0 / 6", "0.9"), "share: 0.0667 more (0.8333 of 0.9) meets its requirement");
    assert_eq!(text("0.79999999", "0.8"), "share: 0.0001 more (0.7999 of 0.8) meets its requirement");
    assert_eq!(text("499999.999", "500_000"), "share: 0.001 more (499,999.99 of 500,000) meets its requirement");
    assert_eq!(
        text("1234567.5", "9_000_000"),
        "share: 7,765,432.50 more (1,234,567.50 of 9,000,000) meets its requirement"
    );
    assert_eq!(text("()", "5"), "share: not known; at least 5 meets its requirement");
    let body = "let l = ladder().tier(\"Gold\", holds(\"plan\", false)); retain().because(l.requirement(\"Gold\"))";
    let found = tier(&format!("fn decide(partner) {{ {body} }}"), &gold("600000"));
    let found = found.unwrap_or_else(|fault| panic!("{}", fault.finding));
    assert_eq!(found.grounds.would_change, ["plan: must hold, which keeps Gold"]);
}

#[test]
fn a_table_says_what_it_looked_at_in_the_vendors_words() {
    let text = "fn decide(partner) { let a = decide_by(\"bonus\", #{ attainment: 5.0 / 6 }); retain().because(a) }";
    let found = tier(text, &gold("600000")).unwrap_or_else(|fault| panic!("{}", fault.finding)).grounds;
    assert_eq!(found.because.join("; "), "threshold reached (attainment 0.8333; bonus.csv, row 3)");
    assert_eq!(
        found.would_change,
        [
            "attainment below 0.8 instead of 0.8333 gives bonus rate 0",
            "attainment at least 1 instead of 0.8333 gives bonus rate 0.05",
        ]
    );
}

#[test]
fn a_ladder_says_whose_requirement_each_condition_is() {
    let found = tier(GLOSSARY, &gold("499999.99")).unwrap_or_else(|fault| panic!("{}", fault.finding));
    let conditions = found.grounds.requirements.iter().flat_map(Requirement::conditions);
    let tiers: Vec<_> = conditions.map(|condition| condition.tier.as_deref()).collect();
    assert_eq!(tiers, [Some("Gold"), Some("Silver")]);
}

/// Compiles and calls each attack as a tier policy; whatever comes is fine, as long as it comes.
fn contained(attacks: &[String]) {
    on_script_threads(Some(1), || {
        let facts = example_policy_facts();
        for attack in attacks {
            let start = std::time::Instant::now();
            let (scripts, findings) = compile(PolicyKind::Tier, &format!("fn decide(partner) {{ {attack}\n }}"));
            match scripts.map(|scripts| scripts.tier("tier.rhai", &facts)) {
                Some(Err(fault)) => {
                    assert_ne!(fault.finding.code(), Code::ScriptEngine, "{attack}: {}", fault.finding)
                }
                Some(Ok(_)) => {}
                None => assert!(findings.contains("error["), "{attack}: {findings}"),
            }
            assert!(start.elapsed() < crate::patience::HANG, "{attack}");
        }
    });
}

#[test]
#[ignore = "needs hostile"]
fn the_shared_hostile_scripts_as_policies_are_contained() {
    let shared = std::env::var("QUOTIENT_SHARED").map_or_else(
        |_| std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        std::path::PathBuf::from,
    );
    let folder = std::fs::read_dir(shared.join("hostile")).expect("the shared hostile scripts");
    let texts = folder.filter_map(|entry| std::fs::read(entry.ok()?.path()).ok());
    let attacks: Vec<String> = texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    assert!(attacks.len() > 150, "only {} hostile scripts", attacks.len());
    contained(&attacks);
}

#[test]
fn hostile_scripts_as_policies_are_contained() {
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
    contained(&own.map(ToOwned::to_owned));
}
