//! Typed values that a fault carries, and how they are written for programs.

use super::cut;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::borrow::Cow;
use std::sync::Arc;

/// Longest string of a field that is written, in characters.
const MAX_STRING: usize = 1_000;

/// Value of one field of a fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The field has no value for this fault.
    Null,
    /// Yes or no.
    Boolean(bool),
    /// A count, a row, a line.
    Count(u64),
    /// An exact number in its canonical spelling; a string in JSON, so that no reader rounds it.
    Number(String),
    /// An identifier, a name, a value as the user wrote it.
    String(String),
    /// Several values, in a stated order.
    List(Vec<Field>),
    /// Named values, such as the facts on a failing line.
    Map(Vec<(String, Field)>),
}

impl Field {
    /// Returns the field as a reader sees it: strings without quotes, lists separated by commas.
    pub fn to_plain(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Boolean(value) => value.to_string(),
            Self::Count(value) => value.to_string(),
            Self::Number(value) | Self::String(value) => value.clone(),
            Self::List(values) => values.iter().map(Self::to_plain).collect::<Vec<_>>().join(", "),
            Self::Map(values) => values
                .iter()
                .map(|(name, value)| format!("{name} = {}", value.to_plain()))
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Count(value) => serializer.serialize_u64(*value),
            Self::Number(value) | Self::String(value) => serializer.serialize_str(&cut(value, MAX_STRING)),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(values) => {
                let mut map = serializer.serialize_map(Some(values.len()))?;
                for (name, value) in values {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// Names and values of the fields of a fault, in the order of its declaration.
pub type Fields = Vec<(Cow<'static, str>, Field)>;

/// Conversion of a typed value into a [`Field`]; every type that a variant of `faults!` carries has it.
pub trait ToField {
    /// Returns the value as a field.
    fn to_field(&self) -> Field;
}

impl ToField for Field {
    fn to_field(&self) -> Field {
        self.clone()
    }
}

impl ToField for bool {
    fn to_field(&self) -> Field {
        Field::Boolean(*self)
    }
}

macro_rules! counts {
    ($($kind:ty),+) => {
        $(impl ToField for $kind {
            fn to_field(&self) -> Field {
                u64::try_from(*self).map_or_else(|_| Field::Number(self.to_string()), Field::Count)
            }
        })+
    };
}

counts!(u16, u32, u64, usize, u128, i32, i64);

macro_rules! strings {
    ($($kind:ty),+) => {
        $(impl ToField for $kind {
            fn to_field(&self) -> Field {
                Field::String(self.to_string())
            }
        })+
    };
}

strings!(String, str, &'static str, Box<str>, Arc<str>, Cow<'static, str>, char);

impl ToField for super::Code {
    fn to_field(&self) -> Field {
        self.as_str().to_field()
    }
}

impl ToField for rust_decimal::Decimal {
    fn to_field(&self) -> Field {
        Field::Number(self.normalize().to_string())
    }
}

impl ToField for chrono::NaiveDate {
    fn to_field(&self) -> Field {
        Field::String(self.to_string())
    }
}

impl<T: ToField> ToField for Option<T> {
    fn to_field(&self) -> Field {
        self.as_ref().map_or(Field::Null, ToField::to_field)
    }
}

impl<T: ToField> ToField for Vec<T> {
    fn to_field(&self) -> Field {
        Field::List(self.iter().map(ToField::to_field).collect())
    }
}

impl<T: ToField> ToField for (String, T) {
    fn to_field(&self) -> Field {
        Field::Map(vec![(self.0.clone(), self.1.to_field())])
    }
}
