//! Partners that join or leave: quotas by days in the program; every expected figure is computed in a comment.

use super::bounds::{acme, codes, pairs, plan, quotas};
use crate::support::{Bench, list, text};
use serde_json::{Value, json};

/// A vendor that indicates 36,500 a year (100 a day in 2026) for everyone; `more` are lines of its manifest.
pub(super) fn flat(plan: &str, more: &str, partners: &str) -> Bench {
    let bench = acme(plan, more);
    let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).expect("the manifest");
    bench.write("rules/acme/vendor.toml", &manifest.replace("\"whole\"", "\"quarter\""));
    bench.write("rules/acme/history.rhai", "/// Flat.\nfn assess(partner) { indicate(36_500).because(\"flat\") }\n");
    bench.write("book/partners.csv", &format!("partner_id,since,until\n{partners}"));
    // An even year of A: 1,000 a month.
    let rows: String = (1..=12).map(|month| format!("A,2025-{month:02},1000\n")).collect();
    bench.write("book/revenue.csv", &format!("partner_id,month,amount\n{rows}"));
    bench
}

pub(super) fn line<'p>(plan: &'p Value, id: &str) -> &'p Value {
    list(plan, "lines").iter().find(|line| text(line, "partner_id") == Some(id)).expect("a line")
}

pub(super) fn periods(plan: &Value, id: &str) -> Vec<String> {
    list(line(plan, id), "periods").iter().map(|period| text(period, "quota").unwrap_or("").to_owned()).collect()
}

/// Kind, amount and reason of each step.
fn steps(plan: &Value, id: &str) -> Vec<(String, String, String)> {
    let of = |step: &Value, name: &str| text(step, name).unwrap_or("").to_owned();
    list(line(plan, id), "steps")
        .iter()
        .map(|step| (of(step, "kind"), of(step, "amount"), of(step, "reason")))
        .collect()
}

fn step(kind: &str, amount: &str, reason: &str) -> (String, String, String) {
    (kind.to_owned(), amount.to_owned(), reason.to_owned())
}

const DATES: &str = "A,,\nB,2026-07-01,\nC,,2026-03-31\nD,,2025-12-31\nE,2027-01-01,\nF,2026-04-01,2026-06-30\nG,2026-01-01,2026-12-31\n";

#[test]
fn quotas_are_prorated_by_the_days_in_the_program() {
    let bench = flat("", "[plausibility]\nignore = [\"never_sold\", \"line_growth\", \"channel_growth\"]", DATES);
    let found = plan(&bench, "--as-of 2025-12-31 --period FY2026");
    // 2026 has 365 days: B has 184 of them, C 90, F 91; D has left and E has not joined.
    let expected = [("A", "36500.00"), ("B", "18400.00"), ("C", "9000.00"), ("F", "9100.00"), ("G", "36500.00")];
    assert_eq!(quotas(&found), pairs(&expected));
    assert_eq!(found["not_eligible"], json!(["D", "E"]));
    let expected =
        [step("factor", "36500.00", "flat"), step("proration", "-18100.00", "joins on 2026-07-01: 184 of 365 days")];
    assert_eq!(steps(&found, "B"), expected);
    assert_eq!(steps(&found, "F")[1].2, "joins on 2026-04-01 and leaves on 2026-06-30: 91 of 365 days");
    assert_eq!(steps(&found, "A").len(), 1);
    // Nothing before joining, nothing after leaving; B's two quarters count the same.
    assert_eq!(periods(&found, "B"), ["0.00", "0.00", "9200.00", "9200.00"]);
    assert_eq!(periods(&found, "C"), ["9000.00", "0.00", "0.00", "0.00"]);
    assert_eq!(periods(&found, "F"), ["0.00", "9100.00", "0.00", "0.00"]);
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --period FY2026"), ["plan::proration", "plan::proration"]);
}

