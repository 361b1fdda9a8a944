//! A script as a tree independent of Rhai: what the checks and (later) the typed evaluator read.
//!
//! Offsets are bytes in the file's text. `reading.rs` makes it from Rhai's own tree and is the only file that knows that.

use super::source::Source;
use crate::finding::Span;
use rust_decimal::Decimal;

/// A whole file.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    /// `const` at top level, in order.
    pub constants: Vec<Constant>,
    /// `import … as …` at top level, in order.
    pub imports: Vec<Import>,
    /// Any other statement at top level.
    pub strays: Vec<Statement>,
    /// Named functions, ascending by position.
    pub functions: Vec<Function>,
    /// Functions written `|x| …`, by the name Rhai gives them.
    pub literals: Vec<Function>,
}

#[derive(Debug, Clone)]
pub(super) struct Constant {
    pub name: String,
    pub at: usize,
    pub value: Expression,
}

#[derive(Debug, Clone)]
pub(super) struct Import {
    /// The text after `import`; `None` when it is not a plain string literal.
    pub path: Option<String>,
    pub path_at: usize,
    /// Name after `as`; empty when there is none.
    pub alias: String,
}

#[derive(Debug, Clone)]
pub(super) struct Function {
    pub name: String,
    pub parameters: Vec<String>,
    /// Offset of the body's `{`, or of the body's expression.
    pub at: usize,
    /// Offset of the body's `}`; the start again for `|x| …`.
    pub end: usize,
    pub is_private: bool,
    /// Type named before the function, `fn "T".name()`, which rules may not use.
    pub is_method: bool,
    pub body: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub at: usize,
    pub kind: StatementKind,
}

#[derive(Debug, Clone)]
pub(super) enum StatementKind {
    Nothing,
    Expression(Expression),
    Let { name: String, name_at: usize, is_constant: bool, is_exported: bool, value: Expression },
    Assign { target: Expression, operator: Option<String>, operator_at: usize, value: Expression },
    If { condition: Expression, body: Vec<Statement>, otherwise: Vec<Statement>, has_otherwise: bool },
    Switch { subject: Expression, cases: Vec<Case>, has_default: bool },
    While { condition: Option<Expression>, body: Vec<Statement> },
    DoWhile { condition: Expression, body: Vec<Statement> },
    For { variable: String, counter: Option<String>, over: Expression, body: Vec<Statement> },
    Block(Vec<Statement>),
    Try { body: Vec<Statement>, variable: Option<String>, handler: Vec<Statement> },
    Break { value: Option<Expression>, is_break: bool },
    Return(Option<Expression>),
    Throw(Option<Expression>),
    Import(Import),
    Export,
}

#[derive(Debug, Clone)]
pub(super) struct Case {
    pub condition: Option<Expression>,
    pub outcome: Expression,
}

#[derive(Debug, Clone)]
pub(super) struct Expression {
    /// Offset of its start.
    pub at: usize,
    /// Offset of its sign: the operator, the member's name; the position of its run-time errors.
    pub sign: usize,
    pub kind: ExpressionKind,
}

#[derive(Debug, Clone)]
pub(super) enum ExpressionKind {
    NotKnown,
    Truth(bool),
    Count(i64),
    Number(Decimal),
    Text(String),
    Character,
    /// A constant value that is none of the above.
    Other,
    Interpolated(Vec<Expression>),
    List(Vec<Expression>),
    Map(Vec<(String, usize, Expression)>),
    Variable(String),
    Qualified {
        namespace: Vec<String>,
        name: String,
    },
    This,
    Member {
        object: Box<Expression>,
        name: String,
        is_optional: bool,
    },
    Index {
        object: Box<Expression>,
        index: Box<Expression>,
        is_optional: bool,
    },
    Method {
        object: Box<Expression>,
        name: String,
        arguments: Vec<Expression>,
    },
    Call {
        namespace: Vec<String>,
        name: String,
        arguments: Vec<Expression>,
    },
    Operator {
        name: String,
        operands: Vec<Expression>,
    },
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Coalesce(Vec<Expression>),
    Block(Vec<Statement>),
    /// `|x| …`: the name of its function in [`Tree::literals`].
    Literal(String),
}

impl Expression {
    /// The text of the expression, from its first to its last token.
    pub fn span(&self, source: &Source) -> Span {
        Span { start: self.at, end: self.end(source).max(self.at) }
    }

    fn end(&self, source: &Source) -> usize {
        use ExpressionKind::*;
        match &self.kind {
            Member { .. } => source.token(self.sign).end,
            Index { object, .. } => source.closing(source.token(object.end(source)).start.max(object.end(source))),
            Method { .. } | Call { .. } | Qualified { .. } => self.end_of_call(source),
            Operator { operands, .. } | And(operands) | Or(operands) | Coalesce(operands) => operands
                .iter()
                .map(|operand| operand.end(source))
                .chain([source.token(self.sign).end])
                .max()
                .unwrap_or(self.at),
            List(_) | Map(_) | Block(_) | NotKnown => {
                let open = if source.text[self.at..].starts_with('#') { self.at + 1 } else { self.at };
                source.closing(open)
            }
            Literal(_) | Other | Truth(_) | Count(_) | Number(_) | Text(_) | Character | Interpolated(_)
            | Variable(_) | This => self.end_of_literal(source),
        }
    }

    fn end_of_literal(&self, source: &Source) -> usize {
        let token = source.token(self.at);
        if source.slice(token) == "-" { source.token(token.end).end } else { token.end }
    }

