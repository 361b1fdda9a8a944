//! Facts as typed code reads them.

use super::super::api::facts::{Fact, FactSource, Way};
use super::super::api::ids::ListId;
use super::super::api::value::{Value, attribute_value};
use super::super::sandbox::MAX_TEXT;
use super::super::table::FactValue;
use super::super::{FactKind, Facts};
use super::frame::{Cell, Frame, Given, Miss, code, object_code, text_code};
use super::objects::{Object, Records};
use super::operand::{Form, Held, Operand, Text, Typed};
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
        FactSource::Policy(Value::View(view)) => Some(Typed::View(*view)),
        FactSource::Whole(Value::List(list)) | FactSource::Policy(Value::List(list)) => Some(records(*list)),
        FactSource::Table(table) => Some(records(ListId::Table(*table))),
        _ => None,
    }
}

/// The records of a list; those of a table that the book does not have are not known.
fn records(list: ListId) -> Typed {
    let count = move |frame: &Frame<'_>| match list {
        ListId::Table(table) => frame.facts.records().and_then(|records| records.len(table)).ok_or(Miss::NotKnown),
        list => Ok(list.len(frame.facts)),
    };
    let run = object_code(move |frame| count(frame).map(|count| Object::Records(Records::All(count))));
    Typed::Object(Form::Records(list), run)
}

/// A field of records.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Figure { way: Way, index: usize },
    Column { table: usize, column: usize },
}

impl Field {
    /// The field that a fact is; `None` for a group, a list, or a fact outside records.
    pub fn of(fact: &Fact) -> Option<Self> {
        match fact.source {
            _ if matches!(fact.kind, FactKind::List | FactKind::Group) => None,
            FactSource::Figure { way, index } => Some(Self::Figure { way, index }),
            FactSource::Column { table, column } => Some(Self::Column { table, column }),
            _ => None,
        }
    }

    /// The value of a record.
    pub fn read<'a>(self, frame: &Frame<'a>, record: usize) -> Given<Cell<'a>> {
        let facts: &'a Facts = frame.facts;
        Ok(match self {
            Self::Figure { way, index } => {
                match way(facts, record).map_or(figure::Value::NotKnown, |known| known.value(index)) {
                    figure::Value::NotKnown => Cell::NotKnown,
                    figure::Value::Money(money) => Cell::Number(money.amount()),
                    figure::Value::Rate(rate) => Cell::Number(rate),
                    figure::Value::Count(count) => Cell::Count(count),
                    figure::Value::Truth(truth) => Cell::Truth(truth),
                    figure::Value::Date(date) => Cell::Date(date),
                    figure::Value::Text(Cow::Borrowed(text)) => Cell::Text(short(text)?),
                    _ => return Err(Miss::Failed),
                }
            }
            Self::Column { table, column } => {
                match facts.records().and_then(|records| records.value(table, record, column)) {
                    None | Some(FactValue::NotKnown) => Cell::NotKnown,
                    Some(FactValue::Number(number)) => Cell::Number(*number),
                    Some(FactValue::Count(count)) => Cell::Count(*count),
                    Some(FactValue::Truth(truth)) => Cell::Truth(*truth),
                    Some(FactValue::Date(date)) => Cell::Date(*date),
                    Some(FactValue::Text(text)) => Cell::Text(short(text)?),
                }
            }
        })
    }
}

/// A field of a record as an expression; `None` for a group or a list.
pub(super) fn field(fact: &Fact, record: Operand<i64>) -> Option<Typed> {
    let field = Field::of(fact)?;
    let read = of_cells(fact.kind, move |frame| {
        let record = usize::try_from(record.known(frame)?).map_err(|_| Miss::Failed)?;
        field.read(frame, record)
    });
    Some(read)
}

/// An expression of a kind, from code that gives the cell.
pub(super) fn of_cells(
    kind: FactKind,
    read: impl for<'a> Fn(&mut Frame<'a>) -> Given<Cell<'a>> + Send + Sync + 'static,
) -> Typed {
    fn of<T: Held>(read: impl for<'a> Fn(&mut Frame<'a>) -> Given<Cell<'a>> + Send + Sync + 'static) -> Operand<T> {
        Operand::Code(code(move |frame| T::of(read(frame)?)))
    }
    match kind {
        FactKind::Money | FactKind::Rate => Typed::Number(of(read)),
        FactKind::Count => Typed::Count(of(read)),
        FactKind::Truth => Typed::Truth(of(read)),
        FactKind::Date => Typed::Date(of(read)),
        FactKind::Text | FactKind::List | FactKind::Group => {
            Typed::Text(Text::Code(text_code(move |frame| match read(frame)? {
                Cell::Text(text) => Ok(text),
                Cell::NotKnown => Err(Miss::NotKnown),
                _ => Err(Miss::Failed),
            })))
        }
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
