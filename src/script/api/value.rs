//! Values at run time: what kinds there are, and how facts become them.

use super::super::table::FactValue;
use super::super::{FactKind, Facts};
use super::complaint::Complaint;
use super::decided::{Decided, Ladder, TableAnswer};
use super::facts::{ListId, ViewId};
use crate::channel::Name;
use crate::decision::Requirement;
use crate::units::Money;
use chrono::NaiveDate;
use rhai::{Array, Dynamic, FnPtr, Map};
use rust_decimal::Decimal;
use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

/// A fact as it is read.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) enum Value {
    NotKnown,
    Number(Decimal),
    Count(i64),
    Text(Name),
    Truth(bool),
    Date(NaiveDate),
    View(ViewId),
    List(ListId),
}

macro_rules! from_fact {
    ($($kind:ty => |$fact:ident| $value:expr;)+) => {$(
        impl From<&$kind> for Value {
            fn from($fact: &$kind) -> Self {
                $value
            }
        }
        impl From<&Option<$kind>> for Value {
            fn from(fact: &Option<$kind>) -> Self {
                fact.as_ref().map_or(Self::NotKnown, Into::into)
            }
        }
    )+};
}

from_fact! {
    Money => |fact| Self::Number(fact.amount());
    Decimal => |fact| Self::Number(*fact);
    i64 => |fact| Self::Count(*fact);
    Name => |fact| Self::Text(Arc::clone(fact));
    bool => |fact| Self::Truth(*fact);
    NaiveDate => |fact| Self::Date(*fact);
}

impl Value {
    /// The value as scripts hold it.
    pub fn into_dynamic(self, facts: &Facts, index: usize) -> Dynamic {
        match self {
            Self::NotKnown => Dynamic::UNIT,
            Self::Number(number) => Dynamic::from_decimal(number),
            Self::Count(count) => Dynamic::from_int(count),
            Self::Text(text) => Dynamic::from(text.to_string()),
            Self::Truth(truth) => Dynamic::from_bool(truth),
            Self::Date(date) => Dynamic::from(Date(date)),
            Self::View(view) => Dynamic::from(View { facts: facts.clone(), view, index }),
            Self::List(list) => Dynamic::from(FactList { facts: facts.clone(), list }),
        }
    }
}

impl From<&FactValue> for Value {
    fn from(cell: &FactValue) -> Self {
        match cell {
            FactValue::NotKnown => Self::NotKnown,
            FactValue::Number(number) => Self::Number(*number),
            FactValue::Count(count) => Self::Count(*count),
            FactValue::Truth(truth) => Self::Truth(*truth),
            FactValue::Date(date) => Self::Date(*date),
            FactValue::Text(text) => Self::Text(Arc::clone(text)),
        }
    }
}

/// A cell of a lookup table as scripts hold it.
pub(in crate::script) fn from_cell(value: &FactValue) -> Dynamic {
    match value {
        FactValue::NotKnown => Dynamic::UNIT,
        FactValue::Number(number) => Dynamic::from_decimal(*number),
        FactValue::Count(count) => Dynamic::from_int(*count),
        FactValue::Truth(truth) => Dynamic::from_bool(*truth),
        FactValue::Date(date) => Dynamic::from(Date(*date)),
        FactValue::Text(text) => Dynamic::from(text.to_string()),
    }
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::script) struct Date(pub NaiveDate);

/// A read-only group of facts: the partner, its history, one opportunity.
#[derive(Debug, Clone)]
pub(in crate::script) struct View {
    pub facts: Facts,
    pub view: ViewId,
    /// Which record of a list; 0 for groups that are no record.
    pub index: usize,
}

/// A read-only list of facts.
#[derive(Debug, Clone)]
pub(in crate::script) struct FactList {
    pub facts: Facts,
    pub list: ListId,
}

impl FactList {
    pub fn len(&self) -> usize {
        self.list.len(&self.facts)
    }

    pub fn get(&self, index: usize) -> Option<Dynamic> {
        self.list.get(&self.facts, index).map(|value| value.into_dynamic(&self.facts, index))
    }
}

impl IntoIterator for FactList {
    type Item = Dynamic;
    type IntoIter = Box<dyn Iterator<Item = Dynamic>>;

