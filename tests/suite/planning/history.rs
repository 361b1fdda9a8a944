//! Which months a plan looks at: part of a month, part of a year, gaps; every expected figure is computed in a comment.

use super::bounds::{acme, codes, pairs, plan, quotas};
use super::joining::{flat, line, periods};
use crate::support::{Bench, text};
use chrono::NaiveDate;
use quotient::planning::{Request, propose};
use quotient::script::on_script_threads;
use serde_json::{Value, json};

/// A book of A with a row of 100 in every month of 2024 and 2025, dated by `date`; `last` is the last row's date.
fn dated(bench: Bench, date: impl Fn(i32, u32) -> String, last: &str) -> Bench {
    let months = (2024..=2025).flat_map(|year| (1..=12).map(move |month| (year, month)));
    let rows: String =
        months.filter(|month| *month != (2025, 12)).map(|(y, m)| format!("A,{},100\n", date(y, m))).collect();
    bench.write("book/partners.csv", "partner_id\nA\n");
    bench.write("book/revenue.csv", &format!("partner_id,month,amount\n{rows}A,{last},100\n"));
    bench
}

/// As-of date of a proposal, and the codes of its findings.
fn seen(bench: &Bench, arguments: &str) -> (String, Vec<String>) {
    let found = plan(bench, arguments);
    (text(&found, "as_of").unwrap_or("").to_owned(), codes(bench, arguments))
}

fn at(as_of: &str, codes: &[&str]) -> (String, Vec<String>) {
    (as_of.to_owned(), codes.iter().map(|code| (*code).to_owned()).collect())
}

#[test]
fn a_month_that_is_dated_in_part_is_not_counted() {
    let middle = |year, month| format!("{year}-{month:02}-15");
    let bench = dated(acme("", ""), middle, "2025-12-09");
    assert_eq!(seen(&bench, ""), at("2025-11-30", &["plan::history"]));
    assert_eq!(text(&plan(&bench, ""), "period"), Some("FY2026"));
    // Twelve months to November: 1,200.
    assert_eq!(quotas(&plan(&bench, "")), pairs(&[("A", "1200.00")]));
    assert_eq!(seen(&bench, "--as-of 2025-12-31"), at("2025-12-31", &["plan::history"]));
    assert_eq!(seen(&bench, "--as-of 2025-11-30"), at("2025-11-30", &[]));
    // December ends on a Wednesday.
    let bench = dated(acme("", ""), middle, "2025-12-31");
    assert_eq!(seen(&bench, ""), at("2025-12-31", &[]));
    let bench = dated(acme("", ""), middle, "2025-12-30");
    assert_eq!(seen(&bench, ""), at("2025-11-30", &["plan::history"]));
}

#[test]
fn a_month_whose_last_days_are_a_weekend_is_complete() {
    // 28 February 2026 is a Saturday: the 27th is the last working day.
    let middle = |year, month| format!("{year}-{month:02}-15");
    let rows = |last: &str| {
        let bench = dated(acme("", ""), middle, "2025-12-31");
        let more = format!(
            "{}A,2026-01-15,100\nA,{last},100\n",
            std::fs::read_to_string(bench.path("book/revenue.csv")).expect("rows")
        );
        bench.write("book/revenue.csv", &more);
        text(&plan(&bench, ""), "as_of").unwrap_or("").to_owned()
    };
    assert_eq!((rows("2026-02-27"), rows("2026-02-26")), ("2026-02-28".to_owned(), "2026-01-31".to_owned()));
}

#[test]
fn rows_dated_to_the_first_or_last_day_of_every_month_are_rows_of_months() {
    let bench = dated(acme("", ""), |year, month| format!("{year}-{month:02}-01"), "2025-12-01");
    assert_eq!(seen(&bench, ""), at("2025-12-31", &[]));
    let bench = dated(acme("", ""), |year, month| format!("{year}-{month:02}"), "2025-12");
    assert_eq!(seen(&bench, ""), at("2025-12-31", &[]));
}

#[test]
fn the_current_month_is_not_counted() {
    let plugin = super::vendor("indicated", "", "history = 1");
    let book = super::book(&[(0, 10_000, 10_000)]);
    let as_of = |today: Option<&str>| {
        let today: Option<NaiveDate> = today.map(|day| day.parse().expect("a date"));
        let request = Request { today, ..Request::default() };
        let plan = on_script_threads(Some(1), || propose(&plugin, &book, &request, &|_, _| {})).expect("a plan");
        plan.as_of.to_string()
    };
    // The book's latest month is 2025-12.
    assert_eq!((as_of(None), as_of(Some("2025-12-31"))), ("2025-12-31".to_owned(), "2025-12-31".to_owned()));
    assert_eq!(
        (as_of(Some("2025-12-30")), as_of(Some("2026-02-01"))),
        ("2025-11-30".to_owned(), "2025-12-31".to_owned())
    );
    // Months that are still to come are a warning of the book and not of the plan.
    assert_eq!(as_of(Some("2025-10-15")), "2025-12-31");
}

