//! Bands and odds of a proposal, and what a manifest refuses because of them, through the program; every expected figure is
//! computed in a comment.

use super::bounds::{acme, codes, plan};
use super::health::{LAST_YEAR, channel};
use crate::support::{Bench, list, text};
use serde_json::{Value, json};

/// Twenty partners in two territories, each of which bought 100 in 2023 and 80 in 2024. Asked for last year again, all
/// reached 80 % in 2024; asked for 80 in 2025, each is likely to buy 64, and all together 20 × 64 = 1,280 of 1,600.
fn falling(more: &str) -> Bench {
    let bench = acme("", more);
    bench.write("rules/acme/history.rhai", LAST_YEAR);
    let mut partners = "partner_id,territory,account_manager\n".to_owned();
    let mut revenue = "partner_id,month,amount\n".to_owned();
    for number in 0..20 {
        let (territory, manager) = if number % 2 == 0 { ("North", "Ada") } else { ("South", "Ben") };
        partners.push_str(&format!("P{number:02},{territory},{manager}\n"));
        revenue.push_str(&format!("P{number:02},2023-01,100\nP{number:02},2024-01,80\nP{number:02},2024-12,0\n"));
    }
    bench.write("book/partners.csv", &partners);
    bench.write("book/revenue.csv", &revenue);
    bench
}

/// Low and high end of the band, and the odds, of one line.
fn band(plan: &Value, line: usize) -> [Option<&str>; 3] {
    let line = &list(plan, "lines")[line];
    [text(&line["band"], "low"), text(&line["band"], "high"), text(line, "odds")]
}

/// Figures of the channel or of a territory.
fn outlook(found: &Value) -> [Option<&str>; 7] {
    ["quota", "low", "median", "high", "gap", "odds", "at_quota"].map(|figure| text(found, figure))
}

#[test]
fn a_proposal_has_bands_and_odds_only_where_they_are_asked_for() {
    let bench = channel(2);
    let (bare, banded) = (plan(&bench, "--as-of 2024-12-31"), plan(&bench, "--as-of 2024-12-31 --bands"));
    // As in the health of the same plan: P10 bought 90; of twenty ratios 0.60, 0.63, … 1.17 the 2nd and the 19th are 0.63
    // and 1.14, and six are 1 or more.
    assert_eq!(band(&banded, 10), [Some("56.70"), Some("102.60"), Some("0.3")]);
    // Of 95 % to 5 % of the twenty ratios each: 19 are 0.63 or more, seven 0.99, six 1.02, one 1.17.
    let reach = list(&list(&banded, "lines")[10]["band"], "reach");
    assert_eq!(reach.len(), 19);
    assert_eq!([0, 12, 13, 18].map(|at: usize| reach[at].as_str().unwrap()), ["56.70", "89.10", "91.80", "105.30"]);
    // All lines together reach what the odds of each step say.
    let outlook = &banded["bands"]["channel"];
    let at = |odds: &str| {
        let found = list(outlook, "at_odds").iter().find(|one| text(one, "odds") == Some(odds)).unwrap();
        found["amount"].clone()
    };
    let together = list(outlook, "reach");
    assert_eq!([1, 4, 9, 14].map(|step: usize| together[step].clone()), ["0.9", "0.75", "0.5", "0.25"].map(at));
    assert_eq!((band(&bare, 10), &bare["bands"]), ([None, None, None], &Value::Null));
    // Nothing else differs.
    let without = |mut plan: Value| {
        for line in plan["lines"].as_array_mut().unwrap() {
            (line["band"], line["odds"]) = (Value::Null, Value::Null);
        }
        (plan["bands"], plan["findings"]) = (Value::Null, Value::Null);
        plan
    };
    assert_eq!(without(bare), without(banded.clone()));
    // Every line is asked for what is expected of it, so that its odds are 6 in 20 as well.
    assert_eq!(text(&banded["bands"]["channel"], "at_quota"), Some("0.3"));
}

