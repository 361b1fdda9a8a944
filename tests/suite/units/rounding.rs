//! The rounding functions of DMN 1.4, table 75, with the examples printed there.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::prelude::*;
use quotient::units::{Rounding, parse_decimal};
use rust_decimal::Decimal;

fn rounded(rounding: Rounding, value: &str, scale: i32) -> String {
    let value = parse_decimal(value).unwrap();
    rounding.apply(value, scale).map_or("none".to_owned(), |value| value.normalize().to_string())
}

fn check(rounding: Rounding, examples: &[(&str, i32, &str)]) {
    for (value, scale, expected) in examples {
        assert_eq!(rounded(rounding, value, *scale), *expected, "{rounding}({value}, {scale})");
    }
}

#[test]
fn the_examples_of_the_specification_hold() {
    check(Rounding::Up, &[("5.5", 0, "6"), ("-5.5", 0, "-6"), ("1.121", 2, "1.13"), ("-1.126", 2, "-1.13")]);
    check(Rounding::Down, &[("5.5", 0, "5"), ("-5.5", 0, "-5"), ("1.121", 2, "1.12"), ("-1.126", 2, "-1.12")]);
    check(Rounding::HalfUp, &[("5.5", 0, "6"), ("-5.5", 0, "-6"), ("1.121", 2, "1.12"), ("-1.126", 2, "-1.13")]);
    check(Rounding::HalfDown, &[("5.5", 0, "5"), ("-5.5", 0, "-5"), ("1.121", 2, "1.12"), ("-1.126", 2, "-1.13")]);
    // `decimal(1/3, 2) = .33`, `decimal(1.5, 0) = 2`, `decimal(2.5, 0) = 2`
    check(Rounding::HalfEven, &[("0.3333333333", 2, "0.33"), ("1.5", 0, "2"), ("2.5", 0, "2")]);
    check(Rounding::Floor, &[("1.5", 0, "1"), ("-1.5", 0, "-2"), ("-1.56", 1, "-1.6")]);
    check(Rounding::Ceiling, &[("1.5", 0, "2"), ("-1.5", 0, "-1"), ("-1.56", 1, "-1.5")]);
}

#[test]
fn a_negative_scale_rounds_to_tens_and_hundreds() {
    check(Rounding::HalfUp, &[("12350", -2, "12400"), ("12349.99", -2, "12300"), ("49", -2, "0"), ("-50", -2, "-100")]);
    check(Rounding::HalfEven, &[("12350", -2, "12400"), ("12450", -2, "12400"), ("12450.01", -2, "12500")]);
    check(Rounding::Up, &[("1", -3, "1000"), ("0", -3, "0"), ("-0.01", -3, "-1000")]);
    check(Rounding::Floor, &[("-1", -3, "-1000"), ("999", -3, "0")]);
}

#[test]
fn a_scale_beyond_all_digits_leaves_the_value_or_the_range() {
    check(Rounding::HalfUp, &[("1.5", 40, "1.5"), ("1.5", i32::MAX, "1.5"), ("1.5", -40, "0"), ("1.5", i32::MIN, "0")]);
    check(Rounding::Up, &[("1.5", -40, "none"), ("0", i32::MIN, "0"), ("1.5", -29, "none")]);
    check(Rounding::Floor, &[("1.5", -60, "0"), ("-1.5", -60, "none")]);
}

/// The definition of each rounding on exact rationals: floor and ceiling, and the distance to both.
fn by_definition(rounding: Rounding, value: &BigRational) -> BigInt {
    let (floor, ceiling) = (value.floor().to_integer(), value.ceil().to_integer());
    let (outer, inner) = if value.is_negative() { (&floor, &ceiling) } else { (&ceiling, &floor) };
    let below = value - BigRational::from(floor.clone());
    let above = BigRational::from(ceiling.clone()) - value;
    let nearest = |tie: &BigInt| match below.cmp(&above) {
        std::cmp::Ordering::Less => floor.clone(),
        std::cmp::Ordering::Greater => ceiling.clone(),
        std::cmp::Ordering::Equal => tie.clone(),
    };
    match rounding {
        Rounding::Up => outer.clone(),
        Rounding::Down => inner.clone(),
        Rounding::Floor => floor,
        Rounding::Ceiling => ceiling,
        Rounding::HalfUp => nearest(outer),
        Rounding::HalfDown => nearest(inner),
        Rounding::HalfEven => nearest(if (&floor % BigInt::from(2)).is_zero() { &floor } else { &ceiling }),
    }
}

fn rational(value: Decimal) -> BigRational {
    BigRational::new(value.mantissa().into(), BigInt::from(10).pow(value.scale()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn every_rounding_agrees_with_its_definition(
        digits in -1_000_000i64..1_000_000, decimals in 0u32..6, scale in -5i32..6, mode in 0usize..7,
    ) {
        let rounding = Rounding::ALL[mode];
        let value = Decimal::new(digits, decimals);
        let unit = if scale >= 0 {
            BigRational::new(1.into(), BigInt::from(10).pow(scale.unsigned_abs()))
        } else {
            BigRational::from(BigInt::from(10).pow(scale.unsigned_abs()))
        };
        let expected = BigRational::from(by_definition(rounding, &(rational(value) / &unit))) * unit;
        prop_assert_eq!(rational(rounding.apply(value, scale).unwrap()), expected);
    }
}
