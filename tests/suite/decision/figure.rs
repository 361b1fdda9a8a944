//! Numbers in reasons, compared with the same rules written with the rounding of the decimal library.

use proptest::prelude::*;
use quotient::decision::{figure, figure_beside, figure_missing};
use rust_decimal::{Decimal, RoundingStrategy};

/// The rule as a person would write it down.
fn reference(number: Decimal, strategy: RoundingStrategy) -> String {
    let decimals = if number.abs() < Decimal::ONE_THOUSAND { 4 } else { 2 };
    let short = number.round_dp_with_strategy(decimals, strategy).normalize();
    let text = short.abs().to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let point = if rest.is_empty() { "" } else { "." };
    let zero = if rest.len() == 1 && short.abs() >= Decimal::ONE_THOUSAND { "0" } else { "" };
    let sign = if short.is_sign_negative() && !short.is_zero() { "-" } else { "" };
    format!("{sign}{grouped}{point}{rest}{zero}")
}

fn beside(value: Decimal, threshold: Decimal) -> String {
    let near = |number| reference(number, RoundingStrategy::MidpointAwayFromZero);
    if value == threshold || near(value) != near(threshold) {
        return near(value);
    }
    let is_below = value < threshold;
    let away = if is_below { RoundingStrategy::ToNegativeInfinity } else { RoundingStrategy::ToPositiveInfinity };
    reference(value, away)
}

/// Numbers of every size, those near a rounding more often.
fn numbers() -> impl Strategy<Value = Decimal> {
    let any = (-(1_i128 << 95)..(1_i128 << 95), 0_u32..=28);
    let small = (-20_000_000_i128..20_000_000, 0_u32..=8);
    let ends = (prop_oneof![Just(999_999_i128), Just(9_999_995), Just(1_000_000), Just(99_999_500)], 3_u32..=7);
    prop_oneof![any, small, ends].prop_map(|(units, scale)| Decimal::from_i128_with_scale(units, scale))
}

proptest! {
    #[test]
    fn numbers_read_as_their_rounding_says(number in numbers(), step in -3_i64..=3, scale in 0_u32..=9) {
        prop_assert_eq!(figure(number), reference(number, RoundingStrategy::MidpointAwayFromZero));
        prop_assert_eq!(figure_missing(number), reference(number, RoundingStrategy::AwayFromZero));
        if let Some(near) = number.checked_add(Decimal::new(step, scale)) {
            prop_assert_eq!(figure_beside(number, near), beside(number, near));
        }
    }
}
