//! Conditions that are never or always true: by themselves, or after what was asked before them.

use super::super::lint_fault::LintFault;
use super::super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::Lint;
use super::ranges::{Test, is_impossible};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A comparison with its subject as written, and where it was asked.
#[derive(Debug, Clone)]
struct Asked {
    subject: String,
    test: Test,
    words: String,
}

impl<'a> Lint<'a> {
    /// Reports conditions of the function that are never or always true.
    pub(super) fn conditions(&mut self, function: &'a Function) {
        let unstable = unstable(function);
        self.conditions_of(&function.body, &[], &unstable);
    }

    /// `before` holds where the statements begin. Returns what holds after them, as far as a way goes on.
    fn conditions_of(&mut self, body: &'a [Statement], before: &[Asked], unstable: &BTreeSet<&str>) {
        let mut holds = before.to_vec();
        for statement in body {
            match &statement.kind {
                StatementKind::If { condition, body, otherwise, .. } => {
                    self.condition(condition, &holds, unstable);
                    let yes = self.tests(condition, true, unstable);
                    let no = self.tests(condition, false, unstable);
                    self.conditions_of(body, &joined(&holds, &yes), unstable);
                    self.conditions_of(otherwise, &joined(&holds, &no), unstable);
                    if leaves(body) {
                        holds.extend(no);
                    }
                }
                StatementKind::While { body, .. }
                | StatementKind::DoWhile { body, .. }
                | StatementKind::For { body, .. } => self.conditions_of(body, &[], unstable),
                StatementKind::Block(body) => self.conditions_of(body, &holds, unstable),
                StatementKind::Let { value, .. }
                | StatementKind::Expression(value)
                | StatementKind::Assign { value, .. }
                | StatementKind::Return(Some(value)) => self.conditions_in(value, &holds, unstable),
                _ => {}
            }
        }
    }

    /// Conditions of blocks inside an expression.
    fn conditions_in(&mut self, value: &'a Expression, holds: &[Asked], unstable: &BTreeSet<&str>) {
        if let ExpressionKind::Block(body) = &value.kind {
            self.conditions_of(body, holds, unstable);
        }
    }

    fn condition(&mut self, condition: &'a Expression, holds: &[Asked], unstable: &BTreeSet<&str>) {
        let span = self.span(condition);
        let expression = self.text(condition);
        if let ExpressionKind::Truth(truth) = condition.kind {
            self.report(LintFault::Constant { expression, truth }, span);
            return;
        }
        if let Some(truth) = self.of_itself(condition) {
            self.report(LintFault::Constant { expression, truth }, span);
            return;
        }
        let yes = self.tests(condition, true, unstable);
        let no = self.tests(condition, false, unstable);
        if conflict(&[], &yes).is_some() {
            self.report(LintFault::Constant { expression, truth: false }, span);
        } else if conflict(&[], &no).is_some() {
            self.report(LintFault::Constant { expression, truth: true }, span);
        } else if let Some(earlier) = conflict(holds, &yes) {
            self.report(LintFault::Unreachable { expression, earlier }, span);
        }
    }

    /// The truth of a comparison of an expression with itself.
    fn of_itself(&self, condition: &Expression) -> Option<bool> {
        let ExpressionKind::Operator { name, operands } = &condition.kind else { return None };
        let [left, right] = &operands[..] else { return None };
        let is_same = subject(left).is_some() && self.text(left) == self.text(right);
        match name.as_str() {
            "==" | "<=" | ">=" if is_same => Some(true),
            "!=" | "<" | ">" if is_same => Some(false),
            _ => None,
        }
    }

