//! Facts with dates: each counts from its date until the next one, in everything that looks at a book as of a date. Every
//! expected figure is computed in a comment.

use super::bounds::{acme, pairs, plan, quotas};
use crate::support::{Bench, list, text};
use serde_json::{Value, json};

/// A vendor whose rule indicates `amount`; `rest` are further lines of its manifest.
fn bench(amount: &str, rest: &str) -> Bench {
    let bench = acme("", rest);
    let rule = format!("/// As the case says.\nfn assess(partner) {{\n    indicate({amount}).because(\"facts\")\n}}\n");
    bench.write("rules/acme/history.rhai", &rule);
    bench.write("book/partners.csv", "partner_id\nA\nB\n");
    bench
        .write("book/revenue.csv", "partner_id,month,amount\nA,2024-01,10\nA,2025-12,10\nB,2024-03,10\nB,2025-12,10\n");
    bench
}

/// Quotas as of the end of June 2025, and as of the first of July.
fn before_and_after(bench: &Bench) -> [Vec<String>; 2] {
    ["2025-06-30", "2025-07-01"].map(|date| {
        let found = plan(bench, &format!("--as-of {date}"));
        quotas(&found).into_iter().map(|(_, quota)| quota).collect()
    })
}

#[test]
fn a_tier_counts_from_its_date() {
    let bench = bench("if partner.tier == \"Gold\" { 2000.0 } else { 1000.0 }", "");
    bench.write(
        "book/partners.csv",
        "partner_id,tier,valid_from\nA,Silver,\nA,Gold,2025-07-01\nA,Silver,2025-10-01\nB,Gold,\n",
    );
    assert_eq!(before_and_after(&bench), [["1000.00", "2000.00"], ["2000.00", "2000.00"]]);
    let found = plan(&bench, "--as-of 2025-06-30");
    assert_eq!(text(&list(&found, "lines")[0], "tier"), Some("Silver"));
    // Without a date the book is as of its latest month, December 2025, when A is Silver again.
    assert_eq!(quotas(&plan(&bench, "")), pairs(&[("A", "1000.00"), ("B", "2000.00")]));
}

#[test]
fn an_attribute_counts_from_its_date() {
    let bench = bench("10.0 * (partner.attributes.employees ?? 0)", "[attributes]\nemployees = \"count\"\n");
    bench.write("book/partners.csv", "partner_id,employees,valid_from\nA,7,\nA,9,2025-07-01\nB,3,\nB,,2025-07-01\n");
    // Each row is complete: of B nothing is known any more.
    assert_eq!(before_and_after(&bench), [["70.00", "30.00"], ["90.00", "0.00"]]);
}

#[test]
fn investments_count_from_their_date() {
    let bench = bench("100.0 * (partner.investment.certified_now ?? 0)", "");
    bench.write(
        "book/investments.csv",
        "partner_id,certified_now,valid_from\nA,5,2025-07-01\nA,2,2025-01-01\nB,4,2025-07-01\n",
    );
    // Before its first row nothing is known of B.
    assert_eq!(before_and_after(&bench), [["200.00", "0.00"], ["500.00", "400.00"]]);
}

#[test]
fn the_market_counts_from_its_date() {
    let bench = bench("partner.market.addressable ?? 0.0", "");
    bench.write("book/partners.csv", "partner_id,territory\nA,North\nB,South\n");
    bench.write(
        "book/market.csv",
        "territory,addressable_market,valid_from\nNorth,700,\nSouth,300,\nNorth,900,2025-07-01\n",
    );
    assert_eq!(before_and_after(&bench), [["700.00", "300.00"], ["900.00", "300.00"]]);
}

#[test]
fn win_rates_count_from_their_date() {
    let bench = bench("1000.0 * (partner.pipeline.win_rate ?? 0.0)", "");
    bench.write("book/win_rates.csv", "partner_id,by_value,valid_from\nA,0.2,\nA,0.5,2025-07-01\nB,0.3,\n");
    assert_eq!(before_and_after(&bench), [["200.00", "300.00"], ["500.00", "300.00"]]);
}

