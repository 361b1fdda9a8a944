//! Amounts as text: plain, exact and grouped, in JSON and its schema.

use super::{Money, plain, push_plain};
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

impl Money {
    /// Writes the amount rounded to exactly the decimals of its currency: `1250000.00`.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(1_250_000, Currency::USD).to_plain(), "1250000.00");
    /// ```
    pub fn to_plain(self) -> String {
        let mut amount = self.rounded().amount();
        amount.rescale(self.currency().decimals());
        plain(amount)
    }

    /// Writes the amount with at least the decimals of its currency and every digit it has: files never round.
    ///
    /// ```
    /// use quotient::units::{Currency, Money, parse_decimal};
    /// assert_eq!(Money::new(5, Currency::USD).to_exact(), "5.00");
    /// assert_eq!(Money::new(parse_decimal("5.125")?, Currency::USD).to_exact(), "5.125");
    /// # Ok::<(), quotient::units::DecimalFault>(())
    /// ```
    pub fn to_exact(self) -> String {
        let mut text = String::new();
        self.push_exact(&mut text);
        text
    }

    /// Adds what [`Money::to_exact`] writes to `out`.
    pub(crate) fn push_exact(self, out: &mut String) {
        // Most amounts have the currency's own decimals; taking zeros off the others is the slow part.
        let (decimals, mut amount) = (self.currency().decimals(), self.amount());
        if amount.scale() > decimals {
            amount = amount.normalize();
        }
        if amount.scale() < decimals {
            amount.rescale(decimals);
        }
        push_plain(amount, out);
    }

    /// Writes the amount for people, with thousands separators: `1,250,000.00`.
    ///
    /// ```
    /// use quotient::units::{Currency, Money};
    /// assert_eq!(Money::new(1_250_000, Currency::JPY).to_grouped(), "1,250,000");
    /// ```
    pub fn to_grouped(self) -> String {
        grouped_text(&self.to_plain())
    }

    /// Writes the amount for people without rounding it: `1,250,000.00`, and `178,399.597` where there are more decimals.
    ///
    /// ```
    /// use quotient::units::{Currency, Money, parse_decimal};
    /// let amount = Money::new(parse_decimal("1399.597")?, Currency::USD);
    /// assert_eq!(amount.to_grouped_exact(), "1,399.597");
    /// # Ok::<(), quotient::units::DecimalFault>(())
    /// ```
    pub fn to_grouped_exact(self) -> String {
        grouped_text(&self.to_exact())
    }
}

/// Writes a number for people, without rounding it: `1,250,000.5`.
pub(crate) fn grouped(value: Decimal) -> String {
    grouped_text(&plain(value))
}

/// Puts a comma between the thousands of a plain decimal text.
fn grouped_text(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(text.len() + text.len() / 3);
    out.push_str(sign);
    let (first, rest) = whole.split_at(whole.len() % 3);
    out.push_str(first);
    for at in (0..rest.len()).step_by(3) {
        out.push_str(if at > 0 || !first.is_empty() { "," } else { "" });
        out.push_str(&rest[at..at + 3]);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(self.amount()))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_exact())
    }
}

impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Exact amount in the currency of the document, with at least its decimals.",
            "type": "string",
            "format": "decimal",
            "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
            "examples": ["1250000.00"],
        })
    }
}
