//! Calls of the vendor's own functions, which are followed with the values that are given.

use super::super::tree::{Expression, ExpressionKind};
use super::Analysis;
use super::value::Value;

impl<'a> Analysis<'a> {
    pub(super) fn call(&mut self, namespace: &'a [String], name: &'a str, arguments: &'a [Expression]) -> Value<'a> {
        let unit = if namespace.is_empty() { Some(self.unit) } else { self.module(namespace) };
        let function = unit.and_then(|unit| Some((unit, unit.tree.function(name, arguments.len())?)));
        if let Some((unit, function)) = function {
            let values = arguments.iter().map(|argument| self.expression(argument)).collect();
            return self.follow(unit, function, values);
        }
        if namespace.is_empty() {
            let whole: Vec<&'a Expression> = arguments.iter().collect();
            return self.host(name, &whole);
        }
        arguments.iter().for_each(|argument| drop(self.expression(argument)));
        Value::open()
    }

    /// The value of a `|x| …` for these arguments; open for anything else.
    pub(super) fn applied(&mut self, function: &'a Expression, arguments: Vec<Value<'a>>) -> Value<'a> {
        let ExpressionKind::Literal(name) = &function.kind else { return Value::open() };
        let unit = self.unit;
        match unit.tree.literals.iter().find(|literal| literal.name == *name) {
            Some(literal) => self.follow(unit, literal, arguments),
            None => Value::open(),
        }
    }
}
