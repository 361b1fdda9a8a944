//! A rule as typed code, and the reason why a rule has none.

use super::super::Facts;
use super::super::api::value::Answer;
use super::super::table::Tables;
use super::frame::{Frame, Step};
use crate::channel::Name;
use rust_decimal::Decimal;

/// Reason why a rule runs in the interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// File that holds what has no typed form.
    pub path: String,
    /// Line in that file.
    pub line: usize,
    /// Name of what it is.
    pub reason: String,
}

/// A rule as typed code.
pub(in crate::script) struct Rule {
    pub(super) run: Step,
    pub(super) texts: Vec<Name>,
}

impl Rule {
    /// The answer of a factor rule; `None` where the interpreter has to decide.
    pub fn factor(&self, facts: &Facts, tables: &Tables) -> Option<Answer> {
        let mut frame = Frame::new(facts, tables, &self.texts);
        (self.run)(&mut frame).ok()?;
        frame.answer
    }

    /// The weights of the factors, ascending by name; `None` where the interpreter has to decide.
    pub fn weights(&self, facts: &Facts, tables: &Tables) -> Option<Vec<(Name, Decimal)>> {
        let mut frame = Frame::new(facts, tables, &self.texts);
        (self.run)(&mut frame).ok()?;
        Some(frame.weights)
    }
}
