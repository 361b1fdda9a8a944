//! Scripts with probes: a call before each statement and in each branch, for the coverage of cases.

use super::budget::{ScriptBudget, under_budget};
use super::coverage::{CodePoint, PROBE, PointKind, add, is_recording};
use super::program::Unit;
use super::source::{Class, Source, lexemes};
use super::tree::{Case, Expression, ExpressionKind, Statement, StatementKind, Tree};
use rhai::Engine;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Compiles the files again with probes, while they are recorded. A file that does not compile with them stays as it is,
/// with its points unreached.
pub(super) fn probe(engine: &Engine, budget: ScriptBudget, units: &mut BTreeMap<String, Unit>) {
    if !is_recording() {
        return;
    }
    for unit in units.values_mut().filter(|unit| unit.ast.is_some()) {
        let text = probed(&unit.source, &unit.tree);
        if let Ok(Ok(mut ast)) = under_budget(budget, || engine.compile(text)) {
            ast.set_source(unit.source.path.as_str());
            unit.ast = Some(ast);
        }
    }
}

/// Returns the text of a file with probes.
fn probed(source: &Source, tree: &Tree) -> String {
    let mut probes = Probes { source, inserted: Vec::new() };
    for function in tree.functions.iter().chain(&tree.literals) {
        for statement in &function.body {
            statement.walk_statements(&mut |statement| probes.statement(statement));
        }
    }
    let mut inserted = probes.inserted;
    inserted.sort_by_key(|(at, _)| *at);
    let mut text = source.text.to_string();
    for (at, probe) in inserted.iter().rev() {
        text.insert_str(*at, probe);
    }
    text
}

struct Probes<'a> {
    source: &'a Source,
    /// Texts by offset; of several at one offset, the earlier one comes first.
    inserted: Vec<(usize, String)>,
}

impl Probes<'_> {
    /// Inserts a probe of the point of this kind at `at`.
    fn insert(&mut self, offset: usize, (before, after): (&str, &str), (kind, at): (PointKind, usize), is_told: bool) {
        let (path, text, line) = (self.source.path.clone(), Arc::clone(&self.source.text), self.source.line(at));
        if let Some(number) = add(CodePoint { path, text, at, line, kind, is_reached: false, is_told }) {
            self.inserted.push((offset, format!("{before}{PROBE}({number});{after}")));
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let at = match &statement.kind {
            StatementKind::Expression(value) => value.at,
            StatementKind::Assign { target, .. } => target.at,
            StatementKind::Nothing => return,
            _ => statement.at,
        };
        if let Some(start) = self.start(at) {
            self.insert(start, ("", " "), (PointKind::Statement, start), false);
        }
        match &statement.kind {
            StatementKind::If { condition, body, otherwise, has_otherwise } => {
                self.branches(condition, !body.is_empty(), has_otherwise.then_some(!otherwise.is_empty()));
            }
            StatementKind::Switch { cases, .. } => cases.iter().for_each(|case| self.case(case)),
            _ => {}
        }
    }

    /// Returns the start of the statement whose first operand is at `at`: opening brackets and signs may come before it.
    /// `None` where no other statement can be put before it.
    fn start(&self, mut at: usize) -> Option<usize> {
        loop {
            let end = self.source.end_before(at);
            match self.source.text.get(..end)?.chars().next_back()? {
                '{' | '}' | ';' => return Some(at),
                '(' | '-' | '!' | '#' | '[' | '+' => at = end - 1,
                _ => return None,
            }
        }
    }

    /// `is_told` is true when the body has a statement; `otherwise` is `None` without `else`, and true when that has one.
    fn branches(&mut self, condition: &Expression, is_told: bool, otherwise: Option<bool>) {
        let after = condition.span(self.source).end;
        let Some(open) = self.source.opening(after) else { return };
        self.insert(open + 1, (" ", ""), (PointKind::Holds, condition.at), is_told);
        let close = self.source.closing(open);
        let Some(is_told) = otherwise else {
            self.insert(close, (" else { ", " }"), (PointKind::HoldsNot, condition.at), false);
            return;
        };
        // `else {`; an `else if` has the branches of the inner condition.
        let otherwise = self.next(close).and_then(|word| self.next(word));
        if let Some(end) = otherwise.filter(|end| self.source.text[..*end].ends_with('{')) {
            self.insert(end, (" ", ""), (PointKind::HoldsNot, condition.at), is_told);
        }
    }

    /// End of the token at or after `offset`.
    fn next(&self, offset: usize) -> Option<usize> {
        let rest = self.source.text.get(offset..)?;
        lexemes(rest).find(|lexeme| lexeme.class != Class::Blank).map(|lexeme| offset + lexeme.end)
    }

    fn case(&mut self, case: &Case) {
        let mut at = case.outcome.at;
        let mut end = case.outcome.span(self.source).end;
        if let ExpressionKind::Block(body) = &case.outcome.kind {
            if self.source.opening(at) == Some(at) {
                self.insert(at + 1, (" ", ""), (PointKind::Case, at), !body.is_empty());
                return;
            }
            // An outcome without braces is read as a block of one statement.
            let [only] = body.as_slice() else { return };
            let Some(extent) = self.extent(only) else { return };
            (at, end) = extent;
        }
        let is_plain = self.source.text[..self.source.end_before(at)].ends_with("=>");
        let is_whole = self.next(end).is_some_and(|next| self.source.text[..next].ends_with([',', '}']));
        if is_plain && is_whole {
            self.insert(at, ("{ ", " "), (PointKind::Case, at), false);
            self.inserted.push((end, " }".to_owned()));
        }
    }

    /// Start and end of a statement without braces; `None` for others.
    fn extent(&self, statement: &Statement) -> Option<(usize, usize)> {
        let (start, last) = match &statement.kind {
            StatementKind::Expression(value) => (value.at, value),
            StatementKind::Return(Some(value)) | StatementKind::Throw(Some(value)) => (statement.at, value),
            StatementKind::Assign { target, value, .. } => (target.at, value),
            _ => return None,
        };
        Some((start, last.span(self.source).end))
    }
}
