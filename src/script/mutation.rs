//! Small changes of scripts that a case should notice: of a comparison, a number, a joining word or a requirement.

use super::EntryPoint;
use super::program::{Program, Scripts};
use super::source::Source;
use super::tree::{Expression, ExpressionKind, Function, Statement, StatementKind};
use crate::finding::Span;
use crate::units::plain;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A change of one token of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptChange {
    /// Path in the vendor's directory.
    pub path: String,
    /// Text of the file.
    pub source: Arc<str>,
    /// The token.
    pub span: Span,
    /// Text that replaces it.
    pub text: String,
    /// The case that would notice it, as far as the script says which one that is.
    pub boundary: Option<Boundary>,
}

/// A value that is exactly at a threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    /// Rule or policy, as cases name it; `None` in a module.
    pub rule: Option<String>,
    /// The value as the script writes it.
    pub value: String,
    /// Path of the fact that the value is, without `partner`; `None` for anything else.
    pub fact: Option<String>,
    /// The threshold as the script writes it.
    pub threshold: String,
    /// The threshold where it is a written number.
    pub number: Option<Decimal>,
}

impl Scripts {
    /// Returns the changes of all files, ascending by path and place. Reasons are left out.
    pub fn changes(&self) -> Vec<ScriptChange> {
        let mut changes: Vec<ScriptChange> = self.inner.programs.values().flat_map(of_program).collect();
        changes.sort_by(|one, other| (&one.path, one.span, &one.text).cmp(&(&other.path, other.span, &other.text)));
        changes.dedup();
        changes
    }
}

fn of_program(program: &Program) -> Vec<ScriptChange> {
    let tree = &program.tree;
    let mut found = Finder { program, function: None, changes: Vec::new(), reasons: Vec::new() };
    tree.constants.iter().for_each(|constant| constant.value.walk(&mut |one| found.expression(one)));
    for function in tree.functions.iter().chain(&tree.literals) {
        found.function = Some(function);
        function.body.iter().for_each(|statement| statement.walk(&mut |one| found.expression(one)));
    }
    let Finder { mut changes, reasons, .. } = found;
    changes.retain(|change| !reasons.iter().any(|span| span.start <= change.span.start && change.span.end <= span.end));
    changes
}

struct Finder<'p> {
    program: &'p Program,
    function: Option<&'p Function>,
    changes: Vec<ScriptChange>,
    /// Texts for people, whose changes do not count.
    reasons: Vec<Span>,
}

/// The operator that differs from another exactly at its bound, or decides the other way.
fn other_operator(name: &str) -> Option<&'static str> {
    Some(match name {
        ">=" => ">",
        ">" => ">=",
        "<=" => "<",
        "<" => "<=",
        "==" => "!=",
        "!=" => "==",
        _ => return None,
    })
}

/// The requirement that differs exactly at its threshold.
fn other_requirement(name: &str) -> Option<&'static str> {
    Some(match name {
        "at_least" => "more_than",
        "more_than" => "at_least",
        "at_most" => "less_than",
        "less_than" => "at_most",
        "all_of" => "any_of",
        "any_of" => "all_of",
        "min" => "max",
        "max" => "min",
        _ => return None,
    })
}

/// The next number with the same decimals, and the previous one unless `number` is zero.
pub fn neighbours(number: Decimal) -> Vec<Decimal> {
    let unit = Decimal::new(1, number.scale());
    let previous = number.checked_sub(unit).filter(|_| !number.is_zero());
    number.checked_add(unit).into_iter().chain(previous).collect()
}