/// Prior revenue, the revenue that growth is measured from, and the ceiling of a partner.
fn compared(plan: &Value, id: &str) -> [Value; 3] {
    ["prior_revenue", "comparable_revenue", "ceiling"].map(|name| line(plan, id)[name].clone())
}

fn amounts(prior: &str, comparable: &str, ceiling: &str) -> [Value; 3] {
    [json!(prior), json!(comparable), json!(ceiling)]
}

/// A vendor that plans quarters, at most 10 % above; A sold 300, 600, 600 and 900 in the quarters of 2025, and B since August.
fn quarters(prior: &str) -> Bench {
    let bench = flat(prior, "growth_ceiling = 0.10", "A,,\nB,2025-08-01,\n");
    let manifest = std::fs::read_to_string(bench.path("rules/acme/vendor.toml")).expect("the manifest");
    bench.write("rules/acme/vendor.toml", &manifest.replace("period = \"year\"", "period = \"quarter\""));
    let rows = "A,2025-Q1,300\nA,2025-Q2,600\nA,2025-Q3,600\nA,2025-Q4,900\nB,2025-Q4,500\n";
    bench.write("book/revenue.csv", &format!("partner_id,period,amount\n{rows}"));
    bench
}

const QUARTER: &str = "--as-of 2025-12-31 --period FY2026-Q1";

#[test]
fn a_quarter_is_compared_with_the_same_quarter_of_last_year() {
    let of = |prior: &str| plan(&quarters(prior), QUARTER);
    for prior in ["", "prior = \"same_period\""] {
        let found = of(prior);
        assert_eq!(compared(&found, "A"), amounts("900.00", "300.00", "330.00"));
        let reason = &line(&found, "A")["steps"][1]["reason"];
        assert_eq!(reason, &json!("at most +10 % on revenue 300.00 of the same period last year"));
        // B was not there a year ago.
        assert_eq!(compared(&found, "B"), amounts("500.00", "500.00", "550.00"));
    }
    let found = of("prior = \"latest\"");
    assert_eq!(compared(&found, "A"), amounts("900.00", "900.00", "990.00"));
}

#[test]
fn a_proposal_shows_prior_revenue_as_sold_and_what_growth_is_measured_from() {
    let bench = quarters("");
    // 330 ÷ 300 − 1 and 550 ÷ 500 − 1; of the channel 880 ÷ 800 − 1.
    let csv = bench.stdout(&format!("propose acme --book book {QUARTER} --format csv"));
    let rows: Vec<Vec<&str>> = csv.lines().map(|row| row.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|heading| *heading == name).expect("the column");
    let [prior, comparable, growth] = ["prior_revenue", "comparable_revenue", "growth"].map(column);
    assert_eq!([rows[1][prior], rows[1][comparable], rows[1][growth]], ["900.00", "300.00", "0.1"]);
    assert_eq!([rows[2][prior], rows[2][comparable], rows[2][growth]], ["500.00", "500.00", "0.1"]);
    let table = bench.stdout(&format!("propose acme --book book {QUARTER}"));
    let row = |name: &str| table.lines().find(|row| row.contains(name)).unwrap_or_default().to_owned();
    assert!(row("prior revenue").contains("1,400"), "{table}");
    assert!(row("comparable revenue").contains("800") && row("comparable revenue").contains("+10.0 %"), "{table}");
    let explained = bench.stdout(&format!("explain acme A --book book {QUARTER}"));
    assert!(explained.contains("prior revenue 900, comparable revenue 300 (+10.0 %)"), "{explained}");
}

#[test]
fn a_year_is_compared_with_a_year_that_the_book_has_in_part() {
    let bench = flat("", "growth_ceiling = 0.10", "A,,\n");
    let of = |first: u32| {
        let rows: String = (first..=12).map(|month| format!("A,2025-{month:02},100\n")).collect();
        bench.write("book/revenue.csv", &format!("partner_id,month,amount\n{rows}"));
        plan(&bench, "--as-of 2025-12-31 --period FY2026")
    };
    // Seven months: 700 × 12 ÷ 7 = 1,200, and 10 % more is 1,320.
    let found = of(6);
    assert_eq!(compared(&found, "A"), [Value::Null, json!("1200.00"), json!("1320.00")]);
    let reason = &line(&found, "A")["steps"][1]["reason"];
    assert_eq!(reason, &json!("at most +10 % on prior revenue 1,200.00 (scaled from 7 of 12 months)"));
    assert_eq!(compared(&of(1), "A"), amounts("1200.00", "1200.00", "1320.00"));
    // Three months are scaled: 300 × 12 ÷ 3. Two say nothing about a year.
    assert_eq!(compared(&of(10), "A"), [Value::Null, json!("1200.00"), json!("1320.00")]);
    assert_eq!(compared(&of(11), "A"), [Value::Null, Value::Null, Value::Null]);
}

