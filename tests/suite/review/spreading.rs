//! An agreed quota over the reporting periods of a line, with figures that a person can check.

use quotient::channel::Name;
use quotient::review::spread;
use quotient::units::{Currency, Money};

fn cents(minor: i128) -> Money {
    Money::from_minor(minor, Currency::USD).unwrap()
}

fn spread_over(whole: i128, quarters: &[i128]) -> Vec<(String, i128)> {
    let labels = ["FY2026-Q1", "FY2026-Q2", "FY2026-Q3", "FY2026-Q4"];
    let periods: Vec<(Name, Money)> =
        labels.iter().zip(quarters).map(|(label, minor)| (Name::from(*label), cents(*minor))).collect();
    let parts = spread(cents(whole), &periods).unwrap();
    parts.into_iter().map(|(label, part)| (label.to_string(), part.to_minor().unwrap())).collect()
}

#[test]
fn a_quota_keeps_the_proportions_of_the_periods() {
    let expected = [("FY2026-Q1", 200), ("FY2026-Q2", 400), ("FY2026-Q3", 0), ("FY2026-Q4", 600)];
    assert_eq!(spread_over(1_200, &[100, 200, 0, 300]), expected.map(|(label, minor)| (label.to_owned(), minor)));
}

#[test]
fn a_quota_is_even_where_no_period_has_any() {
    let expected = [("FY2026-Q1", 300), ("FY2026-Q2", 300), ("FY2026-Q3", 300), ("FY2026-Q4", 300)];
    assert_eq!(spread_over(1_200, &[0, 0, 0, 0]), expected.map(|(label, minor)| (label.to_owned(), minor)));
}

#[test]
fn no_cent_is_lost() {
    for whole in [1, 2, 3, 1_001, 99_999] {
        let parts = spread_over(whole, &[1, 1, 1]);
        assert_eq!(parts.iter().map(|(_, minor)| minor).sum::<i128>(), whole);
        assert!(parts.iter().all(|(_, minor)| (minor - whole / 3).abs() <= 1), "{parts:?}");
    }
}
