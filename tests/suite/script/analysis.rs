//! What the typed analysis finds, and what it does not accuse: each rule with the causes and the text that is underlined.

use super::support::*;
use quotient::channel::Name;
use quotient::decision::table::DecisionTable;
use quotient::figure::Kind;
use quotient::finding::{Finding, FindingDocument, Findings, Place};
use quotient::script::{Contract, EntryPoint, PolicyKind, ScriptContext, Scripts, Table, Tables};
use std::sync::Arc;

/// `cause` and the underlined text of every finding, in their order; warnings begin with `?`. The short rules of these
/// tests give no reasons, and that is left out.
pub fn causes(findings: &Findings) -> Vec<String> {
    all_causes(findings).into_iter().filter(|cause| !cause.starts_with("?unexplained")).collect()
}

/// The same with answers that have no reason.
pub fn all_causes(findings: &Findings) -> Vec<String> {
    let documents = FindingDocument::each(findings.iter());
    let shown = |(finding, document): (&Finding, FindingDocument)| {
        let underlined = match finding.places.first() {
            Some(Place::Text { text, span, .. }) => text[span.start..span.end].to_owned(),
            Some(other) => format!("<{other}>"),
            None => panic!("{finding:?}"),
        };
        let mark = if finding.is_error() { "" } else { "?" };
        format!("{mark}{} `{underlined}`", document.cause)
    };
    findings.iter().zip(documents).map(shown).collect()
}

fn tiers() -> Vec<Name> {
    ["Silver", "Gold", "Platinum"].map(Name::from).to_vec()
}

fn rules() -> ScriptContext {
    let table = Table::parse("territories.csv", "territory,boost,zone\nNorth,1.5,A\nSouth,2,B\n").value;
    let attributes = vec![(Name::from("focus"), Kind::Truth), (Name::from("hours"), Kind::Rate)];
    ScriptContext { tables: Tables::new(table), tiers: tiers(), attributes, ..context() }
}

fn policies() -> ScriptContext {
    let table = |name: &str, text: &str| {
        let checked = DecisionTable::parse(&format!("{name}.csv"), &text.into());
        (Name::from(name), checked.value.expect("a table without errors"))
    };
    let bonus =
        table("bonus", "FIRST,tier,attainment,-> rate,-> word\n,Gold,< 1,0,low\n,-,< 1,0,\n,-,>= 1,0.02,high\n");
    ScriptContext { tiers: tiers(), decisions: [bonus].into_iter().collect(), is_policy: true, ..context() }
}

/// The findings of one file in a context.
fn found(text: &str, entry: EntryPoint, context: &ScriptContext) -> Vec<String> {
    let contracts = [Contract { path: "rule.rhai".to_owned(), entry }];
    causes(&Scripts::compile(&[file("rule.rhai", text)], &contracts, context).findings)
}

