//! Ground of typed code: the facts of the line, one cell for each variable, and the ways a value can be missing.

use super::super::Facts;
use super::super::api::value::Answer;
use super::super::table::Tables;
use crate::channel::Name;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Most variables that are in use at the same time.
pub(super) const MAX_CELLS: usize = 32;

/// Reason why code gave no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Miss {
    /// The value is not known, which `??` and `is_known` accept and nothing else does.
    NotKnown,
    /// The interpreter has to decide: it fails, with its own words, or knows more.
    Failed,
}

/// A value, or the reason why there is none.
pub(super) type Given<T> = Result<T, Miss>;

/// Code that gives a value.
pub(super) type Code<T> = Box<dyn for<'a> Fn(&mut Frame<'a>) -> Given<T> + Send + Sync>;

/// Code that gives a text of the facts, of a table or of the script.
pub(super) type TextCode = Box<dyn for<'a> Fn(&mut Frame<'a>) -> Given<&'a str> + Send + Sync>;

/// Code that writes a text.
pub(super) type Writer = Box<dyn for<'a> Fn(&mut Frame<'a>, &mut String) -> Result<(), Miss> + Send + Sync>;

/// Code of a statement.
pub(super) type Step = Box<dyn for<'a> Fn(&mut Frame<'a>) -> Result<Flow, Miss> + Send + Sync>;

/// Next action after a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Returned,
}

/// A number as scripts hold it: whole numbers stay whole.
#[derive(Debug, Clone, Copy)]
pub(super) enum Figure {
    Count(i64),
    Number(Decimal),
}

impl Figure {
    pub fn decimal(self) -> Decimal {
        match self {
            Self::Count(count) => count.into(),
            Self::Number(number) => number,
        }
    }
}

/// Value of a variable.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    NotKnown,
    Number(Decimal),
    Count(i64),
    Truth(bool),
    Date(NaiveDate),
    Text(&'a str),
}

/// One call.
pub(super) struct Frame<'a> {
    pub facts: &'a Facts,
    pub tables: &'a Tables,
    /// Texts of the script.
    pub texts: &'a [Name],
    pub cells: [Cell<'a>; MAX_CELLS],
    pub answer: Option<Answer>,
    pub weights: Vec<(Name, Decimal)>,
}

impl<'a> Frame<'a> {
    pub fn new(facts: &'a Facts, tables: &'a Tables, texts: &'a [Name]) -> Self {
        Self { facts, tables, texts, cells: [Cell::NotKnown; MAX_CELLS], answer: None, weights: Vec::new() }
    }

    pub fn cell(&self, index: usize) -> Cell<'a> {
        self.cells.get(index).copied().unwrap_or(Cell::NotKnown)
    }

    pub fn set(&mut self, index: usize, value: Cell<'a>) {
        if let Some(cell) = self.cells.get_mut(index) {
            *cell = value;
        }
    }

    pub fn text(&self, cell: usize) -> Given<&'a str> {
        match self.cell(cell) {
            Cell::Text(text) => Ok(text),
            Cell::NotKnown => Err(Miss::NotKnown),
            _ => Err(Miss::Failed),
        }
    }
}

/// Makes code of a closure.
pub(super) fn code<T>(run: impl for<'a> Fn(&mut Frame<'a>) -> Given<T> + Send + Sync + 'static) -> Code<T> {
    Box::new(run)
}

/// Makes code of a closure that gives a text.
pub(super) fn text_code(run: impl for<'a> Fn(&mut Frame<'a>) -> Given<&'a str> + Send + Sync + 'static) -> TextCode {
    Box::new(run)
}

/// Makes code of a closure that writes a text.
pub(super) fn writer(
    run: impl for<'a> Fn(&mut Frame<'a>, &mut String) -> Result<(), Miss> + Send + Sync + 'static,
) -> Writer {
    Box::new(run)
}

/// Makes a statement of a closure.
pub(super) fn step(run: impl for<'a> Fn(&mut Frame<'a>) -> Result<Flow, Miss> + Send + Sync + 'static) -> Step {
    Box::new(run)
}

/// The value, which has to be known.
pub(super) fn known<T>(given: Given<T>) -> Given<T> {
    given.map_err(|_| Miss::Failed)
}

/// The value, or nothing where it is not known.
pub(super) fn maybe<T>(given: Given<T>) -> Result<Option<T>, Miss> {
    match given {
        Ok(value) => Ok(Some(value)),
        Err(Miss::NotKnown) => Ok(None),
        Err(Miss::Failed) => Err(Miss::Failed),
    }
}

/// Fails where a calculation has no exact result.
pub(super) fn exactly<T>(result: Option<T>) -> Given<T> {
    result.ok_or(Miss::Failed)
}