#[test]
fn a_target_is_met_with_prorated_lines_on_both_bases() {
    for basis in ["indicated", "fair_share"] {
        let bench = flat("", "", "A,,\nB,2026-07-01,\n");
        let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).expect("the manifest");
        bench.write("rules/acme/vendor.toml", &manifest.replace("\"indicated\"", &format!("\"{basis}\"")));
        let found = plan(&bench, "--as-of 2025-12-31 --period FY2026");
        assert_eq!(quotas(&found), pairs(&[("A", "36500.00"), ("B", "18400.00")]), "{basis}");
        assert_eq!(steps(&found, "B").last().map(|(_, amount, _)| &**amount), Some("-18100.00"), "{basis}");
        // 365 : 184 of 109,800 is 73,000 and 36,800.
        let found = plan(&bench, "--as-of 2025-12-31 --period FY2026 --target 109800");
        assert_eq!(quotas(&found), pairs(&[("A", "73000.00"), ("B", "36800.00")]), "{basis}");
        let proration = steps(&found, "B").into_iter().find(|(kind, ..)| kind == "proration").expect("a step");
        assert_eq!(proration.1, if basis == "indicated" { "-18100.00" } else { "0.00" });
    }
}

#[test]
fn floors_and_ceilings_are_prorated_and_an_agreed_quota_is_kept() {
    // A sold 12,000 in 2025: at most +10 % is 13,200, of which 90 of 365 days are 3,254.79.
    let bench = flat("rounding_unit = 0.01", "growth_ceiling = 0.10", "A,,2026-03-31\nB,2026-07-01,\n");
    let found = plan(&bench, "--as-of 2025-12-31 --period FY2026");
    assert_eq!(quotas(&found), pairs(&[("A", "3254.79"), ("B", "18400.00")]));
    bench.write("locks.csv", "partner_id,quota\nB,500\n");
    let found = plan(&bench, "--as-of 2025-12-31 --period FY2026 --locks locks.csv");
    assert_eq!(quotas(&found), pairs(&[("A", "3254.79"), ("B", "500.00")]));
}

#[test]
fn a_newcomer_that_joins_inside_the_period_begins_its_ramp_then() {
    let bench = flat("newcomer_months = 12", "[phasing]\nnewcomer_ramp = [1, 3]", "A,,\nB,2026-07-01,\n");
    let found = plan(&bench, "--as-of 2025-12-31 --period FY2026");
    // 18,400 in the proportion 1 : 3.
    assert_eq!(periods(&found, "B"), ["0.00", "0.00", "4600.00", "13800.00"]);
    assert_eq!(line(&found, "B")["season"], json!("newcomer_ramp"));
}

#[test]
fn a_last_date_before_the_first_is_refused() {
    let bench = flat("", "", "A,2026-07-01,2026-06-30\n");
    let refusal = bench.refused(3, "propose acme --book book");
    assert!(refusal.contains("`until` 2026-06-30 is before `since` 2026-07-01"), "{refusal}");
}

#[test]
fn dates_and_ramps_of_quotas_that_cannot_be_are_refused_in_one_pass() {
    let bench = flat("", "", "A,,\n");
    bench.write(
        "book/quotas.csv",
        "partner_id,period,quota,effective_from,effective_to,ramp\n\
         A,FY2025,1,2025-07-01,2025-06-30,\nA,FY2026,1,,,0.5;1.5\nA,FY2027,1,,,50 %\n",
    );
    let refusal = bench.refused(3, "propose acme --book book");
    for wrong in [
        "`effective_to` 2025-06-30 is before `effective_from` 2025-07-01",
        "`1.5` is not a fraction from 0 to 1",
        "row 4, column `ramp`, value `50 %`",
    ] {
        assert!(refusal.contains(wrong), "{wrong}: {refusal}");
    }
}

