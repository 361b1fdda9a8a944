//! Calls of the vendor's own functions, which are followed with the values that are given.

use super::super::tree::{Expression, ExpressionKind};
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::value::Value;

impl<'a> Analysis<'a> {
    pub(super) fn call(&mut self, namespace: &'a [String], name: &'a str, arguments: &'a [Expression]) -> Value<'a> {
        let unit = if namespace.is_empty() { Some(self.unit) } else { self.module(namespace) };
        let function = unit.and_then(|unit| Some((unit, unit.tree.function(name, arguments.len())?)));
        if let Some((unit, function)) = function {
            let values = arguments.iter().map(|argument| self.expression(argument)).collect();
            self.swapped(name, &function.parameters, arguments);
            return self.follow(unit, function, values);
        }
        if namespace.is_empty() {
            let whole: Vec<&'a Expression> = arguments.iter().collect();
            return self.host(name, &whole);
        }
        arguments.iter().for_each(|argument| drop(self.expression(argument)));
        Value::open()
    }

    /// Reports two arguments, each of which has the name of the other's parameter.
    fn swapped(&mut self, function: &str, parameters: &[String], arguments: &'a [Expression]) {
        // A function that calls itself may mean it.
        if self.calls.last().is_some_and(|(_, caller, _)| caller == function) {
            return;
        }
        let names: Vec<Option<&str>> = arguments.iter().map(named).collect();
        for (first, name) in names.iter().enumerate() {
            let Some(second) = parameters.iter().position(|parameter| Some(parameter.as_str()) == *name) else {
                continue;
            };
            let other = names.get(second).copied().flatten();
            if second > first && other.is_some() && other == parameters.get(first).map(String::as_str) {
                let fault = UnitFault::SwappedArguments {
                    function: function.to_owned(),
                    first: parameters[first].clone(),
                    second: parameters[second].clone(),
                };
                self.report(fault, self.span(&arguments[first]));
            }
        }
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

/// The last name of a variable or a fact.
fn named(argument: &Expression) -> Option<&str> {
    match &argument.kind {
        ExpressionKind::Variable(name) | ExpressionKind::Member { name, .. } => Some(name),
        _ => None,
    }
}
