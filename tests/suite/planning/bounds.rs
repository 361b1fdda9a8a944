//! A case exactly at each bound of planning, through the program; every expected figure is computed in a comment.

use crate::support::{Bench, list, text};
use serde_json::Value;

/// Last year's revenue; nothing for a partner without any.
const LAST_YEAR: &str = "/// As last year.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue;\n    \
    if !is_known(prior) { return abstain(\"no history\"); }\n    indicate(max(prior, 0.0)).because(\"last year\")\n}\n";

/// A vendor `acme` that asks for last year's revenue; `plan` and `more` are lines of its manifest.
pub(super) fn acme(plan: &str, more: &str) -> Bench {
    let manifest = format!(
        "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"year\"\nreporting = \"whole\"\n\
         fiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"indicated\"\n{plan}\n\
         [weights]\nhistory = 1\n[guardrails]\non_violation = \"clamp\"\n{more}\n"
    );
    let bench = Bench::new([("rules/acme/vendor.toml", manifest), ("rules/acme/history.rhai", LAST_YEAR.to_owned())]);
    bench.write("policies/none", "");
    bench
}

/// A book with the rows, each table beginning with its header.
pub(super) fn with_book(bench: Bench, partners: &str, revenue: &str) -> Bench {
    bench.write("book/partners.csv", &format!("partner_id,partner_name,product_lines,since\n{partners}"));
    bench.write("book/revenue.csv", &format!("partner_id,month,product_line,amount\n{revenue}"));
    bench
}

pub(super) fn plan(bench: &Bench, arguments: &str) -> Value {
    bench.json(&format!("propose acme --book book {arguments}"))
}

/// Partner and quota of each line.
pub(super) fn quotas(plan: &Value) -> Vec<(String, String)> {
    let of = |line: &Value, name: &str| text(line, name).unwrap_or("null").to_owned();
    list(plan, "lines").iter().map(|line| (of(line, "partner_id"), of(line, "quota"))).collect()
}

pub(super) fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, quota)| ((*id).to_owned(), (*quota).to_owned())).collect()
}

/// Codes of the findings of a proposal.
pub(super) fn codes(bench: &Bench, arguments: &str) -> Vec<String> {
    bench.codes(&format!("propose acme --book book {arguments} --format json"))
}

#[test]
fn a_partner_at_the_least_prior_revenue_is_eligible_and_one_below_is_not() {
    let revenue = "A,2024-01,,1\nA,2025-05,,999.99\nB,2025-05,,1000\nC,2025-05,,1000.01\n";
    let bench = with_book(acme("", "[eligibility]\nminimum_prior_revenue = 1000"), "A,,,\nB,,,\nC,,,\n", revenue);
    let found = plan(&bench, "--as-of 2025-12-31");
    assert_eq!(quotas(&found), pairs(&[("B", "1000.00"), ("C", "1000.01")]));
    assert_eq!(found["not_eligible"], serde_json::json!(["A"]));
}

#[test]
fn eligibility_looks_at_the_whole_partner_when_quotas_are_by_product_line() {
    // A sold 600 + 400 in two lines: 1,000 in total, though neither line reaches it.
    let revenue = "A,2024-01,P,1\nA,2025-05,P,600\nA,2025-06,Q,400\nB,2025-05,P,999.99\n";
    let bench = acme("", "[eligibility]\nminimum_prior_revenue = 1000\nrequires_prior_revenue = true");
    let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).expect("the manifest");
    bench.write("rules/acme/vendor.toml", &manifest.replace("\"partner\"", "\"partner_product_line\""));
    let found = plan(&with_book(bench, "A,,,\nB,,,\n", revenue), "--as-of 2025-12-31");
    assert_eq!(quotas(&found), pairs(&[("A", "600.00"), ("A", "400.00")]));
    assert_eq!(found["not_eligible"], serde_json::json!(["B"]));
}

#[test]
fn a_partner_at_the_least_trailing_revenue_is_eligible_and_one_below_is_not() {
    // As of 30 June 2025 the latest 12 months are 2024-07 to 2025-06: 2024-06 and 2025-07 do not count.
    let revenue =
        "A,2024-06,,9999\nA,2024-07,,499.99\nB,2024-07,,500\nC,2025-06,,500\nD,2025-06,,499\nD,2025-07,,9999\n";
    let eligibility = "[eligibility]\nminimum_trailing_12_months = 500";
    let bench = with_book(acme("", eligibility), "A,,,\nB,,,\nC,,,\nD,,,\n", revenue);
    assert_eq!(plan(&bench, "--as-of 2025-06-30")["not_eligible"], serde_json::json!(["A", "D"]));
}

