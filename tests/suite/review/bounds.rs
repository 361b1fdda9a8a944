//! Cases at the bounds of a review, through the program; every expected figure is computed in a comment.

use crate::support::{Bench, list, text};
use serde_json::Value;

/// A vendor that plans at `grain` and has no policies, and a book whose tables begin with their headers.
fn bench(grain: &str, period: &str, partners: &str, revenue: &str, quotas: &str) -> Bench {
    let manifest = format!(
        "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"{period}\"\nreporting = \"month\"\n\
         fiscal_year_starts = \"January\"\ngrain = \"{grain}\"\nbasis = \"indicated\"\n[weights]\nhistory = 1\n\
         [guardrails]\non_violation = \"clamp\"\n"
    );
    let rule = "/// As last year.\nfn assess(partner) {\n    indicate(1.0).because(\"one\")\n}\n";
    let bench = Bench::new([("rules/acme/vendor.toml", manifest), ("rules/acme/history.rhai", rule.to_owned())]);
    bench.write("policies/none", "");
    bench.write("book/partners.csv", &format!("partner_id,partner_name,territory\n{partners}"));
    bench.write("book/revenue.csv", &format!("partner_id,month,product_line,territory,amount\n{revenue}"));
    bench.write("book/quotas.csv", &format!("partner_id,period,months,product_line,territory,quota\n{quotas}"));
    bench
}

fn review(bench: &Bench, arguments: &str) -> Value {
    bench.json(&format!("review acme --book book {arguments}"))
}

/// The first partner of a review.
fn first(document: &Value) -> &Value {
    &list(document, "partners")[0]
}

/// A figure as text, `null` when it is not known.
fn figure(standing: &Value, name: &str) -> String {
    text(standing, name).map_or_else(|| standing[name].to_string(), str::to_owned)
}

/// Product line, quota, actual of each line.
fn lines(partner: &Value) -> Vec<[String; 3]> {
    let of = |line: &Value| {
        let standing = &line["standing"];
        [figure(line, "product_line"), figure(standing, "quota"), figure(standing, "actual")]
    };
    list(partner, "lines").iter().map(of).collect()
}

fn rollup<'d>(document: &'d Value, dimension: &str, name: Option<&str>) -> &'d Value {
    let is_it = |one: &&Value| text(one, "dimension") == Some(dimension) && text(one, "name") == name;
    list(document, "rollups").iter().find(is_it).unwrap_or_else(|| panic!("no roll-up `{dimension}` {name:?}"))
}

#[test]
fn a_quota_for_the_partner_and_quotas_for_its_lines_count_once() {
    let quotas = "A,2025-01,12,,,100\nA,2025-01,12,Platform,,60\nA,2025-01,12,Services,,40\n";
    let bench = bench("partner", "year", "A,,\n", "A,2025-01,,,10\n", quotas);
    let found = review(&bench, "--as-of 2025-06-30");
    assert_eq!(figure(&first(&found)["standing"], "quota"), "100.00");
    // Without the quota for the whole, those of the lines are summed.
    bench.write(
        "book/quotas.csv",
        "partner_id,period,months,product_line,quota\nA,2025-01,12,Platform,60\nA,2025-01,12,Services,41\n",
    );
    assert_eq!(figure(&first(&review(&bench, "--as-of 2025-06-30"))["standing"], "quota"), "101.00");
}

/// Platform has a quota of 100 and sold 60, Services has none and sold 30, and Training is only an open deal.
fn with_lines() -> Bench {
    let revenue = "A,2025-01,Platform,,45\nA,2025-02,Platform,South,15\nA,2025-02,Services,,30\nA,2025-07,Later,,8\n";
    let bench = bench("partner_product_line", "year", "A,,North\n", revenue, "A,2025-01,12,Platform,,100\n");
    bench.write(
        "book/opportunities.csv",
        "opportunity_id,partner_id,amount,stage,status,close_date,product_line,registered_on\n\
         O1,A,7,,open,2025-09-09,Platform,\nO2,A,11,,open,2025-12-31,Training,\nO3,A,13,,open,2026-01-01,Later,\n\
         O4,A,17,,open,2025-08-08,Later,2025-07-01\n",
    );
    bench
}

