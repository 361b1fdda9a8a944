//! What a proposal questions about itself, at each limit; every expected figure is computed in a comment.

use super::bounds::{acme, codes, pairs, plan, quotas, with_book};
use crate::support::{Bench, list, text};
use serde_json::{Value, json};

/// A sold 400 and B 600 in 2025.
fn thousand(plan: &str, more: &str) -> Bench {
    let revenue = "A,2025-01,,400\nA,2025-12,,0\nB,2025-06,,600\n";
    with_book(acme(plan, more), "A,,,\nB,,,\n", revenue)
}

/// Cause and fields of each finding about plausibility.
fn questions(plan: &Value) -> Vec<(String, Value)> {
    let questions = list(plan, "findings").iter().filter(|finding| text(finding, "code") == Some("plan::plausibility"));
    questions.map(|finding| (text(finding, "cause").unwrap_or("").to_owned(), finding["fields"].clone())).collect()
}

fn causes(plan: &Value) -> Vec<String> {
    questions(plan).into_iter().map(|(cause, _)| cause).collect()
}

#[test]
fn growth_of_the_channel_is_questioned_above_its_limit() {
    let bench = thousand("rounding_unit = 0.01", "");
    let causes = |target: &str| causes(&plan(&bench, &format!("--as-of 2025-12-31 --target {target}")));
    // 1,500 is +50 % on 1,000, and 500 is −50 %: both at the limit.
    assert_eq!(causes("1500"), Vec::<String>::new());
    assert_eq!(causes("1500.01"), ["channel_growth"]);
    assert_eq!(causes("500"), Vec::<String>::new());
    assert_eq!(causes("499.99"), ["channel_decline"]);
}

#[test]
fn growth_of_lines_is_questioned_with_the_largest_increase() {
    let bench = thousand("rounding_unit = 0.01", "");
    let found = plan(&bench, "--as-of 2025-12-31 --target 8530");
    // 8.53 × 400 = 3,412 and 8.53 × 600 = 5,118: both +753 %, and B has the larger increase in money.
    let questions = questions(&found);
    assert_eq!(questions.len(), 2, "{questions:?}");
    assert_eq!((&*questions[0].0, &questions[0].1["growth"]), ("line_growth", &json!("7.53")));
    assert_eq!((&questions[0].1["lines"], &questions[0].1["line"]), (&json!(2), &json!("`B`")));
    assert_eq!((&*questions[1].0, &questions[1].1["growth"]), ("channel_growth", &json!("7.53")));
    let words = bench.stdout("propose acme --book book --as-of 2025-12-31 --target 8530 --format html");
    assert!(words.contains("+753 %"), "the page shows it");
    // Three times as much is the default limit of a line: +200 %.
    assert_eq!(causes(&plan(&bench, "--as-of 2025-12-31 --target 3000")), ["channel_growth"]);
    assert_eq!(causes(&plan(&bench, "--as-of 2025-12-31 --target 3000.05")), ["line_growth", "channel_growth"]);
}

#[test]
fn a_line_that_never_sold_is_questioned_only_with_a_quota() {
    let bench = with_book(acme("", ""), "A,,,\nB,,,\n", "A,2025-01,,400\nA,2025-12,,600\n");
    assert_eq!(causes(&plan(&bench, "--as-of 2025-12-31")), Vec::<String>::new());
    bench.write("locks.csv", "partner_id,quota\nB,7\n");
    let found = questions(&plan(&bench, "--as-of 2025-12-31 --locks locks.csv"));
    assert_eq!(found[0].0, "never_sold");
    assert_eq!((&found[0].1["quota"], &found[0].1["named"]), (&json!("7.00"), &json!("`B`")));
}

#[test]
fn a_rounding_unit_above_the_quotas_is_questioned_with_the_lines_that_become_zero() {
    let revenue = "A,2025-01,,500\nB,2025-06,,600\nC,2025-12,,400\n";
    let bench = with_book(acme("rounding_unit = 1000", ""), "A,,,\nB,,,\nC,,,\n", revenue);
    let found = plan(&bench, "--as-of 2025-12-31 --target 1500");
    // One unit of 1,000 goes to the largest remainder, B; the odd 500 stays with it.
    assert_eq!(quotas(&found), pairs(&[("A", "0.00"), ("B", "1500.00"), ("C", "0.00")]));
    let questions = questions(&found);
    assert_eq!(questions[0].0, "rounding_unit");
    assert_eq!((&questions[0].1["lines"], &questions[0].1["zero"]), (&json!(3), &json!(2)));
    // At the unit itself nothing is lost.
    let bench = with_book(acme("rounding_unit = 400", ""), "A,,,\nB,,,\nC,,,\n", revenue);
    assert_eq!(causes(&plan(&bench, "--as-of 2025-12-31 --target 1600")), Vec::<String>::new());
}

#[test]
fn a_reporting_period_with_most_of_the_plan_is_questioned() {
    let bench = acme("", "");
    let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).expect("the manifest");
    bench.write("rules/acme/vendor.toml", &manifest.replace("\"whole\"", "\"quarter\""));
    // A: 100, 100, 100 and 300 in the fourth quarter: exactly half. B the same.
    let quarters = |id: &str, last: u32| {
        let row = |month: u32, amount: u32| format!("{id},2025-{month:02},,{amount}\n");
        let early: String = (1..=9).map(|month| row(month, 30)).collect();
        early + &*(10..=12).map(|month| row(month, last)).collect::<String>()
    };
    let of = |a: u32, b: u32| {
        bench.write("book/partners.csv", "partner_id\nA\nB\n");
        bench.write(
            "book/revenue.csv",
            &format!("partner_id,month,product_line,amount\n{}{}", quarters("A", a), quarters("B", b)),
        );
        questions(&plan(&bench, "--as-of 2025-12-31"))
    };
    assert_eq!(of(90, 90), Vec::new());
    // 2 × 300 of 2 × 570 in the fourth quarter: 52.6 %.
    let found = of(100, 100);
    assert_eq!((&*found[0].0, &found[0].1["period"]), ("period_share", &json!("FY2026-Q4")));
    assert_eq!((&found[0].1["quota"], &found[0].1["total"]), (&json!("600.00"), &json!("1140.00")));
    // The fourth quarter has 300 + 90 of 930 (42 %), but 300 of the 570 of A, which is more than a tenth of the plan.
    let found = of(100, 30);
    assert_eq!((&*found[0].0, &found[0].1["line"]), ("line_period_share", &json!("`A`")));
    assert_eq!((&found[0].1["amount"], &found[0].1["quota"]), (&json!("300.00"), &json!("570.00")));
}

#[test]
fn a_manifest_refuses_what_it_calls_implausible_and_ignores_what_it_accepts() {
    let bench =
        thousand("rounding_unit = 0.01", "[plausibility]\nchannel_growth = 0.10\nreject = [\"channel_growth\"]");
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --target 1100"), Vec::<String>::new());
    let refusal = bench.refused(1, "propose acme --book book --as-of 2025-12-31 --target 1100.01");
    assert!(refusal.contains("error[plan::plausibility]: the plan asks +10 % of the channel"), "{refusal}");
    let bench = thousand("", "[plausibility]\nignore = [\"channel_growth\", \"line_growth\"]");
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --target 9000"), Vec::<String>::new());
    let bench = thousand("", "[plausibility]\nignore = [\"never_sold\"]\nreject = [\"never_sold\"]");
    assert_eq!(codes(&bench, "--as-of 2025-12-31"), ["manifest::value"]);
}