#[test]
fn prior_revenue_that_is_required_is_above_zero() {
    let revenue = "A,2024-12,,5\nA,2025-05,,0\nB,2025-05,,0.01\nC,2025-05,,-0.01\nC,2024-12,,7\n";
    let bench =
        with_book(acme("", "[eligibility]\nrequires_prior_revenue = true"), "A,,,\nB,,,\nC,,,\nD,,,\n", revenue);
    let found = plan(&bench, "--as-of 2025-12-31");
    assert_eq!(quotas(&found), pairs(&[("B", "0.01")]));
    assert_eq!(found["not_eligible"], serde_json::json!(["A", "C", "D"]));
}

/// Which partners are newcomers on the last day of 2025, in order.
fn newcomers(partners: &str, revenue: &str) -> Vec<bool> {
    let bench = with_book(acme("newcomer_months = 6", ""), partners, revenue);
    let found = plan(&bench, "--as-of 2025-12-31");
    list(&found, "lines").iter().map(|line| line["is_newcomer"].as_bool().expect("true or false")).collect()
}

#[test]
fn a_partner_is_a_newcomer_until_the_months_since_it_joined_are_full() {
    // From 2025-06-30 and 2025-07-01 to 2025-12-31 are 6 and 5 whole months, from 2025-06-01 are 6.
    let partners = "A,,,2025-06-30\nB,,,2025-07-01\nC,,,2025-06-01\nD,,,2025-12-31\n";
    assert_eq!(
        newcomers(partners, "A,2020-01,,1\nB,2020-01,,1\nC,2020-01,,1\nD,2020-01,,1\n"),
        [false, true, false, true]
    );
}

#[test]
fn a_partner_is_a_newcomer_until_the_months_since_its_first_revenue_are_full() {
    // First revenue 6 and 5 months before December 2025; Z keeps the book older than both.
    let revenue = "A,2025-06,,1\nB,2025-07,,1\nZ,2020-01,,1\n";
    assert_eq!(newcomers("A,,,\nB,,,\nC,,,\nZ,,,\n", revenue), [false, true, false, false]);
}

#[test]
fn revenue_in_the_books_first_month_makes_nobody_a_newcomer() {
    // The book begins in October 2025: A may have sold before, B did not sell in October.
    assert_eq!(newcomers("A,,,\nB,,,\n", "A,2025-10,,1\nB,2025-11,,1\n"), [false, true]);
}

#[test]
fn an_old_partner_with_late_first_revenue_is_a_newcomer_and_a_new_one_with_old_revenue_too() {
    // Either is enough: joined long ago but first sold in August; joined in August but sold long ago.
    let partners = "A,,,2010-01-01\nB,,,2025-08-01\nC,,,2010-01-01\n";
    assert_eq!(newcomers(partners, "A,2025-08,,1\nB,2020-02,,1\nC,2020-01,,1\n"), [true, true, false]);
}

/// Two partners whose last year was 400 and 600: the bottom-up is 1,000.
fn thousand(plan: &str, more: &str) -> Bench {
    with_book(acme(plan, more), "A,,,\nB,,,\n", "A,2025-01,,400\nB,2025-12,,600\n")
}

fn reserve_and_target(bench: &Bench, arguments: &str) -> (String, String, String) {
    let found = plan(bench, &format!("--as-of 2025-12-31 {arguments}"));
    let of = |name: &str| text(&found, name).unwrap_or("null").to_owned();
    (of("reserve"), of("target"), of("total"))
}

fn three(reserve: &str, target: &str, total: &str) -> (String, String, String) {
    (reserve.to_owned(), target.to_owned(), total.to_owned())
}

#[test]
fn a_reserve_of_the_bottom_up_is_rounded_half_up_to_the_unit_and_added_to_make_the_target() {
    let case = |unit: &str, share: &str| {
        let bench = thousand(&format!("rounding_unit = {unit}"), &format!("[reserve]\nshare_of_bottom_up = {share}"));
        reserve_and_target(&bench, "")
    };
    assert_eq!(case("1", "0.21"), three("210.00", "1210.00", "1000.00"));
    assert_eq!(case("100", "0.20"), three("200.00", "1200.00", "1000.00"));
    // 250 is half between 200 and 300, 249 is below the half.
    assert_eq!(case("100", "0.25"), three("300.00", "1300.00", "1000.00"));
    assert_eq!(case("100", "0.249"), three("200.00", "1200.00", "1000.00"));
    // 250.5 at unit 1 is half between 250 and 251.
    assert_eq!(case("1", "0.2505"), three("251.00", "1251.00", "1000.00"));
}

