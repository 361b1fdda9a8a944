//! Decision tables: asking them, and their outputs.

use super::super::FactKind;
use super::super::api::decided::TableAnswer;
use super::super::tree::{Expression, ExpressionKind};
use super::facts::of_cells;
use super::frame::Figure;
use super::frame::{Cell, Frame, Given, Miss, ObjectCode, code, exactly, known, maybe, object_code};
use super::lower::{Lowered, Lowerer};
use super::objects::Object;
use super::operand::{Form, Held, Operand, Typed};
use crate::channel::Name;
use crate::decision::table::{self, DecisionTable, Outcome};
use rust_decimal::Decimal;
use std::rc::Rc;

/// Most texts of an output column; they are compared one by one.
const MAX_TEXTS: usize = 64;

/// Code that gives an input.
type InputCode = Box<dyn for<'a> Fn(&mut Frame<'a>) -> Given<table::Value> + Send + Sync>;

/// An input of a table; `None` for what no table compares.
fn input(typed: Typed) -> Option<InputCode> {
    fn of<T: Held>(operand: Operand<T>, value: fn(T) -> table::Value) -> InputCode {
        Box::new(move |frame| Ok(operand.maybe(frame)?.map_or(table::Value::NotKnown, value)))
    }
    let number = |number: Decimal| table::Value::Number(number.normalize());
    Some(match typed {
        Typed::Number(operand) => of(operand, number),
        Typed::Count(operand) => of(operand, |count| table::Value::Number(Decimal::from(count).normalize())),
        Typed::Either(operand) => of(operand, |figure: Figure| table::Value::Number(figure.decimal().normalize())),
        Typed::Truth(operand) => of(operand, table::Value::Truth),
        Typed::Date(operand) => of(operand, table::Value::Date),
        Typed::Text(text) => {
            Box::new(move |frame| Ok(maybe(text.get(frame))?.map_or(table::Value::NotKnown, table::Value::text)))
        }
        Typed::NotKnown => Box::new(|_| Ok(table::Value::NotKnown)),
        _ => return None,
    })
}

/// Every text that an output column can give; `None` where they are too many.
fn texts(table: &DecisionTable, column: usize) -> Option<Vec<Name>> {
    let rows = table.rules().iter().filter_map(|rule| rule.outputs.get(column));
    let default = table.outputs().get(column).and_then(|output| output.default.as_ref());
    let mut all: Vec<Name> = Vec::new();
    for value in rows.chain(default) {
        if let table::Value::Text(text) = value
            && !all.contains(text)
        {
            all.push(Name::clone(text));
        }
    }
    (all.len() <= MAX_TEXTS).then_some(all)
}

impl<'p> Lowerer<'p> {
    /// `decide_by(table, #{ … })`.
    pub fn decide_by(&mut self, table: &'p Expression, inputs: &'p Expression) -> Lowered<Typed> {
        let ExpressionKind::Text(name) = &table.kind else {
            return Err(self.fallback(table.at, "a table whose name is calculated"));
        };
        let schema = self.world.schema;
        let place = schema.decisions.keys().position(|known| **known == **name);
        let found =
            place.and_then(|place| schema.decisions.iter().nth(place).map(|(name, table)| (place, name, table)));
        let (place, name, found) = found.ok_or_else(|| self.fallback(table.at, format!("the table `{name}`")))?;
        let ExpressionKind::Map(entries) = &inputs.kind else {
            return Err(self.fallback(inputs.at, "inputs that are not written as a map"));
        };
        let mut codes = Vec::with_capacity(entries.len());
        for column in found.inputs() {
            let entry = entries.iter().find(|(known, ..)| **known == *column.name);
            let (.., value) = entry.ok_or_else(|| self.fallback(inputs.at, format!("no input `{}`", column.name)))?;
            let typed = self.expression(value)?;
            let words = format!("{} as an input", typed.words());
            codes.push(input(typed).ok_or_else(|| self.fallback(value.at, words))?);
        }
        if codes.len() != entries.len() {
            return Err(self.fallback(inputs.at, "an input that the table does not have"));
        }
        let (name, found, codes) = (Name::clone(name), found.clone(), codes.into_boxed_slice());
        let run = object_code(move |frame| {
            let values = codes.iter().map(|code| known(code(frame))).collect::<Given<Vec<table::Value>>>()?;
            let decision = exactly(found.decide_on(values).ok())?;
            Ok(Object::Answer(Rc::new(TableAnswer::new(Name::clone(&name), decision))))
        });
        Ok(Typed::Object(Form::Answer(place), run))
    }

    /// A member of a table's answer.
    pub fn output(&mut self, table: usize, answer: ObjectCode, name: &str, at: usize) -> Lowered<Typed> {
        let answer = move |frame: &mut Frame<'_>| exactly(known(answer(frame))?.answer());
        if name == "is_match" {
            return Ok(Typed::Truth(Operand::Code(code(move |frame| {
                answer(frame).map(|answer| answer.decision.is_match())
            }))));
        }
        let found = self.world.schema.decisions.values().nth(table);
        let column = found.and_then(|table| table.outputs().iter().position(|output| *output.name == *name));
        let found = found.zip(column).and_then(|(table, column)| Some((table, column, table.outputs().get(column)?)));
        let (found, column, output) = found.ok_or_else(|| self.fallback(at, format!("the output `{name}`")))?;
        let kind = match output.kind {
            table::Kind::Number | table::Kind::Whole => FactKind::Rate,
            table::Kind::Truth => FactKind::Truth,
            table::Kind::Date => FactKind::Date,
            table::Kind::Text => FactKind::Text,
        };
        let mut known_texts = Vec::new();
        if kind == FactKind::Text {
            let all = texts(found, column).ok_or_else(|| self.fallback(at, "an output of many texts"))?;
            known_texts.extend(all.iter().map(|text| self.place(text)));
        }
        Ok(of_cells(kind, move |frame| {
            let answer = answer(frame)?;
            let value = match answer.decision.outcome() {
                Outcome::None => None,
                Outcome::One(values) => values.get(column),
                Outcome::List(_) => return Err(Miss::Failed),
            };
            cell(frame, value.unwrap_or(&table::Value::NotKnown), &known_texts)
        }))
    }
}

/// A value of a table as a cell; a text is one of the script's.
fn cell<'a>(frame: &Frame<'a>, value: &table::Value, texts: &[usize]) -> Given<Cell<'a>> {
    Ok(match value {
        table::Value::NotKnown => Cell::NotKnown,
        table::Value::Number(number) => Cell::Number(*number),
        table::Value::Truth(truth) => Cell::Truth(*truth),
        table::Value::Date(date) => Cell::Date(*date),
        table::Value::Text(text) => {
            let known: &'a [Name] = frame.texts;
            let mut candidates = texts.iter().filter_map(|at| known.get(*at));
            Cell::Text(exactly(candidates.find(|candidate| *candidate == text).map(|found| &**found))?)
        }
    })
}
