//! Keys of lookup tables: texts that are looked up as they are, and bands.

use super::FactKind;
use crate::channel::Name;
use crate::units::parse_decimal;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A key column of a lookup table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    /// Heading, without its sign.
    pub name: Name,
    /// Kind of its values; a band is a number or a date.
    pub kind: FactKind,
    /// True for a band: the row with the largest value that is not above what is looked up.
    pub is_band: bool,
}

/// One key of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A text that is looked up as it is.
    Text(Name),
    /// Start of a band.
    Number(Decimal),
    /// First date of a band.
    Date(NaiveDate),
}

impl KeyColumn {
    /// Returns the key of a cell; `None` for one that is not of the column's kind.
    pub(super) fn key(&self, cell: &str) -> Option<Key> {
        match (self.is_band, self.kind) {
            (false, _) => Some(Key::Text(Name::from(cell))),
            (true, FactKind::Date) => cell.parse().ok().map(Key::Date),
            (true, _) => parse_decimal(cell).ok().map(|number| Key::Number(number.normalize())),
        }
    }
}

/// Key columns of a header, without their signs, and whether each is a band; the first column where none has a sign.
pub(super) fn key_columns(header: &[String]) -> Vec<(&str, bool)> {
    let signed = |name: &String| name.ends_with('=');
    let marked = header.iter().take_while(|name| signed(name));
    let key = |name: &'_ str| match name.strip_suffix(">=") {
        Some(band) => (band.trim_end().len(), true),
        None => (name.trim_end_matches('=').trim_end().len(), false),
    };
    let keys = marked.map(|name| {
        let (length, is_band) = key(name);
        (name.get(..length).unwrap_or_default(), is_band)
    });
    let keys: Vec<(&str, bool)> = keys.collect();
    if keys.is_empty() { header.iter().take(1).map(|name| (name.as_str(), false)).collect() } else { keys }
}
