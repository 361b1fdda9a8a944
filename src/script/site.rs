//! The place where a call failed: which expression, in which loop, with which values.

use super::api::inspect::shown;
use super::api::kind::Kind;
use super::api::value::View;
use super::program::{Inner, Program};
use super::sandbox::Recorded;
use super::source::{Source, shortened};
use super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind, Tree};
use crate::finding::{Place, Span};
use rhai::{Dynamic, Position};

/// A file in which a call failed.
pub(super) struct Site<'a> {
    pub source: &'a Source,
    pub tree: &'a Tree,
}

/// The expression or assignment at the failing position.
pub(super) enum Node<'a> {
    Expression(&'a Expression),
    /// `target += value`
    Assignment(&'a Expression, &'a Expression),
}

impl<'a> Node<'a> {
    pub fn operands(&self) -> Vec<&'a Expression> {
        match self {
            Self::Assignment(target, value) => vec![target, value],
            Self::Expression(expression) => match &expression.kind {
                ExpressionKind::Operator { operands, .. } => operands.iter().collect(),
                ExpressionKind::Call { arguments, .. } => arguments.iter().collect(),
                ExpressionKind::Method { object, arguments, .. } => {
                    std::iter::once(&**object).chain(arguments).collect()
                }
                ExpressionKind::Member { object, .. } => vec![object],
                ExpressionKind::Index { object, index, .. } => vec![object, index],
                _ => Vec::new(),
            },
        }
    }
}

impl<'a> Site<'a> {
    pub fn new(program: &'a Program) -> Self {
        Self { source: &program.source, tree: &program.tree }
    }

