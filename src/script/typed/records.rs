//! Functions on lists of records: those that keep some of them, and those that make one value of a field.

use super::super::FactKind;
use super::super::api::ids::ListId;
use super::super::api::lists::{MOST_MONTHS, before_months};
use super::super::tree::Expression;
use super::facts::{Field, of_cells};
use super::frame::{Cell, Frame, Given, Miss, ObjectCode, code, exactly, known, maybe, object_code};
use super::lower::{Lowered, Lowerer};
use super::objects::{Object, Records};
use super::operand::{Form, Held, Operand, Typed};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Most records of a list; the interpreter takes some more.
const MAX_RECORDS: usize = 4_000;
/// Operations that a record counts for, though the interpreter counts none, so that its time and memory suffice as well.
const VISIT: usize = 8;

/// Code that gives the cell of a value.
type CellCode = Box<dyn for<'a> Fn(&mut Frame<'a>) -> Given<Cell<'a>> + Send + Sync>;

/// A value as a cell; `None` for what is not copied.
fn cell_code(typed: Typed) -> Option<CellCode> {
    fn of<T: Held>(operand: Operand<T>) -> CellCode {
        Box::new(move |frame| Ok(operand.maybe(frame)?.map_or(Cell::NotKnown, Held::cell)))
    }
    Some(match typed {
        Typed::Number(operand) => of(operand),
        Typed::Count(operand) => of(operand),
        Typed::Either(operand) => of(operand),
        Typed::Truth(operand) => of(operand),
        Typed::Date(operand) => of(operand),
        Typed::Text(text) => Box::new(move |frame| Ok(maybe(text.get(frame))?.map_or(Cell::NotKnown, Cell::Text))),
        Typed::NotKnown => Box::new(|_| Ok(Cell::NotKnown)),
        _ => return None,
    })
}

fn number(cell: Cell<'_>) -> Given<Decimal> {
    match cell {
        Cell::Number(number) => Ok(number),
        Cell::Count(count) => Ok(count.into()),
        _ => Err(Miss::Failed),
    }
}

/// Order of two values of one kind; fails for others.
fn order(one: Cell<'_>, other: Cell<'_>) -> Given<Ordering> {
    Ok(match (one, other) {
        (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
        (Cell::Date(one), Cell::Date(other)) => one.cmp(&other),
        (Cell::Count(one), Cell::Count(other)) => one.cmp(&other),
        (one, other) => number(one)?.cmp(&number(other)?),
    })
}

fn is_equal(one: Cell<'_>, other: Cell<'_>) -> Given<bool> {
    match (one, other) {
        (Cell::NotKnown, Cell::NotKnown) => Ok(true),
        (Cell::NotKnown, _) | (_, Cell::NotKnown) => Ok(false),
        (Cell::Truth(one), Cell::Truth(other)) => Ok(one == other),
        (one, other) => order(one, other).map(Ordering::is_eq),
    }
}

/// A test of a field, with what it compares with.
enum Test {
    /// The value, which has to be known.
    Is(CellCode),
    In(Box<[CellCode]>),
    Since(Operand<NaiveDate>),
    Until(Operand<NaiveDate>),
    LastMonths(Operand<i64>),
    Valid,
}

/// The same while it is applied.
enum Ready<'a> {
    In(Vec<Cell<'a>>),
    /// After the first, which is not included, until the second.
    Dates(Option<NaiveDate>, Option<NaiveDate>),
    Since(NaiveDate),
    Valid(NaiveDate),
}

impl Test {
    fn ready<'a>(&self, frame: &mut Frame<'a>) -> Given<Ready<'a>> {
        let as_of = frame.facts.line().channel.as_of;
        Ok(match self {
            Self::Is(value) => match value(frame)? {
                Cell::NotKnown => return Err(Miss::Failed),
                value => Ready::In(vec![value]),
            },
            Self::In(values) => Ready::In(values.iter().map(|value| value(frame)).collect::<Given<Vec<Cell<'a>>>>()?),
            Self::Since(date) => Ready::Since(date.known(frame)?),
            Self::Until(date) => Ready::Dates(None, Some(date.known(frame)?)),
            Self::LastMonths(months) => {
                let months = u32::try_from(months.known(frame)?).ok().filter(|months| *months <= MOST_MONTHS);
                Ready::Dates(Some(before_months(as_of, exactly(months)?)), Some(as_of))
            }
            Self::Valid => Ready::Valid(as_of),
        })
    }
}

