//! Months and periods at their bounds.

use chrono::NaiveDate;
use quotient::units::{FiscalCalendar, Month, PlanningPeriod, whole_months};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn months(from: &str, to: &str) -> i64 {
    whole_months(day(from), day(to))
}

#[test]
fn a_month_is_whole_on_the_same_day_of_the_next_and_not_the_day_before() {
    assert_eq!(months("2025-01-15", "2025-02-14"), 0);
    assert_eq!(months("2025-01-15", "2025-02-15"), 1);
    assert_eq!(months("2025-01-15", "2025-03-10"), 1);
    assert_eq!(months("2025-01-15", "2025-03-15"), 2);
    assert_eq!(months("2025-01-15", "2025-01-15"), 0);
    assert_eq!(months("2024-12-15", "2025-12-14"), 11);
}

#[test]
fn the_last_day_of_a_shorter_month_completes_it() {
    assert_eq!(months("2025-01-31", "2025-02-27"), 0);
    assert_eq!(months("2025-01-31", "2025-02-28"), 1);
    assert_eq!(months("2025-01-31", "2025-04-29"), 2);
    assert_eq!(months("2025-01-31", "2025-04-30"), 3);
    assert_eq!(months("2024-01-31", "2024-02-28"), 0); // a leap year
    assert_eq!(months("2024-01-31", "2024-02-29"), 1);
    // The day counts, not that the first was a month's last: from 28 February, 30 March is more than a month.
    assert_eq!(months("2025-02-28", "2025-03-28"), 1);
    assert_eq!(months("2025-02-28", "2025-03-27"), 0);
}

#[test]
fn months_are_negative_when_the_second_date_is_earlier() {
    assert_eq!(months("2025-03-15", "2025-02-15"), -1);
    assert_eq!(months("2025-03-15", "2025-02-16"), -1);
    assert_eq!(months("2025-03-15", "2025-02-14"), -2);
}

#[test]
fn the_last_complete_month_ends_on_the_as_of_date_at_the_latest() {
    let last = |text: &str| Month::last_complete(day(text)).to_string();
    assert_eq!(last("2025-01-31"), "2025-01");
    assert_eq!(last("2025-01-30"), "2024-12");
    assert_eq!(last("2024-02-28"), "2024-01");
    assert_eq!(last("2024-02-29"), "2024-02");
}

fn period(label: &str) -> PlanningPeriod {
    FiscalCalendar::new(1).expect("a calendar").period(label).expect("a period")
}

#[test]
fn a_period_contains_its_first_and_last_month_and_no_other() {
    let quarter = period("FY2025-Q2");
    let contains = |text: &str| quarter.contains(text.parse().expect("a month"));
    assert_eq!(["2025-03", "2025-04", "2025-06", "2025-07"].map(contains), [false, true, true, false]);
    assert_eq!((quarter.first_day(), quarter.last_day()), (day("2025-04-01"), day("2025-06-30")));
    assert_eq!(quarter.days(), 91);
    assert_eq!([period("FY2024").days(), period("FY2025").days(), period("FY2025-Q1").days()], [366, 365, 90]);
}

#[test]
fn the_next_period_begins_after_the_date_and_not_on_it() {
    let july = FiscalCalendar::new(7).expect("a calendar");
    let next = |text: &str, months: u32| july.next_after(day(text), months).expect("a period").label;
    assert_eq!(next("2025-06-30", 12), "FY2026");
    assert_eq!(next("2025-07-01", 12), "FY2027");
    assert_eq!(next("2025-12-31", 6), "FY2026-H2");
    assert_eq!(next("2025-12-30", 3), "FY2026-Q3");
    assert_eq!(next("2026-01-01", 3), "FY2026-Q4");
}
