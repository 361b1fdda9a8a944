//! Expressions with their types: a constant, a variable, or code.

use super::super::api::ids::{ListId, ViewId};
use super::frame::{
    Cell, Code, Figure, Frame, Given, Miss, ObjectCode, TextCode, Writer, code, known, maybe, object_code, text_code,
    writer,
};
use super::objects::Object;
use crate::channel::Name;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::fmt;

/// Type of a value that a variable can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    Count,
    /// A number or a whole number, decided while it runs.
    Either,
    Truth,
    Text,
    Date,
    /// Not known, whatever it would be.
    NotKnown,
    /// A text that is put together.
    Written,
    /// Place of a record in its list.
    Record(ViewId),
    Records(ListId),
    Requirement,
    Ladder,
    Tier,
    Incentive,
    Intervention,
    /// Answer of a decision table, by its number.
    Answer(usize),
    /// A list without any item yet.
    Empty,
    Requirements,
    Incentives,
    Interventions,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a number",
            Self::Count => "a whole number",
            Self::Either => "a whole or other number",
            Self::Truth => "true or false",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::NotKnown => "not known",
            Self::Written => "a text that is put together",
            Self::Record(_) => "a record",
            Self::Records(_) => "a list of records",
            Self::Requirement => "a requirement",
            Self::Ladder => "a ladder",
            Self::Tier => "a tier decision",
            Self::Incentive => "an incentive",
            Self::Intervention => "an intervention",
            Self::Answer(_) => "a decision table's answer",
            Self::Empty => "an empty list",
            Self::Requirements => "a list of requirements",
            Self::Incentives => "a list of incentives",
            Self::Interventions => "a list of interventions",
        })
    }
}

impl Form {
    fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Count | Self::Either)
    }

    /// True for a value that is copied into variables.
    pub fn is_copied(self) -> bool {
        let number = self.is_numeric();
        number || matches!(self, Self::Truth | Self::Text | Self::Date | Self::NotKnown | Self::Record(_))
    }

    fn is_own_list(self) -> bool {
        matches!(self, Self::Requirements | Self::Incentives | Self::Interventions)
    }

    /// The list of such values; `None` for what no list holds.
    pub fn listed(self) -> Option<Self> {
        match self {
            Self::Requirement => Some(Self::Requirements),
            Self::Incentive => Some(Self::Incentives),
            Self::Intervention => Some(Self::Interventions),
            _ => None,
        }
    }

    /// The type that holds values of both.
    pub fn joined(self, other: Self) -> Option<Self> {
        match (self, other) {
            (one, other) if one == other => Some(one),
            (Self::NotKnown, known) | (known, Self::NotKnown) => Some(known),
            (Self::Text, Self::Written) | (Self::Written, Self::Text) => Some(Self::Written),
            (Self::Empty, list) | (list, Self::Empty) if list.is_own_list() => Some(list),
            (one, other) if one.is_numeric() && other.is_numeric() => Some(Self::Either),
            _ => None,
        }
    }
}

/// A type that is copied into variables.
pub(super) trait Held: Copy + Send + Sync + 'static {
    /// The value in a variable.
    fn of(cell: Cell<'_>) -> Given<Self>;

    /// The value for a variable.
    fn cell<'a>(self) -> Cell<'a>;
}

macro_rules! held {
    ($($type:ty: $variant:ident;)+) => {$(
        impl Held for $type {
            fn of(cell: Cell<'_>) -> Given<Self> {
                match cell {
                    Cell::$variant(value) => Ok(value),
                    Cell::NotKnown => Err(Miss::NotKnown),
                    _ => Err(Miss::Failed),
                }
            }

            fn cell<'a>(self) -> Cell<'a> {
                Cell::$variant(self)
            }
        }
    )+};
}

held! {
    Decimal: Number;
    i64: Count;
    bool: Truth;
    NaiveDate: Date;
}

