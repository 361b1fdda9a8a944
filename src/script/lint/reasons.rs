//! Answers without a reason: every number and every decision says why it is what it is.

use super::super::lint_fault::LintFault;
use super::super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::Lint;

/// Functions that make an answer whose reason is given with `because`.
const REASONED: [&str; 4] = ["indicate", "award", "withhold", "intervene"];

impl<'a> Lint<'a> {
    /// Reports answers and empty texts that say nothing.
    pub(super) fn reasons(&mut self, function: &'a Function) {
        let is_entry = self.unit.entry.is_some_and(|entry| entry.function() == function.name);
        let mut given: Vec<&'a Expression> = Vec::new();
        if is_entry {
            answers(&function.body, true, &mut given);
        }
        let mut empty = Vec::new();
        for statement in &function.body {
            statement.walk(&mut |expression| match &expression.kind {
                ExpressionKind::List(items) => given.extend(items),
                ExpressionKind::Method { name, arguments, .. } if name == "push" => given.extend(arguments),
                ExpressionKind::Method { name, arguments, .. } if name == "because" => empty.extend(arguments.first()),
                ExpressionKind::Call { name, arguments, .. } if name == "abstain" => empty.extend(arguments.first()),
                _ => {}
            });
        }
        for answer in given {
            if let Some(function) = unexplained(answer) {
                self.report(LintFault::Unexplained { function: function.to_owned() }, self.span(answer));
            }
        }
        for text in empty {
            if matches!(&text.kind, ExpressionKind::Text(words) if words.trim().is_empty()) {
                self.report(LintFault::EmptyReason {}, self.span(text));
            }
        }
    }
}

/// Collects what a function returns, where that is written out.
fn answers<'a>(body: &'a [Statement], is_value: bool, found: &mut Vec<&'a Expression>) {
    let last = body.iter().rposition(|statement| !matches!(statement.kind, StatementKind::Nothing));
    for (index, statement) in body.iter().enumerate() {
        let is_value = is_value && Some(index) == last;
        match &statement.kind {
            StatementKind::Expression(value) if is_value => values(value, found),
            StatementKind::Return(Some(value)) => values(value, found),
            StatementKind::If { body, otherwise, .. } => {
                answers(body, is_value, found);
                answers(otherwise, is_value, found);
            }
            StatementKind::Switch { cases, .. } if is_value => {
                cases.iter().for_each(|case| values(&case.outcome, found));
            }
            StatementKind::While { body, .. }
            | StatementKind::DoWhile { body, .. }
            | StatementKind::For { body, .. } => answers(body, false, found),
            StatementKind::Block(body) => answers(body, is_value, found),
            _ => {}
        }
    }
}

/// Collects an expression, or what a block of statements gives.
fn values<'a>(value: &'a Expression, found: &mut Vec<&'a Expression>) {
    match &value.kind {
        ExpressionKind::Block(body) => answers(body, true, found),
        _ => found.push(value),
    }
}

/// The function at the beginning of a chain that has no `because`.
fn unexplained(answer: &Expression) -> Option<&str> {
    match &answer.kind {
        ExpressionKind::Call { namespace, name, .. } if namespace.is_empty() => {
            REASONED.contains(&name.as_str()).then_some(name)
        }
        ExpressionKind::Method { object, name, .. } if name != "because" => unexplained(object),
        _ => None,
    }
}
