//! Inspection of values: their kind, and their text for people.

use super::decided::{Decided, Ladder, TableAnswer};
use super::kind::Kind;
use super::value::{Answer, Date, FactList, PeersOf, View, length, number};
use crate::decision::Requirement;
use rhai::{Dynamic, FnPtr, Map};
use std::ops::{Range, RangeInclusive};

impl Kind {
    /// The kind of `value`.
    pub fn of(value: &Dynamic) -> Self {
        if value.is_unit() {
            Self::NotKnown
        } else if value.is_decimal() {
            Self::Number
        } else if value.is_int() {
            Self::Count
        } else if value.is_bool() {
            Self::Truth
        } else if value.is_string() {
            Self::Text
        } else if value.is_char() {
            Self::Character
        } else if value.is::<Date>() {
            Self::Date
        } else if value.is_array() || value.is::<FactList>() {
            Self::List
        } else if value.is_map() {
            Self::Map
        } else if value.is::<View>() {
            Self::Facts
        } else if value.is::<Answer>() {
            Self::Answer
        } else if value.is::<Requirement>() {
            Self::Requirement
        } else if value.is::<Ladder>() {
            Self::Ladder
        } else if value.is::<PeersOf>() {
            Kind::Peers
        } else if value.is::<TableAnswer>() {
            Self::TableAnswer
        } else if let Some(decided) = value.read_lock::<Decided>() {
            decided.kind()
        } else if value.is::<FnPtr>() {
            Self::Function
        } else if value.is::<Range<i64>>() || value.is::<RangeInclusive<i64>>() {
            Self::Range
        } else {
            Self::Other
        }
    }
}

/// The value as people read it, at most some 200 characters.
pub(in crate::script) fn shown(value: &Dynamic) -> String {
    let text = match Kind::of(value) {
        Kind::NotKnown => "not known".to_owned(),
        Kind::Number => number(value).map(crate::units::plain).unwrap_or_default(),
        Kind::Date => value.clone().try_cast::<Date>().map(|date| date.0.to_string()).unwrap_or_default(),
        Kind::Text => format!("\"{}\"", value.clone().into_immutable_string().unwrap_or_default()),
        Kind::Truth | Kind::Count | Kind::Character => value.to_string(),
        Kind::List => format!("a list of {}", length(value).unwrap_or(0)),
        Kind::Map => format!("a map of {}", value.as_map_ref().map_or(0, |map: _| Map::len(&map))),
        other => other.words().to_owned(),
    };
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The value inside a text: texts without quotes, everything else as people read it.
pub(in crate::script) fn in_text(value: &Dynamic) -> String {
    match value.as_immutable_string_ref() {
        Ok(text) => text.to_string(),
        Err(_) => shown(value),
    }
}
