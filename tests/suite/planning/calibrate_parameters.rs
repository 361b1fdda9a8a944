//! Calibration of numbers that a manifest states, on simulated channels with a known truth; expected figures are computed
//! in comments.

use super::calibrate::{calibrated, vendor, with_revenue};
use crate::support::{Bench, list, text};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Last year × a number of the manifest.
const GROWN: &str = "(partner.history.prior_revenue ?? 0.0) * (1 + partner.parameters.growth)";

fn manifest(bench: &Bench) -> String {
    std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).unwrap()
}

fn append(bench: &Bench, text: &str) {
    bench.write("rules/acme/vendor.toml", &format!("{}{text}", manifest(bench)));
}

fn stating(parameters: &str) -> Bench {
    let bench = vendor("history = 1.0", &[("history", GROWN)]);
    append(&bench, &format!("[parameters]\n{parameters}\n"));
    bench
}

/// Partner n buys 1,000 + 50 n, and each year 20 % more, exactly.
fn growing(parameters: &str) -> Bench {
    with_revenue(stating(parameters), 24, |number, year| (1_000 + 50 * number) * [100, 120, 144][year] / 100)
}

/// A small generator of whole numbers below `limit`.
pub(super) fn dice(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |limit| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    }
}

fn growth(setting: &Value) -> Decimal {
    setting["parameters"]["growth"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_number_of_the_manifest_is_recovered_and_shown_as_a_diff() {
    let bench = growing("growth = { value = 0.0, at_least = -0.5, at_most = 0.5 }");
    let found = calibrated(&bench, "");
    // Without growth each quota is 1 ÷ 1.2 of what is bought: an error of 0.2 ÷ 1.2.
    assert_eq!(
        found["current"],
        json!({"weights": {"history": "1"}, "parameters": {"growth": "0"}, "wape": "0.166667"})
    );
    assert_eq!(found["best"], json!({"weights": {"history": "1"}, "parameters": {"growth": "0.2"}, "wape": "0"}));
    assert_eq!((&found["chosen"], &found["changes"]), (&found["best"], &json!(true)));
    let searched = json!([{"name": "growth", "kind": "rate", "at_least": "-0.5", "at_most": "0.5"}]);
    assert_eq!(found["parameters"], searched);
    let diff = "--- vendor.toml\n+++ vendor.toml\n@@ [parameters.growth] @@\n-value = 0\n+value = 0.2\n";
    assert_eq!(text(&found, "diff"), Some(diff));
    // P00 bought 1,440 in 2024; 1,728 with growth.
    let smallest = list(&found, "moved").iter().find(|line| text(line, "partner_id") == Some("P00")).unwrap();
    assert_eq!(["before", "after", "by"].map(|name| text(smallest, name)), ["1440.00", "1728.00", "288.00"].map(Some));
    let table = bench.stdout("calibrate acme --book book --as-of 2024-12-31");
    assert!(table.contains("Weights, parameters and their error") && table.contains("+value = 0.2\n"), "{table}");
    assert!(manifest(&bench).contains("value = 0.0"), "nothing is applied");
}

#[test]
fn a_plain_number_is_searched_around_its_value() {
    let found = calibrated(&growing("growth = 0.15"), "");
    // Half of it on either side: 0.075 to 0.225, in steps of 0.02, 0.01 and 0.005 (a fifth, tenth and twentieth of 0.15).
    assert_eq!(
        found["parameters"],
        json!([{"name": "growth", "kind": "rate", "at_least": "0.075", "at_most": "0.225"}])
    );
    assert_eq!(found["best"]["parameters"]["growth"], "0.2");
    let diff = "--- vendor.toml\n+++ vendor.toml\n@@ [parameters] @@\n-growth = 0.15\n+growth = 0.2\n";
    assert_eq!(text(&found, "diff"), Some(diff));
}

#[test]
fn the_search_stays_within_the_region() {
    let found = calibrated(&growing("growth = { value = 0.05, at_least = 0.0, at_most = 0.12 }"), "");
    assert_eq!(found["best"]["parameters"]["growth"], "0.12");
}

#[test]
fn a_true_number_is_recovered_from_noise_within_its_band() {
    // Growth of 20 % a year, and of each partner and year 90 % to 110 % of what that gives.
    for seed in [1, 2, 3] {
        let mut roll = dice(seed);
        let bench = stating("growth = { value = -0.2, at_least = -0.5, at_most = 0.5 }");
        let bench = with_revenue(bench, 60, |number, year| {
            (1_000 + 50 * number) * [100, 120, 144][year] / 100 * (90 + roll(21)) / 100
        });
        let found = calibrated(&bench, "");
        // The ratio of two years varies by 8.6 % (√2 × 6.1 %); over 60 partners its mean by 1.1 %, so that 0.05 is beyond
        // four standard errors.
        let apart = (growth(&found["best"]) - Decimal::new(2, 1)).abs();
        assert!(apart <= Decimal::new(5, 2), "seed {seed}: {}", found["best"]);
        let wape = |setting: &str| -> Decimal { found[setting]["wape"].as_str().unwrap().parse().unwrap() };
        let patience: Decimal = found["standard_error"].as_str().unwrap().parse().unwrap();
        assert!(wape("chosen") <= wape("best") + patience && growth(&found["chosen"]) <= growth(&found["best"]));
        assert_eq!(found["changes"], true, "seed {seed}");
    }
}

#[test]
fn noise_does_not_move_a_number_from_the_truth() {
    // The number in use is the truth; whatever luck prefers is within one standard error of it.
    for seed in [1, 2, 3, 4, 5] {
        let mut roll = dice(seed);
        let bench = stating("growth = { value = 0.0, at_least = -0.2, at_most = 0.2 }");
        let bench = with_revenue(bench, 60, |_, _| 800 + roll(401));
        let found = calibrated(&bench, "");
        assert_eq!((&found["changes"], &found["chosen"]), (&json!(false), &found["current"]), "seed {seed}");
        assert_eq!((text(&found, "diff"), list(&found, "moved").len()), (Some(""), 0));
    }
}

#[test]
fn numbers_are_searched_where_a_rule_decides_the_weights() {
    let bench = growing("growth = 0.15");
    bench.write("rules/acme/weights.rhai", "/// All.\nfn weights(partner) {\n    #{ history: 1.0 }\n}\n");
    let found = calibrated(&bench, "");
    assert_eq!(found["best"], json!({"weights": {}, "parameters": {"growth": "0.2"}, "wape": "0"}));
    let table = bench.stdout("calibrate acme --book book --as-of 2024-12-31");
    assert!(table.contains("Weights are not searched, because `weights.rhai` decides"), "{table}");
}

#[test]
fn whole_numbers_stay_whole_and_threads_make_no_difference() {
    // One fifth of the prior revenue for each: 6 are 120 %.
    let bench = vendor(
        "history = 1.0",
        &[("history", "(partner.history.prior_revenue ?? 0.0) * partner.parameters.fifths / 5")],
    );
    append(&bench, "[parameters]\nfifths = { value = 3, kind = \"count\", at_most = 12 }\n");
    let bench = with_revenue(bench, 24, |number, year| (1_000 + 50 * number) * [100, 120, 144][year] / 100);
    let found = calibrated(&bench, "--threads 1");
    assert_eq!(found["best"]["parameters"]["fifths"], "6");
    assert_eq!(found, calibrated(&bench, "--threads 8"));
}

#[test]
fn a_case_reads_the_number_of_the_manifest_unless_it_states_another() {
    let bench = stating("growth = 0.1");
    let case = |facts: &str, indicates: &str| {
        format!(
            "[[case]]\nname = \"{indicates}\"\nas_of = 2024-12-31\nrule = \"history\"\nfacts.history.prior_revenue = 100\n\
             {facts}\nexpect.indicates = {indicates}\n"
        )
    };
    let cases = [case("", "110"), case("facts.parameters.growth = 0.5", "150")].concat();
    bench.write("rules/acme/cases.toml", &cases);
    assert!(bench.stdout("test acme").contains("2 passed, 0 failed"));
}

#[test]
fn a_number_that_cannot_be_meant_is_refused_with_its_place() {
    let refused = |parameters: &str| stating(parameters).refused(4, "check acme");
    let outside = refused("growth = { value = 0.5, at_least = 0.0, at_most = 0.2 }");
    assert!(outside.contains("`growth` is 0.5, outside its region from 0.0 to 0.2"), "{outside}");
    assert!(refused("growth = { value = 0.5, kind = \"text\" }").contains("`text`"));
    assert!(refused("growth = { value = 1.5, kind = \"count\" }").contains("1.5"));
    assert!(refused("growth = { value = 0.5, at_lest = 0.1 }").contains("did you mean `at_least`?"));
    assert!(refused("\"a b\" = 0.5").contains("cannot be the name of a number"));
    assert!(refused("growht = 0.5").contains("did you mean `growht`?"));
}
