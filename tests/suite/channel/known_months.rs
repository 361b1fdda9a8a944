//! Gaps of a book in the season of a part of it.

use quotient::channel::KnownMonths;
use quotient::units::Month;
use rust_decimal::Decimal;

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// The season up to December 2025 of a book that has revenue in `months`, where each known month has 10.
fn filled(months: &[&str], years: i32) -> Vec<i64> {
    let known = KnownMonths::of_months(&months.iter().map(|text| month(text)).collect());
    let mut season = [Decimal::ZERO; 12];
    for text in months {
        season[month(text).number() as usize - 1] += Decimal::TEN;
    }
    let found = known.filled(season, month("2025-12"), years).unwrap();
    found.iter().map(|amount| i64::try_from(*amount).unwrap()).collect()
}

const YEAR: [&str; 12] = [
    "2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10",
    "2025-11", "2025-12",
];

#[test]
fn months_that_are_missing_count_as_the_average_where_nine_are_known() {
    assert_eq!(filled(&YEAR, 1), [10; 12]);
    assert_eq!(filled(&YEAR[3..], 1), [10; 12]);
    assert_eq!(filled(&YEAR[4..], 1), [0, 0, 0, 0, 10, 10, 10, 10, 10, 10, 10, 10]);
}

#[test]
fn a_month_that_is_missing_in_one_of_two_years_counts_as_in_the_other() {
    let before: Vec<String> = YEAR[1..].iter().map(|month| month.replace("2025", "2024")).collect();
    let months: Vec<&str> = ["2024-01"].into_iter().chain(before.iter().map(String::as_str)).chain(YEAR).collect();
    assert_eq!(filled(&months, 2), [20; 12]);
    let without: Vec<&str> = months.iter().copied().filter(|month| *month != "2024-03").collect();
    assert_eq!(filled(&without, 2), [20; 12]);
}

#[test]
fn the_span_is_from_the_first_to_the_last_month() {
    let known = KnownMonths::of_months(&[month("2025-11"), month("2026-02")].into());
    assert_eq!((known.first(), known.span()), (Some(month("2025-11")), Some((month("2025-11"), month("2026-02")))));
    assert_eq!((KnownMonths::default().first(), KnownMonths::default().span()), (None, None));
}
