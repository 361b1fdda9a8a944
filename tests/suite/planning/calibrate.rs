//! Calibration on simulated channels with a known truth, through the program; every expected figure is computed in a comment.

use super::bounds::with_book;
use crate::support::{Bench, list, text};
use serde_json::{Value, json};

/// Last year's revenue, as rules write it.
const PRIOR: &str = "(partner.history.prior_revenue ?? 0.0)";

/// A vendor with these weights, and a rule for each with what it indicates.
pub fn vendor(weights: &str, rules: &[(&str, &str)]) -> Bench {
    vendor_on("indicated", weights, rules)
}

fn vendor_on(basis: &str, weights: &str, rules: &[(&str, &str)]) -> Bench {
    let manifest = format!(
        "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"year\"\nreporting = \"whole\"\n\
         fiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"{basis}\"\n[weights]\n{weights}\n"
    );
    let bench = Bench::new([("rules/acme/vendor.toml", manifest)]);
    for (name, indicated) in rules {
        let rule =
            format!("/// A rule.\nfn assess(partner) {{\n    indicate({indicated}).because(\"it says so\")\n}}\n");
        bench.write(&format!("rules/acme/{name}.rhai"), &rule);
    }
    bench.write("policies/none", "");
    bench
}

/// Three years of revenue, all of it in January.
pub fn with_revenue(bench: Bench, partners: usize, mut amount: impl FnMut(usize, usize) -> usize) -> Bench {
    let ids: String = (0..partners).map(|number| format!("P{number:02},,,\n")).collect();
    let mut revenue = String::new();
    for number in 0..partners {
        for year in 0..3 {
            let amount = amount(number, year);
            revenue.push_str(&format!("P{number:02},{}-01,,{amount}\n", 2022 + year));
        }
        revenue.push_str(&format!("P{number:02},2024-12,,0\n"));
    }
    with_book(bench, &ids, &revenue)
}

pub fn calibrated(bench: &Bench, options: &str) -> Value {
    bench.json(&format!("calibrate acme --book book --as-of 2024-12-31 {options}"))
}

/// Partner n buys 100 + 10 n every year: last year is the truth, and the other rule is far off.
fn steady() -> Bench {
    let rules = [("history", PRIOR), ("junk", "1000.0")];
    with_revenue(vendor("history = 0.2\njunk = 0.8", &rules), 24, |number, _| 100 + 10 * number)
}

#[test]
fn weights_of_a_channel_with_a_known_truth_are_recovered() {
    let bench = steady();
    let found = calibrated(&bench, "");
    // Σ revenue is 24 × 100 + 10 × 276 = 5,160. With 0.8 of 1,000 each quota is 0.8 × (1,000 − revenue) too high:
    // 0.8 × (24,000 − 5,160) ÷ 5,160 = 15,072 ÷ 5,160 = 2.920930. Last year alone has no error, in any of the folds.
    let setting = |history: &str, junk: &str, wape: &str| json!({"weights": {"history": history, "junk": junk}, "parameters": {}, "wape": wape});
    assert_eq!(found["current"], setting("0.2", "0.8", "2.92093"));
    assert_eq!(found["best"], setting("1", "0", "0"));
    assert_eq!((&found["chosen"], &found["standard_error"]), (&found["best"], &json!("0")));
    assert_eq!(found["changes"], true);
    assert_eq!(
        text(&found, "diff"),
        Some(
            "--- vendor.toml\n+++ vendor.toml\n@@ [weights] @@\n-history = 0.2\n+history = 1\n-junk = 0.8\n+junk = 0\n"
        )
    );
    // P00: 0.2 × 100 + 800 = 820 becomes 100.
    let first = &list(&found, "moved")[0];
    assert_eq!(
        ["partner_id", "before", "after", "by"].map(|name| text(first, name)),
        ["P00", "820.00", "100.00", "-720.00"].map(Some)
    );
    assert_eq!(list(&found, "moved").len(), 24);
    // January 2023 to January 2024, each with twelve months before it: 13 folds.
    assert_eq!((list(&found, "past_periods").len(), &found["lines"]), (13, &json!(13 * 24)));
    let table = bench.stdout("calibrate acme --book book --as-of 2024-12-31");
    assert!(table.contains("-history = 0.2\n+history = 1\n") && table.contains("Nothing is applied."), "{table}");
}