impl Held for Figure {
    fn of(cell: Cell<'_>) -> Given<Self> {
        match cell {
            Cell::Number(number) => Ok(Self::Number(number)),
            Cell::Count(count) => Ok(Self::Count(count)),
            Cell::NotKnown => Err(Miss::NotKnown),
            _ => Err(Miss::Failed),
        }
    }

    fn cell<'a>(self) -> Cell<'a> {
        match self {
            Self::Count(count) => Cell::Count(count),
            Self::Number(number) => Cell::Number(number),
        }
    }
}

/// An expression of a type that is copied.
pub(super) enum Operand<T> {
    Constant(T),
    Cell(usize),
    Code(Code<T>),
}

impl<T: Held> Operand<T> {
    #[inline]
    pub fn get(&self, frame: &mut Frame<'_>) -> Given<T> {
        match self {
            Self::Constant(value) => Ok(*value),
            Self::Cell(cell) => T::of(frame.cell(*cell)),
            Self::Code(run) => run(frame),
        }
    }

    /// The value, which has to be known.
    #[inline]
    pub fn known(&self, frame: &mut Frame<'_>) -> Given<T> {
        known(self.get(frame))
    }

    /// The value, or nothing where it is not known.
    pub fn maybe(&self, frame: &mut Frame<'_>) -> Result<Option<T>, Miss> {
        maybe(self.get(frame))
    }

    /// The same value in another type; what is not known stays so.
    pub fn map<U>(self, into: impl Fn(T) -> U + Send + Sync + 'static) -> Operand<U> {
        match self {
            Self::Constant(value) => Operand::Constant(into(value)),
            other => Operand::Code(code(move |frame| other.get(frame).map(&into))),
        }
    }
}

/// A text.
pub(super) enum Text {
    /// A text of the script, by its number.
    Constant(usize),
    Cell(usize),
    Code(TextCode),
}

impl Text {
    pub fn get<'a>(&self, frame: &mut Frame<'a>) -> Given<&'a str> {
        match self {
            Self::Constant(text) => frame.texts.get(*text).map(|text| &**text).ok_or(Miss::Failed),
            Self::Cell(cell) => frame.text(*cell),
            Self::Code(run) => run(frame),
        }
    }
}

/// An expression with its type.
pub(super) enum Typed {
    Number(Operand<Decimal>),
    Count(Operand<i64>),
    Either(Operand<Figure>),
    Truth(Operand<bool>),
    Date(Operand<NaiveDate>),
    Text(Text),
    NotKnown,
    /// A text that is put together; reasons show it.
    Written(Writer),
    /// A record, by its place in its list.
    Record(ViewId, Operand<i64>),
    /// A value that is not copied.
    Object(Form, ObjectCode),
    /// A group of facts.
    View(ViewId),
    /// A list of amounts.
    Amounts(ListId),
    /// Peers by the name of their group.
    Peers(Name),
    /// A fact that a record does not have: the interpreter fails where it is read.
    Fails,
}

impl Typed {
    /// The type that a variable has to be of; `None` for what no variable holds.
    pub fn form(&self) -> Option<Form> {
        Some(match self {
            Self::Number(_) => Form::Number,
            Self::Count(_) => Form::Count,
            Self::Either(_) => Form::Either,
            Self::Truth(_) => Form::Truth,
            Self::Date(_) => Form::Date,
            Self::Text(_) => Form::Text,
            Self::NotKnown => Form::NotKnown,
            Self::Written(_) => Form::Written,
            Self::Record(view, _) => Form::Record(*view),
            Self::Object(form, _) => *form,
            Self::View(_) | Self::Amounts(_) | Self::Peers(_) | Self::Fails => return None,
        })
    }

    /// Words for what it is.
    pub fn words(&self) -> String {
        match self {
            Self::View(_) => "a group of facts".to_owned(),
            Self::Amounts(_) => "a list".to_owned(),
            Self::Peers(_) => "a group of peers".to_owned(),
            Self::Fails => "a fact that the record does not have".to_owned(),
            other => other.form().unwrap_or(Form::NotKnown).to_string(),
        }
    }

