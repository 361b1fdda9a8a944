//! Months, fiscal calendars and periods, with expected values from a calendar on the wall.

use chrono::NaiveDate;
use quotient::units::{FiscalCalendar, Month, PlanningPeriod, ReportingPeriods, whole_months};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn calendar(first_month: u32) -> FiscalCalendar {
    FiscalCalendar::new(first_month).unwrap()
}

fn shown(period: &PlanningPeriod) -> String {
    format!("{period} {} {}", period.start, period.months)
}

#[test]
fn months_lie_between_1900_and_2200() {
    for (year, number, is_month) in [
        (1899, 12, false),
        (1900, 1, true),
        (2026, 0, false),
        (2026, 1, true),
        (2026, 12, true),
        (2026, 13, false),
        (2200, 12, true),
        (2201, 1, false),
    ] {
        let found = Month::new(year, number);
        assert_eq!(found.map(|month| (month.year(), month.number())), is_month.then_some((year, number)));
    }
}

#[test]
fn months_are_counted_across_years() {
    assert_eq!(Month::of(date("2026-01-31")), month("2026-01"));
    assert_eq!(Month::of(date("2025-12-01")), month("2025-12"));
    assert_eq!(month("2025-11").plus(3), month("2026-02"));
    assert_eq!(month("2026-02").plus(-3), month("2025-11"));
    assert_eq!(month("2026-02").since(month("2025-11")), 3);
    assert_eq!(month("2025-11").since(month("2026-02")), -3);
    assert_eq!(month("2026-02").first_day(), date("2026-02-01"));
    assert_eq!(month("2026-02").last_day(), date("2026-02-28"));
    assert_eq!(month("2028-02").last_day(), date("2028-02-29"));
    assert_eq!(month("2025-12").last_day(), date("2025-12-31"));
}

#[test]
fn a_month_is_complete_on_its_last_day() {
    for (day, expected) in [
        ("2026-02-27", "2026-01"),
        ("2026-02-28", "2026-02"),
        ("2028-02-28", "2028-01"),
        ("2026-03-01", "2026-02"),
        ("2026-01-15", "2025-12"),
    ] {
        assert_eq!(Month::last_complete(date(day)), month(expected), "{day}");
    }
}

#[test]
fn a_month_is_written_with_four_and_two_digits() {
    assert_eq!(month("2026-03").to_string(), "2026-03");
    for text in
        ["2026-3", "2026-003", "226-03", "02026-03", "2026_03", "2026-00", "2026-13", "2026", "20x6-03", "2026-+3", ""]
    {
        let fault = text.parse::<Month>().expect_err(text).to_string();
        assert!(fault.contains(&format!("`{text}`")), "{fault}");
    }
}

#[test]
fn a_fiscal_year_is_named_after_the_year_in_which_it_ends() {
    assert!(FiscalCalendar::new(0).is_none() && FiscalCalendar::new(13).is_none());
    let (calendar_year, july, december) = (calendar(1), calendar(7), calendar(12));
    assert_eq!(calendar_year.year_start(2026), Some(month("2026-01")));
    assert_eq!(july.year_start(2020), Some(month("2019-07")));
    assert_eq!(december.year_start(2026), Some(month("2025-12")));
    assert_eq!(july.year_start(1900), None);
    for (text, of_july, of_december) in [
        ("2019-06", 2019, 2019),
        ("2019-07", 2020, 2019),
        ("2019-11", 2020, 2019),
        ("2019-12", 2020, 2020),
        ("2020-01", 2020, 2020),
        ("2020-07", 2021, 2020),
    ] {
        let found = (july.year_of(month(text)), december.year_of(month(text)), calendar_year.year_of(month(text)));
        assert_eq!(found, (of_july, of_december, month(text).year()), "{text}");
    }
}

