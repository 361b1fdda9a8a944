//! Forms that mislead: a variable that hides another, `${…}` in plain quotes, branches that are equal.

use super::super::lint_fault::LintFault;
use super::super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::Lint;

impl<'a> Lint<'a> {
    pub(super) fn form(&mut self, function: &'a Function) {
        let mut visible: Vec<&'a str> = function.parameters.iter().map(String::as_str).collect();
        self.hidden(&function.body, &mut visible);
        let mut texts = Vec::new();
        let mut equal = Vec::new();
        for statement in &function.body {
            statement.walk(&mut |expression| {
                if let ExpressionKind::Text(text) = &expression.kind
                    && text.contains("${")
                {
                    texts.push(expression);
                }
            });
            statement.walk_statements(&mut |statement| {
                if let StatementKind::If { body, otherwise, has_otherwise: true, .. } = &statement.kind
                    && self.is_equal(body, otherwise)
                {
                    equal.push(statement.at);
                }
            });
        }
        for text in texts {
            // Between backticks, `${…}` would have been read as a value.
            if self.unit.source.text[text.at..].starts_with('"') {
                self.report(LintFault::PlainPlaceholder {}, self.span(text));
            }
        }
        for at in equal {
            self.report(LintFault::EqualBranches {}, self.unit.source.token(at));
        }
    }

    /// Reports a `let` of a name that is visible already.
    fn hidden(&mut self, body: &'a [Statement], visible: &mut Vec<&'a str>) {
        let depth = visible.len();
        for statement in body {
            match &statement.kind {
                StatementKind::Let { name, name_at, value, .. } => {
                    self.hidden_in(value, visible);
                    if visible.contains(&name.as_str()) && !name.starts_with('_') {
                        let fault = LintFault::Shadowed { name: name.clone() };
                        self.report(fault, self.unit.source.token(*name_at));
                    }
                    visible.push(name);
                }
                StatementKind::If { body, otherwise, .. } => {
                    self.hidden(body, visible);
                    self.hidden(otherwise, visible);
                }
                StatementKind::While { body, .. }
                | StatementKind::DoWhile { body, .. }
                | StatementKind::For { body, .. }
                | StatementKind::Block(body) => self.hidden(body, visible),
                StatementKind::Switch { cases, .. } => {
                    cases.iter().for_each(|case| self.hidden_in(&case.outcome, visible));
                }
                StatementKind::Expression(value) | StatementKind::Return(Some(value)) => {
                    self.hidden_in(value, visible);
                }
                _ => {}
            }
        }
        visible.truncate(depth);
    }

    fn hidden_in(&mut self, value: &'a Expression, visible: &mut Vec<&'a str>) {
        if let ExpressionKind::Block(body) = &value.kind {
            self.hidden(body, visible);
        }
    }

    /// True when both branches are one expression of the same text; two zeros may be places left open.
    fn is_equal(&self, one: &[Statement], other: &[Statement]) -> bool {
        let text = |body: &[Statement]| match body {
            [Statement { kind: StatementKind::Expression(value), .. }] => Some(self.text(value)),
            _ => None,
        };
        let is_zero = |text: &str| text.trim_matches(['0', '.', '_']).is_empty();
        matches!((text(one), text(other)), (Some(one), Some(other)) if one == other && !is_zero(&one))
    }
}
