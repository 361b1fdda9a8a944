//! Values of documents as strings: exact decimals, dates, months, currencies, hashes.

use crate::units::{Currency, Money, parse_decimal, plain};
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;

/// A value that is written as a string, and read by its own parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written<T>(pub T);

impl<T: Display> Serialize for Written<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

impl<T> JsonSchema for Written<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Written".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// An exact decimal: digits, at most one leading minus, at most one point. Amounts are in the currency of the survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact(pub Decimal);

impl Exact {
    /// Returns an amount in minor units; `None` out of range.
    pub fn of_minor(minor: i128, currency: Currency) -> Option<Self> {
        Money::from_minor(minor, currency).ok().map(|money| Self(money.amount()))
    }

    /// Returns the amount in minor units; `None` out of range, or with more decimals than the currency has.
    pub fn minor(self, currency: Currency) -> Option<i128> {
        let money = Money::new(self.0, currency);
        money.to_minor().ok().filter(|_| money.rounded() == money)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&plain(self.0))
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        parse_decimal(&text).map(Self).map_err(D::Error::custom)
    }
}

impl JsonSchema for Exact {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Exact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^-?\d+(\.\d+)?$" })
    }
}

/// A hash of 128 bits as 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hash(pub u128);

impl Hash {
    /// Returns the first half of a hash.
    pub fn of(hash: &blake3::Hash) -> Self {
        let first = hash.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
        Self(u128::from_be_bytes(first))
    }
}

impl Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Hash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let read = is_hex.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        read.map(Self).ok_or("expected 32 hex digits")
    }
}
