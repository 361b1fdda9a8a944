//! Decimals from and to text, and currencies.

use quotient::units::{Currency, DecimalFault, parse_decimal, plain};

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