#[test]
fn a_reserve_of_the_bottom_up_is_taken_from_a_target_that_is_given() {
    // 25 % of the bottom-up of 1,000 are 250, 300 at unit 100; 2,000 − 300 = 1,700 for 400 : 600.
    let bench = thousand("rounding_unit = 100", "[reserve]\nshare_of_bottom_up = 0.25");
    let found = plan(&bench, "--as-of 2025-12-31 --target 2000");
    assert_eq!(reserve_and_target(&bench, "--target 2000"), three("300.00", "2000.00", "1700.00"));
    assert_eq!(quotas(&found), pairs(&[("A", "700.00"), ("B", "1000.00")])); // 680 and 1,020: the larger remainder is A's
}

#[test]
fn a_reserve_of_the_target_is_rounded_half_up_to_the_unit() {
    // 2.5 % of 2,000 are 50: half a unit of 100, rounded up. 2.4 % are 48.
    let case = |share: &str| {
        let bench = thousand("rounding_unit = 100", &format!("[reserve]\nshare_of_target = {share}"));
        reserve_and_target(&bench, "--target 2000")
    };
    assert_eq!(case("0.025"), three("100.00", "2000.00", "1900.00"));
    assert_eq!(case("0.024"), three("0.00", "2000.00", "2000.00"));
}

#[test]
fn a_reserve_of_a_fixed_amount_is_kept_to_the_cent_and_only_with_a_target() {
    let bench = thousand("rounding_unit = 1", "[reserve]\namount = 123.45");
    assert_eq!(reserve_and_target(&bench, "--target 2000"), three("123.45", "2000.00", "1876.55"));
    assert_eq!(reserve_and_target(&bench, ""), three("0.00", "null", "1000.00"));
}

#[test]
fn a_lock_in_the_book_is_locked_in_the_plan_and_one_that_is_given_comes_before_it() {
    let bench = thousand("rounding_unit = 1", "");
    bench.write("book/locks.csv", "partner_id,quota,reason\nA,333.33,agreed in May\nB,222,agreed in June\n");
    let found = plan(&bench, "--as-of 2025-12-31");
    assert_eq!(quotas(&found), pairs(&[("A", "333.33"), ("B", "222.00")]));
    for (line, reason) in list(&found, "lines").iter().zip(["agreed in May", "agreed in June"]) {
        assert_eq!((line["locked"].as_bool(), text(line, "lock_reason")), (Some(true), Some(reason)));
    }
    bench.write("given.csv", "partner_id,quota,reason\nA,444,agreed in July\n");
    let found = plan(&bench, "--as-of 2025-12-31 --locks given.csv");
    assert_eq!(quotas(&found), pairs(&[("A", "444.00"), ("B", "222.00")]));
    assert_eq!(text(&list(&found, "lines")[0], "lock_reason"), Some("agreed in July"));
}

#[test]
fn one_line_locked_in_the_book_leaves_the_rest_of_the_target_to_the_others() {
    let bench = thousand("rounding_unit = 1", "");
    bench.write("book/locks.csv", "partner_id,quota,reason\nA,150,\n");
    assert_eq!(quotas(&plan(&bench, "--as-of 2025-12-31 --target 1000")), pairs(&[("A", "150.00"), ("B", "850.00")]));
}

#[test]
fn a_lock_without_a_line_and_a_line_locked_twice_are_refused() {
    let bench = thousand("rounding_unit = 1", "");
    bench.write("book/partners.csv", "partner_id,partner_name,product_lines\nA,,\nB,,Platform\n");
    bench.write("stranger.csv", "partner_id,product_line,quota\nA,Platform,5\n");
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --locks stranger.csv"), ["book::lock"]);
    bench.write("twice.csv", "partner_id,territory,quota\nA,,5\nA,North,6\n");
    bench.write("book/partners.csv", "partner_id,partner_name,territory\nA,,North\nB,,South\n");
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --locks twice.csv"), ["book::lock"]);
}

