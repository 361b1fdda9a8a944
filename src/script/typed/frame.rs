//! Ground of typed code: the facts of the line, one cell for each variable, and the ways a value can be missing.

use super::super::Facts;
use super::super::api::facts::FactSchema;
use super::super::api::value::Answer;
use super::super::table::Tables;
use super::objects::Object;
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

/// Code that gives a value which is not copied.
pub(super) type ObjectCode = Box<dyn for<'a> Fn(&mut Frame<'a>) -> Given<Object> + Send + Sync>;

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
    /// It is in [`Frame::objects`].
    Object,
}

/// Data that a call reads, and what it may spend.
#[derive(Clone, Copy)]
pub(in crate::script) struct Ground<'a> {
    pub facts: &'a Facts,
    pub tables: &'a Tables,
    pub schema: &'a FactSchema,
}

/// One call.
pub(super) struct Frame<'a> {
    pub facts: &'a Facts,
    pub tables: &'a Tables,
    pub schema: &'a FactSchema,
    /// Texts of the script.
    pub texts: &'a [Name],
    pub cells: [Cell<'a>; MAX_CELLS],
    pub answer: Option<Answer>,
    pub weights: Vec<(Name, Decimal)>,
    /// Answer of a policy.
    pub decided: Option<Object>,
    /// Variables that are not copied; none in most rules.
    objects: Vec<Option<Object>>,
    /// Operations of the interpreter that loops and lists may still take.
    left: u64,
}

impl<'a> Frame<'a> {
    pub fn new(ground: Ground<'a>, texts: &'a [Name], left: u64) -> Self {
        let Ground { facts, tables, schema } = ground;
        let cells = [Cell::NotKnown; MAX_CELLS];
        let (answer, weights, decided, objects) = (None, Vec::new(), None, Vec::new());
        Self { facts, tables, schema, texts, cells, answer, weights, decided, objects, left }
    }

    /// Counts operations; the interpreter decides, and may fail, where they are too many.
    pub fn spend(&mut self, operations: usize) -> Result<(), Miss> {
        let left = u64::try_from(operations).ok().and_then(|operations| self.left.checked_sub(operations));
        self.left = left.ok_or(Miss::Failed)?;
        Ok(())
    }

    pub fn cell(&self, index: usize) -> Cell<'a> {
        self.cells.get(index).copied().unwrap_or(Cell::NotKnown)
    }

    pub fn set(&mut self, index: usize, value: Cell<'a>) {
        if let Some(cell) = self.cells.get_mut(index) {
            *cell = value;
        }
    }

    /// Sets a variable that is not copied.
    pub fn keep(&mut self, index: usize, object: Object) {
        if self.objects.len() <= index {
            self.objects.resize(index + 1, None);
        }
        if let Some(place) = self.objects.get_mut(index) {
            *place = Some(object);
            self.set(index, Cell::Object);
        }
    }

    /// A variable that is not copied.
    pub fn object(&mut self, index: usize) -> Given<&mut Object> {
        match self.cell(index) {
            Cell::Object => self.objects.get_mut(index).and_then(Option::as_mut).ok_or(Miss::Failed),
            Cell::NotKnown => Err(Miss::NotKnown),
            _ => Err(Miss::Failed),
        }
    }

    /// The same for the last time.
    pub fn take(&mut self, index: usize) -> Given<Object> {
        self.object(index)?;
        self.objects.get_mut(index).and_then(Option::take).ok_or(Miss::Failed)
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

/// Makes code of a closure that gives a value which is not copied.
pub(super) fn object_code(run: impl for<'a> Fn(&mut Frame<'a>) -> Given<Object> + Send + Sync + 'static) -> ObjectCode {
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
