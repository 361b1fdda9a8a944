//! Types that a figure can have, each with its kind, its value and its JSON Schema.

use super::kind::Kind;
use super::value::{List, Value};
use crate::units::{Currency, Money, Month, plain};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::sync::Arc;

/// Type that a figure can have.
pub trait Quantity: Sized {
    /// Kind of its values.
    const KIND: Kind;
    /// True when a value may be not known.
    const IS_OPTIONAL: bool = false;
    /// Words that a string can be; empty for any.
    const WORDS: &'static [&'static str] = &[];

    /// Returns the value.
    fn value(&self) -> Value<'_>;

    /// Returns the quantity of `value`; `None` when the value is of another kind, or the type is only ever written.
    fn from_value(_value: Value<'_>) -> Option<Self> {
        None
    }

    /// Returns the JSON Schema of its values.
    fn schema(generator: &mut SchemaGenerator) -> Schema;

    /// Returns the JSON Schema of its values without null.
    fn known_schema(generator: &mut SchemaGenerator) -> Schema {
        Self::schema(generator)
    }

    /// Returns the JSON Schema of a group's object itself, not a reference to it.
    fn members(_generator: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

/// Quantity whose JSON Schema is asked from `schemars`, so that null, lists and references are written in one way.
struct Shape<Q>(std::marker::PhantomData<Q>);

impl<Q: Quantity> JsonSchema for Shape<Q> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Shape".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Q::schema(generator)
    }
}

impl<Q: Quantity> Quantity for Option<Q> {
    const KIND: Kind = Q::KIND;
    const IS_OPTIONAL: bool = true;
    const WORDS: &'static [&'static str] = Q::WORDS;

    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::NotKnown, Quantity::value)
    }

    fn from_value(value: Value<'_>) -> Option<Self> {
        if value.is_known() { Q::from_value(value).map(Some) } else { Some(None) }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Option<Shape<Q>>>()
    }

    fn known_schema(generator: &mut SchemaGenerator) -> Schema {
        Q::schema(generator)
    }
}

impl<Q: Quantity> Quantity for Vec<Q> {
    const KIND: Kind = Kind::List;

    fn value(&self) -> Value<'_> {
        Value::List(self)
    }

    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::List(list) => (0..list.size()).map(|index| Q::from_value(list.item(index))).collect(),
            Value::OwnList(list) => (0..list.size()).map(|index| Q::from_value(list.item(index))).collect(),
            _ => None,
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Vec<Shape<Q>>>()
    }
}

impl<Q: Quantity> List for Vec<Q> {
    fn size(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Value<'_> {
        self.get(index).map_or(Value::NotKnown, Quantity::value)
    }
}

impl<Q: Quantity> Quantity for Arc<Q> {
    const KIND: Kind = Q::KIND;
    const IS_OPTIONAL: bool = Q::IS_OPTIONAL;

    fn value(&self) -> Value<'_> {
        Q::value(self)
    }

    fn from_value(value: Value<'_>) -> Option<Self> {
        Q::from_value(value).map(Self::new)
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        Q::schema(generator)
    }
}

/// Implements [`Quantity`] for plain types: kind, value, back again, schema.
macro_rules! plain_quantities {
    ($($type:ty: $kind:ident, $this:pat_param => $value:expr, $pattern:pat => $back:expr, $generator:pat_param => $schema:expr;)+) => {$(
        impl Quantity for $type {
            const KIND: Kind = Kind::$kind;

            fn value(&self) -> Value<'_> {
                let $this = self;
                $value
            }

            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    $pattern => $back,
                    _ => None,
                }
            }

            fn schema(generator: &mut SchemaGenerator) -> Schema {
                let $generator = generator;
                $schema
            }
        }
    )+};
}

plain_quantities! {
    Money: Money, money => Value::Money(*money), Value::Money(money) => Some(money), all => all.subschema_for::<Money>();
    Decimal: Rate, rate => Value::Rate(*rate), Value::Rate(rate) => Some(rate), all => all.subschema_for::<Fraction>();
    i64: Count, count => Value::Count(*count), Value::Count(count) => Some(count), all => all.subschema_for::<i64>();
    u64: Count, count => count_of(*count), Value::Count(count) => count.try_into().ok(), all => all.subschema_for::<u64>();
    u32: Count, count => Value::Count(i64::from(*count)), Value::Count(count) => count.try_into().ok(), all => all.subschema_for::<u32>();
    usize: Count, count => count_of(*count), Value::Count(count) => count.try_into().ok(), all => all.subschema_for::<usize>();
    bool: Truth, truth => Value::Truth(*truth), Value::Truth(truth) => Some(truth), all => all.subschema_for::<bool>();
    Arc<str>: Text, text => Value::Text(Cow::Borrowed(text)), Value::Text(text) => Some((&*text).into()), all => all.subschema_for::<String>();
    String: Text, text => Value::Text(Cow::Borrowed(text)), Value::Text(text) => Some(text.into_owned()), all => all.subschema_for::<String>();
    &'static str: Text, text => Value::Text(Cow::Borrowed(text)), Value::NotKnown => None, all => all.subschema_for::<String>();
    NaiveDate: Date, date => Value::Date(*date), Value::Date(date) => Some(date), all => with_format(all.subschema_for::<String>(), "date");
    Currency: Text, currency => Value::Text(Cow::Borrowed(currency.code())), Value::Text(code) => code.parse().ok(), all => all.subschema_for::<String>();
    Month: Text, month => Value::Month(*month), Value::Month(month) => Some(month), all => all.subschema_for::<String>();
}

/// A count beyond 63 bits does not occur: every count is of things in memory or of days.
fn count_of(count: impl TryInto<i64>) -> Value<'static> {
    count.try_into().map_or(Value::NotKnown, Value::Count)
}

fn with_format(mut schema: Schema, format: &str) -> Schema {
    schema.insert("format".to_owned(), format.into());
    schema
}

/// A rate as documents write it: a decimal string, a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction(pub Decimal);

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&plain(self.0.normalize()))
    }
}

impl JsonSchema for Fraction {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Exact fraction: 0.12 is twelve percent.",
            "type": "string",
            "format": "decimal",
            "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
            "examples": ["0.12"],
        })
    }
}

/// A computed figure is written as the value of its quantity.
macro_rules! from_computed {
    ($($type:ty),+) => {$(
        impl From<$type> for Value<'_> {
            fn from(computed: $type) -> Self {
                match Quantity::value(&computed) {
                    Value::Money(money) => Self::Money(money),
                    Value::Rate(rate) => Self::Rate(rate),
                    Value::Count(count) => Self::Count(count),
                    Value::Truth(truth) => Self::Truth(truth),
                    Value::Date(date) => Self::Date(date),
                    Value::Month(month) => Self::Month(month),
                    _ => Self::NotKnown,
                }
            }
        }
    )+};
}

from_computed!(Money, Decimal, i64, u64, usize, bool, NaiveDate, Month);
from_computed!(
    Option<Money>,
    Option<Decimal>,
    Option<i64>,
    Option<u64>,
    Option<usize>,
    Option<bool>,
    Option<NaiveDate>
);

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::NotKnown, Self::from)
    }
}

impl<Q: Quantity + 'static> From<Vec<Q>> for Value<'_> {
    fn from(list: Vec<Q>) -> Self {
        Self::OwnList(Box::new(list))
    }
}

impl<'a, Q: Quantity> From<&'a Q> for Value<'a> {
    fn from(quantity: &'a Q) -> Self {
        quantity.value()
    }
}