#[test]
fn a_lock_that_names_the_home_territory_is_the_partners_and_one_for_another_is_not() {
    let bench = thousand("rounding_unit = 1", "");
    bench.write("book/partners.csv", "partner_id,partner_name,territory\nA,,North\nB,,South\n");
    bench.write("home.csv", "partner_id,territory,quota\nA,North,5\n");
    assert_eq!(quotas(&plan(&bench, "--as-of 2025-12-31 --locks home.csv"))[0].1, "5.00");
    bench.write("other.csv", "partner_id,territory,quota\nA,South,5\n");
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --locks other.csv"), ["book::lock"]);
}

#[test]
fn a_period_can_be_planned_until_its_last_day() {
    let bench = thousand("rounding_unit = 1", "");
    assert_eq!(text(&plan(&bench, "--period FY2026 --as-of 2026-12-31"), "period"), Some("FY2026"));
    assert_eq!(codes(&bench, "--period FY2026 --as-of 2027-01-01"), ["plan::period"]);
    assert_eq!(codes(&bench, "--period FY2026-H1 --as-of 2025-12-31"), ["plan::period"]);
    // Without a period the first one after the as-of date is planned.
    assert_eq!(text(&plan(&bench, "--as-of 2025-12-30"), "period"), Some("FY2026"));
    assert_eq!(text(&plan(&bench, "--as-of 2026-01-01"), "period"), Some("FY2027"));
}

#[test]
fn revenue_that_does_not_cover_the_year_before_is_a_warning() {
    // Covered exactly: 2025-01 to 2025-12.
    let bench = thousand("rounding_unit = 1", "");
    assert_eq!(codes(&bench, "--as-of 2025-12-31"), Vec::<String>::new());
    // 11 complete months, which are scaled to a year: the plan asks nothing of it.
    assert_eq!(codes(&bench, "--as-of 2025-12-30"), ["plan::history", "plan::no_assessment", "plan::plausibility"]);
    assert_eq!(codes(&bench, "--as-of 2026-01-31"), ["plan::history"]); // a month without revenue after the last
    assert_eq!(codes(&bench, "--as-of 2024-12-31 --period FY2026"), ["plan::history", "plan::no_assessment"]);
}

#[test]
fn lines_without_assessment_are_named_unless_they_are_locked() {
    let bench = with_book(acme("", ""), "A,,,\nB,,,\n", "A,2025-01,,100\nA,2025-12,,100\n");
    assert_eq!(codes(&bench, "--as-of 2025-12-31"), ["plan::no_assessment"]);
    bench.write("locks.csv", "partner_id,quota\nB,5\n");
    // B never sold.
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --locks locks.csv"), ["plan::plausibility"]);
}

#[test]
fn a_previous_proposal_is_compared_line_by_line_and_names_each_line_once() {
    let bench = thousand("rounding_unit = 1", "");
    bench.write("previous.csv", "partner_id,quota\nA,400\nB,500.50\nC,7\n");
    bench.write("book/partners.csv", "partner_id,partner_name\nA,\nB,\nC,\n");
    let found = plan(&bench, "--as-of 2025-12-31 --previous previous.csv");
    let change = |id: &str, before: Value, after: Value| serde_json::json!({"partner_id": id, "product_line": null, "territory": null, "before": before, "after": after});
    // A is as before, B rose from 500.50 to 600, and C has no revenue: its quota is 0.
    let expected = [change("B", "500.50".into(), "600.00".into()), change("C", "7.00".into(), "0.00".into())];
    assert_eq!(found["changes"], serde_json::json!(expected));
    bench.write("twice.csv", "partner_id,quota\nA,400\nB,500\nA,400\n");
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --previous twice.csv"), ["book::duplicate"]);
}

#[test]
fn growth_limits_and_stretch_bind_exactly_at_their_bound() {
    let bench = thousand("rounding_unit = 1", "growth_floor = -0.10\ngrowth_ceiling = 0.25");
    let quotas = |target: &str| quotas(&plan(&bench, &format!("--as-of 2025-12-31 --target {target}")));
    // Floors 360 + 540 = 900; ceilings 500 + 750 = 1,250.
    assert_eq!(quotas("900"), pairs(&[("A", "360.00"), ("B", "540.00")]));
    assert_eq!(quotas("1250"), pairs(&[("A", "500.00"), ("B", "750.00")]));
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --target 899.99"), ["plan::infeasible"]);
    assert_eq!(codes(&bench, "--as-of 2025-12-31 --target 1250.01"), ["plan::infeasible"]);
}