#[track_caller]
fn all(cases: &[(&str, &[&str])], find: impl Fn(&str) -> Vec<String>) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(body, expected)| (body, expected, find(body)))
        .filter(|(_, expected, found)| found != *expected)
        .map(|(body, expected, found)| format!("{body}\n  found    {found:?}\n  expected {expected:?}\n"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

/// Checks `fn assess(partner) { … }` with each of these bodies, in which `prior` is the revenue, known.
#[track_caller]
fn bodies(cases: &[(&str, &[&str])]) {
    all(cases, |body| {
        let guard = "let prior = partner.history.prior_revenue ?? 0.0;";
        let mut found = found(&format!("fn assess(partner) {{ {guard} {body} }}"), EntryPoint::Factor, &rules());
        found.retain(|cause| cause != "?unused_variable `prior`");
        found
    });
}

/// Checks whole factor rules.
#[track_caller]
fn files(cases: &[(&str, &[&str])]) {
    all(cases, |text| found(text, EntryPoint::Factor, &rules()));
}

#[track_caller]
fn tier_policies(cases: &[(&str, &[&str])]) {
    all(cases, |body| {
        found(&format!("fn decide(partner) {{ {body} }}"), EntryPoint::Policy(PolicyKind::Tier), &policies())
    });
}

#[test]
fn amounts_rates_and_counts_are_not_mixed() {
    bodies(&[
        ("indicate(prior + (partner.market.growth ?? 0.0))", &["sum `prior + (partner.market.growth ?? 0.0`"]),
        ("indicate(prior + 0.05)", &["fraction_added `0.05`"]),
        ("indicate(prior * (partner.market.headroom ?? 0.0))", &["product `prior * (partner.market.headroom ?? 0.0`"]),
        ("indicate(partner.market.growth ?? 0.0)", &["argument `partner.market.growth ?? 0.0`"]),
        ("indicate(partner.market.partners ?? 0)", &["argument `partner.market.partners ?? 0`"]),
        ("indicate(prior).because(money(partner.market.growth ?? 0.0))", &["argument `partner.market.growth ?? 0.0`"]),
        ("indicate(prior).because(percent(prior))", &["argument `prior`"]),
        (
            "indicate(partner.history.latest_quarter ?? (partner.market.growth ?? 0.0))",
            &["alternative `partner.market.growth`"],
        ),
        (
            "let t = 0.0; for q in partner.history.quarters { t += q; } indicate(t + (partner.market.growth ?? 0.0))",
            &["sum `t + (partner.market.growth ?? 0.0`"],
        ),
        // What gives an amount.
        ("indicate(prior * (1 + (partner.market.growth ?? 0.0)))", &[]),
        ("indicate(prior * (partner.market.growth ?? 0.0) + prior)", &[]),
        ("indicate(prior + 1_000)", &[]),
        ("if prior / 1_000_000.0 > 1.5 { return abstain(\"large\"); } indicate(prior)", &[]),
        ("if prior / 12 > 1.5 { return abstain(\"large\"); } indicate(prior)", &["ratio_of_money `1.5`"]),
        // A fraction where an amount belongs, also one that is limited to it.
        ("indicate(0.05)", &["?fraction_for_money `0.05`"]),
        ("indicate(prior).because(money(0.05))", &["?fraction_for_money `0.05`"]),
        ("indicate(prior).floor(0.9)", &["?fraction_for_money `0.9`"]),
        ("indicate(min(prior, 0.05))", &["ratio_of_money `0.05`"]),
        ("indicate(max(0.5, prior))", &["ratio_of_money `0.5`"]),
        (
            "let c = clamp((partner.investment.certified_gained ?? 0) * 0.03, 0.0, 0.15); indicate(prior + c)",
            &["fraction_added `c`"],
        ),
        ("let c = clamp((partner.investment.certified_gained ?? 0) * 0.03, 0.0, 0.15); indicate(prior * (1 + c))", &[]),
        ("indicate(max(prior, 0.0)).floor(0.0)", &[]),
        ("let c = if partner.is_newcomer { 0.1 } else { 0.2 }; indicate(prior + c)", &["fraction_added `c`"]),
        ("let c = if partner.is_newcomer { 0.1 } else { 2_000 }; indicate(prior + c)", &[]),
        ("let c = max(partner.attributes.hours ?? 0.0, 0.5); indicate(prior + c)", &[]),
        ("indicate((partner.investment.certified_now ?? 0) * 25_000)", &[]),
        ("indicate(prior / 4 * max(partner.history.active_quarters ?? 0, 1))", &[]),
        ("indicate(prior * prior.min(1))", &["product `prior * prior.min(1)`"]),
        ("let s = partner.history.quarters.map(|q| q * 2).reduce(|a, b| a + b, 0); indicate(prior + s)", &[]),
        ("indicate(prior * (1.0 + (partner.market.growth ?? 0.0) + sum(partner.history.quarters) * 0))", &[]),
    ]);
}

#[test]
fn comparisons_need_one_unit() {
    let then = |condition: &str| format!("if {condition} {{ return abstain(\"no\"); }} indicate(prior)");
    for (condition, expected) in [
        ("prior > (partner.market.growth ?? 0.0)", "comparison"),
        ("prior > 1.2", "ratio_of_money"),
        ("prior >= 1", "ratio_of_money"),
        ("prior > (partner.market.partners ?? 0)", "comparison"),
        ("(partner.pipeline.coverage ?? 0.0) > 300", "percentage"),
        ("(partner.investment.enablement ?? 0.0) > 80", "percentage"),
        ("(partner.investment.enablement ?? 0.0) > 2", "percentage"),
        ("(partner.months_since_joining ?? 0) > 365", "days_for_months"),
        ("(partner.investment.certified_now ?? 0) >= 0.8", "fraction_of_count"),
        ("(partner.investment.certified_now ?? 0) >= 500_000", "amount_for_count"),
        ("(partner.market.growth ?? 0.0) < -20", "percentage"),
        ("(partner.market.growth ?? 0.0) * 100 > 0.05", "fraction_for_percentage"),
        (
            "months_between(date(\"2025-01-01\"), partner.channel.as_of) > (partner.investment.certified_now ?? 0)",
            "comparison",
        ),
    ] {
        let text =
            format!("fn assess(partner) {{ let prior = partner.history.prior_revenue ?? 0.0; {} }}", then(condition));
        let found = found(&text, EntryPoint::Factor, &rules());
        assert!(found.len() == 1 && found[0].starts_with(expected), "{condition}: {found:?}");
    }
    for condition in [
        "prior > 5",
        "prior > 25_000.50",
        "prior < 0.0",
        "(partner.pipeline.coverage ?? 0.0) > 3",
        "(partner.investment.enablement ?? 0.0) >= 1",
        "(partner.months_since_joining ?? 0) > 24",
        "(partner.market.growth ?? 0.0) * 100 > 5",
        "(partner.market.growth ?? 0.0) > 2",
        "(partner.attributes.hours ?? 0) > 48",
        "(partner.history.quarters.len() ?? 0) > 4",
        "(partner.market.partners ?? 0) > (partner.investment.certified_now ?? 0) * 2",
    ] {
        let text =
            format!("fn assess(partner) {{ let prior = partner.history.prior_revenue ?? 0.0; {} }}", then(condition));
        let found = found(&text, EntryPoint::Factor, &rules());
        assert!(found.is_empty(), "{condition}: {found:?}");
    }
}

#[test]
fn a_percentage_is_found_where_a_fraction_is_needed_at_its_constant() {
    let rule = |constants: &str, growth: &str| {
        format!(
            "{constants}\nfn assess(partner) {{\n    let prior = partner.history.prior_revenue ?? 0.0;\n    let heads = partner.investment.certified_gained ?? 0;\n    let credit = clamp(heads * global::PER_HEAD, 0.0, global::CAP);\n    indicate(prior * ({growth}))\n}}"
        )
    };
    let right = "const PER_HEAD = 0.03; const CAP = 0.15; const GROWTH = 0.05;";
    let growth = "1.0 + global::GROWTH + credit";
    files(&[
        (&rule(right, growth), &[]),
        (&rule(&right.replace("CAP = 0.15", "CAP = 15"), growth), &["percentage `15`"]),
        (&rule(&right.replace("GROWTH = 0.05", "GROWTH = 5"), growth), &["percentage `5`"]),
        (&rule(&right.replace("PER_HEAD = 0.03", "PER_HEAD = 3"), growth), &["percentage `3`"]),
        (&rule(&right.replace("GROWTH = 0.05", "GROWTH = -5"), growth), &["percentage `-5`"]),
        // Twice as much is a growth of 1.
        (&rule(&right.replace("GROWTH = 0.05", "GROWTH = 1"), growth), &[]),
    ]);
    bodies(&[
        ("indicate(prior * (1 + (partner.market.growth ?? 4)))", &["percentage `4`"]),
        ("indicate(prior).because(percent(12))", &["percentage `12`"]),
        ("let g = if partner.is_newcomer { 12 } else { 0.05 }; indicate(prior * (1 + g))", &["percentage `12`"]),
    ]);
}

#[test]
fn arguments_have_their_order_and_their_form() {
    bodies(&[
        ("indicate(clamp(prior, 500, 100))", &["clamp_ends `500, 100`"]),
        ("indicate(clamp(prior, 100, 500))", &[]),
        (
            "if partner.channel.as_of > date(\"31.12.2025\") { return abstain(\"late\"); } indicate(prior)",
            &["not_a_date `\"31.12.2025\"`"],
        ),
        (
            "if add_months(partner.channel.as_of, 365) > date(\"2030-01-01\") { return abstain(\"late\"); } indicate(prior)",
            &["days_for_months `365`"],
        ),
        (
            "if add_days(partner.channel.as_of, partner.channel.period_months) > date(\"2030-01-01\") { return abstain(\"late\"); } indicate(prior)",
            &["argument `partner.channel.period_months`"],
        ),
    ]);
    tier_policies(&[
        (
            "ladder().tier(\"Gold\", at_least(\"revenue\", 500_000, partner.history.trailing_12_months)).decision_for(partner.tier)",
            &["swapped `500_000`", "?unguarded `partner.history.trailing_12_months`"],
        ),
        (
            "ladder().tier(\"Gold\", at_least(\"people\", partner.history.trailing_12_months, 5)).decision_for(partner.tier)",
            &["small_amount `partner.history.trailing_12_months`"],
        ),
        (
            "ladder().tier(\"Gold\", at_least(\"revenue\", partner.history.trailing_12_months, 500_000)).decision_for(partner.tier)",
            &[],
        ),
    ]);
}

#[test]
fn facts_that_may_be_not_known_need_a_guard() {
    files(&[
        (
            "fn assess(partner) { indicate(partner.history.prior_revenue * 1.1) }",
            &["?unguarded `partner.history.prior_revenue`"],
        ),
        (
            "fn assess(partner) { let p = partner.history.prior_revenue; if p == 0 { return abstain(\"none\"); } indicate(p) }",
            &["?unguarded `p`"],
        ),
        (
            "fn assess(partner) { if partner.attributes.focus { return abstain(\"by hand\"); } indicate(1) }",
            &["?unguarded `partner.attributes.focus`"],
        ),
        (
            "fn assess(partner) { indicate(average(partner.history.quarters) * 4) }",
            &["?unguarded `average(partner.history.quarters)`"],
        ),
        (
            "fn assess(partner) { indicate((partner.history.prior_revenue ?? 0.0) / (partner.market.partners ?? 0)) }",
            &["?zero_divisor `partner.market.partners ?? 0`"],
        ),
        // Reported once, where it is used first.
        ("fn assess(partner) { let p = partner.history.prior_revenue; indicate(p * 2 + p) }", &["?unguarded `p`"]),
    ]);
}

#[test]
fn guards_are_followed() {
    let fact = "partner.history.prior_revenue";
    for body in [
        format!("if !is_known({fact}) {{ return abstain(\"no\"); }} indicate({fact})"),
        format!("let p = {fact}; if !is_known(p) {{ return abstain(\"no\"); }} indicate(p * 2)"),
        format!("let p = {fact}; if p == () {{ abstain(\"no\") }} else {{ indicate(p * 2) }}"),
        format!("let p = {fact}; if p != () {{ indicate(p * 2) }} else {{ abstain(\"no\") }}"),
        format!("let p = {fact}; if is_known(p) && p > 0.0 {{ return indicate(p); }} abstain(\"no\")"),
        format!("let p = {fact}; if !is_known(p) || p <= 0.0 {{ return abstain(\"no\"); }} indicate(p)"),
        format!("let p = {fact}; if (p ?? 0.0) <= 0.0 {{ return abstain(\"no\"); }} indicate(p)"),
        format!("let p = {fact}; if (p ?? 0.0) > 0.0 {{ return indicate(p); }} abstain(\"no\")"),
        format!("let ok = is_known({fact}); if !ok {{ return abstain(\"no\"); }} indicate({fact})"),
        format!("let p = {fact} ?? 0.0; indicate(p)"),
        format!("let p = if is_known({fact}) {{ {fact} }} else {{ 0.0 }}; indicate(p)"),
        "let n = partner.market.partners ?? 0; if n == 0 { return abstain(\"no\"); } indicate(1_000 / n)".to_owned(),
        // Facts that are calculated from others are known with them.
        "let m = partner.market; if !is_known(m.headroom) { return abstain(\"no\"); } indicate(m.headroom / m.partners)".to_owned(),
        "if (partner.tier ?? \"\") == \"Gold\" { return indicate(partner.tier.len() * 1_000); } abstain(\"no\")".to_owned(),
        "let t = 0.0; for deal in partner.pipeline.opportunities { if is_known(deal.probability) { t += deal.amount * deal.probability; } } indicate(t)".to_owned(),
    ] {
        let found = found(&format!("fn assess(partner) {{ {body} }}"), EntryPoint::Factor, &rules());
        assert!(found.is_empty(), "{body}: {found:?}");
    }
    files(&[
        (
            "fn usable(partner) { is_known(partner.history.prior_revenue) }\nfn assess(partner) { if !usable(partner) { return abstain(\"no\"); } indicate(partner.history.prior_revenue) }",
            &[],
        ),
        (
            "fn usable(partner) { if partner.is_newcomer { return false; } is_known(partner.history.prior_revenue) }\nfn assess(partner) { if usable(partner) { return indicate(partner.history.prior_revenue); } abstain(\"no\") }",
            &[],
        ),
        (
            "fn grown(x) { x * 2 }\nfn assess(partner) { indicate(grown(partner.history.prior_revenue)) }",
            &["?unguarded `x`"],
        ),
    ]);
    tier_policies(&[
        ("if rank(\"Silver\") >= rank(partner.tier) { return retain(); } grant(partner.tier)", &[]),
        ("grant(partner.tier)", &["?unguarded `partner.tier`"]),
    ]);
}

#[test]
fn texts_are_from_their_set() {
    bodies(&[
        ("if partner.tier == \"gold\" { return abstain(\"no\"); } indicate(prior)", &["unknown_word `\"gold\"`"]),
        (
            "if (partner.tier ?? \"\") in [\"Gold\", \"Sliver\"] { return abstain(\"no\"); } indicate(prior)",
            &["unknown_word `\"Sliver\"`"],
        ),
        (
            "let g = switch partner.tier { \"Platinium\" => 0.1, \"Gold\" => 0.2, _ => 0.0 }; indicate(prior * (1 + g))",
            &["unknown_word `\"Platinium\"`"],
        ),
        (
            "if partner.tier ?? \"\" > \"Gold\" { return abstain(\"no\"); } indicate(prior)",
            &["tier_order `partner.tier ?? \"\" > \"Gold\"`"],
        ),
        ("indicate(prior * (lookup(\"territories\", \"Nort\", \"boost\") ?? 1))", &["unknown_word `\"Nort\"`"]),
        ("indicate(prior * (lookup(\"territories\", \"North\", \"boost\") ?? 1))", &[]),
        ("if (partner.tier ?? \"\") == \"\" { return abstain(\"no tier\"); } indicate(prior)", &[]),
        // A text that stands for none, and one that is misspelt.
        ("let t = partner.tier ?? \"none\"; if t == \"none\" { return abstain(\"no tier\"); } indicate(prior)", &[]),
        (
            "let t = partner.tier ?? \"none\"; if t == \"Goldd\" { return abstain(\"no\"); } indicate(prior)",
            &["unknown_word `\"Goldd\"`"],
        ),
        (
            "if (partner.tier ?? \"Goldd\") == \"Gold\" { return abstain(\"no\"); } indicate(prior)",
            &["unknown_word `\"Goldd\"`"],
        ),
        ("if partner.territory == \"anything\" { return abstain(\"no\"); } indicate(prior)", &[]),
    ]);
    tier_policies(&[
        ("let t = if partner.is_newcomer { \"Silvr\" } else { \"Gold\" }; grant(t)", &["unknown_word `\"Silvr\"`"]),
        (
            "if decide_by(\"bonus\", #{ tier: \"Gld\", attainment: 1 }).word == \"hgh\" { return retain(); } grant(\"Gold\")",
            &["unknown_word `\"Gld\"`", "unknown_word `\"hgh\"`"],
        ),
        (
            "if decide_by(\"bonus\", #{ tier: partner.tier, attainment: 1 }).word == \"high\" { return retain(); } grant(\"Gold\")",
            &[],
        ),
    ]);
}

#[test]
fn a_table_that_tests_for_a_tier_which_is_not_there_is_found_at_its_row() {
    let text = "FIRST,tier,-> rate\n,Platinium,0.1\n,-,0\n";
    let table = DecisionTable::parse("bonus.csv", &Arc::from(text)).value.expect("a table");
    let decisions = [(Name::from("bonus"), table)].into();
    let context = ScriptContext { tiers: tiers(), decisions, is_policy: true, ..context() };
    let rule = "fn decide(partner) { [award(\"bonus\").rate(decide_by(\"bonus\", #{ tier: partner.tier }).rate)] }";
    let found = found(rule, EntryPoint::Policy(PolicyKind::Incentive), &context);
    assert_eq!(found, ["unknown_word `<bonus.csv: row 2, column `tier`, value `Platinium`>`"]);
}

#[test]
fn a_table_on_another_scale_than_its_input_is_found() {
    let found = |cells: &str, input: &str| {
        let text = format!("FIRST,size,-> rate\n,< {cells},0.01\n,-,0\n");
        let table = DecisionTable::parse("bonus.csv", &Arc::from(text)).value.expect("a table");
        let decisions = [(Name::from("bonus"), table)].into();
        let context = ScriptContext { tiers: tiers(), decisions, is_policy: true, ..context() };
        let rule = format!(
            "fn decide(partner) {{ let s = partner.standing; if !is_known(s.attainment) || !is_known(s.quota) {{ return []; }} let r = decide_by(\"bonus\", #{{ size: {input} }}).rate; [award(\"bonus\").rate(r).because(\"by size\")] }}"
        );
        found(&rule, EntryPoint::Policy(PolicyKind::Incentive), &context)
    };
    assert_eq!(found("0.8", "s.quota"), ["ratio_of_money `s.quota`"]);
    assert_eq!(found("80", "s.attainment"), ["percentage `s.attainment`"]);
    assert_eq!(
        found("0.8", "partner.history.active_quarters ?? 0"),
        ["fraction_of_count `partner.history.active_quarters ?? 0`"]
    );
    assert!(found("0.8", "s.attainment").is_empty());
    // Rows for several measures.
    assert!(found("0.8,0.01\n,>= 500000", "s.quota").is_empty());
    assert!(found("0.8,0.01\n,>= 500000", "s.attainment").is_empty());
    assert!(found("100000", "s.quota").is_empty());
    assert!(found("5", "partner.history.active_quarters ?? 0").is_empty());
}

#[test]
fn arguments_with_the_names_of_each_other_are_found() {
    let rule = |call: &str| {
        format!(
            "fn part(headroom, partners) {{ headroom / partners }}\nfn assess(partner) {{ let m = partner.market; if !is_known(m.headroom) {{ return abstain(\"none\"); }} indicate({call}) }}"
        )
    };
    files(&[
        (&rule("part(m.headroom, m.partners)"), &[]),
        (&rule("part(m.partners, m.headroom) * m.headroom"), &["?swapped_arguments `m.partners`"]),
    ]);
}

#[test]
fn the_minimum_of_another_tier_is_found() {
    let ladder = |minimum: &str| {
        format!(
            "ladder().tier(\"Silver\", at_least(\"revenue\", partner.history.trailing_12_months, tier_minimum(\"{minimum}\"))).decision_for(partner.tier)"
        )
    };
    tier_policies(&[(&ladder("Silver"), &[]), (&ladder("Gold"), &["?minimum_of_another `tier_minimum(\"Gold\")`"])]);
}

#[test]
fn a_line_is_allowed_with_a_reason_only() {
    let rule = |comment: &str| {
        format!(
            "fn assess(partner) {{\n    let prior = partner.history.prior_revenue ?? 0.0;\n    {comment}\n    if prior > 1.2 {{ return abstain(\"no\"); }}\n    indicate(prior)\n}}"
        )
    };
    files(&[
        (&rule("// allow script::units: an amount in millions"), &[]),
        (&rule("// allow script::units"), &["no_reason `// allow script::units`", "ratio_of_money `1.2`"]),
        (&rule("// allow script::syntax: no"), &["not_allowed `// allow script::syntax: no`", "ratio_of_money `1.2`"]),
        (&rule("// allow script::unused: no"), &["?needless `// allow script::unused: no`", "ratio_of_money `1.2`"]),
    ]);
}
