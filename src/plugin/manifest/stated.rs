//! Numbers that a manifest states under `[parameters]` for its rules, each with the region that a calibration searches.

use super::identifier::is_identifier;
use crate::channel::Name;
use crate::document::Item;
use crate::plugin::fault::ManifestFault;
use crate::script::FactKind;
use rust_decimal::Decimal;

/// Number that rules read as `partner.parameters.NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedNumber {
    /// Name in the manifest.
    pub name: Name,
    /// Kind: a rate, a whole number, or an amount in the book's currency.
    pub kind: FactKind,
    /// The number.
    pub value: Decimal,
    /// Least and largest value that a calibration tries; the number is one of them or between them.
    pub region: (Decimal, Decimal),
    /// True for `[parameters.NAME]` with a `value`, false for `NAME = value`.
    pub has_section: bool,
}

/// Kinds with their words.
const KINDS: [(&str, FactKind); 3] = [("rate", FactKind::Rate), ("count", FactKind::Count), ("money", FactKind::Money)];

/// Largest number on either side of zero.
const MOST: i64 = 1_000_000_000_000;

/// Reads one number, a plain one or one with its region.
pub(super) fn read(key: &str, item: Item<'_>) -> Option<StatedNumber> {
    if !is_identifier(key) {
        item.reject(ManifestFault::ParameterName { parameter: key.to_owned() });
        return None;
    }
    let most = Decimal::from(MOST);
    let number = |item: Item<'_>| item.number_in(-most, most);
    if !item.is_table() {
        let value = number(item)?;
        let region = usual(FactKind::Rate, value);
        return Some(StatedNumber { name: Name::from(key), kind: FactKind::Rate, value, region, has_section: false });
    }
    let section = item.section()?;
    let kind = section.get("kind").map_or(Some(FactKind::Rate), |item| item.word(&KINDS));
    let read = |key: &str| {
        let item = section.get(key).filter(|item| kind != Some(FactKind::Count) || item.count().is_some());
        item.and_then(number)
    };
    let (value, low, high) = (read("value"), read("at_least"), read("at_most"));
    let (kind, value) = (kind?, value?);
    let usual = usual(kind, value);
    let region = (low.unwrap_or(usual.0), high.unwrap_or(usual.1));
    if value < region.0 || value > region.1 {
        let (parameter, (low, high)) = (key.to_owned(), region);
        item.reject(ManifestFault::ParameterRegion { parameter, value, low, high });
    }
    Some(StatedNumber { name: Name::from(key), kind, value, region, has_section: true })
}

/// Region that is searched where the manifest states none: half the number on either side; of zero, ten percent.
fn usual(kind: FactKind, value: Decimal) -> (Decimal, Decimal) {
    let half = value.abs().checked_div(Decimal::TWO).unwrap_or(Decimal::ZERO);
    match kind {
        FactKind::Count => {
            let half = half.ceil().max(Decimal::ONE);
            ((value - half).max(value.min(Decimal::ZERO)), value + half)
        }
        FactKind::Rate if value.is_zero() => (Decimal::new(-1, 1), Decimal::new(1, 1)),
        _ => (value - half, value + half),
    }
}