#[test]
fn a_target_that_cannot_be_met_says_why_how_much_is_missing_and_who_holds_it() {
    let bench = thousand("rounding_unit = 1", "growth_floor = -0.10\ngrowth_ceiling = 0.25");
    bench.write("locks.csv", "partner_id,quota\nA,1000\n");
    let refusal =
        |arguments: &str| bench.refused(1, &format!("propose acme --book book --as-of 2025-12-31 {arguments}"));
    let names =
        |shown: &str, words: &[&str]| words.iter().for_each(|word| assert!(shown.contains(word), "{word}: {shown}"));
    // Ceilings allow 1,250: 250 missing, held by B at 750 and A at 500.
    names(&refusal("--target 1500"), &["1,250", "1,500", "250", "`B` at 750, `A` at 500"]);
    // Floors ask for 900: 100 too many, held by B at 540 and A at 360.
    names(&refusal("--target 800"), &["900", "800", "100", "`B` at 540, `A` at 360"]);
    // The lock of 1,000 alone is above 990; with B's floor of 540 it is 1,540, so 550 are missing.
    names(&refusal("--target 990 --locks locks.csv"), &["1,000", "1,540", "990", "550", "`A` at 1,000"]);
}

/// Half-years, so that every method looks at other months; see the test for the figures.
fn backtest() -> Value {
    let bench = acme("newcomer_months = 6", "[eligibility]\nrequires_prior_revenue = true");
    let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).expect("the manifest");
    bench.write("rules/acme/vendor.toml", &manifest.replace("\"year\"", "\"half\""));
    bench.write(
        "book/partners.csv",
        "partner_id,partner_name,territory,tier\nA,,North,Gold\nB,,North,\nC,,South,Gold\nD,,South,\nE,,South,\n",
    );
    bench.write(
        "book/revenue.csv",
        "partner_id,month,amount\nZ,2023-01,0\n\
         A,2024-01,100\nA,2024-12,140\nA,2025-06,130\n\
         B,2024-06,200\nB,2024-11,160\nB,2025-01,150\n\
         C,2024-12,60\nC,2025-03,90\n\
         D,2024-02,300\nD,2024-09,340\n\
         E,2025-02,77\nA,2025-07,9999\n"
            .replace("Z,", "A,")
            .as_str(),
    );
    bench.json("backtest acme --book book --period FY2025-H1")
}

#[test]
fn a_backtest_of_four_lines_scores_each_method_as_computed_by_hand() {
    //            H1 2024   H2 2024   bought in H1 2025
    // A North       100       140      130
    // B North       200       160      150
    // C South         0        60       90
    // D South       300       340        0
    // E (no revenue before, so not eligible)   77
    let found = backtest();
    assert_eq!((text(&found, "as_of"), found["lines"].as_u64()), (Some("2024-12-31"), Some(4)));
    assert_eq!(text(&found, "unplanned_revenue"), Some("77.00"));
    let score = |method: usize, figure: &str| {
        text(&list(&found, "methods")[method]["score"], figure).expect("a figure").to_owned()
    };
    let quota_and_wape = |method: usize| [score(method, "quota"), score(method, "wape")];
    // Rules, H2 2024: |140−130| + |160−150| + |60−90| + |340−0| = 390; ÷ 370 bought.
    assert_eq!(quota_and_wape(0), ["700.00", "1.054054"]);
    // Last year, H1 2024: 30 + 50 + 90 + 300 = 470.
    assert_eq!(quota_and_wape(1), ["600.00", "1.27027"]);
    // × growth 700 ÷ 600: 116.67, 233.33, 0, 350: 13.33 + 83.33 + 90 + 350 = 536.67.
    assert_eq!(quota_and_wape(2), ["700.00", "1.45045"]);
    // Half of the latest four quarters: 120, 180, 30, 320: 10 + 30 + 60 + 320 = 420.
    assert_eq!(quota_and_wape(3), ["650.00", "1.135135"]);
    // Quota ÷ actual: 700 ÷ 370; within ±20 %: A and B of four; only C bought its quota or more.
    assert_eq!(score(0, "quota_to_actual"), "1.891892");
    assert_eq!(score(0, "actual"), "370.00");
    assert_eq!(score(0, "share_at_or_above"), "0.25");
    // 700 ÷ 370 too high: the quotas × 370 ÷ 700 miss by 56 + 65.43 + 58.29 + 179.71 = 359.43.
    assert_eq!(score(0, "scaled_wape"), "0.971429");
    // The period before is H2 2024, as the rules of this vendor have it.
    assert_eq!(quota_and_wape(4), quota_and_wape(0));
    // No partner sold in H2 2023, so that nothing is known about what partners keep.
    assert!(list(&found, "methods")[5]["score"].is_null());
    assert_eq!(text(&found["comparison"], "baseline"), Some("period before"));
    assert_eq!(text(&found["comparison"], "better_by"), Some("0"));
    let segment = |dimension: &str, name: &str| {
        let is_it = |one: &&Value| text(one, "dimension") == Some(dimension) && text(one, "name") == Some(name);
        let found = list(&found, "segments").iter().find(is_it).unwrap_or_else(|| panic!("{dimension} {name}"));
        [found["score"]["lines"].to_string(), text(&found["score"], "wape").unwrap_or("null").to_owned()]
    };
    // North: 20 ÷ 280; South: 370 ÷ 90. Gold: (10 + 30) ÷ 220; none: 350 ÷ 150.
    assert_eq!(segment("territory", "North"), ["2", "0.071429"]);
    assert_eq!(segment("territory", "South"), ["2", "4.111111"]);
    assert_eq!(segment("tier", "Gold"), ["2", "0.181818"]);
    assert_eq!(segment("tier", "(not known)"), ["2", "2.333333"]);
    // D last sold in September, three months before December: quiet. C first sold in December: a newcomer.
    assert_eq!(segment("history", "regular")[0], "2");
    assert_eq!(segment("history", "newcomer")[0], "1");
    assert_eq!(segment("history", "quiet (no revenue for a quarter)"), ["1", "null"]);
    // One product line only is no breakdown.
    assert!(list(&found, "segments").iter().all(|one| text(one, "dimension") != Some("product line")));
}

