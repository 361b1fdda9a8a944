//! A rule as typed code, and the reason why a rule has none.

use super::super::api::decided::Decided;
use super::super::api::value::Answer;
use super::super::shadow::Watch;
use super::frame::{Frame, Ground, Step};
use super::objects::Object;
use crate::channel::Name;
use rust_decimal::Decimal;
use std::rc::Rc;

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
    /// Operations of the interpreter that loops and lists may take.
    pub(super) left: u64,
    /// Record of it while it runs.
    pub watch: Watch,
}

impl Rule {
    fn frame<'a>(&'a self, ground: Ground<'a>) -> Frame<'a> {
        Frame::new(ground, &self.texts, self.left)
    }

    /// The answer of a factor rule; `None` where the interpreter has to decide.
    pub fn factor(&self, ground: Ground<'_>) -> Option<Answer> {
        let mut frame = self.frame(ground);
        (self.run)(&mut frame).ok()?;
        frame.answer
    }

    /// The weights of the factors, ascending by name; `None` where the interpreter has to decide.
    pub fn weights(&self, ground: Ground<'_>) -> Option<Vec<(Name, Decimal)>> {
        let mut frame = self.frame(ground);
        (self.run)(&mut frame).ok()?;
        Some(frame.weights)
    }

    /// The decisions of a policy, in its order; `None` where the interpreter has to decide.
    pub fn decisions(&self, ground: Ground<'_>) -> Option<Vec<Decided>> {
        let one = |object: Object| object.decided().map(Rc::unwrap_or_clone);
        let mut frame = self.frame(ground);
        (self.run)(&mut frame).ok()?;
        let decided = frame.decided.take()?;
        // What its variables share with the answer would be copied.
        drop(frame);
        match decided {
            Object::List(list) => Rc::unwrap_or_clone(list).into_iter().map(one).collect(),
            object => one(object).map(|decided| vec![decided]),
        }
    }
}