impl Ready<'_> {
    fn admits(&self, cell: Cell<'_>) -> Given<bool> {
        let date = |cell| match cell {
            Cell::Date(date) => Ok(date),
            _ => Err(Miss::Failed),
        };
        match (self, cell) {
            (Self::Valid(_), Cell::NotKnown) => Ok(true),
            (_, Cell::NotKnown) => Ok(false),
            (Self::Valid(as_of), cell) => Ok(date(cell)? >= *as_of),
            (Self::Since(from), cell) => Ok(date(cell)? >= *from),
            (Self::Dates(after, until), cell) => {
                let date = date(cell)?;
                Ok(after.is_none_or(|after| date > after) && until.is_none_or(|until| date <= until))
            }
            (Self::In(values), cell) => {
                for value in values {
                    if is_equal(cell, *value)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

/// The records of a list, which are counted.
fn records(frame: &mut Frame<'_>, list: &ObjectCode) -> Given<Records> {
    let records = exactly(known(list(frame))?.records())?;
    if records.len() > MAX_RECORDS {
        return Err(Miss::Failed);
    }
    frame.spend(records.len().saturating_mul(VISIT))?;
    Ok(records)
}

fn filtered(list: ObjectCode, field: Field, test: Test) -> ObjectCode {
    object_code(move |frame| {
        let records = records(frame, &list)?;
        let ready = test.ready(frame)?;
        let mut kept = Vec::with_capacity(records.len());
        for record in records.iter() {
            if ready.admits(field.read(frame, record)?)? {
                kept.push(record);
            }
        }
        Ok(Object::Records(Records::Some(kept.into())))
    })
}

fn top(list: ObjectCode, field: Field, n: Operand<i64>) -> ObjectCode {
    object_code(move |frame| {
        let records = records(frame, &list)?;
        let n = exactly(usize::try_from(n.known(frame)?).ok())?;
        let mut all = Vec::with_capacity(records.len());
        for record in records.iter() {
            match field.read(frame, record)? {
                Cell::NotKnown => {}
                cell => all.push((record, cell)),
            }
        }
        // Values of a field are of one kind, so that each pair has an order.
        all.sort_by(|(_, one), (_, other)| order(*other, *one).unwrap_or(Ordering::Equal));
        Ok(Object::Records(Records::Some(all.into_iter().take(n).map(|(record, _)| record).collect())))
    })
}

/// Sum of a field; `is_strict` fails where it is not known.
fn sum(frame: &Frame<'_>, records: &Records, field: Field, is_strict: bool) -> Given<Decimal> {
    let mut total = Decimal::ZERO;
    for record in records.iter() {
        match field.read(frame, record)? {
            Cell::NotKnown if is_strict => return Err(Miss::Failed),
            Cell::NotKnown => {}
            cell => total = exactly(total.checked_add(number(cell)?))?,
        }
    }
    Ok(total)
}

fn distinct(frame: &Frame<'_>, records: &Records, field: Field) -> Given<usize> {
    let (mut numbers, mut texts) = (BTreeSet::new(), BTreeSet::new());
    let (mut dates, mut truths) = (BTreeSet::new(), BTreeSet::new());
    for record in records.iter() {
        let _ = match field.read(frame, record)? {
            Cell::NotKnown => false,
            Cell::Text(text) => texts.insert(text),
            Cell::Date(date) => dates.insert(date),
            Cell::Truth(truth) => truths.insert(truth),
            cell => numbers.insert(number(cell)?),
        };
    }
    Ok(numbers.len() + texts.len() + dates.len() + truths.len())
}

/// The largest or smallest value of a field; of equal ones the first.
fn extreme<'a>(frame: &Frame<'a>, records: &Records, field: Field, wanted: Ordering) -> Given<Cell<'a>> {
    let mut best = Cell::NotKnown;
    for record in records.iter() {
        best = match (best, field.read(frame, record)?) {
            (best, Cell::NotKnown) => best,
            (Cell::NotKnown, cell) => cell,
            (best, cell) if order(cell, best)? == wanted => cell,
            (best, _) => best,
        };
    }
    Ok(best)
}

fn count(number: usize) -> Given<i64> {
    exactly(i64::try_from(number).ok())
}

impl<'p> Lowerer<'p> {
    /// A function of a list of records.
    pub fn of_records(
        &mut self,
        name: &str,
        (list, run): (ListId, ObjectCode),
        rest: &[&'p Expression],
        at: usize,
    ) -> Lowered<Typed> {
        let typed = match (name, rest) {
            ("count" | "len", []) => {
                Typed::Count(Operand::Code(code(move |frame| count(exactly(known(run(frame))?.records())?.len()))))
            }
            ("is_empty", []) => {
                Typed::Truth(Operand::Code(code(move |frame| Ok(exactly(known(run(frame))?.records())?.len() == 0))))
            }
            ("first" | "last", []) => {
                let view = list.record().ok_or_else(|| self.fallback(at, format!("`{name}`")))?;
                let is_first = name == "first";
                Typed::Record(
                    view,
                    Operand::Code(code(move |frame| {
                        let records = exactly(known(run(frame))?.records())?;
                        let index = if is_first { Some(0) } else { records.len().checked_sub(1) };
                        count(index.and_then(|index| records.get(index)).ok_or(Miss::NotKnown)?)
                    })),
                )
            }
            (_, [field, rest @ ..]) => {
                let (field, kind) = self.field(list, field)?;
                return match rest {
                    [] if name != "valid" => self.figure(name, run, (field, kind), at),
                    _ => self.filter(name, (list, run), (field, kind), rest, at),
                };
            }
            _ => return Err(self.fallback(at, format!("`{name}` of a list of records"))),
        };
        Ok(typed)
    }

    /// A field of the records of a list.
    fn field(&self, list: ListId, name: &'p Expression) -> Lowered<(Field, FactKind)> {
        let text = self.literal(name)?;
        let fact = list.record().and_then(|view| self.world.schema.view(view).fact(&text));
        let found = fact.and_then(|fact| Some((Field::of(fact)?, fact.kind)));
        found.ok_or_else(|| self.fallback(name.at, format!("the field `{text}`")))
    }

    fn figure(&mut self, name: &str, run: ObjectCode, (field, kind): (Field, FactKind), at: usize) -> Lowered<Typed> {
        let is_ordered = kind != FactKind::Truth;
        Ok(match name {
            "sum" | "sum_known" => {
                let is_strict = name == "sum";
                Typed::Number(Operand::Code(code(move |frame| {
                    let records = records(frame, &run)?;
                    sum(frame, &records, field, is_strict)
                })))
            }
            "average" => Typed::Number(Operand::Code(code(move |frame| {
                let records = records(frame, &run)?;
                if records.len() == 0 {
                    return Err(Miss::NotKnown);
                }
                exactly(sum(frame, &records, field, true)?.checked_div(Decimal::from(records.len())))
            }))),
            "count_distinct" => Typed::Count(Operand::Code(code(move |frame| {
                let records = records(frame, &run)?;
                count(distinct(frame, &records, field)?)
            }))),
            "largest" | "smallest" if is_ordered => {
                let wanted = if name == "largest" { Ordering::Greater } else { Ordering::Less };
                of_cells(kind, move |frame| {
                    let records = records(frame, &run)?;
                    extreme(frame, &records, field, wanted)
                })
            }
            _ => return Err(self.fallback(at, format!("`{name}` of a list of records"))),
        })
    }

    fn filter(
        &mut self,
        name: &str,
        (list, run): (ListId, ObjectCode),
        (field, kind): (Field, FactKind),
        rest: &[&'p Expression],
        at: usize,
    ) -> Lowered<Typed> {
        let test = match (name, rest) {
            ("valid", []) => Test::Valid,
            ("where", [value]) => Test::Is(self.compared_with(value)?),
            ("where_in", [values]) => {
                let items = self.items(values)?;
                let items = items.ok_or_else(|| self.fallback(values.at, "a list that is calculated"))?;
                let codes: Option<Vec<CellCode>> = items.into_iter().map(cell_code).collect();
                Test::In(codes.ok_or_else(|| self.fallback(values.at, "a list of such values"))?.into_boxed_slice())
            }
            ("since", [date]) => Test::Since(self.date(date)?),
            ("until", [date]) => Test::Until(self.date(date)?),
            ("last_months", [months]) => Test::LastMonths(self.count_of(months)?),
            ("top", [n]) if kind != FactKind::Truth => {
                let n = self.count_of(n)?;
                return Ok(Typed::Object(Form::Records(list), top(run, field, n)));
            }
            _ => return Err(self.fallback(at, format!("`{name}` of a list of records"))),
        };
        Ok(Typed::Object(Form::Records(list), filtered(run, field, test)))
    }

    fn compared_with(&mut self, value: &'p Expression) -> Lowered<CellCode> {
        let typed = self.expression(value)?;
        let words = format!("{} as the value of a field", typed.words());
        cell_code(typed).ok_or_else(|| self.fallback(value.at, words))
    }

    /// An expression that is a date.
    pub fn date(&mut self, expression: &'p Expression) -> Lowered<Operand<NaiveDate>> {
        match self.expression(expression)? {
            Typed::Date(date) => Ok(date),
            other => Err(self.fallback(expression.at, format!("{} as a date", other.words()))),
        }
    }

    /// An expression that is a whole number.
    fn count_of(&mut self, expression: &'p Expression) -> Lowered<Operand<i64>> {
        match self.expression(expression)? {
            Typed::Count(count) => Ok(count),
            other => Err(self.fallback(expression.at, format!("{} as a whole number", other.words()))),
        }
    }
}
