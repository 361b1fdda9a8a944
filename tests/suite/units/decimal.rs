//! Decimals from and to text, and currencies.

use proptest::prelude::*;
use quotient::units::{Currency, DecimalFault, MAX_MINOR_UNITS, Money, parse_decimal, plain};
use rust_decimal::Decimal;

#[test]
fn plain_decimals_are_read_with_every_digit() {
    for text in
        ["0", "7", "-7", "1234.50", "-0.01", "0.0", "9999999999999999999999999999", "-0.0000000000000000000000000001"]
    {
        assert_eq!(plain(parse_decimal(text).unwrap()), text);
    }
    for zero in ["-0", "-0.00"] {
        let value = parse_decimal(zero).unwrap();
        assert_eq!((plain(value), value.is_sign_negative()), (zero[1..].to_owned(), false));
    }
    assert_eq!(plain(-parse_decimal("0.0").unwrap()), "0.0");
}

#[test]
fn what_general_parsers_accept_is_refused() {
    for text in
        ["", "-", "+1", "--1", ".5", "5.", "-.5", "1.2.3", "1_000", "1,000", "1e5", " 1", "1 ", "0x1", "1a", "a1", "٣"]
    {
        assert_eq!(parse_decimal(text), Err(DecimalFault::NotDecimal), "{text}");
    }
    for text in ["100000000000000000000000000000", "0.00000000000000000000000000001"] {
        assert_eq!(parse_decimal(text), Err(DecimalFault::TooLong), "{text}");
    }
}

#[test]
fn currencies_have_the_decimals_of_iso_4217() {
    for (code, decimals) in [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XAU", 0)] {
        let currency: Currency = code.parse().unwrap();
        assert_eq!((currency.code(), currency.decimals()), (code, decimals));
        assert_eq!(currency.to_string(), code);
    }
    for text in ["", "usd", "US", "USDX", "ABC"] {
        let fault = text.parse::<Currency>().expect_err(text).to_string();
        assert!(fault.contains(&format!("`{text}`")), "{fault}");
    }
}

proptest! {
    #[test]
    fn short_decimals_are_those_of_the_general_parser(
        units in prop_oneof![any::<i64>().prop_map(i128::from), -(1_i128 << 95)..(1_i128 << 95), -2000_i128..2000],
        scale in 0_u32..=28,
    ) {
        let value = Decimal::from_i128_with_scale(units, scale);
        let text = if value.is_zero() { value.abs().to_string() } else { value.to_string() };
        prop_assert_eq!(&plain(value), &text);
        let read = parse_decimal(&text).unwrap();
        let general = Decimal::from_str_exact(&text).unwrap();
        prop_assert_eq!((read.mantissa(), read.scale()), (general.mantissa(), general.scale()));
    }

    #[test]
    fn minor_units_are_the_rounded_amount(units in -(1_i128 << 90)..(1_i128 << 90), scale in 0_u32..=28, few in -99_999_i128..99_999) {
        for units in [units, few] {
            let money = Money::new(Decimal::from_i128_with_scale(units, scale), Currency::USD);
            let mut rounded = money.rounded().amount();
            let is_in_range = rounded.abs() <= Decimal::from_i128_with_scale(MAX_MINOR_UNITS, 2);
            rounded.rescale(2);
            prop_assert_eq!(money.to_minor().ok(), is_in_range.then(|| rounded.mantissa()));
        }
    }
}
