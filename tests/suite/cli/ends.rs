//! What an author writes in bulk, or makes slow on purpose, ends soon and is reported once.

use super::Desk;
use serde_json::Value;
use std::fmt::Write as _;

/// A loop beyond the budget of a call, under a condition.
fn slow(condition: &str) -> String {
    format!(
        "/// Slow.\nfn assess(partner) {{\n    let n = 0;\n    if {condition} {{ while n < 100_000_000 {{ n += 1; }} }}\n    \
         indicate(partner.history.prior_revenue ?? 0.0).because(\"as last year\")\n}}\n"
    )
}

fn with_rule(rule: &str) -> Desk {
    let desk = Desk::new();
    desk.write("rules/acme/history.rhai", rule);
    let _ = std::fs::remove_dir_all(desk.path("rules/acme/cases"));
    desk
}

#[test]
fn a_proposal_refuses_what_check_refuses_before_it_asks_about_a_partner() {
    let desk = with_rule(&slow("true"));
    let errors = desk.refused(4, &[]);
    assert!(errors.contains("script::budget") && errors.contains("in a dry run with"), "{errors}");
}

#[test]
fn a_proposal_ends_after_a_few_calls_beyond_the_budget() {
    let desk = with_rule(&slow("partner.history.prior_revenue == 777777.0"));
    let (mut partners, mut revenue) =
        ("partner_id\n".to_owned(), "partner_id,month,amount\nP0000,2025-01,0\n".to_owned());
    for at in 0..2_000 {
        let _ = writeln!(partners, "P{at:04}");
        let _ = writeln!(revenue, "P{at:04},2025-12,777777");
    }
    desk.write("book/partners.csv", partners);
    desk.write("book/revenue.csv", revenue);
    let errors = desk.refused(4, &["--threads", "1"]);
    assert!(
        errors.contains("1997 partners not tried: the rules used up their budget for 3 partners before"),
        "{errors}"
    );
    assert!(errors.contains("and 2 more"), "{errors}");
}

#[test]
fn cases_beyond_the_budget_end_the_others() {
    let desk = with_rule(&slow("partner.history.prior_revenue == 777777.0"));
    let cases: String = (0..300)
        .map(|at| {
            format!(
                "[[case]]\nname = \"case {at}\"\nas_of = 2025-12-31\nrule = \"history\"\n\
                 facts.history.prior_revenue = 777777\nexpect.indicates = 777777\n"
            )
        })
        .collect();
    desk.write("rules/acme/cases/cases.toml", cases);
    let output = desk.run(&["test", "acme", "--format", "json"]).assert().code(1).get_output().stdout.clone();
    let report: Value = serde_json::from_slice(&output).unwrap();
    let found: Vec<&str> = report["vendors"][0]["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["differences"][0]["found"].as_str().unwrap())
        .collect();
    let is_run = |found: &&&str| found.contains("script::budget");
    assert_eq!((found.len(), found.iter().filter(is_run).count()), (300, 8));
    assert_eq!(found[8], "not run, because 8 cases before it exceeded their budget");
}

#[test]
fn equal_findings_of_a_table_are_one_with_a_count() {
    let desk = Desk::new();
    let table: String =
        std::iter::once("key,value\n".to_owned()).chain((0..50_000).map(|_| "same,1\n".to_owned())).collect();
    desk.write("rules/acme/tables/lookup.csv", table);
    let output = desk.run(&["check", "acme", "--format", "json"]).assert().code(4).get_output().stdout.clone();
    let report: Value = serde_json::from_slice(&output).unwrap();
    assert!(output.len() < 20_000, "{}", output.len());
    let of_table = |finding: &&Value| finding["cause"] == "duplicate_key";
    let found: Vec<&Value> = report["findings"].as_array().unwrap().iter().filter(of_table).collect();
    // The first row with the key is the one that the others repeat.
    assert_eq!((found.len(), found[0]["count"].as_u64()), (1, Some(49_999)));
}
