//! The health of a plan, through the program; every expected figure is computed in a comment.

use super::bounds::acme;
use crate::support::{Bench, list, text};
use serde_json::Value;

/// Asks for what was sold the year before.
pub(super) const LAST_YEAR: &str = "/// Last year again.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue;\n    \
    if !is_known(prior) { return abstain(\"nothing known\"); }\n    indicate(max(prior, 0.0)).because(\"last year\")\n}\n";

/// Twenty partners in two territories that sell 100 in the first year, 60 to 117 in the second, and 200 in the third.
pub(super) fn channel(years: u32) -> Bench {
    channel_with(years, "")
}

/// The same with more sections of the manifest.
pub(super) fn channel_with(years: u32, more: &str) -> Bench {
    let bench = acme("", more);
    bench.write("rules/acme/history.rhai", LAST_YEAR);
    let mut partners = "partner_id,territory,tier\n".to_owned();
    let mut revenue = "partner_id,month,amount\n".to_owned();
    for number in 0..20 {
        let territory = if number % 2 == 0 { "North" } else { "South" };
        let tier = if number == 10 { "Gold" } else { "" };
        partners.push_str(&format!("P{number:02},{territory},{tier}\n"));
        for (year, amount) in [(2023, 100), (2024, 60 + 3 * number), (2025, 200)].iter().take(years as usize) {
            revenue.push_str(&format!("P{number:02},{year}-01,{amount}\nP{number:02},{year}-12,0\n"));
        }
    }
    bench.write("book/partners.csv", &partners);
    bench.write("book/revenue.csv", &revenue);
    bench
}

fn health(bench: &Bench, options: &str) -> Value {
    bench.json(&format!("health acme --book book {options}"))
}

fn line(found: &Value, number: usize) -> [Option<String>; 5] {
    let line = &list(found, "lines")[number];
    ["quota", "expected", "low", "high", "odds"].map(|figure| text(line, figure).map(str::to_owned))
}

fn known<const N: usize>(texts: [&str; N]) -> [Option<String>; N] {
    texts.map(|text| Some(text.to_owned()))
}

#[test]
fn a_line_has_the_band_and_the_odds_of_lines_like_it() {
    let found = health(&channel(2), "--as-of 2024-12-31");
    // One past period: of 100 expected, the twenty lines bought 60, 63, … 117: 14 of them less than 100. All sold in
    // January only, so that all are of one kind: lapsed. Of 21 outcomes the band leaves out one tenth at each
    // end: the 2nd and the 19th, 0.63 and 1.14. P10 sold 90, is asked for 90, and reaches it with odds of 6 in 20.
    assert_eq!(line(&found, 10), known(["90.00", "90.00", "56.70", "102.60", "0.3"]));
    assert_eq!(
        (&list(&found, "lines")[10]["evidence"], &list(&found, "lines")[10]["based_on"]),
        (&20.into(), &"lapsed (no revenue for half a year)".into())
    );
    assert_eq!(found["past_periods"], serde_json::json!(["FY2024"]));
    assert_eq!((&found["past_periods_apart"], &found["coverage"]), (&1.into(), &Value::Null));
    assert_eq!(list(&found, "notes").len(), 2, "where they come from, and that they are a lower bound");
    // Σ of 60 + 3n over n = 0 … 19.
    assert_eq!(text(&found["channel"], "quota"), Some("1770.00"));
    assert_eq!(
        list(&found, "territories").iter().map(|one| text(one, "quota").unwrap()).collect::<Vec<_>>(),
        ["870.00", "900.00"]
    );
}

#[test]
fn a_target_changes_the_quota_and_the_odds_and_not_what_is_expected() {
    let bench = channel(2);
    bench.write("locks.csv", "partner_id,quota,reason\nP00,500,agreed\n");
    let found = health(&bench, "--as-of 2024-12-31 --target 3000 --locks locks.csv");
    // P00: 60 expected, 500 agreed; the others share 2,500 by what is expected: P10 90 × 2,500 ÷ 1,710 = 131.58.
    assert_eq!(line(&found, 0), known(["500.00", "60.00", "37.80", "68.40", "0"]));
    assert_eq!(line(&found, 10)[..2], known(["131.58", "90.00"]));
    assert_eq!(text(&found["channel"], "odds"), Some("0"));
}

#[test]
fn the_minimum_of_a_tier_is_asked_and_not_expected() {
    let bench = channel_with(2, "tier_minimum = true\n[tiers]\nGold = 800\n");
    let found = health(&bench, "--as-of 2024-12-31");
    // As without a tier: of 100 expected, lines bought 63 to 114. Of P10 the minimum of 800 is asked, which none reaches.
    assert_eq!(line(&found, 10), known(["800.00", "90.00", "56.70", "102.60", "0"]));
}

#[test]
fn bands_are_measured_on_a_period_that_they_were_not_made_from() {
    let found = health(&channel(3), "--as-of 2025-12-31");
    // FY2024 has ratios from 0.6 to 1.17, FY2025 from 200 ÷ 117 up: no band of the one holds the other. The folds between
    // overlap both and do not count.
    assert_eq!(found["past_periods_apart"], 2);
    let coverage = &found["coverage"];
    assert!(coverage["lines"].as_u64().unwrap() >= 40, "{coverage}");
    assert_eq!(text(coverage, "share"), Some("0"));
}

#[test]
fn a_book_of_one_year_has_no_estimates_and_says_so() {
    let found = health(&channel(1), "--as-of 2023-12-31");
    assert_eq!(line(&found, 3), [Some("100.00".to_owned()), Some("100.00".to_owned()), None, None, None]);
    assert_eq!((&found["channel"], &found["coverage"]), (&Value::Null, &Value::Null));
    assert_eq!(
        list(&found, "notes")[0],
        "No bands and odds: the book does not cover 12 months before the plan and as many before that."
    );
    // All are asked for what they sold.
    assert_eq!(text(&found["fairness"], "gini"), Some("0"));
    assert_eq!(found["fairness"]["growth_by_size"], Value::Null);
}

#[test]
fn threads_make_no_difference() {
    let bench = channel(3);
    assert_eq!(health(&bench, "--threads 1"), health(&bench, "--threads 8"));
}

#[test]
fn one_partner_has_no_groups_to_compare() {
    let bench = acme("", "");
    bench.write("rules/acme/history.rhai", LAST_YEAR);
    bench.write("book/partners.csv", "partner_id\nA\n");
    bench.write("book/revenue.csv", "partner_id,month,amount\nA,2024-01,100\nA,2024-12,40\n");
    let found = health(&bench, "--as-of 2024-12-31");
    assert_eq!(line(&found, 0), [Some("140.00".to_owned()), Some("140.00".to_owned()), None, None, None]);
    assert!(list(&found, "groups").is_empty() && found["fairness"]["gini"].is_null());
    let table = bench.stdout("health acme --book book --as-of 2024-12-31");
    assert!(!table.contains("by group") && table.contains("No bands and odds"), "{table}");
}
