//! Numbers learned from the channel, through the program; every expected figure is computed in a comment.

use super::bounds::{acme, plan, quotas};
use crate::support::{Bench, list, text};
use serde_json::{Value, json};

const KEPT: &str = "/// What lines like it kept.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue;\n    \
    let kept = partner.learned.kept;\n    \
    if !is_known(prior) || !is_known(kept) { return abstain(\"nothing known\"); }\n    \
    indicate(prior * kept).because(`kept ${percent(kept)}`)\n}\n";

fn learning(parameter: &str) -> Bench {
    let bench = acme("", &format!("[parameters.kept]\n{parameter}"));
    bench.write("rules/acme/history.rhai", KEPT);
    bench.write("book/partners.csv", "partner_id,tier\nA,Gold\nB,Gold\nC,Silver\nD,Silver\nE,Gold\n");
    bench.write("book/revenue.csv", REVENUE);
    bench
}

/// 2024 against 2025: A 100 → 80, B 300 → 240, C 400 → 100, D 200 → 0, E joins with 500.
const REVENUE: &str = "partner_id,month,amount\nA,2024-01,100\nA,2025-03,80\nB,2024-05,300\nB,2025-05,240\n\
    C,2024-02,400\nC,2025-02,100\nD,2024-12,200\nE,2025-12,500\n";

fn learned(found: &Value) -> &Value {
    &list(found, "learned")[0]
}

#[test]
fn retention_is_pooled_over_the_lines_that_sold_the_year_before() {
    let bench = learning("learned = \"retention\"\nminimum = 1");
    let found = plan(&bench, "--as-of 2025-12-31");
    // (80 + 240 + 100 + 0) ÷ (100 + 300 + 400 + 200) = 420 ÷ 1,000; E did not sell the year before.
    assert_eq!(text(&learned(&found)["whole"], "value"), Some("0.42"));
    assert_eq!(learned(&found)["whole"]["lines"], 4);
    assert_eq!((text(learned(&found), "before"), text(learned(&found), "after")), (Some("2024-01"), Some("2025-01")));
    // 80, 240, 100 and 500 × 0.42.
    assert_eq!(
        list(&found, "lines").iter().map(|line| text(line, "quota").unwrap()).collect::<Vec<_>>(),
        ["33.60", "100.80", "42.00", "0.00", "210.00"]
    );
    let explained = bench.json("explain acme A --book book --as-of 2025-12-31");
    assert_eq!(learned(&explained), learned(&found));
}

#[test]
fn a_group_is_shrunk_towards_the_channel_by_its_evidence() {
    let bench = learning("learned = \"retention\"\nby = \"tier\"\nshrink = 2\nminimum = 1");
    let found = plan(&bench, "--as-of 2025-12-31");
    // Gold: 320 ÷ 400 = 0.8; evidence 400² ÷ (100² + 300²) = 1.6: (1.6 × 0.8 + 2 × 0.42) ÷ 3.6 = 0.5889.
    // Silver: 100 ÷ 600 = 0.1667; evidence 600² ÷ (400² + 200²) = 1.8: (1.8 × 0.1667 + 2 × 0.42) ÷ 3.8 = 0.3.
    let groups: Vec<(&str, &str)> = list(learned(&found), "groups")
        .iter()
        .map(|one| (text(one, "group").unwrap(), text(one, "value").unwrap()))
        .collect();
    assert_eq!(groups, [("Gold", "0.5889"), ("Silver", "0.3")]);
    // C: 100 × 0.3; E, a Gold partner that is new: 500 × 0.5889.
    assert_eq!((&*quotas(&found)[2].1, &*quotas(&found)[4].1), ("30.00", "294.45"));
}

#[test]
fn growth_counts_every_line_and_a_short_book_is_compared_with_its_own_first_half() {
    let bench = learning("learned = \"growth\"\nminimum = 1");
    bench.write("rules/acme/history.rhai", &KEPT.replace("prior * kept", "prior * (1 + kept)"));
    let growth = plan(&bench, "--as-of 2025-12-31");
    // 920 ÷ 1,000 − 1.
    assert_eq!(text(&learned(&growth)["whole"], "value"), Some("-0.08"));
    // As of March 2025 fifteen months are known: of the latest twelve, three have the same months one year earlier.
    let short = plan(&learning("learned = \"retention\"\nminimum = 1"), "--as-of 2025-03-31");
    assert_eq!((text(learned(&short), "after"), text(learned(&short), "before")), (Some("2025-01"), Some("2024-01")));
    // A 100 → 80, C 400 → 100.
    assert_eq!(
        (text(&learned(&short)["whole"], "value"), &learned(&short)["whole"]["lines"]),
        (Some("0.36"), &json!(2))
    );
    // As of December 2024 there is no year before: the second half against the first, which only retention takes.
    let half = plan(&learning("learned = \"retention\"\nminimum = 1"), "--as-of 2024-12-31");
    assert_eq!((text(learned(&half), "after"), text(learned(&half), "before")), (Some("2024-07"), Some("2024-01")));
    assert_eq!((text(&learned(&half)["whole"], "value"), &learned(&half)["whole"]["lines"]), (Some("0"), &json!(3)));
    let repeat = plan(&learning("learned = \"repeat\"\nminimum = 1"), "--as-of 2025-12-31");
    assert_eq!(text(&learned(&repeat)["whole"], "value"), Some("0.42"));
    let growth = plan(&learning("learned = \"growth\"\nminimum = 1"), "--as-of 2024-12-31");
    assert!(learned(&growth)["whole"].is_null());
}