    fn end_of_call(&self, source: &Source) -> usize {
        let mut end = source.token(self.sign).end;
        while source.text[end..].starts_with("::") {
            end = source.token(end + 2).end;
        }
        let after = source.text[end..].len() - source.text[end..].trim_start().len() + end;
        if matches!(self.kind, ExpressionKind::Qualified { .. }) || !source.text[after..].starts_with(['(', '!']) {
            return end;
        }
        source.closing(after)
    }

    /// Calls `visit` for this expression and everything below it, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expression)) {
        visit(self);
        self.children(&mut |child| match child {
            Child::Expression(expression) => expression.walk(visit),
            Child::Statement(statement) => statement.walk(visit),
        });
    }

    /// Calls `visit` for every statement inside the expression.
    fn walk_statements<'a>(&'a self, visit: &mut impl FnMut(&'a Statement)) {
        self.children(&mut |child| match child {
            Child::Expression(expression) => expression.walk_statements(visit),
            Child::Statement(statement) => statement.walk_statements(visit),
        });
    }

    fn children<'a>(&'a self, each: &mut impl FnMut(Child<'a>)) {
        use ExpressionKind::*;
        match &self.kind {
            NotKnown
            | Truth(_)
            | Count(_)
            | Number(_)
            | Text(_)
            | Character
            | Other
            | Variable(_)
            | Qualified { .. }
            | This
            | Literal(_) => {}
            Interpolated(parts) | List(parts) | And(parts) | Or(parts) | Coalesce(parts) => {
                parts.iter().for_each(|part| each(Child::Expression(part)));
            }
            Map(entries) => entries.iter().for_each(|(_, _, value)| each(Child::Expression(value))),
            Member { object, .. } => each(Child::Expression(object)),
            Index { object, index, .. } => {
                each(Child::Expression(object));
                each(Child::Expression(index));
            }
            Method { object, arguments, .. } => {
                each(Child::Expression(object));
                arguments.iter().for_each(|argument| each(Child::Expression(argument)));
            }
            Call { arguments, .. } => arguments.iter().for_each(|argument| each(Child::Expression(argument))),
            Operator { operands, .. } => operands.iter().for_each(|operand| each(Child::Expression(operand))),
            Block(statements) => statements.iter().for_each(|statement| each(Child::Statement(statement))),
        }
    }
}

enum Child<'a> {
    Expression(&'a Expression),
    Statement(&'a Statement),
}

impl Statement {
    /// Calls `visit` for every expression of the statement, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expression)) {
        use StatementKind::*;
        let many = |list: &'a [Statement], visit: &mut _| list.iter().for_each(|statement| statement.walk(visit));
        match &self.kind {
            Nothing | Export | Import(_) => {}
            Expression(value) | Let { value, .. } => value.walk(visit),
            Assign { target, value, .. } => {
                target.walk(visit);
                value.walk(visit);
            }
            If { condition, body, otherwise, .. } => {
                condition.walk(visit);
                many(body, visit);
                many(otherwise, visit);
            }
            Switch { subject, cases, .. } => {
                subject.walk(visit);
                for case in cases {
                    case.condition.iter().for_each(|condition| condition.walk(visit));
                    case.outcome.walk(visit);
                }
            }
            While { condition, body } => {
                condition.iter().for_each(|condition| condition.walk(visit));
                many(body, visit);
            }
            DoWhile { condition, body } => {
                many(body, visit);
                condition.walk(visit);
            }
            For { over, body, .. } => {
                over.walk(visit);
                many(body, visit);
            }
            Block(body) => many(body, visit),
            Try { body, handler, .. } => {
                many(body, visit);
                many(handler, visit);
            }
            Break { value, .. } | Return(value) | Throw(value) => value.iter().for_each(|value| value.walk(visit)),
        }
    }

    /// Calls `visit` for this statement and every statement nested in it, also inside expressions.
    pub fn walk_statements<'a>(&'a self, visit: &mut impl FnMut(&'a Statement)) {
        use StatementKind::*;
        visit(self);
        let many =
            |list: &'a [Statement], visit: &mut _| list.iter().for_each(|statement| statement.walk_statements(visit));
        match &self.kind {
            If { condition, body, otherwise, .. } => {
                condition.walk_statements(visit);
                many(body, visit);
                many(otherwise, visit);
            }
            While { condition, body } => {
                condition.iter().for_each(|condition| condition.walk_statements(visit));
                many(body, visit);
            }
            DoWhile { condition: value, body } | For { over: value, body, .. } => {
                value.walk_statements(visit);
                many(body, visit);
            }
            Block(body) => many(body, visit),
            Try { body, handler, .. } => {
                many(body, visit);
                many(handler, visit);
            }
            Switch { subject, cases, .. } => {
                subject.walk_statements(visit);
                for case in cases {
                    case.condition.iter().for_each(|condition| condition.walk_statements(visit));
                    case.outcome.walk_statements(visit);
                }
            }
            Expression(value) | Let { value, .. } => value.walk_statements(visit),
            Assign { target, value, .. } => {
                target.walk_statements(visit);
                value.walk_statements(visit);
            }
            Break { value, .. } | Return(value) | Throw(value) => {
                value.iter().for_each(|value| value.walk_statements(visit))
            }
            Nothing | Import(_) | Export => {}
        }
    }
}

impl Tree {
    /// Calls `visit` for every expression of the file.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expression)) {
        self.constants.iter().for_each(|constant| constant.value.walk(visit));
        self.strays.iter().for_each(|stray| stray.walk(visit));
        for function in self.functions.iter().chain(&self.literals) {
            function.body.iter().for_each(|statement| statement.walk(visit));
        }
    }

    /// The named function with that many parameters.
    pub fn function(&self, name: &str, parameters: usize) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name && function.parameters.len() == parameters)
    }
}
