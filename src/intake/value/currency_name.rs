//! Names of currencies as systems write them in place of their codes.

use crate::intake::table::folded;
use crate::units::Currency;

/// Names that mean one currency, folded, with their codes.
const NAMES: [(&str, &str); 16] = [
    ("usdollar", "USD"),
    ("usdollars", "USD"),
    ("unitedstatesdollar", "USD"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("britishpound", "GBP"),
    ("britishpounds", "GBP"),
    ("poundsterling", "GBP"),
    ("gbpound", "GBP"),
    ("ukpound", "GBP"),
    ("swissfranc", "CHF"),
    ("schweizerfranken", "CHF"),
    ("japaneseyen", "JPY"),
    ("canadiandollar", "CAD"),
    ("australiandollar", "AUD"),
    ("indianrupee", "INR"),
];

/// Returns the currency that `text` is the name of.
pub(in crate::intake) fn named(text: &str) -> Option<Currency> {
    let name = folded(text);
    NAMES.iter().find(|(one, _)| *one == name).and_then(|(_, code)| code.parse().ok())
}