impl<'p> Finder<'p> {
    fn source(&self) -> &'p Source {
        &self.program.source
    }

    fn text(&self, expression: &Expression) -> String {
        self.source().slice(expression.span(self.source())).to_owned()
    }

    fn expression(&mut self, expression: &'p Expression) {
        use ExpressionKind as Kind;
        match &expression.kind {
            Kind::Interpolated(_) => self.reasons.push(expression.span(self.source())),
            Kind::Method { name, arguments, .. } if name == "because" => self.not_counted(arguments),
            Kind::Call { name, arguments, .. } if name == "abstain" => self.not_counted(arguments),
            Kind::Operator { name, operands } => {
                let boundary = match &operands[..] {
                    [left, right] if !matches!(name.as_str(), "==" | "!=") => Some(self.boundary(left, right)),
                    _ => None,
                };
                if let Some(other) = other_operator(name) {
                    self.token(expression.sign, name, other, boundary);
                }
            }
            Kind::And(_) => self.token(expression.sign, "&&", "||", None),
            Kind::Or(_) => self.token(expression.sign, "||", "&&", None),
            Kind::Method { name, arguments, .. } | Kind::Call { name, arguments, .. } => {
                let boundary = match &arguments[..] {
                    [_, value, threshold] => Some(self.boundary(value, threshold)),
                    _ => None,
                };
                if let Some(other) = other_requirement(name) {
                    self.token(expression.sign, name, other, boundary);
                }
            }
            Kind::Truth(truth) => {
                let (now, then) = if *truth { ("true", "false") } else { ("false", "true") };
                self.token(expression.at, now, then, None);
            }
            Kind::Count(count) => self.number(expression, Decimal::from(*count)),
            Kind::Number(number) => self.number(expression, *number),
            _ => {}
        }
    }

    fn not_counted(&mut self, arguments: &[Expression]) {
        let source = self.source();
        self.reasons.extend(arguments.iter().map(|argument| argument.span(source)));
    }

    /// Replaces the token at `at`, where the text has it there.
    fn token(&mut self, at: usize, now: &str, then: &str, boundary: Option<Boundary>) {
        let span = Span { start: at, end: at + now.len() };
        if self.source().slice(span) == now {
            self.change(span, then.to_owned(), boundary);
        }
    }

    /// Replaces a number by those beside it.
    fn number(&mut self, expression: &Expression, number: Decimal) {
        let source = self.source();
        let mut span = source.token(expression.at);
        if source.slice(span) == "-" {
            span = source.token(span.end);
        }
        let is_number = source.slice(span).starts_with(|first: char| first.is_ascii_digit());
        if is_number {
            neighbours(number.abs()).into_iter().for_each(|beside| self.change(span, plain(beside), None));
        }
    }

    fn change(&mut self, span: Span, text: String, boundary: Option<Boundary>) {
        let (path, source) = (self.source().path.clone(), Arc::clone(&self.source().text));
        self.changes.push(ScriptChange { path, source, span, text, boundary });
    }

    fn boundary(&self, value: &Expression, threshold: &Expression) -> Boundary {
        let rule = match self.program.entry {
            Some(EntryPoint::Factor) => self.source().path.strip_suffix(".rhai").map(str::to_owned),
            Some(EntryPoint::Weights) => Some("weights".to_owned()),
            Some(EntryPoint::Policy(kind)) => Some(kind.as_str().to_owned()),
            None => None,
        };
        let (fact, number) = (self.fact(value), self.written(threshold));
        Boundary { rule, value: self.text(value), fact, threshold: self.text(threshold), number }
    }

    /// The path of the fact that an expression is, also by a variable or with a fallback.
    fn fact(&self, value: &Expression) -> Option<String> {
        match &value.kind {
            ExpressionKind::Member { object, name, .. } => match &object.kind {
                ExpressionKind::Variable(root) if root == "partner" => Some(name.clone()),
                _ => self.fact(object).map(|group| format!("{group}.{name}")),
            },
            ExpressionKind::Variable(name) => declared(&self.function?.body, name).and_then(|value| self.fact(value)),
            ExpressionKind::Coalesce(parts) => self.fact(parts.first()?),
            _ => None,
        }
    }

    /// The number that a literal or a constant of the file is.
    fn written(&self, threshold: &Expression) -> Option<Decimal> {
        match &threshold.kind {
            ExpressionKind::Count(count) => Some(Decimal::from(*count)),
            ExpressionKind::Number(number) => Some(*number),
            ExpressionKind::Qualified { namespace, name } if namespace == &["global"] => {
                let mut constants = self.program.tree.constants.iter();
                constants.find(|constant| constant.name == *name).and_then(|constant| self.written(&constant.value))
            }
            _ => None,
        }
    }
}

/// The value of the first `let` of a name, unless the name is that of the value as well.
fn declared<'p>(body: &'p [Statement], name: &str) -> Option<&'p Expression> {
    let mut found = None;
    for statement in body {
        statement.walk_statements(&mut |statement| {
            if let StatementKind::Let { name: known, value, .. } = &statement.kind
                && known == name
                && !matches!(&value.kind, ExpressionKind::Variable(_))
            {
                found = found.or(Some(value));
            }
        });
    }
    found
}
