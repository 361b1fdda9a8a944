//! Results that nothing uses: a calculation, or the answer of a rule, as a statement.

use super::super::api::functions;
use super::super::lint_fault::LintFault;
use super::super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use super::Lint;

/// Functions whose value is the answer of a rule or policy.
const ANSWERS: [&str; 8] = ["indicate", "abstain", "retain", "promote", "demote", "grant", "award", "intervene"];

impl<'a> Lint<'a> {
    /// Reports results that the function drops.
    pub(super) fn results(&mut self, function: &'a Function) {
        self.results_of(&function.body, true);
    }

    /// `is_value` is true where the last statement of the list is the value of the function or of a block.
    fn results_of(&mut self, body: &'a [Statement], is_value: bool) {
        let last = body.iter().rposition(|statement| !matches!(statement.kind, StatementKind::Nothing));
        for (index, statement) in body.iter().enumerate() {
            let is_value = is_value && Some(index) == last;
            match &statement.kind {
                StatementKind::Expression(value) if !is_value => self.dropped(value),
                StatementKind::Expression(value) | StatementKind::Let { value, .. } => self.inside(value),
                StatementKind::Return(Some(value)) | StatementKind::Assign { value, .. } => self.inside(value),
                StatementKind::If { body, otherwise, .. } => {
                    self.results_of(body, is_value);
                    self.results_of(otherwise, is_value);
                }
                StatementKind::Switch { cases, .. } => {
                    for case in cases {
                        match &case.outcome.kind {
                            ExpressionKind::Block(body) => self.results_of(body, is_value),
                            _ if is_value => self.inside(&case.outcome),
                            _ => self.dropped(&case.outcome),
                        }
                    }
                }
                StatementKind::While { body, .. }
                | StatementKind::DoWhile { body, .. }
                | StatementKind::For { body, .. } => self.results_of(body, false),
                StatementKind::Block(body) => self.results_of(body, is_value),
                _ => {}
            }
        }
    }

    /// Blocks in an expression give its value.
    fn inside(&mut self, value: &'a Expression) {
        if let ExpressionKind::Block(body) = &value.kind {
            self.results_of(body, true);
        }
    }

    fn dropped(&mut self, value: &'a Expression) {
        if let ExpressionKind::Block(body) = &value.kind {
            return self.results_of(body, false);
        }
        let expression = self.text(value);
        let span = self.span(value);
        match answer(value) {
            Some(function) => self.report(LintFault::DroppedAnswer { function: function.to_owned() }, span),
            None if is_pure(value) => self.report(LintFault::DroppedResult { expression }, span),
            None => {}
        }
    }
}

/// The function that makes an answer, at the beginning of a chain.
fn answer(value: &Expression) -> Option<&str> {
    match &value.kind {
        ExpressionKind::Call { namespace, name, .. } if namespace.is_empty() => {
            ANSWERS.contains(&name.as_str()).then_some(name)
        }
        ExpressionKind::Method { object, .. } => answer(object),
        _ => None,
    }
}

/// True when the expression changes nothing, so that its value is all it is for.
fn is_pure(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::Method { name, .. } | ExpressionKind::Call { name, .. } => {
            functions::find(name).is_some_and(|function| function.returns != "nothing")
        }
        ExpressionKind::Operator { .. }
        | ExpressionKind::And(_)
        | ExpressionKind::Or(_)
        | ExpressionKind::Coalesce(_)
        | ExpressionKind::Member { .. }
        | ExpressionKind::Variable(_)
        | ExpressionKind::Count(_)
        | ExpressionKind::Number(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Interpolated(_) => true,
        _ => false,
    }
}
