//! Amounts in different currencies: never a number, never an order.

use crate::usd;
use quotient::units::{Currency, Money, MoneyError, parse_decimal};

fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

#[test]
fn currencies_cannot_be_combined() {
    let mismatch = MoneyError::CurrencyMismatch(Currency::USD, Currency::EUR);
    assert_eq!(usd(5).plus(eur(5)), Err(mismatch));
    assert_eq!(usd(5).minus(eur(5)), Err(mismatch));
    assert_eq!(usd(5).compare(eur(5)), Err(mismatch));
    assert_eq!(Money::sum(Currency::USD, [usd(5), eur(5)]), Err(mismatch));
    assert_eq!(Money::sum_known([usd(5), eur(5)]), Err(mismatch));
    assert_eq!(usd(5).ratio_to(eur(5)), None);
    assert_eq!(usd(5).growth_from(eur(4)), None);
    assert_ne!(usd(0), eur(0), "not even nothing is the same");
    assert_eq!(mismatch.to_string(), "amounts in USD and EUR cannot be combined; convert one of them first");
}

#[test]
fn an_amount_writes_itself_with_the_decimals_of_its_currency() {
    let written = |currency: &str| serde_json::to_string(&Money::new(1_250, currency.parse().unwrap())).unwrap();
    assert_eq!([written("JPY"), written("USD"), written("KWD")], ["\"1250\"", "\"1250.00\"", "\"1250.000\""]);
}

#[test]
fn an_amount_for_people_has_a_comma_before_every_three_digits_of_its_whole_part() {
    let grouped = |text: &str| Money::new(parse_decimal(text).unwrap(), Currency::USD).to_grouped_exact();
    let cases = [
        ("0", "0.00"),
        ("-12", "-12.00"),
        ("999.5", "999.50"),
        ("1000", "1,000.00"),
        ("-123456.7891", "-123,456.7891"),
        ("1234567", "1,234,567.00"),
    ];
    for (plain, expected) in cases {
        assert_eq!(grouped(plain), expected);
    }
    assert_eq!(Money::new(1_234, Currency::JPY).to_grouped(), "1,234");
}

#[test]
fn a_known_amount_takes_no_more_room_than_an_optional_one() {
    assert_eq!((size_of::<Money>(), size_of::<Option<Money>>()), (20, 20));
}