#[test]
fn rows_of_other_tables_count_from_their_date_beside_the_earlier_ones() {
    let manifest = "[tables.sellers]\nrole = \"text\"\nvalid_from = \"date\"\n";
    let bench = bench("100.0 * partner.sellers.where(\"role\", \"senior\").count()", manifest);
    bench.write(
        "book/sellers.csv",
        "partner_id,role,valid_from\nA,senior,2025-07-01\nA,senior,\nB,junior,\nB,senior,2025-07-02\n",
    );
    assert_eq!(before_and_after(&bench), [["100.00", "0.00"], ["200.00", "0.00"]]);
}

#[test]
fn a_partner_is_not_in_the_book_before_its_first_row_counts() {
    let bench = bench("1000.0", "");
    bench.write("book/partners.csv", "partner_id,valid_from\nA,\nB,2025-07-01\n");
    bench.write("book/revenue.csv", "partner_id,month,amount\nA,2024-01,10\nA,2025-12,10\nB,2025-08,10\n");
    assert_eq!(before_and_after(&bench), [vec!["1000.00"], vec!["1000.00", "1000.00"]]);
    assert_eq!(plan(&bench, "--as-of 2025-06-30")["not_eligible"], json!([]));
    let shown = bench.command("propose acme --book book").output().expect("the program runs").stderr;
    assert!(!String::from_utf8(shown).expect("UTF-8").contains("its first row counts"));
    bench.refused(3, "explain acme B --book book --as-of 2025-06-30");
}

#[test]
fn revenue_before_the_first_date_of_a_partner_is_questioned() {
    let bench = bench("1000.0", "");
    bench.write("book/partners.csv", "partner_id,valid_from\nA,\nB,2025-07-01\n");
    let shown = bench.command("propose acme --book book").output().expect("the program runs").stderr;
    let shown = String::from_utf8(shown).expect("UTF-8");
    let question = "`B` has revenue from 2024-03, but its first row counts from 2025-07-01: before that date it is not in the book";
    assert!(shown.contains(question), "{shown}");
}

/// Partners that buy 100 in every year, of which A is promoted after 2024 and C begins in 2025.
fn years(rule: &str, partners: &str) -> Bench {
    let bench = bench(rule, "");
    bench.write("book/partners.csv", partners);
    let mut revenue = "partner_id,month,amount\n".to_owned();
    for year in 2023..=2025 {
        revenue.push_str(&format!("A,{year}-01,100\nA,{year}-12,0\nB,{year}-01,100\n"));
    }
    bench.write("book/revenue.csv", &(revenue + "C,2025-02,50\n"));
    bench
}

const BY_TIER: &str = "if partner.tier == \"Gold\" { 200.0 } else { 100.0 }";

fn backtest(bench: &Bench, options: &str) -> Value {
    bench.json(&format!("backtest acme --book book {options}"))
}

/// Sum of the quotas of the rules in each fold.
fn asked(found: &Value) -> Vec<&str> {
    list(found, "folds").iter().map(|fold| text(&fold["methods"][0]["score"], "quota").unwrap_or("–")).collect()
}

#[test]
fn every_fold_of_a_backtest_sees_the_facts_of_its_date() {
    let dated = years(
        BY_TIER,
        "partner_id,tier,valid_from\nA,Silver,\nA,Gold,2025-01-01\nB,Silver,2020-01-01\nC,Silver,2025-02-01\n",
    );
    // As of the end of 2023 and of 2024 both are Silver and C is not in the book: 2 × 100. What C buys is without a quota.
    let found = backtest(&dated, "--period FY2024");
    assert_eq!((asked(&found), text(&found, "unplanned_revenue")), (vec!["200.00"], Some("0.00")));
    let found = backtest(&dated, "--period FY2025");
    assert_eq!((asked(&found), text(&found, "unplanned_revenue")), (vec!["200.00"], Some("50.00")));
    assert_eq!(found["undated_facts"], json!([]));
    let undated = years(BY_TIER, "partner_id,tier\nA,Gold\nB,Silver\nC,Silver\n");
    let found = backtest(&undated, "--period FY2025");
    // A is Gold although it was promoted later, and C gets a quota before it has joined: 200 + 100 + 100.
    assert_eq!((asked(&found), text(&found, "unplanned_revenue")), (vec!["400.00"], Some("0.00")));
    assert_eq!(found["undated_facts"], json!(["tier"]));
    let table = undated.stdout("backtest acme --book book");
    let folds = table.split_once("Folds").map(|(_, rest)| rest).unwrap_or_default();
    assert!(folds.contains("2023-12-31") && folds.contains("2024-12-31"), "{table}");
    let table = undated.stdout("backtest acme --book book --period FY2025");
    assert!(!table.contains("Folds"), "one fold is the whole: {table}");
    let note = "These figures may be too good: the rules read facts as the book has them today: tier.";
    assert!(table.contains(note), "{table}");
    assert!(undated.codes("backtest acme --book book --format json").contains(&"plan::backtest".to_owned()));
}

