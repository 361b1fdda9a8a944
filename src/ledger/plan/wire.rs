//! Amounts, rates and dates as events write them: exact, with their unit, and read back without loss.

use chrono::{DateTime, NaiveDate, Utc};

/// An amount as an object with the amount as a string and its currency.
pub mod money {
    use crate::units::{Currency, Money, parse_decimal};
    use schemars::JsonSchema;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// An exact amount with its currency.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[schemars(rename = "PlanAmount")]
    pub struct Written {
        /// Decimal string.
        amount: String,
        /// ISO 4217 code.
        currency: String,
    }

    /// Writes `{"amount":"1250000.00","currency":"EUR"}`.
    pub fn serialize<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
        Written { amount: money.to_exact(), currency: money.currency().code().to_owned() }.serialize(serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let currency: Currency = written.currency.parse().map_err(|_| D::Error::custom("unknown currency"))?;
        let amount = parse_decimal(&written.amount).map_err(D::Error::custom)?;
        Money::bounded(amount, currency).map_err(D::Error::custom)
    }
}

/// An amount that may be unknown: null, or as [`money`].
pub mod optional_money {
    use crate::units::Money;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Known(#[serde(with = "super::money")] Money);

    /// Writes null, or the amount.
    pub fn serialize<S: Serializer>(money: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
        money.map(Known).serialize(serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
        Ok(Option::<Known>::deserialize(deserializer)?.map(|known| known.0))
    }
}

/// A rate as a string.
pub mod rate {
    use crate::units::{Rate, parse_decimal, plain};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes `"0.1"`.
    pub fn serialize<S: Serializer>(rate: &Rate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&plain(*rate))
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        parse_decimal(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A number that may be unknown: null, or a string.
pub mod optional_rate {
    use crate::units::Rate;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Known(#[serde(with = "super::rate")] Rate);

    /// Writes null, or the number.
    pub fn serialize<S: Serializer>(rate: &Option<Rate>, serializer: S) -> Result<S::Ok, S::Error> {
        rate.map(Known).serialize(serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Rate>, D::Error> {
        Ok(Option::<Known>::deserialize(deserializer)?.map(|known| known.0))
    }
}

/// A list of dates that may be missing.
pub mod optional_dates {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Known(#[serde(with = "super::date")] NaiveDate);

    /// Writes null, or the dates.
    pub fn serialize<S: Serializer>(dates: &Option<Vec<NaiveDate>>, serializer: S) -> Result<S::Ok, S::Error> {
        let known = |dates: &Vec<NaiveDate>| dates.iter().copied().map(Known).collect::<Vec<_>>();
        dates.as_ref().map(known).serialize(serializer)
    }

    /// Reads them.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<NaiveDate>>, D::Error> {
        let known = Option::<Vec<Known>>::deserialize(deserializer)?;
        Ok(known.map(|dates| dates.into_iter().map(|known| known.0).collect()))
    }
}

/// A date as `2026-01-31`.
pub mod date {
    use chrono::NaiveDate;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the date.
    pub fn serialize<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A date that may be missing: null, or as [`date`].
pub mod optional_date {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Known(#[serde(with = "super::date")] NaiveDate);

    /// Writes null, or the date.
    pub fn serialize<S: Serializer>(date: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
        date.map(Known).serialize(serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
        Ok(Option::<Known>::deserialize(deserializer)?.map(|known| known.0))
    }
}

/// Returns the UTC date of a time.
pub fn date_of(time: DateTime<Utc>) -> NaiveDate {
    time.date_naive()
}