#[test]
fn the_weights_in_use_are_left_as_they_are() {
    let bench = steady();
    let manifest = || std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).unwrap();
    let before = (manifest(), bench.stdout("propose acme --book book --as-of 2024-12-31 --format csv"));
    calibrated(&bench, "");
    assert_eq!(before, (manifest(), bench.stdout("propose acme --book book --as-of 2024-12-31 --format csv")));
}

#[test]
fn noise_does_not_move_the_weights() {
    // Revenue has no memory: 800 to 1,200 each year, from a small generator. Both rules are equally good but for luck, which
    // is far smaller than one standard error: a WAPE near 0.13 over 60 partners has one near 0.01.
    let (high, low) = (format!("{PRIOR} * 1.02"), format!("{PRIOR} * 0.98"));
    let rules = [("high", &*high), ("low", &*low)];
    let mut state = 7_usize;
    let bench = with_revenue(vendor("high = 0.5\nlow = 0.5", &rules), 60, |_, _| {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        800 + (state >> 8) % 401
    });
    let found = calibrated(&bench, "");
    assert_eq!((&found["changes"], &found["chosen"]), (&json!(false), &found["current"]));
    assert_ne!(found["best"]["weights"], found["current"]["weights"], "luck prefers another setting");
    assert_eq!((text(&found, "diff"), list(&found, "moved").len()), (Some(""), 0));
    assert!(text(&found, "verdict").unwrap().starts_with("Keep the present weights"), "{found}");
}

#[test]
fn threads_and_the_latest_periods_make_a_known_difference() {
    let bench = steady();
    assert_eq!(calibrated(&bench, "--threads 1"), calibrated(&bench, "--threads 8"));
    assert_eq!(list(&calibrated(&bench, "--past-periods 3"), "past_periods").len(), 3);
}

#[test]
fn a_book_without_a_past_period_and_a_vendor_with_a_weights_rule_are_refused() {
    let bench = steady();
    let refusal = bench.refused(2, "calibrate acme --book book --as-of 2022-12-31");
    assert!(refusal.contains("error[plan::backtest]: the book has no past period"), "{refusal}");
    bench.write(
        "rules/acme/weights.rhai",
        "/// Half and half.\nfn weights(partner) {\n    #{ history: 0.5, junk: 0.5 }\n}\n",
    );
    let refusal = bench.refused(2, "calibrate acme --book book --as-of 2024-12-31");
    assert!(refusal.contains("error[plan::backtest]: `weights.rhai` decides the weights"), "{refusal}");
    assert!(refusal.contains("under `[parameters]`") && refusal.contains("`partner.parameters.name`"), "{refusal}");
}

/// The same channel, of which weights only divide the target: the scaled error of an even division counts.
#[test]
fn weights_that_divide_a_target_are_judged_by_the_division_alone() {
    let rules = [("history", PRIOR), ("junk", "1000.0")];
    let vendor = vendor_on("fair_share", "history = 0.2\njunk = 0.8", &rules);
    let bench = with_revenue(vendor, 24, |number, _| 100 + 10 * number);
    let found = calibrated(&bench, "");
    assert_eq!(found["is_scaled"], true);
    // Even parts of 5,160 are 215 each, and Σ |100 + 10 n − 215| = 1,440: 0.8 × 1,440 ÷ 5,160 = 0.223256, but for cents.
    let wape: rust_decimal::Decimal = found["current"]["wape"].as_str().unwrap().parse().unwrap();
    let expected = rust_decimal::Decimal::new(223_256, 6);
    assert!((wape - expected).abs() < rust_decimal::Decimal::new(1, 4), "{wape}");
    assert_eq!(found["best"]["weights"], json!({"history": "1", "junk": "0"}));
    // A target overrides the level of the other basis as well.
    assert_eq!(calibrated(&steady(), "--target 6000")["is_scaled"], true);
    assert_eq!(calibrated(&steady(), "")["is_scaled"], false);
}
