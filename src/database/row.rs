//! Rows of a result, and reading their columns.

use super::error::Error;
use super::value::Value;
#[cfg(feature = "postgres")]
use postgres::types::Type;
use rusqlite::types::ValueRef;

/// A row of a result.
#[derive(Clone, Copy)]
pub enum Row<'a> {
    /// A row of SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// A row of PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(&'a postgres::Row),
}

impl<'a> Row<'a> {
    /// Returns the value of a column; `None` if it has none of the kinds that a [`Value`] can have.
    pub fn value(self, at: usize) -> Option<Value<'a>> {
        match self {
            Self::Sqlite(row) => match row.get_ref(at).ok()? {
                ValueRef::Null => Some(Value::Null),
                ValueRef::Integer(number) => Some(Value::Integer(number)),
                ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Value::Text),
                ValueRef::Blob(bytes) => Some(Value::Bytes(bytes)),
                ValueRef::Real(_) => None,
            },
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => postgres_value(row, at),
        }
    }

    /// Returns a whole number.
    pub fn integer(self, at: usize) -> Option<i64> {
        self.read(at)
    }

    /// Returns a text.
    pub fn text(self, at: usize) -> Option<&'a str> {
        self.read(at)
    }

    /// Returns bytes.
    pub fn bytes(self, at: usize) -> Option<&'a [u8]> {
        self.read(at)
    }

    /// Returns true if the column has no value.
    pub fn is_null(self, at: usize) -> bool {
        self.value(at) == Some(Value::Null)
    }

    /// Returns a value of the type; `None` if the column does not have it.
    pub fn read<T: FromValue<'a>>(self, at: usize) -> Option<T> {
        T::from_value(self.value(at)?)
    }

    /// Returns a value of the type, which the column has by its definition.
    ///
    /// # Errors
    /// The column has another type, or a value that is not one.
    pub fn get<T: FromValue<'a>>(self, at: usize) -> Result<T, Error> {
        self.read(at).ok_or(Error::Column(at))
    }
}

/// Returns the value of a column.
#[cfg(feature = "postgres")]
fn postgres_value(row: &postgres::Row, at: usize) -> Option<Value<'_>> {
    let kind = row.columns().get(at)?.type_();
    if *kind == Type::INT8 {
        return row.try_get::<_, Option<i64>>(at).ok().map(Value::from);
    }
    if *kind == Type::INT4 {
        return row.try_get::<_, Option<i32>>(at).ok().map(|number| number.map(i64::from).into());
    }
    if *kind == Type::BYTEA {
        return row.try_get::<_, Option<&[u8]>>(at).ok().map(Value::from);
    }
    row.try_get::<_, Option<&str>>(at).ok().map(Value::from)
}

/// A type that a column can be read as.
pub trait FromValue<'a>: Sized {
    /// Returns the value; `None` if it is not one of this type.
    fn from_value(value: Value<'a>) -> Option<Self>;
}

impl<'a> FromValue<'a> for i64 {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }
}

impl<'a> FromValue<'a> for u64 {
    fn from_value(value: Value<'a>) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl<'a> FromValue<'a> for usize {
    fn from_value(value: Value<'a>) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl<'a> FromValue<'a> for u16 {
    fn from_value(value: Value<'a>) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl<'a> FromValue<'a> for &'a str {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'a> FromValue<'a> for String {
    fn from_value(value: Value<'a>) -> Option<Self> {
        <&str>::from_value(value).map(str::to_owned)
    }
}

impl<'a> FromValue<'a> for &'a [u8] {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl<'a> FromValue<'a> for Vec<u8> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        <&[u8]>::from_value(value).map(<[u8]>::to_vec)
    }
}

impl<'a, T: FromValue<'a>> FromValue<'a> for Option<T> {
    fn from_value(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}