#[test]
fn labels_name_periods_and_periods_have_labels() {
    let july = calendar(7);
    for (label, start, months) in [
        ("FY2020", "2019-07", 12),
        ("FY2020-H1", "2019-07", 6),
        ("FY2020-H2", "2020-01", 6),
        ("FY2020-Q1", "2019-07", 3),
        ("FY2020-Q2", "2019-10", 3),
        ("FY2020-Q3", "2020-01", 3),
        ("FY2020-Q4", "2020-04", 3),
        ("2019-08", "2019-08", 1),
    ] {
        let period = july.period(label).unwrap();
        assert_eq!(shown(&period), format!("{label} {start} {months}"));
        assert_eq!(july.label(month(start), months).as_deref(), Some(label));
    }
    assert_eq!(shown(&july.period("2020").unwrap()), "FY2020 2019-07 12");
    for label in
        ["FY20", "FY20200", "FY20x0", "FY2020-Q5", "FY2020-Q0", "FY2020-H3", "FY2020-", "FY9999", "2019-13", ""]
    {
        assert!(july.period(label).is_err(), "{label}");
    }
    for (start, months) in [("2019-08", 12), ("2019-08", 3), ("2019-10", 6), ("2019-07", 2)] {
        assert_eq!(july.label(month(start), months), None, "{start} {months}");
    }
}

#[test]
fn the_next_period_begins_after_the_day_and_the_current_one_holds_it() {
    let july = calendar(7);
    for (day, months, current, next) in [
        ("2019-07-01", 12, "FY2020", "FY2021"),
        ("2020-06-30", 12, "FY2020", "FY2021"),
        ("2019-12-31", 6, "FY2020-H1", "FY2020-H2"),
        ("2020-01-01", 6, "FY2020-H2", "FY2021-H1"),
        ("2019-09-30", 3, "FY2020-Q1", "FY2020-Q2"),
        ("2019-10-01", 3, "FY2020-Q2", "FY2020-Q3"),
        ("2020-05-15", 3, "FY2020-Q4", "FY2021-Q1"),
        ("2019-12-15", 1, "2019-12", "2020-01"),
    ] {
        assert_eq!(july.containing(date(day), months).unwrap().label, current, "{day}");
        assert_eq!(july.next_after(date(day), months).unwrap().label, next, "{day}");
    }
}

#[test]
fn reporting_periods_divide_the_planning_period() {
    let july = calendar(7);
    let labels = |label: &str, cut| {
        let periods = july.reporting(&july.period(label).unwrap(), cut);
        periods.iter().map(shown).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        labels("FY2020", ReportingPeriods::Quarters),
        "FY2020-Q1 2019-07 3, FY2020-Q2 2019-10 3, FY2020-Q3 2020-01 3, FY2020-Q4 2020-04 3"
    );
    assert_eq!(labels("FY2020-H2", ReportingPeriods::Quarters), "FY2020-Q3 2020-01 3, FY2020-Q4 2020-04 3");
    assert_eq!(
        labels("FY2020-Q2", ReportingPeriods::Months),
        "2019-10 2019-10 1, 2019-11 2019-11 1, 2019-12 2019-12 1"
    );
    assert_eq!(labels("FY2020-H1", ReportingPeriods::Whole), "FY2020-H1 2019-07 6");
    assert_eq!(labels("FY2020-Q2", ReportingPeriods::Quarters), "FY2020-Q2 2019-10 3");
    assert_eq!(labels("2019-10", ReportingPeriods::Quarters), "2019-10 2019-10 1");
}

#[test]
fn a_period_knows_its_days() {
    let period = calendar(1).period("FY2028-Q1").unwrap();
    assert_eq!((period.first_day(), period.last_day()), (date("2028-01-01"), date("2028-03-31")));
    assert_eq!((period.end(), period.days()), (month("2028-04"), 91));
    let inside = ["2027-12", "2028-01", "2028-03", "2028-04"].map(|text| period.contains(month(text)));
    assert_eq!(inside, [false, true, true, false]);
}

#[test]
fn a_month_is_whole_on_the_same_day_or_on_the_last() {
    for (from, to, expected) in [
        ("2026-01-15", "2026-03-14", 1),
        ("2026-01-15", "2026-03-15", 2),
        ("2026-01-15", "2026-03-16", 2),
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2028-02-28", 24),
        ("2026-01-31", "2028-02-29", 25),
        ("2026-03-15", "2026-01-15", -2),
        ("2026-03-15", "2026-01-10", -3),
        ("2025-11-30", "2026-02-28", 3),
    ] {
        assert_eq!(whole_months(date(from), date(to)), expected, "{from} to {to}");
    }
}
