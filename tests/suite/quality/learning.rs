//! Ratios learned from simulated channels with a known truth, and the interval of a difference.

use proptest::prelude::*;
use quotient::quality::{Difference, Paired, Ratio};
use quotient::units::parse_decimal;
use rust_decimal::Decimal;

/// Integers only, so that every machine draws the same channels.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % u64::try_from(limit).unwrap()).unwrap()
    }

    /// A partner of 10 to 1,009 that keeps 0 to 140 % of it: 70 % on average.
    fn partner(&mut self) -> (Decimal, Decimal) {
        let before = 10 + self.below(1_000);
        (Decimal::from(before), Decimal::new(before * self.below(1_401), 3))
    }
}

fn rate(text: &str) -> Decimal {
    parse_decimal(text).unwrap()
}

#[test]
fn the_band_of_a_ratio_holds_the_truth_as_often_as_it_says() {
    let mut dice = Dice(7);
    let channels = 400;
    let held = (0..channels)
        .filter(|_| {
            let pairs: Vec<_> = (0..60).map(|_| dice.partner()).collect();
            let (low, high) = Ratio::of(&pairs).unwrap().band();
            low <= rate("0.7") && rate("0.7") <= high
        })
        .count();
    // 320 of 400 are expected, with a standard deviation of 8.
    assert!((290..=350).contains(&held), "an 80 % band held the truth in {held} of {channels} channels");
}

#[test]
fn a_group_with_little_evidence_is_drawn_to_the_whole_and_one_with_much_is_not() {
    let whole: Vec<_> = (0..100).map(|_| (Decimal::from(100), Decimal::from(70))).collect();
    let whole = Ratio::of(&whole).unwrap();
    let group = |lines: usize| Ratio::of(&vec![(Decimal::from(100), Decimal::from(20)); lines]).unwrap();
    // 5 equal lines against a weight of 20: 1/5 × 0.2 + 4/5 × 0.7 = 0.6; 60 lines: 3/4 × 0.2 + 1/4 × 0.7 = 0.325.
    assert_eq!(group(5).shrunk(&whole, rate("20")).unwrap().value, rate("0.6"));
    assert_eq!(group(60).shrunk(&whole, rate("20")).unwrap().value, rate("0.325"));
    assert_eq!(group(5).shrunk(&whole, Decimal::ZERO).unwrap().value, rate("0.2"));
    // One large line says as much as one line, however many small ones there are.
    let mut uneven = vec![(Decimal::from(1_000_000), Decimal::from(500_000))];
    uneven.extend(vec![(Decimal::ONE, Decimal::ONE); 50]);
    assert_eq!(Ratio::of(&uneven).unwrap().evidence, rate("1"));
}

#[test]
fn chance_is_not_taken_for_a_better_method() {
    let mut dice = Dice(11);
    // Two methods with the same distribution of errors: at most a few of a hundred channels may be called different.
    let mut called = 0;
    for _ in 0..60 {
        let partners: Vec<Paired> = (0..80)
            .map(|_| Paired { own: dice.below(1_000).into(), other: dice.below(1_000).into(), actual: 1_000 })
            .collect();
        let found = Difference::of(&partners).unwrap();
        called += usize::from(found.is_better() || found.is_worse());
    }
    assert!(called <= 10, "{called} of 60 pairs of equal methods were called different");
    let better: Vec<Paired> = (0..80)
        .map(|_| Paired { own: dice.below(1_000).into(), other: (500 + dice.below(1_000)).into(), actual: 1_000 })
        .collect();
    assert!(Difference::of(&better).unwrap().is_better());
    let swapped: Vec<Paired> = better.iter().map(|one| Paired { own: one.other, other: one.own, ..*one }).collect();
    assert!(Difference::of(&swapped).unwrap().is_worse());
    assert_eq!(Difference::of(&[]), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_lines_changes_no_digit(pairs in prop::collection::vec((1..9_999_999_i64, -9_999..99_999_999_i64), 1..40)) {
        let mut pairs: Vec<_> = pairs.iter().map(|(a, b)| (Decimal::new(*a, 2), Decimal::new(*b, 2))).collect();
        let forwards = Ratio::of(&pairs);
        pairs.reverse();
        prop_assert_eq!(Ratio::of(&pairs), forwards);
    }
}
