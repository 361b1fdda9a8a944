//! Sentences that a decision says of itself, as templates: the same for all values of the same ranges but for those
//! values.

use super::super::figure::{push_beside, push_figure};
use super::value::Value;
use rust_decimal::Decimal;

/// Subject of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// A row that decided, or that none did.
    Because,
    /// Another value, and what it would give.
    WouldChange,
}

/// A sentence with places for the name of the table and the values that were given.
#[derive(Debug)]
pub(super) struct Sentence {
    pub about: About,
    pub parts: Vec<Part>,
}

/// A part of a sentence.
#[derive(Debug)]
pub(super) enum Part {
    Words(String),
    /// The name of the table.
    Table,
    /// The value of an input.
    Value(usize),
    /// The value of an input beside a number that it would have to reach, with that number as people read it.
    Beside(usize, Decimal, String),
    /// The value of an input, and the cell that it met.
    Met(usize, String),
}

impl Sentence {
    /// Adds the sentence of a table with these inputs to `out`.
    pub fn write(&self, table: &str, inputs: &[Value], out: &mut String) {
        let value = |column: usize| inputs.get(column).unwrap_or(&Value::NotKnown);
        for part in &self.parts {
            match part {
                Part::Words(words) => out.push_str(words),
                Part::Table => out.push_str(table),
                Part::Value(column) => push_value(value(*column), out),
                Part::Beside(column, target, shown) => match value(*column) {
                    Value::Number(number) => push_beside(*number, *target, shown, out),
                    other => push_value(other, out),
                },
                Part::Met(column, cell) => push_met(value(*column), cell, out),
            }
        }
    }
}

/// Adds a value and the cell that it met: `0.83 in [0.8..1)`.
fn push_met(value: &Value, cell: &str, out: &mut String) {
    let start = out.len();
    push_value(value, out);
    let (before, after) = match cell.chars().next() {
        _ if out.get(start..) == Some(cell) || *value == Value::NotKnown => return,
        Some('<' | '>' | '=' | '!') => (" ", ""),
        Some('[' | '(' | ']') => (" in ", ""),
        _ => (" meets `", "`"),
    };
    out.push_str(before);
    out.push_str(cell);
    out.push_str(after);
}

/// A value of a table as people read it.
pub(super) fn value_words(value: &Value) -> String {
    let mut out = String::new();
    push_value(value, &mut out);
    out
}

fn push_value(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => push_figure(*number, out),
        Value::NotKnown => out.push_str("not known"),
        other => out.push_str(&other.written()),
    }
}

/// A name of a column as people write it: `bonus rate`.
pub(super) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}
