//! Statements: scopes, conditions, assignments, what is never reached.

use super::super::api::kind::Kind;
use super::super::form_fault::FormFault;
use super::super::kind_fault::KindFault;
use super::super::tree::{Expression, ExpressionKind, Statement, StatementKind};
use super::Checker;
use super::shape::Shape;

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

    /// Checks a block in its scope and returns the shape of its value.
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
                self.report(FormFault::Unreachable { after: word }, self.token(statement.at));
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
                self.switch(statement.at, subject);
                if !has_default {
                    self.report(FormFault::SwitchWithoutDefault {}, self.token(statement.at));
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
                if let Some(found) = shape.kind().filter(|kind| !matches!(kind, Kind::List | Kind::Range)) {
                    self.report(KindFault::Iteration { found }, self.span(over));
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
                self.report(FormFault::TryCatch {}, self.token(statement.at));
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
                self.report(FormFault::NestedImport {}, self.token(statement.at));
            }
        }
        Shape::Unknown
    }

    pub(super) fn condition(&mut self, condition: &'a Expression, word: &str) {
        let shape = self.expression(condition);
        if let Some(found) = shape.kind().filter(|kind| *kind != Kind::Truth) {
            let expression = self.text(condition);
            self.report(KindFault::Condition { word: word.to_owned(), expression, found }, self.span(condition));
        }
    }

    pub(super) fn assign(&mut self, target: &'a Expression, operator: Option<&str>, at: usize, value: &'a Expression) {
        let shape = self.expression(value);
        if let ExpressionKind::Member { object, .. } | ExpressionKind::Index { object, .. } = &target.kind {
            let found = self.expression(object);
            if matches!(found, Shape::View(_) | Shape::Facts(_)) {
                self.report(FormFault::FactAssigned { fact: self.text(target) }, self.span(target));
            }
            return;
        }
        if let ExpressionKind::Variable(name) = &target.kind
            && self.variable(name).is_none()
            && self.constant(name)
        {
            self.report(FormFault::ConstantAssigned { name: name.clone() }, self.span(target));
            return;
        }
        let before = self.expression(target);
        if let Some(operator) = operator {
            self.pair(operator, at, &before, &shape);
        }
    }
}
