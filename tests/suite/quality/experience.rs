//! Bands and odds on simulated channels with a known truth, and the measures of fairness beside slow ones.

use super::rate;
use proptest::prelude::*;
use quotient::quality::{Coverage, Experience, Observed, Outlook, Planned, gini, rank_correlation};
use rust_decimal::Decimal;

/// Integers only, so that every machine draws the same channels.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> i128 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i128::from((self.0 >> 33) % limit)
    }

    /// A line of group 0 buys 70 to 130 % of what is expected, one of group 1 nothing to 200 %.
    fn bought(&mut self, group: usize, expected: i128) -> i128 {
        expected * if group == 0 { 700 + self.below(601) } else { self.below(2_001) } / 1_000
    }

    fn line(&mut self, period: usize) -> Observed {
        let (group, expected) = (usize::from(self.below(3) == 0), 10_000 + self.below(100_000));
        Observed { period, group, expected, bought: self.bought(group, expected) }
    }
}

fn planned(group: usize, expected: i128, quota: i128) -> Planned {
    Planned { group, area: 0, expected, quota }
}

#[test]
fn bands_hold_the_truth_as_often_as_they_say() {
    let (mut dice, mut inside, all) = (Dice(3), 0, 4_000);
    for _ in 0..40 {
        let experience = Experience::new(1, 2, (0..150).map(|_| dice.line(0)));
        for _ in 0..all / 40 {
            let line = dice.line(0);
            let outlook = experience.line(&planned(line.group, line.expected, 1)).unwrap();
            inside += usize::from((outlook.low..=outlook.high).contains(&line.bought));
        }
    }
    // 80 % or a little more, as ranks are whole: 3,200 of 4,000 have a standard deviation of 25.
    assert!((3_120..=3_380).contains(&inside), "{inside} of {all} were inside");
}

#[test]
fn each_group_has_the_band_of_its_spread_and_too_few_lines_that_of_all() {
    let mut dice = Dice(11);
    let lines: Vec<Observed> = (0..2_000).map(|_| dice.line(0)).collect();
    let experience = Experience::new(1, 3, lines);
    let width = |group| {
        let outlook = experience.line(&planned(group, 1_000_000, 1_000_000)).unwrap();
        outlook.high - outlook.low
    };
    // 80 % of 0.7 to 1.3 is 0.48 wide, 80 % of 0 to 2 is 1.6 wide.
    assert!((460_000..500_000).contains(&width(0)), "{}", width(0));
    assert!((1_530_000..1_670_000).contains(&width(1)), "{}", width(1));
    assert_eq!((experience.evidence(0).1, experience.evidence(1).1), (true, true));
    assert_eq!(experience.evidence(2), (2_000, false));
}

#[test]
fn odds_are_the_share_of_outcomes_that_reach_the_quota() {
    let lines = (1..=20).map(|n| Observed { period: 0, group: 0, expected: 100, bought: 10 * n });
    let experience = Experience::new(1, 1, lines);
    for (quota, odds) in [(0, "1"), (10, "1"), (100, "0.55"), (101, "0.5"), (200, "0.05"), (201, "0")] {
        assert_eq!(experience.line(&planned(0, 100, quota)).map(|outlook| outlook.odds), rate(odds), "{quota}");
    }
    assert_eq!(experience.line(&planned(0, 0, 100)), None);
    assert_eq!(Experience::new(0, 1, []).line(&planned(0, 100, 100)), None);
    assert_eq!(Experience::new(0, 1, []).drawn(1, &[planned(0, 100, 100)]), None);
}

#[test]
fn a_shock_that_hits_all_lines_does_not_average_out() {
    // In one period every line bought 80 %, in the other 120 %.
    let lines = (0..400).map(|n| Observed { period: n % 2, group: 0, expected: 100, bought: [80, 120][n % 2] });
    let experience = Experience::new(2, 1, lines);
    let plan: Vec<Planned> = (0..1_000).map(|n| Planned { area: n % 2, ..planned(0, 100, 100) }).collect();
    let areas = Outlook::of_areas(&experience.drawn(2, &plan).unwrap(), &plan).unwrap();
    assert_eq!(
        areas.iter().map(|area| (area.low, area.high)).collect::<Vec<_>>(),
        [(40_000, 60_000), (40_000, 60_000), (80_000, 120_000)]
    );
    assert!(areas[2].odds > rate("0.45").unwrap() && areas[2].odds < rate("0.55").unwrap(), "{}", areas[2].odds);
    // A band made from the one says nothing true of the other.
    assert_eq!(experience.coverage(|one, other| one != other), Some(Coverage { lines: 400, inside: 0 }));
    assert_eq!(experience.coverage(|_, _| false), None);
}