#[test]
fn a_line_is_listed_once_for_its_quota_its_revenue_and_its_pipeline() {
    let found = review(&with_lines(), "--as-of 2025-06-30");
    let partner = first(&found);
    let row = |line: &str, quota: &str, actual: &str| [line.to_owned(), quota.to_owned(), actual.to_owned()];
    let expected =
        [row("Platform", "100.00", "60.00"), row("Services", "null", "30.00"), row("Training", "null", "0.00")];
    assert_eq!(lines(partner), expected);
    let whole = &partner["standing"];
    assert_eq!([figure(whole, "quota"), figure(whole, "quota_source")], ["100.00", "sum_of_lines"]);
    // Only business with a quota counts towards it: 60 of 100, and 30 beside.
    assert_eq!([figure(whole, "actual"), figure(whole, "actual_without_quota")], ["60.00", "30.00"]);
    assert_eq!([figure(whole, "open_pipeline"), figure(whole, "open_count")], ["7.00", "1"]);
    assert_eq!(figure(whole, "remaining_quota"), "40.00");
}

#[test]
fn months_of_a_partner_with_lines_are_rolled_up_once() {
    let found = review(&with_lines(), "--as-of 2025-06-30");
    for dimension in ["channel", "territory"] {
        let name = (dimension == "territory").then_some("North");
        let months: Vec<String> = list(&rollup(&found, dimension, name)["linearity"], "months")
            .iter()
            .map(|month| figure(month, "amount"))
            .collect();
        // January 45; February 15 + 30; nothing in March to June.
        assert_eq!(months, ["45.00", "45.00", "0.00", "0.00", "0.00", "0.00"], "{dimension}");
    }
    let of = |line: &str| figure(rollup(&found, "product_line", Some(line)), "actual");
    assert_eq!(of("Platform"), "60.00");
    assert_eq!(figure(rollup(&found, "product_line", Some("Services")), "actual_without_quota"), "30.00");
}

#[test]
fn a_quota_of_zero_is_counted_apart_from_the_others() {
    let quotas = "A,2025-01,12,,,100\nB,2025-01,12,,,0\nC,2025-01,12,,,50\n";
    let revenue = "A,2025-01,,,100\nB,2025-01,,,5\nC,2025-01,,,49.99\n";
    let found = review(&bench("partner", "year", "A,,\nB,,\nC,,\nD,,\n", revenue, quotas), "--as-of 2025-12-31");
    let channel = rollup(&found, "channel", None);
    let counts = ["partners", "with_quota", "without_quota", "zero_quota"].map(|name| figure(channel, name));
    assert_eq!(counts, ["4", "3", "1", "1"]);
    // A is at quota, C is a cent below; B's attainment is not defined: 1 of 2.
    assert_eq!(figure(channel, "at_quota_by_count"), "0.5");
    assert_eq!(figure(&channel["shortfall"], "total"), "0.01");
    assert_eq!(figure(&channel["shortfall"], "partners"), "1");
}

/// Counts of partners consistently at and below quota, each with quotas of 10 in the four quarters before 2025-Q4 and
/// the revenue given for them.
fn consistent(revenue: &[&str; 4]) -> [String; 2] {
    let starts = ["2024-10", "2025-01", "2025-04", "2025-07"];
    let row = |(start, amount): (&str, &&str)| format!("A,{start},,,{amount}\n");
    let revenue: String = starts.into_iter().zip(revenue).map(row).collect();
    let quotas: String = starts.iter().map(|start| format!("A,{start},3,,,10\n")).collect();
    let found = review(&bench("partner", "quarter", "A,,\n", &revenue, &quotas), "--as-of 2025-12-31");
    let channel = rollup(&found, "channel", None);
    ["consistently_at_quota", "consistently_below_quota"].map(|name| figure(channel, name))
}

