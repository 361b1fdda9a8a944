//! Policies of a vendor with their tables and cases, from files to decisions.

use quotient::decision::{InterventionKind, Severity};
use quotient::finding::{Code, render};
use quotient::plugin::{
    CaseOutcome, Room, VendorFile, VendorFiles, VendorPlugin, run_cases, run_cases_within, run_trial,
};
use quotient::script::{example_policy_facts, on_script_threads};
use std::cell::Cell;
use std::time::Duration;

const MANIFEST: &str = r#"
api = 1
name = "Sample"
currency = "USD"

[tiers]
Ready = 0
Silver = 100000
Gold = 500000

[policies]
tier_review = "year"

[tables.certifications]
person = "text"
level = "text"
expires_on = "date"

[tables.sales]
kind = "text"
users = "count"
on = "date"
"#;

const TIER: &str = r#"
import "people" as people;

const SILVER_USERS = 75;   // net new users in 12 months
const GOLD_USERS   = 300;

/// Tiers by net new users of the last 12 months and certified people.
fn decide(partner) {
    let users = partner.sales.where("kind", "new").last_months("on", 12).sum("users");
    let certified = people::certified(partner);
    ladder()
        .tier("Silver", all_of([at_least("net new users", users, global::SILVER_USERS), at_least("certified staff", certified, 3)]))
        .tier("Gold",   all_of([at_least("net new users", users, global::GOLD_USERS), at_least("certified staff", certified, 6)]))
        .decision_for(partner.tier)
}
"#;

const PEOPLE: &str = r#"
fn certified(partner) { partner.certifications.valid("expires_on").count_distinct("person") }
"#;

