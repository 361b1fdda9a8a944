//! Values at run time: what kinds there are, and how facts become them.

use super::super::kind_fault::KindFault;
use super::super::peers::PeerGroup;
use super::super::table::FactValue;
use super::super::{FactKind, Facts};
use super::complaint::Complaint;
use super::ids::{ListId, ViewId};
use crate::channel::Name;
use crate::figure;
use chrono::NaiveDate;
use rhai::{Array, Dynamic};
use rust_decimal::Decimal;
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

/// The value of a figure as scripts hold it; groups and lists are reached by their own facts.
pub(in crate::script) fn from_figure(value: figure::Value<'_>) -> Dynamic {
    match value {
        figure::Value::Money(money) => Dynamic::from_decimal(money.amount()),
        figure::Value::Rate(rate) => Dynamic::from_decimal(rate),
        figure::Value::Count(count) => Dynamic::from_int(count),
        figure::Value::Text(text) => Dynamic::from(text.into_owned()),
        figure::Value::Truth(truth) => Dynamic::from_bool(truth),
        figure::Value::Date(date) => Dynamic::from(Date(date)),
        figure::Value::Month(month) => Dynamic::from(month.to_string()),
        figure::Value::NotKnown
        | figure::Value::Record(_)
        | figure::Value::OwnRecord(_)
        | figure::Value::List(_)
        | figure::Value::OwnList(_) => Dynamic::UNIT,
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
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) struct View {
    pub facts: Facts,
    pub view: ViewId,
    /// Index of the record in a list; 0 for groups that are not records.
    pub index: usize,
}

/// The peers of a line; nothing where its group is not known, such as the tier of a partner without one.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) struct PeersOf {
    pub view: View,
    pub group: Option<PeerGroup>,
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
        item(self.list, &self.facts, index).map(|value| value.into_dynamic(&self.facts, index))
    }
}

/// Item number `index` of a list.
fn item(list: ListId, facts: &Facts, index: usize) -> Option<Value> {
    let history = &facts.line.history;
    let amounts = match list {
        ListId::Months => &history.months,
        ListId::Years => &history.years,
        _ => &history.quarters,
    };
    match list.record() {
        Some(record) => (index < list.len(facts)).then_some(Value::View(record)),
        None => amounts.get(index).map(|money| Value::Number(money.amount())),
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

/// Answer of a factor rule.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) enum Answer {
    Indicated { revenue: Decimal, floor: Option<Decimal>, ceiling: Option<Decimal>, because: String, source: Name },
    Abstained { because: String, source: Name },
}

/// The number a value is.
pub(in crate::script) fn number(value: &Dynamic) -> Option<Decimal> {
    value.as_decimal().ok().or_else(|| value.as_int().ok().map(Decimal::from))
}

/// Items of a list; `None` for another value.
pub(in crate::script) fn items(value: &Dynamic) -> Option<Vec<Dynamic>> {
    if let Ok(array) = value.as_array_ref() {
        return Some(array.clone());
    }
    value.read_lock::<FactList>().map(|list| (0..list.len()).filter_map(|index| list.get(index)).collect())
}

/// Number of items of a list; `None` for another value.
pub(in crate::script) fn length(value: &Dynamic) -> Option<usize> {
    if let Ok(array) = value.as_array_ref() {
        return Some(array.len());
    }
    value.read_lock::<FactList>().map(|list| list.len())
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
        let attribute = name.to_owned();
        KindFault::Attribute { attribute, declared: declared.to_string(), found: shown }.into()
    })
}