#[test]
fn coverage_is_measured_on_periods_that_the_band_was_not_made_from() {
    let mut dice = Dice(29);
    let lines: Vec<Observed> = (0..4_000).map(|n| dice.line(n % 4)).collect();
    let coverage = Experience::new(4, 2, lines).coverage(|one, other| one != other).unwrap();
    assert_eq!(coverage.lines, 4_000);
    let share = coverage.share().unwrap();
    assert!(rate("0.78").unwrap() < share && share < rate("0.82").unwrap(), "{share}");
}

#[test]
fn bands_are_widened_until_they_hold_in_other_periods() {
    let mut dice = Dice(5);
    // Six periods, each with another level between 70 and 120 %.
    let lines: Vec<Observed> = (0..1_200)
        .map(|n| {
            let line = dice.line(n % 6);
            Observed {
                group: 0,
                bought: line.expected * (800 + dice.below(401)) / 1_000 * (7 + (n % 6) as i128) / 10,
                ..line
            }
        })
        .collect();
    let plain = Experience::new(6, 1, lines);
    let apart = |one: usize, other: usize| one != other;
    let before = plain.coverage(apart).unwrap();
    assert!(before.share() < rate("0.8"), "{before:?}");
    let calibrated = plain.clone().calibrated(apart);
    let after = calibrated.coverage(apart).unwrap();
    assert!(calibrated.is_widened() && after.share() >= rate("0.8") && after.share() < rate("0.88"), "{after:?}");
    let width = |experience: &Experience| {
        let outlook = experience.line(&planned(0, 1_000, 1_000)).unwrap();
        outlook.high - outlook.low
    };
    assert!(width(&calibrated) > width(&plain));
    // Without periods apart nothing can be measured, and nothing is changed.
    assert_eq!(plain.clone().calibrated(|_, _| false), plain);
}

/// Half the mean difference of all pairs ÷ the mean.
fn slow_gini(amounts: &[i128]) -> Decimal {
    let pairs = amounts.iter().flat_map(|one| amounts.iter().map(move |other| (one - other).abs()));
    let (apart, sum, count) = (pairs.sum::<i128>(), amounts.iter().sum::<i128>(), amounts.len() as i128);
    Decimal::from(apart) / Decimal::from(2 * count * sum)
}

proptest! {
    #[test]
    fn gini_is_half_the_relative_mean_difference(amounts in prop::collection::vec(0_i128..1_000_000, 2..40)) {
        let found = gini(&amounts);
        if amounts.iter().sum::<i128>() == 0 {
            prop_assert_eq!(found, None);
        } else {
            let apart = (found.unwrap() - slow_gini(&amounts)).abs();
            prop_assert!(apart <= rate("0.0005").unwrap(), "{apart}");
        }
    }

    /// Without equal values: 1 − 6 Σ d² ÷ n (n² − 1).
    #[test]
    fn rank_correlation_is_that_of_the_book(order in Just((0..25_i128).collect::<Vec<_>>()).prop_shuffle()) {
        let pairs: Vec<(i128, i128)> = order.iter().enumerate().map(|(n, rank)| (n as i128, rank * rank)).collect();
        let squares: i128 = order.iter().enumerate().map(|(n, rank)| (n as i128 - rank).pow(2)).sum();
        let expected = Decimal::ONE - Decimal::from(6 * squares) / Decimal::from(25 * (25 * 25 - 1));
        let apart = (rank_correlation(&pairs).unwrap() - expected).abs();
        prop_assert!(apart <= rate("0.0006").unwrap(), "{apart}");
    }
}

#[test]
fn measures_of_a_very_large_channel_are_in_range() {
    let pairs: Vec<(i128, i128)> = (0..1_000_000).map(|n| (n, -n)).collect();
    assert_eq!(rank_correlation(&pairs), rate("-1"));
    let amounts: Vec<i128> = (0..1_000_000).map(|n| n * 1_000_000_000).collect();
    assert_eq!(gini(&amounts), rate("0.333"));
    assert_eq!((gini(&[]), gini(&[1]), gini(&[-1, 5]), gini(&[0, 0])), (None, None, None, None));
}