#[test]
fn the_explanation_says_by_which_season_a_quota_is_phased() {
    let bench = flat("", "", "A,,\nB,,\n");
    // A: the first quarter is below zero, and so is that of the channel.
    bench.write("book/revenue.csv", "partner_id,month,amount\nA,2025-01,-90\nA,2025-04,40\nA,2025-07,100\nA,2025-10,50\nA,2025-12,0\nB,2025-01,1\nB,2025-12,1\n");
    let found = plan(&bench, "--as-of 2025-12-31");
    assert_eq!(line(&found, "A")["season"], json!("even_instead"));
    assert_eq!(periods(&found, "A"), ["9125.00", "9125.00", "9125.00", "9125.00"]);
    let words = bench.stdout("explain acme A --book book --as-of 2025-12-31");
    assert!(words.contains("in equal parts: no season is known, or it is below zero in a period"), "{words}");
    // B sold 1 in the first quarter and 1 in the last: its own season.
    assert_eq!(line(&found, "B")["season"], json!("own_season"));
    assert_eq!(periods(&found, "B"), ["18250.00", "0.00", "0.00", "18250.00"]);
}

/// Quota in force of a partner in a review of 2026.
fn in_force(bench: &Bench, as_of: &str, id: &str) -> Value {
    let review = bench.json(&format!("review acme --book book --as-of {as_of} --period FY2026"));
    let partner = list(&review, "partners").iter().find(|partner| text(partner, "partner_id") == Some(id));
    partner.expect("the partner")["standing"].clone()
}

#[test]
fn a_quota_of_the_book_has_dates_and_a_ramp() {
    let bench = flat("", "", "A,,\nB,,\nC,,\n");
    bench.write(
        "book/quotas.csv",
        "partner_id,period,quota,effective_from,effective_to,ramp\n\
         A,FY2026,36500,2026-07-01,,\nB,FY2026,36500,,2026-01-31,\nC,FY2026-Q1,9000,,,0;0.5\nC,FY2026-Q2,9100,,,\n\
         C,FY2026-Q3,9200,,,\nC,FY2026-Q4,9200,,,\nA,FY2025,36500,2025-07-01,,\n",
    );
    // 184 days, 31 days; and of the first quarter 28 × ½ + 31 of 90 days: 4,500, with 27,500 in the others.
    let quota = |id: &str| in_force(&bench, "2026-12-31", id)["quota"].clone();
    assert_eq!((quota("A"), quota("B"), quota("C")), (json!("18400.00"), json!("3100.00"), json!("32000.00")));
    let standing = in_force(&bench, "2026-09-30", "A");
    // Half of its 184 days are over on 30 September.
    assert_eq!(standing["pacing"]["expected_to_date"], json!("9200.00"));
    assert_eq!(standing["quota_detail"]["full"], json!("36500.00"));
    // The quota before the planned period: 36,500 × 184 ÷ 365.
    assert_eq!(line(&plan(&bench, "--as-of 2025-12-31"), "A")["current_quota"], json!("18400.00"));
}

#[test]
fn a_quota_of_the_book_ends_when_its_partner_leaves_and_a_proposal_is_taken_as_it_is() {
    let bench = flat("", "", "A,,2026-03-31\nB,,\n");
    bench.write("book/quotas.csv", "partner_id,period,quota\nA,FY2026,36500\nB,FY2026,36500\n");
    let standing = in_force(&bench, "2026-12-31", "A");
    assert_eq!((&standing["quota"], &standing["quota_detail"]["effective_days"]), (&json!("9000.00"), &json!(90)));
    assert_eq!(in_force(&bench, "2026-12-31", "B")["quota"], json!("36500.00"));
    let shown = bench.codes("review acme --book book --as-of 2026-12-31 --period FY2026");
    assert!(shown.iter().any(|code| code == "plan::proration"), "{shown:?}");
    bench.write("proposed.csv", "partner_id,quota\nA,9000\nB,36500\n");
    let review = bench.json("review acme --book book --as-of 2026-12-31 --period FY2026 --quotas proposed.csv");
    assert_eq!(list(&review, "partners")[0]["standing"]["quota"], json!("9000.00"));
}