    /// Comparisons that hold when the condition is `truth`.
    fn tests(&self, condition: &Expression, truth: bool, unstable: &BTreeSet<&str>) -> Vec<Asked> {
        match &condition.kind {
            ExpressionKind::And(parts) if truth => {
                parts.iter().flat_map(|part| self.tests(part, true, unstable)).collect()
            }
            ExpressionKind::Or(parts) if !truth => {
                parts.iter().flat_map(|part| self.tests(part, false, unstable)).collect()
            }
            ExpressionKind::Operator { name, operands } => match &operands[..] {
                [inner] if name == "!" => self.tests(inner, !truth, unstable),
                [left, right] => self.test(name, left, right, truth, unstable).into_iter().collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn test(
        &self,
        operator: &str,
        left: &Expression,
        right: &Expression,
        truth: bool,
        unstable: &BTreeSet<&str>,
    ) -> Option<Asked> {
        let root = subject(left).filter(|root| !unstable.contains(root));
        root?;
        let test = match (&right.kind, self.number(right)) {
            (_, Some(number)) => Test::number(operator, number),
            (ExpressionKind::Text(text), None) => Test::text(operator, text),
            _ => None,
        }?;
        let words = format!("{} {operator} {}", self.text(left), self.text(right));
        let test = if truth { test } else { test.negated()? };
        Some(Asked { subject: self.text(left), test, words })
    }

    /// A number that is written, also as a constant of the file.
    fn number(&self, expression: &Expression) -> Option<Decimal> {
        match &expression.kind {
            ExpressionKind::Count(number) => Some(Decimal::from(*number)),
            ExpressionKind::Number(number) => Some(*number),
            ExpressionKind::Operator { name, operands } if name == "-" && operands.len() == 1 => {
                self.number(&operands[0]).map(|number| -number)
            }
            ExpressionKind::Qualified { namespace, name } if *namespace == ["global"] => {
                let constant = self.unit.tree.constants.iter().find(|constant| constant.name == *name)?;
                match constant.value.kind {
                    ExpressionKind::Qualified { .. } => None,
                    _ => self.number(&constant.value),
                }
            }
            _ => None,
        }
    }
}

fn joined(one: &[Asked], other: &[Asked]) -> Vec<Asked> {
    one.iter().chain(other).cloned().collect()
}

/// The words of what excludes one of the tests: an earlier comparison, or another of them.
fn conflict(holds: &[Asked], tests: &[Asked]) -> Option<String> {
    for asked in tests {
        let earlier: Vec<&Asked> = holds.iter().filter(|known| known.subject == asked.subject).collect();
        let here: Vec<&Test> =
            tests.iter().filter(|test| test.subject == asked.subject).map(|test| &test.test).collect();
        let all: Vec<&Test> = earlier.iter().map(|known| &known.test).chain(here).collect();
        if is_impossible(all.iter().copied()) {
            return Some(earlier.last().map_or_else(String::new, |known| known.words.clone()));
        }
    }
    None
}

/// The variable that a path begins with, where the expression is a path of facts, also with a default.
fn subject(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Variable(name) => Some(name),
        ExpressionKind::Member { object, .. } => subject(object),
        ExpressionKind::Coalesce(parts) => subject(parts.first()?),
        _ => None,
    }
}

/// Variables whose value changes, or whose name is declared more than once.
fn unstable(function: &Function) -> BTreeSet<&str> {
    let mut unstable = BTreeSet::new();
    let mut declared: BTreeSet<&str> = function.parameters.iter().map(String::as_str).collect();
    for statement in &function.body {
        statement.walk_statements(&mut |statement| match &statement.kind {
            StatementKind::Let { name, .. } | StatementKind::For { variable: name, .. } if !declared.insert(name) => {
                unstable.insert(name.as_str());
            }
            StatementKind::Assign { target, .. } => unstable.extend(subject(target)),
            _ => {}
        });
    }
    unstable
}

/// True when the statements end by leaving the function or the loop.
fn leaves(body: &[Statement]) -> bool {
    body.iter().any(|statement| {
        matches!(statement.kind, StatementKind::Return(_) | StatementKind::Throw(_) | StatementKind::Break { .. })
    })
}
