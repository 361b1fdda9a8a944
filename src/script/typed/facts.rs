//! Facts as typed code reads them.

use super::super::api::facts::{Fact, FactSource, Way};
use super::super::api::ids::ListId;
use super::super::api::value::{Value, attribute_value};
use super::super::sandbox::MAX_TEXT;
use super::super::{FactKind, Facts};
use super::frame::{Frame, Given, Miss, code, text_code};
use super::operand::{Operand, Text, Typed};
use crate::channel::{Attribute, LineFacts, Name};
use crate::figure;
use crate::units::Money;
use std::borrow::Cow;

/// A fact of the line as an expression; `None` for what has no typed form.
pub(super) fn fact(fact: &Fact) -> Option<Typed> {
    match &fact.source {
        FactSource::Figure { way, index } => figure(fact.kind, *way, *index),
        FactSource::Declared { of } => declared(Name::clone(&fact.name), fact.kind, *of),
        FactSource::Whole(Value::View(view)) => Some(Typed::View(*view)),
        FactSource::Whole(Value::List(list @ (ListId::Quarters | ListId::Months | ListId::Years))) => {
            Some(Typed::Amounts(*list))
        }
        _ => None,
    }
}

fn read<'a>(frame: &Frame<'a>, way: Way, index: usize) -> figure::Value<'a> {
    let facts: &'a Facts = frame.facts;
    way(facts, 0).map_or(figure::Value::NotKnown, |record| record.value(index))
}

/// Code that reads a figure and accepts values of one kind.
macro_rules! reader {
    ($way:ident, $index:ident, $($pattern:pat => $value:expr),+) => {
        Operand::Code(code(move |frame| match read(frame, $way, $index) {
            $($pattern => Ok($value),)+
            figure::Value::NotKnown => Err(Miss::NotKnown),
            _ => Err(Miss::Failed),
        }))
    };
}

fn figure(kind: FactKind, way: Way, index: usize) -> Option<Typed> {
    use figure::Value;
    Some(match kind {
        FactKind::Money | FactKind::Rate => {
            Typed::Number(reader!(way, index, Value::Money(money) => money.amount(), Value::Rate(rate) => rate))
        }
        FactKind::Count => Typed::Count(reader!(way, index, Value::Count(count) => count)),
        FactKind::Truth => Typed::Truth(reader!(way, index, Value::Truth(truth) => truth)),
        FactKind::Date => Typed::Date(reader!(way, index, Value::Date(date) => date)),
        FactKind::Text => Typed::Text(Text::Code(text_code(move |frame| match read(frame, way, index) {
            Value::Text(Cow::Borrowed(text)) => short(text),
            Value::NotKnown => Err(Miss::NotKnown),
            _ => Err(Miss::Failed),
        }))),
        FactKind::List | FactKind::Group => return None,
    })
}

/// A text that the interpreter holds as well.
pub(super) fn short(text: &str) -> Given<&str> {
    if text.len() <= MAX_TEXT { Ok(text) } else { Err(Miss::Failed) }
}

/// Way from a line to the columns that a manifest declares.
type Columns = fn(&LineFacts) -> &[(Name, Attribute)];

fn found<'a>(frame: &Frame<'a>, of: Columns, name: &Name) -> Option<&'a Attribute> {
    let facts: &'a Facts = frame.facts;
    let columns = of(facts.line());
    let at = columns.binary_search_by(|(known, _)| known.cmp(name)).ok()?;
    columns.get(at).map(|(_, attribute)| attribute)
}

fn declared(name: Name, kind: FactKind, of: Columns) -> Option<Typed> {
    macro_rules! column {
        ($variant:ident) => {
            Operand::Code(code(move |frame| match attribute_value(&name, kind, found(frame, of, &name)) {
                Ok(Value::$variant(value)) => Ok(value),
                Ok(Value::NotKnown) => Err(Miss::NotKnown),
                _ => Err(Miss::Failed),
            }))
        };
    }
    Some(match kind {
        FactKind::Money | FactKind::Rate => Typed::Number(column!(Number)),
        FactKind::Count => Typed::Count(column!(Count)),
        FactKind::Truth => Typed::Truth(column!(Truth)),
        FactKind::Date => Typed::Date(column!(Date)),
        // A number in a column of texts is for the interpreter, which makes a text of it.
        FactKind::Text => Typed::Text(Text::Code(text_code(move |frame| match found(frame, of, &name) {
            Some(Attribute::Text(text)) => short(text),
            None => Err(Miss::NotKnown),
            Some(_) => Err(Miss::Failed),
        }))),
        FactKind::List | FactKind::Group => return None,
    })
}

/// The amounts of a list.
pub(super) fn amounts<'a>(frame: &Frame<'a>, list: ListId) -> &'a [Money] {
    let facts: &'a Facts = frame.facts;
    let history = &facts.line().history;
    match list {
        ListId::Months => &history.months,
        ListId::Years => &history.years,
        ListId::Quarters => &history.quarters,
        _ => &[],
    }
}
