//! What rules and policies share: peers, sorted lists, roots, lookups by several keys; and what is wrong with their use.

use super::analysis::causes;
use super::support::*;
use crate::usd;
use quotient::finding::render;
use quotient::script::{
    Contract, EntryPoint, FactKind, Facts, Key, PolicyKind, ScriptContext, Scripts, Table, Tables, example_context,
    example_facts,
};
use rust_decimal::Decimal;
use std::sync::Arc;

const GROWTH: &str = "territory=,from>=,growth\nNorth,0,0.15\nNorth,100000,0.10\nSouth,0,0.04\n";

fn table(text: &str) -> Table {
    let (table, findings) = Table::parse("growth.csv", text).into_parts();
    table.unwrap_or_else(|| panic!("{}", render::human(findings.iter(), false)))
}

fn growth(territory: &str, from: i64) -> Option<String> {
    let table = table(GROWTH);
    let row = table.row(&[Key::Text(territory.into()), Key::Number(Decimal::from(from))])?;
    Some(format!("{:?}", row[0]))
}

#[test]
fn a_band_begins_at_its_key_and_ends_at_the_next() {
    assert_eq!(growth("North", 99_999), Some("Number(0.15)".to_owned()));
    assert_eq!(growth("North", 100_000), Some("Number(0.10)".to_owned()));
    assert_eq!(growth("North", -1), None);
    // The row before is one of another territory.
    assert_eq!(growth("South", -1), None);
    assert_eq!(growth("South", 5_000_000), Some("Number(0.04)".to_owned()));
    let keys: Vec<(String, FactKind, bool)> =
        table(GROWTH).keys.iter().map(|key| (key.name.to_string(), key.kind, key.is_band)).collect();
    assert_eq!(keys, [("territory".to_owned(), FactKind::Text, false), ("from".to_owned(), FactKind::Count, true)]);
}

#[test]
fn keys_of_a_table_are_checked() {
    let refused = |text: &str| {
        let (table, findings) = Table::parse("growth.csv", text).into_parts();
        assert!(table.is_none(), "{text}");
        render::human(findings.iter(), false)
    };
    assert!(refused("a=,from>=,b=,x\nA,0,B,1\n").contains("the band `from>=` is not the last of the keys"));
    assert!(refused("a,x,b=\nA,1,B\n").contains("the key `b=` comes after a column of values"));
    assert!(refused("a=,from>=\nA,0\n").contains("needs a key column and at least one more"));
    assert!(refused("a=,from>=,x\nA,0,1\nA,0.0,2\n").contains("or is repeated"));
    assert!(refused("a=,from>=,x\nA,much,1\nA,5,2\n").contains("`much`"));
    assert!(refused("a=,b=,x\nA,B,1\nA,B,2\n").contains("duplicate key `A, B`"));
    assert!(refused("a=,b=,x\nA,,1\n").contains("the row has no key"));
}

fn in_growth(expression: &str) -> Result<String, String> {
    let context = ScriptContext { tables: Tables::new([table(GROWTH)]), ..context() };
    let text = format!("fn assess(partner) {{ indicate({expression}) }}");
    let scripts = compiled(&[("rule.rhai", &text)], &context);
    scripts
        .factor("rule.rhai", &example_facts())
        .map(|outcome| format!("{outcome:?}"))
        .map_err(|fault| fault_text(&fault))
}

#[test]
fn a_lookup_gives_as_many_keys_as_the_table_has() {
    assert!(
        in_growth("1000 * (lookup(\"growth\", [\"North\", 100_000], \"growth\") ?? 0)")
            .is_ok_and(|found| found.contains("100.0"))
    );
    let few = in_growth("lookup(\"growth\", \"North\", \"growth\") ?? 0").unwrap_err();
    assert!(few.contains("the lookup table `growth` has 2 keys, not 1"), "{few}");
    let text = in_growth("lookup(\"growth\", [\"North\", \"much\"], \"growth\") ?? 0").unwrap_err();
    assert!(text.contains("a number"), "{text}");
}

