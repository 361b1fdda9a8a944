//! Scores of quotas against what was sold.
#![allow(clippy::unwrap_used)]

mod calibration;
mod experience;
mod learning;

use crate::usd;
use proptest::prelude::*;
use quotient::quality::*;
use quotient::units::{Currency, Rate, parse_decimal};

fn rate(text: &str) -> Option<Rate> {
    Some(parse_decimal(text).unwrap())
}

fn outcome(quota: i64, actual: i64, segment: &str) -> QuotaOutcome {
    QuotaOutcome { quota: usd(quota), actual: usd(actual), segment: Some(segment.into()) }
}

#[test]
fn a_score_is_what_a_spreadsheet_gives() {
    // |q − a|: 20, 20, 50, 10, 30 → 130 of Σ actual 80 + 120 + 150 + 40 + 30 = 420; Σ quota 100 + 100 + 100 + 50 + 0 = 350.
    let outcomes = [
        outcome(100, 80, "x"),
        outcome(100, 120, "x"),
        outcome(100, 150, "y"),
        outcome(50, 40, "y"),
        outcome(0, 30, "y"),
    ];
    let all = score(&outcomes, Currency::USD).unwrap().all;
    assert_eq!((all.lines, all.without_attainment), (5, 1));
    assert_eq!(all.wape, usd(130).ratio_to(usd(420)));
    assert_eq!(all.quota_to_actual, usd(350).ratio_to(usd(420)));
    // Of the four with a quota: two at quota, with 270 of 390; errors 0.2, 0.2, 0.5, 0.2; three within 20 %.
    assert_eq!(all.at_quota_by_count, rate("0.5"));
    assert_eq!(all.at_quota_by_revenue, usd(270).ratio_to(usd(390)));
    assert_eq!(all.mean_absolute_quota_error, rate("0.275"));
    assert_eq!(all.within_20_percent, rate("0.75"));
    // Errors 0.2, 0.2, 0.2, 0.5: the median is the second of four. Attainment 0.8, 0.8, 1.2, 1.5.
    assert_eq!(all.median_quota_error, rate("0.2"));
    assert_eq!(all.attainment, ["0.8", "0.8", "0.8", "1.2", "1.5"].map(|text| rate(text).unwrap()));
    // × 420 ÷ 350 = 1.2: quotas 120, 120, 120, 60, 0; errors 40, 0, 30, 20, 30 = 120.
    assert_eq!(all.scaled_wape, usd(120).ratio_to(usd(420)));
}

#[test]
fn segments_are_scored_by_themselves() {
    let scores = score(&[outcome(100, 80, "x"), outcome(100, 150, "y")], Currency::USD).unwrap();
    assert_eq!(scores.segments[&Some("x".into())].wape, rate("0.25"));
    assert_eq!(scores.segments[&Some("y".into())].at_quota_by_count, rate("1"));
}

#[test]
fn nothing_sold_or_nothing_asked_leaves_ratios_undefined() {
    let none = score(&[], Currency::USD).unwrap().all;
    assert_eq!((none.lines, none.quota, none.wape, none.at_quota_by_count), (0, usd(0), None, None));
    let unsold = score(&[outcome(100, 0, "x"), outcome(100, -5, "x")], Currency::USD).unwrap().all;
    assert_eq!((unsold.wape, unsold.quota_to_actual, unsold.at_quota_by_revenue), (None, None, None));
    assert_eq!(unsold.at_quota_by_count, rate("0"));
    let unasked = score(&[outcome(0, 10, "x")], Currency::USD).unwrap().all;
    assert_eq!((unasked.at_quota_by_count, unasked.mean_absolute_quota_error), (None, None));
    assert_eq!(unasked.wape, rate("1"));
}

#[test]
fn baselines_are_what_anyone_would_write_down() {
    assert_eq!(last_year_grown(usd(-10), Rate::ONE), Ok(usd(0)));
    assert_eq!(last_year_grown(usd(200), -Rate::TWO), Ok(usd(0)));
    let five = [1, 100, 100, 100, 100].map(usd);
    assert_eq!(trailing_four_quarters(&five, 12), Ok(Some(usd(400))));
    assert_eq!(trailing_four_quarters(&five, 3), Ok(Some(usd(100))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn order_is_irrelevant_and_segments_sum_to_all(
        pairs in prop::collection::vec((0..999_i64, -99..999_i64, 0..3_usize), 0..30)
    ) {
        let mut outcomes: Vec<_> = pairs.iter().map(|(quota, actual, at)| outcome(*quota, *actual, ["x", "y", "z"][*at])).collect();
        let forwards = score(&outcomes, Currency::USD).unwrap();
        outcomes.reverse();
        prop_assert_eq!(&score(&outcomes, Currency::USD).unwrap(), &forwards);
        let quota = forwards.segments.values().fold(usd(0), |sum, one| sum.plus(one.quota).unwrap());
        prop_assert_eq!(quota, forwards.all.quota);
        prop_assert_eq!(forwards.segments.values().map(|one| one.lines).sum::<usize>(), forwards.all.lines);
    }
}