#[test]
fn a_backtest_needs_revenue_before_its_period_and_to_its_end() {
    let bench = with_book(acme("", ""), "A,,,\n", "A,2024-12,,100\nA,2025-12,,100\n");
    assert_eq!(bench.json("backtest acme --book book --period FY2025")["lines"], 1);
    let refused = |period: &str, revenue: &str| {
        bench.write("book/revenue.csv", &format!("partner_id,month,amount\n{revenue}"));
        bench.refused(2, &format!("backtest acme --book book --period {period}"))
    };
    assert!(refused("FY2025", "A,2025-01,100\nA,2025-12,100\n").contains("error[plan::period]"));
    assert!(refused("FY2025", "A,2024-12,100\nA,2025-11,100\n").contains("error[plan::period]"));
}

#[test]
fn every_month_end_that_the_book_allows_is_a_fold_and_fitted_ones_are_named() {
    let months = |year: i32| (1..=12).map(move |month| format!("{year}-{month:02}"));
    let rows: String = months(2023)
        .chain(months(2024))
        .chain(months(2025))
        .map(|month| format!("A,{month},,100\nB,{month},,50\n"))
        .collect();
    let bench = with_book(acme("", "[parameters]\nfitted_through = 2024-03-31"), "A,,,\nB,,,\n", &rows);
    let found = bench.json("backtest acme --book book");
    // 36 months: a year before and a year after each date, from December 2023 to December 2024.
    let dates: Vec<&str> = list(&found, "folds").iter().map(|fold| text(fold, "as_of").expect("a date")).collect();
    assert_eq!((dates.len(), dates[0], dates[12]), (13, "2023-12-31", "2024-12-31"));
    let period = |fold: usize| text(&list(&found, "folds")[fold], "period").expect("a period");
    assert_eq!((period(0), period(1)), ("FY2024", "2024-02 to 2025-01"));
    assert_eq!((text(&found, "as_of"), found["lines"].as_u64()), (None, Some(26)));
    // Revenue is the same every month, so that every method is right.
    assert_eq!(text(&list(&found, "methods")[0]["score"], "wape"), Some("0"));
    // The periods that begin in January to March 2024 are those that constants were chosen on.
    let fitted: Vec<bool> = list(&found, "folds").iter().map(|fold| fold["fitted"] == true).collect();
    assert_eq!(fitted.iter().filter(|fitted| **fitted).count(), 3);
    assert_eq!((text(&found, "fitted_through"), &found["independent"]), (Some("2024-03-31"), &Value::Bool(true)));
    assert!(bench.codes("backtest acme --book book --format json").contains(&"plan::backtest".to_owned()));
    assert_eq!(list(&bench.json("backtest acme --book book --horizon 6"), "folds").len(), 25);
    assert_eq!(list(&bench.json("backtest acme --book book --folds 2"), "folds").len(), 2);
    assert!(bench.refused(2, "backtest acme --book book --by colour").contains("known: size, territory"));
}