    fn into_iter(self) -> Self::IntoIter {
        let mut index = 0;
        Box::new(std::iter::from_fn(move || {
            index += 1;
            self.get(index - 1)
        }))
    }
}

/// What a factor rule answers.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) enum Answer {
    Indicated { revenue: Decimal, floor: Option<Decimal>, ceiling: Option<Decimal>, because: String },
    Abstained { because: String },
}

/// What a value is, in words authors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Kind {
    NotKnown,
    Truth,
    Count,
    Number,
    Text,
    Character,
    Date,
    List,
    Map,
    Range,
    Function,
    Facts,
    Answer,
    Requirement,
    Ladder,
    TierDecision,
    Incentive,
    Intervention,
    TableAnswer,
    Other,
}

impl Kind {
    /// What `value` is.
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

    /// True for whole and other numbers.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Count | Self::Number)
    }

    /// With its article: "a number".
    pub fn words(self) -> &'static str {
        match self {
            Self::NotKnown => "not known",
            Self::Truth => "true or false",
            Self::Count => "a whole number",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Character => "a single character",
            Self::Date => "a date",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Range => "a range",
            Self::Function => "a function",
            Self::Facts => "a group of facts",
            Self::Answer => "the rule's answer",
            Self::Requirement => "a requirement",
            Self::Ladder => "a ladder",
            Self::TierDecision => "a tier decision",
            Self::Incentive => "an incentive",
            Self::Intervention => "an intervention",
            Self::TableAnswer => "a decision table's answer",
            Self::Other => "something else",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// The number a value is.
pub(in crate::script) fn number(value: &Dynamic) -> Option<Decimal> {
    value.as_decimal().ok().or_else(|| value.as_int().ok().map(Decimal::from))
}

/// Items of a list; `None` when it is none.
pub(in crate::script) fn items(value: &Dynamic) -> Option<Vec<Dynamic>> {
    if let Ok(array) = value.as_array_ref() {
        return Some(array.clone());
    }
    value.read_lock::<FactList>().map(|list| (0..list.len()).filter_map(|index| list.get(index)).collect())
}

/// How many items a list has; `None` when it is none.
pub(in crate::script) fn length(value: &Dynamic) -> Option<usize> {
    if let Ok(array) = value.as_array_ref() {
        return Some(array.len());
    }
    value.read_lock::<FactList>().map(|list| list.len())
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

/// A list of scripts' own from items.
pub(in crate::script) fn list(items: Vec<Dynamic>) -> Dynamic {
    Dynamic::from_array(Array::from(items))
}

/// A declared attribute's value as the manifest's kind wants it.
pub(in crate::script) fn attribute_value(
    name: &str,
    declared: FactKind,
    found: Option<&crate::channel::Attribute>,
) -> Result<Value, Complaint> {
    use crate::channel::Attribute;
    let Some(found) = found else { return Ok(Value::NotKnown) };
    let value = match (declared, found) {
        (FactKind::Money | FactKind::Rate, Attribute::Number(number)) => Some(Value::Number(*number)),
        (FactKind::Count, Attribute::Number(number)) if number.fract().is_zero() => {
            i64::try_from(number.trunc()).ok().map(Value::Count)
        }
        (FactKind::Truth, Attribute::Truth(truth)) => Some(Value::Truth(*truth)),
        (FactKind::Date, Attribute::Date(date)) => Some(Value::Date(*date)),
        (FactKind::Text, Attribute::Text(text)) => Some(Value::Text(Arc::clone(text))),
        (FactKind::Text, Attribute::Number(number)) => Some(Value::Text(Name::from(crate::units::plain(*number)))),
        (FactKind::Text, Attribute::Truth(truth)) => Some(Value::Text(Name::from(truth.to_string()))),
        (FactKind::Text, Attribute::Date(date)) => Some(Value::Text(Name::from(date.to_string()))),
        _ => None,
    };
    value.ok_or_else(|| {
        let shown = match found {
            Attribute::Number(number) => crate::units::plain(*number),
            Attribute::Truth(truth) => truth.to_string(),
            Attribute::Date(date) => date.to_string(),
            Attribute::Text(text) => format!("\"{text}\""),
        };
        Complaint::other(
            crate::finding::Code::ScriptKinds,
            format!("the attribute `{name}` is declared as {declared} but is {shown} for this partner"),
            "correct the partner book, or declare another kind in the manifest",
        )
    })
}
