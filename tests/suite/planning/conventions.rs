//! Conventions that a manifest sets, and that the documents publish; every expected figure is computed in a comment.

use super::bounds::{acme, plan, quotas};
use super::health::{LAST_YEAR, channel_with};
use crate::support::{Bench, list, text};
use serde_json::{Value, json};

fn backtest(more: &str) -> Value {
    channel_with(2, more).json("backtest acme --book book")
}

#[test]
fn attainment_is_divided_at_the_threshold_the_quota_and_excellence() {
    // Of quotas of 100, 60 + 3 n were bought, n = 0 … 19: 7 below 80, 7 below 100, 6 below 120.
    let bands = |below: &str, nearly: &str, reached: &str, excellent: &str| json!({"below_threshold": below, "below_quota": nearly, "reached": reached, "excellent": excellent});
    assert_eq!(backtest("")["attainment_bands"], bands("0.35", "0.35", "0.3", "0"));
    // 60 to 69 are below 70, 72 to 99 below 100, 102 to 108 below 110, 111 to 117 above.
    let set = "[conventions]\nattainment_threshold = 0.7\nattainment_excellence = 1.1";
    assert_eq!(backtest(set)["attainment_bands"], bands("0.2", "0.5", "0.15", "0.15"));
    let table = channel_with(2, set).stdout("backtest acme --book book");
    let said = "Attainment of the quotas: 20.0 % below 70 %, 50.0 % from there to 100 %,";
    assert!(table.contains(said), "{table}");
    let healthy = channel_with(2, "[health]\nat_quota_low = 0.4").stdout("backtest acme --book book");
    assert!(healthy.contains("Healthy quotas: 40 to 70 % of partners"), "{healthy}");
}

#[test]
fn a_review_divides_attainment_at_the_limits_of_the_manifest() {
    let limits = |more: &str| {
        let found = channel_with(2, more).json("review acme --book book --as-of 2024-12-31");
        (found["conventions"]["threshold"].clone(), found["conventions"]["excellence"].clone())
    };
    assert_eq!(limits(""), (json!("0.8"), json!("1.2")));
    let set = "[conventions]\nattainment_threshold = 0.7\nattainment_excellence = 1.1";
    assert_eq!(limits(set), (json!("0.7"), json!("1.1")));
}

#[test]
fn a_win_rate_counts_the_months_of_the_manifest() {
    let rate = |more: &str| {
        let bench = acme("", more);
        bench.write(
            "rules/acme/history.rhai",
            "/// A thousand times the win rate.\nfn assess(partner) {\n    \
             indicate(1000.0 * (partner.pipeline.win_rate ?? 0.0)).because(\"win rate\")\n}\n",
        );
        bench.write("book/partners.csv", "partner_id\nA\n");
        bench.write("book/revenue.csv", "partner_id,month,amount\nA,2025-01,1\nA,2025-12,1\n");
        // Won 30 months before the as-of date, lost 3 months before it.
        bench.write(
            "book/opportunities.csv",
            "opportunity_id,partner_id,amount,status,close_date\n1,A,300,won,2023-06-15\n2,A,100,lost,2025-09-15\n",
        );
        quotas(&plan(&bench, "--as-of 2025-12-31"))[0].1.clone()
    };
    assert_eq!(rate(""), "0.00");
    // 300 ÷ (300 + 100).
    assert_eq!(rate("[conventions]\nwin_rate_months = 36"), "750.00");
}

#[test]
fn the_months_from_which_a_line_is_quiet_or_has_lapsed_are_those_of_the_manifest() {
    let kind = |more: &str| {
        let found = channel_with(2, more).json("health acme --book book --as-of 2024-12-31");
        text(&list(&found, "lines")[10], "based_on").unwrap().to_owned()
    };
    // All sold in January only, 11 months before.
    assert_eq!(kind(""), "lapsed (no revenue for half a year)");
    assert_eq!(kind("[conventions]\nquiet_months = 6\nlapsed_months = 12"), "quiet (no revenue for half a year)");
    // Regular ones are grouped by size, and a third of twenty lines is too few.
    assert_eq!(kind("[conventions]\nquiet_months = 12\nlapsed_months = 24"), "all");
    assert_eq!(kind("[conventions]\nlapsed_months = 11"), "lapsed (no revenue for 11 months)");
}

#[test]
fn shrinking_and_the_least_number_of_lines_have_the_defaults_of_the_manifest() {
    let learned = |more: &str| {
        let bench = acme("", &format!("{more}\n[parameters.kept]\nlearned = \"retention\"\nby = \"tier\"\n"));
        bench.write(
            "rules/acme/history.rhai",
            &LAST_YEAR
                .replace("indicate(max(prior, 0.0))", "indicate(max(prior, 0.0) * (partner.learned.kept ?? 1.0))"),
        );
        bench.write("book/partners.csv", "partner_id,tier\nA,Gold\nB,Gold\nC,Silver\nD,Silver\n");
        bench.write(
            "book/revenue.csv",
            "partner_id,month,amount\nA,2024-01,100\nA,2025-03,80\nB,2024-05,300\nB,2025-05,240\nC,2024-02,400\n\
             C,2025-02,100\nD,2024-12,200\nD,2025-12,0\n",
        );
        list(&plan(&bench, "--as-of 2025-12-31"), "learned")[0].clone()
    };
    assert!(learned("")["whole"].is_null(), "four lines are fewer than twenty");
    let set = learned("[conventions]\nshrink = 2\nminimum = 1");
    // 420 ÷ 1,000; Silver 100 ÷ 600 with an evidence of 1.8: (1.8 × 0.1667 + 2 × 0.42) ÷ 3.8 = 0.3.
    assert_eq!((text(&set["whole"], "value"), text(&list(&set, "groups")[1], "value")), (Some("0.42"), Some("0.3")));
}