#[test]
fn too_few_lines_leave_the_fallback_or_nothing() {
    let fallback = plan(&learning("learned = \"retention\"\nminimum = 5\nfallback = 0.5"), "--as-of 2025-12-31");
    assert_eq!(
        (text(&learned(&fallback)["whole"], "value"), &learned(&fallback)["whole"]["low"]),
        (Some("0.5"), &json!(null))
    );
    assert_eq!(quotas(&fallback)[0].1, "40.00");
    let nothing = plan(&learning("learned = \"retention\"\nminimum = 5"), "--as-of 2025-12-31");
    assert_eq!((&learned(&nothing)["whole"], &*quotas(&nothing)[0].1), (&json!(null), "0.00"));
}

#[test]
fn nothing_after_the_as_of_date_changes_what_was_learned() {
    let parameter = "learned = \"retention\"\nby = \"silence\"\nminimum = 1";
    let bench = learning(parameter);
    let before = plan(&bench, "--as-of 2025-06-30");
    bench.write("book/revenue.csv", &format!("{REVENUE}A,2025-07,99999\nD,2025-11,-5\nE,2026-01,777\n"));
    let after = plan(&bench, "--as-of 2025-06-30");
    assert_eq!(learned(&before), learned(&after));
    assert_eq!(quotas(&before), quotas(&after));
    // Still what it was on one thread.
    assert_eq!(quotas(&plan(&bench, "--as-of 2025-06-30 --threads 1")), quotas(&after));
}

#[test]
fn a_parameter_that_cannot_be_learned_is_refused_with_its_place() {
    let refused = |parameter: &str| learning(parameter).refused(4, "check acme");
    assert!(refused("learned = \"retention\"\nby = \"colour\"").contains("lines have no `colour`"));
    assert!(refused("learned = \"luck\"").contains("`luck`"));
    assert!(refused("by = \"tier\"").contains("learned"));
    let unknown = learning("learned = \"retention\"");
    unknown.write("rules/acme/history.rhai", &KEPT.replace("learned.kept", "learned.kepd"));
    assert!(unknown.refused(4, "check acme").contains("did you mean `kept`?"));
}

#[test]
fn half_years_are_compared_with_the_half_before_or_with_that_of_last_year() {
    let of = |kind: &str| {
        let bench = learning(&format!("learned = \"{kind}\"\nminimum = 1"));
        let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).expect("the manifest");
        bench.write("rules/acme/vendor.toml", &manifest.replace("\"year\"", "\"half\""));
        let found = plan(&bench, "--as-of 2025-06-30");
        let value = text(&learned(&found)["whole"], "value").unwrap().to_owned();
        (value, learned(&found)["whole"]["lines"].as_u64().unwrap())
    };
    // H2 2024 against H1 2025: D 200 → 0.
    assert_eq!(of("repeat"), ("0".to_owned(), 1));
    // H1 2024 against H1 2025: A 100 → 80, B 300 → 240, C 400 → 100.
    assert_eq!(of("retention"), ("0.525".to_owned(), 3));
    // One year before H2 2025: H1 2024 against H2 2024: A, B and C → 0.
    assert_eq!(of("season"), ("0".to_owned(), 3));
}

#[test]
fn partners_at_the_least_revenue_of_the_stretch_before_are_learned_from() {
    // The year before, A sold 100, B 300, C 400 and D 200; C kept 100 of 400.
    for minimum in ["minimum_prior_revenue", "minimum_trailing_12_months"] {
        let of = |least: &str| {
            let eligible = format!("[eligibility]\n{minimum} = {least}");
            let bench = learning(&format!("learned = \"retention\"\nminimum = 1\n{eligible}"));
            let found = plan(&bench, "--as-of 2025-12-31");
            let whole = &learned(&found)["whole"];
            (text(whole, "value").map(str::to_owned), whole["lines"].as_u64())
        };
        assert_eq!(of("400"), (Some("0.25".to_owned()), Some(1)), "{minimum}");
        assert_eq!(of("400.01"), (None, None), "{minimum}");
    }
}

#[test]
fn the_property_that_groups_a_learned_number_is_a_fact_without_a_date() {
    let undated = |by: &str| {
        let bench = learning(&format!("learned = \"retention\"\nby = \"{by}\"\nminimum = 1\nfallback = 0.5"));
        bench.json("backtest acme --book book --period FY2025")["undated_facts"].clone()
    };
    assert_eq!((undated("tier"), undated("silence")), (json!(["tier"]), json!([])));
}