#[test]
fn consistent_is_three_quarters_of_the_past_periods_exactly() {
    // Three of four are 75 %: exactly the share that is asked for.
    assert_eq!(consistent(&["10", "10", "9.99", "10"]), ["1", "0"]);
    assert_eq!(consistent(&["9.99", "10", "9.99", "0"]), ["0", "1"]);
    assert_eq!(consistent(&["10", "10", "9.99", "9.99"]), ["0", "0"]);
}

#[test]
fn three_past_periods_are_enough_for_consistency_and_two_are_not() {
    let quotas = |starts: &[&str]| starts.iter().map(|start| format!("A,{start},3,,,10\n")).collect::<String>();
    let at_quota = |starts: &[&str]| {
        let revenue: String =
            ["2024-10", "2025-01", "2025-04", "2025-07"].map(|start| format!("A,{start},,,10\n")).concat();
        let found = review(&bench("partner", "quarter", "A,,\n", &revenue, &quotas(starts)), "--as-of 2025-12-31");
        figure(rollup(&found, "channel", None), "consistently_at_quota")
    };
    assert_eq!(at_quota(&["2025-01", "2025-04", "2025-07"]), "1");
    assert_eq!(at_quota(&["2025-04", "2025-07"]), "0");
}

#[test]
fn a_line_whose_quotas_begin_at_different_months_starts_with_the_earlier() {
    // One quota for the North from January and one for the South from July are one line at product line grain.
    let quotas = "A,2025-01,12,Platform,North,100\nA,2025-07,6,Platform,South,20\n";
    let bench = bench("partner_product_line", "year", "A,,North\n", "A,2025-01,Platform,,1\n", quotas);
    let found = review(&bench, "--as-of 2025-06-30");
    let standing = &list(first(&found), "lines")[0]["standing"];
    assert_eq!([figure(standing, "quota"), figure(&standing["quota_detail"], "starts")], ["120.00", "2025-01"]);
}

#[test]
fn a_quota_with_a_month_missing_is_none_and_one_that_begins_late_is() {
    let quota = |quotas: &str| {
        let found = review(&bench("partner", "year", "A,,\n", "A,2025-01,,,1\n", quotas), "--as-of 2025-06-30");
        figure(&first(&found)["standing"], "quota")
    };
    let quarters = |starts: &[&str]| starts.iter().map(|start| format!("A,{start},3,,,10\n")).collect::<String>();
    assert_eq!(quota(&quarters(&["2025-01", "2025-04", "2025-07", "2025-10"])), "40.00");
    assert_eq!(quota(&quarters(&["2025-04", "2025-07", "2025-10"])), "30.00");
    assert_eq!(quota(&quarters(&["2025-01", "2025-04", "2025-10"])), "null");
    assert_eq!(quota(&quarters(&["2025-01", "2025-04", "2025-07"])), "null");
    // The longest that begins in a month is taken, what overlaps it is left out, and a year outside is another's.
    assert_eq!(quota("A,2025-01,12,,,50\nA,2025-01,3,,,10\nA,2025-04,3,,,10\nA,2024-01,12,,,7\n"), "50.00");
}

#[test]
fn pipeline_closes_after_the_as_of_date_and_not_after_the_period() {
    let bench = bench("partner", "quarter", "A,,\n", "A,2025-01,,,1\n", "A,2025-01,3,,,100\n");
    bench.write(
        "book/opportunities.csv",
        "opportunity_id,partner_id,amount,status,probability,close_date,registered_on\n\
         O1,A,1,open,0.5,2025-02-15,\nO2,A,2,open,0.5,2025-02-16,\nO3,A,4,open,0.5,2025-03-31,2025-02-15\n\
         O4,A,8,open,0.5,2025-04-01,\nO5,A,16,open,0.5,2025-03-01,2025-02-16\n",
    );
    let standing = &first(&review(&bench, "--as-of 2025-02-15"))["standing"].clone();
    // Open: 2 (the day after) and 4 (the last day, registered today). Overdue: 1, due today. Weighted: 6 × 0.5.
    let figures =
        ["open_pipeline", "open_count", "overdue_pipeline", "weighted_pipeline"].map(|name| figure(standing, name));
    assert_eq!(figures, ["6.00", "2", "1.00", "3.00"]);
}