/// A row of 100 in every month of the year from `from` on.
fn monthly(id: &str, year: i32, from: u32) -> String {
    (from..=12).map(|month| format!("{id},{year}-{month:02},100\n")).collect()
}

#[test]
fn newcomers_are_compared_with_what_they_sold_unless_the_manifest_annualises_it() {
    let of = |choice: &str| {
        // B joined three whole months ago, C two. D, without a date, first sold four months ago; E sold before it joined.
        let partners = "A,,\nB,2025-10-01,\nC,2025-10-15,\nD,,\nE,2025-10-01,\n";
        let bench = flat(choice, "growth_ceiling = 0.10", partners);
        let rows = [("A", 2024, 1), ("A", 2025, 1), ("B", 2025, 10), ("C", 2025, 10), ("D", 2025, 9), ("E", 2024, 1)];
        let rows: String = rows.map(|(id, year, from)| monthly(id, year, from)).concat();
        bench.write("book/revenue.csv", &format!("partner_id,month,amount\n{rows}E,2025-12,600\n"));
        plan(&bench, "--as-of 2025-12-31 --period FY2026")
    };
    let sold = of("");
    for (id, prior, ceiling) in [("A", "1200.00", "1320.00"), ("B", "300.00", "330.00"), ("D", "400.00", "440.00")] {
        assert_eq!(compared(&sold, id), amounts(prior, prior, ceiling), "{id}");
    }
    let scaled = of("annualise_newcomers = true");
    assert_eq!(compared(&scaled, "A"), amounts("1200.00", "1200.00", "1320.00"));
    // 300 × 12 ÷ 3 and 400 × 12 ÷ 4; E had the whole year.
    assert_eq!(compared(&scaled, "B"), amounts("300.00", "1200.00", "1320.00"));
    assert_eq!(compared(&scaled, "C"), [json!("300.00"), Value::Null, Value::Null]);
    assert_eq!(compared(&scaled, "D"), amounts("400.00", "1200.00", "1320.00"));
    assert_eq!(compared(&scaled, "E"), amounts("600.00", "600.00", "660.00"));
}

#[test]
fn rules_know_how_many_months_are_known() {
    let bench = flat("", "", "A,,\nB,2025-10-15,\n");
    let rule = "/// Months.\nfn assess(partner) { indicate(partner.history.months_known * 100).because(\"months\") }\n";
    bench.write("rules/acme/history.rhai", rule);
    let rows: String =
        (6..=12).map(|month| format!("A,2025-{month:02},100\nB,2025-{:02},100\n", month.max(10))).collect();
    bench.write("book/revenue.csv", &format!("partner_id,month,amount\n{rows}"));
    // The book has seven months, and two of them are whole months since B joined.
    let found = plan(&bench, "--as-of 2025-12-31 --period FY2026");
    assert_eq!(quotas(&found), pairs(&[("A", "700.00"), ("B", "200.00")]));
}

#[test]
fn a_gap_in_the_book_is_not_a_season() {
    let year = |year: i32, without: &[u32]| -> String {
        let months = (1..=12).filter(|month| !without.contains(month));
        months.map(|month| format!("A,{year}-{month:02},100\n")).collect()
    };
    let quarters = |rows: &str| {
        let bench = flat("", "", "A,,\n");
        bench.write("book/revenue.csv", &format!("partner_id,month,amount\n{rows}"));
        periods(&plan(&bench, "--as-of 2025-12-31"), "A")
    };
    let even = ["9125.00"; 4];
    // August is missing in 2025: it counts as in 2024. In a book of one year it counts as an average month.
    assert_eq!(quarters(&[year(2024, &[]), year(2025, &[8])].concat()), even);
    assert_eq!(quarters(&year(2025, &[8])), even);
    // With five months missing the others are the season: 100, 0, 300 and 300 of 700.
    assert_eq!(quarters(&year(2025, &[2, 3, 4, 5, 6])), ["5214.28", "0.00", "15642.86", "15642.86"]);
    // A row of zero says that nothing was sold: 300, 300, 200 and 300 of 1,100.
    assert_eq!(quarters(&(year(2025, &[8]) + "A,2025-08,0\n")), ["9954.55", "9954.55", "6636.36", "9954.54"]);
}
