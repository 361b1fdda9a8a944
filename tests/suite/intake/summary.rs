//! The summary of a book: what was read, as a planner compares it with a report.

use quotient::channel::{BookSummary, LeftOutBy, PartnerBook};
use quotient::finding::{Code, Findings};
use quotient::intake::{Mapping, ReadOptions, read_book_files};
use quotient::units::{FiscalCalendar, Money, Month};

const PARTNERS: (&str, &str) = ("partners.csv", "partner_id\nA-1\nA-2\nA-3\n");

fn read(files: &[(&str, &str)], map: &str, options: &ReadOptions) -> (PartnerBook, Findings) {
    let mapping = (!map.is_empty()).then(|| Mapping::parse("map.toml", map).unwrap());
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    read_book_files(files, mapping.as_ref(), options).into_result().unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn summary(revenue: &str, options: &ReadOptions) -> BookSummary {
    let revenue = format!("partner_id,month,amount\n{revenue}");
    let (book, _) = read(&[PARTNERS, ("revenue.csv", &revenue)], "", options);
    BookSummary::clone(book.summary.as_deref().unwrap())
}

fn of(revenue: &str) -> BookSummary {
    summary(revenue, &ReadOptions::default())
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn exact(money: Option<Money>) -> String {
    money.map_or_else(String::new, Money::to_exact)
}

/// `year revenue months` of every calendar year.
fn years(summary: &BookSummary) -> Vec<String> {
    summary.years.iter().map(|year| format!("{} {} {}", year.year, exact(year.revenue), year.months)).collect()
}

#[test]
fn revenue_is_summed_by_year_to_the_last_digit() {
    // 0.10 + 0.20 + 1000.005 = 1000.305; -50 in 2025.
    let summary = of("A-1,2024-03,0.10\nA-2,2024-03,0.20\nA-1,2024-12,1000.005\nA-1,2025-01,-50\n");
    assert_eq!(years(&summary), ["2024 1000.305 2", "2025 -50.00 1"]);
    assert_eq!(exact(summary.revenue), "950.305");
    assert_eq!((summary.first_month, summary.last_month), (Some(month("2024-03")), Some(month("2025-01"))));
    assert_eq!(summary.missing_months.first(), Some(&month("2024-04")));
    assert_eq!(summary.missing_months.len(), 8);
    assert_eq!((summary.partners, summary.partners_without_revenue), (3, 1));
    assert!(summary.fiscal_years.is_empty());
    assert!(!summary.is_currency_stated);
}

#[test]
fn fiscal_years_are_summed_when_they_differ_from_calendar_years() {
    let options = ReadOptions { calendar: FiscalCalendar::new(7), ..ReadOptions::default() };
    let summary = summary("A-1,2024-06,1\nA-1,2024-07,2\nA-1,2025-06,4\n", &options);
    let fiscal: Vec<_> = summary.fiscal_years.iter().map(|year| (&*year.year, exact(year.revenue))).collect();
    // The fiscal year 2025 is July 2024 to June 2025.
    assert_eq!(fiscal, [("FY2024", "1.00".to_owned()), ("FY2025", "6.00".to_owned())]);
}

#[test]
fn a_quarter_counts_in_its_months() {
    let (book, _) =
        read(&[PARTNERS, ("revenue.csv", "partner_id,period,amount\nA-1,2025-Q2,100\n")], "", &ReadOptions::default());
    let summary = book.summary.unwrap();
    assert_eq!((summary.first_month, summary.last_month), (Some(month("2025-04")), Some(month("2025-06"))));
    assert!(summary.missing_months.is_empty());
    assert_eq!(years(&summary), ["2025 100.00 3"]);
}

#[test]
fn rows_that_the_mapping_leaves_out_are_counted_with_an_example() {
    let map = "[revenue]\nwhere = { Stage = [\"Won\"] }\nskip = { Region = [\"Test\"] }\n";
    let rows = "partner_id,month,amount,Stage,Region\nA-1,2025-01,1,Won,North\nA-1,2025-01,2,Lost,North\n\
                A-2,2025-01,4,Won,Test\nA-2,2025-01,8,Open,North\n\nPrepared by Sales,,,,\n";
    let (book, _) = read(&[PARTNERS, ("revenue.csv", rows)], map, &ReadOptions::default());
    let summary = book.summary.unwrap();
    let table = summary.table("revenue").unwrap();
    assert_eq!((table.file.as_deref(), table.rows, table.used, table.rows_left_out()), (Some("revenue.csv"), 5, 1, 4));
    let groups: Vec<_> = table
        .left_out
        .iter()
        .map(|group| (group.rule, group.column.as_deref(), group.rows, group.example_row, &*group.example))
        .collect();
    assert_eq!(
        groups,
        [
            (LeftOutBy::Where, Some("Stage"), 2, 3, "Lost"),
            (LeftOutBy::Skip, Some("Region"), 1, 4, "Test"),
            (LeftOutBy::Footer, None, 1, 7, "Prepared by Sales"),
        ]
    );
    assert_eq!(summary.table("partners").map(|table| (table.rows, table.used)), Some((3, 3)));
    assert_eq!(summary.table("market"), None);
}

#[test]
fn a_month_far_above_the_partners_median_is_listed() {
    // Median of 10, 10, 20, 30, 1000: 20, and 1000 is fifty times that. Of 10, 10, 10, 30, 1000: 10, and a hundred times.
    let usual = "A-1,2025-01,10\nA-1,2025-02,10\nA-1,2025-03,20\nA-1,2025-04,30\nA-1,2025-05,1000\n";
    assert_eq!(of(usual).unusual_month_count, 0);
    let summary = of(&usual.replace("03,20", "03,10.00"));
    assert_eq!(summary.unusual_month_count, 1);
    let one = &summary.unusual_months[0];
    assert_eq!((&*one.partner_id, one.month), ("A-1", month("2025-05")));
    assert_eq!((exact(Some(one.revenue)), exact(Some(one.median))), ("1000.00".to_owned(), "10.00".to_owned()));
}

#[test]
fn a_year_far_from_the_others_is_listed() {
    // Averages of the months: 100, 110 and 1200. Their median is 110, and 1200 is over ten times that.
    let rows = "A-1,2023-01,100\nA-1,2024-01,110\nA-1,2025-01,1000\nA-1,2025-02,1400\n";
    let summary = of(rows);
    let years: Vec<_> =
        summary.unusual_years.iter().map(|one| (&*one.year, exact(Some(one.monthly_revenue)))).collect();
    assert_eq!(years, [("2025", "1200.00".to_owned())]);
    assert!(of("A-1,2023-01,100\nA-1,2024-01,110\nA-1,2025-01,1000\n").unusual_years.is_empty());
}

#[test]
fn the_last_month_is_complete_when_its_working_days_are_over() {
    let complete = |rows: &str| {
        let summary = of(rows);
        (summary.latest_date.map(|date| date.to_string()), summary.latest_complete_month.unwrap().to_string())
    };
    // Rows that name months say nothing about days.
    assert_eq!(complete("A-1,2025-11,1\nA-1,2025-12,1\n"), (None, "2025-12".to_owned()));
    // The first of every month stands for the month.
    assert_eq!(complete("A-1,2025-11-01,1\nA-1,2025-12-01,1\n"), (None, "2025-12".to_owned()));
    let daily = complete("A-1,2025-11-20,1\nA-1,2025-12-10,1\nA-2,2025-12-17,1\n");
    assert_eq!(daily, (Some("2025-12-17".to_owned()), "2025-11".to_owned()));
    // 31 August 2025 is a Sunday.
    let friday = complete("A-1,2025-07-20,1\nA-1,2025-08-29,1\n");
    assert_eq!(friday, (Some("2025-08-29".to_owned()), "2025-08".to_owned()));
}

/// Messages about months, each with the row and the value that it names.
fn warnings(revenue: &str, current: Option<&str>) -> Vec<String> {
    let revenue = format!("partner_id,month,amount\n{revenue}");
    let options = ReadOptions { current_month: current.map(month), ..ReadOptions::default() };
    let (_, findings) = read(&[PARTNERS, ("revenue.csv", &revenue)], "", &options);
    let months = findings.iter().filter(|finding| finding.code() == Code::BookMonths);
    months.map(|finding| format!("{}: {}", finding.places[0], finding.message())).collect()
}

#[test]
fn a_gap_before_the_last_month_is_a_warning_that_names_the_row() {
    let found = warnings("A-1,2025-10,1\nA-1,2025-11,1\nA-2,2026-11,1\nA-1,2025-12,1\n", None);
    assert_eq!(
        found,
        [
            "revenue.csv: row 4, column `month`, value `2026-11`: 10 months without revenue before 2026-11: the month before it is 2025-12"
        ]
    );
}

#[test]
fn a_gap_after_the_first_month_is_a_warning_that_names_the_row() {
    let found = warnings("A-1,2025-10,1\nA-1,2025-11,1\nA-2,1925-12,1\nA-1,2025-12,1\n", None);
    assert_eq!(
        found,
        [
            "revenue.csv: row 4, column `month`, value `1925-12`: 1197 months without revenue after 1925-12: the next month is 2025-10"
        ]
    );
}

#[test]
fn regular_gaps_are_not_reported() {
    // Quarter ends, then years: every gap is as long as the others.
    assert!(warnings("A-1,2025-03,1\nA-1,2025-06,1\nA-1,2025-09,1\nA-1,2025-12,1\n", None).is_empty());
    assert!(warnings("A-1,2024-12,1\nA-1,2025-12,1\n", None).is_empty());
    // Four missing months, then nine: more than twice as many.
    assert!(warnings("A-1,2025-01,1\nA-1,2025-06,1\nA-1,2026-03,1\n", None).is_empty());
    assert_eq!(warnings("A-1,2025-01,1\nA-1,2025-06,1\nA-1,2026-04,1\n", None).len(), 1);
    assert_eq!(warnings("A-1,2025-12,1\nA-1,2052-12,1\n", None).len(), 1);
}

#[test]
fn a_month_after_the_current_one_is_a_warning() {
    let rows = "A-1,2025-10,1\nA-1,2025-11,1\nA-1,2025-12,1\nA-2,2025-12,1\n";
    assert_eq!(
        warnings(rows, Some("2025-11")),
        [
            "revenue.csv: row 4, column `month`, value `2025-12`: revenue is dated 2025-12, after the current month 2025-11 (2 rows)"
        ]
    );
    assert!(warnings(rows, Some("2025-12")).is_empty());
}