#[test]
fn channel_and_territories_have_the_sum_of_what_their_lines_are_likely_to_buy() {
    let found = plan(&falling(""), "--as-of 2024-12-31 --bands");
    assert_eq!(band(&found, 3), [Some("64.00"), Some("64.00"), Some("0")]);
    let bands = &found["bands"];
    let known = |figures: [&'static str; 7]| figures.map(Some);
    assert_eq!(outlook(&bands["channel"]), known(["1600.00", "1280.00", "1280.00", "1280.00", "-320.00", "0", "0"]));
    for territory in list(bands, "territories") {
        assert_eq!(outlook(territory), known(["800.00", "640.00", "640.00", "640.00", "-160.00", "0", "0"]));
    }
    assert_eq!((list(bands, "territories").len(), &bands["target_odds"]), (2, &Value::Null));
    assert_eq!(bands["past_periods"], json!(["FY2024"]));
    assert_eq!(list(bands, "notes").len(), 2, "one past period, and that it is a lower bound");
}

#[test]
fn the_odds_of_a_target_are_those_of_the_amount_that_the_lines_are_to_bring() {
    // What is likely is reached, and a cent more is not.
    let odds = |target: &str| {
        let found = plan(&falling(""), &format!("--as-of 2024-12-31 --bands --target {target}"));
        let bands = &found["bands"];
        [&bands["target_odds"], &bands["channel"]["odds"], &bands["channel"]["at_quota"]].map(Value::clone)
    };
    assert_eq!(odds("1280"), [json!("1"), json!("1"), json!("1")]);
    // One line is asked for 64.01: nineteen of twenty reach their quota.
    assert_eq!(odds("1280.01"), [json!("0"), json!("0"), json!("0.95")]);
    // A reserve of 10 % is not asked of these lines: 1,400 − 140 = 1,260.
    let bench = falling("[reserve]\nshare_of_target = 0.10");
    let found = plan(&bench, "--as-of 2024-12-31 --bands --target 1400");
    assert_eq!(
        (text(&found["bands"], "target_odds"), text(&found["bands"]["channel"], "quota")),
        (Some("1"), Some("1260.00"))
    );
}

#[test]
fn the_distribution_ascends_and_has_the_limits_of_the_band() {
    let found = plan(&channel(2), "--as-of 2024-12-31 --bands");
    let shares: Vec<(&str, f64)> = list(&found["bands"], "distribution")
        .iter()
        .map(|one| (text(one, "share").unwrap(), text(one, "amount").unwrap().parse().unwrap()))
        .collect();
    assert_eq!((shares.len(), shares[0].0, shares[18].0), (19, "0.05", "0.95"));
    assert!(shares.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{shares:?}");
    for (share, limit) in [("0.1", "low"), ("0.5", "median"), ("0.9", "high")] {
        let limit: f64 = text(&found["bands"]["channel"], limit).unwrap().parse().unwrap();
        assert!(shares.contains(&(share, limit)), "{share}: {limit} in {shares:?}");
    }
    // The mean of the ratios is 0.885, of 1,770: 1,566; the spread of the sum is about 0.173 × 90 × √20 = 70.
    assert!(shares[9].1 > 1_500.0 && shares[9].1 < 1_632.0, "{shares:?}");
}

#[test]
fn every_format_has_them() {
    let bench = falling("");
    let of =
        |format: &str| bench.stdout(&format!("propose acme --book book --as-of 2024-12-31 --bands --format {format}"));
    let csv = of("csv");
    assert!(
        csv.starts_with("partner_id,") && csv.lines().next().unwrap().contains(",band_low,band_high,odds,"),
        "{csv}"
    );
    assert!(csv.lines().nth(1).unwrap().contains(",64.00,64.00,0,"), "{csv}");
    let likely = "The channel is likely to buy 1,280.00, 80.0 % of its quotas; with odds of 10 % less than 1,280.00";
    let gap = "A gap is expected in: North -160.00, South -160.00.";
    let table = of("table");
    assert!(table.contains(likely) && table.contains(gap) && table.contains("lower bound"), "{table}");
    let page = of("html");
    assert!(page.contains(likely) && page.contains("Distribution of what the channel is likely to buy"), "{page}");
    assert!(page.contains("quotas 1,600.00") && page.contains("What territories are likely to buy"), "{page}");
    // Without them, neither table nor page has an empty section, and CSV has empty cells.
    let of = |format: &str| bench.stdout(&format!("propose acme --book book --as-of 2024-12-31 --format {format}"));
    assert!(!of("table").contains("odds") && !of("html").contains("outlook"));
    assert!(of("csv").lines().nth(1).unwrap().contains(",,,,"));
}

#[test]
fn a_terminal_of_80_columns_shows_the_odds() {
    let bench = falling("");
    let output = bench
        .command("propose acme --book book --as-of 2024-12-31 --bands --target 1500")
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(shown.lines().any(|line| line.contains("growth") && line.contains("odds")), "{shown}");
}

#[test]
fn an_explanation_says_it_in_a_sentence() {
    let bench = channel(2);
    let explained = bench.stdout("explain acme P10 --book book --as-of 2024-12-31 --bands");
    let sentence = "It is likely to buy 57 to 103: with odds of 10 % less, with odds of 10 % more. Odds to reach the quota: 30.0 % (estimated).";
    assert!(explained.contains(sentence), "{explained}");
    let explained = bench.json("explain acme P10 --book book --as-of 2024-12-31 --bands");
    let band = &list(&explained, "lines")[0]["line"]["band"];
    assert_eq!((text(band, "low"), text(band, "high")), (Some("56.70"), Some("102.60")));
}

#[test]
fn parts_of_a_plan_have_the_bands_of_their_lines() {
    let bench = falling("");
    bench.stdout(
        "propose acme --book book --as-of 2024-12-31 --bands --split-by account-manager --format csv --output parts",
    );
    let part = std::fs::read_dir(bench.path("parts")).unwrap().next().unwrap().unwrap().path();
    let part = std::fs::read_to_string(part).unwrap();
    assert!(part.lines().nth(1).unwrap().contains(",64.00,64.00,0,"), "{part}");
}

#[test]
fn a_book_of_one_year_has_no_bands_and_says_so() {
    let bench = channel(1);
    let found = plan(&bench, "--as-of 2023-12-31 --bands");
    assert_eq!((band(&found, 3), &found["bands"]["channel"]), ([None, None, None], &Value::Null));
    assert!(text(&found["bands"]["notes"], "").is_none() && list(&found["bands"], "distribution").is_empty());
    let said = "No bands and odds: the book does not cover 12 months before the plan and as many before that.";
    assert_eq!(found["bands"]["notes"], json!([said]));
    for format in ["table", "html"] {
        let shown = bench.stdout(&format!("propose acme --book book --as-of 2023-12-31 --bands --format {format}"));
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn threads_make_no_difference() {
    let bench = channel(3);
    let of = |threads: u32| {
        bench.stdout(&format!("propose acme --book book --as-of 2025-12-31 --bands --threads {threads} --format html"))
    };
    assert_eq!(of(1), of(8));
}

#[test]
fn the_health_of_a_plan_is_questioned_with_its_bands() {
    // Odds of 0 are below 50 %, and so is the share of lines at quota; all lines are asked for the same growth.
    let bench = falling("");
    assert_eq!(codes(&bench, "--as-of 2024-12-31"), Vec::<String>::new());
    assert_eq!(codes(&bench, "--as-of 2024-12-31 --bands"), ["plan::health", "plan::health"]);
    let found = plan(&bench, "--as-of 2024-12-31 --bands");
    let causes: Vec<&str> = list(&found, "findings").iter().filter_map(|finding| text(finding, "cause")).collect();
    assert_eq!(causes, ["channel_odds", "at_quota"]);
    // At 64 each, all reach their quota: more than the 70 % that is healthy, unless the manifest says otherwise.
    assert_eq!(codes(&bench, "--as-of 2024-12-31 --bands --target 1280"), ["plan::health"]);
    let accepts = falling("[health]\nat_quota_high = 1");
    assert_eq!(codes(&accepts, "--as-of 2024-12-31 --bands --target 1280"), Vec::<String>::new());
    let ignores = falling("[health]\nignore = [\"at_quota\", \"channel_odds\"]");
    assert_eq!(codes(&ignores, "--as-of 2024-12-31 --bands"), Vec::<String>::new());
}

#[test]
fn growth_that_is_asked_of_small_lines_only_is_questioned() {
    // The larger a line, the less growth: partner n sold 100 + 10 n in each year, and is asked for 500.
    let bench = acme("", "");
    bench.write(
        "rules/acme/history.rhai",
        "/// The same for all.\nfn assess(partner) {\n    indicate(500.0).because(\"all alike\")\n}\n",
    );
    let mut partners = "partner_id\n".to_owned();
    let mut revenue = "partner_id,month,amount\n".to_owned();
    for number in 0..20 {
        partners.push_str(&format!("P{number:02}\n"));
        let amount = 100 + 10 * number;
        revenue.push_str(&format!(
            "P{number:02},2023-01,{amount}\nP{number:02},2024-01,{amount}\nP{number:02},2024-12,0\n"
        ));
    }
    bench.write("book/partners.csv", &partners);
    bench.write("book/revenue.csv", &revenue);
    let found = plan(&bench, "--as-of 2024-12-31 --bands");
    let finding =
        list(&found, "findings").iter().find(|finding| text(finding, "cause") == Some("growth_by_size")).unwrap();
    assert_eq!(finding["fields"]["correlation"], json!("-1"));
    assert!(text(finding, "message").unwrap().starts_with("small lines are asked for more growth"), "{finding}");
}

#[test]
fn a_manifest_refuses_an_unhealthy_plan_whether_or_not_bands_are_asked_for() {
    let bench = falling("[health]\nreject = [\"channel_odds\"]\nignore = [\"at_quota\"]");
    let refusal = bench.refused(1, "propose acme --book book --as-of 2024-12-31");
    let said = "error[plan::health]: the channel reaches the sum of its quotas with odds of 0 % (estimated); the limit is 50 %: \
        half of the outcomes are below 1,280.00, and the quotas sum to 1,600.00";
    assert!(refusal.contains(said), "{refusal}");
    assert!(bench.refused(1, "explain acme P01 --book book --as-of 2024-12-31").contains("error[plan::health]"));
    let fine = plan(&bench, "--as-of 2024-12-31 --target 1280");
    assert_eq!((text(&fine["bands"]["channel"], "odds"), list(&fine, "findings").len()), (Some("1"), 0));
    // The panel is shown, because it says why; it ends with the same code.
    let output = bench.command("health acme --book book --as-of 2024-12-31 --format csv").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("64.00,64.00,0"));
    assert!(String::from_utf8(output.stderr).unwrap().contains(said));
}

#[test]
fn a_check_that_refuses_and_cannot_be_made_is_mentioned() {
    let bench = falling("[health]\nreject = [\"channel_odds\", \"growth_by_size\"]\nignore = [\"at_quota\"]");
    // As of 2023 nothing before it is known.
    let found = plan(&bench, "--as-of 2023-12-31");
    let said: Vec<&str> = list(&found, "findings").iter().filter_map(|finding| text(finding, "cause")).collect();
    assert_eq!(said.iter().filter(|cause| **cause == "not_checked").count(), 2, "{said:?}");
}

#[test]
fn a_manifest_can_ask_for_bands_always() {
    let bench = falling("[health]\nbands = true");
    assert_eq!(band(&plan(&bench, "--as-of 2024-12-31"), 0), [Some("64.00"), Some("64.00"), Some("0")]);
}

#[test]
fn contradictions_of_the_section_are_refused() {
    for section in ["at_quota_low = 0.8", "reject = [\"at_quota\"]\nignore = [\"at_quota\"]", "channel_odds = 2"] {
        let bench = falling(&format!("[health]\n{section}"));
        assert_eq!(codes(&bench, "--as-of 2024-12-31"), ["manifest::value"], "{section}");
    }
}