#[test]
fn facts_without_a_date_that_rules_read_are_named_table_by_table() {
    let partners = "partner_id,tier,territory,size\nA,Gold,North,3\nB,Silver,North,4\n";
    let rule = "100.0 + 0.0 * (partner.investment.certified_gained ?? 0) + 0.0 * (partner.market.growth ?? 0.0)
        + 0.0 * (partner.pipeline.win_rate ?? 0.0) + 0.0 * (partner.attributes.size ?? 0) + 0.0 * (partner.pipeline.open_count ?? 0)
        + 0.0 * (partner.peers(\"tier\").count() ?? 0) + 0.0 * partner.sellers.count()";
    let all = bench(rule, "[attributes]\nsize = \"count\"\n[tables.sellers]\nrole = \"text\"\n");
    all.write("book/partners.csv", partners);
    all.write("book/investments.csv", "partner_id,certified_now,certified_before\nA,5,4\n");
    all.write("book/market.csv", "territory,addressable_market,growth\nNorth,1000,0.1\n");
    all.write("book/win_rates.csv", "partner_id,by_value\nA,0.5\n");
    all.write("book/sellers.csv", "partner_id,role\nA,senior\n");
    let deals = "opportunity_id,partner_id,amount,status,close_date,registered_on\n1,A,70,open,2025-06-30,";
    all.write("book/opportunities.csv", &format!("{deals}\n"));
    let named = |bench: &Bench| backtest(bench, "--period FY2025")["undated_facts"].clone();
    let expected = ["tier", "territory", "attributes.size", "investment.certified_gained", "market.growth"];
    let rest = ["pipeline.open_count", "pipeline.win_rate", "sellers"];
    assert_eq!(named(&all), json!([expected.as_slice(), &rest].concat()));
    // One table after the other gets a date; a partner without any is named like a table without any.
    let dated = |of_b: &str| {
        let rows = format!("A,Gold,North,3,2020-01-01\nB,Silver,North,4,{of_b}\n");
        all.write("book/partners.csv", &format!("partner_id,tier,territory,size,valid_from\n{rows}"));
    };
    dated("");
    assert_eq!(named(&all), json!([expected.as_slice(), &rest].concat()));
    dated("2020-01-01");
    all.write("book/opportunities.csv", &format!("{deals}2024-12-01\n"));
    let left = ["investment.certified_gained", "market.growth", "pipeline.win_rate", "sellers"];
    assert_eq!(named(&all), json!(left));
    all.write("book/investments.csv", "partner_id,certified_now,certified_before,valid_from\nA,5,4,2024-01-01\n");
    all.write("book/market.csv", "territory,addressable_market,growth,valid_from\nNorth,1000,0.1,2024-01-01\n");
    all.write("book/win_rates.csv", "partner_id,by_value,valid_from\nA,0.5,2024-01-01\n");
    all.write("book/sellers.csv", "partner_id,role,valid_from\nA,senior,2024-01-01\n");
    assert_eq!(named(&all), json!([]));
}

#[test]
fn health_bands_and_calibration_name_facts_without_a_date() {
    let bench = years(BY_TIER, "partner_id,tier\nA,Gold\nB,Silver\nC,Silver\n");
    let note = "These figures may be too good: the rules read facts as the book has them today: tier.";
    let health = bench.json("health acme --book book");
    assert_eq!(health["undated_facts"], json!(["tier"]));
    assert_eq!(list(&health, "notes").last().and_then(Value::as_str), Some(note));
    let bands = &plan(&bench, "--bands")["bands"];
    assert_eq!((&bands["undated_facts"], list(bands, "notes").last()), (&json!(["tier"]), Some(&json!(note))));
    assert_eq!(bench.json("calibrate acme --book book")["undated_facts"], json!(["tier"]));
    bench.write(
        "book/partners.csv",
        "partner_id,tier,valid_from\nA,Gold,2020-01-01\nB,Silver,2020-01-01\nC,Silver,2020-01-01\n",
    );
    assert_eq!(bench.json("health acme --book book")["undated_facts"], json!([]));
}

#[test]
fn a_backtest_knows_nothing_of_agreed_quotas_and_of_later_joiners_and_leavers() {
    let rule = "100.0";
    let plain = years(rule, "partner_id,since,until\nA,,\nB,,\nC,,\n");
    let found = backtest(&plain, "--period FY2025");
    assert_eq!((asked(&found), text(&found, "unplanned_revenue")), (vec!["300.00"], Some("0.00")));
    // C joins, and B leaves, inside the period that is scored: nothing says that it had been announced.
    let moving = years(rule, "partner_id,since,until\nA,,\nB,,2025-06-30\nC,2025-02-01,\n");
    moving.write("book/locks.csv", "partner_id,quota\nA,999\n");
    let found = backtest(&moving, "--period FY2025");
    assert_eq!((asked(&found), text(&found, "unplanned_revenue")), (vec!["200.00"], Some("50.00")));
    // A row that counts from a date before says so: B is asked for 181 of 365 days, 49.59, and C for 334, 91.51.
    let header = "partner_id,since,until,valid_from\n";
    let announced = years(rule, &format!("{header}A,,,\nB,,,\nB,,2025-06-30,2024-12-01\nC,2025-02-01,,2024-12-01\n"));
    let found = backtest(&announced, "--period FY2025");
    assert_eq!((asked(&found), text(&found, "unplanned_revenue")), (vec!["241.10"], Some("0.00")));
    // The plan that is to come knows all of that: A is locked.
    assert_eq!(quotas(&plan(&moving, "--as-of 2025-12-31"))[0], ("A".to_owned(), "999.00".to_owned()));
}

#[test]
fn a_review_sees_the_tiers_and_partners_of_its_date() {
    let bench = bench("1000.0", "");
    bench.write("policies/acme/tier.rhai", "/// Kept.\nfn decide(partner) { retain().because(\"kept\") }\n");
    bench.write("book/partners.csv", "partner_id,tier,valid_from\nA,Silver,\nA,Gold,2025-07-01\nB,Gold,2025-07-01\n");
    let tiers = |date: &str| -> Vec<String> {
        let rows = bench.stdout(&format!("review acme --book book --as-of {date} --format csv"));
        let mut reader = csv::Reader::from_reader(rows.as_bytes());
        let at = reader.headers().unwrap().iter().position(|name| name == "tier").unwrap();
        reader.records().map(|record| record.unwrap()[at].to_owned()).collect()
    };
    assert_eq!(tiers("2025-06-30"), ["Silver"]);
    assert_eq!(tiers("2025-07-01"), ["Gold", "Gold"]);
}

#[test]
fn numbers_are_learned_by_the_groups_of_their_time() {
    let manifest = "[parameters.kept]\nlearned = \"retention\"\nby = \"tier\"\nshrink = 0\nminimum = 1";
    let bench = bench("(partner.history.prior_revenue ?? 0.0) * (partner.learned.kept ?? 0.0)", manifest);
    bench.write("book/partners.csv", "partner_id,tier,valid_from\nA,Silver,\nA,Gold,2025-06-01\nB,Silver,\nC,Gold,\n");
    bench.write(
        "book/revenue.csv",
        "partner_id,month,amount\nA,2024-01,100\nA,2025-12,90\nB,2024-01,100\nB,2025-12,30\nC,2024-01,100\nC,2025-12,50\n",
    );
    let found = plan(&bench, "--as-of 2025-12-31");
    let groups: Vec<(&str, &str)> = list(&list(&found, "learned")[0], "groups")
        .iter()
        .map(|one| (text(one, "group").unwrap(), text(one, "value").unwrap()))
        .collect();
    // When 2025 began A was Silver: (90 + 30) ÷ 200, and Gold is C alone. As of today A is Gold.
    assert_eq!(groups, [("Gold", "0.5"), ("Silver", "0.6")]);
    assert_eq!(quotas(&found), pairs(&[("A", "45.00"), ("B", "18.00"), ("C", "25.00")]));
}