#[test]
fn every_document_publishes_the_conventions() {
    let more = "[conventions]\nwin_rate_months = 36\n[parameters]\nuplift = 0.05";
    let bench = channel_with(3, more);
    let expected = json!({
        "win_rate_months": 36, "line_months": 24, "scaled_months": 3, "newcomer_months": 12, "quiet_months": 3, "lapsed_months": 6, "prior": "same_period",
        "shrink": "20", "minimum": 20, "attainment_threshold": "0.8", "attainment_excellence": "1.2",
        "healthy_at_quota": ["0.5", "0.7"], "band": "0.8", "parameters": {"uplift": "0.05"},
    });
    for command in ["propose acme", "explain acme P10", "health acme", "calibrate acme", "backtest acme"] {
        let as_of = if command.starts_with("backtest") { "" } else { "--as-of 2025-12-31" };
        assert_eq!(bench.json(&format!("{command} --book book {as_of}"))["conventions"], expected, "{command}");
    }
}

#[test]
fn the_months_that_make_a_line_and_those_that_are_scaled_are_those_of_the_manifest() {
    let found = |more: &str| {
        let bench = acme("", more);
        let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).unwrap();
        let by_line = manifest.replace("grain = \"partner\"", "grain = \"partner_product_line\"");
        bench.write("rules/acme/vendor.toml", &by_line);
        bench.write("book/partners.csv", "partner_id\nA\n");
        // P is sold in both months that the book has, Q in the earlier one only.
        bench.write(
            "book/revenue.csv",
            "partner_id,month,product_line,amount\nA,2025-11,P,100\nA,2025-11,Q,50\nA,2025-12,P,100\n",
        );
        let found = plan(&bench, "--as-of 2025-12-31");
        let lines = list(&found, "lines").iter();
        lines.map(|line| text(line, "comparable_revenue").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(found(""), [None, None], "two months are fewer than three");
    assert_eq!(found("[conventions]\nline_months = 1"), [None]);
    // 200 in two of twelve months are 1,200 a year, 50 are 300.
    let scaled = ["1200.00", "300.00"].map(|amount| Some(amount.to_owned()));
    assert_eq!(found("[conventions]\nscaled_months = 2"), scaled);
}

#[test]
fn conventions_that_cannot_hold_are_refused_with_their_place() {
    let refused =
        |more: &str| -> String { channel_with(2, &format!("[conventions]\n{more}")).refused(4, "check acme") };
    assert!(refused("quiet_months = 6").contains("`quiet_months` is 6, not below `lapsed_months` = 6"));
    assert!(refused("win_rate_month = 6").contains("did you mean `win_rate_months`?"));
    assert!(refused("win_rate_months = 0").contains("0"));
    assert!(refused("attainment_threshold = 80").contains("80"));
}

/// A vendor that asks for its partners' capacity.
fn by_capacity() -> Bench {
    let bench = acme("", "");
    bench.write(
        "rules/acme/history.rhai",
        "/// What its sellers can sell.\nfn assess(partner) {\n    let capacity = partner.investment.capacity;\n    \
         if !is_known(capacity) { return abstain(\"sellers or productivity not known\"); }\n    \
         indicate(capacity).because(\"sellers\")\n}\n",
    );
    bench.write("book/partners.csv", "partner_id\nA\nB\nC\n");
    bench.write("book/revenue.csv", "partner_id,month,amount\nA,2024-01,1\nB,2025-01,1\nC,2025-12,1\n");
    bench.write(
        "book/investments.csv",
        "partner_id,sellers,productivity,seller_ramp\nA,4,250000,0.75\nB,2,100000,\nC,3,,0.5\n",
    );
    bench
}

#[test]
fn sellers_times_productivity_times_ramp_is_a_fact() {
    // 4 × 250,000 × 0.75; 2 × 100,000 in full; C's productivity is not known.
    let year = quotas(&plan(&by_capacity(), "--as-of 2025-12-31"));
    assert_eq!(year.iter().map(|(_, quota)| &**quota).collect::<Vec<_>>(), ["750000.00", "200000.00", "0.00"]);
    // A quarter has three twelfths of it.
    let bench = by_capacity();
    let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).unwrap();
    bench.write("rules/acme/vendor.toml", &manifest.replace("period = \"year\"", "period = \"quarter\""));
    let quarter = quotas(&plan(&bench, "--as-of 2025-12-31"));
    assert_eq!(quarter[0].1, "187500.00");
}