    /// Every loop, outer ones before those inside.
    pub fn loops(&self) -> Vec<&'a Statement> {
        let mut loops = Vec::new();
        self.each_statement(&mut |statement| {
            if matches!(
                statement.kind,
                StatementKind::For { .. } | StatementKind::While { .. } | StatementKind::DoWhile { .. }
            ) {
                loops.push(statement);
            }
        });
        loops
    }

    /// The first call by which a function reaches itself.
    pub fn recursion(&self) -> Option<Place> {
        let mut calls: Vec<(&str, &'a Expression, &str)> = Vec::new();
        for function in &self.tree.functions {
            for statement in &function.body {
                statement.walk(&mut |expression| {
                    if let ExpressionKind::Call { name, .. } = &expression.kind {
                        calls.push((&function.name, expression, name));
                    }
                });
            }
        }
        let reaches = |from: &str, to: &str| {
            let (mut seen, mut open) = (vec![from], vec![from]);
            while let Some(at) = open.pop() {
                if at == to {
                    return true;
                }
                for (_, _, next) in calls.iter().filter(|(caller, _, _)| *caller == at) {
                    if !seen.contains(next) {
                        seen.push(next);
                        open.push(next);
                    }
                }
            }
            false
        };
        let (_, call, _) = calls.iter().find(|(caller, _, called)| reaches(called, caller))?;
        Some(self.place(call.span(self.source)))
    }

    pub fn offset(&self, position: Position) -> Option<usize> {
        position.line().map(|line| self.source.offset(line, position.position().unwrap_or(1)))
    }

    pub fn text(&self, expression: &Expression) -> String {
        shortened(self.source.slice(expression.span(self.source)))
    }

    pub fn node(&self, offset: usize) -> Option<Node<'a>> {
        let mut assignment = None;
        self.each_statement(&mut |statement| {
            if let StatementKind::Assign { target, operator: Some(_), operator_at, value } = &statement.kind
                && *operator_at == offset
            {
                assignment = Some(Node::Assignment(target, value));
            }
        });
        if assignment.is_some() {
            return assignment;
        }
        // Of several expressions at one place the outermost with operands is the one that failed.
        let mut found: Option<&Expression> = None;
        self.tree.walk(&mut |expression| {
            let rank = |expression: &Expression| match &expression.kind {
                ExpressionKind::Operator { .. } | ExpressionKind::Call { .. } | ExpressionKind::Method { .. } => 2,
                ExpressionKind::Member { .. } | ExpressionKind::Index { .. } => 1,
                _ => 0,
            };
            if expression.sign == offset && found.is_none_or(|found| rank(expression) > rank(found)) {
                found = Some(expression);
            }
        });
        found.map(Node::Expression)
    }

    pub fn each_statement(&self, visit: &mut impl FnMut(&'a Statement)) {
        for function in self.functions() {
            function.body.iter().for_each(|statement| statement.walk_statements(visit));
        }
    }

    pub fn functions(&self) -> impl Iterator<Item = &'a Function> {
        self.tree.functions.iter().chain(&self.tree.literals)
    }

    pub fn place(&self, span: Span) -> Place {
        self.source.place(span, "")
    }

    /// The innermost loop around `offset`.
    pub fn loop_around(&self, offset: usize) -> Option<Span> {
        let mut found = None;
        self.each_statement(&mut |statement| {
            let body = match &statement.kind {
                StatementKind::For { body, .. }
                | StatementKind::While { body, .. }
                | StatementKind::DoWhile { body, .. } => body,
                _ => return,
            };
            let open = self.source.opening(statement.at).unwrap_or(statement.at);
            let end = body.last().map_or(open, |last| last.at).max(self.source.closing(open));
            if statement.at <= offset && offset <= end {
                found = Some(self.source.token(statement.at));
            }
        });
        found
    }

    /// The first expression that begins at `offset`, or whose operator is there.
    pub fn expression_at(&self, offset: usize) -> Option<&'a Expression> {
        let mut found = None;
        self.tree.walk(&mut |expression| {
            if (expression.sign == offset || expression.at == offset) && found.is_none() {
                found = Some(expression);
            }
        });
        found
    }

    /// Facts, variables and constants on the line of `offset` with their values, in the order of the line.
    pub fn values(
        &self,
        offset: usize,
        failing: &Program,
        inner: &Inner,
        recorded: &Recorded,
    ) -> Vec<(String, String)> {
        let line = self.source.line(offset);
        let mut named: Vec<&Expression> = Vec::new();
        let mut inside: Vec<Span> = Vec::new();
        self.tree.walk(&mut |expression| {
            let is_value = match &expression.kind {
                ExpressionKind::Variable(_) | ExpressionKind::Qualified { .. } => true,
                ExpressionKind::Member { object, .. } => is_path(object),
                _ => false,
            };
            let span = Span { start: expression.at, end: expression.sign };
            let is_part = inside.iter().any(|whole| whole.start <= span.start && span.end <= whole.end);
            if is_value && !is_part && self.source.line(expression.at) == line {
                inside.push(span);
                named.push(expression);
            }
        });
        named.sort_by_key(|expression| expression.at);
        let mut values: Vec<(String, String)> = Vec::new();
        for expression in named {
            let name = self.text(expression);
            if values.iter().any(|(known, _)| *known == name) {
                continue;
            }
            // Where a member has no value, what it is a member of may be the news.
            let mut at = Some(expression);
            while let Some(expression) = at {
                if let Some(value) = self.value(expression, failing, inner, recorded) {
                    // The partner as a whole says nothing.
                    if Kind::of(&value) != Kind::Facts {
                        values.push((self.text(expression), shown(&value)));
                    }
                    break;
                }
                at = match &expression.kind {
                    ExpressionKind::Member { object, .. } => Some(object),
                    _ => None,
                };
            }
        }
        values
    }

    pub fn value(
        &self,
        expression: &Expression,
        failing: &Program,
        inner: &Inner,
        recorded: &Recorded,
    ) -> Option<Dynamic> {
        match &expression.kind {
            ExpressionKind::Variable(name) => recorded.get(name).cloned(),
            ExpressionKind::Qualified { namespace, name } => {
                let [alias] = &namespace[..] else { return None };
                let (_, module) = failing.imports.iter().find(|(known, _)| known == alias)?;
                module.get_var(name)
            }
            ExpressionKind::Member { object, name, .. } => {
                let object = self.value(object, failing, inner, recorded)?;
                member(inner, &object, name)
            }
            _ => None,
        }
    }
}

fn is_path(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Member { object, .. } => is_path(object),
        _ => false,
    }
}

/// A member of a group of facts or of a map.
fn member(inner: &Inner, object: &Dynamic, name: &str) -> Option<Dynamic> {
    if let Ok(map) = object.as_map_ref() {
        return map.get(name).cloned();
    }
    let view = object.read_lock::<View>()?;
    let fact = inner.schema.view(view.view).fact(name)?;
    fact.read(&view.facts, view.index).ok()
}
