//! Capacity of a plan and the targets that are reached with given odds, through the program; expected figures are computed
//! in comments or from the other figures of the document.

use super::bounds::plan;
use super::health::channel;
use crate::support::{list, text};
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn amount(value: &Value, name: &str) -> Decimal {
    text(value, name).unwrap().parse().unwrap()
}

fn at_odds(outlook: &Value) -> Vec<(Decimal, Decimal)> {
    list(outlook, "at_odds").iter().map(|one| (amount(one, "odds"), amount(one, "amount"))).collect()
}

#[test]
fn capacity_is_the_sum_of_quota_times_expected_attainment() {
    // Of 2,000 expected in 2024, 1,770 were bought: 0.885 of every quota, and 0.885 × 1,770 in all.
    let bench = channel(2);
    let found = bench.json("health acme --book book --as-of 2024-12-31");
    assert_eq!(text(&list(&found, "lines")[10], "expected_attainment"), Some("0.885"));
    assert_eq!(text(&found["channel"], "capacity"), Some("1566.45"));
    assert_eq!(
        list(&found, "territories").iter().map(|one| text(one, "capacity").unwrap()).collect::<Vec<_>>(),
        // Of 870 and 900.
        ["769.95", "796.50"]
    );
    // Twice the target is reached by half as much; what lines can buy stays.
    let doubled = bench.json("health acme --book book --as-of 2024-12-31 --target 3540");
    assert_eq!(text(&list(&doubled, "lines")[10], "expected_attainment"), Some("0.4425"));
    assert_eq!(text(&doubled["channel"], "capacity"), Some("1566.45"));
    // The same from the lines, whatever they are.
    let found = channel(3).json("health acme --book book --as-of 2025-12-31 --target 5000");
    let sum: Decimal =
        list(&found, "lines").iter().map(|line| amount(line, "quota") * amount(line, "expected_attainment")).sum();
    assert_eq!(amount(&found["channel"], "capacity"), sum.round_dp(2));
}

#[test]
fn nothing_is_known_of_the_capacity_of_a_book_of_one_year() {
    let found = channel(1).json("health acme --book book --as-of 2023-12-31");
    assert_eq!((&list(&found, "lines")[3]["expected_attainment"], &found["channel"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_target_of_the_amount_has_the_odds_and_one_above_it_has_less() {
    let bench = channel(3);
    let asked = "--as-of 2025-12-31 --bands";
    let bands = plan(&bench, asked)["bands"].clone();
    let found = at_odds(&bands["channel"]);
    assert_eq!(found.iter().map(|(odds, _)| odds.to_string()).collect::<Vec<_>>(), ["0.9", "0.75", "0.5", "0.25"]);
    assert!(found.windows(2).all(|pair| pair[0].1 < pair[1].1), "{found:?}");
    for (odds, target) in found {
        let of = |target: Decimal| {
            let found = plan(&bench, &format!("{asked} --target {target}"));
            amount(&found["bands"]["channel"], "odds")
        };
        assert!(of(target) >= odds, "{target}");
        assert!(of(target + Decimal::new(1, 2)) < odds, "{target}");
    }
}

#[test]
fn territories_have_their_own_amounts_at_the_odds_that_are_asked_for() {
    let found = channel(2).json("health acme --book book --as-of 2024-12-31 --odds 0.5,1");
    for territory in list(&found, "territories") {
        let [half, always] = at_odds(territory)[..] else { panic!("{territory}") };
        assert_eq!((half.0, always.0), (Decimal::new(5, 1), Decimal::ONE));
        assert!(always.1 < half.1 && amount(territory, "low") > always.1, "{territory}");
        // With odds of 50 % as much or more is bought: the upper of two middle outcomes.
        assert!(half.1 >= amount(territory, "median"), "{territory}");
    }
    let refusal = channel(2).refused(2, "health acme --book book --odds 1.5");
    assert!(refusal.contains("odds are above 0 and at most 1"), "{refusal}");
}

#[test]
fn table_and_pages_have_them_and_call_them_estimates() {
    let bench = channel(2);
    let table = bench.stdout("health acme --book book --as-of 2024-12-31 --odds 0.6");
    let heading = "What is reached together with these odds (estimates)";
    assert!(table.contains(heading) && table.contains("60 %") && table.contains("1,566 "), "{table}");
    let proposed = bench.stdout("propose acme --book book --as-of 2024-12-31 --bands");
    assert!(proposed.contains("Together the lines reach") && proposed.contains("Capacity"), "{proposed}");
    let page = bench.stdout("propose acme --book book --as-of 2024-12-31 --bands --format html");
    assert!(page.contains(heading) && page.contains("How evenly the plan asks"), "{page}");
    assert!(page.contains("Share of lines expected at quota, by group") && page.contains("Gini coefficient"), "{page}");
}

#[test]
fn the_health_of_a_plan_is_a_page_without_any_other_file() {
    let bench = channel(2);
    let partners = std::fs::read_to_string(bench.path("book/partners.csv")).unwrap();
    let named = partners.replacen("partner_id,", "partner_name,partner_id,", 1).replace("\nP", "\n<b>Bold & Co</b>,P");
    bench.write("book/partners.csv", &named);
    let of = |threads: u32| {
        bench.stdout(&format!(
            "health acme --book book --as-of 2024-12-31 --target 2000 --format html --threads {threads}"
        ))
    };
    let page = of(1);
    assert_eq!(page, of(8));
    for part in ["health of the plan FY2025", "Distribution of what the channel", "Where most is at stake", ">1,566<"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("&lt;b&gt;Bold &amp; Co") && !page.contains("<b>Bold"), "{page}");
    assert!(!page.contains("src=") && !page.contains("href=\"http") && !page.contains("<script"), "{page}");
    assert!(page.contains("plan::health"), "the findings of the manifest's checks: {page}");
    let csv = bench.stdout("health acme --book book --as-of 2024-12-31 --format csv");
    assert!(csv.lines().next().unwrap().contains(",odds,expected_attainment,"), "{csv}");
}

#[test]
fn the_document_has_the_findings() {
    let found = channel(2).json("health acme --book book --as-of 2024-12-31 --target 3540");
    let causes: Vec<&str> = list(&found, "findings").iter().filter_map(|finding| text(finding, "cause")).collect();
    assert!(causes.contains(&"channel_odds"), "{found}");
    assert_eq!(found["schema"], json!("quotient.health/1"));
}