const INCENTIVE: &str = r#"
fn decide(partner) {
    let answer = decide_by("bonus", #{ attainment: partner.standing.attainment });
    if answer.bonus_rate == 0 { return [withhold("attainment bonus").because(answer)]; }
    [award("attainment bonus").amount(partner.standing.actual * answer.bonus_rate).because(answer)]
}
"#;

const INTERVENTION: &str = r#"
fn decide(partner) {
    let found = [];
    if partner.standing.forecast_gap < 0 { found.push(intervene("forecast_call", "low").because("forecast below quota").due(date("2026-02-01"))); }
    if !partner.standing.is_covered { found.push(intervene("pipeline_support", "high").because("not covered")); }
    if partner.standing.attainment < 0.6 { found.push(intervene("forecast_call", "high").because("far below quota").due(date("2026-01-15"))); }
    found
}
"#;

const BONUS: &str = "\
UNIQUE, attainment, -> bonus_rate, because
,       < 0.8,      0,             below the threshold
,       [0.8..1),   0.02,          threshold reached
,       >= 1,       0.05,          target reached
";

const CASES: &str = r#"
[[case]]
name = "75 users and 3 certified people: exactly Silver"
as_of = 2023-06-30
rule = "tier"
facts.tier = "Ready"
tables.sales = [{ kind = "new", users = 70, on = 2023-03-01 }, { kind = "new", users = 5, on = 2022-07-01 }, { kind = "new", users = 9, on = 2022-06-30 }]
tables.certifications = [{ person = "A" }, { person = "B", expires_on = 2023-06-30 }, { person = "C", expires_on = 2024-01-01 }]
expect.decision = "promote"
expect.to = "Silver"
expect.because = "net new users 75"
expect.would_change = "net new users: 225 more (75 of 300) and certified staff: 3 more (3 of 6); all of it reaches Gold"

[[case]]
name = "a certificate that expired yesterday does not count"
as_of = 2023-07-01
rule = "tier"
facts.tier = "Silver"
tables.sales = [{ kind = "new", users = 75, on = 2023-03-01 }]
tables.certifications = [{ person = "A" }, { person = "B", expires_on = 2023-06-30 }, { person = "C", expires_on = 2024-01-01 }]
expect.decision = "demote"
expect.to = "Ready"
expect.would_change = "certified staff: 1 more (2 of 3) keeps Silver"

[[case]]
name = "without the table nothing is decided"
as_of = 2023-07-01
rule = "tier"
facts.tier = "Silver"
expect.fails = "not known"

[[case]]
name = "bonus at target"
as_of = 2025-12-31
rule = "incentive"
facts.standing.attainment = 1
facts.standing.actual = 500000
expect.incentives = [{ name = "attainment bonus", amount = 25000 }]
expect.because = "target reached"

[[case]]
name = "no bonus below the threshold, and what would earn it"
as_of = 2025-12-31
rule = "incentive"
facts.standing.attainment = 0.79
facts.standing.actual = 500000
expect.incentives = [{ name = "attainment bonus", awarded = false }]
expect.would_change = "attainment at least 0.8 instead of 0.79 gives bonus rate 0.02"

[[case]]
name = "one case from two findings of one kind"
as_of = 2025-12-31
rule = "intervention"
facts.standing = { forecast_gap = -1, is_covered = true, attainment = 0.5 }
expect.interventions = [{ kind = "forecast_call", severity = "high", due = 2026-01-15 }]
"#;

fn files(changes: &[(&str, &str)]) -> VendorFiles {
    let shipped = [
        ("vendor.toml", MANIFEST),
        ("tier.rhai", TIER),
        ("people.rhai", PEOPLE),
        ("incentive.rhai", INCENTIVE),
        ("intervention.rhai", INTERVENTION),
        ("bonus.csv", BONUS),
        ("cases/all.toml", CASES),
    ];
    let kept = shipped.into_iter().filter(|(path, _)| !changes.iter().any(|(changed, _)| changed == path));
    let file = |(path, text): (&str, &str)| VendorFile {
        room: Room::Policies,
        path: path.to_owned(),
        shown: format!("policies/sample/{path}"),
        text: text.into(),
    };
    VendorFiles::new("sample", kept.chain(changes.iter().copied()).map(file).collect())
}

#[test]
fn a_vendor_with_policies_only_compiles_and_its_cases_hold() {
    on_script_threads(Some(1), || {
        let (plugin, findings) = VendorPlugin::compile(&files(&[])).into_parts();
        // What is not known in the dry run is found before it, too.
        let others = findings.iter().filter(|finding| finding.code() != Code::ScriptNotKnown);
        assert_eq!(render::human(others, false), "");
        let outcomes = run_cases(&plugin.expect("no errors"));
        assert_eq!(outcomes.len(), 6);
        let differences: Vec<String> =
            outcomes.iter().filter(|one| !one.holds()).map(|one| one.finding().to_string()).collect();
        assert_eq!(differences, Vec::<String>::new());
    });
}

#[test]
fn cases_that_take_too_long_in_total_end_the_others() {
    on_script_threads(Some(1), || {
        let (plugin, _) = VendorPlugin::compile(&files(&[])).into_parts();
        // A second passes with every look at the clock, before each case.
        let seconds = Cell::new(0);
        let taken = || {
            seconds.set(seconds.get() + 1);
            Duration::from_secs(seconds.get())
        };
        let outcomes = run_cases_within(&plugin.unwrap(), Duration::from_secs(4), taken);
        let not_run = "not run, because the cases before it took more than 4 s in total";
        let found = |outcome: &CaseOutcome| outcome.differences.first().map(|one| one.found.clone());
        let found: Vec<Option<String>> = outcomes.iter().map(found).collect();
        assert_eq!(found, [None, None, None, None, Some(not_run.to_owned()), Some(not_run.to_owned())]);
    });
}

#[test]
fn the_same_intervention_twice_is_one_case_most_severe_first() {
    on_script_threads(Some(1), || {
        let text = TIER.replace("partner.sales.where(\"kind\", \"new\").last_months(\"on\", 12).sum(\"users\")", "80");
        let people = "fn certified(partner) { 3 }";
        let manifest = MANIFEST.replace("[tables.sales]\nkind = \"text\"\nusers = \"count\"\non = \"date\"\n", "");
        let changes =
            [("tier.rhai", text.as_str()), ("people.rhai", people), ("vendor.toml", &manifest), ("cases/all.toml", "")];
        let (plugin, findings) = VendorPlugin::compile(&files(&changes)).into_parts();
        let plugin = plugin.unwrap_or_else(|| panic!("{}", render::human(findings.iter(), false)));
        let decisions = plugin.decide(&example_policy_facts()).unwrap_or_else(|faults| panic!("{faults:?}"));
        let found: Vec<_> = decisions.interventions.iter().map(|one| (one.kind, one.severity)).collect();
        assert_eq!(
            found,
            [(InterventionKind::PipelineSupport, Severity::High), (InterventionKind::ForecastCall, Severity::High),]
        );
        let because: Vec<&str> = decisions.interventions[1].grounds.because.iter().map(|text| &**text).collect();
        assert_eq!(because, ["forecast below quota", "far below quota"]);
        assert_eq!(decisions.tiers[0].to.as_deref(), Some("Silver"));
        assert_eq!(decisions.incentives.len(), 1);
    });
}

#[test]
fn what_is_wrong_in_a_folder_of_policies_is_said_together() {
    let manifest = MANIFEST
        .replace("tier_review = \"year\"", "tier_review = \"yearly\"\ntier_pr = \"partner\"")
        .replace("[tables.sales]", "[tables.history]");
    let bonus = BONUS.replace("[0.8..1)", "[0.8..0.9)");
    let cases = CASES.replace("rule = \"incentive\"", "rule = \"incentives\"").replace("forecast_call", "forcast_call");
    let (_, findings) = VendorPlugin::compile(&files(&[("vendor.toml", &manifest)])).into_parts();
    let mut text = render::human(findings.iter(), false);
    let (_, findings) =
        VendorPlugin::compile(&files(&[("bonus.csv", &bonus), ("cases/all.toml", &cases)])).into_parts();
    text.push_str(&render::human(findings.iter(), false));
    insta::assert_snapshot!(text);
}

#[test]
fn a_case_takes_over_what_an_earlier_one_gives() {
    let more = r#"
[[case]]
name = "74 users are not enough, with the same people"
like = "75 users and 3 certified people: exactly Silver"
rule = "tier"
tables.sales = [{ kind = "new", users = 74, on = 2023-03-01 }]
expect.decision = "retain"

[[case]]
name = "one day later a certificate has expired"
like = "74 users are not enough, with the same people"
as_of = 2023-07-01
rule = "tier"
facts.tier = "Silver"
expect.decision = "demote"
expect.would_change = "net new users: 1 more (74 of 75) and certified staff: 1 more (2 of 3)"
"#;
    on_script_threads(Some(1), || {
        let cases = format!("{CASES}{more}");
        let (plugin, findings) = VendorPlugin::compile(&files(&[("cases/all.toml", &cases)])).into_parts();
        let outcomes = run_cases(&plugin.unwrap_or_else(|| panic!("{}", render::human(findings.iter(), false))));
        assert_eq!(outcomes.len(), 8);
        let differences: Vec<String> =
            outcomes.iter().filter(|one| !one.holds()).map(|one| one.finding().to_string()).collect();
        assert_eq!(differences, Vec::<String>::new());
        let unknown = cases.replace("like = \"74 users", "like = \"73 users");
        let (_, findings) = VendorPlugin::compile(&files(&[("cases/all.toml", &unknown)])).into_parts();
        let text = render::human(findings.iter(), false);
        assert!(text.contains("no earlier table is named `73 users are not enough, with the same people`"), "{text}");
        assert!(text.contains("did you mean `74 users are not enough, with the same people`?"), "{text}");
    });
}

/// Messages of the dry run of a vendor with this incentive policy, its decision tables and declarations.
fn trial(incentive: &str, tables: &[(&str, &str)], declarations: &str) -> Vec<String> {
    on_script_threads(Some(1), || {
        let manifest = format!("{MANIFEST}\n{declarations}");
        let mut changes =
            vec![("incentive.rhai", incentive), ("vendor.toml", manifest.as_str()), ("cases/all.toml", "")];
        changes.extend(tables);
        let (plugin, findings) = VendorPlugin::compile(&files(&changes)).into_parts();
        let plugin = plugin.unwrap_or_else(|| panic!("{}", render::human(findings.iter(), false)));
        let told = run_trial(&plugin);
        told.iter().map(ToString::to_string).filter(|text| text.contains("/incentive.rhai")).collect()
    })
}

#[test]
fn the_partners_of_a_dry_run_have_values_that_decision_tables_allow() {
    let rate = |column: &str, one: &str, other: &str| {
        format!("UNIQUE,{column},-> rate\nallowed,\"{one}, {other}\",\n,{one},0.05\n,{other},0.02\n")
    };
    let (segment, place, kind) =
        (rate("kind", "Reseller", "Distributor"), rate("place", "EMEA", "APAC"), rate("kind", "old", "used"));
    let incentive = r#"
/// Rebate by kind of partner, territory, vertical, account manager, and the first sale.
fn decide(partner) {
    let kind = decide_by("segment", #{ kind: partner.attributes.segment });
    let place = decide_by("place", #{ place: partner.territory });
    let sector = decide_by("sector", #{ sector: partner.vertical });
    let manager = decide_by("manager", #{ who: partner.account_manager });
    let rates = partner.sales.map(|sale| decide_by("sale", #{ kind: sale.kind }).rate ?? 0);
    [award("rebate").rate((kind.rate ?? 0) + (place.rate ?? 0) + (sector.rate ?? 0) + (manager.rate ?? 0) + sum(rates)).because(kind)]
}
"#;
    let (sector, manager) = (rate("sector", "Public", "Health"), rate("who", "Ada", "Ben"));
    let tables = [
        ("segment.csv", segment.as_str()),
        ("place.csv", &place),
        ("sector.csv", &sector),
        ("manager.csv", &manager),
        ("sale.csv", &kind),
    ];
    assert_eq!(trial(incentive, &tables, "[attributes]\nsegment = \"text\"\n"), Vec::<String>::new());
    // A value that no partner can have is a warning: with real partners, the table may be right.
    let text = incentive.replace("partner.attributes.segment", "`kind ${partner.attributes.segment}`");
    let told = trial(&text, &tables, "[attributes]\nsegment = \"text\"\n");
    assert!(told.len() == 1 && told[0].contains("warning") && told[0].contains("is not allowed in `kind`"), "{told:?}");
}