    /// A variable of that type.
    pub fn cell(form: Form, cell: usize) -> Self {
        match form {
            Form::Number => Self::Number(Operand::Cell(cell)),
            Form::Count => Self::Count(Operand::Cell(cell)),
            Form::Either => Self::Either(Operand::Cell(cell)),
            Form::Truth => Self::Truth(Operand::Cell(cell)),
            Form::Date => Self::Date(Operand::Cell(cell)),
            Form::Text => Self::Text(Text::Cell(cell)),
            Form::NotKnown => Self::NotKnown,
            Form::Record(view) => Self::Record(view, Operand::Cell(cell)),
            Form::Written => Self::Written(writer(move |frame, out| written(frame, cell, out))),
            form => Self::Object(form, object_code(move |frame| frame.object(cell).cloned())),
        }
    }

    /// True when the value is known; `None` for what the interpreter has to look at.
    pub fn known(self) -> Option<Operand<bool>> {
        fn of<T: Held>(operand: Operand<T>) -> Operand<bool> {
            Operand::Code(code(move |frame| operand.maybe(frame).map(|value| value.is_some())))
        }
        Some(match self {
            Self::Number(operand) => of(operand),
            Self::Count(operand) => of(operand),
            Self::Either(operand) => of(operand),
            Self::Truth(operand) => of(operand),
            Self::Date(operand) => of(operand),
            Self::Text(text) => Operand::Code(code(move |frame| maybe(text.get(frame)).map(|text| text.is_some()))),
            Self::NotKnown => Operand::Constant(false),
            Self::Record(_, operand) => of(operand),
            Self::Object(_, code_of) => {
                Operand::Code(code(move |frame| maybe(code_of(frame)).map(|object| object.is_some())))
            }
            Self::View(_) | Self::Amounts(_) => Operand::Constant(true),
            Self::Written(_) | Self::Peers(_) | Self::Fails => return None,
        })
    }

    /// The same value, which has to be known; `None` for what is not copied.
    pub fn certain(self) -> Option<Self> {
        fn of<T: Held>(operand: Operand<T>) -> Operand<T> {
            Operand::Code(code(move |frame| operand.known(frame)))
        }
        Some(match self {
            Self::Number(operand) => Self::Number(of(operand)),
            Self::Count(operand) => Self::Count(of(operand)),
            Self::Either(operand) => Self::Either(of(operand)),
            Self::Truth(operand) => Self::Truth(of(operand)),
            Self::Date(operand) => Self::Date(of(operand)),
            Self::Text(text) => Self::Text(Text::Code(text_code(move |frame| known(text.get(frame))))),
            _ => return None,
        })
    }

    pub fn is_numeric(&self) -> bool {
        self.form().is_some_and(Form::is_numeric)
    }

    /// As a number that has decimals; `None` for another kind.
    pub fn decimal(self) -> Option<Operand<Decimal>> {
        match self {
            Self::Number(number) => Some(number),
            Self::Count(count) => Some(count.map(Decimal::from)),
            Self::Either(figure) => Some(figure.map(Figure::decimal)),
            _ => None,
        }
    }

    /// As a number of either type; `None` for another kind.
    pub fn figure(self) -> Option<Operand<Figure>> {
        match self {
            Self::Number(number) => Some(number.map(Figure::Number)),
            Self::Count(count) => Some(count.map(Figure::Count)),
            Self::Either(figure) => Some(figure),
            _ => None,
        }
    }
}

/// Writes the text of a variable; the interpreter writes that it is not known.
fn written(frame: &mut Frame<'_>, cell: usize, out: &mut String) -> Result<(), Miss> {
    match frame.cell(cell) {
        Cell::Text(text) => out.push_str(text),
        _ => match known(frame.object(cell))? {
            Object::Text(text) => out.push_str(text),
            _ => return Err(Miss::Failed),
        },
    }
    Ok(())
}
