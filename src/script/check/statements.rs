//! Statements: scopes, conditions, assignments, what is never reached.

use super::super::api::kind::Kind;
use super::super::tree::{Expression, ExpressionKind, Statement, StatementKind};
use super::Checker;
use super::shape::Shape;
use crate::finding::Code;

impl<'a> Checker<'a> {
    pub(super) fn declare(&mut self, name: &str, shape: Shape) {
        let shape = if self.changed.contains(name) { Shape::Unknown } else { shape };
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name.to_owned(), shape));
        }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Shape> {
        self.scopes
            .iter()
            .rev()
            .flat_map(|scope| scope.iter().rev())
            .find(|(known, _)| known == name)
            .map(|(_, shape)| shape)
    }

    /// Checks a block in a scope of its own and gives the shape of its value.
    pub(super) fn block(&mut self, body: &'a [Statement]) -> Shape {
        self.scopes.push(Vec::new());
        let shape = self.statements(body);
        self.scopes.pop();
        shape
    }

    pub(super) fn statements(&mut self, body: &'a [Statement]) -> Shape {
        let mut shape = Shape::Unknown;
        let mut left = None;
        for statement in body {
            if let Some(word) = left
                && !matches!(statement.kind, StatementKind::Nothing)
            {
                self.warn(
                    self.token(statement.at),
                    format!("nothing is done after `{word}`"),
                    "delete it, or move it up",
                );
                left = None;
            }
            shape = self.statement(statement);
            left = match &statement.kind {
                StatementKind::Return(_) => Some("return"),
                StatementKind::Throw(_) => Some("throw"),
                StatementKind::Break { is_break: true, .. } => Some("break"),
                StatementKind::Break { .. } => Some("continue"),
                _ => left,
            };
        }
        shape
    }

    pub(super) fn statement(&mut self, statement: &'a Statement) -> Shape {
        use StatementKind as S;
        match &statement.kind {
            S::Nothing => {}
            S::Expression(value) => return self.expression(value),
            S::Let { name, value, .. } => {
                let shape = self.expression(value);
                self.declare(name, shape);
            }
            S::Assign { target, operator, operator_at, value } => {
                self.assign(target, operator.as_deref(), *operator_at, value)
            }
            S::If { condition, body, otherwise, has_otherwise } => {
                self.condition(condition, "if");
                let shape = self.block(body);
                let other = self.block(otherwise);
                return if *has_otherwise { shape.join(other) } else { Shape::Unknown };
            }
            S::Switch { subject, cases, has_default } => {
                self.expression(subject);
                if !has_default {
                    let span = self.token(statement.at);
                    self.warn(
                        span,
                        "the `switch` says nothing for all other values",
                        "add `_ => …`, which also takes \"not known\"",
                    );
                }
                let mut shapes = Vec::new();
                for case in cases {
                    case.condition.iter().for_each(|condition| self.condition(condition, "if"));
                    shapes.push(self.expression(&case.outcome));
                }
                return shapes.into_iter().reduce(Shape::join).unwrap_or(Shape::Unknown);
            }
            S::While { condition, body } => {
                condition.iter().for_each(|condition| self.condition(condition, "while"));
                self.block(body);
            }
            S::DoWhile { condition, body } => {
                self.block(body);
                self.condition(condition, "while");
            }
            S::For { variable, counter, over, body, .. } => {
                let shape = self.expression(over);
                if let Some(kind) = shape.kind().filter(|kind| !matches!(kind, Kind::List | Kind::Range)) {
                    let message = format!("`for` needs a list or a range, not {kind}");
                    self.report(
                        Code::ScriptKinds,
                        self.span(over),
                        message,
                        "write `for item in list` or `for n in 0..10`",
                    );
                }
                self.scopes.push(Vec::new());
                let item = if shape == Shape::Value(Kind::Range) { Shape::Value(Kind::Number) } else { shape.item() };
                self.declare(variable, item);
                counter.iter().for_each(|counter| self.declare(counter, Shape::Value(Kind::Number)));
                self.block(body);
                self.scopes.pop();
            }
            S::Block(body) => return self.block(body),
            S::Try { body, variable, handler } => {
                let help = "test for what may be missing instead: `is_known(x)`, `x ?? 0`";
                self.report(Code::ScriptForbidden, self.token(statement.at), "rules cannot catch errors", help);
                self.block(body);
                self.scopes.push(Vec::new());
                variable.iter().for_each(|variable| self.declare(variable, Shape::Unknown));
                self.block(handler);
                self.scopes.pop();
            }
            S::Break { value, .. } | S::Return(value) | S::Throw(value) => {
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            S::Import(_) | S::Export => {
                let help = "move it to the top of the file";
                self.report(
                    Code::ScriptForbidden,
                    self.token(statement.at),
                    "a module is imported inside a function",
                    help,
                );
            }
        }
        Shape::Unknown
    }

    pub(super) fn condition(&mut self, condition: &'a Expression, word: &str) {
        let shape = self.expression(condition);
        if let Some(kind) = shape.kind().filter(|kind| *kind != Kind::Truth) {
            let message = format!("`{word}` needs true or false, but `{}` is {kind}", self.text(condition));
            let help = if kind == Kind::Number {
                "compare it, for example `> 0`"
            } else {
                "compare it, or ask `is_known(…)`"
            };
            self.report(Code::ScriptKinds, self.span(condition), message, help);
        }
    }

    pub(super) fn assign(&mut self, target: &'a Expression, operator: Option<&str>, at: usize, value: &'a Expression) {
        let shape = self.expression(value);
        if let ExpressionKind::Member { object, .. } | ExpressionKind::Index { object, .. } = &target.kind {
            let found = self.expression(object);
            if matches!(found, Shape::View(_) | Shape::Facts(_)) {
                let message = format!("`{}` is a fact and cannot be changed", self.text(target));
                self.report(Code::ScriptForbidden, self.span(target), message, "use a variable: `let`");
            }
            return;
        }
        if let ExpressionKind::Variable(name) = &target.kind
            && self.variable(name).is_none()
            && self.constant(name)
        {
            let message = format!("the constant `{name}` cannot be changed");
            self.report(Code::ScriptForbidden, self.span(target), message, "use a variable: `let`");
            return;
        }
        let before = self.expression(target);
        if let Some(operator) = operator {
            self.pair(operator, at, &before, &shape);
        }
    }
}