#[test]
fn roots_logarithms_and_whole_numbers_say_what_they_do_not_take() {
    assert_eq!(number("root(2, 2)"), "1.414213562373".parse().unwrap());
    assert_eq!(number("ln(10, 5)"), "2.30259".parse().unwrap());
    assert_eq!(number("median([4, 1, 3, 2])"), "2.5".parse().unwrap());
    for (expression, message) in [
        ("root(-1, 2)", "-1 is negative and has no root"),
        ("root(2, 0)", "`root` takes no 0th root"),
        ("root(2, 13)", "`root` takes no 13th root"),
        ("ln(0)", "`ln` needs a number above zero, not 0"),
        ("log10(-5)", "`log10` needs a number above zero, not -5"),
        ("whole(2.5)", "a whole number"),
        ("percentile([1, 2], 75)", "a share of 75 is not within 0 to 1"),
        ("median([1, ()])", "item 2 of the list is not known"),
        ("[1, \"a\"].sort().first()", "`sort` cannot combine a whole number with a text"),
        ("2 ** 0.5", "write `root(x, n)`"),
    ] {
        let fault = assess(&format!("indicate({expression})")).map_err(|fault| fault_text(&fault)).unwrap_err();
        assert!(fault.contains(message), "{expression}: {fault}");
    }
    // The percentile of nothing is not known.
    assert_eq!(number("percentile([], 0.5) ?? 7"), Decimal::from(7));
}

#[test]
fn a_million_items_are_within_the_budget_or_refused() {
    let mut line = example_facts().line().clone();
    line.history.months = vec![usd(1); 1_000_000];
    let facts = Facts::new(Arc::new(line));
    for expression in ["partner.history.months.sort().last() ?? 0.0", "partner.history.months.median() ?? 0.0"] {
        let text = format!("fn assess(partner) {{ indicate({expression}) }}");
        if let Err(fault) = assess_for(&text, &facts) {
            let fault = fault_text(&fault);
            assert!(fault.contains("budget") || fault.contains("too large") || fault.contains("operations"), "{fault}");
        }
    }
}

fn found(text: &str) -> Vec<String> {
    let contracts = [Contract { path: "rule.rhai".to_owned(), entry: EntryPoint::Factor }];
    let context = ScriptContext { is_policy: false, ..example_context() };
    causes(&Scripts::compile(&[file("rule.rhai", text)], &contracts, &context).findings)
}

#[test]
fn what_peers_are_asked_is_checked() {
    let rule =
        |expression: &str| found(&format!("fn assess(partner) {{ indicate({expression} ?? 0.0).because(\"x\") }}"));
    assert_eq!(rule("partner.peers(\"tier\").sum(\"history.prior_revenue\")"), [""; 0]);
    assert_eq!(rule("partner.peers(\"teir\").sum(\"history.prior_revenue\")"), ["unknown_cohort `\"teir\"`"]);
    assert_eq!(rule("partner.peers(\"tier\").sum(\"prior_revenue\")"), ["unknown_peer_fact `\"prior_revenue\"`"]);
    assert_eq!(rule("partner.peers(\"tier\").sum(\"partner.tier\")"), ["unknown_peer_fact `\"partner.tier\"`"]);
    assert_eq!(rule("partner.peers(\"tier\").sum()"), ["peers_need_fact `sum`"]);
    assert_eq!(rule("partner.peers(\"tier\").sort()"), ["not_asked_of_peers `sort`"]);
    // A rate where an amount is indicated.
    assert_eq!(rule("partner.peers(\"tier\").median(\"history.growth\")").len(), 1);
    let unguarded =
        "fn assess(partner) { indicate(partner.peers(\"tier\").median(\"history.prior_revenue\")).because(\"x\") }";
    assert_eq!(found(unguarded).len(), 1, "{:?}", found(unguarded));
}

#[test]
fn policies_have_no_peers() {
    let text = "fn decide(partner) { if partner.peers(\"tier\").count() > 1 { retain() } else { retain().because(\"alone\") } }";
    let contracts = [Contract { path: "tier.rhai".to_owned(), entry: EntryPoint::Policy(PolicyKind::Tier) }];
    let findings = Scripts::compile(&[file("tier.rhai", text)], &contracts, &example_context()).findings;
    assert!(render::human(findings.iter(), false).contains("`peers` is for quota rules, not for policies"));
}

#[test]
fn months_between_ends_of_months_are_whole() {
    let months = |from: &str, to: &str| {
        let between = format!("months_between(date(\"{from}\"), date(\"{to}\"))");
        (-24..24).find(|months| number(&format!("if {between} == {months} {{ 1 }} else {{ 0 }}")) == Decimal::ONE)
    };
    assert_eq!(months("2026-01-31", "2026-02-28"), Some(1));
    assert_eq!(months("2026-01-31", "2026-02-27"), Some(0));
    assert_eq!(months("2026-02-28", "2026-01-31"), Some(-1));
    assert_eq!(months("2025-01-15", "2026-01-14"), Some(11));
}
